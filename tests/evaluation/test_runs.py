"""Any program predicts any task: its answers become lines, and a run that ends early goes on where it ended."""

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from detente.cli import main
from detente.data.jsonl import dump_lines
from detente.data.problems import ValidationError
from detente.evaluation import prompts, runs
from detente.evaluation.processes import Command, Outcome
from detente.tasks import TASK_NAMES
from detente.tasks.all import TASKS

MODEL = '''
import json, os, sys, time
from pathlib import Path

EMPTY = {"claims": [], "stances": [], "edges": [], "passages": []}


def ask(record):
    """An answer that fits the task, as its inputs show it."""
    keys = record.keys()
    if "proposition_text" in keys or record.get("task") == "agreement":
        return "Answer: unrelated"
    if "holder" in keys:
        return "Answer: none"
    if "claim_text" in keys:
        return json.dumps({"source": [], "type": "none"})
    kinds = {"sources": "edges", "holders": "stances", "this_text": "passages"}
    return json.dumps({next((kinds[key] for key in kinds if key in keys), "claims"): []})


def whole(record):
    return record["messages"][-1]["content"]


def prompted(record):
    assert record["prompt"].endswith(record["messages"][1]["content"])
    assert [each["role"] for each in record["messages"]] == ["system", "user"]
    return {"raw": "The label is **Discuss**.", "cost": 0.25, "tokens": 100}


def line(record):
    return {"label": "discuss", "tokens": 3}


def fourth(record):
    """Of each four calls one answer, one refusal, one of no use, one failure."""
    kinds = ["Answer: agree", "I am sorry, but I cannot do that.", "perhaps"]
    place = sum(map(ord, record["id"])) % 4
    return kinds[place] if place < 3 else 1 / 0


def counts(record):
    with Path("asked.txt").open("a") as file:
        file.write(record["id"] + "\\n")
    return "Answer: unrelated"


def fails_once(record):
    counts(record)
    if not Path("mended").exists() and record["id"].endswith("a"):
        raise ValueError("too many requests")
    return "Answer: unrelated"


def slow(record):
    counts(record)
    time.sleep(0.2)
    return "Answer: unrelated"


def together(record):
    """Answers only if another process is asked at the same time."""
    Path(f"here-{os.getpid()}").touch()
    end = time.monotonic() + 20
    while len(list(Path().glob("here-*"))) < 2 and time.monotonic() < end:
        time.sleep(0.01)
    return "Answer: unrelated" if len(list(Path().glob("here-*"))) == 2 else 1 / 0


bad = {
    "neither": {"note": "x"},
    "unknown": {"label": "agree", "why": "x"},
    "label": {"label": "pro"},
    "two": {"raw": 3},
    "cost": {"label": "agree", "cost": "much"},
    "nan": {"label": "agree", "cost": float("nan")},
    "type": {"label": {"agree"}},
}
neither, unknown, label, two, cost, nan, type_ = (lambda record, each=each: each for each in bad.values())

if __name__ == "__main__":
    given = sys.stdin.read()
    if sys.argv[1] == "json":
        print(json.dumps({"raw": ask(json.loads(given)), "cost": 2}))
    elif sys.argv[1] == "prompt":
        print("Answer: agree" if "Which of agree, disagree" in given and "<page>" in given else given[:100])
'''


