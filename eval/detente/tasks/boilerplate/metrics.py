"""The measures of the task `boilerplate`: metrics of sums over segments and pages."""

from typing import Any, Final

from detente.data.labels import TYPES_OF_ZONE
from detente.metrics.classification import f1, precision, recall
from detente.tasks.boilerplate import retention
from detente.tasks.content_extraction.errors import JOINTS
from detente.tasks.task import Counts, Metric, share
from detente.text.whitespace import Joints

LEVELS: Final = ("char", "token", "line")
OUTCOMES: Final = ("tp", "fp", "fn", "tn")
BOILERPLATE_TYPES: Final = TYPES_OF_ZONE["boilerplate"]


def _overlap_metrics(level: str, noun: str) -> tuple[Metric, ...]:
    tp, fp, fn = (f"{level}_{outcome}" for outcome in ("tp", "fp", "fn"))
    n = tuple(f"{level}_{outcome}" for outcome in OUTCOMES)

    def compute_precision(counts: Counts, _: Counts) -> Any:
        return precision(counts[tp], counts[fp])

    def compute_recall(counts: Counts, _: Counts) -> Any:
        return recall(counts[tp], counts[fn])

    def compute_f1(counts: Counts, _: Counts) -> Any:
        return f1(counts[tp], counts[fp], counts[fn])

    return (
        Metric(f"{level}_precision", f"content {noun} kept / {noun} kept", compute_precision, n),
        Metric(f"{level}_recall", f"content {noun} kept / content {noun}", compute_recall, n),
        Metric(f"{level}_f1", "2 tp / (2 tp + fp + fn)", compute_f1, n),
    )


COLUMNS: Final = (
    *(f"{level}_{outcome}" for level in LEVELS for outcome in OUTCOMES),
    *("body", "body_kept", "body_blocks", "body_blocks_missed"),
    *(column for kind in BOILERPLATE_TYPES for column in (kind, f"{kind}_removed")),
    *("output", "fabricated", "blocks", "doubled", "out_of_order"),
    *Joints._fields,
    *retention.COLUMNS,
)

METRICS: Final = (
    *_overlap_metrics("char", "characters"),
    *_overlap_metrics("token", "tokens"),
    *_overlap_metrics("line", "lines"),
    share("body_coverage", "body characters kept / body characters", "body_kept", "body", 1.0),
    share(
        "missed_blocks",
        "body paragraphs mostly lost / body paragraphs",
        "body_blocks_missed",
        "body_blocks",
    ),
    *(
        share(f"recall_{kind}", f"{kind} characters removed / {kind} characters", f"{kind}_removed", kind, 1.0)
        for kind in BOILERPLATE_TYPES
    ),
    share(
        "fabricated",
        "output characters that stand nowhere in the page / output characters",
        "fabricated",
        "output",
        0.0,
    ),
    share("doubled", "output lines that repeat text already output / output lines", "doubled", "blocks", 0.0),
    share(
        "out_of_order",
        "output lines to move to restore the page's order / output lines",
        "out_of_order",
        "blocks",
        0.0,
    ),
    *JOINTS,
    *(
        share(
            f"{layer}_kept",
            f"{layer} in content that are kept whole / all",
            f"layer_{layer}_kept",
            f"layer_{layer}",
            1.0,
        )
        for layer in retention.LAYERS
    ),
    share("promotional", "kept characters of promotion and ads / kept characters", "kept_promotional", "kept", 0.0),
    share("foreign", "kept letters of another script / kept letters", "letters_foreign", "letters", 0.0),
)
