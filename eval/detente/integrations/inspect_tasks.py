"""The questions as tasks of Inspect, which finds them by the package's entry point: `inspect eval detente/stance`."""

from collections.abc import Callable
from typing import Any, Final

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import ChatMessageSystem, ChatMessageUser
from inspect_ai.scorer import SampleScore, Score, Target, metric, scorer
from inspect_ai.solver import TaskState, generate

from detente.data.corpus import load
from detente.integrations.questions import Question, question

_ROLES: Final = {"system": ChatMessageSystem, "user": ChatMessageUser}


def _samples(asked: Question) -> MemoryDataset:
    return MemoryDataset(
        [
            Sample(
                id=each.id,
                input=[_ROLES[message["role"]](content=message["content"]) for message in each.messages],
                target=each.target,
            )
            for each in asked.documents()
        ],
        name=f"detente_{asked.name}",
    )


@metric
def detente_metrics(name: str) -> Callable[[list[SampleScore]], dict[str, float]]:
    """The metrics of a question, from the answers that the scores hold.

    Args:
        name: Of the question.
    """

    def values(scores: list[SampleScore]) -> dict[str, float]:
        given = {str(each.sample_id): str((each.score.metadata or {})["raw"]) for each in scores}
        return question(name).values(given)

    return values


def _scorer(name: str) -> Any:
    @scorer(metrics=[detente_metrics(name)], name=f"detente_{name}")
    def read_answer() -> Any:
        """Whether the label that the answer gives is the gold one; the metrics are of all answers together."""
        asked = question(name)
        units = asked.asked.units(load(), ())

        async def score(state: TaskState, target: Target) -> Score:
            raw = state.output.completion
            label = asked.read(units[str(state.sample_id)], raw)
            return Score(value=float(label == target.text), answer=label, explanation=raw, metadata={"raw": raw})

        return score

    return read_answer()


def _task(name: str) -> Task:
    asked = question(name)
    return Task(
        dataset=_samples(asked),
        solver=generate(),
        scorer=_scorer(name),
        metadata={"prompt": asked.prompt.signature, "data": load().version},
    )


@task
def stance() -> Task:
    """Where a holder stands on counter-terrorism cooperation."""
    return _task("stance")


@task
def agreement() -> Task:
    """Whether a page bears out a proposition."""
    return _task("agreement")


@task
def contrast() -> Task:
    """Minimal pairs for stance and agreement."""
    return _task("contrast")


@task
def check_worthiness() -> Task:
    """Whether a claim is worth checking."""
    return _task("check_worthiness")


@task
def attribution_type() -> Task:
    """How a page gives the words of a claim."""
    return _task("attribution_type")
