"""What the tasks of labels share: a label and its majority, and the official scorers of labels.

Official scorers keep their own 0/0, and their defects.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import nan
from typing import TYPE_CHECKING, Any, Final

from detente.data.fields import label, read
from detente.data.jsonl import Record
from detente.data.labels import label_of_scale
from detente.metrics.agreement import krippendorff_alpha
from detente.tasks.metric_families import MISSING
from detente.tasks.task import CorpusMetric, CorpusValue, sizes_of

if TYPE_CHECKING:
    import polars as pl

OFFICIAL: Final = "official scorers"
"""The group of metrics that are somebody else's programs."""


def read_label(record: Record, labels: Sequence[str]) -> str:
    """The label of a line.

    Raises:
        PredictionError: With every fault of the line.
    """
    return read(record, lambda line: line.get("label", label(labels)))


def most_frequent(found: Iterable[str], labels: Sequence[str]) -> str:
    """The most frequent label; of equals the first of the inventory."""
    counted = Counter(found)
    return max(labels, key=lambda name: counted[name])


def answered(gold: str, predicted: str) -> str:
    """What is wrong with an answer, in words: `favor, predicted against`, or `favor, missing`."""
    return f"{gold}, missing" if predicted == MISSING else f"{gold}, predicted {predicted}"


def alternative_labels(row: Record) -> list[str]:
    """The labels beside its own that a stance's alternatives give it, in their order; those of the scale folded."""
    given = (
        other["value"] if other["field"] == "label" else label_of_scale(float(other["value"]))
        for other in row["alternatives"]
        if other["field"] in ("label", "scale")
    )
    return [name for name in dict.fromkeys(given) if name != row["label"]]


def label_scorer(
    scorer: Callable[..., Mapping[str, Any]], number: str, names: Mapping[str, str], formula: str, reference: str
) -> CorpusMetric:
    """An official scorer of labels, as a measure of a task.

    Args:
        scorer: From `detente.metrics.official`, called with the labels `gold` and `predicted`.
        number: Which of its numbers is shown.
        names: Our labels to the scorer's; with a label that it does not have there is no value, and the reason.
        formula: What the number is, in one line.
        reference: The scorer, its source and commit.
    """

    def compute(_: Mapping[str, Any], __: Mapping[str, Any], rows: "pl.DataFrame") -> CorpusValue:
        pairs, n = _pairs(rows)
        if unknown := sorted({label for pair in pairs for label in pair} - names.keys()):
            return CorpusValue(nan, n, f"{scorer.__name__} has no label {', '.join(unknown)}")
        confusion = {f"{names[gold]}>{names[predicted]}": size for (gold, predicted), size in pairs.items()}
        return CorpusValue(float(scorer(confusion=confusion)[number]), n)

    return CorpusMetric(scorer.__name__, formula, compute, reference=reference, group=OFFICIAL, of_rows=True)


def _pairs(rows: "pl.DataFrame") -> tuple[dict[tuple[str, str], int], int]:
    """How many items have each gold label and each predicted one, and how many there are."""
    pairs = {(gold, predicted): size for gold, predicted, size in sizes_of(rows, "gold", "predicted").iter_rows()}
    return pairs, sum(pairs.values())


def alpha() -> CorpusMetric:
    """Krippendorff's nominal α between the gold and the predictions, as if they were two annotators.

    A missing answer is a value of its own: left out, as α leaves out missing values, it would raise α.
    """

    def compute(_: Mapping[str, Any], __: Mapping[str, Any], rows: "pl.DataFrame") -> CorpusValue:
        pairs, n = _pairs(rows)
        ratings = list(zip(*pairs, strict=True)) or [(), ()]
        return CorpusValue(krippendorff_alpha(ratings, weights=list(pairs.values())), n)

    return CorpusMetric(
        krippendorff_alpha.__name__,
        "nominal α of gold and predictions",
        compute,
        bounds=(-1.0, 1.0),
        reference="krippendorff 0.9.0",
        group=OFFICIAL,
        of_rows=True,
    )
