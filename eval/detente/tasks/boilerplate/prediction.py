"""What a line says of a page: a text, the spans that are kept or dropped, or one 0 or 1 for each line."""

from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.data.fields import Field, offset_unit, read, spans, string
from detente.data.jsonl import Record
from detente.data.page import Page
from detente.tasks.boilerplate import KINDS
from detente.text.spans import Span, mask_of


class Prediction(NamedTuple):
    """A prediction's kind and its value: a text, or one truth per character of the page."""

    kind: str
    value: str | NDArray[np.bool_]


def parse(page: Page, record: Record) -> Prediction:
    """A prediction from its line; one with an `error` is an empty text, whatever it holds.

    Raises:
        PredictionError: With every fault of the line.
    """
    return read(record, partial(_line, page))


def _line(page: Page, line: Field) -> Prediction | None:
    kind = next(kind for kind in KINDS if kind in line.value)
    unit = offset_unit(line)
    if line.value.get("error"):
        return Prediction(kind, "")
    if kind == "text":
        text = line.get("text", string)
        return None if text is None else Prediction(kind, text)
    given = line.get(kind, partial(_kept_lines, page.lines) if kind == "lines" else spans(page.text, unit))
    covered = mask_of(given or (), len(page.text))
    return Prediction(kind, (~covered if kind == "boilerplate" else covered) & page.visible)


def _kept_lines(lines: list[Span], field: Field) -> tuple[Span, ...] | None:
    """The lines that are kept, from one 0 or 1 for each."""
    value = field.value
    if not isinstance(value, list) or any(type(item) not in (int, bool) or item not in (0, 1) for item in value):
        message = f"{field.path} must be a list of 0 and 1, one for each non-blank line"
        return field.refuse("wrong-type", message)
    if len(value) != len(lines):
        counts = f"has {len(value)} entries, the page has {len(lines)} non-blank lines"
        return field.refuse("line-count", f"{field.path} {counts}: give one for each")
    return tuple(span for span, keep in zip(lines, value, strict=True) if keep)
