"""The blind baseline: what the inputs of a task give away without the pages' text.

A linear model reads everything in the inputs but the text of the pages: ids, names, definitions, propositions. What it
reaches is a floor: a model that reads the pages shows by as much as it is above it that reading helped. It learns as
all baselines do (`held_out`).
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from detente.data.corpus import Corpus
from detente.data.jsonl import Record
from detente.tasks import held_out
from detente.tasks.held_out import Example
from detente.tasks.task import Baseline

NAME: Final = "blind"
PAGES_TEXT: Final = frozenset({"text", "this_text", "source_text", "claim_text"})
"""The keys of inputs that hold words of the pages."""


def seen(unit: Record) -> dict[str, float]:
    """What a line of inputs says without the pages' text: each string whole and by its words, each number as it is."""
    return {
        name: value for key, value in unit.items() if key not in PAGES_TEXT for name, value in _features(key, value)
    }


def _features(key: str, value: Any) -> Iterator[tuple[str, float]]:
    if isinstance(value, str):
        yield f"{key}={value}", 1.0
        yield from ((f"{key}:{word}", 1.0) for word in value.replace(":", " ").casefold().split())
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _features(f"{key}.{name}", inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _features(key, inner)
    elif value is not None:
        yield key, float(value)


def of_labels(
    labels: Sequence[str], rows: Callable[[Corpus], Mapping[str, tuple[str, str]]]
) -> Callable[[list[Record], Corpus], list[Record]]:
    """The blind predictions of a task whose lines have one label.

    Args:
        labels: The inventory; of equally probable labels the first is taken.
        rows: From the dataset to the gold label and the family of each id.
    """

    def predict(inputs: list[Record], corpus: Corpus) -> list[Record]:
        gold = rows(corpus)
        found = held_out.labels([Example(seen(unit), *gold[unit["id"]]) for unit in inputs], labels)
        return [{"id": unit["id"], "label": label} for unit, label in zip(inputs, found, strict=True)]

    return predict


def of_candidates(
    unit: Record, candidates: Sequence[Record], right: frozenset[str], family: str
) -> list[tuple[str, Example]]:
    """What is asked of one unit that offers candidates: of each, whether it is right.

    Args:
        unit: The line of inputs without its candidates.
        candidates: Each with its `id`.
        right: The ids that the gold has.
        family: Of the unit's page.
    """
    own = seen(unit)
    return [
        (each["id"], Example({**own, **seen({"candidate": each})}, str(each["id"] in right), family))
        for each in candidates
    ]


def baseline(
    predict: Callable[[list[Record], Corpus], list[Record]], learns_from: Callable[[Corpus], Collection[str]]
) -> Baseline:
    """The blind baseline of a task."""
    summary = "everything in the inputs but the pages' text, trained on the gold of other families"
    return Baseline(NAME, summary, predict, reads=False, learns_from=learns_from)


def rows_of(task: str) -> Callable[[Corpus], Mapping[str, tuple[str, str]]]:
    """For `of_labels`: the label and the page's family of each row of a config."""

    def gold(corpus: Corpus) -> dict[str, tuple[str, str]]:
        family = held_out.families(corpus)
        return {row["id"]: (row["label"], family[row["article"]]) for row in corpus.rows(task)}

    return gold
