"""The check of attribution: its type, its chain, its spans and its force fit each other."""

from collections.abc import Iterator

from detente.data.annotated import Tables
from detente.data.problems import Problem


def type_fits_the_chain(tables: Tables) -> Iterator[Problem]:
    """Type none means an empty chain and no spans; a cue has a force, and no cue has none."""
    for place, row in tables["attribution"]:
        spans = row["source_spans"] + row["cue_spans"] + row["content_spans"]
        if (row["type"] == "none") != (not row["chain"]) or (row["type"] == "none" and spans):
            message = "type none goes with an empty chain and no spans, and only they with it"
            yield Problem("attribution-type", place, message)
        if bool(row["cue_spans"]) != (row["cue_force"] is not None):
            yield Problem("attribution-type", place, "cue_force is null exactly where there is no cue span")
