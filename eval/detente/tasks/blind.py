"""The blind baseline: what the inputs of a task give away without the pages' text.

A linear model reads everything in the inputs but the text of the pages: ids, names, definitions, propositions. What it
reaches is a floor: a model that reads the pages shows by as much as it is above it that reading helped. Each family of
pages is predicted by a model that was trained on others: on all of them, or where there are many, on four fifths.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from detente.data.corpus import Corpus
from detente.data.jsonl import Record
from detente.tasks.task import Baseline

NAME: Final = "blind"
PAGES_TEXT: Final = frozenset({"text", "this_text", "source_text", "claim_text"})
"""The keys of inputs that hold words of the pages."""
FOLDS: Final = 5
"""So many models are trained at the most: of more families, every fifth is left out together."""
_DIGITS: Final = 3
"""Digits of a probability that count: further ones differ between processors."""


class Example(NamedTuple):
    """Something to be answered.

    Attributes:
        seen: What the model reads of it: names of features to numbers.
        answer: The gold.
        family: The family of pages, which is left out of the training of the model that answers.
    """

    seen: Mapping[str, float]
    answer: str
    family: str


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


def probabilities(examples: Sequence[Example]) -> list[dict[str, float]]:
    """The probability of each answer, for each example, from families that it does not belong to.

    A multinomial logistic regression with scikit-learn's defaults (L2, C = 1) and classes weighted alike.

    Args:
        examples: Of all families.

    Returns:
        For each example answers to probabilities, to three digits; empty where no other family has an example.
    """
    found: list[dict[str, float]] = [{} for _ in examples]
    names = dict.fromkeys(example.family for example in examples)
    folds = {name: place % FOLDS for place, name in enumerate(names)}
    for fold in range(min(FOLDS, len(folds))):
        others = [example for example in examples if folds[example.family] != fold]
        own = [place for place, example in enumerate(examples) if folds[example.family] == fold]
        for place, each in zip(own, _answers(others, [examples[place].seen for place in own]), strict=True):
            found[place] = each
    return found


def _answers(others: Sequence[Example], asked: Sequence[Mapping[str, float]]) -> list[dict[str, float]]:
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MaxAbsScaler

    answers = sorted({example.answer for example in others})
    if len(answers) < 2:
        return [dict.fromkeys(answers, 1.0) for _ in asked]
    model = make_pipeline(DictVectorizer(), MaxAbsScaler(), LogisticRegression(class_weight="balanced", max_iter=1000))
    model.fit([example.seen for example in others], [example.answer for example in others])
    rounded = model.predict_proba(asked).round(_DIGITS)
    return [dict(zip(model.classes_, row, strict=True)) for row in rounded.tolist()]


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
        found = probabilities([Example(seen(unit), *gold[unit["id"]]) for unit in inputs])
        return [
            {"id": unit["id"], "label": max(labels, key=lambda name: each.get(name, 0.0))}
            for unit, each in zip(inputs, found, strict=True)
        ]

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


def baseline(predict: Callable[[list[Record], Corpus], list[Record]]) -> Baseline:
    """The blind baseline of a task."""
    summary = "everything in the inputs but the pages' text, trained on the gold of other families"
    return Baseline(NAME, summary, predict, reads=False)


def rows_of(task: str) -> Callable[[Corpus], Mapping[str, tuple[str, str]]]:
    """For `of_labels`: the label and the page's family of each row of a config."""

    def gold(corpus: Corpus) -> dict[str, tuple[str, str]]:
        family = families(corpus)
        return {row["id"]: (row["label"], family[row["article"]]) for row in corpus.rows(task)}

    return gold


def families(corpus: Corpus) -> dict[str, str]:
    """The family of each page."""
    return {name: row["family"] for name, row in corpus.articles.items()}
