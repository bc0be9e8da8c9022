"""The measures of `reuse`, and the counts that they are functions of."""

from dataclasses import replace
from math import inf
from typing import Final

from detente.data.labels import OPERATIONS
from detente.metrics import text_alignment as alignment
from detente.metrics.classification import Floats, ratio
from detente.tasks.metric_families import (
    OUTCOMES,
    accuracy,
    confusion_columns,
    macro_f1,
    outcome_columns,
    overlap,
    share,
    where_said,
)
from detente.tasks.task import Counts, Metric

_POTTHAST: Final = "Potthast et al. 2010"


def _granularity(counts: Counts, _: Counts) -> Floats:
    return alignment.granularity(counts["detectors"], counts["detected"])


def _micro_plagdet(counts: Counts, full: Counts) -> Floats:
    characters = ratio(2 * counts["shared_characters"], counts["case_characters"] + counts["detection_characters"])
    return alignment.plagdet(characters, _granularity(counts, full))


def _macro_plagdet(counts: Counts, full: Counts) -> Floats:
    sides = (ratio(counts[f"covered_{name}"], counts[name]) for name in ("detections", "cases"))
    return alignment.plagdet(alignment.harmonic_mean(*sides), _granularity(counts, full))


_SHARED: Final = "characters of cases that detections share"
_PASSAGES: Final = "passages matched one to one, IoU of .5 on both sides"
_ALL_CHARACTERS: Final = ("case_characters", "detection_characters")

PLAGDET: Final = "text alignment (PAN)"
PASSAGES: Final = "passages"
_PASSAGE: Final = "passage"
OPERATIONS_GROUP: Final = "operations"

COLUMNS: Final = (
    *("case_characters", "detection_characters", "shared_characters"),
    *("cases", "covered_cases", "detections", "covered_detections", "detected", "detectors", "found"),
    *outcome_columns("passage"),
    *(f"pair_{outcome}" for outcome in (*OUTCOMES, "tn")),
    "named",
    *confusion_columns(OPERATIONS),
)


def _potthast(name: str, formula: str, part: str, whole: str, of: str) -> Metric:
    return replace(share(name, formula, part, whole, 1.0, of=of, group=PLAGDET), reference=_POTTHAST)


def _of_matched(metric: Metric) -> Metric:
    """A measure of the operations of matched passages; none if passages are predicted and none has an operation."""
    return where_said(metric, "an operation", "named", "detections")


METRICS: Final[tuple[Metric, ...]] = (
    _potthast(
        "micro_precision",
        f"{_SHARED} / characters of detections",
        "shared_characters",
        "detection_characters",
        "character",
    ),
    _potthast("micro_recall", f"{_SHARED} / characters of cases", "shared_characters", "case_characters", "character"),
    Metric(
        "granularity",
        "detections of detected cases / detected cases",
        _granularity,
        ("detected",),
        bounds=(1.0, inf),
        reference=_POTTHAST,
        of=_PASSAGE,
        group=PLAGDET,
    ),
    Metric(
        "micro_plagdet",
        "F1 of micro precision and recall / log2(1 + granularity)",
        _micro_plagdet,
        _ALL_CHARACTERS,
        reference=_POTTHAST,
        of="character",
        group=PLAGDET,
    ),
    _potthast(
        "macro_precision",
        "mean share of a detection's characters that its cases cover",
        "covered_detections",
        "detections",
        _PASSAGE,
    ),
    _potthast(
        "macro_recall",
        "mean share of a case's characters that its detections cover",
        "covered_cases",
        "cases",
        _PASSAGE,
    ),
    Metric(
        "macro_plagdet",
        "F1 of macro precision and recall / log2(1 + granularity)",
        _macro_plagdet,
        ("cases", "detections"),
        reference=_POTTHAST,
        of=_PASSAGE,
        group=PLAGDET,
    ),
    replace(
        share(
            "case_recall",
            "cases of which one detection covers half or more, on both sides / cases",
            "found",
            "cases",
            1.0,
            of=_PASSAGE,
            group=PASSAGES,
        ),
        reference="after the case level of Potthast et al. 2014",
    ),
    *overlap("passage", _PASSAGES, of=_PASSAGE, group=PASSAGES),
    *overlap(
        "pair",
        "pairs with reuse, whichever it is",
        of="pair",
        n=tuple(f"pair_{outcome}" for outcome in (*OUTCOMES, "tn")),
        group=PASSAGES,
    ),
    _of_matched(
        accuracy(
            "operation_accuracy",
            OPERATIONS,
            formula="operations right / matched passages",
            group=OPERATIONS_GROUP,
            of=_PASSAGE,
        )
    ),
    _of_matched(
        macro_f1(
            "operation_macro_f1",
            OPERATIONS,
            formula="mean F1 over the operations that the gold of matched passages has",
            group=OPERATIONS_GROUP,
            of=_PASSAGE,
        )
    ),
)
