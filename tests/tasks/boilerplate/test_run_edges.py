"""Extractors that misbehave, pages of an odd shape, audits of broken files."""

import gzip
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from detente.cli import main
from detente.data.page import Page
from detente.tasks.boilerplate.html.render import BY_NAME, render
from detente.tasks.boilerplate.runner import Command
from detente.tasks.content_extraction.audit import read_pages, visible_text


def run(*arguments: Any) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def odd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "odd.py").write_text(
        "class Text(str):\n    pass\n\n\n"
        "def own(page):\n    return Text('own')\n\n\n"
        "def half(page):\n    return '\\ud800'\n\n\n"
        "def talks(page):\n    print('hello')\n    return 'said'\n",
        encoding="utf-8",
    )
    return tmp_path


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize(("function", "text"), [("own", "own"), ("half", "")])
def test_odd_strings_lose_no_page(function: str, text: str, odd: Path) -> None:
    result = run("eval", "run", f"odd:{function}", "--task", "boilerplate", "-o", odd / "made.jsonl")
    assert result.exit_code == 0
    made = lines((odd / "made.jsonl").read_text())
    assert [line["text"] for line in made] == [text] * 5
    assert all(("error" in line) == (text == "") for line in made)


@pytest.mark.usefixtures("odd")
def test_what_an_extractor_prints_does_not_stand_among_the_predictions() -> None:
    command = [sys.executable, "-c", "from detente.cli import main; main()"]
    done = subprocess.run(
        [*command, "eval", "run", "odd:talks", "--task", "boilerplate"], capture_output=True, text=True, check=True
    )
    assert [line["text"] for line in lines(done.stdout)] == ["said"] * 5
    assert "hello" in done.stderr


def test_an_empty_command_and_a_baseline_on_html_are_refused() -> None:
    result = run("eval", "run", "--command", "", "--task", "boilerplate")
    assert result.exit_code == 2
    assert "not-runnable" in result.stderr
    result = run("eval", "run", "keep_all", "--task", "boilerplate", "--render", "news")
    assert result.exit_code == 2
    assert "keep_all reads the captured text" in result.stderr


def test_a_command_that_takes_too_long_leaves_nothing_running(tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    outcome = Command(f"sh -c 'sh -c \"echo \\$\\$ > {mark}; sleep 30; true\"; true'", timeout=0.5)("page")
    assert outcome.error == "TimeoutError: no answer in 0.5 s"
    child = int(mark.read_text())
    for _ in range(50):
        state = Path(f"/proc/{child}/stat")
        if not state.exists() or state.read_text().split()[2] == "Z":
            break
        time.sleep(0.05)
    else:
        os.kill(child, 9)
        pytest.fail("the command's child lives on")


def test_a_page_without_a_body_or_without_a_segment_can_be_rendered() -> None:
    headline = {"id": "x:b1", "start": 0, "end": 4, "zone": "paratext", "type": "headline"}
    share = {"id": "x:b2", "start": 5, "end": 10, "zone": "boilerplate", "type": "share"}
    for rows, text in (((headline, share), "News\nShare"), (({**share, "start": 0, "end": 5},), "Share"), ((), "")):
        made = render(Page("x", "x", text, rows), BY_NAME["reader"])
        assert made.page.text == "\n".join([*text.split("\n"), "Saved by Plainpage"]).lstrip("\n")


def test_a_broken_packed_page_is_a_problem_of_the_call(tmp_path: Path) -> None:
    gold = tmp_path / "gold.json"
    gold.write_text(json.dumps({"a": {"articleBody": "One two."}}))
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "a.html.gz").write_bytes(gzip.compress(b"<p>One two.</p>")[:15])
    result = run("dataset", "audit", gold, "--pages", pages)
    assert result.exit_code == 2
    assert "a.html.gz: not-readable" in result.stderr
    (pages / "a.html.gz").unlink()
    (pages / "a.htm.gz").write_bytes(gzip.compress(b"<p>One two.</p>"))
    assert read_pages(pages, ["a", "b"]) == {"a": "One two."}
    assert run("dataset", "audit", gold, "--pages", pages).exit_code == 0


def test_the_title_is_not_seen_and_quote_style_is_folded(tmp_path: Path) -> None:
    assert visible_text("<title>News</title><p>News</p>") == "News"
    gold = tmp_path / "gold.json"
    gold.write_text(json.dumps({"a": {"with": ["He said “no” twice."], "without": ['said "no"']}}))
    result = run("dataset", "audit", gold)
    assert result.exit_code == 1
    assert "snippet-in-reference" in result.stderr


def test_pages_without_a_gold_are_refused(tmp_path: Path) -> None:
    result = run("dataset", "audit", "--pages", tmp_path)
    assert result.exit_code == 2
    assert "--pages: option" in result.stderr
