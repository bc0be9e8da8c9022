"""An article: its text cut where marks of any layer start and end, and the rows of all layers on it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import polars as pl

from detente.data.corpus import Corpus
from detente.data.jsonl import Record
from detente.report.explorer.readings import Readings, Remark
from detente.report.explorer.values import Line, Names, Value, href
from detente.report.html.pieces import pieces
from detente.tasks.layer import Layer
from detente.text.spans import Span

_HIDDEN: Final = frozenset({"id", "article", "text", "alternatives", "start", "end"})
"""Columns that the page shows otherwise."""
_TITLES: Final[Mapping[str, tuple[str, ...]]] = {
    "attribution": ("type", "event"),
    "derivation": ("kind", "source"),
    "reuse": ("operation", "source"),
    "stance": ("label", "holder", "target", "time"),
}
"""The columns that say in a few words what a row is; of other layers the first that passes are compared by."""
_GRIDS: Final = ("stance",)
"""Layers with a row for everything that could be asked: one without a passage is shown only if somebody doubts it."""


class Field(NamedTuple):
    """One column of a row.

    Attributes:
        name: The column.
        gold: What stands in the gold.
        passes: What each pass has there, None where it has the same.
    """

    name: str
    gold: list[Line]
    passes: list[list[Line] | None]


class Row(NamedTuple):
    """A row of a layer on an article.

    Attributes:
        id: Of the row.
        layer: Its layer.
        title: What it is, in a few words.
        quote: Its first passage, or empty.
        place: Where on the page it begins, by which rows are sorted.
        fields: Its columns.
        passes: The names of the passes that are held against it.
        remarks: Alternatives, and what was settled and argued.
        differs: Does a pass differ from the gold in what passes are compared by?
        only_in: The pass that has this row where the gold has none; empty of a row of the gold.
        related: Rows of other layers that refer to this one.
    """

    id: str
    layer: str
    title: str
    quote: str
    place: int
    fields: list[Field]
    passes: list[str]
    remarks: list[Remark]
    differs: bool
    only_in: str
    related: list[Value]


class Mark(NamedTuple):
    """A stretch of text that a row speaks of.

    Attributes:
        row: The place of the row among those of the article.
        layer: Its layer.
        field: The field of the row that holds the span.
        label: What decides how the mark looks: a zone, a side, a type.
        span: Where it is.
    """

    row: int
    layer: str
    field: str
    label: str
    span: Span


class Piece(NamedTuple):
    """A stretch of text with the marks on it, and the types of the segments that begin there."""

    text: str
    marks: list[Mark]
    begins: list[str]


class Article(NamedTuple):
    """What the page of an article shows.

    Attributes:
        id: The article.
        made: Of a page of a challenge suite how it was made; empty of others.
        facts: What is known of it: outlet, date, author, family, as lines of values.
        pieces: The text; none in a text-free export.
        rows: The rows of all layers, in the order of the text.
        layers: The layers that have rows, or could have them, with the number of rows.
        absent: The layers that it is not labelled in yet.
    """

    id: str
    headline: str
    made: list[Field]
    facts: list[Field]
    pieces: list[Piece]
    rows: list[Row]
    layers: dict[str, int]
    absent: list[str]


def shown_layers(layers: Iterable[Layer], corpus: Corpus) -> list[Layer]:
    """The layers whose rows stand on pages, in the order of the dataset."""
    known = corpus.manifest["configs"]
    return [layer for layer in layers if layer.published and layer.spans and layer.name in known]


def article(corpus: Corpus, name: str, layers: Sequence[Layer], readings: Readings, names: Names) -> Article:
    """The page of an article.

    Args:
        corpus: The built dataset.
        name: The article's id.
        layers: Those of `shown_layers`.
        readings: How else rows were read.
        names: What rows name.
    """
    page = corpus.articles[name]
    text = "" if corpus.text_free else page["text"]
    found: list[tuple[Row, list[tuple[str, str, Span]]]] = []
    related: dict[str, list[Value]] = {}
    for layer in layers:
        for record in corpus.rows(layer.name):
            spans = [(place.field, on, span) for place in layer.spans for on, span in place.places(record)]
            if name not in (record["article"], *(on for _, on, _ in spans)):
                continue
            row = _row(layer, record, name, readings, names)
            if spans or row.remarks or row.differs or layer.name not in _GRIDS:
                label = _label(layer.name, record)
                found.append((row, [(field, label, _pair(span)) for field, on, span in spans if on == name]))
                for other in _referred(layer, record, layers):
                    link = Value(f"{layer.name} {row.id}", href(name, layer.name, row.id), row.title)
                    related.setdefault(other, []).append(link)
        found += [(row, []) for row in _only_in_passes(corpus, layer, name, readings, names)]
    found = [(row._replace(related=related.get(row.id, [])), own) for row, own in found]
    found.sort(key=lambda each: each[0].place)
    marks = [
        Mark(place, row.layer, field, label, span)
        for place, (row, own) in enumerate(found)
        for field, label, span in own
    ]
    rows = [row for row, _ in found]
    return Article(
        id=name,
        headline=names.prose(page["headline"] or ""),
        made=_made(corpus, name, names),
        facts=_facts(page, names),
        pieces=_pieces(text, marks, rows),
        rows=rows,
        layers={layer.name: sum(row.layer == layer.name for row in rows) for layer in layers},
        absent=[layer.name for layer in layers if name in corpus.absent.get(layer.name, ())],
    )


def _referred(layer: Layer, record: Record, layers: Sequence[Layer]) -> list[str]:
    """The rows of other layers that a row names."""
    shown = {each.name for each in layers}
    references = [reference for reference in layer.references if shown.intersection(reference.registries)]
    return [name for reference in references for name in reference.names_in(record) if name]


def _pair(span: Record) -> Span:
    return span["start"], span["end"]


def _label(layer: str, record: Record) -> str:
    """What decides how a mark looks."""
    return str(record.get("zone" if layer == "boilerplate" else "label") or "")


def _made(corpus: Corpus, name: str, names: Names) -> list[Field]:
    """How a page of a suite was made: by what, how strongly, from which pages and from which control."""
    if not corpus.suite:
        return []
    items = corpus.table("items")
    (row,) = items.filter(pl.col("id") == name).to_dicts()
    (control, *_) = items.filter(pl.col("item") == row["base"])["id"]
    found = [(column, [Value(row[column])]) for column in ("operation", "strength")]
    found += [("sources", [Value(source) for source in row["sources"]]), ("control", [names.named(control)])]
    return [Field(column, [line], []) for column, line in found]


def _facts(page: Record, names: Names) -> list[Field]:
    """Outlet, date and author with their bases, and what the evidence for each is."""
    found = []
    for column in ("outlet", "date", "author"):
        evidence = [span for span in page["evidence"] if span["field"] == column]
        quotes = [quote for span in evidence for quote in names.quoted(span["article"], [span])]
        basis = Value(page[f"{column}_basis"])
        known = page[column]
        first: Line = [names.named(known), basis] if known else [basis]
        found.append(Field(column, [first, *([quote] for quote in quotes)], []))
    plain = ("language", "family", "capture", "sha256_raw")
    return found + [Field(column, names.lines("articles", column, page[column]), []) for column in plain]


def _row(layer: Layer, record: Record, name: str, readings: Readings, names: Names) -> Row:
    passes = readings.passes(layer.name, record["article"])
    assert layer.compared or not passes
    key = layer.compared.key(record) if layer.compared else None
    others = [readings.rows[layer.name, each].get(key) for each in passes]
    if layer.name in _GRIDS and not any(True for place in layer.spans for _ in place.places(record)):
        others = [record if other is None else other for other in others]  # nobody writes an empty cell
    fields, differs = _fields(layer, record, others, name, names)
    remarks = [
        Remark(other["field"], "alternative", other["value"], other["reason"]) for other in record["alternatives"]
    ]
    remarks += readings.remarks.get((layer.name, record["id"]), ())
    own = [span for place in layer.spans for on, span in place.places(record) if on == name]
    return Row(
        id=record["id"],
        layer=layer.name,
        title=_title(layer, record, names),
        quote=names.quoted(name, own[:1])[0].text if own else "",
        place=min((span["start"] for span in own or record.get("spans") or ()), default=1 << 31),
        fields=fields,
        passes=passes,
        remarks=[each._replace(value=names.prose(each.value), reason=names.prose(each.reason)) for each in remarks],
        differs=differs,
        only_in="",
        related=[],
    )


def _title(layer: Layer, record: Record, names: Names) -> str:
    compared = layer.compared.nominal[:1] if layer.compared else ()
    values = (record.get(column) for column in _TITLES.get(layer.name, compared))
    return " · ".join(names.called(value).text for value in values if isinstance(value, str))


def _fields(
    layer: Layer, record: Record, others: Sequence[Record | None], name: str, names: Names
) -> tuple[list[Field], bool]:
    """The columns of a row beside what passes have there, and whether they differ in what they are compared by."""
    explanations = {column for column in record if column.endswith(("_definition", "_name", "_kind", "_aliases"))}
    hidden = _HIDDEN | set(layer.explained) | explanations
    columns = [column for column in record if column not in hidden]
    found, differs = [], False
    for column in columns:
        path = (layer.name, record["id"])
        on = next((record[place.article] for place in layer.spans if place.field == column and place.article), name)
        gold = _explained(record, column, names.lines(layer.name, column, record[column], on, path))
        passes: list[list[Line] | None] = []
        for other in others:
            value = _value(record, other, column)
            same = _canonical(value) == _canonical(record[column])
            differs = differs or (not same and _is_compared(layer, column, record[column]))
            passes.append(None if same else names.lines(layer.name, column, value, on, path))
        found.append(Field(column, gold, passes))
    return found, differs


def _explained(record: Record, column: str, lines: list[Line]) -> list[Line]:
    """The lines, a lone word of them with the definition or the name that the row itself has."""
    note = record.get(f"{column}_definition") or record.get(f"{column}_name")
    if note and len(lines) == 1 and len(lines[0]) == 1:
        return [[lines[0][0]._replace(note=note)]]
    return lines


def _value(record: Record, other: Record | None, column: str) -> Any:
    """What a pass has in a column; where it has no such row, the empty value; what it cannot have is as in the gold."""
    if other is None:
        return [] if isinstance(record[column], list) else None
    return other.get(column, record[column])


def _is_compared(layer: Layer, column: str, value: Any) -> bool:
    if not layer.compared:
        return False
    compared = {*layer.compared.nominal, *layer.compared.ordinal, *layer.compared.spans, layer.compared.links}
    return column in compared or (isinstance(value, dict) and value.keys() <= compared)


def _canonical(value: Any) -> str:
    """Equal for values that say the same: the order of objects in a list says nothing, but for chains."""
    if isinstance(value, list) and value and all(isinstance(each, dict) and "sources" not in each for each in value):
        value = sorted(value, key=lambda each: json.dumps(each, sort_keys=True))
    return json.dumps(value, sort_keys=True)


def _only_in_passes(corpus: Corpus, layer: Layer, name: str, readings: Readings, names: Names) -> Iterable[Row]:
    """What passes have and the gold has not."""
    passes = readings.passes(layer.name, name)
    if not passes or not layer.compared:
        return
    gold = {layer.compared.key(record) for record in corpus.rows(layer.name)}
    for each in passes:
        for key, record in readings.rows[layer.name, each].items():
            if key not in gold and record["article"] == name:
                row = _row(layer, {"id": str(key), **record}, name, Readings(), names)
                yield row._replace(only_in=each)


def _pieces(text: str, marks: Sequence[Mark], rows: Sequence[Row]) -> list[Piece]:
    starts: dict[int, list[str]] = {}
    for mark in marks:
        if mark.layer == "boilerplate":
            starts.setdefault(mark.row, []).append(rows[mark.row].title)
    found = []
    for piece, covering in pieces(text, [[mark.span] for mark in marks]):
        own = [marks[place] for place in covering]
        begins = [kind for mark in own if mark.layer == "boilerplate" for kind in starts.pop(mark.row, ())]
        found.append(Piece(piece, own, begins))
    return found
