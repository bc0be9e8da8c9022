"""Where an extractor's output stands in the page it was made from.

Two stages. First every line of the output is looked for as it stands, white space and quote style aside: those that
stand in the page once, then those that go on where a neighbour ends, then the others; the longest first, in text that
nothing has taken yet. What is left, sentence by sentence, is aligned token by token with the text that is still free
(Indel, through rapidfuzz), each piece on its own, so that a block may stand anywhere. Text that has no place then
either stands in text already taken (it is doubled) or nowhere (it is an insertion).
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, chain, pairwise, repeat
from sys import maxunicode
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.text.folding import fold, is_plain, legible, without_markdown
from detente.text.spans import Span
from detente.text.token_matching import SEED, SIMILAR, matches, runs
from detente.text.tokens import code_points, dense_token_starts, is_space, line_spans, tokens
from detente.text.whitespace import WhitespaceErrors, gaps, whitespace_errors
from detente.text.writing import WritingDifferences, differences, origins, remainders, writing

_PLACED, _DOUBLED, _INSERTED = range(3)
_UNKNOWN: Final = "\0"
"""Stands for every token that a page does not have; each that it has is another character."""
_SENTENCE: Final = re.compile(r"\S.*?(?:[.!?…][\"')\]]*(?=\s)|$)", re.DOTALL)


@dataclass(frozen=True)
class Placement:
    """What of a page an output holds, and what else it holds.

    Characters are those that a reader sees: neither white space nor invisible ones, nor Markdown's markers.

    Attributes:
        kept: One truth per character of the page: is it in the output?
        characters: Characters of the output.
        insertions: Those of them that stand nowhere in the page: unsupported text.
        repeated: Those of them that stand in the page only where other output stands already.
        unplaced_tokens: Tokens of the output of which no more than half has a place of its own.
        unplaced_blocks: Lines of the output of which no more than half has.
        blocks: Lines of the output that are not blank.
        doubled: Lines most of which is repeated.
        inserted_spans: The insertions, as stretches of the output.
        repeated_spans: What is repeated.
        moved_spans: Lines to be moved, at the least, to bring all that have a place into the page's order.
        whitespace: What became of the page's spaces and line ends between characters that stayed neighbours.
        writing: How the output writes otherwise what stands in the page.
    """

    kept: NDArray[np.bool_]
    characters: int
    insertions: int
    repeated: int
    unplaced_tokens: int
    unplaced_blocks: int
    blocks: int
    doubled: int
    inserted_spans: tuple[Span, ...]
    repeated_spans: tuple[Span, ...]
    moved_spans: tuple[Span, ...]
    whitespace: WhitespaceErrors
    writing: WritingDifferences


class _Encoded(NamedTuple):
    """Tokens as a page encodes them, a character for each whatever its case; and where each starts.

    A text is compared sooner than a list of words. Starts are counted without white space; the last is the end.
    """

    text: str
    starts: NDArray[np.int_]


class _Free(NamedTuple):
    """The tokens of a page of which nothing is taken: their places and their text."""

    places: NDArray[np.intp]
    text: str


class _Read(NamedTuple):
    """A line of some output as it is looked for: what is legible of it, that folded, and folded without white space."""

    legible: str
    text: str
    needle: str


def _read(line: str) -> _Read:
    shown = legible(line).strip()
    bare = fold(shown)
    return _Read(shown, bare, "".join(bare.split()))


def _unmarked(read: _Read) -> _Read:
    """A line without Markdown's markers."""
    shown, folded, _ = read
    bare = without_markdown(folded).strip()
    if bare == folded:
        return read
    if 0 < len(bare) < len(shown):
        shown = code_points(shown)[remainders(folded, bare)].tobytes().decode("utf-32-le", "surrogatepass")
    return _Read(shown, bare, "".join(bare.split()))


