"""Markdown and HTML as the text that a reader sees, with its structure; and whether texts look like either."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from detente.text.structure import FORMULA, FORMULA_TAG, LONGEST_FORMULA, Elements, Structure

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline

FORMATS: Final = ("text", "markdown", "html")
"""What texts may be written in."""
FORMAT_OF_SUFFIX: Final = {
    ".txt": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
}
MARKS: Final = 2
"""A text looks like Markdown or HTML if it has so many marks of it, or more."""
NESTED: Final = 100
"""How many square brackets of a paragraph may be open at a time to be links and pictures."""
SHARE: Final = 0.2
"""Texts look like Markdown or HTML if this part of those that are not empty does, or more."""

_HIDDEN: Final = frozenset(("script", "style", "noscript", "template", "title"))
_BLOCKS: Final = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "div"),
        *("dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6"),
        *("header", "hgroup", "hr", "html", "legend", "li", "main", "menu", "nav", "ol", "option", "p", "pre"),
        *("search", "section", "summary", "table", "tr", "ul"),
    )
)
_CELLS: Final = frozenset(("td", "th"))
_VERBATIM: Final = frozenset(("pre", FORMULA_TAG))
_BLOCK_TAG: Final = re.compile(rf"<(?:br|{'|'.join(sorted(_BLOCKS))})\b", re.IGNORECASE)
# A footnote's mark, with the colon where its text begins; the box of a task at the start of a list item.
_NOTE_OR_BOX: Final = re.compile(r"^\[\^[^\[\]\s]+\]:[ \t]*|\[\^[^\[\]\s]+\]|^\[[ xX]\](?=[ \t])", re.MULTILINE)
_BRACKET: Final = re.compile(r"[\[\]]")
_OPENING: Final = re.compile(r"\\?\[")
_BLANK_LINES: Final = re.compile(r"(\n[ \t]*\n)")
_OPENED: Final = re.compile(r"(?:(?:[*+>-]|[0-9]{1,9}[.)]) {1,4}(?=\S)){0,20}")
"""The markers of lists and quotations that a line begins with."""
_HEADING: Final = re.compile(r"#{1,6} +(?=\S)")
_BLOCK_SIGN: Final = re.compile(r">|#{1,6}(?:\s|$)|(?:[*+-]|[0-9]{1,9}[.)])(?:\s|$)|(?:[*_-]\s*){3,}$")
"""How another block than a paragraph may begin."""
_LINK: Final = re.compile(r"\[([^\[\]]*)\]\((?:(?:https?:|[/#?.])[^\s()<>\\]*)?\)")
"""A link that is one whatever stands beside it."""
_INLINE_SIGN: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff<*\\`]|~~|!\[|\[.*\]\(|&#?\w+;|(?<![^\W_])_|_(?![^\W_])"
)
"""What only a parser can tell from text."""
_TAG: Final = re.compile(
    r"</?(?:a|b|blockquote|br|div|em|h[1-6]|i|img|li|ol|p|span|strong|su[bp]|t[dhr]|table|ul)\b[^<>]*>", re.IGNORECASE
)
# Headings, fences, links, bold: what plain text has not. It has list markers and rules.
_MARK: Final = re.compile(r"^#{1,6} +\S|^```|\]\([^()\s]|\*\*[^\s*][^*\n]*\*\*", re.MULTILINE)


class MarkupText(str):
    """A text as a reader sees it, that still knows the structure of the Markdown or HTML that it was reduced from."""

    __slots__ = ("structure",)

    structure: Structure

    def __new__(cls, text: str, structure: Structure) -> "MarkupText":
        """A text with its structure."""
        made = super().__new__(cls, text)
        made.structure = structure
        return made

    def __getnewargs__(self) -> tuple[str, Structure]:  # type: ignore[override]  # for pickle
        return str(self), self.structure


def structure_of(text: str) -> Structure | None:
    """The structure of a text that was reduced from Markdown or HTML; None of any other."""
    return text.structure if isinstance(text, MarkupText) else None


def to_text(source: str, written_in: str) -> str:
    """The text of a source in one of `FORMATS`: no tags, markers or pictures; a block is a line, or a paragraph.

    A line break in Markdown stays one, so that a text is the same as Markdown and as it is. Markdown is CommonMark with
    tables, strike-through, footnotes, check boxes and formulas, which stay as they are, and may hold HTML.

    Returns:
        A plain text as it is; of Markdown and HTML a `MarkupText`, which has the structure, from the same parse.
    """
    if written_in == "html":
        return _with_structure(source, {})
    if written_in == "markdown":
        addresses: dict[str, str] = {}
        html = _rendered(source, html=True, env={"addresses": addresses})
        return _with_structure(html, {short: address for address, short in addresses.items()})
    return source


def html_to_text(html: str) -> str:
    """What a reader sees of HTML: paragraphs between blank lines, other blocks on lines of their own.

    White space is one space, links are part of their line, scripts, styles, titles and pictures are left out. HTML
    without any block, such as lines with links in them, keeps its line breaks.
    """
    return _parsed(html, _Reader(keeps_lines=not _BLOCK_TAG.search(html)))


def _with_structure(html: str, addresses: Mapping[str, str]) -> MarkupText:
    elements = Elements(addresses)
    text = _parsed(html, _StructureReader(elements, keeps_lines=not _BLOCK_TAG.search(html)))
    return MarkupText(text, elements.close())


def _parsed(html: str, reader: "_Reader") -> str:
    from lxml import etree

    parser = etree.HTMLParser(target=reader, encoding="utf-8", huge_tree=True)
    parser.feed(b"<html>" + html.encode())
    lines = (" ".join(line.split()) for line in parser.close().split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def markdown_line_to_text(line: str) -> str:
    """The text of one line of Markdown, which may be the middle of a block; tags and definitions are text there."""
    simple = _simple_line(line)
    return html_to_text(_rendered(line, html=False)) if simple is None else simple


def _simple_line(line: str) -> str | None:
    """The same without a parser, of a line that has only links and the markers of lists, quotations and headings.

    Such are most; None of others.
    """
    start = _OPENED.match(line).end()  # type: ignore[union-attr]  # an empty match at the least
    if heading := _HEADING.match(line, start):
        start = heading.end()
    text = line[start:]
    if text != text.strip() or _BLOCK_SIGN.match(text) or text.count("[") > NESTED or (heading and "#" in text):
        return None
    linked = _LINK.sub(r"[\1]", text)
    if _INLINE_SIGN.search(linked) or (linked != text and _NOTE_OR_BOX.search(text)):
        return None
    bare = _LINK.sub(r"\1", text) if linked != text else _NOTE_OR_BOX.sub("", text)
    return " ".join(bare.split())


def looks_like(texts: Iterable[str]) -> str | None:
    """`html` or `markdown` if at least a fifth of the texts that are not empty look like it, else None.

    A text looks like that of which it has more marks, and at least two. Marks of HTML are its common tags; marks of
    Markdown are headings, fences, links and bold words.
    """
    return most_look_like(*looks_of(texts))


def looks_of(texts: Iterable[str]) -> tuple[dict[str, int], int]:
    """How many texts look like HTML and like Markdown, and how many are not empty."""
    pages = [text for text in texts if text.strip()]
    return dict(Counter(filter(None, map(_look, pages)))), len(pages)


def most_look_like(looks: Mapping[str, int], pages: int) -> str | None:
    """The same of texts that were looked at already; see `looks_of`."""
    written_in, count = max(sorted(looks.items()), key=lambda found: found[1], default=("", 0))
    return written_in if count and count >= SHARE * pages else None


def _look(text: str) -> str | None:
    # Most texts have none of these signs, which are found much sooner than what begins with them.
    tags = len(_TAG.findall(text)) if "<" in text else 0
    marks = len(_MARK.findall(text)) if any(sign in text for sign in ("#", "```", "](", "**")) else 0
    return None if max(tags, marks) < MARKS else "html" if tags >= marks else "markdown"


class _Reader:
    """Collects what a reader sees, with the line breaks between blocks: what lxml calls the target of a parser."""

    def __init__(self, *, keeps_lines: bool) -> None:
        self.parts: list[str] = []
        self.breaks = 0  # line breaks before the next text, as `innerText` counts them: the most that any block asks
        self.hidden = 0
        self.kept_lines = int(keeps_lines)  # how many elements are open that keep their line breaks

    def start(self, tag: str, _: Mapping[str, str]) -> None:
        self.hidden += tag in _HIDDEN
        self.kept_lines += tag in _VERBATIM
        if tag == "br":
            self.breaks += 1
        elif tag in _CELLS:
            self.data(" ")
        self._block(tag)

    def end(self, tag: str) -> None:
        self.hidden -= tag in _HIDDEN
        self.kept_lines -= tag in _VERBATIM
        self._block(tag)

    def data(self, data: str) -> None:
        text = data if self.kept_lines else re.sub(r"\s+", " ", data)
        if self.hidden or (self.breaks and not text.strip()):
            return
        self.parts.append("\n" * self.breaks + text)
        self.breaks = 0

    def close(self) -> str:
        return "".join(self.parts)

    def _block(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.breaks = max(self.breaks, 2 if tag == "p" else 1)


class _StructureReader(_Reader):
    """Collects the elements of what a reader sees, too."""

    def __init__(self, elements: Elements, *, keeps_lines: bool) -> None:
        super().__init__(keeps_lines=keeps_lines)
        self.elements = elements

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        super().start(tag, attributes)
        if tag == "br" or tag in _BLOCKS:
            self.elements.data("\n")
        if not self.hidden and tag != "br":  # a formula may have line breaks
            self.elements.start(tag, attributes)

    def end(self, tag: str) -> None:
        if not self.hidden and tag != "br":
            self.elements.end(tag)
        super().end(tag)
        if tag in _BLOCKS:
            self.elements.data("\n")

    def data(self, data: str) -> None:
        super().data(data)
        if not self.hidden:
            self.elements.data(data)


def _rendered(source: str, *, html: bool, env: dict[str, Any] | None = None) -> str:
    """Markdown as HTML; brackets of paragraphs with more than `NESTED` open at a time are text."""
    # A bracket that is never closed is looked for to the end of its paragraph, and so is every bracket inside it.
    parts = _BLANK_LINES.split(source) if source.count("[") > NESTED else [source]
    bounded = [_OPENING.sub(r"\\[", part) if _nested(part) > NESTED else part for part in parts]
    return str(_markdown(html=html).render("".join(bounded), env))


def _nested(text: str) -> int:
    """How many square brackets are open at a time, at most."""
    depth = deepest = 0
    for bracket in _BRACKET.findall(text):
        depth = depth + 1 if bracket == "[" else max(depth - 1, 0)
        deepest = max(deepest, depth)
    return deepest


@cache
def _markdown(*, html: bool) -> "MarkdownIt":
    from markdown_it import MarkdownIt

    # Deeper nesting than the limit, 20 by default, would lose its text.
    parser = MarkdownIt("commonmark", {"html": html, "breaks": True, "maxNesting": 100})
    parser.enable(["table", "strikethrough"])
    if not html:
        parser.disable(["reference"])  # "[Ann]: Yes" is a line that somebody says
    parser.inline.ruler.before("link", "note_or_box", _skip_note_or_box)
    if html:
        parser.disable("text_join")  # escaped signs stay apart, so that they begin no formula
        parser.inline.ruler.before("escape", FORMULA_TAG, _formula)
        parser.block.ruler.before("fence", FORMULA_TAG, _formula_block, {"alt": ["paragraph", "blockquote", "list"]})
        parser.add_render_rule(FORMULA_TAG, lambda _, tokens, place, *__: _escaped(tokens[place].content, FORMULA_TAG))
        parser.add_render_rule("text_special", lambda _, tokens, place, *__: _escaped(tokens[place].content, "span"))
    # With a short name for the address, of which every reference would have its copy.
    parser.add_render_rule("link_open", lambda _, tokens, place, __, env: _addressed("a", tokens[place], "href", env))
    parser.add_render_rule("image", lambda _, tokens, place, __, env: _addressed("img", tokens[place], "src", env))
    return parser


def _escaped(text: str, tag: str) -> str:
    from markdown_it.common.utils import escapeHtml

    return f"<{tag}>{escapeHtml(text)}</{tag}>"


def _addressed(tag: str, token: Any, attribute: str, env: dict[str, Any]) -> str:
    addresses: dict[str, str] = env.get("addresses", {})
    address = str(token.attrGet(attribute) or "")
    return f'<{tag} address="{addresses.setdefault(address, str(len(addresses)))}">'


def _formula(state: "StateInline", silent: bool) -> bool:
    """A formula inside a paragraph, whose underscores and backslashes are its own."""
    found = FORMULA.match(state.src, state.pos) if state.src[state.pos] in "$\\" else None
    if found and not silent:
        state.push(FORMULA_TAG, "", 0).content = found[0]
    if found:
        state.pos = found.end()
    return found is not None


def _formula_block(state: "StateBlock", first: int, last: int, silent: bool) -> bool:
    """A displayed formula that begins a line and ends one, whose lines are no list, heading or quotation."""
    start = state.bMarks[first] + state.tShift[first]
    closing = {"$$": "$$", "\\[": "\\]"}.get(state.src[start : start + 2])
    if closing is None or state.is_code_block(first):
        return False
    end = state.src.find(closing, start + 2, start + LONGEST_FORMULA)
    line = first + state.src.count("\n", start, max(end, start))
    if end <= start + 2 or line >= last or state.src[end + 2 : state.eMarks[line]].strip():
        return False
    if silent:
        return True
    state.push("paragraph_open", "p", 1)
    state.push(FORMULA_TAG, "", 0).content = state.getLines(first, line + 1, state.blkIndent, False).strip()
    state.push("paragraph_close", "p", -1)
    state.line = line + 1
    return True


def _skip_note_or_box(state: "StateInline", _: bool) -> bool:
    match = _NOTE_OR_BOX.match(state.src, state.pos)
    if match:
        state.pos = match.end()
    return match is not None
