"""Text alignment: passages that two texts share, gold cases against detections (Potthast et al. 2010).

A passage is a span of either text, and counts by the characters of both. The functions up to `passage_iou` look at one
pair of texts, and give what adds up over pairs; the rest are measures of those sums, arrays in, array out.

PAN's own program is `detente.metrics.official.plagdet`. It crashes where nothing is detected, gives 1 where there is
nothing to detect, and unites the characters of a text over all the texts that it is compared with. Here a character
counts once in each pair, so that pairs add up, and what is undefined is NaN.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente.metrics.classification import Floats, ratio
from detente.metrics.matching import iou, overlap
from detente.text.spans import Span

COVERAGE_THRESHOLD: Final = 0.5
_Table = NDArray[np.bool_]


class Passage(NamedTuple):
    """A span of one text and the span of the other that it is paired with, half-open; neither is empty."""

    this: Span
    source: Span

    @property
    def size(self) -> int:
        """Its characters on both sides."""
        return self.this[1] - self.this[0] + self.source[1] - self.source[0]


def _shared(cases: Sequence[Passage], detections: Sequence[Passage]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Characters that each case shares with each detection, in `this` and in `source`."""
    this = overlap([[case.this] for case in cases], [[detection.this] for detection in detections])
    source = overlap([[case.source] for case in cases], [[detection.source] for detection in detections])
    return this, source


def touching(cases: Sequence[Passage], detections: Sequence[Passage]) -> _Table:
    """Which detection detects which case: they share a character on both sides. Shape `(cases, detections)`."""
    this, source = _shared(cases, detections)
    table: _Table = (this > 0) & (source > 0)
    return table


def found(cases: Sequence[Passage], detections: Sequence[Passage]) -> list[bool]:
    """For each case, whether one detection covers half of its characters or more, on each of both sides.

    After the case level of Potthast et al. (2014, overview of the 6th competition, threshold .5), but here one
    detection must do it alone, and on each side. It is a recall: whoever detects everything finds every case.
    """
    this, source = _shared(cases, detections)
    sizes = np.array([(case.this[1] - case.this[0], case.source[1] - case.source[0]) for case in cases]).reshape(-1, 2)
    covered = (this >= COVERAGE_THRESHOLD * sizes[:, :1]) & (source >= COVERAGE_THRESHOLD * sizes[:, 1:])
    return [bool(np.any(row)) for row in covered]


def characters(spans: Iterable[Span]) -> int:
    """How many characters spans of one text cover together; 0 without spans."""
    total = covered = 0
    for start, end in sorted(spans):
        total += max(end - max(start, covered), 0)
        covered = max(covered, end)
    return total


def union(passages: Sequence[Passage]) -> int:
    """How many characters, of both sides, passages cover together."""
    return characters(each.this for each in passages) + characters(each.source for each in passages)


def _meet(one: Span, other: Span) -> Span:
    return max(one[0], other[0]), min(one[1], other[1])


def _common(one: Passage, other: Passage) -> Passage:
    return Passage(_meet(one.this, other.this), _meet(one.source, other.source))


def shared_characters(cases: Sequence[Passage], detections: Sequence[Passage]) -> int:
    """How many characters, of both sides, cases share with the detections that detect them, each counted once."""
    pairs = np.argwhere(touching(cases, detections)).tolist()
    return union([_common(cases[row], detections[column]) for row, column in pairs])


def coverage(passages: Sequence[Passage], others: Sequence[Passage]) -> list[float]:
    """For each passage the share of its characters, of both sides, that those which it touches cover, in 0…1."""
    table = touching(passages, others)
    return [
        union([_common(passage, others[column]) for column in np.flatnonzero(row).tolist()]) / passage.size
        for passage, row in zip(passages, table, strict=True)
    ]


def passage_iou(cases: Sequence[Passage], detections: Sequence[Passage]) -> Floats:
    """Intersection over union of characters, the lesser of the two sides', in 0…1; shape `(cases, detections)`.

    So a pair reaches a threshold only if it reaches it on either side.
    """
    this = iou([[case.this] for case in cases], [[detection.this] for detection in detections])
    source = iou([[case.source] for case in cases], [[detection.source] for detection in detections])
    lesser: Floats = np.minimum(this, source)
    return lesser


def granularity(detections_of_cases: ArrayLike, detected_cases: ArrayLike) -> Floats:
    """Mean number of detections of a detected case, 1 at best, without an upper bound; NaN if none is detected.

    Args:
        detections_of_cases: For each case the number of detections that touch it, summed.
        detected_cases: Number of cases that any detection touches.
    """
    return ratio(detections_of_cases, detected_cases)


def harmonic_mean(precision: ArrayLike, recall: ArrayLike) -> Floats:
    """2 P R / (P + R), in 0…1: 0 if both are 0 or only one is undefined, NaN if both are undefined."""
    p, r = np.broadcast_arrays(np.asarray(precision, dtype=float), np.asarray(recall, dtype=float))
    known_p, known_r = np.nan_to_num(p), np.nan_to_num(r)
    mean = np.nan_to_num(ratio(2 * known_p * known_r, known_p + known_r))
    result: Floats = np.where(np.isnan(p) & np.isnan(r), np.nan, mean)
    return result


def plagdet(f1: ArrayLike, granularity: ArrayLike) -> Floats:
    """F1 / log2(1 + granularity), in 0…1 (Potthast et al. 2010).

    Args:
        f1: Of characters (micro), or the harmonic mean of macro precision and recall.
        granularity: As above; NaN where nothing is detected, and then F1 is 0, and so is plagdet.

    Returns:
        NaN where F1 is: with neither cases nor detections.
    """
    scores = np.asarray(f1, dtype=float)
    result: Floats = np.where(scores == 0, 0.0, scores / np.log2(1 + np.asarray(granularity, dtype=float)))
    return result
