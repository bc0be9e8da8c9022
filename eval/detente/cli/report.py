"""`detente eval report`: what systems get wrong, as a page to be opened in a browser."""

import click

from detente.cli.options import ScoringOptions, problems_exit, scoring_options
from detente.cli.shell import line


@click.command("report")
@click.argument("predictions", nargs=-1, required=True, type=click.Path(exists=True, allow_dash=True))
@scoring_options(resamples=1000, folder=True)
@click.option("--by", multiple=True, help="A breakdown to show with all its values, as type or holder; repeatable.")
@click.option("--open", "opens", is_flag=True, help="Open it in the browser.")
def report(predictions: tuple[str, ...], options: ScoringOptions, by: tuple[str, ...], opens: bool) -> None:
    """Write what PREDICTIONS get wrong as a page: DIR/index.html, which needs nothing else and no network.

    The primary score stands first, with what one item is worth; then scores, confusions, and the errors, the worst
    first: each on the page's text, gold and prediction marked. Filters, links to single errors, keys (press ?). Of
    several systems it shows them side by side, and what differs. Of much gold the worst pages and items are there, and
    it says how many.

    \b
    detente eval report predictions.jsonl -o errors --open
    detente eval report old.jsonl new.jsonl -o errors
    detente eval report outputs.jsonl --gold WebMainBench.jsonl --max-input 5GB -o errors

    Exit status: 0 written, 2 the call or a file is wrong.
    """
    with problems_exit(), options.session() as session:
        from detente.report.error_report import error_report, write_error_report

        systems = options.read(predictions, session=session)
        scores = options.score(systems, session)
        assert options.output
        made = error_report(systems, scores, options.metrics, by, options.resampling)
        index = write_error_report(options.output, made)
    line(f"wrote {index}", err=True)
    if opens:
        click.launch(index.resolve().as_uri())
