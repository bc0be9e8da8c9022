"""The commands as functions: `detente.inputs`, `detente.score`, `detente.compare`."""

from collections.abc import Sequence
from os import PathLike, fspath
from pathlib import Path

from detente.data.corpus import load
from detente.data.jsonl import Record
from detente.evaluation import compare as comparing
from detente.evaluation.compare import Comparison
from detente.evaluation.score import Resampling, Scores
from detente.evaluation.systems import load_gold, read_all, score_files
from detente.tasks.all import TASKS
from detente.tasks.task import Options

PathName = str | PathLike[str]


def inputs(task: str, *, dataset: PathName | None = None) -> list[Record]:
    """What a model may see, one record per unit of a task; never labels.

    Args:
        task: One of the tasks whose gold is the dataset.
        dataset: Another corpus than the package's own: its root, or the folder of its built dataset.

    Raises:
        ValueError: If there is no such task.
        ValidationError: If nothing is built in `dataset`, or it has no gold of the task.
    """
    found = next((known for known in TASKS if known.name == task), None)
    if found is None:
        raise ValueError(f"there is no task {task!r}: {', '.join(known.name for known in TASKS)}")
    return found.asked(load(dataset))


def score(
    predictions: PathName,
    task: str | None = None,
    *,
    gold: PathName | None = None,
    dataset: PathName | None = None,
    options: Options | None = None,
    resampling: Resampling | None = None,
    allow_missing: bool = False,
    allow_extra: bool = False,
    output_format: str | None = None,
    gold_text: str | None = None,
) -> Scores:
    """Scores a file of predictions; the arguments are the options of `detente eval score`.

    Args:
        predictions: A file as the command takes it.
        task: The task; by default told from the lines.
        gold: Reference texts to score against, instead of the dataset.
        dataset: Another corpus than the package's own: its root, or the folder of its built dataset.
        options: What counts as right.
        resampling: How intervals are made.
        allow_missing: Whether ids of the gold may be missing; they score as empty, or as the answer `missing`.
        allow_extra: Whether ids that the gold does not have may be there; they are left out.
        output_format: What texts in `predictions` are written in: `text`, `markdown` or `html`.
        gold_text: What the texts of `gold` are written in.

    Raises:
        ValidationError: With every problem of the file.
    """
    reference = load_gold(None if gold is None else Path(gold), None, gold_text, dataset)
    systems = read_all(
        [fspath(predictions)],
        reference,
        task,
        allow_missing=allow_missing,
        allow_extra=allow_extra,
        output_formats=[output_format] if output_format else [],
    )
    (found,) = score_files(systems, reference, options or Options(), resampling or Resampling(), None).values()
    return found


def compare(
    predictions: Sequence[PathName],
    task: str | None = None,
    *,
    gold: PathName | None = None,
    dataset: PathName | None = None,
    metrics: Sequence[str] = (),
    options: Options | None = None,
    resampling: Resampling | None = None,
    output_format: Sequence[str] = (),
    gold_text: str | None = None,
) -> Comparison:
    """Compares files of predictions, each with the first; the arguments are the options of `detente eval compare`.

    Args:
        predictions: Two files or more.
        task: The task; by default told from the lines.
        gold: Reference texts to score against, instead of the dataset.
        dataset: Another corpus than the package's own: its root, or the folder of its built dataset.
        metrics: The metrics to compare by; by default those of the command.
        options: What counts as right.
        resampling: How intervals and tests are made; by default from 10,000 resamples.
        output_format: What texts in the files are written in: one of `text`, `markdown`, `html` for all, or one for
            each; none to go by the suffixes of a folder's files.
        gold_text: What the texts of `gold` are written in.

    Raises:
        ValidationError: With every problem of the files, and if they cannot be compared.
    """
    reference = load_gold(None if gold is None else Path(gold), None, gold_text, dataset)
    systems = read_all([fspath(path) for path in predictions], reference, task, output_formats=output_format)
    resampling = resampling or Resampling(resamples=10_000)
    return comparing.compare(
        score_files(systems, reference, options or Options(), resampling, None), metrics, resampling
    )
