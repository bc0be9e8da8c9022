"""Agreement between annotators: Krippendorff's α for labels, α_U for spans."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detente.metrics.classification import Floats, ratio
from detente.metrics.sums import weighted_sums
from detente.text.spans import Span

CAVEAT: Final = "Agreement measures how determinate a guideline is for these annotators, not how true the labels are."
"""Stands wherever agreement is printed."""
LEVELS: Final = ("nominal", "ordinal", "interval")


def _value_counts(ratings: Sequence[Sequence[Any]]) -> tuple[list[Any], NDArray[np.float64]]:
    """The values in ascending order, and how often each unit has each, shape `(units, values)`."""
    values = sorted({value for row in ratings for value in row if value is not None})
    place = {value: index for index, value in enumerate(values)}
    counts = np.zeros((len(ratings[0]) if ratings else 0, len(values)))
    for row in ratings:
        for unit, value in enumerate(row):
            if value is not None:
                counts[unit, place[value]] += 1
    return values, counts


def _squared_distances(values: list[Any], totals: NDArray[np.float64], level: str) -> NDArray[np.float64]:
    """δ² between values: 0 or 1; squared ranks passed over, half of either end; squared differences."""
    if level == "nominal":
        return 1.0 - np.eye(len(values))
    if level == "interval":
        numbers = np.array(values, dtype=float)
        apart: NDArray[np.float64] = np.subtract.outer(numbers, numbers) ** 2
        return apart
    middle = np.cumsum(totals) - totals / 2
    distances: NDArray[np.float64] = np.subtract.outer(middle, middle) ** 2
    return distances


def krippendorff_alpha(
    ratings: Sequence[Sequence[Any]], level: str = "nominal", weights: Sequence[float] | None = None
) -> float:
    """Krippendorff's α = 1 − observed / expected disagreement (Krippendorff 2011), at most 1; 0 is chance.

    Args:
        ratings: One row per annotator, one column per unit, None where an annotator gives no value. For `ordinal` the
            values must sort in the order of the scale; for `interval` they must be numbers.
        level: `nominal`, `ordinal` or `interval`.
        weights: How often each unit counts, once by default: units that are alike can be given as one.

    Returns:
        NaN if no unit has two values, or if all values that can be paired are the same one.

    Raises:
        ValueError: If the level is unknown, or the rows are not of one length.
    """
    if level not in LEVELS:
        raise ValueError(f"level is {level!r}, not one of {', '.join(LEVELS)}")
    if len({len(row) for row in ratings}) > 1:
        raise ValueError("every annotator needs a value, or None, for every unit")
    values, counts = _value_counts(ratings)
    paired = counts.sum(axis=1) > 1
    often = np.ones(len(counts)) if weights is None else np.asarray(weights, dtype=float)
    return float(_alpha_of_counts(values, counts[paired], level, often[paired]))


def _pair_disagreements(counts: NDArray[np.float64], distances: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each unit the sum of δ² over its ordered pairs of values, divided by the number of its values less one."""
    pairs: NDArray[np.float64] = np.einsum("uv,vw,uw->u", counts, distances, counts) / (counts.sum(axis=1) - 1)
    return pairs


def _alpha_of_counts(
    values: list[Any], counts: NDArray[np.float64], level: str, weights: NDArray[np.float64] | None = None
) -> float:
    """α of units that count as often as `weights` says, once by default."""
    weights = np.ones(len(counts)) if weights is None else weights
    totals = weights @ counts
    n = totals.sum()
    distances = _squared_distances(values, totals, level)
    expected = totals @ distances @ totals
    if expected == 0:
        return np.nan
    return float(1 - (n - 1) * weighted_sums(weights[None], _pair_disagreements(counts, distances))[0] / expected)


