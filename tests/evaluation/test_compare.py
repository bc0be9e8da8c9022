"""Comparing systems: arithmetic by hand, tests by enumeration, and what must not be said of few pages."""

import io
import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from detente.cli.compare import compare as command
from detente.data.jsonl import dump_lines
from detente.data.problems import ValidationError
from detente.evaluation import score as scoring
from detente.evaluation.compare import Comparison, compare
from detente.report import comparison as report_compare
from detente.report.tables import print_report, rendered
from detente.stats import bootstrap as resample
from detente.tasks.boilerplate.task import BOILERPLATE
from detente.tasks.contrast.task import CONTRAST
from detente.tasks.stance.task import STANCE
from detente.tasks.task import CorpusMetric, CorpusValue, Options

OTHER = {"favor": "against", "against": "none", "none": "favor"}
CELLS = 12 * 3 * 4 * 3 * 2
"""Of stance in the wide corpus: pages, holders, targets, times, tellers."""
DRAWN = scoring.Resampling(resamples=500)


def stance(gold, wrong: set[str] | None = None) -> list[dict[str, Any]]:
    """The gold's labels, those of `wrong` replaced."""
    return [
        {"id": name, "label": OTHER[row["label"]] if name in (wrong or ()) else row["label"]}
        for name, row in STANCE.units(gold).items()
    ]


def compared(gold, predict, systems: dict[str, list[dict[str, Any]]], task=STANCE, **options: Any) -> Comparison:
    options.setdefault("resampling", DRAWN)
    scores = {name: scoring.score(predict(task, gold, records), gold) for name, records in systems.items()}
    return compare(scores, **options)


def france(numbers: range) -> set[str]:
    """The stance rows of France in pages of the wide corpus."""
    return {f"detente-{number}:france:ct_cooperation:current:own" for number in numbers}


# A system beside itself, and the order of lines


@pytest.mark.parametrize("corpus", ["gold", "wide_gold"])
@pytest.mark.parametrize("task", [STANCE, BOILERPLATE, CONTRAST], ids=lambda task: task.name)
def test_a_system_against_itself_differs_nowhere(corpus, task, request, predict) -> None:
    gold = request.getfixturevalue(corpus)
    answers = {
        "stance": lambda: stance(gold, set(list(STANCE.units(gold))[::3])),
        "boilerplate": lambda: [{"id": name, "text": row["text"]} for name, row in gold.articles.items()],
        "contrast": lambda: [{"id": name, "label": row["label"]} for name, row in CONTRAST.units(gold).items()],
    }
    records = answers[task.name]()
    (pair,) = compared(gold, predict, {"a": records, "b": records}, task).pairs
    assert pair.items == ()
    for difference in pair.differences.values():
        assert difference.value == 0 or np.isnan(difference.value)
        assert (difference.better, difference.deciding) == (0, {})
        if difference.tested and not np.isnan(difference.value):
            assert (difference.tested.test.p, difference.tested.p_holm, difference.tested.test.clusters) == (1, 1, 0)
            assert np.isnan(difference.tested.detectable)


@pytest.mark.parametrize("corpus", ["gold", "wide_gold"])
def test_the_order_of_lines_changes_nothing(corpus, request, predict) -> None:
    gold = request.getfixturevalue(corpus)
    names = list(STANCE.units(gold))
    systems = {"a": stance(gold, set(names[::3])), "b": stance(gold, set(names[::4]))}
    shuffled = {name: random.Random(5).sample(records, len(records)) for name, records in systems.items()}
    one, two = (compared(gold, predict, each) for each in (systems, shuffled))
    assert rendered(report_compare.report(one), "json") == rendered(report_compare.report(two), "json")


# Under ten clusters


