"""What the families of metrics are made of: ratios, overlaps, confusion matrices, and an item's other answers."""

import math

import numpy as np
import polars as pl
import pytest

from detente.evaluation.score import Columns, one_item
from detente.metrics import official
from detente.tasks import metric_families as families
from detente.tasks.all import EVERY_TASK, TASKS
from detente.tasks.labels import OFFICIAL, alpha, label_scorer, most_frequent
from detente.tasks.stance.task import STANCE
from detente.tasks.task import Metric, Task

LABELS = ("x", "y")


def value(metric: Metric, counts: dict[str, float], full: dict[str, float] | None = None) -> float:
    sample, whole = (Columns(list(each), np.array(list(each.values()), float)) for each in (counts, full or counts))
    return float(metric.compute(sample, whole))


# What every task says of its metrics


@pytest.mark.parametrize("task", EVERY_TASK, ids=lambda task: task.name)
def test_the_primary_metric_and_the_standard_ones_are_measures_of_the_task(task: Task) -> None:
    names = [measure.name for measure in task.measures]
    assert len(names) == len(set(names))
    assert task.primary in names
    assert set(task.standard) <= set(names)
    assert set(task.primary_of.values()) <= set(names)
    assert len(set(task.standard)) == len(task.standard) <= 8
    assert task.primary not in task.standard


@pytest.mark.parametrize("task", EVERY_TASK, ids=lambda task: task.name)
def test_every_measure_has_a_group_and_a_formula(task: Task) -> None:
    assert [measure.name for measure in task.measures if not measure.group or not measure.formula] == []


def test_the_tasks_of_the_dataset_are_among_all_tasks_and_reference_texts_are_the_one_other() -> None:
    assert EVERY_TASK[: len(TASKS)] == TASKS
    assert [task.name for task in EVERY_TASK[len(TASKS) :]] == ["content_extraction"]


def test_one_name_of_a_metric_has_one_formula_one_best_value_and_one_pair_of_bounds_in_all_tasks() -> None:
    meanings: dict[str, set[tuple[str, float, tuple[float, float]]]] = {}
    for task in EVERY_TASK:
        for measure in task.measures:
            meanings.setdefault(measure.name, set()).add((measure.formula, measure.best, measure.bounds))
    assert {name: found for name, found in meanings.items() if len(found) > 1} == {}
    shared = [name for task in EVERY_TASK for name in {measure.name for measure in task.measures}]
    assert {"accuracy", "macro_f1", "mcc", "insertions", "merged_words"} <= {
        name for name in shared if shared.count(name) > 1
    }


@pytest.mark.parametrize("task", EVERY_TASK, ids=lambda task: task.name)
def test_an_old_name_leads_to_a_measure_and_is_none_itself(task: Task) -> None:
    names = {measure.name for measure in task.measures}
    assert set(task.aliases.values()) <= names
    assert task.aliases.keys() & names == set()
    assert len(set(task.aliases.values())) == len(task.aliases)


@pytest.mark.parametrize("task", EVERY_TASK, ids=lambda task: task.name)
def test_the_primary_metric_says_how_much_one_item_is_worth(task: Task) -> None:
    leading = {task.primary, *task.primary_of.values()}
    assert {metric.name for metric in task.metrics if metric.name in leading and metric.flips} == leading


@pytest.mark.parametrize("task", EVERY_TASK, ids=lambda task: task.name)
def test_no_flip_changes_the_counts_that_it_was_given_nor_their_shape(task: Task) -> None:
    items = np.random.default_rng(0).integers(0, 5, (3, len(task.columns))).astype(float)
    before = items.copy()
    for metric in task.metrics:
        for turned in metric.flips(items, task.columns) if metric.flips else []:
            assert turned.shape == items.shape, metric.name
    assert np.array_equal(items, before)


# Shares


def test_a_part_becomes_nothing_or_all_of_its_whole() -> None:
    columns = ("other", "all", "part")
    items = np.array([[7, 4, 1], [8, 2, 2], [9, 0, 0]], float)
    none, every = families.toggled("part", "all")(items, columns)
    assert none.tolist() == [[7, 4, 0], [8, 2, 0], [9, 0, 0]]
    assert every.tolist() == [[7, 4, 4], [8, 2, 2], [9, 0, 0]]


