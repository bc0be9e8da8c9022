"""What the pandera models of the layers share: strictness, types of columns, forms of ids.

A column with a closed inventory is an `isin` check, so that the inventory, the check and the `ClassLabel` are one fact.
Checks inside one row stand in its model, checks across rows and tables in the layer.
"""

from typing import Final

import pandera.polars as pa
import polars as pl

SPAN: Final = {"start": pl.Int32, "end": pl.Int32}
SPANS: Final = {"inner": pl.Struct(SPAN)}
STRINGS: Final = {"inner": pl.String}
ALTERNATIVES: Final = {"inner": pl.Struct({"field": pl.String, "value": pl.String, "reason": pl.String})}

ARTICLE_ID: Final = r"^detente-\d{3,}$"
LANGUAGE: Final = r"^[a-z]{2}$"
NAME_ID: Final = r"^[a-z0-9]+(-[a-z0-9]+)*$"
ISO_DATE: Final = r"^\d{4}-\d{2}(-\d{2})?$"


class Strict(pa.DataFrameModel):
    """A table with exactly its model's columns, in their order."""

    class Config:
        """What pandera reads."""

        strict = True
        ordered = True
