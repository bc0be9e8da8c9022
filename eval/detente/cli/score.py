"""`detente eval score`: one system's scores, or a ranking of many."""

import sys
from pathlib import Path

import click

from detente.cli.options import emit, gold_options, problems_exit, scoring_options


@click.command("score")
@click.argument("predictions", nargs=-1, required=True, type=click.Path(exists=True, allow_dash=True))
@scoring_options(resamples=1000)
@gold_options
@click.option("--metrics", help="Only these, by name, with commas between (`detente eval metrics` lists them).")
@click.option("--by", multiple=True, help="A breakdown to show beside the usual ones, as type or holder; repeatable.")
@click.option(
    "--per-unit",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a row per unit (and system) there: .csv or .jsonl.",
)
def score(
    predictions: tuple[str, ...],
    task: str | None,
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
    metrics: str | None,
    by: tuple[str, ...],
    per_unit: Path | None,
) -> None:
    """Score PREDICTIONS, a JSON Lines file with one object per unit; - is standard input. Of several files: rank them.

    \b
    boilerplate  {"id": "detente-000", "text": "…"}       any extractor's output, or
                 "content" or "boilerplate": [[start, end], …], or "lines": [1, 0, …]
    stance       {"id": "…", "label": "favor"}            or "score": -2…2, or
                 "probabilities": {"favor": 0.7, "against": 0.1, "none": 0.2}; also CSV, Parquet
    agreement, contrast  {"id": "…", "label": "agree"}    also CSV, Parquet
    claims       {"id": "…", "claims": [{"spans": [[start, end]], "type": "event"}]}
    stance_open  {"id": "…", "stances": [{"holder": "…", "target": "…", "label": "favor", "evidence": [[start, end]]}]}
    reuse        {"id": "…::…", "passages": [{"this": [start, end], "source_span": [start, end]}]}
    attribution  {"id": "…", "source": "dmitry-peskov"}   and "chain", "cue", "content", "type", "channel"
    derivation   {"id": "…", "edges": [{"source": "…", "degree": "wholly"}]}

    With --gold, texts are scored against somebody else's reference texts, in the native files of
    article-extraction-benchmark, WCEB, Fundus or Trafilatura, or folders of .txt files; packed (.xz, .gz, .zst) or not.

    \b
    detente eval score predictions.jsonl
    detente eval score predictions.jsonl --paratext content --format json -o scores.json
    detente eval score predictions.csv --task stance --per-unit rows.csv
    detente eval score outputs/*.json --gold ground-truth.json

    Exit status: 0 scored, 2 the call or a file is wrong.
    """
    with problems_exit():
        from detente.cli.options import check_options
        from detente.evaluation import ranking
        from detente.evaluation.score import Resampling
        from detente.evaluation.systems import load_gold, read_all, score_all
        from detente.report import ranking as report_ranking
        from detente.report import scores as report
        from detente.tasks.content_extraction.errors import METRICS
        from detente.tasks.task import Options

        reference = load_gold(gold, gold_format)
        systems = read_all(predictions, reference, task, allow_missing=allow_missing, allow_extra=allow_extra)
        check_options(systems, paratext, empty)
        many = len(systems) > 1
        asked = [name.strip() for name in metrics.split(",")] if metrics else []
        errors = not many or per_unit is not None or bool({metric.name for metric in METRICS} & set(asked))
        options = Options(paratext or "ignore", alternatives, empty or "zero", errors)
        resampling = Resampling(unit, resamples, seed)
        found = score_all(systems, reference, options, resampling, jobs)
        if not many:
            (only,) = found.values()
            chosen = report.choose(only, asked, by)
            if per_unit:
                report.write_per_unit({"": chosen}, per_unit)
            if form == "table" and output is None:
                report.print_table(chosen, sys.stdout, by)
            else:
                emit(report.render(chosen, form, by), output)
            return
        chosen_all = {name: report.choose(each, asked, by) for name, each in found.items()}
        ranked = ranking.rank(chosen_all, asked[0] if asked else None, resampling)
        if per_unit:
            report.write_per_unit(chosen_all, per_unit)
        if form == "table" and output is None:
            report_ranking.print_table(ranked, sys.stdout, asked)
        else:
            emit(report_ranking.render(ranked, form, asked), output)