class _DensePage:
    """A page made ready: its legible text without white space, the way back to its offsets, its tokens.

    `lines` are its lines as they are and as they are legible.
    """

    def __init__(self, page: str) -> None:
        # Line by line, so that each line's characters are found again.
        plain = is_plain(page)
        self.lines = [(line, line if plain else legible(line)) for line in page.split("\n")]
        text = "\n".join(shown for _, shown in self.lines)
        self.gaps, self.writing = gaps(text), writing(self.lines)
        folded = fold(text)
        blank = is_space(text)
        self.text = text
        self.offsets = np.flatnonzero(~blank)
        self.dense = "".join(folded.split())
        words = tokens(folded)
        edges = np.cumsum([0, *map(len, words)])  # every character that is not white space is in a token
        self.token_starts, self.token_ends = edges[:-1], edges[1:]
        self.token_of = np.repeat(np.arange(len(words)), np.diff(edges))
        lowered = _casefolded(words)
        # Words beyond the last character would be one: of a million different ones.
        codes = chain(map(chr, range(1, maxunicode)), repeat(chr(maxunicode)))
        self._codes = dict(zip(dict.fromkeys(lowered), codes, strict=False))
        self.tokens = "".join(map(self._codes.__getitem__, lowered))
        self.token_codes = code_points(self.tokens)
        self._read: dict[str, _Read] = {}
        self._places: dict[str, list[int]] = {}
        self._encoded: dict[str, _Encoded] = {}
        self._repeated: dict[str, bool] = {}
        # Both ends of an exact match stand where a token starts or ends.
        self.boundary = np.zeros(len(self.dense) + 1, dtype=bool)
        self.boundary[edges] = True
        place_of = np.concatenate([[0], np.cumsum(~blank)])
        lines = line_spans(text)
        self.starts_line, self.ends_line = np.zeros((2, len(self.dense) + 1), dtype=bool)
        self.starts_line[[place_of[start] for start, _ in lines]] = True
        self.ends_line[[place_of[end] for _, end in lines]] = True

    def read(self, line: str) -> _Read:
        """A line of some output as it is looked for; systems that are compared on the page give many of the same."""
        if (found := self._read.get(line)) is None:
            found = _read(line)
            if found.text and not self.occurrences(found.needle):
                found = _unmarked(found)  # only where the marks are not the page's own
            self._read[line] = found
        return found

    def encoded(self, text: str) -> _Encoded:
        """The tokens of a text as the page encodes them; systems that are compared on it give many of the same."""
        if (found := self._encoded.get(text)) is None:
            words = tokens(text)
            codes = "".join([self._codes.get(word, _UNKNOWN) for word in _casefolded(words)])
            found = _Encoded(codes, np.fromiter(accumulate(map(len, words), initial=0), np.int_, len(words) + 1))
            self._encoded[text] = found
        return found

    def repeats(self, codes: str) -> bool:
        """Whether tokens that have no place in free text repeat text already taken; else they are an insertion."""
        if (found := self._repeated.get(codes)) is None:
            least = SIMILAR * len(codes)
            enough = len(codes) >= SEED and len(codes) - codes.count(_UNKNOWN) >= least
            self._repeated[codes] = found = enough and len(matches(codes, self.tokens)) >= least
        return found

    def occurrences(self, needle: str) -> list[int]:
        """Where a text without white space starts in the page, at token boundaries; looked for once."""
        if (found := self._places.get(needle)) is None:
            self._places[needle] = found = []
            start = self.dense.find(needle)
            while start >= 0:
                if self.boundary[start] and self.boundary[start + len(needle)]:
                    found.append(start)
                start = self.dense.find(needle, start + 1)
        return found


def _casefolded(words: list[str]) -> list[str]:
    """Each word without its case; all in one call, since case folding looks at single characters."""
    return "\n".join(words).casefold().split("\n") if words else []


@lru_cache(maxsize=32)
def _dense_page(text: str) -> _DensePage:
    """One page is made ready for several outputs, since systems are compared on it."""
    return _DensePage(text)


class _Piece(NamedTuple):
    """A part of the output's line `line`, folded, that has no place yet; `start` is its place without white space.

    `needle` is the text without white space.
    """

    line: int
    start: int
    text: str
    needle: str


class _Line(NamedTuple):
    """A line of the output that is not blank: where it starts there, what it is, what of it counts, and that folded.

    `needle` is the last without white space.
    """

    start: int
    original: str
    legible: str
    text: str
    needle: str


