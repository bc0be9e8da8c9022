"""Reuse as values: two articles with the passages that they share, and the passages that a line predicts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from detente.data import fields as forms
from detente.data.field_items import Item, items, label, span
from detente.data.jsonl import Record
from detente.data.labels import OPERATIONS
from detente.metrics.text_alignment import Passage


@dataclass(frozen=True)
class Pair:
    """Two articles, the lower id first, with the passages that they share."""

    id: str
    family: str
    article: str
    source: str
    this_text: str
    source_text: str
    rows: tuple[Record, ...]
    outlets: str = "unknown"

    @property
    def cases(self) -> list[Passage]:
        """The gold passages, in the order of the rows."""
        return [
            Passage(*((row[side]["start"], row[side]["end"]) for side in ("this", "source_span"))) for row in self.rows
        ]


class Detection(NamedTuple):
    """A predicted passage, and its operation if it has one."""

    passage: Passage
    operation: str | None = None


def parse(pair: Pair, record: Record) -> tuple[Detection, ...]:
    """The passages of a line by their places, not by their order; two may overlap, but not be the same."""
    unit = forms.offset_unit(record)

    def detection(item: Item) -> Detection:
        this = item.read("this", lambda value, name: span(value, name, pair.this_text, unit))
        source = item.read("source_span", lambda value, name: span(value, name, pair.source_text, unit))
        operation = item.read("operation", lambda value, name: label(value, name, OPERATIONS))
        return Detection(Passage(this or (0, 0), source or (0, 0)), operation)

    found = items(
        record, "passages", ("this", "source_span"), ("operation",), detection, lambda detection: detection.passage
    )
    return tuple(sorted(found, key=lambda detection: detection.passage))


def as_pan(pair: Pair, passages: Sequence[Passage]) -> list[tuple[str, int, int, str, int, int, bool]]:
    """Passages of a pair as the official program has them: reference, offset and length of each side, external."""
    return [
        (pair.article, this[0], this[1] - this[0], pair.source, source[0], source[1] - source[0], True)
        for this, source in passages
    ]