def test_parts_that_hang_together_become_nothing_or_all_at_once() -> None:
    columns = ("p", "p_pages", "r", "r_pages")
    items = np.array([[0.5, 1, 0.25, 1], [0, 0, 1, 1]])
    none, every = families.toggled_together(("p", "r"), "_pages")(items, columns)
    assert none.tolist() == [[0, 1, 0, 1], [0, 0, 0, 1]]
    assert every.tolist() == [[1, 1, 1, 1], [0, 0, 1, 1]]


def test_a_share_is_part_over_whole_and_undefined_without_a_whole() -> None:
    metric = families.share("lost", "lost / all", "part", "all", of="word", group="g")
    assert (metric.n, metric.best, metric.bounds, metric.group) == (("all",), 0.0, (0.0, 1.0), "g")
    assert value(metric, {"part": 1, "all": 4}) == 1 / 4
    assert value(metric, {"part": 0, "all": 4}) == 0
    assert math.isnan(value(metric, {"part": 0, "all": 0}))
    assert families.share("kept", "kept / all", "part", "all", 1.0, of="word").best == 1


# Overlaps


def test_found_and_lost_change_places_and_what_was_let_in_is_left_out() -> None:
    columns = ("a_fn", "a_tp", "b", "a_fp")
    items = np.array([[1, 2, 5, 3], [0, 0, 6, 4]], float)
    (turned,) = families.swapped("a")(items, columns)
    assert turned.tolist() == [[2, 1, 5, 0], [0, 0, 6, 0]]


def test_where_true_negatives_are_counted_they_become_false_positives() -> None:
    columns = ("a_tp", "a_fp", "a_fn", "a_tn")
    (turned,) = families.swapped("a")(np.array([[1, 2, 3, 4]], float), columns)
    assert turned.tolist() == [[3, 4, 1, 2]]


def test_precision_recall_and_f1_of_three_outcomes() -> None:
    assert families.outcome_columns("s") == ("s_tp", "s_fp", "s_fn")
    three = families.overlap("span", "spans", of="span", columns="s", group="g")
    assert [metric.name for metric in three] == ["span_precision", "span_recall", "span_f1"]
    counts = {"s_tp": 3.0, "s_fp": 1.0, "s_fn": 2.0}
    # 3 / (3 + 1), 3 / (3 + 2), 6 / (6 + 1 + 2).
    assert [value(metric, counts) for metric in three] == [3 / 4, 3 / 5, 6 / 9]
    assert all(math.isnan(value(metric, dict.fromkeys(counts, 0.0))) for metric in three)
    # Nothing is predicted: there is no precision, but there are recall and F1.
    nothing = [value(metric, {"s_tp": 0.0, "s_fp": 0.0, "s_fn": 2.0}) for metric in three]
    assert math.isnan(nothing[0])
    assert nothing[1:] == [0, 0]
    assert [metric.n for metric in three] == [("s_tp", "s_fp", "s_fn")] * 3
    assert {metric.group for metric in three} == {"g"}
    assert families.overlap("s", "x", of="span", n=("s_tp",), formulas=("1", "2", "3"))[2].formula == "3"


# Confusion matrices


def test_each_item_gets_each_label_and_keeps_its_gold() -> None:
    columns = families.confusion_columns(LABELS)
    assert columns == ("x>x", "x>y", "x>missing", "y>x", "y>y", "y>missing")
    # An item of x that was called y, one of y that has no answer, and an item of both.
    items = np.array([[0, 1, 0, 0, 0, 0], [0, 0, 0, 0, 0, 1], [1, 1, 0, 2, 0, 0]], float)
    as_x, as_y, missing = families.relabelled(LABELS, families.cell)(items, columns)
    assert as_x.tolist() == [[1, 0, 0, 0, 0, 0], [0, 0, 0, 1, 0, 0], [2, 0, 0, 2, 0, 0]]
    assert as_y.tolist() == [[0, 1, 0, 0, 0, 0], [0, 0, 0, 0, 1, 0], [0, 2, 0, 0, 2, 0]]
    assert missing.tolist() == [[0, 0, 1, 0, 0, 0], [0, 0, 0, 0, 0, 1], [0, 0, 2, 0, 0, 2]]


NONE_MISSING = {"x>missing": 0.0, "y>missing": 0.0}


