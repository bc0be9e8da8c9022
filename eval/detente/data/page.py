"""A page with its gold segments, its lines and its tokens."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from detente.data.jsonl import Record
from detente.data.labels import ZONE_OF_TYPE
from detente.text.spans import Span, sums_within
from detente.text.tokens import is_space, line_spans, token_spans


def span_of(row: Record) -> Span:
    """The span of a row, or of a `{start, end}`, as a pair."""
    return row["start"], row["end"]


def pairs_of(spans: Iterable[Record]) -> tuple[Span, ...]:
    """Spans as pairs."""
    return tuple(map(span_of, spans))


@dataclass(frozen=True)
class Page:
    """One page with its gold segments and, for what a remover retains of them, the spans of other layers.

    `zones` has the zone of each type that a segment may have.
    """

    id: str
    family: str
    text: str
    segments: tuple[Record, ...]
    layers: Mapping[str, Sequence[tuple[Span, ...]]] = field(default_factory=dict)
    zones: Mapping[str, str] = field(default_factory=lambda: ZONE_OF_TYPE)

    @cached_property
    def spans(self) -> list[Span]:
        """The segments' spans."""
        return list(pairs_of(self.segments))

    @cached_property
    def visible(self) -> NDArray[np.bool_]:
        """The characters that are not white space."""
        return ~is_space(self.text)

    @cached_property
    def lines(self) -> list[Span]:
        """The non-blank lines."""
        return line_spans(self.text)

    @cached_property
    def tokens(self) -> list[Span]:
        """The tokens."""
        return token_spans(self.text)

    @cached_property
    def segment_of_line(self) -> NDArray[np.intp]:
        """For each line the segment that holds most of it, the first of equals."""
        starts = np.array([start for start, _ in self.lines])
        home = np.searchsorted(starts, [start for start, _ in self.spans], side="right") - 1
        sizes = sums_within(self.visible, self.spans)
        largest = np.lexsort((np.arange(len(home)), -sizes, home))
        return largest[np.unique(home[largest], return_index=True)[1]]

    @cached_property
    def segment_of_token(self) -> NDArray[np.intp]:
        """For each token the segment that it starts in."""
        starts = np.array([start for start, _ in self.spans])
        return np.searchsorted(starts, [start for start, _ in self.tokens], side="right") - 1
