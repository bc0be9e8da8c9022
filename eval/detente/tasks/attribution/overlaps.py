"""Characters and tokens that are in gold spans, in predicted ones, or in both: of many texts at once.

A character counts unless it is white space; a token if more than half of its characters are in spans. Texts are cut
where a span starts or ends: each stretch between is in all of a span or in nothing of it.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.data.page import Page
from detente.metrics.span_columns import Ints, Spans, flat, integers, runs

LEVELS: Final = ("char", "token")
_Sides = NDArray[np.bool_]
"""For gold and for predicted spans a row of truths."""


class _Pages(NamedTuple):
    """Pages in columns, one after the other.

    Attributes:
        width: More than any of them has characters.
        before: Of each page how many characters before each place are not white space, its end being a place, too.
        first: Of each page where these begin.
        first_token: Of each page its first token.
        page: The page of each token.
        start: Where it starts.
        until: Where the next one of its page starts, or the page ends.
        length: How many characters it has.
    """

    width: int
    before: Ints
    first: Ints
    first_token: Ints
    page: Ints
    start: Ints
    until: Ints
    length: Ints

    @classmethod
    def of(cls, pages: Sequence[Page]) -> "_Pages":
        """Those of pages."""
        lengths = integers(len(page.text) for page in pages)
        spans, _ = flat([page.tokens for page in pages])
        sizes = integers(len(page.tokens) for page in pages)
        home = np.repeat(np.arange(len(pages)), sizes)
        start, until = spans[:, 0], lengths[home]
        followed = np.flatnonzero(np.diff(home) == 0)
        until[followed] = start[followed + 1]
        return cls(
            int(lengths.max(initial=0)) + 1,
            np.concatenate([integers(()), *(np.append(0, np.cumsum(page.visible)) for page in pages)]),
            np.cumsum(lengths + 1) - lengths - 1,
            np.cumsum(sizes) - sizes,
            *(home, start, until, spans[:, 1] - start),
        )

    def visible(self, page: Ints, start: Ints, end: Ints) -> Ints:
        """How many characters from one place of a page to another are not white space."""
        sizes: Ints = self.before[self.first[page] + end] - self.before[self.first[page] + start]
        return sizes


def _stretches(gold: Spans, predicted: Spans, width: int) -> tuple[Spans, _Sides]:
    """The stretches that are in spans, in their order, and which spans each is in."""
    bounds = [spans.text * width + edge for spans in (gold, predicted) for edge in (spans.start, spans.end)]
    edges = np.unique(np.concatenate(bounds))
    places = [np.searchsorted(edges, each) for each in bounds]
    inside = np.zeros((2, len(edges)), dtype=bool)
    for side, first, last in zip(inside, places[::2], places[1::2], strict=True):
        side[runs(first, last - first)[1]] = True
    there = np.flatnonzero(inside.any(axis=0))
    text, start = np.divmod(edges[there], width)
    return Spans(text, start, edges[there + 1] - text * width), inside[:, there]


def _tokens(pages: _Pages, page: Ints, stretches: Spans, inside: _Sides) -> tuple[Ints, _Sides]:
    """The texts of the tokens that stretches touch, and which spans each is in."""
    of_page = page[stretches.text]
    starts = pages.page * pages.width + pages.start
    first = np.searchsorted(starts, of_page * pages.width + stretches.start, side="right") - 1
    first = np.maximum(first, pages.first_token[of_page])
    stretch, token = runs(first, np.searchsorted(starts, of_page * pages.width + stretches.end) - first)
    start = np.maximum(stretches.start[stretch], pages.start[token])
    sizes = pages.visible(pages.page[token], start, np.minimum(stretches.end[stretch], pages.until[token]))
    text = stretches.text[stretch]
    each = np.flatnonzero(np.diff(text, prepend=-1) | np.diff(token, prepend=-1))
    found = np.zeros((2, len(each)), dtype=bool)
    if len(each):
        found = 2 * np.add.reduceat(sizes * inside[:, stretch], each, axis=1) > pages.length[token[each]]
    return text[each], found


def outcomes(pages: Sequence[Page], page: Ints, gold: Spans, predicted: Spans) -> dict[str, Ints]:
    """Of each text its true positives, false positives and false negatives: `char_tp`, `token_fn` and so on.

    Args:
        pages: The pages.
        page: Of each text the place of its page.
        gold: Spans of texts, that may overlap one another.
        predicted: Likewise.
    """
    columns = _Pages.of(pages)
    stretches, inside = _stretches(gold, predicted, columns.width)
    characters = columns.visible(page[stretches.text], stretches.start, stretches.end)
    text, tokens = _tokens(columns, page, stretches, inside)
    counts: dict[str, Ints] = {}
    levels = (stretches.text, inside, characters), (text, tokens, np.ones(len(text), dtype=np.int64))
    for level, (home, (mine, theirs), sizes) in zip(LEVELS, levels, strict=True):
        for outcome, which in (("tp", mine & theirs), ("fp", theirs & ~mine), ("fn", mine & ~theirs)):
            counts[f"{level}_{outcome}"] = np.bincount(home[which], sizes[which], len(page)).astype(np.int64)
    return counts
