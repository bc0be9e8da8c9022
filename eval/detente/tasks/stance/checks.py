"""Checks of stance: who is alleged to hold it, and that its evidence is claimed by somebody."""

import re
from collections.abc import Iterator
from typing import Final

import numpy as np

from detente.data.annotated import Tables, content_of, fits, texts
from detente.data.independent_sources import principal
from detente.data.jsonl import describe
from detente.data.labels import MEDIA_KINDS
from detente.data.page import span_of
from detente.data.problems import Problem
from detente.text.spans import mask_of

_QUOTED: Final = re.compile(r"[\"“][^\"“”\n]+[\"”]")


def alleged_computed(tables: Tables) -> Iterator[Problem]:
    """Media and the page's voice skipped, the innermost reporter speaks for another state than the holder's."""
    speaks_for = {row["id"]: row["speaks_for"] for row in tables["sources"].rows}
    media = {row["id"] for row in tables["sources"].rows if row["kind"] in MEDIA_KINDS}
    for place, row in tables["stance"]:
        principals = {name: principal(name, speaks_for) for name in (row["holder"], *row["chain"])}
        if not {*principals, *principals.values()} <= speaks_for.keys():
            continue  # an unknown source, which is reported where it is named: it may speak for anybody
        reporters = [link for link in row["chain"] if link not in media]
        alleged = bool(reporters) and principals[reporters[-1]] != principals[row["holder"]]
        if alleged != row["alleged"]:
            reporter = reporters[-1] if reporters else "nobody but media"
            message = f"alleged is {describe(row['alleged'])}, but {reporter} reports {row['holder']}"
            yield Problem("alleged-wrong", place, message)


def evidence_is_claimed(tables: Tables) -> Iterator[Problem]:
    """Each evidence span of a stance overlaps a claim or a quotation."""
    for article, text in texts(tables).items():
        if article in tables["claims"].unread.articles:
            continue
        spans = [span_of(span) for row in tables["claims"].rows if row["article"] == article for span in row["spans"]]
        spans += [match.span() for match in _QUOTED.finditer(text)]
        claimed = mask_of([span for span in spans if fits(span, text)], len(text))
        claimed |= ~content_of(tables, article, text)  # reported by `spans_in_content`
        for place, row in tables["stance"]:
            if row["article"] == article and row["scale"] is not None:
                for start, end in map(span_of, row["evidence"]):
                    if fits((start, end), text) and not np.any(claimed[start:end]):
                        message = f"evidence [{start}, {end}) overlaps no claim and no quotation"
                        yield Problem("evidence-unclaimed", place, message)
