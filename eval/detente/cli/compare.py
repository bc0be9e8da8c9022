"""`detente eval compare`: systems beside each other."""

import click

from detente.cli.options import ScoringOptions, fail, problems_exit, scoring_options


@click.command("compare")
@click.argument("predictions", nargs=-1, required=True, type=click.Path(allow_dash=True))
@scoring_options(resamples=10_000)
@click.option("--fail-if-worse", is_flag=True, help="Exit with 1 if a system is worse than the first: see above.")
def compare(predictions: tuple[str, ...], options: ScoringOptions, fail_if_worse: bool) -> None:
    """Compare two or more files of PREDICTIONS: each with the first.

    On few pages: the difference in each family of articles, the items that decide it, and every item on which the
    systems differ. From ten families on also an interval, a paired test with Holm's correction, rank intervals, and
    the difference that the data could have shown. The items that decide are those of the first of --metrics.

    \b
    detente eval compare baseline.jsonl mine.jsonl
    detente eval compare a.jsonl b.jsonl c.jsonl --metrics macro_f1,accuracy
    detente eval compare a.csv b.csv --task contrast --format json -o comparison.json
    detente eval compare old.json new.json --gold ground-truth.json

    With --fail-if-worse a system is worse if, by the first of --metrics (by default the primary metric), the 95%
    interval of its difference from the first lies wholly on the worse side. Under ten families there is no interval:
    it is worse if its value is worse, and better in no family.

    Exit status: 0 compared, 1 a system is worse (--fail-if-worse), 2 the call or a file is wrong.
    """
    if len(predictions) < 2:
        raise click.UsageError("a comparison needs two files or more")
    with problems_exit(), options.session() as session:
        from detente.evaluation import compare as comparing
        from detente.evaluation import pipelines
        from detente.report import comparison

        scores = options.score(options.read(predictions, session=session), session)
        compared = comparing.compare(scores, options.metrics, options.resampling)
        options.write(comparison.report(compared))
        if fail_if_worse:
            fail(pipelines.worse_systems(compared, options.metrics))
