"""Gold and predicted claims, matched at IoU .5; and how the matched ones are clustered across articles."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import chain, pairwise
from operator import attrgetter, itemgetter
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.data.independent_sources import SUPPORTING, SupportLayers
from detente.data.jsonl import Record
from detente.data.labels import CLAIM_TYPES, CLAIM_ZONES, PRESENTATIONS
from detente.data.page import Page
from detente.metrics import clustering
from detente.metrics.classification import Floats
from detente.metrics.clustering import b_cubed
from detente.metrics.matching import IOU_THRESHOLD, match_pairs
from detente.metrics.span_columns import Ints, Items, flat, integers, iou_pairs, items_of
from detente.tasks.claims.prediction import Claim, place
from detente.tasks.task import CorpusMetric, CorpusValue
from detente.text.spans import Span

Truths = NDArray[np.bool_]


class Labels(NamedTuple):
    """The labels of claims, in columns.

    Attributes:
        type: The place of each claim's type among the types; −1 if it has none.
        presentation: The place of its presentation; −1 if it has none.
        score: How check-worthy it is; NaN where that is not said.
    """

    type: Ints
    presentation: Ints
    score: Floats

    @property
    def worthy(self) -> Truths:
        """Which are check-worthy: true, or a score of .5 or more."""
        return self.score >= _WORTHY

    def at(self, places: Ints) -> "Labels":
        """Those of some claims."""
        return Labels(self.type[places], self.presentation[places], self.score[places])


@dataclass(frozen=True)
class Article:
    """An article's page, its gold claims, and their spans; what stands behind the claims of all articles; the types."""

    page: Page
    claims: tuple[Record, ...]
    spans: tuple[tuple[Span, ...], ...]
    behind: SupportLayers | None = None
    types: tuple[str, ...] = CLAIM_TYPES

    @cached_property
    def labels(self) -> Labels:
        """The labels of its claims."""
        return _labels(self.types, *([*map(itemgetter(field), self.claims)] for field in _JUDGED))

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """The ids of its claims."""
        return tuple(map(itemgetter("id"), self.claims))

    @cached_property
    def zones(self) -> Ints:
        """The place of each claim's zone among `CLAIM_ZONES`."""
        return integers(map(_numbered(CLAIM_ZONES).__getitem__, map(itemgetter("zone"), self.claims)))

    @cached_property
    def flat(self) -> tuple[Ints, Ints]:
        """The spans of its claims, one after the other, and how many each claim has."""
        return flat(self.spans)


class Matching(NamedTuple):
    """Gold and predicted claims of articles by their places, one article's after the other's.

    Attributes:
        types: The types that a claim may have.
        golds: The gold claims.
        claims: The predicted claims. Those are together that are tied: they have the same spans and the same score, and
            agree in the same labels with each gold claim that they could be matched with.
        gold: Where the gold ones stand.
        predicted: Where the predicted ones stand.
        labels: Of the gold ones.
        said: Of the predicted ones.
        rows: Of each pair of claims that share a character, the place of the gold one.
        columns: The place of the predicted one.
        similarity: Their IoU.
        partner: For each gold claim the place of its predicted one, −1 if it is missed.
        home: For each predicted claim the place of its gold one, −1 if it is spurious.
        first: For each predicted claim the first of those that are tied with it, itself among them.
        size: How many they are.
    """

    types: tuple[str, ...]
    golds: list[Record]
    claims: list[Claim]
    gold: Items
    predicted: Items
    labels: Labels
    said: Labels
    rows: Ints
    columns: Ints
    similarity: Floats
    partner: Ints
    home: Ints
    first: Ints
    size: Ints

    def tied(self, predicted: int) -> list[Claim]:
        """The claims that could as well be in the place of a predicted one, itself among them."""
        first = int(self.first[predicted])
        return self.claims[first : first + int(self.size[predicted])]

    @property
    def matched(self) -> Iterator[tuple[int, int]]:
        """The places of each gold claim that is matched and of its predicted one."""
        mine = np.flatnonzero(self.partner >= 0)
        return zip(mine.tolist(), self.partner[mine].tolist(), strict=True)


