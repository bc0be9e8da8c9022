"""Scoring: counts of every unit, summed once, then metrics of the sums."""

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from detente import __version__
from detente.data.problems import Invalid, Problem
from detente.evaluation.engines import rows_of_systems
from detente.evaluation.predictions import Predictions
from detente.metrics.classification import Floats
from detente.stats import bootstrap as resample
from detente.stats.bootstrap import Estimate
from detente.tasks.task import Counts, Gold, Metric, Options, Row, Task

UNITS: Final = ("family", "article", "item")


@dataclass(frozen=True)
class Resampling:
    """What the intervals count as independent, and how they are drawn."""

    unit: str = "family"
    resamples: int = 1000
    seed: int = 0


@dataclass(frozen=True)
class Scores:
    """The scores of one system on one task.

    Attributes:
        task: The task.
        metrics: Name to value and spread.
        n: Name to the number of observations behind it.
        majority: Name to the value of the majority class; empty where there is no such thing.
        breakdown: Key to value to metric name to value.
        sizes: Units, items and families that were scored.
        interval: `range` or `bootstrap`.
        missing: Ids that were scored as empty.
        tools: What made the predictions, as they say themselves.
        confusion: Gold label to predicted label to number of headline items; empty for a task without labels.
        rows: The counts, one row per item.
        signature: All that is needed to repeat the scores.
        dataset: Its name, version and digest.
    """

    task: Task
    metrics: dict[str, Estimate]
    n: dict[str, int]
    majority: dict[str, float]
    breakdown: dict[str, dict[str, dict[str, float]]]
    sizes: dict[str, int]
    interval: str
    missing: tuple[str, ...]
    tools: tuple[str, ...]
    confusion: dict[str, dict[str, int]]
    rows: pl.DataFrame
    signature: str
    dataset: dict[str, str]


class Columns(dict[str, Floats]):
    """Counts by name, as views of the last axis of an array."""

    def __init__(self, names: Sequence[str], sums: NDArray[np.float64]) -> None:
        super().__init__((name, sums[..., index]) for index, name in enumerate(names))


