"""Writes LEADERBOARD.md, the signatures and the README's table from the predictions that are kept.

python scripts/leaderboard.py          # from the predictions that are kept
python scripts/leaderboard.py --run    # lets the baselines predict anew first (those whose packages are installed)
python scripts/leaderboard.py --suites # the same on the challenge suites, extractors too (or --suites contrast claims)
"""

import lzma
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from detente.cli.options import problems_exit
from detente.data.corpus import Corpus, load
from detente.data.files import write_whole
from detente.data.jsonl import Record, dump_lines
from detente.data.labels import SPLITS
from detente.evaluation.transfer import answers
from detente.report.leaderboard import BOARDS, FOLDER, TRAINED, Board, leaderboard
from detente.report.suite_boards import made
from detente.tasks.all import TASKS
from detente.tasks.boilerplate.extractors import NAMES
from detente.tasks.boilerplate.html.render import rendered_pages
from detente.tasks.boilerplate.task import pages_of

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE = "news"
"""In which extractors see the pages of a suite."""


def run() -> None:
    """Writes the predictions of every baseline on the dataset."""
    gold = load()
    for task in TASKS:
        inputs = task.asked(gold)
        (ROOT / FOLDER / task.name).mkdir(parents=True, exist_ok=True)
        for each in task.baselines:
            if each.available:
                write_whole(ROOT / FOLDER / task.name / f"{each.name}.jsonl", dump_lines(each.lines(inputs, gold)))


def run_on_suites(folder: Path, suites: Sequence[str]) -> None:
    """Writes the predictions of baselines and extractors on suites, and on the dataset of those trained there.

    Args:
        folder: Where suites are made.
        suites: Their names; none for all of them.
    """
    tasks = {task.name: task for task in TASKS}
    for board in BOARDS:
        if not board.suite or (suites and board.suite not in suites):
            continue
        train, test = (made(board.suite, folder, split) for split in (SPLITS[0], SPLITS[-1]))
        learnt, asked, task = load(train, SPLITS[0]), load(test), tasks[board.task]
        if board.task == "boilerplate":
            asked = rendered(asked)
            for name in NAMES:
                pack(board, name, extracted(name, test))
        for each in (each for each in task.baselines if each.available):
            pack(board, each.name, answers(each, task, learnt, asked))
            if each.learns_from and each.reads:
                lines = dump_lines(answers(each, task, learnt, load()))
                write_whole(ROOT / FOLDER / task.name / f"{each.name}{TRAINED}{board.suite}.jsonl", lines)


def rendered(gold: Corpus) -> Corpus:
    """The pages of a suite as an extractor sees them: what is visible of their HTML, without gold."""
    texts = {each.page.id: each.page.text for each in rendered_pages(pages_of(gold).values(), [TEMPLATE])}
    articles = gold.table("articles").with_columns(id=pl.Series(list(texts)), text=pl.Series(list(texts.values())))
    segments = gold.table("boilerplate").clear()
    return Corpus(gold.folder, made={"articles": articles, "boilerplate": segments}, lacking={})


def extracted(name: str, dataset: Path) -> bytes:
    """What a public extractor puts out, as `detente eval run` records it."""
    command = [sys.executable, "-c", "from detente.cli import main; main()", "eval", "run", name]
    options = ["--task", "boilerplate", "--dataset", str(dataset), "--render", TEMPLATE]
    return subprocess.run([*command, *options], check=True, capture_output=True).stdout


def pack(board: Board, name: str, lines: bytes | list[Record]) -> None:
    """Writes the predictions of a system on a suite."""
    data = lines if isinstance(lines, bytes) else dump_lines(lines).encode()
    (ROOT / board.folder).mkdir(parents=True, exist_ok=True)
    write_whole(ROOT / board.folder / f"{name}.jsonl.xz", lzma.compress(data, preset=9))


if __name__ == "__main__":
    if "--run" in sys.argv[1:]:
        run()
    if "--suites" in sys.argv[1:]:
        with TemporaryDirectory() as made_here:
            run_on_suites(Path(made_here), sys.argv[sys.argv.index("--suites") + 1 :])
    with problems_exit():
        for name, text in leaderboard(ROOT).items():
            write_whole(ROOT / name, text)
