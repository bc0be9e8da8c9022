"""How the same words are written otherwise: spaces, soft hyphens, quotation marks, decomposed letters."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Final

from detente.challenge.suite import Dice

_LONG_WORD: Final = re.compile(r"[^\W\d_]{8,}")
_CURLY: Final = re.compile("[“”‘’]")
_STRAIGHT: Final = {"“": '"', "”": '"', "‘": "'", "’": "'"}
_MARK: Final = re.compile("[\"']")


def no_break_spaces(text: str, share: float, dice: Dice) -> str:
    """Spaces as no-break spaces."""
    return "".join("\u00a0" if letter == " " and dice.chance(share) else letter for letter in text)


def soft_hyphens(text: str, share: float, dice: Dice) -> str:
    """A soft hyphen in the middle of words of eight letters and more."""

    def divided(found: re.Match[str]) -> str:
        word = found[0]
        return f"{word[: len(word) // 2]}\u00ad{word[len(word) // 2 :]}" if dice.chance(share) else word

    return _LONG_WORD.sub(divided, text)


def other_quotes(text: str, share: float, dice: Dice) -> str:
    """Curly quotation marks and apostrophes as straight ones; where there are only straight ones, these as curly."""
    if _CURLY.search(text):
        return _CURLY.sub(lambda found: _STRAIGHT[found[0]] if dice.chance(share) else found[0], text)

    def curled(found: re.Match[str]) -> str:
        opens = found.start() == 0 or text[found.start() - 1] in " (["
        single = found[0] == "'"
        mark = ("‘" if opens else "’") if single else ("“" if opens else "”")
        return mark if dice.chance(share) else found[0]

    return _MARK.sub(curled, text)


def decomposed(text: str, share: float, dice: Dice) -> str:
    """Letters with accents as a letter and an accent (NFD)."""
    return "".join(unicodedata.normalize("NFD", letter) if dice.chance(share) else letter for letter in text)


NOISE: Final[Mapping[str, Callable[[str, float, Dice], str]]] = {
    "no_break_spaces": no_break_spaces,
    "soft_hyphens": soft_hyphens,
    "other_quotes": other_quotes,
    "decomposed": decomposed,
}