def test_under_ten_families_the_differences_of_each_and_no_p(gold, predict) -> None:
    names = list(STANCE.units(gold))
    systems = {"a": stance(gold, set(names[::3])), "b": stance(gold, set(names[::4]))}
    comparison = compared(gold, predict, systems)
    a, b = (comparison.scores[name] for name in "ab")
    found = comparison.pairs[0].differences["accuracy"]
    assert comparison.interval == "range"
    assert found.tested is None
    expected = {
        family: b.breakdown["family"][family]["accuracy"] - part["accuracy"]
        for family, part in a.breakdown["family"].items()
    }
    assert found.clusters == pytest.approx(expected)
    assert found.mean == pytest.approx(np.mean(list(expected.values())))
    assert found.value == pytest.approx(b.metrics["accuracy"].value - a.metrics["accuracy"].value)
    document = report_compare.document(comparison)
    for name, metric in document["comparisons"][0]["metrics"].items():
        assert metric.keys() == {"difference", "better", "deciding", "mean", "clusters"}, name
    assert {key for by in document["metrics"].values() for rank in by.values() for key in rank} == {"value", "rank"}
    headers = {cell for section in report_compare.sections(comparison) for cell in section.header}
    assert headers >= {"difference", "mean", *expected}
    assert not headers & {"p", "Holm p", "smallest p", "95% interval", "detectable"}
    for form in ("table", "markdown"):
        text = rendered(report_compare.report(comparison), form)
        assert "no interval and no p: that takes 10 clusters (family), here it is 4" in text
        assert "95%" not in text


def test_the_items_that_decide_by_hand(gold, predict) -> None:
    headline = list(STANCE.units(gold))
    n, wrong = len(headline), sorted(headline)[:4]
    # b is right on three items that a is not, and wrong on one: 2/n ahead. One item swapped takes 2/n.
    systems = {"a": stance(gold, set(wrong[:3])), "b": stance(gold, {wrong[3]})}
    found = compared(gold, predict, systems).pairs[0].differences["accuracy"]
    assert found.value == pytest.approx(2 / n)
    assert found.better == 1
    assert found.deciding == {wrong[0]: pytest.approx(1 / n)}
    # Two ahead and none behind: 2/n, and again one item decides; three: 3/n, and two do.
    systems = {"a": stance(gold, set(wrong[:3])), "b": stance(gold)}
    found = compared(gold, predict, systems).pairs[0].differences["accuracy"]
    assert list(found.deciding) == wrong[:2]


@pytest.mark.parametrize(
    ("lost", "title"),
    [
        (2, "1 item decides f_avg: if the two systems' answers to it were exchanged, b would no longer lead"),
        (3, "2 items decide f_avg: if the two systems' answers to them were exchanged, b would no longer lead"),
    ],
)
def test_what_decides_is_said_in_the_title(gold, predict, lost: int, title: str) -> None:
    favor = [name for name, row in STANCE.units(gold).items() if row["label"] == "favor"]
    comparison = compared(gold, predict, {"a": stance(gold, set(sorted(favor)[:lost])), "b": stance(gold)})
    assert title in [section.title for section in report_compare.sections(comparison)]


def test_items_say_what_each_said_the_worst_difference_first(gold, predict) -> None:
    rows = STANCE.units(gold)
    right, both = list(rows)[:2]
    one = [{**record, "label": "none"} if record["id"] == both else record for record in stance(gold, {right})]
    two = [{**record, "label": "against"} if record["id"] == both else record for record in stance(gold)]
    assert rows[both]["label"] == "favor"
    first, second = compared(gold, predict, {"a": one, "b": two}).pairs[0].items
    assert (first.item, first.gold, first.wrong) == (right, rows[right]["label"], (1, 0))
    assert first.said == (OTHER[rows[right]["label"]], rows[right]["label"])
    # Both wrong, but not alike.
    assert (second.item, second.said, second.wrong) == (both, ("none", "against"), (1, 1))


def test_items_without_labels_say_how_wrong_each_was(minimal_gold, predict) -> None:
    systems = {"a": [{"id": "detente-900", "lines": [0, 1, 0, 0]}], "b": [{"id": "detente-900", "lines": [0, 1, 1, 0]}]}
    (item,) = compared(minimal_gold, predict, systems, BOILERPLATE).pairs[0].items
    assert (item.item, item.gold, item.wrong) == ("detente-900:b03", None, (0, 13))
    assert item.said == ("right", "let in 13 of 13 characters: Share this page")


