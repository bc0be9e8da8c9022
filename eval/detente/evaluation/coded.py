"""Counts of very many rows that are mostly alike: each different row of counts is kept once, and rows refer to it.

Pages of a suite are made of few blocks, so that millions of segments have some thousand different counts. All of a row,
with what is wrong in words, stays on the disk for whoever asks.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from detente.evaluation.counts import MAIN, Counted
from detente.metrics.classification import Floats
from detente.stats import bootstrap
from detente.stats.bootstrap import Clusters
from detente.tasks.task import TIMES

CODE: Final = "code"
"""The column that says which of the different rows of counts a row has."""
_PLACE: Final = "place"


class Codes(NamedTuple):
    """Rows of counts, each different one once.

    Attributes:
        table: The different ones, in the order in which they first appear.
        of_rows: Of each row its place in the table.
    """

    table: pl.DataFrame
    of_rows: pl.Series


def coded(counts: pl.DataFrame) -> Codes:
    """Rows of counts as codes."""
    alike = counts.with_row_index(_PLACE).group_by(counts.columns, maintain_order=True).agg(_PLACE)
    places = alike.select(_PLACE).with_row_index(CODE).explode(_PLACE).sort(_PLACE)
    return Codes(alike.drop(_PLACE), places[CODE])


def together(known: pl.DataFrame | None, other: pl.DataFrame) -> Codes:
    """A table with the rows of another one added that it has not, and the place there of each of these."""
    found = coded(other if known is None else pl.concat([known, other]))
    return found._replace(of_rows=found.of_rows[0 if known is None else len(known) :])


@dataclass(frozen=True)
class Coded(Counted):
    """The counts of one system, coded. `frame` has the keys of each row and its code; an item has one row.

    Attributes:
        table: The different rows of counts.
        paths: The files of all rows in full, in their order.
        keeper: What keeps these files.
    """

    table: pl.DataFrame = field(default_factory=pl.DataFrame)
    paths: tuple[str, ...] = ()
    keeper: object = None

    @property
    def rows(self) -> pl.DataFrame:
        """A row for each item, in full, from the disk."""
        return pl.concat([pl.read_ipc(path) for path in self.paths]).rechunk()

    @cached_property
    def main(self) -> "Coded":
        """Those that enter the main scores."""
        if (self.frame["slice"] == MAIN).all():  # not held twice
            return self
        return replace(self, frame=self.frame.filter(slice=MAIN))

    def by(self, *keys: str) -> pl.DataFrame:
        """Rows with these keys and counts: of items that are alike one, and how many they are."""
        known = [key for key in keys if key in self.frame.columns]
        alike = self.frame.group_by(*known, CODE, maintain_order=True).agg(pl.len().cast(pl.Float64).alias(TIMES))
        return alike.drop(CODE).hstack(self.table[alike[CODE]])

    def clusters(self, columns: Sequence[str], by: str) -> Clusters:
        """What is resampled: the values of a key with their counts; of `item`, each row."""
        if by in self.frame.columns:
            return bootstrap.alike(self.sums(columns, by))
        counts, codes = self.counts(columns), self.frame[CODE].to_numpy()
        if len(codes) <= bootstrap.MOST_DRAWN:
            return Clusters(counts, kinds=codes)
        return Clusters(counts, times=np.bincount(codes, minlength=len(counts)).astype(float))

    def sums(self, columns: Sequence[str], by: str) -> Floats:
        """The counts of each value of a key, shape `(values, columns)`, in the order of first appearance."""
        counts, codes = self.counts(columns), self.frame[CODE].to_numpy()
        values = self.frame.select(by).unique(maintain_order=True).with_row_index(_PLACE)
        rows = self.frame.select(by).join(values, on=by, how="left", nulls_equal=True, maintain_order="left")
        places = rows[_PLACE].to_numpy()
        sums = [np.bincount(places, column[codes], len(values)) for column in counts.T]
        return np.stack(sums, axis=1) if sums else np.zeros((len(values), 0))

    def counts(self, columns: Sequence[str]) -> Floats:
        """The different rows of counts."""
        counts: Floats = self.table.select(columns).to_numpy()
        return counts

    def parts(self, key: str, unit: str, least: int) -> Iterator[tuple[str, Counted]]:
        """The items of each value of a key that have so many values of a unit at least, as the values first appear."""
        size = pl.col(unit).n_unique() if unit in self.frame.columns else pl.len()
        sizes = self.frame.drop_nulls(key).group_by(key, maintain_order=True).agg(size=size)
        for value in sizes.filter(pl.col("size") >= least)[key]:
            yield str(value), replace(self, frame=self.frame.filter(pl.col(key) == value))

    @cached_property
    def wrong(self) -> int:
        """How many items are wrong."""
        return int(self._how_wrong[self.frame[CODE].to_numpy()].astype(bool).sum())

    @property
    def wrong_items(self) -> tuple[int, int]:
        """How many items are wrong, and how many there are."""
        return self.wrong, self.size

    @property
    def _how_wrong(self) -> NDArray[Any]:
        return self.table["wrong"].to_numpy()

    def worst(self, most: int) -> pl.DataFrame:
        """The rows of the items that are wrong, the worst first: of equals the first in the gold."""
        numbers = pl.concat([pl.scan_ipc(path).select("wrong").collect() for path in self.paths])
        chosen = numbers.with_row_index(_PLACE).filter(pl.col("wrong") > 0)
        chosen = chosen.sort("wrong", _PLACE, descending=[True, False]).head(most)
        found, start = [], 0
        for path in self.paths:
            rows = pl.scan_ipc(path).with_row_index(_PLACE, start)
            found.append(rows.filter(pl.col(_PLACE).is_in(chosen[_PLACE].implode())).collect())
            start += rows.select(pl.len()).collect().item()
        return pl.concat(found).sort("wrong", _PLACE, descending=[True, False]).drop(_PLACE)
