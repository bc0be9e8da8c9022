"""The pandera models of the registries, boilerplate and stance; those of claims and dependence are in `models_claims`.

A column with a closed inventory is an `isin` check, so that the inventory, the check and the `ClassLabel` are one fact.
Checks inside one row are here, checks across rows and tables in `detente.checks`.
"""

from typing import Final

import pandera.polars as pa
import polars as pl
from pandera.api.polars.types import PolarsData

from detente.data import labels as inventory

SPAN: Final = {"start": pl.Int32, "end": pl.Int32}
SPANS: Final = {"inner": pl.Struct(SPAN)}
_PLACED_SPANS: Final = {"inner": pl.Struct({"article": pl.String, **SPAN})}
_FIELD_SPANS: Final = {"inner": pl.Struct({"field": pl.String, "article": pl.String, **SPAN})}
STRINGS: Final = {"inner": pl.String}
ALTERNATIVES: Final = {"inner": pl.Struct({"field": pl.String, "value": pl.String, "reason": pl.String})}

ARTICLE_ID: Final = r"^detente-\d{3}$"
NAME_ID: Final = r"^[a-z0-9]+(-[a-z0-9]+)*$"
ISO_DATE: Final = r"^\d{4}-\d{2}(-\d{2})?$"
_SHA256: Final = r"^[0-9a-f]{64}$"


def _fits_basis(field: str) -> pl.Expr:
    return pl.col(field).is_null() == (pl.col(f"{field}_basis") == "unknown")


class Strict(pa.DataFrameModel):
    """A table with exactly its model's columns, in their order."""

    class Config:
        """What pandera reads."""

        strict = True
        ordered = True


class Articles(Strict):
    """One row per page."""

    id: str = pa.Field(unique=True, str_matches=ARTICLE_ID)
    capture: str
    sha256_raw: str = pa.Field(str_matches=_SHA256)
    text: str
    sha256_text: str = pa.Field(str_matches=_SHA256)
    language: str = pa.Field(str_matches=r"^[a-z]{2}$")
    headline: str = pa.Field(nullable=True)
    family: str = pa.Field(str_matches=ARTICLE_ID)
    outlet: str = pa.Field(nullable=True)
    outlet_basis: str = pa.Field(isin=inventory.BASES)
    date: str = pa.Field(nullable=True, str_matches=ISO_DATE)
    date_basis: str = pa.Field(isin=inventory.BASES)
    author: str = pa.Field(nullable=True)
    author_basis: str = pa.Field(isin=inventory.BASES)
    evidence: pl.List = pa.Field(dtype_kwargs=_FIELD_SPANS)

    @pa.dataframe_check(error="basis-without-value")
    def values_fit_bases(cls, data: PolarsData) -> pl.LazyFrame:
        """A value is null exactly if its basis is unknown."""
        return data.lazyframe.select(pl.all_horizontal(_fits_basis(name) for name in ("outlet", "date", "author")))


class Sources(Strict):
    """One row per person, body, state, outlet, agency, text or voice that the pages draw on."""

    id: str = pa.Field(unique=True, str_matches=NAME_ID)
    name: str
    kind: str = pa.Field(isin=inventory.SOURCE_KINDS)
    speaks_for: str = pa.Field(nullable=True)
    anonymous: bool
    possibly_same_as: str = pa.Field(nullable=True)
    aliases: pl.List = pa.Field(dtype_kwargs=STRINGS)


class Events(Strict):
    """One row per speech event."""

    id: str = pa.Field(unique=True, str_matches=NAME_ID)
    kind: str = pa.Field(isin=inventory.EVENT_KINDS)
    speaker: str
    addressee: str = pa.Field(nullable=True)
    medium: str = pa.Field(nullable=True)
    date: str = pa.Field(nullable=True, str_matches=ISO_DATE)
    date_basis: str = pa.Field(isin=inventory.BASES)
    evidence: pl.List = pa.Field(dtype_kwargs=_PLACED_SPANS)

    @pa.dataframe_check(error="basis-without-value")
    def date_fits_basis(cls, data: PolarsData) -> pl.LazyFrame:
        """A date is null exactly if its basis is unknown."""
        return data.lazyframe.select(_fits_basis("date"))


class Boilerplate(Strict):
    """One row per segment; the segments of a page hold every non-space character once."""

    id: str = pa.Field(unique=True, str_matches=r"^detente-\d{3}:b\d{2,}$")
    article: str
    start: pl.Int32 = pa.Field(ge=0)
    end: pl.Int32
    zone: str = pa.Field(isin=inventory.ZONES)
    type: str = pa.Field(isin=inventory.SEGMENT_TYPES)
    repeats: str = pa.Field(nullable=True)
    alternatives: pl.List = pa.Field(dtype_kwargs=ALTERNATIVES)

    @pa.dataframe_check(error="zone-type")
    def type_is_of_zone(cls, data: PolarsData) -> pl.LazyFrame:
        """A type belongs to one zone."""
        zone = pl.col("type").replace_strict(inventory.ZONE_OF_TYPE, default=None, return_dtype=pl.String)
        known = pl.col("zone").is_in(inventory.ZONES) & zone.is_not_null()
        return data.lazyframe.select(~known | (zone == pl.col("zone")))


class Stance(Strict):
    """One row per article, holder, target, time and allegedness."""

    id: str = pa.Field(unique=True)
    article: str
    holder: str
    chain: pl.List = pa.Field(dtype_kwargs=STRINGS)
    speaker: str = pa.Field(nullable=True)
    target: str = pa.Field(isin=inventory.STANCE_TARGETS)
    time: str = pa.Field(isin=inventory.STANCE_TIMES)
    scale: pl.Int8 = pa.Field(
        nullable=True, in_range={"min_value": inventory.SCALE[0], "max_value": inventory.SCALE[1]}
    )
    label: str = pa.Field(isin=inventory.STANCE_LABELS)
    alleged: bool
    expression: str = pa.Field(nullable=True, isin=inventory.EXPRESSIONS)
    evidence: pl.List = pa.Field(dtype_kwargs=SPANS)
    alternatives: pl.List = pa.Field(dtype_kwargs=ALTERNATIVES)

    @pa.dataframe_check(error="label-scale")
    def label_folds_from_scale(cls, data: PolarsData) -> pl.LazyFrame:
        """Above 0 is favor, below 0 against, 0 and null none."""
        scale = pl.col("scale")
        folded = pl.when(scale > 0).then(pl.lit("favor")).when(scale < 0).then(pl.lit("against"))
        known = pl.col("label").is_in(inventory.STANCE_LABELS)
        return data.lazyframe.select(~known | (folded.otherwise(pl.lit("none")) == pl.col("label")))

    @pa.dataframe_check(error="null-stance")
    def null_stance_is_bare(cls, data: PolarsData) -> pl.LazyFrame:
        """Without a scale there is no expression, and the target is the root."""
        bare = pl.col("expression").is_null() & (pl.col("target") == inventory.ROOT_TARGET)
        return data.lazyframe.select(pl.when(pl.col("scale").is_null()).then(bare).otherwise(pl.lit(value=True)))

    @pa.dataframe_check(error="evidence-missing")
    def stance_has_evidence(cls, data: PolarsData) -> pl.LazyFrame:
        """A row with a scale has an expression and evidence."""
        shown = pl.col("expression").is_not_null() & (pl.col("evidence").list.len() > 0)
        return data.lazyframe.select(pl.col("scale").is_null() | shown)
