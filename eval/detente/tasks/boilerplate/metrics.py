"""The measures of the task `boilerplate`: metrics of sums over segments and pages."""

from collections.abc import Sequence
from typing import Final

from detente.data.labels import TYPES_OF_ZONE
from detente.tasks.boilerplate import retention
from detente.tasks.metric_families import TEXT_ERROR_COLUMNS, overlap, share, text_errors
from detente.tasks.task import Metric

LEVELS: Final = ("char", "token", "line")
OUTCOMES: Final = ("tp", "fp", "fn", "tn")
BOILERPLATE_TYPES: Final = TYPES_OF_ZONE["boilerplate"]
KEPT: Final = "what is kept"
LET_IN: Final = "what is let in"
DOWNSTREAM: Final = "effect on the other layers"
_F1: Final = "2 tp / (2 tp + fp + fn)"
_NOUNS: Final = (("char", "character"), ("token", "token"), ("line", "line"))
_LAYERS: Final = {"claims": "claim", "evidence": "span", "cues": "span"}


def columns(types: Sequence[str]) -> tuple[str, ...]:
    """The counts, with two for each type of boilerplate."""
    return (
        *(f"{level}_{outcome}" for level in LEVELS for outcome in OUTCOMES),
        *("body", "body_kept", "body_blocks", "body_blocks_missed"),
        *(column for kind in types for column in (kind, f"{kind}_removed")),
        *("output", "insertions", "output_lines", "doubled", "moved"),
        *TEXT_ERROR_COLUMNS,
        *retention.COLUMNS,
    )


def metrics(types: Sequence[str]) -> tuple[Metric, ...]:
    """The measures, with one for each type of boilerplate."""
    return (
        *(
            metric
            for level, noun in _NOUNS
            for metric in overlap(
                level,
                f"{noun}s",
                of=noun,
                formulas=(
                    f"content {noun}s kept / {noun}s of the output, ignored paratext aside",
                    f"content {noun}s kept / content {noun}s",
                    _F1,
                ),
                n=tuple(f"{level}_{outcome}" for outcome in OUTCOMES),
                group=KEPT,
            )
        ),
        share(
            "body_coverage",
            "body characters kept / body characters",
            "body_kept",
            "body",
            1.0,
            of="character",
            group=KEPT,
        ),
        share(
            "missed_paragraphs",
            "body paragraphs mostly lost / body paragraphs",
            "body_blocks_missed",
            "body_blocks",
            of="paragraph",
            group=KEPT,
        ),
        *(
            share(
                f"removed_{kind}",
                "share of the characters of segments of this type that the output leaves out",
                f"{kind}_removed",
                kind,
                1.0,
                of="character",
                group=LET_IN,
            )
            for kind in types
        ),
        *text_errors("output", "insertions", "output_lines", "doubled", "moved"),
        *(
            share(
                f"{layer}_kept",
                f"{layer} in content that are kept whole / all",
                f"layer_{layer}_kept",
                f"layer_{layer}",
                1.0,
                of=noun,
                group=DOWNSTREAM,
            )
            for layer, noun in _LAYERS.items()
        ),
        share(
            "promotional",
            "kept characters of promotion and ads / kept characters",
            "kept_promotional",
            "kept",
            of="character",
            group=DOWNSTREAM,
        ),
        share(
            "non_latin_share",
            "kept letters of another script / kept letters",
            "letters_foreign",
            "letters",
            of="letter",
            group=DOWNSTREAM,
        ),
    )


COLUMNS: Final = columns(BOILERPLATE_TYPES)
METRICS: Final = metrics(BOILERPLATE_TYPES)
