"""How a score moves with what was done to items: paired with the control, over items and over sources."""

import math
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from detente.evaluation.counts import Counted
from detente.evaluation.robustness import Robustness, robustness
from detente.evaluation.score import Resampling, Scores
from detente.tasks.metric_families import share

NAN = float("nan")
Row = tuple[str, str, str, str, float, float]
CONTROL: list[Row] = [
    # base, family, operation, strength, right, asked
    ("a", "p", "control", "none", 100, 100),
    ("b", "p", "control", "none", 80, 100),
    ("c", "q", "control", "none", 60, 100),
]


def measured(
    rows: list[Row], best: float = 1.0, primary: str = "accuracy", asked: tuple[str, ...] = ()
) -> Robustness | None:
    columns = ("base", "family", "operation", "strength", "right", "asked")
    frame = pl.DataFrame(rows, schema=columns, orient="row").with_columns(pl.col("right", "asked").cast(pl.Float64))
    metric = share("accuracy", "right / asked", "right", "asked", best, of="item", group="labels")
    wrong = share("error", "wrong / asked", "wrong", "asked", 0.0, of="item", group="labels")
    task: Any = SimpleNamespace(metrics=(metric, wrong), columns=("right", "asked", "wrong"))
    counted = Counted(frame.with_columns(slice=pl.lit("main"), wrong=pl.col("asked") - pl.col("right")))
    scores: Any = SimpleNamespace(task=task, primary=primary, counted=counted, resampling=Resampling(resamples=50))
    return robustness(_scores(scores), asked=asked)


def _scores(scores: Any) -> Scores:
    found: Scores = scores
    return found


def found(rows: list[Row], best: float = 1.0) -> Robustness:
    result = measured(rows, best)
    assert result is not None
    return result


def test_a_drop_is_of_the_same_bases_before_and_after() -> None:
    result = found(
        [
            *CONTROL,
            ("a", "p", "cut", "weak", 95, 100),
            ("b", "p", "cut", "weak", 74, 100),
            ("c", "q", "cut", "weak", 60, 100),
            ("a", "p", "cut", "strong", 50, 100),
        ]
    )
    control, weak, strong = result.slices
    assert (control.value, control.drop, control.items) == (pytest.approx(240 / 300), 0, 3)
    assert control.sources == pytest.approx((60 / 100, 180 / 200))
    assert (weak.operation, weak.strength, weak.items) == ("cut", "weak", 3)
    assert weak.value == pytest.approx(229 / 300)
    assert weak.drop == pytest.approx(11 / 300)
    assert weak.sources == pytest.approx((60 / 100, 169 / 200))
    assert weak.drop_sources == pytest.approx((0, 11 / 200))  # q loses nothing, p 180 - 169 of 200
    # of the strong cut there is a alone: its control was 100/100
    assert (strong.items, strong.value, strong.drop) == (1, 0.5, 0.5)
    assert strong.sources == (0.5, 0.5)
    assert result.worst == strong
    assert (result.bases, result.sources) == (3, 2)
    # a loses .05 and c nothing, which is consistent; b loses .06 and a, cut strongly, .5
    assert result.consistency == 2 / 4


@pytest.mark.parametrize(("right", "consistency"), [(9500, 1), (9499, 0), (10000, 1)])
def test_a_variant_is_consistent_up_to_the_tolerance(right: int, consistency: int) -> None:
    rows: list[Row] = [("a", "p", "control", "none", 10000, 10000), ("a", "p", "cut", "weak", right, 10000)]
    assert found(rows).consistency == consistency


def test_a_variant_that_is_better_is_consistent() -> None:
    result = found([*CONTROL, ("c", "q", "cut", "weak", 90, 100)])
    assert result.slices[1].drop == pytest.approx(-0.3)
    assert result.consistency == 1


def test_where_less_is_better_a_rise_is_a_drop() -> None:
    result = found([*CONTROL, ("c", "q", "cut", "weak", 90, 100), ("b", "p", "cut", "strong", 20, 100)], best=0.0)
    assert [each.drop for each in result.slices] == pytest.approx([0, 0.3, -0.6])
    assert result.worst is not None
    assert result.worst.strength == "weak"
    assert result.consistency == 1 / 2


def test_what_has_no_value_is_in_no_worst_slice_and_no_consistency() -> None:
    result = found([*CONTROL, ("a", "p", "cut", "weak", 0, 0), ("b", "p", "cut", "strong", 79, 100)])
    weak, strong = result.slices[1:]
    assert all(map(math.isnan, (weak.value, weak.drop, *weak.sources, *weak.drop_sources)))
    assert result.worst == strong
    assert result.consistency == 1, "a loss of .01; the other is not known"


def test_controls_alone_have_nothing_to_be_consistent_with() -> None:
    result = found(CONTROL)
    assert result.worst is None
    assert math.isnan(result.consistency)


@pytest.mark.parametrize(("bases", "known"), [(9, False), (10, True)])
def test_from_ten_items_on_there_is_an_interval(bases: int, known: bool) -> None:
    rows: list[Row] = [(f"b{base}", "p", "control", "none", 10, 10) for base in range(bases)]
    result = found([*rows, *((f"b{base}", "p", "cut", "weak", 5, 10) for base in range(bases))])
    cut = result.slices[1]
    # every base loses half, so every resample does
    wanted = (0.5, 0.5) if known else (NAN, NAN)
    assert cut.interval[:2] == pytest.approx(wanted, nan_ok=True)
    assert cut.drop_interval[:2] == pytest.approx(wanted, nan_ok=True)
    assert (cut.value, cut.drop) == (0.5, 0.5)


def test_rows_of_one_item_are_summed() -> None:
    result = found([*CONTROL, ("a", "p", "cut", "weak", 30, 50), ("a", "p", "cut", "weak", 40, 50)])
    assert (result.slices[1].items, result.slices[1].value) == (1, 0.7)


def test_a_metric_that_is_no_function_of_counts_has_none() -> None:
    assert measured(CONTROL, primary="alpha") is None


@pytest.mark.parametrize(("asked", "name"), [((), "accuracy"), (("all", "error"), "error"), (("alpha",), "accuracy")])
def test_the_metric_that_is_asked_for_leads(asked: tuple[str, ...], name: str) -> None:
    result = measured([*CONTROL, ("a", "p", "cut", "weak", 70, 100)], asked=asked)
    assert result is not None
    assert result.metric.name == name
    assert result.slices[1].drop == pytest.approx(0.3)  # right fell by .3, and wrong rose by it


def test_items_that_were_not_made_from_controls_are_not_even_listed() -> None:
    task = SimpleNamespace(metrics=(SimpleNamespace(name="f1"),))
    kinds = Counted(pl.DataFrame({"gold": ["favor"], "predicted": ["none"]}))
    assert robustness(_scores(SimpleNamespace(task=task, primary="f1", counted=kinds))) is None
