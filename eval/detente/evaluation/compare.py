"""Comparing systems that were scored on the same gold: each of them with the first.

The design of the data decides what may be said. Under ten clusters there is the difference in each of them, and the
items that decide; from ten on an interval, a test, and what the test could have found.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from detente.data.problems import Invalid, Problem
from detente.evaluation.compare_items import ItemDifference, aligned, item_differences
from detente.evaluation.compare_metric import Counts, Difference, Rank, good, of_counts, of_values
from detente.evaluation.score import Resampling, Scores
from detente.stats import bootstrap as resample
from detente.stats import paired
from detente.tasks.task import Metric, Overall, Task

_OWN: Final = ("form", "missing", "crashed", "extra")
"""What each system has of its own in its signature."""
_DRAWN: Final = ("interval", "unit", "resamples", "seed")
"""What a comparison decides for itself."""


@dataclass(frozen=True)
class Pair:
    """One system beside the first.

    Attributes:
        first: The first system.
        second: The other.
        differences: Metric to difference, second − first.
        items: Where the two say different things, the worst difference first.
    """

    first: str
    second: str
    differences: dict[str, Difference]
    items: tuple[ItemDifference, ...]


@dataclass(frozen=True)
class Comparison:
    """Systems compared.

    Attributes:
        task: The task.
        scores: Each system's scores by its name, in the order given.
        metrics: The metrics compared.
        unit: What counts as independent.
        clusters: How many such units there are.
        interval: `range` (no interval, no p) under ten clusters, else `bootstrap`.
        ranks: Metric to the place of each system.
        pairs: Each system beside the first.
        stability: Two metrics to Kendall's τ-b of their rankings and the number of systems; empty for two systems.
        signature: All that is needed to repeat the comparison.
    """

    task: Task
    scores: dict[str, Scores]
    metrics: tuple[Metric | Overall, ...]
    unit: str
    clusters: int
    interval: str
    ranks: dict[str, tuple[Rank, ...]]
    pairs: tuple[Pair, ...]
    stability: dict[tuple[str, str], tuple[float, int]]
    signature: str


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
        Invalid: If the systems cannot be compared, or a metric is unknown.
    """
    resampling = resampling or Resampling()
    systems = list(scores.values())
    _refuse_unequal(scores)
    task = systems[0].task
    chosen = _chosen(systems[0], metrics)
    unit = resampling.unit if resampling.unit in task.keys else "family"
    counts = _counts(systems, unit, resampling)
    interval = resample.interval_kind(len(counts.clusters))
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
        clusters=len(counts.clusters),
        interval=interval,
        ranks={name: ranks for name, (ranks, _) in found.items()},
        pairs=tuple(
            Pair(
                first, name, {metric: each[place] for metric, (_, each) in found.items()}, item_differences(one, other)
            )
            for place, (name, other) in enumerate(others)
        ),
        stability=_stability(chosen, {name: [rank.value for rank in ranks] for name, (ranks, _) in found.items()}),
        signature=common_signature(systems, unit, interval, resampling),
    )


def _counts(systems: Sequence[Scores], unit: str, resampling: Resampling) -> Counts:
    """The counts of the headline rows by cluster and by item, and those of the resamples."""
    rows, columns = [each.rows.filter(slice="headline") for each in systems], systems[0].task.columns
    clusters, sums = aligned(rows, unit, columns)
    items, item_sums = aligned(rows, "item", columns)
    resampled = []
    if resample.interval_kind(len(clusters)) == "bootstrap":
        drawn = resample.bootstrap_weights(len(clusters), resampling.resamples, resampling.seed)
        resampled = [drawn @ each for each in sums]
    return Counts(columns, clusters, sums, items, item_sums, resampled, resampling)


def _stability(
    metrics: Sequence[Metric | Overall], values: Mapping[str, list[float]]
) -> dict[tuple[str, str], tuple[float, int]]:
    if len(values[metrics[0].name]) < 3:
        return {}
    turned = {metric.name: good(metric, values[metric.name]) for metric in metrics}
    return {(one, two): paired.rank_agreement(turned[one], turned[two]) for one, two in combinations(turned, 2)}


def _chosen(scores: Scores, names: Sequence[str] | None) -> tuple[Metric | Overall, ...]:
    task = scores.task
    every: tuple[Metric | Overall, ...] = (*task.metrics, *task.overall)
    known = {metric.name: metric for metric in every if metric.name in scores.metrics}
    if not names:
        own = [name for name, metric in known.items() if isinstance(metric, Metric) or not metric.reference]
        names = [name for name in own if "precision" not in name and "recall" not in name] or list(known)
    if unknown := [name for name in names if name not in known]:
        message = f"{task.name} has no metric {', '.join(map(repr, unknown))}: {', '.join(known)}"
        raise Invalid([Problem("option", "--metrics", message)])
    return tuple(known[name] for name in dict.fromkeys(names))


def parts_of(signature: str) -> dict[str, str]:
    """A signature's parts by name."""
    return {key: value for key, _, value in (part.partition(":") for part in signature.split("|"))}


def _refuse_unequal(scores: Mapping[str, Scores]) -> None:
    """Refuses systems that were not scored alike, naming each that differs from the first, and in what."""
    if len(scores) < 2:
        raise Invalid([Problem("not-comparable", ", ".join(scores) or "nothing", "a comparison needs two systems")])
    (first, one), *others = scores.items()
    expected = parts_of(one.signature) | one.dataset
    problems = []
    for name, other in others:
        found = parts_of(other.signature) | other.dataset
        differing = [key for key in {**expected, **found} if expected.get(key) != found.get(key)]
        if unequal := [key for key in differing if key not in (*_OWN, *_DRAWN)]:
            mine, theirs = (", ".join(f"{key} {part.get(key)}" for key in unequal) for part in (found, expected))
            problems.append(Problem("not-comparable", name, f"scored with {mine}; {first} with {theirs}"))
    if problems:
        raise Invalid(problems)


def common_signature(systems: Sequence[Scores], unit: str, interval: str, resampling: Resampling) -> str:
    """What the systems' signatures have in common, and what is each one's own, in the order of the systems."""
    each = [parts_of(system.signature) for system in systems]
    parts = {key: value for key, value in each[0].items() if key not in (*_OWN, *_DRAWN, "v")}
    parts |= {"systems": str(len(systems)), "interval": interval, "unit": unit}
    if interval == "bootstrap":
        parts |= {"resamples": str(resampling.resamples), "seed": str(resampling.seed)}
    parts |= {key: ",".join(own[key] for own in each) for key in _OWN if key in each[0]} | {"v": each[0]["v"]}
    return "|".join(f"{key}:{value}" if value else key for key, value in parts.items())
