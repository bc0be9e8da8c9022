"""Passages of a page, found again in another copy of it by hashes of their words, without the words themselves.

A page is cut into blocks of eight words that do not overlap, as rsync cuts a file; every window of eight words of the
copy is hashed, and a block whose hash occurs there once is an anchor. A passage is then looked for between the anchors
around it, by the hash of its own words, of eight at the least: neighbours are taken in where it is shorter, or where
its words stand twice in the page. A passage whose words changed, or that the copy has more than once between its
anchors, has no place.

Whoever has a guess of eight words can check it against a hash, but cannot read words off it. Blocks do not overlap,
because from seven known words the eighth can be found by trying. Passages that rows speak of do overlap, here and
there: whoever knows the words of one can try some words on into its neighbour.
"""

import hashlib
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

from detente.text.folding import fold
from detente.text.spans import Span
from detente.text.tokens import token_spans

WINDOW: Final = 8
"""So many tokens a hash is of, at the least."""
_DIGITS: Final = 16


class Passage(NamedTuple):
    """A passage of a page without its words.

    Attributes:
        start: Where it starts in the page.
        end: Where it ends.
        before: So many tokens before it are in the hash.
        inside: So many of its own.
        after: So many after it.
        left: So many characters of its first token stand before it.
        right: So many of its last token stand after it.
        digest: The hash of these tokens: 16 hexadecimal digits of a SHA-256.
    """

    start: int
    end: int
    before: int
    inside: int
    after: int
    left: int
    right: int
    digest: str


@dataclass(frozen=True)
class Words:
    """A text as tokens; quotation marks, dashes and fullwidth forms are folded, white space does not count."""

    text: str

    @cached_property
    def spans(self) -> list[Span]:
        """Where the tokens stand."""
        return token_spans(self.text)

    @cached_property
    def _tokens(self) -> list[str]:
        return [fold(self.text[start:end]) for start, end in self.spans]

    @cached_property
    def _found(self) -> dict[int, dict[str, list[int]]]:
        return {}

    def digest(self, first: int, last: int) -> str:
        """The hash of the tokens from the one to before the other."""
        return hashlib.sha256(" ".join(self._tokens[first:last]).encode()).hexdigest()[:_DIGITS]

    def positions(self, digest: str, size: int) -> list[int]:
        """The tokens at which so many tokens with this hash begin."""
        if size not in self._found:
            table = self._found.setdefault(size, {})
            for first in range(len(self.spans) - size + 1):
                table.setdefault(self.digest(first, first + size), []).append(first)
        return self._found[size].get(digest, [])

    def blocks(self) -> list[Passage]:
        """The text in blocks of eight tokens; the fewer than eight at its end are in none."""
        firsts = range(0, len(self.spans) - WINDOW + 1, WINDOW)
        return [
            Passage(self.spans[first][0], self.spans[last - 1][1], 0, WINDOW, 0, 0, 0, self.digest(first, last))
            for first in firsts
            for last in [first + WINDOW]
        ]

    def passage(self, span: Span) -> Passage:
        """A passage by its offsets, with as many neighbours as make it eight tokens long, and the only one."""
        first = bisect_left(self.spans, span[0], key=lambda token: token[1] - 1)
        last = bisect_left(self.spans, span[1], key=lambda token: token[0])
        inside = max(0, last - first)
        lacking = max(0, WINDOW - inside)
        before = min(first, (lacking + 1) // 2)
        after = min(len(self.spans) - last, lacking - before)
        before = min(first, lacking - after)
        left = span[0] - self.spans[first][0] if inside else 0
        right = self.spans[last - 1][1] - span[1] if inside else 0
        while True:
            digest, size = self.digest(first - before, last + after), before + inside + after
            if size == len(self.spans) or len(self.positions(digest, size)) == 1:
                return Passage(*span, before, inside, after, left, right, digest)
            before, after = min(first, before + 1), min(len(self.spans) - last, after + 1)


@dataclass(frozen=True)
class Anchoring:
    """A page whose words are not known, laid against a copy whose words are.

    Attributes:
        blocks: The page in blocks.
        copy: The copy.
    """

    blocks: Sequence[Passage]
    copy: Words

    @property
    def shared(self) -> float:
        """The share of the page's blocks that the copy has, 0 for a page without any."""
        found = sum(bool(self.copy.positions(block.digest, block.inside)) for block in self.blocks)
        return found / len(self.blocks) if self.blocks else 0.0

    @cached_property
    def _anchors(self) -> list[tuple[Passage, int]]:
        """The blocks that stand once in both, with their token in the copy: as many as can be in one order."""
        counted = Counter(block.digest for block in self.blocks)
        once = [
            (block, places[0])
            for block in self.blocks
            if len(places := self.copy.positions(block.digest, block.inside)) == 1 and counted[block.digest] == 1
        ]
        return [once[index] for index in _increasing([place for _, place in once])]

    def place(self, passage: Passage) -> Span | None:
        """Where a passage stands in the copy; None where its words are not there, or not in one place."""
        if not passage.inside:
            return None
        size = passage.before + passage.inside + passage.after
        lowest = max((at + block.inside for block, at in self._anchors if block.end <= passage.start), default=0)
        ends = (at for block, at in self._anchors if block.start >= passage.end)
        highest = min(ends, default=len(self.copy.spans)) - passage.inside
        places = [at + passage.before for at in self.copy.positions(passage.digest, size)]
        places = [at for at in places if lowest <= at <= highest]
        if len(places) != 1:
            return None
        (first,) = places
        spans = self.copy.spans
        return spans[first][0] + passage.left, spans[first + passage.inside - 1][1] - passage.right


def _increasing(numbers: Sequence[int]) -> list[int]:
    """The indices of a longest strictly increasing subsequence."""
    ends: list[int] = []  # of the sequences so far, by length, the index at which the one with the least end ends
    before: list[int | None] = []
    for index, number in enumerate(numbers):
        length = bisect_left(ends, number, key=lambda end: numbers[end])
        before.append(ends[length - 1] if length else None)
        ends[length : length + 1] = [index]
    chain = []
    last: int | None = ends[-1] if ends else None
    while last is not None:
        chain.append(last)
        last = before[last]
    return chain[::-1]


def passages(text: str, spans: Iterable[Span]) -> list[Passage]:
    """The passages of a text at some offsets, each once, in their order."""
    words = Words(text)
    return [words.passage(span) for span in sorted(set(spans))]
