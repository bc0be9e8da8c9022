"""Models that learn from the gold: each family of pages is answered by one that was trained on others.

All models are linear, or look for the nearest example: what a baseline has read shows in its features. A family is
answered by a model of all other families or, where there are many, of four fifths of them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from detente.data.corpus import Corpus

FOLDS: Final = 5
"""So many models are trained at the most: of more families, every fifth is left out together."""
_DIGITS: Final = 3
"""Digits of a probability that count: further ones differ between processors."""


class Example(NamedTuple):
    """Something to be answered.

    Attributes:
        seen: What the model reads of it: names of features to numbers.
        answer: The gold; None for what is answered, but not learnt from.
        family: The family of pages, which is left out of the training of the model that answers.
        text: Words that it reads besides, if any example has some.
    """

    seen: Mapping[str, float]
    answer: str | None
    family: str
    text: str = ""


def families(corpus: Corpus) -> dict[str, str]:
    """The family of each page."""
    return {name: row["family"] for name, row in corpus.articles.items()}


def of_pages(layer: str) -> Callable[[Corpus], set[str]]:
    """For a baseline that learns: the families of the pages that are labelled for a layer."""
    return lambda corpus: {row["family"] for row in corpus.pages(layer).values()}


def folds(found: Iterable[str]) -> Iterator[frozenset[str]]:
    """The families that are left out together, every one once; none if there is but one, which nobody can answer for.

    Args:
        found: The family of each example, in an order that does not depend on the gold.
    """
    names = list(dict.fromkeys(found))
    if len(names) > 1:
        yield from (frozenset(names[fold::FOLDS]) for fold in range(min(FOLDS, len(names))))


def probabilities(examples: Sequence[Example], classifier: Callable[[], Any] | None = None) -> list[dict[str, float]]:
    """The probability of each answer, for each example, from families that it does not belong to.

    Args:
        examples: Of all families.
        classifier: Makes what learns, of scikit-learn; by default a multinomial logistic regression with its defaults
            (L2, C = 1) and classes weighted alike.

    Returns:
        For each example answers to probabilities, to three digits; empty where no other family has an example.
    """
    found: list[dict[str, float]] = [{} for _ in examples]
    for left_out in folds(example.family for example in examples):
        others = [each for each in examples if each.family not in left_out and each.answer is not None]
        own = [place for place, example in enumerate(examples) if example.family in left_out]
        for place, each in zip(own, _answers(others, [examples[place] for place in own], classifier), strict=True):
            found[place] = each
    return found


def labels(
    examples: Sequence[Example], inventory: Sequence[str], classifier: Callable[[], Any] | None = None
) -> list[str]:
    """The most probable label of each example; of equals the first of the inventory."""
    return [max(inventory, key=lambda name: each.get(name, 0.0)) for each in probabilities(examples, classifier)]


def majorities(rows: Iterable[tuple[str, str]], inventory: Sequence[str]) -> list[str]:
    """For the answer and the family of each row the most frequent answer of other families.

    Args:
        rows: Of all families.
        inventory: The answers; of equally frequent ones the first is taken.
    """
    from sklearn.dummy import DummyClassifier

    examples = [Example({"": 1.0}, answer, family) for answer, family in rows]
    return labels(examples, inventory, lambda: DummyClassifier(strategy="prior"))


def nearest() -> Any:
    """The answer of the training example with the greatest cosine; of equals the first."""
    from sklearn.neighbors import KNeighborsClassifier

    return KNeighborsClassifier(n_neighbors=1, metric="cosine")


def _answers(
    others: Sequence[Example], asked: Sequence[Example], classifier: Callable[[], Any] | None
) -> list[dict[str, float]]:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    answers = sorted({example.answer for example in others if example.answer is not None})
    if len(answers) < 2:
        return [dict.fromkeys(answers, 1.0) for _ in asked]
    learner = classifier() if classifier else LogisticRegression(class_weight="balanced", max_iter=1000)
    model = make_pipeline(_features(others), learner)
    model.fit(others, [example.answer for example in others])
    rounded = model.predict_proba(asked).round(_DIGITS)
    return [dict(zip(model.classes_, row, strict=True)) for row in rounded.tolist()]


def _features(examples: Sequence[Example]) -> Any:
    """Of features those with numbers, each scaled by its greatest, and of texts the TF-IDF of words and their pairs."""
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.preprocessing import FunctionTransformer, MaxAbsScaler

    parts = []
    if any(example.seen for example in examples):
        parts.append(make_pipeline(FunctionTransformer(_seen), DictVectorizer(), MaxAbsScaler()))
    if any(example.text for example in examples):
        words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"\b\w+\b")
        parts.append(make_pipeline(FunctionTransformer(_texts), words))
    return parts[0] if len(parts) == 1 else make_union(*parts)


def _seen(examples: Sequence[Example]) -> list[Mapping[str, float]]:
    return [example.seen for example in examples]


def _texts(examples: Sequence[Example]) -> list[str]:
    return [example.text for example in examples]
