"""Edit distances between lists of tokens."""

import re
from collections.abc import Sequence
from typing import Final

from rapidfuzz.distance import Indel, Levenshtein

_SPACES: Final = re.compile(r"\s\s+")
_NEAR: Final = 31
_ALIKE: Final = 0.9
"""Texts that are so much alike are compared in two thirds of the time, if that is asked first; most outputs are."""


def indel_ratio(reference: Sequence[str], candidate: Sequence[str]) -> float:
    """1 − (insertions + deletions) / (both lengths), in 0…1: the `levenshtein` of Bevendorff et al. 2023; 1 at 0/0."""
    alike = Indel.normalized_similarity(reference, candidate, score_cutoff=_ALIKE)  # 0 under it
    return float(alike or Indel.normalized_similarity(reference, candidate))


def wer_tokens(text: str) -> list[str]:
    """The words that a word error rate counts: what is left between spaces once runs of white space are one (jiwer)."""
    return [word for word in _SPACES.sub(" ", text).strip().split(" ") if word]


def word_error_rate(reference: Sequence[str], candidate: Sequence[str]) -> float:
    """(Substitutions + insertions + deletions) / reference words, 0 and up; NaN for a reference without words."""
    if not reference:
        return float("nan")
    # The hint is where the search for the distance begins, which is then widened: outputs are mostly like references.
    return Levenshtein.distance(reference, candidate, score_hint=_NEAR) / len(reference)
