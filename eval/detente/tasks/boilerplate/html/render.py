"""An annotated article as the HTML page of an invented site, every character's gold carried through.

Extractors want HTML, and captures are text. A rendered page has a text of its own, its pieces in their order, one to a
line; its segments are those of the article and those that the template adds, and the spans of the other layers move
with the words they cover.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Final

from detente.data.jsonl import Record
from detente.data.labels import ZONE_OF_TYPE
from detente.data.page import Page
from detente.tasks.boilerplate.html.template import Part, Piece, Template
from detente.tasks.boilerplate.html.templates import TEMPLATES
from detente.tasks.boilerplate.task import AT
from detente.text.spans import Span

BY_NAME: Final[Mapping[str, Template]] = {template.name: template for template in TEMPLATES}


@dataclass(frozen=True)
class Rendered:
    """A rendered page.

    Attributes:
        html: What an extractor is given.
        page: Its visible text with the gold, under the id `article@template`.
    """

    html: str
    page: Page


def render(page: Page, template: Template) -> Rendered:
    """Puts an annotated article into a template.

    Args:
        page: The article with its segments and the spans of other layers.
        template: The site.

    Returns:
        The HTML, and the gold of its visible text. A segment keeps its words, its zone and its type; its id is the
        article's segment id with `@template` after the article. What the template adds is `added-1` and so on.
    """
    name = f"{page.id}{AT}{template.name}"
    parts = [*template.before, *_article(page, template), *template.after]
    pieces = [part for part in parts if isinstance(part, Piece)]
    title = next((piece.text for piece in pieces if piece.type == "headline"), "Article")
    body = "".join(escape(part.text, quote=False) if isinstance(part, Piece) else part for part in parts)
    html = (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title, quote=False)}</title>'
        f"{template.head}</head>\n<body>\n{body}\n</body></html>\n"
    )
    segments = _segments(name, pieces)
    starts = {piece.segment: row["start"] for piece, row in zip(pieces, segments, strict=True) if piece.segment}
    shifts = [(row["start"], row["end"], starts[row["id"]] - row["start"]) for row in page.segments]
    layers = {layer: [_moved(group, shifts) for group in groups] for layer, groups in page.layers.items()}
    text = "\n".join(piece.text for piece in pieces)
    return Rendered(html, Page(name, page.family, text, segments, layers))


def _segments(name: str, pieces: Sequence[Piece]) -> tuple[Record, ...]:
    rows, offset, added = [], 0, 0
    for piece in pieces:
        added += piece.segment is None
        own = piece.segment.rpartition(":")[2] if piece.segment else f"added-{added}"
        end = offset + len(piece.text)
        row = {"id": f"{name}:{own}", "start": offset, "end": end, "zone": ZONE_OF_TYPE[piece.type], "type": piece.type}
        rows.append(row)
        offset = end + 1
    return tuple(rows)


def _article(page: Page, template: Template) -> Iterator[Part]:
    """The article's segments in their order, those from its first to the last of its body inside the article's mark."""
    rows = page.segments
    own = [place for place, row in enumerate(rows) if row["zone"] != "boilerplate"]
    body = [place for place, row in enumerate(rows) if row["zone"] == "body"]
    first, last = (own[0], (body or own)[-1]) if own else (0, -1)
    yield from _marked(page, template, rows[:first])
    yield template.article[0]
    yield from _marked(page, template, rows[first : last + 1])
    yield template.article[1]
    yield from _marked(page, template, rows[last + 1 :])


def _marked(page: Page, template: Template, rows: Iterable[Record]) -> Iterator[Part]:
    for kind, run in groupby(rows, key=lambda row: row["type"]):
        before, after = template.wrap.get(kind, template.wrap["paragraph"])
        opened, closed = template.group.get(kind, ("", ""))
        yield opened
        for row in run:
            yield before
            yield Piece(page.text[row["start"] : row["end"]], kind, row["id"])
            yield after + "\n"
        yield closed


def _moved(group: Iterable[Span], shifts: Sequence[tuple[int, int, int]]) -> tuple[Span, ...]:
    """Spans of an article in the rendered page; one that crosses segments becomes one in each."""
    return tuple(
        (max(start, low) + shift, min(end, high) + shift)
        for start, end in group
        for low, high, shift in shifts
        if start < high and low < end
    )
