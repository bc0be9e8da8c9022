"""Scoring: counts of every unit, summed once, then metrics of the sums."""

from collections.abc import Callable, Collection, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from detente import __version__
from detente.data.corpus import Corpus
from detente.data.problems import Problem, ValidationError
from detente.evaluation.counts import Counted, count_all, sums_of, totals_of
from detente.evaluation.engines.engine import Engine
from detente.evaluation.engines.local import HERE
from detente.evaluation.predictions import Predictions
from detente.evaluation.variants import in_suite, items_of, with_variants
from detente.metrics.classification import Floats
from detente.stats import bootstrap
from detente.stats.bootstrap import NOTHING, Estimate, Interval
from detente.tasks.by_label import Same
from detente.tasks.task import TIMES, Counts, Gold, Metric, Options, Task, sizes_of


class Counting(Protocol):
    """Who counts systems, and says which metrics they have what it takes for."""

    def available(
        self, task: Task, units: Mapping[str, Any], systems: Sequence[Mapping[str, Any]], options: Options, /
    ) -> Container[str]:
        """The names of the metrics that there are."""

    def count(
        self,
        task: Task,
        units: Mapping[str, Any],
        systems: Sequence[Mapping[str, Any]],
        options: Options,
        engine: Engine,
        advance: Callable[[int], None] | None,
        /,
    ) -> list[Counted]:
        """What `count_all` gives."""


class InMemory:
    """What counts units and predictions that are in memory."""

    count = staticmethod(count_all)

    @staticmethod
    def available(
        task: Task, units: Mapping[str, Any], systems: Sequence[Mapping[str, Any]], options: Options, /
    ) -> Container[str]:
        """The names of the metrics that there are."""
        every = {measure.name for measure in task.measures}
        return task.available(units, systems, options) if task.available else every


UNITS: Final = ("family", "article", "item")
ALL: Final = "all"
"""In the place of metrics' names: every one."""
_SLACK: Final = 1e-12


@dataclass(frozen=True)
class Resampling:
    """What the intervals count as independent, and how they are drawn.

    Attributes:
        unit: `family`, `article` or `item`.
        resamples: How many samples are drawn, and random sign flips where systems are compared; at least one.
        seed: Of the drawing; not negative.

    Raises:
        ValidationError: If a number is none, or too small.

    Example:
        >>> import detente
        >>> predictions = [{"id": item["id"], "label": "none"} for item in detente.inputs("stance")]
        >>> scores = detente.score(predictions, resampling=detente.Resampling("item", resamples=100))
        >>> scores.interval
        'bootstrap'
    """

    unit: str = "family"
    resamples: int = 1000
    seed: int = 0

    def __post_init__(self) -> None:
        problems = [
            Problem("option", name, f"{value!r} is no whole number from {least} on")
            for name, value, least in (("resamples", self.resamples, 1), ("seed", self.seed, 0))
            if not isinstance(value, int) or value < least
        ]
        if problems:
            raise ValidationError(problems)


