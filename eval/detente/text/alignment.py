"""Where an extractor's output stands in the page it was made from.

Two stages. First every line of the output is looked for as it stands, white space and quote style aside: longest
first, in text that nothing has taken yet. What is left, sentence by sentence, is aligned token by token with the text
that is still free (Indel, through rapidfuzz), each piece on its own, so that a block may stand anywhere. Text that has
no place then either stands in text already taken (it is doubled) or nowhere (it is an insertion).
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.text.folding import fold, fold_output, without_markdown
from detente.text.spans import Span
from detente.text.token_matching import SEED, SIMILAR, matches, runs
from detente.text.tokens import is_space, line_spans, token_spans
from detente.text.whitespace import WhitespaceErrors, gaps, whitespace_errors

_SENTENCE: Final = re.compile(r"\S.*?(?:[.!?…][\"')\]]*(?=\s)|$)", re.DOTALL)


@dataclass(frozen=True)
class Placement:
    """What of a page an output holds, and what else it holds.

    Attributes:
        kept: One truth per character of the page: is it in the output?
        characters: Characters of the output that are not white space, Markdown markers left out.
        insertions: Those of them that stand nowhere in the page: unsupported text.
        blocks: Lines of the output that are not blank.
        doubled: Lines most of which stands in the page only where other output stands already.
        out_of_order: Lines to be moved, at the least, to bring all that have a place into the page's order.
        insertion_texts: The inserted pieces.
        whitespace: What became of the page's spaces and line ends between characters that stayed neighbours.
    """

    kept: NDArray[np.bool_]
    characters: int
    insertions: int
    blocks: int
    doubled: int
    out_of_order: int
    insertion_texts: tuple[str, ...]
    whitespace: WhitespaceErrors


class _DensePage:
    """A page made ready: its text without white space, the way back to its offsets, its tokens."""

    def __init__(self, text: str) -> None:
        folded = fold(text)
        blank = is_space(text)
        self.offsets = np.flatnonzero(~blank)
        self.dense = "".join(folded.split())
        boundary = np.ones(len(text), dtype=bool)
        spans = token_spans(folded)
        for start, end in spans:
            boundary[start + 1 : end] = False
        place_of = np.concatenate([[0], np.cumsum(~blank)])
        self.token_starts, self.token_ends = place_of[np.array(spans, dtype=np.int64).reshape(-1, 2)].T
        self.tokens = [folded[start:end].casefold() for start, end in spans]
        # Both ends of an exact match stand where a token starts or ends.
        self.boundary = np.append(boundary[self.offsets], True)
        lines = line_spans(text)
        self.line_starts = {int(place_of[start]) for start, _ in lines}
        self.line_ends = {int(place_of[end]) for _, end in lines}

    def occurrences(self, needle: str) -> Iterator[Span]:
        """Where a text without white space stands in the page, at token boundaries."""
        start = self.dense.find(needle)
        while start >= 0:
            if self.boundary[start] and self.boundary[start + len(needle)]:
                yield start, start + len(needle)
            start = self.dense.find(needle, start + 1)


class _Piece(NamedTuple):
    """A part of the output's line `line`, folded, that has no place yet; `start` is its place without white space."""

    line: int
    start: int
    text: str


