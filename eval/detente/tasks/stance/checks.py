"""Checks of stance: whose it may be, who tells it, and that its evidence is claimed by somebody."""

import re
from collections.abc import Iterator
from typing import Final

import numpy as np

from detente.data.annotated import Tables, Unread, content_of, fits, segmented, texts
from detente.data.independent_sources import principal
from detente.data.labels import MEDIA_KINDS
from detente.data.page import span_of
from detente.data.problems import Problem
from detente.tasks.stance.grid import always, holders_of
from detente.text.spans import mask_of

_OFF_GRID: Final = (
    "{holder} has no cells on {article}: it is neither a party nor the page's voice, and no third party that an alias"
    " in the body or a headline names"
)
_NEAR_CLAIMS: Final = ("frame", "no_clause")
_QUOTED: Final = re.compile(r"[\"“][^\"“”\n]+[\"”]")


def holders_are_on_the_grid(tables: Tables) -> Iterator[Problem]:
    """Every row is of a holder that the page has; the holders that every page has are registered."""
    sources = tables["sources"]
    registered = {row["id"] for row in sources.rows}
    read = segmented(tables).keys() | tables["boilerplate"].absent
    for article, holders in holders_of(tables).items():
        for name in always(article, sources.inventory.parties):
            if name not in registered and not sources.may_hold(name):
                message = f"{name} is not registered: it is a holder of {article}, whatever the page says"
                yield Problem("holder-unregistered", "annotations/sources.jsonl", message)
        if sources.unread == Unread() and article in read:
            for place, row in tables["stance"]:
                if row["article"] == article and row["holder"] in registered and row["holder"] not in holders:
                    yield Problem("stance-grid", place, _OFF_GRID.format(**row))


def told_by_computed(tables: Tables) -> Iterator[Problem]:
    """Another party tells a stance if, media and the page's voice skipped, the innermost reporter speaks for one."""
    speaks_for = {row["id"]: row["speaks_for"] for row in tables["sources"].rows}
    media = {row["id"] for row in tables["sources"].rows if row["kind"] in MEDIA_KINDS}
    for place, row in tables["stance"]:
        principals = {name: principal(name, speaks_for) for name in (row["holder"], *row["chain"])}
        if row["scale"] is None or not {*principals, *principals.values()} <= speaks_for.keys():
            continue  # a null row has no chain; an unknown source, reported where it is named, may speak for anybody
        reporters = [link for link in row["chain"] if link not in media]
        own = not reporters or principals[reporters[-1]] == principals[row["holder"]]
        if (row["told_by"] == "own") != own:
            reporter = reporters[-1] if reporters else "nobody but media"
            message = f"told_by is {row['told_by']}, but {reporter} reports {row['holder']}"
            yield Problem("told-by-wrong", place, message)


def evidence_is_claimed(tables: Tables) -> Iterator[Problem]:
    """Each evidence span of a stance overlaps a claim, a quotation, or words that could be a claim but for their form.

    These are main clauses that only place another in time ("The talks came as …"), and questions.
    """
    for article, text in texts(tables).items():
        if article in tables["claims"].unknown | tables["no_claim"].unknown:
            continue
        spans = [span_of(span) for row in tables["claims"].rows if row["article"] == article for span in row["spans"]]
        spans += [match.span() for match in _QUOTED.finditer(text)]
        unclaimed = [row for row in tables["no_claim"].rows if row["article"] == article]
        spans += [span_of(row) for row in unclaimed if row["reason"] in _NEAR_CLAIMS]
        claimed = mask_of([span for span in spans if fits(span, text)], len(text))
        claimed |= ~content_of(tables, article, text)  # reported by `spans_in_content`
        for place, row in tables["stance"]:
            if row["article"] == article and row["scale"] is not None:
                for start, end in map(span_of, row["evidence"]):
                    if fits((start, end), text) and not np.any(claimed[start:end]):
                        message = f"evidence [{start}, {end}) overlaps no claim and no quotation"
                        yield Problem("evidence-unclaimed", place, message)
