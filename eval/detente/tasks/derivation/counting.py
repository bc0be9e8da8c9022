"""The counts of derivation, of many pages at once: a row for each page and each text that it may draw on.

What counts is what gold and prediction say of a page and a text, and most pairs are alike in that: each kind of pair is
counted once.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl

from detente.tasks.derivation.edges import Article, Edge, counted
from detente.tasks.task import Batch, Options

_Said = tuple[str | None, ...] | None
"""Degree and kind of an edge; None where there is no edge."""


def count(articles: Sequence[Article], predictions: Sequence[Sequence[Edge] | None], options: Options) -> Batch:
    """The rows of all pages."""
    numbers: dict[tuple[_Said, _Said], int] = {(None, None): 0}
    sources: list[str] = []
    kinds: list[int] = []
    sizes: list[int] = []
    for article, prediction in zip(articles, predictions, strict=True):
        gold = {edge.source: edge[1:] for edge in article.read_as(prediction or (), options)}
        predicted = {edge.source: edge[1:] for edge in prediction or ()}
        others = sorted(predicted.keys() - {*article.nodes})
        asked = [source for source in (*article.nodes, *others) if source != article.id]
        sources += asked
        kinds += [numbers.setdefault((gold.get(source), predicted.get(source)), len(numbers)) for source in asked]
        sizes.append(len(asked))
    each = [counted(*(Edge("", *said) if said else None for said in pair)) for pair in numbers]
    details = [row.pop("detail") for row in each]
    # One more than there are: polars takes a single one for sorted, and adds up the groups of what is in another order.
    pages = pl.DataFrame(
        {key: [*(getattr(article, key) for article in articles), ""] for key in ("id", "family")},
        schema=dict.fromkeys(("id", "family"), pl.String),
    )
    table = pl.DataFrame([*each, each[0]], infer_schema_length=None)
    table = table.with_columns(pl.col(pl.Int64).cast(pl.Float64).fill_null(0.0))
    rows = pl.concat([pages[np.repeat(np.arange(len(articles)), sizes)], table[kinds]], how="horizontal")
    rows = rows.with_columns(article="id", source=pl.Series(sources, dtype=pl.String), slice=pl.lit("main"))
    return Batch(
        rows.with_columns(item=pl.format("{}>{}", "id", "source")),
        lambda places: [details[kinds[place]] for place in places],
    )
