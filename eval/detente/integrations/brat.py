"""brat standoff: for each page its text (`.txt`) and its annotations (`.ann`), offsets in code points.

A row is a text-bound annotation (`T`) with the row's tag; a span of several parts has them divided by `;`, as brat
writes them. Labels are attributes (`A`), the other fields a JSON object in the note (`#`) of the row's first `T`, and
`belongs_to` relations (`R`) tie its other `T`s to it. `annotation.conf` tells brat the tags and the labels.

The format holds no span that crosses a line break.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count, pairwise
from typing import Final, NamedTuple

from detente.data.jsonl import parse_document
from detente.data.problems import Problem
from detente.integrations.annotation import BELONGS_TO, Document, Mark, Reading, Shape, Written, around, gathered
from detente.text.display import quoted
from detente.text.spans import Span

SUFFIX: Final = ".ann"
_NOTE: Final = "AnnotatorNotes"
_TEXT_BOUND: Final = re.compile(r"(T\d+)\t(\S+) (\d{1,9} \d{1,9}(?:;\d{1,9} \d{1,9})*)\t(.*)")
_ATTRIBUTE: Final = re.compile(r"[AM]\d+\t(\S+) (\S+)(?: (.+))?")
_RELATION: Final = re.compile(r"R\d+\t(\S+) Arg1:(\S+) Arg2:(\S+)\s*")
_COMMENT: Final = re.compile(r"#\S*\t(\S+) (\S+)\t(.*)")
_KINDS: Final = {
    "T": (_TEXT_BOUND, "T1<tab>tag 0 5<tab>words"),
    "A": (_ATTRIBUTE, "A1<tab>name T1 value"),
    "M": (_ATTRIBUTE, "M1<tab>name T1"),
    "R": (_RELATION, f"R1<tab>{BELONGS_TO} Arg1:T2 Arg2:T1"),
    "#": (_COMMENT, f"#1<tab>{_NOTE} T1<tab>note"),
}
"""The first character of a line, what the line must be, and how that is said."""


def write(shape: Shape, documents: Sequence[Document], pages: Mapping[str, str]) -> Written:
    """A text and its annotations for each page, the configuration, and what the format cannot hold."""
    files = {f"{shape.name}/annotation.conf": configuration(shape)}
    problems = []
    for document in documents:
        text = pages[document.article]
        for mark in (mark for marks in document.rows for mark in marks):
            if any("\n" in text[start:end] for start, end in mark.spans):
                message = "a span crosses a line break, which brat does not write: export it as web-annotation"
                problems.append(Problem("not-representable", mark.place, message))
        files[f"{shape.name}/{document.article}.txt"] = text
        files[f"{shape.name}/{document.article}{SUFFIX}"] = "".join(_lines(shape, document, text))
    return files, problems


def configuration(shape: Shape) -> str:
    """`annotation.conf`: the tags, the relation, and the labels as attributes."""
    attributes = [
        f"{slot.name}\tArg:<ENTITY>, Value:{'|'.join(slot.inventory)}" for slot in shape.beside if slot.inventory
    ]
    attributes += [f"{name}\tArg:<ENTITY>, Value:{'|'.join(map(str, range(10)))}" for name in shape.numbers]
    sections = {
        "entities": shape.tags,
        "relations": (f"{BELONGS_TO}\tArg1:<ENTITY>, Arg2:<ENTITY>",),
        "events": (),
        "attributes": attributes,
    }
    return "\n".join("\n".join([f"[{name}]", *lines, ""]) for name, lines in sections.items())


def _lines(shape: Shape, document: Document, text: str) -> Iterable[str]:
    labels = {*(slot.name for slot in shape.slots if slot.inventory), *shape.numbers}
    bounds, attributes, relations, notes = count(1), count(1), count(1), count(1)
    for marks in document.rows:
        first = ""
        for mark in _joined(marks):
            name = f"T{next(bounds)}"
            offsets = ";".join(f"{start} {end}" for start, end in mark.spans)
            yield f"{name}\t{mark.tag} {offsets}\t{_quote(text, mark.spans)}\n"
            note = {}
            for slot, words in mark.values.items():
                if slot in labels:
                    yield f"A{next(attributes)}\t{slot} {name} {words[0]}\n"
                else:
                    note[slot] = words
            if note:
                yield f"#{next(notes)}\t{_NOTE} {name}\t{json.dumps(note, ensure_ascii=False)}\n"
            if first:
                yield f"R{next(relations)}\t{BELONGS_TO} Arg1:{name} Arg2:{first}\n"
            first = first or name


def _joined(marks: Sequence[Mark]) -> Iterable[Mark]:
    """Marks with one tag and nothing of their own as one of several parts, where these are apart and in order."""
    waiting: Mark | None = None
    for mark in marks:
        if waiting and waiting.tag == mark.tag and not mark.values and waiting.spans[-1][1] < mark.spans[0][0]:
            waiting = waiting._replace(spans=(*waiting.spans, *mark.spans))
            continue
        if waiting:
            yield waiting
        waiting = mark
    if waiting:
        yield waiting


def _quote(text: str, spans: Sequence[Span]) -> str:
    return " ".join(text[start:end] for start, end in spans)


def read(data: bytes, reading: Reading, stem: str, beside: str | None = None) -> list[Document]:
    """The page of a file; what is wrong goes to the reading.

    Args:
        data: The `.ann` file.
        reading: What is known of it.
        stem: Its name without the suffix, which is that of the page.
        beside: The text in the `.txt` beside it, if there is one.
    """
    try:
        lines = data.decode("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        reading.refuse("format-line", reading.name, f"byte {error.start + 1} is not UTF-8: save the file as UTF-8")
        return []
    article = reading.page(reading.name, stem, beside)
    if article is None:
        return []
    text = reading.pages[article] if beside is None else beside
    entries = list(_entries(lines, reading))
    bound = {entry.name: entry for entry in entries if entry.name[0] == "T"}
    values: dict[str, dict[str, tuple[str, ...]]] = {name: {} for name in bound}
    links: list[tuple[str, str]] = []
    for name, place, parts in entries:
        about = {"R": (2, 3), "T": ()}.get(name[0], (2,))
        if strange := [parts[group] for group in about if parts[group] not in bound]:
            reading.refuse("format-line", place, f"{quoted(*strange)} is no text-bound annotation of this file")
        elif name[0] == "R" and parts[1] != BELONGS_TO:
            reading.refuse("value-not-allowed", place, f"the relation {quoted(parts[1])} is not {BELONGS_TO}")
        elif name[0] == "R":
            links.append((parts[2], parts[3]))
        elif name[0] == "#":
            _take_note(parts, values[parts[2]], place, reading)
        elif name[0] in "AM":
            _take(values[parts[2]], parts[1], (parts[3] or "true",), place, reading)
    marks = {
        name: Mark(place, parts[2], spans, values[name])
        for name, place, parts in bound.values()
        if (spans := _placed(parts, text, article, place, reading))
    }
    rows = gathered(marks, [link for link in links if all(name in marks for name in link)])
    return [Document(reading.name, article, rows)]


class _Entry(NamedTuple):
    name: str
    place: str
    parts: re.Match[str]


def _entries(lines: Iterable[str], reading: Reading) -> Iterator[_Entry]:
    """The lines that have a form that is known, each with its name; the others are refused, or noted."""
    seen: dict[str, str] = {}
    for number, line in enumerate((line.rstrip("\r") for line in lines), start=1):
        place, name = f"{reading.name}:{number}", line.partition("\t")[0]
        if not line.strip():
            continue
        if line[0] == "N":
            reading.note("left-out", place, "a normalisation has no place in the rows, and is left out")
            continue
        pattern, form = _KINDS.get(line[0], (None, ""))
        parts = pattern.fullmatch(line) if pattern else None
        if not parts:
            known = f"is not of the form {form}" if form else f"begins with none of {', '.join(_KINDS)}"
            reading.refuse("format-line", place, f"{quoted(line)} {known}")
        elif line[0] != "#" and (before := seen.setdefault(name, place)) != place:
            reading.refuse("id-duplicate", place, f"{name} is taken: it stands first at {before}")
        else:
            yield _Entry(name, place, parts)


def _take(values: dict[str, tuple[str, ...]], name: str, words: tuple[str, ...], place: str, reading: Reading) -> None:
    if name in values:
        reading.refuse("format-line", place, f"{quoted(name)} has a value already: {quoted(*values[name])}")
    values[name] = words


def _take_note(parts: re.Match[str], values: dict[str, tuple[str, ...]], place: str, reading: Reading) -> None:
    """The fields in a note that is a JSON object; what else people note is left out, and said."""
    found, _ = parse_document(parts[3].encode("utf-8", "replace"), place)
    if parts[1] != _NOTE or not isinstance(found, dict):
        reading.note("left-out", place, f"the note {quoted(parts[3])} has no place in the rows, and is left out")
        return
    for name, words in found.items():
        if isinstance(words, list) and all(isinstance(word, str) for word in words):
            _take(values, name, tuple(words), place, reading)
        else:
            reading.refuse("format-line", place, f"{quoted(name)} in the note is not a list of strings")


def _placed(parts: re.Match[str], text: str, article: str, place: str, reading: Reading) -> tuple[Span, ...]:
    """The spans of a text-bound annotation; of several parts, none is looked for where their words do not fit."""
    pairs = (part.split(" ") for part in parts[3].split(";"))
    spans = [(int(start), int(end)) for start, end in pairs]
    page = reading.pages[article]
    if len(spans) == 1 and (one := reading.placed(place, article, spans[0], parts[4], around(text, spans[0]))):
        return (one,)
    if len(spans) == 1:
        return ()
    if any(left[1] > right[0] for left, right in pairwise(sorted(spans))):
        reading.refuse("format-line", place, "the parts of a span overlap")
    elif text == page and _quote(page, spans) == parts[4]:
        return tuple(spans)
    elif _quote(text, spans) == parts[4]:  # of another version of the page: each part has its own words there
        quotes = [text[start:end] for start, end in spans]
        found = [
            reading.placed(place, article, span, words, around(text, span))
            for span, words in zip(spans, quotes, strict=True)
        ]
        return tuple(span for span in found if span) if all(found) else ()
    else:
        reading.refuse("quote-not-found", place, f"{quoted(parts[4])} is not what stands at {parts[3]}")
    return ()
