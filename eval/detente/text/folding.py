"""What makes no difference between a page and an extractor's output: quotes, dashes, Unicode's forms, Markdown."""

import re
import unicodedata
from typing import Final

from detente.text.markup import markdown_line_to_text
from detente.text.tokens import INVISIBLE

_PLAIN: Final = re.compile("[\t-\r\x1c-\x1f\x85 -~\xa0-\xac\xae-\u02ff\u2010-\u2027\u2030-\u205e\u20ac]*")
"""What most texts are made of: visible, no part of a longer character, and the same in NFC, whatever stands beside."""
_FOLDED: Final = {chr(0xFEE0 + point): chr(point) for point in range(0x21, 0x7F)} | dict(
    zip("‘’‚‛′`´｀“”„‟«»″–—‒―−‐‑", 8 * "'" + 7 * '"' + 7 * "-", strict=True)
)
_FOLDS: Final = re.compile(f"[{''.join(_FOLDED)}]".replace("\\", r"\\"))
MARKS: Final = 30
"""How many accents of a letter are put in order: as many as Unicode's stream-safe text has."""
LONGEST_LINE: Final = 20_000
"""Of how many characters a line may be to lose Markdown's markers: longer ones take too long to be read."""
_RULE: Final = re.compile(r"^[\s|:*_=-]*$")
_MARKER: Final = re.compile(r"[*<[\\\]_`~]|&#?\w+;|^\s*(?:[#+=>-]|\d+[.)])")
"""What each marker of Markdown has in it."""
_ROW: Final = re.compile(r"^\|\s*")
# Numbers that no list begins with: a year, or one that is all there is.
_NUMBER: Final = re.compile(r"^(\d{4,}(?=[.)](?:\s|$))|\d+(?=[.)]$))")


def fold(text: str) -> str:
    """A text with one kind of quotation mark, one dash, no fullwidth form; as many code points as before."""
    if text.isascii() and "`" not in text:
        return text
    return _FOLDS.sub(lambda sign: _FOLDED[sign[0]], text)


def nfc(text: str) -> str:
    """A text in NFC; where more than `MARKS` accents are on one letter, those after them keep their order."""
    if text.isascii():
        return text
    # Putting accents in order takes time by the square of their number.
    marks = "".join(filter(unicodedata.combining, set(text)))
    parts = re.split(f"(?<=[{marks}]{{{MARKS}}})", text) if marks else [text]
    return "".join(unicodedata.normalize("NFC", part) for part in parts)


def is_plain(text: str) -> bool:
    """Whether a text, and every part of it, is certainly legible as it is; most are."""
    return _PLAIN.fullmatch(text) is not None


def legible(text: str) -> str:
    """A text in NFC, without invisible characters."""
    return text if is_plain(text) else nfc(INVISIBLE.sub("", text))


def fold_output(output: str) -> str:
    """An output in NFC, without invisible characters, folded as the page is."""
    return fold(legible(output))


def without_markdown(line: str) -> str:
    """A line without Markdown's markers; the text of links and pictures stays, and so does a number of a year.

    A line that is longer than `LONGEST_LINE` stays as it is.
    """
    if len(line) > LONGEST_LINE:
        return line
    if _RULE.match(line):
        return ""
    if not _MARKER.search(line):  # as most lines are, and a parser takes its time
        return _without_bars(line)
    bare = markdown_line_to_text(_NUMBER.sub(r"\1\\", line).replace("![", "["))
    return _without_bars(bare)


def _without_bars(line: str) -> str:
    """A line, or a row of a table, without the bars between cells and with single spaces."""
    single = " ".join(line.split())
    return _ROW.sub("", single).replace(" | ", " ").removesuffix("|") if "|" in single else single
