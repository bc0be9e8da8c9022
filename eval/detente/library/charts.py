"""Results as Altair charts: points with the bounds of their intervals, or of their ranges over families."""

from typing import Any, Final

import altair as alt
import polars as pl

from detente.evaluation.compare import Comparison
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
    chart = _points(frame, y, f"value, {_BOUNDS[scores.interval]}")
    if floors.is_empty():
        return chart
    ticks = alt.Chart(floors).mark_tick(thickness=2).encode(x="value:Q", y=y, color=alt.Color("floor:N", title=None))
    return chart + ticks


def of_ranking(ranking: Ranking) -> Any:
    """The systems, the best at the top."""
    frame = frames.of_ranking(ranking).select("system", "low", "high", pl.col(ranking.by.name).alias("value"))
    y = alt.Y("system:N", sort=frame["system"].to_list(), title=None)
    return _points(frame, y, f"{ranking.by.name}, {_BOUNDS[ranking.interval]}")


def of_comparison(comparison: Comparison) -> Any:
    """How much each system differs from the first, metric by metric, and the bounds of that."""
    first = comparison.pairs[0].first
    rows = [
        {
            "metric": name,
            "system": pair.second,
            "value": found.value,
            "low": found.tested.interval.low if found.tested else min(found.clusters.values(), default=None),
            "high": found.tested.interval.high if found.tested else max(found.clusters.values(), default=None),
        }
        for pair in comparison.pairs
        for name, found in pair.differences.items()
    ]
    frame = pl.DataFrame(rows, infer_schema_length=None).with_columns(pl.col(pl.Float64).fill_nan(None))
    y = alt.Y("metric:N", sort=list(comparison.ranks), title=None)
    zero = alt.Chart(pl.DataFrame({"zero": [0.0]})).mark_rule(strokeDash=[2, 2]).encode(x="zero:Q")
    title = f"difference from {first}, {_BOUNDS[comparison.interval]}"
    return alt.layer(_points(frame, y, title), zero, data=frame).facet(row=alt.Row("system:N", title=None))


def _points(frame: pl.DataFrame, y: Any, title: str) -> Any:
    base = alt.Chart(frame).encode(y=y, tooltip=frame.columns)
    return base.mark_rule().encode(x=alt.X("low:Q", title=title), x2="high:Q") + base.mark_point(filled=True).encode(
        x="value:Q"
    )
