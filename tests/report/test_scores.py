"""The scores of one system as people and programs read them: what leads, what is hidden, what is remarked."""

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from detente.data.problems import ValidationError
from detente.evaluation import score as scoring
from detente.evaluation.score import Resampling, Scores
from detente.metrics import official
from detente.report.scores import (
    CONDITIONAL,
    choose,
    document,
    missing_note,
    notes,
    report,
    standard,
    undefined_shares,
    write_per_unit,
)
from detente.report.tables import Section, rendered
from detente.stats.bootstrap import Estimate
from detente.tasks.boilerplate.task import BOILERPLATE
from detente.tasks.labels import label_scorer
from detente.tasks.stance.task import STANCE
from detente.tasks.task import Task

SHOWN = ["f_avg", "macro_f1", "detection_f1", "polarity_accuracy", "accuracy", "mcc", "semeval2016_task6"]
"""What stance shows of predictions that are labels: no scale, no probabilities."""
RANGE = ("metric", "value", "range", "mean", "n", "majority", "blind", "remark")


def labels(gold, *, reverse: int = 0) -> list[dict[str, Any]]:
    """The gold's labels; of the first so many, all stances are `none` and the others `against`."""
    return [
        {"id": name, "label": ("against" if row["label"] == "none" else "none") if place < reverse else row["label"]}
        for place, (name, row) in enumerate(STANCE.units(gold).items())
    ]


@pytest.fixture(scope="module")
def scores(gold, predict) -> Scores:
    return scoring.score(predict(STANCE, gold, labels(gold, reverse=6)), gold)


def valued(scores: Scores, **estimates: Estimate) -> Scores:
    return replace(scores, metrics=scores.metrics | estimates)


def first_column(section: Section) -> list[str]:
    return [row[0] for row in section.rows]


def remarks(section: Section) -> dict[str, str]:
    assert section.header[-1] == "remark"
    return {row[0]: row[-1] for row in section.rows}


# Which metrics the tables show


def test_the_table_shows_the_primary_metric_and_the_standard_ones_that_have_a_value(scores: Scores) -> None:
    assert (STANCE.primary, STANCE.standard) == ("f_avg", (*SHOWN[1:6], "mae", "brier", SHOWN[6]))
    assert standard(scores) == SHOWN
    assert first_column(report(scores).sections[0]) == SHOWN


def test_the_primary_metric_leads_even_without_a_value_and_whatever_the_order_of_the_others(scores: Scores) -> None:
    nothing = Estimate(math.nan, math.nan, math.nan, math.nan, 0, math.nan)
    found = valued(scores, f_avg=nothing, macro_f1=nothing, mae=Estimate(0.0, 0.0, 0.0, 0.0, 1, math.nan))
    assert standard(found) == [
        *("f_avg", "detection_f1", "polarity_accuracy", "accuracy", "mcc", "mae", "semeval2016_task6")
    ]
    assert standard(replace(scores, primary="mcc")) == [
        *("mcc", "macro_f1", "detection_f1", "polarity_accuracy", "accuracy", "semeval2016_task6")
    ]


def test_all_metrics_stand_in_groups_under_the_primary_one(gold, scores: Scores) -> None:
    chosen = choose(scores, ["all"], ())
    first, *groups = report(chosen, ["all"]).sections[:7]
    assert (first.title, first_column(first)) == (
        f"stance: {len(STANCE.units(gold))} units, 4 families",
        ["f_avg"],
    )
    assert {group.title: first_column(group) for group in groups} == {
        "labels": ["accuracy", "macro_f1", "f_avg", "detection_f1", "polarity_accuracy", "mcc", "f_avg_by_target"],
        "each label": [f"{part}_{label}" for label in STANCE.labels for part in ("precision", "recall", "f1")],
        "the scale": ["mae", "quadratic_kappa"],
        "probabilities": ["brier", "calibration_error"],
        "independent sources": ["family_count_error"],
        "official scorers": ["semeval2016_task6", "newsmtsc", "krippendorff_alpha"],
    }
    assert list(chosen.metrics) == [measure.name for measure in STANCE.measures]


def test_metrics_that_are_named_stand_alone_in_their_order_and_by_their_old_names_too(scores: Scores) -> None:
    chosen = choose(scores, ["mcc", "independent_source_error", "accuracy", "mcc"], ())
    assert list(chosen.metrics) == ["mcc", "family_count_error", "accuracy"]
    found = report(chosen, ["mcc", "independent_source_error", "accuracy"])
    assert first_column(found.sections[0]) == ["mcc", "family_count_error", "accuracy"]
    assert set(found.document["metrics"]) == {"mcc", "family_count_error", "accuracy"}
    assert [note for note in found.notes if "more metric" in note] == []
    # Breakdowns are of the same metrics; a corpus metric that needs more than rows has no parts.
    assert set(found.document["breakdown"]["article"]["detente-001"]) == {"n", "mcc", "accuracy"}
    # With `all` among the names, the names decide nothing.
    assert choose(scores, ["mcc", "all"], ()).metrics == scores.metrics
    with pytest.raises(ValidationError, match="stance has no metric 'nonsense'"):
        choose(scores, ["all", "nonsense"], ())


