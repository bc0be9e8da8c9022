"""Gold and predicted claims, matched at IoU .5; and how the matched ones are clustered across articles."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from itertools import groupby
from typing import Any, Final, NamedTuple

import numpy as np

from detente.data.independent_sources import SUPPORTING, SupportLayers
from detente.data.jsonl import Record
from detente.data.labels import CLAIM_TYPES
from detente.data.page import Page
from detente.metrics import clustering
from detente.metrics.classification import Floats
from detente.metrics.clustering import b_cubed
from detente.metrics.matching import IOU_THRESHOLD, iou, match
from detente.tasks.claims.prediction import Claim, place
from detente.tasks.task import CorpusMetric, CorpusValue
from detente.text.spans import Span


class Article(NamedTuple):
    """An article's page, its gold claims, and their spans; what stands behind the claims of all articles; the types."""

    page: Page
    claims: tuple[Record, ...]
    spans: tuple[tuple[Span, ...], ...]
    behind: SupportLayers | None = None
    types: tuple[str, ...] = CLAIM_TYPES


class Matching(NamedTuple):
    """Gold and predicted claims of one article, by index.

    Attributes:
        groups: The predicted claims, in groups of those that are tied: they have the same spans and the same score, and
            agree in the same labels with each gold claim that they could be matched with.
        group: For each predicted claim its group, by index.
        similarity: IoU, shape `(gold, predicted)`.
        partner: From each matched gold claim to its predicted one.
        spurious: The predicted claims that have no partner.
        home: For each predicted claim the place of its gold claim or, behind all of those, its own.
    """

    groups: list[list[Claim]]
    group: list[int]
    similarity: Floats
    partner: dict[int, int]
    spurious: list[int]
    home: dict[int, int]

    def tied(self, index: int) -> list[Claim]:
        """The claims that could as well be in the place of a predicted one, itself among them."""
        return self.groups[self.group[index]]


_JUDGED: Final = {"type": 4, "presentation": 2, "check_worthy": 1}
"""What decides between claims that fit equally well, by its weight: each weighs more than all that follow."""
_ALTERNATIVE: Final = 0.9
"""What a listed second reading weighs beside the first; so that equal sums of weights mean that the same is right."""


def is_check_worthy(claim: Claim) -> bool:
    """Whether a claim is predicted to be check-worthy: true, or a score of .5 or more."""
    return claim.check_worthy is not None and claim.check_worthy >= 0.5


def _agreement(gold: Record, claim: Claim) -> float:
    """How well the labels of a predicted claim agree with a gold one's, in 0…7."""
    said: dict[str, str | bool | None] = {"type": claim.type, "presentation": claim.presentation}
    said |= {"check_worthy": None if claim.check_worthy is None else is_check_worthy(claim)}
    others = {(other["field"], other["value"]) for other in gold["alternatives"]}
    shares = {
        field: 1.0 if value == gold[field] else _ALTERNATIVE if (field, str(value).lower()) in others else 0.0
        for field, value in said.items()
    }
    return sum(weight * shares[field] for field, weight in _JUDGED.items())


def matching(article: Article, predicted: Sequence[Claim]) -> Matching:
    """Matches claims one to one: the most pairs at IoU .5, of those the greatest IoU, and of equals the best labels.

    So of two claims on the same spans the one whose labels agree with the gold is matched, whatever they are called.
    If both agree in the same, the place of either is a tie: spelling, and the order of a line, decide nothing.
    """
    similarity = iou(article.spans, [claim.spans for claim in predicted])
    agreement = np.zeros(similarity.shape)
    for row, column in np.argwhere(similarity >= IOU_THRESHOLD).tolist():  # the few that can be matched
        agreement[row, column] = _agreement(article.claims[row], predicted[column])
    standing = [(*place(claim), *agreement[:, index].tolist()) for index, claim in enumerate(predicted)]
    order = sorted(range(len(predicted)), key=standing.__getitem__)
    groups = [list(indices) for _, indices in groupby(order, standing.__getitem__)]
    similarity = similarity[:, order]
    partner = dict(match(similarity, IOU_THRESHOLD, agreement[:, order]))
    spurious = sorted(set(range(len(predicted))) - set(partner.values()))
    home = {theirs: mine for mine, theirs in partner.items()}
    home |= {index: row for row, index in enumerate(spurious, start=len(article.claims))}
    return Matching(
        [[predicted[index] for index in indices] for indices in groups],
        [number for number, indices in enumerate(groups) for _ in indices],
        similarity,
        partner,
        spurious,
        home,
    )


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
    for name, article in articles.items():
        found = matching(article, by_id.get(name, ()))
        for mine, index in found.partner.items():
            links = [
                link["proposition"]
                for relation in SUPPORTING
                for link in article.claims[mine]["propositions"]
                if link["relation"] == relation
            ]
            keys = frozenset(claim.propositions[0] for claim in found.tied(index) if claim.propositions)
            gold.append(links[0] if links else (name, mine))
            theirs.append(keys or (name, index))
    return gold, theirs


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
