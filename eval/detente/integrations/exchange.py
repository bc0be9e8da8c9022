"""A layer in the formats of annotation tools: written from the gold, and read back into rows that are checked."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from detente.data.annotated import Table, Tables, texts
from detente.data.files import read_bytes
from detente.data.jsonl import Record, broken_document, parse_document
from detente.data.labels import EXCHANGE_FORMATS
from detente.data.problems import Problem, ValidationError
from detente.dataset import annotations, schema
from detente.dataset.quality import passes
from detente.dataset.quality.agreement import LeftOut, Measure, Person, compared, compared_files
from detente.dataset.quality.passes import Pass
from detente.integrations import brat, conll, label_studio, web_annotation
from detente.integrations.annotation import Document, Reading, rows_of, shape
from detente.tasks import SPAN_LAYERS
from detente.tasks.layer import spans_in
from detente.text.display import listed

_WRITERS: Final = {
    "conll": conll.write,
    "brat": brat.write,
    "label-studio": label_studio.write,
    "web-annotation": web_annotation.write,
}
_SUFFIXES: Final = {
    brat.SUFFIX: "brat",
    conll.SUFFIX: "conll",
    ".bio": "conll",
    web_annotation.SUFFIX: "web-annotation",
}


def registered(root: Path) -> tuple[dict[str, Table], dict[str, str]]:
    """The tables of a corpus that may not have all of its layers yet, and the text of each page.

    Raises:
        ValidationError: With the problems of the registries and the captures; those of the layers' own files are for
            `detente dataset validate`.
    """
    tables, problems = annotations.read(root)
    folders = tuple(f"annotations/{shape(name).layer.path}/" for name in SPAN_LAYERS)
    if own := [problem for problem in problems if not problem.location.startswith(folders)]:
        raise ValidationError(own)
    return tables, texts(tables)


def export(root: Path, layers: Sequence[str], articles: Sequence[str], form: str) -> dict[str, str]:
    """The files of layers and pages in a format, by their names.

    Args:
        root: The folder that holds `annotations/` and `dataset/`.
        layers: Their names.
        articles: The pages; all if none is named. One without a file of a layer is written without rows, for people
            who are to label it.
        form: One of `EXCHANGE_FORMATS`.

    Raises:
        ValidationError: If a page is not registered, a file of a layer cannot be read, or the format cannot hold a row.
    """
    tables, pages = registered(root)
    problems = [_unknown(name, pages) for name in articles if name not in pages]
    files: dict[str, str] = {}
    for name in layers:
        own = shape(name, tables["articles"].inventory)
        path = root / "annotations" / own.layer.path
        columns = schema.annotated_columns(name)
        table = annotations.read_folder(own.layer, path, columns, tables["articles"], root, problems, whole=False)
        problems += [
            Problem("not-representable", place, f"a row of {name} has no span: give it one")
            for place, row in table
            if own.main and not any(spans_in(row, kind) for kind in own.kinds)
        ]
        if problems:
            continue
        documents = [
            Document(
                article,
                article,
                tuple(own.marks(place, row, text) for place, row in table if row["article"] == article),
                labelled=(path / f"{article}.jsonl").is_file(),
            )
            for article, text in pages.items()
            if article in articles or not articles
        ]
        made, faults = _WRITERS[form](own, documents, pages)
        files |= made
        problems += faults
    if problems:
        raise ValidationError(problems)
    return files


def _unknown(name: str, pages: Mapping[str, str]) -> Problem:
    return Problem("article-unregistered", name, f"is not one of {listed(list(pages))}")


def format_of(path: Path, data: bytes) -> str | None:
    """The format of a file, told from its suffix or from what it holds; None for others."""
    if form := _SUFFIXES.get(path.suffix.lower()):
        return form
    if data.lstrip()[:1] not in (b"{", b"["):
        return None
    found, _ = parse_document(data, path.name)
    items = web_annotation.annotations_in(found)
    first = items[0] if items and isinstance(items[0], dict) else {}
    if (isinstance(found, dict) and "@context" in found) or "target" in first:
        return "web-annotation"
    return "label-studio" if isinstance(first.get("data"), dict) and _LABEL_STUDIO & first.keys() else None


_LABEL_STUDIO: Final = {"annotations", "completions", "predictions"}
_JSON_MIN: Final = {"annotator", "annotation_id"}


def _unclear(path: Path, data: bytes) -> Problem:
    """Why no format is told of a file."""
    start, _, others = data.strip().partition(b"\n")
    is_json = start[:1] in (b"{", b"[")
    found, problems = parse_document(data, str(path)) if is_json else (None, [])
    is_lines = others and parse_document(start, path.name)[0] is not None
    if is_json and found is None and not is_lines:
        return next(iter(problems), broken_document(data, str(path)))
    first = found[0] if isinstance(found, list) and found and isinstance(found[0], dict) else {}
    if "data" not in first and first.keys() >= _JSON_MIN:
        message = "is Label Studio's JSON-MIN, which lacks what ties regions together: export it as JSON"
        return Problem("format-unclear", str(path), message)
    return Problem("format-unclear", str(path), f"name the format with --format: {', '.join(EXCHANGE_FORMATS)}")


_COMPUTED: Final = {"boilerplate": ("repeats",)}
"""What is compared of passes, whose annotators write it themselves, and is computed when a tool's file is read."""


