"""What a line says of a stance: a label, a score on the scale, or a probability for each label."""

import math
from typing import Any, Final, NamedTuple

from detente.data.fields import Field, label, read
from detente.data.jsonl import Record, describe
from detente.data.labels import SCALE, STANCE_LABELS, label_of_scale

KINDS: Final = ("label", "score", "probabilities")
_TOLERANCE: Final = 1e-6
"""How far from 1 probabilities may sum, for those that were written with few digits."""


class Prediction(NamedTuple):
    """A predicted label, and the score or the probabilities that it comes from."""

    kind: str
    label: str
    score: float | None = None
    probabilities: dict[str, float] | None = None


def parse(_: Any, record: Record) -> Prediction:
    """A prediction from its line.

    Raises:
        PredictionError: With every fault of the line.
    """
    return read(record, _line)


def _line(line: Field) -> Prediction | None:
    if found := line.get("label", _LABEL):
        return Prediction("label", found)
    return line.get("score", _score) or line.get("probabilities", _probabilities)


_LABEL: Final = label(STANCE_LABELS)


def _is_number(value: object) -> bool:
    return type(value) is int or (type(value) is float and math.isfinite(value))


def _score(field: Field) -> Prediction | None:
    if not _is_number(field.value):
        return field.is_not("a number")
    low, high = SCALE[0], SCALE[1]
    if not low <= field.value <= high:
        message = f"{field.path} {describe(field.value)} is not on the scale {low}…{high}"
        return field.refuse("value-out-of-range", message)
    return Prediction("score", label_of_scale(field.value), score=float(field.value))


def _probabilities(field: Field) -> Prediction | None:
    value = field.value
    if not isinstance(value, dict):
        return field.is_not("an object of label: probability")
    if value.keys() != set(STANCE_LABELS):
        named = ", ".join(value) or "nothing"
        return field.refuse("probabilities", f"{field.path} name {named}: name each of {', '.join(STANCE_LABELS)}")
    bad = [name for name in STANCE_LABELS if not _is_number(value[name]) or not 0 <= value[name] <= 1]
    for name in bad:
        message = f"the probability of {name} is {describe(value[name])}, not a number from 0 to 1"
        field.refuse("value-out-of-range", message)
    if bad:
        return None
    total = math.fsum(value.values())
    # Rounded, so that three times .333333 passes: its sum is off by 1e-6 and an error of the twelfth digit.
    if round(abs(total - 1), 12) > _TOLERANCE:
        return field.refuse("probabilities", f"{field.path} sum to {total:.9g}, not to 1")
    # Of equally probable labels the first of the inventory, so that the order of the keys does not matter.
    return Prediction("probabilities", max(STANCE_LABELS, key=lambda name: value[name]), probabilities=value)