def test_a_breakdown_has_all_metrics_that_are_named_and_else_the_first_four(scores: Scores) -> None:
    named = ["f1_favor", "f1_against", "f1_none", "accuracy", "mcc"]
    (table,) = [part for part in report(choose(scores, named, ()), named).sections if part.title == "by article"]
    assert list(table.header) == ["article", "items", *named]
    (table,) = [part for part in report(scores).sections if part.title == "by article"]
    assert len(table.header) == 2 + 4


def test_the_confusions_of_the_parts_add_up_to_that_of_all(scores: Scores) -> None:
    for key in ("article", "holder", "time"):
        for gold, row in scores.confusion.items():
            for predicted, count in row.items():
                parts = scores.confusion_by(key).values()
                assert sum(part.get(gold, {}).get(predicted, 0) for part in parts) == count


def test_a_metric_or_a_breakdown_that_is_not_there_is_refused_by_name(scores: Scores) -> None:
    with pytest.raises(ValidationError) as invalid:
        choose(scores, ["accuracy", "char_f1"], ["article", "zone"])
    assert [str(problem).split(":")[0] for problem in invalid.value.problems] == ["--metrics", "--by"]
    assert "stance has no metric 'char_f1': all, or accuracy, macro_f1" in str(invalid.value.problems[0])
    assert "stance has no breakdown by 'zone': " in str(invalid.value.problems[1])


@pytest.mark.parametrize(
    ("shown", "hidden"),
    [
        (SHOWN, "17 more metrics with --metrics all"),
        ([measure.name for measure in STANCE.measures][1:], "1 more metric with --metrics all"),
        ([measure.name for measure in STANCE.measures], None),
    ],
)
def test_notes_count_the_metrics_that_are_not_shown(scores: Scores, shown: list[str], hidden: str | None) -> None:
    assert len(STANCE.measures) == 24
    assert [note for note in notes(scores, shown) if "more metric" in note] == ([hidden] if hidden else [])


def test_the_note_stands_with_the_default_table_and_not_with_all(scores: Scores) -> None:
    assert report(scores).notes[-1] == "17 more metrics with --metrics all"
    assert [note for note in report(choose(scores, ["all"], ()), ["all"]).notes if "more metric" in note] == []


# What is remarked


def test_the_primary_line_says_what_one_item_is_worth(scores: Scores) -> None:
    inside = valued(scores, f_avg=Estimate(0.5, 0.25, 0.75, 0.5, 3, math.nan))
    section = report(replace(inside, one_item=0.0625)).sections[0]
    assert section.header == RANGE
    assert section.words == ("remark",)
    assert remarks(section)["f_avg"] == "primary; one item: up to 0.062"


OUTSIDE = "outside the range, because it is computed from all counts together"


@pytest.mark.parametrize(
    ("value", "remark"), [(0.5, ""), (0.75, ""), (0.75 + 2e-12, OUTSIDE), (0.25 - 2e-12, OUTSIDE), (math.nan, "")]
)
def test_a_value_outside_its_range_is_remarked(scores: Scores, value: float, remark: str) -> None:
    found = valued(scores, accuracy=Estimate(value, 0.25, 0.75, 0.5, 3, math.nan))
    chosen = choose(found, ["f_avg", "accuracy"], ())
    assert remarks(report(chosen, ["f_avg", "accuracy"]).sections[0])["accuracy"] == remark
    assert document(chosen)["metrics"]["accuracy"]["outside_range"] is bool(remark)


def test_two_remarks_on_one_line_are_separated(scores: Scores) -> None:
    found = replace(valued(scores, f_avg=Estimate(0.9, 0.25, 0.75, 0.5, 3, math.nan)), one_item=0.5)
    assert remarks(report(found).sections[0])["f_avg"] == f"primary; one item: up to 0.500; {OUTSIDE}"


