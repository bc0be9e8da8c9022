"""What makes no difference between a page and an extractor's output: quote style, dashes, Markdown's markers."""

import re
import unicodedata
from typing import Final

from detente.text.markup import markdown_line_to_text

_FOLD: Final = str.maketrans("‘’‚‛′`´“”„‟«»″–—‒―−‐‑", "'''''''" + '"""""""' + "-------")
_INVISIBLE: Final = re.compile("[\xad\u200b-\u200f\u2060\ufeff]")
_RULE: Final = re.compile(r"^[\s|:*_=-]*$")
_ROW: Final = re.compile(r"^\|\s*")
# Numbers that no list begins with: a year, or one that is all there is.
_NUMBER: Final = re.compile(r"^(\d{4,}(?=[.)](?:\s|$))|\d+(?=[.)]$))")


def fold(text: str) -> str:
    """A text with one kind of quotation mark and one dash; as many code points as before."""
    return text.translate(_FOLD)


def fold_output(output: str) -> str:
    """An output in NFC, without invisible characters, folded as the page is."""
    return fold(_INVISIBLE.sub("", unicodedata.normalize("NFC", output)))


def without_markdown(line: str) -> str:
    """A line without Markdown's markers; the text of links and pictures stays, and so does a number of a year."""
    if _RULE.match(line):
        return ""
    bare = markdown_line_to_text(_NUMBER.sub(r"\1\\", line).replace("![", "["))
    return _ROW.sub("", bare).replace(" | ", " ").removesuffix("|")
