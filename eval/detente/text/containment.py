"""How much of one text stands in another: runs of words (shingles), and the share of them that both have."""

from typing import Final

from detente.text.folding import fold
from detente.text.tokens import tokens

WORDS: Final = 3


def words(text: str) -> list[str]:
    """The words of a text, case and quotation marks aside; marks are no words."""
    return [token for token in tokens(fold(text).casefold()) if token[0].isalnum()]


def shingles(text: str, size: int = WORDS) -> frozenset[tuple[str, ...]]:
    """The runs of so many words; of a shorter text that has words, its words are one run."""
    found = words(text)
    return frozenset(
        tuple(found[start : start + size]) for start in range(max(len(found) - size + 1, min(len(found), 1)))
    )


def of(one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> float:
    """The share of the runs of the smaller that the larger has, in 0…1; 0 if one has none (Broder 1997)."""
    return len(one & other) / min(len(one), len(other)) if one and other else 0.0
