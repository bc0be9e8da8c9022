"""The task `agreement`: does a page bear a proposition out, one label for every article and proposition.

Scores run on `label`, not on `label_fnc1`. A missing prediction is wrong about relatedness too, so that leaving a pair
out earns nothing.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from detente.data.corpus import Corpus
from detente.data.jsonl import Record
from detente.data.labels import AGREEMENT_LABELS
from detente.metrics import classification, official
from detente.metrics.classification import Floats, f1, ratio
from detente.tasks.agreement.prediction import parse
from detente.tasks.labels import alpha, label_scorer
from detente.tasks.task import Counts, Metric, Options, Row, Task, confusion, confusion_columns

UNRELATED: Final = "unrelated"
STAGE_WEIGHTS: Final = (0.25, 0.75)
"""What the Fake News Challenge gives to related or unrelated, and to the class of what is related."""
_OTHER: Final = AGREEMENT_LABELS.index(UNRELATED)
_RELATED: Final = [place for place, label in enumerate(AGREEMENT_LABELS) if label != UNRELATED]
_CELLS: Final = confusion_columns(AGREEMENT_LABELS)


def _units(corpus: Corpus) -> dict[str, Row]:
    families = {name: row["family"] for name, row in corpus.articles.items()}
    return {row["id"]: {**row, "family": families[row["article"]]} for row in corpus.rows("agreement")}


def _inputs(corpus: Corpus) -> list[Record]:
    propositions = {row["id"]: row["text"] for row in corpus.rows("propositions")}
    return [
        {
            "id": row["id"],
            "article": row["article"],
            "text": corpus.articles[row["article"]]["text"],
            "proposition": propositions[row["proposition"]],
        }
        for row in corpus.rows("agreement")
    ]


def _count(gold: Row, prediction: str | None, options: Options) -> list[Row]:
    label = gold["label"]
    predicted = prediction or (AGREEMENT_LABELS[0] if label == UNRELATED else UNRELATED)
    others = [other["value"] for other in gold["alternatives"] if other["field"] == "label"]
    if prediction in others and options.alternatives == "accept":
        label = predicted
    return [
        {
            "id": gold["id"],
            "family": gold["family"],
            "slice": "headline",
            "article": gold["article"],
            "proposition": gold["proposition"],
            "voice": gold["voice"] or "none",
            "item": gold["id"],
            "gold": label,
            "predicted": predicted,
            f"{label}>{predicted}": 1,
            "wrong": int(label != predicted),
            "detail": f"{label}, predicted {predicted}" if label != predicted else "",
        }
    ]


def _majority(units: Sequence[Row]) -> str:
    """The most frequent label; of equals the first of the inventory."""
    labels = Counter(row["label"] for row in units)
    return max(AGREEMENT_LABELS, key=lambda name: labels[name])


def two_stages(matrix: Floats) -> Floats:
    """Confusion matrices of unrelated and related, shape `(..., 2, 2)`, from those of the four labels."""
    related = np.zeros((len(AGREEMENT_LABELS), 2))
    related[_OTHER, 0], related[_RELATED, 1] = 1, 1
    folded: Floats = related.T @ matrix @ related
    return folded


def weighted_score(matrix: Floats) -> Floats:
    """¼ accuracy of related or unrelated + ¾ accuracy of the class among the pairs that are related, in 0…1.

    This is how the Fake News Challenge words its score. Its scorer gives points per pair instead, so that there the
    weight of a stage depends on how many pairs are unrelated (`relative_score`).

    Args:
        matrix: Confusion matrices of the four labels.

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
        matrix: Confusion matrices of the four labels.

    Returns:
        NaN without pairs.
    """
    first, second = STAGE_WEIGHTS
    stages = np.trace(two_stages(matrix), axis1=-2, axis2=-1)
    right = np.diagonal(matrix, axis1=-2, axis2=-1)[..., _RELATED].sum(axis=-1)
    related = matrix.sum(axis=-1)[..., _RELATED].sum(axis=-1)
    return ratio(first * stages + second * right, first * matrix.sum(axis=(-2, -1)) + second * related)


def _matrix(counts: Counts) -> Floats:
    return confusion(counts, AGREEMENT_LABELS)


def _weighted(counts: Counts, _: Counts) -> Any:
    return weighted_score(_matrix(counts))


def _relative(counts: Counts, _: Counts) -> Any:
    return relative_score(_matrix(counts))


def _accuracy(counts: Counts, _: Counts) -> Any:
    return classification.accuracy(_matrix(counts))


def _macro_f1(counts: Counts, full: Counts) -> Any:
    return classification.macro_f1(_matrix(counts), classification.supported(_matrix(full)))


def _mcc(counts: Counts, _: Counts) -> Any:
    return classification.mcc(_matrix(counts))


def _related_f1(counts: Counts, _: Counts) -> Any:
    stages = two_stages(_matrix(counts))
    return f1(stages[..., 1, 1], stages[..., 0, 1], stages[..., 1, 0])


def _label_f1(label: str) -> Metric:
    place = AGREEMENT_LABELS.index(label)

    def compute(counts: Counts, _: Counts) -> Any:
        return classification.class_f1(_matrix(counts))[..., place]

    return Metric(f"f1_{label}", f"2 tp / (2 tp + fp + fn) of {label}", compute, _CELLS)


AGREEMENT: Final = Task(
    name="agreement",
    summary="does a page bear a proposition out, contradict it, leave it open, or say nothing of it",
    forms=("label",),
    extras=(),
    flat=True,
    options=("alternatives",),
    keys=("id", "family", "slice", "article", "proposition", "voice", "item", "gold", "predicted"),
    columns=_CELLS,
    metrics=(
        Metric(
            "weighted_score",
            "¼ accuracy of related or unrelated + ¾ accuracy of the class of what is related",
            _weighted,
            _CELLS,
            reference="after FNC-1 (2017), as it words its score",
        ),
        Metric(
            "relative_score",
            "points / points of the gold: ¼ for related or unrelated, ¾ more for the class of what is related",
            _relative,
            _CELLS,
            reference="after FNC-1 (2017), as its scorer counts; every pair counts",
        ),
        Metric("accuracy", "right / all", _accuracy, _CELLS),
        Metric("macro_f1", "mean F1 over the labels that the gold has", _macro_f1, _CELLS),
        *(_label_f1(label) for label in AGREEMENT_LABELS),
        Metric("f1_related", "2 tp / (2 tp + fp + fn) of agree, disagree and discuss as one", _related_f1, _CELLS),
        Metric("mcc", "Matthews correlation, four classes", _mcc, _CELLS, bounds=(-1.0, 1.0)),
    ),
    units=_units,
    parse=parse,
    count=_count,
    inputs=_inputs,
    reference=_majority,
    overall=(
        label_scorer(
            official.fnc1,
            "relative",
            {name: name for name in AGREEMENT_LABELS},
            _count,
            "points / points of the gold, 0/0 = 0",
            "FNC-1 @29d473af, scorer.py",
        ),
        alpha(_count),
    ),
)
