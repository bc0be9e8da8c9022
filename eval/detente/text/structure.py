r"""What a page has beside its words: code blocks, tables, formulas, headings, lists, links, images."""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple
from urllib.parse import unquote

LONGEST_FORMULA: Final = 1000
"""A formula in dollars or backslashed brackets has at most so many characters: longer ones are text."""
FORMULA_TAG: Final = "detente-formula"
"""Stands around the formulas of Markdown once it is HTML."""
MOST_SPANNED: Final = 1000
"""So many columns or rows a cell spans at most, as in browsers."""
FORMULA: Final = re.compile(
    rf"""\$\$(?P<double>.{{1,{LONGEST_FORMULA}}}?)\$\$
    | \\\((?P<round>.{{1,{LONGEST_FORMULA}}}?)\\\)
    | \\\[(?P<square>.{{1,{LONGEST_FORMULA}}}?)\\\]
    | (?<![\w\\$])\$(?![\s$])(?P<single>[^$]{{1,{LONGEST_FORMULA}}})(?<![\s\\])\$(?![\w$])""",
    re.DOTALL | re.VERBOSE,
)
r"""A formula in a text: $$…$$, \(…\), \[…\], and $…$ without white space right inside, or a word right outside."""


class Cell(NamedTuple):
    """A cell of a table: its text, and how many columns and rows it spans. Header cells are cells."""

    text: str
    columns: int = 1
    rows: int = 1


Table = tuple[tuple[Cell, ...], ...]
"""The rows of a table."""


class Heading(NamedTuple):
    """A heading: its text, and its level, 1…6."""

    text: str
    level: int


class ListItem(NamedTuple):
    """An item of a list, numbered or not: its text without that of lists inside it, and in how many lists it stands."""

    text: str
    depth: int


class Link(NamedTuple):
    """A link: its text, which is empty around a picture, and its address, `%C3%A9` being `é`."""

    text: str
    address: str


class Structure(NamedTuple):
    """The elements of a page, each kind in the order in which they end. Elements without any text are left out.

    Attributes:
        code: The lines of each code block (`<pre>`), without blank lines and white space at their ends.
        tables: The tables. A table in a cell is a table of its own, and no part of the cell's text.
        formulas: The sources of formulas, without what stands around them: TeX, or what MathML says in TeX, else shows.
        headings: The headings.
        items: The list items.
        links: Links that have an address.
        images: The addresses of pictures.
    """

    code: tuple[tuple[str, ...], ...] = ()
    tables: tuple[Table, ...] = ()
    formulas: tuple[str, ...] = ()
    headings: tuple[Heading, ...] = ()
    items: tuple[ListItem, ...] = ()
    links: tuple[Link, ...] = ()
    images: tuple[str, ...] = ()


EMPTY: Final = Structure()
"""Of a page without any element, such as one without output."""

_HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}
_LISTS: Final = frozenset(("ul", "ol", "menu", "dir"))
_KIND: Final = {
    **dict.fromkeys(_HEADINGS, "heading"),
    **dict.fromkeys(("td", "th"), "cell"),
    "pre": "code",
    "li": "item",
    "a": "link",
    "math": "math",
    "annotation": "annotation",
    FORMULA_TAG: "formula",
}
"""The elements whose text is collected, by tag."""


class _Open(NamedTuple):
    """An element that has not ended: its attributes, how deep in lists it is, and its text so far."""

    attributes: Mapping[str, str]
    depth: int
    parts: list[str]

    @property
    def text(self) -> str:
        return " ".join("".join(self.parts).split())


