"""CoNLL with BIO tags: a token a line, a blank line between lines of the page, columns divided by tabs.

`# columns` names the columns: `token start end`, then `tag row` as often as spans overlap. Equal numbers under `row`
are one row, so that a row may have several spans; `# row 3 = {…}` has its other fields. Files of others need none of
this: without `# columns`, the first column is the token, the last the tag, and each `B-` begins a row.

The format holds no span that begins or ends in white space, and no order of spans but that of the text.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from detente.data.jsonl import parse_document
from detente.data.problems import Problem
from detente.integrations.annotation import NO_SPAN, Document, Mark, Reading, Shape, Written
from detente.text.display import excerpt, quoted
from detente.text.spans import Span
from detente.text.tokens import line_spans, token_spans

SUFFIX: Final = ".conll"
_COMMENT: Final = re.compile(r"# ([^=]+?) = (.*)")
_ROW: Final = re.compile(rf"row (\S+?)( {NO_SPAN})?")
_TAG: Final = re.compile(r"([BI])-([^|]+)((?:\|[^|=]+=[^|=]*)*)")
_OUTSIDE: Final = "O"
_FIXED: Final = ("token", "start", "end")


def write(shape: Shape, documents: Sequence[Document], pages: Mapping[str, str]) -> Written:
    """A file for each page, by its name, and what the format cannot hold."""
    files: dict[str, str] = {}
    problems: list[Problem] = []
    for document in documents:
        text = pages[document.article]
        problems += _unfit(document, text)
        files[f"{shape.name}/{document.article}{SUFFIX}"] = "".join(_lines(shape, document, text))
    return files, problems


def _unfit(document: Document, text: str) -> Iterable[Problem]:
    for marks in document.rows:
        for mark in marks:
            if any(text[start:end] != text[start:end].strip() for start, end in mark.spans):
                message = "a span begins or ends in white space, which is no token: export it as web-annotation"
                yield Problem("not-representable", mark.place, message)
        for tag in dict.fromkeys(mark.tag for mark in marks):
            spans = [span for mark in marks if mark.tag == tag for span in mark.spans]
            if spans != sorted(set(spans)):
                message = f"the spans of {tag} are not in the order of the text: export them as web-annotation"
                yield Problem("not-representable", marks[0].place, message)


class _Piece(NamedTuple):
    span: Span
    tag: str
    row: str


def _lines(shape: Shape, document: Document, text: str) -> Iterable[str]:
    yield f"# article = {document.article}\n# layer = {shape.name}\n"
    pieces: list[_Piece] = []
    for number, marks in enumerate(document.rows, start=1):
        values: dict[str, tuple[str, ...]] = {}
        for mark in marks:
            own = {name: words for name, words in mark.values.items() if name in shape.numbers}
            values |= {name: words for name, words in mark.values.items() if name not in own}
            tag = "|".join([mark.tag, *(f"{name}={words[0]}" for name, words in own.items())])
            pieces += [_Piece(span, tag, str(number)) for span in mark.spans if mark.tag != NO_SPAN]
        mode = f" {NO_SPAN}" if marks[0].tag == NO_SPAN else ""
        yield f"# row {number}{mode} = {json.dumps(values, ensure_ascii=False)}\n"
    columns = _apart(pieces)
    yield f"# columns = {' '.join([*_FIXED, *['tag', 'row'] * len(columns)])}\n"
    edges = sorted({edge for piece in pieces for edge in piece.span})
    ends = [end for _, end in line_spans(text)]
    for start, end in _cut(token_spans(text), edges):
        cells = [text[start:end], str(start), str(end)]
        for column in columns:
            piece = next((each for each in column if each.span[0] <= start < each.span[1]), None)
            begun = piece and ("B" if piece.span[0] == start else "I")
            cells += [f"{begun}-{piece.tag}", piece.row] if piece else [_OUTSIDE, "_"]
        yield "\t".join(cells) + "\n"
        if end in ends:
            yield "\n"


def _apart(pieces: Iterable[_Piece]) -> list[list[_Piece]]:
    """Columns of spans that do not overlap, at least one column."""
    columns: list[list[_Piece]] = [[]]
    for piece in sorted(pieces):
        free = next((column for column in columns if not column or column[-1].span[1] <= piece.span[0]), None)
        if free is None:
            columns.append(free := [])
        free.append(piece)
    return columns


def _cut(tokens: Iterable[Span], edges: Sequence[int]) -> Iterable[Span]:
    """Tokens, cut where a span begins or ends inside them."""
    for start, end in tokens:
        inner = [edge for edge in edges if start < edge < end]
        yield from zip([start, *inner], [*inner, end], strict=True)


class _Line(NamedTuple):
    place: str
    text: str


def read(data: bytes, reading: Reading, stem: str) -> list[Document]:
    """The pages of a file; what is wrong goes to the reading."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        reading.refuse("format-line", reading.name, f"byte {error.start + 1} is not UTF-8: save the file as UTF-8")
        return []
    lines = [_Line(f"{reading.name}:{number}", line) for number, line in enumerate(text.splitlines(), start=1)]
    documents: list[list[_Line]] = [[]]
    for line in lines:
        if documents[-1] and line.text.startswith(("# article = ", "-DOCSTART-")):
            documents.append([])
        documents[-1].append(line)
    return [made for part in documents if part and (made := _document(part, reading, stem))]


