"""`detente eval run`: the predictions of a baseline, a public extractor, or anybody's own."""

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from detente.cli.options import DATASET, TASK, emit_json, problems_exit, refuse_overwriting
from detente.cli.shell import line
from detente.data.problems import Problem, ValidationError
from detente.tasks.boilerplate.extractors import NAMES as EXTRACTORS
from detente.tasks.boilerplate.html import NAMES as TEMPLATES
from detente.text.display import LISTED, counted, shortened

if TYPE_CHECKING:
    from detente.data.jsonl import Record
    from detente.tasks.boilerplate.runner import Command, InProcess


@click.command("run")
@click.argument("name", required=False)
@click.option("--task", type=TASK, required=True)
@click.option(
    "--render",
    type=click.Choice([*TEMPLATES, "all"]),
    multiple=True,
    help="Give HTML: the pages in this site template, or in all; repeatable.  [default for public extractors: all]",
)
@click.option("--command", help="Run this for every page: the page on its standard input, text on its standard output.")
@click.option("--timeout", type=click.FloatRange(min=0.1), default=60.0, show_default=True, help="Seconds for a page.")
@click.option(
    "--max-output",
    type=click.IntRange(1),
    default=10_000_000,
    show_default=True,
    help="Bytes of text that a page may give; more is recorded as its error.",
)
@DATASET
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write there, not to the screen.")
def run(
    name: str | None,
    task: str,
    render: tuple[str, ...],
    command: str | None,
    timeout: float,
    max_output: int,
    dataset: Path | None,
    output: Path | None,
) -> None:
    """Write the predictions of NAME: a baseline, a public extractor, or module:function (HTML or text in, text out).

    \b
    Extractors (pip install 'detente[extractors]'): trafilatura, resiliparse, justext, readability, boilerpy3,
    newspaper4k, goose3. `detente eval tasks` lists the baselines. A page on which an extractor crashes, or takes too
    long, is written with its "error", and scored as empty.

    \b
    detente eval run body_lines --task boilerplate -o predictions.jsonl
    detente eval run trafilatura --task boilerplate --render all -o trafilatura.jsonl
    detente eval run --command 'my-tool --flag' --task boilerplate --render news -o mine.jsonl
    detente eval run mymodule:extract --task boilerplate --render all -o mine.jsonl
    """
    with problems_exit():
        from detente.data.jsonl import dump_lines

        if (name is None) == (command is None):
            raise click.UsageError("name a baseline, an extractor or module:function; or give --command")
        refuse_overwriting([output], _sources(name, command), dataset)
        known = _baselines(task, dataset)
        if name in known and not render:
            emit_json(dump_lines(known[name]()), output)
            return
        if name in known:
            raise ValidationError(
                [Problem("option", "--render", f"{name} reads the captured text, not HTML: leave it out")]
            )
        if name is not None and name not in EXTRACTORS and ":" not in name:
            words = [*filter(None, known), *(EXTRACTORS if task == "boilerplate" else ()), "module:function"]
            raise click.BadParameter(f"{task} has {', '.join(words)}, not {name!r}", param_hint="NAME")
        if task != "boilerplate":
            raise ValidationError(
                [Problem("option", "--task", f"extractors and commands predict boilerplate, not {task}")]
            )
        runner, tool = _runner(name, command, timeout, max_output)
        templates = render or (("all",) if name in EXTRACTORS else ())
        emit_json(dump_lines(_predictions(runner, tool, templates, dataset)), output)


def _baselines(task: str, dataset: Path | None) -> "dict[str | None, Callable[[], list[Record]]]":
    from detente.data.corpus import load
    from detente.tasks.all import TASKS

    gold = load(dataset)
    wanted = next(found for found in TASKS if found.name == task)
    return {
        found.name: lambda found=found: found.predict(wanted.asked(gold), gold)  # type: ignore[misc]
        for found in wanted.baselines
    }


def _runner(
    name: str | None, command: str | None, timeout: float, max_output: int
) -> "tuple[InProcess | Command, str]":
    """What runs, once it is known to start; and what the predictions call it."""
    from detente.tasks.boilerplate.extractors import EXTRACTORS as PUBLIC
    from detente.tasks.boilerplate.runner import Command, InProcess

    public = next((found for found in PUBLIC if found.name == name), None)
    if public and public.version is None:
        message = f"{public.distribution} is not installed: pip install 'detente[extractors]'"
        raise ValidationError([Problem("extra-missing", public.name, message)])
    runner = Command(command, timeout, max_output) if command is not None else InProcess(str(name), timeout, max_output)
    if failure := runner.start():
        raise ValidationError([Problem("not-runnable", command or str(name), failure)])
    return runner, f"{public.distribution} {public.version}" if public else command or str(name)


def _predictions(
    runner: "InProcess | Command", tool: str, templates: tuple[str, ...], dataset: Path | None
) -> "list[Record]":
    from detente.evaluation.progress import progress
    from detente.tasks.boilerplate.runner import outcomes

    given = pages(templates, dataset)
    with progress("running", len(given), 2) as advance:
        made = list(outcomes(runner, [page for _, page in given], lambda: advance(1) if advance else None))
    records: list[Record] = []
    for (unit, _), outcome in zip(given, made, strict=True):
        record: Record = {"id": unit, "text": outcome.text, "tool": tool}
        records.append(record | ({"error": outcome.error} if outcome.error else {}))
    failed = [(record["id"], record["error"]) for record in records if "error" in record]
    for unit, error in failed[:LISTED]:
        line(f"{unit}: {shortened(error)}", err=True)
    if failed:
        line(
            f"{len(failed)} of {counted(len(given), 'page')} failed; they are recorded, and count as empty",
            err=True,
        )
    return records


def _sources(name: str | None, command: str | None) -> list[str]:
    """The files that may hold what is run."""
    if command is None:
        return [f"{(name or '').partition(':')[0].replace('.', '/')}.py"]
    try:
        return shlex.split(command)
    except ValueError:  # the command says so when it is started
        return []


def pages(templates: tuple[str, ...], dataset: Path | None = None) -> list[tuple[str, str]]:
    """Ids and pages: HTML in the templates named, or the captured texts if none is."""
    from detente.data.corpus import load
    from detente.tasks.boilerplate.html.render import rendered_pages
    from detente.tasks.boilerplate.task import pages_of

    gold = load(dataset)
    if not templates:
        return [(name, row["text"]) for name, row in gold.articles.items()]
    wanted = TEMPLATES if "all" in templates else templates
    return [(each.page.id, each.html) for each in rendered_pages(pages_of(gold).values(), dict.fromkeys(wanted))]
