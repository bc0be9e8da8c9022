"""Families of metrics that several tasks have: ratios, precision, recall and F1, what a confusion matrix gives.

Each is made of count columns by their names, and knows what an item's counts become if its answer is another one, from
which `one_item` tells how much a single item is worth.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from detente.metrics import classification
from detente.metrics.classification import Floats, f1, precision, ratio, recall
from detente.tasks.task import Counts, Flips, Items, Metric
from detente.text.whitespace import WhitespaceErrors

Compute = Callable[[Counts, Counts], Floats]

MISSING: Final = "missing"
"""The answer of an item that has none: a false negative of the gold label, and a false positive of none."""

OUTCOMES: Final = ("tp", "fp", "fn")


def outcome_columns(name: str) -> tuple[str, ...]:
    """The count columns of precision, recall and F1."""
    return tuple(f"{name}_{outcome}" for outcome in OUTCOMES)


def toggled(part: str, whole: str) -> Flips:
    """An item's part becomes nothing of its whole, or all of it."""

    def flips(items: Items, columns: Sequence[str]) -> list[Items]:
        none, every = items.copy(), items.copy()
        none[:, columns.index(part)] = 0
        every[:, columns.index(part)] = items[:, columns.index(whole)]
        return [none, every]

    return flips


def toggled_together(columns: Sequence[str], suffix: str) -> Flips:
    """Several parts become nothing of their wholes at once, or all of them."""

    def flips(items: Items, names: Sequence[str]) -> list[Items]:
        made = [items, items]
        for column in columns:
            toggle = toggled(column, f"{column}{suffix}")
            made = [toggle(each, names)[place] for place, each in enumerate(made)]
        return made

    return flips


def swapped(name: str) -> Flips:
    """What is found is lost, and what is lost is found; what is let in is left out, and, if counted, the reverse."""

    def flips(items: Items, columns: Sequence[str]) -> list[Items]:
        turned = items.copy()
        tp, fp, fn = (columns.index(column) for column in outcome_columns(name))
        turned[:, tp], turned[:, fn] = items[:, fn], items[:, tp]
        if f"{name}_tn" in columns:
            turned[:, fp] = items[:, columns.index(f"{name}_tn")]
            turned[:, columns.index(f"{name}_tn")] = items[:, fp]
        else:
            turned[:, fp] = 0
        return [turned]

    return flips


def relabelled(labels: Sequence[str], cells: Callable[[str, str], str]) -> Flips:
    """Each item gets each of the labels as its answer, or none; its gold label stays."""

    def flips(items: Items, columns: Sequence[str]) -> list[Items]:
        made = []
        for answer in (*labels, MISSING):
            turned = items.copy()
            for gold in labels:
                row = [columns.index(cells(gold, predicted)) for predicted in (*labels, MISSING)]
                turned[:, row] = 0
                turned[:, columns.index(cells(gold, answer))] = items[:, row].sum(axis=1)
            made.append(turned)
        return made

    return flips


def share(name: str, formula: str, part: str, whole: str, best: float = 0.0, *, of: str, group: str = "") -> Metric:
    """A metric that is the ratio of two count columns; `of` is what the second one counts."""

    def compute(counts: Counts, _: Counts) -> Floats:
        return ratio(counts[part], counts[whole])

    return Metric(name, formula, compute, (whole,), best, group=group, flips=toggled(part, whole), of=of)


