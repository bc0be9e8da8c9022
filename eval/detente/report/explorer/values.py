"""What a row says, column by column, as words with links to what they name and the definitions of labels."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from detente.data.corpus import Corpus
from detente.data.jsonl import Record
from detente.data.label_definitions import definitions
from detente.report.html.pieces import shown
from detente.text.display import excerpt

LONGEST_QUOTE: Final = 300
"""Characters of a passage that is quoted away from its page; the link leads to all of it."""
_DEFINED: Final[Mapping[tuple[str, str], str]] = {
    ("agreement", "label"): "agreement_labels",
    ("attribution", "type"): "attribution_types",
    ("attribution", "channel"): "channels",
    ("claims", "type"): "claim_types",
    ("claims", "presentation"): "presentations",
    ("claims", "check_worthy"): "check_worthy_labels",
    ("derivation", "degree"): "degrees",
    ("derivation", "kind"): "derivation_kinds",
    ("reuse", "operation"): "operations",
    ("stance", "label"): "stance_labels",
    ("stance", "target"): "stance_targets",
}
"""Where `data.label_definitions` says what the labels of a layer's column mean."""
_PLACE: Final = re.compile(r"⟦([^:⟧]+):(\d+)-(\d+)⟧")


class Value(NamedTuple):
    """A word or a passage.

    Attributes:
        text: What it says, as a page may show it.
        href: Where what it names is shown; empty if nowhere.
        note: What it means, or the name of what has this id.
        key: Is it the name of what follows?
    """

    text: str
    href: str = ""
    note: str = ""
    key: bool = False


Line = Sequence[Value]
"""What stands on one line."""


def href(page: str, *path: str) -> str:
    """The address of a page of the explorer, and of what is at a path on it."""
    words = "/".join(quote(word, safe="") for word in path)
    return f"{page}.html#{words}" if words else f"{page}.html"


@dataclass(frozen=True)
class Names:
    """What the rows of a corpus name: where each thing is shown, what it is called, what a label means."""

    corpus: Corpus

    @cached_property
    def _known(self) -> dict[str, Value]:
        """Every id that has a place, with the address and what it is called. Of equal ids the first counts."""
        rows = self.corpus.rows
        found: dict[str, Value] = {}
        for name, row in self.corpus.articles.items():
            found[name] = Value(name, href(name), shown(row["headline"] or ""))
        for row in rows("claims", "id", "article", "normalised"):
            found.setdefault(row["id"], Value(row["id"], href(row["article"], "claims", row["id"]), row["normalised"]))
        for row in rows("propositions", "id", "text"):
            found.setdefault(row["id"], Value(row["id"], href("propositions", row["id"]), row["text"]))
        for row in rows("sources", "id", "name"):
            found.setdefault(row["id"], Value(row["id"], href("sources", row["id"]), row["name"]))
        for row in rows("events", "id", "kind"):
            found.setdefault(row["id"], Value(row["id"], href("sources", row["id"]), row["kind"].replace("_", " ")))
        return {name: value._replace(note=shown(value.note)) for name, value in found.items()}

    @cached_property
    def _definitions(self) -> Mapping[str, Mapping[str, str]]:
        return definitions(self.corpus.inventory)

    def named(self, name: str) -> Value:
        """An id with its link and name; any other word as it is."""
        return self._known.get(name) or Value(shown(name))

    @cached_property
    def _sources(self) -> dict[str, str]:
        return {row["id"]: row["name"] for row in self.corpus.rows("sources", "id", "name")}

    def called(self, name: str) -> Value:
        """A source by its name, with its link: `France` for `france`; anything else as `named`."""
        known = self.named(name)
        return known._replace(text=known.note, note=name) if self._sources.get(name) else known

    def defined(self, layer: str, column: str, label: str) -> str:
        """What a label means; empty where nothing says it."""
        return self._definitions.get(_DEFINED.get((layer, column), ""), {}).get(label, "")

    def quoted(self, article: str, spans: Iterable[Record], *path: str, longest: int = LONGEST_QUOTE) -> list[Value]:
        """Passages in quotation marks, with links to the page; without the page's text, where they stand."""
        text = "" if self.corpus.text_free else self.corpus.articles[article]["text"]
        where = href(article, *path)
        return [Value(_quoted(text, span, longest), where) for span in spans]

    def prose(self, text: str) -> str:
        """A sentence as a page may show it; a place that stands for words of a page in a text-free export is said."""
        return _PLACE.sub(r"[\1, characters \2 to \3]", shown(text))

    def alternatives(self, row: Record) -> list[tuple[str, str]]:
        """The other readings of a row: field and value, and the reason."""
        return [
            (self.prose(f"{other['field']} {other['value']}"), self.prose(other["reason"]))
            for other in row.get("alternatives") or ()
        ]

    def lines(self, layer: str, column: str, value: Any, article: str = "", path: Sequence[str] = ()) -> list[Line]:
        """A column's value: a line for each item of a list of objects, else one.

        Args:
            layer: The layer of the row.
            column: The column, or a key inside it.
            value: What stands there.
            article: Whose spans the value may hold.
            path: Where on the page of the article a link from such a span leads.
        """
        if isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
            if all(_is_span(each) for each in value):
                return [[quote] for quote in self.quoted(article, value, *path)]
            return [self._object(layer, each) for each in value]
        if isinstance(value, dict):
            return [self.quoted(article, [value], *path) if _is_span(value) else self._object(layer, value)]
        return [self._words(layer, column, value)]

    def _object(self, layer: str, value: Record) -> Line:
        found: list[Value] = []
        for key, inner in value.items():
            found += [Value(key.replace("_", " "), key=True), *self._words(layer, key, inner)]
        return found

    def _words(self, layer: str, column: str, value: Any) -> Line:
        if isinstance(value, list):
            return [word for each in value for word in self._words(layer, column, each)] or [Value("–")]
        if value is None:
            return [Value("–")]
        if isinstance(value, bool):
            word = "yes" if value else "no"
            return [Value(word, note=self.defined(layer, column, word))]
        if not isinstance(value, str):
            return [Value(signed(value) if column == "scale" else str(value))]
        if note := self.defined(layer, column, value):
            return [Value(shown(value), note=note)]
        known = self.named(value)
        return [known if known.href else Value(self.prose(value))]


def signed(scale: int) -> str:
    """A step of the scale of stances: `+2`, `0`, `−1`."""
    return f"{scale:+d}".replace("-", "−") if scale else "0"


def _is_span(value: Record) -> bool:
    """Is it `{start, end}`, perhaps with the number of a link?"""
    return {"start", "end"} <= value.keys() <= {"start", "end", "link"}


def _quoted(text: str, span: Record, longest: int) -> str:
    if not text:
        return f"characters {span['start']} to {span['end']}"
    return f"“{shown(excerpt(text[span['start'] : span['end']], longest))}”"
