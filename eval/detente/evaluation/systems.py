"""The prediction files of one call: read and checked together, against the built dataset or reference texts."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente.data.labels import REFERENCE_TASK
from detente.data.problems import Problem, ValidationError

if TYPE_CHECKING:
    from detente.data.page_texts import Pages
    from detente.evaluation.predictions import Predictions
    from detente.evaluation.score import Resampling, Scores
    from detente.tasks.task import Gold, Options


def short_names(paths: Sequence[str]) -> list[str]:
    """The files' names without suffixes where these tell them apart, else their paths; a second one gets a number."""
    from detente.data.page_texts import short_name

    stems = [short_name(path) for path in paths]
    names = stems if len(set(stems)) == len(set(paths)) else list(paths)
    return [
        name if name not in names[:place] else f"{name} ({names[:place].count(name) + 1})"
        for place, name in enumerate(names)
    ]


def load_gold(
    path: Path | None, gold_format: str | None, gold_text: str | None = None, dataset: str | PathLike[str] | None = None
) -> "Gold":
    """Reference texts from a file or folder, or a built dataset.

    Args:
        path: The file or folder; None for the dataset.
        gold_format: How it is laid out; None to tell it from its keys.
        gold_text: What its texts are written in; None to go by suffixes.
        dataset: Of the built dataset: the root of a corpus, or the folder itself; None for the package's own.

    Raises:
        ValidationError: If the file cannot be read as gold, or holds the dataset's own pages instead of references; if
            nothing is built in `dataset`, or both it and `path` are given.
    """
    from detente.data import corpus

    if path is None:
        options = (("--gold-format", gold_format), ("--gold-text", gold_text))
        if given := [option for option, value in options if value]:
            message = "says how to read --gold, which is not given"
            raise ValidationError([Problem("option", option, message) for option in given])
        return corpus.load(dataset)
    if dataset is not None:
        message = "is not read beside --gold: predictions are scored against the one or the other"
        raise ValidationError([Problem("option", "--dataset", message)])
    from detente.tasks.content_extraction.gold_formats import read_gold

    gold = read_gold(path, gold_format, gold_text)
    pages = {_dense(row["text"]): name for name, row in corpus.load().articles.items()}
    texts = [reference.text for target in gold.targets.values() for reference in target.references]
    if found := next((pages[_dense(text)] for text in texts if _dense(text) in pages), None):
        message = (
            f"has the whole page {found}, menus and all, so that keeping everything would be perfect: --gold takes the"
            " texts that an extractor should give; leave it out to score on the dataset's own gold"
        )
        raise ValidationError([Problem("gold-format", str(path), message)])
    return gold


def _dense(text: str) -> str:
    return "".join(text.split())


def read_all(
    paths: Sequence[str],
    gold: "Gold",
    task: str | None,
    *,
    allow_missing: bool = False,
    allow_extra: bool = False,
    output_formats: Sequence[str] = (),
) -> dict[str, "Predictions"]:
    """The checked predictions of each file by its short name.

    Args:
        paths: The files and folders; `-` is standard input.
        gold: What they are held against.
        task: Whose predictions they are; None to tell it from the lines.
        allow_missing: Whether ids of the gold may be missing.
        allow_extra: Whether ids that the gold does not have may be there.
        output_formats: What the texts are written in: one of `markup.FORMATS` for all files, or one for each; none to
            go by the suffixes of a folder's files.

    Raises:
        ValidationError: With the problems of all files.
    """
    from detente.tasks.content_extraction.references import ReferenceCorpus

    problems: list[Problem] = []
    found: dict[str, Predictions] = {}
    if isinstance(gold, ReferenceCorpus) and task not in (None, REFERENCE_TASK):
        raise ValidationError(
            [Problem("option", "--task", f"--gold is read by the task {REFERENCE_TASK}, not by {task}")]
        )
    if not isinstance(gold, ReferenceCorpus) and task == REFERENCE_TASK:
        raise ValidationError([Problem("option", "--task", f"{task} needs reference texts: name them with --gold")])
    if len(output_formats) not in (0, 1, len(paths)):
        message = f"is given {len(output_formats)} times for {len(paths)} files: give it once, or once for each file"
        raise ValidationError([Problem("option", "--output-format", message)])
    formats = output_formats if len(output_formats) == len(paths) else [*output_formats, None][:1] * len(paths)
    for path, short, written_in in zip(paths, short_names(paths), formats, strict=True):
        try:
            found[short] = _read(path, gold, task, written_in, allow_missing=allow_missing, allow_extra=allow_extra)
        except ValidationError as invalid:
            problems += invalid.problems
    if problems:
        raise ValidationError(problems)
    return found


