"""What commands share: the options of scoring, and how problems and results are printed."""

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from detente.cli.shell import line
from detente.data.labels import ENGINES, GOLD_FORMATS, LABEL_GOLD_FORMATS, OPTION_VALUES, REFERENCE_TASK, SPLITS
from detente.data.problems import Problem, ValidationError, folded
from detente.tasks import TASK_NAMES
from detente.text.display import json_safe
from detente.text.markup import FORMATS

if TYPE_CHECKING:
    from detente.evaluation.engines.execution import Execution
    from detente.evaluation.score import Resampling, Scores
    from detente.evaluation.session import Session
    from detente.evaluation.systems import Systems
    from detente.report.tables import Report

_STANDARD_OUTPUT = ("-", "/dev/stdout")
_NO_TEXTS = (".json", ".jsonl", ".csv")
"""What is written beside the texts of a folder without being read as one of them."""
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def _ask_for_all(context: click.Context, _: click.Parameter, value: bool) -> None:
    context.meta["detente.all_problems"] = value


ALL_PROBLEMS = click.option(
    "--all-problems", is_flag=True, expose_value=False, callback=_ask_for_all, help="Print all problems, however many."
)


@contextmanager
def problems_exit(exit_code: int = 2) -> Iterator[None]:
    """Prints the problems on stderr, many of a kind folded unless all are asked for, and exits."""
    try:
        yield
    except ValidationError as invalid:
        context = click.get_current_context(silent=True)  # scripts have none
        asked = context is not None and context.meta.get("detente.all_problems", False)
        shown = invalid.problems if asked else folded(invalid.problems)
        for problem in shown:
            print_problem(problem)
        count = len(invalid.problems)
        hint = "" if tuple(shown) == invalid.problems else "; --all-problems prints all"
        click.echo(f"{count:,} problem{'s' if count > 1 else ''}{hint}", err=True)
        sys.exit(exit_code)


def print_problem(problem: Problem, colour: str = "red", kind: str = "") -> None:
    """Prints a problem on stderr; `kind` stands before the message, as `warning: `."""
    location, code, message = problem.shown()
    click.echo(f"{click.style(location, bold=True)}: {click.style(code, fg=colour)}: {kind}{message}", err=True)


def fail(reasons: Sequence[str]) -> None:
    """Prints why a check that a pipeline asked for failed, and exits with 1; does nothing if there is no reason."""
    for reason in reasons:
        line(reason, err=True)
    if reasons:
        sys.exit(1)


def emit(text: str, output: Path | None) -> None:
    """Writes a file whole, or prints."""
    if output is None or str(output) in _STANDARD_OUTPUT:
        click.echo(text, nl=False)
        return
    from detente.data.files import write_whole

    write_whole(output, text)
    line(f"wrote {output}", err=True)


def emit_json(text: str, output: Path | None) -> None:
    """The same of JSON or JSON Lines: what a terminal would obey, or its encoding lacks, is escaped as JSON does it."""
    printed = output is None or str(output) in _STANDARD_OUTPUT
    narrow = printed and not (sys.stdout.encoding or "").lower().startswith("utf")
    emit(json_safe(text, ascii_only=narrow), output)


def refuse_overwriting(
    outputs: Iterable[Path | None],
    inputs: Iterable[str | Path | None],
    dataset: Path | None = None,
    split: str = SPLITS[-1],
) -> None:
    """Refuses an output that is an input or lies in a folder of inputs, or that is another output, however it is named.

    Args:
        outputs: What is to be written.
        inputs: What is read.
        dataset: The corpus that is read, if it is not the package's own.
        split: Which of its splits.

    Raises:
        ValidationError: With every such output, or if there is no such corpus.
    """
    from detente.data.corpus import load

    built = load(dataset, split).folder.resolve()
    read = [Path(each).resolve() for each in inputs if each is not None and str(each) != "-"]
    written: list[Path] = []
    problems = []
    for output in outputs:
        if output is None or str(output) in _STANDARD_OUTPUT:
            continue
        place = output.resolve()
        texts = [] if place.suffix.lower() in _NO_TEXTS else [each for each in read if each in place.parents]
        if built in place.parents or texts or any(_same(each, place) for each in read):
            message = "is an input, which would be overwritten: name another file"
            problems.append(Problem("option", str(output), message))
        if any(_same(each, place) for each in written):
            problems.append(Problem("option", str(output), "is written twice: name two files"))
        written.append(place)
    if problems:
        raise ValidationError(problems)


