"""What annotators label for `derivation`: the texts that a page draws on, as edges."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

import pandera.polars as pa
import polars as pl

from detente.data import labels as inventory
from detente.data.annotated import Tables
from detente.data.jsonl import Record
from detente.data.labels import NULL
from detente.data.model import ALTERNATIVES, SPANS, Strict
from detente.tasks.derivation.checks import edges_fit, no_page_derives_from_itself
from detente.tasks.derivation.edges import DEGREE_LABELS
from detente.tasks.layer import ROW, Compared, Grid, Layer, Painted, Reference, Seeded, SpanField, quote

_NODES: Final = ("sources", "events", "articles")


class Derivation(Strict):
    """One row per edge from an article to a text that it draws on."""

    id: str = pa.Field(unique=True)
    article: str
    source: str
    in_corpus: bool = pa.Field(nullable=True)
    degree: str = pa.Field(isin=inventory.DEGREES)
    kind: str = pa.Field(isin=inventory.DERIVATION_KINDS)
    via: str = pa.Field(nullable=True)
    translated: bool = pa.Field(nullable=True)
    evidence: pl.List = pa.Field(dtype_kwargs=SPANS)
    confidence: str = pa.Field(isin=inventory.CONFIDENCES)
    basis: str = pa.Field(isin=inventory.KNOWN_BASES)
    name_basis: str = pa.Field(nullable=True, isin=inventory.KNOWN_BASES)
    translated_basis: str = pa.Field(nullable=True, isin=inventory.KNOWN_BASES)
    alternatives: pl.List = pa.Field(dtype_kwargs=ALTERNATIVES)


def _made_id(row: Record) -> str:
    return f"{row['article']}>{row['source']}"


def _other_nearer_sources(row: Record) -> Iterable[str]:
    return (each["value"] for each in row["alternatives"] if each["field"] == "via" and each["value"] != NULL)


_TRUTHS: Final = ("true", "false", NULL)


def _paint(text: str, row: Record, _: Callable[[str], list[Record]]) -> Iterator[Painted]:
    via = f" via {row['via']}" if row["via"] else ""
    yield [(f"{row['degree']} from {row['source']}{via}: {row['kind']}", "bold cyan")]
    yield [(f"    {row['basis']}, confidence {row['confidence']}: {quote(text, row['evidence'])}", "")]


def _card(tables: Tables) -> Grid:
    """Every edge."""
    header = ("article", "source", "in_corpus", "degree", "kind", "via", "translated", "basis", "confidence")
    return header, ([row[name] for name in header] for row in tables["derivation"].rows)


DERIVATION_LAYER: Final = Layer(
    name="derivation",
    model=Derivation,
    path="derivation/gold",
    spans=(SpanField("evidence", required=True),),
    references=(
        Reference("source", _NODES, "source-unregistered"),
        Reference("via", _NODES, "source-unregistered"),
        Reference("alternatives", _NODES, "source-unregistered", _other_nearer_sources),
    ),
    made_id=_made_id,
    alternatives={
        "degree": lambda *_: DEGREE_LABELS,
        "via": lambda *_: None,  # checked with the references
        "in_corpus": lambda *_: _TRUTHS,
        "translated": lambda *_: _TRUTHS,
    },
    checks=(edges_fit, no_page_derives_from_itself),
    compared=Compared(
        nominal=(
            *("in_corpus", "degree", "kind", "via", "translated"),
            *("confidence", "basis", "name_basis", "translated_basis"),
        ),
        spans=("evidence",),
        cut=(ROW,),
    ),
    seeded=Seeded(
        {
            "degree": inventory.DEGREES,
            "kind": inventory.DERIVATION_KINDS,
            "via": None,
            "translated": None,
            "confidence": inventory.CONFIDENCES,
            "basis": inventory.KNOWN_BASES,
            "name_basis": inventory.KNOWN_BASES,
            "evidence": None,
        }
    ),
    paint=_paint,
    card={"derivation": _card},
)

LAYERS: Final = (DERIVATION_LAYER,)
