"""What makes no difference between a page and an extractor's output: quote style, dashes, Markdown's markers."""

import re
import unicodedata
from typing import Final

_FOLD: Final = str.maketrans("‘’‚‛′`´“”„‟«»″–—‒―−‐‑", "'''''''" + '"""""""' + "-------")
_INVISIBLE: Final = re.compile("[\xad\u200b-\u200f\u2060\ufeff]")
_LINK: Final = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*(?:\s+[\"'][^\"']*[\"'])?\)")
_BLOCK_MARKER: Final = re.compile(r"^(?:>\s*)*(?:#{1,6}\s+|[-*+]\s+|\d{1,3}[.)]\s+)?(?:\|\s*)?")
_RULE: Final = re.compile(r"^[\s|:*_=-]*$")
_EMPHASIS: Final = re.compile(r"(\*{1,3}|_{1,3}|~~|`+)(?=\S)(.+?)(?<=\S)\1")
_ESCAPE: Final = re.compile(r"\\([\\`*_{}\[\]()#+.!>~|-])")


def fold(text: str) -> str:
    """A text with one kind of quotation mark and one dash; as many code points as before."""
    return text.translate(_FOLD)


def fold_output(output: str) -> str:
    """An output in NFC, without invisible characters, folded as the page is."""
    return fold(_INVISIBLE.sub("", unicodedata.normalize("NFC", output)))


def without_markdown(line: str) -> str:
    """A line without Markdown's markers; the text of links and pictures stays."""
    if _RULE.match(line):
        return ""
    bare = _LINK.sub(r"\1", _BLOCK_MARKER.sub("", line))
    for _ in range(2):  # bold inside italics
        bare = _EMPHASIS.sub(r"\2", bare)
    return _ESCAPE.sub(r"\1", bare.replace(" | ", " ").removesuffix("|"))
