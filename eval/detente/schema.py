"""The tables: one pandera model each, from which the Parquet schema and the typed features are derived.

A column with a closed inventory is an `isin` check, so that the inventory, the check and the `ClassLabel` are one fact.
Checks inside one row are here, checks across rows and tables in `detente.checks`.
"""

from typing import Final

import pandera.polars as pa
import polars as pl
from pandera.api.polars.types import PolarsData
from pandera.errors import SchemaErrors

from detente import inventory
from detente.problems import Problem

_SPAN: Final = {"start": pl.Int32, "end": pl.Int32}
_SPANS: Final = {"inner": pl.Struct(_SPAN)}
_PLACED_SPANS: Final = {"inner": pl.Struct({"article": pl.String, **_SPAN})}
_FIELD_SPANS: Final = {"inner": pl.Struct({"field": pl.String, "article": pl.String, **_SPAN})}
_STRINGS: Final = {"inner": pl.String}
_ALTERNATIVES: Final = {"inner": pl.Struct({"field": pl.String, "value": pl.String, "reason": pl.String})}

_ARTICLE_ID: Final = r"^detente-\d{3}$"
_NAME_ID: Final = r"^[a-z0-9]+(-[a-z0-9]+)*$"
_ISO_DATE: Final = r"^\d{4}-\d{2}(-\d{2})?$"
_SHA256: Final = r"^[0-9a-f]{64}$"


def _fits_basis(field: str) -> pl.Expr:
    return pl.col(field).is_null() == (pl.col(f"{field}_basis") == "unknown")


class _Strict(pa.DataFrameModel):
    class Config:
        strict = True
        ordered = True


class Articles(_Strict):
    """One row per page."""

    id: str = pa.Field(unique=True, str_matches=_ARTICLE_ID)
    capture: str
    sha256_raw: str = pa.Field(str_matches=_SHA256)
    text: str
    sha256_text: str = pa.Field(str_matches=_SHA256)
    language: str = pa.Field(str_matches=r"^[a-z]{2}$")
    headline: str = pa.Field(nullable=True)
    family: str = pa.Field(str_matches=_ARTICLE_ID)
    outlet: str = pa.Field(nullable=True)
    outlet_basis: str = pa.Field(isin=inventory.BASES)
    date: str = pa.Field(nullable=True, str_matches=_ISO_DATE)
    date_basis: str = pa.Field(isin=inventory.BASES)
    author: str = pa.Field(nullable=True)
    author_basis: str = pa.Field(isin=inventory.BASES)
    evidence: pl.List = pa.Field(dtype_kwargs=_FIELD_SPANS)

    @pa.dataframe_check(error="basis-without-value")
    def values_fit_bases(cls, data: PolarsData) -> pl.LazyFrame:
        """A value is null exactly if its basis is unknown."""
        return data.lazyframe.select(pl.all_horizontal(_fits_basis(name) for name in ("outlet", "date", "author")))


class Sources(_Strict):
    """One row per person, body, state, outlet, agency, text or voice that the pages draw on."""

    id: str = pa.Field(unique=True, str_matches=_NAME_ID)
    name: str
    kind: str = pa.Field(isin=inventory.SOURCE_KINDS)
    speaks_for: str = pa.Field(nullable=True)
    anonymous: bool
    possibly_same_as: str = pa.Field(nullable=True)
    aliases: pl.List = pa.Field(dtype_kwargs=_STRINGS)


class Events(_Strict):
    """One row per speech event."""

    id: str = pa.Field(unique=True, str_matches=_NAME_ID)
    kind: str = pa.Field(isin=inventory.EVENT_KINDS)
    speaker: str
    addressee: str = pa.Field(nullable=True)
    medium: str = pa.Field(nullable=True)
    date: str = pa.Field(nullable=True, str_matches=_ISO_DATE)
    date_basis: str = pa.Field(isin=inventory.BASES)
    evidence: pl.List = pa.Field(dtype_kwargs=_PLACED_SPANS)

    @pa.dataframe_check(error="basis-without-value")
    def date_fits_basis(cls, data: PolarsData) -> pl.LazyFrame:
        """A date is null exactly if its basis is unknown."""
        return data.lazyframe.select(_fits_basis("date"))


class Boilerplate(_Strict):
    """One row per segment; the segments of a page hold every non-space character once."""

    id: str = pa.Field(unique=True, str_matches=r"^detente-\d{3}:b\d{2,}$")
    article: str
    start: pl.Int32 = pa.Field(ge=0)
    end: pl.Int32
    zone: str = pa.Field(isin=inventory.ZONES)
    type: str = pa.Field(isin=inventory.SEGMENT_TYPES)
    repeats: str = pa.Field(nullable=True)
    alternatives: pl.List = pa.Field(dtype_kwargs=_ALTERNATIVES)

    @pa.dataframe_check(error="zone-type")
    def type_is_of_zone(cls, data: PolarsData) -> pl.LazyFrame:
        """A type belongs to one zone."""
        zone = pl.col("type").replace_strict(inventory.ZONE_OF_TYPE, default=None, return_dtype=pl.String)
        known = pl.col("zone").is_in(inventory.ZONES) & zone.is_not_null()
        return data.lazyframe.select(~known | (zone == pl.col("zone")))


