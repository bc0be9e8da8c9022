"""What a layer is: everything about one thing that annotators label, as a value.

A layer with a model and a path is read, checked, built and published; what else it names adds to that. The layers of
the tasks are in `tasks/<task>/gold.py`, the registries that they refer to in `detente.dataset.registries`.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from detente.data.annotated import Table, Tables
from detente.data.inventory import Inventory
from detente.data.jsonl import Record
from detente.data.problems import Problem

Check = Callable[[Tables], Iterator[Problem]]
"""A check across rows or tables. What a row alone can break is in the pandera model."""

Grid = tuple[Sequence[object], Iterable[Iterable[object]]]
"""A table of counts for the card: its header and its rows."""

Painted = Sequence[tuple[str, str]]
"""A line to print: pieces of text, each with its style in the words of rich."""

Painter = Callable[[str, Record, Callable[[str], list[Record]]], Iterator[Painted]]
"""From the page's text, a row, and the rows of any config by its name, to the lines that show the row."""

ROW: Final = "segment"
"""Stands for the row itself, where a row is a span."""


class SpanField(NamedTuple):
    """A field that holds a span, or a list of spans.

    Attributes:
        field: Its name; `ROW` where the row itself is a span.
        article: The field of the row that names the page of the spans; empty where each span names it itself.
        content_rule: The rule that a span outside the body and the headlines breaks; empty where it may lie anywhere.
        required: Must there be a span?
    """

    field: str
    article: str = "article"
    content_rule: str = ""
    required: bool = False

    def places(self, row: Record) -> Iterator[tuple[str, Record]]:
        """The spans of a row, each with its article."""
        for span in spans_in(row, self.field):
            yield (row[self.article] if self.article else span["article"]), span


def spans_in(row: Record, name: str) -> list[Record]:
    """The spans of a field of a row, one or more of them; `ROW` stands for the row itself."""
    value = row if name == ROW else row[name]
    return value if isinstance(value, list) else [value]


@dataclass(frozen=True)
class Reference:
    """A field that must name rows of other tables.

    Attributes:
        field: Its name.
        registries: The tables, any of which may have the row.
        rule: What an unknown name breaks.
        names: The names in a row; by default the field's value.
    """

    field: str
    registries: tuple[str, ...]
    rule: str
    names: Callable[[Record], Iterable[str | None]] | None = None

    def names_in(self, row: Record) -> Iterable[str | None]:
        """What a row names."""
        return self.names(row) if self.names else (row[self.field],)


def _by_id(row: Record) -> Any:
    return row["id"]


@dataclass(frozen=True)
class Compared:
    """How two passes of annotators over a layer are compared.

    Attributes:
        key: What makes an item.
        nominal: Fields with labels.
        ordinal: Fields with labels in an order.
        spans: Fields with spans that a pass over labels chose for its items.
        cut: Fields with spans that came first, in passes of their own, and were adjudicated before there were labels.
        cut_by_row: Are the latter compared row by row on the whole page, and not line by line?
        links: A field of links to propositions: relations, clusters and the agreement that follows are compared.
        passes: Where the files of a pass lie in `annotations/`: `{name}` is the pass, `{letter}` its last letter.
        answers: The columns that a pass over labels holds where the items are given, the id first; the others are
            those of the gold row with this id. Empty where a pass holds all that annotators write.
        cut_columns: The columns that a pass over spans holds.
    """

    key: Callable[[Record], Any] = _by_id
    nominal: tuple[str, ...] = ()
    ordinal: tuple[str, ...] = ()
    spans: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()
    cut_by_row: bool = False
    links: str = ""
    passes: str = "{layer}/{name}"
    answers: tuple[str, ...] = ()
    cut_columns: tuple[str, ...] = ("start", "end")

    @property
    def cut_apart(self) -> bool:
        """Are there passes over spans alone?"""
        return bool(self.cut) and "{name}" in self.passes


def _as_it_is(row: Record) -> Record:
    return row


