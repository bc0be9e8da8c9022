"""Runs of tokens that two texts share, told from coincidences."""

from collections.abc import Hashable, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import LCSseq
from rapidfuzz.fuzz import partial_ratio_alignment

from detente.text.spans import Span

SEED: Final = 4
"""A run of this many equal tokens is a match on its own; a shorter one must lie close to such a run."""
SLACK: Final = 3
"""How many tokens may lie between a short run and the run that vouches for it, on either side."""
SIMILAR: Final = 0.6
"""A piece of which this share of tokens is found in order counts as found, whatever its runs."""


def runs(found: NDArray[np.bool_]) -> list[Span]:
    """The stretches of true values, as `[start, end)`."""
    padded = np.zeros(len(found) + 2, dtype=bool)
    padded[1:-1] = found
    edges = (padded[1:] != padded[:-1]).nonzero()[0].tolist()
    return list(zip(edges[::2], edges[1::2], strict=True))


def matches(tokens: Sequence[Hashable], page: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Pairs of positions, in `tokens` and in the best window of `page`, that are a match and not a coincidence."""
    low, high = 0, len(page)
    if len(tokens) < len(page):
        window = partial_ratio_alignment(tokens, page)
        if window is None:
            return []
        margin = len(tokens) // 4 + SLACK
        low, high = max(0, window.dest_start - margin), window.dest_end + margin
    blocks = LCSseq.opcodes(tokens, page[low:high]).as_matching_blocks()  # the last is empty, and gives no pairs
    if sum(block.size for block in blocks) < SIMILAR * len(tokens):
        sure = [block.size >= SEED for block in blocks]
        close = [
            right.a - left.a - left.size <= SLACK and right.b - left.b - left.size <= SLACK
            for left, right in pairwise(blocks)
        ]
        for index, near in enumerate(close):
            sure[index + 1] |= sure[index] and near
        for index, near in reversed(list(enumerate(close))):
            sure[index] |= sure[index + 1] and near
        blocks = [block for block, keep in zip(blocks, sure, strict=True) if keep]
    return [(block.a + step, low + block.b + step) for block in blocks for step in range(block.size)]
