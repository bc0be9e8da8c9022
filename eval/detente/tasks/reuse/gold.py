"""What annotators label for `reuse`: pairs of passages that two pages share."""

import json
from collections.abc import Callable, Iterator
from typing import Final

import pandera.polars as pa
import polars as pl

from detente.data import labels as inventory
from detente.data.annotated import Tables, fits, texts
from detente.data.jsonl import Record
from detente.data.model import ALTERNATIVES, SPAN, Strict
from detente.data.page import span_of
from detente.data.problems import Problem
from detente.tasks.layer import Compared, Layer, Painted, Reference, Seeded, SpanField, cross, quote
from detente.text.folding import fold


class Reuse(Strict):
    """One row per pair of passages; `source` is only the other article, no direction is meant."""

    id: str = pa.Field(unique=True, str_matches=r"^detente-\d{3,}::detente-\d{3,}#\d{2,}$")
    article: str
    source: str
    this: pl.Struct = pa.Field(dtype_kwargs={"fields": pl.Struct(SPAN).fields})
    source_span: pl.Struct = pa.Field(dtype_kwargs={"fields": pl.Struct(SPAN).fields})
    operation: str = pa.Field(isin=inventory.OPERATIONS)
    alternatives: pl.List = pa.Field(dtype_kwargs=ALTERNATIVES)


def _made_id(row: Record) -> str:
    return f"{row['article']}::{row['source']}#{row['id'].partition('#')[2]}"


def operation_fits(tables: Tables) -> Iterator[Problem]:
    """The lower article comes first; passages are verbatim if they are equal after folding quotes and spaces."""
    known = texts(tables)
    for place, row in tables["reuse"]:
        pair = ((row["article"], row["this"]), (row["source"], row["source_span"]))
        if not all(article in known and fits(span_of(span), known[article]) for article, span in pair):
            continue
        if row["article"] >= row["source"]:
            yield Problem("reuse-operation", place, "the lower article comes first")
        left, right = (" ".join(fold(known[article][span["start"] : span["end"]]).split()) for article, span in pair)
        if (left == right) != (row["operation"] == "verbatim"):
            equal = "equal" if left == right else "not equal"
            yield Problem("reuse-operation", place, f"operation is {row['operation']}, but the passages are {equal}")


def _paint(text: str, row: Record, _: Callable[[str], list[Record]]) -> Iterator[Painted]:
    yield [(f"{row['operation']} with {row['source']}", "bold cyan")]
    yield [(f"    {quote(text, [row['this']])}", "")]


REUSE_LAYER: Final = Layer(
    name="reuse",
    model=Reuse,
    path="reuse/gold",
    spans=(
        SpanField("this", content_rule="reuse-outside-content"),
        SpanField("source_span", article="source", content_rule="reuse-outside-content"),
    ),
    references=(Reference("source", ("articles",), "article-unregistered"),),
    id_separator="::",
    made_id=_made_id,
    checks=(operation_fits,),
    compared=Compared(
        key=lambda row: json.dumps([row["article"], row["source"], row["this"], row["source_span"]]),
        nominal=("operation",),
        cut=("this", "source_span"),
        cut_columns=("source", "this", "source_span"),
    ),
    seeded=Seeded({"operation": inventory.OPERATIONS, "source_span": None}),
    paint=_paint,
    card={"reuse": cross("reuse", "operation", "article", inventory.OPERATIONS)},
)

LAYERS: Final = (REUSE_LAYER,)
