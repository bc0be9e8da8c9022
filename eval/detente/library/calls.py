"""The commands as functions: `detente.inputs`, `score`, `rank`, `compare`, `report_errors`, `explore`, `make_suite`."""

import warnings
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from detente.challenge import making
from detente.data.corpus import SPLIT, load, load_scored
from detente.data.jsonl import Record
from detente.data.labels import SPLITS
from detente.data.memory import is_path
from detente.data.problems import Problem, ValidationError
from detente.evaluation import compare as comparing
from detente.evaluation import ranking
from detente.evaluation.score import Resampling
from detente.evaluation.sources import Source
from detente.evaluation.systems import Systems, asked_of, read_systems
from detente.library.results import ComparisonResult, RankingResult, ScoresResult
from detente.report.error_report import error_report, write_error_report
from detente.tasks import TASK_NAMES, task_named
from detente.tasks.task import Options, refuse_unknown

PathName = str | PathLike[str]


def inputs(task: str, *, dataset: PathName | None = None, split: str = SPLIT) -> list[Record]:
    """What a model may see, one record per unit of a task; never labels.

    Args:
        task: One of the tasks whose gold is the dataset, as `stance`.
        dataset: Another corpus than the package's own: its root, or the folder of its built dataset.
        split: Which of its splits, if it is a challenge suite.

    Raises:
        ValidationError: If there is no such task, nothing is built in `dataset`, or it has no gold of the task.

    Example:
        >>> import detente
        >>> item = detente.inputs("stance")[0]
        >>> item["holder_name"], item["target"], "label" in item
        ('France', 'ct_cooperation', False)
    """
    if task not in TASK_NAMES:
        message = f"there is no task {task!r}: {', '.join(TASK_NAMES)}"
        raise ValidationError([Problem("option", "task", message)])
    return task_named(task).asked(load_scored(dataset, split))


def score(
    predictions: Source,
    task: str | None = None,
    *,
    dataset: PathName | None = None,
    split: str = SPLIT,
    gold: PathName | None = None,
    gold_format: str | None = None,
    gold_text: str | None = None,
    labels: Mapping[str, str] | None = None,
    options: Options | None = None,
    resampling: Resampling | None = None,
    allow_missing: bool = False,
    allow_extra: bool = False,
    output_format: str | None = None,
) -> ScoresResult:
    """Scores the predictions of one system, as `detente eval score` does.

    Args:
        predictions: A path, as the command takes it; or what is in memory: a list of dictionaries, as the lines of
            JSON Lines would be; a table as CSV would be, which is a data frame of pandas, polars or any library that
            speaks Arrow, an Arrow table, or a `datasets.Dataset`; or a dictionary of texts by page. NaN is a null.
        task: The task; by default told from the rows.
        dataset: Another corpus than the package's own: its root, or the folder of its built dataset.
        split: Which of its splits, if it is a challenge suite.
        gold: The path of reference texts or labels to score against, instead of the dataset.
        gold_format: How they are laid out; by default told from their keys.
        gold_text: What they are written in: `text`, `markdown` or `html`.
        labels: Spellings of labels, of predictions and `gold`, to the task's: `{"FAVOR": "favor"}`.
        options: What counts as right.
        resampling: How intervals are made.
        allow_missing: Whether ids of the gold may be missing; they score as empty, or as the answer `missing`.
        allow_extra: Whether ids that the gold does not have may be there; they are left out.
        output_format: What texts in `predictions` are written in.

    Returns:
        The scores: `metrics["accuracy"].value`, `to_frame()`, `to_json()`, `plot()`; `notes` says what was left out or
        changed on reading.

    Raises:
        ValidationError: With every problem of the predictions, gold and options.

    Example:
        >>> import detente
        >>> predictions = [{"id": item["id"], "label": "none"} for item in detente.inputs("stance")]
        >>> scores = detente.score(predictions, task="stance")
        >>> scores.primary, scores.metrics["f_avg"].value
        ('f_avg', 0.0)
    """
    read = _read(
        [predictions],
        task,
        options,
        dataset=dataset,
        split=split,
        gold=gold,
        gold_format=gold_format,
        gold_text=gold_text,
        labels=labels,
        allow_missing=allow_missing,
        allow_extra=allow_extra,
        output_formats=[output_format] if output_format else [],
    )
    (found,) = read.scores(options or Options(), resampling or Resampling()).values()
    return ScoresResult(**vars(found), notes=read.notes)


