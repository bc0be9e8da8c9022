"""What commands share: the options of scoring, and how problems and results are printed."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from detente.data.labels import GOLD_FORMATS, REFERENCE_TASK
from detente.data.problems import Problem, ValidationError
from detente.tasks import TASK_NAMES

if TYPE_CHECKING:
    from detente.evaluation.predictions import Predictions
    from detente.evaluation.score import Resampling, Scores
    from detente.report.tables import Report
    from detente.tasks.task import Gold

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@contextmanager
def problems_exit(exit_code: int = 2) -> Iterator[None]:
    """Prints every problem on stderr, and exits."""
    try:
        yield
    except ValidationError as invalid:
        for problem in invalid.problems:
            click.echo(
                f"{click.style(problem.location, bold=True)}: {click.style(problem.code, fg='red')}: {problem.message}",
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
OUTPUT = click.Path(dir_okay=False, path_type=Path)


@dataclass(frozen=True)
class ScoringOptions:
    """What `eval score` and `eval compare` are told beside the files, by the names of the options.

    It is what counts as right, how sure that is, and where it is written.
    """

    task: str | None
    paratext: str | None
    alternatives: str
    allow_missing: bool
    unit: str
    resamples: int
    seed: int
    output_format: str
    output: Path | None
    gold: Path | None
    gold_format: str | None
    empty: str | None
    allow_extra: bool
    jobs: int | None
    metrics: tuple[str, ...]

    def read(self, paths: Sequence[str]) -> "tuple[Gold, dict[str, Predictions]]":
        """The gold, and the checked predictions of each file by its short name.

        Raises:
            ValidationError: With the problems of all files and options.
        """
        from detente.evaluation.systems import load_gold, read_all

        gold = load_gold(self.gold, self.gold_format)
        systems = read_all(paths, gold, self.task, allow_missing=self.allow_missing, allow_extra=self.allow_extra)
        self._refuse_unfit(systems)
        return gold, systems

    def score(self, gold: "Gold", systems: "dict[str, Predictions]", *, errors: bool = True) -> "dict[str, Scores]":
        """The scores of each system; `errors` says whether they are attributed where that takes time."""
        from detente.evaluation.systems import score_files
        from detente.tasks.task import Options

        options = Options(self.paratext or "ignore", self.alternatives, self.empty or "zero", errors)
        return score_files(systems, gold, options, self.resampling, self.jobs)

    @property
    def resampling(self) -> "Resampling":
        """How intervals are made."""
        from detente.evaluation.score import Resampling

        return Resampling(self.unit, self.resamples, self.seed)

    def write(self, report: "Report") -> None:
        """Prints a report, or writes it whole."""
        from detente.report.tables import print_report, rendered

        if self.output_format == "table" and self.output is None:
            print_report(report, sys.stdout)
        else:
            emit(rendered(report, self.output_format), self.output)

    def _refuse_unfit(self, systems: "dict[str, Predictions]") -> None:
        """Refuses systems of different tasks or pages, and options that their task does not support."""
        (first, one), *others = systems.items()
        problems = [
            Problem("not-comparable", name, f"predictions of {other.task.name}; {first} has those of {one.task.name}")
            for name, other in others
            if other.task.name != one.task.name
        ]
        pages = {name: " ".join(_pages(each)) or "the captures" for name, each in systems.items()}
        problems += [
            Problem("not-comparable", name, f"is on other pages ({pages[name]}); {first} on {pages[first]}")
            for name, other in others
            if other.task.name == one.task.name and pages[name] != pages[first]
        ]
        for option, value in (("paratext", self.paratext), ("empty", self.empty)):
            if value and option not in one.task.options:
                problems.append(Problem("option", f"--{option}", f"is not supported by the task {one.task.name}"))
        if problems:
            raise ValidationError(problems)


def _pages(predictions: "Predictions") -> list[str]:
    parts = predictions.task.signature_parts(predictions.units)
    return [f"{name}:{value}" for name, value in parts.items()]


def _names(_: click.Context, __: click.Parameter, value: str | None) -> tuple[str, ...]:
    """What commas divide."""
    return tuple(filter(None, (name.strip() for name in (value or "").split(","))))


def scoring_options(resamples: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Adds the options of scoring to a command, which is given them as one `ScoringOptions`, named `options`."""
    added = (
        click.option(
            "--task",
            type=click.Choice([*TASK_NAMES, REFERENCE_TASK]),
            help=f"Whose predictions they are; by default told from the lines, or {REFERENCE_TASK} with --gold.",
        ),
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
        click.option(
            "--allow-missing", is_flag=True, help="Score ids without a prediction as empty, or as the answer `missing`."
        ),
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
            "--format",
            "output_format",
            type=click.Choice(["table", "json", "markdown"]),
            default="table",
            show_default=True,
        ),
        click.option("-o", "--output", type=OUTPUT, help="Write there, not to the screen."),
        click.option(
            "--gold",
            type=click.Path(exists=True, path_type=Path),
            help=f"Reference texts to score against ({REFERENCE_TASK}): a benchmark's file, or a folder of .txt files.",
        ),
        click.option("--gold-format", type=GOLD_FORMAT, help="How to read --gold.  [default: told from its keys]"),
        click.option(
            "--empty",
            type=click.Choice(["zero", "drop"]),
            default=None,
            help="Whether pages without output text count, or leave the means (with --gold only).  [default: zero]",
        ),
        click.option("--allow-extra", is_flag=True, help="Leave out ids that the gold does not have, and count them."),
        click.option("--jobs", type=click.IntRange(1), help="Processes that work at once.  [default: one per core]"),
        click.option(
            "--metrics",
            callback=_names,
            help="Only these, by name, with commas between (`detente eval metrics` lists them); all: every one."
            "  [default: the primary metric and up to eight standard ones]",
        ),
    )

    def add(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def given(**values: Any) -> None:
            own = {field.name: values.pop(field.name) for field in fields(ScoringOptions)}
            command(options=ScoringOptions(**own), **values)

        for option in reversed(added):
            given = option(given)
        return given

    return add
