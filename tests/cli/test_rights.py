"""`detente dataset export --without-text` and `join`, as they are called."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from detente.cli import main
from detente.dataset import build


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["dataset", *map(str, arguments)], catch_exceptions=False)


@pytest.fixture
def text_free(tmp_path: Path) -> Path:
    assert run("export", "--without-text", "-o", tmp_path / "export").exit_code == 0
    return tmp_path / "export"


def test_there_and_back(text_free: Path, root: Path, tmp_path: Path) -> None:
    result = run("join", text_free, "--texts", root / "dataset" / "raw", "-o", tmp_path / "joined")
    assert result.exit_code == 0
    assert "detente-000: the page as captured\n" in result.output
    assert "claims         125 kept    0 moved    0 lost\n" in result.output
    before, after = (
        json.loads((folder / "manifest.json").read_text()) for folder in (root / "dataset", tmp_path / "joined")
    )
    assert before == after


def test_rows_that_are_left_out_are_listed_and_the_status_is_1(text_free: Path, root: Path, tmp_path: Path) -> None:
    copies = Path(shutil.copytree(root / "dataset" / "raw", tmp_path / "copies"))
    path = copies / "detente-002.txt"
    path.write_text(path.read_text().replace("said", "sayd"))
    result = run("join", text_free, "--texts", copies, "-o", tmp_path / "joined")
    assert result.exit_code == 1
    assert "detente-002: another version of the page, with " in result.output
    assert "claims: row-lost: detente-002:c" in result.output
    assert (tmp_path / "joined" / "manifest.json").is_file()
    lost = json.loads((tmp_path / "joined" / "join.json").read_text())["lost"]
    assert f"{len(lost)} problems" in result.output
    every = run("join", text_free, "--texts", copies, "-o", tmp_path / "again", "--all-problems")
    assert every.output.count("row-lost") == len(lost)


def test_a_wrong_copy_writes_nothing_and_the_status_is_2(text_free: Path, tmp_path: Path) -> None:
    (tmp_path / "copies").mkdir()
    result = run("join", text_free, "--texts", tmp_path / "copies", "-o", tmp_path / "joined")
    assert result.exit_code == 2
    assert result.output.count("copy-missing") == 5
    assert not (tmp_path / "joined").exists()


@pytest.mark.parametrize("command", ["export", "join"])
def test_a_folder_with_something_in_it_is_kept(command: str, text_free: Path, root: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    call = ("--without-text",) if command == "export" else (text_free, "--texts", root / "dataset" / "raw")
    result = run(command, *call, "-o", tmp_path / "out")
    assert result.exit_code == 2
    assert "is there already: name a new folder, or an empty one" in result.output
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]
    assert not list(tmp_path.glob(".detente*"))


def test_an_empty_folder_will_do(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert run("export", "--without-text", "-o", tmp_path / "out").exit_code == 0
    assert (tmp_path / "out" / "pages.jsonl").is_file()


def test_what_is_exported_is_said(tmp_path: Path) -> None:
    result = run("export", "-o", tmp_path / "out")
    assert result.exit_code == 2
    assert "--without-text" in result.output


def test_another_dataset_is_exported_by_its_folder(minimal: Path, tmp_path: Path) -> None:
    build.write(minimal, build.files_of(minimal))
    assert run("export", "--without-text", "--dataset", minimal / "dataset", "-o", tmp_path / "out").exit_code == 0
    assert "detente-900" in (tmp_path / "out" / "pages.jsonl").read_text()
    assert run("export", "--without-text", "--dataset", tmp_path / "out", "-o", tmp_path / "twice").exit_code == 2
