"""What a text is made of: code points, white space, invisible characters, lines, tokens."""

import re
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detente.text.spans import Span

_LINE: Final = re.compile(r"[^\s](?:[^\n]*[^\s])?")
_TOKEN: Final = re.compile(r"\w+|[^\w\s]")
INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0001\U000e0020-\U000e007f\U000e0100-\U000e01ef]"
)
"""What nobody sees: Unicode's categories Cf (without the Arabic and Kaithi marks that are drawn) and Cc (without those
that are white space), and the variation selectors. The one list for all that reads text."""
_SPACE: Final = np.array([chr(point).isspace() for point in range(0x3002)])
"""Of each code point up to the ideographic space, the last that is white space, and the next: is it white space?"""
_WORD: Final = re.compile(r"\w")
_UNKNOWN, _SEPARATOR, _OF_WORDS = range(3)
_KINDS: Final = np.zeros(0x110000, dtype=np.uint8)
"""What each code point is; learnt when it is first met."""


def code_points(text: str) -> NDArray[np.uint32]:
    """The code points of a text, one number per character."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def is_space(text: str) -> NDArray[np.bool_]:
    """One truth per character: is it white space, as `str.isspace` has it?"""
    return _SPACE.take(code_points(text), mode="clip")


def of_words(points: NDArray[np.uint32]) -> NDArray[np.bool_]:
    r"""One truth per code point: is it `\w`?"""
    kinds = _KINDS.take(points)
    if not kinds.all():
        unknown = np.unique(points[kinds == _UNKNOWN])
        _KINDS[unknown] = [_SEPARATOR if _WORD.match(chr(point)) is None else _OF_WORDS for point in unknown]
        kinds = _KINDS.take(points)
    inside: NDArray[np.bool_] = kinds == _OF_WORDS
    return inside


def is_blank(text: str) -> NDArray[np.bool_]:
    """One truth per character: is it white space or invisible?"""
    blank = is_space(text)
    blank[[match.start() for match in INVISIBLE.finditer(text)]] = True
    return blank


def half_character(text: str) -> int | None:
    """Where the first half of a surrogate pair stands, which no file can hold; None if every character is whole."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return error.start
    return None


def line_spans(text: str) -> list[Span]:
    """The non-blank lines as `[start, end)`, white space at either end left out."""
    return [match.span() for match in _LINE.finditer(text)]


def token_spans(text: str) -> list[Span]:
    """The tokens as `[start, end)`: a run of word characters, or one other character that is not white space."""
    return [match.span() for match in _TOKEN.finditer(text)]


def tokens(text: str) -> list[str]:
    """The tokens of `token_spans`, as they stand in the text."""
    return _TOKEN.findall(text)


def dense_token_starts(text: str) -> NDArray[np.intp]:
    """Where the tokens start, and the last ends, counted without white space."""
    visible = ~is_space(text)
    inside = of_words(code_points(text))
    starts = visible.copy()
    starts[1:] &= ~(inside[1:] & inside[:-1])
    return np.append(starts[visible].nonzero()[0], visible.sum())
