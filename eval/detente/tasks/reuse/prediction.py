"""Reuse as values: two articles with the passages that they share, and the passages that a line predicts."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import NamedTuple

from detente.data.fields import Field, label, objects, offset_unit, read, span
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

    @cached_property
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
    """The passages of a line by their places, not by their order; two may overlap, but not be the same.

    Raises:
        PredictionError: With every fault of the line.
    """
    return tuple(sorted(read(record, partial(_detections, pair)), key=lambda detection: detection.passage))


def _detections(pair: Pair, line: Field) -> tuple[Detection, ...] | None:
    unit = offset_unit(line)
    in_this, in_source = span(pair.this_text, unit), span(pair.source_text, unit)

    def detection(item: Field) -> Detection:
        this, source = item.get("this", in_this), item.get("source_span", in_source)
        return Detection(Passage(this or (0, 0), source or (0, 0)), item.get("operation", label(OPERATIONS)))

    passages = objects(detection, ("this", "source_span"), ("operation",), lambda detection: detection.passage)
    return line.get("passages", passages)


def as_pan(pair: Pair, passages: Sequence[Passage]) -> list[tuple[str, int, int, str, int, int, bool]]:
    """Passages of a pair as the official program has them: reference, offset and length of each side, external."""
    return [
        (pair.article, this[0], this[1] - this[0], pair.source, source[0], source[1] - source[0], True)
        for this, source in passages
    ]
