"""Baselines that read the pages beside what takes no reading, made of a dataset before it is written."""

from collections.abc import Iterator, Mapping
from typing import Final

from detente.data.corpus import Corpus
from detente.data.jsonl import Record
from detente.evaluation.score import MAIN, count, pooled
from detente.tasks.all import TASKS
from detente.tasks.blind import NAME as BLIND
from detente.tasks.layer import Grid
from detente.tasks.task import Options, Task

HEADER: Final = ("task", "metric", "baseline", "reads the pages", "value")
_READS_NOTHING: Final = (BLIND, "majority", "keep_all")


def predictions(corpus: Corpus) -> dict[str, dict[str, list[Record]]]:
    """The lines of every baseline, by task and baseline."""
    return {
        task.name: {each.name: each.predict(task.inputs(corpus), corpus) for each in task.baselines}
        for task in TASKS
        if task.baselines
    }


def blind(made: Mapping[str, Mapping[str, list[Record]]]) -> dict[str, list[Record]]:
    """The lines of the blind baseline by task."""
    return {task: lines[BLIND] for task, lines in made.items() if BLIND in lines}


def table(made: Mapping[str, Mapping[str, list[Record]]], corpus: Corpus) -> Grid:
    """The primary metric of every baseline."""
    return HEADER, [
        (task.name, task.primary, name, "no" if name in _READS_NOTHING else "yes", f"{value:.3f}")
        for task in TASKS
        for name, value in _values(task, made.get(task.name, {}), corpus)
    ]


def _values(task: Task, lines: Mapping[str, list[Record]], corpus: Corpus) -> Iterator[tuple[str, float]]:
    if lines:
        units = task.units(corpus, ())
        systems = [{line["id"]: task.parse(units[line["id"]], line) for line in each} for each in lines.values()]
        for name, rows in zip(lines, count(task, units, systems, Options()), strict=True):
            yield name, pooled(task, rows.filter(slice=MAIN))[task.primary]
