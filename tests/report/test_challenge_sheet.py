"""The sample sheets of challenge suites: what is in the checkout is what is made."""

from pathlib import Path

import pytest

from detente.challenge.all import SUITES
from detente.challenge.suite import Suite
from detente.report.challenge_sheet import sheet


@pytest.mark.parametrize("suite", SUITES.values(), ids=list(SUITES))
def test_sheets_are_what_is_made(suite: Suite, root: Path) -> None:
    assert sheet(suite) == (root / "docs" / "challenge" / f"{suite.name}.md").read_text(encoding="utf-8"), "make sheets"


def test_there_is_a_sheet_of_each_suite_and_no_other(root: Path) -> None:
    assert {path.stem for path in (root / "docs" / "challenge").iterdir()} == SUITES.keys()


@pytest.mark.parametrize("suite", SUITES.values(), ids=list(SUITES))
def test_every_operation_is_shown_and_does_something(suite: Suite) -> None:
    shown = sheet(suite).split("\n## ")
    assert [part.partition("\n")[0] for part in shown[1:]] == list(dict.fromkeys(name for name, _ in suite.variants))
    blocks = [part.split("```")[1] for part in shown[1:]]
    assert len(set(blocks)) == len(blocks), "no two do the same"
    assert all(block.strip() != "text" for block in blocks)


def test_what_stands_between_the_same_rows_is_shown() -> None:
    shown = sheet(SUITES["transplant"]).split("\n## blank_lines_lost\n")[1].split("```")[1]
    before, after = (line for line in shown.splitlines() if line[:1] in "-+" and line)
    assert (before[:2], after[:2]) == ('-"', '+"')
    assert "\\n\\n" in before
