"""Open stances counted: which gold they are held against, which match, and the rows of counts of an article."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from detente.data.jsonl import Record
from detente.metrics.classification import Floats
from detente.metrics.matching import match, soft_match
from detente.tasks.labels import alternative_labels
from detente.tasks.metric_families import OUTCOMES
from detente.tasks.stance_open.prediction import Article, Stance
from detente.tasks.task import Row

ALL: Final = "all"
"""In the place of holder and target in the row of an article's evidence."""


class Sides(NamedTuple):
    """What is held against each other on a page: gold rows as stances, and predictions."""

    rows: tuple[Record, ...]
    gold: tuple[Stance, ...]
    predicted: tuple[Stance, ...]


def _table(gold: Sequence[Stance], predicted: Sequence[Stance], value: Callable[[Stance, Stance], float]) -> Floats:
    """The value of each pair, shape `(gold, predicted)`."""
    values = [value(one, other) for one in gold for other in predicted]
    return np.array(values, dtype=float).reshape(len(gold), len(predicted))


def _teller_fits(one: Stance, other: Stance) -> bool:
    return None in (one.told_by, other.told_by) or one.told_by == other.told_by


def _strict(one: Stance, other: Stance) -> bool:
    return one[:3] == other[:3] and _teller_fits(one, other) and not one.tokens.isdisjoint(other.tokens)


def _evidence_f1(one: Stance, other: Stance) -> float:
    tokens = len(one.tokens) + len(other.tokens)
    return 2 * len(one.tokens & other.tokens) / tokens if tokens else 0.0


def _weight(one: Stance, other: Stance) -> float:
    if one.label != other.label or not _teller_fits(one, other):
        return 0.0
    return ((one.holder == other.holder) + (one.target == other.target) + _evidence_f1(one, other)) / 3


def sides(article: Article, predicted: Sequence[Stance], alternatives: str) -> Sides:
    """The gold stances of a page, and the predictions that are held against them.

    With alternatives accepted, a row that no prediction matches strictly takes the first of its other labels with
    which one does; it is no gold if it may be no stance and still none does. A prediction that matches no row strictly
    is left out if its label is an alternative of a null cell of its holder and target.
    """
    if alternatives == "reject":
        return Sides(tuple(row for row, _ in article.gold), tuple(stance for _, stance in article.gold), (*predicted,))
    found: list[tuple[Record, Stance]] = []
    for row, stance in article.gold:
        others = alternative_labels(row)
        readings = [stance, *(stance._replace(label=label) for label in others)]
        fitting = next((each for each in readings if any(_strict(each, other) for other in predicted)), None)
        if fitting or "none" not in others:
            found.append((row, fitting or stance))
    arguable = [cell._replace(label=label) for row, cell in article.null for label in alternative_labels(row)]
    kept = (
        stance
        for stance in predicted
        if any(_strict(each, stance) for _, each in found)
        or not any(each[:3] == stance[:3] and _teller_fits(each, stance) for each in arguable)
    )
    return Sides(tuple(row for row, _ in found), tuple(stance for _, stance in found), tuple(kept))


def counted(article: Article, predicted: Sequence[Stance], alternatives: str) -> list[Row]:
    """The rows of an article, without what is the same in all of them."""
    both = sides(article, predicted, alternatives)
    if not both.gold and not both.predicted:
        return []
    return [*_stance_rows(article, both), *_holder_rows(article, both), *_evidence_rows(article, both)]


def _name(article: Article, *words: str) -> str:
    return ":".join((article.page.id, *words))


def _stance_rows(article: Article, both: Sides) -> Iterator[Row]:
    """One for each gold row, with the prediction that fits it, and one for each prediction that fits none."""
    weights = _table(both.gold, both.predicted, _weight)
    fitting = dict(soft_match(weights))
    strict = dict(match(_table(both.gold, both.predicted, _strict), 1))
    counts = [
        {"stances_predicted": 1, "strict_fp": int(index not in strict.values())} for index in range(len(both.predicted))
    ]
    for index, (gold, stance) in enumerate(zip(both.rows, both.gold, strict=True)):
        row: Row = {"holder": stance.holder, "target": stance.target, "item": gold["id"], "stances": 1}
        row["strict_tp" if index in strict else "strict_fn"] = 1
        if index in fitting:
            weight = float(weights[index, fitting[index]])
            row |= {"soft_tp": weight, "wrong": 1 - weight, **counts[fitting[index]]}
            row["detail"] = _difference(stance, both.predicted[fitting[index]])
        else:
            row |= {"wrong": 1, "detail": f"missed: {_words(stance)}"}
        yield row
    for index, stance in enumerate(both.predicted):
        if index not in fitting.values():
            places = "+".join(f"{start}-{end}" for start, end in stance.evidence) or "no evidence"
            teller = [stance.told_by] if stance.told_by else []
            item = _name(article, stance.holder, stance.target, *teller, stance.label, places)
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


def _holder_rows(article: Article, both: Sides) -> Iterator[Row]:
    """One for each holder and target: are both said to go together, and if they are, with which labels?"""
    gold, predicted = ({stance[:3] for stance in stances} for stances in (both.gold, both.predicted))
    for pair in sorted({(holder, target) for holder, target, _ in gold | predicted}):
        labels = [{label for *who, label in side if tuple(who) == pair} for side in (gold, predicted)]
        row = {"holder": pair[0], "target": pair[1], "item": _name(article, *pair), "wrong": 0, "detail": ""}
        row |= _outcomes("holder_target", *({pair} if side else set() for side in labels))
        yield row | (_outcomes("polarity", *labels) if all(labels) else {})


def _evidence_rows(article: Article, both: Sides) -> Iterator[Row]:
    """One for all tokens of evidence, whoever's."""
    gold, predicted = (
        {token for stance in stances for token in stance.tokens} for stances in (both.gold, both.predicted)
    )
    row = {"holder": ALL, "target": ALL, "item": _name(article, "evidence"), "wrong": 0, "detail": ""}
    yield row | _outcomes("evidence", gold, predicted)
