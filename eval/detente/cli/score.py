"""`detente eval score`: one system's scores, or a ranking of many."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from detente.cli.options import OUTPUT, ScoringOptions, fail, problems_exit, scoring_options

if TYPE_CHECKING:
    from detente.evaluation.pipelines import Threshold
    from detente.evaluation.score import Scores
    from detente.evaluation.systems import Systems


def _thresholds(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> "tuple[Threshold, ...]":
    """What `METRIC=VALUE` says."""
    if not given:
        return ()
    from detente.evaluation.pipelines import Threshold

    found = []
    for each in given:
        metric, demanded = each.partition("=")[::2]
        try:
            found.append(Threshold(metric.strip(), float(demanded)))
        except ValueError:
            raise click.BadParameter(f"{each!r} is not METRIC=VALUE, as char_f1=.9") from None
    return tuple(found)


def _number_of_errors(_: click.Context, __: click.Parameter, given: str | None) -> int | None:
    """How many errors are asked for."""
    if given is None or (given.isdecimal() and int(given)):
        return int(given) if given else None
    raise click.BadParameter(f"{given!r} is no number from 1 on: write --errors=10, or --errors behind PREDICTIONS")


@click.command("score")
@click.argument("predictions", nargs=-1, required=True, type=click.Path(exists=True, allow_dash=True))
@scoring_options(resamples=1000)
@click.option(
    "--by",
    multiple=True,
    help="A breakdown to show with all its values and, of labels, its confusion, as type or holder; repeatable.",
)
@click.option(
    "--errors",
    "shown_errors",
    is_flag=False,
    flag_value="10",
    metavar="[N]",
    callback=_number_of_errors,
    help="Show the N worst items (10 by default) below the table: gold and prediction, and where they differ in the"
    " page; of several systems those of each.",
)
@click.option("--per-unit", type=OUTPUT, help="Write a row per unit (and system) there: .csv or .jsonl.")
@click.option(
    "--fail-under",
    multiple=True,
    metavar="METRIC=VALUE",
    callback=_thresholds,
    help="Exit 1 if the metric is worse, or undefined: under VALUE, or over it where less is better; repeatable.",
)
def score(
    predictions: tuple[str, ...],
    options: ScoringOptions,
    by: tuple[str, ...],
    shown_errors: int | None,
    per_unit: Path | None,
    fail_under: "tuple[Threshold, ...]",
) -> None:
    """Score PREDICTIONS: JSON Lines (or a JSON array), one object per unit; - is standard input. Several are ranked.

    \b
    boilerplate  {"id": "detente-000", "text": "…"}       an extractor's output; or a folder of detente-000.txt …, or
                 "content" or "boilerplate": [[start, end], …], or "lines": [1, 0, …]
    stance       {"id": "…", "label": "favor"}            or "score": -2…2 (from .5 favor, to -.5 against), or
                 "probabilities": {"favor": 0.7, "against": 0.1, "none": 0.2}; also CSV, TSV,
                 Parquet, Arrow, Feather: probabilities may be columns favor, against, none, a label may stand
                 beside them, and other columns are left out
    agreement, contrast  {"id": "…", "label": "agree"}    also CSV, TSV, Parquet, Arrow, Feather
    claims       {"id": "…", "claims": [{"spans": [[start, end]], "type": "event"}]}
    stance_open  {"id": "…", "stances": [{"holder": "…", "target": "…", "label": "favor", "evidence": [[start, end]]}]}
    reuse        {"id": "…::…", "passages": [{"this": [start, end], "source_span": [start, end]}]}
    attribution  {"id": "…", "source": "dmitry-peskov"}   and "chain", "cue", "content", "type", "channel"
    derivation   {"id": "…", "edges": [{"source": "…", "degree": "wholly"}]}
    every task   {"id": "…", "raw": "Answer: favor"}      a model's answer in its own words (`detente eval run --help`)

    With --gold, labels are scored against somebody else's labels: a file with columns (or keys) id and label, perhaps
    family, and others to break scores down by, with --task stance, agreement or contrast; or the native files of
    SemEval-2016 task 6 (stance), FNC-1 (agreement) and NewsMTSC (stance), for which PREDICTIONS may be in the
    benchmark's form, too. --labels FAVOR=favor,2=none maps other spellings of labels, in both.

    With --gold, texts are scored against somebody else's reference texts (the task content_extraction), in the native
    files of article-extraction-benchmark, WCEB, Fundus, Trafilatura, WebMainBench or WCXB, or folders of .txt, .md or
    .html files; packed (.xz, .gz, .zst) or not.

    \b
    detente eval score predictions.jsonl
    detente eval score predictions.jsonl --paratext content --format json -o scores.json
    detente eval score predictions.csv --task stance --per-unit rows.csv
    detente eval score outputs/*.json --gold ground-truth.json
    detente eval score outputs.jsonl --gold WebMainBench.jsonl --max-input 5GB --by level
    detente eval score outputs.json --gold dev/ground-truth/ --by page_type
    detente eval score outputs/ --gold pages/ --metrics all       folders of .md or .html: tables, code, links … too
    detente eval score predictions.jsonl --metrics all
    detente eval score predictions.jsonl --errors=5
    detente eval score guess.txt --gold SemEval2016-Task6-subtaskA-testdata-gold.txt --by target
    detente eval score mine.csv --gold gold.csv --task stance --labels FAVOR=favor,AGAINST=against,NONE=none

    Exit status: 0 scored, 1 a metric is worse than --fail-under allows, 2 the call or a file is wrong.
    """
    if shown_errors and (options.report_format != "table" or options.output):
        raise click.UsageError("--errors shows them on the screen, below the table; --format json has all of them")
    with problems_exit(), options.session() as session:
        from detente.evaluation import pipelines
        from detente.evaluation.ranking import rank
        from detente.evaluation.score import ALL
        from detente.report import ranking as rankings
        from detente.report import scores as reports
        from detente.tasks.content_extraction.errors import METRICS

        systems = options.read(predictions, per_unit, session=session)
        asked = options.metrics
        named = {*asked, *(threshold.metric for threshold in fail_under)}
        errors = (
            len(systems.predictions) == 1
            or per_unit is not None
            or shown_errors is not None
            or bool({ALL, *(metric.name for metric in METRICS)} & named)
        )
        scores = options.score(systems, session, errors=errors)
        failures = pipelines.failures(scores, fail_under)
        chosen = {name: reports.choose(each, asked, by) for name, each in scores.items()}
        if len(chosen) == 1:
            report = reports.report(next(iter(chosen.values())), asked, by)
        else:
            first = next((name for name in asked if name != ALL), None)
            report = rankings.report(rank(chosen, first, options.resampling), asked, by)
        if per_unit:
            reports.write_per_unit(chosen, per_unit)
        options.write(report)
        if shown_errors:
            _print_errors(systems, scores, shown_errors)
        fail(failures)


def _print_errors(systems: "Systems", scores: "Mapping[str, Scores]", most: int) -> None:
    from detente.report.wrong_items import print_worst, worst

    for name, predictions in systems.predictions.items():
        items = worst(predictions, systems.gold, scores[name].rows, most)
        whose = f" of {name}" if len(scores) > 1 else ""
        print_worst(f"the worst errors{whose}: {len(items)}" if items else f"no errors{whose}", items, sys.stdout)
