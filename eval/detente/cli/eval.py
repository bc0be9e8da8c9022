"""`detente eval`: scores, rankings, comparisons, inputs, baselines."""

from pathlib import Path

import click

from detente.cli.compare import compare
from detente.cli.options import CONTEXT, DATASET, SPLIT, TASK, emit_json, problems_exit, refuse_overwriting
from detente.cli.report import report
from detente.cli.run import run
from detente.cli.score import score
from detente.cli.shell import line
from detente.cli.show import show
from detente.data.labels import REFERENCE_TASK
from detente.data.problems import Problem, ValidationError
from detente.tasks import TASK_NAMES, task_named
from detente.tasks.boilerplate.html import NAMES as TEMPLATES

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group("eval", context_settings=CONTEXT)
def eval_group() -> None:
    """Score, rank and compare predictions; list tasks and metrics; write inputs."""


eval_group.add_command(score)
eval_group.add_command(compare)
eval_group.add_command(show)
eval_group.add_command(report)


@eval_group.command("tasks")
@DATASET
@SPLIT
def eval_tasks(dataset: Path | None, split: str) -> None:
    """List the tasks, the kinds of their predictions, and their baselines; with --dataset those that a corpus has."""
    from detente.tasks.all import TASKS

    with problems_exit():
        from detente.data.corpus import load_scored

        corpus = load_scored(dataset, split) if dataset else None
        there = [
            task.fitting(corpus.inventory) if corpus else task
            for task in TASKS
            if corpus is None or task.units(corpus, ())
        ]
    for task in there:
        line(task.name, bold=True)
        if corpus:
            line("  {} of {} pages are labelled".format(*task.labelled(corpus)))
        line(f"  {task.summary}")
        line(f"  a line has id and one of: {', '.join(task.kinds)}" + " (also CSV, TSV, Parquet, Arrow)" * task.tabular)
        line(f"  primary metric: {task.primary}; beside it: {', '.join(task.standard)}")
        line(f"  metrics: {', '.join(measure.name for measure in task.measures)}")
        for baseline in task.baselines:
            needs = f" (needs detente[{baseline.extra}])" if baseline.extra else ""
            line(f"  baseline {baseline.name}: {baseline.summary}{needs}")


@eval_group.command("metrics")
@click.option("--task", type=click.Choice([*TASK_NAMES, REFERENCE_TASK]), help="Of one task only.")
@click.option("--format", "output_format", type=click.Choice(["table", "json"]), default="table", show_default=True)
def eval_metrics(task: str | None, output_format: str) -> None:
    """List every metric with its task, range, what it counts, formula and reference.

    \b
    detente eval metrics --task stance
    """
    import json

    from detente.data.jsonl import without_nan
    from detente.tasks.all import EVERY_TASK
    from detente.text.display import plural

    rows = [
        {
            "task": known.name,
            "group": metric.group,
            "name": metric.name,
            "primary": metric.name == known.primary,
            "low": metric.bounds[0],
            "high": metric.bounds[1],
            "best": metric.best,
            "of": plural(metric.of),
            "formula": metric.formula,
            "reference": metric.reference,
        }
        for known in EVERY_TASK
        if task in (None, known.name)
        for metric in known.measures
    ]
    if output_format == "json":
        emit_json(json.dumps(without_nan(rows), indent=2, ensure_ascii=False) + "\n", None)
        return
    for row in rows:
        source = f" ({row['reference']})" if row["reference"] else ""
        bounds = f"{row['low']:g}…{row['high']:g}, best {row['best']:g}"
        line(f"{row['task']:<19}{row['name']:<31}{bounds}, of {row['of']}: {row['formula']}{source}")


@eval_group.command("inputs")
@click.option("--task", type=TASK, required=True)
@click.option(
    "--render",
    type=click.Choice([*TEMPLATES, "all"]),
    multiple=True,
    help="Give HTML (boilerplate only): the pages in this site template, or in all; repeatable.",
)
@click.option("--group", type=click.Choice(["article"]), help="One line for each page, its text once, with its items.")
@DATASET
@SPLIT
@click.option("-o", "--output", type=_FILE, help="Write there, not to the screen.")
def eval_inputs(
    task: str, render: tuple[str, ...], group: str | None, dataset: Path | None, split: str, output: Path | None
) -> None:
    """Write what a model may see, one JSON object per unit; never labels.

    \b
    detente eval inputs --task boilerplate -o inputs.jsonl
    detente eval inputs --task boilerplate --render all -o pages.jsonl
    detente eval inputs --task stance --group article -o pages.jsonl
    detente eval inputs --task stance --dataset mycorpus -o inputs.jsonl
    """
    with problems_exit():
        refuse_overwriting([output], [], dataset, split)
        from detente.cli.run import pages
        from detente.data.corpus import load_scored
        from detente.data.jsonl import dump_lines
        from detente.library.calls import inputs as library_inputs
        from detente.tasks.task import by_article

        if render:
            if task != "boilerplate":
                raise ValidationError([Problem("option", "--render", f"is not supported by the task {task}")])
            emit_json(
                dump_lines({"id": name, "html": html} for name, html in pages(render, load_scored(dataset, split))),
                output,
            )
            return
        inputs = library_inputs(task, dataset=dataset, split=split)
        if group and not all("article" in line for line in inputs):
            raise ValidationError([Problem("option", "--group", f"is not supported by the task {task}")])
        emit_json(dump_lines(by_article(inputs) if group else inputs), output)


@eval_group.command("prompts")
@click.option("--task", type=TASK, required=True)
@DATASET
@SPLIT
@click.option("-o", "--output", type=_FILE, help="Write there, not to the screen.")
def eval_prompts(task: str, dataset: Path | None, split: str, output: Path | None) -> None:
    """Write what a language model is asked, one JSON object per unit: id, prompt (name, version, hash), messages.

    Ask your model with the messages, and write a line {"id": …, "prompt": …, "raw": its answer} for each:
    `detente eval score` reads it. `detente eval run --prompt` does all of it.

    \b
    detente eval prompts --task stance -o prompts.jsonl
    """
    with problems_exit():
        refuse_overwriting([output], [], dataset, split)
        from detente.data.corpus import load_scored
        from detente.data.jsonl import dump_lines
        from detente.evaluation import prompts

        wanted = task_named(task)
        corpus = load_scored(dataset, split)
        prompt = prompts.load(task, inventory=corpus.inventory)
        if prompt is None:
            raise ValidationError([Problem("option", "--task", f"{task} has no prompt")])
        lines = (
            {"id": unit["id"], "prompt": prompt.signature, "messages": prompt.messages(unit)}
            for unit in wanted.asked(corpus)
        )
        emit_json(dump_lines(lines), output)


eval_group.add_command(run)