@dataclass(frozen=True)
class Seeded:
    """Where errors are seeded in a layer before reviewers argue against its labels.

    Attributes:
        fields: The fields, and the values that each may take; None for what other rows of its article have there.
        hidden: Columns that follow from labels, or tell which rows belong together: reviewers do not see them.
        refold: After `Layer.unfold` and a seeded error, the row as annotators write it, with what follows from labels.
    """

    fields: Mapping[str, Sequence[Any] | None]
    hidden: tuple[str, ...] = ()
    refold: Callable[[Record], Record] = _as_it_is


Alternatives = Callable[[Record, Tables], Iterable[str] | None]
"""The values that an alternative of a field may have, beside the inventory of the column; None for free text."""


@dataclass(frozen=True)
class Layer:
    """What annotators label, or what follows from it: one table.

    Attributes:
        name: As in the dataset, and on the command line.
        model: The pandera model: columns, types, inventories, and checks inside a row.
        inventories: The columns whose labels a corpus may have its own of, and where its inventory has them.
        path: In `annotations/`: one `.jsonl` file, or a folder with one for each article; empty if nobody writes it.
        published: Is it a config of the dataset, or only read and checked?
        computed: The columns that the build adds, `article` of a file per article and `explained` ones aside.
        explained: The columns that the build adds so that a row can be read alone: what its ids and labels mean, in
            words that stand in another table, or in the code of the task.
        compute: The table with those columns. Rows may be changed in place: they have just been read.
        spans: The fields that hold spans.
        references: The fields that name rows of other tables.
        id_separator: What follows the article in an id; empty where `made_id` says all.
        made_id: The id that a row's fields make.
        alternatives: What alternatives may say of fields that have no inventory, or not on the row itself.
        messages: For each check of a row that has a rule of this layer, the message, as a format of the row's fields.
        row_checks: The checks of a row alone that its model cannot make, because corpora differ in what is right;
            passes of annotators must pass them, too.
        checks: The checks across rows and tables.
        unfold: A row with its nested labels as fields of their own, for comparing passes and seeding errors.
        compared: How passes are compared.
        seeded: Where errors are seeded.
        paint: How `detente dataset show` prints a row.
        card: The generated tables of the card, by name.
    """

    name: str
    model: Any
    inventories: Mapping[str, Callable[[Inventory], Sequence[str]]] = field(default_factory=dict)
    path: str = ""
    published: bool = True
    computed: tuple[str, ...] = ()
    explained: tuple[str, ...] = ()
    compute: Callable[[Tables], Table] | None = None
    spans: tuple[SpanField, ...] = ()
    references: tuple[Reference, ...] = ()
    id_separator: str = ""
    made_id: Callable[[Record], str] | None = None
    alternatives: Mapping[str, Alternatives] = field(default_factory=dict)
    messages: Mapping[str, str] = field(default_factory=dict)
    row_checks: tuple[Check, ...] = ()
    checks: tuple[Check, ...] = ()
    unfold: Callable[[Record], Record] = _as_it_is
    compared: Compared | None = None
    seeded: Seeded | None = None
    paint: Painter | None = None
    card: Mapping[str, Callable[[Tables], Grid]] = field(default_factory=dict)

    @property
    def per_article(self) -> bool:
        """Has it a file for each article?"""
        return bool(self.path) and not self.path.endswith(".jsonl")


def cross(
    layer: str,
    of: str,
    by: str,
    values: Sequence[str] | Callable[[Inventory], Sequence[str]],
    bys: Sequence[str] = (),
) -> Callable[[Tables], Grid]:
    """The rows of a layer, counted by two fields: `of` down, `by` across; `bys` are by default the articles.

    Values that a corpus may have its own of come from its inventory.
    """

    def grid(tables: Tables) -> Grid:
        across = bys or [row["id"] for row in tables["articles"].rows]
        counted = Counter((row[of], row[by]) for row in tables[layer].rows)
        down = values(tables[layer].inventory) if callable(values) else values
        return (of, *across), ((value, *(counted[value, other] for other in across)) for value in down)

    return grid


def quote(text: str, spans: Sequence[Record]) -> str:
    """The words of spans in quotation marks."""
    return " … ".join(f"“{text[span['start'] : span['end']]}”" for span in spans)


LABEL_STYLES: Final = {"favor": "green", "against": "red", "none": "dim", "agree": "green", "disagree": "red"}
"""The colours of labels that take a side."""
