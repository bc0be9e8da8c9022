"""How two texts that read alike are written otherwise: normal forms, invisible characters, quotation marks, case."""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.text.folding import fold, legible, nfc
from detente.text.tokens import INVISIBLE, code_points, is_space


class WritingDifferences(NamedTuple):
    """Counts over the characters of an output that have a place in the page.

    Attributes:
        normal_form: Those composed in one of the two only (NFC, NFD).
        fullwidth: Those that are a fullwidth form in one of the two only.
        invisible: Invisible characters beside them that the other does not have there.
        typography: Those that are another kind of quotation mark, or of dash.
        case: Those in another case.
    """

    normal_form: int
    fullwidth: int
    invisible: int
    typography: int
    case: int


class Writing(NamedTuple):
    """How the visible characters of a text are written, once it is legible: in NFC, without what is invisible.

    Attributes:
        points: The code points.
        composed: Those that are made of others in the text itself.
        invisible: How many invisible characters stand before each in its line; after the last, too.
    """

    points: NDArray[np.uint32]
    composed: NDArray[np.bool_]
    invisible: NDArray[np.int64]


def origins(original: str, changed: str) -> NDArray[np.intp]:
    """For each character of a text made legible, or of what is left of it, the place of the one that it was made from.

    Args:
        original: Any text.
        changed: The same made legible, without markers and the like.
    """
    start = original.find(changed)
    if start >= 0:
        return np.arange(start, start + len(changed))
    shown = legible(original)
    return _composed_from(original)[remainders(shown, changed)]


def _composed_from(text: str) -> NDArray[np.intp]:
    """For each character of `legible(text)` the place of the one that it was made from."""
    visible = np.ones(len(text), dtype=bool)
    visible[[match.start() for match in INVISIBLE.finditer(text)]] = False
    bare = INVISIBLE.sub("", text)
    if nfc(bare) == bare:  # as most are, and then so is every part of it
        return np.flatnonzero(visible)
    # Only marks, and what Korean syllables go on with, can become part of the character before them.
    joined = "".join(each for each in set(bare) if unicodedata.category(each)[0] == "M" or "\u1160" <= each <= "\u11ff")
    if not joined and nfc(bare) == bare:  # every character is its own
        return np.flatnonzero(visible)
    found: list[int] = []
    last = 0
    for match in re.finditer(f".[{joined}]+|[^\0-\x7f]" if joined else "[^\0-\x7f]", bare, re.DOTALL):
        start, end = match.span()
        size = len(nfc(match.group()))
        found += range(last, start)
        found += [start, *(max(start, place) for place in range(end - size + 1, end))][:size]
        last = end
    found += range(last, len(bare))
    return np.flatnonzero(visible)[found]


@lru_cache(maxsize=1 << 12)
def remainders(original: str, changed: str) -> NDArray[np.intp]:
    """For each character of what is left of a text the place of the one that it was, or of the next.

    Systems that are compared on a page leave the same of many lines, and get the same array, which nobody changes.
    """
    start = original.find(changed)
    if start >= 0:
        return np.arange(start, start + len(changed))
    from rapidfuzz.distance import Levenshtein

    places = np.zeros(len(changed), dtype=np.intp)
    for step in Levenshtein.opcodes(original, changed):
        same = step.src_end - step.src_start == step.dest_end - step.dest_start
        span = np.arange(step.src_start, step.src_end) if same else step.src_start
        places[step.dest_start : step.dest_end] = span
    return places.clip(max=len(original) - 1)


def writing(lines: list[tuple[str, str]]) -> Writing:
    """How lines are written.

    Args:
        lines: For each line what it is, and what is looked at of it once it is legible.
    """
    shown = "\n".join(changed for _, changed in lines)
    visible = ~is_space(shown)
    composed = np.zeros(len(shown), dtype=bool)
    invisible = np.zeros(len(shown), dtype=np.int64)
    start = 0
    for original, changed in lines:
        # A line that nothing is changed of is legible as it is; most are.
        if original != changed and changed and not changed.isspace() and original != legible(original):
            here = slice(start, start + len(changed))
            composed[here], invisible[here] = _marks(original, changed, visible[here])
        start += len(changed) + 1
    places = visible.nonzero()[0]
    return Writing(code_points(shown).take(places), composed.take(places), invisible.take(places))


def _marks(original: str, changed: str, visible: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Of each character of a line: is it composed, and how many invisible characters stand before it?"""
    places = origins(original, changed)
    composed = np.zeros(len(changed), dtype=bool)
    if nfc(original) != original:
        composed = code_points(original)[places] != code_points(changed)
    hidden = np.zeros(len(original) + 1, dtype=np.int64)
    hidden[[match.end() for match in INVISIBLE.finditer(original)]] = 1
    before = np.zeros(len(changed), dtype=np.int64)
    passed = np.cumsum(hidden)[places[visible]]
    before[visible] = np.diff(passed, prepend=0)
    before[np.flatnonzero(visible)[-1]] += hidden.sum() - passed[-1]
    return composed, before


def differences(output: Writing, page: Writing, source: NDArray[np.int_]) -> WritingDifferences:
    """Counts what is written otherwise.

    Args:
        output: How the output is written.
        page: How the page is.
        source: For each visible character of the output its place among the visible ones of the page, −1 without one.
    """
    here = np.flatnonzero(source >= 0)
    there = source[here]
    one, other = output.points[here], page.points[there]
    wide = _is_fullwidth(one) != _is_fullwidth(other)
    unlike = np.flatnonzero((one != other) & ~wide)
    first, second = (points[unlike].tobytes().decode("utf-32-le", "surrogatepass") for points in (one, other))
    typography = int((code_points(fold(first)) == code_points(fold(second))).sum())
    return WritingDifferences(
        normal_form=int((output.composed[here] != page.composed[there]).sum()),
        fullwidth=int(wide.sum()),
        invisible=int(np.abs(output.invisible[here] - page.invisible[there]).sum()),
        typography=typography,
        case=len(unlike) - typography,
    )


def _is_fullwidth(points: NDArray[np.uint32]) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = (points >= 0xFF01) & (points <= 0xFF5E)
    return inside
