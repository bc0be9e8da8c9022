"""ROUGE-LSum, exactly: the union of longest common subsequences, sentence by sentence, by bit-parallel tables.

The measure depends on which longest common subsequence is taken. This is the one that backtracking from the ends finds
in the table T of common lengths (`rouge-score`, Lin 2004, 3.2): at equal tokens a step back in both sentences; else one
in the candidate if T[i][j−1] > T[i−1][j]; else one in the reference.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, compress
from typing import Final, NamedTuple

Sentence = Sequence[str]
"""The tokens of a sentence."""


class Overlap(NamedTuple):
    """Precision, recall and their harmonic mean, each in 0…1."""

    precision: float
    recall: float
    f1: float


def rouge_lsum(reference: Sequence[Sentence], candidate: Sequence[Sentence]) -> Overlap:
    """ROUGE-LSum of one text against another.

    For each reference sentence, the union over the candidate's sentences of the positions in their longest common
    subsequence; summed over the reference, a token counting at most as often as either text has it. Precision is over
    the candidate's tokens, recall over the reference's.

    Args:
        reference: The sentences of the reference.
        candidate: The sentences of the text to judge.

    Returns:
        0 for a measure of a text without tokens; except that a blank reference has recall 1, and all three are 1 if the
        candidate is blank too (Bevendorff et al. 2023).
    """
    size, other = sum(map(len, reference)), sum(map(len, candidate))
    if not size:
        return Overlap(0.0, 1.0, 0.0) if other else Overlap(1.0, 1.0, 1.0)
    if not other:
        return Overlap(0.0, 0.0, 0.0)
    used, available = Counter(union_tokens(reference, candidate)), Counter(chain.from_iterable(candidate))
    hits = sum(map(min, used.values(), map(available.__getitem__, used)))  # what is used is there
    if not hits:
        return Overlap(0.0, 0.0, 0.0)
    precision, recall = hits / other, hits / size
    return Overlap(precision, recall, 2 * precision * recall / (precision + recall))


def union_tokens(reference: Sequence[Sentence], candidate: Sequence[Sentence]) -> list[str]:
    """The reference's tokens that some longest common subsequence with a candidate sentence holds, with repetitions."""
    distinct = {*map(tuple, candidate)}
    known = {*chain.from_iterable(distinct)}
    found: list[str] = []
    rows = []
    for sentence in reference:
        if tuple(sentence) in distinct:  # its longest common subsequence with itself is all of it
            found += sentence
        elif row := [token for token in sentence if token in known]:  # backtracking steps over the others anyway
            rows.append(row)
    if rows:
        table = _Table(rows)
        for tokens in sorted(distinct, key=len, reverse=True):  # long ones leave little for the others to find
            table.add(tokens)
        found += table.found()
    return found


_OF_DIGITS: Final = bytes.maketrans(b"01", b"\0\1")


class _Table:
    """The tables of all reference sentences beside each other: a bit for each token, a spare one after each sentence.

    A column of the table is kept as the bits at which T grows from one row to the next (Hyyrö 2004). The spare bits
    stop the carry of the addition, so that one addition moves all sentences by a candidate's token.
    """

    def __init__(self, rows: Sequence[Sequence[str]]) -> None:
        self.rows = rows
        self.places: dict[str, int] = {}
        self.offsets: list[int] = []
        self.row_of: list[int] = []
        self.all = 0
        start = 0
        for row in rows:
            self.row_of += [len(self.offsets)] * (len(row) + 1)
            self.offsets.append(start)
            bit = 1 << start
            for token in row:
                self.places[token] = self.places.get(token, 0) | bit
                bit <<= 1
            self.all |= bit - (1 << start)
            start += len(row) + 1
        self.union = 0
        self.open = {*self.places}
        """Tokens of which some may not be in the unions yet."""

    def found(self) -> Iterator[str]:
        """The tokens of the unions."""
        spaced = chain.from_iterable((*row, "") for row in self.rows)
        digits = f"{self.union:b}"[::-1].encode()
        return compress(spaced, digits.translate(_OF_DIGITS))

    def add(self, candidate: Sequence[str]) -> None:
        """Takes the positions of the longest common subsequences with one candidate sentence into the unions.

        Only tokens of the candidate can come in: where a sentence has none that is not in its union yet, nothing can.
        """
        if self.open.isdisjoint(candidate):
            return
        new, free = 0, ~self.union
        for token in self.open.intersection(candidate):
            if left := self.places[token] & free:
                new |= left
            else:
                self.open.remove(token)
        if not new:
            return
        columns, tokens = self._columns(candidate)
        found = 0
        while new:
            number = self.row_of[new.bit_length() - 1]
            offset = self.offsets[number]
            found |= self._backtrack(number, new >> offset, columns, tokens) << offset
            new &= (1 << offset) - 1
        self.union |= found

    def _columns(self, candidate: Sequence[str]) -> tuple[list[int], list[str | None]]:
        """For each token of the candidate, the bits where T grows or the token stands; and the token.

        Of a run of tokens that no reference sentence has, one column is enough; leading ones have nothing in them.
        """
        columns: list[int] = []
        tokens: list[str | None] = []
        state, places, every = self.all, self.places, self.all
        for token in candidate:
            matches = places.get(token)
            if matches is None:
                if tokens and tokens[-1] is not None:
                    columns.append(every ^ state)
                    tokens.append(None)
                continue
            common = state & matches
            state = (state + common | state - common) & every
            columns.append(every ^ state | matches)
            tokens.append(token)
        return columns, tokens

    def _backtrack(self, number: int, new: int, columns: Sequence[int], tokens: Sequence[str | None]) -> int:
        """The bits of one sentence's subsequence, found match by match, as long as `new` ones may be among them.

        From row i and column j the way leads up to the highest row at which column j has a match or a growth. At a
        growth it leads left, and T keeps growing there, until the candidate's token is that row's.
        """
        row, offset = self.rows[number], self.offsets[number]
        column, below, union = len(columns) - 1, (1 << len(row)) - 1, 0
        while column >= 0:
            high = columns[column] >> offset & below
            if not high:
                break
            place = high.bit_length() - 1
            below = (1 << place) - 1
            union |= below + 1
            if not new & below:
                break
            token = row[place]
            while tokens[column] != token:
                column -= 1
            column -= 1
        return union
