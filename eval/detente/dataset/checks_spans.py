"""Checks of a page against its text: spans, the partition into segments, `repeats`, headlines, where evidence lies."""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detente.data.jsonl import Line, Record, describe
from detente.data.problems import Problem
from detente.dataset.annotations import Tables
from detente.tasks.boilerplate.duplicates import Segment, repeats
from detente.text.spans import Span, mask_of, overlaps
from detente.text.tokens import is_space

CONTENT_TYPES: Final = ("paragraph", "headline", "subheading")
"""Where claims and evidence may lie: the article's own text and what heads it."""

SPAN_FIELDS: Final = {
    "claims": ("spans",),
    "stance": ("evidence",),
    "attribution": ("source_spans", "cue_spans", "content_spans"),
    "derivation": ("evidence",),
}
"""Fields that are lists of spans in the row's own article."""


def texts(tables: Tables) -> dict[str, str]:
    """The texts there are; a refused capture has none."""
    return {row["id"]: row["text"] for row in tables["articles"].rows if row["text"]}


def segmented(tables: Tables) -> dict[str, str]:
    """The texts all of whose segments could be read: of the others nothing can be said that takes the whole page."""
    return {name: text for name, text in texts(tables).items() if name not in tables["boilerplate"].incomplete}


def span_of(row: Record) -> Span:
    """A row's or a struct's span as a pair."""
    return row["start"], row["end"]


def span_problem(place: str, span: Span, text: str) -> Problem | None:
    """What is wrong with a span of a text, or None."""
    start, end = span
    if start >= end:
        return Problem("span-empty", place, f"the span [{start}, {end}) holds nothing: it must start before it ends")
    if start < 0 or end > len(text):
        past = (
            f"start {start} is before the text" if start < 0 else f"end {end} is past the text's {len(text)} characters"
        )
        return Problem("span-outside-text", place, past)
    return None


def fits(span: Span, text: str) -> bool:
    """Is the span a span of the text? What is not is told by `spans_inside`."""
    return 0 <= span[0] < span[1] <= len(text)


def all_spans(tables: Tables) -> Iterator[tuple[str, str, Record]]:
    """Every span of every table: where it stands, its article, and its offsets."""
    for config in ("boilerplate", "no_claim"):
        yield from ((place, row["article"], row) for place, row in tables[config])
    for config, fields in SPAN_FIELDS.items():
        for place, row in tables[config]:
            yield from ((place, row["article"], span) for field in fields for span in row[field])
    for place, row in tables["reuse"]:
        yield place, row["article"], row["this"]
        yield place, row["source"], row["source_span"]
    for config in ("articles", "events"):
        for place, row in tables[config]:
            yield from ((place, span["article"], span) for span in row["evidence"])


def spans_inside(tables: Tables) -> Iterator[Problem]:
    """Spans are not empty and lie in their text; the articles they name are registered."""
    known = texts(tables)
    registered = {row["id"] for row in tables["articles"].rows}
    for place, article, span in all_spans(tables):
        if article not in registered:
            yield Problem("article-unregistered", place, f"{article} is not registered in articles")
        elif article in known and (problem := span_problem(place, span_of(span), known[article])):
            yield problem


def segments_of(tables: Tables, article: str) -> list[Line]:
    """The segments of one page, as read."""
    return [line for line in tables["boilerplate"] if line.record["article"] == article]


def partition(tables: Tables) -> Iterator[Problem]:
    """Every non-space character of a page is in exactly one segment, and a segment lies within one line."""
    for article, text in segmented(tables).items():
        lines = [line for line in segments_of(tables, article) if fits(span_of(line.record), text)]
        places = {span_of(line.record): line.place for line in lines}
        for place, row in lines:
            segment = text[row["start"] : row["end"]]
            if "\n" in segment or segment != segment.strip():
                message = f"{row['id']} must lie within one line, without white space at its ends"
                yield Problem("segment-crosses-lines", place, message)
        for left, right in overlaps([span_of(line.record) for line in lines]):
            message = f"[{right[0]}, {right[1]}) overlaps [{left[0]}, {left[1]}) at {places[left]}"
            yield Problem("segment-overlap", places[right], message)
        yield from _gaps(article, text, [span_of(line.record) for line in lines])


