"""One item's worth against a recount of every other answer, the range, and which metric leads."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

from detente.data.labels import AGREEMENT_LABELS, STANCE_LABELS
from detente.data.problems import ValidationError
from detente.evaluation import score as scoring
from detente.evaluation.compare import common_settings
from detente.evaluation.counts import Counted
from detente.evaluation.ranking import rank
from detente.evaluation.score import Resampling, Scores, one_item, part_intervals, primary_metric
from detente.stats.bootstrap import Estimate
from detente.tasks.agreement.task import AGREEMENT
from detente.tasks.all import EVERY_TASK, TASKS
from detente.tasks.boilerplate.task import BOILERPLATE
from detente.tasks.claims.task import CLAIMS
from detente.tasks.content_extraction.task import CONTENT_EXTRACTION
from detente.tasks.contrast.task import CONTRAST
from detente.tasks.metric_families import overlap, share
from detente.tasks.stance.task import STANCE
from detente.tasks.task import Metric, Options, Task


def labelled(task: Task, gold, wrong: int) -> list[dict[str, Any]]:
    """The gold's labels, every so many of them replaced by the next of the inventory."""
    labels = {"stance": STANCE_LABELS, "agreement": AGREEMENT_LABELS}[task.name]
    return [
        {
            "id": name,
            "label": labels[(labels.index(row["label"]) + 1) % len(labels)] if not place % wrong else row["label"],
        }
        for place, (name, row) in enumerate(task.units(gold, ()).items())
    ]


def brute(task: Task, gold, records: list[dict[str, Any]], labels: Sequence[str]) -> dict[str, float]:
    """The greatest |change| of each metric over every item with every label, by counting its unit anew."""
    units = task.units(gold, ())

    def counted(record: Mapping[str, Any]) -> np.ndarray:
        unit = units[record["id"]]
        rows = [row for row in task.count(unit, task.parse(unit, record), Options()) if row["slice"] == "main"]
        return np.array([sum(row.get(column, 0) for row in rows) for column in task.columns], dtype=float)

    def metrics(sums: np.ndarray) -> dict[str, float]:
        return {metric.name: metric.whole(scoring.Columns(task.columns, sums)) for metric in task.metrics}

    parts = [counted(record) for record in records]
    total = np.sum(parts, axis=0)
    before = metrics(total)
    most = dict.fromkeys(before, math.nan)
    for record, part in zip(records, parts, strict=True):
        for label in labels:
            after = metrics(total - part + counted({**record, "label": label}))
            most = {name: float(np.fmax(most[name], abs(after[name] - before[name]))) for name in most}
    return most


def toy(*metrics: Metric, columns: tuple[str, ...]) -> Task:
    """A task of metrics alone."""
    return replace(
        CONTRAST, metrics=metrics, corpus_metrics=(), columns=columns, primary=metrics[0].name, standard=(), group=None
    )


# How much one item is worth


@pytest.mark.parametrize("wrong", [2, 5, 7])
def test_one_item_of_stance_is_what_rescoring_every_other_answer_finds(wide_gold, predict, wrong: int) -> None:
    records = labelled(STANCE, wide_gold, wrong)
    scores = scoring.score(predict(STANCE, wide_gold, records), wide_gold)
    found = brute(STANCE, wide_gold, records, STANCE_LABELS)
    for name in ("accuracy", "macro_f1", "f_avg", "detection_f1", "mcc"):
        assert found[name] > 0
        assert one_item(STANCE, name, scores.main_rows) == pytest.approx(found[name], rel=1e-12), name
    assert found["accuracy"] == pytest.approx(1 / len(records), rel=1e-12)
    assert scores.one_item == pytest.approx(found[scores.primary], rel=1e-12)


def test_one_item_of_the_corpus_is_what_rescoring_every_other_answer_finds(gold, predict) -> None:
    records = labelled(STANCE, gold, 4)
    scores = scoring.score(predict(STANCE, gold, records), gold)
    found = brute(STANCE, gold, records, STANCE_LABELS)
    assert scores.primary == "f_avg"
    assert scores.one_item == pytest.approx(found["f_avg"], rel=1e-12)
    assert one_item(STANCE, "accuracy", scores.main_rows) == pytest.approx(1 / len(records), rel=1e-12)


