"""What a task is: gold units, predictions of them, additive counts, and metrics of the counts."""

from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from detente.data.inventory import PACKAGED, Inventory
from detente.data.jsonl import Record
from detente.data.labels import OPTION_VALUES
from detente.data.problems import Problem, ValidationError
from detente.metrics.classification import Floats

if TYPE_CHECKING:
    import polars as pl

    from detente.data.corpus import Corpus
    from detente.tasks.batch import Batch

Counts = Mapping[str, Floats]
"""Sums of counts by column: numbers, or arrays of one number per resample."""

ANY_ID = ".*"
"""The pattern of ids that tell nothing of their task."""

Row = dict[str, Any]
"""The counts of one item. Beside the count columns, of which those left out are 0, a row has the task's `keys`, and
`wrong` and `detail`: how much is wrong with the item and, in words, what; and of a text `blocks`: where."""


TIMES: Final = "times"
"""The column that says how many items a row of counts stands for, where items that are alike are one row."""
FIRST: Final = "first_place"
"""The column that says which place an item has in the gold, or the first of those that are alike."""
PREDICTED: Final = "predicted "
"""What the columns begin with that have what several systems say of items: `predicted 0` and so on."""


def sizes_of(rows: "pl.DataFrame", *by: str) -> "pl.DataFrame":
    """How many items there are of each value of keys, as `size`, in the order of first appearance."""
    import polars as pl

    each = pl.col(TIMES).sum().cast(pl.Int64) if TIMES in rows.columns else pl.len().cast(pl.Int64)
    return rows.group_by(by, maintain_order=True).agg(size=each)


class Gold(Protocol):
    """What predictions are held against: the built dataset, reference texts, or labels. A task knows which it reads."""

    @property
    def manifest(self) -> Mapping[str, Any]:
        """Name, version and SHA-256."""

    @property
    def version(self) -> str:
        """For signatures."""

    def blind(self, task: str) -> list[Record]:
        """Predictions of a model that does not see the pages; none where there is no such model."""


def refuse_unknown(given: Iterable[tuple[str, Any, Collection[str]]]) -> None:
    """Refuses options that have none of the values that they may have.

    Args:
        given: The name of each option, its value, and what that may be; None is as if it were not given.

    Raises:
        ValidationError: With every such option.
    """
    wrong = [(name, value, allowed) for name, value, allowed in given if value is not None and value not in allowed]
    if wrong:
        raise ValidationError(
            [Problem("option", name, f"{value!r} is none of {', '.join(allowed)}") for name, value, allowed in wrong]
        )


@dataclass(frozen=True)
class Options:
    """The choices that change what counts as right; all of them stand in the signature.

    Attributes:
        paratext: Whether headlines, captions and the like are `content`, `boilerplate`, or neither (`ignore`).
        alternatives: Whether a prediction of a label's listed alternative counts as right (`accept`) or not (`reject`).
        empty: Whether a page without output text, for whatever reason, enters the means (`zero`) or leaves them
            (`drop`); only where the gold is reference texts.
        errors: Whether errors are attributed there, which takes most of the time; not a choice of what is right.

    Raises:
        ValidationError: If one of them has no such value.

    Example:
        >>> import detente
        >>> predictions = [{"id": item["id"], "label": "none"} for item in detente.inputs("stance")]
        >>> lenient = detente.score(predictions, options=detente.Options(alternatives="accept"))
        >>> lenient.settings["alternatives"]
        'accept'
    """

    paratext: str = "ignore"
    alternatives: str = "reject"
    empty: str = "zero"
    errors: bool = True

    def __post_init__(self) -> None:
        refuse_unknown((name, getattr(self, name), allowed) for name, allowed in OPTION_VALUES.items())

    def others(self, row: Record, field: str) -> list[str]:
        """The other values of a field that count as right, as alternatives write them: none, unless accepted."""
        accepted = row["alternatives"] if self.alternatives == "accept" else ()
        return [other["value"] for other in accepted if other["field"] == field]

    def reading(self, row: Record, field: str, predicted: str | None) -> str:
        """The gold label of a field: the predicted one where it is another that counts as right, else the row's own."""
        label: str = predicted if predicted in self.others(row, field) else row[field]
        return label


Items = NDArray[np.float64]
"""The counts of items, shape `(items, columns)`."""

Flips = Callable[[Items, Sequence[str]], list[Items]]
"""From the counts of items and the names of their columns to what the counts of each would be if its answer were
another one, one array a possible answer."""