@dataclass(frozen=True)
class Scores:
    """The scores of one system on one task.

    Attributes:
        task: The task.
        primary: The metric that leads: the task's, or the first standard one that this gold has what it takes for.
        one_item: By how much it can move when the answer to one item is another one; NaN where that is not told.
        metrics: Name to value and spread.
        n: Name to the number of observations behind it.
        reasons: Name to why it has no value, where that is not a matter of 0/0.
        floors: What takes no reading, `majority` and `blind`, to its values by name: the most frequent class for every
            unit, and a model that does not see the pages. Empty where there is no such thing.
        breakdown: Key to value to metric name to value.
        part_intervals: Key to value to the 95% interval of the primary metric there; only of parts of ten clusters or
            more.
        sizes: Units, items and families that were scored.
        interval: `range` or `bootstrap`.
        resampling: How intervals were made.
        missing: Ids that were scored as empty.
        tools: What made the predictions, as they say themselves.
        prompts: What the model was asked with, as they say themselves.
        unanswered: Of the missing, those whose line says why there is no answer: `refused`, `unreadable`, `failed`.
        omitted: How many ids are not listed in `missing` or under a why of `unanswered`, where there are very many.
        confusion: Gold label to predicted label to number of main items; empty for a task without labels.
        counted: The counts.
        settings: All that is needed to repeat the scores, by name: what the signature spells out.
        dataset: Its name, version and digest.
    """

    task: Task
    primary: str
    one_item: float
    metrics: dict[str, Estimate]
    n: dict[str, int]
    reasons: dict[str, str]
    floors: dict[str, dict[str, float]]
    breakdown: dict[str, dict[str, dict[str, float]]]
    part_intervals: dict[str, dict[str, Interval]]
    sizes: dict[str, int]
    interval: str
    resampling: Resampling
    missing: tuple[str, ...]
    tools: tuple[str, ...]
    prompts: tuple[str, ...]
    unanswered: Mapping[str, tuple[str, ...]]
    omitted: Mapping[str, int]
    confusion: dict[str, dict[str, int]]
    counted: Counted
    settings: dict[str, str]
    dataset: dict[str, str]

    @property
    def signature(self) -> str:
        """One line that is enough to repeat the scores."""
        return signature_of(self.settings)

    def confusion_by(self, key: str) -> dict[str, dict[str, dict[str, int]]]:
        """The confusion of each part of the main items by itself, by the value of a breakdown."""
        parts = self.counted.main.by(key).partition_by(key, maintain_order=True, as_dict=True)
        return {value: _confusion(part) for (value,), part in parts.items()} if self.confusion else {}

    @property
    def rows(self) -> pl.DataFrame:
        """The counts, one row per item."""
        return self.counted.rows

    @property
    def main_rows(self) -> pl.DataFrame:
        """The rows that enter the main scores."""
        return self.counted.main.rows

    def outside_range(self, name: str) -> bool:
        """Whether the pooled value lies outside the range over the clusters beside which it is printed.

        False where the value or the range is undefined, and beside an interval.
        """
        found = self.metrics[name]
        outside = found.value < found.low - _SLACK or found.value > found.high + _SLACK
        return self.interval == "range" and outside


def signature_of(settings: Mapping[str, str]) -> str:
    """Settings in one line: `detente|task:stance|…`."""
    return "|".join(["detente", *(f"{name}:{value}" for name, value in settings.items())])


class Columns(dict[str, Floats]):
    """Counts by name, as views of the last axis of an array."""

    def __init__(self, names: Sequence[str], sums: NDArray[np.float64]) -> None:
        super().__init__((name, sums[..., index]) for index, name in enumerate(names))


def count(
    task: Task,
    units: Mapping[str, Any],
    systems: Sequence[Mapping[str, Any]],
    options: Options,
    engine: Engine = HERE,
    advance: Callable[[int], None] | None = None,
) -> list[pl.DataFrame]:
    """The counts of several systems on the same units, one row per item; see `counts.count_all`."""
    return [each.rows for each in count_all(task, units, systems, options, engine, advance)]


def score(
    predictions: Predictions, gold: Gold, options: Options | None = None, resampling: Resampling | None = None
) -> Scores:
    """Scores the predictions of one system; see `score_all`."""
    return score_all({"": predictions}, gold, options, resampling)[""]


