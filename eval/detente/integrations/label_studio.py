"""Label Studio: its labelling configuration for a layer, and its JSON of tasks. Offsets count UTF-16 units there.

A row is a region with the row's tag; its labels are choices of the region, its open fields text areas (an entry for
each item of a list), and `belongs_to` relations tie further regions to it. What annotators are not asked for, as the
id, stands in the region's meta as `id=…`.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
import polars as pl

from detente.data.jsonl import Record, broken_document, describe, parse_document
from detente.data.problems import Problem
from detente.integrations.annotation import (
    BELONGS_TO,
    NO_SPAN,
    Document,
    Mark,
    Reading,
    Shape,
    Slot,
    Written,
    around,
    gathered,
    shape_of,
)
from detente.text.display import counted, quoted
from detente.text.spans import to_code_points
from detente.text.tokens import half_character

_TAG: Final = "tag"
_TEXT: Final = "text"
"""Names of controls in the configuration; of no field of a layer."""
_NOT_ASKED: Final = ("id", "alternatives")
_UNIT: Final = "utf16"
_UNKNOWN: Final = "unknown-field"


def asked(shape: Shape) -> tuple[Slot, ...]:
    """The fields that annotators are asked for beside the tag."""
    return tuple(slot for slot in shape.beside if slot.name not in _NOT_ASKED)


def configuration(shape: Shape) -> str:
    """The labelling configuration, as XML: a tag for each region, and what is asked of the region that is selected."""
    from lxml import etree

    view = etree.Element("View")
    tags = etree.SubElement(view, "Labels", name=_TAG, toName=_TEXT)
    for tag in shape.tags:
        hint = {"hint": "a row without a span: mark any word"} if tag == NO_SPAN else {}
        etree.SubElement(tags, "Label", value=tag, **hint)
    etree.SubElement(etree.SubElement(view, "Relations"), "Relation", value=BELONGS_TO)
    etree.SubElement(view, "Text", name=_TEXT, value="$text")
    fields = etree.SubElement(view, "View", visibleWhen="region-selected")
    for slot in asked(shape):
        _control(fields, slot)
    for name in shape.numbers:
        _control(fields, Slot(name, name, pl.Int32(), (), True))
    found: str = etree.tostring(view, pretty_print=True, encoding="unicode")
    return found


def _control(parent: Any, slot: Slot) -> None:
    from lxml import etree

    etree.SubElement(parent, "Header", value=slot.name, size="5")
    common = {"name": slot.name, "toName": _TEXT, "perRegion": "true"}
    if slot.inventory:
        choices = etree.SubElement(parent, "Choices", **common, choice="single", showInline="true")
        for word in slot.inventory:
            etree.SubElement(choices, "Choice", value=word)
        return
    hint = shape_of(slot.item) if isinstance(slot.item, pl.Struct) else "one entry each" if slot.many else slot.name
    number = {} if slot.many else {"maxSubmissions": "1"}
    etree.SubElement(parent, "TextArea", **common, editable="true", placeholder=hint, **number)


def write(shape: Shape, documents: Sequence[Document], pages: Mapping[str, str]) -> Written:
    """The tasks of all pages, and the configuration. Label Studio can hold every row."""
    tasks = [_task(shape, document, pages[document.article]) for document in documents]
    files = {
        f"{shape.name}.json": json.dumps(tasks, ensure_ascii=False, indent=1) + "\n",
        f"{shape.name}.xml": configuration(shape),
    }
    return files, []


def _task(shape: Shape, document: Document, text: str) -> Record:
    units = np.flatnonzero(to_code_points(text, _UNIT) >= 0)  # where each character begins, and the end
    results: list[Record] = []
    relations: list[Record] = []
    for number, marks in enumerate(document.rows, start=1):
        names = [f"row{number}" if part == 1 else f"row{number}part{part}" for part in range(1, len(marks) + 1)]
        for name, mark in zip(names, marks, strict=True):
            results += _region(shape, name, mark, text, units.tolist())
        relations += [
            {"type": "relation", "from_id": name, "to_id": names[0], "direction": "right", "labels": [BELONGS_TO]}
            for name in names[1:]
        ]
    task: Record = {"data": {"id": document.article, "layer": shape.name, "text": text}}
    done = [{"result": results + relations, "ground_truth": True}] if document.labelled else []
    return {**task, "annotations": done}


def _region(shape: Shape, name: str, mark: Mark, text: str, units: Sequence[int]) -> Iterator[Record]:
    ((start, end),) = mark.spans
    place = {"start": units[start], "end": units[end]}
    common = {"id": name, "to_name": _TEXT}
    labels = {slot.name for slot in shape.slots if slot.inventory}
    offered = {*(slot.name for slot in shape.slots if slot.name not in _NOT_ASKED), *shape.numbers}
    meta = [f"{slot}={word}" for slot, words in mark.values.items() if slot not in offered for word in words]
    yield {
        **common,
        "from_name": _TAG,
        "type": "labels",
        "value": {**place, "text": text[start:end], "labels": [mark.tag]},
        **({"meta": {"text": meta}} if meta else {}),
    }
    for slot, words in mark.values.items():
        if slot in offered:
            kind, key = ("choices", "choices") if slot in labels else ("textarea", "text")
            yield {**common, "from_name": slot, "type": kind, "value": {**place, key: list(words)}}


def read(data: bytes, reading: Reading) -> list[Document]:
    """The pages of a file, once for each annotator; what is wrong goes to the reading.

    Cancelled annotations are left out with a note, drafts and predictions are nobody's and are passed over.
    """
    found, problems = parse_document(data, reading.name)
    tasks = found if isinstance(found, list) else [found]
    if found is None:
        reading.problems.extend(problems or [broken_document(data, reading.name)])
        return []
    documents: list[Document] = []
    for number, task in enumerate(tasks, start=1):
        place = f"{reading.name}:record {number}"
        if not isinstance(task, dict) or not isinstance(task.get("data"), dict):
            message = "is no task with `data` and `annotations`: export as JSON, not JSON-MIN, CSV or others"
            reading.refuse("format-line", place, message)
            continue
        documents += _pages(task, place, reading)
    reading.problems[:] = _unknown_once(reading.problems)
    return documents


def _unknown_once(problems: Sequence[Problem]) -> list[Problem]:
    """The problems, each name that is not in the configuration once, and how many results more have it."""
    first: dict[str, Problem] = {}
    more: Counter[str] = Counter()
    for problem in problems:
        if problem.code == _UNKNOWN and first.setdefault(problem.message, problem) is not problem:
            more[problem.message] += 1
    return [
        problem._replace(message=f"{problem.message} (and {counted(count, 'result')} more like it)")
        if (count := more[problem.message])
        else problem
        for problem in problems
        if first.get(problem.message, problem) is problem
    ]


def _pages(task: Record, place: str, reading: Reading) -> Iterator[Document]:
    text, name = task["data"].get(_TEXT), task["data"].get("id")
    if not isinstance(text, str) or half_character(text) is not None:
        reading.refuse("format-line", place, f"data.{_TEXT} is {describe(text)}, not the text of the page")
        return
    article = reading.page(place, name, text)
    if article is None or not reading.same_layer(place, task["data"].get("layer")):
        return
    annotations = task.get("annotations", task.get("completions"))  # the latter before version 1.0
    if not isinstance(annotations, list) or not all(isinstance(each, dict) for each in annotations):
        reading.refuse("format-line", place, f"annotations are {describe(annotations)}, not a list of objects")
        return
    made = 0
    for annotation in annotations:
        who = _annotator(annotation.get("completed_by"))
        if annotation.get("was_cancelled"):
            if reading.wants(who):
                reading.note("left-out", place, f"{article}: a cancelled annotation of {who or 'nobody'} is left out")
            continue
        made += 1
        own = f"{place} by {who}" if who else place
        rows = _rows(annotation.get("result"), own, article, text, reading) if reading.wants(who) else ()
        yield Document(place, article, rows, who)
    if not made:
        others = "predictions or drafts alone, which nobody submitted" if _unsubmitted(task) else "no annotation"
        reading.note("left-out", place, f"{article} has {others}, and is left out")


def _unsubmitted(task: Record) -> bool:
    return bool(task.get("predictions") or task.get("drafts"))


def _annotator(who: object) -> str:
    """A user's number, or the address where Label Studio gives it."""
    if isinstance(who, dict):
        who = who.get("email") or who.get("id")
    return "" if who is None else str(who)


