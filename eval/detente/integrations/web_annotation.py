"""The W3C Web Annotation data model, as JSON-LD: a page of annotations for each page, offsets in code points.

A row is an annotation: each of its spans a target with a `TextPositionSelector` and a `TextQuoteSelector`, each of its
fields a body, whose `detente:field` names it. A row without spans has the whole page as its target.
https://www.w3.org/TR/annotation-model/
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from detente.data.jsonl import Record, broken_document, describe, parse_document
from detente.integrations.annotation import NO_SPAN, Document, Mark, Reading, Shape, Written, around
from detente.text.display import listed, quoted

SUFFIX: Final = ".jsonld"
CONTEXT: Final = "http://www.w3.org/ns/anno.jsonld"
_OWN: Final = {"detente": "urn:detente:"}
_FIELD: Final = "detente:field"
_KIND: Final = "detente:kind"
_LAYER: Final = "detente:layer"
_LABELS: Final = (None, "tagging", "classifying")
"""The purposes of a body without a field that is the tag."""
_POSITION: Final = "TextPositionSelector"
_QUOTE: Final = "TextQuoteSelector"


def write(shape: Shape, documents: Sequence[Document], pages: Mapping[str, str]) -> Written:
    """The annotations of each page, and the texts that they lie on. The model can hold every row."""
    files = {}
    for document in documents:
        text = pages[document.article]
        annotations = {
            "@context": [CONTEXT, _OWN],
            "type": "AnnotationPage",
            "id": f"urn:detente:{shape.name}:{document.article}",
            _LAYER: shape.name,
            "items": [
                _annotation(shape, document.article, number, marks, text)
                for number, marks in enumerate(document.rows, start=1)
            ],
        }
        files[f"{shape.name}/{document.article}{SUFFIX}"] = json.dumps(annotations, ensure_ascii=False, indent=1) + "\n"
        files[f"{shape.name}/{document.article}.txt"] = text
    return files, []


def _annotation(shape: Shape, article: str, number: int, marks: Sequence[Mark], text: str) -> Record:
    tag = {shape.main.name: (marks[0].tag,)} if shape.main and marks[0].tag != NO_SPAN else {}
    values = {**tag, **marks[0].values}
    labels = {slot.name for slot in shape.slots if slot.inventory}
    return {
        "id": f"urn:detente:{shape.name}:{article}:{number}",
        "type": "Annotation",
        "motivation": "classifying",
        "body": [
            {
                "type": "TextualBody",
                "purpose": "classifying" if name in labels else "describing",
                "value": word,
                _FIELD: name,
            }
            for name, words in values.items()
            if name not in shape.numbers
            for word in words
        ],
        "target": [_target(shape, article, mark, text) for mark in marks],
    }


def _target(shape: Shape, article: str, mark: Mark, text: str) -> Record:
    source = f"{article}.txt"
    if mark.tag == NO_SPAN:
        return {"source": source}
    ((start, end),) = mark.spans
    before, after = around(text, (start, end))
    return {
        "source": source,
        "selector": [
            {"type": _POSITION, "start": start, "end": end},
            {"type": _QUOTE, "exact": text[start:end], "prefix": before, "suffix": after},
        ],
        **({} if shape.main else {_KIND: mark.tag}),
        **{f"detente:{name}": int(mark.values[name][0]) for name in shape.numbers if name in mark.values},
    }


def read(data: bytes, reading: Reading) -> list[Document]:
    """The pages of a file, once for each creator; what is wrong goes to the reading."""
    found, problems = parse_document(data, reading.name)
    if found is None:
        reading.problems.extend(problems or [broken_document(data, reading.name)])
        return []
    if isinstance(found, dict) and not reading.same_layer(reading.name, found.get(_LAYER)):
        return []
    pages: dict[tuple[str, str], list[tuple[Mark, ...]]] = {}
    ids: dict[str, str] = {}
    for number, annotation in enumerate(annotations_in(found), start=1):
        place = f"{reading.name}:record {number}"
        if not isinstance(annotation, dict):
            reading.refuse("format-line", place, f"an annotation is an object, not {describe(annotation)}")
            continue
        who = _creator(annotation.get("creator"))
        if not reading.wants(who):
            pages.setdefault(("", who), [])
            continue
        name = annotation.get("id")
        if isinstance(name, str) and (before := ids.setdefault(name, place)) != place:
            reading.refuse("id-duplicate", place, f"{quoted(name)} is taken: it stands first at {before}")
            continue
        if row := _row(annotation, f"{place} by {who}" if who else place, reading):
            article, marks = row
            pages.setdefault((article, who), []).append(marks)
    if not ids and not pages and isinstance(found, dict) and found.get("items") == []:
        name = str(found.get("id", "")).rpartition(":")[2]  # a page without rows has no target that names it
        if empty := reading.page(reading.name, name):
            pages[empty, ""] = []
    return [Document(reading.name, article, tuple(rows), who) for (article, who), rows in pages.items()]


def annotations_in(found: Any) -> list[Any]:
    """The annotations of a document: a list of them, a page, a collection with its first page, or a single one."""
    if isinstance(found, list):
        return found
    if isinstance(found, dict) and isinstance(found.get("first"), dict):
        return annotations_in(found["first"])
    if isinstance(found, dict) and isinstance(found.get("items"), list):
        items: list[Any] = found["items"]
        return items
    return [found]


def _creator(who: object) -> str:
    if isinstance(who, dict):
        who = who.get("id") or who.get("name")
    return who if isinstance(who, str) else ""


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _row(annotation: Record, place: str, reading: Reading) -> tuple[str, tuple[Mark, ...]] | None:
    values, main = _values(annotation, place, reading), reading.shape.main
    targets = _listed(annotation.get("target"))
    tag = values.pop(main.name, ()) if main else ("",)
    if len(tag) != 1 and main:
        message = f"has {len(tag)} bodies for {main.name}: give one, of {', '.join(main.inventory)}"
        reading.refuse("format-line", place, message)
        return None
    articles = [_page(target, place, reading) for target in targets]
    if not articles or None in articles or len(set(articles)) > 1:
        if None not in articles:
            reading.refuse("format-line", place, f"its targets lie on {len(set(articles))} pages: a row has one page")
        return None
    article = str(articles[0])
    marks = [mark for target in targets if (mark := _mark(target, article, tag[0], place, reading))]
    if len(marks) < len(targets):
        return None
    return article, (marks[0]._replace(values={**values, **marks[0].values}), *marks[1:])


def _page(target: Any, place: str, reading: Reading) -> str | None:
    """The page of a target: the last part of its source, as `…/detente-004.txt`."""
    source = target.get("source") if isinstance(target, dict) else target
    name = str(source.get("id") if isinstance(source, dict) else source)
    return reading.page(place, name.replace(":", "/").rpartition("/")[2].removesuffix(".txt"))


def _selectors(target: Any) -> list[Record]:
    found = _listed(target.get("selector")) if isinstance(target, dict) else []
    return [each for each in found if isinstance(each, dict)]


def _values(annotation: Record, place: str, reading: Reading) -> dict[str, tuple[str, ...]]:
    """The fields in the bodies. A tag without a field is the row's main label; other bodies are left out, and said."""
    found: dict[str, tuple[str, ...]] = {}
    main = reading.shape.main
    for body in _bodies(annotation):
        word, name = body.get("value"), body.get(_FIELD)
        if name is None and main and body.get("purpose") in _LABELS and isinstance(word, str):
            name = main.name
        if isinstance(name, str) and isinstance(word, str):
            found[name] = (*found.get(name, ()), word)
        else:
            message = f"the body {describe(word)} names no field of {reading.shape.name}, and is left out"
            reading.note("left-out", place, message)
    return found


