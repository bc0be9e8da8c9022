"""Somebody else's extractor is run over the pages: what fails is recorded, and ends nothing else."""

import json
import os
import shlex
import subprocess
import sys
import threading
import time
from multiprocessing import active_children
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from detente.cli import main
from detente.data.jsonl import dump_lines
from detente.evaluation.processes import Command, InProcess, Outcome
from detente.tasks.boilerplate.baselines import body_lines
from detente.tasks.boilerplate.extractors import EXTRACTORS, NAMES, Extractor
from detente.tasks.boilerplate.html import NAMES as TEMPLATES
from detente.tasks.boilerplate.html.render import rendered_pages
from detente.tasks.boilerplate.task import BOILERPLATE

TIMEOUT = 2.0
FAILING = "detente-002"
TOOL = """
import os, sys, time
from pathlib import Path

FAILING = Path(__file__).with_name("failing.txt").read_text(encoding="utf-8")

def but_for_one(fail):
    return lambda page: fail() if page == FAILING else page

whole = str
raises = but_for_one(lambda: int("a page"))
gives_none = but_for_one(lambda: None)
dies = but_for_one(lambda: os._exit(7))
leaves = but_for_one(lambda: sys.exit("enough"))
sleeps = but_for_one(lambda: time.sleep(60))
fails = but_for_one(lambda: sys.exit("first line\\nlast line"))
fails_in_silence = but_for_one(lambda: sys.exit(3))
not_utf8 = but_for_one(lambda: "caf\\udce9")
not_a_function = 3

if __name__ == "__main__":
    text = globals()[sys.argv[1]](sys.stdin.buffer.read().decode())
    sys.stdout.buffer.write(text.encode(errors="surrogateescape"))
"""


