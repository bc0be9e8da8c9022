"""Named entities by four ways of being right (SemEval-2013 Task 9), as the package nervaluate counts them."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any, Final, NamedTuple, TypeGuard

Document = Sequence[str] | Sequence[Mapping[str, Any]]


class Entity(NamedTuple):
    """A labelled stretch, both ends inclusive."""

    label: str
    start: int
    end: int


def _same_label(gold: Entity, predicted: Entity) -> bool:
    return gold.label == predicted.label


def _same_bounds(gold: Entity, predicted: Entity) -> bool:
    return (gold.start, gold.end) == (predicted.start, predicted.end)


def _same(gold: Entity, predicted: Entity) -> bool:
    return gold == predicted


SCHEMAS: Final[tuple[tuple[str, Callable[[Entity, Entity], bool]], ...]] = (
    ("strict", _same),
    ("partial", _same_bounds),
    ("ent_type", _same_label),
    ("exact", _same_bounds),
)
"""What makes an overlapping pair correct; a pair that is not is incorrect, or partial under `partial`."""


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
    pairs = list(zip(gold, predicted, strict=True))
    for number, (left, right) in enumerate(pairs):
        if _is_tags(left) and _is_tags(right) and len(left) != len(right):
            raise ValueError(f"document {number} has {len(left)} gold tags and {len(right)} predicted ones")
    entities = [(_entities(left, labels), _entities(right, labels)) for left, right in pairs]
    documents = [(left, right, list(_overlapping(left, right, min_overlap_percentage))) for left, right in entities]
    overall = {}
    for name, correct in SCHEMAS:
        counts = [_match(*document, correct) for document in documents]
        matched, near, spurious, missed = (sum(column) for column in zip((0, 0, 0, 0), *counts, strict=True))
        partial = near if name == "partial" else 0
        overall[name] = _scores(matched, near - partial, partial, missed, spurious)
    return {"overall": overall}


def _is_tags(document: Document) -> TypeGuard[Sequence[str]]:
    return all(isinstance(item, str) for item in document)


def _entities(document: Document, labels: Sequence[str] | None) -> list[Entity]:
    """The entities whose label is in the inventory."""
    if _is_tags(document):
        entities = _of_tags(document)
    else:
        entities = [Entity(item["label"], item["start"], item["end"]) for item in document if not isinstance(item, str)]
    return [entity for entity in entities if labels is None or entity.label in labels]


def _of_tags(tags: Sequence[str]) -> list[Entity]:
    """The entities of BIO tags, where an I- that continues nothing begins one."""
    entities = []
    label, start = None, 0
    for place, tag in enumerate([*tags, "O"]):
        if tag != "O" and tag[2:] == label and not tag.startswith("B"):
            continue
        if label is not None:
            entities.append(Entity(label, start, place - 1))
            label = None
        if tag != "O":
            if not tag.startswith(("B-", "I-")):
                raise ValueError(f"{tag!r} is not a BIO tag")
            label, start = tag[2:], place
    return entities


def _overlapping(gold: list[Entity], predicted: list[Entity], least: float) -> Iterator[list[int]]:
    """For each prediction the places of the gold entities that it overlaps enough, in their order."""
    by_start = sorted(range(len(gold)), key=lambda place: gold[place].start)
    starts = [gold[place].start for place in by_start]
    ends = list(accumulate((gold[place].end for place in by_start), max))  # of all that start no later
    for entity in predicted:
        near = by_start[bisect_left(ends, entity.start) : bisect_right(starts, entity.end)]
        yield sorted(place for place in near if _overlap_percentage(gold[place], entity) >= least)


def _match(
    gold: list[Entity], predicted: list[Entity], overlapping: list[list[int]], correct: Callable[[Entity, Entity], bool]
) -> tuple[int, int, int, int]:
    """How many predictions are correct, near one that they are not equal to, and spurious; how many gold are missed."""
    free = [True] * len(gold)
    matched = near = 0
    for entity, places in zip(predicted, overlapping, strict=True):
        candidates = [place for place in places if free[place]]
        hits = [place for place in candidates if correct(gold[place], entity)]
        if hits:
            taken = hits[0]
            if len(hits) > 1:
                taken = min(hits, key=lambda hit: abs(gold[hit].start - entity.start) + abs(gold[hit].end - entity.end))
            free[taken] = False
            matched += 1
        elif candidates:
            free[candidates[0]] = False
            near += 1
    return matched, near, len(predicted) - matched - near, sum(free)


def _overlap_percentage(gold: Entity, predicted: Entity) -> float:
    shared = min(gold.end, predicted.end) - max(gold.start, predicted.start) + 1
    return max(shared, 0) / (gold.end - gold.start + 1) * 100


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
