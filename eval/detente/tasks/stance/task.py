"""The task `stance`: where a holder stands on cooperation between France and Russia, one label for each cell."""

import math
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from detente.data.corpus import Corpus
from detente.data.inventory import Inventory
from detente.data.jsonl import Record
from detente.data.labels import SCALE, STANCE_LABELS
from detente.metrics import classification, official
from detente.metrics.classification import Floats
from detente.tasks.labels import alpha, alternative_labels, answered, label_scorer, most_frequent
from detente.tasks.metric_families import (
    MISSING,
    OF_PART,
    accuracy,
    cell,
    confusion_columns,
    macro_f1,
    mcc,
    of_confusion,
    of_each_label,
    where_said,
)
from detente.tasks.stance import KINDS
from detente.tasks.stance.baselines import BASELINES
from detente.tasks.stance.grid import Cell, cell_of
from detente.tasks.stance.prediction import Prediction, notes, parse
from detente.tasks.task import CorpusMetric, CorpusValue, Counts, Metric, Options, Row, Task, sizes_of

if TYPE_CHECKING:
    import polars as pl

_ASKED: Final = (
    *("id", "article", "text", "holder", "holder_name", "holder_kind", "holder_aliases"),
    *("target", "target_definition", "time", "time_definition", "told_by", "told_by_definition"),
)
"""The columns that are the question."""
_SCORED: Final = ("id", "article", *Cell._fields, "scale", "label", "alternatives")
"""The columns that counting needs: the words of the question would double the time that rows take."""
_SCALE_SUMS: Final = ("sum_gold", "sum_score", "sum_gold_squared", "sum_score_squared", "sum_products")
_CONFIDENCES: Final = tuple(f"confidence_{bin_}" for bin_ in range(classification.CALIBRATION_BINS))
_CORRECT: Final = tuple(f"correct_{bin_}" for bin_ in range(classification.CALIBRATION_BINS))


def _units(corpus: Corpus, _: Collection[str] = ()) -> dict[str, Row]:
    families = {name: row["family"] for name, row in corpus.articles.items()}
    return {row["id"]: {**row, "family": families[row["article"]]} for row in corpus.rows("stance", *_SCORED)}


def _inputs(corpus: Corpus) -> list[Record]:
    return corpus.rows("stance", *_ASKED)


def _of_label(label: str) -> Row:
    return dict.fromkeys(_SCORED) | {"label": label, "alternatives": []}


def _lacking(units: Mapping[str, Row]) -> dict[str, str]:
    lacking: dict[str, str] = {}
    if all(unit["scale"] is None for unit in units.values()):
        lacking |= dict.fromkeys(("mae", "quadratic_kappa"), "the gold has no scale")
    if any(unit["holder"] is None for unit in units.values()):
        lacking["family_count_error"] = "the gold names no holders"
    return lacking


def _accepted(gold: Row, options: Options) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """The labels and the scale values that count as right, the gold's own first."""
    labels, steps = [gold["label"]], [] if gold["scale"] is None else [float(gold["scale"])]
    if options.alternatives == "accept":
        labels += alternative_labels(gold)
        steps += (float(other["value"]) for other in gold["alternatives"] if other["field"] == "scale")
    return tuple(labels), tuple(steps)


def _count(gold: Row, prediction: Prediction | None, options: Options) -> list[Row]:
    labels, steps = _accepted(gold, options)
    row: Row = {
        "id": gold["id"],
        "family": gold["family"],
        "slice": "main",
        "article": gold["article"],
        "holder": gold["holder"],
        "target": gold["target"],
        "time": gold["time"],
        "told_by": gold["told_by"],
        "item": gold["id"],
    }
    predicted = prediction.label if prediction else MISSING
    label = predicted if predicted in labels else labels[0]
    row |= {"gold": label, "predicted": predicted, cell(label, predicted): 1}
    row["wrong"] = int(label != predicted)
    row["detail"] = answered(label, predicted) if row["wrong"] else ""
    row |= _scale_counts(steps, prediction.score if prediction else None) if steps else {}
    return [row | _probability_counts(label, predicted, prediction.probabilities if prediction else None)]


def _scale_counts(steps: tuple[float, ...], score: float | None) -> Row:
    """From the scale values that are right. Without a score the error is the greatest that there could be."""
    if score is None:
        return {"scaled": 1, "absolute_error": max(abs(steps[0] - end) for end in SCALE)}
    gold = min(steps, key=lambda step: abs(step - score))
    sums = (gold, score, gold**2, score**2, gold * score)
    return {"scaled": 1, "scored": 1, "absolute_error": abs(gold - score), **dict(zip(_SCALE_SUMS, sums, strict=True))}


