"""Multisets of tokens, of shingles and of paragraphs: how much of one the other has."""

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.metrics.rouge import Overlap

SHINGLE: Final = 4
_WORD: Final = re.compile(r"\w+")


class Hits(NamedTuple):
    """Members of two multisets: in both, of the candidate's alone, of the reference's alone."""

    tp: int
    fp: int
    fn: int


def words(text: str) -> list[str]:
    r"""The runs of `\w`, case kept."""
    return _WORD.findall(text)


def compare(reference: Iterable[Hashable], candidate: Iterable[Hashable]) -> Hits:
    """What two multisets share: the sum over members of the lesser count; the rest is fp or fn."""
    first, second = Counter(reference), Counter(candidate)
    shared = sum(min(count, second[member]) for member, count in first.items())
    return Hits(shared, second.total() - shared, first.total() - shared)


def overlap(hits: Hits) -> Overlap:
    """Precision, recall and F1 of two multisets: 1 if both are empty, 0 if one is (WCXB)."""
    tp, fp, fn = hits
    if not tp:
        empty = float(not fp and not fn)
        return Overlap(empty, empty, empty)
    return Overlap(tp / (tp + fp), tp / (tp + fn), 2 * tp / (2 * tp + fp + fn))


class Shingles:
    """The shingles of a reference, counted once, to compare any number of texts with.

    A shingle is four tokens in a row; a text of one to three tokens has one shorter shingle, an empty text none.
    """

    def __init__(self, text: str) -> None:
        self.tokens = words(text)
        self._numbers = {token: number for number, token in enumerate(dict.fromkeys(self.tokens), start=1)}
        self._shingles, self._counts = np.unique(self._shingles_of(self.tokens), return_counts=True)

    def _shingles_of(self, tokens: Sequence[str]) -> NDArray[np.uint64 | np.object_]:
        """A number for each shingle: its tokens' numbers as digits; 0 stands for a token that the reference lacks."""
        base = len(self._numbers) + 2  # the last digit fills a shorter shingle up
        get = self._numbers.get
        numbers = [get(token, 0) for token in tokens]
        if 0 < len(numbers) < SHINGLE:
            numbers += [base - 1] * (SHINGLE - len(numbers))
        digits = np.array(numbers, dtype=np.uint64 if base**SHINGLE < 2**64 else object)
        count = max(0, len(digits) - SHINGLE + 1)
        made = digits[:count]
        for step in range(1, SHINGLE):
            made = made * base + digits[step : step + count]
        return made

    def compare(self, tokens: Sequence[str]) -> Hits:
        """The reference's shingles and those of another text, given by its tokens."""
        shingles, counts = np.unique(self._shingles_of(tokens), return_counts=True)
        total, reference = int(counts.sum()), int(self._counts.sum())
        if not total or not reference:
            return Hits(0, total, reference)
        places = np.searchsorted(self._shingles, shingles).clip(max=len(self._shingles) - 1)
        same = self._shingles[places] == shingles
        shared = int(np.minimum(self._counts[places], counts)[same].sum())
        return Hits(shared, total - shared, reference - shared)
