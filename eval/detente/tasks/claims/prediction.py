"""What a line says of an article: its claims, each with its spans and what else is predicted of it."""

import math
from collections.abc import Sequence
from functools import partial
from typing import Any, Final, NamedTuple

from detente.data.fields import Field, Reader, label, list_of, objects, offset_unit, read, spans, string
from detente.data.jsonl import Record
from detente.data.labels import CLAIM_TYPES, PRESENTATIONS
from detente.text.spans import Span, overlaps

FIELDS: Final = ("type", "presentation", "check_worthy", "propositions", "normalised")
"""What may be said of a claim, beside its spans."""


class Claim(NamedTuple):
    """A predicted claim; what is not predicted is None.

    Attributes:
        spans: In the order of the text, in code points, none of them touching.
        type: As in the gold.
        presentation: As in the gold.
        check_worthy: A score; true is 1 and false is 0.
        propositions: The keys of its clusters, the first of which counts.
        normalised: A sentence.
    """

    spans: tuple[Span, ...]
    type: str | None = None
    presentation: str | None = None
    check_worthy: float | None = None
    propositions: tuple[str, ...] | None = None
    normalised: str | None = None


def parse(text: str, record: Record, types: Sequence[str] = CLAIM_TYPES) -> tuple[Claim, ...]:
    """The claims of a line, in the order of the text and not of the line; claims may overlap one another.

    Args:
        text: The article's.
        record: The line.
        types: The types that a claim may have.

    Raises:
        PredictionError: With every fault of the line.
    """
    return tuple(sorted(read(record, partial(_claims, text, types)), key=lambda claim: (place(claim), _words(claim))))


def place(claim: Claim) -> tuple[tuple[Span, ...], float]:
    """What orders claims, whatever they are called: their spans, then their score, no score being the lowest."""
    return claim.spans, -math.inf if claim.check_worthy is None else claim.check_worthy


def _words(claim: Claim) -> tuple[Any, ...]:
    return claim.type or "", claim.presentation or "", claim.propositions or (), claim.normalised or ""


def _claims(text: str, types: Sequence[str], line: Field) -> tuple[Claim, ...] | None:
    given = spans(text, offset_unit(line))

    def claim(item: Field) -> Claim:
        return Claim(
            spans=item.get("spans", partial(_spans, given)) or (),
            type=item.get("type", label(types)),
            presentation=item.get("presentation", label(PRESENTATIONS)),
            check_worthy=item.get("check_worthy", _check_worthy),
            propositions=item.get("propositions", list_of(string, "cluster keys")),
            normalised=item.get("normalised", string),
        )

    return line.get("claims", objects(claim, ("spans",), FIELDS))


def _spans(given: Reader[tuple[Span, ...]], field: Field) -> tuple[Span, ...]:
    """The same characters in the fewest spans: those that touch are one, and none may overlap."""
    found = sorted(given(field) or ())
    if field.value == []:
        field.refuse("span-empty", f"{field.path} is empty: a claim has a span")
    for left, right in overlaps(found):
        places = " and ".join(f"[{start}, {end})" for start, end in (left, right))
        field.refuse("span-overlap", f"{field.path}: characters {places} overlap")
    joined: list[Span] = []
    for start, end in found:
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(joined)


def _check_worthy(field: Field) -> float | None:
    try:
        if isinstance(field.value, bool | int | float) and math.isfinite(field.value):
            return float(field.value)
    except OverflowError:  # a whole number too large to be a score
        pass
    return field.is_not("true, false or a finite number")
