"""`detente eval run`: the predictions of a baseline, a public extractor, or anybody's own."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from detente.cli.options import DATASET, OUTPUT, SPLIT, TASK, emit_json, fail, problems_exit, refuse_overwriting
from detente.cli.shell import line
from detente.data.problems import Problem, ValidationError
from detente.tasks import task_named
from detente.tasks.boilerplate.extractors import NAMES as EXTRACTORS
from detente.tasks.boilerplate.html import NAMES as TEMPLATES
from detente.text.display import counted

if TYPE_CHECKING:
    from detente.data.corpus import Corpus
    from detente.data.jsonl import Record
    from detente.evaluation.processes import Runner
    from detente.evaluation.runs import Program, Unit
    from detente.tasks.task import Baseline


@click.command("run")
@click.argument("name", required=False)
@click.option("--task", type=TASK, required=True)
@click.option("--command", help="Run this for every unit: its input on standard input, the answer on standard output.")
@click.option("--prompt", is_flag=True, help="Give the task's own prompt, too (`detente eval prompts` shows it).")
@click.option(
    "--render",
    type=click.Choice([*TEMPLATES, "all"]),
    multiple=True,
    help="Give HTML (boilerplate only): the pages in this site template, or in all; repeatable."
    "  [default for public extractors: all]",
)
@click.option("--concurrency", type=click.IntRange(1), default=1, show_default=True, help="Units at a time.")
@click.option("--timeout", type=click.FloatRange(min=0.1), default=60.0, show_default=True, help="Seconds for a unit.")
@click.option(
    "--max-output",
    type=click.IntRange(1),
    default=10_000_000,
    show_default=True,
    help="Bytes that an answer may have; more is recorded as its error.",
)
@click.option(
    "--resume", is_flag=True, help="Keep the answers that are there already; ask again for those that failed."
)
@DATASET
@SPLIT
@click.option("-o", "--output", type=OUTPUT, help="Write there, not to the screen.")
def run(
    name: str | None,
    task: str,
    command: str | None,
    prompt: bool,
    render: tuple[str, ...],
    concurrency: int,
    timeout: float,
    max_output: int,
    resume: bool,
    dataset: Path | None,
    split: str,
    output: Path | None,
) -> None:
    """Write the predictions of NAME: a baseline, a public extractor, or module:function; or of a --command.

    This runs the code that you name, as you: with your files, your network and your keys.

    \b
    A function is called with a unit's record of inputs (as `detente eval inputs` writes it); with --prompt the record
    has `prompt`, a text, and `messages`, as chat interfaces take them. It returns
      a string: the model's answer, in its own words ("Answer: favor"); how they are read stands below
      a dict:   a line of predictions without its id, as {"label": "favor"}; or {"raw": the answer in its own words};
                either with "cost" and "tokens", whose sums are told at the end
    A command gets the record as a line of JSON, or with --prompt the prompt, and writes what a function returns.
    For boilerplate without --prompt both get the page itself, text or HTML, and give its text.

    \b
    Answers are read in this order: the last JSON object with a key of the task; the last "Answer: favor" or "The
    stance is favor"; a label that stands alone on its line; a refusal ("I can't …"); one label in one sentence. What
    several differing labels, or none, leaves open is unreadable. Structured tasks take JSON with the task's keys, and
    words of the page in the place of offsets. Refused, unreadable and failed answers are recorded as such, counted, and
    scored as the answer `missing`, or as empty; never as `none`.

    \b
    With -o each answer is kept in OUTPUT.partial as it comes; after Ctrl-C the same call with --resume goes on.
    Extractors (pip install 'detente[extractors]'): trafilatura, resiliparse, justext, readability, boilerpy3,
    newspaper4k, goose3. `detente eval tasks` lists the baselines; those that learn are trained on the gold of other
    families of pages than the one that they answer for. Two need packages: pip install 'detente[encoder,minhash]'.

    \b
    detente eval run body_lines --task boilerplate -o predictions.jsonl
    detente eval run trafilatura --task boilerplate --render all -o trafilatura.jsonl
    detente eval run --command 'my-tool --flag' --task boilerplate --render news -o mine.jsonl
    detente eval run mymodule:ask --task stance --prompt --concurrency 8 -o stance.jsonl
    detente eval run --command 'llm -m mymodel' --task claims --prompt --timeout 300 --resume -o claims.jsonl

    Exit status: 0 written, 1 written and no question was answered (pages aside), 2 the call is wrong.
    """
    with problems_exit():
        from detente.data.corpus import load_scored
        from detente.data.jsonl import dump_lines

        if (name is None) == (command is None):
            raise click.UsageError("name a baseline, an extractor or module:function; or give --command")
        if resume and output is None:
            raise click.UsageError("--resume needs the --output of the run that is to go on")
        refuse_overwriting([output], _sources(name, command), dataset, split)
        known = _baselines(task)
        if name in known:
            _refuse(name, {"--render": bool(render)}, "reads the captured text, not HTML")
            _refuse(name, {"--prompt": prompt, "--resume": resume}, "asks nobody, and is done at once")
            emit_json(dump_lines(_answers_of(known[name], task, load_scored(dataset, split))), output)
            return
        if name is not None and ".py:" in name:
            raise click.BadParameter(f"name the module, without .py: {name.replace('.py:', ':')}", param_hint="NAME")
        if name is not None and name not in EXTRACTORS and ":" not in name:
            words = [*filter(None, known), *(EXTRACTORS if task == "boilerplate" else ()), "module:function"]
            raise click.BadParameter(f"{task} has {', '.join(words)}, not {name!r}", param_hint="NAME")
        if name in EXTRACTORS:
            _refuse(name, {"--prompt": prompt}, "takes pages, not prompts")
            _refuse(name, {f"--task {task}": task != "boilerplate"}, "predicts boilerplate")
        if render and (task != "boilerplate" or prompt):
            why = "is not given with --prompt" if prompt else f"is not supported by the task {task}"
            raise ValidationError([Problem("option", "--render", why)])
        templates = render or (("all",) if name in EXTRACTORS else ())
        units, asked_with = _units(task, prompt, templates, command is not None, load_scored(dataset, split))
        runners, tool = _runners(name, command, timeout, max_output, min(concurrency, len(units)))
        program = _program(task, tool, asked_with)
        made = _predictions(program, runners, units, output, resume)
        emit_json(dump_lines(made), output)
        _done(output)
        if not program.verbatim and all(answer.get("error") for answer in made):  # pages may be beyond an extractor
            fail([_none_answered(made, asked_with, output)])


def _none_answered(lines: "list[Record]", prompt: str | None, output: Path | None) -> str:
    from detente.evaluation.runs import FAILED_FOR_PROMPT

    if prompt is None and all(FAILED_FOR_PROMPT.search(answer["error"]) for answer in lines):
        return "nothing was answered: `prompt` and `messages` are given with --prompt"
    again = f": with --resume, {output} is asked for again" if output else ""
    return f"nothing was answered{again}"


def _refuse(name: str | None, given: dict[str, bool], why: str) -> None:
    if problems := [Problem("option", option, f"{name} {why}: leave it out") for option, is_ in given.items() if is_]:
        raise ValidationError(problems)


def _baselines(task: str) -> "dict[str | None, Baseline]":
    return {found.name: found for found in task_named(task).baselines}


def _answers_of(baseline: "Baseline", task: str, gold: "Corpus") -> "list[Record]":
    from detente.evaluation.progress import waiting

    inputs = task_named(task).asked(gold)
    if problems := baseline.refusals(gold):
        raise ValidationError(problems)
    with waiting(f"{baseline.name} answers {counted(len(inputs), 'unit')}"):
        return baseline.lines(inputs, gold)


def _units(
    task: str, prompt: bool, templates: tuple[str, ...], command: bool, gold: "Corpus"
) -> "tuple[list[Unit], str | None]":
    """What is asked for, and the signature of the prompt that it is asked with."""
    from detente.evaluation import prompts, runs

    wanted = task_named(task)
    if prompt:
        asked_with = prompts.load(task, inventory=gold.inventory)
        if asked_with is None:
            raise ValidationError([Problem("option", "--prompt", f"the task {task} has no prompt")])
        return runs.units(wanted, gold, asked_with, command), asked_with.signature
    if task != "boilerplate":
        return runs.units(wanted, gold, None, command), None
    given = pages(templates, gold)
    known = wanted.units(gold, [name for name, _ in given])
    return [runs.Unit(name, page, {"text": known[name].text}, known[name]) for name, page in given], None


def _runners(
    name: str | None, command: str | None, timeout: float, max_output: int, count: int
) -> "tuple[list[Runner], str]":
    """What runs, once it is known to start; and what the predictions call it."""
    from detente.evaluation.processes import Command, InProcess
    from detente.tasks.boilerplate.extractors import EXTRACTORS as PUBLIC

    public = next((found for found in PUBLIC if found.name == name), None)
    if public and public.version is None:
        message = f"{public.distribution} is not installed: pip install 'detente[extractors]'"
        raise ValidationError([Problem("extra-missing", public.name, message)])
    runners: list[Runner] = [
        Command(command, timeout, max_output) if command is not None else InProcess(str(name), timeout, max_output)
        for _ in range(count)
    ]
    if failure := runners[0].start():
        raise ValidationError([Problem("not-runnable", command or str(name), failure)])
    return runners, f"{public.distribution} {public.version}" if public else command or str(name)


def _program(task: str, tool: str, prompt: str | None) -> "Program":
    from detente.evaluation.runs import Program

    wanted = task_named(task)
    return Program(wanted, tool, prompt, verbatim=task == "boilerplate" and prompt is None)


def _predictions(
    program: "Program", runners: "list[Runner]", units: "list[Unit]", output: Path | None, resume: bool
) -> "list[Record]":
    from detente.evaluation import runs
    from detente.evaluation.progress import progress

    journal = runs.Journal.beside(output)
    try:
        done = runs.kept(output, journal, program, [unit.id for unit in units], resume)
        if done:
            line(f"{len(done)} of {counted(len(units), 'answer')} are there already", err=True)
        with progress("running", len(units), 2) as advance:
            made = runs.run(program, runners, units, done, journal, advance)
    except BaseException:
        for runner in runners:
            runner.stop()
        if answered := journal.size:
            line(f"{counted(answered, 'new answer')} kept in {journal.path}: --resume goes on from there", err=True)
        raise
    for each in runs.summary(program.task, made):
        line(each, err=True)
    return made


def _done(output: Path | None) -> None:
    """Takes the journal away, once its lines stand in the output."""
    from detente.evaluation.runs import Journal

    Journal.beside(output).remove()


def _sources(name: str | None, command: str | None) -> list[str]:
    """The files that may hold what is run."""
    if command is None:
        return [f"{(name or '').partition(':')[0].replace('.', '/')}.py"]
    try:
        return shlex.split(command)
    except ValueError:  # the command says so when it is started
        return []


def pages(templates: tuple[str, ...], gold: "Corpus") -> list[tuple[str, str]]:
    """Ids and pages: HTML in the templates named, or the captured texts if none is."""
    from detente.tasks.boilerplate.html.render import rendered_pages
    from detente.tasks.boilerplate.task import pages_of

    if not templates:
        return [(name, row["text"]) for name, row in gold.articles.items()]
    wanted = TEMPLATES if "all" in templates else templates
    return [(each.page.id, each.html) for each in rendered_pages(pages_of(gold).values(), dict.fromkeys(wanted))]