def _read(path: str, gold: "Gold", task: str | None, written_in: str | None, **allowed: bool) -> "Predictions":
    from detente.data import page_texts
    from detente.data.files import STANDARD_INPUT, read_input, unpack
    from detente.evaluation import predictions
    from detente.tasks.all import TASKS
    from detente.tasks.boilerplate.task import BOILERPLATE
    from detente.tasks.content_extraction.references import ReferenceCorpus
    from detente.tasks.content_extraction.task import CONTENT_EXTRACTION

    name = "standard input" if path == STANDARD_INPUT else path
    data = read_input(path) if path == STANDARD_INPUT else None
    if isinstance(gold, ReferenceCorpus):
        pages = page_texts.outputs(page_texts.read(Path(name), data, written_in))
        checked = predictions.check(pages.lines, CONTENT_EXTRACTION, gold, path, problems=pages.problems, **allowed)
        return replace(checked, reduced=_reduced(output_format=pages.written_in, gold_text=gold.written_in))
    found: Pages | None
    if data is None and Path(name).is_dir():
        found = page_texts.of_folder(Path(name), written_in)
    else:
        data = unpack(read_input(path) if data is None else data, name)
        found = page_texts.of_object(data, name, written_in)
    if found:
        _refuse_other_pages(found, name, gold, task)
        lines = [line._replace(record=page_texts.whole_text(line.record)) for line in found.lines]
        checked = predictions.check(lines, BOILERPLATE, gold, name, problems=found.problems, **allowed)
        return replace(checked, reduced=_reduced(output_format=found.written_in))
    checked = predictions.read(
        name,
        data or b"",
        gold,
        next((known for known in TASKS if known.name == task), None),
        prepare=lambda record: page_texts.whole_text(page_texts.reduced(record, written_in)),
        **allowed,
    )
    if written_in and checked.task.name != BOILERPLATE.name:
        message = f"is not supported by the task {checked.task.name}, whose predictions are no texts"
        raise ValidationError([Problem("option", "--output-format", message)])
    return replace(checked, reduced=_reduced(output_format=written_in or "text"))


def _reduced(**formats: str) -> dict[str, str]:
    """What the signature says of formats: those that are not plain text."""
    return {name: written_in for name, written_in in formats.items() if written_in != "text"}


def _refuse_other_pages(pages: "Pages", name: str, gold: Any, task: str | None) -> None:
    """Refuses a folder, or an object of pages, that has none of the dataset's, or is to be another task's."""
    from detente.tasks.boilerplate.html import AT

    shape = "a folder" if Path(name).is_dir() else 'an object without "id"'
    if task not in (None, "boilerplate"):
        message = f"{name} is {shape}, which holds the texts of pages: predictions of boilerplate, not of {task}"
        raise ValidationError([*pages.problems, Problem("option", "--task", message)])
    ids = [line.record["id"] for line in pages.lines]
    if not any(str(page).partition(AT)[0] in gold.articles for page in ids) and not pages.problems:
        named = f"named by a page of the dataset, as {next(iter(gold.articles))}"
        message = (
            f"is {shape}, and nothing in it is {named}. If these are texts of other pages, name with --gold what should"
            " have been extracted from them, not the pages themselves; else write one object a line, with its id"
        )
        raise ValidationError([Problem("task-unclear", name, message)])


def markup_warnings(
    gold: "Gold", systems: "Mapping[str, Predictions]", output_formats: Sequence[str], gold_text: str | None
) -> list[str]:
    """One sentence for each file whose texts look like Markdown or HTML (`markup.looks_like`) and are taken as text.

    Nothing is said where a format is given, by option or suffix.
    """
    from detente.tasks.content_extraction.references import ReferenceCorpus
    from detente.text.markup import looks_like

    texts: dict[str, tuple[str, list[str]]] = {}
    if not output_formats:
        for name, each in systems.items():
            values = (getattr(value, "text", getattr(value, "value", None)) for value in each.by_id.values())
            if "output_format" not in each.reduced:
                texts[name] = "--output-format", [value for value in values if isinstance(value, str)]
    if isinstance(gold, ReferenceCorpus) and gold_text is None and gold.written_in == "text":
        references = (reference.text for target in gold.targets.values() for reference in target.references)
        texts[f"--gold {gold.name}"] = "--gold-text", list(references)
    found = {name: (option, looks_like(each)) for name, (option, each) in texts.items()}
    return [
        f"{name}: the texts look like {written_in}, and its marks count as text: say {option} {written_in}, or text"
        for name, (option, written_in) in found.items()
        if written_in
    ]


def score_files(
    systems: "dict[str, Predictions]", gold: "Gold", options: "Options", resampling: "Resampling", jobs: int | None
) -> "dict[str, Scores]":
    """Each system's scores, counted together on `jobs` cores (all by default), with a progress bar for long work."""
    from detente.evaluation import engines
    from detente.evaluation.progress import progress
    from detente.evaluation.score import score_all

    units = next(iter(systems.values())).units
    with progress("scoring", len(units) * len(systems), engines.MIN_PAGES_FOR_POOL) as advance:
        return score_all(systems, gold, options, resampling, jobs or engines.cores(), advance)
