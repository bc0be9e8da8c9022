"""Derivation as values: a page with its gold edges, and what edges amount to."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Final, NamedTuple

from detente.data.independent_sources import SupportLayers, support
from detente.data.jsonl import Record
from detente.data.labels import DEGREES
from detente.tasks.metric_families import MISSING, cell
from detente.tasks.task import Options, Row

NON_DERIVED: Final = "non-derived"
DEGREE_LABELS: Final = (*DEGREES, NON_DERIVED)
"""METER's three classes."""


class Edge(NamedTuple):
    """A text that a page draws on; degree and kind are None where a prediction does not say."""

    source: str
    degree: str | None
    kind: str | None


Edges = Mapping[str, Collection[Edge]]
"""The edges of every page, by its id."""


@dataclass(frozen=True)
class Article:
    """A page with its gold edges.

    Attributes:
        id: Its id.
        family: Its family.
        rows: Its gold edges, as they are published.
        nodes: Every text that some page of the gold draws on.
        known: The ids that an edge may lead to, this page's own aside.
        behind: What independent sources are counted from, of all pages.
    """

    id: str
    family: str
    rows: tuple[Record, ...]
    nodes: tuple[str, ...]
    known: Collection[str]
    behind: SupportLayers

    @property
    def edges(self) -> tuple[Edge, ...]:
        """Its gold edges."""
        return tuple(Edge(row["source"], row["degree"], row["kind"]) for row in self.rows)

    def read_as(self, predicted: Collection[Edge], options: Options) -> tuple[Edge, ...]:
        """Its gold edges, each in the reading that is predicted where alternatives are accepted.

        An edge whose degree may be `non-derived` is none where none is predicted.
        """
        found = {edge.source: edge for edge in predicted}
        return tuple(filter(None, (_reading(row, found.get(row["source"]), options) for row in self.rows)))


def _reading(row: Record, predicted: Edge | None, options: Options) -> Edge | None:
    if predicted is None:
        own = Edge(row["source"], row["degree"], row["kind"])
        return None if NON_DERIVED in options.others(row, "degree") else own
    degree, kind = (options.reading(row, field, getattr(predicted, field)) for field in ("degree", "kind"))
    return Edge(row["source"], degree, kind)


def _degree(edge: Edge | None) -> str:
    return (edge.degree or MISSING) if edge else NON_DERIVED


def counted(gold: Edge | None, predicted: Edge | None) -> Row:
    """The row of a page and a text, from the edge between them, if there is one."""
    both, same_kind = bool(gold and predicted), bool(gold and predicted and gold.kind == predicted.kind)
    row: Row = {
        "degree": _degree(gold),
        "kind": (gold.kind if gold else None) or "none",
        "gold": _degree(gold),
        "predicted": _degree(predicted),
        "edges": int(bool(predicted)),
        "degrees": int(bool(predicted and predicted.degree)),
        "kinds": int(bool(predicted and predicted.kind)),
        cell(_degree(gold), _degree(predicted)): 1,
        **{f"edge_{name}": count for name, count in _outcomes(gold, predicted, both).items()},
        **{f"edge_kind_{name}": count for name, count in _outcomes(gold, predicted, same_kind).items()},
    }
    if gold and predicted:
        row[cell(str(gold.kind), predicted.kind or MISSING)] = 1
    found = list(_faults(gold, predicted))
    return row | {"wrong": len(found), "detail": "; ".join(found)}


def _outcomes(gold: Edge | None, predicted: Edge | None, right: bool) -> dict[str, int]:
    return {"tp": int(right), "fp": int(bool(predicted) and not right), "fn": int(bool(gold) and not right)}


def _faults(gold: Edge | None, predicted: Edge | None) -> Iterator[str]:
    """In words, what is wrong with that which is predicted."""
    if gold is None or predicted is None:
        if gold:
            yield f"missed: {gold.degree}, {gold.kind}"
        if predicted:
            yield f"not in the gold: {', '.join(filter(None, predicted[1:])) or 'an edge'}"
        return
    for wanted, given in ((gold.degree, predicted.degree), (gold.kind, predicted.kind)):
        if given and given != wanted:
            yield f"{wanted}, predicted {given}"


def related(edges: Edges) -> set[frozenset[str]]:
    """The pairs of pages of which one derives from the other, or that are both wholly from one text outside.

    A text that both draw on in part relates nothing: whoever reports the same interview need not know the other.
    """
    whole = {
        page: {edge.source for edge in out if edge.degree == "wholly"} - edges.keys() for page, out in edges.items()
    }
    direct = {frozenset((page, edge.source)) for page, out in edges.items() for edge in out if edge.source in edges}
    behind: dict[str, list[str]] = {}
    for page, sources in whole.items():
        for source in sources:
            behind.setdefault(source, []).append(page)
    return direct | {frozenset(pair) for pages in behind.values() for pair in combinations(pages, 2)}


def origins(edges: Edges) -> dict[str, str]:
    """The text that each page wholly comes from in the end, itself if from none.

    Predictions have no `via`, so that of several texts the one counts that most pages are, or are wholly from; of
    equals one outside before a page, then the first by id. Pages that derive from each other in a circle are one.
    """
    whole = {page: {edge.source for edge in out if edge.degree == "wholly"} for page, out in edges.items()}
    behind = Counter(source for page, sources in whole.items() for source in {page, *sources})
    nearest = {
        page: min(sources, key=lambda source: (-behind[source], source in edges, source), default=page)
        for page, sources in whole.items()
    }
    found = {}
    for page in edges:
        way = [page]
        while (source := nearest.get(way[-1], way[-1])) not in way:
            way.append(source)
        found[page] = min(way[way.index(source) :])
    return found


def independent_sources(edges: Edges, behind: SupportLayers) -> dict[str, int]:
    """`sources_max` of every proposition that some page reports, with these edges and the gold of all else.

    Pages that come wholly from one text are a family, whatever the registry says. The least number does not depend on
    edges: they tell only which pages that cite nobody speak with one voice.
    """
    found = support(behind._replace(families=origins(edges)))
    return {name: each.sources_max for name, each in found.items() if each.articles}


def _says_degrees(edges: Edges) -> bool:
    """Whether edges can be read as wholly or partially: some say so, or there are none."""
    given = [edge.degree for out in edges.values() for edge in out]
    return not given or any(given)


def related_outcomes(gold: Edges, predicted: Edges) -> tuple[int, int, int] | None:
    """Related pairs of pages that are right, let in and lost; None if the predicted edges cannot tell.

    They cannot if none has a degree and none leads to a page: whether a shared text relates two pages is then open.
    """
    wanted, found = related(gold), related(predicted)
    if not found and not _says_degrees(predicted):
        return None
    return len(wanted & found), len(found - wanted), len(wanted - found)


def independent_source_error(gold: Edges, predicted: Edges, behind: SupportLayers) -> tuple[float, int]:
    """Mean absolute error of the number of independent sources, in sources, and the number of propositions.

    Σ |`sources_max` with the predicted edges − with the gold edges| / propositions that some page reports, 0 at best,
    without bound. Both numbers are made without `via`, in the same way (`origins`).

    Returns:
        NaN if no proposition is reported, and if there are predicted edges, none of which has a degree.
    """
    wanted = independent_sources(gold, behind)
    if not wanted or not _says_degrees(predicted):
        return float("nan"), len(wanted)
    found = independent_sources(predicted, behind)
    return sum(abs(found[name] - count) for name, count in wanted.items()) / len(wanted), len(wanted)
