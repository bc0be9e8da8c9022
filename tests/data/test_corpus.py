"""What scoring reads of the built dataset: each table once, the units once, and of no other task."""

import json
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from detente.data import corpus
from detente.data.corpus import Corpus
from detente.data.problems import ValidationError
from detente.evaluation import systems
from detente.evaluation.gold import load_gold
from detente.evaluation.score import Resampling, Scores
from detente.evaluation.whole import read_all
from detente.tasks.all import TASKS
from detente.tasks.task import Options, Task

SUPPORT = {"propositions", "claims", "attribution", "sources"}
"""What tells how many independent sources stand behind a proposition."""
READ = {
    "boilerplate": {"articles", "boilerplate", "claims", "stance", "attribution"},
    "claims": {"articles", "boilerplate", *SUPPORT},
    "stance": {"blind", "articles", "stance"},
    "stance_open": {"articles", "stance", "sources"},
    "agreement": {"blind", "articles", "agreement"},
    "attribution": {"blind", "articles", "attribution", "sources"},
    "derivation": {"blind", "articles", "derivation", "events", *SUPPORT},
    "reuse": {"articles", "reuse"},
    "contrast": {"blind", "contrast"},
}
"""The tables of each task's gold, and the predictions of its blind baseline."""
EMPTY: dict[str, dict[str, Any]] = {
    "boilerplate": {"content": []},
    "claims": {"claims": []},
    "stance_open": {"stances": []},
    "attribution": {"source": [], "type": "none"},
    "derivation": {"edges": []},
    "reuse": {"passages": []},
}
"""Answers that say nothing; where there is none, the gold's label is said."""


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each file of the dataset was read."""
    found: Counter[str] = Counter()
    real = corpus.read_bytes

    def counted(path: Path) -> bytes:
        found[path.name if path.suffix == ".json" else path.parent.name] += 1
        return real(path)

    monkeypatch.setattr(corpus, "read_bytes", counted)
    return found


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each task was asked for its units."""
    found: Counter[str] = Counter()

    def counting(task: Task) -> Task:
        def units(gold: Any, ids: Collection[str]) -> dict[str, Any]:
            found[task.name] += 1
            return task.units(gold, ids)

        return replace(task, units=units)

    for task in TASKS:
        monkeypatch.setattr(f"detente.tasks.{task.name}.task.{task.name.upper()}", counting(task))
    return found


@pytest.fixture(scope="module")
def lines(gold) -> dict[str, str]:
    """Predictions of every unit of each task; made before reads are counted."""
    return {
        task.name: "".join(
            json.dumps({"id": unit, **(EMPTY.get(task.name) or {"label": row["label"]})}) + "\n"
            for unit, row in task.units(gold, ()).items()
        )
        for task in TASKS
    }


@pytest.fixture
def written(lines, tmp_path: Path) -> Callable[[Task, str], str]:
    """Predictions of a task as a file."""

    def write(task: Task, name: str) -> str:
        path = tmp_path / f"{name}.jsonl"
        path.write_text(lines[task.name])
        return str(path)

    return write


def scored(paths: list[str], task: str | None) -> dict[str, Scores]:
    gold = load_gold(None, None)
    found = read_all(paths, gold, task)
    return systems.score_files(found, gold, Options(), Resampling(resamples=10))


def test_the_reads_of_every_task_are_told() -> None:
    assert READ.keys() == {task.name for task in TASKS}


@pytest.mark.parametrize("told", [True, False], ids=["--task", "from the lines"])
@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_scoring_a_file_reads_each_table_of_its_gold_once_and_no_other(
    task: Task, told: bool, written, read, asked
) -> None:
    path = written(task, "answers")
    (scores,) = scored([path], task.name if told else None).values()
    assert scores.task.name == task.name
    assert read == dict.fromkeys([*READ[task.name], "manifest.json", "inventory.json"], 1)
    assert asked == {task.name: 1}


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_two_files_share_the_tables_and_each_is_held_against_the_units_once(task: Task, written, read, asked) -> None:
    assert scored([written(task, "one"), written(task, "two")], None).keys() == {"one", "two"}
    assert read == dict.fromkeys([*READ[task.name], "manifest.json", "inventory.json"], 1)
    assert asked == {task.name: 2}


def test_loading_the_dataset_reads_nothing_yet(read) -> None:
    gold = corpus.load()
    assert read == {}
    assert gold.version.startswith(gold.manifest["version"] + "+")
    assert gold.version.endswith(gold.manifest["sha256"][:8])
    assert read == {"manifest.json": 1}


def test_rows_and_articles_are_of_a_table_that_is_read_once(minimal_gold, read) -> None:
    own = Corpus(minimal_gold.folder)
    assert [row["id"] for row in own.rows("articles")] == list(own.articles) == ["detente-900"]
    assert own.table("articles") is own.table("articles")
    assert own.rows("articles", "language", "id") == [{"language": "en", "id": "detente-900"}]
    assert read == {"manifest.json": 1, "articles": 1}


def test_a_table_that_the_manifest_does_not_vouch_for_is_refused_each_time(minimal: Path, minimal_gold) -> None:
    folder = minimal / "dataset"
    path = folder / "data" / "stance" / "test.parquet"
    path.parent.mkdir(parents=True)
    (folder / "manifest.json").write_bytes((minimal_gold.folder / "manifest.json").read_bytes())
    own = (minimal_gold.folder / "data" / "stance" / "test.parquet").read_bytes()
    path.write_bytes(own)
    assert len(Corpus(folder).table("stance")) == 72
    path.write_bytes(own + b"\0")
    changed = Corpus(folder)
    for _ in range(2):
        with pytest.raises(ValidationError, match="dataset-changed: the file is not the one in manifest"):
            changed.table("stance")
    # It is checked when it is read: once there, it stays.
    path.write_bytes(own)
    assert len(changed.table("stance")) == 72
