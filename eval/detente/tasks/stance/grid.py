"""The grid of stance: which cells a page has, from its words and the registry alone, and never from the labels.

Which cells there are, their ids and their order tell nothing of who takes a stance.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import product
from typing import Final, NamedTuple

from detente.data import labels as inventory
from detente.data.annotated import CONTENT_TYPES, Tables, fits, segments_of, texts
from detente.data.independent_sources import principal
from detente.data.inventory import PACKAGED, Inventory
from detente.data.jsonl import Record
from detente.data.page import span_of
from detente.text.folding import fold

PARTIES: Final = ("france", "russia")
"""The two states that cooperate or do not, on the pages of the package: holders on every one."""
HOLDER_KINDS: Final = ("state", "person", "official_body", "group", "bloc")
"""Kinds of sources that may take a stance where a page names them."""


class Cell(NamedTuple):
    """A question to a page: where does the holder stand on the target then, as told by whom?

    Attributes:
        holder: A registered source.
        target: Of the inventory of targets.
        time: Of the inventory of times.
        told_by: `own` or `other`.
    """

    holder: str
    target: str
    time: str
    told_by: str


def voice_of(article: str) -> str:
    """The source that is a page's own voice."""
    return f"voice-{article}"


def always(article: str, parties: Collection[str] = PARTIES) -> tuple[str, ...]:
    """The holders that a page has whatever it says: the parties and its own voice."""
    return (*parties, voice_of(article))


def named(passages: Iterable[str], sources: Sequence[Record]) -> frozenset[str]:
    """The sources of which an alias stands in one of the passages.

    An alias is found in its case, as whole words, whatever the style of quotation marks and dashes. The longest wins:
    an alias inside a longer one of another source names nobody.
    """
    bearers: dict[str, set[str]] = {}
    for row in sources:
        for alias in row["aliases"]:
            bearers.setdefault(fold(alias), set()).add(row["id"])
    longest_first = "|".join(re.escape(alias) for alias in sorted(bearers, key=len, reverse=True))
    if not longest_first:
        return frozenset()
    mention = re.compile(rf"(?<!\w)(?:{longest_first})(?!\w)")
    found = {match.group() for passage in passages for match in mention.finditer(fold(passage))}
    return frozenset(source for alias in found for source in bearers[alias])


def holders(
    article: str, passages: Iterable[str], sources: Sequence[Record], parties: Collection[str] = PARTIES
) -> list[str]:
    """Who may take a stance on a page, in the order of their ids.

    Args:
        article: The page's id.
        passages: The texts of its paragraphs, headlines and subheadings.
        sources: The registry.
        parties: Whom stances lie between.

    Returns:
        The parties, the page's own voice, and every source of `HOLDER_KINDS` that a passage names and that speaks, in
        the end, for neither party.
    """
    speaks_for = {row["id"]: row["speaks_for"] for row in sources}
    kinds = {row["id"]: row["kind"] for row in sources}
    others = {
        source
        for source in named(passages, sources)
        if kinds[source] in HOLDER_KINDS and principal(source, speaks_for) not in parties
    }
    return sorted({*always(article, parties), *others})


def cells(holders: Iterable[str], own: Inventory = PACKAGED) -> Iterator[Cell]:
    """The cells of a page with these holders: targets · times · tellers for each, in the package 4 · 3 · 2 = 24.

    Holders keep their order; targets, times and tellers have that of their inventories.
    """
    questions = (own.targets, own.times, inventory.TELLERS)
    return (Cell(*cell) for cell in product(holders, *questions))


def cell_of(row: Record) -> Cell:
    """The cell of a row."""
    return Cell(*(row[field] for field in Cell._fields))


def id_of(article: str, cell: Cell) -> str:
    """The id of a row, which spells out its page and its cell."""
    return ":".join((article, *cell))


def null_row(article: str, cell: Cell) -> Record:
    """The row of a cell that no passage decides, as annotators would write it."""
    return {
        "id": id_of(article, cell),
        "article": article,
        **cell._asdict(),
        "chain": [],
        "scale": None,
        "label": inventory.label_of_scale(None),
        "expression": None,
        "evidence": [],
        "alternatives": [],
    }


def holders_of(tables: Tables) -> dict[str, list[str]]:
    """The holders of each page that has a text, and was labelled."""
    return {
        article: holders(
            article, _passages(tables, article, text), tables["sources"].rows, tables["sources"].inventory.parties
        )
        for article, text in texts(tables).items()
        if article not in tables["stance"].absent
    }


def _passages(tables: Tables, article: str, text: str) -> list[str]:
    """What names holders: paragraphs, headlines and subheadings; the whole page while it has no segments."""
    if article in tables["boilerplate"].absent:
        return [text]
    spans = [span_of(row) for _, row in segments_of(tables, article) if row["type"] in CONTENT_TYPES]
    return [text[slice(*span)] for span in spans if fits(span, text)]
