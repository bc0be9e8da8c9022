"""Baselines that read the pages beside what takes no reading, made of a dataset before it is written."""

from collections.abc import Iterator, Mapping
from typing import Final

from detente.data.corpus import Corpus
from detente.data.jsonl import Record
from detente.evaluation.counts import MAIN
from detente.evaluation.score import count, pooled
from detente.tasks.all import TASKS
from detente.tasks.blind import NAME as BLIND
from detente.tasks.layer import Grid
from detente.tasks.task import Options, Task

HEADER: Final = ("task", "metric", "baseline", "reads the pages", "value")


def predictions(corpus: Corpus) -> dict[str, dict[str, list[Record]]]:
    """The lines of every baseline, by task and baseline; of the tasks that the corpus has gold of."""
    return {
        task.name: {each.name: each.predict(inputs, corpus) for each in task.baselines}
        for task in TASKS
        if task.baselines
        for inputs in [task.inputs(corpus)]
        if inputs
    }


def blind(made: Mapping[str, Mapping[str, list[Record]]]) -> dict[str, list[Record]]:
    """The lines of the blind baseline by task."""
    return {task: lines[BLIND] for task, lines in made.items() if BLIND in lines}


def table(made: Mapping[str, Mapping[str, list[Record]]], corpus: Corpus) -> Grid:
    """The primary metric of every baseline."""
    return HEADER, [
        (task.name, task.primary, baseline.name, "yes" if baseline.reads else "no", f"{value:.3f}")
        for task in TASKS
        if task.name in made
        for baseline, value in zip(task.baselines, _values(task, made[task.name], corpus), strict=True)
    ]


def _values(task: Task, lines: Mapping[str, list[Record]], corpus: Corpus) -> Iterator[float]:
    task, units = task.fitting(corpus.inventory), task.units(corpus, ())
    systems = [{line["id"]: task.parse(units[line["id"]], line) for line in each} for each in lines.values()]
    for rows in count(task, units, systems, Options()):
        yield pooled(task, rows.filter(slice=MAIN))[task.primary]