@pytest.mark.parametrize(("task", "wrong"), [(AGREEMENT, 5), (STANCE, 1), (STANCE, 10**9)])
def test_one_item_of_an_accuracy_is_one_in_n_however_right_a_system_is(gold, predict, task: Task, wrong: int) -> None:
    scores = scoring.score(predict(task, gold, labelled(task, gold, wrong)), gold)
    assert one_item(task, "accuracy", scores.main_rows) == pytest.approx(1 / len(scores.main_rows), rel=1e-12)


def test_one_item_of_a_share_is_the_item_of_the_most_by_hand() -> None:
    task = toy(share("lost", "", "part", "all", of="word"), columns=("part", "all"))
    # 5 of 16. The first item: nothing −1/16, all +3/16; the second −4/16, all +1/16; the third +7/16.
    rows = pl.DataFrame({"item": list("abc"), "part": [1.0, 4, 0], "all": [4.0, 5, 7]})
    assert one_item(task, "lost", rows) == 7 / 16
    assert one_item(task, "lost", rows.head(2)) == pytest.approx(4 / 9, rel=1e-12)
    # Two rows of one item are one answer: 5 of 9 become nothing, or 4 more.
    together = rows.head(2).with_columns(item=pl.lit("a"))
    assert one_item(task, "lost", together) == pytest.approx(5 / 9, rel=1e-12)


def test_one_item_of_an_overlap_is_found_and_lost_exchanged_by_hand() -> None:
    task = toy(*overlap("span", "spans", of="span", columns="s"), columns=("s_tp", "s_fp", "s_fn"))
    rows = pl.DataFrame({"item": list("abc"), "s_tp": [2.0, 1, 0], "s_fp": [0.0, 1, 4], "s_fn": [1.0, 1, 0]})
    # tp 3, fp 5, fn 2. Recall 3/5: the first has 1 instead of 2 right, the second and third keep theirs.
    assert one_item(task, "span_recall", rows) == pytest.approx(1 / 5, rel=1e-12)
    # Precision 3/8: first 2/7, second 3/7, third without its four 3/4.
    assert one_item(task, "span_precision", rows) == pytest.approx(3 / 4 - 3 / 8, rel=1e-12)
    # F1 6/13: first 4/12, second 6/12, third 6/9.
    assert one_item(task, "span_f1", rows) == pytest.approx(6 / 9 - 6 / 13, rel=1e-12)


def test_one_item_is_undefined_without_flips_items_or_a_value() -> None:
    told = share("told", "", "part", "all", of="word")
    task = toy(told, replace(told, name="untold", flips=None), columns=("part", "all"))
    rows = pl.DataFrame({"item": ["a", "b"], "part": [1.0, 0], "all": [1.0, 1]})
    assert one_item(task, "told", rows) == 1 / 2
    assert math.isnan(one_item(task, "untold", rows))
    assert math.isnan(one_item(task, "no such metric", rows))
    assert math.isnan(one_item(task, "told", rows.clear()))
    assert math.isnan(one_item(task, "told", rows.with_columns(part=0.0, all=0.0)))
    assert math.isnan(one_item(STANCE, "semeval2016_task6", rows))


def test_an_answer_that_leaves_the_metric_undefined_is_passed_over() -> None:
    task = toy(*overlap("span", "spans", of="span", columns="s"), columns=("s_tp", "s_fp", "s_fn"))
    # One item right, one let in: precision 1/2. Turned, the first leaves 0 / 1, the second 1 / 1.
    rows = pl.DataFrame({"item": ["a", "b"], "s_tp": [1.0, 0], "s_fp": [0.0, 1], "s_fn": [0.0, 0]})
    assert one_item(task, "span_precision", rows) == 1 / 2
    # Of the first alone nothing is left to predict: the only other answer has no precision.
    assert math.isnan(one_item(task, "span_precision", rows.head(1)))


