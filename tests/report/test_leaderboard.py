"""The leaderboard is made anew from its predictions, shows ties as ties, and takes another gold as one entry."""

import json
import lzma
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from detente.data.corpus import Corpus
from detente.data.jsonl import dump_lines
from detente.data.problems import ValidationError
from detente.report.leaderboard import BOARDS, DOCUMENT, FOLDER, README, SIGNATURES, TRAINED, Board, leaderboard
from detente.tasks.all import TASKS
from detente.tasks.task import Baseline, Task

CheckPredicted = Callable[[Baseline, str, str], None]
OURS = [pytest.param(task, each, id=f"{task.name}-{each.name}") for task in TASKS for each in task.baselines]
MOST_BYTES = 2_000_000


@pytest.fixture(scope="module")
def made(root: Path) -> dict[str, str]:
    return leaderboard(root)


@pytest.mark.parametrize("name", [DOCUMENT, SIGNATURES, README])
def test_what_is_committed_is_what_is_made(root: Path, made: dict[str, str], name: str) -> None:
    assert made[name] == (root / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(("task", "baseline"), OURS)
def test_the_kept_predictions_are_what_the_baselines_predict(
    root: Path, gold: Corpus, task: Task, baseline: Baseline, check_predicted: CheckPredicted
) -> None:
    kept = root / FOLDER / task.name / f"{baseline.name}.jsonl"
    if not baseline.available:
        assert kept.is_file()
        pytest.skip(f"{baseline.package} is not installed: {baseline.name} cannot predict")
    said = dump_lines(baseline.lines(task.asked(gold), gold))
    check_predicted(baseline, kept.read_text(encoding="utf-8"), said)


def test_every_file_of_the_folder_is_on_a_board_and_all_are_small(root: Path, made: dict[str, str]) -> None:
    files = [path for path in (root / FOLDER).rglob("*") if path.is_file() and path != root / SIGNATURES]
    assert sorted(files) == sorted(
        path for board in BOARDS for path in board.files(root) if board.folder != "benchmarks/extractors"
    )
    assert sum(path.stat().st_size for path in files) < MOST_BYTES
    lines = [json.loads(line) for line in made[SIGNATURES].splitlines()]
    assert len(lines) == sum(len(board.files(root)) for board in BOARDS)
    assert all(line["signature"].startswith(f"detente|task:{line['task']}|") and line["tool"] for line in lines)


def test_no_floor_leads_a_board_and_floors_are_marked(made: dict[str, str]) -> None:
    *parts, transferred = made[DOCUMENT].split("\n## ")[1:]
    assert len(parts) == len(BOARDS)
    assert transferred.startswith("What transfers from the suites\n")
    leaders = [next(line for line in part.splitlines() if line.startswith("| 1")) for part in parts]
    assert not [line for line in leaders if "(floor)" in line]
    floors = {each.name for task in TASKS for each in task.baselines if not each.reads}
    assert floors == {"keep_all", "majority", "blind", "nothing", "nobody"}
    marked = {line.split("|")[2].split()[0] for line in made[DOCUMENT].splitlines() if "(floor) |" in line}
    assert marked == floors


def test_each_baseline_that_learns_and_reads_is_tried_after_the_suites_of_its_task(root: Path) -> None:
    suites = {(board.task, board.suite) for board in BOARDS if board.suite}
    wanted = {
        f"{task.name}/{each.name}{TRAINED}{suite}.jsonl"
        for task in TASKS
        for each in task.baselines
        for name, suite in suites
        if name == task.name and each.learns_from and each.reads
    }
    kept = {path.relative_to(root / FOLDER).as_posix() for path in (root / FOLDER).glob(f"*/*{TRAINED}*")}
    assert kept == wanted


# Invented boards


def write(path: Path, lines: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dump_lines(lines), encoding="utf-8")


def labels(gold: dict[str, str], wrong: int, tool: str | None = "mine 1.0") -> list[dict[str, Any]]:
    """Lines that are wrong on so many of the last."""
    right = len(gold) - wrong
    said = [name if place < right else "none" for place, name in enumerate(gold.values())]
    made = [{"id": name, "label": label} for name, label in zip(gold, said, strict=True)]
    return [line | {"tool": tool} for line in made] if tool else made


def rows(document: str) -> list[list[str]]:
    """The cells of the only table, header and rule aside."""
    lines = [line for line in document.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


@pytest.fixture
def twelve(tmp_path: Path) -> tuple[Path, Board, dict[str, str]]:
    """Gold labels of twelve pages, each a family of its own, half of them favor and half against."""
    gold = {f"page-{place:02}": ("favor", "against")[place % 2] for place in range(12)}
    write(tmp_path / "gold.jsonl", [{"id": name, "label": label} for name, label in gold.items()])
    return tmp_path, Board("stance", "entries", "twelve pages", gold="gold.jsonl", note="Invented."), gold


def test_another_gold_is_one_entry_and_has_intervals_from_ten_clusters_on(
    twelve: tuple[Path, Board, dict[str, str]],
) -> None:
    root, board, gold = twelve
    for name, wrong in (("right", 0), ("as_right", 0), ("half", 6)):
        write(root / "entries" / f"{name}.jsonl", labels(gold, wrong))
    made = leaderboard(root, [board])
    assert "## twelve pages\n\n12 units, 12 families. Ranked by `f_avg`." in made[DOCUMENT]
    assert " Invented.\n" in made[DOCUMENT]
    assert "| rank | system | f_avg | 95% interval | ranks | over the next | decided by | tool |" in made[DOCUMENT]
    first, second, third = rows(made[DOCUMENT])
    assert first[:3] == ["1=", "as_right", "1.000"]
    assert first[4:] == ["1…2", "0.000 ≈", "", "mine 1.0"]
    assert second[:4] == ["1=", "right", "1.000", "1.000 … 1.000"]
    # Half wrong: of each side 3 of 6 are found and nothing else is said of it: F1 = 6 / 9 = .667, so it leads by .333.
    # With the answers to three of the six exchanged both have nine right.
    assert second[5:7] == ["0.333 >", "3 items: page-06, …"]
    assert third[:3] == ["3", "half", "0.667"]
    assert third[5:] == ["", "", "mine 1.0"]
    lines = [json.loads(line) for line in made[SIGNATURES].splitlines()]
    assert [(line["rank"], line["value"]) for line in lines] == [(1, 1.0), (1, 1.0), (3, 0.666667)]
    assert all("interval:bootstrap" in line["signature"] for line in lines)


def test_one_system_is_a_board_and_a_board_without_any_is_left_out(
    twelve: tuple[Path, Board, dict[str, str]],
) -> None:
    root, board, gold = twelve
    assert leaderboard(root, [board])[SIGNATURES] == ""
    (root / "entries").mkdir()
    (root / "entries" / "one.jsonl.xz").write_bytes(lzma.compress(dump_lines(labels(gold, 0)).encode()))
    (root / "entries" / "notes.txt").write_text("no predictions")
    ((rank, system, value, *_),) = rows(leaderboard(root, [board])[DOCUMENT])
    assert (rank, system, value) == ("1", "one", "1.000")


def test_an_entry_says_what_made_it(twelve: tuple[Path, Board, dict[str, str]]) -> None:
    root, board, gold = twelve
    write(root / "entries" / "unnamed.jsonl", labels(gold, 0, tool=None))
    write(root / "entries" / "named.jsonl", labels(gold, 0))
    with pytest.raises(ValidationError) as refused:
        leaderboard(root, [board])
    assert [str(each) for each in refused.value.problems] == [
        f"{root}/entries/unnamed.jsonl: no-tool: no line says in `tool` what made it"
    ]


def test_the_problems_of_all_boards_are_told_at_once(twelve: tuple[Path, Board, dict[str, str]]) -> None:
    root, board, gold = twelve
    write(root / "entries" / "short.jsonl", labels(gold, 0)[:-1])
    other = Board("stance", "others", "others", gold="gold.jsonl")
    write(root / "others" / "unnamed.jsonl", labels(gold, 0, tool=None))
    with pytest.raises(ValidationError) as refused:
        leaderboard(root, [board, other])
    assert [each.code for each in refused.value.problems] == ["id-missing", "no-tool"]


def test_an_entry_of_our_own_stands_beside_the_baselines(root: Path, tmp_path: Path) -> None:
    """Under ten families there is a range, no interval, and no mark of chance."""
    folder = tmp_path / FOLDER / "derivation"
    shutil.copytree(root / FOLDER / "derivation", folder)
    (folder / "again.jsonl").write_bytes((folder / "named.jsonl").read_bytes())
    (folder / f"ranked{TRAINED}derive.jsonl").unlink()  # with it there is a second table
    (board,) = [each for each in BOARDS if each.folder == f"{FOLDER}/derivation"]
    made = leaderboard(tmp_path, [board])[DOCUMENT]
    assert "| rank | system | edge_f1 | range | over the next | decided by | tool |" in made
    places = {row[1]: row[0] for row in rows(made)}
    assert places["again"] == places["named"]
    assert places["again"].endswith("=")
    assert not {"≈", ">"} & set("".join(cell for row in rows(made) for cell in row[4]))