class Elements:
    """Collects the structure of a page from the events of an HTML parser.

    Text belongs to the innermost open element of each kind. Nothing is read twice, and nothing recurs, so that depth
    costs nothing.

    Args:
        addresses: Long addresses by the short names that `address` attributes have in their place.
    """

    def __init__(self, addresses: Mapping[str, str]) -> None:
        self._addresses = {short: unquote(address) for short, address in addresses.items()}
        self._open: dict[str, list[_Open]] = {kind: [] for kind in _KIND.values()}
        self._tables: list[list[list[Cell]]] = []
        self._text: list[str] = []  # since the last tag
        self._tex = ""  # of the formula in MathML that is open
        self._lists = self._verbatim = 0
        self._found: dict[str, list[object]] = {kind: [] for kind in Structure._fields}

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        self._end_text()
        self._lists += tag in _LISTS
        self._verbatim += tag == "code"
        if tag == "table":
            self._tables.append([])
        elif tag == "tr" and self._tables:
            self._tables[-1].append([])
        elif tag == "img" and (address := self._address(attributes, "src")):
            self._found["images"].append(address)
        elif kind := _KIND.get(tag):
            self._open[kind].append(_Open(attributes, self._lists, []))

    def end(self, tag: str) -> None:
        """An element ends."""
        self._end_text()
        self._lists -= tag in _LISTS
        self._verbatim -= tag == "code"
        if tag == "table" and self._tables:
            rows = tuple(tuple(row) for row in self._tables.pop() if row)
            if any(cell.text for row in rows for cell in row):
                self._found["tables"].append(rows)
        elif (kind := _KIND.get(tag)) and self._open[kind]:
            self._close(tag, kind, self._open[kind].pop())

    def data(self, text: str) -> None:
        """Text that a reader sees, or a line break."""
        self._text.append(text)
        for elements in self._open.values():
            if elements:
                elements[-1].parts.append(text)

    def close(self) -> Structure:
        """All that was found."""
        self._end_text()
        return Structure(**{kind: tuple(found) for kind, found in self._found.items()})  # type: ignore[arg-type]

    def _close(self, tag: str, kind: str, element: _Open) -> None:
        text = element.text
        if kind == "cell" and self._tables:
            rows = self._tables[-1] or [[]]  # a cell outside a row is in the first one
            self._tables[-1] = rows
            spans = (_spanned(element.attributes.get(name, "")) for name in ("colspan", "rowspan"))
            rows[-1].append(Cell(text, *spans))
        elif kind == "link" and (address := self._address(element.attributes, "href")):
            self._found["links"].append(Link(text, address))
        elif kind == "annotation" and self._open["math"] and "tex" in element.attributes.get("encoding", ""):
            self._tex = text
        elif kind == "math":
            self._add_formula(self._tex or element.attributes.get("alttext") or text)
            self._tex = ""
        elif kind == "formula":
            found = FORMULA.fullmatch("".join(element.parts).strip())
            self._add_formula(found[found.lastgroup] if found and found.lastgroup else text)
        elif kind == "code":
            lines = "".join(element.parts).split("\n")
            if block := tuple(line.rstrip() for line in lines if line.strip()):
                self._found["code"].append(block)
        elif text and kind == "heading":
            self._found["headings"].append(Heading(text, _HEADINGS[tag]))
        elif text and kind == "item":
            self._found["items"].append(ListItem(text, max(element.depth, 1)))

    def _address(self, attributes: Mapping[str, str], name: str) -> str:
        return self._addresses.get(attributes.get("address", ""), "") or unquote(attributes.get(name, "").strip())

    def _add_formula(self, source: str) -> None:
        if found := " ".join(source.split()):
            self._found["formulas"].append(found)

    def _end_text(self) -> None:
        """Looks for formulas in the text between two tags, unless it is code or a formula itself."""
        text = "".join(self._text)
        self._text.clear()
        if ("$" not in text and "\\" not in text) or self._verbatim:
            return
        if not any(self._open[kind] for kind in ("code", "math", "formula")):
            for found in FORMULA.finditer(text):
                self._add_formula(found[found.lastgroup or 0])


def _spanned(value: str) -> int:
    """What `colspan` says: a whole number from 1, else 1."""
    return min(int(value), MOST_SPANNED) or 1 if value.isascii() and value.isdigit() and len(value) < 10 else 1
