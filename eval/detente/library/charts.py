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
    ticks = alt.Chart(floors).mark_tick(thickness=2).encode(x="value:Q", y=y, color=alt.Color("floor:N", title=None))
    return chart + ticks


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
