"""Writes LEADERBOARD.md and the signatures from the predictions that are kept.

python scripts/leaderboard.py          # from the predictions that are kept
python scripts/leaderboard.py --run    # lets the baselines predict anew first (those whose packages are installed)
"""

import sys
from pathlib import Path

from detente.cli.options import problems_exit
from detente.data.corpus import load
from detente.data.files import write_whole
from detente.data.jsonl import dump_lines
from detente.report.leaderboard import FOLDER, leaderboard
from detente.tasks.all import TASKS

ROOT = Path(__file__).resolve().parents[1]


def run() -> None:
    """Writes the predictions of every baseline."""
    gold = load()
    for task in TASKS:
        inputs = task.asked(gold)
        (ROOT / FOLDER / task.name).mkdir(parents=True, exist_ok=True)
        for each in task.baselines:
            if each.available:
                write_whole(ROOT / FOLDER / task.name / f"{each.name}.jsonl", dump_lines(each.lines(inputs, gold)))


if __name__ == "__main__":
    if "--run" in sys.argv[1:]:
        run()
    with problems_exit():
        for name, text in leaderboard(ROOT).items():
            write_whole(ROOT / name, text)
