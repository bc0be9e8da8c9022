"""What makes a pipeline fail: both sides of every boundary, of metrics of which more is better and of which less is."""

import math

import pytest

from detente.evaluation.differences import Difference
from detente.evaluation.differences import Tested as Known
from detente.evaluation.pipelines import is_worse
from detente.stats.bootstrap import Interval
from detente.stats.paired import SignFlip
from detente.tasks.stance.task import STANCE

F_AVG = next(metric for metric in STANCE.measures if metric.name == "f_avg")
BRIER = next(metric for metric in STANCE.measures if metric.name == "brier")


def by_interval(low: float, high: float) -> Difference:
    known = Known(Interval(low, high, 0.1, 0.0), SignFlip(0.01, 0.001, True, 10), 0.01, 0.1)
    return Difference((low + high) / 2, 0, {}, 0.0, known, {})


def few(value: float, better: int, *clusters: float) -> Difference:
    return Difference(value, better, dict(zip("abc", clusters, strict=False)), value, None, {})


@pytest.mark.parametrize(
    ("difference", "worse"),
    [
        (few(-0.1, -1, -0.1, 0.0), True),
        (few(-0.1, -1, -0.3, 0.001), False),  # better in one family
        (few(-0.1, -1, -0.3, math.nan), True),
        (few(-0.1, -1), True),  # a value only
        (few(0.0, 0, 0.0, 0.0), False),
        (few(0.1, 1, 0.1, 0.1), False),
        (few(math.nan, 0, math.nan), False),
    ],
)
def test_under_ten_families_worse_is_worse_in_all_together_and_better_in_none(
    difference: Difference, worse: bool
) -> None:
    assert is_worse(difference, F_AVG) is worse


def test_where_less_is_better_more_is_worse() -> None:
    assert is_worse(few(0.1, -1, 0.1, 0.0), BRIER)
    assert not is_worse(few(0.1, -1, 0.3, -0.1), BRIER)


@pytest.mark.parametrize(
    ("low", "high", "less", "more"),
    [(-0.2, -0.001, True, False), (-0.2, 0.0, False, False), (0.0, 0.2, False, False), (0.001, 0.2, False, True)],
)
def test_from_ten_families_on_the_interval_decides(low: float, high: float, less: bool, more: bool) -> None:
    assert is_worse(by_interval(low, high), F_AVG) is less
    assert is_worse(by_interval(low, high), BRIER) is more
    assert not is_worse(by_interval(math.nan, math.nan), F_AVG)