def test_with_nothing_to_remark_there_is_no_such_column(scores: Scores) -> None:
    inside = Estimate(0.5, 0.25, 0.75, 0.5, 3, math.nan)
    found = choose(valued(scores, f_avg=inside, accuracy=inside), ["f_avg", "accuracy"], ())
    section = report(replace(found, one_item=math.nan), ["f_avg", "accuracy"]).sections[0]
    assert section.header == RANGE[:-1]
    assert section.rows[1][:4] == ("accuracy", "0.500", "0.250 … 0.750", "0.500")
    assert {len(row) for row in section.rows} == {len(RANGE) - 1}
    # Without the primary metric nobody says what one item is worth.
    alone = choose(valued(scores, accuracy=inside), ["accuracy"], ())
    assert report(alone, ["accuracy"]).sections[0].header == RANGE[:-1]
    assert report(found, ["f_avg", "accuracy"]).sections[0].header == RANGE


def test_a_range_and_a_mean_over_fewer_families_than_there_are_say_so(scores: Scores, wide_gold, predict) -> None:
    few = valued(scores, accuracy=Estimate(0.5, 0.25, 0.75, 0.5, 3, math.nan, 4))
    assert remarks(report(few).sections[0])["accuracy"] == "range and mean over 3 of 4 families"
    assert document(few)["metrics"]["accuracy"]["clusters"] == 3
    every = valued(scores, accuracy=Estimate(0.5, 0.25, 0.75, 0.5, 4, math.nan, 4))
    assert remarks(report(every).sections[0])["accuracy"] == ""
    many = scoring.score(predict(STANCE, wide_gold, labels(wide_gold)), wide_gold, None, Resampling("item"))
    many = valued(many, accuracy=Estimate(0.5, 0.25, 0.75, 0.5, 23, 0.0, 24))
    assert remarks(report(many).sections[0])["accuracy"] == "mean over 23 of 24 items"


def test_ten_missing_units_are_named_and_all_are_counted(gold, scores: Scores) -> None:
    ids = tuple(f"u{number:02}" for number in range(11))
    told = f"10 of {len(STANCE.units(gold))} units without a prediction, counted as empty: {', '.join(ids[:10])}"
    assert missing_note(replace(scores, missing=ids[:10])) == told
    assert missing_note(replace(scores, missing=ids)).endswith(f": {', '.join(ids[:10])} and 1 more")


def test_beside_an_interval_nothing_is_outside_a_range(wide_gold, predict) -> None:
    found = scoring.score(predict(STANCE, wide_gold, labels(wide_gold, reverse=3)), wide_gold)
    found = valued(found, accuracy=Estimate(0.9, 0.25, 0.75, 0.5, 12, 0.0))
    section = report(found).sections[0]
    assert section.header == ("metric", "value", "95% interval", "mean", "n", "majority", "blind", "remark")
    assert remarks(section)["accuracy"] == ""
    assert document(found)["metrics"]["accuracy"]["outside_range"] is False
    assert document(found)["metrics"]["accuracy"]["undefined"] == 0


def test_a_label_that_a_scorer_lacks_is_the_remark_and_the_reason_and_the_value_is_null(gold, predict) -> None:
    names = {"favor": "FAVOR", "against": "AGAINST"}
    scorer = label_scorer(official.semeval2016_task6, "macroF_favor_against", names, "F", "SemEval")
    task: Task = replace(STANCE, corpus_metrics=(scorer,))
    found = scoring.score(predict(task, gold, labels(gold)), gold)
    reason = "semeval2016_task6 has no label none"
    entry = json.loads(rendered(report(found), "json"))["metrics"]
    assert entry["semeval2016_task6"] == {
        **dict.fromkeys(("value", "low", "high", "mean", "majority", "blind")),
        "n": len(STANCE.units(gold)),
        "of": "items",
        "clusters": 0,
        "outside_range": False,
        "reason": reason,
    }
    assert {name: entry[name]["reason"] for name in entry if "reason" in entry[name]} == {
        **dict.fromkeys(("mae", "quadratic_kappa"), "no prediction has a score"),
        **dict.fromkeys(("brier", "calibration_error"), "no prediction has probabilities"),
        "semeval2016_task6": reason,
    }
    chosen = choose(found, ["semeval2016_task6"], ())
    (row,) = report(chosen, ["semeval2016_task6"]).sections[0].rows
    assert row == ("semeval2016_task6", "–", "–", "–", f"{len(STANCE.units(gold))} items", "–", "–", reason)
    # It has no value: by default it is not shown.
    assert "semeval2016_task6" not in standard(found)


# The document