@dataclass(frozen=True)
class Metric:
    """A named function of summed counts.

    Attributes:
        name: As in the output.
        formula: What it is, in one line.
        compute: From the counts of a sample, or of many at once, and the counts of the full set, which fix the classes
            of a macro average. Undefined is NaN.
        of_part: The same of a part by itself, such as a family, where that is another formula: a macro average over the
            classes that the part has. See `part`.
        n: The count columns whose sum is the number of observations that the metric rests on.
        best: The value of a perfect prediction.
        bounds: Least and greatest value.
        reference: Where it comes from, for a measure that bears another's name.
        group: What it tells, as a heading over metrics of a kind.
        flips: What the counts of an item become if its answer is another one; None where that is not told.
        of: What `n` counts, in the singular.
        no_value: Why a system has no value, from its counts of the full set: it says nothing of what is measured.
            Empty if it has one.
    """

    name: str
    formula: str
    compute: Callable[[Counts, Counts], Floats]
    n: tuple[str, ...]
    best: float = 1.0
    bounds: tuple[float, float] = (0.0, 1.0)
    reference: str = ""
    group: str = ""
    flips: Flips | None = None
    of: str = "item"
    of_part: Callable[[Counts], Floats] | None = None
    no_value: Callable[[Counts], str] = lambda _: ""

    def whole(self, counts: Counts) -> float:
        """The metric of all that a system says; NaN if it says nothing of what is measured."""
        return np.nan if self.no_value(counts) else float(self.compute(counts, counts))

    def part(self, counts: Counts) -> Floats:
        """The metric of parts of the whole, each by itself: no class comes from the other parts."""
        return self.of_part(counts) if self.of_part else self.compute(counts, counts)


class CorpusValue(NamedTuple):
    """What a corpus metric gives: a value, NaN where it is undefined, of how many observations, and why it is NaN."""

    value: float
    n: int
    reason: str = ""


@dataclass(frozen=True)
class CorpusMetric:
    """A measure of all units together that no sum of counts gives: a value, no interval, and shards do not merge.

    Attributes:
        name: As in the output.
        formula: What it is, in one line.
        compute: From gold units by id, predictions by id (those that are there), and the rows of counts that enter the
            main scores.
        best: The value of a perfect prediction.
        bounds: Least and greatest value.
        reference: Where it comes from, for a measure that bears another's name.
        group: What it tells, as a heading over metrics of a kind.
        of: What `n` counts, in the singular.
        of_rows: Whether it is a function of the rows alone, so that a part of them has a value, too.
    """

    name: str
    formula: str
    compute: "Callable[[Mapping[str, Any], Mapping[str, Any], pl.DataFrame], CorpusValue]"
    best: float = 1.0
    bounds: tuple[float, float] = (0.0, 1.0)
    reference: str = ""
    group: str = ""
    of: str = "item"
    of_rows: bool = False


@dataclass(frozen=True)
class Baseline:
    """What little effort already reaches: predictions from the inputs, which are all that a model sees, and the gold.

    Attributes:
        name: Its word on the command line.
        summary: One line for people; says so if it looks at the gold.
        predict: From the inputs and the dataset to the lines of a predictions file.
        reads: Whether the answers depend on the pages' text.
        learns_from: Where it is trained on the gold of other families than the one that it answers: from the dataset to
            the families that there are.
        extra: The optional packages that it needs, by the name of their extra; empty if none.
        package: The module that those bring.
    """

    name: str
    summary: str
    predict: "Callable[[list[Record], Corpus], list[Record]]"
    reads: bool = True
    learns_from: "Callable[[Corpus], Collection[str]] | None" = None
    extra: str = ""
    package: str = ""

    @property
    def available(self) -> bool:
        """Whether the packages that it needs are installed."""
        return not self.package or find_spec(self.package) is not None

    def lines(self, inputs: list[Record], corpus: "Corpus") -> list[Record]:
        """The lines of a predictions file, each with what made it."""
        return [{**line, "tool": f"detente {self.name}"} for line in self.predict(inputs, corpus)]

    def refusals(self, corpus: "Corpus") -> list[Problem]:
        """Why it cannot answer for a dataset: a package is missing, or there is no other family to learn from."""
        found = []
        if not self.available:
            message = f"{self.package} is not installed: pip install 'detente[{self.extra}]'"
            found.append(Problem("extra-missing", self.name, message))
        if self.learns_from and len(self.learns_from(corpus)) < 2:
            message = f"{self.name} learns from other families than the one that it answers for, and there is but one"
            found.append(Problem("too-few-families", str(corpus.folder), message))
        return found


