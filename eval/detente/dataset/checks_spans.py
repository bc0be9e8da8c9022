"""Checks of every layer's spans: each lies in its text, and where its layer says so, in the body or in headlines."""

from collections.abc import Iterable, Iterator
from typing import Final

from detente.data.annotated import Tables, content_of, fits, segmented, texts
from detente.data.jsonl import Record
from detente.data.page import span_of
from detente.data.problems import Problem
from detente.dataset.schema import LAYERS
from detente.tasks.layer import Layer, SpanField
from detente.text.display import counted
from detente.text.spans import Span

Layers = Iterable[Layer]
ALL: Final[Layers] = tuple(LAYERS.values())
"""Every layer: what is looked at unless told otherwise."""


def span_problem(place: str, span: Span, text: str) -> Problem | None:
    """What is wrong with a span of a text, or None."""
    start, end = span
    if start >= end:
        return Problem("span-empty", place, f"the span [{start}, {end}) holds nothing: it must start before it ends")
    if start < 0:
        return Problem("span-outside-text", place, f"start {start} is before the text")
    if end > len(text):
        return Problem("span-outside-text", place, f"end {end} is past the text's {counted(len(text), 'character')}")
    return None


def _spans(tables: Tables, layers: Layers) -> Iterator[tuple[SpanField, str, str, Record]]:
    """Every span of the layers' tables: its field, where it stands, its article, and its offsets."""
    for layer in layers:
        for field in layer.spans:
            for place, row in tables[layer.name]:
                yield from ((field, place, article, span) for article, span in field.places(row))


def spans_inside(tables: Tables, layers: Layers = ALL) -> Iterator[Problem]:
    """Spans are not empty and lie in their text; the articles that they name themselves are registered."""
    known = texts(tables)
    registered = {row["id"] for row in tables["articles"].rows}
    for field, place, article, span in _spans(tables, layers):
        if article in known:
            if problem := span_problem(place, span_of(span), known[article]):
                yield problem
        elif not field.article and article not in registered and not tables["articles"].may_hold(article):
            yield Problem("article-unregistered", place, f"{article} is not registered in articles")


def spans_in_content(tables: Tables, layers: Layers = ALL) -> Iterator[Problem]:
    """Stance evidence, claims and reused passages lie in the body or in headlines, to the character."""
    known = segmented(tables)
    content = {article: content_of(tables, article, text) for article, text in known.items()}
    for field, place, article, span in _spans(tables, layers):
        start, end = span_of(span)
        is_checked = field.content_rule and article in known and fits((start, end), known[article])
        if is_checked and not content[article][start:end].all():
            shown = known[article][start:end][:40]
            message = f"[{start}, {end}) leaves the body and the headlines: {shown!r}"
            yield Problem(field.content_rule, place, message)


def required_spans_given(tables: Tables, layers: Layers = ALL) -> Iterator[Problem]:
    """What a layer must show evidence of has a span."""
    for layer in layers:
        for field in (field for field in layer.spans if field.required):
            for place, row in tables[layer.name]:
                if not row[field.field]:
                    message = f"{row['id']} has no evidence: give the words that tell of it"
                    yield Problem("evidence-missing", place, message)


CHECKS = (spans_inside, spans_in_content, required_spans_given)
