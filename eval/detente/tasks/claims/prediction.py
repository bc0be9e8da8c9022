"""Parsing predicted claims: every fault of a line is named, with the claim that it is in."""

import math
from typing import Any, Final, NamedTuple

from detente.data import fields as forms
from detente.data.jsonl import Record, describe
from detente.data.labels import CLAIM_TYPES, PRESENTATIONS
from detente.tasks.task import Refused
from detente.text.spans import Span, overlaps

FIELDS: Final = ("type", "presentation", "check_worthy", "propositions", "normalised")
"""What may be said of a claim, beside its spans."""
_KEYS: Final = ("spans", *FIELDS)
_Faults = list[tuple[str, str]]


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


def parse(text: str, record: Record) -> tuple[Claim, ...]:
    """The claims of a line, in the order of the text and not of the line; claims may overlap one another.

    Args:
        text: The article's.
        record: The line.

    Raises:
        Refused: With every fault.
    """
    items, unit = record["claims"], forms.offset_unit(record)
    if not isinstance(items, list):
        raise Refused(("wrong-type", f"claims is {describe(items)}, not a list"))
    faults: _Faults = []
    claims = [_claim(item, f"claims[{index}]", text, unit, faults) for index, item in enumerate(items)]
    if faults:
        raise Refused(*faults)
    return tuple(sorted(claims, key=_place))


def _place(claim: Claim) -> tuple[Any, ...]:
    """What orders claims: their place and, where that is the same, all that they say."""
    score = -math.inf if claim.check_worthy is None else claim.check_worthy
    words = (claim.type or "", claim.presentation or "", claim.propositions or (), claim.normalised or "")
    return (claim.spans, score, *words)


def _claim(item: object, name: str, text: str, unit: str, faults: _Faults) -> Claim:
    """One claim. Its faults are added to `faults`; it is of no use if there are any."""
    if not isinstance(item, dict):
        faults.append(("wrong-type", f"{name} is {describe(item)}, not an object"))
        return Claim(())
    if unknown := sorted(item.keys() - set(_KEYS)):
        faults.append(("unknown-field", f"{name} has {', '.join(map(repr, unknown))}: it knows {', '.join(_KEYS)}"))
    return Claim(
        spans=_spans(item, f"{name}.spans", text, unit, faults),
        type=_label(item, "type", CLAIM_TYPES, name, faults),
        presentation=_label(item, "presentation", PRESENTATIONS, name, faults),
        check_worthy=_score(item, f"{name}.check_worthy", faults),
        propositions=_keys(item, f"{name}.propositions", faults),
        normalised=_sentence(item, f"{name}.normalised", faults),
    )


def _spans(item: Record, name: str, text: str, unit: str, faults: _Faults) -> tuple[Span, ...]:
    if item.get("spans", []) == []:
        faults.append(("span-empty", f"{name} {'is empty' if 'spans' in item else 'is missing'}: a claim has a span"))
        return ()
    try:
        spans = sorted(forms.spans(item["spans"], text, unit, name))
    except Refused as refused:
        faults += refused.faults
        return ()
    for left, right in overlaps(spans):
        places = " and ".join(f"[{start}, {end})" for start, end in (left, right))
        faults.append(("span-overlap", f"{name}: characters {places} overlap"))
    return _joined(spans)


def _joined(spans: list[Span]) -> tuple[Span, ...]:
    """The same characters in the fewest spans: those that touch are one."""
    joined: list[Span] = []
    for start, end in spans:
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(joined)


def _label(item: Record, field: str, inventory: tuple[str, ...], name: str, faults: _Faults) -> str | None:
    if field not in item:
        return None
    if item[field] not in inventory:
        message = f"{name}.{field} {describe(item[field])} is not one of {', '.join(inventory)}"
        faults.append(("label-unknown", message))
        return None
    return str(item[field])


def _score(item: Record, name: str, faults: _Faults) -> float | None:
    if "check_worthy" not in item:
        return None
    value = item["check_worthy"]
    try:
        if isinstance(value, bool | int | float) and math.isfinite(value):
            return float(value)
    except OverflowError:  # a whole number too large to be a score
        pass
    faults.append(("wrong-type", f"{name} is {describe(value)}, not true, false or a finite number"))
    return None


def _keys(item: Record, name: str, faults: _Faults) -> tuple[str, ...] | None:
    if "propositions" not in item:
        return None
    value = item["propositions"]
    if not isinstance(value, list):
        faults.append(("wrong-type", f"{name} is {describe(value)}, not a list of cluster keys"))
        return None
    for index, key in enumerate(value):
        if not isinstance(key, str):
            faults.append(("wrong-type", f"{name}[{index}] is {describe(key)}, not a string"))
    return tuple(value)


def _sentence(item: Record, name: str, faults: _Faults) -> str | None:
    value = item.get("normalised")
    if "normalised" in item and not isinstance(value, str):
        faults.append(("wrong-type", f"{name} is {describe(value)}, not a string"))
        return None
    return value