def test_missing_units_are_called_missing(minimal_gold, predict) -> None:
    records = stance(minimal_gold)
    full = scoring.score(predict(STANCE, minimal_gold, records), minimal_gold)
    part = scoring.score(predict(STANCE, minimal_gold, records[:-1], allow_missing=True), minimal_gold)
    comparison = compare({"full": full, "part": part})
    assert [item.said for item in comparison.pairs[0].items] == [(records[-1]["label"], "missing")]
    assert "|kind:label|missing:0,1|" in comparison.signature
    told = f"part: 1 of 72 units without a prediction, counted as the answer `missing`: {records[-1]['id']}"
    assert told in report_compare.notes(comparison)


def test_what_one_system_never_says_is_no_difference_and_a_constant_answer_is_one(gold, predict) -> None:
    scaled = [{"id": name, "score": row["scale"] or 0} for name, row in STANCE.units(gold).items()]
    labels = [{"id": name, "label": "favor"} for name in STANCE.units(gold)]
    systems = {"scaled": scaled, "labels": labels}
    for unit in ("family", "item"):
        comparison = compared(gold, predict, systems, resampling=scoring.Resampling(unit, 50))
        mae, mcc = (comparison.pairs[0].differences[name] for name in ("mae", "mcc"))
        assert np.isnan(mae.value)
        assert np.isnan(mae.mean)
        assert np.isnan(list(mae.clusters.values())).all()
        assert (mae.better, mae.deciding) == (0, {})
        assert [each.rank for each in comparison.ranks["mae"]] == [1, None]
        # MCC is 0 for the constant answer.
        assert (mcc.value, mcc.better) == (-1, -1)
        assert [each.rank for each in comparison.ranks["mcc"]] == [1, 2]


# From ten clusters on


def test_the_exact_p_counted_by_hand(wide_gold, predict) -> None:
    # b is worse in three families and better in one, by one label each: of the 16 ways to sign four equal
    # differences, 2 sum to ±4 and 8 to ±2, so that 10 are at least as far from 0 as the −2 that was seen.
    systems = {"a": stance(wide_gold, france(range(900, 901))), "b": stance(wide_gold, france(range(901, 904)))}
    found = compared(wide_gold, predict, systems).pairs[0].differences["accuracy"]
    assert found.value == pytest.approx(-2 / CELLS)
    assert found.tested is not None
    assert found.tested.test == (10 / 16, 2 / 16, True, 4)
    assert found.clusters == {}
    # Six families, all one way: 2 of 64.
    systems = {"a": stance(wide_gold), "b": stance(wide_gold, france(range(900, 906)))}
    found = compared(wide_gold, predict, systems).pairs[0].differences["accuracy"]
    assert found.tested is not None
    assert found.tested.test == (2 / 64, 2 / 64, True, 6)


def test_clusters_that_a_metric_does_not_see_are_not_counted(wide_gold, predict) -> None:
    rows = STANCE.units(wide_gold)
    one = [{"id": name, "score": row["scale"] or 0} for name, row in rows.items()]
    two = [{"id": name, "score": (row["scale"] or 0) / 2} for name, row in rows.items()]
    found = compared(wide_gold, predict, {"a": one, "b": two}).pairs[0].differences
    # The labels are equal, so that accuracy sees no difference; the scores of the twelve rows on the scale are not.
    assert found["accuracy"].tested is not None
    assert found["mae"].tested is not None
    assert found["accuracy"].tested.test == (1, 1, True, 0)
    assert found["mae"].tested.test == (2 / 2**12, 2 / 2**12, True, 12)
    # Less error is better.
    assert (found["mae"].value, found["mae"].better) == (1, -1)