def score_all(
    systems: Mapping[str, Predictions],
    gold: Gold,
    options: Options | None = None,
    resampling: Resampling | None = None,
    engine: Engine = HERE,
    advance: Callable[[int], None] | None = None,
    counting: Counting | None = None,
) -> dict[str, Scores]:
    """Scores systems on the same units of one gold.

    Args:
        systems: Predictions by the system's name, as checked by `detente.evaluation.predictions`.
        gold: The gold: a built dataset, or reference texts.
        options: What counts as right.
        resampling: How intervals are made.
        engine: Where texts are counted.
        advance: Told how many units of systems were just counted.
        counting: What counts, where systems are not in memory.

    Raises:
        ValidationError: If the task has no such unit of resampling.
    """
    options, resampling = options or Options(), resampling or Resampling()
    first = next(iter(systems.values()))
    task, units = first.task, first.units
    items = items_of(gold)
    scored = task if items is None else in_suite(task)
    if resampling.unit not in scored.keys:
        message = f"{task.name} has no {resampling.unit}: use --unit family or item"
        raise ValidationError([Problem("option", "--unit", message)])
    answers: list[Mapping[str, Any]] = [each.by_id for each in systems.values()]
    floors = _floors(task, units, gold)
    counting = counting or InMemory()
    available = counting.available(task, units, answers, options)
    rows = counting.count(task, units, [*answers, *floors.values()], options, engine, advance)
    if items is not None:
        rows = [with_variants(each, items) for each in rows]
    beside = {name: pooled(task, own.main.by()) for name, own in zip(floors, rows[len(systems) :], strict=True)}
    return {
        name: _scores(replace(each, task=scored), own, beside, gold, options, resampling, available)
        for (name, each), own in zip(systems.items(), rows[: len(systems)], strict=True)
    }


def _floors(task: Task, units: Mapping[str, Any], gold: Gold) -> dict[str, Mapping[str, Any]]:
    """What takes no reading: its predictions by id. The blind ones were made when the dataset was built."""
    floors: dict[str, Mapping[str, Any]] = {}
    if task.majority:
        floors["majority"] = Same(units, task.majority(units.values()))
    if blind := gold.blind(task.name):
        floors["blind"] = {line["id"]: task.parse(units[line["id"]], line) for line in blind if line["id"] in units}
    return floors


def _scores(
    predictions: Predictions,
    counted: Counted,
    floors: dict[str, dict[str, float]],
    gold: Gold,
    options: Options,
    resampling: Resampling,
    available: Container[str],
) -> Scores:
    task, units = predictions.task, predictions.units
    main = counted.main.by(*((task.breakdowns or ()) if task.corpus_metrics else ()))
    clusters = counted.main.clusters(task.columns, resampling.unit)
    full = Columns(task.columns, clusters.total)
    interval = bootstrap.interval_kind(clusters.size)
    resampled = None
    if interval == "bootstrap":
        resampled = bootstrap.resampled_sums(clusters, resampling.resamples, resampling.seed)
    metrics: dict[str, Estimate] = {}
    ns: dict[str, int] = {}
    reasons: dict[str, str] = {}
    for metric in task.metrics:
        if metric.name not in available:
            continue
        if reason := metric.no_value(full):
            metrics[metric.name] = NOTHING._replace(undefined=np.nan if resampled is None else 1.0)
            ns[metric.name], reasons[metric.name] = 0, reason
            continue
        metrics[metric.name] = bootstrap.estimate(
            _statistic(metric, task, full), clusters, resampled, of_part(metric, task.columns)
        )
        ns[metric.name] = int(sum(full[name] for name in metric.n))
    for measure in task.corpus_metrics:
        value, ns[measure.name], reason = measure.compute(units, predictions.by_id, main)
        metrics[measure.name] = NOTHING._replace(value=value)
        reasons |= {measure.name: reason} if reason else {}
    sizes = {"units": len(units), "items": counted.size, "scored": counted.main.size}
    sizes["families"] = counted.number_of("family")
    primary = primary_metric(task, metrics, gold.manifest["version"])
    return Scores(
        task=task,
        primary=primary,
        one_item=one_item(task, primary, main),
        metrics=metrics,
        n=ns,
        reasons=reasons,
        floors=floors,
        breakdown=breakdown(task, counted, metrics, reasons),
        part_intervals={} if primary in reasons else part_intervals(task, counted.main, primary, resampling),
        sizes=sizes,
        interval=interval,
        resampling=resampling,
        missing=predictions.missing,
        tools=predictions.tools,
        prompts=predictions.prompts,
        unanswered=predictions.unanswered,
        omitted=predictions.omitted,
        confusion=_confusion(main) if "predicted" in task.keys else {},
        counted=counted,
        settings=_settings(predictions, gold, options, resampling, sizes, interval),
        dataset={name: gold.manifest[name] for name in ("name", "version", "sha256")},
    )


