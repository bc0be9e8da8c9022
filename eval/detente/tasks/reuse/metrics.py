"""The measures of `reuse`, and the counts that they are functions of."""

from collections.abc import Callable, Iterator
from math import inf
from typing import Final

import numpy as np

from detente.data.labels import OPERATIONS
from detente.metrics import classification
from detente.metrics import text_alignment as alignment
from detente.metrics.classification import Floats, f1, precision, ratio, recall
from detente.tasks.task import Counts, Metric, confusion, confusion_columns

NO_OPERATION: Final = "no_operation"
"""In the place of a predicted operation where a passage has none."""
_LABELS: Final = (*OPERATIONS, NO_OPERATION)
_CELLS: Final = confusion_columns(_LABELS)
_OUTCOMES: Final = ("tp", "fp", "fn")
_POTTHAST: Final = "Potthast et al. 2010"


def _over(part: str, whole: str) -> Callable[[Counts, Counts], Floats]:
    return lambda counts, _: ratio(counts[part], counts[whole])


def _granularity(counts: Counts, _: Counts) -> Floats:
    return alignment.granularity(counts["detectors"], counts["detected"])


def _micro_plagdet(counts: Counts, full: Counts) -> Floats:
    characters = ratio(2 * counts["shared_characters"], counts["case_characters"] + counts["detection_characters"])
    return alignment.plagdet(characters, _granularity(counts, full))


def _macro_plagdet(counts: Counts, full: Counts) -> Floats:
    sides = (ratio(counts[f"covered_{name}"], counts[name]) for name in ("detections", "cases"))
    return alignment.plagdet(alignment.harmonic_mean(*sides), _granularity(counts, full))


def _if_named(compute: Callable[[Counts, Counts], Floats]) -> Callable[[Counts, Counts], Floats]:
    """A measure of operations, NaN where the system names none anywhere."""
    return lambda counts, full: np.where(full["named"] > 0, compute(counts, full), np.nan)


def _operation_accuracy(counts: Counts, _: Counts) -> Floats:
    return classification.accuracy(confusion(counts, _LABELS))


def _operation_macro_f1(counts: Counts, full: Counts) -> Floats:
    return classification.macro_f1(confusion(counts, _LABELS), classification.supported(confusion(full, _LABELS)))


def _overlap_metrics(level: str, noun: str, outcomes: tuple[str, ...]) -> Iterator[Metric]:
    tp, fp, fn = (f"{level}_{outcome}" for outcome in _OUTCOMES)
    n = tuple(f"{level}_{outcome}" for outcome in outcomes)
    for measure, formula, compute in (
        ("precision", f"{noun} / those predicted", lambda counts, _: precision(counts[tp], counts[fp])),
        ("recall", f"{noun} / those of the gold", lambda counts, _: recall(counts[tp], counts[fn])),
        ("f1", f"2 tp / (2 tp + fp + fn) of {noun}", lambda counts, _: f1(counts[tp], counts[fp], counts[fn])),
    ):
        yield Metric(f"{level}_{measure}", formula, compute, n)


_SHARED: Final = "characters of cases that detections share"
_PASSAGES: Final = "passages matched one to one, IoU of .5 on both sides"
_ALL_CHARACTERS: Final = ("case_characters", "detection_characters")

COLUMNS: Final = (
    *("case_characters", "detection_characters", "shared_characters"),
    *("cases", "covered_cases", "detections", "covered_detections", "detected", "detectors", "found"),
    *(f"passage_{outcome}" for outcome in _OUTCOMES),
    *(f"pair_{outcome}" for outcome in (*_OUTCOMES, "tn")),
    "named",
    *_CELLS,
)

METRICS: Final[tuple[Metric, ...]] = (
    Metric(
        "micro_precision",
        f"{_SHARED} / characters of detections",
        _over("shared_characters", "detection_characters"),
        ("detection_characters",),
        reference=_POTTHAST,
    ),
    Metric(
        "micro_recall",
        f"{_SHARED} / characters of cases",
        _over("shared_characters", "case_characters"),
        ("case_characters",),
        reference=_POTTHAST,
    ),
    Metric(
        "granularity",
        "detections of detected cases / detected cases",
        _granularity,
        ("detected",),
        bounds=(1.0, inf),
        reference=_POTTHAST,
    ),
    Metric(
        "micro_plagdet",
        "F1 of micro precision and recall / log2(1 + granularity)",
        _micro_plagdet,
        _ALL_CHARACTERS,
        reference=_POTTHAST,
    ),
    Metric(
        "macro_precision",
        "mean share of a detection's characters that its cases cover",
        _over("covered_detections", "detections"),
        ("detections",),
        reference=_POTTHAST,
    ),
    Metric(
        "macro_recall",
        "mean share of a case's characters that its detections cover",
        _over("covered_cases", "cases"),
        ("cases",),
        reference=_POTTHAST,
    ),
    Metric(
        "macro_plagdet",
        "F1 of macro precision and recall / log2(1 + granularity)",
        _macro_plagdet,
        ("cases", "detections"),
        reference=_POTTHAST,
    ),
    Metric(
        "case_recall",
        "cases of which one detection covers half or more, on both sides / cases",
        _over("found", "cases"),
        ("cases",),
        reference="after the case level of Potthast et al. 2014",
    ),
    *_overlap_metrics("passage", _PASSAGES, _OUTCOMES),
    *_overlap_metrics("pair", "pairs with reuse, whichever it is", (*_OUTCOMES, "tn")),
    Metric(
        "operation_accuracy",
        "operations right / matched passages",
        _if_named(_operation_accuracy),
        _CELLS,
    ),
    Metric(
        "operation_macro_f1",
        "mean F1 over the operations that the gold of matched passages has",
        _if_named(_operation_macro_f1),
        _CELLS,
    ),
)
