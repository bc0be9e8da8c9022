"""Results as polars frames: the numbers of the JSON in rows, null where they are undefined."""

from typing import Any, Final

import polars as pl

from detente.evaluation.compare import Comparison
from detente.evaluation.items import item_differences
from detente.evaluation.ranking import Ranking
from detente.evaluation.score import Scores
from detente.report import comparison as comparisons
from detente.report import scores as reports

_NUMBERS: Final = ("value", "low", "high")
_NESTED: Final = ("deciding", "clusters")
"""What of a difference is no number; the JSON has it."""


def _frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, infer_schema_length=None).with_columns(pl.col(pl.Float64).fill_nan(None))


def of_scores(scores: Scores) -> pl.DataFrame:
    """A row for each metric, with the keys of the JSON as columns."""
    return _frame([{"metric": name, **entry} for name, entry in reports.document(scores)["metrics"].items()])


def breakdowns(scores: Scores) -> pl.DataFrame:
    """A row for each metric of each part: the key, the part's value of it, how many items, and the value.

    Beside the primary metric stand the bounds of its interval, where the part has one.
    """
    bounds = scores.part_intervals
    rows = [
        {
            "key": key,
            "part": part,
            "n": int(found["n"]),
            "metric": name,
            "value": value,
            "low": bounds[key][part].low if name == scores.primary and part in bounds.get(key, {}) else None,
            "high": bounds[key][part].high if name == scores.primary and part in bounds.get(key, {}) else None,
        }
        for key, parts in scores.breakdown.items()
        for part, found in parts.items()
        for name, value in found.items()
        if name != "n"
    ]
    texts, numbers = dict.fromkeys(("key", "part", "metric"), pl.String), dict.fromkeys(_NUMBERS, pl.Float64)
    columns = ("key", "part", "n", "metric", *_NUMBERS)
    schema = texts | numbers | {"n": pl.Int64}
    return pl.DataFrame(rows, schema={name: schema[name] for name in columns}).with_columns(
        pl.col(pl.Float64).fill_nan(None)
    )


def confusion(scores: Scores) -> pl.DataFrame:
    """A row for each gold label and predicted one that occurs, and how many items have them; of labels only."""
    rows = [(gold, said, n) for gold, row in scores.confusion.items() for said, n in row.items()]
    return pl.DataFrame(rows, schema={"gold": pl.String, "predicted": pl.String, "n": pl.Int64}, orient="row")


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


def items(comparison: Comparison) -> pl.DataFrame:
    """A row for each item of which a system and the first say different things, the worst difference first."""
    first = comparison.pairs[0].first
    rows = [
        {
            "first": first,
            "second": pair.second,
            "item": each.item,
            "slice": each.slice,
            "gold": each.gold,
            "first_said": each.said[0],
            "second_said": each.said[1],
            "second_is": each.direction,
            "first_wrong": each.wrong[0],
            "second_wrong": each.wrong[1],
        }
        for pair in comparison.pairs
        for each in item_differences(comparison.scores[first], comparison.scores[pair.second]).items
    ]
    texts = ("first", "second", "item", "slice", "gold", "first_said", "second_said", "second_is")
    schema = dict.fromkeys(texts, pl.String) | dict.fromkeys(("first_wrong", "second_wrong"), pl.Float64)
    return pl.DataFrame(rows, schema=schema)