def test_the_document_has_every_metric_whatever_the_table_shows(gold, scores: Scores) -> None:
    n = len(STANCE.units(gold))
    found = json.loads(rendered(report(scores), "json"))
    assert found["schema"] == "detente.scores/2"
    assert (found["task"], found["primary"], found["one_item"]) == ("stance", "f_avg", scores.one_item)
    assert list(found["metrics"]) == [measure.name for measure in STANCE.measures]
    keys = {"value", "low", "high", "n", "of", "mean", "clusters", "outside_range", "majority", "blind"}
    unsaid = dict.fromkeys(("mae", "quadratic_kappa", "brier", "calibration_error"), keys | {"reason"})
    expected = {**dict.fromkeys(found["metrics"], keys), **unsaid}
    assert {name: set(entry) for name, entry in found["metrics"].items()} == expected
    assert (found["metrics"]["accuracy"]["n"], found["metrics"]["accuracy"]["of"]) == (n, "items")
    # Six of all cells are wrong.
    assert found["metrics"]["accuracy"]["value"] == (n - 6) / n
    assert found["metrics"]["mae"]["value"] is None
    assert found["n"] == {"units": n, "items": n, "scored": n, "families": 4}
    assert found["signature"] == scores.signature


def test_an_undefined_worth_of_one_item_is_null(scores: Scores) -> None:
    assert json.loads(rendered(report(replace(scores, one_item=math.nan)), "json"))["one_item"] is None


# Notes, breakdowns, files


def test_notes_say_what_the_spread_is_over(minimal_gold, predict) -> None:
    checked = predict(STANCE, minimal_gold, labels(minimal_gold)[:-1], allow_missing=True)
    family, article = (scoring.score(checked, minimal_gold, None, Resampling(unit)) for unit in ("family", "article"))
    last = list(STANCE.units(minimal_gold))[-1]
    missing = f"1 of 72 units without a prediction, counted as the answer `missing`: {last}"
    assert notes(family, family.metrics) == [
        "range and mean are over families of equal weight; under 10 families there is no interval",
        missing,
    ]
    assert notes(article, article.metrics) == [
        "range and mean are over the clusters that the signature names",
        CONDITIONAL,
        missing,
    ]


def test_undefined_resamples_are_named_with_their_share() -> None:
    assert undefined_shares([("a", 0.0), ("b", math.nan)]) == ""
    assert (
        undefined_shares([("a", 0.001), ("b", 0.0), ("c", 0.25)])
        == "resamples without a value, left out of the interval: a 0.1%, c 25.0%"
    )


def test_a_breakdown_shows_four_metrics_and_twelve_parts_unless_it_is_asked_for(scores: Scores) -> None:
    def tables(parts: int, *by: str) -> dict[str, Section]:
        found = {f"part {number}": {"n": 1, **dict.fromkeys(scores.metrics, 0.5)} for number in range(parts)}
        own = replace(scores, breakdown={"article": found, "holder": found})
        return {each.title: each for each in report(own, (), by).sections if each.title.startswith("by ")}

    assert tables(1) == {}
    assert list(tables(2)) == list(tables(12)) == ["by article"]
    assert tables(13) == {}
    assert list(tables(13, "holder")) == ["by holder"]
    assert list(tables(1, "article", "holder", "holder")) == ["by article", "by holder"]
    table = tables(2)["by article"]
    assert table.header == ("article", "items", *SHOWN[:4])
    assert table.rows[0] == ("part 0", "1", *["0.500"] * 4)


def test_ten_errors_are_shown_and_all_are_counted(gold, predict) -> None:
    for wrong, title in ((10, "10 of 10"), (11, "10 of 11")):
        found = report(scoring.score(predict(STANCE, gold, labels(gold, reverse=wrong)), gold))
        (table,) = [each for each in found.sections if each.title.startswith("what went wrong")]
        assert table.title == f"what went wrong: {title} items, the worst first"
        assert (len(table.rows), len(found.document["errors"])) == (10, wrong)


def test_a_row_per_unit_names_the_system_only_where_there_are_several(
    gold, scores: Scores, minimal_gold, predict, tmp_path: Path
) -> None:
    pages = [{"id": name, "text": row["text"]} for name, row in minimal_gold.articles.items()]
    one = scoring.score(predict(BOILERPLATE, minimal_gold, pages), minimal_gold)
    path = tmp_path / "units.csv"
    write_per_unit({"a": one}, path)
    assert path.read_text().startswith("id,family,")
    assert len(path.read_text().splitlines()) == 1 + 1
    write_per_unit({"a": one, "b": one}, path)
    assert [line.split(",")[0] for line in path.read_text().splitlines()] == ["system", "a", "b"]
    write_per_unit({"a": scores}, tmp_path / "units.jsonl")
    assert len((tmp_path / "units.jsonl").read_text().splitlines()) == len(STANCE.units(gold))
    with pytest.raises(ValidationError, match=r"name the file \.csv or \.jsonl"):
        write_per_unit({"a": one}, tmp_path / "units.txt")