def rank(
    first: Source,
    *others: Source,
    task: str | None = None,
    by: str | None = None,
    names: Sequence[str] = (),
    dataset: PathName | None = None,
    split: str = SPLIT,
    gold: PathName | None = None,
    gold_format: str | None = None,
    gold_text: str | None = None,
    labels: Mapping[str, str] | None = None,
    options: Options | None = None,
    resampling: Resampling | None = None,
    allow_missing: bool = False,
    allow_extra: bool = False,
    output_format: Sequence[str] = (),
) -> RankingResult:
    """Ranks systems by one metric, as `detente eval score` does with several files.

    Args:
        first: The predictions of a system, as `score` takes them.
        others: Those of others.
        task: The task; by default told from the rows.
        by: The metric; by default the primary one.
        names: What to call the systems, in their order; by default as their files, or `predictions 1` and so on.
        dataset: Another corpus than the package's own: its root, or the folder of its built dataset.
        split: Which of its splits, if it is a challenge suite.
        gold: The path of reference texts or labels to score against, instead of the dataset.
        gold_format: How they are laid out; by default told from their keys.
        gold_text: What they are written in.
        labels: Spellings of labels, of predictions and `gold`, to the task's: `{"FAVOR": "favor"}`.
        options: What counts as right.
        resampling: How intervals are made.
        allow_missing: Whether ids of the gold may be missing.
        allow_extra: Whether ids that the gold does not have may be there.
        output_format: What texts of the systems are written in: one of `text`, `markdown`, `html` for all, or one each.

    Raises:
        ValidationError: With every problem of all systems, gold and options.

    Example:
        >>> import detente
        >>> ids = [item["id"] for item in detente.inputs("stance")]
        >>> none, favor = ([{"id": name, "label": label} for name in ids] for label in ("none", "favor"))
        >>> ranking = detente.rank(none, favor, names=["none", "favor"])
        >>> [system.name for system in ranking.systems]
        ['favor', 'none']
    """
    read = _read(
        [first, *others],
        task,
        options,
        names=names,
        dataset=dataset,
        split=split,
        gold=gold,
        gold_format=gold_format,
        gold_text=gold_text,
        labels=labels,
        allow_missing=allow_missing,
        allow_extra=allow_extra,
        output_formats=output_format,
    )
    resampling = resampling or Resampling()
    found = ranking.rank(read.scores(options or Options(), resampling), by, resampling)
    return RankingResult(**vars(found), notes=read.notes)


def compare(
    first: Source,
    *others: Source,
    task: str | None = None,
    metrics: Sequence[str] = (),
    names: Sequence[str] = (),
    dataset: PathName | None = None,
    split: str = SPLIT,
    gold: PathName | None = None,
    gold_format: str | None = None,
    gold_text: str | None = None,
    labels: Mapping[str, str] | None = None,
    options: Options | None = None,
    resampling: Resampling | None = None,
    allow_missing: bool = False,
    allow_extra: bool = False,
    output_format: Sequence[str] = (),
) -> ComparisonResult:
    """Compares systems with the first of them, as `detente eval compare` does.

    Args:
        first: The predictions that the others are compared with, as `score` takes them.
        others: Those of one system or more.
        task: The task; by default told from the rows.
        metrics: The metrics to compare by; by default those of the command.
        names: What to call the systems, in their order; by default as their files, or `predictions 1` and so on.
        dataset: Another corpus than the package's own: its root, or the folder of its built dataset.
        split: Which of its splits, if it is a challenge suite.
        gold: The path of reference texts or labels to score against, instead of the dataset.
        gold_format: How they are laid out; by default told from their keys.
        gold_text: What they are written in.
        labels: Spellings of labels, of predictions and `gold`, to the task's: `{"FAVOR": "favor"}`.
        options: What counts as right.
        resampling: How intervals and tests are made; by default from 10,000 resamples.
        allow_missing: Whether ids of the gold may be missing.
        allow_extra: Whether ids that the gold does not have may be there.
        output_format: What texts of the systems are written in: one of `text`, `markdown`, `html` for all, or one each.

    Raises:
        ValidationError: With every problem of all systems, gold and options, and if they cannot be compared.

    Example:
        >>> import detente
        >>> ids = [item["id"] for item in detente.inputs("stance")]
        >>> none, favor = ([{"id": name, "label": label} for name in ids] for label in ("none", "favor"))
        >>> comparison = detente.compare(none, favor, metrics=["accuracy"], names=["none", "favor"])
        >>> comparison.pairs[0].second, comparison.pairs[0].differences["accuracy"].better
        ('favor', -1)
    """
    read = _read(
        [first, *others],
        task,
        options,
        names=names,
        dataset=dataset,
        split=split,
        gold=gold,
        gold_format=gold_format,
        gold_text=gold_text,
        labels=labels,
        allow_missing=allow_missing,
        allow_extra=allow_extra,
        output_formats=output_format,
    )
    resampling = resampling or Resampling(resamples=10_000)
    found = comparing.compare(read.scores(options or Options(), resampling), metrics, resampling)
    return ComparisonResult(**vars(found), notes=read.notes)


def explore(folder: PathName, *, dataset: PathName | None = None, split: str = SPLIT) -> Path:
    """Writes a dataset as linked pages to be opened in a browser, as `detente dataset explore` does.

    Args:
        folder: Where to write: a new or empty folder, or one that this function wrote, which is replaced.
        dataset: Another corpus than the package's own: its root, or the folder of its built dataset.
        split: Which of its splits, if it is a challenge suite.

    Returns:
        The path of the start page, `index.html` in the folder.

    Raises:
        ValidationError: If nothing is built in `dataset`, it was changed since, or there is something else in the
            folder.

    Example:
        >>> import detente, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     detente.explore(folder).name
        'index.html'
    """
    from detente.report.explorer.site import write  # its models take a second to load

    return write(load(dataset, split), Path(folder))


