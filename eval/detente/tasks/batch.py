"""The rows of many units that are counted at once, in columns."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import polars as pl

from detente.metrics.span_columns import Ints


class Batch(NamedTuple):
    """The rows of many units.

    Attributes:
        rows: Their keys, counts and `wrong`; of the counts, columns that are 0 may be left out.
        words: From the places of rows to what is wrong with each, in words: few are asked for. Empty if nothing is.
    """

    rows: pl.DataFrame
    words: Callable[[Sequence[int]], list[str]]

    @property
    def told(self) -> pl.DataFrame:
        """The rows with what is wrong as `detail`."""
        return self.rows.with_columns(detail=pl.Series(self.words(range(len(self.rows))), dtype=pl.String))


def gathered(words: Sequence[str | None], places: Ints) -> pl.Series:
    """The words at places."""
    # A word that no row has: polars takes a single one for sorted, and adds up the groups of what is in another order.
    return pl.Series([*words, ""], dtype=pl.String).gather(places)
