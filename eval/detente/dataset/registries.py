"""The registries that the layers refer to: articles, sources, events. Propositions have a module of their own."""

from collections.abc import Iterator
from typing import Final

import pandera.polars as pa
import polars as pl
from pandera.api.polars.types import PolarsData

from detente.data import labels as inventory
from detente.data.annotated import Tables, segmented, segments_of
from detente.data.jsonl import dump_line
from detente.data.model import ARTICLE_ID, ISO_DATE, LANGUAGE, NAME_ID, SPAN, STRINGS, Strict
from detente.data.problems import Problem
from detente.tasks.layer import Grid, Layer, Reference, SpanField

_PLACED_SPANS: Final = {"inner": pl.Struct({"article": pl.String, **SPAN})}
_FIELD_SPANS: Final = {"inner": pl.Struct({"field": pl.String, "article": pl.String, **SPAN})}
_SHA256: Final = r"^[0-9a-f]{64}$"
_BASED: Final = ("outlet", "date", "author")
"""What is known of an article, on a stated or inferred basis."""
_BASIS_MESSAGE: Final = {
    "basis-without-value": "a value is null exactly if its basis is `unknown`: change the one or the other"
}


def _fits_basis(field: str) -> pl.Expr:
    return pl.col(field).is_null() == (pl.col(f"{field}_basis") == "unknown")


class Articles(Strict):
    """One row per page."""

    id: str = pa.Field(unique=True, str_matches=ARTICLE_ID)
    capture: str
    sha256_raw: str = pa.Field(str_matches=_SHA256)
    text: str
    sha256_text: str = pa.Field(str_matches=_SHA256)
    language: str = pa.Field(str_matches=LANGUAGE)
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
        return data.lazyframe.select(pl.all_horizontal(map(_fits_basis, _BASED)))


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
    """One row per speech event. `about` is the event that a text tells of; a joint text has no speaker."""

    id: str = pa.Field(unique=True, str_matches=NAME_ID)
    kind: str = pa.Field(isin=inventory.EVENT_KINDS)
    about: str = pa.Field(nullable=True)
    speaker: str = pa.Field(nullable=True)
    addressee: str = pa.Field(nullable=True)
    medium: str = pa.Field(nullable=True)
    date: str = pa.Field(nullable=True, str_matches=ISO_DATE)
    date_basis: str = pa.Field(isin=inventory.BASES)
    evidence: pl.List = pa.Field(dtype_kwargs=_PLACED_SPANS)

    @pa.dataframe_check(error="basis-without-value")
    def date_fits_basis(cls, data: PolarsData) -> pl.LazyFrame:
        """A date is null exactly if its basis is unknown."""
        return data.lazyframe.select(_fits_basis("date"))


def bases_have_evidence(tables: Tables) -> Iterator[Problem]:
    """What is stated or inferred of an article has a span, what is unknown has none."""
    for place, row in tables["articles"]:
        shown = {span["field"] for span in row["evidence"]}
        for field in _BASED:
            if (row[f"{field}_basis"] != "unknown") != (field in shown):
                cure = "give its evidence span, or take the spans away and say `unknown`"
                yield Problem("evidence-missing", place, f"{field} is {row[f'{field}_basis']}: {cure}")
        if strange := shown - set(_BASED):
            yield Problem("value-not-allowed", place, f"evidence for {', '.join(sorted(strange))}: not such a field")


def events_end(tables: Tables) -> Iterator[Problem]:
    """An event is about another that is, in the end, about none."""
    about = {row["id"]: row["about"] for row in tables["events"].rows}
    for place, row in tables["events"]:
        seen, following = set(), row["about"]
        while following and following not in seen:
            seen.add(following)
            following = about.get(following)
        if row["id"] in seen:
            yield Problem("event-cycle", place, f"{row['id']} is about itself through {row['about']}: end the circle")


def ids_tell_no_page(tables: Tables) -> Iterator[Problem]:
    """Which page a source or an event belongs to does not stand in its id; a page's own voice is named by it."""
    numbers = {row["id"].rpartition("-")[2] for row in tables["articles"].rows}
    for name in ("sources", "events"):
        for place, row in tables[name]:
            if row["kind"] != "voice" and (told := numbers.intersection(row["id"].split("-"))):
                message = f"{row['id']} tells where it belongs by {', '.join(sorted(told))}: number unnamed ones from 1"
                yield Problem("id-tells", place, message)


def headlines_found(tables: Tables) -> Iterator[Problem]:
    """The registry's headline is the page's first headline segment, word for word; null where the page has none."""
    whole = segmented(tables)
    for place, row in tables["articles"]:
        segments = [
            row["text"][segment["start"] : segment["end"]]
            for _, segment in segments_of(tables, row["id"])
            if segment["type"] == "headline"
        ]
        if row["id"] in whole and row["headline"] != (segments[0] if segments else None):
            stated, wanted = dump_line(row["headline"]), dump_line(segments[0] if segments else None)
            found = wanted if segments else "no headline segment"
            remedy = f"set `headline` to {wanted} in annotations/articles.jsonl"
            yield Problem("headline-not-found", place, f"headline is {stated}, the page has {found}: {remedy}")


def _articles_card(tables: Tables) -> Grid:
    """Every article."""
    header = ("article", "family", "outlet", "date", "characters", "headline")
    rows = [
        (
            row["id"],
            row["family"],
            f"{row['outlet']} ({row['outlet_basis']})" if row["outlet"] else "unknown",
            f"{row['date']} ({row['date_basis']})" if row["date"] else "unknown",
            len(row["text"]),
            row["headline"],
        )
        for row in tables["articles"].rows
    ]
    return header, rows


ARTICLES: Final = Layer(
    name="articles",
    model=Articles,
    path="articles.jsonl",
    computed=("text", "sha256_text"),
    spans=(SpanField("evidence", article=""),),
    references=(Reference("family", ("articles",), "article-unregistered"),),
    messages=_BASIS_MESSAGE,
    checks=(bases_have_evidence, headlines_found),
    card={"articles": _articles_card},
)

SOURCES: Final = Layer(
    name="sources",
    model=Sources,
    path="sources.jsonl",
    references=tuple(
        Reference(name, ("sources",), "source-unregistered") for name in ("speaks_for", "possibly_same_as")
    ),
    checks=(ids_tell_no_page,),
)

EVENTS: Final = Layer(
    name="events",
    model=Events,
    inventories={"kind": lambda own: own.event_kinds},
    path="events.jsonl",
    spans=(SpanField("evidence", article="", required=True),),
    references=(
        Reference("about", ("events",), "event-unregistered"),
        *(Reference(name, ("sources",), "source-unregistered") for name in ("speaker", "addressee", "medium")),
    ),
    messages=_BASIS_MESSAGE,
    checks=(events_end,),
)