class Imported(NamedTuple):
    """What a file says of a layer.

    Attributes:
        rows: The rows of each page, as annotators write them, by the page's id.
        places: For each row, where it stood.
        notes: What was understood otherwise than it is written, or left out.
    """

    rows: dict[str, list[Record]]
    places: dict[str, list[str]]
    notes: list[Problem]


def read(path: Path, layer: str, tables: Tables, form: str | None = None, annotator: str | None = None) -> Imported:
    """The rows of one annotator in a file of an annotation tool.

    Args:
        path: The file.
        layer: What it labels.
        tables: Those of the corpus, with its pages and its labels.
        form: Its format; by default told from the file.
        annotator: Whose annotations, where several people's are in it.

    Raises:
        ValidationError: With every problem of the file.
    """
    data = read_bytes(path)
    form = form or format_of(path, data)
    reading = Reading(str(path), texts(tables), shape(layer, tables["articles"].inventory), annotator)
    if form is None:
        raise ValidationError([_unclear(path, data)])
    documents = _documents(form, data, reading, path)
    chosen = _of_one(documents, reading)
    if not chosen and not reading.problems:
        reading.refuse("format-line", str(path), f"holds no annotations of {layer}")
    lines = {each.article: rows_of(each, reading) for each in chosen}
    if reading.problems:
        raise ValidationError(reading.problems)
    return Imported(
        {article: [row for _, row in own] for article, own in lines.items()},
        {article: [place for place, _ in own] for article, own in lines.items()},
        reading.notes,
    )


def _documents(form: str, data: bytes, reading: Reading, path: Path) -> list[Document]:
    if form == "brat":
        beside = path.with_suffix(".txt")
        text = read_bytes(beside).decode("utf-8", "replace") if beside.is_file() else None
        return brat.read(data, reading, path.stem, text)
    if form == "conll":
        return conll.read(data, reading, path.stem)
    return label_studio.read(data, reading) if form == "label-studio" else web_annotation.read(data, reading)


def _of_one(documents: Sequence[Document], reading: Reading) -> list[Document]:
    """The documents of one annotator, each page once."""
    annotator = reading.annotator
    people = list(dict.fromkeys(each.annotator for each in documents))
    if annotator is not None and annotator not in people and documents:
        message = f"has no annotations of {annotator}: {listed([who or 'nobody named' for who in people])}"
        reading.refuse("annotator-unclear", reading.name, message)
        return []
    chosen: dict[str, Document] = {}
    for each in documents:
        if not reading.wants(each.annotator):
            continue
        before = chosen.setdefault(each.article, each)
        if before is each:
            continue
        if before.annotator != each.annotator:
            who = " and ".join(sorted({before.annotator or "nobody named", each.annotator or "nobody named"}))
            message = f"{each.article} is labelled by {who}: choose one with --annotator, or compare them first"
            reading.refuse("annotator-unclear", each.place, message)
        else:
            message = f"{each.article} stands first at {before.place}: give each page once"
            reading.refuse("id-duplicate", each.place, message)
    return list(chosen.values())