def _same(one: Path, other: Path) -> bool:
    """Whether two paths are one file; by a hard link it has another name."""
    return one == other or (one.exists() and other.exists() and one.samefile(other))


DATASET = click.option(
    "--dataset",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Another corpus than the package's own: its root, or the folder of its built dataset.",
)
SPLIT = click.option(
    "--split",
    type=click.Choice(SPLITS),
    default=SPLITS[-1],
    show_default=True,
    help="Of the dataset, if that is a challenge suite (`detente challenge make`).",
)
TASK = click.Choice(TASK_NAMES)
GOLD_FORMAT = click.Choice([*GOLD_FORMATS, *LABEL_GOLD_FORMATS])
TEXT_FORMAT = click.Choice(FORMATS)
OUTPUT = click.Path(dir_okay=False, path_type=Path)


@dataclass(frozen=True)
class ReadingOptions:
    """What every command on predictions is told beside the files, by the names of the options.

    It is what they are, what they are held against, and where the result is written.
    """

    task: str | None
    paratext: str | None
    allow_missing: bool
    allow_extra: bool
    dataset: Path | None
    split: str
    gold: Path | None
    gold_format: str | None
    gold_text: str | None
    output_format: tuple[str, ...]
    labels: str | None
    output: Path | None
    engine: str
    scheduler: str | None
    jobs: int | None
    work: Path | None
    resume: bool
    verbose: bool

    @property
    def execution(self) -> "Execution":
        """How the call is to be carried out."""
        from detente.evaluation.engines.execution import Execution

        return Execution(self.engine, self.scheduler, self.jobs, self.work, self.resume)

    @contextmanager
    def session(self) -> "Iterator[Session]":
        """What the call holds while it runs; says at the end what it took, or how to go on."""
        from detente.evaluation.session import Session

        with Session(self.execution) as session:
            try:
                yield session
            except BaseException:
                if self.work:
                    line(f"what is done lies in {self.work}: the same call with --resume goes on there", err=True)
                raise
        if self.verbose:
            line(session.summary(), err=True)

    def read(self, paths: Sequence[str], *outputs: Path | None, session: "Session | None" = None) -> "Systems":
        """The gold, and the checked predictions of each file by its short name; prints what must be said of them.

        Args:
            paths: The files.
            outputs: What else is to be written, beside `output`; none of it may be one of the files.
            session: What reads that which does not fit into memory.

        Raises:
            ValidationError: With the problems of all files and options.
        """
        from detente.data.spellings import parse_spellings
        from detente.evaluation.systems import read_systems

        refuse_overwriting((self.output, *outputs), (*paths, self.gold), self.dataset, self.split)
        read = read_systems(
            paths,
            self.task,
            dataset=self.dataset,
            split=self.split,
            gold=self.gold,
            gold_format=self.gold_format,
            gold_text=self.gold_text,
            asked=[option for option in ("paratext", "empty") if getattr(self, option, None)],
            output_formats=self.output_format,
            allow_missing=self.allow_missing,
            allow_extra=self.allow_extra,
            labels=None if self.labels is None else parse_spellings(self.labels),
            session=session,
        )
        for warning in read.warnings:
            line(f"warning: {warning}", err=True)
        for note in read.notes:
            line(note, err=True)
        return read


