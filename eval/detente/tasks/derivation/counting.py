"""The counts of derivation, of many pages at once: a row for each page and each text that it may draw on.

What counts is what gold and prediction say of a page and a text, and most pairs are alike in that: each kind of pair is
counted once.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl

from detente.tasks.batch import Batch, gathered
from detente.tasks.derivation.edges import Article, Edge, counted
from detente.tasks.task import Options

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
    page = np.repeat(np.arange(len(articles)), sizes)
    names, families = (gathered([getattr(article, key) for article in articles], page) for key in ("id", "family"))
    # One more than there are, as in `gathered`.
    table = pl.DataFrame([*each, each[0]], infer_schema_length=None)[kinds]
    rows = table.with_columns(
        pl.col(pl.Int64).cast(pl.Float64).fill_null(0.0),
        id=names,
        family=families,
        article=names,
        source=pl.Series(sources, dtype=pl.String),
        slice=gathered(["main"], np.zeros(len(page), dtype=np.int64)),
    )
    return Batch(
        rows.with_columns(item=pl.format("{}>{}", "id", "source")),
        lambda places: [details[kinds[place]] for place in places],
    )
