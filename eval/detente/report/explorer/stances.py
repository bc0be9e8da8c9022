"""Who stands where, as the grid of stances is nested: holder, target, time, who tells it; empty cells are counted."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from detente.data.corpus import Corpus
from detente.data.inventory import Inventory
from detente.data.jsonl import Record
from detente.data.labels import TELLERS
from detente.report.explorer.values import Line, Names, Value, href, signed
from detente.report.tables import Section


class Cell(NamedTuple):
    """A cell of the grid with a stance.

    Attributes:
        article: Where it stands, with the link.
        label: favor, against or none.
        scale: From −2 to 2, as words; empty where there is none.
        expression: explicit, inferred or enacted.
        chain: Who reports it, outermost first; empty where the holder itself or the page tells it.
        evidence: The passages.
        alternatives: Other readings, each with its reason.
    """

    article: Value
    label: Value
    scale: str
    expression: str
    chain: Line
    evidence: list[Value]
    alternatives: list[tuple[str, str]]


class Group(NamedTuple):
    """What is told of one value of a level of the grid.

    Attributes:
        name: The value, with what it means.
        groups: The level below; none on the last one.
        cells: The cells with a stance, or with another reading; on the last level only.
        favor: How many cells below are in favour.
        against: How many are against.
        empty: How many cells below no page decides.
    """

    name: Value
    groups: list["Group"]
    cells: list[Cell]
    favor: int
    against: int
    empty: int


LEVELS = ("holder", "target", "time", "told_by")


def stances(corpus: Corpus, names: Names) -> list[Group]:
    """The grid by holder; holders with most stances first."""
    found = _groups(corpus.rows("stance"), LEVELS, names)
    return sorted(found, key=lambda group: -(group.favor + group.against))


def _groups(rows: Sequence[Record], levels: Sequence[str], names: Names) -> list[Group]:
    level, below = levels[0], levels[1:]
    places = {value: place for place, value in reversed(list(enumerate(row[level] for row in rows)))}
    ordered = sorted(rows, key=lambda row: places[row[level]])
    found = []
    for value, group in groupby(ordered, key=lambda row: row[level]):
        own = list(group)
        told = [row for row in own if row["scale"] is not None or row["alternatives"]]
        found.append(
            Group(
                name=_name(level, value, own[0], names),
                groups=[each for each in _groups(own, below, names) if _told(each)] if below else [],
                cells=[] if below else [_cell(row, names) for row in told],
                favor=sum(row["label"] == "favor" for row in own),
                against=sum(row["label"] == "against" for row in own),
                empty=len(own) - len(told),
            )
        )
    return found


def _told(group: Group) -> bool:
    return bool(group.cells or any(map(_told, group.groups)))


def silent(groups: Iterable[Group]) -> list[Group]:
    """The holders of whom no page tells a stance, nor could be read to."""
    return [group for group in groups if not _told(group)]


def overview(holders: Iterable[Group], own: Inventory) -> Section:
    """Holders and targets down, times and tellers across: how many articles tell favour (+) and opposition (−)."""
    columns = [(time, teller) for time in own.times for teller in TELLERS]
    rows = []
    for holder in holders:
        for target in holder.groups:
            tellers = {(time.name.text, each.name.text): each for time in target.groups for each in time.groups}
            cells = (_sides(tellers.get(column)) for column in columns)
            rows.append((f"{holder.name.text}, {target.name.text.replace('_', ' ')}", *cells))
    header = ("holder, target", *(f"{time}, {teller}" for time, teller in columns))
    return Section("Articles in favor (+) and against (−), by time and teller", header, rows, header)


def _sides(group: Group | None) -> str:
    if not group:
        return ""
    sides = ((group.favor, "+"), (group.against, "−"))
    return " ".join(f"{number}{sign}" for number, sign in sides if number)


def _name(level: str, value: str, row: Record, names: Names) -> Value:
    if level == "holder":
        return names.called(value)._replace(note=value)
    return Value(value, note=row[f"{level}_definition"])


def _cell(row: Record, names: Names) -> Cell:
    return Cell(
        article=Value(row["article"], href(row["article"], "stance", row["id"])),
        label=Value(row["label"], note=names.defined("stance", "label", row["label"])),
        scale="" if row["scale"] is None else signed(row["scale"]),
        expression=row["expression"] or "",
        chain=[names.called(source) for source in row["chain"]],
        evidence=names.quoted(row["article"], row["evidence"], "stance", row["id"]),
        alternatives=names.alternatives(row),
    )
