"""RELEASING.md: every step is a command that is there, called as it may be called."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from detente.cli import main

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "RELEASING.md").read_text()
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL) for line in block.splitlines()]


def words_of(command: str) -> list[str]:
    return shlex.split(command.replace("$(cat annotations/VERSION)", "1.1.0"))


def of(program: str) -> list[str]:
    return [command for command in COMMANDS if words_of(command)[0] == program]


def test_every_command_is_checked_by_one_of_these_tests() -> None:
    assert {words_of(command)[0] for command in COMMANDS} == {"git", "detente", "make", ".ci/run", "python", "cmp"}


@pytest.mark.parametrize("command", of("detente"))
def test_the_commands_of_detente_take_these_options(command: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    group: click.Command = main
    words = words_of(command)[1:]
    while isinstance(group, click.Group):
        group = group.commands[words.pop(0)]
    given = [word for word in words if word.startswith("-")]
    known = {name for parameter in group.params for name in parameter.opts}
    assert set(given) <= known
    # Parsed, and not run; folders that earlier steps make are stood in for by one that is there.
    group.make_context("x", ["dataset" if word.startswith(("../", "dist/text-free")) else word for word in words])


@pytest.mark.parametrize("command", of("make"))
def test_the_targets_of_make_are_there(command: str, root: Path) -> None:
    (target,) = (word for word in words_of(command)[1:] if re.fullmatch("[a-z]+", word))
    assert shutil.which("make")
    subprocess.run(["make", "-n", target], cwd=root, check=True, capture_output=True)


@pytest.mark.parametrize("command", of("git"))
def test_the_commands_of_git_are_there(command: str) -> None:
    done = subprocess.run(["git", words_of(command)[1], "-h"], capture_output=True, text=True, check=False)
    assert done.stdout.startswith("usage: git " + words_of(command)[1])


@pytest.mark.parametrize("command", of("python"))
def test_the_scripts_are_there(command: str, root: Path) -> None:
    subprocess.run([sys.executable, "-m", "py_compile", root / words_of(command)[1]], check=True)


def test_the_checks_can_be_run(root: Path) -> None:
    if not (root / ".ci" / "run").is_file():
        pytest.skip("this is not a checkout: .ci is not in the source archive")
    assert os.access(root / ".ci" / "run", os.X_OK)
    subprocess.run(["bash", "-n", root / ".ci" / "run"], check=True)


def test_what_it_says_of_files_is_so(root: Path) -> None:
    named = set(re.findall(r"`([\w./-]+\.(?:md|py|yaml|json|toml))`", TEXT))
    assert named >= {"CHANGELOG.md", "annotations/metadata.yaml", "DATASHEET.md"}
    assert [name for name in named if not (root / name).is_file()] == []
