"""Baselines that learn, trained on one corpus and tried on another."""

from typing import Final

import polars as pl

from detente.data.corpus import Corpus
from detente.data.jsonl import Record
from detente.tasks.task import Baseline, Task

_APART: Final = ("family", "pair", "twin")
"""The columns by which examples are held apart (`held_out`)."""


def joined(learnt: Corpus, asked: Corpus) -> Corpus:
    """Two corpora as one of two families, so that a baseline answers each with a model of the other alone."""
    tables = {
        config: pl.concat([_apart(learnt.table(config), "learnt"), _apart(asked.table(config), "asked")])
        for config in learnt.manifest["configs"]
        if config != "items"
    }
    return Corpus(asked.folder, made=tables, own=asked.inventory, lacking={})


def _apart(table: pl.DataFrame, name: str) -> pl.DataFrame:
    return table.with_columns(pl.lit(name).alias(column) for column in _APART if column in table.columns)


def answers(baseline: Baseline, task: Task, learnt: Corpus, asked: Corpus) -> list[Record]:
    """The lines of a predictions file for the one corpus, by a baseline that has learnt from the other.

    Args:
        baseline: One that learns; another one answers as ever.
        task: Its task.
        learnt: A challenge suite, whose gold it is trained on.
        asked: Whose units it answers, without learning from their gold.
    """
    own = task.asked(asked)
    if not baseline.learns_from:
        return baseline.lines(own, asked)
    names = {unit["id"] for unit in own}
    tool = f"detente {baseline.name}, trained on {learnt.manifest['name']} ({learnt.split})"
    lines = baseline.predict([*task.asked(learnt), *own], joined(learnt, asked))
    return [{**line, "tool": tool} for line in lines if line["id"] in names]
