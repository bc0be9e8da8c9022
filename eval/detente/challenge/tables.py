"""The tables of a suite: those of its task, as the dataset has them, and `items`, which says how each was made."""

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Final

import pandera.polars as pa
import polars as pl

from detente.challenge.suite import Item, Suite
from detente.data.jsonl import Record
from detente.data.model import STRINGS, Strict
from detente.dataset import schema

ITEMS: Final = "items"


class Items(Strict):
    """One row per page or sentence: how it was made.

    `id` is that of the row of `articles`, or of `contrast`; `item` what it belongs to, and `base` the control that this
    was made from, itself if it is one. `sources` are the annotated pages, or the templates' words, that it was made
    from: the first one is what it depends on.
    """

    id: str = pa.Field(unique=True)
    item: str
    base: str
    operation: str
    strength: str
    sources: pl.List = pa.Field(dtype_kwargs=STRINGS)


def schema_of(config: str) -> dict[str, pl.DataType]:
    """Column name to polars type of a table of a suite."""
    if config == ITEMS:
        return {column: of.dtype.type for column, of in Items.to_schema().columns.items()}
    return schema.polars_schema(config)


def frames_of(suite: Suite, names: Sequence[str], items: Iterable[Item]) -> dict[str, pl.DataFrame]:
    """The tables of items, by config, in the order of their ids: places tell no operation either.

    Args:
        suite: The suite.
        names: The id of each item.
        items: The items.
    """
    rows: dict[str, list[Record]] = {config: [] for config in (ITEMS, *suite.configs)}
    for name, item in sorted(zip(names, items, strict=True), key=itemgetter(0)):
        made = {"item": name, "base": item.base, **item.variant._asdict(), "sources": list(item.sources)}
        rows[ITEMS] += [{"id": row["id"], **made} for row in item.rows[suite.configs[0]]]
        for config in suite.configs:
            rows[config] += item.rows[config]
    return {config: pl.DataFrame(found, schema=schema_of(config), orient="row") for config, found in rows.items()}


def lacking(suite: Suite) -> tuple[str, ...]:
    """The configs of a dataset that a suite has no rows of."""
    return tuple(config for config in schema.PUBLISHED if config not in suite.configs)


def empty(config: str) -> pl.DataFrame:
    """A table without rows."""
    return pl.DataFrame(schema=schema_of(config))


def rows_in(frames: Mapping[str, pl.DataFrame]) -> dict[str, int]:
    """The number of rows by config."""
    return {config: len(frame) for config, frame in frames.items()}
