import json
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

import detente
from detente.cli import main


def run(*words: str | Path) -> Any:
    return CliRunner().invoke(main, ["eval", "report", *map(str, words)])


@pytest.fixture
def predictions(tmp_path: Path) -> Path:
    path = tmp_path / "mine.jsonl"
    path.write_text(
        "".join(json.dumps({"id": each["id"], "label": "none"}) + "\n" for each in detente.inputs("stance"))
    )
    return path


def test_a_report_is_one_page_in_a_folder(tmp_path: Path, predictions: Path) -> None:
    result = run(predictions, "-o", tmp_path / "errors")
    assert (result.exit_code, result.stderr) == (0, f"wrote {tmp_path / 'errors' / 'index.html'}\n")
    assert "stance: what goes wrong" in (tmp_path / "errors" / "index.html").read_text(encoding="utf-8")
    assert run(predictions, predictions, "-o", tmp_path / "errors").exit_code == 0  # in its own place


def test_metrics_and_breakdowns_are_chosen_as_elsewhere(tmp_path: Path, predictions: Path) -> None:
    result = run(predictions, "-o", tmp_path / "errors", "--metrics", "accuracy", "--by", "holder", "--unit", "item")
    assert result.exit_code == 0
    html = (tmp_path / "errors" / "index.html").read_text(encoding="utf-8")
    assert "mine: accuracy 0.924" in html
    assert "by holder" in html
    assert "95% interval" in html


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--metrics", "nope"], "stance has no metric 'nope'"),
        (["--by", "nope"], "stance has no breakdown by 'nope'"),
        (["--paratext", "content"], "--paratext: option: is not supported by the task stance"),
    ],
)
def test_what_is_wrong_with_a_call_is_said_and_nothing_written(
    tmp_path: Path, predictions: Path, words: list[str], message: str
) -> None:
    result = run(predictions, "-o", tmp_path / "errors", *words)
    assert result.exit_code == 2
    assert message in result.stderr
    assert not (tmp_path / "errors").exists()


def test_what_is_in_the_folder_is_kept(tmp_path: Path, predictions: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("years of work")
    result = run(predictions, "-o", tmp_path / "mine")
    assert result.exit_code == 2
    assert "is there already" in result.stderr
    assert (tmp_path / "mine" / "thesis.tex").read_text() == "years of work"


def test_a_folder_must_be_named(predictions: Path) -> None:
    result = run(predictions)
    assert result.exit_code == 2
    assert "Missing option '-o'" in result.stderr


def test_it_is_opened_if_asked(tmp_path: Path, predictions: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(click, "launch", opened.append)
    assert run(predictions, "-o", tmp_path / "errors").exit_code == 0
    assert opened == []
    assert run(predictions, "-o", tmp_path / "errors", "--open").exit_code == 0
    assert opened == [(tmp_path / "errors" / "index.html").as_uri()]
