r"""The words of a text, as runs of `\w`, in arrays: a text of a thousand words without a thousand strings."""

import re
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.text.tokens import code_points

_WORD: Final = re.compile(r"\w")
_UNKNOWN, _SEPARATOR, _OF_WORDS = range(3)
_KINDS: Final = np.zeros(0x110000, dtype=np.uint8)
"""What each code point is; learnt when it is first met."""
_BASE: Final = 0x9E3779B97F4A7C15  # odd, so that it has an inverse modulo 2⁶⁴
_powers = np.ones((2, 1), dtype=np.uint64)


class Words(NamedTuple):
    """Words by their places.

    Attributes:
        points: The text's code points.
        starts: Where each word starts.
        ends: Where each ends.
        hashes: A number for each word, the same for the same word; another word's may be the same by bad luck.
    """

    points: NDArray[np.uint32]
    starts: NDArray[np.intp]
    ends: NDArray[np.intp]
    hashes: NDArray[np.uint64]


def _of_words(points: NDArray[np.uint32]) -> NDArray[np.bool_]:
    r"""One truth per code point: is it `\w`?"""
    kinds = _KINDS[points]
    if not kinds.all():
        unknown = np.unique(points[kinds == _UNKNOWN])
        _KINDS[unknown] = [_SEPARATOR if _WORD.match(chr(point)) is None else _OF_WORDS for point in unknown]
        kinds = _KINDS[points]
    inside: NDArray[np.bool_] = kinds == _OF_WORDS
    return inside


def words(text: str) -> list[str]:
    r"""The runs of `\w`, case kept."""
    points = code_points(text)
    spaced = np.where(_of_words(points), points, np.uint32(ord(" ")))
    return spaced.tobytes().decode("utf-32-le", "surrogatepass").split()


def located_words(text: str) -> Words:
    """The words of a text in arrays.

    The number of a word is Σ (cᵢ + 1) Bⁱ modulo 2⁶⁴ over its code points c (Karp and Rabin 1987): of all words at once
    by a running sum over the text, divided by the power at each word's start.
    """
    points = code_points(text)
    inside = np.zeros(len(points) + 2, dtype=bool)
    inside[1:-1] = _of_words(points)
    edges = np.flatnonzero(inside[1:] != inside[:-1])
    starts, ends = edges[::2], edges[1::2]
    powers, inverses = _powers_to(len(points) + 1)
    sums = np.zeros(len(points) + 1, dtype=np.uint64)
    np.cumsum((points + np.uint64(1)) * powers[: len(points)], out=sums[1:])
    return Words(points, starts, ends, (sums[ends] - sums[starts]) * inverses[starts])


def _powers_to(length: int) -> NDArray[np.uint64]:
    """B⁰, B¹ … and their inverses modulo 2⁶⁴, at least `length` of each."""
    global _powers  # noqa: PLW0603 a table that grows
    if _powers.shape[1] < length:
        bases = np.array([[_BASE], [pow(_BASE, -1, 2**64)]], dtype=np.uint64)
        _powers = np.repeat(bases, 2 * length, axis=1)
        _powers[:, 0] = 1
        _powers = np.cumprod(_powers, axis=1, dtype=np.uint64)
    return _powers


def same_words(first: Words, these: NDArray[np.intp], second: Words, those: NDArray[np.intp]) -> NDArray[np.bool_]:
    """One truth per pair of words: are they the same, letter by letter?"""
    sizes = first.ends[these] - first.starts[these]
    same: NDArray[np.bool_] = sizes == second.ends[those] - second.starts[those]
    these, those, sizes = these[same], those[same], sizes[same]
    if not len(sizes):
        return same
    begins = np.cumsum(sizes) - sizes
    letters = np.arange(begins[-1] + sizes[-1])
    here = letters + np.repeat(first.starts[these] - begins, sizes)
    there = letters + np.repeat(second.starts[those] - begins, sizes)
    other = first.points[here] != second.points[there]
    if other.any():
        same[same] = ~np.logical_or.reduceat(other, begins)
    return same