class _Alignment:
    """The state of one alignment: what of the page is taken, and what became of each line of the output."""

    def __init__(self, page: _DensePage, lines: list[str]) -> None:
        self.page = page
        self.source = np.full(sum(_size(line) for line in lines), -1)  # of each character of the output, in the page
        self.taken = np.zeros(len(page.dense), dtype=bool)
        self.places: dict[int, Span] = {}  # line -> its first-placed stretch of the page
        self.again = [0] * len(lines)  # characters of each line that stand in text already taken
        self.insertion_texts: list[str] = []
        self.insertions = 0

    def take(self, line: int, at: int, size: int, span: Span) -> None:
        start, end = span
        self.again[line] += int(self.taken[start:end].sum())
        self.taken[start:end] = True
        if size == end - start:  # where folding changes a word's length, its letters have no one place
            self.source[at : at + size] = np.arange(start, end)
        self.places.setdefault(line, span)

    def choose(self, spans: list[Span], line: int) -> Span:
        """Of equal stretches the least taken, then a whole line, then one next to the line before, then the first."""
        before, after = self.places.get(line - 1), self.places.get(line + 1)

        def rank(span: Span) -> tuple[int, bool, int]:
            start, end = span
            whole = start in self.page.line_starts and end in self.page.line_ends
            distance = abs(start - before[1]) if before else abs(after[0] - end) if after else 0
            return int(self.taken[start:end].sum()), not whole, distance

        return min(spans, key=rank)  # the first of equals: spans come in the page's order

    def place_exactly(self, pieces: list[_Piece]) -> list[_Piece]:
        """Places the pieces that stand in the page as they are, longest first; returns the others in their order."""
        left = []
        for number in sorted(range(len(pieces)), key=lambda number: -len(pieces[number].text)):
            piece = pieces[number]
            spans = list(self.page.occurrences("".join(piece.text.split())))
            if spans:
                self.take(piece.line, piece.start, _size(piece.text), self.choose(spans, piece.line))
            else:
                left.append(number)
        return [pieces[number] for number in sorted(left)]

    def place_by_tokens(self, piece: _Piece) -> None:
        """Aligns a piece with the text that is free, then what remains of it, until nothing more is found."""
        spans = token_spans(piece.text)
        starts = piece.start + np.cumsum([0] + [end - start for start, end in spans])
        queue = [(0, len(spans))]
        while queue:
            first, last = queue.pop()
            tokens = [piece.text[start:end].casefold() for start, end in spans[first:last]]
            free = np.flatnonzero(~self.taken_tokens())
            found_matches = matches(tokens, [self.page.tokens[index] for index in free])
            found = np.zeros(len(tokens), dtype=bool)
            for here, there in found_matches:
                token = free[there]
                found[here] = True
                there_span = int(self.page.token_starts[token]), int(self.page.token_ends[token])
                at = int(starts[first + here])
                self.take(piece.line, at, int(starts[first + here + 1]) - at, there_span)
            for start, end in runs(~found):
                if found_matches and end - start >= SEED:
                    queue.append((first + start, first + end))
                else:
                    self.give_up(piece.line, piece.text[spans[first + start][0] : spans[first + end - 1][1]])

    def taken_tokens(self) -> NDArray[np.bool_]:
        running = np.concatenate([[0], np.cumsum(self.taken)])
        any_taken: NDArray[np.bool_] = running[self.page.token_ends] > running[self.page.token_starts]
        return any_taken

    def give_up(self, line: int, text: str) -> None:
        """A stretch of a line that has no place in free text: it repeats text already taken, or is an insertion."""
        size = _size(text)
        tokens = [text[start:end].casefold() for start, end in token_spans(text)]
        if len(tokens) >= SEED and len(matches(tokens, self.page.tokens)) >= SIMILAR * len(tokens):
            self.again[line] += size
        else:
            self.insertions += size
            self.insertion_texts.append(text)


def _size(text: str) -> int:
    """Characters that are not white space."""
    return len("".join(text.split()))


def _sentences(piece: _Piece) -> list[_Piece]:
    found, start = [], piece.start
    for match in _SENTENCE.finditer(piece.text):
        found.append(_Piece(piece.line, start, match.group()))
        start += _size(match.group())
    return found


def align(output: str, text: str) -> Placement:
    """Places an extractor's output in its page.

    Quote style, dashes, white space, Markdown markers and invisible characters make no difference; in the second stage
    case makes none either.

    Args:
        output: What the extractor gave: any text, its lines its blocks.
        text: The page's normalised text.

    Returns:
        The placement; nothing kept and all counts 0 for an empty output.
    """
    page = _DensePage(text)
    folded = fold_output(output)
    lines = []
    for line in folded.splitlines():
        bare = line.strip()
        if bare and not next(page.occurrences("".join(bare.split())), None):
            bare = without_markdown(bare).strip()  # only where the marks are not the page's own
        if bare:
            lines.append(bare)
    state = _Alignment(page, lines)
    sizes = [_size(line) for line in lines]
    starts = np.cumsum([0, *sizes])
    left = state.place_exactly([_Piece(number, int(starts[number]), line) for number, line in enumerate(lines)])
    for piece in sorted(_by_sentence(left, state), key=lambda piece: -len(piece.text)):
        state.place_by_tokens(piece)
    doubled = {number for number, size in enumerate(sizes) if 2 * state.again[number] > size}
    kept = np.zeros(len(text), dtype=bool)
    kept[page.offsets[state.taken]] = True
    return Placement(
        kept=kept,
        characters=sum(sizes),
        insertions=state.insertions,
        blocks=len(lines),
        doubled=len(doubled),
        out_of_order=_moved([state.places[n][0] for n in range(len(lines)) if n in state.places and n not in doubled]),
        insertion_texts=tuple(state.insertion_texts),
        whitespace=whitespace_errors(gaps("\n".join(lines)), gaps(text), state.source),
    )


def _by_sentence(pieces: list[_Piece], state: _Alignment) -> list[_Piece]:
    """Places the sentences that stand in the page as they are; joins the neighbours among the others again."""
    rest = []
    for piece in pieces:
        sentences = _sentences(piece)
        long = [sentence for sentence in sentences if len(token_spans(sentence.text)) >= SEED]
        left = state.place_exactly(long)
        run: list[_Piece] = []
        for sentence in sentences:
            if sentence in long and sentence not in left:
                rest += _joined(run)
                run = []
            else:
                run.append(sentence)
        rest += _joined(run)
    return rest


def _joined(run: list[_Piece]) -> list[_Piece]:
    """Neighbouring pieces of a line as one."""
    return [run[0]._replace(text=" ".join(piece.text for piece in run))] if run else []


def _moved(starts: list[int]) -> int:
    """How many of the numbers are not in the longest increasing subsequence."""
    tails: list[int] = []
    for start in starts:
        place = bisect_right(tails, start)
        tails[place : place + 1] = [start]
    return len(starts) - len(tails)