def _probability_counts(gold: str, label: str, probabilities: dict[str, float] | None) -> Row:
    """Without probabilities the error is that of certainty in a wrong label."""
    if probabilities is None:
        return {"items": 1, "squared_error": 2}
    place = classification.calibration_bin(probabilities[label])
    return {
        "items": 1,
        "probable": 1,
        "squared_error": math.fsum((probabilities[name] - (name == gold)) ** 2 for name in STANCE_LABELS),
        _CONFIDENCES[place]: probabilities[label],
        _CORRECT[place]: int(label == gold),
    }


def _majority(units: Collection[Row]) -> Prediction:
    """The most frequent label of the cells."""
    return Prediction("label", most_frequent((row["label"] for row in units), STANCE_LABELS))


_SIDES: Final = [STANCE_LABELS.index("favor"), STANCE_LABELS.index("against")]


def _f_avg(matrix: Floats, _: Floats) -> Floats:
    return classification.macro_f1(matrix, _SIDES)


def _f_avg_of_part(matrix: Floats) -> Floats:
    return classification.mean_of_defined(classification.class_f1(matrix)[..., _SIDES])


def _detection_f1(matrix: Floats, _: Floats) -> Floats:
    tp = matrix[..., _SIDES, :][..., _SIDES].sum(axis=(-2, -1))
    gold, predicted = matrix[..., _SIDES, :].sum(axis=(-2, -1)), matrix[..., _SIDES].sum(axis=(-2, -1))
    return classification.f1(tp, predicted - tp, gold - tp)


def _polarity_accuracy(matrix: Floats, _: Floats) -> Floats:
    return classification.accuracy(matrix[..., _SIDES, :][..., _SIDES])


def _mae(counts: Counts, _: Counts) -> Any:
    return classification.mean_absolute_error(counts["absolute_error"], counts["scaled"])


def _kappa(counts: Counts, _: Counts) -> Any:
    return classification.quadratic_kappa(counts["scored"], *(counts[name] for name in _SCALE_SUMS))


def _unscored(full: Counts) -> str:
    """Why there is no κ: it weighs pairs of values, and no value stands for a missing one that could not raise it."""
    scaled, scored = int(full["scaled"]), int(full["scored"])
    if scored == 0:
        return "no prediction has a score"
    return f"{scaled - scored} of {scaled} items have no score" if scored < scaled else ""


def _brier(counts: Counts, _: Counts) -> Any:
    return classification.brier(counts["squared_error"], counts["items"])


def _ece(counts: Counts, _: Counts) -> Any:
    confidences, correct = (np.stack([counts[name] for name in names], axis=-1) for names in (_CONFIDENCES, _CORRECT))
    return classification.expected_calibration_error(
        confidences, correct, counts["items"], counts["items"] - counts["probable"]
    )


def _by_target(_: Mapping[str, Any], __: Mapping[str, Any], rows: "pl.DataFrame") -> CorpusValue:
    """The mean over targets of what SemEval-2016 pools; a target where nobody has a side has none."""
    if "target" not in rows.columns or rows["target"].is_null().all():
        return CorpusValue(math.nan, 0, "the gold has no targets")
    values = []
    for part in rows.partition_by("target", maintain_order=True):
        sizes = list(sizes_of(part, "gold", "predicted").iter_rows())
        sides = [
            2 * sum(size for *pair, size in sizes if pair == [side, side]) / having
            for side in ("favor", "against")
            if (having := sum(size * pair.count(side) for *pair, size in sizes))
        ]
        values += [sum(sides) / len(sides)] if sides else []
    return CorpusValue(math.fsum(values) / len(values) if values else math.nan, len(values))


def _family_error(units: Mapping[str, Row], _: Mapping[str, Any], rows: "pl.DataFrame") -> CorpusValue:
    """Mean |gold − predicted| number of families that tell a stance, over the stances that either side has.

    None with missing answers: a family that tells nothing could undo one that was counted wrongly.
    """
    if missing := int((rows["predicted"] == MISSING).sum()):
        return CorpusValue(math.nan, 0, f"{missing} of {len(rows)} answers are missing")
    told: dict[str, dict[tuple[str, ...], set[str]]] = {"gold": {}, "predicted": {}}
    for row in rows.select("id", *told).iter_rows(named=True):
        gold = units[row["id"]]
        for side, stances in told.items():
            if row[side] != "none":
                stance = (*cell_of(gold), row[side])
                stances.setdefault(stance, set()).add(gold["family"])
    either = told["gold"].keys() | told["predicted"].keys()
    errors = [abs(len(told["gold"].get(key, ())) - len(told["predicted"].get(key, ()))) for key in either]
    return CorpusValue(sum(errors) / len(errors) if errors else math.nan, len(errors))


CUT: Final = "a score of .5 or more is favor, one of -.5 or less against, all else none"
"""How `score` becomes the label that metrics of labels take, for the formulas of those that only stance has."""
_LABELS: Final = "labels"
_SCALED: Final = "the scale"
_PROBABLE: Final = "probabilities"