def by_article(inputs: Iterable[Record]) -> list[Record]:
    """Inputs with one line for each page: what all its items share once, and under `items` what is each item's own.

    Lines keep the order of pages, items theirs; an item that is alone on its page keeps its own id.
    """
    pages: dict[str, list[Record]] = {}
    for line in inputs:
        pages.setdefault(line["article"], []).append(line)
    return [
        {"id": article, **_without(items[0], own), "items": [_without(item, item.keys() - own) for item in items]}
        for article, items in pages.items()
        for own in [_differing(items)]
    ]


def _differing(items: Sequence[Record]) -> set[str]:
    """The keys of which the items have different values, or which only some have; the id always."""
    keys = {key for item in items for key in item}
    return {"id"} | {key for key in keys if any(key not in item or item[key] != items[0].get(key) for item in items)}


def _without(record: Record, keys: Collection[str]) -> Record:
    return {key: value for key, value in record.items() if key not in keys}


class OfLabels(NamedTuple):
    """How an item is counted of which a gold label and a predicted one say all.

    Attributes:
        task: The task that counts it, which sees labels only.
        unit: From the gold label and a name to an item.
        answer: From a label to the prediction that says it and nothing else.
    """

    task: "Task"
    unit: Callable[[str, str], Any]
    answer: Callable[[str], Any]


class Alike(NamedTuple):
    """Items whose counts follow from the gold label and the predicted one alone, and what systems say of them.

    Attributes:
        items: `id`, the other keys and `gold` of every item, in the order of the gold; all are `main`.
        answers: Of each system the label of each item, null where there is none; one label that it gives to all; or
            None, if its predictions say more than labels.
        of_labels: How each pair of labels is counted.
    """

    items: "pl.DataFrame"
    answers: "list[pl.Series | str | None]"
    of_labels: OfLabels