class _Alignment:
    """The state of one alignment: what of the page is taken, and what became of each character of the output."""

    def __init__(self, page: _DensePage, lines: list[_Line]) -> None:
        self.page = page
        self.starts = np.cumsum([0, *(len(line.needle) for line in lines)])
        self.source = np.full(self.starts[-1], -1)  # of each character of the output, in the page
        self.fate = np.full(self.starts[-1], _PLACED, dtype=np.int8)
        self.taken = np.zeros(len(page.dense), dtype=bool)
        self.free = np.ones(len(page.tokens), dtype=bool)  # tokens of the page of which nothing is taken
        self._free: _Free | None = None
        self.places: dict[int, Span] = {}  # line -> its first-placed stretch of the page

    def take(self, line: int, at: int, size: int, span: Span) -> None:
        self._free = None
        start, end = span
        if size == end - start:  # where folding changes a word's length, its letters have no one place
            self.fate[at : at + size][self.taken[start:end]] = _DOUBLED
            self.source[at : at + size] = np.arange(start, end)
        self.taken[start:end] = True
        self.free[self.page.token_of[start] : self.page.token_of[end - 1] + 1] = False
        self.places.setdefault(line, span)

    def continuation(self, starts: NDArray[np.int_], size: int, line: int) -> Span | None:
        """The first stretch that goes on, within a line of the page, where the line before or after it stands."""
        before, after = self.places.get(line - 1), self.places.get(line + 1)
        joined = []
        if before is not None and not self.page.starts_line[before[1]]:
            joined.append(before[1])
        if after is not None and not self.page.ends_line[after[0]]:
            joined.append(after[0] - size)
        for start in sorted(joined):
            if start in starts and not self.taken[start : start + size].any():
                return start, start + size
        return None

    def choose(self, starts: NDArray[np.int_], size: int, line: int) -> Span:
        """Of equal stretches the least taken, then a whole line, then one next to the line before, then the first."""
        before, after = self.places.get(line - 1), self.places.get(line + 1)
        ends = starts + size
        windows = np.ndarray((len(self.taken) - size + 1, size), bool, buffer=self.taken, strides=(1, 1))
        taken = windows[starts].sum(axis=1)
        part = ~(self.page.starts_line[starts] & self.page.ends_line[ends])
        distance = abs(starts - before[1]) if before else abs(after[0] - ends) if after else np.zeros(len(starts))
        start = int(starts[np.lexsort((distance, part, taken))[0]])  # the first of equals: starts are in order
        return start, start + size

    def place_exactly(self, pieces: list[_Piece]) -> list[_Piece]:
        """Places the pieces that stand in the page as they are; returns the others in their order."""
        found = [self.page.occurrences(piece.needle) for piece in pieces]
        there = [number for number in range(len(pieces)) if found[number]]
        longest_first = sorted(there, key=lambda number: -len(pieces[number].text))
        several = [number for number in there if len(found[number]) > 1]
        starts = {number: np.array(found[number]) for number in several}
        self.take_pieces([(pieces[number], found[number][0]) for number in longest_first if len(found[number]) == 1])
        placed = set()
        for number in (*several, *reversed(several)):  # lines of a paragraph that is wrapped, from both of its ends
            if number not in placed:
                joined = self.continuation(starts[number], len(pieces[number].needle), pieces[number].line)
                if joined:
                    self.take_piece(pieces[number], joined)
                    placed.add(number)
        for number in longest_first:
            if len(found[number]) > 1 and number not in placed:
                chosen = self.choose(starts[number], len(pieces[number].needle), pieces[number].line)
                self.take_piece(pieces[number], chosen)
        return [piece for piece, stretches in zip(pieces, found, strict=True) if not stretches]

    def take_piece(self, piece: _Piece, span: Span) -> None:
        self.take(piece.line, piece.start, len(piece.needle), span)

    def take_pieces(self, placed: list[tuple[_Piece, int]]) -> None:
        """Takes the page from a start on for each of several pieces: what two of them need is the first one's."""
        if not placed:
            return
        self._free = None
        sizes = np.array([len(piece.needle) for piece, _ in placed])
        ends = np.cumsum(sizes)
        within = np.arange(ends[-1]) - np.repeat(ends - sizes, sizes)
        at = np.repeat([piece.start for piece, _ in placed], sizes) + within
        of_page = np.repeat([start for _, start in placed], sizes) + within
        order = np.arange(len(at))
        first = np.empty(len(self.taken), dtype=np.intp)
        first[of_page[::-1]] = order[::-1]  # of equal places the last that is set stays
        self.fate[at[self.taken[of_page] | (first[of_page] != order)]] = _DOUBLED
        self.source[at] = of_page
        self.taken[of_page] = True
        self.free[self.page.token_of[of_page]] = False
        for piece, start in placed:
            self.places.setdefault(piece.line, (start, start + len(piece.needle)))

    def take_tokens(
        self, piece: _Piece, starts: NDArray[np.int_], ends: NDArray[np.int_], tokens: NDArray[np.int_]
    ) -> None:
        """Takes free tokens of the page for those that start and end there in a piece, neighbours as one stretch."""
        begins, stops = self.page.token_starts[tokens], self.page.token_ends[tokens]
        self.places.setdefault(piece.line, (int(begins[0]), int(stops[0])))
        same = ends - starts == stops - begins
        joined = same[1:] & same[:-1] & (starts[1:] == ends[:-1]) & (tokens[1:] == tokens[:-1] + 1)
        edges = [0, *(np.flatnonzero(~joined) + 1).tolist(), len(tokens)]
        for first, after in pairwise(edges):
            at, end = int(starts[first]), int(ends[after - 1])
            self.take(piece.line, piece.start + at, end - at, (int(begins[first]), int(stops[after - 1])))

    def free_tokens(self) -> _Free:
        """The tokens of the page of which nothing is taken; looked for once, until something is."""
        if self._free is None:
            places = self.free.nonzero()[0]
            codes = self.page.token_codes.take(places)
            self._free = _Free(places, codes.tobytes().decode("utf-32-le", "surrogatepass"))
        return self._free

    def place_by_tokens(self, pieces: list[_Piece]) -> None:
        """Aligns pieces with the text that is free, then what remains of them, until nothing more is found."""
        there = {*self.free_tokens().text}  # all that can be found: what is taken from now on makes it fewer
        for piece in pieces:
            codes, starts = self.page.encoded(piece.text)
            queue = [(0, len(codes))]
            while queue:
                first, last = queue.pop()
                these, free = codes[first:last], self.free_tokens()
                found = matches(these, free.text) if _promising(these, there) else []
                if not found:
                    self.leave(these, piece.start + starts[first], piece.start + starts[last])
                    continue
                here, tokens = np.array(found).T
                self.take_tokens(piece, starts[first + here], starts[first + here + 1], free.places[tokens])
                missing = np.ones(len(these), dtype=bool)
                missing[here] = False
                for start, end in runs(missing):
                    if end - start >= SEED:
                        queue.append((first + start, first + end))
                    else:
                        at, stop = starts[[first + start, first + end]] + piece.start
                        self.leave(these[start:end], at, stop)

    def leave(self, codes: str, start: int, end: int) -> None:
        """Tells the fate of tokens that have no place in free text."""
        self.fate[start:end] = _DOUBLED if self.page.repeats(codes) else _INSERTED


