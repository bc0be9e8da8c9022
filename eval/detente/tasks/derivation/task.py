"""The task `derivation`: which texts stand behind a page, how much of it comes from them, and in which way.

The unit is a page, an item a pair of a page and a text: every text that some page of the gold draws on, and those that
are predicted for this page. Of these pairs, the ones without an edge are METER's "non-derived". Edges that name no
degree, or no kind, are wrong about it as soon as some edge of the system names one; else that measure is undefined.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from detente.data.corpus import Corpus
from detente.data.independent_sources import support_layers
from detente.data.jsonl import Record
from detente.data.labels import DERIVATION_KINDS
from detente.metrics.classification import Floats, f1, precision, recall
from detente.tasks.derivation import KINDS
from detente.tasks.derivation.baselines import BASELINES
from detente.tasks.derivation.counting import count as count_all
from detente.tasks.derivation.edges import (
    DEGREE_LABELS,
    NON_DERIVED,
    Article,
    Edge,
    Edges,
    independent_source_error,
    related_outcomes,
)
from detente.tasks.derivation.prediction import parse
from detente.tasks.metric_families import (
    accuracy,
    confusion_columns,
    label_f1,
    macro_f1,
    outcome_columns,
    overlap,
    where_said,
)
from detente.tasks.task import CorpusMetric, CorpusValue, Metric, Options, Row, Task

if TYPE_CHECKING:
    import polars as pl

NODE_KINDS: Final = ("outlet", "agency", "text")
"""Sources that are texts or publish them; whoever only speaks is in attribution."""


def _units(corpus: Corpus, _: Collection[str] = ()) -> dict[str, Article]:
    behind = support_layers(corpus.rows)
    pages = corpus.pages("derivation")
    rows: dict[str, list[Record]] = {name: [] for name in pages}
    for row in corpus.rows("derivation"):
        rows[row["article"]].append(row)
    registered = [row["id"] for name in ("sources", "events") for row in corpus.rows(name)]
    found: dict[str, Article] = {}
    for group in corpus.groups:
        own = [name for name in group if name in pages]
        nodes = tuple(dict.fromkeys(row["source"] for name in own for row in rows[name]))
        known = dict.fromkeys([*registered, *group])
        found |= {name: Article(name, pages[name]["family"], tuple(rows[name]), nodes, known, behind) for name in own}
    return found


def _inputs(corpus: Corpus) -> list[Record]:
    """Each page with the ids that an edge may lead to: sources, events, pages, each by kind, name and id.

    The names of unnamed texts would tell where they belong, as would the order of a registry that follows the pages.
    """
    kinds = corpus.inventory.event_kinds
    sources = {row["id"]: row for row in corpus.rows("sources")}
    nodes = {
        name: (NODE_KINDS.index(row["kind"]), f"an unnamed {row['kind']}" if row["anonymous"] else row["name"])
        for name, row in sources.items()
        if row["kind"] in NODE_KINDS
    }
    for row in corpus.rows("events"):
        partners = [sources[row[name]]["name"] for name in ("speaker", "addressee", "medium") if row[name]]
        kind = len(NODE_KINDS) + kinds.index(row["kind"])
        nodes[row["id"]] = kind, ": ".join(filter(None, (row["kind"], ", ".join(partners))))
    offered = [{"id": name, "name": nodes[name][1]} for name in sorted(nodes, key=lambda name: (nodes[name], name))]
    pages = corpus.pages("derivation")
    return [
        {
            "id": name,
            "text": pages[name]["text"],
            "language": pages[name]["language"],
            "sources": [*offered, *(_page(corpus, other) for other in group if other != name)],
        }
        for group in corpus.groups
        for name in group
        if name in pages
    ]


def _page(corpus: Corpus, name: str) -> Record:
    """A page as a candidate; in a suite, where pages are credited by their outlet, with that."""
    outlet = corpus.articles[name]["outlet"] if corpus.suite else None
    return {"id": name, "name": f"a page of this corpus: {outlet}" if outlet else "a page of this corpus"}


def _count(article: Article, prediction: tuple[Edge, ...] | None, options: Options) -> list[Row]:
    return count_all([article], [prediction], options).told.to_dicts()


def _all_edges(units: Mapping[str, Article], by_id: Edges, rows: "pl.DataFrame") -> tuple[Edges, Edges]:
    """Gold and predicted edges of every page, the gold in the readings that were counted."""
    gold: dict[str, list[Edge]] = {name: [] for name in units}
    for article, source, degree, kind in rows.select("article", "source", "degree", "kind").iter_rows():
        if degree != NON_DERIVED:
            gold[article].append(Edge(source, degree, kind))
    return gold, {name: by_id.get(name, ()) for name in units}


def _pages_metric(name: str, formula: str, compute: Callable[[int, int, int], Floats]) -> CorpusMetric:
    """A measure of pairs of pages. A pair belongs to two families, so that there is a value only."""

    def measure(units: Mapping[str, Article], by_id: Edges, rows: "pl.DataFrame") -> CorpusValue:
        outcomes = related_outcomes(*_all_edges(units, by_id, rows))
        return CorpusValue(float(compute(*outcomes)) if outcomes else np.nan, len(units) * (len(units) - 1) // 2)

    return CorpusMetric(name, formula, measure, group="related pages", of="pair")


def _sources_max_error(units: Mapping[str, Article], by_id: Edges, rows: "pl.DataFrame") -> CorpusValue:
    behind = next(iter(units.values())).behind
    return CorpusValue(*independent_source_error(*_all_edges(units, by_id, rows), behind))


def _if_said(metric: Metric, given: str) -> Metric:
    """The measure of a field of edges; none if there are edges and none has it."""
    return where_said(metric, f"a {given.removesuffix('s')}", given, "edges")


def _edge_metrics(noun: str) -> tuple[Metric, ...]:
    formulas = (f"{noun} / edges predicted", f"{noun} / edges of the gold", f"2 tp / (2 tp + fp + fn) of {noun}")
    return overlap("edge", noun, of=_EDGE, formulas=formulas, group=_EDGES)


_EDGES: Final = "edges"
_EDGE: Final = "edge"
_DEGREES: Final = "degrees"
_KINDS: Final = "kinds"

DERIVATION: Final = Task(
    name="derivation",
    summary="which texts a page derives from, how much of it, and in what way",
    primary="edge_f1",
    standard=(
        *("edge_precision", "edge_recall", "degree_macro_f1", "kind_macro_f1"),
        *("edge_kind_f1", "related_pages_f1", "sources_max_error"),
    ),
    kinds=KINDS,
    extras=(),
    tabular=False,
    options=("alternatives",),
    keys=("id", "family", "slice", "article", "source", "degree", "kind", "item", "gold", "predicted"),
    columns=(
        *("edges", "degrees", "kinds"),
        *outcome_columns("edge"),
        *outcome_columns("edge_kind"),
        *confusion_columns(DEGREE_LABELS),
        *confusion_columns(DERIVATION_KINDS),
    ),
    metrics=(
        *_edge_metrics("edges, by page and text, that are gold and predicted"),
        _if_said(
            replace(
                macro_f1(
                    "degree_macro_f1",
                    DEGREE_LABELS,
                    formula="mean F1 over wholly, partially and non-derived, as far as the gold has them",
                    group=_DEGREES,
                    of=_EDGE,
                ),
                reference="after METER (Clough et al. 2002)",
            ),
            "degrees",
        ),
        *(
            _if_said(label_f1(f"f1_{name.replace('-', '_')}", name, DEGREE_LABELS, group=_DEGREES, of=_EDGE), "degrees")
            for name in DEGREE_LABELS
        ),
        _if_said(
            accuracy(
                "kind_accuracy",
                DERIVATION_KINDS,
                formula="kinds right / edges that are gold and predicted",
                group=_KINDS,
                of=_EDGE,
            ),
            "kinds",
        ),
        _if_said(
            macro_f1(
                "kind_macro_f1",
                DERIVATION_KINDS,
                formula="mean F1 over the gold kinds of the edges that are gold and predicted",
                group=_KINDS,
                of=_EDGE,
            ),
            "kinds",
        ),
        _if_said(overlap("edge_kind", "edges, right with their kind", of=_EDGE, group=_KINDS)[2], "kinds"),
    ),
    units=_units,
    parse=parse,
    count=_count,
    count_all=count_all,
    inputs=_inputs,
    baselines=BASELINES,
    corpus_metrics=(
        _pages_metric(
            "related_pages_precision",
            "pairs of pages related in gold and prediction / predicted",
            lambda tp, fp, _: precision(tp, fp),
        ),
        _pages_metric(
            "related_pages_recall",
            "pairs of pages related in gold and prediction / gold",
            lambda tp, _, fn: recall(tp, fn),
        ),
        _pages_metric(
            "related_pages_f1",
            "2 tp / (2 tp + fp + fn) of related pages, whichever derives from the other",
            f1,
        ),
        CorpusMetric(
            "sources_max_error",
            "mean |sources_max with the predicted edges − with the gold's| over the propositions reported",
            _sources_max_error,
            best=0.0,
            bounds=(0.0, np.inf),
            group="independent sources",
            of="proposition",
        ),
    ),
    aliases={
        **{f"pair_{part}": f"related_pages_{part}" for part in ("precision", "recall", "f1")},
        "independent_source_error": "sources_max_error",
    },
)
