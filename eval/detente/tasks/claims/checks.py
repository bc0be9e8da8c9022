"""Checks of claims: against each other, against the text of their page, and against attribution."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from detente.data.annotated import CONTENT_TYPES, Tables, fits, segmented, segments_of, texts
from detente.data.page import span_of
from detente.data.problems import Problem
from detente.text.spans import mask_of, overlaps
from detente.text.tokens import is_space

CONNECTIVES: Final = frozenset(
    (
        *("and", "but", "or", "as", "because", "although", "since", "while", "that"),
        *("after", "before", "with", "despite", "following", "however", "thus", "so"),
    )
)
"""Words that may stand between claims and belong to none (`annotations/claims/GUIDELINES.md`, section 5)."""

_WORDS_SHOWN: Final = 8


def claims_disjoint(tables: Tables) -> Iterator[Problem]:
    """No character is in two claims, or in a claim and a no-claim span."""
    for article in texts(tables):
        places = {
            span_of(span): place
            for place, row in tables["claims"]
            if row["article"] == article
            for span in row["spans"]
        }
        places |= {span_of(row): place for place, row in tables["no_claim"] if row["article"] == article}
        for left, right in overlaps(list(places)):
            message = f"[{right[0]}, {right[1]}) overlaps [{left[0]}, {left[1]}) at {places[left]}"
            yield Problem("claim-overlap", places[right], message)


def body_covered(tables: Tables) -> Iterator[Problem]:
    """Every word of a labelled segment is in a claim, in a no-claim span, or a connective between them."""
    unknown = tables["claims"].unknown | tables["no_claim"].unknown
    for article, text in segmented(tables).items():
        if article in unknown:
            continue
        spans = [span for row in tables["claims"].rows if row["article"] == article for span in row["spans"]]
        spans += [row for row in tables["no_claim"].rows if row["article"] == article]
        free = ~mask_of([span_of(span) for span in spans if fits(span_of(span), text)], len(text)) & ~is_space(text)
        for place, row in segments_of(tables, article):
            if row["type"] in CONTENT_TYPES and fits(span_of(row), text):
                characters = zip(text[row["start"] : row["end"]], free[row["start"] : row["end"]], strict=True)
                left = "".join(character if is_free else " " for character, is_free in characters)
                words = [word for word in re.findall(r"\w+(?:[’']\w+)*", left) if word.lower() not in CONNECTIVES]
                if words:
                    shown = " ".join(words[:_WORDS_SHOWN])
                    message = f"neither claim nor no-claim: {shown!r} in {row['id']} at {place}"
                    yield Problem("claim-gap", f"annotations/claims/gold/{article}.jsonl", message)


def claims_are_whole(tables: Tables) -> Iterator[Problem]:
    """A claim has spans and at least one attribution row, and links each proposition once."""
    attributed = {row["claim"] for row in tables["attribution"].rows}
    for place, row in tables["claims"]:
        if not row["spans"]:
            yield Problem("span-empty", place, f"{row['id']} has no span")
        if row["id"] not in attributed and row["article"] not in tables["attribution"].unknown:
            message = f"{row['id']} has no row in attribution: type none if nobody is cited"
            yield Problem("attribution-missing", place, message)
        linked = Counter(link["proposition"] for link in row["propositions"])
        if twice := [name for name, count in linked.items() if count > 1]:
            yield Problem("id-duplicate", place, f"{row['id']} links {', '.join(twice)} more than once")
