"""What a call holds, and what it says at the end of what it took."""

import re
from pathlib import Path

from click.testing import CliRunner

import detente
from detente.cli import main
from detente.data.jsonl import dump_lines
from detente.evaluation.session import Session


def test_verbose_ends_with_items_and_memory(tmp_path: Path) -> None:
    lines = [{"id": item["id"], "label": "none"} for item in detente.inputs("stance")]
    path = tmp_path / "never.jsonl"
    path.write_text(dump_lines(lines), encoding="utf-8")
    call = ["eval", "score", str(path), "--task", "stance", "--resamples", "10"]
    quiet, told = CliRunner().invoke(main, call), CliRunner().invoke(main, [*call, "--verbose"])
    assert quiet.stderr == ""
    assert told.stdout == quiet.stdout
    pattern = rf"{len(lines)} items, [\d,]+ a second; [\d.]+ seconds; .*at most [\d,]+ MB in this process; .+\n"
    assert re.fullmatch(pattern, told.stderr), told.stderr


def test_without_scores_no_items_are_told() -> None:
    with Session() as session:
        assert "items" not in session.summary()
        session.items = 3
        assert session.summary().startswith("3 items, ")
