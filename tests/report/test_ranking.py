"""A ranking as a table and as a document: which metrics stand beside the one that ranks, and what is noted."""

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from detente.data.corpus import load
from detente.evaluation import score as scoring
from detente.evaluation.gold import load_gold
from detente.evaluation.ranking import Ranking, rank
from detente.evaluation.score import Resampling, Scores
from detente.evaluation.systems import score_files
from detente.evaluation.whole import read_all
from detente.report.ranking import MAX_COLUMNS, document, notes, report, sections
from detente.report.tables import Section, rendered
from detente.stats.bootstrap import Interval
from detente.tasks.stance.task import STANCE
from detente.tasks.task import Options

DRAWN = Resampling(resamples=50)
UNITS = len(STANCE.units(load()))


def systems(gold, predict, wrong: dict[str, int]) -> dict[str, Scores]:
    """Systems that are wrong on so many of the first rows of stance."""
    other = {"favor": "none", "none": "favor", "against": "none"}
    rows = STANCE.units(gold)
    return {
        name: scoring.score(
            predict(
                STANCE,
                gold,
                [
                    {"id": unit, "label": other[row["label"]] if place < count else row["label"]}
                    for place, (unit, row) in enumerate(rows.items())
                ],
            ),
            gold,
            None,
            DRAWN,
        )
        for name, count in wrong.items()
    }


@pytest.fixture(scope="module")
def wide(wide_gold, predict) -> Ranking:
    return rank(systems(wide_gold, predict, {"worst": 864, "best": 0, "equal": 0}), None, DRAWN)


@pytest.fixture(scope="module")
def few(gold, predict) -> Ranking:
    return rank(systems(gold, predict, {"b": 20, "a": 0}))


def table(ranking: Ranking, *asked: str) -> Section:
    (section,) = sections(ranking, asked)
    return section


def column(section: Section, name: str) -> list[str]:
    place = section.header.index(name)
    return [row[place] for row in section.rows]


# Columns


def test_under_ten_families_a_rank_a_value_and_a_range_stand_before_the_standard_metrics(few: Ranking) -> None:
    found = table(few)
    assert found.title == f"stance: 2 systems by f_avg, {UNITS} units"
    assert found.header == (
        *("system", "rank", "f_avg", "range", "n"),
        *("macro_f1", "detection_f1", "polarity_accuracy", "accuracy", "mcc", "semeval2016_task6"),
    )
    assert found.rows[0] == ("a", "1", "1.000", "1.000 … 1.000", f"{UNITS} of {UNITS}", *["1.000"] * 6)
    assert column(found, "rank") == ["1", "2"]


def test_from_ten_families_on_there_are_ranks_and_whether_the_next_is_separated(wide: Ranking) -> None:
    # Nobody is against in these pages: f_avg has no value, and macro_f1 ranks.
    found = table(wide)
    assert found.title == "stance: 3 systems by macro_f1, 864 units"
    assert found.header[:7] == ("system", "rank", "ranks", "macro_f1", "95% interval", "next", "n")
    assert column(found, "system") == ["best", "equal", "worst"]
    assert column(found, "rank") == ["1", "1", "3"]
    assert column(found, "ranks") == ["1…2", "1…2", "3…3"]
    assert column(found, "next") == ["≈", ">", ""]
    # The metric that ranks stands once.
    assert found.header.count("macro_f1") == 1
    assert "f_avg" not in found.header


def test_metrics_that_are_named_replace_the_standard_ones_and_old_names_do(few: Ranking) -> None:
    assert table(few, "mcc", "independent_source_error", "f_avg").header == (
        *("system", "rank", "f_avg", "range", "n"),
        *("mcc", "family_count_error"),
    )
    every = [measure.name for measure in STANCE.measures if measure.name != "f_avg"]
    assert list(table(few, "all").header[5:]) == every
    assert list(table(few, "mcc", "all").header[5:]) == every


def test_a_metric_that_is_named_twice_stands_once(few: Ranking) -> None:
    asked = ("mcc", "family_count_error", "independent_source_error", "mcc")
    assert table(few, *asked).header[5:] == ("mcc", "family_count_error")