def _fit(own: Inventory) -> Task:
    """The task as a corpus with other parties and targets has it."""
    return replace(STANCE, summary=f"where a holder stands on {', '.join(own.targets)} between {own.party_names}")


STANCE: Final = Task(
    name="stance",
    summary="where a holder stands on counter-terrorism cooperation between France and Russia",
    primary="f_avg",
    standard=("macro_f1", "detection_f1", "polarity_accuracy", "accuracy", "mcc", "mae", "brier", "semeval2016_task6"),
    kinds=KINDS,
    extras=(),
    tabular=True,
    options=("alternatives",),
    keys=("id", "family", "slice", "article", "holder", "target", "time", "told_by", "item", "gold", "predicted"),
    columns=(
        *confusion_columns(STANCE_LABELS),
        *("scaled", "scored", "absolute_error"),
        *_SCALE_SUMS,
        *("items", "probable", "squared_error"),
        *_CONFIDENCES,
        *_CORRECT,
    ),
    metrics=(
        accuracy("accuracy", STANCE_LABELS, group=_LABELS),
        macro_f1("macro_f1", STANCE_LABELS, group=_LABELS),
        of_confusion(
            "f_avg",
            f"(F1 of favor + F1 of against) / 2, as in SemEval-2016 task 6{OF_PART}; {CUT}",
            STANCE_LABELS,
            _f_avg,
            of_part=_f_avg_of_part,
            group=_LABELS,
        ),
        of_confusion(
            "detection_f1",
            f"2 tp / (2 tp + fp + fn) of cells with a stance, on whichever side; {CUT}",
            STANCE_LABELS,
            _detection_f1,
            group=_LABELS,
        ),
        of_confusion(
            "polarity_accuracy",
            f"cells on the right side / cells where gold and prediction both have a stance; {CUT}",
            STANCE_LABELS,
            _polarity_accuracy,
            group=_LABELS,
        ),
        mcc(STANCE_LABELS, group=_LABELS),
        *of_each_label(STANCE_LABELS),
        where_said(
            Metric(
                "mae",
                "mean |gold − score| where the gold has a scale; without a score the most that it can be",
                _mae,
                ("scaled",),
                0.0,
                (0.0, 4.0),
                group=_SCALED,
            ),
            "a score",
            "scored",
        ),
        Metric(
            "quadratic_kappa",
            "κ with quadratic weights where the gold has a scale; none if a score is missing",
            _kappa,
            ("scored",),
            bounds=(-1.0, 1.0),
            group=_SCALED,
            no_value=_unscored,
        ),
        where_said(
            Metric(
                "brier",
                "mean Σ (p − y)²; 2 without probabilities",
                _brier,
                ("items",),
                0.0,
                (0.0, 2.0),
                group=_PROBABLE,
            ),
            "probabilities",
            "probable",
        ),
        where_said(
            Metric(
                "calibration_error",
                "(Σ |right − confidence| over ten bins + items without probabilities) / n",
                _ece,
                ("items",),
                0.0,
                group=_PROBABLE,
            ),
            "probabilities",
            "probable",
        ),
    ),
    units=_units,
    parse=parse,
    count=_count,
    inputs=_inputs,
    baselines=BASELINES,
    id_pattern="[^:]+(:[^:]+){4}",
    notes=notes,
    majority=_majority,
    corpus_metrics=(
        CorpusMetric(
            "family_count_error",
            "mean |gold − predicted| number of families that tell a holder's stance on a target; none if an answer is"
            " missing",
            _family_error,
            0.0,
            (0.0, math.inf),
            group="independent sources",
            of="stance",
        ),
        label_scorer(
            official.semeval2016_task6,
            "macroF_favor_against",
            {**{name: name.upper() for name in ("favor", "against", "none")}, MISSING: "UNKNOWN"},
            "(F of favor + F of against) / 2, 0/0 = 0",
            "SemEval-2016 task 6, eval.pl",
        ),
        CorpusMetric(
            "f_avg_by_target",
            f"plain mean over targets of f_avg, each over the sides that it has in gold or predictions; {CUT}",
            _by_target,
            reference="F-macroT of Mohammad et al. 2016",
            group=_LABELS,
            of="target",
        ),
        label_scorer(
            official.newsmtsc,
            "f1_macro",
            {"favor": "positive", "against": "negative", "none": "neutral"},
            "mean F1 of three classes, 0/0 = 0",
            "NewsMTSC @b9d9b797",
        ),
        alpha(),
    ),
    aliases={"independent_source_error": "family_count_error"},
    labels=STANCE_LABELS,
    of_label=_of_label,
    lacking=_lacking,
    fit=_fit,
)
