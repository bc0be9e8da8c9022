"""What a command owes the shell: streams, signals, outputs and statuses, each in a process of its own."""

import gc
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from detente.cli import main
from detente.cli.shell import Shell
from detente.data.jsonl import dump_lines
from detente.data.problems import ValidationError
from detente.evaluation.engines import pages as engine_pages
from detente.evaluation.engines.local import Local
from detente.tasks.task import Options

DETENTE = [sys.executable, "-m", "detente"]


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def shell(command: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """What a shell makes of a line in which `detente` is this one."""
    line = command.replace("detente", shlex.join(DETENTE), 1)
    return subprocess.run(["sh", "-c", line], capture_output=True, check=False, env=os.environ | environment)


@pytest.fixture(scope="module")
def lexicon(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("predictions") / "lexicon.jsonl"
    assert run("eval", "run", "lexicon", "--task", "stance", "-o", path).exit_code == 0
    return path


# Streams


@pytest.mark.parametrize("redirected", [">/dev/full", ">&-"], ids=["full", "closed"])
@pytest.mark.parametrize("form", ["table", "json", "markdown"])
def test_a_standard_output_that_takes_nothing_is_one_line_and_a_status(
    redirected: str, form: str, lexicon: Path
) -> None:
    done = shell(f"detente eval score {lexicon} --format {form} {redirected}")
    assert done.returncode == 2
    assert done.stderr.decode().startswith("the output: cannot be read or written: ")
    assert done.stderr.count(b"\n") == 1


def test_a_closed_standard_input_is_an_empty_one() -> None:
    done = shell("detente eval score - --task stance <&-")
    assert done.returncode == 2
    assert b"standard input:1: no-predictions" in done.stderr


def test_a_closed_or_full_standard_error_changes_neither_numbers_nor_status(lexicon: Path) -> None:
    expected = shell(f"detente eval score {lexicon}")
    for redirected in ("2>&-", "2>/dev/full"):
        done = shell(f"detente eval score {lexicon} {redirected}")
        assert (done.returncode, done.stdout, done.stderr) == (0, expected.stdout, b"")
        assert shell(f"detente eval score {lexicon} --task claims {redirected}").returncode == 2


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_has_seen_enough_is_no_error(unbuffered: str) -> None:
    reader = shlex.join([sys.executable, "-c", "import os; os.write(1, os.read(0, 1))"])
    written = "(detente eval inputs --task boilerplate --render all; echo $? >&2)"
    done = shell(f"{written} | {reader}", PYTHONUNBUFFERED=unbuffered)
    assert (done.stdout, done.stderr) == (b"{", b"141\n")


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_an_encoding_that_lacks_characters_changes_neither_numbers_nor_status(encoding: str, lexicon: Path) -> None:
    done = shell(f"detente eval score {lexicon}", PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, b"")
    text = done.stdout.decode(encoding)
    # cp1252 has the ellipsis, ascii has not.
    assert f"f_avg              0.297  0.250 {'...' if encoding == 'ascii' else '…'} 0.400" in text
    documents = [
        json.loads(shell(f"detente eval score {lexicon} --format json", PYTHONIOENCODING=each).stdout.decode(each))
        for each in (encoding, "utf-8")
    ]
    assert documents[0] == documents[1]


def test_inputs_lose_nothing_where_an_encoding_lacks_characters() -> None:
    plain, full = (
        shell("detente eval inputs --task boilerplate", PYTHONIOENCODING=encoding).stdout.decode(encoding)
        for encoding in ("ascii", "utf-8")
    )
    assert [json.loads(line) for line in plain.splitlines()] == [json.loads(line) for line in full.splitlines()]


def test_files_are_utf_8_whatever_the_terminal_has(lexicon: Path, tmp_path: Path) -> None:
    shell(f"detente eval score {lexicon} -o {tmp_path}/out.txt", PYTHONIOENCODING="ascii")
    assert "0.250 … 0.400" in (tmp_path / "out.txt").read_text("utf-8")


# Users' text


@pytest.mark.parametrize("form", ["table", "json", "markdown"])
def test_no_text_of_a_file_reaches_the_terminal_as_a_command(form: str, tmp_path: Path) -> None:
    evil = "\x1b]0;title\x07\u202e`<b>|"
    gold, output = tmp_path / "gold.json", tmp_path / "output.json"
    gold.write_text(json.dumps({evil: {"articleBody": "one two three four five six"}, "b": {"articleBody": "a b c"}}))
    output.write_text(json.dumps({evil: {"articleBody": "one two\x1b[31m"}, "b": {"articleBody": "c\x9b d"}}))
    for call in ((output,), (output, output)):
        result = run("eval", "score", *call, "--gold", gold, "--format", form)
        assert result.exit_code == 0, result.output
        assert not set("\x1b\x07\x9b\u202e") & set(result.output)
        if form == "json":
            json.loads(result.stdout)
        if form == "markdown":
            assert "<b>" not in result.stdout
    wrong = run("eval", "score", output, "--task", "stance", "--allow-missing")
    assert wrong.exit_code == 2
    assert not set("\x1b\x07\x9b\u202e") & set(wrong.output)
    named = run("eval", "score", tmp_path / "\x1b[31m")
    assert named.exit_code == 2
    assert r"\x1b[31m" in named.stderr
    assert "\x1b" not in named.stderr


def test_many_problems_are_folded_unless_all_are_asked_for(tmp_path: Path, gold) -> None:
    path = tmp_path / "bad.jsonl"
    pages = [{"id": name, "content": [[5, 5]] * 1000} for name in gold.articles]
    path.write_text(dump_lines([*pages, {"id": "detente-000", "text": ""}]))
    result = run("eval", "score", path)
    lines = result.stderr.splitlines()
    assert lines[5] == f"{path}: span-empty: and 4,995 more like it"
    assert lines[6].startswith(f"{path}:6: id-duplicate:")
    assert lines[7:] == ["5,001 problems; --all-problems prints all"]
    every = run("eval", "score", path, "--all-problems", "--format", "json")
    assert every.stdout == ""
    assert len(every.stderr.splitlines()) == 5002
    assert every.stderr.splitlines()[-1] == "5,001 problems"


# Outputs


def test_an_output_that_is_an_input_or_another_output_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    path, link, hard = (tmp_path / name for name in ("in.jsonl", "link.jsonl", "hard.jsonl"))
    path.write_text("not JSON")
    link.symlink_to(path)
    hard.hardlink_to(path)
    overwritten = "option: is an input, which would be overwritten: name another file"
    for output in (path, link, hard, tmp_path / "." / "in.jsonl"):
        for option in ("-o", "--per-unit"):
            result = run("eval", "score", path, option, output)
            assert (result.exit_code, result.stderr) == (2, f"{output}: {overwritten}\n1 problem\n")
        assert overwritten in run("eval", "compare", path, path, "-o", output).stderr
    out = tmp_path / "out.csv"
    result = run("eval", "score", path, "-o", out, "--per-unit", out)
    assert result.stderr == f"{out}: option: is written twice: name two files\n1 problem\n"
    assert path.read_text() == "not JSON"
    assert not out.exists()


def test_an_output_among_texts_that_are_read_is_refused(tmp_path: Path) -> None:
    gold = tmp_path / "gold"
    gold.mkdir()
    (gold / "a.txt").write_text("one two three four")
    refused = run("eval", "score", gold, "--gold", gold, "-o", gold / "b.txt")
    assert "b.txt: option: is an input" in refused.stderr
    assert run("eval", "score", gold, "--gold", gold, "-o", gold / "scores.json").exit_code == 0


def test_the_dataset_and_what_is_run_are_inputs(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text("def extract(page):\n    return page\n")
    manifest = root / "dataset" / "manifest.json"
    calls: list[tuple[str | Path, ...]] = [
        ("inputs", "--task", "stance", "-o", manifest),
        ("run", "lexicon", "--task", "stance", "-o", manifest),
        ("run", "mine:extract", "--task", "boilerplate", "-o", "mine.py"),
        ("run", "--command", "python mine.py", "--task", "boilerplate", "-o", "mine.py"),
    ]
    for call in calls:
        result = run("eval", *call)
        assert result.exit_code == 2
        assert f"{call[-1]}: option: is an input" in result.stderr


def test_standard_output_as_a_file_is_standard_output(lexicon: Path) -> None:
    expected = shell(f"detente eval score {lexicon}").stdout
    for name in ("-", "/dev/stdout"):
        done = shell(f"(echo before; detente eval score {lexicon} -o {name})")
        assert (done.returncode, done.stdout, done.stderr) == (0, b"before\n" + expected, b"")


# Signals


def survivors(session: int) -> list[str]:
    found = subprocess.run(["ps", "-eo", "sess=,stat=,args="], capture_output=True, text=True, check=True).stdout
    rows = [line.split(maxsplit=2) for line in found.splitlines()]
    return [args for sess, stat, args in rows if sess == str(session) and not stat.startswith("Z")]


def ended(
    call: list[str], number: int, started: Callable[[int], bool], to_group: bool, folder: Path
) -> tuple[int, bytes]:
    """Starts a command, waits until it is at work, sends it a signal; its status and what it said."""
    process = subprocess.Popen(
        [*DETENTE, *call], stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, cwd=folder
    )
    try:
        end = time.monotonic() + 60
        while not started(process.pid) and time.monotonic() < end and process.poll() is None:
            time.sleep(0.05)
        time.sleep(0.2)
        assert process.poll() is None, process.communicate()
        sent = time.monotonic()
        (os.killpg if to_group else os.kill)(process.pid, number)
        written, told = process.communicate(timeout=30)
        assert time.monotonic() - sent < 5  # two seconds, on a machine that has nothing else to do
        assert written == b""
        while survivors(process.pid) and time.monotonic() - sent < 5:
            time.sleep(0.05)
        assert survivors(process.pid) == []
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    return process.returncode, told


SIGNALS = [(signal.SIGINT, True, 130), (signal.SIGINT, False, 130), (signal.SIGTERM, True, 143)]


@pytest.mark.parametrize(("number", "to_group", "status"), SIGNALS)
def test_a_signal_ends_parallel_scoring(number: int, to_group: bool, status: int, tmp_path: Path) -> None:
    words = [f"w{number}" for number in range(400)]
    pages = {
        f"p{page}": {"articleBody": "\n\n".join([" ".join(words[page:] + words[:page])] * 6)} for page in range(400)
    }
    made = {name: {"articleBody": page["articleBody"][::2]} for name, page in pages.items()}
    (tmp_path / "gold.json").write_text(json.dumps(pages))
    (tmp_path / "made.json").write_text(json.dumps(made))
    call = ["eval", "score", "made.json", "--gold", "gold.json", "--jobs", "2", "--per-unit", "rows.csv"]

    def started(session: int) -> bool:  # a worker, beside the command and what looks after their semaphores
        return len(survivors(session)) > 2

    assert ended(call, number, started, to_group, tmp_path) == (status, b"interrupted\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["gold.json", "made.json"]


def test_after_ctrl_c_a_call_says_how_to_go_on(tmp_path: Path) -> None:
    words = [f"w{number}" for number in range(400)]
    pages = {f"p{page}": {"articleBody": "\n\n".join([" ".join(words[page:])] * 6)} for page in range(400)}
    (tmp_path / "gold.json").write_text(json.dumps(pages))
    call = ["eval", "score", "gold.json", "--gold", "gold.json", "--jobs", "2", "--work", "kept"]

    def started(_: int) -> bool:
        return any((tmp_path / "kept").glob("count-*"))

    said = b"what is done lies in kept: the same call with --resume goes on there\ninterrupted\n"
    assert ended(call, signal.SIGINT, started, True, tmp_path) == (130, said)
    assert (tmp_path / "kept" / "call.json").is_file()


@pytest.mark.parametrize("kind", ["function", "command"])
@pytest.mark.parametrize(("number", "to_group", "status"), SIGNALS[1:])
def test_a_signal_ends_an_extractor_and_what_it_started(
    kind: str, number: int, to_group: bool, status: int, tmp_path: Path
) -> None:
    (tmp_path / "slow.py").write_text(
        "import subprocess, sys, time\nfrom pathlib import Path\n\n\n"
        "def extract(page):\n"
        "    child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "    Path('child').write_text(str(child.pid))\n"
        "    time.sleep(60)\n\n\n"
        "if __name__ == '__main__':\n    extract('')\n"
    )
    what = ["slow:extract"] if kind == "function" else ["--command", f"{shlex.quote(sys.executable)} slow.py"]
    call = ["eval", "run", *what, "--task", "boilerplate", "-o", "made.jsonl"]
    place = tmp_path / "child"
    found = ended(call, number, lambda _: place.is_file() and bool(place.read_text()), to_group, tmp_path)
    assert found == (status, b"interrupted\n")
    end = time.monotonic() + 5
    while running(int(place.read_text())) and time.monotonic() < end:
        time.sleep(0.05)
    assert not running(int(place.read_text()))
    assert not (tmp_path / "made.jsonl").exists()


def running(process: int) -> bool:
    done = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True, check=False)
    return done.stdout.strip()[:1] not in ("", "Z")


def test_a_worker_that_dies_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "deadly_count.py").write_text("import os\n\n\ndef count(*_):\n    os._exit(7)\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(engine_pages, "MIN_PAGES_FOR_POOL", 1)
    died = pytest.raises(ValidationError, match="process-died: a process that counts pages died: try --jobs 1")
    with died, Local(2) as two:
        engine_pages.rows_of_systems(
            engine_pages.one_by_one(import_module("deadly_count").count),
            dict.fromkeys("abcdefghi", 1),
            [{}],
            Options(),
            two,
        )


# Pipelines


def test_a_metric_under_its_threshold_fails_the_pipeline(lexicon: Path) -> None:
    # accuracy is 533/576
    for demanded, status in ((f"accuracy={533 / 576!r}", 0), ("accuracy=.926", 1)):
        result = run("eval", "score", lexicon, "--fail-under", demanded, "--metrics", "mcc")
        assert result.exit_code == status
        assert "mcc" in result.stdout
    assert result.stderr == "lexicon: accuracy is 0.925347, under 0.926\n"
    two: Any = ("--fail-under", "mcc=1", "--fail-under", "mae=2", "--format", "json")
    result = run("eval", "score", lexicon, *two)
    assert result.exit_code == 1
    assert json.loads(result.stdout)["schema"].startswith("detente.scores/")
    assert [line[:20] for line in result.stderr.splitlines()] == ["lexicon: mcc is 0.43", "lexicon: mae is unde"]


def test_a_threshold_that_no_metric_can_have_is_a_wrong_call(lexicon: Path) -> None:
    result = run("eval", "score", lexicon, "--fail-under", "accuracy=71", "--fail-under", "speed=1")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--fail-under: option: accuracy is from 0 to 1, never 71" in result.stderr
    assert "--fail-under: option: stance has no metric 'speed'" in result.stderr
    for value in ("accuracy", "accuracy=high"):
        assert run("eval", "score", lexicon, "--fail-under", value).exit_code == 2


def test_a_system_that_is_worse_fails_the_pipeline(lexicon: Path, tmp_path: Path) -> None:
    worse = tmp_path / "worse.jsonl"
    records = [json.loads(line) for line in lexicon.read_text().splitlines()]
    worse.write_text(dump_lines({"id": record["id"], "label": "none"} for record in records))
    for files, status in (((lexicon, worse), 1), ((worse, lexicon), 0), ((lexicon, lexicon), 0)):
        call = ("eval", "compare", *files, "--metrics", "mcc", "--fail-if-worse")
        result = run(*call)
        assert result.exit_code == status, result.output
        assert run(*call[:-1]).exit_code == 0
    result = run("eval", "compare", lexicon, worse, "--fail-if-worse")
    assert result.stderr.startswith("worse: f_avg is 0, worse than 0.29")


def test_cycles_are_looked_for_seldom_while_a_command_runs_and_then_as_before() -> None:
    before, during = gc.get_threshold(), []
    shell = Shell("shell", callback=lambda: during.append(gc.get_threshold()), invoke_without_command=True)
    assert CliRunner().invoke(shell, []).exit_code == 0
    assert during == [(50_000, 50, before[2])]
    assert gc.get_threshold() == before


def test_python_m_detente_is_the_command() -> None:
    done = subprocess.run([*DETENTE, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("detente, version ")