def _document(lines: Sequence[_Line], reading: Reading, stem: str) -> Document | None:
    stated: dict[str, str] = {}
    rows: dict[str, list[Mark]] = {}
    tokens: list[_Line] = []
    without: set[str] = set()
    for line in lines:
        if (comment := _COMMENT.fullmatch(line.text)) and "\t" not in comment[1]:
            if named := _ROW.fullmatch(comment[1]):
                values = _values(line.place, comment[2], reading)
                rows[named[1]] = [Mark(line.place, NO_SPAN, (), values)]
                without |= {named[1]} if named[2] else set()
            else:
                stated[comment[1]] = comment[2]
        elif line.text.strip() and not line.text.startswith("-DOCSTART-"):
            tokens.append(line)
    place = lines[0].place
    article = reading.page(place, stated.get("article", stem))
    if not reading.same_layer(place, stated.get("layer")) or article is None:
        return None
    for mark, row in _pieces(tokens, stated.get("columns"), article, reading):
        rows.setdefault(row, []).append(mark)
    return Document(place, article, tuple(_row(name, marks, name in without, reading) for name, marks in rows.items()))


def _values(place: str, words: str, reading: Reading) -> dict[str, tuple[str, ...]]:
    found, _ = parse_document(words.encode("utf-8", "replace"), place)
    if isinstance(found, dict) and all(
        isinstance(each, list) and all(isinstance(word, str) for word in each) for each in found.values()
    ):
        return {name: tuple(each) for name, each in found.items()}
    reading.refuse("format-line", place, "what follows `# row` is not a JSON object of lists of strings")
    return {}


def _row(name: str, marks: list[Mark], without: bool, reading: Reading) -> tuple[Mark, ...]:
    """The marks of a row; the values of its comment go to the first, or to a mark without spans."""
    comment = marks[0]
    if comment.spans:  # a row without a comment
        return tuple(marks)
    if without and len(marks) == 1:
        return (comment,)
    if without or len(marks) == 1:
        fault = f"has tokens, and says {NO_SPAN}" if without else f"has no tokens, and does not say {NO_SPAN}"
        reading.refuse("format-line", comment.place, f"row {name} {fault}: mend the one or the other")
        return (comment,)
    first, *others = marks[1:]
    return (first._replace(values={**comment.values, **first.values}), *others)


def _pieces(lines: Sequence[_Line], columns: str | None, article: str, reading: Reading) -> list[tuple[Mark, str]]:
    """The marks of a page's tokens in the order of the text, each with its row."""
    names = columns.split() if columns else None
    pairs = len(names[3:]) // 2 if names else 1
    if names and (not pairs or names != [*_FIXED, *["tag", "row"] * pairs]):
        message = f"`# columns` must be {' '.join(_FIXED)}, then tag row, as often as spans overlap"
        reading.refuse("format-line", lines[0].place if lines else reading.name, message)
        return []
    tokens = _tokens(lines, names, article, reading)
    found: list[tuple[Mark, str]] = []
    for column in range(pairs):
        cells = [(place, span, row[3 + 2 * column :] if names else row[-1:]) for place, span, row in tokens]
        found += _spans(cells, column, reading)
    return sorted(found, key=lambda piece: piece[0].spans)


def _tokens(
    lines: Sequence[_Line], names: Sequence[str] | None, article: str, reading: Reading
) -> list[tuple[str, Span, list[str]]]:
    """The tokens with their places in the page, which they must make up whole; none where they do not."""
    found: list[tuple[str, Span, list[str]]] = []
    text, cursor = reading.pages[article], 0
    for line in lines:
        cells = line.text.split("\t") if names or "\t" in line.text else line.text.split()
        if len(cells) != len(names) if names else len(cells) < 2:
            wanted = f"{len(names)} columns, divided by tabs" if names else "a token and a tag"
            reading.refuse("format-line", line.place, f"a line has {wanted}; this has {len(cells)}")
            return []
        if (span := _found(text, cells[0], cursor)) is None:
            message = f"the token {quoted(cells[0])} is not what follows in {article}: {excerpt(text[cursor:], 30)!r}"
            reading.refuse("quote-not-found", line.place, message)
            return []
        if names and cells[1:3] != [str(offset) for offset in span]:
            message = f"{quoted(cells[0])} is not at [{', '.join(cells[1:3])}): found at [{span[0]}, {span[1]})"
            reading.note("quote-moved", line.place, message)
        cursor = span[1]
        found.append((line.place, span, cells))
    if left := text[cursor:].strip():
        place = lines[-1].place if lines else reading.name
        reading.refuse("text-differs", place, f"the tokens end, and {article} goes on: {excerpt(left, 30)!r}")
        return []
    return found


def _spans(
    cells: Iterable[tuple[str, Span, Sequence[str]]], column: int, reading: Reading
) -> Iterator[tuple[Mark, str]]:
    """The marks of one column, each with its row: the one that is named, else one of its own."""
    mark, row = None, ""
    for place, (start, end), (cell, *named) in cells:
        tag = _TAG.fullmatch(cell)
        goes_on = mark and tag and tag[1] == "I" and tag[2] == mark.tag and named[:1] in ([], [row])
        if mark and goes_on:
            mark = mark._replace(spans=((mark.spans[0][0], end),))
            continue
        if mark:
            yield mark, row
        mark = None
        if tag and tag[1] == "B":
            values = {name: (word,) for name, word in (each.split("=") for each in tag[3].split("|")[1:])}
            mark, row = Mark(place, tag[2], ((start, end),), values), named[0] if named else f"{column}, {start}"
        elif tag:
            reading.refuse("format-line", place, f"{quoted(cell)} goes on with nothing: a span begins with B-")
        elif cell != _OUTSIDE:
            reading.refuse("format-line", place, f"the tag {quoted(cell)} is not O, B-… or I-…")
    if mark:
        yield mark, row


def _found(text: str, token: str, cursor: int) -> Span | None:
    """Where a token stands, if it is what follows."""
    start = cursor + len(text[cursor:]) - len(text[cursor:].lstrip())
    return (start, start + len(token)) if token and text.startswith(token, start) else None