def test_measures_of_a_confusion_matrix_by_hand() -> None:
    # Gold x: 3 right, 1 called y. Gold y: 2 called x, 4 right.
    counts = {"x>x": 3.0, "x>y": 1.0, "y>x": 2.0, "y>y": 4.0, **NONE_MISSING}
    assert value(families.accuracy("accuracy", LABELS), counts) == 7 / 10
    # F1 of x: 6 / (6 + 2 + 1); of y: 8 / (8 + 1 + 2).
    assert value(families.label_f1("f1_y", "y", LABELS), counts) == 8 / 11
    assert value(families.macro_f1("macro_f1", LABELS), counts) == pytest.approx((6 / 9 + 8 / 11) / 2, rel=1e-15)
    # (3 · 4 − 1 · 2) / √(4 · 6 · 5 · 5).
    assert value(families.mcc(LABELS), counts) == pytest.approx(10 / math.sqrt(600), rel=1e-15)
    assert math.isnan(value(families.accuracy("accuracy", LABELS), dict.fromkeys(counts, 0.0)))


def test_macro_f1_is_over_the_labels_of_the_full_set_whatever_the_sample_has() -> None:
    metric = families.macro_f1("macro_f1", LABELS)
    sample = {"x>x": 1.0, "x>y": 1.0, "y>x": 0.0, "y>y": 0.0, **NONE_MISSING}
    # F1 of x: 2 / (2 + 0 + 1); of y, which is predicted but not there: 0.
    assert value(metric, sample) == 2 / 3
    assert value(metric, sample, sample | {"y>x": 1.0}) == (2 / 3 + 0) / 2


def test_macro_f1_of_a_part_is_over_the_labels_of_its_own_gold_and_predictions() -> None:
    metric = families.macro_f1("macro_f1", LABELS)
    part = dict.fromkeys(families.confusion_columns(LABELS), 0.0) | {"x>x": 1.0}
    assert metric.part(part) == 1  # of x alone: y is nowhere
    assert metric.part(part | {"x>y": 1.0}) == pytest.approx((2 / 3 + 0) / 2)
    # A missing answer is no label: F1 of x alone, 2 / (2 + 1).
    assert metric.part(part | {"x>missing": 1.0}) == 2 / 3
    assert metric.part(part | {"x>x": 0.0, "x>missing": 1.0}) == 0
    assert math.isnan(metric.part(part | {"x>x": 0.0}))
    # A metric without a formula for parts is what it is.
    accuracy = families.accuracy("accuracy", LABELS)
    assert accuracy.part(part | {"x>missing": 1.0}) == 1 / 2
    assert "in gold or predictions" in metric.formula


def test_a_metric_of_what_is_never_said_has_no_value_but_a_reason() -> None:
    metric = families.share("s", "", "part", "all", of="word")
    one = {"part": 1.0, "all": 2.0, "said": 0.0, "answers": 0.0}
    said = families.where_said(metric, "a word", "said")
    assert said.no_value(one) == "no prediction has a word"
    assert math.isnan(said.whole(one))
    assert (said.no_value(one | {"said": 1.0}), said.whole(one | {"said": 1.0})) == ("", 1 / 2)
    # Who answers nothing has missed all: that is measured.
    answered = families.where_said(metric, "a word", "said", "answers")
    assert answered.no_value(one) == ""
    assert answered.no_value(one | {"answers": 1.0}) == "no prediction has a word"
    assert said.flips is metric.flips


def test_one_item_of_a_metric_with_a_condition_is_that_of_the_metric() -> None:
    # A wrong item of four becomes right: 1/4 of the share.
    metric = families.where_said(families.share("s", "", "part", "all", of="word"), "it", "given")
    task = Task(
        *("t", "", "s", (), (), (), False, (), ("id", "item", "family", "slice"), ("part", "all", "given"), (metric,)),
        units=lambda *_: {},
        parse=lambda *_: None,
        count=lambda *_: [],
        inputs=lambda _: [],
    )
    rows = pl.DataFrame({"item": list("abcd"), "part": [1.0, 1, 0, 0], "all": [1.0] * 4, "given": [1.0] * 4})
    assert one_item(task, "s", rows) == 1 / 4
    assert math.isnan(one_item(task, "s", rows.with_columns(given=pl.lit(0.0))))


# Official scorers of labels


