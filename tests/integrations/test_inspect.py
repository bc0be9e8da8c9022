"""The tasks for Inspect, through its own entry point, offline with a model that is made up here."""

import json
import subprocess
import sys
from importlib.metadata import entry_points
from importlib.util import find_spec
from typing import Any

import pytest
from click.testing import CliRunner

from detente.cli import main
from detente.integrations.questions import ANSWERED, QUESTIONS, question

NAMES = [each.name for each in QUESTIONS]
needs_inspect = pytest.mark.skipif(
    find_spec("inspect_ai") is None, reason="inspect-ai is not installed: pip install 'detente[inspect]'"
)


def test_the_command_names_the_tasks() -> None:
    result = CliRunner().invoke(main, ["integrations", "inspect"])
    assert result.stdout.splitlines() == [f"detente/{name}" for name in NAMES]


def test_the_package_has_the_entry_point() -> None:
    found = [each for each in entry_points(group="inspect_ai") if each.name == "detente"]
    if not found:
        pytest.skip("the package was installed before it had the entry point: install it again")
    assert {each.value for each in found} == {"detente.integrations.inspect_tasks"}


ASK = """
import json, sys

from inspect_ai import eval as evaluate
from inspect_ai.model import ModelOutput, ModelUsage, get_model

answers, limit = json.load(sys.stdin), int(sys.argv[1])
found = {}
for name, said in answers.items():

    def answer(asked, *_):
        output = ModelOutput.from_content("mockllm", said[asked[-1].content])
        output.usage = ModelUsage()  # else the model counts tokens with a file that it downloads
        return output

    model = get_model("mockllm/model", custom_outputs=answer, memoize=False)
    (log,) = evaluate(f"detente/{name}", model=model, limit=limit, display="none")
    assert log.status == "success", log.error
    found[name] = {
        "metrics": {metric: value.value for score in log.results.scores for metric, value in score.metrics.items()},
        "metadata": log.eval.metadata,
        "right": [each.scores[f"detente_{name}"].value for each in log.samples],
    }
print("FOUND", json.dumps(found))
"""
"""What Inspect makes of answers by what is asked: in a process of its own, since it leaves streams open behind it."""
LIMIT = 40


def answers(name: str, gold: Any) -> dict[str, str]:
    """An answer for each text that is asked, so that documents with one text get one answer."""
    ways = ["Answer: {}", "Sorry, I can't.", "It is **{}**."]
    return {
        each.messages[-1]["content"]: ways[place % 3].format(each.target)
        for place, each in enumerate(question(name).documents(gold)[:LIMIT])
    }


@pytest.fixture(scope="module")
def found(gold, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    asked = json.dumps({name: answers(name, gold) for name in NAMES})
    done = subprocess.run(
        [sys.executable, "-c", ASK, str(LIMIT)],
        input=asked,
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path_factory.mktemp("inspect"),
    )
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout.rpartition("FOUND ")[2])
    return result


@needs_inspect
@pytest.mark.parametrize("name", NAMES)
def test_inspect_gives_our_numbers(name: str, gold, found: dict[str, Any]) -> None:
    asked, said = question(name), answers(name, gold)
    documents = asked.documents(gold)[:LIMIT]
    wanted = asked.values({each.id: said[each.messages[-1]["content"]] for each in documents}, gold)
    assert {metric: found[name]["metrics"][metric] for metric in wanted} == pytest.approx(wanted, nan_ok=True)
    assert 0 < wanted[ANSWERED] < 1
    assert found[name]["metadata"] == {"prompt": asked.prompt.signature, "data": gold.version}
    right = [said[each.messages[-1]["content"]].startswith(f"Answer: {each.target}") for each in documents]
    assert sum(right) <= sum(found[name]["right"]) < len(documents)
