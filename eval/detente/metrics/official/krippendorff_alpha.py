"""Krippendorff's α under the keys of the parity cases."""

from collections.abc import Sequence
from typing import Any

from detente.metrics import agreement


def krippendorff_alpha(ratings: Sequence[Sequence[Any]], level: str = "nominal") -> dict[str, float]:
    """Krippendorff's α = 1 − observed / expected disagreement, at most 1; 0 is chance.

    Source: `krippendorff` 0.9.0 (PyPI; GPL: numbers only). This is `detente.metrics.agreement.krippendorff_alpha`,
    written from Krippendorff (2011).

    Defect: none known.

    Args:
        ratings: One row per rater, one column per unit, None where a rater gives no value.
        level: `nominal`, `ordinal` or `interval`.

    Returns:
        `alpha`: NaN if no unit has two values, or if all values that can be paired are one and the same; where there is
        no unit with two values, or one value in all, the package raises instead.

    Raises:
        ValueError: If the level is unknown, or the rows are not of one length.
    """
    return {"alpha": agreement.krippendorff_alpha(ratings, level)}
