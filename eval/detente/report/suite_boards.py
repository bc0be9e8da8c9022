"""Boards of challenge suites: systems on constructed items, and which of them these tell apart.

Bases are what is drawn by chance, so that all variants of a base are resampled together. The interval that this gives
holds for the suite's sources only; what is known of others is the range over these.
"""

from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Final

import numpy as np

from detente.challenge import making
from detente.challenge.all import SUITES
from detente.data.labels import SPLITS
from detente.evaluation.differences import counts_of, resampled_values
from detente.evaluation.engines.local import HERE
from detente.evaluation.ranking import Ranking, rank
from detente.evaluation.score import Resampling, Scores
from detente.report.tables import bounds, markdown_table, number
from detente.stats import bootstrap
from detente.tasks.task import Metric
from detente.text.display import counted

BASES: Final = {"train": 4, "test": bootstrap.MIN_CLUSTERS}
"""So many bases a split has: to learn from, and the fewest of which there is an interval."""
UNIT: Final = "base"


def made(name: str, folder: Path, split: str = SPLITS[-1]) -> Path:
    """A split of a suite as boards have it, made in a folder below this one if it is not there yet."""
    place = folder / f"{name}-{split}"
    if not place.is_dir():
        suite = SUITES[name]
        making.make(making.recipe_of(suite, BASES[split] * len(suite.variants), 0, [split]), place, HERE)
    return place


def ranking_of(scores: dict[str, Scores], resampling: Resampling) -> Ranking:
    """The systems in order, neighbours compared over bases."""
    return rank(scores, resampling=Resampling(UNIT, resampling.resamples, resampling.seed))


def section(ranking: Ranking, shown: Sequence[str], resampling: Resampling) -> str:
    """The table of a board, and what it tells apart.

    Args:
        ranking: Of `ranking_of`.
        shown: What to call the systems, in the ranking's order.
        resampling: How many resamples are drawn, and their seed.
    """
    systems = [each.scores for each in ranking.systems]
    metric = ranking.by
    assert isinstance(metric, Metric)
    counts = counts_of(systems, UNIT, resampling)
    values = resampled_values(metric, counts)
    assert values is not None  # there are at least ten bases
    ranks = [each.standing.rank for each in ranking.systems]
    rows = []
    for place, each in enumerate(ranking.systems):
        over = bootstrap.percentile_interval(values[place])
        sources = _by_source(each.scores, metric)
        assert each.standing.interval is not None
        rows.append(
            [
                f"{ranks[place]}{'=' * (ranks.count(ranks[place]) > 1)}",
                shown[place],
                number(each.standing.value),
                bounds(over.low, over.high),
                bounds(min(sources), max(sources)),
                "{}…{}".format(*each.standing.interval),
                ", ".join(each.scores.tools),
            ]
        )
    header = ["rank", "system", metric.name, "95% over items", "over sources", "ranks", "made by"]
    first = systems[0].sizes
    said = (
        f"{counted(first['units'], 'unit')}, all of them variants of {counted(counts.clusters, 'base')} from"
        f" {counted(first['families'], 'source')}. The interval is over items, those of a base together, and holds for"
        " these sources only; the range over sources is all that is known of others."
    )
    alike = [
        f"`{ranking.systems[one].name}` and `{ranking.systems[other].name}`"
        for one, other in combinations(range(len(systems)), 2)
        if not _apart(values[one] - values[other], systems[one], systems[other], metric)
    ]
    pairs = len(systems) * (len(systems) - 1) // 2
    told = (
        f"{pairs - len(alike)} of {pairs} pairs are told apart: the interval of their difference on the same items"
        " leaves 0 out, and the same one leads on every source."
    )
    rest = f" Not told apart: {'; '.join(alike)}." if 0 < len(alike) < pairs else ""
    return f"{said}\n\n{markdown_table(header, rows, ('system', 'made by'))}\n{told}{rest}\n"


def _by_source(scores: Scores, metric: Metric) -> list[float]:
    known = [part[metric.name] for part in scores.breakdown["family"].values()]
    return [value for value in known if not np.isnan(value)]


def _apart(resampled: object, one: Scores, other: Scores, metric: Metric) -> bool:
    """Whether the interval of a difference leaves 0 out, and each source has the difference's sign."""
    found = bootstrap.percentile_interval(resampled)  # type: ignore[arg-type]
    sign = 1 if found.low > 0 else -1 if found.high < 0 else 0
    pairs = zip(_by_source(one, metric), _by_source(other, metric), strict=True)
    return sign != 0 and all(sign * (left - right) > 0 for left, right in pairs)
