"""Baselines that follow rules beside what takes no reading, made of a dataset before it is written.

Those that read and learn take a while, and some need a package: their values are in the repository's LEADERBOARD.md.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from detente.data.corpus import Corpus
from detente.data.jsonl import Record
from detente.evaluation.counts import MAIN
from detente.evaluation.score import count, pooled
from detente.tasks.all import TASKS
from detente.tasks.blind import NAME as BLIND
from detente.tasks.layer import Grid
from detente.tasks.task import Baseline, Options, Task

HEADER: Final = ("task", "metric", "baseline", "reads the pages", "value")
DESCRIBED: Final = ("task", "baseline", "what it does", "reads the pages", "learns from other families")


def predictions(corpus: Corpus) -> dict[str, dict[str, list[Record]]]:
    """The lines of the baselines that do not read, or do not learn, by task and baseline; of tasks with gold."""
    return {
        task.name: {each.name: each.predict(inputs, corpus) for each in task.baselines if _made(each, corpus)}
        for task in TASKS
        for inputs in [task.inputs(corpus)]
        if inputs
    }


def _made(baseline: Baseline, corpus: Corpus) -> bool:
    """With one family nothing is learnt; the blind predictions are stored all the same, as every corpus has them."""
    if baseline.name == BLIND:
        return True
    return not (baseline.extra or (baseline.reads and baseline.learns_from) or baseline.refusals(corpus))


def blind(made: Mapping[str, Mapping[str, list[Record]]]) -> dict[str, list[Record]]:
    """The lines of the blind baseline by task."""
    return {task: lines[BLIND] for task, lines in made.items() if BLIND in lines}


def table(made: Mapping[str, Mapping[str, list[Record]]], corpus: Corpus) -> Grid:
    """The primary metric of those baselines."""
    return HEADER, [
        (task.name, task.primary, baseline.name, "yes" if baseline.reads else "no", f"{value:.3f}")
        for task in TASKS
        if task.name in made
        for baseline, value in zip(
            [each for each in task.baselines if each.name in made[task.name]],
            _values(task, made[task.name], corpus),
            strict=True,
        )
    ]


def described() -> Grid:
    """Every baseline of every task, what it does, and whether it learns."""
    return DESCRIBED, [
        (
            task.name,
            f"`{each.name}`",
            each.summary + (f" (`detente[{each.extra}]`)" if each.extra else ""),
            "yes" if each.reads else "no",
            "yes" if each.learns_from else "no",
        )
        for task in TASKS
        for each in task.baselines
    ]


def _values(task: Task, lines: Mapping[str, list[Record]], corpus: Corpus) -> Iterator[float]:
    task, units = task.fitting(corpus.inventory), task.units(corpus, ())
    systems = [{line["id"]: task.parse(units[line["id"]], line) for line in each} for each in lines.values()]
    for rows in count(task, units, systems, Options()):
        yield pooled(task, rows.filter(slice=MAIN))[task.primary]
