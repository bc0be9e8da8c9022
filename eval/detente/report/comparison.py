"""A comparison as a table, as Markdown, as JSON."""

import math
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from detente.evaluation.compare import SHOWN, Comparison, Pair
from detente.evaluation.differences import Difference, Rank
from detente.evaluation.items import ItemDifference
from detente.report.scores import CONDITIONAL, missing_note, undefined_shares
from detente.report.tables import Report, Section, bounds, number
from detente.stats import bootstrap
from detente.stats.paired import EXACT
from detente.text.display import counted


def _p(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.4f}" if value >= 0.00005 else f"{value:.0e}"


def _place(rank: Rank) -> str:
    if rank.rank is None:
        return "–"
    spread = f" ({rank.interval[0]}…{rank.interval[1]})" if rank.interval else ""
    return f"{number(rank.value)} #{rank.rank}{spread}"


def sections(comparison: Comparison) -> Iterator[Section]:
    """The tables that people read, in their order; metrics that no system has a value of are left out."""
    task, names = comparison.task, tuple(comparison.scores)
    sizes = comparison.scores[names[0]].sizes
    title = f"{task.name}: {len(names)} systems, {counted(sizes['units'], 'unit')}"
    title += f", {counted(sizes['families'], 'family')}; value and #rank"
    title += " (95% interval of the rank)" if comparison.interval == "bootstrap" else ""
    rows = [(name, *map(_place, comparison.ranks[name])) for name in _shown(comparison)]
    yield Section(title, ("metric", *names), rows)
    for pair in comparison.pairs:
        yield _differences(comparison, pair)
        yield from _items(pair, _shown(comparison))
    ordered = sorted(
        (tau, *both, str(count)) for both, (tau, count) in comparison.stability.items() if not math.isnan(tau)
    )
    if ordered:
        pairs = f"{min(SHOWN, len(ordered))} of {counted(len(ordered), 'pair')} of metrics"
        title = f"do the metrics rank the systems alike? Kendall's τ-b: {pairs}, the lowest first"
        found: list[tuple[str, ...]] = [(one, two, number(tau, "+"), count) for tau, one, two, count in ordered[:SHOWN]]
        yield Section(title, ("metric", "and", "τ-b", "systems"), found, ("and",))


def _shown(comparison: Comparison) -> list[str]:
    """The metrics that some system has a value of, the primary one first."""
    valued = [name for name, ranks in comparison.ranks.items() if any(rank.rank for rank in ranks)]
    primary = next(iter(comparison.scores.values())).primary
    return sorted(valued, key=lambda name: name != primary)


def _differences(comparison: Comparison, pair: Pair) -> Section:
    """One row per metric: with interval and test, or cluster by cluster."""
    title = f"{pair.second} − {pair.first}"
    found = {name: pair.differences[name] for name in _shown(comparison)}
    better = {1: pair.second, -1: pair.first, 0: "–"}
    if comparison.interval == "bootstrap":
        many = len(comparison.pairs) > 1
        rows = [
            (name, number(each.value, "+"), *_tests(each, many), better[each.better]) for name, each in found.items()
        ]
        header = (
            "metric",
            "difference",
            "95% interval",
            "p",
            *(["Holm p"] * many),
            "smallest p",
            "detectable",
            "better",
        )
        return Section(title, header, rows, ("better",))
    clusters = next((tuple(each.clusters) for each in found.values() if each.clusters), ())
    rows = []
    for name, each in found.items():
        apart = (each.value, each.mean, *(each.clusters.get(cluster, math.nan) for cluster in clusters))
        rows.append((name, *(number(value, "+") for value in apart), better[each.better]))
    header = ("metric", "difference", "mean", *clusters, "better")
    return Section(f"{title}, by {comparison.unit}", header, rows, ("better",))


def _tests(difference: Difference, many: bool) -> tuple[str, ...]:
    tested = difference.tested
    if tested is None:
        return ("–",) * (4 + many)
    spread = bounds(tested.interval.low, tested.interval.high, "+")
    if tested.test is None:
        return (spread, *("–",) * (3 + many))
    adjusted = (_p(tested.p_holm),) if many else ()
    return (spread, _p(tested.test.p), *adjusted, _p(tested.test.smallest), number(tested.detectable))


def _item(found: ItemDifference) -> dict[str, Any]:
    return asdict(found) | {"said": list(found.said), "wrong": list(found.wrong), "direction": found.direction}


def _items(pair: Pair, shown_metrics: list[str]) -> Iterator[Section]:
    """The items that decide the first metric by which the two differ, and those of which they say different things."""
    header = ("gold", pair.first, pair.second)
    differing = pair.differing
    answers = {
        each.item: (each.gold or "–", *(said or "–" for said in each.said))
        for each in (*pair.items[:SHOWN], *differing.named.values())
    }
    first = next((name for name in shown_metrics if pair.differences[name].deciding), None)
    if first:
        found = pair.differences[first]
        number_of_items = sum(found.decisive)
        several = number_of_items > 1
        leader = pair.second if found.better > 0 else pair.first
        title = (
            f"{counted(number_of_items, 'item')} decide{'' if several else 's'} {first}: if the two systems' answers"
        )
        title += f" to {'them' if several else 'it'} were exchanged, {leader} would no longer lead"
        alike = number_of_items > len(found.deciding)
        equal = ("–",) * len(header)
        rows = [
            (item, *([str(items)] if alike else []), number(share, "+"), *answers.get(item, equal))
            for (item, share), items in list(zip(found.deciding.items(), found.decisive, strict=True))[:SHOWN]
        ]
        yield Section(title, ("item", *(["alike"] if alike else []), "share", *header), rows, header)
    if differing.number:
        shown = [(each.item, each.slice, each.direction, *answers[each.item]) for each in pair.items[:SHOWN]]
        title = f"{pair.first} and {pair.second} differ on {counted(differing.number, 'item')}, {pair.second} worse on"
        title += (
            f" {differing.worse} and better on {differing.better}; {len(shown)} of them, the worst difference first"
        )
        words = ("slice", f"{pair.second} is", *header)
        yield Section(title, ("item", *words), shown, words)