def _statistic(metric: Metric, task: Task, full: Counts) -> bootstrap.Statistic:
    return lambda sums: metric.compute(Columns(task.columns, sums), full)


def of_part(metric: Metric, columns: Sequence[str]) -> bootstrap.Statistic:
    """The metric of parts by themselves, from their sums of counts."""
    return lambda sums: metric.part(Columns(columns, sums))


def pooled(task: Task, rows: pl.DataFrame) -> dict[str, float]:
    """The metrics of all items together, by name; corpus metrics aside."""
    full = Columns(task.columns, totals_of(rows, task.columns))
    return {metric.name: metric.whole(full) for metric in task.metrics}


def primary_metric(task: Task, known: Container[str], version: str) -> str:
    """The metric that leads: the one that this gold's benchmark ranks by, else the task's, else its first standard one.

    Args:
        task: The task.
        known: The metrics that the gold has what it takes for.
        version: Of the gold.
    """
    wanted = (task.primary_of.get(version, task.primary), task.primary, *task.standard)
    names = (*wanted, *(measure.name for measure in task.measures))
    return next(name for name in names if name in known)


def one_item(task: Task, name: str, main: pl.DataFrame) -> float:
    """By how much a metric can move when the answer to one item is another one: the greatest |change| there is.

    Every item of the main rows is given each other answer that the metric knows of (`Metric.flips`), all else as it is.

    Args:
        task: The task.
        name: The metric.
        main: The rows that enter the main scores.

    Returns:
        In the metric's unit; NaN where its flips are not told, where it is undefined, and without items.
    """
    metric = next((metric for metric in task.metrics if metric.name == name), None)
    if metric is None or metric.flips is None or main.is_empty():
        return np.nan
    alike = TIMES in main.columns  # each of them changes what the others do
    items = main.select(task.columns).unique().to_numpy() if alike else sums_of(main, task.columns, "item")
    total = totals_of(main, task.columns) if alike else items.sum(axis=0)
    full = Columns(task.columns, total)
    if metric.no_value(full):
        return np.nan
    statistic = _statistic(metric, task, full)
    value = statistic(total)
    moved = [np.abs(statistic(total - items + turned) - value) for turned in metric.flips(items, task.columns)]
    changes = np.concatenate(moved)
    return float(np.nanmax(changes)) if not np.isnan(changes).all() else np.nan


def named_metrics(task: Task, known: Container[str], names: Collection[str]) -> tuple[list[str], list[Problem]]:
    """The metrics that are named, by their names of today.

    Args:
        task: The task.
        known: The metrics that the gold has what it takes for.
        names: As they were given; `all` is every one.

    Returns:
        Each metric once, in the order of the names, and a problem for each name that is none.
    """
    there = [measure.name for measure in task.measures if measure.name in known]
    asked = task.renamed(name for name in names if name != ALL)
    problems = [
        Problem("option", "--metrics", f"{_unmeasured(task, name)}: {ALL}, or {', '.join(there)}")
        for name in asked
        if name not in known
    ]
    return there if ALL in names else list(dict.fromkeys(asked)), problems


def _unmeasured(task: Task, name: str) -> str:
    """Why a metric is none, or none here."""
    if name not in {measure.name for measure in task.measures}:
        return f"{task.name} has no metric {name!r}"
    extra = next((extra for start, extra in task.packages.items() if name.startswith(start)), "")
    other = f", or pip install 'detente[{extra}]' is missing" if extra else ""
    return f"{name} is not measured here, because the gold has not what it takes{other}"


