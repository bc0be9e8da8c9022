"""What a site template is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Piece(NamedTuple):
    """A piece of visible text, on a line of its own in the page's text.

    Attributes:
        text: The text.
        type: What it is, one of the types of segments.
        segment: The id of the article's segment that it shows; None for what the site adds.
    """

    text: str
    type: str
    segment: str | None = None


Part = str | Piece
"""Markup, or visible text."""
Wrap = tuple[str, str]
"""What stands before and after."""


@dataclass(frozen=True)
class Template:
    """How a site shows an article.

    Attributes:
        name: Its word on the command line.
        summary: One line for people.
        before: What the site puts above.
        article: Around the article: from its first segment that belongs to it to the last of its body.
        after: What the site puts below.
        wrap: Around a segment of a type; a paragraph's where a type has none.
        group: Around a run of segments of one type, where the site boxes them.
        head: Markup in the head.
    """

    name: str
    summary: str
    before: tuple[Part, ...]
    article: Wrap
    after: tuple[Part, ...]
    wrap: Mapping[str, Wrap]
    group: Mapping[str, Wrap] = field(default_factory=dict)
    head: str = ""


def each(open_: str, close: str, kind: str, *texts: str) -> tuple[Part, ...]:
    """Pieces of one type, each between the same marks."""
    return tuple(part for text in texts for part in (open_, Piece(text, kind), close))


def nested(*classes: str, tag: str) -> Wrap:
    """One div in another, and at last an element with a span."""
    opened = "".join(f'<div class="pb-{name}">' for name in classes)
    return f"{opened}<{tag}><span>", f"</span></{tag}>{'</div>' * len(classes)}"