class Stance(_Strict):
    """One row per article, holder, target, time and allegedness."""

    id: str = pa.Field(unique=True)
    article: str
    holder: str
    chain: pl.List = pa.Field(dtype_kwargs=_STRINGS)
    speaker: str = pa.Field(nullable=True)
    target: str = pa.Field(isin=inventory.STANCE_TARGETS)
    time: str = pa.Field(isin=inventory.STANCE_TIMES)
    scale: pl.Int8 = pa.Field(
        nullable=True, in_range={"min_value": inventory.SCALE[0], "max_value": inventory.SCALE[1]}
    )
    label: str = pa.Field(isin=inventory.STANCE_LABELS)
    alleged: bool
    expression: str = pa.Field(nullable=True, isin=inventory.EXPRESSIONS)
    evidence: pl.List = pa.Field(dtype_kwargs=_SPANS)
    alternatives: pl.List = pa.Field(dtype_kwargs=_ALTERNATIVES)

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


MODELS: Final[dict[str, type[pa.DataFrameModel]]] = {
    "articles": Articles,
    "sources": Sources,
    "events": Events,
    "boilerplate": Boilerplate,
    "stance": Stance,
}
"""Config name to model, in the order in which the card lists them."""

COMPUTED: Final[dict[str, tuple[str, ...]]] = {
    "articles": ("text", "sha256_text"),
    "sources": (),
    "events": (),
    "boilerplate": ("article",),
    "stance": ("article", "speaker"),
}
"""Columns that the build adds and no annotation line holds."""


def polars_schema(config: str) -> dict[str, pl.DataType]:
    """Column name to polars type, in the published order."""
    return {name: column.dtype.type for name, column in MODELS[config].to_schema().columns.items()}


def nullable(config: str) -> frozenset[str]:
    """The columns that may be null."""
    return frozenset(name for name, column in MODELS[config].to_schema().columns.items() if column.nullable)


def inventory_of(config: str, column: str) -> tuple[str, ...] | None:
    """The closed inventory of a column, or None where the column is open."""
    for check in MODELS[config].to_schema().columns[column].checks:
        if check.name == "isin":
            return tuple(check.statistics["allowed_values"])
    return None


_RULE_OF_CHECK = {
    "field_uniqueness": "id-duplicate",
    "not_nullable": "value-null",
    "isin": "value-not-allowed",
    "in_range": "value-out-of-range",
    "greater_than_or_equal_to": "value-out-of-range",
    "str_matches": "value-pattern",
}


def table_problems(config: str, frame: pl.DataFrame, places: list[str]) -> list[Problem]:
    """What pandera finds in one table, one problem per row and rule.

    Args:
        config: The table's name.
        frame: Its rows, with the types of `polars_schema`.
        places: For each row, where it was read.

    Returns:
        The problems in the order of the rows. An id that stands more than once is one problem, at its second place.
    """
    try:
        MODELS[config].validate(frame, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases.sort("index", maintain_order=True).to_dicts()
        return list(dict.fromkeys(_problem(config, case, frame, places) for case in cases))
    return []


def _problem(config: str, case: dict[str, object], frame: pl.DataFrame, places: list[str]) -> Problem:
    check, column, value = str(case["check"]).partition("(")[0], str(case["column"]), case["failure_case"]
    index = case["index"]
    if not isinstance(index, int):  # a fault of the whole table, such as a column too many
        return Problem("wrong-type", places[0] if places else config, f"{config}: {check}: {value}")
    row = frame.row(index, named=True)
    rule = _RULE_OF_CHECK.get(check, check)
    if rule == "id-duplicate":
        same = [place for place, found in zip(places, frame[column], strict=True) if found == row[column]]
        return Problem(rule, same[1], f"{column} {value} is taken: it stands first at {same[0]}")
    if rule == "value-not-allowed":
        return Problem(
            rule, places[index], f"{column} {value!r} is not one of {', '.join(inventory_of(config, column) or ())}"
        )
    detail = str(case["check"]).partition("(")[2].rstrip(")")
    messages = {
        "value-null": f"{column} is null: it must have a value",
        "value-out-of-range": f"{column} {value} is out of range: {check.replace('_', ' ')} {detail}",
        "value-pattern": f"{column} {value!r} has not the form {detail}",
        "basis-without-value": "a value is null exactly if its basis is `unknown`: change the one or the other",
        "zone-type": f"type {row.get('type')} does not belong to zone {row.get('zone')}",
        "label-scale": f"label {row.get('label')} does not fold from scale {row.get('scale')}",
        "null-stance": f"a row without a scale has no expression, and its target is {inventory.ROOT_TARGET}",
        "evidence-missing": f"scale {row.get('scale')} needs an expression and at least one evidence span",
    }
    return Problem(rule, places[index], messages[rule])
