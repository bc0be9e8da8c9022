"""Comparing systems that were scored on the same gold: each of them with the first.

The design of the data decides what may be said. Under ten clusters there is the difference in each of them, and the
items that decide; from ten on an interval and, where there are ten families, a test and what it could have found.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, islice
from typing import Final

from detente.data.problems import Problem, ValidationError
from detente.evaluation.answers import UNANSWERED
from detente.evaluation.differences import (
    Difference,
    Rank,
    counts_of,
    higher_is_better,
    of_counts,
    of_values,
)
from detente.evaluation.items import ItemDifference, ItemDifferences, item_differences
from detente.evaluation.score import Resampling, Scores, named_metrics, signature_of
from detente.stats import bootstrap, paired
from detente.tasks.task import CorpusMetric, Metric, Task

SHOWN: Final = 10
"""So many items, and pairs of metrics, stand in a table; the JSON has many more."""
_OWN: Final = ("kind", "missing", *UNANSWERED, "prompt", "crashed", "extra", "output_format")
"""What each system has of its own in its signature."""
_UNNAMED: Final = {"output_format": "text", "prompt": "none"}
"""What it means that a signature does not name them; of counts, 0."""
_DRAWN: Final = ("interval", "unit", "resamples", "seed")
"""What a comparison decides for itself."""


@dataclass(frozen=True)
class Pair:
    """One system beside the first.

    Attributes:
        first: The first system.
        second: The other.
        differences: Metric to difference, second − first.
        differing: Where the two say different things.
    """

    first: str
    second: str
    differences: dict[str, Difference]
    differing: ItemDifferences

    @property
    def items(self) -> tuple[ItemDifference, ...]:
        """Where the two say different things, the worst difference first; of very many only the worst."""
        return self.differing.items


@dataclass(frozen=True)
class Comparison:
    """Systems compared.

    Attributes:
        task: The task.
        scores: Each system's scores by its name, in the order given.
        metrics: The metrics compared.
        unit: What counts as independent.
        clusters: How many such units there are.
        families: How many families they are of; under ten of them there is no test.
        interval: `range` (no interval, no p) under ten clusters, else `bootstrap`.
        ranks: Metric to the place of each system.
        pairs: Each system beside the first.
        stability: Two metrics to Kendall's τ-b of their rankings and the number of systems; empty for two systems.
        settings: All that is needed to repeat the comparison, by name.
    """

    task: Task
    scores: dict[str, Scores]
    metrics: tuple[Metric | CorpusMetric, ...]
    unit: str
    clusters: int
    families: int
    interval: str
    ranks: dict[str, tuple[Rank, ...]]
    pairs: tuple[Pair, ...]
    stability: dict[tuple[str, str], tuple[float, int]]
    settings: dict[str, str]

    @property
    def signature(self) -> str:
        """One line that is enough to repeat it."""
        return signature_of(self.settings)


def compare(
    scores: Mapping[str, Scores], metrics: Sequence[str] | None = None, resampling: Resampling | None = None
) -> Comparison:
    """Compares systems with the first of them.

    The classes of a macro average are those with gold support in the counts of all systems together, the same for all.
    Holm's correction is over the systems, metric by metric: it does not cover the choice of a metric.

    Args:
        scores: Two systems or more by name, scored on the same task, options and gold.
        metrics: Names of metrics; by default all but precision and recall, which are halves of another, and the
            official values, which are ours once more.
        resampling: What counts as independent, how many resamples and random sign flips are drawn, and their seed.

    Raises:
        ValidationError: If the systems cannot be compared, or a metric is unknown.
    """
    resampling = resampling or Resampling()
    systems = list(scores.values())
    _refuse_unequal(scores)
    task = systems[0].task
    chosen = _chosen(systems[0], metrics)
    unit = resampling.unit if resampling.unit in task.keys else "family"
    counts = counts_of(systems, unit, resampling)
    interval = bootstrap.interval_kind(counts.clusters)
    found = {
        metric.name: of_counts(metric, counts)
        if isinstance(metric, Metric)
        else of_values(metric, [each.metrics[metric.name].value for each in systems])
        for metric in chosen
    }
    (first, one), *others = scores.items()
    return Comparison(
        task=task,
        scores=dict(scores),
        metrics=chosen,
        unit=unit,
        clusters=counts.clusters,
        families=counts.families,
        interval=interval,
        ranks={name: ranks for name, (ranks, _) in found.items()},
        pairs=tuple(
            _pair((first, one), (name, other), {metric: each[place] for metric, (_, each) in found.items()})
            for place, (name, other) in enumerate(others)
        ),
        stability=_stability(chosen, {name: [rank.value for rank in ranks] for name, (ranks, _) in found.items()}),
        settings=common_settings(systems, unit, interval, resampling),
    )


def _pair(first: tuple[str, Scores], second: tuple[str, Scores], differences: dict[str, Difference]) -> Pair:
    deciding = {item for each in differences.values() for item in islice(each.deciding, SHOWN)}
    return Pair(first[0], second[0], differences, item_differences(first[1], second[1], deciding))


def _stability(
    metrics: Sequence[Metric | CorpusMetric], values: Mapping[str, list[float]]
) -> dict[tuple[str, str], tuple[float, int]]:
    if len(values[metrics[0].name]) < 3:
        return {}
    turned = {metric.name: higher_is_better(metric, values[metric.name]) for metric in metrics}
    return {(one, two): paired.rank_agreement(turned[one], turned[two]) for one, two in combinations(turned, 2)}


def _chosen(scores: Scores, names: Sequence[str] | None) -> tuple[Metric | CorpusMetric, ...]:
    task = scores.task
    known = {metric.name: metric for metric in task.measures if metric.name in scores.metrics}
    asked, problems = named_metrics(task, known, names or ())
    if not asked:
        own = [name for name, metric in known.items() if isinstance(metric, Metric) or not metric.reference]
        asked = [name for name in own if "precision" not in name and "recall" not in name] or list(known)
    if problems:
        raise ValidationError(problems)
    return tuple(known[name] for name in asked)


def _refuse_unequal(scores: Mapping[str, Scores]) -> None:
    """Refuses systems that were not scored alike, naming each that differs from the first, and in what."""
    if len(scores) < 2:
        raise ValidationError(
            [Problem("not-comparable", ", ".join(scores) or "nothing", "a comparison needs two systems")]
        )
    (first, one), *others = scores.items()
    expected = one.settings | one.dataset
    problems = []
    for name, other in others:
        found = other.settings | other.dataset
        differing = [key for key in {**expected, **found} if expected.get(key) != found.get(key)]
        if unequal := [key for key in differing if key not in (*_OWN, *_DRAWN)]:
            mine, theirs = (", ".join(f"{key} {part.get(key)}" for key in unequal) for part in (found, expected))
            problems.append(Problem("not-comparable", name, f"scored with {mine}; {first} with {theirs}"))
    if problems:
        raise ValidationError(problems)


def common_settings(systems: Sequence[Scores], unit: str, interval: str, resampling: Resampling) -> dict[str, str]:
    """What the systems' settings have in common; what is each one's own in the order of the systems.

    A value that all of them share stands once.
    """
    each = [system.settings for system in systems]
    parts = {key: value for key, value in each[0].items() if key not in (*_OWN, *_DRAWN, "v")}
    parts |= {"systems": str(len(systems)), "interval": interval, "unit": unit}
    if interval == "bootstrap":
        parts |= {"resamples": str(resampling.resamples), "seed": str(resampling.seed)}
    for key in (key for key in _OWN if any(key in settings for settings in each)):
        own = [settings.get(key, _UNNAMED.get(key, "0")) for settings in each]
        parts[key] = own[0] if len(set(own)) == 1 else ",".join(own)
    return parts | {"v": each[0]["v"]}
