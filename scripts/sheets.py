"""Writes docs/challenge/: the sample sheet of each challenge suite."""

from pathlib import Path

from detente.challenge.all import SUITES
from detente.data.files import write_whole
from detente.report.challenge_sheet import sheet

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "challenge"

if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for suite in SUITES.values():
        write_whole(FOLDER / f"{suite.name}.md", sheet(suite))
