"""Named entities by four ways of being right (SemEval-2013 Task 9), as the package nervaluate counts them."""

from collections.abc import Mapping, Sequence
from itertools import chain, groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple, TypeGuard

import numpy as np
from numpy.typing import NDArray

from detente.metrics.span_columns import Ints, Spans, integers, meeting, shared

Entity = Mapping[str, Any]
"""A `label`, and where it stands: `start` and `end`, both inclusive."""
Document = Sequence[str] | Sequence[Entity]

SCHEMAS: Final = ("strict", "partial", "ent_type", "exact")
"""What makes an overlapping pair correct: bounds and label, the bounds, the label, the bounds. A pair that is not is
incorrect, or partial under `partial`."""


class _Entities(NamedTuple):
    """The entities of all documents, one after the other."""

    labels: Ints
    spans: Spans


class _Pairs(NamedTuple):
    """Gold and predicted entities that overlap enough, in the order of the predicted, then of the gold.

    Attributes:
        gold: Places of the gold ones.
        predicted: Places of the predicted ones.
        same_label: Whether their labels are equal.
        distance: By how many characters their bounds differ; 0 if they are the same.
        alone: Pairs of entities that are in no other.
    """

    gold: Ints
    predicted: Ints
    same_label: NDArray[np.bool_]
    distance: Ints
    alone: NDArray[np.bool_]


def nervaluate(
    gold: Sequence[Document],
    predicted: Sequence[Document],
    labels: Sequence[str] | None = None,
    min_overlap_percentage: float = 1.0,
) -> dict[str, dict[str, dict[str, float]]]:
    """Correct, incorrect, partial, missed and spurious entities, and precision, recall and F1 in 0…1, four times.

    `strict` asks for bounds and label, `exact` for the bounds, `partial` for the bounds but counts an overlap half,
    `ent_type` for the label and an overlap. Predictions take gold entities one after the other, in their own order,
    among those that are still free and overlapped by enough of their length: the correct one with the closest bounds,
    else the first. With possible = correct + incorrect + partial + missed and actual = correct + incorrect + partial +
    spurious, precision = (correct + partial / 2) / actual and recall = (correct + partial / 2) / possible. 0/0 is 0.

    Source: nervaluate 1.2.1 (PyPI).

    Defect: the matching is greedy, so the same predictions in another order can have a strict F1 of 0 or of .667; and
    entities whose label is not in the inventory are dropped, which leaves wrong predictions without punishment.

    Args:
        gold: Documents, each a list of BIO tags or of `{label, start, end}` with inclusive ends.
        predicted: The same documents in the same order.
        labels: The inventory; all labels, if it is not given.
        min_overlap_percentage: 1 to 100, of the gold entity's length.

    Returns:
        `overall`: for each of the four the counts, `actual`, `possible`, `precision`, `recall`, `f1`, over all
        documents; all are 0 without entities.

    Raises:
        ValueError: If documents or tags do not pair off, a tag is not BIO, or the percentage is out of range.
    """
    if not 1 <= min_overlap_percentage <= 100:
        raise ValueError("min_overlap_percentage must be from 1 to 100")
    for number, (left, right) in enumerate(zip(gold, predicted, strict=True)):
        if _is_tags(left) and _is_tags(right) and len(left) != len(right):
            raise ValueError(f"document {number} has {len(left)} gold tags and {len(right)} predicted ones")
    codes: dict[str, int] = {}
    mine, theirs = (_entities(documents, labels, codes) for documents in (gold, predicted))
    pairs = _pairs(mine, theirs, min_overlap_percentage)
    by_bounds = _match(pairs, pairs.distance == 0)
    found = {
        "strict": _match(pairs, (pairs.distance == 0) & pairs.same_label),
        "partial": by_bounds,
        "ent_type": _match(pairs, pairs.same_label),
        "exact": by_bounds,
    }
    overall = {}
    for name in SCHEMAS:
        matched, near = found[name]
        missed, spurious = (len(each.labels) - matched - near for each in (mine, theirs))
        partial = near if name == "partial" else 0
        overall[name] = _scores(matched, near - partial, partial, missed, spurious)
    return {"overall": overall}