def _bodies(annotation: Record) -> Iterator[Record]:
    for body in [*_listed(annotation.get("body")), *_listed(annotation.get("bodyValue"))]:
        yield body if isinstance(body, dict) else {"value": body}


def _mark(target: Any, article: str, tag: str, place: str, reading: Reading) -> Mark | None:
    selectors = {str(each.get("type")): each for each in _selectors(target)}
    if not selectors:
        return Mark(place, NO_SPAN, (), {})
    shape = reading.shape
    position, quote = selectors.get(_POSITION, {}), selectors.get(_QUOTE, {})
    words = [quote.get(name) for name in ("exact", "prefix", "suffix")]
    span = (position["start"], position["end"]) if {"start", "end"} <= position.keys() else None
    if any(type(offset) is not int for offset in span or ()) or not all(isinstance(word, str | None) for word in words):
        reading.refuse("format-line", place, "offsets are whole numbers, and exact, prefix and suffix are strings")
        return None
    if not span and not words[0]:
        names = listed(list(selectors))
        reading.refuse("format-line", place, f"has the selectors {names}, and neither {_POSITION} nor {_QUOTE}")
        return None
    placed = reading.placed(place, article, span, words[0], (words[1] or "", words[2] or ""))
    if placed is None:
        return None
    numbers = {name: (str(target[f"detente:{name}"]),) for name in shape.numbers if f"detente:{name}" in target}
    return Mark(place, tag if shape.main else str(target.get(_KIND)), (placed,), numbers)
