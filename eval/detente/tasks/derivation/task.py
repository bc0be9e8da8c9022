"""The task `derivation`: which texts stand behind a page, how much of it comes from them, and in which way.

The unit is a page, an item a pair of a page and a text: every text that some page of the gold draws on, and those that
are predicted for this page. Of these pairs, the ones without an edge are METER's "non-derived". Edges that name no
degree, or no kind, are wrong about it as soon as some edge of the system names one; else that measure is undefined.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

import numpy as np

from detente.data.corpus import Corpus
from detente.data.jsonl import Record
from detente.metrics import classification
from detente.metrics.classification import Floats, f1, precision, recall
from detente.tasks.derivation.edges import (
    DEGREE_LABELS,
    KIND_LABELS,
    Article,
    Edge,
    Edges,
    Layers,
    counted,
    independent_source_error,
    related_outcomes,
)
from detente.tasks.derivation.prediction import parse
from detente.tasks.task import Counts, Metric, Options, Overall, Row, Task, confusion, confusion_columns

OUTCOMES: Final = ("tp", "fp", "fn")
NODE_KINDS: Final = ("outlet", "agency", "text")
"""Sources that are texts or publish them; whoever only speaks is in attribution."""
_DEGREE_CELLS: Final = confusion_columns(DEGREE_LABELS)
_KIND_CELLS: Final = confusion_columns(KIND_LABELS)


def _units(corpus: Corpus) -> dict[str, Article]:
    names = ("propositions", "claims", "attribution", "sources", "events")
    layers = Layers(*(corpus.rows(name) for name in names))
    edges: dict[str, list[Edge]] = {name: [] for name in corpus.articles}
    for row in corpus.rows("derivation"):
        edges[row["article"]].append(Edge(row["source"], row["degree"], row["kind"]))
    nodes = tuple(dict.fromkeys(edge.source for out in edges.values() for edge in out))
    known = dict.fromkeys([*(row["id"] for rows in (layers.sources, layers.events) for row in rows), *edges])
    return {
        name: Article(name, row["family"], tuple(edges[name]), nodes, known, layers)
        for name, row in corpus.articles.items()
    }


def _inputs(corpus: Corpus) -> list[Record]:
    """Each page with the ids that an edge may lead to. The names of unnamed texts would tell where they belong."""
    sources = {row["id"]: row for row in corpus.rows("sources")}
    offered = [
        {"id": name, "name": f"an unnamed {row['kind']}" if row["anonymous"] else row["name"]}
        for name, row in sources.items()
        if row["kind"] in NODE_KINDS
    ]
    for row in corpus.rows("events"):
        partners = [sources[row[name]]["name"] for name in ("speaker", "addressee", "medium") if row[name]]
        offered.append({"id": row["id"], "name": f"{row['kind']}: {', '.join(partners)}"})
    offered += [{"id": name, "name": "a page of this corpus"} for name in corpus.articles]
    return [
        {
            "id": name,
            "text": row["text"],
            "language": row["language"],
            "sources": [each for each in offered if each["id"] != name],
        }
        for name, row in corpus.articles.items()
    ]


def _count(article: Article, prediction: tuple[Edge, ...] | None, _: Options) -> list[Row]:
    gold = {edge.source: edge for edge in article.edges}
    predicted = {edge.source: edge for edge in prediction or ()}
    others = sorted(predicted.keys() - set(article.nodes))
    return [
        {
            "id": article.id,
            "family": article.family,
            "slice": "headline",
            "article": article.id,
            "source": source,
            "item": f"{article.id}>{source}",
            **counted(gold.get(source), predicted.get(source)),
        }
        for source in (*article.nodes, *others)
        if source != article.id
    ]


def _all_edges(units: Mapping[str, Article], by_id: Edges) -> tuple[Edges, Edges]:
    """Gold and predicted edges of every page."""
    return {name: unit.edges for name, unit in units.items()}, {name: by_id.get(name, ()) for name in units}


def _pair_measure(name: str, formula: str, compute: Callable[[int, int, int], Floats]) -> Overall:
    """A measure of pairs of pages. A pair belongs to two families, so that there is a value only."""

    def measure(units: Mapping[str, Article], by_id: Edges, _: Options) -> tuple[float, int]:
        outcomes = related_outcomes(*_all_edges(units, by_id))
        return float(compute(*outcomes)) if outcomes else np.nan, len(units) * (len(units) - 1) // 2

    return Overall(name, formula, measure)


def _independent_source_error(units: Mapping[str, Article], by_id: Edges, _: Options) -> tuple[float, int]:
    return independent_source_error(*_all_edges(units, by_id), next(iter(units.values())).layers)


_Compute = Callable[[Counts, Counts], Floats]


def _if_said(given: str, compute: _Compute) -> _Compute:
    """The measure of a field of edges, NaN where there are edges and none has it."""

    def defined(counts: Counts, full: Counts) -> Floats:
        silent = [(sums[given] == 0) & (sums["edges"] > 0) for sums in (counts, full)]
        return np.where(silent[0] | silent[1], np.nan, compute(counts, full))

    return defined


def _macro_f1(labels: tuple[str, ...]) -> _Compute:
    return lambda counts, full: classification.macro_f1(
        confusion(counts, labels), classification.supported(confusion(full, labels))
    )


def _degree_f1(name: str) -> Metric:
    place = DEGREE_LABELS.index(name)

    def compute(counts: Counts, _: Counts) -> Floats:
        f1_of_class: Floats = classification.class_f1(confusion(counts, DEGREE_LABELS))[..., place]
        return f1_of_class

    return Metric(
        f"f1_{name.replace('-', '_')}",
        f"2 tp / (2 tp + fp + fn) of {name}",
        _if_said("degrees", compute),
        _DEGREE_CELLS,
    )


def _edge_metrics(name: str, noun: str) -> Iterator[Metric]:
    tp, fp, fn = n = tuple(f"{name}_{outcome}" for outcome in OUTCOMES)
    yield Metric(f"{name}_precision", f"{noun} / edges predicted", lambda c, _: precision(c[tp], c[fp]), n)
    yield Metric(f"{name}_recall", f"{noun} / edges of the gold", lambda c, _: recall(c[tp], c[fn]), n)
    yield Metric(f"{name}_f1", f"2 tp / (2 tp + fp + fn) of {noun}", lambda c, _: f1(c[tp], c[fp], c[fn]), n)


def _edge_kind_f1(counts: Counts, _: Counts) -> Floats:
    return f1(*(counts[f"edge_kind_{outcome}"] for outcome in OUTCOMES))


def _kind_accuracy(counts: Counts, _: Counts) -> Floats:
    return classification.accuracy(confusion(counts, KIND_LABELS))


DERIVATION: Final = Task(
    name="derivation",
    summary="which texts stand behind a page, how much of it, and in which way",
    forms=("edges",),
    extras=(),
    flat=False,
    options=(),
    keys=("id", "family", "slice", "article", "source", "degree", "kind", "item", "gold", "predicted"),
    columns=(
        *("edges", "degrees", "kinds"),
        *(f"{name}_{outcome}" for name in ("edge", "edge_kind") for outcome in OUTCOMES),
        *_DEGREE_CELLS,
        *_KIND_CELLS,
    ),
    metrics=(
        *_edge_metrics("edge", "edges, by page and text, that are gold and predicted"),
        Metric(
            "degree_macro_f1",
            "mean F1 over wholly, partially and non-derived, as far as the gold has them",
            _if_said("degrees", _macro_f1(DEGREE_LABELS)),
            _DEGREE_CELLS,
            reference="after METER (Clough et al. 2002)",
        ),
        *(_degree_f1(name) for name in DEGREE_LABELS[:-1]),
        Metric(
            "kind_accuracy",
            "kinds right / edges that are gold and predicted",
            _if_said("kinds", _kind_accuracy),
            _KIND_CELLS,
        ),
        Metric(
            "kind_macro_f1",
            "mean F1 over the gold kinds of the edges that are gold and predicted",
            _if_said("kinds", _macro_f1(KIND_LABELS)),
            _KIND_CELLS,
        ),
        Metric(
            "edge_kind_f1",
            "2 tp / (2 tp + fp + fn) of edges, right with their kind",
            _if_said("kinds", _edge_kind_f1),
            tuple(f"edge_kind_{outcome}" for outcome in OUTCOMES),
        ),
    ),
    overall=(
        _pair_measure(
            "pair_precision",
            "pairs of pages related in gold and prediction / predicted",
            lambda tp, fp, _: precision(tp, fp),
        ),
        _pair_measure(
            "pair_recall", "pairs of pages related in gold and prediction / gold", lambda tp, _, fn: recall(tp, fn)
        ),
        _pair_measure("pair_f1", "2 tp / (2 tp + fp + fn) of related pages, whichever derives from the other", f1),
        Overall(
            "independent_source_error",
            "mean |sources_max with the predicted edges − with the gold's| over the propositions reported",
            _independent_source_error,
            best=0.0,
            bounds=(0.0, np.inf),
        ),
    ),
    units=_units,
    parse=parse,
    count=_count,
    inputs=_inputs,
)