def test_a_label_that_the_official_scorer_lacks_gives_no_value_but_the_reason() -> None:
    names = {"favor": "FAVOR", "against": "AGAINST"}
    scorer = label_scorer(official.semeval2016_task6, "macroF_favor_against", names, "F", "SemEval")
    known = pl.DataFrame({"gold": ["favor", "against"], "predicted": ["favor", "favor"]})
    # F of favor: 2 · ½ · 1 / 1½ = 2/3; of against, 0/0 = 0.
    found = scorer.compute({}, {}, known)
    assert (found.value, found.n, found.reason) == (pytest.approx(1 / 3, rel=1e-12), 2, "")
    for side, reason in (("gold", "maybe"), ("predicted", "maybe")):
        rows = known.with_columns(pl.Series(side, ["maybe", "favor"]))
        found = scorer.compute({}, {}, rows)
        assert math.isnan(found.value)
        assert (found.n, found.reason) == (2, f"semeval2016_task6 has no label {reason}")
    both = pl.DataFrame({"gold": ["z", "favor", "b"], "predicted": ["a", "z", "favor"]})
    assert scorer.compute({}, {}, both).reason == "semeval2016_task6 has no label a, b, z"
    assert (scorer.name, scorer.group, scorer.reference) == ("semeval2016_task6", OFFICIAL, "SemEval")


def test_alpha_of_perfect_labels_is_1_and_the_majority_of_equals_is_the_first_of_the_inventory() -> None:
    perfect = pl.DataFrame({"gold": ["x", "y"], "predicted": ["x", "y"]})
    assert alpha().compute({}, {}, perfect)[:2] == (1.0, 2)
    # Values x x | x y: 1 observed disagreement of 2 pairs; expected 2 · 3 · 1 / (4 · 3): α = 1 − ½ / ½ = 0.
    assert alpha().compute({}, {}, perfect.with_columns(gold=pl.lit("x")))[0] == pytest.approx(0, abs=1e-12)
    assert most_frequent(["y", "x", "y"], LABELS) == "y"
    assert most_frequent(["y", "x"], LABELS) == "x"
    assert most_frequent([], LABELS) == "x"


def test_stance_has_every_label_of_its_official_scorers() -> None:
    rows = pl.DataFrame({"gold": ["favor", "against", "none"], "predicted": ["favor", "against", "none"]})
    found = [measure.compute({}, {}, rows) for measure in STANCE.corpus_metrics if measure.group == OFFICIAL]
    assert [(each.value, each.reason) for each in found] == [(1.0, "")] * 3


# Each label by itself


def test_each_label_has_precision_recall_and_f1_and_a_missing_answer_is_a_false_negative_alone() -> None:
    # x: 2 right, 1 as y, 1 missing; y: 3 right, 1 as x.
    counts = {"x>x": 2, "x>y": 1, "x>missing": 1, "y>x": 1, "y>y": 3, "y>missing": 0}
    found = {metric.name: value(metric, counts) for metric in families.of_each_label(LABELS)}
    assert found == {
        "precision_x": 2 / 3,
        "recall_x": 2 / 4,
        "f1_x": 4 / (4 + 1 + 2),
        "precision_y": 3 / 4,
        "recall_y": 3 / 4,
        "f1_y": 6 / (6 + 1 + 1),
    }


def test_a_label_that_is_never_said_has_no_precision_and_one_that_is_never_right_a_recall_of_0() -> None:
    counts = {"x>x": 0, "x>y": 1, "x>missing": 0, "y>x": 0, "y>y": 0, "y>missing": 0}
    found = {metric.name: value(metric, counts) for metric in families.of_each_label(LABELS)}
    assert math.isnan(found["precision_x"])
    assert found["recall_x"] == found["f1_x"] == found["precision_y"] == 0
    assert math.isnan(found["recall_y"])


def test_metrics_that_only_stance_has_say_how_a_score_becomes_a_label() -> None:
    cut = "a score of .5 or more is favor, one of -.5 or less against, all else none"
    named = {metric.name for metric in STANCE.measures if cut in metric.formula}
    assert named == {"f_avg", "detection_f1", "polarity_accuracy", "f_avg_by_target"}
    labels = [STANCE.parse({}, {"score": score}).label for score in (0.5, 0.49, -0.49, -0.5)]
    assert labels == ["favor", "none", "none", "against"]
