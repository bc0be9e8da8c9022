"""The metrics of the task `claims`, from the sums of its counts.

A field that no claim of the predictions has (`has_type` and the like are 0 in the full set) is not scored at all; one
that some claims have is scored on all of them, so that nothing is won by leaving out what is hard.
"""

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from detente.data.labels import CLAIM_TYPES
from detente.metrics.classification import Floats, f1, ratio
from detente.metrics.matching import IOU_THRESHOLD
from detente.tasks.claims.prediction import FIELDS
from detente.tasks.task import Counts, Metric

THRESHOLDS: Final = {"iou50": IOU_THRESHOLD, "strict": 1.0, "iou60": 0.6, "iou70": 0.7, "iou80": 0.8, "iou90": 0.9}
"""What IoU a pair must reach; of 1 exactly if all spans are equal."""
FIRST: Final = 5
"""How many check-worthy claims a reader is taken to look at."""
RANKINGS: Final = ("average_precision", "r_precision", "precision_at_5", "mrr")
TIES: Final = "McSherry and Najork 2008"
_TYPE_COUNTS: Final = ("right", "gold", "predicted", "matched_gold", "matched_predicted")

COLUMNS: Final = (
    *("gold_claims", "predicted_claims", "matched", "spurious"),
    *(f"{level}_tp" for level in (*THRESHOLDS, "partial")),
    *("char_tp", "char_fp", "char_fn"),
    *(f"has_{field}" for field in FIELDS),
    *(f"type_{name}_{what}" for name in CLAIM_TYPES for what in _TYPE_COUNTS),
    *("type_right", "presentation_right"),
    *("check_worthy_tp", "check_worthy_fp", "check_worthy_fn"),
    *("ranked", *(f"ranked_{name}" for name in RANKINGS)),
    "chrf",
)

_Compute = Callable[[Counts, Counts], Floats]


def _where_predicted(field: str, compute: _Compute) -> _Compute:
    """NaN if no claim of the full set has the field."""

    def only(counts: Counts, full: Counts) -> Any:
        return np.where(full[f"has_{field}"] > 0, compute(counts, full), np.nan)

    return only


def _share(part: str, *whole: str) -> _Compute:
    """A count over the sum of others."""

    def share(counts: Counts, _: Counts) -> Any:
        return ratio(counts[part], sum(counts[name] for name in whole))

    return share


def _overlap(level: str, pairs: str) -> tuple[Metric, ...]:
    """Precision, recall and F1 of claims; `pairs` says what is summed over the matching."""
    tp, gold, predicted = f"{level}_tp", "gold_claims", "predicted_claims"

    def compute_f1(counts: Counts, _: Counts) -> Any:
        return ratio(2 * counts[tp], counts[gold] + counts[predicted])

    return (
        Metric(f"{level}_precision", f"{pairs} / predicted claims", _share(tp, predicted), (predicted,)),
        Metric(f"{level}_recall", f"{pairs} / gold claims", _share(tp, gold), (gold,)),
        Metric(f"{level}_f1", f"2 · {pairs} / (gold + predicted claims)", compute_f1, (gold, predicted)),
    )


def _characters() -> tuple[Metric, ...]:
    tp, fp, fn = columns = ("char_tp", "char_fp", "char_fn")

    def compute_f1(counts: Counts, _: Counts) -> Any:
        return f1(counts[tp], counts[fp], counts[fn])

    return (
        Metric("char_precision", "characters in claims of both / in predicted ones", _share(tp, tp, fp), columns),
        Metric("char_recall", "characters in claims of both / in gold ones", _share(tp, tp, fn), columns),
        Metric("char_f1", "2 tp / (2 tp + fp + fn), white space aside", compute_f1, columns),
    )


def _type_macro_f1(prefix: str) -> _Compute:
    """Mean F1 over the types that the gold has in the full set; `prefix` chooses all claims or the matched ones."""

    def macro(counts: Counts, full: Counts) -> Any:
        classes = [name for name in CLAIM_TYPES if full[f"type_{name}_{prefix}gold"] > 0]
        scores = [
            ratio(
                2 * counts[f"type_{name}_right"],
                counts[f"type_{name}_{prefix}gold"] + counts[f"type_{name}_{prefix}predicted"],
            )
            for name in classes
        ]
        return ratio(sum(scores), len(classes)) if classes else np.full(np.shape(counts["matched"]), np.nan)

    return macro


def _check_worthy_f1(counts: Counts, _: Counts) -> Any:
    return f1(counts["check_worthy_tp"], counts["check_worthy_fp"], counts["check_worthy_fn"])


def _labels() -> tuple[Metric, ...]:
    matched, every = ("matched",), ("gold_claims", "spurious")

    def typed(name: str, formula: str, compute: _Compute, n: tuple[str, ...]) -> Metric:
        return Metric(name, formula, _where_predicted("type", compute), n)

    presented = _where_predicted("presentation", _share("presentation_right", "matched"))
    return (
        typed("type_accuracy", "matched claims of the right type / matched", _share("type_right", "matched"), matched),
        typed("type_macro_f1", "mean F1 over the types that matched claims have", _type_macro_f1("matched_"), matched),
        typed(
            "type_accuracy_overall",
            "matched claims of the right type / (matched + missed + spurious)",
            _share("type_right", *every),
            every,
        ),
        typed(
            "type_macro_f1_overall",
            "mean F1 over the gold's types; a missed claim is a fn, a spurious one a fp",
            _type_macro_f1(""),
            every,
        ),
        Metric("presentation_accuracy", "matched claims of the right presentation / matched", presented, matched),
    )


def _check_worthiness() -> tuple[Metric, ...]:
    def ranked(name: str, formula: str, reference: str = TIES) -> Metric:
        compute = _where_predicted("check_worthy", _share(f"ranked_{name}", "ranked"))
        return Metric(f"check_worthy_{name}", formula, compute, ("ranked",), reference=reference)

    return (
        Metric(
            "check_worthy_f1",
            "2 tp / (2 tp + fp + fn), predicted if true or a score of .5; missed is a fn, spurious a fp",
            _where_predicted("check_worthy", _check_worthy_f1),
            ("check_worthy_tp", "check_worthy_fp", "check_worthy_fn"),
        ),
        ranked("average_precision", "mean over articles of Σ P@rank / R; missed claims rank last, ties averaged"),
        ranked("r_precision", "mean over articles of P@R, R being the check-worthy claims; ties averaged"),
        ranked("precision_at_5", "mean over articles of P@min(5, R); ties averaged"),
        ranked("mrr", "mean over articles of 1 / rank of the first check-worthy claim; ties averaged"),
    )


METRICS: Final = (
    *(
        metric
        for level, threshold in THRESHOLDS.items()
        for metric in _overlap(level, f"pairs at IoU ≥ {threshold}" if threshold < 1 else "pairs with equal spans")
    ),
    *_overlap("partial", "Σ IoU of the best matching"),
    *_characters(),
    *_labels(),
    *_check_worthiness(),
    Metric(
        "normalised_chrf",
        "mean chrF2 of the normalised sentence over matched claims; 0 where there is none",
        _where_predicted("normalised", _share("chrf", "matched")),
        ("matched",),
        best=100.0,
        bounds=(0.0, 100.0),
        reference="Popović 2015, sacrebleu nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no",
    ),
)