_WORTHY: Final = 0.5
_JUDGED: Final = {"type": 4, "presentation": 2, "check_worthy": 1}
"""What decides between claims that fit equally well, by its weight: each weighs more than all that follow."""
_ALTERNATIVE: Final = 0.9
"""What a listed second reading weighs beside the first; so that equal sums of weights mean that the same is right."""


def is_check_worthy(claim: Claim) -> bool:
    """Whether a claim is predicted to be check-worthy: true, or a score of .5 or more."""
    return claim.check_worthy is not None and claim.check_worthy >= _WORTHY


def matching(articles: Sequence[Article], predictions: Sequence[Sequence[Claim] | None]) -> Matching:
    """Matches claims one to one: the most pairs at IoU .5, of those the greatest IoU, and of equals the best labels.

    So of two claims on the same spans the one whose labels agree with the gold is matched, whatever they are called.
    If both agree in the same, the place of either is a tie: spelling, and the order of a line, decide nothing.
    """
    types = articles[0].types if articles else ()
    golds = list(chain.from_iterable(article.claims for article in articles))
    spans, count = _joined([flat(()), *(article.flat for article in articles)])
    gold = items_of(spans, count, _of(article.claims for article in articles))
    labels = Labels(*_joined([_labels(types, (), (), ()), *(article.labels for article in articles)]))
    given = [prediction or () for prediction in predictions]
    claims = list(chain.from_iterable(given))
    predicted = items_of(*flat([claim.spans for claim in claims]), _of(given))
    said = _labels(types, *([*map(attrgetter(field), claims)] for field in _JUDGED))
    rows, columns, similarity = iou_pairs(gold, predicted)
    near = np.flatnonzero(similarity >= IOU_THRESHOLD)
    agreement = np.zeros(len(rows))
    agreement[near] = _agreement(golds, claims, labels, said, rows[near], columns[near])
    begins = np.ones(len(claims), dtype=bool)
    if len(doubtful := _doubtful(predicted)):
        order, begins = _by_standing(claims, predicted.text, doubtful, rows, columns, agreement)
        claims, said = [claims[index] for index in order.tolist()], said.at(order)
        predicted = items_of(*flat([claim.spans for claim in claims]), predicted.text)
        columns = np.argsort(order)[columns]
        sorted_ = np.lexsort((columns, rows))
        columns, similarity, agreement = columns[sorted_], similarity[sorted_], agreement[sorted_]
    taken = match_pairs(rows, columns, similarity, IOU_THRESHOLD, agreement)
    partner, home = np.full(len(golds), -1), np.full(len(claims), -1)
    partner[rows[taken]], home[columns[taken]] = columns[taken], rows[taken]
    starts = np.flatnonzero(begins)
    group = np.cumsum(begins) - 1
    size = np.diff(starts, append=len(claims))
    return Matching(
        *(types, golds, claims, gold, predicted, labels, said, rows, columns, similarity, partner, home),
        *(starts[group], size[group]),
    )


def _of(sides: Iterable[Sequence[Any]]) -> Ints:
    """For each claim the number of its article, from the claims of each article."""
    counts = integers(map(len, sides))
    return np.repeat(np.arange(len(counts)), counts)


def _joined(parts: Iterable[Iterable[NDArray[Any]]]) -> Iterator[NDArray[Any]]:
    """Columns of parts, such as articles, one part after the other."""
    return map(np.concatenate, zip(*parts, strict=True))


def _labels(
    types: Sequence[str], kinds: Sequence[str | None], ways: Sequence[str | None], worthy: Sequence[float | None]
) -> Labels:
    nothing = np.full(len(worthy), np.nan)
    score = nothing if unsaid(worthy) else np.array(worthy, dtype=float)  # None becomes NaN
    return Labels(_places((*types,), kinds), _places(PRESENTATIONS, ways), score)


