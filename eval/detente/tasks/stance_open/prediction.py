"""Open stances as values: an article with its gold stances, and the stances that a line predicts."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.data.fields import Field, label, objects, offset_unit, read, registered, spans
from detente.data.jsonl import Record
from detente.data.labels import STANCE_LABELS, STANCE_TARGETS, TELLERS
from detente.data.page import Page, pairs_of
from detente.text.folding import fold
from detente.text.spans import Span, mask_of, sums_within


class Stance(NamedTuple):
    """Who stands where on what, and which words show it.

    Attributes:
        holder: The id of a registered source; for spans that name none their text, in quotation marks.
        target: From the closed list.
        label: From the closed list.
        evidence: Sorted spans.
        tokens: The tokens of the evidence, by their number on the page.
        mention: The spans that the holder was predicted by.
        told_by: Who tells it, from the closed list; None where a prediction leaves it open.
    """

    holder: str
    target: str
    label: str
    evidence: tuple[Span, ...]
    tokens: frozenset[int]
    mention: tuple[Span, ...] = ()
    told_by: str | None = None


def _folded(name: str) -> str:
    return " ".join(fold(name).split())


@dataclass(frozen=True)
class Article:
    """An article with the gold rows of its cells, the names and aliases of all registered sources, and the targets."""

    page: Page
    rows: tuple[Record, ...]
    names: Mapping[str, Sequence[str]]
    targets: Sequence[str] = STANCE_TARGETS

    @cached_property
    def bearers(self) -> dict[str, set[str]]:
        """Each name and alias to those who bear it. Case counts: `us` is not the `US`."""
        found: dict[str, set[str]] = {}
        for source, names in self.names.items():
            for name in names:
                found.setdefault(_folded(name), set()).add(source)
        return found

    def tokens_of(self, spans: Sequence[Span]) -> frozenset[int]:
        """The tokens of which more than half of the characters are in the spans, by their number."""
        inside = sums_within(mask_of(spans, len(self.page.text)), self.page.tokens)
        return frozenset(np.flatnonzero(2 * inside > self._token_sizes).tolist())

    @cached_property
    def _token_sizes(self) -> NDArray[np.int64]:
        return np.array([end - start for start, end in self.page.tokens], dtype=np.int64)

    def holder_of(self, spans: Sequence[Span]) -> str:
        """The one source whose name or alias is the text of every span; else that text, in quotation marks."""
        texts = [_folded(self.page.text[start:end]) for start, end in spans]
        named = set.intersection(*(self.bearers.get(text, set()) for text in texts))
        return named.pop() if len(named) == 1 else "“" + " … ".join(texts) + "”"

    def mentions(self, source: str) -> frozenset[int]:
        """The tokens of the page that are a name or an alias of a source."""
        names = sorted({re.escape(fold(name)) for name in self.names.get(source, ())}, key=len, reverse=True)
        if not names:
            return frozenset()
        found = re.finditer(rf"(?<!\w)(?:{'|'.join(names)})(?!\w)", fold(self.page.text))
        return self.tokens_of([match.span() for match in found])

    @cached_property
    def gold(self) -> list[tuple[Record, Stance]]:
        """The rows that have a scale, with the stances that they are."""
        return [(row, self._stance(row)) for row in self.rows if row["scale"] is not None]

    @cached_property
    def null(self) -> list[tuple[Record, Stance]]:
        """The others, which have no evidence."""
        return [(row, self._stance(row)) for row in self.rows if row["scale"] is None]

    def _stance(self, row: Record) -> Stance:
        evidence = tuple(sorted(pairs_of(row["evidence"])))
        tokens = self.tokens_of(evidence)
        return Stance(row["holder"], row["target"], row["label"], evidence, tokens, told_by=row["told_by"])


def parse(article: Article, record: Record) -> tuple[Stance, ...]:
    """The stances of a line, in an order that is not the line's.

    Raises:
        PredictionError: With every fault of the line.
    """
    stances = read(record, partial(_stances, article))
    return tuple(sorted(stances, key=lambda stance: (*stance[:4], stance.told_by or "", stance.mention)))


def _stances(article: Article, line: Field) -> tuple[Stance, ...] | None:
    given = spans(article.page.text, offset_unit(line))

    def distinct(field: Field) -> tuple[Span, ...]:
        return tuple(sorted(set(given(field) or ())))

    def holder(field: Field) -> tuple[str, tuple[Span, ...]] | None:
        if isinstance(field.value, str):
            found = registered(article.names)(field)
            return None if found is None else (found, ())
        if field.value == []:
            message = f"{field.path} is empty: give a source id, or the words that name the holder"
            return field.refuse("wrong-type", message)
        if not isinstance(field.value, list):
            return field.is_not("a source id or [start, end) pairs")
        mention = distinct(field)
        return (article.holder_of(mention), mention) if mention else None

    def stance(item: Field) -> Stance:
        who, mention = item.get("holder", holder) or ("", ())
        evidence = item.get("evidence", distinct) or ()
        target, side = item.get("target", label(article.targets)), item.get("label", label(STANCE_LABELS))
        teller = item.get("told_by", label(TELLERS))
        return Stance(who, target or "", side or "", evidence, article.tokens_of(evidence), mention, teller)

    keys = ("holder", "target", "label", "evidence")
    return line.get("stances", objects(stance, keys, ("told_by",), lambda each: (*each[:4], each.told_by)))