def run(*arguments: str | float | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def predict(task: str, *arguments: str | float | Path) -> Result:
    return run("eval", "run", "--task", task, *arguments)


def records(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def inputs(gold: Any, task: str) -> list[dict[str, Any]]:
    return next(each for each in TASKS if each.name == task).inputs(gold)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "model.py").write_text(MODEL)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def command(kind: str) -> str:
    return f"{shlex.quote(sys.executable)} model.py {kind}"


@pytest.mark.parametrize("task", [name for name in TASK_NAMES if name != "boilerplate"])
def test_a_function_predicts_every_task(task: str, gold) -> None:
    result = predict(task, "model:ask", "-o", "made.jsonl")
    assert (result.exit_code, result.stderr) == (0, "wrote made.jsonl\n"), result.stderr
    made = records(Path("made.jsonl").read_text())
    assert [each["id"] for each in made] == [unit["id"] for unit in inputs(gold, task)]
    assert {each["tool"] for each in made} == {"model:ask"}
    assert all("answer" not in each and "error" not in each and "raw" in each for each in made)
    scores = json.loads(run("eval", "score", "made.jsonl", "--task", task, "--format", "json").stdout)
    assert (scores["missing"], scores["unanswered"], scores["tools"]) == ([], {}, ["model:ask"])


@pytest.mark.parametrize("task", ["claims", "derivation"])
def test_a_command_gets_a_record_and_may_tell_what_it_cost(task: str, gold) -> None:
    result = predict(task, "--command", command("json"))
    assert result.exit_code == 0
    assert [each["id"] for each in records(result.stdout)] == [unit["id"] for unit in inputs(gold, task)]
    assert {each["cost"] for each in records(result.stdout)} == {2}
    assert result.stderr == "cost: 10 for 5 of 5 units\n"


def test_with_prompt_a_function_gets_prompt_and_messages_and_the_cost_is_summed(gold) -> None:
    result = predict("agreement", "model:prompted", "--prompt", "-o", "made.jsonl")
    count = len(inputs(gold, "agreement"))
    assert result.stderr.splitlines() == [
        f"cost: {count / 4:g} for {count} of {count} units",
        f"tokens: {100 * count:,} for {count} of {count} units",
        "wrote made.jsonl",
    ]
    made = records(Path("made.jsonl").read_text())
    signature = prompts.load("agreement").signature
    assert made[0] == {
        "id": made[0]["id"],
        "label": "discuss",
        "raw": "The label is **Discuss**.",
        "tool": "model:prompted",
        "prompt": signature,
        "cost": 0.25,
        "tokens": 100,
    }
    scored = run("eval", "score", "made.jsonl", "--task", "agreement")
    assert f"|prompt:{signature}|" in scored.stdout
    assert f"asked with the prompt {signature}" in scored.stdout


def test_a_function_may_give_a_line(gold) -> None:
    made = records(predict("agreement", "model:line").stdout)
    assert made[0] == {"id": made[0]["id"], "label": "discuss", "tool": "model:line", "tokens": 3}
    assert len(made) == len(inputs(gold, "agreement"))


def test_the_text_of_a_page_is_taken_as_it_is_and_with_a_prompt_as_an_answer() -> None:
    made = records(predict("boilerplate", "model:whole", "--prompt").stdout)
    assert len(made) == 5
    assert all(each.keys() == {"id", "text", "tool", "prompt"} for each in made)  # no raw: it is the text


def test_what_was_refused_unreadable_and_failed_is_recorded_counted_and_no_label() -> None:
    result = predict("agreement", "model:fourth", "-o", "made.jsonl")
    made = records(Path("made.jsonl").read_text())
    places = {each["id"]: sum(map(ord, each["id"])) % 4 for each in made}
    of = [sum(place == wanted for place in places.values()) for wanted in range(4)]
    assert min(of) > 10
    for each in made:
        assert {key: each[key] for key in ("label", "answer", "error") if key in each} == [
            {"label": "agree"},
            {"answer": "refused"},
            {"answer": "unreadable: it does not say one of agree, disagree, discuss, unrelated"},
            {"error": "ZeroDivisionError: division by zero"},
        ][places[each["id"]]]
        assert ("raw" in each) == (places[each["id"]] < 3)
    told = f"{sum(of[1:])} of {len(made)} units without an answer ({of[1]} refused, {of[2]} unreadable, {of[3]} failed)"
    assert f"{told}; recorded, and count as the answer `missing`\n" in result.stderr
    scores = json.loads(run("eval", "score", "made.jsonl", "--task", "agreement", "--format", "json").stdout)
    counts = f"|missing:{sum(of[1:])}|refused:{of[1]}|unreadable:{of[2]}|failed:{of[3]}|"
    assert counts in scores["signature"]
    assert {why: len(names) for why, names in scores["unanswered"].items()} == {
        "refused": of[1],
        "unreadable": of[2],
        "failed": of[3],
    }
    assert sum(row.get("missing", 0) for row in scores["confusion"].values()) == sum(of[1:])
    assert {name for row in scores["confusion"].values() for name in row} == {"agree", "missing"}
    left_out = dump_lines([{"id": each["id"], "label": "agree"} for each in made if "label" in each])
    Path("left_out.jsonl").write_text(left_out)
    without = run("eval", "score", "left_out.jsonl", "--task", "agreement", "--allow-missing", "--format", "json")
    assert json.loads(without.stdout)["metrics"] == scores["metrics"]


def test_a_comparison_names_what_each_system_left_unanswered_and_was_asked_with(gold) -> None:
    ids = [unit["id"] for unit in inputs(gold, "agreement")]
    lines = [{"id": name, "raw": "none of these" if place < 2 else "Answer: agree"} for place, name in enumerate(ids)]
    Path("words.jsonl").write_text(dump_lines([{**line, "prompt": "mine@2"} for line in lines]))
    Path("labels.jsonl").write_text(dump_lines([{"id": name, "label": "agree"} for name in ids]))
    found = run("eval", "compare", "words.jsonl", "labels.jsonl", "--task", "agreement", "--format", "json")
    signature = json.loads(found.stdout)["signature"].split("|")
    assert {"missing:2,0", "unreadable:2,0", "prompt:mine@2,none"} <= set(signature)


FAULTS = {
    "neither": "unknown-field: 'note': a prediction has label; an answer in words is raw",
    "unknown": "unknown-field: 'why': a prediction has label; an answer in words is raw",
    "label": 'label-unknown: label "pro" is not one of agree, disagree, discuss, unrelated',
    "two": "wrong-type: raw is 3, not a string",
    "cost": 'wrong-type: cost is "much", not a number',
    "nan": "ValueError: Out of range float values are not JSON compliant",
    "type_": "TypeError: a value is set, which JSON does not have",
}


@pytest.mark.parametrize("function", FAULTS)
def test_a_record_that_is_no_prediction_is_a_failure_of_its_unit(function: str) -> None:
    result = predict("agreement", f"model:{function}")
    assert result.exit_code == 1
    assert all(each["error"].startswith(FAULTS[function]) for each in records(result.stdout))
    assert all("label" not in each for each in records(result.stdout))


def test_several_are_asked_at_a_time_and_lines_keep_the_order_of_the_inputs(gold) -> None:
    made = records(predict("agreement", "model:together", "--concurrency", 2).stdout)
    assert [each["id"] for each in made] == [unit["id"] for unit in inputs(gold, "agreement")]
    assert {each.get("label") for each in made} == {"unrelated"}


def test_a_run_that_was_interrupted_goes_on(gold) -> None:
    call = [sys.executable, "-c", "from detente.cli import main; main()", "eval", "run", "model:slow"]
    call += ["--task", "agreement", "--concurrency", "2", "-o", "made.jsonl"]
    process = subprocess.Popen(call, stderr=subprocess.PIPE, text=True)
    end = time.monotonic() + 60
    while time.monotonic() < end and not (Path("asked.txt").exists() and len(_asked()) > 8):
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=30)
    assert process.returncode == 128 + signal.SIGINT
    done = records(Path("made.jsonl.partial").read_text())
    assert 4 < len(done) <= len(_asked())
    noun = f"{len(done)} new answers kept in made.jsonl.partial: --resume goes on from there"
    assert noun in told
    assert not Path("made.jsonl").exists()

    again = predict("agreement", "model:slow", "-o", "made.jsonl")
    assert again.exit_code == 2
    message = f"has {len(done)} answers of a run that ended early: go on with --resume, or delete it"
    assert message in again.stderr

    Path("model.py").write_text(MODEL.replace("time.sleep(0.2)", "pass"))
    with Path("made.jsonl.partial").open("a") as file:
        file.write('{"id": "detente-000::')  # a line that was being written
    asked = len(_asked())
    result = predict("agreement", "model:slow", "-o", "made.jsonl", "--resume")
    ids = [unit["id"] for unit in inputs(gold, "agreement")]
    assert result.exit_code == 0, result.stderr
    assert f"{len(done)} of {len(ids)} answers are there already" in result.stderr
    assert _asked()[asked:] == [name for name in ids if name not in {each["id"] for each in done}]
    assert [each["id"] for each in records(Path("made.jsonl").read_text())] == ids
    assert not Path("made.jsonl.partial").exists()