@dataclass(frozen=True)
class Task:
    """A task, as a value. `count` is all that knows what gold and predictions mean.

    Attributes:
        name: Its word on the command line, and its config in the dataset.
        summary: One line for people.
        primary: The metric that leads every output, and that systems are ranked by.
        standard: The metrics shown beside it, at most eight; `--metrics all` shows the others too.
        kinds: The keys of which a prediction line has exactly one.
        extras: Keys that it may have besides.
        tabular: Whether predictions may be a table: CSV, TSV, Parquet, Arrow, a data frame.
        options: The fields of `Options` that it heeds.
        keys: The columns by which its counts can be broken down; one that is null throughout is left out. Always among
            them: `id`, the unit; `family`; `slice`, of which only `main` rows enter the main scores.
        columns: The count columns.
        metrics: Functions of the counts, in the order of the output.
        units: From the gold and the ids that predictions name to the gold's units, by id.
        parse: A prediction from its line; raises `PredictionError`.
        count: The rows of one unit. The prediction is None if it is missing, which scores as empty, or as the answer
            `missing`.
        inputs: What a model may see of the units: no labels, nor what leaks them.
        baselines: What little effort already reaches.
        id_pattern: What its ids look like, where other tasks have the same kinds of lines: a regular expression for
            whole ids.
        majority: The prediction of the majority class for every unit, where there is such a thing.
        labels_of: Where not every unit may have each of the `labels`: from a unit to those that it may have.
        corpus_metrics: Measures of all units together, which follow the metrics.
        group: Where units are predicted one by one but scored together: from units and predictions to groups of them,
            which `count` is then called with.
        available: Where not every gold, or not every system, has what every metric needs: from the gold's units and the
            predictions of each system to the names of the metrics that there are.
        primary_of: Where benchmarks differ in what they rank by: from the version of the gold to the primary metric.
        standard_of: The same of the metrics shown beside it.
        aliases: Names that metrics had in the last version, which `--metrics` still takes, to those they have now.
        signature_parts: What else the signature must name for a score to be repeated, as `{"nltk": "3.9.1"}`; from
            the units.
        notes: What must be said of predictions that were changed on reading; from predictions by id.
        packages: The extra that measures need, by the start of their names.
        gold_notes: What must be known of the gold to read the numbers right; from the rows of counts and the settings.
        labels: Where a line may have one `label` for its unit, what that may be, in the order of the dataset's class
            labels; else empty.
        of_label: Where labels alone can be gold: from a label to a unit that, id and family aside, has nothing else.
        lacking: From the gold's units to the metrics that they lack what it takes for, and what that is, in words.
        breakdowns: The keys that scores are broken down by, which are then shown beside the usual ones; None for all.
        remarks: What must be said of this gold beside every score.
        texts: Where rows have `blocks`: from a unit and a prediction of it, or None, to the texts that these count in,
            by the names that they give them; none if the unit has no text. The last row of `count` is that of the
            output as a whole.
        layer: The layer whose files say which pages are labelled, if it is not the one of the task's name.
        alike: Where counts follow from labels alone: from units and the predictions of each system to the labels.
        fit: The task with the labels of a corpus, where it has counts or measures for each label that a corpus may have
            its own of.
        count_all: The rows of many units at once, where that is faster than one by one: from units and what is
            predicted of each.
        count_systems: The rows of one unit for each of several systems, where that is faster than one by one.
    """

    name: str
    summary: str
    primary: str
    standard: tuple[str, ...]
    kinds: tuple[str, ...]
    extras: tuple[str, ...]
    tabular: bool
    options: tuple[str, ...]
    keys: tuple[str, ...]
    columns: tuple[str, ...]
    metrics: tuple[Metric, ...]
    units: Callable[[Any, Collection[str]], Mapping[str, Any]]
    parse: Callable[[Any, Record], Any]
    count: Callable[[Any, Any, Options], list[Row]]
    inputs: Callable[["Corpus"], list[Record]]
    baselines: tuple[Baseline, ...] = ()
    id_pattern: str = ANY_ID
    majority: Callable[[Collection[Any]], Any] | None = None
    labels_of: Callable[[Any], Sequence[str]] | None = None
    corpus_metrics: tuple[CorpusMetric, ...] = ()
    group: Callable[[Mapping[str, Any], Mapping[str, Any]], tuple[dict[str, Any], dict[str, Any]]] | None = None
    available: "Callable[[Mapping[str, Any], Sequence[Mapping[str, Any]], Options], Container[str]] | None" = None
    primary_of: Mapping[str, str] = field(default_factory=dict)
    standard_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    signature_parts: Callable[[Mapping[str, Any]], dict[str, str]] = lambda _: {}
    notes: Callable[[Mapping[str, Any]], Sequence[str]] = lambda _: ()
    packages: Mapping[str, str] = field(default_factory=dict)
    gold_notes: "Callable[[pl.DataFrame, Mapping[str, str]], Sequence[str]]" = lambda _, __: ()
    labels: tuple[str, ...] = ()
    of_label: Callable[[str], Row] | None = None
    lacking: Callable[[Mapping[str, Any]], Mapping[str, str]] = lambda _: {}
    breakdowns: tuple[str, ...] | None = None
    remarks: tuple[str, ...] = ()
    texts: Callable[[Any, Any], dict[str, str]] | None = None
    layer: str = ""
    alike: Callable[[Mapping[str, Any], Sequence[Mapping[str, Any]]], Alike] | None = None
    fit: "Callable[[Inventory], Task] | None" = None
    count_all: "Callable[[Sequence[Any], Sequence[Any], Options], Batch] | None" = None
    count_systems: Callable[[Any, Sequence[Any], Options], list[list[Row]]] | None = None

    def fitting(self, inventory: Inventory) -> "Task":
        """The task as it is in a corpus with these labels."""
        return self if self.fit is None or inventory is PACKAGED else self.fit(inventory)

    def labelled(self, corpus: "Corpus") -> tuple[int, int]:
        """How many pages of a corpus are labelled for the task, and how many pages there are."""
        return len(corpus.pages(self.layer or self.name)), len(corpus.articles)

    def asked(self, corpus: "Corpus") -> list[Record]:
        """The inputs.

        Raises:
            ValidationError: If the corpus has no gold of the task.
        """
        if not (inputs := self.inputs(corpus)):
            raise ValidationError([self.no_gold(str(corpus.folder))])
        return inputs

    def no_gold(self, place: str) -> Problem:
        """That a corpus has nothing to score the task against."""
        return Problem("no-gold", place, f"no gold of {self.name} here: its pages are not labelled, or too few are")

    def renamed(self, names: Iterable[str]) -> list[str]:
        """Names of metrics as they are now, of which some may be those of the last version."""
        return [self.aliases.get(name, name) for name in names]

    @property
    def measures(self) -> tuple[Metric | CorpusMetric, ...]:
        """All that the task measures, in the order of the output."""
        return (*self.metrics, *self.corpus_metrics)

    @property
    def nouns(self) -> dict[str, str]:
        """What the `n` of each measure counts, in the singular."""
        return {measure.name: measure.of for measure in self.measures}