def test_one_item_of_contrast_is_one_pair_with_its_twin(gold, predict) -> None:
    records = [{"id": name, "label": row["label"]} for name, row in CONTRAST.units(gold, ()).items()]
    scores = scoring.score(predict(CONTRAST, gold, records), gold)
    # Four items make a pair and its twin.
    assert (scores.primary, scores.one_item) == ("twin_consistency", pytest.approx(4 / len(records), rel=1e-12))


# The range


@pytest.fixture(scope="module")
def ranged(minimal_gold, predict) -> Scores:
    scores = scoring.score(predict(STANCE, minimal_gold, labelled(STANCE, minimal_gold, 2)), minimal_gold)
    assert scores.interval == "range"
    return scores


@pytest.mark.parametrize(
    ("value", "outside"),
    [
        (0.5, False),
        (0.25, False),
        (0.25 - 0.5e-12, False),
        (0.25 - 2e-12, True),
        (0.1, True),
        (0.75, False),
        (0.75 + 0.5e-12, False),
        (0.75 + 2e-12, True),
        (0.9, True),
        (math.nan, False),
    ],
)
def test_a_value_is_outside_the_range_from_more_than_twelve_decimals_on(
    ranged: Scores, value: float, outside: bool
) -> None:
    found = replace(ranged, metrics={"accuracy": Estimate(value, 0.25, 0.75, 0.5, 2, math.nan)})
    assert found.outside_range("accuracy") is outside
    # An interval is of the pooled value: nothing is said of it.
    assert replace(found, interval="bootstrap").outside_range("accuracy") is False


def test_no_value_is_outside_a_range_that_there_is_not(ranged: Scores) -> None:
    for value in (0.5, -1.0, math.nan):
        found = replace(ranged, metrics={"accuracy": Estimate(value, math.nan, math.nan, math.nan, 0, math.nan)})
        assert found.outside_range("accuracy") is False


# The metric that leads


def test_the_gold_s_benchmark_decides_what_leads_then_the_task_then_the_standard_metrics() -> None:
    names = {measure.name for measure in CONTENT_EXTRACTION.measures}
    for version, wanted in CONTENT_EXTRACTION.primary_of.items():
        assert primary_metric(CONTENT_EXTRACTION, names, version) == wanted != CONTENT_EXTRACTION.primary
        assert primary_metric(CONTENT_EXTRACTION, names - {wanted}, version) == CONTENT_EXTRACTION.primary
    assert primary_metric(CONTENT_EXTRACTION, names, "no such benchmark") == CONTENT_EXTRACTION.primary


@pytest.mark.parametrize("task", EVERY_TASK, ids=lambda task: task.name)
def test_without_the_primary_metric_the_first_standard_one_known_leads(task: Task) -> None:
    known = {measure.name for measure in task.measures} - {task.primary}
    assert primary_metric(task, known | {task.primary}, "") == task.primary
    assert primary_metric(task, known, "") == task.standard[0]
    assert primary_metric(task, known - {task.standard[0]}, "") == task.standard[1]
    # Without standard ones the first of the task's order.
    others = [measure.name for measure in task.measures if measure.name not in (task.primary, *task.standard)]
    assert primary_metric(task, set(others), "") == others[0]


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_the_dataset_ranks_every_task_by_its_own_primary_metric(gold, task: Task) -> None:
    assert primary_metric(task, {measure.name for measure in task.measures}, gold.manifest["version"]) == task.primary


def valued(scores: Scores, **values: float) -> Scores:
    """Scores with these values alone; all other metrics are undefined."""
    metrics = {
        name: each._replace(value=values.get(name, math.nan), low=math.nan, high=math.nan)
        for name, each in scores.metrics.items()
    }
    return replace(scores, metrics=metrics)


