"""`detente dataset explore`: where it writes, what it refuses, and whom it asks to open it."""

import shutil
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

import detente
from detente.cli import main


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    asked: list[str] = []
    monkeypatch.setattr(click, "launch", asked.append)
    return asked


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["dataset", "explore", *map(str, arguments)])


def test_it_writes_the_pages_and_says_where(minimal_gold, tmp_path: Path, opened: list[str]) -> None:
    result = run("--dataset", minimal_gold.folder, "-o", tmp_path / "out")
    assert (result.exit_code, result.stdout) == (0, f"{tmp_path}/out/index.html\n")
    names = ("detente-900", "index", "propositions", "sources", "stances")
    assert sorted(path.name for path in (tmp_path / "out").glob("*.html")) == [f"{name}.html" for name in names]
    assert opened == []


def test_the_function_writes_what_the_command_does(minimal_gold, tmp_path: Path) -> None:
    start = detente.explore(tmp_path / "function", dataset=minimal_gold.folder)
    assert start == tmp_path / "function" / "index.html"
    assert run("--dataset", minimal_gold.folder, "-o", tmp_path / "command").exit_code == 0
    command, function = (
        {path.name: path.read_bytes() for path in start.parents[1].glob(f"{name}/*")}
        for name in ("command", "function")
    )
    assert command == function


def test_it_is_opened_only_when_asked(minimal_gold, tmp_path: Path, opened: list[str]) -> None:
    for _ in range(2):
        assert run("--dataset", minimal_gold.folder.parent, "-o", tmp_path / "out", "--open").exit_code == 0
    assert opened == [(tmp_path / "out" / "index.html").as_uri()] * 2


def test_by_default_it_shows_the_dataset_of_the_package(tmp_path: Path, gold) -> None:
    assert run("-o", tmp_path / "out").exit_code == 0
    assert {f"{name}.html" for name in gold.articles} <= {path.name for path in (tmp_path / "out").iterdir()}


def test_a_folder_of_somebodys_own_is_left_alone(minimal_gold, tmp_path: Path, opened: list[str]) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    result = run("--dataset", minimal_gold.folder, "-o", tmp_path, "--open")
    assert result.exit_code == 2
    assert "not-writable: is there already: name a new folder, or an empty one" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    assert opened == []


def test_what_is_no_dataset_and_no_folder_is_refused(minimal_gold, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = run("--dataset", tmp_path / "empty", "-o", tmp_path / "out")
    assert (result.exit_code, "no-dataset" in result.stderr) == (2, True)
    assert run("--dataset", minimal_gold.folder).exit_code == 2  # no -o
    (tmp_path / "file").write_text("")
    assert run("--dataset", minimal_gold.folder, "-o", tmp_path / "file").exit_code == 2
    broken = Path(shutil.copytree(minimal_gold.folder, tmp_path / "broken"))
    (broken / "manifest.json").write_text("{}")
    assert run("--dataset", broken, "-o", tmp_path / "out").exit_code == 2
    assert not (tmp_path / "out").exists()
