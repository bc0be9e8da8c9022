"""A page made ready to have outputs placed in it."""

from collections.abc import Iterator

import numpy as np

from detente.text.folding import fold
from detente.text.normalization import is_space, line_spans, token_spans
from detente.text.spans import Span


class DensePage:
    """A page made ready: its text without white space, the way back to its offsets, its tokens."""

    def __init__(self, text: str) -> None:
        folded = fold(text)
        blank = is_space(text)
        self.length = len(text)
        self.offsets = np.flatnonzero(~blank)
        self.dense = "".join(folded.split())
        boundary = np.ones(self.length + 1, dtype=bool)
        spans = token_spans(folded)
        for start, end in spans:
            boundary[start + 1 : end] = False
        place_of = np.concatenate([[0], np.cumsum(~blank)])
        self.token_starts = place_of[[start for start, _ in spans]] if spans else np.zeros(0, dtype=np.int64)
        self.token_ends = place_of[[end for _, end in spans]] if spans else np.zeros(0, dtype=np.int64)
        self.tokens = [folded[start:end].casefold() for start, end in spans]
        # Both ends of an exact match stand where a token starts or ends.
        self.boundary = np.append(boundary[self.offsets], True)
        lines = line_spans(text)
        self.line_starts = {int(place_of[start]) for start, _ in lines}
        self.line_ends = {int(place_of[end]) for _, end in lines}


def occurrences(needle: str, page: DensePage) -> Iterator[Span]:
    """Where a text without white space stands in the page, at token boundaries."""
    start = page.dense.find(needle)
    while start >= 0:
        if page.boundary[start] and page.boundary[start + len(needle)]:
            yield start, start + len(needle)
        start = page.dense.find(needle, start + 1)
