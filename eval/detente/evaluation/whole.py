"""Predictions that are read whole, of each system by itself, and checked against the gold."""

from collections.abc import Sequence
from dataclasses import replace
from os import fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from detente.data.labels import REFERENCE_TASK
from detente.data.problems import Problem, ValidationError
from detente.evaluation.sources import Source, places_of, refuse_names, short_names
from detente.tasks import TASK_NAMES, kinds_of, task_named

if TYPE_CHECKING:
    from detente.data.jsonl import Record
    from detente.data.page_texts import Pages
    from detente.data.spellings import Spellings
    from detente.evaluation.predictions import Predictions
    from detente.tasks.content_extraction.references import ReferenceCorpus
    from detente.tasks.gold_labels import LabelCorpus
    from detente.tasks.task import Gold


_OF_PAGES: Final = "boilerplate"
"""The task whose predictions may be whole pages."""


def read_all(
    sources: Sequence[Source],
    gold: "Gold",
    task: str | None,
    *,
    allow_missing: bool = False,
    allow_extra: bool = False,
    output_formats: Sequence[str] = (),
    names: Sequence[str] = (),
    labels: "Spellings | None" = None,
) -> dict[str, "Predictions"]:
    """The checked predictions of each system by its name.

    Args:
        sources: Files and folders, `-` for standard input, or rows in memory (`data.memory`).
        gold: What they are held against.
        task: Whose predictions they are; None to tell it from the lines.
        allow_missing: Whether ids of the gold may be missing.
        allow_extra: Whether ids that the gold does not have may be there.
        output_formats: What the texts are written in: one of `markup.FORMATS` for all systems, or one for each; none to
            go by the suffixes of a folder's files.
        names: What to call the systems; none to call them by their files, and what is in memory `predictions`.
        labels: Spellings of labels to the task's.

    Raises:
        ValidationError: With the problems of all systems.
    """
    from detente.data.spellings import refusals, written
    from detente.tasks.content_extraction.references import ReferenceCorpus
    from detente.tasks.gold_labels import LabelCorpus

    problems: list[Problem] = []
    found: dict[str, Predictions] = {}
    if isinstance(gold, ReferenceCorpus) and task not in (None, REFERENCE_TASK):
        raise ValidationError(
            [Problem("option", "--task", f"--gold is read by the task {REFERENCE_TASK}, not by {task}")]
        )
    if isinstance(gold, LabelCorpus) and task not in (None, gold.task.name):
        message = f"--gold is read by the task {gold.task.name}, not by {task}"
        raise ValidationError([Problem("option", "--task", message)])
    if not isinstance(gold, ReferenceCorpus) and task == REFERENCE_TASK:
        raise ValidationError([Problem("option", "--task", f"{task} needs reference texts: name them with --gold")])
    refuse_names(sources, output_formats, names)
    formats = output_formats if len(output_formats) == len(sources) else [*output_formats, None][:1] * len(sources)
    places = places_of(sources)
    for source, place, name, written_in in zip(sources, places, names or short_names(places), formats, strict=True):
        try:
            read = _read(
                source, place, gold, task, written_in, labels, allow_missing=allow_missing, allow_extra=allow_extra
            )
            problems += refusals(labels or {}, read.task.name, read.task.labels)
            mapped = {"labels": written(labels)} if labels else {}
            found[name] = replace(read, reduced={**read.reduced, **mapped})
        except ValidationError as invalid:
            problems += invalid.problems
    if problems:
        raise ValidationError(problems)
    return found


def _read(
    source: Source,
    place: str,
    gold: "Gold",
    task: str | None,
    written_in: str | None,
    labels: "Spellings | None",
    **allowed: bool,
) -> "Predictions":
    from detente.data import page_texts
    from detente.data.files import STANDARD_INPUT
    from detente.data.memory import read_rows
    from detente.evaluation import predictions
    from detente.tasks.content_extraction.references import ReferenceCorpus
    from detente.tasks.gold_labels import LabelCorpus
    from detente.tasks.native_labels import NATIVE, format_of

    name = "standard input" if place == STANDARD_INPUT else place
    if isinstance(gold, ReferenceCorpus):
        return _of_reference_texts(source, name, gold, written_in, **allowed)
    if isinstance(gold, LabelCorpus):
        return _of_labels(source, name, gold, written_in, labels, **allowed)
    data = _bytes_of(source, name)
    if pages := _pages_of(source, data, name, written_in):
        _refuse_other_pages(pages, name, gold, task)
        lines = [line._replace(record=page_texts.whole_text(line.record)) for line in pages.lines]
        checked = predictions.check(
            lines, task_named(_OF_PAGES), gold, name, problems=pages.problems, labels=None, **allowed
        )
        return replace(checked, reduced=_reduced(output_format=pages.written_in))
    others = {kind for known in TASK_NAMES if known != _OF_PAGES for kind in kinds_of(known)}

    def prepare(record: "Record") -> "Record":
        made = page_texts.reduced(record, written_in)
        return made if made.keys() & others else page_texts.whole_text(made)

    known = task_named(task) if task in TASK_NAMES else None
    if data is None:
        rows = read_rows(source, name)
        checked = predictions.of_rows(rows, name, gold, known, prepare=prepare, labels=labels, **allowed)
    else:
        try:
            checked = predictions.read(name, data, gold, known, prepare=prepare, labels=labels, **allowed)
        except ValidationError:
            if (form := format_of(data, name)) not in NATIVE:
                raise
            message = f"is in the form of {form}, whose gold is another file: name that with --gold"
            raise ValidationError([Problem("task-unclear", name, message)]) from None
    checked = checked if checked.task.name == _OF_PAGES else _without_texts(checked, written_in)
    return replace(checked, reduced=_reduced(output_format=written_in or "text"))


