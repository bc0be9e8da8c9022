"""`detente eval compare`: systems beside each other."""

import sys
from pathlib import Path

import click

from detente.cli.options import check_options, emit, gold_options, problems_exit, scoring_options


@click.command("compare")
@click.argument("predictions", nargs=-1, required=True, type=click.Path(allow_dash=True))
@click.option(
    "--metrics", help="Only these, by name, with commas between; the items that decide are told for the first."
)
@scoring_options(resamples=10_000)
@gold_options
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
    gold: Path | None,
    gold_format: str | None,
    empty: str | None,
    allow_extra: bool,
    jobs: int | None,
) -> None:
    """Compare two or more files of PREDICTIONS: each with the first.

    On few pages: the difference in each family of articles, the items that decide it, and every item on which the
    systems differ. From ten families on also an interval, a paired test with Holm's correction, rank intervals, and
    the difference that the data could have shown.

    \b
    detente eval compare baseline.jsonl mine.jsonl
    detente eval compare a.jsonl b.jsonl c.jsonl --metrics macro_f1,accuracy
    detente eval compare a.csv b.csv --task contrast --format json -o comparison.json
    detente eval compare old.json new.json --gold ground-truth.json

    Exit status: 0 compared, 2 the call or a file is wrong.
    """
    if len(predictions) < 2:
        raise click.UsageError("a comparison needs two files or more")
    with problems_exit():
        from detente.evaluation.compare import compare as compared
        from detente.evaluation.score import Resampling
        from detente.evaluation.systems import load_gold, read_all, score_all
        from detente.report import comparison as report_compare
        from detente.tasks.task import Options

        reference = load_gold(gold, gold_format)
        systems = read_all(predictions, reference, task, allow_missing=allow_missing, allow_extra=allow_extra)
        check_options(systems, paratext, empty)
        options = Options(paratext or "ignore", alternatives, empty or "zero")
        resampling = Resampling(unit, resamples, seed)
        scores = score_all(systems, reference, options, resampling, jobs)
        names = [name.strip() for name in metrics.split(",")] if metrics else None
        comparison = compared(scores, names, resampling)
        if form == "table" and output is None:
            report_compare.print_table(comparison, sys.stdout)
        else:
            emit(report_compare.render(comparison, form), output)