def test_the_interval_is_of_paired_resamples(wide_gold, predict) -> None:
    systems = {"a": stance(wide_gold, france(range(900, 905))), "b": stance(wide_gold, france(range(903, 906)))}
    comparison = compared(wide_gold, predict, systems, resampling=scoring.Resampling(resamples=800, seed=3))
    found = comparison.pairs[0].differences["accuracy"].tested
    assert found is not None
    drawn = resample.bootstrap_weights(12, 800, 3)
    wrong = np.array([[number < 905, 903 <= number < 906] for number in range(900, 912)], dtype=float)
    differences = (drawn @ (wrong[:, 0] - wrong[:, 1])) / CELLS
    assert found.interval[:2] == pytest.approx(np.quantile(differences, [0.025, 0.975]))
    assert found.interval.error == pytest.approx(differences.std(ddof=1))
    assert found.detectable == pytest.approx((1.959964 + 0.841621) * differences.std(ddof=1), rel=1e-6)
    assert "|interval:bootstrap|unit:family|resamples:800|seed:3|" in comparison.signature


def test_holm_is_over_the_systems_compared_with_the_first(wide_gold, predict) -> None:
    systems = {
        "a": stance(wide_gold),
        "b": stance(wide_gold, france(range(900, 908))),
        "c": stance(wide_gold, france(range(900, 906))),
    }
    comparison = compared(wide_gold, predict, systems)
    tested = [pair.differences["accuracy"].tested for pair in comparison.pairs]
    assert [(pair.first, pair.second) for pair in comparison.pairs] == [("a", "b"), ("a", "c")]
    assert [each.test.p for each in tested if each] == [2 / 2**8, 2 / 2**6]
    assert [each.p_holm for each in tested if each] == [2 * 2 / 2**8, 2 / 2**6]


# Ranks


def test_ranks_follow_what_is_better(wide_gold, predict) -> None:
    rows = STANCE.units(wide_gold)
    near, far = ([{"id": name, "score": 2 - gap} for name in rows] for gap in (0.1, 1.0))
    labels = stance(wide_gold)
    comparison = compared(wide_gold, predict, {"far": far, "near": near, "labels": labels})
    far_rank, near_rank, none = comparison.ranks["mae"]
    assert (far_rank.rank, far_rank.interval) == (2, (2, 2))
    assert (near_rank.rank, near_rank.interval) == (1, (1, 1))
    # Labels have no place on the scale: undefined, and so without rank.
    assert np.isnan(none.value)
    assert (none.rank, none.interval) == (None, None)
    assert comparison.pairs[1].differences["mae"].better == 0


def test_rank_stability_is_given_for_every_pair_of_metrics_and_three_systems_or_more(gold, predict) -> None:
    names = list(STANCE.units(gold))
    systems = {name: stance(gold, set(names[::step])) for name, step in (("a", 2), ("b", 3), ("c", 5))}
    comparison = compared(gold, predict, systems, metrics=["accuracy", "macro_f1", "mae"])
    assert list(comparison.stability) == [("accuracy", "macro_f1"), ("accuracy", "mae"), ("macro_f1", "mae")]
    assert comparison.stability["accuracy", "macro_f1"][1] == 3
    assert compared(gold, predict, {name: systems[name] for name in "ab"}).stability == {}


# What can be compared, and by what


def test_a_measure_that_is_a_value_only_has_a_difference_only(wide_gold, predict) -> None:
    def rights(units, by_id, _):
        value = float(sum(by_id[name].label == row["label"] for name, row in units.items()))
        return CorpusValue(value, len(units))

    task = replace(
        STANCE, corpus_metrics=(CorpusMetric("rights", "right labels", rights, float(CELLS), (0.0, float(CELLS))),)
    )
    systems = {"a": stance(wide_gold, france(range(900, 903))), "b": stance(wide_gold)}
    comparison = compared(wide_gold, predict, systems, task)
    found = comparison.pairs[0].differences["rights"]
    assert (found.value, found.better, found.tested, found.clusters, found.deciding) == (3, 1, None, {}, {})
    assert [(rank.value, rank.rank, rank.interval) for rank in comparison.ranks["rights"]] == [
        (CELLS - 3, 2, None),
        (CELLS, 1, None),
    ]
    assert "rights" in rendered(report_compare.report(comparison), "table")


