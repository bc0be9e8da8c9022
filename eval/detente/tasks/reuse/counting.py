"""The counts of reuse, of many pairs of articles at once: a row for each pair, each case, each spurious detection."""

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Final, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from detente.metrics import text_alignment as alignment
from detente.metrics.classification import Floats
from detente.metrics.matching import IOU_THRESHOLD, match_pairs
from detente.metrics.span_columns import Ints
from detente.metrics.text_alignment import Passage, Passages, Touching
from detente.tasks.batch import Batch, gathered
from detente.tasks.metric_families import MISSING, cell
from detente.tasks.reuse.prediction import Detection, Pair
from detente.tasks.task import Options
from detente.text.display import excerpt

_WHOLE_PAIR: Final = "pair"
"""In the place of an operation in the row of a pair."""
_OTHER_OPERATION: Final = 0.5
"""How much is wrong with a case of which the operation is."""


class _Found(NamedTuple):
    """Cases and detections of pairs of articles, one pair's after the other's.

    Attributes:
        pairs: The pairs.
        detections: The detections.
        cases: Where the cases are.
        passages: Where the detections are.
        covered_cases: How much of each case is covered.
        covered_detections: How much of each detection.
        partner: Of each case the detection that it is matched with; −1 if it is missed.
        overlap: Their IoU, 0 if it is missed.
        operations: The operation that would be right, beside this detection.
        spurious: The detections that no case is matched with.
    """

    pairs: Sequence[Pair]
    detections: Sequence[Detection]
    cases: Passages
    passages: Passages
    covered_cases: Floats
    covered_detections: Floats
    partner: Ints
    overlap: Floats
    operations: list[str]
    spurious: Ints

    def said(self, case: int) -> str | None:
        """The operation that is predicted for a case that is matched."""
        return self.detections[int(self.partner[case])].operation


class _Rows(NamedTuple):
    """Where the rows are of pairs, cases and spurious detections: a pair's together, in this order."""

    pair: Ints
    case: Ints
    spurious: Ints

    @property
    def number(self) -> int:
        """How many there are."""
        return sum(map(len, self))

    def key(self, *kinds: Sequence[str | None]) -> pl.Series:
        """A key of all rows, from what it is for pairs, for cases, and for what is spurious."""
        places = np.empty(self.number, dtype=np.int64)
        places[np.concatenate(self)] = np.arange(self.number)
        return gathered([*chain.from_iterable(kinds)], places)


def count(pairs: Sequence[Pair], predictions: Sequence[Sequence[Detection] | None], options: Options) -> Batch:
    """The rows of all pairs."""
    said = [prediction or () for prediction in predictions]
    detections = [*chain.from_iterable(said)]
    cases = Passages.of([pair.cases for pair in pairs])
    passages = Passages.of([[each.passage for each in own] for own in said])
    touches = alignment.touching(cases, passages)
    golds = [*chain.from_iterable(pair.rows for pair in pairs)]
    two = zip(touches.case.tolist(), touches.detection.tolist(), strict=True)
    readings = [options.reading(golds[case], "operation", detections[each].operation) for case, each in two]
    agreement = [detections[each].operation == own for each, own in zip(touches.detection, readings, strict=True)]
    overlap = alignment.passage_iou(cases, passages, touches)
    taken = match_pairs(touches.case, touches.detection, overlap, IOU_THRESHOLD, np.array(agreement, dtype=float))
    case, detection = touches.case[taken], touches.detection[taken]
    partner, similarity, operations = np.full(len(golds), -1), np.zeros(len(golds)), [row["operation"] for row in golds]
    partner[case], similarity[case] = detection, overlap[taken]
    for place, touch in zip(case.tolist(), taken.tolist(), strict=True):
        operations[place] = readings[touch]
    found = _Found(
        *(pairs, detections, cases, passages),
        alignment.coverage(cases, touches.case, touches.common),
        alignment.coverage(passages, touches.detection, touches.common),
        *(partner, similarity, operations),
        np.setdiff1d(np.arange(len(detections)), detection),
    )
    rows = _rows(found)
    return Batch(pl.DataFrame(_keys(found, rows) | _counts(found, touches, rows)), partial(_words, found, rows))


def _rows(found: _Found) -> _Rows:
    number, of_spurious = len(found.pairs), found.passages.pair[found.spurious]
    cases, spurious = (np.bincount(each, minlength=number) for each in (found.cases.pair, of_spurious))
    sizes = 1 + cases + spurious
    first = np.cumsum(sizes) - sizes
    return _Rows(
        first,
        np.arange(len(found.cases.pair)) + (first + 1 + cases - np.cumsum(cases))[found.cases.pair],
        np.arange(len(of_spurious)) + (first + 1 + cases + spurious - np.cumsum(spurious))[of_spurious],
    )


