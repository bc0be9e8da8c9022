"""Checks of segments against the text of their page: the partition, and `repeats`."""

from collections.abc import Iterator

from detente.data.annotated import Tables, fits, segmented, segments_of
from detente.data.jsonl import describe
from detente.data.page import span_of
from detente.data.problems import Problem
from detente.tasks.boilerplate.duplicates import Segment, repeats
from detente.text.spans import Span, mask_of, overlaps
from detente.text.tokens import is_space


def types_are_of_zones(tables: Tables) -> Iterator[Problem]:
    """A type belongs to one zone; one that is no type, or no zone, breaks another rule."""
    zones = tables["boilerplate"].inventory.zone_of_type
    for place, row in tables["boilerplate"]:
        if zones.get(row["type"], row["zone"]) != row["zone"] and row["zone"] in zones.values():
            yield Problem("zone-type", place, f"type {row['type']} does not belong to zone {row['zone']}")


def partition(tables: Tables) -> Iterator[Problem]:
    """Every non-space character of a page is in exactly one segment, and a segment lies within one line."""
    for article, text in segmented(tables).items():
        lines = [line for line in segments_of(tables, article) if fits(span_of(line.record), text)]
        places = {span_of(line.record): line.location for line in lines}
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
            continue  # reported by `spans_inside`; the rule needs the whole page
        rule = repeats([Segment(row["id"], text[row["start"] : row["end"]], row["zone"] == "body") for _, row in lines])
        for place, row in lines:
            if row["repeats"] != rule[row["id"]]:
                shown, computed = describe(row["repeats"]), describe(rule[row["id"]])
                yield Problem("repeats-wrong", place, f"repeats is {shown}, the rule gives {computed}")
