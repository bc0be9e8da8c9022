"""What a line says of a stance: a label, a score on the scale, or a probability for each label."""

import math
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from detente.data.fields import Field, label, read
from detente.data.jsonl import Record, describe
from detente.data.labels import SCALE, STANCE_LABELS, label_of_scale
from detente.text.display import counted, quoted

_EXACT: Final = 1e-6
"""How far from 1 probabilities may sum and stand as they are."""
_ROUNDED: Final = 0.005
"""How far from 1 they may sum and are divided by their sum: float16 and two decimals leave as much."""


class Prediction(NamedTuple):
    """A predicted label, and the score or the probabilities that it comes from.

    Attributes:
        kind: The key that the line has.
        label: One of the inventory.
        score: On the scale.
        probabilities: Of each label; they sum to 1.
        renormalised: Whether they were divided by their sum, since rounding had left another one.
    """

    kind: str
    label: str
    score: float | None = None
    probabilities: dict[str, float] | None = None
    renormalised: bool = False


def parse(_: Any, record: Record) -> Prediction:
    """A prediction from its line.

    Raises:
        PredictionError: With every fault of the line.
    """
    return read(record, _line)


def _line(line: Field) -> Prediction | None:
    found, probable = line.get("label", _LABEL), line.get("probabilities", _probabilities)
    if found and probable:
        return _agreeing(line, found, probable)
    if found:
        return Prediction("label", found)
    return line.get("score", _score) or probable


def _agreeing(line: Field, label: str, probable: Prediction) -> Prediction | None:
    """Probabilities with the label beside them, which must be the most probable one, or of several such one."""
    assert probable.probabilities is not None
    chance, most = probable.probabilities[label], probable.probabilities[probable.label]
    if chance < most:
        message = f"the label is {label} ({chance:.9g}), but {probable.label} is more probable ({most:.9g})"
        return line.refuse("probabilities", message)
    return probable._replace(label=label)


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
        named = quoted(*value) or "nothing"
        return field.refuse("probabilities", f"{field.path} name {named}: name each of {', '.join(STANCE_LABELS)}")
    bad = [name for name in STANCE_LABELS if not _is_number(value[name]) or not 0 <= value[name] <= 1]
    for name in bad:
        message = f"the probability of {name} is {describe(value[name])}, not a number from 0 to 1"
        field.refuse("value-out-of-range", message)
    if bad:
        return None
    total = math.fsum(value.values())
    # Rounded, so that three times .333333 passes: its sum is off by 1e-6 and an error of the twelfth digit.
    off = round(abs(total - 1), 12)
    if off > _ROUNDED:
        message = f"{field.path} sum to {total:.9g}, not to 1 within {_ROUNDED}: divide them by their sum"
        return field.refuse("probabilities", message)
    # Of equally probable labels the first of the inventory, so that the order of the keys does not matter.
    label = max(STANCE_LABELS, key=lambda name: value[name])
    if off <= _EXACT:
        return Prediction("probabilities", label, probabilities=value)
    divided = {name: each / total for name, each in value.items()}
    return Prediction("probabilities", label, probabilities=divided, renormalised=True)


def notes(predictions: Mapping[str, Prediction]) -> list[str]:
    """That probabilities were renormalised, if any were."""
    count = sum(prediction.renormalised for prediction in predictions.values())
    return [f"probabilities that do not sum to 1 were divided by their sum: {counted(count, 'line')}"] if count else []
