"""What a task is: gold units, predictions of them, additive counts, and metrics of the counts."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from detente.data.jsonl import Record
from detente.metrics.classification import Floats, ratio

if TYPE_CHECKING:
    from detente.data.corpus import Corpus

Counts = Mapping[str, Floats]
"""Sums of counts by column: numbers, or arrays of one number per resample."""

Row = dict[str, Any]
"""The counts of one item. Beside the count columns, of which those left out are 0, a row has the task's `keys`, and
`wrong` and `detail`: how much is wrong with the item and, in words, what."""


class Gold(Protocol):
    """What predictions are held against: the built dataset, or reference texts. A task knows which it reads."""

    @property
    def manifest(self) -> Mapping[str, Any]:
        """Name, version and SHA-256."""

    @property
    def version(self) -> str:
        """For signatures."""


@dataclass(frozen=True)
class Options:
    """The choices that change what counts as right; all of them stand in the signature.

    Attributes:
        paratext: Whether headlines, captions and the like are `content`, `boilerplate`, or neither (`ignore`).
        alternatives: Whether a prediction of a label's listed alternative counts as right (`accept`) or not (`reject`).
        empty: Whether a page without output text, for whatever reason, enters the means (`zero`) or leaves them
            (`drop`); only where the gold is reference texts.
        errors: Whether errors are attributed there, which takes most of the time; not a choice of what is right.
    """

    paratext: str = "ignore"
    alternatives: str = "reject"
    empty: str = "zero"
    errors: bool = True


@dataclass(frozen=True)
class Metric:
    """A named function of summed counts.

    Attributes:
        name: As in the output.
        formula: What it is, in one line.
        compute: From the counts of a sample, or of many at once, and the counts of the full set, which fix the classes
            of a macro average. Undefined is NaN.
        n: The count columns whose sum is the number of observations that the metric rests on.
        best: The value of a perfect prediction.
        bounds: Least and greatest value.
        reference: Where it comes from, for a measure that bears another's name.
    """

    name: str
    formula: str
    compute: Callable[[Counts, Counts], Floats]
    n: tuple[str, ...]
    best: float = 1.0
    bounds: tuple[float, float] = (0.0, 1.0)
    reference: str = ""


@dataclass(frozen=True)
class Overall:
    """A measure of all units together that no sum of counts gives: a value, no interval, and shards do not merge.

    Attributes:
        name: As in the output.
        formula: What it is, in one line.
        compute: From gold units by id, predictions by id (those that are there) and options to the value, NaN where it
            is undefined, and the number of observations.
        best: The value of a perfect prediction.
        bounds: Least and greatest value.
        reference: Where it comes from, for a measure that bears another's name.
    """

    name: str
    formula: str
    compute: Callable[[Mapping[str, Any], Mapping[str, Any], Options], tuple[float, int]]
    best: float = 1.0
    bounds: tuple[float, float] = (0.0, 1.0)
    reference: str = ""


@dataclass(frozen=True)
class Task:
    """A task, as a value. `count` is all that knows what gold and predictions mean.

    Attributes:
        name: Its word on the command line, and its config in the dataset.
        summary: One line for people.
        forms: The keys of which a prediction line has exactly one.
        extras: Keys that it may have besides.
        flat: Whether predictions may be CSV or Parquet.
        options: The fields of `Options` that it heeds.
        keys: The columns by which its counts can be broken down. Always among them: `id`, the unit; `family`;
            `slice`, of which only `headline` rows enter the headline scores.
        columns: The count columns.
        metrics: Functions of the counts, in the order of the output.
        overall: Measures of all units together, which follow them.
        units: From the gold to its units, by id.
        parse: A prediction from its line; raises `Refused`.
        count: The rows of one unit. The prediction is None if it is missing, which scores as empty, or as wrong.
        inputs: What a model may see of the units: no labels, nor what leaks them.
        reference: The prediction of the majority class for every unit, where there is such a thing.
        gather: Where units are predicted one by one but scored together: from units and predictions to groups of them,
            which `count` is then called with.
        tools: What else the signature must name for a score to be repeated, as `nltk:3.9.1`.
        measured: Where not every gold has what every metric needs: from the gold units to the names of the metrics that
            it has.
        variant: Where the ids of predictions can name units of another sort: from the ids to the task on those units.
    """

    name: str
    summary: str
    forms: tuple[str, ...]
    extras: tuple[str, ...]
    flat: bool
    options: tuple[str, ...]
    keys: tuple[str, ...]
    columns: tuple[str, ...]
    metrics: tuple[Metric, ...]
    units: Callable[[Any], dict[str, Any]]
    parse: Callable[[Any, Record], Any]
    count: Callable[[Any, Any, Options], list[Row]]
    inputs: Callable[["Corpus"], list[Record]]
    reference: Callable[[Sequence[Any]], Any] | None = None
    overall: tuple[Overall, ...] = ()
    gather: Callable[[Mapping[str, Any], Mapping[str, Any]], tuple[dict[str, Any], dict[str, Any]]] | None = None
    tools: Callable[[], list[str]] = list
    measured: "Callable[[Mapping[str, Any], Options], Container[str]] | None" = None
    variant: "Callable[[Iterable[str]], Task] | None" = None

    @property
    def measures(self) -> tuple[Metric | Overall, ...]:
        """All that the task measures, in the order of the output."""
        return (*self.metrics, *self.overall)


def share(name: str, formula: str, part: str, whole: str, best: float = 0.0) -> Metric:
    """A metric that is the ratio of two count columns."""

    def compute(counts: Counts, _: Counts) -> Floats:
        return ratio(counts[part], counts[whole])

    return Metric(name, formula, compute, (whole,), best)


def confusion(counts: Counts, labels: Sequence[str]) -> Floats:
    """The matrices, gold along the rows, of the count columns named `gold>predicted`."""
    rows = [np.stack([counts[f"{gold}>{predicted}"] for predicted in labels], axis=-1) for gold in labels]
    return np.stack(rows, axis=-2)


def confusion_columns(labels: Sequence[str]) -> tuple[str, ...]:
    """The names of the count columns of a confusion matrix."""
    return tuple(f"{gold}>{predicted}" for gold in labels for predicted in labels)