@pytest.mark.parametrize(
    ("first", "second", "by"),
    [
        ({"f_avg": 0.1, "accuracy": 0.9}, {"f_avg": 0.2}, "f_avg"),
        ({"macro_f1": 0.1}, {"f_avg": 0.2}, "f_avg"),
        ({"accuracy": 0.1, "mcc": 0.1}, {"macro_f1": 0.3}, "macro_f1"),
        ({"accuracy": 0.1, "mcc": 0.1}, {}, "accuracy"),
        ({"krippendorff_alpha": 0.1, "calibration_error": 0.2}, {}, "calibration_error"),
        ({}, {}, "f_avg"),
    ],
)
def test_a_ranking_falls_to_the_first_metric_that_some_system_has_a_value_of(
    ranged: Scores, first: dict[str, float], second: dict[str, float], by: str
) -> None:
    assert rank({"a": valued(ranged, **first), "b": valued(ranged, **second)}).by.name == by


def test_a_ranking_by_an_old_name_is_by_the_new_one(ranged: Scores) -> None:
    systems = {"a": ranged, "b": ranged}
    assert rank(systems, "independent_source_error").by.name == "family_count_error"
    with pytest.raises(ValidationError, match="stance has no metric 'independent_source'"):
        rank(systems, "independent_source")


# The signature of many systems


def set_to(scores: Scores, **own: str) -> Scores:
    return replace(scores, settings=scores.settings | own)


@pytest.mark.parametrize("key", ["kind", "missing", "crashed", "extra"])
def test_what_all_systems_share_stands_once_and_what_differs_in_their_order(minimal_gold, predict, key: str) -> None:
    pages = [{"id": name, "text": row["text"]} for name, row in minimal_gold.articles.items()]
    scores = scoring.score(predict(BOILERPLATE, minimal_gold, pages), minimal_gold)
    assert key in scores.settings

    def found(*values: str) -> dict[str, str]:
        return common_settings([set_to(scores, **{key: each}) for each in values], "family", "range", Resampling())

    assert found("7", "7", "7")[key] == "7"
    assert found("7", "5", "7")[key] == "7,5,7"
    assert found("9", "8")[key] == "9,8"
    # The other three are shared.
    rest = {name: scores.settings[name] for name in ("kind", "missing", "crashed", "extra") if name != key}
    assert {name: found("7", "5")[name] for name in rest} == rest


def test_settings_of_many_systems_end_in_what_is_each_one_s_own_and_the_version(ranged: Scores) -> None:
    systems = [set_to(ranged, kind="label"), set_to(ranged, kind="score")]
    found = common_settings(systems, "family", "bootstrap", Resampling("family", 50, 3))
    assert "|".join(found) == ("task|data|n|families|alternatives|systems|interval|unit|resamples|seed|kind|missing|v")
    assert [found[name] for name in ("systems", "interval", "unit", "resamples", "seed", "kind", "missing")] == [
        *("2", "bootstrap", "family", "50", "3", "label,score", "0"),
    ]
    # A range is not drawn.
    assert {"resamples", "seed"} & common_settings(systems, "family", "range", Resampling()).keys() == set()


@pytest.mark.parametrize("families", [9, 10])
def test_a_part_has_an_interval_from_ten_clusters_on_however_many_items_it_has(families: int) -> None:
    rows = [
        {"id": f"{part}{item}", "family": f"f{item % size}", "slice": "main", "zone": part, "iou50_tp": item % 2}
        | {"gold_claims": 1, "predicted_claims": 1}
        for part, size in (("body", families), ("headline", 9), ("outside", 10))
        for item in range(30)
    ]
    frame = pl.DataFrame(rows).with_columns(pl.lit(0.0).alias(name) for name in CLAIMS.columns if name not in rows[0])
    frame = frame.with_columns(pl.lit(None, pl.String).alias(key) for key in CLAIMS.keys if key not in rows[0])
    found = part_intervals(CLAIMS, Counted(frame), "iou50_f1", Resampling(resamples=20))
    assert list(found) == ["zone"]
    assert list(found["zone"]) == (["body", "outside"] if families == 10 else ["outside"])
    by_item = part_intervals(CLAIMS, Counted(frame), "iou50_f1", Resampling("id", resamples=20))
    assert list(by_item["zone"]) == ["body", "headline", "outside"]
