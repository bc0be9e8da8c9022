"""What commands share: the options of scoring, and how problems and results are printed."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from detente.data.labels import GOLD_FORMATS, TASK_NAMES
from detente.data.problems import Invalid, Problem

if TYPE_CHECKING:
    from detente.evaluation.predictions import Predictions

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@contextmanager
def problems_exit(exit_code: int = 2) -> Iterator[None]:
    """Prints every problem on stderr, and exits."""
    try:
        yield
    except Invalid as invalid:
        for problem in invalid.problems:
            click.echo(
                f"{click.style(problem.place, bold=True)}: {click.style(problem.rule, fg='red')}: {problem.message}",
                err=True,
            )
        count = len(invalid.problems)
        click.echo(f"{count} problem{'s' if count > 1 else ''}", err=True)
        sys.exit(exit_code)


def emit(text: str, output: Path | None) -> None:
    """Writes a file whole, or prints."""
    if output is None or str(output) == "-":
        click.echo(text, nl=False)
        return
    from detente.data.files import write_whole

    write_whole(output, text)
    click.echo(f"wrote {output}", err=True)


TASK = click.Choice(TASK_NAMES)
GOLD_FORMAT = click.Choice(GOLD_FORMATS)


def scoring_options(resamples: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The options that decide what counts as right, how sure it is, and where it is written."""
    options = (
        click.option("--task", type=TASK, help="Whose predictions they are; by default told from the lines."),
        click.option(
            "--paratext",
            type=click.Choice(["ignore", "content", "boilerplate"]),
            default=None,
            help="What headlines, captions, credits and the like are (boilerplate only).  [default: ignore]",
        ),
        click.option(
            "--alternatives",
            type=click.Choice(["reject", "accept"]),
            default="reject",
            show_default=True,
            help="Whether a listed second reading counts as right.",
        ),
        click.option("--allow-missing", is_flag=True, help="Score ids without a prediction as empty, or as wrong."),
        click.option(
            "--unit",
            type=click.Choice(["family", "article", "item"]),
            default="family",
            show_default=True,
            help="What counts as independent; ten of them or more allow an interval.",
        ),
        click.option(
            "--resamples",
            type=click.IntRange(1),
            default=resamples,
            show_default=True,
            help="Bootstrap resamples, and random sign flips where systems are compared.",
        ),
        click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Seed of the resampling."),
        click.option(
            "--format", "form", type=click.Choice(["table", "json", "markdown"]), default="table", show_default=True
        ),
        click.option(
            "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write there, not to the screen."
        ),
    )

    def add(command: Callable[..., None]) -> Callable[..., None]:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def gold_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options that name reference texts as gold, and what is done about outputs that are not there."""
    options = (
        click.option(
            "--gold",
            type=click.Path(exists=True, path_type=Path),
            help="Reference texts to score against (boilerplate): a benchmark's file, or a folder of .txt files.",
        ),
        click.option(
            "--gold-format",
            type=GOLD_FORMAT,
            help="How to read --gold.  [default: told from its keys]",
        ),
        click.option(
            "--empty",
            type=click.Choice(["zero", "drop"]),
            default=None,
            help="Whether pages without output text count, or leave the means (with --gold only).  [default: zero]",
        ),
        click.option("--allow-extra", is_flag=True, help="Leave out ids that the gold does not have, and count them."),
        click.option("--jobs", type=click.IntRange(1), help="Processes that work at once.  [default: one per core]"),
    )
    for option in reversed(options):
        command = option(command)
    return command


def check_options(systems: "dict[str, Predictions]", paratext: str | None, empty: str | None) -> None:
    """Refuses systems of different tasks, and options that mean nothing to their task.

    Raises:
        Invalid: With every problem.
    """
    (first, one), *others = systems.items()
    problems = [
        Problem("not-comparable", name, f"predictions of {other.task.name}; {first} has those of {one.task.name}")
        for name, other in others
        if other.task.name != one.task.name
    ]
    problems += [
        Problem("not-comparable", name, f"is on other pages ({' '.join(theirs)}); {first} on {' '.join(ours)}")
        for name, other in others
        if other.task.name == one.task.name
        and (theirs := other.task.tools() or ["the captures"]) != (ours := one.task.tools() or ["the captures"])
    ]
    for option, value in (("paratext", paratext), ("empty", empty)):
        if value and option not in one.task.options:
            with_gold = " that is scored with offsets" if one.task.name == "boilerplate" and option == "empty" else ""
            message = f"means nothing to the task {one.task.name}{with_gold}"
            problems.append(Problem("option", f"--{option}", message))
    if problems:
        raise Invalid(problems)