def test_systems_scored_otherwise_are_refused_all_at_once(gold, minimal_gold, predict) -> None:
    records = stance(gold)
    checked = predict(STANCE, gold, records)
    pages = predict(BOILERPLATE, gold, [{"id": name, "text": ""} for name in gold.articles])
    other = scoring.score(predict(STANCE, minimal_gold, stance(minimal_gold)), minimal_gold)
    scores = {
        "a": scoring.score(checked, gold),
        "accepting": scoring.score(checked, gold, Options(alternatives="accept")),
        "pages": scoring.score(pages, gold),
        "other gold": other,
        "by item": scoring.score(checked, gold, resampling=scoring.Resampling(unit="item")),
    }
    with pytest.raises(ValidationError) as invalid:
        compare(scores)
    problems = {problem.location: problem for problem in invalid.value.problems}
    assert problems.keys() == {"accepting", "pages", "other gold"}
    assert {problem.code for problem in problems.values()} == {"not-comparable"}
    assert problems["accepting"].message == "scored with alternatives accept; a with alternatives reject"
    assert "task boilerplate" in problems["pages"].message
    assert "sha256" in problems["other gold"].message
    with pytest.raises(ValidationError, match="needs two systems"):
        compare({"a": scores["a"]})


def test_metrics_are_chosen_by_name(gold, predict) -> None:
    systems = {"a": stance(gold), "b": stance(gold)}
    comparison = compared(gold, predict, systems, metrics=["mcc", "accuracy"])
    assert list(comparison.ranks) == list(comparison.pairs[0].differences) == ["mcc", "accuracy"]
    with pytest.raises(ValidationError) as invalid:
        compared(gold, predict, systems, metrics=["f2", "accuracy", "f3"])
    told = [problem.message.partition(", macro_f1")[0] for problem in invalid.value.problems]
    assert told == [f"stance has no metric {name!r}: all, or accuracy" for name in ("f2", "f3")]
    empty = [{"id": name, "text": ""} for name in gold.articles]
    pages = compared(gold, predict, {"a": empty, "b": empty}, BOILERPLATE)
    assert {"char_f1", "body_coverage"} <= pages.ranks.keys()
    assert not {"char_precision", "char_recall", "recall_share"} & pages.ranks.keys()


# The command


def run(*arguments: str | Path, data: str | None = None) -> Result:
    return CliRunner().invoke(command, [str(argument) for argument in arguments], input=data)


@pytest.fixture
def files(gold, tmp_path: Path) -> list[Path]:
    names = list(STANCE.units(gold))
    paths = []
    for name, step in (("a", 2), ("b", 3), ("c", 5)):
        paths.append(tmp_path / f"{name}.jsonl")
        paths[-1].write_text(dump_lines(stance(gold, set(names[::step]))))
    return paths


def test_json_has_its_shape_and_null_for_what_is_undefined(files: list[Path]) -> None:
    document = json.loads(run(*files, "--format", "json").output)
    assert document["schema"] == "detente.comparison/2"
    assert document["task"] == "stance"
    assert [system["name"] for system in document["systems"]] == ["a", "b", "c"]
    assert document["metrics"]["mae"]["a"] == {"value": None, "rank": None}
    assert document["metrics"]["accuracy"]["c"]["rank"] == 1
    assert [(each["first"], each["second"]) for each in document["comparisons"]] == [("a", "b"), ("a", "c")]
    item = document["comparisons"][0]["items"][0]
    assert item.keys() == {"item", "slice", "gold", "said", "wrong", "direction"}
    assert {"metrics", "tau", "systems"} == document["stability"][0].keys()


