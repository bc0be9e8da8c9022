"""The task `agreement`: does a page bear a proposition out, one label for every article and proposition.

Scores run on `label`, not on `label_fnc1`. A missing answer is neither related nor unrelated, so that leaving a pair
out earns nothing.
"""

from collections.abc import Collection
from typing import Final

import numpy as np

from detente.data.corpus import Corpus
from detente.data.jsonl import Record
from detente.data.labels import AGREEMENT_LABELS
from detente.metrics import classification, official
from detente.metrics.classification import Floats, ratio
from detente.tasks.agreement import KINDS
from detente.tasks.agreement.baselines import BASELINES
from detente.tasks.labels import alpha, answered, label_scorer, most_frequent, read_label
from detente.tasks.metric_families import (
    MISSING,
    accuracy,
    cell,
    confusion_columns,
    macro_f1,
    mcc,
    of_confusion,
    of_each_label,
)
from detente.tasks.task import Options, Row, Task

UNRELATED: Final = "unrelated"
_ASKED: Final = ("id", "article", "text", "proposition", "proposition_text")
"""The columns that are the question."""
_SCORED: Final = ("id", "article", "proposition", "label", "voice", "alternatives")
"""The columns that counting needs."""
STAGE_WEIGHTS: Final = (0.25, 0.75)
"""What the Fake News Challenge gives to related or unrelated, and to the class of what is related."""
_OTHER: Final = AGREEMENT_LABELS.index(UNRELATED)
_RELATED: Final = [place for place, label in enumerate(AGREEMENT_LABELS) if label != UNRELATED]


def _units(corpus: Corpus, _: Collection[str] = ()) -> dict[str, Row]:
    families = {name: row["family"] for name, row in corpus.articles.items()}
    return {row["id"]: {**row, "family": families[row["article"]]} for row in corpus.rows("agreement", *_SCORED)}


def _inputs(corpus: Corpus) -> list[Record]:
    return corpus.rows("agreement", *_ASKED)


def _parse(_: Row, record: Record) -> str:
    return read_label(record, AGREEMENT_LABELS)


def _count(gold: Row, prediction: str | None, options: Options) -> list[Row]:
    label, predicted = options.reading(gold, "label", prediction), prediction or MISSING
    return [
        {
            "id": gold["id"],
            "family": gold["family"],
            "slice": "main",
            "article": gold["article"],
            "proposition": gold["proposition"],
            "voice": gold["voice"] or "none",
            "item": gold["id"],
            "gold": label,
            "predicted": predicted,
            cell(label, predicted): 1,
            "wrong": int(label != predicted),
            "detail": answered(label, predicted) if label != predicted else "",
        }
    ]


def _majority(units: Collection[Row]) -> str:
    return most_frequent((row["label"] for row in units), AGREEMENT_LABELS)


def _of_label(label: str) -> Row:
    return dict.fromkeys(_SCORED) | {"label": label, "alternatives": []}


def two_stages(matrix: Floats) -> Floats:
    """Confusion matrices of unrelated, related and missing, shape `(..., 2, 3)`, from those of the four labels."""
    stages = np.zeros((len(AGREEMENT_LABELS) + 1, 3))
    stages[_OTHER, 0], stages[_RELATED, 1], stages[-1, 2] = 1, 1, 1
    folded: Floats = stages[:-1, :2].T @ matrix @ stages
    return folded


def weighted_score(matrix: Floats) -> Floats:
    """¼ accuracy of related or unrelated + ¾ accuracy of the class among the pairs that are related, in 0…1.

    This is how the Fake News Challenge words its score. Its scorer gives points per pair instead, so that there the
    weight of a stage depends on how many pairs are unrelated (`relative_score`).

    Args:
        matrix: Confusion matrices of the four labels, and of what is missing.

    Returns:
        NaN without pairs, and where no pair is related in the gold.
    """
    gold = matrix.sum(axis=-1)[..., _RELATED].sum(axis=-1)
    right = np.diagonal(matrix, axis1=-2, axis2=-1)[..., _RELATED].sum(axis=-1)
    first, second = STAGE_WEIGHTS
    return first * classification.accuracy(two_stages(matrix)) + second * ratio(right, gold)


def relative_score(matrix: Floats) -> Floats:
    """Points earned / points that the gold earns, in 0…1: what the Fake News Challenge ranks systems by.

    Per pair ¼ point for the right one of related and unrelated, and ¾ more for the right class of a related pair. Every
    pair of the gold counts, whatever is predicted. Perfect relatedness with one class for all that is related scores
    high: read it beside macro-F1.

    Args:
        matrix: Confusion matrices of the four labels, and of what is missing.

    Returns:
        NaN without pairs.
    """
    first, second = STAGE_WEIGHTS
    stages = np.trace(two_stages(matrix), axis1=-2, axis2=-1)
    right = np.diagonal(matrix, axis1=-2, axis2=-1)[..., _RELATED].sum(axis=-1)
    related = matrix.sum(axis=-1)[..., _RELATED].sum(axis=-1)
    return ratio(first * stages + second * right, first * matrix.sum(axis=(-2, -1)) + second * related)


def _related_f1(matrix: Floats, _: Floats) -> Floats:
    related: Floats = classification.class_f1(two_stages(matrix))[..., 1]
    return related


_STAGES: Final = "the two stages of FNC-1"
_LABELS: Final = "labels"

AGREEMENT: Final = Task(
    name="agreement",
    layer="claims",
    summary="whether a page supports a proposition, contradicts it, discusses it, or does not mention it",
    primary="macro_f1",
    standard=("f1_agree", "f1_disagree", "f1_discuss", "f1_related", "relative_score", "accuracy", "mcc", "fnc1"),
    kinds=KINDS,
    extras=(),
    tabular=True,
    options=("alternatives",),
    keys=("id", "family", "slice", "article", "proposition", "voice", "item", "gold", "predicted"),
    columns=confusion_columns(AGREEMENT_LABELS),
    metrics=(
        of_confusion(
            "weighted_score",
            "¼ accuracy of related or unrelated + ¾ accuracy of the class of what is related",
            AGREEMENT_LABELS,
            lambda matrix, _: weighted_score(matrix),
            reference="after FNC-1 (2017), as it words its score",
            group=_STAGES,
        ),
        of_confusion(
            "relative_score",
            "points / points of the gold: ¼ for related or unrelated, ¾ more for the class of what is related",
            AGREEMENT_LABELS,
            lambda matrix, _: relative_score(matrix),
            reference="after FNC-1 (2017), as its scorer counts; every pair counts",
            group=_STAGES,
        ),
        accuracy("accuracy", AGREEMENT_LABELS, group=_LABELS),
        macro_f1("macro_f1", AGREEMENT_LABELS, group=_LABELS),
        *of_each_label(AGREEMENT_LABELS),
        of_confusion(
            "f1_related",
            "2 tp / (2 tp + fp + fn) of agree, disagree and discuss as one",
            AGREEMENT_LABELS,
            _related_f1,
            group=_STAGES,
        ),
        mcc(AGREEMENT_LABELS, group=_LABELS),
    ),
    units=_units,
    parse=_parse,
    count=_count,
    inputs=_inputs,
    baselines=BASELINES,
    id_pattern="[^:]+::[^:]+",
    majority=_majority,
    labels=AGREEMENT_LABELS,
    of_label=_of_label,
    corpus_metrics=(
        label_scorer(
            official.fnc1,
            "relative",
            {name: name for name in ("agree", "disagree", "discuss", "unrelated")},
            "points / points of the gold, 0/0 = 0",
            "FNC-1 @29d473af, scorer.py",
        ),
        alpha(),
    ),
)
