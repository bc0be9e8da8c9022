"""The typed features of `datasets`, derived from the tables' schemas."""

from collections.abc import Mapping
from typing import Any

import datasets
import polars as pl

from detente.data.inventory import PACKAGED, Inventory
from detente.dataset import schema

_VALUES = {"String": "string", "Boolean": "bool", "Int32": "int32", "Int8": "int8"}


def features_of(config: str, inventory: Inventory = PACKAGED) -> datasets.Features:
    """The features of one config: `ClassLabel` for closed inventories, lists of spans as lists of structs."""
    plain = features_of_columns(schema.polars_schema(config))
    closed = {name: schema.inventory_of(config, name, inventory) for name in plain}
    return datasets.Features(plain | {name: datasets.ClassLabel(names=list(of)) for name, of in closed.items() if of})


def features_of_columns(columns: Mapping[str, Any]) -> datasets.Features:
    """The features of columns by name, from their polars types; strings are plain strings."""
    return datasets.Features({name: _feature(dtype) for name, dtype in columns.items()})


def _feature(dtype: Any) -> Any:
    if isinstance(dtype, pl.List):
        return datasets.List(_feature(dtype.inner))
    if isinstance(dtype, pl.Struct):
        return {field.name: _feature(field.dtype) for field in dtype.fields}
    return datasets.Value(_VALUES[str(dtype)])
