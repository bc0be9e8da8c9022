"""Site templates from our own hand: the sites, and every word that they add, are invented.

A template is a file `<name>.html` beside this one. Its `<body>` is a whole page with three slots for the article;
`<template data-wrap="type">` is what stands around each segment of a type (a paragraph's where a type has none),
`<template data-group="type">` what boxes a run of segments of one type, both with one slot; `<head>`, if there is one,
is added to the page's head. `data-type` marks an element whose own text, up to the next mark, the site adds, with the
type of segment it is, and is left out of the page. White space is the file's layout: none stands between marks, and in
a text a run of it is one space. What breaks these rules raises an error that names its line.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Final, NamedTuple

_TYPE_ATTRIBUTE: Final = re.compile(r'\s+data-type="[^"]*"')


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


class Slot(NamedTuple):
    """Where something is filled in.

    Attributes:
        name: In a body `article` is for the segments from the article's first that belongs to it to the last of its
            body, `before` and `after` are for the others. In a wrap or a group it is "".
    """

    name: str


Part = str | Piece | Slot
"""Markup, visible text, or a place for more of both."""


@dataclass(frozen=True)
class Template:
    """How a site shows an article.

    Attributes:
        name: Its word on the command line.
        body: The page, with slots for the article.
        wrap: Around a segment of a type; `paragraph` is always there.
        group: Around a run of segments of one type, where the site boxes them.
        head: Markup in the head.
    """

    name: str
    body: tuple[Part, ...]
    wrap: Mapping[str, tuple[Part, ...]]
    group: Mapping[str, tuple[Part, ...]]
    head: str


class _Parser(HTMLParser):
    """Takes a template's file apart; `blocks` has the parts of its head, its body, each wrap and each group."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks: dict[tuple[str, str], list[Part]] = {("head", ""): [], ("body", ""): []}
        self._block: list[Part] | None = None
        self._tag = ""
        self._type: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self._tag, self._type = tag, attributes.get("data-type")
        if tag in ("head", "body"):
            self._block = self.blocks[tag, ""]
        elif tag == "template":
            ((name, kind),) = attributes.items()
            self._block = self.blocks.setdefault((name.removeprefix("data-"), kind), [])
        elif tag == "slot":
            self._add(Slot(attributes.get("name", "")))
        else:
            self._add(_TYPE_ATTRIBUTE.sub("", self.get_starttag_text() or ""))

    def handle_endtag(self, tag: str) -> None:
        self._tag, self._type = "", None
        if tag in ("head", "body", "template"):
            self._block = None
        elif tag != "slot":
            self._add(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if not text:
            return
        if self._type:
            self._add(Piece(text, self._type))
        elif self._tag == "style":
            self._add(text)
        else:
            raise ValueError(f"line {self.getpos()[0]}: {text!r} has no data-type")

    def _add(self, part: Part) -> None:
        if self._block is None:
            raise ValueError(f"line {self.getpos()[0]}: {part!r} stands in no block")
        self._block.append(part)


def parse(name: str, html: str) -> Template:
    """A template from its file.

    Args:
        name: Its word on the command line.
        html: What stands in the file.

    Raises:
        ValueError: If a text has no type, or something stands outside head, body and templates.
    """
    parser = _Parser()
    parser.feed(html)
    parser.close()
    wrap, group = (
        {kind: tuple(parts) for (block, kind), parts in parser.blocks.items() if block == wanted}
        for wanted in ("wrap", "group")
    )
    head = "".join(map(str, parser.blocks["head", ""]))
    return Template(name, tuple(parser.blocks["body", ""]), wrap, group, head)


@cache
def template(name: str) -> Template:
    """The template of one of the names in `html.NAMES`; its file is read once."""
    return parse(name, Path(__file__).with_name(f"{name}.html").read_text(encoding="utf-8"))
