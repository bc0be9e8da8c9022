"""The prediction files of one call: read and checked together, against the built dataset or reference texts."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from detente.data.labels import REFERENCE_TASK
from detente.data.problems import Problem, ValidationError

if TYPE_CHECKING:
    from detente.evaluation.predictions import Predictions
    from detente.evaluation.score import Resampling, Scores
    from detente.tasks.task import Gold, Options


def short_names(paths: Sequence[str]) -> list[str]:
    """The files' names without suffixes where these tell them apart, else their paths; a second one gets a number."""
    from detente.tasks.content_extraction.gold_formats import short_name

    stems = [short_name(path) for path in paths]
    names = stems if len(set(stems)) == len(set(paths)) else list(paths)
    return [
        name if name not in names[:place] else f"{name} ({names[:place].count(name) + 1})"
        for place, name in enumerate(names)
    ]


def load_gold(path: Path | None, gold_format: str | None) -> "Gold":
    """Reference texts from a file or folder, or the dataset that the package came with.

    Raises:
        ValidationError: If the file cannot be read as gold.
    """
    if path is None:
        if gold_format:
            raise ValidationError([Problem("option", "--gold-format", "says how to read --gold, which is not given")])
        from detente.data import corpus

        return corpus.load()
    from detente.tasks.content_extraction.gold_formats import read_gold

    return read_gold(path, gold_format)


def read_all(
    paths: Sequence[str], gold: "Gold", task: str | None, *, allow_missing: bool = False, allow_extra: bool = False
) -> dict[str, "Predictions"]:
    """The checked predictions of each file by its short name.

    Raises:
        ValidationError: With the problems of all files.
    """
    from detente.tasks.content_extraction.references import ReferenceCorpus

    problems: list[Problem] = []
    found: dict[str, Predictions] = {}
    if isinstance(gold, ReferenceCorpus) and task not in (None, REFERENCE_TASK):
        raise ValidationError(
            [Problem("option", "--task", f"--gold is read by the task {REFERENCE_TASK}, not by {task}")]
        )
    if not isinstance(gold, ReferenceCorpus) and task == REFERENCE_TASK:
        raise ValidationError([Problem("option", "--task", f"{task} needs reference texts: name them with --gold")])
    for path, short in zip(paths, short_names(paths), strict=True):
        try:
            found[short] = _read(path, gold, task, allow_missing, allow_extra)
        except ValidationError as invalid:
            problems += invalid.problems
    if problems:
        raise ValidationError(problems)
    return found


def _read(path: str, gold: "Gold", task: str | None, allow_missing: bool, allow_extra: bool) -> "Predictions":
    from detente.data.files import STANDARD_INPUT, read_input
    from detente.evaluation import predictions
    from detente.tasks.all import TASKS
    from detente.tasks.content_extraction.references import ReferenceCorpus
    from detente.tasks.content_extraction.task import CONTENT_EXTRACTION

    if isinstance(gold, ReferenceCorpus):
        from detente.tasks.content_extraction.gold_formats import prediction_lines

        given = read_input(path) if path == STANDARD_INPUT else None
        lines, problems = prediction_lines(Path("standard input" if path == "-" else path), given)
        return predictions.check(
            lines,
            CONTENT_EXTRACTION,
            gold,
            path,
            allow_missing=allow_missing,
            allow_extra=allow_extra,
            problems=problems,
        )
    name = "standard input" if path == "-" else path
    if Path(path).is_dir():
        raise ValidationError(
            [Problem("not-readable", name, "is a folder: give --gold, whose ids its files are named by")]
        )
    data = read_input(path)
    wanted = next((known for known in TASKS if known.name == task), None)
    return predictions.read(name, data, gold, wanted, allow_missing=allow_missing, allow_extra=allow_extra)


def score_files(
    systems: "dict[str, Predictions]", gold: "Gold", options: "Options", resampling: "Resampling", jobs: int | None
) -> "dict[str, Scores]":
    """Each system's scores, counted together on `jobs` cores (all by default), with a progress bar for long work."""
    from detente.evaluation import engines
    from detente.evaluation.progress import progress
    from detente.evaluation.score import score_all

    units = next(iter(systems.values())).units
    with progress("scoring", len(units) * len(systems), engines.MIN_PAGES_FOR_POOL) as advance:
        return score_all(systems, gold, options, resampling, jobs or engines.cores(), advance)
