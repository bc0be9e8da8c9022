"""Counts of very many rows that are mostly alike: what is alike is kept once, and rows refer to it.

Pages of a suite are made of few blocks, so that millions of segments have some thousand different counts, a few sorts,
and no more keys than there are pages. Of a row three numbers are in memory. All of it, with what is wrong in words,
stays on the disk for whoever asks.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from detente.evaluation.counts import MAIN, Counted
from detente.metrics.classification import Floats
from detente.stats import bootstrap
from detente.stats.bootstrap import Clusters
from detente.tasks.task import TIMES

PAGE: Final = "page"
"""The column that says of which page a row is."""
SORT: Final = "sort"
"""The column that says of which sort a row is."""
CODE: Final = "code"
"""The column that says which of the different rows of counts a row has."""
_PLACE: Final = "place"
_AT_ONCE: Final = 1 << 18
"""Rows of which those that are alike are looked for at once, which takes many times their own memory."""


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
    """The counts of one system, coded. `frame` has of each row its `PAGE`, its `SORT` and its `CODE`.

    Attributes:
        pages: The keys that all rows of a page share, with the page's own.
        sorts: The different values of the other keys.
        table: The different rows of counts.
        paths: The files of all rows in full, in their order.
        keeper: What keeps these files.
    """

    pages: pl.DataFrame = field(default_factory=pl.DataFrame)
    sorts: pl.DataFrame = field(default_factory=pl.DataFrame)
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
        values, places = self._placed("slice")
        if (values["slice"] == MAIN).all():  # not held twice
            return self
        return replace(self, frame=self.frame.filter((values["slice"] == MAIN).to_numpy()[places]))

    def has(self, key: str) -> bool:
        """Whether rows have a key."""
        return key in self.pages.columns or key in self.sorts.columns

    def values(self, *keys: str) -> pl.DataFrame:
        """The different values of keys of pages, or of sorts, in the order in which they first appear."""
        return self._placed(*keys)[0]

    def _placed(self, *keys: str) -> tuple[pl.DataFrame, NDArray[np.intp]]:
        """The values of keys, all of them of pages or all of sorts, and of each row the place of its own."""
        of, every = (PAGE, self.pages) if keys[0] in self.pages.columns else (SORT, self.sorts)
        there = self.frame[of].unique(maintain_order=True)
        found = coded(every[there].select(keys))
        places = np.zeros(len(every), dtype=np.intp)
        places[there.to_numpy()] = found.of_rows.to_numpy()
        return found.table, places[self.frame[of].to_numpy()]

    def null(self, key: str) -> bool:
        """Whether a key has no values."""
        return self.has(key) and bool(self.values(key)[key].is_null().all())

    def number_of(self, key: str) -> int:
        """How many values a key has."""
        return len(self.values(key))

    def by(self, *keys: str) -> pl.DataFrame:
        """Rows with these keys and counts: of items that are alike one, and how many they are."""
        known = [[key for key in keys if key in every.columns] for every in (self.pages, self.sorts)]
        placed = [self._placed(*each) for each in known if each]
        numbers = {str(n): places.astype(np.uint32) for n, (_, places) in enumerate(placed)}
        rows = pl.DataFrame({**numbers, CODE: self.frame[CODE]})
        times = pl.len().cast(pl.Float64).alias(TIMES)
        each = [part.group_by(rows.columns, maintain_order=True).agg(times) for part in rows.iter_slices(_AT_ONCE)]
        alike = pl.concat(each).group_by(rows.columns, maintain_order=True).agg(pl.col(TIMES).sum())
        told = [values[alike[str(n)]] for n, (values, _) in enumerate(placed)]
        return pl.concat([*told, alike.select(TIMES), self.table[alike[CODE]]], how="horizontal")

    def clusters(self, columns: Sequence[str], by: str) -> Clusters:
        """What is resampled: the values of a key with their counts; of `item`, each row."""
        if self.has(by):
            return bootstrap.alike(self.sums(columns, by))
        counts, codes = self.counts(columns), self.frame[CODE].to_numpy()
        if len(codes) <= bootstrap.MOST_DRAWN:
            return Clusters(counts, kinds=codes)
        return Clusters(counts, times=np.bincount(codes, minlength=len(counts)).astype(float))

    def sums(self, columns: Sequence[str], *keys: str) -> Floats:
        """The counts of each value of keys, shape `(values, columns)`, in the order of first appearance."""
        values, places = self._placed(*keys)
        codes = self.frame[CODE].to_numpy()
        sums = np.zeros((len(values), len(columns)))
        for number, column in enumerate(self.counts(columns).T):
            if column.any():
                sums[:, number] = np.bincount(places, column[codes], len(values))
        return sums

    def counts(self, columns: Sequence[str]) -> Floats:
        """The different rows of counts."""
        counts: Floats = self.table.select(columns).to_numpy()
        return counts

    def parts(self, key: str, unit: str, least: int) -> Iterator[tuple[str, Counted]]:
        """The items of each value of a key that have so many values of a unit at least, as the values first appear."""
        values, places = self._placed(key)
        sizes = self._sizes(places, unit)
        for place, value in enumerate(values[key]):
            if value is not None and sizes[place] >= least:
                yield str(value), replace(self, frame=self.frame.filter(places == place))

    def _sizes(self, places: NDArray[np.intp], unit: str) -> NDArray[np.intp]:
        """How many values of a unit are at each of the places that rows have."""
        if not self.has(unit):
            return np.bincount(places)
        units, of_rows = self._placed(unit)
        return np.bincount(np.unique(places * len(units) + of_rows) // len(units))

    @cached_property
    def wrong(self) -> int:
        """How many items are wrong."""
        return int(self.table["wrong"].to_numpy().astype(bool)[self.frame[CODE].to_numpy()].sum())

    @property
    def wrong_items(self) -> tuple[int, int]:
        """How many items are wrong, and how many there are."""
        return self.wrong, self.size

    def worst(self, most: int) -> pl.DataFrame:
        """The rows of the items that are wrong, the worst first: of equals the first in the gold."""
        numbers = pl.concat([pl.scan_ipc(path).select("wrong").collect() for path in self.paths])
        chosen = numbers.with_row_index(_PLACE).filter(pl.col("wrong") > 0)
        chosen = chosen.sort("wrong", _PLACE, descending=[True, False]).head(most)
        found, start = [], 0
        for path in self.paths:
            rows = pl.read_ipc(path)
            here = chosen[_PLACE].filter(chosen[_PLACE].is_between(start, start + len(rows), closed="left"))
            found.append(copied(rows[here - start].with_columns(here)))
            start += len(rows)
        return pl.concat(found).sort("wrong", _PLACE, descending=[True, False]).drop(_PLACE)


def copied(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with texts of their own: a few rows of a file would otherwise keep those of all of it in memory."""
    copy = pl.from_arrow(rows.to_arrow(compat_level=pl.CompatLevel.oldest()))
    assert isinstance(copy, pl.DataFrame)
    return copy
