"""`detente eval compare`: systems beside each other."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from detente.cli_output import emit, problems_exit, scoring_options

if TYPE_CHECKING:
    from detente.corpus import Corpus
    from detente.predictions import Predictions


@click.command("compare")
@click.argument("predictions", nargs=-1, required=True, type=click.Path(allow_dash=True))
@click.option(
    "--metrics", help="Only these, by name, with commas between; the items that decide are told for the first."
)
@scoring_options(resamples=10_000)
def compare(
    predictions: tuple[str, ...],
    task: str | None,
    metrics: str | None,
    paratext: str | None,
    alternatives: str,
    allow_missing: bool,
    unit: str,
    resamples: int,
    seed: int,
    form: str,
    output: Path | None,
) -> None:
    """Compare two or more files of PREDICTIONS: each with the first.

    On few pages: the difference in each family of articles, the items that decide it, and every item on which the
    systems differ. From ten families on also an interval, a paired test with Holm's correction, rank intervals, and
    the difference that the data could have shown.

    \b
    detente eval compare baseline.jsonl mine.jsonl
    detente eval compare a.jsonl b.jsonl c.jsonl --metrics macro_f1,accuracy
    detente eval compare a.csv b.csv --task contrast --format json -o comparison.json

    Exit status: 0 compared, 2 the call or a file is wrong.
    """
    if len(predictions) < 2:
        raise click.UsageError("a comparison needs two files or more")
    with problems_exit():
        from detente import corpus, report_compare
        from detente.compare import compare as compared
        from detente.score import Resampling, score
        from detente.task import Options

        gold = corpus.load()
        systems = _read(predictions, task, gold, allow_missing)
        _check_options(systems, paratext)
        options, resampling = Options(paratext or "ignore", alternatives), Resampling(unit, resamples, seed)
        scores = {name: score(checked, gold, options, resampling) for name, checked in systems.items()}
        names = [name.strip() for name in metrics.split(",")] if metrics else None
        comparison = compared(scores, names, resampling)
        if form == "table" and output is None:
            report_compare.print_table(comparison, sys.stdout)
        else:
            emit(report_compare.render(comparison, form), output)


def _read(paths: tuple[str, ...], task: str | None, gold: "Corpus", allow_missing: bool) -> dict[str, "Predictions"]:
    """The checked predictions of each file, by a short name of it; the problems of all files are raised together."""
    from detente.predictions import read
    from detente.problems import Invalid, Problem
    from detente.records import read_bytes
    from detente.tasks import TASKS

    known = {found.name: found for found in TASKS}
    found: dict[str, Predictions] = {}
    problems: list[Problem] = []
    for path, short in zip(paths, _short(paths), strict=True):
        name = "standard input" if path == "-" else path
        try:
            data = sys.stdin.buffer.read() if path == "-" else read_bytes(Path(path))
            found[short] = read(name, data, gold, known[task] if task else None, allow_missing=allow_missing)
        except Invalid as invalid:
            problems += invalid.problems
    if problems:
        raise Invalid(problems)
    return found


def _short(paths: tuple[str, ...]) -> list[str]:
    """The files' stems where these tell them apart, else their paths; a file given again gets a number."""
    stems = [Path(path).stem for path in paths]
    names = stems if len(set(stems)) == len(set(paths)) else list(paths)
    return [
        name if name not in names[:place] else f"{name} ({names[:place].count(name) + 1})"
        for place, name in enumerate(names)
    ]


def _check_options(systems: dict[str, "Predictions"], paratext: str | None) -> None:
    from detente.problems import Invalid, Problem

    (first, one), *others = systems.items()
    problems = [
        Problem("not-comparable", name, f"predictions of {other.task.name}; {first} has those of {one.task.name}")
        for name, other in others
        if other.task.name != one.task.name
    ]
    if paratext and "paratext" not in one.task.options:
        problems.append(Problem("option", "--paratext", f"means nothing to the task {one.task.name}"))
    if problems:
        raise Invalid(problems)