def notes(comparison: Comparison) -> list[str]:
    """What a reader must know to read the numbers right."""
    unit, clusters = comparison.unit, comparison.clusters
    found = list(comparison.task.remarks)
    if comparison.interval == "range":
        few = f"no interval and no p: that takes {bootstrap.MIN_CLUSTERS} clusters ({unit}), here it is {clusters}"
        found.append(f"{few}; each cluster has equal weight in the mean")
    elif comparison.families < bootstrap.MIN_CLUSTERS:
        few = f"no p: that takes {bootstrap.MIN_CLUSTERS} families, here it is {comparison.families}"
        found.append(f"{few}; items of one family depend on one another")
    else:
        found += [
            f"p: two-sided sign-flip test over {clusters} clusters ({unit}), exact if m ≤ {EXACT} of them differ",
            "smallest p: 2 / 2^m if exact, else 1 / (1 + resamples): the least that this test can give",
            "p is for one metric, chosen beforehand; Holm p corrects for the number of systems, not of metrics",
            "detectable: the true difference found in 80% of such samples, (1.96 + 0.84) × standard error",
        ]
    if unit != "family":
        found.append(CONDITIONAL)
    found += [
        f"{pair.first} and {pair.second} give the same answers"
        for pair in comparison.pairs
        if not pair.differing.number
    ]
    found += [
        f"{pair.first} and {pair.second}: the JSON lists {len(pair.items)} of {pair.differing.number} items that differ"
        for pair in comparison.pairs
        if pair.differing.omitted
    ]
    for name, scores in comparison.scores.items():
        if scores.missing:
            found.append(f"{name}: {missing_note(scores)}")
    found += comparison.task.gold_notes(next(iter(comparison.scores.values())).counted.frame, comparison.settings)
    undefined = undefined_shares(
        (f"{name} ({pair.second})", each.tested.interval.undefined)
        for pair in comparison.pairs
        for name, each in pair.differences.items()
        if each.tested and not math.isnan(each.value)
    )
    if undefined:
        found.append(undefined)
    if hidden := [name for name in comparison.ranks if name not in _shown(comparison)]:
        found.append(f"not shown, because no system has a value: {', '.join(hidden)}")
    return found


def report(comparison: Comparison) -> Report:
    """What is printed of a comparison."""
    return Report(list(sections(comparison)), notes(comparison), comparison.signature, lambda: document(comparison))


def document(comparison: Comparison) -> dict[str, Any]:
    """The comparison as `detente.comparison/2`, everything at full precision; NaN is written as null."""
    names = list(comparison.scores)
    return {
        "schema": "detente.comparison/2",
        "task": comparison.task.name,
        "dataset": comparison.scores[names[0]].dataset,
        "systems": [
            {"name": name, "missing": list(each.missing), "signature": each.signature}
            for name, each in comparison.scores.items()
        ],
        "unit": comparison.unit,
        "clusters": comparison.clusters,
        "interval": comparison.interval,
        "primary": comparison.scores[names[0]].primary,
        "metrics": {
            metric: {name: _rank(rank, comparison) for name, rank in zip(names, ranks, strict=True)}
            for metric, ranks in comparison.ranks.items()
        },
        "comparisons": [
            {
                "first": pair.first,
                "second": pair.second,
                "metrics": {name: _difference(each, pair) for name, each in pair.differences.items()},
                "items": [_item(each) for each in pair.items],
                "items_omitted": pair.differing.omitted,
            }
            for pair in comparison.pairs
        ],
        "stability": [
            {"metrics": list(both), "tau": tau, "systems": count} for both, (tau, count) in comparison.stability.items()
        ],
        "signature": comparison.signature,
    }


def _rank(rank: Rank, comparison: Comparison) -> dict[str, Any]:
    found: dict[str, Any] = {"value": rank.value, "rank": rank.rank}
    if comparison.interval == "bootstrap":
        found["rank_low"], found["rank_high"] = rank.interval or (None, None)
    return found


def _difference(each: Difference, pair: Pair) -> dict[str, Any]:
    """Under ten clusters the difference in each of them; from ten on interval and test, and never both.

    Under ten families there is no test: what it would give is None.
    """
    found: dict[str, Any] = {
        "difference": each.value,
        "better": {1: pair.second, -1: pair.first}.get(each.better),
        "deciding": [
            {"item": item, "share": share} | ({"items": items} if items > 1 else {})
            for (item, share), items in zip(each.deciding.items(), each.decisive, strict=True)
        ],
    }
    if each.tested is None:
        return found | {"mean": each.mean, "clusters": each.clusters}
    interval, test = each.tested.interval, each.tested.test
    return found | {
        "low": interval.low,
        "high": interval.high,
        "undefined": interval.undefined,
        "p": test and test.p,
        "p_holm": each.tested.p_holm,
        "smallest_p": test and test.smallest,
        "exact": test and test.exact,
        "clusters_differing": test and test.clusters,
        "minimal_detectable": each.tested.detectable,
    }
