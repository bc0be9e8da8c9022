"""The pandera models of claims, propositions, agreement, the dependence layers, and the contrast set."""

from typing import Final

import pandera.polars as pa
import polars as pl
from pandera.api.polars.types import PolarsData

from detente.data import labels as inventory
from detente.data.model import ALTERNATIVES, NAME_ID, SPAN, SPANS, STRINGS, Strict

CHECK_WORTHINESS: Final = ("checkable", "key_matter", "accuses", "settled")
_ANSWERS: Final = pl.Struct(dict.fromkeys(CHECK_WORTHINESS, pl.Boolean))
_RELATIONS: Final = {"inner": pl.Struct({"proposition": pl.String, "relation": pl.String})}
_CHAIN: Final = {"inner": pl.Struct({"sources": pl.List(pl.String), "channel": pl.String, "inherited": pl.Boolean})}
_CLAIM_ID: Final = r"^detente-\d{3}:c\d{2,}$"


class Claims(Strict):
    """One row per claim; its spans may be discontinuous."""

    id: str = pa.Field(unique=True, str_matches=_CLAIM_ID)
    article: str
    spans: pl.List = pa.Field(dtype_kwargs=SPANS)
    zone: str = pa.Field(isin=inventory.CLAIM_ZONES)
    type: str = pa.Field(isin=inventory.CLAIM_TYPES)
    check_worthy: bool
    check_worthy_answers: pl.Struct = pa.Field(dtype_kwargs={"fields": _ANSWERS.fields})
    presentation: str = pa.Field(isin=inventory.PRESENTATIONS)
    normalised: str
    propositions: pl.List = pa.Field(dtype_kwargs=_RELATIONS)
    alternatives: pl.List = pa.Field(dtype_kwargs=ALTERNATIVES)


class NoClaim(Strict):
    """One row per stretch of a labelled segment that asserts nothing. Read and checked, not published."""

    article: str
    start: pl.Int32 = pa.Field(ge=0)
    end: pl.Int32
    reason: str = pa.Field(isin=inventory.NO_CLAIM_REASONS)


class Propositions(Strict):
    """One row per proposition; who reports it and how many independent sources stand behind it is computed."""

    id: str = pa.Field(unique=True, str_matches=NAME_ID)
    text: str
    date: str = pa.Field(nullable=True, str_matches=r"^\d{4}-\d{2}(-\d{2})?$")
    articles: pl.List = pa.Field(dtype_kwargs=STRINGS)
    sources_min: pl.Int32 = pa.Field(ge=0)
    sources_max: pl.Int32 = pa.Field(ge=0)
    parties: pl.List = pa.Field(dtype_kwargs=STRINGS)


class Agreement(Strict):
    """One row for every article and proposition."""

    id: str = pa.Field(unique=True)
    article: str
    proposition: str
    label: str = pa.Field(isin=inventory.AGREEMENT_LABELS)
    label_fnc1: str = pa.Field(isin=inventory.AGREEMENT_LABELS)
    voice: str = pa.Field(nullable=True, isin=inventory.VOICES)
    alternatives: pl.List = pa.Field(dtype_kwargs=ALTERNATIVES)

    @pa.dataframe_check(error="voice-unrelated")
    def unrelated_has_no_voice(cls, data: PolarsData) -> pl.LazyFrame:
        """A voice is null exactly where the article is unrelated."""
        return data.lazyframe.select(pl.col("voice").is_null() == (pl.col("label") == "unrelated"))


class Exceptions(Strict):
    """One row per article and proposition whose agreement the claims' relations do not give. Read, not published."""

    id: str = pa.Field(unique=True)
    label: str = pa.Field(isin=inventory.AGREEMENT_LABELS)
    voice: str = pa.Field(nullable=True, isin=inventory.VOICES)
    reason: str


class Attribution(Strict):
    """One row per claim and chain: two sources for one claim are two rows."""

    id: str = pa.Field(unique=True, str_matches=r"^detente-\d{3}:c\d{2,}#\d+$")
    article: str
    claim: str
    event: str = pa.Field(nullable=True)
    chain: pl.List = pa.Field(dtype_kwargs=_CHAIN)
    type: str = pa.Field(isin=inventory.ATTRIBUTION_TYPES)
    cue_force: str = pa.Field(nullable=True, isin=inventory.CUE_FORCES)
    source_spans: pl.List = pa.Field(dtype_kwargs=SPANS)
    cue_spans: pl.List = pa.Field(dtype_kwargs=SPANS)
    content_spans: pl.List = pa.Field(dtype_kwargs=SPANS)
    alternatives: pl.List = pa.Field(dtype_kwargs=ALTERNATIVES)


class Derivation(Strict):
    """One row per edge from an article to a text that it draws on."""

    id: str = pa.Field(unique=True)
    article: str
    source: str
    in_corpus: bool
    degree: str = pa.Field(isin=inventory.DEGREES)
    kind: str = pa.Field(isin=inventory.DERIVATION_KINDS)
    via: str = pa.Field(nullable=True)
    translated: bool = pa.Field(nullable=True)
    evidence: pl.List = pa.Field(dtype_kwargs=SPANS)
    confidence: str = pa.Field(isin=inventory.CONFIDENCES)
    basis: str = pa.Field(isin=inventory.KNOWN_BASES)
    name_basis: str = pa.Field(nullable=True, isin=inventory.KNOWN_BASES)
    translated_basis: str = pa.Field(nullable=True, isin=inventory.KNOWN_BASES)


class Reuse(Strict):
    """One row per pair of passages; `source` is only the other article, no direction is meant."""

    id: str = pa.Field(unique=True, str_matches=r"^detente-\d{3}::detente-\d{3}#\d{2,}$")
    article: str
    source: str
    this: pl.Struct = pa.Field(dtype_kwargs={"fields": pl.Struct(SPAN).fields})
    source_span: pl.Struct = pa.Field(dtype_kwargs={"fields": pl.Struct(SPAN).fields})
    operation: str = pa.Field(isin=inventory.OPERATIONS)


class Contrast(Strict):
    """One row per sentence of the contrast set; every one is synthetic."""

    id: str = pa.Field(unique=True, str_matches=r"^contrast:[sg]\d{3}[ab]$")
    pair: str
    task: str = pa.Field(isin=inventory.CONTRAST_TASKS)
    phenomenon: str
    text: str
    holder: str = pa.Field(nullable=True)
    target: str = pa.Field(nullable=True, isin=inventory.STANCE_TARGETS)
    proposition: str = pa.Field(nullable=True)
    label: str = pa.Field(isin=inventory.CONTRAST_LABELS)
    edit: str = pa.Field(isin=inventory.EDITS)
    twin: str
    synthetic: bool

    @pa.dataframe_check(error="contrast-task")
    def fields_fit_the_task(cls, data: PolarsData) -> pl.LazyFrame:
        """Stance has holder, target and a stance label; agreement a proposition and an agreement label."""
        stance = pl.col("holder").is_not_null() & pl.col("target").is_not_null() & pl.col("proposition").is_null()
        agreement = pl.col("holder").is_null() & pl.col("target").is_null() & pl.col("proposition").is_not_null()
        labelled = pl.col("label").is_in(inventory.STANCE_LABELS)
        fits = pl.when(pl.col("task") == "stance").then(stance & labelled).otherwise(agreement & ~labelled)
        return data.lazyframe.select(fits)