def imported(
    root: Path, paths: Sequence[Path], layer: str, form: str | None = None, annotator: str | None = None
) -> tuple[dict[str, str], list[Problem]]:
    """Files of annotation tools as the annotation files of a layer.

    They are checked as a pass of an annotator is: fields, labels, ids, offsets, and what is named in registries.
    What takes the whole page, such as that every word is in a segment, `detente dataset validate` checks.

    Returns:
        The JSON Lines of each page, by the page's id, and the notes.

    Raises:
        ValidationError: With every problem of every file.
    """
    tables = registered(root)[0]
    files: dict[str, str] = {}
    first: dict[str, str] = {}
    notes: list[Problem] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            found = read(path, layer, tables, form, annotator)
        except ValidationError as invalid:
            problems += invalid.problems
            continue
        notes += found.notes
        for article, rows in found.rows.items():
            if (before := first.setdefault(article, str(path))) != str(path):
                problems.append(Problem("id-duplicate", str(path), f"{article} is also in {before}: give it once"))
            files[article] = "".join(map(_line, rows))
        problems += checked(found, layer, tables)[1]
    if problems:
        raise ValidationError(problems)
    return files, notes


def _line(row: Record) -> str:
    return json.dumps(row, ensure_ascii=False) + "\n"


def checked(found: Imported, layer: str, tables: Tables) -> tuple[Pass, list[Problem]]:
    """The rows as a pass of an annotator, and what is wrong with them as such.

    Checking completes rows in place, so these are copies.
    """
    rows = [{**row, "article": article} for article, rows in found.rows.items() for row in rows]
    places = [place for each in found.places.values() for place in each]
    articles = frozenset(found.rows)
    made, problems = passes.checked(shape(layer).layer, Table(layer, rows, places), tables, articles, is_cut=False)
    return Pass(made, articles), problems


def people_compared(
    files: tuple[Path, Path], tables: Tables, task: str | None, annotators: Sequence[str] = ()
) -> tuple[list[Measure], list[LeftOut], list[Problem]]:
    """The agreement of two annotators, whose files are in our JSON Lines or in a format of an annotation tool.

    Args:
        files: One for each; the same file twice if it holds both.
        tables: The gold and the registries, complete.
        task: The layer; files of annotation tools do not tell it.
        annotators: Whose annotations of each file, where it holds several people's.

    Returns:
        The measures, the pages that only one of them has, and the notes, each once. What the page's text decides,
        and no tool asks for, is not compared where a tool made one of the files.

    Raises:
        ValidationError: With every problem of both files.
    """
    forms = [format_of(path, read_bytes(path)) for path in files]
    if not any(forms) and annotators:
        message = "is for files of annotation tools: a file in the form of a pass is one annotator's"
        raise ValidationError([Problem("option", "--annotator", message)])
    if not any(forms):
        return *compared_files(files, tables, task), []
    if task not in SPAN_LAYERS:
        message = f"is of an annotation tool: name what it labels with --task, one of {', '.join(SPAN_LAYERS)}"
        raise ValidationError([Problem("task-unclear", str(files[forms.index(next(filter(None, forms)))]), message)])
    layer = shape(task).layer
    people: list[Person] = []
    notes: list[Problem] = []
    problems: list[Problem] = []
    for path, form, who in zip(files, forms, [*annotators, None, None], strict=False):
        name = f"{path} ({who})" if who else str(path)
        try:
            if form:
                found = read(path, task, tables, form, who)
                made, faults = checked(found, task, tables)
                notes += found.notes
                people.append(Person(name, made, False))
            else:
                made, is_cut, faults = passes.read_file(path, layer, tables)
                people.append(Person(name, made, is_cut))
            problems += faults
        except ValidationError as invalid:
            problems += invalid.problems
    if len(people) < 2:
        raise ValidationError(problems)
    measures, left_out = compared(layer, (people[0], people[1]), tables, problems)
    labelled = [each for each in measures if each.field not in _COMPUTED.get(layer.name, ())]
    return labelled, left_out, list(dict.fromkeys(notes))
