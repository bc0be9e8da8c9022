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
    with pytest.raises(ValidationError, match="split: option: 'train' is not the one split, test"):
        detente.load_dataset("stance", "train")
