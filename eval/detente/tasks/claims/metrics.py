"""The metrics of the task `claims`, from the sums of its counts.

A field that no claim of the predictions has (`has_type` and the like are 0 in the full set) is not scored at all; one
that some claims have is scored on all of them, so that nothing is won by leaving out what is hard.
"""

from dataclasses import replace
from typing import Any, Final

import numpy as np

from detente.data.labels import CLAIM_TYPES
from detente.metrics.classification import Floats, ratio
from detente.metrics.matching import IOU_THRESHOLD
from detente.tasks.claims.prediction import FIELDS
from detente.tasks.metric_families import Compute, overlap, share, toggled, where_given
from detente.tasks.task import Counts, Metric

THRESHOLDS: Final = {"iou50": IOU_THRESHOLD, "exact": 1.0, "iou60": 0.6, "iou70": 0.7, "iou80": 0.8, "iou90": 0.9}
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

SPANS: Final = "spans"
LABELS: Final = "labels of claims"
CHECK_WORTHY: Final = "check-worthiness"


def _overlap(level: str, pairs: str) -> tuple[Metric, ...]:
    """Precision, recall and F1 of claims; `pairs` says what is summed over the matching."""
    tp, gold, predicted = f"{level}_tp", "gold_claims", "predicted_claims"

    def compute_f1(counts: Counts, _: Counts) -> Floats:
        return ratio(2 * counts[tp], counts[gold] + counts[predicted])

    flips = toggled(tp, gold)
    return (
        share(f"{level}_precision", f"{pairs} / predicted claims", tp, predicted, 1.0, group=SPANS),
        share(f"{level}_recall", f"{pairs} / gold claims", tp, gold, 1.0, group=SPANS),
        Metric(
            f"{level}_f1",
            f"2 · {pairs} / (gold + predicted claims)",
            compute_f1,
            (gold, predicted),
            group=SPANS,
            flips=flips,
        ),
    )


def _share(part: str, *whole: str) -> Compute:
    """A count over the sum of others."""
    return lambda counts, _: ratio(counts[part], sum(counts[name] for name in whole))


def _type_macro_f1(prefix: str) -> Compute:
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


def _if_typed(name: str, formula: str, compute: Compute, n: tuple[str, ...]) -> Metric:
    return where_given(Metric(name, formula, compute, n, group=LABELS), "has_type")


def _ranked(name: str, formula: str) -> Metric:
    metric = share(f"check_worthy_{name}", formula, f"ranked_{name}", "ranked", 1.0, group=CHECK_WORTHY)
    return where_given(replace(metric, reference=TIES), "has_check_worthy")


_MATCHED: Final = ("matched",)
_EVERY: Final = ("gold_claims", "spurious")

METRICS: Final = (
    *(
        metric
        for level, threshold in THRESHOLDS.items()
        for metric in _overlap(level, f"pairs at IoU ≥ {threshold}" if threshold < 1 else "pairs with equal spans")
    ),
    *_overlap("partial", "Σ IoU of the best matching"),
    *overlap(
        "claim_char",
        "characters",
        columns="char",
        formulas=(
            "characters in claims of both / in predicted ones",
            "characters in claims of both / in gold ones",
            "2 tp / (2 tp + fp + fn) of characters in claims, white space aside",
        ),
        group=SPANS,
    ),
    _if_typed(
        "claim_type_accuracy",
        "matched claims of the right type / matched",
        _share("type_right", "matched"),
        _MATCHED,
    ),
    _if_typed(
        "claim_type_macro_f1",
        "mean F1 over the types that matched claims have",
        _type_macro_f1("matched_"),
        _MATCHED,
    ),
    _if_typed(
        "type_accuracy_overall",
        "matched claims of the right type / (matched + missed + spurious)",
        _share("type_right", *_EVERY),
        _EVERY,
    ),
    _if_typed(
        "type_macro_f1_overall",
        "mean F1 over the gold's types; a missed claim is a fn, a spurious one a fp",
        _type_macro_f1(""),
        _EVERY,
    ),
    where_given(
        Metric(
            "presentation_accuracy",
            "matched claims of the right presentation / matched",
            _share("presentation_right", "matched"),
            _MATCHED,
            group=LABELS,
        ),
        "has_presentation",
    ),
    where_given(
        replace(
            overlap("check_worthy", "check-worthy claims", group=CHECK_WORTHY)[2],
            formula="2 tp / (2 tp + fp + fn), predicted if true or a score of .5; missed is a fn, spurious a fp",
        ),
        "has_check_worthy",
    ),
    _ranked("average_precision", "mean over articles of Σ P@rank / R; missed claims rank last, ties averaged"),
    _ranked("r_precision", "mean over articles of P@R, R being the check-worthy claims; ties averaged"),
    _ranked("precision_at_5", "mean over articles of P@min(5, R); ties averaged"),
    _ranked("mrr", "mean over articles of 1 / rank of the first check-worthy claim; ties averaged"),
    where_given(
        Metric(
            "normalised_chrf",
            "mean chrF2 of the normalised sentence over matched claims; 0 where there is none",
            _share("chrf", "matched"),
            _MATCHED,
            best=100.0,
            bounds=(0.0, 100.0),
            reference="Popović 2015, sacrebleu nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no",
            group=LABELS,
        ),
        "has_normalised",
    ),
)