@pytest.mark.parametrize("count", [MAX_COLUMNS, MAX_COLUMNS + 1])
def test_seven_standard_metrics_stand_beside_the_one_that_ranks(few: Ranking, count: int) -> None:
    assert MAX_COLUMNS == 7
    names = [measure.name for measure in STANCE.measures if measure.name != "f_avg"][:count]
    task = replace(STANCE, standard=tuple(names))
    first, *others = few.systems
    metrics = {name: each._replace(value=0.5) for name, each in first.scores.metrics.items()}
    changed = replace(first, scores=replace(first.scores, task=task, metrics=metrics))
    assert list(table(replace(few, systems=(changed, *others))).header[5:]) == names[:7]


def test_a_system_without_a_value_or_a_rank_is_a_dash(few: Ranking) -> None:
    first, last = few.systems
    standing = replace(last.standing, value=math.nan, rank=None)
    found = table(replace(few, systems=(first, replace(last, standing=standing))))
    assert (column(found, "rank"), column(found, "f_avg")) == (["1", "–"], ["1.000", "–"])


def test_pages_without_text_are_a_column_and_a_note_where_outputs_are_held_against_texts(
    few: Ranking, tmp_path: Path
) -> None:
    texts = {"one": "a b c d", "two": "e f g h"}
    paths = []
    for name, found in {"gold": texts, "right": texts, "half": texts | {"two": ""}}.items():
        paths.append(tmp_path / f"{name}.json")
        paths[-1].write_text(json.dumps(found))
    gold = load_gold(paths[0], None)
    read = read_all([str(path) for path in paths[1:]], gold, None)
    ranking = rank(score_files(read, gold, Options(), Resampling()), "shingle_recall")
    assert column(table(ranking), "no text") == ["0", "1"]
    assert [each["without_text"] for each in document(ranking)["systems"]] == [0, 1]
    # Recall of the two pages is (1 + 0) / 2, of the one with text 1.
    assert notes(ranking)[1] == "half: 1 output without text; shingle_recall 0.500 with them, 1.000 without them"
    assert "no text" not in table(few).header


# Notes


def test_notes_name_the_neighbours_that_are_not_separated(wide: Ranking) -> None:
    held = "pairs of neighbours may be equal (≈: the 95% interval of their paired difference contains 0)"
    assert notes(wide) == [f"1 of 2 {held}: best ≈ equal"]
    apart = replace(wide.systems[0], gap_to_next=Interval(0.1, 0.2, 0.1, 0.0))
    assert notes(replace(wide, systems=(apart, *wide.systems[1:]))) == [f"0 of 2 {held}"]


def test_under_ten_families_the_note_says_that_there_is_no_interval(few: Ranking) -> None:
    assert notes(few) == ["the range is over families; under 10 families there is no interval, of values or ranks"]


def test_what_is_missing_crashed_or_extra_is_noted_by_system(few: Ranking) -> None:
    first, last = few.systems
    settings = first.scores.settings | {"missing": "2", "crashed": "0", "extra": "3"}
    scores = replace(first.scores, settings=settings)
    changed = replace(first, scores=replace(scores, task=replace(scores.task, keys=("id", "family"))))
    assert notes(replace(few, systems=(changed, last)))[1:] == [
        "a: 2 pages missing, counted as empty",
        "a: 3 pages not in the gold, left out",
    ]


# The document


def test_the_document_has_every_metric_of_every_system_and_says_which_is_primary(wide: Ranking, few: Ranking) -> None:
    found: dict[str, Any] = json.loads(rendered(report(few), "json"))
    assert found["schema"] == "detente.ranking/2"
    assert (found["task"], found["by"], found["primary"], found["interval"]) == ("stance", "f_avg", "f_avg", "range")
    assert [each["name"] for each in found["systems"]] == ["a", "b"]
    for each, placed in zip(found["systems"], few.systems, strict=True):
        assert list(each["metrics"]) == [measure.name for measure in STANCE.measures]
        assert each["one_item"] == placed.scores.one_item
        assert (each["ranks"], each["significant"], each["gap_to_next"]) == (None, None, None)
        assert each["signature"] == placed.scores.signature
    # The primary metric is told though another ranks.
    assert (document(wide)["by"], document(wide)["primary"]) == ("macro_f1", "f_avg")
    assert [each["ranks"] for each in document(wide)["systems"]] == [[1, 2], [1, 2], [3, 3]]
    assert [each["significant"] for each in document(wide)["systems"]] == [False, True, None]
    assert document(wide)["systems"][0]["gap_to_next"] == {"low": 0.0, "high": 0.0}
