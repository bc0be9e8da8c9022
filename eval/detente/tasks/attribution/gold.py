"""What annotators label for `attribution`: through which chain of sources a page has a claim."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

import pandera.polars as pa
import polars as pl

from detente.data import labels as inventory
from detente.data.annotated import Table, Tables, texts
from detente.data.jsonl import Record
from detente.data.labels import NULL
from detente.data.model import ALTERNATIVES, SPAN, SPANS, Strict
from detente.data.page import pairs_of
from detente.data.problems import Problem
from detente.tasks.attribution.readings import chain_of
from detente.tasks.layer import Compared, Layer, Painted, Reference, Seeded, SpanField, cross, quote

_CHAIN: Final = {"inner": pl.Struct({"sources": pl.List(pl.String), "channel": pl.String, "inherited": pl.Boolean})}
_LINKED_SPANS: Final = {"inner": pl.Struct({**SPAN, "link": pl.Int32})}


class Attribution(Strict):
    """One row per claim and chain: two sources for one claim are two rows."""

    id: str = pa.Field(unique=True, str_matches=r"^detente-\d{3,}:c\d{2,}#\d+$")
    article: str
    text: str
    claim: str
    claim_text: str
    spans: pl.List = pa.Field(dtype_kwargs=SPANS)
    event: str = pa.Field(nullable=True)
    chain: pl.List = pa.Field(dtype_kwargs=_CHAIN)
    type: str = pa.Field(isin=inventory.ATTRIBUTION_TYPES)
    cue_force: str = pa.Field(nullable=True, isin=inventory.CUE_FORCES)
    source_spans: pl.List = pa.Field(dtype_kwargs=_LINKED_SPANS)
    cue_spans: pl.List = pa.Field(dtype_kwargs=SPANS)
    content_spans: pl.List = pa.Field(dtype_kwargs=SPANS)
    alternatives: pl.List = pa.Field(dtype_kwargs=ALTERNATIVES)


def _explained(tables: Tables) -> Table:
    """The rows with their page, and with the claim as spans and as words.

    Its normalised sentence would tell whether the page or somebody else speaks.
    """
    pages, spans = texts(tables), {row["id"]: row["spans"] for row in tables["claims"].rows}
    for row in tables["attribution"].rows:
        row["text"], row["spans"] = pages.get(row["article"], ""), spans.get(row["claim"], [])
        row["claim_text"] = " … ".join(row["text"][start:end] for start, end in pairs_of(row["spans"]))
    return tables["attribution"]


def _sources(row: Record) -> Iterable[str]:
    return (name for link in row["chain"] for name in link["sources"])


def _other_sources(row: Record) -> Iterable[str]:
    """The sources of the chains that alternatives name."""
    for other in row["alternatives"]:
        if other["field"] == "chain":
            yield from (name for link in chain_of(other["value"]) for name in link)


def _other_events(row: Record) -> Iterable[str]:
    return (each["value"] for each in row["alternatives"] if each["field"] == "event" and each["value"] != NULL)


def _other_channels(row: Record, tables: Tables) -> Iterable[str]:
    """Of the innermost link, if there is one."""
    own = row["chain"][-1]["channel"] if row["chain"] else None
    return [channel for channel in tables["attribution"].inventory.channels if own and channel != own]


def _made_id(row: Record) -> str:
    return f"{row['claim']}#{row['id'].partition('#')[2]}"


def type_fits_the_chain(tables: Tables) -> Iterator[Problem]:
    """Type none means an empty chain and no spans; another type has a chain, or a cue that names nobody ("reportedly").

    A cue has a force, and no cue has none.
    """
    for place, row in tables["attribution"]:
        spans = row["source_spans"] + row["cue_spans"] + row["content_spans"]
        if bool(row["chain"] or spans) if row["type"] == "none" else not (row["chain"] or row["cue_spans"]):
            message = "type none goes with an empty chain and no spans, any other with a chain or at least a cue"
            yield Problem("attribution-type", place, message)
        if bool(row["cue_spans"]) != (row["cue_force"] is not None):
            yield Problem("attribution-type", place, "cue_force is null exactly where there is no cue span")


def spans_name_links(tables: Tables) -> Iterator[Problem]:
    """A source span names a link of the row's chain, the outermost of which is 0."""
    for place, row in tables["attribution"]:
        for span in row["source_spans"]:
            if row["chain"] and not 0 <= span["link"] < len(row["chain"]):
                last = len(row["chain"]) - 1
                message = f"[{span['start']}, {span['end']}) has link {span['link']}: the chain's links are 0 to {last}"
                yield Problem("attribution-link", place, message)


def _paint(text: str, row: Record, _: Callable[[str], list[Record]]) -> Iterator[Painted]:
    links = (f"{' + '.join(link['sources'])} ({link['channel']})" for link in row["chain"])
    yield [(f"{row['id']}  {row['type']}  {' → '.join(links) or 'the page itself'}", "bold cyan")]
    if row["content_spans"]:
        yield [(f"    {quote(text, row['content_spans'])}", "")]
        yield [(f"    cue {quote(text, row['cue_spans']) or 'none'}, {row['cue_force'] or 'no force'}", "dim")]


_SPANS: Final = ("source_spans", "cue_spans", "content_spans")

ATTRIBUTION_LAYER: Final = Layer(
    name="attribution",
    model=Attribution,
    path="attribution/gold",
    explained=("text", "claim_text", "spans"),
    compute=_explained,
    spans=tuple(map(SpanField, _SPANS)),
    references=(
        Reference("claim", ("claims",), "claim-unregistered"),
        Reference("event", ("events",), "event-unregistered"),
        Reference("chain", ("sources",), "source-unregistered", _sources),
        Reference("alternatives", ("sources",), "source-unregistered", _other_sources),
        Reference("alternatives", ("events",), "event-unregistered", _other_events),
    ),
    id_separator=":",
    made_id=_made_id,
    # What chains and events may be is checked with the references.
    alternatives={"chain": lambda *_: None, "event": lambda *_: None, "channel": _other_channels},
    checks=(type_fits_the_chain, spans_name_links),
    compared=Compared(
        nominal=("event", "chain", "type", "cue_force"),
        cut=_SPANS,
        cut_by_row=True,
        cut_columns=("id", "claim", *_SPANS),
    ),
    seeded=Seeded(
        {
            "type": inventory.ATTRIBUTION_TYPES,
            "cue_force": inventory.CUE_FORCES,
            "event": None,
            "chain": None,
            "source_spans": None,
            "cue_spans": None,
        }
    ),
    paint=_paint,
    card={"attribution": cross("attribution", "type", "article", inventory.ATTRIBUTION_TYPES)},
)

LAYERS: Final = (ATTRIBUTION_LAYER,)
