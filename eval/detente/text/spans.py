"""Half-open spans of code points, as pairs and as masks."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Span = tuple[int, int]
OFFSET_UNITS = ("codepoint", "utf8", "utf16")


def mask_of(spans: Iterable[Span], length: int) -> NDArray[np.bool_]:
    """One truth per character of a text of `length`: does any span cover it? Spans may overlap."""
    edges = np.zeros(length + 1, dtype=np.int64)
    pairs = np.array(list(spans), dtype=np.int64).reshape(-1, 2)
    np.add.at(edges, pairs[:, 0], 1)
    np.add.at(edges, pairs[:, 1], -1)
    covered: NDArray[np.bool_] = np.cumsum(edges[:-1]) > 0
    return covered


def sums_within(values: NDArray[np.bool_], spans: Sequence[Span]) -> NDArray[np.int64]:
    """How many characters of each span are true in `values`."""
    running = np.concatenate([[0], np.cumsum(values, dtype=np.int64)])
    pairs = np.array(spans, dtype=np.int64).reshape(-1, 2)
    counted: NDArray[np.int64] = running[pairs[:, 1]] - running[pairs[:, 0]]
    return counted


def to_code_points(text: str, unit: str) -> NDArray[np.int64]:
    """For each offset in `unit`, the code point it stands at, or -1 in the middle of a character.

    Args:
        text: The text that the offsets count in.
        unit: `utf8` (bytes), `utf16` (JavaScript's and Java's units) or `codepoint`.

    Returns:
        An array one longer than the text has units: the end is an offset too.
    """
    points = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)
    if unit == "codepoint":
        return np.arange(len(points) + 1)
    width = 1 + (points > 0xFFFF) if unit == "utf16" else 1 + (points > 0x7F) + (points > 0x7FF) + (points > 0xFFFF)
    starts = np.concatenate([[0], np.cumsum(width)])
    table = np.full(starts[-1] + 1, -1, dtype=np.int64)
    table[starts] = np.arange(len(points) + 1)
    return table


def overlaps(spans: Sequence[Span]) -> list[tuple[Span, Span]]:
    """Neighbouring pairs, in the order of the text, that share a character."""
    return [(left, right) for left, right in pairwise(sorted(spans)) if right[0] < left[1]]