def unsaid(values: Sequence[object]) -> bool:
    """Whether all are None, as where only spans are predicted: then nothing has to be looked at one by one."""
    return values.count(None) == len(values)


def _places(names: tuple[str, ...], values: Sequence[str | None]) -> Ints:
    if unsaid(values):
        return np.full(len(values), -1)
    return integers(map(_numbered(names).__getitem__, values))


@cache
def _numbered(names: tuple[str, ...]) -> dict[str | None, int]:
    return {None: -1, **{name: number for number, name in enumerate(names)}}


def _agreement(
    golds: Sequence[Record], claims: Sequence[Claim], labels: Labels, said: Labels, rows: Ints, columns: Ints
) -> Floats:
    """How well the labels of predicted claims agree with those of the gold ones beside them, in 0…7."""
    mine, theirs = labels.at(rows), said.at(columns)
    shares = {
        "type": mine.type == theirs.type,
        "presentation": mine.presentation == theirs.presentation,
        "check_worthy": (mine.worthy == theirs.worthy) & ~np.isnan(theirs.score),
    }
    found = {field: share.astype(float) for field, share in shares.items()}
    wrong = ~(shares["type"] & shares["presentation"] & shares["check_worthy"])
    says = (theirs.type >= 0) | (theirs.presentation >= 0) | ~np.isnan(theirs.score)
    for pair in np.flatnonzero(wrong & says).tolist():
        for other in golds[rows[pair]]["alternatives"]:
            field, claim = other["field"], claims[columns[pair]]
            if field in found and not found[field][pair] and other["value"] == _value(claim, field):
                found[field][pair] = _ALTERNATIVE
    agreement: Floats = sum((weight * found[field] for field, weight in _JUDGED.items()), np.zeros(len(rows)))
    return agreement


def _value(claim: Claim, field: str) -> str:
    """What a claim says, as alternatives write it."""
    said = None if claim.check_worthy is None else is_check_worthy(claim)
    return str(said if field == "check_worthy" else getattr(claim, field)).lower()


def _doubtful(predicted: Items) -> list[int]:
    """The articles whose claims may not stand in the order of their spans, or of which two may have the same."""
    start, end = predicted.spans.start[predicted.first], predicted.spans.end[predicted.first]
    before, after = slice(None, -1), slice(1, None)
    later = (start[before] < start[after]) | ((start[before] == start[after]) & (end[before] < end[after]))
    same = predicted.text[before] == predicted.text[after]
    found: list[int] = np.unique(predicted.text[after][same & ~later]).tolist()
    return found


def _by_standing(
    claims: Sequence[Claim], text: Ints, doubtful: Sequence[int], rows: Ints, columns: Ints, agreement: Floats
) -> tuple[Ints, Truths]:
    """The order of predicted claims, and which of them are not tied with the one before.

    Of some articles they go by their spans, then their score, then what they agree in with each gold claim.
    """
    order, begins = np.arange(len(claims)), np.ones(len(claims), dtype=bool)
    agreeing: dict[int, dict[int, float]] = {}
    there = np.flatnonzero(agreement)
    for row, column, value in zip(
        rows[there].tolist(), columns[there].tolist(), agreement[there].tolist(), strict=True
    ):
        agreeing.setdefault(column, {})[row] = value
    for article in doubtful:
        first, last = np.searchsorted(text, [article, article + 1]).tolist()
        against = sorted({row for index in range(first, last) for row in agreeing.get(index, ())})
        standing = {
            index: (*place(claims[index]), *(agreeing.get(index, {}).get(row, 0.0) for row in against))
            for index in range(first, last)
        }
        found = sorted(standing, key=standing.__getitem__)
        order[first:last] = found
        begins[first + 1 : last] = [standing[left] != standing[right] for left, right in pairwise(found)]
    return order, begins