def _asked() -> list[str]:
    return Path("asked.txt").read_text().splitlines()


def test_a_run_that_is_complete_asks_again_only_for_what_failed(gold) -> None:
    predict("agreement", "model:fails_once", "-o", "made.jsonl")
    failed = [each["id"] for each in records(Path("made.jsonl").read_text()) if "error" in each]
    assert failed
    assert len(_asked()) == len(inputs(gold, "agreement"))
    Path("mended").touch()
    assert predict("agreement", "model:fails_once", "-o", "made.jsonl", "--resume").exit_code == 0
    assert _asked()[len(inputs(gold, "agreement")) :] == failed
    assert all(each["label"] == "unrelated" for each in records(Path("made.jsonl").read_text()))


def test_a_run_goes_on_with_its_own_lines_only() -> None:
    first = {"id": "detente-000::aivd-threat", "label": "agree", "tool": "other"}
    Path("made.jsonl").write_text(dump_lines([first, {"id": "nobody", "label": "agree", "tool": "model:counts"}]))
    result = predict("agreement", "model:counts", "-o", "made.jsonl", "--resume")
    assert result.exit_code == 2
    assert 'made.jsonl:1: not-comparable: has the tool "other", and this run has "model:counts"' in result.stderr
    assert "made.jsonl:2: id-unknown: 'nobody' is not asked for in this run" in result.stderr
    assert not Path("asked.txt").exists()
    own = {"id": "nobody", "label": "agree", "tool": "model:counts"}
    Path("made.jsonl").write_text(dump_lines([own]))
    result = predict("agreement", "model:counts", "--prompt", "-o", "made.jsonl", "--resume")
    assert f'has the prompt null, and this run has "{prompts.load("agreement").signature}"' in result.stderr
    Path("made.jsonl").write_text("{}\nnot JSON\n")
    result = predict("agreement", "model:counts", "-o", "made.jsonl", "--resume")
    assert "made.jsonl:2: not-json" in result.stderr