def _confusion(rows: pl.DataFrame) -> dict[str, dict[str, int]]:
    counted = sizes_of(rows.drop_nulls(["gold", "predicted"]), "gold", "predicted").sort("gold", "predicted")
    table: dict[str, dict[str, int]] = {}
    for gold, predicted, size in counted.iter_rows():
        table.setdefault(gold, {})[predicted] = size
    return table


def breakdown(
    task: Task, counted: Counted, names: Container[str], without_value: Container[str]
) -> dict[str, dict[str, dict[str, float]]]:
    """The metrics named, of every part of the main rows by itself, by each key; `slice` splits all rows.

    Those without a value have none in any part, nor have corpus metrics that need more than the rows of the part.
    """
    result = {}
    for key in task.keys if task.breakdowns is None else task.breakdowns:
        if key in ("id", "item", "gold", "predicted") or counted.null(key):
            continue
        part = (counted if key == "slice" else counted.main).by(key)
        values = sizes_of(part, key)
        sums = sums_of(part, task.columns, key)
        scores = {
            metric.name: np.full(len(sums), np.nan)
            if metric.name in without_value
            else of_part(metric, task.columns)(sums)
            for metric in task.metrics
            if metric.name in names
        }
        of_rows = [measure for measure in task.corpus_metrics if measure.of_rows and measure.name in names]
        parts = part.partition_by(key, maintain_order=True) if of_rows else []
        scores |= {
            measure.name: np.array([measure.compute({}, {}, each).value for each in parts]) for measure in of_rows
        }
        result[key] = {
            value: {"n": size, **{name: float(each[index]) for name, each in scores.items()}}
            for index, (value, size) in enumerate(values.iter_rows())
        }
    return result


def part_intervals(task: Task, main: Counted, name: str, resampling: Resampling) -> dict[str, dict[str, Interval]]:
    """The 95% interval of a metric in every part of the main rows that has ten clusters or more, by key and value.

    None of a metric whose formula in a part is another one (`Metric.of_part`).
    """
    metric = next((metric for metric in task.metrics if metric.name == name), None)
    if metric is None or metric.of_part:
        return {}
    found: dict[str, dict[str, Interval]] = {}
    for key in task.keys if task.breakdowns is None else task.breakdowns:
        if key in ("id", "item", "gold", "predicted", "slice", resampling.unit) or main.null(key):
            continue
        for value, part in main.parts(key, resampling.unit, bootstrap.MIN_CLUSTERS):
            clusters = part.clusters(task.columns, resampling.unit)
            drawn = bootstrap.resampled_sums(clusters, resampling.resamples, resampling.seed)
            statistic = _statistic(metric, task, Columns(task.columns, clusters.total))
            found.setdefault(key, {})[value] = bootstrap.percentile_interval(statistic(drawn))
    return found


def _settings(
    predictions: Predictions,
    gold: Gold,
    options: Options,
    resampling: Resampling,
    sizes: dict[str, int],
    interval: str,
) -> dict[str, str]:
    task = predictions.task
    parts: dict[str, object] = {
        "task": task.name,
        "data": gold.version,
        "n": sizes["units"],
        "families": sizes["families"],
        "interval": interval,
        "unit": resampling.unit,
    }
    if interval == "bootstrap":
        parts |= {"resamples": resampling.resamples, "seed": resampling.seed}
    if isinstance(gold, Corpus) and gold.incomplete and (labelled := task.labelled(gold))[0] < labelled[1]:
        parts["pages"] = "{}/{}".format(*labelled)
    parts |= {name: getattr(options, name) for name in task.options}
    parts |= {"kind": "+".join(predictions.kinds) or "none", "missing": predictions.count("missing")}
    parts |= {why: predictions.count(why) for why in predictions.unanswered}
    if predictions.prompts:
        parts["prompt"] = ",".join(predictions.prompts)
    if "error" in task.extras:
        parts |= {key: predictions.count(key) for key in ("crashed", "extra")}
    parts |= {**task.signature_parts(predictions.units), **predictions.reduced}
    return {name: str(value) for name, value in (parts | {"v": __version__}).items()}
