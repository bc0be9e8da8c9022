"""Results as Altair charts: points with the bounds of their intervals, or of their ranges over families."""

import math
from typing import Any, Final

import altair as alt
import polars as pl

from detente.evaluation.compare import Comparison
from detente.evaluation.differences import Difference
from detente.evaluation.ranking import Ranking
from detente.evaluation.score import Scores
from detente.library import frames
from detente.report.scores import standard
from detente.stats.bootstrap import MIN_CLUSTERS
from detente.tasks.metric_families import MISSING

_CELL: Final = 72
"""Pixels of a cell of a confusion from side to side."""
_COLOURS: Final = ("#0072b2", "#d55e00", "#009e73")
"""What takes no reading: colours of Okabe and Ito, which the colour-blind can tell apart."""
_BOUNDS: Final = {"bootstrap": "95% interval", "range": "range over families"}


def of_scores(scores: Scores) -> Any:
    """The primary metric and the standard ones, and beside them what takes no reading."""
    names = standard(scores)
    frame = frames.of_scores(scores).filter(pl.col("metric").is_in(names))
    floors = frame.select("metric", *scores.floors).unpivot(index="metric", variable_name="floor", value_name="value")
    y = alt.Y("metric:N", sort=names, title=None)
    chart = _points(alt.Chart(frame), y, f"value, {_BOUNDS[scores.interval]}")
    if floors.is_empty():
        return chart
    colour = alt.Color("floor:N", title=None, scale=alt.Scale(range=list(_COLOURS)))
    ticks = alt.Chart(floors).mark_tick(thickness=2).encode(x="value:Q", y=y, color=colour)
    return chart + ticks


def of_breakdown(scores: Scores, key: str) -> Any:
    """The primary metric of each part, and its interval where the part has one."""
    frame = frames.breakdowns(scores).filter(key=key, metric=scores.primary)
    y = alt.Y("part:N", sort=frame["part"].to_list(), title=key)
    intervals = f", 95% interval where there are {MIN_CLUSTERS} clusters" if scores.part_intervals.get(key) else ""
    return _points(alt.Chart(frame), y, scores.primary + intervals)


def of_confusion(scores: Scores) -> Any:
    """How many items have each gold label and each predicted one, the darker the greater its share of the gold's."""
    labels = [label for label in scores.task.labels if label in scores.confusion]
    golds = [*labels, *sorted(scores.confusion.keys() - {*labels})]
    predicted = {label for row in scores.confusion.values() for label in row}
    columns = [*golds, *sorted(predicted - {*golds, MISSING}), *(predicted & {MISSING})]
    share = pl.col("n") / pl.col("n").sum().over("gold")
    base = alt.Chart(frames.confusion(scores).with_columns(share=share)).encode(
        x=alt.X("predicted:N", sort=columns, title="predicted", axis=alt.Axis(labelAngle=0)),
        y=alt.Y("gold:N", sort=golds, title="gold"),
        tooltip=["gold:N", "predicted:N", "n:Q", alt.Tooltip("share:Q", format=".0%")],
    )
    shade = alt.Color("share:Q", scale=alt.Scale(scheme="blues", domain=[0, 1]), legend=None)
    dark = alt.condition("datum.share > 0.6", alt.value("white"), alt.value("black"))
    cells = base.mark_rect().encode(color=shade) + base.mark_text().encode(text="n:Q", color=dark)
    return cells.properties(width=alt.Step(_CELL), height=alt.Step(_CELL // 2))


def of_ranking(ranking: Ranking) -> Any:
    """The systems, the best at the top."""
    frame = frames.of_ranking(ranking).select("system", "low", "high", pl.col(ranking.by.name).alias("value"))
    y = alt.Y("system:N", sort=frame["system"].to_list(), title=None)
    return _points(alt.Chart(frame), y, f"{ranking.by.name}, {_BOUNDS[ranking.interval]}")


def of_comparison(comparison: Comparison) -> Any:
    """How much each system differs from the first, metric by metric, and the bounds of that."""
    first = comparison.pairs[0].first
    rows = [
        {
            "metric": name,
            "system": pair.second,
            "value": found.value,
            "low": low,
            "high": high,
        }
        for pair in comparison.pairs
        for name, found in pair.differences.items()
        for low, high in [_bounds(found)]
        if not math.isnan(found.value)
    ]
    frame = pl.DataFrame(rows, infer_schema_length=None).with_columns(pl.col(pl.Float64).fill_nan(None))
    y = alt.Y("metric:N", sort=list(comparison.ranks), title=None)
    points = _points(alt.Chart(), y, f"difference from {first}, {_BOUNDS[comparison.interval]}")
    zero = alt.Chart().mark_rule(strokeDash=[2, 2]).encode(x=alt.datum(0))
    # The data are the facet's, which divides them; a layer with data of its own would show all in each.
    return alt.layer(points, zero, data=frame).facet(row=alt.Row("system:N", title=None))


def _bounds(found: Difference) -> tuple[float | None, float | None]:
    """Of the interval, else over the clusters that have a difference."""
    if found.tested:
        return found.tested.interval.low, found.tested.interval.high
    known = [value for value in found.clusters.values() if not math.isnan(value)]
    return min(known, default=None), max(known, default=None)


def _points(chart: Any, y: Any, title: str) -> Any:
    base = chart.encode(y=y, tooltip=["value:Q", "low:Q", "high:Q"])
    bounds = base.mark_rule().encode(x=alt.X("low:Q", title=title), x2="high:Q")
    return bounds + base.mark_point(filled=True).encode(x="value:Q")
