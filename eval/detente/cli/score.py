"""`detente eval score`: one system's scores, or a ranking of many."""

from pathlib import Path

import click

from detente.cli.options import OUTPUT, ScoringOptions, problems_exit, scoring_options


@click.command("score")
@click.argument("predictions", nargs=-1, required=True, type=click.Path(exists=True, allow_dash=True))
@scoring_options(resamples=1000)
@click.option("--by", multiple=True, help="A breakdown to show beside the usual ones, as type or holder; repeatable.")
@click.option("--per-unit", type=OUTPUT, help="Write a row per unit (and system) there: .csv or .jsonl.")
def score(predictions: tuple[str, ...], options: ScoringOptions, by: tuple[str, ...], per_unit: Path | None) -> None:
    """Score PREDICTIONS, a JSON Lines file with one object per unit; - is standard input. Of several files: rank them.

    \b
    boilerplate  {"id": "detente-000", "text": "…"}       any extractor's output (also CSV, TSV, Parquet), or
                 "content" or "boilerplate": [[start, end], …], or "lines": [1, 0, …]
    stance       {"id": "…", "label": "favor"}            or "score": -2…2, or
                 "probabilities": {"favor": 0.7, "against": 0.1, "none": 0.2}; also CSV, TSV, Parquet
    agreement, contrast  {"id": "…", "label": "agree"}    also CSV, TSV, Parquet
    claims       {"id": "…", "claims": [{"spans": [[start, end]], "type": "event"}]}
    stance_open  {"id": "…", "stances": [{"holder": "…", "target": "…", "label": "favor", "evidence": [[start, end]]}]}
    reuse        {"id": "…::…", "passages": [{"this": [start, end], "source_span": [start, end]}]}
    attribution  {"id": "…", "source": "dmitry-peskov"}   and "chain", "cue", "content", "type", "channel"
    derivation   {"id": "…", "edges": [{"source": "…", "degree": "wholly"}]}

    With --gold, texts are scored against somebody else's reference texts (the task content_extraction), in the native
    files of article-extraction-benchmark, WCEB, Fundus or Trafilatura, or folders of .txt files; packed (.xz, .gz,
    .zst) or not.

    \b
    detente eval score predictions.jsonl
    detente eval score predictions.jsonl --paratext content --format json -o scores.json
    detente eval score predictions.csv --task stance --per-unit rows.csv
    detente eval score outputs/*.json --gold ground-truth.json
    detente eval score predictions.jsonl --metrics all

    Exit status: 0 scored, 2 the call or a file is wrong.
    """
    with problems_exit():
        from detente.evaluation.ranking import rank
        from detente.evaluation.score import ALL
        from detente.report import ranking as rankings
        from detente.report import scores as reports
        from detente.tasks.content_extraction.errors import METRICS

        gold, systems = options.read(predictions)
        asked = options.metrics
        errors = len(systems) == 1 or per_unit is not None or bool({metric.name for metric in METRICS} & set(asked))
        chosen = {
            name: reports.choose(each, asked, by)
            for name, each in options.score(gold, systems, errors=errors or ALL in asked).items()
        }
        if len(chosen) == 1:
            report = reports.report(next(iter(chosen.values())), asked, by)
        else:
            first = next((name for name in asked if name != ALL), None)
            report = rankings.report(rank(chosen, first, options.resampling), asked)
        if per_unit:
            reports.write_per_unit(chosen, per_unit)
        options.write(report)
