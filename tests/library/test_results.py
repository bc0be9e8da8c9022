"""What the functions give can be handed on: as frames, JSON, charts and HTML."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

import detente
import detente.library
from detente.cli import main
from detente.data.jsonl import dump_lines
from detente.data.problems import ValidationError
from detente.library.results import ComparisonResult, RankingResult, ScoresResult

IDS = [item["id"] for item in detente.inputs("stance")]
NONE = [{"id": name, "label": "none"} for name in IDS]
FAVOR = [{"id": name, "label": "favor"} for name in IDS]
AGAINST = [{"id": name, "label": "against"} for name in IDS]


@pytest.fixture(scope="module")
def scores() -> ScoresResult:
    return detente.score(FAVOR, "stance")


@pytest.fixture(scope="module")
def ranking() -> RankingResult:
    return detente.rank(NONE, FAVOR, AGAINST, names=["none", "<b>favor</b>", "against"])


@pytest.fixture(scope="module")
def comparison() -> ComparisonResult:
    return detente.compare(NONE, FAVOR, AGAINST, names=["none", "favor", "against"])


def run(*arguments: object) -> str:
    result = CliRunner().invoke(main, ["eval", *map(str, arguments), "--format", "json"])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_json_is_that_of_the_command(
    tmp_path: Path, scores: ScoresResult, ranking: RankingResult, comparison: ComparisonResult
) -> None:
    files = []
    for name, rows in (("none", NONE), ("favor", FAVOR), ("against", AGAINST)):
        files.append(tmp_path / f"{name}.jsonl")
        files[-1].write_text(dump_lines(rows))
    assert scores.to_json() == run("score", files[1])
    assert detente.rank(*files).to_json() == run("score", *files)
    assert detente.compare(*files).to_json() == comparison.to_json() == run("compare", *files)
    assert ranking.to_json().replace("<b>favor</b>", "favor") == detente.rank(*files).to_json()


def test_a_frame_of_scores_has_the_metrics_of_the_json(scores: ScoresResult) -> None:
    frame, metrics = scores.to_frame(), json.loads(scores.to_json())["metrics"]
    assert frame["metric"].to_list() == list(metrics)
    for row in frame.iter_rows(named=True):
        expected = metrics[row["metric"]]
        assert {key: row[key] for key in expected} == expected
    # Undefined is null: whoever says no score has no κ.
    assert frame.filter(metric="quadratic_kappa")["value"].to_list() == [None]


def test_a_frame_of_a_ranking_has_a_system_a_row_the_best_first(ranking: RankingResult) -> None:
    frame = ranking.to_frame()
    assert frame["system"].to_list() == [placed.name for placed in ranking.systems]
    assert frame["rank"].to_list() == [placed.standing.rank for placed in ranking.systems]
    assert frame["f_avg"].to_list() == [placed.standing.value for placed in ranking.systems]
    assert frame.filter(system="none")["f_avg"].to_list() == [0.0]


def test_a_frame_of_a_comparison_has_a_metric_of_a_pair_a_row(comparison: ComparisonResult) -> None:
    frame = comparison.to_frame().filter(metric="accuracy")
    assert frame["second"].to_list() == ["favor", "against"]
    assert set(frame["first"]) == {"none"}
    for row in frame.iter_rows(named=True):
        assert row["second_value"] - row["first_value"] == pytest.approx(row["difference"])
        assert row["better"] == "none"


def test_frames_are_those_of_pandas_where_that_is_asked_for(
    comparison: ComparisonResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    pandas = pytest.importorskip("pandas")
    frame = comparison.to_frame("pandas")
    assert isinstance(frame, pandas.DataFrame)
    assert frame.columns.to_list() == comparison.to_frame().columns
    with pytest.raises(ValidationError, match="library: option: 'duckdb' is none of polars, pandas"):
        comparison.to_frame("duckdb")  # type: ignore[call-overload]

    def missing(_: Any) -> None:
        raise ModuleNotFoundError("No module named 'pandas'")

    monkeypatch.setattr(pl.DataFrame, "to_pandas", missing)
    with pytest.raises(ValidationError, match="to_frame: extra-missing: a frame of pandas needs pandas: pip install"):
        comparison.to_frame("pandas")


def test_a_chart_without_altair_says_what_to_install(scores: ScoresResult, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "altair", None)
    monkeypatch.delitem(sys.modules, "detente.library.charts", raising=False)
    monkeypatch.delattr(detente.library, "charts", raising=False)
    message = r"plot: extra-missing: a chart needs Altair: pip install 'detente\[plot\]'"
    with pytest.raises(ValidationError, match=message):
        scores.plot()


def data_of(chart: Any) -> list[list[dict[str, Any]]]:
    return list(chart.to_dict()["datasets"].values())


def test_charts_show_values_and_bounds(
    scores: ScoresResult, ranking: RankingResult, comparison: ComparisonResult
) -> None:
    pytest.importorskip("altair", reason="needs the extra plot")
    points, floors = data_of(scores.plot())
    values = {row["metric"]: (row["value"], row["low"], row["high"]) for row in points}
    found = scores.metrics["f_avg"]
    assert values["f_avg"] == (found.value, found.low, found.high)
    assert {(row["metric"], row["floor"]) for row in floors} >= {("f_avg", "majority"), ("f_avg", "blind")}
    (systems,) = data_of(ranking.plot())
    assert [row["system"] for row in systems] == [placed.name for placed in ranking.systems]
    (differences,) = data_of(comparison.plot())
    by_family = comparison.pairs[0].differences["accuracy"].clusters.values()
    row = next(row for row in differences if (row["metric"], row["system"]) == ("accuracy", "favor"))
    assert (row["low"], row["high"]) == (min(by_family), max(by_family))
    # What has no value is not there; no answer has a score.
    assert "mae" not in {row["metric"] for row in differences}
    intervals = detente.compare(NONE, FAVOR, metrics=["accuracy"], resampling=detente.Resampling("item", 50))
    ((row,),) = data_of(intervals.plot())
    tested = intervals.pairs[0].differences["accuracy"].tested
    assert tested
    assert (row["low"], row["high"]) == (tested.interval.low, tested.interval.high)


def test_html_is_a_small_table_in_which_nothing_of_a_user_is_markup(
    scores: ScoresResult, ranking: RankingResult, comparison: ComparisonResult
) -> None:
    for result in (scores, ranking, comparison):
        html = result._repr_html_()
        assert set(re.findall(r"<(\w+)", html)) == {
            *("div", "table", "caption", "thead", "tbody", "tr", "th", "td", "p", "code"),
        }
        assert len(html) < 10_000
    assert "&lt;b&gt;favor&lt;/b&gt;" in ranking._repr_html_()


def test_a_result_shows_its_notes_and_says_in_a_line_what_it_is(scores: ScoresResult) -> None:
    noted = detente.score([{**row, "label": 0} for row in FAVOR], "stance")
    assert [note.rpartition(": ")[2] for note in noted.notes] == ["0 for favor"]
    assert "0 for favor</p>" in noted._repr_html_()
    assert noted.to_json() == scores.to_json()
    assert repr(scores) == f"<f_avg {scores.metrics['f_avg'].value:.3f}, {scores.signature}>"


# Calls that are wrong


def test_texts_that_look_like_markup_are_a_warning() -> None:
    pages = [{"id": page["id"], "text": "# A\n\n**b** [c](d)"} for page in detente.inputs("boilerplate")]
    with pytest.warns(UserWarning, match="predictions: the texts look like markdown"):
        detente.score(pages)


@pytest.mark.parametrize(
    ("options", "problems"),
    [
        (
            {"task": "stances", "output_format": "md"},
            ["--task: option: 'stances' is none of", "--output-format: option"],
        ),
        ({"gold_text": "x"}, ["--gold-text: option: 'x' is none of text, markdown, html"]),
        ({"gold_format": "text"}, ["--gold-format: option: says how to read --gold, which is not given"]),
        ({"gold": NONE}, ["gold: option: is of the type list: name a file or folder"]),
        ({"options": detente.Options(paratext="content")}, ["--paratext: option: is not supported by the task stance"]),
        ({"resampling": detente.Resampling("page")}, ["--unit: option: stance has no page: use --unit family or item"]),
    ],
)
def test_options_that_are_wrong_are_refused(options: dict[str, Any], problems: list[str]) -> None:
    with pytest.raises(ValidationError) as invalid:
        detente.score(NONE, **{"task": "stance", **options})
    found = list(map(str, invalid.value.problems))
    assert len(found) == len(problems)
    assert all(each.startswith(expected) for each, expected in zip(found, problems, strict=True))


def test_values_of_options_are_those_that_there_are() -> None:
    with pytest.raises(ValidationError) as invalid:
        detente.Options(paratext="x", alternatives="reject", empty="y")
    assert list(map(str, invalid.value.problems)) == [
        "paratext: option: 'x' is none of ignore, content, boilerplate",
        "empty: option: 'y' is none of zero, drop",
    ]
    with pytest.raises(ValidationError) as invalid:
        detente.Resampling(resamples=0, seed=-1)
    assert [problem.location for problem in invalid.value.problems] == ["resamples", "seed"]
    assert detente.Resampling(resamples=1, seed=0).unit == "family"


def test_systems_are_two_and_have_names_of_their_own() -> None:
    with pytest.raises(ValidationError, match="a comparison needs two systems"):
        detente.compare(NONE)
    for names in (["a"], ["a", "a"]):
        with pytest.raises(ValidationError, match=r"names: option: .*: give each of the 2 systems a name of its own"):
            detente.compare(NONE, FAVOR, names=names)
    with pytest.raises(ValidationError, match="predictions 2: not-comparable: predictions of agreement; predictions 1"):
        detente.rank(NONE, [{"id": item["id"], "label": "agree"} for item in detente.inputs("agreement")])
    assert [system.name for system in detente.rank(FAVOR, NONE).systems] == ["predictions 1", "predictions 2"]


def test_a_config_or_split_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValidationError, match="config: option: 'stances' is not a config of the dataset: articles, "):
        detente.load_dataset("stances")
    with pytest.raises(ValidationError, match=r"split: option: 'train' is no split of .*, which has test"):
        detente.load_dataset("stance", "train")


# Parts, confusions, errors and units


def test_a_frame_of_the_breakdown_has_a_metric_of_a_part_a_row(scores: ScoresResult) -> None:
    frame = scores.to_frame(of="breakdown")
    assert frame.columns == ["key", "part", "n", "metric", "value", "low", "high"]
    assert frame["key"].unique(maintain_order=True).to_list() == list(scores.breakdown)
    for key, part, n, metric, value in frame.drop("low", "high").iter_rows():
        expected = scores.breakdown[key][part]
        assert (n, value) == (expected["n"], expected[metric] if expected[metric] == expected[metric] else None)
    records = [{"id": item["id"], "source": ["france"]} for item in detente.inputs("attribution")]
    by_item = detente.score(records, "attribution", resampling=detente.Resampling("item", 50))
    known = {(key, part) for key, parts in by_item.part_intervals.items() for part in parts}
    bounded = by_item.to_frame(of="breakdown").drop_nulls("low")
    assert set(bounded.select("key", "part").rows()) == known
    assert set(bounded["metric"]) == {"entity_accuracy"}
    one = bounded.row(0, named=True)
    assert (one["low"], one["high"]) == tuple(by_item.part_intervals[one["key"]][one["part"]])[:2]


def test_frames_of_the_confusion_of_errors_and_of_units(scores: ScoresResult) -> None:
    confusion = scores.to_frame(of="confusion")
    assert {(gold, said): n for gold, said, n in confusion.iter_rows()} == {
        (gold, said): n for gold, row in scores.confusion.items() for said, n in row.items()
    }
    errors = scores.to_frame(of="errors")
    # All but those of favor are wrong.
    assert len(errors) == len(IDS) - scores.confusion["favor"]["favor"]
    assert errors.columns == ["item", "slice", "wrong", "detail"]
    units = scores.to_frame(of="units")
    assert units["id"].to_list() == IDS
    assert units["wrong"].sum() == len(errors)
    no_labels = detente.score([{"id": page["id"], "text": page["text"]} for page in detente.inputs("boilerplate")])
    assert no_labels.to_frame(of="confusion").is_empty()
    with pytest.raises(ValidationError, match="of: option: 'confusion' is none of metrics, "):
        no_labels.plot("confusion")


def test_a_frame_of_items_has_those_of_which_two_systems_say_different_things(comparison: ComparisonResult) -> None:
    frame = comparison.to_frame(of="items")
    # The others say the same of every item, which the first says of none.
    assert frame["second"].value_counts().sort("second").rows() == [("against", len(IDS)), ("favor", len(IDS))]
    row = frame.filter(second="favor", gold="favor").row(0, named=True)
    assert (row["first_said"], row["second_said"], row["second_is"]) == ("none", "favor", "better")
    assert (row["first_wrong"], row["second_wrong"]) == (1.0, 0.0)


@pytest.mark.parametrize("name", ["error", "", "plot"])
def test_a_frame_or_a_chart_that_there_is_not_is_refused(ranking: RankingResult, name: str) -> None:
    for call in (lambda: ranking.to_frame(of=name), lambda: ranking.plot(name)):
        with pytest.raises(ValidationError, match=f"of: option: '{name}' is none of systems"):
            call()


def test_charts_show_parts_and_confusions(scores: ScoresResult) -> None:
    pytest.importorskip("altair", reason="needs the extra plot")
    (parts,) = data_of(scores.plot("holder"))
    assert [row["part"] for row in parts] == list(scores.breakdown["holder"])
    assert {row["metric"] for row in parts} == {"f_avg"}
    (cells,) = data_of(scores.plot("confusion"))
    assert {(row["gold"], row["predicted"]): row["n"] for row in cells} == {
        (gold, "favor"): row["favor"] for gold, row in scores.confusion.items()
    }
    assert {row["share"] for row in cells} == {1.0}  # whatever the gold, it says favor


def test_html_leaves_light_and_dark_to_the_notebook(scores: ScoresResult) -> None:
    assert not re.search(r"style|class|colou?r|background", scores._repr_html_().partition("<tbody>")[0])
