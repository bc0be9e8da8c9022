"""Text alignment: passages that two texts share, gold cases against detections (Potthast et al. 2010).

A passage is a span of either text, and counts by the characters of both. The functions up to `passage_iou` look at the
passages of many pairs of texts at once, and give what adds up over pairs; the rest are measures of those sums, arrays
in, array out.

PAN's own program is `detente.metrics.official.plagdet`. It crashes where nothing is detected, gives 1 where there is
nothing to detect, and unites the characters of a text over all the texts that it is compared with. Here a character
counts once in each pair, so that pairs add up, and what is undefined is NaN.
"""

from collections.abc import Sequence
from itertools import chain
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente.metrics.classification import Floats, ratio
from detente.metrics.span_columns import Ints, Spans, flat, integers, meeting, shared
from detente.text.spans import Span

COVERAGE_THRESHOLD: Final = 0.5


class Passage(NamedTuple):
    """A span of one text and the span of the other that it is paired with, half-open; neither is empty."""

    this: Span
    source: Span


class Passages(NamedTuple):
    """Passages of many pairs of texts, in columns: their spans of either text, each with the number of its pair."""

    this: Spans
    source: Spans

    @classmethod
    def of(cls, pairs: Sequence[Sequence[Passage]]) -> "Passages":
        """Those of the first pair, then those of the second, and so on."""
        pair = np.repeat(np.arange(len(pairs)), integers(map(len, pairs)))
        spans, _ = flat([*chain.from_iterable(pairs)])
        return cls(*(Spans(pair, *spans[side::2].T) for side in (0, 1)))

    @property
    def pair(self) -> Ints:
        """The pair of each."""
        return self.this.text

    @property
    def size(self) -> Ints:
        """The characters of each on both sides."""
        return self.this.size + self.source.size

    def at(self, places: Ints) -> "Passages":
        """Some of them."""
        return Passages(*(side.at(places) for side in self))


class Touching(NamedTuple):
    """Which detection detects which case: they share a character on both sides.

    Attributes:
        case: Of each two that do, the case, in their order.
        detection: The detection, in their order for each case.
        common: What they share.
    """

    case: Ints
    detection: Ints
    common: Passages


def touching(cases: Passages, detections: Passages) -> Touching:
    """The cases and detections of many pairs that touch."""
    case, detection = meeting(cases.this, detections.this)
    both = shared(cases.source.at(case), detections.source.at(detection)) > 0
    case, detection = case[both], detection[both]
    order = np.lexsort((detection, case))
    case, detection = case[order], detection[order]
    sides = zip(cases.at(case), detections.at(detection), strict=True)
    return Touching(case, detection, Passages(*(_common(*side) for side in sides)))


def _common(one: Spans, other: Spans) -> Spans:
    return Spans(one.text, np.maximum(one.start, other.start), np.minimum(one.end, other.end))


def found(cases: Passages, touches: Touching) -> NDArray[np.bool_]:
    """For each case, whether one detection covers half of its characters or more, on each of both sides.

    After the case level of Potthast et al. (2014, overview of the 6th competition, threshold .5), but here one
    detection must do it alone, and on each side. It is a recall: whoever detects everything finds every case.
    """
    sides = zip(touches.common, cases.at(touches.case), strict=True)
    this, source = (common.size >= COVERAGE_THRESHOLD * whole.size for common, whole in sides)
    result: NDArray[np.bool_] = np.bincount(touches.case[this & source], minlength=len(cases.pair)) > 0
    return result


def characters(spans: Spans, group: Ints, count: int) -> Ints:
    """How many characters the spans of each of so many groups cover together; those of a group are of one text."""
    order = np.lexsort((spans.start, group))
    begins = group[order] * (int(spans.end.max(initial=0)) + 1)  # so that each group lies behind the one before
    start, end = begins + spans.start[order], begins + spans.end[order]
    before = np.append(0, np.maximum.accumulate(end)[:-1]) if len(end) else end
    new = np.maximum(end - np.maximum(start, before), 0)
    return np.bincount(group[order], new, count).astype(np.int64)


def union(passages: Passages, group: Ints, count: int) -> Ints:
    """How many characters, of both sides, the passages of each of so many groups cover together."""
    return characters(passages.this, group, count) + characters(passages.source, group, count)


def coverage(passages: Passages, touched: Ints, common: Passages) -> Floats:
    """For each passage the share of its characters, of both sides, that those which it touches cover, in 0…1.

    Args:
        passages: The passages.
        touched: Of each touch the passage.
        common: What it shares there.
    """
    share: Floats = union(common, touched, len(passages.pair)) / passages.size
    return share


def passage_iou(cases: Passages, detections: Passages, touches: Touching) -> Floats:
    """Intersection over union of characters, the lesser of the two sides', in 0…1, of each two that touch.

    So a pair reaches a threshold only if it reaches it on either side.
    """
    sides = zip(cases.at(touches.case), detections.at(touches.detection), touches.common, strict=True)
    this, source = (common.size / (one.size + other.size - common.size) for one, other, common in sides)
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
