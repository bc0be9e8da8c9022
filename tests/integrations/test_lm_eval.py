"""The task files for lm-evaluation-harness, through the harness where it is installed, offline."""

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from detente.cli import main
from detente.integrations import lm_eval_functions as functions
from detente.integrations.questions import ANSWERED, QUESTIONS, question

NAMES = [each.name for each in QUESTIONS]
needs_harness = pytest.mark.skipif(
    find_spec("lm_eval") is None, reason="lm-eval is not installed: pip install 'detente[lm-eval]'"
)


@pytest.fixture(scope="module")
def folder() -> Path:
    result = CliRunner().invoke(main, ["integrations", "lm-eval"])
    assert result.exit_code == 0
    return Path(result.stdout.strip())


def of_file(path: Path) -> dict:
    """A task file, with the names of functions as strings."""

    class Loader(yaml.SafeLoader):
        pass

    Loader.add_constructor("!function", lambda loader, node: loader.construct_scalar(node))
    return yaml.load(path.read_text(encoding="utf-8"), Loader)


def test_there_is_a_task_file_for_each_question_with_its_metrics(folder: Path) -> None:
    assert {path.stem for path in folder.glob("detente_*.yaml")} == {f"detente_{name}" for name in NAMES}
    for asked in QUESTIONS:
        task = of_file(folder / f"detente_{asked.name}.yaml")
        assert task["task"] == f"detente_{asked.name}"
        assert task["dataset_kwargs"] == {"question_name": asked.name}
        assert [each["metric"] for each in task["metric_list"]] == [*asked.metrics, ANSWERED]
        assert str(task["metadata"]["version"]) == asked.prompt.version
        for each in task["metric_list"]:
            assert each["aggregation"] == f"detente.integrations.lm_eval_functions.{each['metric']}"
            assert getattr(functions, each["metric"]).__name__ == each["metric"]


def test_answers_of_all_documents_make_a_metric(gold) -> None:
    documents = functions.documents("agreement", version=1)["test"]
    asked = question("agreement")
    assert documents.column_names == ["id", "question", "prompt", "target"]
    assert documents["prompt"][0] == asked.documents(gold)[0].text
    raw = ["Answer: agree" if place % 2 else "Answer: unrelated" for place in range(len(documents))]
    found = [functions.process_results(each, [said]) for each, said in zip(documents, raw, strict=True)]
    values = asked.values(dict(zip(documents["id"], raw, strict=True)), gold)
    for metric in (*asked.metrics, ANSWERED):
        assert getattr(functions, metric)([each[metric] for each in found]) == values[metric]


@needs_harness
def test_the_harness_runs_every_task_offline_with_its_dummy_model(folder: Path, tmp_path: Path) -> None:
    call = [str(Path(sys.executable).with_name("lm_eval")), "run", "--include_path", str(folder)]
    call += ["--tasks", ",".join(f"detente_{name}" for name in NAMES), "--model", "dummy"]
    done = subprocess.run(
        [*call, "--output_path", str(tmp_path), "--log_samples"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (written,) = tmp_path.rglob("results_*.json")
    found = json.loads(written.read_text())
    for asked in QUESTIONS:
        results = found["results"][f"detente_{asked.name}"]
        assert {name.partition(",")[0] for name in results if "_stderr" not in name} >= {*asked.metrics, ANSWERED}
        assert results[f"{ANSWERED},none"] == 0  # it says "lol" to everything
        assert found["n-samples"][f"detente_{asked.name}"]["effective"] == len(asked.documents())
    assert found["results"]["detente_stance"]["f_avg,none"] == 0


@needs_harness
@pytest.mark.filterwarnings("ignore")  # of the harness and what it needs
def test_the_harness_gives_our_numbers(folder: Path, gold) -> None:
    from lm_eval import simple_evaluate
    from lm_eval.api.model import LM
    from lm_eval.tasks import TaskManager

    asked = question("stance")
    documents = asked.documents(gold)
    place = {each.text.strip(): index for index, each in enumerate(documents)}
    ways = ["Answer: favor", "Answer: {}", "Sorry, I can't."]
    answers = [ways[index % 3].format(each.target) for index, each in enumerate(documents)]

    class Model(LM):
        def generate_until(self, requests, disable_tqdm=False):  # noqa: ARG002
            return [answers[place[request.args[0].strip()]] for request in requests]

        def loglikelihood(self, *_, **__):
            raise NotImplementedError

        loglikelihood_rolling = loglikelihood

    found = simple_evaluate(
        model=Model(), tasks=["detente_stance"], task_manager=TaskManager(include_path=str(folder)), bootstrap_iters=0
    )
    values = asked.values({each.id: said for each, said in zip(documents, answers, strict=True)}, gold)
    results = found["results"]["detente_stance"]
    assert {name: results[f"{name},none"] for name in values} == pytest.approx(values)
    assert 0 < values["f_avg"] < 1