def test_more_units_get_an_interval_and_are_called_conditional(files: list[Path]) -> None:
    arguments = (*files, "--unit", "item", "--resamples", 300, "--metrics", "accuracy,mcc")
    document = json.loads(run(*arguments, "--format", "json").output)
    metric = document["comparisons"][0]["metrics"]["accuracy"]
    assert metric["low"] < metric["high"]
    assert metric["undefined"] == 0
    assert "clusters" not in metric
    # There are four families, and items of one page depend on one another: no test, whatever is resampled.
    tested = ("p", "p_holm", "smallest_p", "exact", "clusters_differing", "minimal_detectable")
    assert [metric[name] for name in tested] == [None] * len(tested)
    assert {"rank_low", "rank_high"} <= document["metrics"]["accuracy"]["a"].keys()
    table = run(*arguments).output
    assert "conditional on these pages" in table
    assert "note: no p: that takes 10 families, here it is 4; items of one family depend on one another" in table


@pytest.mark.parametrize("form", ["table", "json", "markdown"])
def test_output_is_what_would_be_printed(files: list[Path], tmp_path: Path, form: str) -> None:
    printed = run(*files, "--format", form)
    assert printed.exit_code == 0
    assert "\x1b" not in printed.output
    assert all(line == line.rstrip() for line in printed.output.splitlines())
    assert run(*files, "--format", form, "-o", tmp_path / "out").exit_code == 0
    assert (tmp_path / "out").read_text() == printed.stdout


def test_the_table_is_coloured_on_a_terminal(gold, predict, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    screen = Terminal()
    print_report(report_compare.report(compared(gold, predict, {"a": stance(gold), "b": stance(gold)})), screen)
    assert "\x1b[" in screen.getvalue()
    assert "─" in screen.getvalue()
    assert "a and b give the same answers" in screen.getvalue()


def test_the_problems_of_every_file_are_printed_at_once(files: list[Path], tmp_path: Path) -> None:
    files[0].write_text(files[0].read_text().replace('"label"', '"lable"', 1))
    files[1].write_text("".join(files[1].read_text().splitlines(keepends=True)[1:]))
    result = run(*files, tmp_path / "nowhere.jsonl")
    assert result.exit_code == 2
    assert result.stdout == ""
    for path, rule in (
        (files[0], ":1: unknown-field"),
        (files[1], ": id-missing"),
        ("nowhere.jsonl", ": not-readable"),
    ):
        assert f"{path}{rule}" in result.stderr
    assert run(files[1], files[2], "--allow-missing").exit_code == 0


def test_what_cannot_be_compared_exits_2(files: list[Path], gold, tmp_path: Path) -> None:
    pages = tmp_path / "pages.jsonl"
    pages.write_text(dump_lines([{"id": name, "text": ""} for name in gold.articles]))
    result = run(files[0], pages)
    assert result.exit_code == 2
    assert "pages: not-comparable: predictions of boilerplate; a has those of stance" in result.stderr
    for arguments, message in (
        ((files[0],), "two files or more"),
        ((*files, "--metrics", "f2"), "--metrics: option: stance has no metric 'f2'"),
        ((*files, "--paratext", "content"), "--paratext: option: is not supported by the task stance"),
        ((*files, "--task", "stanec"), "'stanec' is not one of 'boilerplate'"),
    ):
        result = run(*arguments)
        assert result.exit_code == 2
        assert message in result.stderr


def test_files_are_named_so_that_they_differ(files: list[Path], tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = tmp_path / "other" / "a.jsonl"
    other.write_text(files[0].read_text())

    def names(*paths: str | Path, data: str | None = None) -> list[str]:
        document = json.loads(run(*paths, "--task", "stance", "--format", "json", data=data).output)
        return [system["name"] for system in document["systems"]]

    assert names(files[0], files[1]) == ["a", "b"]
    assert names(files[0], other) == [str(files[0]), str(other)]
    assert names(files[0], files[0]) == ["a", "a (2)"]
    assert names("-", files[0], data=files[1].read_text()) == ["-", "a"]
