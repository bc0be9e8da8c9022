"""What makes no difference between a page and an extractor's output: quotes, dashes, Unicode's forms, Markdown."""

import re
import unicodedata
from typing import Final

from detente.text.tokens import INVISIBLE

_FULLWIDTH: Final = {0xFEE0 + point: point for point in range(0x21, 0x7F)}
_FOLD: Final = _FULLWIDTH | str.maketrans("‘’‚‛′`´｀“”„‟«»″–—‒―−‐‑", "''''''''" + '"""""""' + "-------")
_LINK: Final = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*(?:\s+[\"'][^\"']*[\"'])?\)")
_BLOCK_MARKER: Final = re.compile(r"^(?:>\s*)*(?:#{1,6}\s+|[-*+]\s+|\d{1,3}[.)]\s+)?(?:\|\s*)?")
_RULE: Final = re.compile(r"^[\s|:*_=-]*$")
_EMPHASIS: Final = re.compile(r"(\*{1,3}|_{1,3}|~~|`+)(?=\S)(.+?)(?<=\S)\1")
_ESCAPE: Final = re.compile(r"\\([\\`*_{}\[\]()#+.!>~|-])")


def fold(text: str) -> str:
    """A text with one kind of quotation mark, one dash, no fullwidth form; as many code points as before."""
    return text.translate(_FOLD)


def legible(text: str) -> str:
    """A text in NFC, without invisible characters."""
    return unicodedata.normalize("NFC", INVISIBLE.sub("", text))


def fold_output(output: str) -> str:
    """An output in NFC, without invisible characters, folded as the page is."""
    return fold(legible(output))


def without_markdown(line: str) -> str:
    """A line without Markdown's markers; the text of links and pictures stays."""
    if _RULE.match(line):
        return ""
    bare = _LINK.sub(r"\1", _BLOCK_MARKER.sub("", line))
    for _ in range(2):  # bold inside italics
        bare = _EMPHASIS.sub(r"\2", bare)
    return _ESCAPE.sub(r"\1", bare.replace(" | ", " ").removesuffix("|"))