def make_suite(
    name: str,
    folder: PathName,
    *,
    items: int = 1000,
    seed: int = 0,
    splits: Sequence[str] = SPLITS,
    jobs: int | None = None,
) -> Path:
    """Makes a challenge suite in a folder, as `detente challenge make` does; an interrupted one is gone on with.

    Args:
        name: Of the suite: `transplant`, `contrast` … (`detente challenge list`).
        folder: Where: a new or empty folder, or one in which the same call was interrupted.
        items: How many each split has; at least one.
        seed: Of what is drawn; not negative.
        splits: Which are made, of `train`, `validation` and `test`.
        jobs: How many processes work at once; by default one for each core.

    Returns:
        The folder, which all functions take as `dataset`.

    Raises:
        ValidationError: If there is no such suite or split, a number is none, or too small, or the folder holds
            something else.

    Example:
        >>> import detente, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     suite = detente.make_suite("contrast", folder, items=2, splits=["test"], jobs=1)
        ...     len(detente.inputs("contrast", dataset=suite))  # four sentences each
        8
    """
    from detente.evaluation.engines.local import Local, cores

    refuse_unknown([("splits", split, SPLITS) for split in splits])
    numbers = (("items", items, 1), ("seed", seed, 0), ("splits", len(splits), 1), ("jobs", jobs or 1, 1))
    problems = [
        Problem("option", option, f"{value!r} is no whole number from {least} on")
        for option, value, least in numbers
        if not isinstance(value, int) or value < least
    ]
    if problems:
        raise ValidationError(problems)
    place = Path(folder)
    with Local(jobs or cores()) as engine:
        making.make(making.recipe_of(making.suite_of(name), items, seed, splits), place, engine)
    return place


def report_errors(
    first: Source,
    *others: Source,
    folder: PathName,
    task: str | None = None,
    metrics: Sequence[str] = (),
    by: Sequence[str] = (),
    names: Sequence[str] = (),
    dataset: PathName | None = None,
    split: str = SPLIT,
    gold: PathName | None = None,
    gold_format: str | None = None,
    gold_text: str | None = None,
    labels: Mapping[str, str] | None = None,
    options: Options | None = None,
    resampling: Resampling | None = None,
    allow_missing: bool = False,
    allow_extra: bool = False,
    output_format: Sequence[str] = (),
) -> Path:
    """Writes what systems get wrong as a page to be opened in a browser, as `detente eval report` does.

    Args:
        first: The predictions of a system, as `score` takes them.
        others: Those of others, which are shown beside it.
        folder: Where to write: a new or empty folder, or one that this function wrote, which is replaced.
        task: The task; by default told from the rows.
        metrics: The metrics to show, or `all`; by default the primary and the standard ones.
        by: Breakdowns to show beside the usual ones.
        names: What to call the systems, in their order; by default as their files, or `predictions 1` and so on.
        dataset: Another corpus than the package's own: its root, or the folder of its built dataset.
        split: Which of its splits, if it is a challenge suite.
        gold: The path of reference texts or labels to score against, instead of the dataset.
        gold_format: How they are laid out; by default told from their keys.
        gold_text: What they are written in.
        labels: Spellings of labels, of predictions and `gold`, to the task's: `{"FAVOR": "favor"}`.
        options: What counts as right.
        resampling: How intervals and tests are made.
        allow_missing: Whether ids of the gold may be missing.
        allow_extra: Whether ids that the gold does not have may be there.
        output_format: What texts of the systems are written in: one of `text`, `markdown`, `html` for all, or one each.

    Returns:
        The path of the page, `index.html` in the folder.

    Raises:
        ValidationError: With every problem of all systems, gold and options, and if there is something else in the
            folder.

    Example:
        >>> import detente, tempfile
        >>> predictions = [{"id": item["id"], "label": "none"} for item in detente.inputs("stance")]
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     detente.report_errors(predictions, folder=folder).name
        'index.html'
    """
    read = _read(
        [first, *others],
        task,
        options,
        names=names,
        dataset=dataset,
        split=split,
        gold=gold,
        gold_format=gold_format,
        gold_text=gold_text,
        labels=labels,
        allow_missing=allow_missing,
        allow_extra=allow_extra,
        output_formats=output_format,
    )
    resampling = resampling or Resampling()
    scores = read.scores(options or Options(), resampling)
    return write_error_report(Path(folder), error_report(read, scores, metrics, by, resampling))


def _read(
    sources: Sequence[Source], task: str | None, options: Options | None, *, gold: PathName | None, **reading: Any
) -> Systems:
    """The systems; what the command prints as a warning is one."""
    if gold is not None and not is_path(gold):
        # Gold in memory would come here, once `load_gold` takes it.
        message = f"is of the type {type(gold).__name__}: name a file or folder"
        raise ValidationError([Problem("option", "gold", message)])
    read = read_systems(
        sources, task, gold=None if gold is None else Path(gold), asked=asked_of(options or Options()), **reading
    )
    for warning in read.warnings:
        warnings.warn(warning, stacklevel=3)
    return read
