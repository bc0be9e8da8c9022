"""Whose turn it is among equals: the order of items, of systems and of errors, and how near is equal."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

from detente.data.problems import ValidationError
from detente.evaluation import score as scoring
from detente.evaluation.counts import Counted
from detente.evaluation.differences import aligned, higher_is_better, of_values
from detente.evaluation.items import errors, item_differences
from detente.evaluation.ranking import RankedSystem, rank, with_and_without_empty
from detente.evaluation.score import Scores
from detente.stats.bootstrap import Interval
from detente.tasks.boilerplate.task import BOILERPLATE
from detente.tasks.stance.task import STANCE
from detente.tasks.task import CorpusMetric, CorpusValue

ACCURACY = CorpusMetric("accuracy", "right / all", lambda *_: CorpusValue(0.0, 0), 1.0, (0.0, 1.0))
ERROR = CorpusMetric("error", "wrong / all", lambda *_: CorpusValue(0.0, 0), 0.0, (0.0, 1.0))

Row = tuple[str, float, str]
"""An item, how wrong it is, and what is wrong."""


@pytest.fixture
def scores(minimal_gold, predict) -> Scores:
    records = [{"id": name, "label": row["label"]} for name, row in STANCE.units(minimal_gold).items()]
    return scoring.score(predict(STANCE, minimal_gold, records), minimal_gold)


def saying(scores: Scores, *rows: Row, **columns: list[Any]) -> Scores:
    """Scores with other rows: each item is its own unit."""
    items, wrong, detail = zip(*rows, strict=True)
    names = {"id": items, "item": items, "slice": ["main"] * len(rows)}
    return replace(scores, counted=Counted(pl.DataFrame({**names, "wrong": wrong, "detail": detail, **columns})))


# Items


def test_items_stand_by_their_difference_then_by_the_greater_wrong_then_by_name(scores: Scores) -> None:
    # item: first, second -> |difference|, greater wrong
    wrong = {
        "b": (2.0, 0.0),  # 2, 2
        "a": (0.0, 2.0),  # 2, 2: before b by its name
        "z": (1.0, 3.0),  # 2, 3: before a and b
        "e": (5.0, 5.0),  # 0, 5: last, however wrong
        "c": (4.0, 2.0),  # 2, 4: before z
        "d": (0.0, 3.0),  # 3, 3: first
    }
    first = saying(scores, *((item, one, "this") for item, (one, _) in wrong.items()))
    second = saying(scores, *((item, two, "that") for item, (_, two) in wrong.items()))
    found = item_differences(first, second).items
    assert [each.item for each in found] == ["d", "c", "z", "a", "b", "e"]
    assert [each.wrong for each in found] == [wrong[each.item] for each in found]
    assert [each.direction for each in found] == ["worse", "better", "worse", "worse", "better", "as wrong"]
    assert [each.item for each in item_differences(second, first).items] == ["d", "c", "z", "a", "b", "e"]


def test_items_alike_are_left_out_and_other_words_or_another_wrong_are_not(scores: Scores) -> None:
    first = saying(scores, ("alike", 1.0, "this"), ("words", 1.0, "this"), ("wrong", 1.0, "this"))
    second = saying(scores, ("alike", 1.0, "this"), ("words", 1.0, "that"), ("wrong", 1.5, "this"))
    assert [(each.item, each.said) for each in item_differences(first, second).items] == [
        ("wrong", ("this", "this")),
        ("words", ("this", "that")),
    ]


def test_an_item_that_one_system_has_is_no_error_of_the_other(scores: Scores) -> None:
    both = ("both", 0.0, "")
    here = saying(scores, both, ("invented", 2.0, "stands nowhere"), gold=[None, "x"])
    there = saying(scores, both, gold=[None])
    (found,) = item_differences(here, there).items
    assert (found.item, found.gold, found.said, found.wrong) == ("invented", "x", ("stands nowhere", None), (2, 0))
    (found,) = item_differences(there, here).items
    assert (found.item, found.gold, found.said, found.wrong) == ("invented", "x", (None, "stands nowhere"), (0, 2))


def test_rows_of_one_item_are_put_together_in_their_order(scores: Scores) -> None:
    rows: list[Row] = [("a", 1.0, "late"), ("a", 2.0, "early"), ("a", 4.0, "late")]
    first = saying(scores, *rows, slice=["aside"] * 3, gold=["x", "x", "y"], predicted=["q", None, "p"])
    second = saying(scores, ("a", 0.0, ""), slice=["aside"], gold=["z"], predicted=[None])
    (found,) = item_differences(first, second).items
    # What was predicted is said rather than what was wrong with it; nothing predicted and nothing wrong is right.
    assert (found.gold, found.said) == ("x · y/z", ("q · p", "right"))
    assert (found.slice, found.wrong) == ("aside", (1 + 2 + 4, 0))
    (found,) = item_differences(saying(scores, *rows), saying(scores, ("a", 0.0, ""))).items
    assert (found.gold, found.said) == (None, ("late · early", "right"))


def test_a_missing_unit_is_called_so_whatever_its_rows_say(scores: Scores) -> None:
    first = replace(saying(scores, ("a", 1.0, "wrong"), ("b", 1.0, "wrong")), missing=("a",))
    second = saying(scores, ("a", 1.0, "wrong"), ("b", 1.0, "wrong"))
    assert [(each.item, each.said) for each in item_differences(first, second).items] == [("a", ("missing", "wrong"))]


def test_counts_stand_in_the_order_of_their_keys_and_are_0_where_a_system_has_none() -> None:
    one = pl.DataFrame({"key": ["c", "a", "c"], "hits": [1.0, 2.0, 4.0], "all": [8.0, 16.0, 32.0]})
    two = pl.DataFrame({"key": ["b", "c"], "hits": [3.0, 5.0], "all": [7.0, 9.0]})
    keys, (first, second) = aligned([one, two], "key", ("all", "hits"))
    assert keys == ["a", "b", "c"]
    assert first.tolist() == [[16, 2], [0, 0], [8 + 32, 1 + 4]]
    assert second.tolist() == [[0, 0], [7, 3], [9, 5]]


def test_errors_stand_by_how_wrong_they_are_then_as_they_come(scores: Scores) -> None:
    rows: list[Row] = [("z", 1.0, ""), ("right", 0.0, ""), ("b", 2.0, ""), ("a", 1.0, ""), ("tiny", 1e-9, "")]
    assert errors(saying(scores, *rows))["item"].to_list() == ["b", "z", "a", "tiny"]


# Systems


def on_the_scale(corpus, predict, gaps: dict[str, float | None]) -> dict[str, Scores]:
    """Systems that miss each score by a gap, or say labels, which have no mean absolute error."""
    rows = STANCE.units(corpus)
    said = {
        name: [
            {"id": unit, "label": row["label"]} if gap is None else {"id": unit, "score": 2 - gap}
            for unit, row in rows.items()
        ]
        for name, gap in gaps.items()
    }
    return {name: scoring.score(predict(STANCE, corpus, records), corpus) for name, records in said.items()}


def test_systems_stand_from_the_best_equals_by_name_and_those_without_a_value_last(wide_gold, predict) -> None:
    gaps = {"z": None, "b": 0.5, "a": 0.5, "c": 0.25, "y": None, "d": 1.0}
    ranking = rank(on_the_scale(wide_gold, predict, gaps), "mae", scoring.Resampling(resamples=50))
    assert [(each.name, each.standing.rank) for each in ranking.systems] == [
        ("c", 1),
        ("a", 2),
        ("b", 2),
        ("d", 4),
        ("y", None),
        ("z", None),
    ]
    # Of two far ones the better leads by .25 in every resample, equals by 0; nothing follows the last.
    leads = [each.gap_to_next and (each.gap_to_next.low, each.gap_to_next.high) for each in ranking.systems]
    assert leads[:3] == [(0.25, 0.25), (0.0, 0.0), (0.5, 0.5)]
    assert leads[5] is None
    assert [each.significant for each in ranking.systems] == [True, False, True, None, None, None]
    assert [each.standing.interval for each in ranking.systems] == [(1, 1), (2, 3), (2, 3), (4, 4), None, None]


@pytest.mark.parametrize(("gap", "order"), [(1e-13, ["a", "b"]), (1e-11, ["b", "a"])])
def test_systems_stand_in_the_order_of_their_ranks_which_are_of_twelve_digits(
    minimal_gold, predict, gap: float, order: list[str]
) -> None:
    scores = on_the_scale(minimal_gold, predict, {"b": 0.5, "a": 0.5})
    metrics = scores["a"].metrics | {"mae": scores["a"].metrics["mae"]._replace(value=0.5 + gap)}
    ranking = rank(scores | {"a": replace(scores["a"], metrics=metrics)}, "mae")
    assert [each.name for each in ranking.systems] == order
    assert [each.standing.rank for each in ranking.systems] == ([1, 1] if order == ["a", "b"] else [1, 2])


def test_under_ten_families_nobody_leads(minimal_gold, predict) -> None:
    ranking = rank(on_the_scale(minimal_gold, predict, {"b": 0.5, "a": 0.5}), "mae")
    assert ranking.interval == "range"
    assert [(each.name, each.standing.rank, each.standing.interval, each.gap_to_next) for each in ranking.systems] == [
        ("a", 1, None, None),
        ("b", 1, None, None),
    ]


@pytest.mark.parametrize(
    ("low", "separated"), [(-0.1, False), (0.0, False), (1e-9, True), (math.nan, None), (None, None)]
)
def test_neighbours_are_separated_if_the_lead_lies_above_0(
    low: float | None, separated: bool | None, scores: Scores
) -> None:
    place = of_values(ACCURACY, [0.5])[0][0]
    lead = None if low is None else Interval(low, 0.2, 0.1, 0.0)
    assert RankedSystem("a", scores, place, lead).significant is separated


def test_a_ranking_is_by_the_primary_metric(minimal_gold, predict, scores: Scores) -> None:
    # f_avg, the primary metric, has no value: these pages have nobody against. The next standard one has.
    assert (STANCE.primary, rank({"a": scores, "b": scores}).by.name) == ("f_avg", "macro_f1")
    text = [{"id": name, "text": row["text"]} for name, row in minimal_gold.articles.items()]
    kept = scoring.score(predict(BOILERPLATE, minimal_gold, text), minimal_gold)
    assert [metric.name for metric in BOILERPLATE.metrics[:3]] == ["char_precision", "char_recall", "char_f1"]
    assert rank({"a": kept, "b": kept}).by.name == "char_f1"
    with pytest.raises(ValidationError, match="stance has no metric 'char_f1'"):
        rank({"a": scores, "b": scores}, "char_f1")


def test_a_metric_with_and_without_empty_outputs_is_told_where_outputs_are(scores: Scores) -> None:
    metric = STANCE.metrics[0]
    assert all(map(math.isnan, with_and_without_empty(scores, metric)))
    assert all(map(math.isnan, with_and_without_empty(scores, ACCURACY)))


# How near is equal


@pytest.mark.parametrize(("lead", "better", "ranks"), [(4e-13, 0, [1, 1]), (6e-13, 1, [2, 1])])
def test_systems_are_equal_to_twelve_decimals(lead: float, better: int, ranks: list[int]) -> None:
    places, (difference,) = of_values(ACCURACY, [0.5, 0.5 + lead])
    assert difference.better == better
    assert [place.rank for place in places] == ranks
    places, (difference,) = of_values(ERROR, [0.5, 0.5 + lead])
    assert difference.better == -better
    assert [place.rank for place in places] == ranks[::-1]


def test_a_system_without_a_value_takes_no_rank_and_is_neither_better_nor_worse() -> None:
    places, differences = of_values(ACCURACY, [0.2, math.nan, 0.5, 0.2])
    assert [place.rank for place in places] == [2, None, 1, 2]
    assert [each.better for each in differences] == [0, 1, 0]
    assert np.isnan(differences[0].value)
    assert (differences[1].value, differences[2].value) == (0.5 - 0.2, 0.0)


def test_the_greater_is_better_or_the_smaller_by_where_the_best_lies() -> None:
    assert higher_is_better(ACCURACY, [0.2, 0.5]).tolist() == [0.2, 0.5]
    assert higher_is_better(ERROR, [0.2, 0.5]).tolist() == [-0.2, -0.5]
    assert higher_is_better(replace(ERROR, bounds=(0.0, math.inf)), [2.0]).tolist() == [-2.0]