def _promising(codes: str, there: set[str]) -> bool:
    """Whether enough tokens are there for any match: a share of all or a run."""
    found = bytes(map(there.__contains__, codes))
    return found.count(1) >= SIMILAR * len(found) or SEED * b"\1" in found


@lru_cache(maxsize=1 << 14)
def _sentences(text: str) -> list[tuple[str, str]]:
    """The sentences of a line, each with and without its white space; systems give many of the same lines."""
    return [(sentence, "".join(sentence.split())) for sentence in _SENTENCE.findall(text)]


def align(output: str, text: str) -> Placement:
    """Places an extractor's output in its page.

    Quote style, dashes, white space, Unicode's forms, Markdown markers and invisible characters make no difference; in
    the second stage case makes none either.

    Args:
        output: What the extractor gave: any text, its lines its blocks.
        text: The page's text.

    Returns:
        The placement; nothing kept and all counts 0 for an empty output.
    """
    page = _dense_page(text)
    lines = list(_lines(output, page))
    state = _Alignment(page, lines)
    left = state.place_exactly(
        [
            _Piece(number, start, line.text, line.needle)
            for number, (start, line) in enumerate(zip(state.starts.tolist(), lines, strict=False))
        ]
    )
    state.place_by_tokens(sorted(_by_sentence(left, state), key=lambda piece: -len(piece.text)))
    fate = state.fate
    doubled = 2 * _within(fate == _DOUBLED, state.starts) > np.diff(state.starts)
    placed = [number for number in np.flatnonzero(~doubled).tolist() if number in state.places]
    moved = [placed[place] for place in _moved([state.places[number][0] for number in placed])]
    shown = "\n".join(line.text for line in lines)
    return Placement(
        kept=_kept(page, state.taken),
        characters=len(fate),
        insertions=int((fate == _INSERTED).sum()),
        repeated=int((fate == _DOUBLED).sum()),
        unplaced_tokens=_mostly_unplaced(fate, dense_token_starts(shown)),
        unplaced_blocks=_mostly_unplaced(fate, state.starts),
        blocks=len(lines),
        doubled=int(doubled.sum()),
        inserted_spans=tuple(_stretches(lines, state.starts, fate == _INSERTED)),
        repeated_spans=tuple(_stretches(lines, state.starts, fate == _DOUBLED)),
        moved_spans=tuple((lines[number].start, lines[number].start + len(lines[number].original)) for number in moved),
        whitespace=whitespace_errors(gaps(shown), page.gaps, state.source),
        writing=differences(writing([(line.original, line.legible) for line in lines]), page.writing, state.source),
    )


