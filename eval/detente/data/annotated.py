"""What was read of the annotations: a table per layer, which remembers where each row stood and what could not be read.

Checks are functions of these tables. What a line that cannot be read may hold is not said to be missing: a fault is
reported once, where it stands, and not again by everything that refers to it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detente.data.inventory import PACKAGED, Inventory
from detente.data.jsonl import Line, Record
from detente.data.page import span_of
from detente.text.spans import Span, mask_of
from detente.text.tokens import is_space

CONTENT_TYPES: Final = ("paragraph", "headline", "subheading")
"""Segments where claims and evidence may lie: the article's own text and what heads it."""


@dataclass(frozen=True)
class Unread:
    """What is known of the lines of a table that could not be read.

    Attributes:
        ids: The ids of those whose id could be read.
        nameless: Is there one whose id could not be read, or no file at all? Then any id may be among them.
        articles: The articles in whose files they stand, for a table that has a file per article.
    """

    ids: frozenset[str] = frozenset()
    nameless: bool = False
    articles: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Table:
    """The rows of one layer.

    Attributes:
        layer: Its name.
        rows: The rows that could be read.
        places: For each row, where it stood.
        unread: What is known of the others.
        absent: The articles that nobody labelled yet: the layer has no file for them. Only in a corpus that need not be
            complete.
        inventory: The labels of its corpus.
    """

    layer: str
    rows: list[Record]
    places: list[str]
    unread: Unread = field(default_factory=Unread)
    absent: frozenset[str] = frozenset()
    inventory: Inventory = PACKAGED

    def __iter__(self) -> Iterator[Line]:
        return (Line(place, row) for place, row in zip(self.places, self.rows, strict=True))

    @property
    def unknown(self) -> frozenset[str]:
        """The articles of which a row that is not here may be missing for no fault of the others."""
        return self.absent | self.unread.articles

    def may_hold(self, name: str) -> bool:
        """May a row of this id stand in a line that could not be read?"""
        return self.unread.nameless or name in self.unread.ids


Tables = Mapping[str, Table]
"""The tables by the name of their layer."""


def texts(tables: Tables) -> dict[str, str]:
    """The texts there are; a refused capture has none."""
    return {row["id"]: row["text"] for row in tables["articles"].rows if row["text"]}


def segmented(tables: Tables) -> dict[str, str]:
    """The texts all of whose segments could be read: of the others nothing can be said that takes the whole page."""
    unknown = tables["boilerplate"].unknown
    return {name: text for name, text in texts(tables).items() if name not in unknown}


def segments_of(tables: Tables, article: str) -> list[Line]:
    """The segments of one page, as read."""
    return [line for line in tables["boilerplate"] if line.record["article"] == article]


def content_of(tables: Tables, article: str, text: str) -> NDArray[np.bool_]:
    """One truth per character: is it of the body, a headline or a subheading, or white space?"""
    segments = [row for _, row in segments_of(tables, article) if fits(span_of(row), text)]
    return mask_of([span_of(row) for row in segments if row["type"] in CONTENT_TYPES], len(text)) | is_space(text)


def fits(span: Span, text: str) -> bool:
    """Is the span a span of the text? What is not is reported by `dataset.checks_spans.spans_inside`."""
    return 0 <= span[0] < span[1] <= len(text)