def resampled_alphas(
    ratings: Sequence[Sequence[Any]], level: str = "nominal", resamples: int = 2000, seed: int = 0
) -> Floats:
    """α of resampled units, those with two values or more, conditional on the pages that the units are from.

    Args:
        ratings: As for `krippendorff_alpha`.
        level: `nominal`, `ordinal` or `interval`.
        resamples: How many.
        seed: Of the draws.

    Returns:
        One α per resample, at most 1; NaN where all values drawn are the same one, and for all without such units.
    """
    values, counts = _value_counts(ratings)
    counts = counts[counts.sum(axis=1) > 1]
    if not len(counts):
        return np.full(resamples, np.nan)
    generator = np.random.default_rng(seed)
    drawn = generator.multinomial(len(counts), np.full(len(counts), 1 / len(counts)), size=resamples).astype(float)
    if level == "ordinal":  # distances follow the values' frequencies, which every resample has its own of
        return np.array([_alpha_of_counts(values, counts, level, weights) for weights in drawn])
    distances = _squared_distances(values, counts.sum(axis=0), level)
    totals = drawn @ counts
    n = totals.sum(axis=1)
    expected = np.einsum("rv,vw,rw->r", totals, distances, totals)
    return 1 - ratio((n - 1) * weighted_sums(drawn, _pair_disagreements(counts, distances)), expected)


def alpha_u(units: Sequence[Sequence[Span]], length: int) -> float:
    """Krippendorff's α_U for one category of units on one continuum (Krippendorff 2004, "Measuring the reliability").

    The squared length by which units and gaps of one annotator and another differ, over what chance would give. To
    combine categories or texts, sum `alpha_u_terms` and take 1 − observed / expected.

    Args:
        units: For each annotator the units, half-open and without overlap.
        length: Of the continuum, which starts at 0.

    Returns:
        At most 1; NaN if nobody marks a unit.
    """
    observed, expected = alpha_u_terms(units, length)
    return 1 - observed / expected if expected else np.nan


def alpha_u_terms(units: Sequence[Sequence[Span]], length: int) -> tuple[float, float]:
    """Observed and expected disagreement of `alpha_u`, both 0 if nobody marks a unit."""
    sections = [_sections(sorted(marked), length) for marked in units]
    annotators = len(sections)
    observed = sum(
        _section_distance(mine, theirs)
        for i, own in enumerate(sections)
        for j, other in enumerate(sections)
        if i != j
        for mine in own
        for theirs in other
    ) / (annotators * (annotators - 1) * length**2)
    lengths = [end - start for own in sections for start, end, is_unit in own if is_unit]
    gaps = [end - start for own in sections for start, end, is_unit in own if not is_unit]
    numerator = sum(
        (len(lengths) - 1) / 3 * (2 * size**3 - 3 * size**2 + size)
        + size**2 * sum(gap - size + 1 for gap in gaps if gap >= size)
        for size in lengths
    )
    points = annotators * length
    denominator = points * (points - 1) - sum(size * (size - 1) for size in lengths)
    return observed, 2 / length * numerator / denominator


def _sections(units: Sequence[Span], length: int) -> list[tuple[int, int, bool]]:
    """Units and the gaps between them, as (start, end, is it a unit)."""
    if any(left[1] > right[0] for left, right in pairwise(units)):
        raise ValueError("units of one annotator must not overlap")
    found, place = [], 0
    for start, end in units:
        if start > place:
            found.append((place, start, False))
        found.append((start, end, True))
        place = end
    return [*found, (place, length, False)] if place < length else found


def _section_distance(mine: tuple[int, int, bool], theirs: tuple[int, int, bool]) -> float:
    (start, end, is_unit), (other_start, other_end, other_is_unit) = mine, theirs
    if is_unit and other_is_unit and start < other_end and other_start < end:
        return float((start - other_start) ** 2 + (end - other_end) ** 2)
    if is_unit and not other_is_unit and other_start <= start and end <= other_end:
        return float((end - start) ** 2)
    if other_is_unit and not is_unit and start <= other_start and other_end <= end:
        return float((other_end - other_start) ** 2)
    return 0.0
