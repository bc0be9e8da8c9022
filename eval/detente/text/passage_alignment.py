"""Passages that two texts share, found as plagiarism detectors do: seeds, which are extended to passages.

A seed is a run of words that both texts have. Seeds that lie near one another in both texts are one passage, whatever
stands between them; a passage with too few words is chance.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from detente.text.folding import fold
from detente.text.spans import Span
from detente.text.tokens import token_spans

SEED: Final = 4
"""Of how many words a seed is."""
GAP: Final = 8
"""So many words may stand between two seeds of a passage, in either text."""
LEAST: Final = 8
"""Of how many words a passage is at the least, in either text."""


class Shared(NamedTuple):
    """A passage as characters `[start, end)` of either text."""

    this: Span
    other: Span


class _Words(NamedTuple):
    words: list[str]
    spans: list[Span]


class _Block(NamedTuple):
    """Words `[start, end)` of either text."""

    this: Span
    other: Span


def _words(text: str) -> _Words:
    spans = [span for span in token_spans(text) if text[span[0]].isalnum()]
    return _Words([fold(text[start:end]).casefold() for start, end in spans], spans)


def shared_passages(this: str, other: str) -> list[Shared]:
    """The passages that two texts share, in the order of the first; case, quotation marks and white space aside.

    Args:
        this: A text.
        other: Another one.
    """
    left, right = _words(this), _words(other)
    starts: dict[tuple[str, ...], list[int]] = {}
    for place in range(len(right.words) - SEED + 1):
        starts.setdefault(tuple(right.words[place : place + SEED]), []).append(place)
    seeds = (
        _Block((place, place + SEED), (found, found + SEED))
        for place in range(len(left.words) - SEED + 1)
        for found in starts.get(tuple(left.words[place : place + SEED]), ())
    )
    return [
        Shared(_characters(left.spans, block.this), _characters(right.spans, block.other))
        for block in _extended(seeds)
        if min(block.this[1] - block.this[0], block.other[1] - block.other[0]) >= LEAST
    ]


def _extended(seeds: Iterable[_Block]) -> list[_Block]:
    """Seeds in the order of the first text, joined with the nearest block before them that they follow in both."""
    blocks: list[_Block] = []
    for seed in seeds:
        near = [place for place, block in enumerate(blocks) if _follows(block, seed)]
        if near:
            place = min(near, key=lambda place: abs(blocks[place].other[1] - seed.other[0]))
            block = blocks[place]
            blocks[place] = _Block((block.this[0], seed.this[1]), (block.other[0], max(block.other[1], seed.other[1])))
        else:
            blocks.append(seed)
    return sorted(blocks)


def _follows(block: _Block, seed: _Block) -> bool:
    return seed.this[0] - block.this[1] <= GAP and block.other[0] <= seed.other[0] <= block.other[1] + GAP


def _characters(spans: list[Span], words: Span) -> Span:
    return spans[words[0]][0], spans[words[1] - 1][1]
