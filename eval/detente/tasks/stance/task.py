"""The task `stance`: where a holder stands on cooperation between France and Russia, one label per gold row."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from detente.data.corpus import Corpus
from detente.data.jsonl import Record
from detente.data.labels import STANCE_LABELS, label_of_scale
from detente.metrics import calibration, classification, official, scale
from detente.tasks.labels import alpha, label_scorer
from detente.tasks.stance.prediction import FORMS, Prediction, parse
from detente.tasks.task import Counts, Metric, Options, Overall, Row, Task, confusion, confusion_columns

_SCALE_SUMS: Final = ("sum_gold", "sum_score", "sum_gold_squared", "sum_score_squared", "sum_products")
_CONFIDENCES: Final = tuple(f"confidence_{bin_}" for bin_ in range(calibration.BINS))
_CORRECT: Final = tuple(f"correct_{bin_}" for bin_ in range(calibration.BINS))


def _units(corpus: Corpus) -> dict[str, Row]:
    families = {name: row["family"] for name, row in corpus.articles.items()}
    return {row["id"]: {**row, "family": families[row["article"]]} for row in corpus.rows("stance")}


def _inputs(corpus: Corpus) -> list[Record]:
    sources = {row["id"]: row for row in corpus.rows("sources")}
    return [
        {
            "id": row["id"],
            "article": row["article"],
            "text": corpus.articles[row["article"]]["text"],
            "holder": sources[row["holder"]]["name"],
            "holder_aliases": sources[row["holder"]]["aliases"],
            "target": row["target"],
            "time": row["time"],
        }
        for row in corpus.rows("stance")
    ]


def _accepted(gold: Row, options: Options) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """The labels and the scale values that count as right, the gold's own first."""
    labels, steps = [gold["label"]], [] if gold["scale"] is None else [float(gold["scale"])]
    if options.alternatives == "accept":
        for other in gold["alternatives"]:
            if other["field"] == "label":
                labels.append(other["value"])
            if other["field"] == "scale":
                steps.append(float(other["value"]))
                labels.append(label_of_scale(steps[-1]))
    return tuple(labels), tuple(steps)


def _count(gold: Row, prediction: Prediction | None, options: Options) -> list[Row]:
    labels, steps = _accepted(gold, options)
    row: Row = {
        "id": gold["id"],
        "family": gold["family"],
        "slice": "alleged" if gold["alleged"] else "headline",
        "article": gold["article"],
        "holder": gold["holder"],
        "target": gold["target"],
        "time": gold["time"],
        "item": gold["id"],
    }
    if prediction is None:  # wrong, whatever the alternatives: the first label that is not the gold's own
        labels = labels[:1]
        prediction = Prediction("missing", next(name for name in STANCE_LABELS if name not in labels))
    label = prediction.label if prediction.label in labels else labels[0]
    row |= {"gold": label, "predicted": prediction.label, f"{label}>{prediction.label}": 1}
    row["wrong"] = int(label != prediction.label)
    row["detail"] = f"{label}, predicted {prediction.label}" if row["wrong"] else ""
    if prediction.score is not None and steps:
        row |= _scale_counts(min(steps, key=lambda step: abs(step - (prediction.score or 0.0))), prediction.score)
    if prediction.probabilities is not None:
        row |= _probability_counts(label, prediction.label, prediction.probabilities)
    return [row]


def _scale_counts(gold: float, score: float) -> Row:
    sums = (gold, score, gold**2, score**2, gold * score)
    return {"scaled": 1, "absolute_error": abs(gold - score), **dict(zip(_SCALE_SUMS, sums, strict=True))}


def _probability_counts(gold: str, label: str, probabilities: dict[str, float]) -> Row:
    place = calibration.bin_of(probabilities[label])
    return {
        "probable": 1,
        "squared_error": math.fsum((probabilities[name] - (name == gold)) ** 2 for name in STANCE_LABELS),
        _CONFIDENCES[place]: probabilities[label],
        _CORRECT[place]: int(label == gold),
    }


def _majority(units: Sequence[Row]) -> Prediction:
    """The most frequent label of the headline rows; of equals the first of the inventory."""
    labels = Counter(row["label"] for row in units if not row["alleged"])
    return Prediction("label", max(STANCE_LABELS, key=lambda name: labels[name]))


def _accuracy(counts: Counts, _: Counts) -> Any:
    return classification.accuracy(confusion(counts, STANCE_LABELS))


def _macro_f1(counts: Counts, full: Counts) -> Any:
    classes = classification.supported(confusion(full, STANCE_LABELS))
    return classification.macro_f1(confusion(counts, STANCE_LABELS), classes)