def _frame(task: Task, rows: list[Row]) -> pl.DataFrame:
    schema: dict[str, Any] = dict.fromkeys(task.keys, pl.String)
    schema |= dict.fromkeys((*task.columns, "wrong"), pl.Float64) | {"detail": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(pl.col(pl.Float64).fill_null(0.0))


def count(task: Task, units: dict[str, Any], by_id: dict[str, Any], options: Options) -> pl.DataFrame:
    """The counts of all units, one row per item; a unit without a prediction counts as empty, or as wrong."""
    if task.gather:
        units, by_id = task.gather(units, by_id)
    return _frame(task, rows_of_systems(task.count, units, [by_id], options)[0])


def count_all(
    systems: Sequence[Predictions],
    corpus: Gold,
    options: Options,
    jobs: int = 1,
    advance: Callable[[int], None] | None = None,
) -> list[pl.DataFrame]:
    """The counts of several systems on one gold, on `jobs` cores; see `parallel.rows_of_systems`."""
    task = systems[0].task
    units = task.units(corpus)
    if task.gather:
        return [count(task, units, each.by_id, options) for each in systems]
    rows = rows_of_systems(task.count, units, [each.by_id for each in systems], options, jobs, advance)
    return [_frame(task, each) for each in rows]


def _sums(rows: pl.DataFrame, task: Task, by: str | None = None) -> NDArray[np.float64]:
    """The counts summed, shape `(columns,)`, or `(values of by, columns)` in the order of first appearance."""
    if by is None:
        total: NDArray[np.float64] = rows.select(task.columns).sum().to_numpy()[0]
        return total
    grouped = rows.group_by(by, maintain_order=True).agg(pl.col(task.columns).sum())
    sums: NDArray[np.float64] = grouped.select(task.columns).to_numpy()
    return sums


def _evaluate(metric: Metric, task: Task, sums: NDArray[np.float64], full: Counts) -> Floats:
    return metric.compute(Columns(task.columns, sums), full)


def score(
    predictions: Predictions,
    corpus: Gold,
    options: Options | None = None,
    resampling: Resampling | None = None,
    rows: pl.DataFrame | None = None,
) -> Scores:
    """Scores predictions.

    Args:
        predictions: As checked by `detente.predictions`.
        corpus: The gold: a built dataset, or reference texts.
        options: What counts as right.
        resampling: How intervals are made.
        rows: The counts, if `count_all` has made them already.

    Raises:
        Invalid: If the task has no such unit.
    """
    options, resampling = options or Options(), resampling or Resampling()
    task = predictions.task
    if resampling.unit not in task.keys:
        message = f"{task.name} has no {resampling.unit}: say --unit family or item"
        raise Invalid([Problem("option", "--unit", message)])
    units = task.units(corpus)
    rows = count(task, units, predictions.by_id, options) if rows is None else rows
    headline = rows.filter(slice="headline")
    sums = _sums(headline, task, resampling.unit)
    full = Columns(task.columns, sums.sum(axis=0))
    interval = resample.interval_kind(len(sums))
    drawn = None
    if interval == "bootstrap":
        drawn = resample.bootstrap_weights(len(sums), resampling.resamples, resampling.seed)
    metrics = {
        metric.name: resample.estimate(lambda part, metric=metric: _evaluate(metric, task, part, full), sums, drawn)  # type: ignore[misc]
        for metric in task.metrics
    }
    ns = {metric.name: int(sum(full[name] for name in metric.n)) for metric in task.metrics}
    for measure in task.overall:
        value, ns[measure.name] = measure.compute(units, predictions.by_id, options)
        metrics[measure.name] = Estimate(value, np.nan, np.nan, np.nan, 0, np.nan)
    if task.measured:
        names = task.measured(units, options)
        metrics = {name: found for name, found in metrics.items() if name in names}
    majority = {}
    if task.reference:
        same = task.reference(list(units.values()))
        theirs = count(task, units, dict.fromkeys(units, same), options).filter(slice="headline")
        majority = {metric.name: float(_evaluate(metric, task, _sums(theirs, task), full)) for metric in task.metrics}
    sizes = {
        "units": len(units),
        "items": len(rows),
        "scored": len(headline),
        "families": rows["family"].n_unique(),
    }
    return Scores(
        task=task,
        metrics=metrics,
        n=ns,
        majority=majority,
        breakdown=breakdown(task, rows, full, metrics),
        sizes=sizes,
        interval=interval,
        missing=predictions.missing,
        tools=predictions.tools,
        confusion=_confusion(headline) if "predicted" in task.keys else {},
        rows=rows,
        signature=_signature(predictions, corpus, options, resampling, sizes, interval),
        dataset={name: corpus.manifest[name] for name in ("name", "version", "sha256")},
    )


def _confusion(rows: pl.DataFrame) -> dict[str, dict[str, int]]:
    counted = rows.drop_nulls(["gold", "predicted"]).group_by("gold", "predicted").len().sort("gold", "predicted")
    table: dict[str, dict[str, int]] = {}
    for gold, predicted, size in counted.iter_rows():
        table.setdefault(gold, {})[predicted] = size
    return table


def breakdown(
    task: Task, rows: pl.DataFrame, full: Counts, names: Container[str]
) -> dict[str, dict[str, dict[str, float]]]:
    """The metrics named, of every part of the headline rows, by each key; `slice` splits all rows."""
    result = {}
    for key in task.keys:
        if key in ("id", "item", "gold", "predicted"):
            continue
        part = rows if key == "slice" else rows.filter(slice="headline")
        values = part.group_by(key, maintain_order=True).len()
        sums = _sums(part, task, key)
        scores = {metric.name: _evaluate(metric, task, sums, full) for metric in task.metrics if metric.name in names}
        result[key] = {
            value: {"n": size, **{name: float(each[index]) for name, each in scores.items()}}
            for index, (value, size) in enumerate(values.iter_rows())
        }
    return result


def per_unit(scores: Scores) -> pl.DataFrame:
    """One row per unit: its keys where they are one value, then every metric that is defined for some unit."""
    task = scores.task
    keys = [
        key
        for key in task.keys
        if key != "id" and scores.rows.group_by("id").agg(pl.col(key).n_unique())[key].max() == 1
    ]
    grouped = scores.rows.group_by("id", maintain_order=True)
    base = grouped.agg(pl.col(keys).first(), pl.col("wrong").sum())
    full = Columns(task.columns, _sums(scores.rows.filter(slice="headline"), task))
    sums = _sums(scores.rows, task, "id")
    values = {metric.name: _evaluate(metric, task, sums, full) for metric in task.metrics}
    return base.with_columns(
        pl.Series(name, each).fill_nan(None) for name, each in values.items() if not np.isnan(each).all()
    )


def errors(scores: Scores) -> pl.DataFrame:
    """The items that are wrong, the worst first, with what is wrong in words."""
    wrong = scores.rows.filter(pl.col("wrong") > 0).sort("wrong", descending=True, maintain_order=True)
    return wrong.select("item", "slice", "wrong", "detail")


def _signature(
    predictions: Predictions,
    corpus: Gold,
    options: Options,
    resampling: Resampling,
    sizes: dict[str, int],
    interval: str,
) -> str:
    task = predictions.task
    parts = [
        "detente",
        f"task:{task.name}",
        f"data:{corpus.version}",
        f"n:{sizes['units']}",
        f"families:{sizes['families']}",
        f"interval:{interval}",
        f"unit:{resampling.unit}",
    ]
    if interval == "bootstrap":
        parts += [f"resamples:{resampling.resamples}", f"seed:{resampling.seed}"]
    parts += [f"{name}:{getattr(options, name)}" for name in task.options]
    parts += [f"form:{'+'.join(predictions.forms) or 'none'}", f"missing:{len(predictions.missing)}"]
    if "error" in task.extras:
        parts += [f"crashed:{len(predictions.crashed)}", f"extra:{len(predictions.extra)}"]
    parts += task.tools()
    return "|".join([*parts, f"v:{__version__}"])
