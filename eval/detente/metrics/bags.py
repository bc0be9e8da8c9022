"""Multisets of tokens, of shingles and of paragraphs: how much of one the other has."""

from collections import Counter
from collections.abc import Hashable, Iterable
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.metrics.rouge import Overlap
from detente.metrics.words import located_words, same_words, words

SHINGLE: Final = 4
_SPREAD: Final = np.uint64(0xD6E8FEB86659FD93)

Numbers = NDArray[Any]
"""Of 64 bits, or Python's own where these are too few."""


class Hits(NamedTuple):
    """Members of two multisets: in both, of the candidate's alone, of the reference's alone."""

    tp: int
    fp: int
    fn: int


def compare(reference: Iterable[Hashable], candidate: Iterable[Hashable]) -> Hits:
    """What two multisets, counted or not, share: the sum over members of the lesser count; the rest is fp or fn."""
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


class _Places:
    """Where numbers stand among sorted, distinct ones: a look into a table, and a search where that misleads."""

    def __init__(self, keys: Numbers) -> None:
        self.keys = keys
        bits = max(4, len(keys).bit_length() + 4)  # sixteen slots or more for each key
        self._shift = np.uint64(64 - bits)
        self._table = np.full(1 << bits if keys.dtype == np.uint64 else 0, -1, dtype=np.int32)
        if len(self._table):
            self._table[self._slots(keys)] = np.arange(len(keys))

    def _slots(self, numbers: Numbers) -> Numbers:
        slots: Numbers = numbers * _SPREAD >> self._shift
        return slots

    def of(self, numbers: Numbers) -> NDArray[np.intp]:
        """The place of each number; −1 for one that is not among the keys."""
        if not len(self._table):
            places = np.zeros(len(numbers), dtype=np.intp)
            astray = np.arange(len(numbers))
        else:
            places = self._table[self._slots(numbers)].astype(np.intp)
            met = np.flatnonzero(places >= 0)
            astray = met[self.keys[places[met]] != numbers[met]]
        if len(astray) and len(self.keys):
            found = np.searchsorted(self.keys, numbers[astray]).clip(max=len(self.keys) - 1)
            places[astray] = np.where(self.keys[found] == numbers[astray], found, -1)
        return places if len(self.keys) else np.full(len(numbers), -1)


class Shingles:
    """The shingles of a reference, counted once, to compare any number of texts with.

    A shingle is four words in a row; a text of one to three words has one shorter shingle, an empty text none. Words
    are found by their hashes and then compared letter by letter, so that the counts are exact.
    """

    def __init__(self, text: str) -> None:
        self.words = located_words(text)
        hashes, self._first, numbers = np.unique(self.words.hashes, return_index=True, return_inverse=True)
        self._vocabulary = _Places(hashes)
        self._spelt: dict[str, int] = {}
        again = np.flatnonzero(self._first[numbers] != np.arange(len(numbers)))
        if not same_words(self.words, again, self.words, self._first[numbers[again]]).all():
            # Two words have one hash: no text is known to do that by chance, but one can be made to.
            self._spelt = {word: number for number, word in enumerate(dict.fromkeys(words(text)), start=1)}
        self._size = len(self._spelt) or len(hashes)
        self.numbers = self.numbers_of(text) if self._spelt else numbers + 1
        shingles, self._counts = np.unique(self._shingles_of(self.numbers), return_counts=True)
        self._places = _Places(shingles)
        self._total = int(self._counts.sum())

    def numbers_of(self, text: str) -> NDArray[np.intp]:
        """The reference's number of each word of a text, from 1; 0 for a word that it lacks."""
        if self._spelt:
            return np.array([self._spelt.get(word, 0) for word in words(text)], dtype=np.intp)
        located = located_words(text)
        places = self._vocabulary.of(located.hashes)
        found = np.flatnonzero(places >= 0)
        other = found[~same_words(located, found, self.words, self._first[places[found]])]
        places[other] = -1
        return places + 1

    def _shingles_of(self, numbers: NDArray[np.intp]) -> Numbers:
        """A number for each shingle, with its words' numbers as digits."""
        base = self._size + 2  # the last digit fills a shorter shingle up
        if 0 < len(numbers) < SHINGLE:
            numbers = np.append(numbers, [base - 1] * (SHINGLE - len(numbers)))
        digits = numbers.astype(np.uint64 if base**SHINGLE < 2**64 else object)
        count = max(0, len(digits) - SHINGLE + 1)
        made = digits[:count]
        for step in range(1, SHINGLE):
            made = made * base + digits[step : step + count]
        return made

    def compare(self, text: str) -> tuple[Hits, bool]:
        """The reference's shingles and those of another text; and whether the two have the same words in order."""
        numbers = self.numbers_of(text)
        made = self._shingles_of(numbers)
        places = self._places.of(made)
        each = np.bincount(places[places >= 0], minlength=len(self._counts))
        shared = int(np.minimum(each, self._counts).sum())
        same = np.array_equal(numbers, self.numbers)
        return Hits(shared, len(made) - shared, self._total - shared), same
