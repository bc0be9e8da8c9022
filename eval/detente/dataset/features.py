"""The typed features of `datasets`, derived from the tables' schemas."""

from typing import Any

import datasets
import polars as pl

from detente.data.inventory import PACKAGED, Inventory
from detente.dataset import schema

_VALUES = {"String": "string", "Boolean": "bool", "Int32": "int32", "Int8": "int8"}


def features_of(config: str, inventory: Inventory = PACKAGED) -> datasets.Features:
    """The features of one config: `ClassLabel` for closed inventories, lists of spans as lists of structs."""
    columns: dict[str, Any] = {}
    for name, dtype in schema.polars_schema(config).items():
        names = schema.inventory_of(config, name, inventory)
        columns[name] = datasets.ClassLabel(names=list(names)) if names else _feature(dtype)
    return datasets.Features(columns)


def _feature(dtype: Any) -> Any:
    if isinstance(dtype, pl.List):
        return datasets.List(_feature(dtype.inner))
    if isinstance(dtype, pl.Struct):
        return {field.name: _feature(field.dtype) for field in dtype.fields}
    return datasets.Value(_VALUES[str(dtype)])
