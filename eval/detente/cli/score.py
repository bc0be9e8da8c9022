"""`detente eval score`: one system's scores, or a ranking of many."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from detente.cli.options import OUTPUT, ScoringOptions, fail, problems_exit, scoring_options

if TYPE_CHECKING:
    from detente.evaluation.pipelines import Threshold


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


@click.command("score")
@click.argument("predictions", nargs=-1, required=True, type=click.Path(exists=True, allow_dash=True))
@scoring_options(resamples=1000)
@click.option("--by", multiple=True, help="A breakdown to show beside the usual ones, as type or holder; repeatable.")
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
    per_unit: Path | None,
    fail_under: "tuple[Threshold, ...]",
) -> None:
    """Score PREDICTIONS: JSON Lines (or a JSON array), one object per unit; - is standard input. Several are ranked.

    \b
    boilerplate  {"id": "detente-000", "text": "…"}       an extractor's output; or a folder of detente-000.txt …, or
                 "content" or "boilerplate": [[start, end], …], or "lines": [1, 0, …]
    stance       {"id": "…", "label": "favor"}            or "score": -2…2, or
                 "probabilities": {"favor": 0.7, "against": 0.1, "none": 0.2}; also CSV, TSV, Parquet
    agreement, contrast  {"id": "…", "label": "agree"}    also CSV, TSV, Parquet
    claims       {"id": "…", "claims": [{"spans": [[start, end]], "type": "event"}]}
    stance_open  {"id": "…", "stances": [{"holder": "…", "target": "…", "label": "favor", "evidence": [[start, end]]}]}
    reuse        {"id": "…::…", "passages": [{"this": [start, end], "source_span": [start, end]}]}
    attribution  {"id": "…", "source": "dmitry-peskov"}   and "chain", "cue", "content", "type", "channel"
    derivation   {"id": "…", "edges": [{"source": "…", "degree": "wholly"}]}
    every task   {"id": "…", "raw": "Answer: favor"}      a model's answer in its own words (`detente eval run --help`)

    With --gold, texts are scored against somebody else's reference texts (the task content_extraction), in the native
    files of article-extraction-benchmark, WCEB, Fundus or Trafilatura, or folders of .txt, .md or .html files; packed
    (.xz, .gz, .zst) or not.

    \b
    detente eval score predictions.jsonl
    detente eval score predictions.jsonl --paratext content --format json -o scores.json
    detente eval score predictions.csv --task stance --per-unit rows.csv
    detente eval score outputs/*.json --gold ground-truth.json
    detente eval score predictions.jsonl --metrics all

    Exit status: 0 scored, 1 a metric is worse than --fail-under allows, 2 the call or a file is wrong.
    """
    with problems_exit():
        from detente.evaluation import pipelines
        from detente.evaluation.ranking import rank
        from detente.evaluation.score import ALL
        from detente.report import ranking as rankings
        from detente.report import scores as reports
        from detente.tasks.content_extraction.errors import METRICS

        gold, systems = options.read(predictions, per_unit)
        asked = options.metrics
        named = {*asked, *(threshold.metric for threshold in fail_under)}
        errors = len(systems) == 1 or per_unit is not None or bool({ALL, *(metric.name for metric in METRICS)} & named)
        scores = options.score(gold, systems, errors=errors)
        failures = pipelines.failures(scores, fail_under)
        chosen = {name: reports.choose(each, asked, by) for name, each in scores.items()}
        if len(chosen) == 1:
            report = reports.report(next(iter(chosen.values())), asked, by)
        else:
            first = next((name for name in asked if name != ALL), None)
            report = rankings.report(rank(chosen, first, options.resampling), asked)
        if per_unit:
            reports.write_per_unit(chosen, per_unit)
        options.write(report)
        fail(failures)