def _is_tags(document: Document) -> TypeGuard[Sequence[str]]:
    return all(isinstance(item, str) for item in document)


def _entities(documents: Sequence[Document], labels: Sequence[str] | None, codes: dict[str, int]) -> _Entities:
    """The entities whose label is in the inventory; labels get numbers as they first appear."""
    each = [_of_tags(document) if _is_tags(document) else document for document in documents]
    flat: list[Any] = list(chain.from_iterable(each))
    names = list(map(itemgetter("label"), flat))
    numbers = integers(codes.setdefault(name, len(codes)) for name in names)
    start, end = (integers(map(itemgetter(bound), flat)) for bound in ("start", "end"))
    text = np.repeat(np.arange(len(each)), integers(map(len, each)))
    spans = Spans(text, start, end + 1)
    if labels is None:
        return _Entities(numbers, spans)
    known = np.flatnonzero([name in labels for name in names])
    return _Entities(numbers[known], spans.at(known))


def _of_tags(tags: Sequence[str]) -> list[Entity]:
    """The entities of BIO tags, where an I- that continues nothing begins one."""
    entities: list[Entity] = []
    label, start = None, 0
    for place, tag in enumerate([*tags, "O"]):
        if tag != "O" and tag[2:] == label and not tag.startswith("B"):
            continue
        if label is not None:
            entities.append({"label": label, "start": start, "end": place - 1})
            label = None
        if tag != "O":
            if not tag.startswith(("B-", "I-")):
                raise ValueError(f"{tag!r} is not a BIO tag")
            label, start = tag[2:], place
    return entities


def _pairs(gold: _Entities, predicted: _Entities, least: float) -> _Pairs:
    mine, theirs = meeting(gold.spans, predicted.spans)
    order = np.lexsort((mine, theirs))
    mine, theirs = mine[order], theirs[order]
    left, right = gold.spans.at(mine), predicted.spans.at(theirs)
    enough = np.flatnonzero(shared(left, right) / (left.end - left.start) * 100 >= least)
    mine, theirs, left, right = mine[enough], theirs[enough], left.at(enough), right.at(enough)
    return _Pairs(
        mine,
        theirs,
        gold.labels[mine] == predicted.labels[theirs],
        np.abs(left.start - right.start) + np.abs(left.end - right.end),
        (np.bincount(mine)[mine] == 1) & (np.bincount(theirs)[theirs] == 1),
    )


def _match(pairs: _Pairs, correct: NDArray[np.bool_]) -> tuple[int, int]:
    """How many predictions are correct, and how many only near a gold entity, which they take as well."""
    matched = int(np.count_nonzero(correct & pairs.alone))
    near = int(np.count_nonzero(pairs.alone)) - matched
    rivals = np.flatnonzero(~pairs.alone)
    columns = (pairs.predicted, pairs.gold, correct, pairs.distance)
    taken: set[int] = set()
    for _, group in groupby(zip(*(column[rivals].tolist() for column in columns), strict=True), itemgetter(0)):
        free = [(place, distance if right else None) for _, place, right, distance in group if place not in taken]
        hits = [hit for hit in free if hit[1] is not None]
        if free:
            taken.add(min(hits, key=itemgetter(1))[0] if hits else free[0][0])
            matched, near = matched + bool(hits), near + (not hits)
    return matched, near


def _scores(correct: int, incorrect: int, partial: int, missed: int, spurious: int) -> dict[str, float]:
    possible = correct + incorrect + partial + missed
    actual = correct + incorrect + partial + spurious
    credit = correct + partial / 2
    return {
        "correct": correct,
        "incorrect": incorrect,
        "partial": partial,
        "missed": missed,
        "spurious": spurious,
        "actual": actual,
        "possible": possible,
        "precision": credit / actual if actual else 0.0,
        "recall": credit / possible if possible else 0.0,
        "f1": 2 * credit / (actual + possible) if credit else 0.0,
    }