def clusters(
    articles: Mapping[str, Article], by_id: Mapping[str, Sequence[Claim]]
) -> tuple[list[Hashable], list[Hashable]]:
    """The gold and the predicted cluster of each matched claim; empty if no claim is predicted to be in any.

    A gold claim is in the cluster of the first proposition that it is the `same` as, else more specific than or another
    figure of; a predicted one in that of its first key, tied ones in that of all their first keys together, which is a
    cluster of its own. A claim without one is alone.
    """
    gold: list[Hashable] = []
    theirs: list[Hashable] = []
    if all(claim.propositions is None for claims in by_id.values() for claim in claims):
        return gold, theirs
    found = of_all(articles, by_id)
    for mine, index in found.matched:
        links = [
            link["proposition"]
            for relation in SUPPORTING
            for link in found.golds[mine]["propositions"]
            if link["relation"] == relation
        ]
        keys = frozenset(claim.propositions[0] for claim in found.tied(index) if claim.propositions)
        gold.append(links[0] if links else mine)
        theirs.append(keys or index)
    return gold, theirs


def of_all(articles: Mapping[str, Article], by_id: Mapping[str, Sequence[Claim]]) -> Matching:
    """The matching of all articles with the predictions that there are."""
    return matching([*articles.values()], [by_id.get(name) for name in articles])


def _pairwise_f1(gold: list[Hashable], predicted: list[Hashable]) -> Floats:
    return clustering.pairwise_f1(*clustering.pair_counts(gold, predicted)[:3])


def _adjusted_rand(gold: list[Hashable], predicted: list[Hashable]) -> Floats:
    return clustering.adjusted_rand(*clustering.pair_counts(gold, predicted))


def _cluster_metric(
    name: str, formula: str, measure: Callable[..., Any], reference: str = "", low: float = 0.0
) -> CorpusMetric:
    def compute(units: Mapping[str, Any], by_id: Mapping[str, Any], _: Any) -> CorpusValue:
        gold, predicted = clusters(units, by_id)
        if not gold:
            said = any(claim.propositions is not None for claims in by_id.values() for claim in claims)
            return CorpusValue(np.nan, 0, "no claim is matched" if said else "no prediction has propositions")
        return CorpusValue(float(measure(gold, predicted)), len(gold))

    formula = f"{formula}; matched claims of all articles"
    group = "clusters of claims that say the same"
    return CorpusMetric(name, formula, compute, 1.0, (low, 1.0), reference, group, "claim")


def _part(measure: Callable[..., tuple[float, float, float]], place: int) -> Callable[..., float]:
    return lambda gold, predicted: measure(gold, predicted)[place]


_BAGGA: Final = "Bagga and Baldwin 1998"
_LUO: Final = "Luo 2005, φ₄"
CLUSTER_METRICS: Final = (
    _cluster_metric(
        "b_cubed_precision", "mean share of a claim's cluster that its gold cluster has", _part(b_cubed, 0), _BAGGA
    ),
    _cluster_metric(
        "b_cubed_recall", "mean share of a claim's gold cluster that its cluster has", _part(b_cubed, 1), _BAGGA
    ),
    _cluster_metric("b_cubed_f1", "harmonic mean of B-cubed precision and recall", _part(b_cubed, 2), _BAGGA),
    _cluster_metric("pairwise_f1", "F1 over pairs of claims in one cluster", _pairwise_f1),
    _cluster_metric(
        "adjusted_rand", "(pairs − e) / (max − e), e by chance", _adjusted_rand, "Hubert and Arabie 1985", -0.5
    ),
    _cluster_metric(
        "ceaf_e_precision", "Φ / predicted clusters, Φ = Σ 2|G∩P|/(|G|+|P|)", _part(clustering.ceaf_e, 0), _LUO
    ),
    _cluster_metric("ceaf_e_recall", "Φ / gold clusters", _part(clustering.ceaf_e, 1), _LUO),
    _cluster_metric("ceaf_e_f1", "2 Φ / (gold + predicted clusters)", _part(clustering.ceaf_e, 2), _LUO),
)