def _lines(output: str, page: _DensePage) -> Iterator[_Line]:
    """The lines of the output that are not blank."""
    start = 0
    for line in output.splitlines(keepends=True):
        original = line.strip()
        read = page.read(original)
        if read.text:
            yield _Line(start + len(line) - len(line.lstrip()), original, *read)
        start += len(line)


def _within(values: NDArray[np.bool_], starts: NDArray[np.int_]) -> NDArray[np.int_]:
    """How many of the values are true from each start to the next."""
    running = np.concatenate([[0], np.cumsum(values)])
    return np.diff(running[starts])


def _mostly_unplaced(fate: NDArray[np.int8], starts: NDArray[np.int_]) -> int:
    """Of the stretches from each start to the next, how many have a place for no more than half of their characters."""
    return int((2 * _within(fate == _PLACED, starts) <= np.diff(starts)).sum())


def _kept(page: _DensePage, taken: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """One truth per character of the page as it is, invisible characters and parts of composed ones included."""
    found = np.zeros(len(page.text), dtype=bool)
    found[page.offsets[taken]] = True
    if all(original is shown or original == shown for original, shown in page.lines):
        return found
    kept, start = [], 0
    for original, shown in page.lines:
        here = found[start : start + len(shown)]
        if original != shown and shown:
            made_of = origins(original, shown).searchsorted(np.arange(len(original)), side="right") - 1
            here = here[made_of.clip(min=0)] & ~is_space(original)
        kept += [here if shown else np.zeros(len(original), dtype=bool), np.zeros(1, dtype=bool)]  # its line end
        start += len(shown) + 1
    return np.concatenate(kept[:-1])


def _stretches(lines: list[_Line], starts: NDArray[np.int_], chosen: NDArray[np.bool_]) -> Iterator[Span]:
    """The stretches of the output, line by line, of which all characters are among those chosen."""
    within = _within(chosen, starts)
    whole = (within == np.diff(starts)).tolist()
    for number in np.flatnonzero(within).tolist():
        line = lines[number]
        if whole[number] and (at := line.original.find(line.legible)) >= 0:
            yield line.start + at, line.start + at + len(line.legible)
            continue
        here = chosen[starts[number] : starts[number + 1]]
        visible = np.flatnonzero(~is_space(line.text))
        places = line.start + origins(line.original, line.legible)[visible]
        for start, end in runs(here):
            yield int(places[start]), int(places[end - 1]) + 1


def _by_sentence(pieces: list[_Piece], state: _Alignment) -> list[_Piece]:
    """Places the sentences that stand in the page as they are; joins the neighbours among the others again."""
    rest = []
    for piece in pieces:
        texts = _sentences(piece.text)
        if len(texts) == 1:  # the piece itself, which has no place
            rest.append(piece)
            continue
        starts = accumulate((len(needle) for _, needle in texts), initial=piece.start)
        sentences = [_Piece(piece.line, start, *text) for start, text in zip(starts, texts, strict=False)]
        there = [sentence for sentence in sentences if state.page.occurrences(sentence.needle)]
        long = [sentence for sentence in there if len(tokens(sentence.text)) >= SEED]
        placed = set(long).difference(state.place_exactly(long))
        run: list[_Piece] = []
        for sentence in sentences:
            if sentence in placed:
                rest += _joined(run)
                run = []
            else:
                run.append(sentence)
        rest += _joined(run)
    return rest


def _joined(run: list[_Piece]) -> list[_Piece]:
    """Neighbouring pieces of a line as one."""
    if not run:
        return []
    text, needle = (mark.join(getattr(piece, part) for piece in run) for mark, part in ((" ", "text"), ("", "needle")))
    return [run[0]._replace(text=text, needle=needle)]


def _moved(starts: list[int]) -> list[int]:
    """The places of the numbers that are not in the longest run of them that does not decrease."""
    tails: list[int] = []
    ends: list[int] = []  # of the run of each length, the place of its last number
    before: list[int | None] = []
    for place, start in enumerate(starts):
        length = bisect_right(tails, start)
        before.append(ends[length - 1] if length else None)
        tails[length : length + 1] = [start]
        ends[length : length + 1] = [place]
    stay, last = set(), ends[-1] if ends else None
    while last is not None:
        stay.add(last)
        last = before[last]
    return [place for place in range(len(starts)) if place not in stay]