@dataclass(frozen=True)
class ScoringOptions(ReadingOptions):
    """What `eval score` and `eval compare` are told besides: what counts as right, how sure that is, what is shown."""

    alternatives: str
    empty: str | None
    unit: str
    resamples: int
    seed: int
    metrics: tuple[str, ...]
    report_format: str = "table"

    def score(self, systems: "Systems", session: "Session", *, errors: bool = True) -> "dict[str, Scores]":
        """The scores of each system; `errors` says whether they are attributed where that takes time."""
        from detente.tasks.task import Options

        options = Options(self.paratext or "ignore", self.alternatives, self.empty or "zero", errors)
        scores = systems.scores(options, self.resampling, session)
        session.items += sum(each.sizes["items"] for each in scores.values())
        return scores

    @property
    def resampling(self) -> "Resampling":
        """How intervals are made."""
        from detente.evaluation.score import Resampling

        return Resampling(self.unit, self.resamples, self.seed)

    def write(self, report: "Report") -> None:
        """Prints a report, or writes it whole."""
        from detente.report.tables import print_report, rendered

        if self.report_format == "table" and self.output is None:
            print_report(report, sys.stdout)
            return
        write = emit_json if self.report_format == "json" else emit
        write(rendered(report, self.report_format), self.output)


def _limit_input(context: click.Context, _: click.Parameter, value: str) -> None:
    """Sets the limit of inputs, for as long as the command runs, from a size as 500MB or 2GB."""
    from detente.data.files import max_input

    found = re.fullmatch(r"(\d{1,12})([kmg]?)b?", value, re.IGNORECASE)
    size = int(found[1]) * {"": 1, "k": 10**3, "m": 10**6, "g": 10**9}[found[2].lower()] if found else 0
    if not size:
        raise click.BadParameter("write a size as 500MB or 2GB")
    context.with_resource(max_input(size))


MAX_INPUT = click.option(
    "--max-input",
    metavar="SIZE",
    default="100MB",
    show_default=True,
    expose_value=False,
    callback=_limit_input,
    help="The largest input that is read whole, unpacked; one line may be a tenth of it. With --gold, JSON Lines, CSV,"
    " Parquet and Arrow that are larger, and folders of them, are read in pieces.",
)


def _names(_: click.Context, __: click.Parameter, value: str | None) -> tuple[str, ...]:
    """What commas divide."""
    return tuple(filter(None, (name.strip() for name in (value or "").split(","))))