PROBLEMS = {
    "model:ask --resume": "--resume needs the --output of the run that is to go on",
    "majority --prompt": "--prompt: option: majority asks nobody, and is done at once: leave it out",
    "majority --resume -o x": "--resume: option: majority asks nobody, and is done at once: leave it out",
    "model:ask --render news": "--render: option: is not supported by the task stance",
    "model:ask --concurrency 0": "'--concurrency'",
    "model:nothing": "not-runnable: AttributeError",
}


@pytest.mark.parametrize("call", PROBLEMS)
def test_a_call_that_cannot_be_is_a_clear_problem(call: str) -> None:
    result = predict("stance", *call.split())
    assert (result.exit_code, result.stdout) == (2, "")
    assert PROBLEMS[call] in result.stderr
    assert "Traceback" not in result.stderr


def test_extractors_take_pages_and_html_has_no_prompt() -> None:
    for options, told in (
        ("trafilatura --prompt", "trafilatura takes pages, not prompts: leave it out"),
        ("model:ask --prompt --render news", "--render: option: is not given with --prompt"),
    ):
        result = predict("boilerplate", *options.split())
        assert result.exit_code == 2
        assert told in result.stderr


def test_a_journal_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    journal = runs.Journal(tmp_path / "no folder" / "made.jsonl.partial")
    with pytest.raises(ValidationError, match="not-writable: cannot be written: No such file"):
        journal.add({"id": "x"})
    assert runs.Journal.beside(None).path is None
    assert runs.Journal.beside(Path("-")).path is None
    assert runs.Journal.beside(Path(os.devnull)).path is None


def test_a_command_is_told_apart_by_what_it_gives() -> None:
    assert Command("cat")({"id": "x", "text": "é"}) == Outcome('{"id":"x","text":"é"}\n', None)
    assert Command("cat")("é") == Outcome("é", None)


def test_a_run_in_which_all_fails_says_what_may_help_and_has_status_1(tmp_path: Path) -> None:
    unprompted = predict("contrast", "model:whole", "-o", "out.jsonl")
    assert unprompted.exit_code == 1
    assert "nothing was answered: `prompt` and `messages` are given with --prompt" in unprompted.stderr
    lines = records((tmp_path / "out.jsonl").read_text())
    assert {each["error"] for each in lines} == {"KeyError: 'messages'"}
    (tmp_path / "broken.py").write_text("def ask(record):\n    return 1 / 0\n")
    broken = predict("contrast", "broken:ask", "-o", "broken.jsonl")
    assert broken.exit_code == 1
    assert "nothing was answered: with --resume, broken.jsonl is asked for again" in broken.stderr
    assert "nothing was answered\n" in predict("contrast", "broken:ask").stderr


def test_a_file_in_the_place_of_a_module_is_named() -> None:
    found = predict("contrast", "model.py:ask")
    assert found.exit_code == 2
    assert "name the module, without .py: model:ask" in found.stderr


def test_why_answers_are_unreadable_is_told(tmp_path: Path) -> None:
    (tmp_path / "vague.py").write_text("def ask(record):\n    return 'favor, or against'\n")
    found = predict("contrast", "vague:ask")
    assert found.exit_code == 0
    # 140 items are about stance, 92 about agreement.
    told = [line.partition(":")[0] for line in found.stderr.splitlines() if " of them: unreadable: " in line]
    assert told == ["140 of them", "92 of them"]


def test_a_run_that_is_killed_leaves_no_traceback_of_its_workers(tmp_path: Path) -> None:
    (tmp_path / "late.py").write_text(
        "import time\n\n\ndef ask(record):\n    time.sleep(0.3)\n    return 'Answer: none'\n"
    )
    call = [sys.executable, "-m", "detente", "eval", "run", "late:ask", "--task", "contrast", "-o", "late.jsonl"]
    with (tmp_path / "said").open("w") as said:
        process = subprocess.Popen(call, cwd=tmp_path, stderr=said, stdout=said)
        journal = tmp_path / "late.jsonl.partial"
        until = time.monotonic() + 60
        while not (journal.exists() and journal.stat().st_size) and time.monotonic() < until:
            time.sleep(0.05)
        process.kill()
        process.wait()
    time.sleep(1)  # a worker notices when it has its answer
    assert journal.stat().st_size
    assert "Traceback" not in (tmp_path / "said").read_text()
