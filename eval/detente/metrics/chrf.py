"""Texts against reference texts."""

from functools import cache
from typing import Any


def chrf(predicted: str, gold: str) -> float:
    """ChrF2 of one text (Popović 2015), by sacrebleu with its defaults, in 0…100; 0 if either text is blank.

    F with β = 2 of character n-grams, n = 1…6, white space aside; precision and recall are means over the orders that
    both texts have. Signature `nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no`.

    Args:
        predicted: The text to judge.
        gold: The reference.

    Raises:
        ModuleNotFoundError: If sacrebleu is not installed; the extra `text` brings it.
    """
    return float(_scorer().sentence_score(predicted, [gold]).score)


@cache
def _scorer() -> Any:
    from sacrebleu.metrics.chrf import CHRF

    return CHRF()