def _keys(found: _Found, rows: _Rows) -> dict[str, pl.Series]:
    pairs = found.pairs
    of_row = np.empty(rows.number, dtype=np.int64)
    of_row[rows.pair], of_row[rows.case] = np.arange(len(pairs)), found.cases.pair
    of_row[rows.spurious] = found.passages.pair[found.spurious]
    matched = {case: found.said(case) or MISSING for case in np.flatnonzero(found.partner >= 0).tolist()}
    cases = range(len(found.operations))
    invented = [found.detections[place] for place in found.spurious.tolist()]
    none, nothing = [None] * len(pairs), [None] * len(invented)
    names = zip(found.passages.pair[found.spurious].tolist(), invented, strict=True)
    golds = [row for pair in pairs for row in pair.rows]
    return {
        **{
            key: gathered([getattr(pair, key) for pair in pairs], of_row)
            for key in ("id", "family", "article", "source", "outlets")
        },
        "slice": gathered(["main"], np.zeros(rows.number, dtype=np.int64)),
        "operation": rows.key(
            [_WHOLE_PAIR] * len(pairs),
            [row["operation"] for row in golds],
            [each.operation or MISSING for each in invented],
        ),
        "item": rows.key(
            [pair.id for pair in pairs],
            [row["id"] for row in golds],
            [f"{pairs[pair].id}:{'~'.join(f'{start}-{end}' for start, end in each.passage)}" for pair, each in names],
        ),
        "gold": rows.key(none, [found.operations[case] if case in matched else None for case in cases], nothing),
        "predicted": rows.key(none, [matched.get(case) for case in cases], nothing),
    }


def _counts(found: _Found, touches: Touching, rows: _Rows) -> dict[str, Floats]:
    columns: dict[str, Floats] = {}

    def put(where: Ints, counts: Mapping[str, ArrayLike]) -> None:
        for name, values in counts.items():
            columns.setdefault(name, np.zeros(rows.number))[where] = values

    number = len(found.pairs)
    gold, predicted = (np.bincount(each.pair, minlength=number) > 0 for each in (found.cases, found.passages))
    outcomes = {"tp": gold & predicted, "fn": gold & ~predicted, "fp": predicted & ~gold, "tn": ~gold & ~predicted}
    put(
        rows.pair,
        {
            "case_characters": alignment.union(found.cases, found.cases.pair, number),
            "detection_characters": alignment.union(found.passages, found.passages.pair, number),
            "shared_characters": alignment.union(touches.common, touches.common.pair, number),
            **{f"pair_{outcome}": pairs for outcome, pairs in outcomes.items()},
            "wrong": gold != predicted,
        },
    )
    detectors = np.bincount(touches.case, minlength=len(found.partner))
    put(
        rows.case,
        {
            "cases": 1,
            "covered_cases": found.covered_cases,
            "detected": detectors > 0,
            "detectors": detectors,
            "found": alignment.found(found.cases, touches),
            "passage_fn": found.partner < 0,
            "wrong": 1,
        },
    )
    matched = np.flatnonzero(found.partner >= 0)
    said = [found.said(case) for case in matched.tolist()]
    own = [found.operations[case] for case in matched.tolist()]
    other = np.array([each not in (None, mine) for each, mine in zip(said, own, strict=True)], dtype=bool)
    put(
        rows.case[matched],
        {
            "passage_tp": 1,
            "detections": 1,
            "covered_detections": found.covered_detections[found.partner[matched]],
            "named": [each is not None for each in said],
            "wrong": 1 - found.overlap[matched] + np.where(other, _OTHER_OPERATION, 0),
        },
    )
    cells = [cell(mine, each or MISSING) for each, mine in zip(said, own, strict=True)]
    for name in dict.fromkeys(cells):
        put(rows.case[matched[[each == name for each in cells]]], {name: 1})
    put(
        rows.spurious,
        {
            "named": [found.detections[place].operation is not None for place in found.spurious.tolist()],
            "detections": 1,
            "covered_detections": found.covered_detections[found.spurious],
            "passage_fp": 1,
            "wrong": 1,
        },
    )
    return columns


def _words(found: _Found, rows: _Rows, places: Sequence[int]) -> list[str]:
    """What is wrong with the rows at some places."""
    order = np.argsort(np.concatenate(rows))  # of each row which pair it is, or which case, or which spurious detection
    numbers = order[[*places]].tolist() if len(places) else []
    pairs, cases = len(rows.pair), len(rows.case)
    return [
        _of_pair(found, each)
        if each < pairs
        else _of_case(found, each - pairs)
        if each < pairs + cases
        else _of_spurious(found, int(found.spurious[each - pairs - cases]))
        for each in numbers
    ]


def _of_pair(found: _Found, number: int) -> str:
    gold = len(found.pairs[number].rows)
    predicted = int((found.passages.pair == number).sum())
    if gold and not predicted:
        return "the articles share passages, none is predicted"
    return f"the articles share no passage, {predicted} predicted" if predicted and not gold else ""


def _of_case(found: _Found, case: int) -> str:
    if found.partner[case] < 0:
        pair = found.pairs[found.cases.pair[case]]
        this, source = ((int(side.start[case]), int(side.end[case])) for side in found.cases)
        shown = _shown(pair, Passage(this, source))
        return f"missed, {found.covered_cases[case]:.0%} of it covered: {shown}"
    faults = [f"overlap {found.overlap[case]:.2f}"] if found.overlap[case] < 1 else []
    own, said = found.operations[case], found.said(case)
    if said not in (None, own):
        faults.append(f"{own}, predicted {said}")
    return "; ".join(faults)


def _of_spurious(found: _Found, place: int) -> str:
    pair, coverage = found.pairs[found.passages.pair[place]], found.covered_detections[place]
    return f"no such passage, {coverage:.0%} of it reused: {_shown(pair, found.detections[place].passage)}"


def _shown(pair: Pair, passage: Passage) -> str:
    texts = (pair.this_text[slice(*passage.this)], pair.source_text[slice(*passage.source)])
    sides = (" ".join(text.split()) for text in texts)
    return " ~ ".join(excerpt(side) for side in sides)