def _f_avg(counts: Counts, _: Counts) -> Any:
    classes = [STANCE_LABELS.index("favor"), STANCE_LABELS.index("against")]
    return classification.macro_f1(confusion(counts, STANCE_LABELS), classes)


def _mcc(counts: Counts, _: Counts) -> Any:
    return classification.mcc(confusion(counts, STANCE_LABELS))


def _mae(counts: Counts, _: Counts) -> Any:
    return scale.mean_absolute_error(counts["absolute_error"], counts["scaled"])


def _kappa(counts: Counts, _: Counts) -> Any:
    return scale.quadratic_kappa(counts["scaled"], *(counts[name] for name in _SCALE_SUMS))


def _brier(counts: Counts, _: Counts) -> Any:
    return calibration.brier(counts["squared_error"], counts["probable"])


def _ece(counts: Counts, _: Counts) -> Any:
    confidences, correct = (np.stack([counts[name] for name in names], axis=-1) for names in (_CONFIDENCES, _CORRECT))
    return calibration.expected_calibration_error(confidences, correct, counts["probable"])


def _family_error(units: Mapping[str, Row], by_id: Mapping[str, Any], options: Options) -> tuple[float, int]:
    """Mean |gold − predicted| number of families that tell a stance, over the stances that either side has."""
    told: dict[str, dict[tuple[str, ...], set[str]]] = {"gold": {}, "predicted": {}}
    for name, gold in units.items():
        row = _count(gold, by_id.get(name), options)[0]
        for side, stances in told.items():
            if row["slice"] == "headline" and row[side] != "none":
                stance = (gold["holder"], gold["target"], gold["time"], row[side])
                stances.setdefault(stance, set()).add(gold["family"])
    either = told["gold"].keys() | told["predicted"].keys()
    errors = [abs(len(told["gold"].get(key, ())) - len(told["predicted"].get(key, ()))) for key in either]
    return (sum(errors) / len(errors) if errors else math.nan), len(errors)


_CELLS: Final = confusion_columns(STANCE_LABELS)

STANCE: Final = Task(
    name="stance",
    summary="where a holder stands on counter-terrorism cooperation between France and Russia",
    forms=FORMS,
    extras=(),
    flat=True,
    options=("alternatives",),
    keys=("id", "family", "slice", "article", "holder", "target", "time", "item", "gold", "predicted"),
    columns=(*_CELLS, "scaled", "absolute_error", *_SCALE_SUMS, "probable", "squared_error", *_CONFIDENCES, *_CORRECT),
    metrics=(
        Metric("accuracy", "right / all", _accuracy, _CELLS),
        Metric("macro_f1", "mean F1 over the labels that the gold has", _macro_f1, _CELLS),
        Metric("f_avg", "(F1 of favor + F1 of against) / 2, as in SemEval-2016 task 6", _f_avg, _CELLS),
        Metric("mcc", "Matthews correlation, three classes", _mcc, _CELLS, bounds=(-1.0, 1.0)),
        Metric("mae", "mean |gold − score| where the gold has a scale", _mae, ("scaled",), 0.0, (0.0, 4.0)),
        Metric(
            "quadratic_kappa",
            "κ with quadratic weights where the gold has a scale",
            _kappa,
            ("scaled",),
            bounds=(-1.0, 1.0),
        ),
        Metric("brier", "mean Σ (p − y)²", _brier, ("probable",), 0.0, (0.0, 2.0)),
        Metric("calibration_error", "Σ |right − confidence| over ten bins / n", _ece, ("probable",), 0.0),
    ),
    units=_units,
    parse=parse,
    count=_count,
    inputs=_inputs,
    reference=_majority,
    overall=(
        Overall(
            "independent_source_error",
            "mean |gold − predicted| number of families that tell a holder's stance on a target",
            _family_error,
            0.0,
            (0.0, math.inf),
        ),
        label_scorer(
            official.semeval2016_task6,
            "macroF_favor_against",
            {name: name.upper() for name in STANCE_LABELS},
            _count,
            "(F of favor + F of against) / 2, 0/0 = 0",
            "SemEval-2016 task 6, eval.pl",
        ),
        label_scorer(
            official.newsmtsc,
            "f1_macro",
            {"favor": "positive", "against": "negative", "none": "neutral"},
            _count,
            "mean F1 of three classes, 0/0 = 0",
            "NewsMTSC @b9d9b797",
        ),
        alpha(_count),
    ),
)
