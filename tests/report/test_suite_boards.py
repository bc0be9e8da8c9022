"""Boards of suites: intervals over bases beside the range over sources, and pairs that both tell apart."""

import lzma
from collections.abc import Callable
from pathlib import Path

import pytest

from detente.data.corpus import load
from detente.data.jsonl import Record, dump_lines
from detente.evaluation.transfer import answers
from detente.report import suite_boards
from detente.report.leaderboard import BOARDS, DOCUMENT, FOLDER, README, Board, leaderboard
from detente.tasks.all import TASKS
from detente.tasks.task import Baseline

BASES = 10
VARIANTS = 31


@pytest.fixture(scope="module")
def gold(tmp_path_factory: pytest.TempPathFactory) -> list[Record]:
    """The rows of the suite, with the number of their base."""
    suite = load(suite_boards.made("contrast", tmp_path_factory.mktemp("suite")))
    bases = dict(suite.table("items").select("id", "base").iter_rows())
    numbers = {base: number for number, base in enumerate(sorted(set(bases.values())))}
    return [row | {"base": numbers[bases[row["id"]]]} for row in suite.rows("contrast")]


def lines(gold: list[Record], right: int) -> list[Record]:
    """Right on the items of so many bases, and wrong on the others."""
    other = {"favor": "against", "against": "none", "none": "favor", "agree": "discuss", "discuss": "unrelated"}
    other |= {"unrelated": "disagree", "disagree": "agree"}
    return [
        {"id": row["id"], "label": row["label"] if row["base"] < right else other[row["label"]], "tool": "mine 1"}
        for row in gold
    ]


def board_of(root: Path, gold: list[Record], **right: int) -> tuple[Board, str]:
    board = Board("contrast", "entries", "a suite", "Invented.", suite="contrast", block="suite")
    (root / "entries").mkdir()
    for name, bases in right.items():
        (root / "entries" / f"{name}.jsonl").write_text(dump_lines(lines(gold, bases)))
    (root / README).write_text("# Here\n\n<!-- generated: suite -->\nold\n<!-- /generated -->\n\nEnd.\n")
    made = leaderboard(root, [board])
    section = made[DOCUMENT].partition("## a suite\n\n")[2]
    assert made[README] == f"# Here\n\n<!-- generated: suite -->\n{section}<!-- /generated -->\n\nEnd.\n"
    return board, section


def test_the_suite_has_ten_bases(gold: list[Record]) -> None:
    assert len(gold) == BASES * VARIANTS * 4
    assert {row["base"] for row in gold} == set(range(BASES))


def test_a_board_has_intervals_over_bases_and_the_range_over_sources(tmp_path: Path, gold: list[Record]) -> None:
    _, section = board_of(tmp_path, gold, all=10, half=5, none=0)
    table = [[cell.strip() for cell in line.split("|")[1:-1]] for line in section.splitlines() if line[:1] == "|"]
    assert table[0] == ["rank", "system", "twin_consistency", "95% over items", "over sources", "ranks", "made by"]
    best, half, worst = table[2:]
    assert best == ["1", "all", "1.000", "1.000 … 1.000", "1.000 … 1.000", "1…1", "mine 1"]
    assert worst == ["3", "none", "0.000", "0.000 … 0.000", "0.000 … 0.000", "3…3", "mine 1"]
    # Five of ten bases: bases are drawn whole, so that the bounds are multiples of a tenth; at 2.5% of B(10, 1/2) two
    # of ten are right (P(≤1) = 11/1024 = .011, P(≤2) = 56/1024 = .055), at 97.5% eight.
    assert half[2:4] == ["0.500", "0.200 … 0.800"]
    assert "1240 units, all of them variants of 10 bases from 8 sources." in section
    assert section.startswith("Invented. ")


def test_pairs_are_told_apart_by_bases_and_by_every_source(tmp_path: Path, gold: list[Record]) -> None:
    _, section = board_of(tmp_path, gold, all=10, again=10, none=0)
    assert "2 of 3 pairs are told apart: " in section
    assert section.endswith(" Not told apart: `again` and `all`.\n")
    assert [line[:10] for line in section.splitlines() if line.startswith("| 1")] == ["| 1= | aga", "| 1= | all"]


def test_a_pair_that_one_base_decides_is_not_told_apart(tmp_path: Path, gold: list[Record]) -> None:
    _, section = board_of(tmp_path, gold, all=10, nine=9)
    # The interval of the difference begins at 0: in a third of the draws the tenth base is not there ((9/10)^10 = .35).
    assert "0 of 1 pairs are told apart" in section
    assert section.endswith("leads on every source.\n")


def test_what_transfers_is_said_beside_the_floor(root: Path, tmp_path: Path) -> None:
    folder = tmp_path / FOLDER / "boilerplate"
    folder.mkdir(parents=True)
    for name in ("line_words", "keep_all"):
        (folder / f"{name}.jsonl").write_bytes((root / FOLDER / "boilerplate" / f"{name}.jsonl").read_bytes())
    for name, text in (("good", "line_words"), ("bad", "keep_all")):
        kept = (folder / f"{text}.jsonl").read_bytes()
        (folder / f"line_words@{name}.jsonl").write_bytes(kept)
    board = Board("boilerplate", f"{FOLDER}/boilerplate", "boilerplate")
    made = leaderboard(tmp_path, [board])[DOCUMENT]
    told = made.partition("## What transfers from the suites\n")[2]
    rows = [line for line in told.splitlines() if line.startswith("| line_words")]
    assert rows == [
        "| line_words | boilerplate | good | char_f1 | 0.918 | 0.918 | 0.914 |",
        "| line_words | boilerplate | bad | char_f1 | 0.914 | 0.918 | 0.914 |",
    ]
    above = "Above the floor, or where there is none above itself trained on other families"
    assert told.endswith(
        f"{above}: `line_words` from good to boilerplate. Not above it: `line_words` from bad to boilerplate.\n"
    )


ON_SUITES = [board for board in BOARDS if board.suite and board.task != "boilerplate"]


@pytest.mark.parametrize("board", ON_SUITES, ids=lambda board: f"{board.suite}-{board.task}")
def test_what_is_kept_is_what_baselines_without_training_predict(
    root: Path, tmp_path: Path, board: Board, check_predicted: Callable[[Baseline, str, str], None]
) -> None:
    task = next(task for task in TASKS if task.name == board.task)
    asked = load(suite_boards.made(board.suite, tmp_path))
    for each in task.baselines:
        kept = root / board.folder / f"{each.name}.jsonl.xz"
        assert kept.is_file()
        if each.available and not each.learns_from:
            said = dump_lines(each.lines(task.asked(asked), asked))
            check_predicted(each, lzma.decompress(kept.read_bytes()).decode(), said)


def test_what_is_kept_is_what_a_baseline_predicts_after_a_suite(root: Path, tmp_path: Path) -> None:
    task = next(task for task in TASKS if task.name == "boilerplate")
    learnt = load(suite_boards.made("transplant", tmp_path, "train"), "train")
    (each,) = [each for each in task.baselines if each.name == "line_features"]
    kept = root / FOLDER / "boilerplate" / "line_features@transplant.jsonl"
    assert kept.read_text() == dump_lines(answers(each, task, learnt, load()))
