"""A text with marks that may overlap, cut where marks start and end, so that a page can show it without counting.

Offsets count code points here and UTF-16 units in a browser: no offset leaves Python.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from detente.text.display import visible
from detente.text.spans import Span

Piece = tuple[str, list[int]]
"""A stretch of a text as it is shown, and the places of the marks that cover it in the list of marks."""

_KEPT: Final = re.compile(r"([\n\t]+)")


def shown(text: str) -> str:
    r"""The text as a page shows it: line ends and tabs stay, and what would steer the display is an escape (`\u202e`).

    A carriage return before a line end is left out.
    """
    return "".join(part if _KEPT.fullmatch(part) else visible(part) for part in _KEPT.split(text.replace("\r\n", "\n")))


def pieces(text: str, spans: Sequence[Iterable[Span]]) -> list[Piece]:
    """Cuts a text where marks start and end.

    Args:
        text: The text.
        spans: Of each mark its spans, half-open; what lies outside of the text is left out.

    Returns:
        Pieces that make up the text, each with the marks that cover it; neighbours have different marks.
    """
    edges: dict[int, list[tuple[int, int]]] = {}  # offset -> mark, and whether it starts there
    for mark, own in enumerate(spans):
        for start, end in own:
            first, last = max(start, 0), min(end, len(text))
            if first < last:
                edges.setdefault(first, []).append((mark, 1))
                edges.setdefault(last, []).append((mark, -1))
    found: list[Piece] = []
    open_: dict[int, int] = {}  # a mark may cover a place twice
    before = 0
    for place in sorted({*edges, len(text)}):
        if place > before:
            covering = sorted(mark for mark, depth in open_.items() if depth)
            piece = shown(text[before:place])
            if found and found[-1][1] == covering:
                found[-1] = (found[-1][0] + piece, covering)
            else:
                found.append((piece, covering))
        for mark, step in edges.get(place, ()):
            open_[mark] = open_.get(mark, 0) + step
        before = place
    return found
