"""`detente eval`: score predictions, and what one needs to make them."""

import sys
from pathlib import Path

import click

from detente.cli_compare import compare
from detente.cli_output import CONTEXT, TASK, emit, problems_exit, scoring_options
from detente.problems import Invalid

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group("eval", context_settings=CONTEXT)
def eval_group() -> None:
    """Score predictions, and what one needs to make them."""


@eval_group.command("score")
@click.argument("predictions", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@scoring_options(resamples=1000)
@click.option("--metrics", help="Only these, by name, with commas between (`detente eval metrics` lists them).")
@click.option("--by", multiple=True, help="A breakdown to show beside the usual ones, as type or holder; repeatable.")
@click.option("--per-unit", type=_FILE, help="Write a row per unit there: .csv or .jsonl.")
def eval_score(
    predictions: str,
    task: str | None,
    paratext: str | None,
    alternatives: str,
    allow_missing: bool,
    unit: str,
    resamples: int,
    seed: int,
    form: str,
    output: Path | None,
    metrics: str | None,
    by: tuple[str, ...],
    per_unit: Path | None,
) -> None:
    """Score PREDICTIONS, a JSON Lines file with one object per unit; - is standard input.

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

    \b
    detente eval score predictions.jsonl
    detente eval score predictions.jsonl --paratext content --format json -o scores.json
    detente eval score predictions.csv --task stance --per-unit rows.csv

    Exit status: 0 scored, 2 the call or the file is wrong.
    """
    with problems_exit():
        from detente import corpus, report, score
        from detente.predictions import read
        from detente.problems import Problem
        from detente.records import read_bytes
        from detente.task import Options
        from detente.tasks import TASKS

        name = "standard input" if predictions == "-" else predictions
        data = sys.stdin.buffer.read() if predictions == "-" else read_bytes(Path(predictions))
        gold = corpus.load()
        wanted = next((known for known in TASKS if known.name == task), None)
        checked = read(name, data, gold, wanted, allow_missing=allow_missing)
        if paratext and "paratext" not in checked.task.options:
            raise Invalid([Problem("option", "--paratext", f"means nothing to the task {checked.task.name}")])
        options = Options(paratext or "ignore", alternatives)
        scores = score.score(checked, gold, options, score.Resampling(unit, resamples, seed))
        scores = report.choose(scores, metrics, by)
        if per_unit:
            report.write_per_unit(scores, per_unit)
        if form == "table" and output is None:
            report.print_table(scores, sys.stdout, by)
        else:
            emit(report.render(scores, form, by), output)


eval_group.add_command(compare)


@eval_group.command("tasks")
def eval_tasks() -> None:
    """List the tasks, the forms of their predictions, and their baselines."""
    from detente.baselines import BASELINES
    from detente.tasks import TASKS

    for task in TASKS:
        click.secho(task.name, bold=True)
        click.echo(f"  {task.summary}")
        click.echo(f"  a line has id and one of: {', '.join(task.forms)}" + " (also CSV, Parquet)" * task.flat)
        click.echo(f"  metrics: {', '.join(measure.name for measure in task.measures)}")
        for baseline in BASELINES:
            if baseline.task == task.name:
                click.echo(f"  baseline {baseline.name}: {baseline.summary}")


@eval_group.command("metrics")
@click.option("--task", type=TASK, help="Of one task only.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def eval_metrics(task: str | None, form: str) -> None:
    """List every metric with its task, range, formula and reference.

    \b
    detente eval metrics --task stance
    """
    import json

    from detente.records import without_nan
    from detente.tasks import TASKS

    rows = [
        {
            "task": known.name,
            "name": metric.name,
            "low": metric.bounds[0],
            "high": metric.bounds[1],
            "best": metric.best,
            "formula": metric.formula,
            "reference": metric.reference,
        }
        for known in TASKS
        if task in (None, known.name)
        for metric in known.measures
    ]
    if form == "json":
        click.echo(json.dumps(without_nan(rows), indent=2, ensure_ascii=False))
        return
    for row in rows:
        source = f" ({row['reference']})" if row["reference"] else ""
        bounds = f"{row['low']:g}…{row['high']:g}, best {row['best']:g}"
        click.echo(f"{row['task']:<12} {row['name']:<24} {bounds}: {row['formula']}{source}")


@eval_group.command("inputs")
@click.option("--task", type=TASK, required=True)
@click.option("-o", "--output", type=_FILE, help="Write there, not to the screen.")
def eval_inputs(task: str, output: Path | None) -> None:
    """Write what a model may see, one JSON object per unit; never labels.

    \b
    detente eval inputs --task boilerplate -o inputs.jsonl
    """
    with problems_exit():
        from detente.corpus import load
        from detente.records import dump_lines
        from detente.tasks import TASKS

        wanted = next(known for known in TASKS if known.name == task)
        emit(dump_lines(wanted.inputs(load())), output)


@eval_group.command("run")
@click.argument("baseline")
@click.option("--task", type=TASK, required=True)
@click.option("-o", "--output", type=_FILE, help="Write there, not to the screen.")
def eval_run(baseline: str, task: str, output: Path | None) -> None:
    """Write the predictions of a BASELINE (`detente eval tasks` lists them).

    \b
    detente eval run body_lines --task boilerplate -o predictions.jsonl
    """
    with problems_exit():
        from detente.baselines import BASELINES
        from detente.corpus import load
        from detente.records import dump_lines
        from detente.tasks import TASKS

        known = {found.name: found for found in BASELINES if found.task == task}
        if baseline not in known:
            raise click.BadParameter(f"{task} has {', '.join(known)}, not {baseline!r}", param_hint="BASELINE")
        gold = load()
        wanted = next(found for found in TASKS if found.name == task)
        emit(dump_lines(known[baseline].predict(wanted.inputs(gold), gold)), output)
