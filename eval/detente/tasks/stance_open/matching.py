"""Open stances counted: which slice they are in, which match, and the rows of counts of an article."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any, Final, NamedTuple

import numpy as np

from detente.data.jsonl import Record
from detente.metrics.classification import Floats
from detente.metrics.matching import match, soft_match
from detente.tasks.metric_families import OUTCOMES
from detente.tasks.stance_open.prediction import Article, Stance
from detente.tasks.task import Row

ALL: Final = "all"
"""In the place of holder and target in the row of an article's evidence."""


class Slice(NamedTuple):
    """Gold rows and predictions that are scored together."""

    name: str
    rows: tuple[Record, ...]
    gold: tuple[Stance, ...]
    predicted: tuple[Stance, ...]


def _table(gold: Sequence[Stance], predicted: Sequence[Stance], value: Callable[[Stance, Stance], float]) -> Floats:
    """The value of each pair, shape `(gold, predicted)`."""
    values = [value(one, other) for one in gold for other in predicted]
    return np.array(values, dtype=float).reshape(len(gold), len(predicted))


def _strict(one: Stance, other: Stance) -> bool:
    return one[:3] == other[:3] and not one.tokens.isdisjoint(other.tokens)


def _evidence_f1(one: Stance, other: Stance) -> float:
    tokens = len(one.tokens) + len(other.tokens)
    return 2 * len(one.tokens & other.tokens) / tokens if tokens else 0.0


def _weight(one: Stance, other: Stance) -> float:
    if one.label != other.label:
        return 0.0
    return ((one.holder == other.holder) + (one.target == other.target) + _evidence_f1(one, other)) / 3


def slices(article: Article, predicted: Sequence[Stance]) -> tuple[Slice, Slice]:
    """The main slice and the alleged one."""
    main, alleged = article.gold(alleged=False), article.gold(alleged=True)

    def fits(stance: Stance, gold: Sequence[tuple[Record, Stance]]) -> bool:
        return any(_strict(each, stance) for _, each in gold)

    aside = [fits(stance, alleged) and not fits(stance, main) for stance in predicted]
    return (
        Slice(
            "main",
            tuple(row for row, _ in main),
            tuple(stance for _, stance in main),
            tuple(stance for stance, moved in zip(predicted, aside, strict=True) if not moved),
        ),
        Slice(
            "alleged",
            tuple(row for row, _ in alleged),
            tuple(stance for _, stance in alleged),
            tuple(stance for stance, moved in zip(predicted, aside, strict=True) if moved),
        ),
    )


def counted(article: Article, predicted: Sequence[Stance]) -> list[Row]:
    """The rows of an article, without what is the same in all of them."""
    return [
        {"slice": part.name, **row}
        for part in slices(article, predicted)
        if part.gold or part.predicted
        for row in chain(_stance_rows(article, part), _holder_rows(article, part), _evidence_rows(article, part))
    ]


def _name(article: Article, part: Slice, *words: str) -> str:
    return ":".join((article.page.id, *words, *(["alleged"] if part.name == "alleged" else [])))


def _stance_rows(article: Article, part: Slice) -> Iterator[Row]:
    """One for each gold row, with the prediction that fits it, and one for each prediction that fits none."""
    weights = _table(part.gold, part.predicted, _weight)
    fitting = dict(soft_match(weights))
    strict = dict(match(_table(part.gold, part.predicted, _strict), 1))
    counts = [
        {"stances_predicted": 1, "strict_fp": int(index not in strict.values())} for index in range(len(part.predicted))
    ]
    for index, (gold, stance) in enumerate(zip(part.rows, part.gold, strict=True)):
        row: Row = {"holder": stance.holder, "target": stance.target, "item": gold["id"], "stances": 1}
        row["strict_tp" if index in strict else "strict_fn"] = 1
        if index in fitting:
            weight = float(weights[index, fitting[index]])
            row |= {"soft_tp": weight, "wrong": 1 - weight, **counts[fitting[index]]}
            row["detail"] = _difference(stance, part.predicted[fitting[index]])
        else:
            row |= {"wrong": 1, "detail": f"missed: {_words(stance)}"}
        yield row
    for index, stance in enumerate(part.predicted):
        if index not in fitting.values():
            places = "+".join(f"{start}-{end}" for start, end in stance.evidence) or "no evidence"
            item = _name(article, part, stance.holder, stance.target, stance.label, places)
            row = {"holder": stance.holder, "target": stance.target, "item": item, **counts[index]}
            yield row | {"wrong": 1, "detail": f"no such stance: {_words(stance)}"}


def _words(stance: Stance) -> str:
    return f"{stance.holder}, {stance.label}, on {stance.target}"


def _difference(gold: Stance, predicted: Stance) -> str:
    faults = [
        f"{name} {ours}, predicted {theirs}"
        for name, ours, theirs in zip(("holder", "target"), gold, predicted, strict=False)
        if ours != theirs
    ]
    overlap = _evidence_f1(gold, predicted)
    return "; ".join([*faults, f"evidence {overlap:.2f}"] if overlap < 1 else faults)


def _outcomes(name: str, gold: set[Any], predicted: set[Any]) -> Row:
    sizes = (len(gold & predicted), len(predicted - gold), len(gold - predicted))
    return {f"{name}_{outcome}": size for outcome, size in zip(OUTCOMES, sizes, strict=True)}


def _holder_rows(article: Article, part: Slice) -> Iterator[Row]:
    """One for each holder and target: are both said to go together, and if they are, with which labels?"""
    gold, predicted = ({stance[:3] for stance in stances} for stances in (part.gold, part.predicted))
    for pair in sorted({(holder, target) for holder, target, _ in gold | predicted}):
        labels = [{label for *who, label in side if tuple(who) == pair} for side in (gold, predicted)]
        row = {"holder": pair[0], "target": pair[1], "item": _name(article, part, *pair), "wrong": 0, "detail": ""}
        row |= _outcomes("holder_target", *({pair} if side else set() for side in labels))
        yield row | (_outcomes("polarity", *labels) if all(labels) else {})


def _evidence_rows(article: Article, part: Slice) -> Iterator[Row]:
    """One for all tokens of evidence, whoever's."""
    gold, predicted = (
        {token for stance in stances for token in stance.tokens} for stances in (part.gold, part.predicted)
    )
    row = {"holder": ALL, "target": ALL, "item": _name(article, part, "evidence"), "wrong": 0, "detail": ""}
    yield row | _outcomes("evidence", gold, predicted)
