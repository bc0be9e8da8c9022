"""Every branch of a rule speaks, in the words that `expected.txt` of its folder gives, and says nothing else.

A folder `tests/invalid/<rule>/<branch>/` holds files to lay over the minimal corpus, or predictions of it.
"""

import shutil
from pathlib import Path

import pytest

from detente.data.problems import CORPUS_RULES, PREDICTION_RULES, Problem, ValidationError, folded
from detente.dataset import build
from detente.evaluation.predictions import read
from detente.tasks.all import TASKS

INVALID = Path(__file__).parents[1] / "invalid"
FOLDERS = sorted(path.parent for path in INVALID.glob("*/*/expected.txt"))


def laid_over(minimal: Path, folder: Path) -> None:
    """Lays a folder over a corpus; `remove.txt` lists the files to take away."""
    shutil.copytree(folder, minimal, dirs_exist_ok=True)
    removed = folder / "remove.txt"
    for name in removed.read_text().split() if removed.is_file() else ():
        (minimal / name).unlink()


def test_every_rule_has_a_folder_and_every_folder_a_rule() -> None:
    assert {rule.name for rule in INVALID.iterdir()} == CORPUS_RULES.keys() | PREDICTION_RULES.keys()
    assert sorted(branch for rule in INVALID.iterdir() for branch in rule.iterdir()) == FOLDERS


def test_the_minimal_corpus_is_valid(minimal: Path) -> None:
    assert build.check(minimal)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_branch_of_a_rule(folder: Path, minimal: Path, minimal_gold) -> None:
    found, rule = [], folder.parent.name
    if any((folder / name).exists() for name in ("annotations", "dataset", "remove.txt")):
        laid_over(minimal, folder)
        with pytest.raises(ValidationError) as invalid:
            build.files_of(minimal)
        assert {problem.code for problem in invalid.value.problems} <= CORPUS_RULES.keys()
        found += invalid.value.problems
    for path in sorted(folder.glob("predictions/*")):
        task = None if rule == "task-unclear" else next(task for task in TASKS if task.name == path.stem)
        partial = rule not in ("id-missing", "form")  # of a grid of 72 cells a few lines are enough
        with pytest.raises(ValidationError) as invalid:
            read(f"predictions/{path.name}", path.read_bytes(), minimal_gold, task, allow_missing=partial)
        assert {problem.code for problem in invalid.value.problems} <= PREDICTION_RULES.keys()
        found += invalid.value.problems
    assert "\n".join(map(str, found)) + "\n" == (folder / "expected.txt").read_text()
    assert {problem.code for problem in found} == {rule}


def test_a_refused_corpus_is_not_built(minimal: Path) -> None:
    laid_over(minimal, INVALID / "segment-gap" / "line")
    with pytest.raises(ValidationError):
        build.files_of(minimal)
    assert not (minimal / "dataset" / "manifest.json").exists()


def of_line(number: int, code: str = "span-empty", file: str = "a.jsonl") -> Problem:
    return Problem(code, f"{file}:{number}", f"fault {number}")


def test_five_problems_of_a_kind_are_shown_and_more_are_counted() -> None:
    problems = [of_line(number) for number in range(1, 6)]
    assert folded(problems) == problems
    other = of_line(7, "form")
    more = Problem("span-empty", "a.jsonl", "and 2,990 more like it")
    assert folded([*problems, other, *(of_line(number) for number in range(8, 2998))]) == [*problems, more, other]
    rows = [Problem("form", f"a.csv:row {number}", "fault") for number in range(1, 8)]
    assert folded(rows) == [*rows[:5], Problem("form", "a.csv", "and 2 more like it")]


def test_twenty_problems_of_as_many_files_are_shown_and_no_more() -> None:
    problems = [of_line(1, file=f"{number}.jsonl") for number in range(21)]
    assert folded(problems[:20]) == problems[:20]
    assert folded(problems) == problems[:20]


@pytest.mark.parametrize("text", ["x" * 1_000_000, "\x1b[31m" * 100_000, "a b\n" * 100_000, "\U0001f600" * 100_000])
def test_a_problem_is_bounded_whatever_stands_in_it(text: str) -> None:
    problem = Problem("form", text, f"{text}: mend it")
    assert len(str(problem)) <= 240 + len(": form: ") + 600
    assert "\x1b" not in str(problem)
    assert str(problem).endswith(": mend it")
    invalid = ValidationError([problem] * 3000)
    assert len(invalid.problems) == 3000
    assert len(str(invalid)) < 20_000
