"""A page in the making: its pieces in their order, each with what parts it from the one before."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from detente.data.jsonl import Record
from detente.data.labels import ZONE_OF_TYPE
from detente.tasks.boilerplate.duplicates import Segment, repeats
from detente.text.spans import Span

LINE: Final = "\n"
PARAGRAPH: Final = "\n\n"


class Piece(NamedTuple):
    """A segment of a page.

    Attributes:
        text: Its words, on one line, without white space at its ends.
        type: Its segment type.
        before: What parts it from the piece before: blank lines, a line break, a space, or nothing.
        block: Pieces side by side with the same number belong together, as the teasers of one list; 0 for the article.
        origin: Where in its source page the words stand, if they are the page's own; None of others.
    """

    text: str
    type: str
    before: str = PARAGRAPH
    block: int = 0
    origin: int | None = None

    @property
    def zone(self) -> str:
        """The zone of its type."""
        return ZONE_OF_TYPE[self.type]

    def parts(self, texts: Iterable[str], before: str) -> "list[Piece]":
        """The piece as several, whose texts follow one another in it, with `before` between."""
        found: list[Piece] = []
        end = 0
        for text in texts:
            start = self.text.index(text, end)
            end = start + len(text)
            origin = None if self.origin is None else self.origin + start
            found.append(self._replace(text=text, before=before if found else self.before, origin=origin))
        return found


Draft = tuple[Piece, ...]


def text_of(draft: Sequence[Piece]) -> str:
    """The text of the page."""
    return "".join(piece.text if not place else piece.before + piece.text for place, piece in enumerate(draft))


def rows_of(name: str, draft: Sequence[Piece]) -> list[Record]:
    """The rows of `boilerplate` of a page with this id; `repeats` by the rule of the guideline."""
    rows: list[Record] = []
    end = 0
    for number, piece in enumerate(draft, start=1):
        start = end + (len(piece.before) if rows else 0)
        end = start + len(piece.text)
        row = {"id": f"{name}:b{number:02d}", "article": name, "start": start, "end": end}
        rows.append(row | {"zone": piece.zone, "type": piece.type})
    segments = [Segment(row["id"], piece.text, row["zone"] == "body") for row, piece in zip(rows, draft, strict=True)]
    copied = repeats(segments)
    return [row | {"repeats": copied[row["id"]], "alternatives": []} for row in rows]


def draft_of(text: str, segments: Iterable[Record]) -> Draft:
    """An annotated page as a draft; runs of boilerplate of one type are blocks."""
    pieces: list[Piece] = []
    end, block = 0, 0
    for row in sorted(segments, key=lambda row: int(row["start"])):
        own = ZONE_OF_TYPE[row["type"]] == "boilerplate"
        if own and not (pieces and pieces[-1].type == row["type"]):
            block += 1
        before = text[end : row["start"]]
        end = row["end"]
        pieces.append(Piece(text[row["start"] : end], row["type"], before, block if own else 0, row["start"]))
    return tuple(pieces)


def moved(spans: Iterable[Span], draft: Sequence[Piece]) -> list[Span]:
    """Where words of the source page stand in the draft; what is in several pieces is in several spans.

    Args:
        spans: Of the source page.
        draft: Pieces whose letters are those of the page, one for one, where they have an origin.
    """
    found: list[Span] = []
    end = 0
    for place, piece in enumerate(draft):
        start = end + (len(piece.before) if place else 0)
        end = start + len(piece.text)
        if piece.origin is not None and not piece.block:
            low, high = piece.origin, piece.origin + len(piece.text)
            found += [
                (start + max(left, low) - low, start + min(right, high) - low)
                for left, right in spans
                if left < high and low < right
            ]
    return found
