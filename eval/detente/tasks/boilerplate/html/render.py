"""An annotated article as the HTML page of an invented site, every character's gold carried through.

Extractors want HTML, and captures are text. A rendered page has a text of its own, its pieces in their order, one to a
line; its segments are those of the article and those that the template adds, and the spans of the other layers move
with the words they cover.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

from detente.data.jsonl import Record
from detente.data.labels import ZONE_OF_TYPE
from detente.data.page import Page
from detente.tasks.boilerplate.html import AT
from detente.tasks.boilerplate.html.parser import Part, Piece, Slot, Template, template
from detente.text.spans import Span

Filled = str | Piece
"""Markup, or visible text."""


@dataclass(frozen=True)
class Rendered:
    """A rendered page.

    Attributes:
        html: What an extractor is given.
        page: Its visible text with the gold, under the id `article@template`.
    """

    html: str
    page: Page


def rendered_pages(pages: Iterable[Page], names: Collection[str]) -> list[Rendered]:
    """Each of the articles in each of the templates named, article by article."""
    return [render(page, template(name)) for page in pages for name in names]


def render(page: Page, site: Template) -> Rendered:
    """Puts an annotated article into a template.

    Args:
        page: The article with its segments and the spans of other layers.
        site: The template.

    Returns:
        The HTML, and the gold of its visible text. A segment keeps its words, its zone and its type; its id is the
        article's segment id with `@template` after the article. What the template adds is `added-1` and so on. The
        title is the first headline, `Article` if there is none.
    """
    name = f"{page.id}{AT}{site.name}"
    parts = list(_filled(site.body, _article(page, site)))
    pieces = [part for part in parts if isinstance(part, Piece)]
    title = next((piece.text for piece in pieces if piece.type == "headline"), "Article")
    body = "".join(escape(part.text, quote=False) if isinstance(part, Piece) else part for part in parts)
    html = (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title, quote=False)}</title>'
        f"{site.head}</head>\n<body>\n{body}\n</body></html>\n"
    )
    others = {row["id"]: row.get("alternatives", []) for row in page.segments}
    segments = _segments(name, pieces, others, page.zones)
    starts = {piece.segment: row["start"] for piece, row in zip(pieces, segments, strict=True) if piece.segment}
    shifts = [(row["start"], row["end"], starts[row["id"]] - row["start"]) for row in page.segments]
    layers = {layer: [_moved(group, shifts) for group in groups] for layer, groups in page.layers.items()}
    text = "\n".join(piece.text for piece in pieces)
    return Rendered(html, Page(name, page.family, text, segments, layers, page.zones))


def _segments(
    name: str, pieces: Sequence[Piece], others: Mapping[str, list[Record]], known: Mapping[str, str]
) -> tuple[Record, ...]:
    rows, offset, added = [], 0, 0
    zones = {**ZONE_OF_TYPE, **known}
    for piece in pieces:
        added += piece.segment is None
        own = piece.segment.rpartition(":")[2] if piece.segment else f"added-{added}"
        end = offset + len(piece.text)
        row = {"id": f"{name}:{own}", "start": offset, "end": end, "zone": zones[piece.type], "type": piece.type}
        rows.append(row | {"alternatives": others.get(piece.segment or "", [])})
        offset = end + 1
    return tuple(rows)


def _filled(parts: Iterable[Part], content: Mapping[str, Iterable[Filled]]) -> Iterator[Filled]:
    """The parts, with content in their slots."""
    for part in parts:
        if isinstance(part, Slot):
            yield from content[part.name]
        else:
            yield part


def _article(page: Page, site: Template) -> dict[str, Iterator[Filled]]:
    """The article's segments in their order, those from its first to the last of its body in the article's slot."""
    rows = page.segments
    own = [place for place, row in enumerate(rows) if row["zone"] != "boilerplate"]
    body = [place for place, row in enumerate(rows) if row["zone"] == "body"]
    first, end = (own[0], (body or own)[-1] + 1) if own else (0, 0)
    slots = {"before": rows[:first], "article": rows[first:end], "after": rows[end:]}
    return {slot: _marked(page, site, rows) for slot, rows in slots.items()}


def _marked(page: Page, site: Template, rows: Iterable[Record]) -> Iterator[Filled]:
    """Segments as their site marks them, a line of HTML for each."""
    for kind, run in groupby(rows, key=lambda row: row["type"]):
        wrap = site.wrap.get(kind, site.wrap["paragraph"])
        pieces = (Piece(page.text[row["start"] : row["end"]], kind, row["id"]) for row in run)
        segments = (part for piece in pieces for part in (*_filled(wrap, {"": [piece]}), "\n"))
        yield from _filled(site.group.get(kind, (Slot(""),)), {"": segments})


def _moved(group: Iterable[Span], shifts: Sequence[tuple[int, int, int]]) -> tuple[Span, ...]:
    """Spans of an article in the rendered page; one that crosses segments becomes one in each."""
    return tuple(
        (max(start, low) + shift, min(end, high) + shift)
        for start, end in group
        for low, high, shift in shifts
        if start < high and low < end
    )
