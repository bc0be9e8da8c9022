"""The metrics of the task `claims`, from the sums of its counts.

A field that no claim of the predictions has (`has_type` and the like are 0 in the full set) is not scored at all; one
that some claims have is scored on all of them, so that nothing is won by leaving out what is hard. Where nothing is
predicted, or nothing matched, all claims are missed, and what rests on the matched ones is 0.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from detente.data.labels import CLAIM_TYPES
from detente.metrics.classification import Floats, mean_of_defined, ratio
from detente.metrics.matching import IOU_THRESHOLD
from detente.tasks.claims.prediction import FIELDS
from detente.tasks.metric_families import (
    OF_PART,
    Compute,
    overlap,
    share,
    toggled,
    where_said,
)
from detente.tasks.task import Counts, Metric

THRESHOLDS: Final = {"iou50": IOU_THRESHOLD, "exact": 1.0, "iou60": 0.6, "iou70": 0.7, "iou80": 0.8, "iou90": 0.9}
"""What IoU a pair must reach; of 1 exactly if all spans are equal."""
FIRST: Final = 5
"""How many check-worthy claims a reader is taken to look at."""
RANKINGS: Final = ("average_precision", "r_precision", "precision_at_5", "mrr")
TIES: Final = "McSherry and Najork 2008"
_TYPE_COUNTS: Final = ("right", "gold", "predicted", "matched_gold", "matched_predicted")

SPANS: Final = "spans"
LABELS: Final = "labels of claims"
CHECK_WORTHY: Final = "check-worthiness"
_CLAIM: Final = "claim"


def _overlap(level: str, pairs: str) -> tuple[Metric, ...]:
    """Precision, recall and F1 of claims; `pairs` says what is summed over the matching."""
    tp, gold, predicted = f"{level}_tp", "gold_claims", "predicted_claims"

    def compute_f1(counts: Counts, _: Counts) -> Floats:
        return ratio(2 * counts[tp], counts[gold] + counts[predicted])

    flips = toggled(tp, gold)
    return (
        share(f"{level}_precision", f"{pairs} / predicted claims", tp, predicted, 1.0, of=_CLAIM, group=SPANS),
        share(f"{level}_recall", f"{pairs} / gold claims", tp, gold, 1.0, of=_CLAIM, group=SPANS),
        Metric(
            f"{level}_f1",
            f"2 · {pairs} / (gold + predicted claims)",
            compute_f1,
            (gold, predicted),
            group=SPANS,
            flips=flips,
            of=_CLAIM,
        ),
    )


def _share(part: str, *whole: str) -> Compute:
    """A count over the sum of others."""
    return lambda counts, _: ratio(counts[part], sum(counts[name] for name in whole))


def _type_macro_f1(name: str, formula: str, prefix: str, n: tuple[str, ...], types: Sequence[str]) -> Metric:
    """Mean F1 over the types that the gold has in the full set, of a part over those that it has itself.

    `prefix` chooses all claims or the matched ones.
    """

    def type_f1(counts: Counts) -> Floats:
        scores = [
            ratio(
                2 * counts[f"type_{kind}_right"],
                counts[f"type_{kind}_{prefix}gold"] + counts[f"type_{kind}_{prefix}predicted"],
            )
            for kind in types
        ]
        return np.stack(scores, axis=-1)

    def macro(counts: Counts, full: Counts) -> Floats:
        there = [place for place, kind in enumerate(types) if full[f"type_{kind}_{prefix}gold"] > 0]
        scores = type_f1(counts)
        return ratio(sum((scores[..., place] for place in there), np.zeros(scores.shape[:-1])), len(there))

    def of_part(counts: Counts) -> Floats:
        return mean_of_defined(type_f1(counts))

    return Metric(name, formula + OF_PART, macro, n, group=LABELS, of=_CLAIM, of_part=of_part)


def _if_predicted(metric: Metric, field: str) -> Metric:
    """Not scored if claims are predicted and none has the field."""
    noun = {"check_worthy": "a check-worthiness", "normalised": "a normalised sentence"}.get(field, f"a {field}")
    return where_said(metric, noun, f"has_{field}", "predicted_claims")


def _of_matched(metric: Metric, field: str) -> Metric:
    """A measure of matched claims: 0 where none is, though there are some to be found."""

    def filled(values: Floats, counts: Counts) -> Floats:
        return np.where((counts["matched"] == 0) & (counts["gold_claims"] > 0), 0.0, values)

    missed = replace(
        metric,
        compute=lambda counts, full: filled(metric.compute(counts, full), counts),
        of_part=lambda counts: filled(metric.part(counts), counts),
    )
    return _if_predicted(missed, field)


def _labelled(name: str, formula: str, compute: Compute, n: tuple[str, ...]) -> Metric:
    return Metric(name, formula, compute, n, group=LABELS, of=_CLAIM)


def _ranked(name: str, formula: str) -> Metric:
    metric = share(f"check_worthy_{name}", formula, f"ranked_{name}", "ranked", 1.0, of="page", group=CHECK_WORTHY)
    return _if_predicted(replace(metric, reference=TIES), "check_worthy")


_MATCHED: Final = ("matched",)
_EVERY: Final = ("gold_claims", "spurious")


def columns(types: Sequence[str]) -> tuple[str, ...]:
    """The counts, with some for each type of claims."""
    return (
        *("gold_claims", "predicted_claims", "matched", "spurious"),
        *(f"{level}_tp" for level in (*THRESHOLDS, "partial")),
        *("char_tp", "char_fp", "char_fn"),
        *(f"has_{field}" for field in FIELDS),
        *(f"type_{name}_{what}" for name in types for what in _TYPE_COUNTS),
        *("type_right", "presentation_right"),
        *("check_worthy_tp", "check_worthy_fp", "check_worthy_fn"),
        *("ranked", *(f"ranked_{name}" for name in RANKINGS)),
        "chrf",
    )


def metrics(types: Sequence[str]) -> tuple[Metric, ...]:
    """The measures, those of types over these."""
    return (
        *(
            metric
            for level, threshold in THRESHOLDS.items()
            for metric in _overlap(level, f"pairs at IoU ≥ {threshold}" if threshold < 1 else "pairs with equal spans")
        ),
        *_overlap("partial", "Σ IoU of the best matching"),
        *overlap(
            "claim_char",
            "characters",
            of="character",
            columns="char",
            formulas=(
                "characters in claims of both / in predicted ones",
                "characters in claims of both / in gold ones",
                "2 tp / (2 tp + fp + fn) of characters in claims, white space aside",
            ),
            group=SPANS,
        ),
        _of_matched(
            _labelled(
                "claim_type_accuracy",
                "matched claims of the right type / matched; 0 if none is matched",
                _share("type_right", "matched"),
                _MATCHED,
            ),
            "type",
        ),
        _of_matched(
            _type_macro_f1(
                "claim_type_macro_f1",
                "mean F1 over the types that matched claims have; 0 if none is matched",
                "matched_",
                _MATCHED,
                types,
            ),
            "type",
        ),
        _if_predicted(
            _labelled(
                "type_accuracy_overall",
                "matched claims of the right type / (matched + missed + spurious)",
                _share("type_right", *_EVERY),
                _EVERY,
            ),
            "type",
        ),
        _if_predicted(
            _type_macro_f1(
                "type_macro_f1_overall",
                "mean F1 over the gold's types; a missed claim is a fn, a spurious one a fp",
                "",
                _EVERY,
                types,
            ),
            "type",
        ),
        _of_matched(
            _labelled(
                "presentation_accuracy",
                "matched claims of the right presentation / matched; 0 if none is matched",
                _share("presentation_right", "matched"),
                _MATCHED,
            ),
            "presentation",
        ),
        _if_predicted(
            replace(
                overlap("check_worthy", "check-worthy claims", of=_CLAIM, group=CHECK_WORTHY)[2],
                formula="2 tp / (2 tp + fp + fn), predicted if true or a score of .5; missed is a fn, spurious a fp",
            ),
            "check_worthy",
        ),
        _ranked("average_precision", "mean over articles of Σ P@rank / R; claims not found add 0, ties averaged"),
        _ranked("r_precision", "mean over articles of P@R, R being the check-worthy claims; ties averaged"),
        _ranked("precision_at_5", "mean over articles of P@min(5, R); ties averaged"),
        _ranked("mrr", "mean over articles of 1 / rank of the first check-worthy claim; ties averaged"),
        _of_matched(
            Metric(
                "normalised_chrf",
                "mean chrF2 of the normalised sentence over matched claims; 0 where there is none",
                _share("chrf", "matched"),
                _MATCHED,
                best=100.0,
                bounds=(0.0, 100.0),
                reference="Popović 2015, sacrebleu nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no",
                group=LABELS,
                of=_CLAIM,
            ),
            "normalised",
        ),
    )


COLUMNS: Final = columns(CLAIM_TYPES)
METRICS: Final = metrics(CLAIM_TYPES)