def overlap(
    name: str,
    noun: str,
    *,
    of: str,
    columns: str = "",
    formulas: tuple[str, str, str] | None = None,
    n: tuple[str, ...] = (),
    group: str = "",
) -> tuple[Metric, Metric, Metric]:
    """Precision, recall and F1 of the counts `…_tp`, `…_fp` and `…_fn`.

    Args:
        name: Of the metrics, before `_precision`, `_recall` and `_f1`.
        noun: What is counted, for the formulas.
        of: What is counted, in one word.
        columns: Of the count columns, before their outcome; by default the metrics' name.
        formulas: Of the three, where the usual words do not fit.
        n: The columns of observations; by default those of the three outcomes.
        group: What they tell.
    """
    columns = columns or name
    tp, fp, fn = outcome_columns(columns)
    usual = (f"{noun} / those predicted", f"{noun} / those of the gold", f"2 tp / (2 tp + fp + fn) of {noun}")
    computes: tuple[Compute, ...] = (
        lambda counts, _: precision(counts[tp], counts[fp]),
        lambda counts, _: recall(counts[tp], counts[fn]),
        lambda counts, _: f1(counts[tp], counts[fp], counts[fn]),
    )
    made = [
        Metric(f"{name}_{part}", formula, compute, n or (tp, fp, fn), group=group, flips=swapped(columns), of=of)
        for part, formula, compute in zip(("precision", "recall", "f1"), formulas or usual, computes, strict=True)
    ]
    return made[0], made[1], made[2]


def cell(gold: str, predicted: str) -> str:
    """The name of the count column of a cell of a confusion matrix."""
    return f"{gold}>{predicted}"


def confusion_columns(labels: Sequence[str]) -> tuple[str, ...]:
    """The names of the count columns of a confusion matrix: each label, and `missing`, predicted for each label."""
    return tuple(cell(gold, predicted) for gold in labels for predicted in (*labels, MISSING))


def confusion(counts: Counts, labels: Sequence[str]) -> Floats:
    """The matrices, gold along the rows, of the count columns named `gold>predicted`; the last column is `missing`."""
    rows = [np.stack([counts[cell(gold, answer)] for answer in (*labels, MISSING)], axis=-1) for gold in labels]
    return np.stack(rows, axis=-2)


def of_confusion(
    name: str,
    formula: str,
    labels: Sequence[str],
    measure: Callable[[Floats, Floats], Floats],
    *,
    of_part: Callable[[Floats], Floats] | None = None,
    bounds: tuple[float, float] = (0.0, 1.0),
    reference: str = "",
    group: str = "",
    of: str = "item",
) -> Metric:
    """A metric of a confusion matrix; `measure` is given that of the sample, and that of the full set.

    `of_part` is given that of a part by itself, where that is another formula.
    """

    def compute(counts: Counts, full: Counts) -> Floats:
        return measure(confusion(counts, labels), confusion(full, labels))

    return Metric(
        name,
        formula,
        compute,
        confusion_columns(labels),
        bounds=bounds,
        reference=reference,
        group=group,
        flips=relabelled(labels, cell),
        of=of,
        of_part=None if of_part is None else lambda counts: of_part(confusion(counts, labels)),
    )


def accuracy(
    name: str, labels: Sequence[str], *, formula: str = "right / all", group: str = "", of: str = "item"
) -> Metric:
    """The share of answers that are right."""
    return of_confusion(name, formula, labels, lambda matrix, _: classification.accuracy(matrix), group=group, of=of)


OF_PART: Final = "; of a part, over those that it has in gold or predictions"
"""What a part's macro average runs over, for the formulas."""


def macro_f1(
    name: str,
    labels: Sequence[str],
    *,
    formula: str = "mean F1 over the labels that the gold has",
    group: str = "",
    of: str = "item",
) -> Metric:
    """The mean F1 over the labels that the full set's gold has, the same in every sample.

    Of a part by itself over the labels that it has in gold or predictions, as in scikit-learn, so that it has a value
    wherever there are items.
    """

    def measure(matrix: Floats, full: Floats) -> Floats:
        return classification.macro_f1(matrix, classification.supported(full))

    def of_part(matrix: Floats) -> Floats:
        return classification.mean_of_defined(classification.class_f1(matrix))

    return of_confusion(name, formula + OF_PART, labels, measure, of_part=of_part, group=group, of=of)


def mcc(labels: Sequence[str], group: str = "") -> Metric:
    """Matthews correlation."""
    return of_confusion(
        "mcc",
        "Matthews correlation (R_K) over the labels; 0 if either side has one label only",
        labels,
        lambda matrix, _: classification.mcc(matrix),
        bounds=(-1.0, 1.0),
        reference="Gorodkin 2004",
        group=group,
    )


