"""How items of a challenge suite were made, as columns beside their counts, by which scores are broken down."""

from dataclasses import replace
from typing import Final

import polars as pl

from detente.data.corpus import Corpus
from detente.evaluation.counts import Counted
from detente.tasks.task import Gold, Task

KEYS: Final = ("base", "operation", "strength")
"""The columns of an item that say how it was made."""
_EACH_ITS_OWN: Final = ("id", "article", "item")
"""Keys with as many values as there are items: no breakdown."""


def items_of(gold: Gold) -> pl.DataFrame | None:
    """How the rows of a suite were made: `id`, `article`, `base`, `operation`, `strength` and `family`.

    `article` is the item, which may have several rows, and `family` the first of its sources; None of other gold.
    """
    if not isinstance(gold, Corpus) or not gold.suite:
        return None
    return gold.table("items").select(
        "id", pl.col("item").alias("article"), *KEYS, pl.col("sources").list.first().alias("family")
    )


def in_suite(task: Task) -> Task:
    """A task as it is scored on a suite: by operation and strength, too, and each item an article."""
    keys = tuple(dict.fromkeys((*task.keys[:3], "article", *task.keys[3:], *KEYS[1:])))
    known = keys if task.breakdowns is None else (*task.breakdowns, *KEYS[1:])
    return replace(task, keys=keys, breakdowns=tuple(key for key in known if key not in _EACH_ITS_OWN))


def with_variants(counted: Counted, items: pl.DataFrame) -> Counted:
    """Counts with the columns of `items`; where both have one, it is that of the items.

    Rows are found by their article, or by their id where they have none. Of counts that are by kind of items, and not
    by item, it is not known how these were made: they stay as they are, as do those that have the columns already.
    """
    if counted.pairs is not None or all(map(counted.has, KEYS)):
        return counted
    frame = counted.frame
    key = "article" if "article" in frame.columns else "id"
    made = items.drop("article").rename({"id": "article"}) if key == "article" else items
    own = [name for name in frame.columns if name == key or name not in made.columns]
    return replace(counted, frame=frame.select(own).join(made, on=key, how="left", maintain_order="left"))
