"""Results as polars frames: the numbers of the JSON in rows, null where they are undefined."""

from typing import Any, Final

import polars as pl

from detente.evaluation.compare import Comparison
from detente.evaluation.ranking import Ranking
from detente.evaluation.score import Scores
from detente.report import comparison as comparisons
from detente.report import scores as reports

_NESTED: Final = ("deciding", "clusters")
"""What of a difference is no number; the JSON has it."""


def _frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, infer_schema_length=None).with_columns(pl.col(pl.Float64).fill_nan(None))


def of_scores(scores: Scores) -> pl.DataFrame:
    """A row for each metric, with the keys of the JSON as columns."""
    return _frame([{"metric": name, **entry} for name, entry in reports.document(scores)["metrics"].items()])


def of_ranking(ranking: Ranking) -> pl.DataFrame:
    """A row for each system, the best first: its rank, the bounds of the metric that ranks, and all metrics."""
    return _frame(
        [
            {
                "system": placed.name,
                "rank": placed.standing.rank,
                "low": placed.scores.metrics[ranking.by.name].low,
                "high": placed.scores.metrics[ranking.by.name].high,
                **{name: found.value for name, found in placed.scores.metrics.items()},
            }
            for placed in ranking.systems
        ]
    )


def of_comparison(comparison: Comparison) -> pl.DataFrame:
    """A row for each metric of each system beside the first: both values, the difference, and what is known of it."""
    document = comparisons.document(comparison)
    return _frame(
        [
            {
                "metric": name,
                "first": pair["first"],
                "second": pair["second"],
                "first_value": document["metrics"][name][pair["first"]]["value"],
                "second_value": document["metrics"][name][pair["second"]]["value"],
                **{key: value for key, value in entry.items() if key not in _NESTED},
            }
            for pair in document["comparisons"]
            for name, entry in pair["metrics"].items()
        ]
    )
