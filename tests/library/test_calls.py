"""The functions are the commands: what they give is what the command line writes."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import detente
from detente.cli import main
from detente.data.jsonl import dump_lines
from detente.data.problems import ValidationError
from detente.evaluation.score import Resampling
from detente.report import comparison, scores
from detente.report.tables import rendered
from detente.tasks.all import TASKS
from detente.tasks.task import Options


def run(*arguments: object) -> str:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("library")
    paths = folder / "keep_all.jsonl", folder / "body_lines.jsonl"
    for path in paths:
        run("eval", "run", path.stem, "--task", "boilerplate", "-o", path)
    return paths


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_inputs_are_those_of_the_command(task: Any) -> None:
    assert dump_lines(detente.inputs(task.name)) == run("eval", "inputs", "--task", task.name)


def test_inputs_of_no_task_are_refused_with_the_tasks_there_are() -> None:
    with pytest.raises(ValidationError, match="there is no task 'stances': boilerplate, claims, stance, "):
        detente.inputs("stances")


def test_scores_are_those_of_the_command(files: tuple[Path, Path]) -> None:
    found = detente.score(files[1], options=Options(paratext="content"), resampling=Resampling("item", 50, 2))
    call = ("--paratext", "content", "--unit", "item", "--resamples", "50", "--seed", "2", "--format", "json")
    assert rendered(scores.report(found), "json") == run("eval", "score", files[1], *call)


def test_missing_and_extra_ids_are_refused_or_allowed(files: tuple[Path, Path], tmp_path: Path) -> None:
    first, *others = files[1].read_text().splitlines()
    path = tmp_path / "some.jsonl"
    path.write_text("\n".join([*others, json.dumps({"id": "detente-999", "text": ""})]))
    with pytest.raises(ValidationError, match=r"id-unknown.*detente-999"):
        detente.score(path, allow_missing=True)
    with pytest.raises(ValidationError, match=r"id-missing.*detente-000"):
        detente.score(path, allow_extra=True)
    found = detente.score(path, "boilerplate", allow_missing=True, allow_extra=True)
    assert found.missing == (json.loads(first)["id"],)


def test_comparisons_are_those_of_the_command(files: tuple[Path, Path]) -> None:
    found = detente.compare(*files, metrics=["char_f1"])
    assert rendered(comparison.report(found), "json") == run(
        "eval", "compare", *files, "--metrics", "char_f1", "--format", "json"
    )


def test_reference_texts_are_gold_where_they_are_named(tmp_path: Path) -> None:
    gold, outputs = tmp_path / "gold.json", tmp_path / "mine.json"
    gold.write_text(json.dumps({"a": {"articleBody": "One two three four five."}}))
    outputs.write_text(json.dumps({"a": "One two three four"}))
    found = detente.score(outputs, gold=gold)
    assert found.task.name == "content_extraction"
    # One of the reference's two runs of four words, and no other.
    assert (found.metrics["shingle_precision"].value, found.metrics["shingle_recall"].value) == (1, 1 / 2)
