"""The check of exceptions: each is of an article and a proposition that there are."""

from collections.abc import Iterator

from detente.data.annotated import Tables
from detente.data.problems import Problem


def exceptions_name_a_pair(tables: Tables) -> Iterator[Problem]:
    """An exception's id is that of a pair."""
    known = {row["id"] for row in tables["agreement"].rows}
    for place, row in tables["exceptions"]:
        parts = zip(("articles", "propositions"), row["id"].split("::"), strict=False)
        unread = any(tables[registry].may_hold(name) for registry, name in parts)
        if row["id"] not in known and not unread:
            yield Problem("id-wrong", place, f"{row['id']} must be article::proposition, both registered")