def _rows(results: Any, place: str, article: str, text: str, reading: Reading) -> tuple[tuple[Mark, ...], ...]:
    if not isinstance(results, list) or not all(isinstance(each, dict) for each in results):
        reading.refuse("format-line", place, f"a result is {describe(results)}, not a list of objects")
        return ()
    points = to_code_points(text, _UNIT)
    marks: dict[str, Mark] = {}
    values: dict[str, dict[str, tuple[str, ...]]] = {}
    links: list[tuple[str, str]] = []
    refused: set[str] = set()
    strange: set[str] = set()
    known = _controls(reading.shape)
    for result in results:
        kind, name, control = result.get("type"), str(result.get("id")), result.get("from_name")
        where = f"{place}: region {name}" if kind != "relation" else place
        value = result.get("value") if isinstance(result.get("value"), dict) else {}
        if kind == "relation":
            links += _link(result, where, reading)
        elif control == _TAG and kind == "labels":
            if name in marks or name in refused:
                reading.refuse("id-duplicate", place, f"two regions have the id {quoted(name)}")
            elif mark := _mark(value, where, article, text, points.tolist(), reading):
                marks[name] = mark
            else:
                refused.add(name)
            _take_meta(result.get("meta"), values.setdefault(name, {}), where, reading)
        elif isinstance(control, str) and control in known:
            _take(control, known[control], kind, value, values.setdefault(name, {}), where, reading)
        else:
            strange.add(name)
            layer = reading.shape.name
            names = f"the configuration of {layer}, which has {', '.join(known)}"
            remedy = f"label with the one that `detente dataset export {layer} --format label-studio` writes"
            reading.refuse(_UNKNOWN, where, f"from_name {describe(control)} is not in {names}: {remedy}")
    for name in [*values, *(name for link in links for name in link)]:
        if name not in marks and name not in refused and name not in strange:
            refused.add(name)
            reading.refuse("format-line", place, f"{quoted(name)} is no region of this annotation: mark its words")
    filled = {name: mark._replace(values=values.get(name, {})) for name, mark in marks.items()}
    return gathered(filled, [link for link in links if all(name in marks for name in link)])