def run(*arguments: str | float | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def predict(*arguments: str | float | Path) -> Result:
    return run("eval", "run", "--task", "boilerplate", "--timeout", TIMEOUT, *arguments)


def records(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def scores(path: Path) -> dict[str, Any]:
    return json.loads(run("eval", "score", path, "--format", "json").output)


@pytest.fixture
def texts(gold) -> dict[str, str]:
    return {name: row["text"] for name, row in gold.articles.items()}


@pytest.fixture
def folder(tmp_path: Path, texts: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "tool.py").write_text(TOOL)
    (tmp_path / "failing.txt").write_text(texts[FAILING], encoding="utf-8", newline="")
    (tmp_path / "broken_tool.py").write_text("1 / 0\n")
    (tmp_path / "deadly_tool.py").write_text("import os\nos._exit(3)\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def command(kind: str) -> str:
    return f"{shlex.quote(sys.executable)} tool.py {kind}"


FAILURES = {
    "tool:raises": "ValueError: invalid literal for int() with base 10: 'a page'",
    "tool:gives_none": "TypeError: gave NoneType, not str or dict",
    "tool:dies": "ChildProcessError: the process died with exit code 7",
    "tool:leaves": "SystemExit: enough",
    "tool:sleeps": "TimeoutError: no answer in 2 s",
    "--command fails": "ChildProcessError: exit code 1: last line",
    "--command fails_in_silence": "ChildProcessError: exit code 3",
    "--command not_utf8": "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xe9 in position 3: ",
    "--command sleeps": "TimeoutError: no answer in 2 s",
}


@pytest.mark.parametrize("call", FAILURES)
def test_a_page_that_fails_is_recorded_and_scored_as_empty(call: str, folder: Path, texts: dict[str, str]) -> None:
    name = command(call.split()[1]) if " " in call else call
    result = predict(*(("--command", name) if " " in call else (name,)))
    found = records(result)
    failed = found.pop(list(texts).index(FAILING))
    assert failed.pop("error").startswith(FAILURES[call])
    assert failed == {"id": FAILING, "text": "", "tool": name}
    assert found == [{"id": page, "text": text, "tool": name} for page, text in texts.items() if page != FAILING]
    assert result.stderr.startswith(f"{FAILING}: {FAILURES[call]}")
    assert result.stderr.endswith("1 of 5 pages failed; they are recorded, and count as empty\n")
    assert not active_children()

    (folder / "made.jsonl").write_text(result.stdout)
    (folder / "empty.jsonl").write_text(dump_lines([*found, {"id": FAILING, "text": ""}]))
    crashed, empty = scores(folder / "made.jsonl"), scores(folder / "empty.jsonl")
    assert "|crashed:1|" in crashed["signature"]
    assert "|crashed:0|" in empty["signature"]
    assert crashed["metrics"] == empty["metrics"]
    assert crashed["breakdown"]["article"][FAILING]["char_recall"] == 0


def test_what_a_page_that_failed_gave_nevertheless_does_not_count(tmp_path: Path, texts: dict[str, str]) -> None:
    lines = [{"id": page, "text": text, "error": "an error"} for page, text in texts.items()]
    (tmp_path / "made.jsonl").write_text(dump_lines(lines), encoding="utf-8")
    found = scores(tmp_path / "made.jsonl")
    assert "|crashed:5|" in found["signature"]
    assert found["metrics"]["char_recall"]["value"] == 0


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("arguments", [("tool:whole",), ("--command", command("whole"))], ids=["function", "command"])
def test_without_a_template_the_captured_text_is_given(arguments: tuple[str, ...], texts: dict[str, str]) -> None:
    assert {row["id"]: row["text"] for row in records(predict(*arguments))} == texts


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("arguments", [("tool:whole",), ("--command", command("whole"))], ids=["function", "command"])
def test_in_templates_the_html_is_given(arguments: tuple[str, ...], gold) -> None:
    found = records(predict(*arguments, "--render", "tables", "--render", "reader", "--render", "tables"))
    pages = rendered_pages(BOILERPLATE.units(gold).values(), ["tables", "reader"])
    assert [(row["id"], row["text"]) for row in found] == [(each.page.id, each.html) for each in pages]


@pytest.mark.usefixtures("folder")
def test_something_that_is_no_function_fails_on_every_page() -> None:
    result = predict("tool:not_a_function")
    assert {row["error"] for row in records(result)} == {"TypeError: 'int' object is not callable"}
    assert "5 of 5 pages failed" in result.stderr


PROBLEMS = {
    "no_such_module:extract": "no_such_module:extract: not-runnable: ModuleNotFoundError: No module named 'no_such_mod",
    "tool:nothing": "tool:nothing: not-runnable: AttributeError: module 'tool' has no attribute 'nothing'",
    "broken_tool:extract": "broken_tool:extract: not-runnable: ZeroDivisionError: division by zero",
    "deadly_tool:extract": "deadly_tool:extract: not-runnable: died while it was imported",
    "nonsense": "boilerplate has keep_all, body_lines, line_words, line_features, smoothed, trafilatura, resiliparse, ",
    "--command no-such-command": "not-runnable: there is no command 'no-such-command'",
    "--command '": "': not-runnable: ValueError: No closing quotation",
    "": "name a baseline, an extractor or module:function; or give --command",
    "keep_all --command cat": "name a baseline, an extractor or module:function; or give --command",
    "trafilatura --task stance": "--task stance: option: trafilatura predicts boilerplate: leave it out",
    "lexical --task stance": "stance has ",
    "tool:whole --render nowhere": "'nowhere' is not one of 'news', 'blog', ",
}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("call", PROBLEMS)
def test_what_cannot_be_run_is_a_clear_problem(call: str) -> None:
    result = predict(*call.split())
    assert (result.exit_code, result.stdout) == (2, "")
    assert isinstance(result.exception, SystemExit)
    assert PROBLEMS[call] in result.stderr
    assert "Traceback" not in result.stderr
    assert not active_children()


def test_every_template_and_extractor_has_a_name_of_its_own() -> None:
    assert len(set(TEMPLATES)) == len(TEMPLATES) == 8
    assert len(set(NAMES)) == len(NAMES) == len(EXTRACTORS) == 7


def test_inputs_are_the_html_of_the_templates_named(gold) -> None:
    inputs = ("eval", "inputs", "--render")
    for wanted, options in ((("news", "tables"), "news --render tables --render news"), (TEMPLATES, "all")):
        found = records(run(*inputs, *options.split(), "--task", "boilerplate"))
        assert found == [
            {"id": each.page.id, "html": each.html} for each in rendered_pages(BOILERPLATE.units(gold).values(), wanted)
        ]
    wrong = run(*inputs, "news", "--task", "stance")
    assert wrong.exit_code == 2
    assert "--render: option: is not supported by the task stance" in wrong.stderr


def test_baselines_are_run_as_before(gold) -> None:
    made = body_lines(BOILERPLATE.inputs(gold), gold)
    assert records(predict("body_lines")) == [line | {"tool": "detente body_lines"} for line in made]
    assert made[0].keys() == {"id", "text"}


@pytest.mark.parametrize("public", EXTRACTORS, ids=NAMES)
def test_an_extractor_that_is_not_installed_says_what_to_install(
    public: Extractor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Extractor, "version", None)
    result = predict(public.name)
    assert (result.exit_code, result.stdout) == (2, "")
    problem = f"{public.name}: extra-missing: {public.distribution} is not installed: pip install 'detente[extractors]'"
    assert result.stderr.splitlines() == [problem, "1 problem"]


def test_a_distribution_that_is_not_installed_has_no_version() -> None:
    assert Extractor("made-up", "no-such-distribution-of-detente", lambda: str).version is None


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


Run = tuple[Extractor, Path]


@pytest.fixture(scope="module", params=EXTRACTORS, ids=NAMES)
def extracted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Run:
    public = request.param
    if public.version is None:
        pytest.skip(f"{public.distribution} is not installed: pip install 'detente[extractors]'")
    path = tmp_path_factory.mktemp("extracted") / f"{public.name}.jsonl"
    result = run("eval", "run", public.name, "--task", "boilerplate", "-o", path)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", f"wrote {path}\n")
    return public, path


def test_a_public_extractor_is_run_on_every_page_in_every_template(extracted: Run, gold) -> None:
    public, path = extracted
    found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [row["id"] for row in found] == [f"{page}@{name}" for page in gold.articles for name in TEMPLATES]
    assert all(row.keys() == {"id", "text", "tool"} for row in found)
    assert {row["tool"] for row in found} == {f"{public.distribution} {public.version}"}


def test_a_public_extractor_keeps_most_of_the_body(extracted: Run) -> None:
    found = scores(extracted[1])
    assert found["metrics"]["body_coverage"]["value"] > 0.5
    assert found["metrics"]["insertions"]["value"] < 0.01
    assert "|crashed:0|" in found["signature"]
    assert "|render:all|" in found["signature"]
    assert found["breakdown"]["template"].keys() == set(TEMPLATES)


ODD = """
import sys


class Silent(Exception):
    def __str__(self):
        raise ValueError


def surrogate(page):
    raise ValueError("\\ud800\\x1b[31m")


def silent(page):
    raise Silent


def long(page):
    raise ValueError("x" * 5_000_000)


def ends(page):
    raise SystemExit("\\udfff")


def much(page):
    return "\u00e9" * 500


def more(page):
    return "\u00e9" * 500 + "x"


if __name__ == "__main__":
    sys.stdout.write(globals()[sys.argv[1]](sys.stdin.read()))
"""
ERRORS = {
    "surrogate": r"ValueError: \ud800\x1b[31m",
    "silent": "Silent",
    "ends": r"SystemExit: \udfff",
    "long": "ValueError: xxx",
    "more": "OverflowError: gave more than 1,000 bytes, the --max-output",
}


@pytest.mark.parametrize("function", ERRORS)
def test_whatever_an_extractor_raises_is_recorded(function: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "strange.py").write_text(ODD, encoding="utf-8")
    result = predict(f"strange:{function}", "--max-output", 1000, "-o", "made.jsonl")
    assert result.exit_code == 0
    made = lines((tmp_path / "made.jsonl").read_text(encoding="utf-8"))
    assert len(made) == 5
    assert all(line["error"].startswith(ERRORS[function]) and len(line["error"]) <= 500 for line in made)
    assert len(result.stderr) < 1500
    assert result.stderr.isprintable() or set(result.stderr) - {"\n", "\u2026"} <= set(map(chr, range(32, 127)))


@pytest.mark.parametrize(("function", "length"), [("much", 500), ("more", 0)])
def test_a_command_gives_as_many_bytes_as_are_allowed(
    function: str, length: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONUTF8", "1")
    (tmp_path / "strange.py").write_text(ODD, encoding="utf-8")
    made = records(predict("--command", f"{shlex.quote(sys.executable)} strange.py {function}", "--max-output", 1000))
    assert [len(line["text"]) for line in made] == [length] * 5


def test_a_command_without_an_end_is_stopped() -> None:
    made = records(predict("--command", "yes", "--timeout", 30, "--max-output", 100_000))
    assert {line["error"] for line in made} == {"OverflowError: gave more than 100,000 bytes, the --max-output"}


def test_of_several_threads_that_stop_a_process_one_closes_its_connection() -> None:
    """On Ctrl-C the main thread and that of the unit both stop; a second `close` may hit another file, or none."""
    runner, closed, meet = InProcess("json:dumps"), [], threading.Barrier(2)

    class Slow:
        def close(self) -> None:
            closed.append(1)
            time.sleep(0.05)

    def stop() -> None:
        meet.wait()
        runner.stop()

    runner._connection = Slow()  # type: ignore[assignment]
    threads = [threading.Thread(target=stop) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert closed == [1]
    assert runner._connection is None


def test_a_process_that_was_stopped_meanwhile_answers_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    runner = InProcess("json:dumps")
    monkeypatch.setattr(InProcess, "start", lambda _: None)  # as if another thread had stopped it since
    assert runner({"id": "a"}) == Outcome("", "ChildProcessError: stopped")