def label_f1(name: str, label: str, labels: Sequence[str], group: str = "", of: str = "item") -> Metric:
    """F1 of one label."""
    _, formula, measure = _PARTS[-1]
    return of_confusion(
        name, f"{formula} of {label}", labels, _of_label(measure, labels.index(label)), group=group, of=of
    )


EACH_LABEL: Final = "each label"
"""The group of the metrics of single labels."""


def of_each_label(labels: Sequence[str], of: str = "item") -> tuple[Metric, ...]:
    """Precision, recall and F1 of each label: `precision_favor`, `recall_favor`, `f1_favor`, and so on.

    A missing answer is a false negative of its gold label, and a false positive of none.
    """
    return tuple(
        of_confusion(
            f"{part}_{label}", f"{formula} of {label}", labels, _of_label(measure, place), group=EACH_LABEL, of=of
        )
        for place, label in enumerate(labels)
        for part, formula, measure in _PARTS
    )


_PARTS: Final[tuple[tuple[str, str, Callable[[Floats, Floats, Floats], Floats]], ...]] = (
    ("precision", "tp / (tp + fp)", lambda tp, fp, _: precision(tp, fp)),
    ("recall", "tp / (tp + fn)", lambda tp, _, fn: recall(tp, fn)),
    ("f1", "2 tp / (2 tp + fp + fn)", f1),
)


def _of_label(measure: Callable[[Floats, Floats, Floats], Floats], place: int) -> Callable[[Floats, Floats], Floats]:
    def of_label(matrix: Floats, _: Floats) -> Floats:
        tp, fp, fn = (each[..., place] for each in classification.class_outcomes(matrix))
        return measure(tp, fp, fn)

    return of_label


def where_said(metric: Metric, noun: str, said: str, of: str = "") -> Metric:
    """The metric of what a system says of something at all, of whatever part; without a value where it never does.

    Args:
        metric: The metric.
        noun: What is said, for the reason that there is no value.
        said: The count column of how often it is said.
        of: The count column of what it could have been said of. A system without any is measured: it has missed all.
    """

    def no_value(full: Counts) -> str:
        silent = float(full[said]) == 0 and (not of or float(full[of]) > 0)
        return f"no prediction has {noun}" if silent else ""

    return replace(metric, no_value=no_value)


TEXT_ERROR_COLUMNS: Final = WhitespaceErrors._fields
DAMAGE: Final = "damage to the text"
INSERTIONS: Final = "output characters that the page, or its reference, does not have / output characters"
DOUBLED: Final = "output lines that repeat text already output / output lines"
SURPLUS: Final = {
    "insertions": "of the output is text that is not in the pages, or in their references",
    "doubled": "of the output's lines repeat earlier text",
}
"""Invented and repeated text, by metric, in words."""
NOTED: Final = 0.05
"""Above this share of it, there is a note beside the scores."""
MOVED: Final = "output lines to move to restore the order of the page, or its reference / output lines"

WHITESPACE_ERRORS: Final = (
    share(
        "merged_words",
        "word boundaries lost / word boundaries inside kept text",
        "merged_words",
        "spaces",
        of="word boundary",
        group=DAMAGE,
    ),
    share(
        "split_words",
        "words split / neighbouring characters inside kept words",
        "split_words",
        "solid",
        of="pair of characters",
        group=DAMAGE,
    ),
    share(
        "lost_line_breaks",
        "line ends lost / line ends inside kept text",
        "lost_line_breaks",
        "line_breaks",
        of="line end",
        group=DAMAGE,
    ),
)
"""Of the spaces and line ends between words."""


def text_errors(output: str, insertions: str, lines: str, doubled: str, moved: str) -> tuple[Metric, ...]:
    """What is wrong with an output text beside what it lacks, from these count columns."""
    return (
        share("insertions", INSERTIONS, insertions, output, of="character", group=DAMAGE),
        share("doubled", DOUBLED, doubled, lines, of="line", group=DAMAGE),
        share("moved", MOVED, moved, lines, of="line", group=DAMAGE),
        *WHITESPACE_ERRORS,
    )