def _gaps(article: str, text: str, spans: list[Span]) -> Iterator[Problem]:
    left_out = ~mask_of(spans, len(text)) & ~is_space(text)
    number, start = 1, 0
    for line in text.split("\n"):
        if left_out[start : start + len(line)].any():
            first = start + int(left_out[start : start + len(line)].argmax())
            message = f"characters from {first} on are in no segment: {text[first : first + 30]!r}"
            yield Problem("segment-gap", f"dataset/raw/{article}.txt:{number}", message)
        number, start = number + 1, start + len(line) + 1


def repeats_computed(tables: Tables) -> Iterator[Problem]:
    """`repeats` is what the rule computes from the text."""
    for article, text in segmented(tables).items():
        lines = sorted(segments_of(tables, article), key=lambda line: span_of(line.record))
        if not all(fits(span_of(line.record), text) for line in lines):
            continue  # told by `spans_inside`; the rule needs the whole page
        rule = repeats([Segment(row["id"], text[row["start"] : row["end"]], row["zone"] == "body") for _, row in lines])
        for place, row in lines:
            if row["repeats"] != rule[row["id"]]:
                yield Problem(
                    "repeats-wrong",
                    place,
                    f"repeats is {describe(row['repeats'])}, the rule gives {describe(rule[row['id']])}",
                )


def headlines_found(tables: Tables) -> Iterator[Problem]:
    """The registry's headline is the page's first headline segment, word for word; null where the page has none."""
    whole = segmented(tables)
    for place, row in tables["articles"]:
        segments = [
            row["text"][segment["start"] : segment["end"]]
            for _, segment in segments_of(tables, row["id"])
            if segment["type"] == "headline"
        ]
        if row["id"] in whole and row["headline"] != (segments[0] if segments else None):
            found = repr(segments[0]) if segments else "no headline segment"
            yield Problem("headline-not-found", place, f"headline is {row['headline']!r}, the page has {found}")


def content_of(tables: Tables, article: str, text: str) -> NDArray[np.bool_]:
    """One truth per character: is it of the body, a headline or a subheading, or white space?"""
    segments = [row for _, row in segments_of(tables, article) if fits(span_of(row), text)]
    return mask_of([span_of(row) for row in segments if row["type"] in CONTENT_TYPES], len(text)) | is_space(text)


def spans_in_content(tables: Tables) -> Iterator[Problem]:
    """Stance evidence, claims and reused passages lie in the body or in headlines, to the character."""
    known = segmented(tables)
    content = {article: content_of(tables, article, text) for article, text in known.items()}
    for rule, place, article, (start, end) in _spans_of_content(tables):
        if article in known and fits((start, end), known[article]) and not content[article][start:end].all():
            shown = known[article][start:end][:40]
            yield Problem(rule, place, f"[{start}, {end}) leaves the body and the headlines: {shown!r}")


def _spans_of_content(tables: Tables) -> Iterator[tuple[str, str, str, Span]]:
    for config, field, rule in (
        ("stance", "evidence", "evidence-outside-content"),
        ("claims", "spans", "claim-outside-content"),
    ):
        for place, row in tables[config]:
            yield from ((rule, place, row["article"], span_of(span)) for span in row[field])
    for place, row in tables["reuse"]:
        yield "reuse-outside-content", place, row["article"], span_of(row["this"])
        yield "reuse-outside-content", place, row["source"], span_of(row["source_span"])


CHECKS: Final = (spans_inside, partition, repeats_computed, headlines_found, spans_in_content)