_READING = (
    click.option(
        "--task",
        type=click.Choice([*TASK_NAMES, REFERENCE_TASK]),
        help=f"The task of the predictions; by default inferred from the lines; with --gold {REFERENCE_TASK}, or that"
        " of the benchmark whose labels it has.",
    ),
    click.option(
        "--paratext",
        type=click.Choice(OPTION_VALUES["paratext"]),
        default=None,
        help="How headlines, captions, credits and the like count (boilerplate only).  [default: ignore]",
    ),
    click.option(
        "--allow-missing", is_flag=True, help="Score ids without a prediction as empty, or as the answer `missing`."
    ),
    click.option("--allow-extra", is_flag=True, help="Leave out ids that the gold does not have, and count them."),
    DATASET,
    SPLIT,
    click.option(
        "--gold",
        type=click.Path(exists=True, path_type=Path),
        help=f"Reference texts to score against ({REFERENCE_TASK}): a benchmark's file, or a folder of .txt, .md or"
        " .html files, or of WCXB's .json documents. They are what an extractor should give, not the pages themselves."
        " Or labels (stance, agreement, contrast): a file with id and label, or one of SemEval-2016 task 6, FNC-1 or"
        " NewsMTSC.",
    ),
    click.option("--gold-format", type=GOLD_FORMAT, help="How to read --gold.  [default: inferred from its keys]"),
    click.option(
        "--gold-text",
        type=TEXT_FORMAT,
        help="What the texts of --gold are; see --output-format.  [default: text, or by a folder's suffixes]",
    ),
    click.option(
        "--output-format",
        type=TEXT_FORMAT,
        multiple=True,
        help="What texts in PREDICTIONS are: Markdown and HTML are reduced to text before words are measured, but for"
        " the measures of WebMainBench and WCXB themselves, which take texts as given; where --gold is markup too, so"
        " are its tables, code blocks, headings, links … Once for all files, or once for each in their order."
        "  [default: text, or by a folder's suffixes]",
    ),
    click.option(
        "--labels",
        metavar="SPELLING=LABEL,…",
        help="How labels are spelled in PREDICTIONS and --gold, as FAVOR=favor,2=none; others stay as they are.",
    ),
    click.option(
        "--engine",
        type=click.Choice(ENGINES),
        default=ENGINES[0],
        show_default=True,
        help="Where long work is done: in processes on this machine, or on a Dask cluster (the extra `distributed`).",
    ),
    click.option(
        "--scheduler",
        metavar="ADDRESS",
        help="Of the Dask cluster, as tcp://10.0.0.1:8786.  [default: a cluster of --jobs workers on this machine]",
    ),
    click.option("--jobs", type=click.IntRange(1), help="Processes that work at once.  [default: one per core]"),
    click.option(
        "--work",
        metavar="DIR",
        type=click.Path(file_okay=False, path_type=Path),
        help="Keep there what is done of long work, for --resume; workers on other machines must see it, too."
        "  [default: a temporary folder]",
    ),
    click.option("--resume", is_flag=True, help="Go on in the folder of --work, where a call like this one ended."),
    click.option("--verbose", is_flag=True, help="Say on stderr what it took: items, seconds, memory."),
    ALL_PROBLEMS,
    MAX_INPUT,
)
_TO_FILE = click.option("-o", "--output", type=OUTPUT, help="Write there, not to the screen.")
_TO_FOLDER = click.option(
    "-o",
    "--output",
    required=True,
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder to write: a new or empty one, or one that this command wrote, which is replaced.",
)
_FORMAT = click.option(
    "--format",
    "report_format",
    type=click.Choice(["table", "json", "markdown"]),
    default="table",
    show_default=True,
)


def _options(
    kind: type[ReadingOptions], added: Sequence[Callable[[Callable[..., None]], Callable[..., None]]]
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Adds options to a command, which is given them as one value of a `kind`, named `options`."""

    def add(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def given(**values: Any) -> None:
            own = {field.name: values.pop(field.name) for field in fields(kind) if field.name in values}
            command(options=kind(**own), **values)

        for option in reversed(added):
            given = option(given)
        return given

    return add


reading_options = _options(ReadingOptions, (_TO_FILE, *_READING))
"""Adds the options of reading to a command."""


def scoring_options(resamples: int, *, folder: bool = False) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Adds the options of reading and scoring to a command: one that prints or writes a file, or that writes a folder.

    Args:
        resamples: How many are drawn by default.
        folder: Whether it writes a folder, which has no `--format`.
    """
    output = (_TO_FOLDER,) if folder else (_TO_FILE, _FORMAT)
    added = (
        click.option(
            "--alternatives",
            type=click.Choice(OPTION_VALUES["alternatives"]),
            default="reject",
            show_default=True,
            help="Whether a label listed as an alternative counts as right.",
        ),
        click.option(
            "--unit",
            type=click.Choice(["family", "article", "item"]),
            default="family",
            show_default=True,
            help="What counts as independent and is resampled; from ten of them on there is an interval.",
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
            "--empty",
            type=click.Choice(OPTION_VALUES["empty"]),
            default=None,
            help="Whether pages without output text count or leave the means (with --gold only).  [default: zero]",
        ),
        click.option(
            "--metrics",
            callback=_names,
            help="Only these, by name, with commas between (`detente eval metrics` lists them); all: every one."
            "  [default: the primary metric and up to eight standard ones]",
        ),
    )
    return _options(ScoringOptions, (*output, *_READING, *added))
