"""The counts of one system: a row for each item, or one for all items that are alike, with how many they are."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from detente.evaluation.engines.engine import Engine
from detente.evaluation.engines.local import HERE
from detente.evaluation.engines.pages import rows_of_systems
from detente.metrics.classification import Floats
from detente.tasks.task import TIMES, Options, Row, Task

MAIN: Final = "main"
"""The slice whose rows enter the main scores."""
BLOCKS: Final = pl.List(
    pl.Struct({"kind": pl.String, "of": pl.String, "start": pl.Int64, "end": pl.Int64, "text": pl.String})
)
"""What is wrong with a text, block by block (`tasks.text_errors.block`)."""
_PAIR: Final = ("gold", "predicted")


class Clusters(NamedTuple):
    """What is resampled.

    Attributes:
        sums: The counts of each cluster, or of each kind of clusters, shape `(clusters or kinds, columns)`.
        kinds: Of each cluster its place in `sums`; None if each has a place of its own.
    """

    sums: Floats
    kinds: NDArray[np.integer[Any]] | None = None

    @property
    def size(self) -> int:
        """How many clusters there are."""
        return len(self.sums if self.kinds is None else self.kinds)


@dataclass(frozen=True)
class Counted:
    """The counts of one system.

    Attributes:
        items: A row for each item: its keys and, where there are no `pairs`, its counts.
        pairs: The counts of one item for each pair of `gold` and `predicted`, where these say all of an item's.
    """

    items: pl.DataFrame
    pairs: pl.DataFrame | None = None

    @cached_property
    def rows(self) -> pl.DataFrame:
        """A row for each item, with its keys and counts."""
        if self.pairs is None:
            return self.items
        named = self.items.with_columns(pl.col(_PAIR).cast(pl.String))
        return named.join(self.pairs, on=_PAIR, how="left", maintain_order="left")

    @cached_property
    def main(self) -> "Counted":
        """Those that enter the main scores."""
        return self if self.pairs is not None else Counted(self.items.filter(slice=MAIN))

    def by(self, *keys: str) -> pl.DataFrame:
        """Rows with these keys, gold and prediction and counts: of items that are alike one, and how many they are.

        In the order in which they first appear.
        """
        if self.pairs is None:
            return self.items
        known = [key for key in dict.fromkeys((*keys, *_PAIR)) if key in self.items.columns]
        alike = self.items.group_by(known, maintain_order=True).agg(pl.len().cast(pl.Float64).alias(TIMES))
        named = alike.with_columns(pl.col(_PAIR).cast(pl.String))
        return named.join(self.pairs, on=_PAIR, how="left", maintain_order="left")

    def clusters(self, columns: Sequence[str], by: str) -> Clusters:
        """The counts of each value of a key, in the order of first appearance."""
        if self.pairs is None or not self._single(by):
            return Clusters(sums_of(self.by(by), columns, by))
        codes = [self.items[side].to_physical().to_numpy() for side in _PAIR]
        pairs = [self.pairs[side].cast(self.items[side].dtype).to_physical().to_numpy() for side in _PAIR]
        places = np.zeros([int(each.max()) + 1 for each in pairs], dtype=np.int16)
        places[tuple(pairs)] = np.arange(len(self.pairs))
        kinds = places[tuple(codes)]
        return Clusters(self.pairs.select(columns).to_numpy(), kinds)

    def _single(self, key: str) -> bool:
        """Whether each item has a value of its own."""
        return key in ("id", "item") or bool((self.items[key] == self.items["item"]).all())

    def null(self, key: str) -> bool:
        """Whether a key has no values."""
        return key in self.items.columns and bool(self.items[key].is_null().all())

    def parts(self, key: str, least: int) -> "Iterator[tuple[str, Counted]]":
        """The items of each value of a key that so many items have at least, in the order of first appearance."""
        sizes = self.items.drop_nulls(key).group_by(key, maintain_order=True).len().filter(pl.col("len") >= least)
        large = self.items.join(sizes, on=key, how="semi", maintain_order="left") if len(sizes) else self.items.clear()
        for (value,), items in large.partition_by(key, maintain_order=True, as_dict=True).items():
            yield str(value), Counted(items, self.pairs)

    @property
    def wrong(self) -> pl.DataFrame:
        """The rows of the items that are wrong."""
        if self.pairs is None:
            return self.items.filter(pl.col("wrong") > 0)
        wrong = self.pairs.filter(pl.col("wrong") > 0).select(*_PAIR, "slice", "wrong", "detail", "blocks")
        wrong = wrong.with_columns(pl.col(side).cast(self.items[side].dtype) for side in _PAIR)
        return self.items.select("item", *_PAIR).join(wrong, on=_PAIR, how="inner", maintain_order="left")

    def number_of(self, key: str) -> int:
        """How many values a key has."""
        return len(self.items) if self.pairs is not None and self._single(key) else self.items[key].n_unique()


def _frame(task: Task, rows: list[Row]) -> pl.DataFrame:
    schema: dict[str, Any] = dict.fromkeys(task.keys, pl.String)
    schema |= dict.fromkeys((*task.columns, "wrong"), pl.Float64) | {"detail": pl.String, "blocks": BLOCKS}
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(pl.col(pl.Float64).fill_null(0.0))


def count_all(
    task: Task,
    units: Mapping[str, Any],
    systems: Sequence[Mapping[str, Any]],
    options: Options,
    engine: Engine = HERE,
    advance: Callable[[int], None] | None = None,
) -> list[Counted]:
    """The counts of several systems on the same units; texts by an engine.

    A unit without a prediction counts as empty, or as the answer `missing`.
    """
    found = [task.alike(units, by_id) if task.alike else None for by_id in systems]
    others = [by_id for by_id, alike in zip(systems, found, strict=True) if alike is None]
    counted = iter(_rows(task, units, others, options, engine, advance) if others else ())
    result = []
    for alike in found:
        if alike is None:
            result.append(Counted(next(counted)))
            continue
        (pairs,) = _rows(alike.task, alike.units, [alike.answers], options)
        kept = (*_PAIR, "slice", *task.columns, "wrong", "detail", "blocks")
        result.append(Counted(alike.items, pairs.select(kept)))
        if advance:
            advance(len(units))
    return result


def _rows(
    task: Task,
    units: Mapping[str, Any],
    systems: Sequence[Mapping[str, Any]],
    options: Options,
    engine: Engine = HERE,
    advance: Callable[[int], None] | None = None,
) -> list[pl.DataFrame]:
    if task.group is None:
        # Texts take their time to be aligned; labels are counted before another process has started.
        counted = rows_of_systems(task.count, units, systems, options, engine if task.texts else HERE, advance)
    else:
        counted = []
        for by_id in systems:
            groups, answers = task.group(units, by_id)
            counted += rows_of_systems(task.count, groups, [answers], options)
    return [_frame(task, rows) for rows in counted]


def sums_of(rows: pl.DataFrame, columns: Sequence[str], by: str) -> NDArray[np.float64]:
    """The counts summed by a key, shape `(values of the key, columns)`, in the order of first appearance."""
    each = pl.col(columns) * pl.col(TIMES) if TIMES in rows.columns else pl.col(columns)
    grouped = rows.group_by(by, maintain_order=True).agg(each.sum())
    sums: NDArray[np.float64] = grouped.select(columns).to_numpy()
    return sums


def totals_of(rows: pl.DataFrame, columns: Sequence[str]) -> NDArray[np.float64]:
    """The counts of all rows together."""
    each = pl.col(columns) * pl.col(TIMES) if TIMES in rows.columns else pl.col(columns)
    totals: NDArray[np.float64] = rows.select(each.sum()).to_numpy()[0]
    return totals