def _link(result: Record, place: str, reading: Reading) -> Iterable[tuple[str, str]]:
    labels = result.get("labels") or [BELONGS_TO]  # one that nobody gave a name says the same
    if labels != [BELONGS_TO]:
        reading.refuse("value-not-allowed", place, f"a relation is {describe(labels)}, not {BELONGS_TO}")
        return ()
    return ((str(result.get("from_id")), str(result.get("to_id"))),)


def _mark(value: Record, place: str, article: str, text: str, points: Sequence[int], reading: Reading) -> Mark | None:
    tags, quote, start, end = (value.get(key) for key in ("labels", "text", "start", "end"))
    if not isinstance(tags, list) or len(tags) != 1 or not isinstance(tags[0], str):
        reading.refuse("format-line", place, f"labels are {describe(tags)}: a region has one")
        return None
    if type(start) is not int or type(end) is not int:
        reading.refuse("format-line", place, f"start {describe(start)} and end {describe(end)} are not whole numbers")
        return None
    first, last = (points[unit] if 0 <= unit < len(points) else -1 for unit in (start, end))
    if min(first, last) < 0:
        message = f"[{start}, {end}) is outside the text or cuts a character in two: Label Studio counts UTF-16 units"
        reading.refuse("span-outside-text", place, message)
        return None
    if not isinstance(quote, str):  # a configuration may leave the words out
        quote = text[first:last] or None
    stated = f"[{start}, {end}), as Label Studio counts, in UTF-16 units"
    placed = reading.placed(place, article, (first, last), quote, around(text, (first, last)), stated)
    return Mark(place, tags[0], (placed,), {}) if placed else None


def _take_meta(meta: object, values: dict[str, tuple[str, ...]], place: str, reading: Reading) -> None:
    """The fields in a region's meta, each as `name=value`; what else people note is left out, and said."""
    known = {slot.name for slot in reading.shape.slots}
    notes = meta.get("text") if isinstance(meta, dict) else None
    for note in notes if isinstance(notes, list) else [notes] if notes else []:
        name, _, word = note.partition("=") if isinstance(note, str) else ("", "", "")
        if name in known:
            values[name] = (*values.get(name, ()), word)
        else:
            reading.note("left-out", place, f"the note {describe(note)} has no place in the rows, and is left out")


def _controls(shape: Shape) -> dict[str, str]:
    """The names in the configuration, each with the type of its results."""
    fields = {slot.name: "choices" if slot.inventory else "textarea" for slot in asked(shape)}
    return {_TAG: "labels", **fields, **dict.fromkeys(shape.numbers, "textarea")}


def _take(
    name: str,
    wanted: str,
    kind: object,
    value: Record,
    values: dict[str, tuple[str, ...]],
    place: str,
    reading: Reading,
) -> None:
    """A field of a region."""
    words = value.get("text" if wanted == "textarea" else wanted)
    words = [words] if isinstance(words, str) else words
    if kind != wanted or not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        reading.refuse("format-line", place, f"{name} is {describe(kind)} with {describe(words)}, not {wanted}")
    elif name in values:
        reading.refuse("format-line", place, f"{name} has a value already: {quoted(*values[name])}")
    else:
        values[name] = tuple(words)