def _of_reference_texts(
    source: Source, name: str, gold: "ReferenceCorpus", written_in: str | None, **allowed: bool
) -> "Predictions":
    from detente.data import page_texts
    from detente.data.memory import is_path, read_rows
    from detente.data.tabular import FLAT_SUFFIXES, suffix_of
    from detente.evaluation import predictions
    from detente.tasks.content_extraction.prediction import with_given
    from detente.tasks.content_extraction.task import CONTENT_EXTRACTION

    data = _bytes_of(source, name)
    if is_path(source):
        pages, table = page_texts.read(Path(name), data, written_in), suffix_of(name) in FLAT_SUFFIXES
    elif found := _pages_of(source, data, name, written_in):
        pages, table = found, False
    else:
        rows = read_rows(source, name)
        pages, table = page_texts.of_lines(rows.lines, rows.problems, written_in), rows.table
    pages = page_texts.outputs(pages)
    checked = predictions.check(
        pages.lines, CONTENT_EXTRACTION, gold, name, problems=pages.problems, table=table, labels=None, **allowed
    )
    reduced = _reduced(output_format=pages.written_in, gold_text=gold.written_in)
    return replace(checked, by_id=with_given(checked.by_id, pages.given), reduced=reduced)


def _of_labels(
    source: Source,
    name: str,
    gold: "LabelCorpus",
    written_in: str | None,
    labels: "Spellings | None",
    **allowed: bool,
) -> "Predictions":
    from detente.data.memory import is_path, read_rows
    from detente.evaluation import predictions
    from detente.evaluation.columns import with_probabilities
    from detente.evaluation.plain_labels import read_labels
    from detente.tasks.gold_labels import read_predictions

    data = _bytes_of(source, name)
    if is_path(source) and data is None:
        message = f"is a folder: predictions of {gold.task.name} are one file"
        raise ValidationError([Problem("task-unclear", name, message)])
    if data is not None and (found := read_labels(data, name, gold, **allowed)):
        return _without_texts(found, written_in)
    rows, notes = read_predictions(read_rows(source, name) if data is None else data, name, gold)
    lines = with_probabilities(rows.lines, [gold.task], gold.spellings) if rows.table else rows.lines
    checked = predictions.check(
        lines, gold.task, gold, name, problems=rows.problems, table=rows.table, labels=labels, **allowed
    )
    return replace(_without_texts(checked, written_in), notes=(*notes, *checked.notes))


def _without_texts(predictions: "Predictions", written_in: str | None) -> "Predictions":
    """Predictions that are no texts; a format of texts is refused for them."""
    if written_in:
        message = f"is not supported by the task {predictions.task.name}, whose predictions are no texts"
        raise ValidationError([Problem("option", "--output-format", message)])
    return predictions


def _bytes_of(source: Source, name: str) -> bytes | None:
    """The bytes of a file, unpacked; None of a folder, and of what is in memory."""
    from detente.data.files import read_input, unpack
    from detente.data.memory import is_path

    if not is_path(source) or Path(source).is_dir():
        return None
    return unpack(read_input(fspath(source)), name)


def _pages_of(source: Source, data: bytes | None, name: str, written_in: str | None) -> "Pages | None":
    """The pages of a folder, or of one object of texts by page; None of anything else."""
    from detente.data import page_texts
    from detente.data.memory import is_pages, is_path, plain

    if is_path(source):
        return (
            page_texts.of_folder(Path(source), written_in)
            if data is None
            else page_texts.of_object(data, name, written_in)
        )
    return page_texts.of_document(plain(source), name, written_in) if is_pages(source) else None


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
