"""Text alignment by hand: passages of two texts, gold cases against detections; every limit on both sides."""

from collections.abc import Sequence
from math import log2, nan
from typing import Any

import numpy as np
import pytest

from detente.metrics import text_alignment as alignment
from detente.metrics.text_alignment import Passage, Passages

CASE = Passage((0, 20), (100, 120))
AFAR = [Passage((0, 40), (90, 130)), Passage((10, 12), (95, 96))]
"""Passages of another pair, which stand where those of the tests do."""


def among(*passages: Passage) -> Passages:
    """Passages of one pair, between those of two others."""
    return Passages.of([AFAR, passages, AFAR])


def own(values: Any, passages: Sequence[Passage]) -> list[Any]:
    """What is found of the passages of the pair in the middle."""
    return np.asarray(values)[len(AFAR) : len(AFAR) + len(passages)].tolist()


def touching(cases: Sequence[Passage], detections: Sequence[Passage]) -> set[tuple[int, int]]:
    """Which detection touches which case, by their places."""
    touches = alignment.touching(among(*cases), among(*detections))
    two = zip(touches.case.tolist(), touches.detection.tolist(), strict=True)
    found = [pair for pair, of in zip(two, touches.common.pair.tolist(), strict=True) if of == 1]
    assert found == sorted(found)
    return {(case - len(AFAR), detection - len(AFAR)) for case, detection in found}


def are_found(cases: Sequence[Passage], detections: Sequence[Passage]) -> list[bool]:
    mine = among(*cases)
    return own(alignment.found(mine, alignment.touching(mine, among(*detections))), cases)


def characters(*spans: tuple[int, int]) -> int:
    passages = among(*(Passage(span, span) for span in spans))
    return alignment.characters(passages.this, passages.pair, 3).tolist()[1]


def union(passages: Passages) -> int:
    return alignment.union(passages, passages.pair, 3).tolist()[1]


def coverage(cases: Sequence[Passage], detections: Sequence[Passage]) -> list[float]:
    mine = among(*cases)
    touches = alignment.touching(mine, among(*detections))
    return own(alignment.coverage(mine, touches.case, touches.common), cases)


def shared_characters(cases: Sequence[Passage], detections: Sequence[Passage]) -> int:
    return union(alignment.touching(among(*cases), among(*detections)).common)


def test_a_passage_counts_by_the_characters_of_both_sides() -> None:
    assert own(among(Passage((0, 20), (50, 80))).size, [CASE]) == [20 + 30]


@pytest.mark.parametrize(
    ("this", "source", "touches"),
    [
        # One character on both sides, or on one only; a span that begins where another ends shares none.
        ((19, 30), (119, 130), True),
        ((20, 30), (119, 130), False),
        ((19, 30), (120, 130), False),
    ],
)
def test_to_touch_is_to_share_a_character_on_both_sides(
    this: tuple[int, int], source: tuple[int, int], touches: bool
) -> None:
    assert touching([CASE], [Passage(this, source)]) == ({(0, 0)} if touches else set())


def test_each_case_touches_its_own_detections() -> None:
    cases = [CASE, Passage((30, 40), (0, 10))]
    detections = [Passage((35, 36), (9, 12)), CASE, Passage((50, 60), (0, 10))]
    assert touching(cases, detections) == {(0, 1), (1, 0)}
    assert touching(cases, []) == touching([], detections) == set()


@pytest.mark.parametrize(
    ("this", "source", "found"),
    [
        ((0, 10), (100, 110), True),
        ((0, 9), (100, 120), False),
        ((0, 20), (100, 109), False),
        ((10, 90), (110, 120), True),
    ],
)
def test_a_case_is_found_if_one_detection_has_half_of_each_side(
    this: tuple[int, int], source: tuple[int, int], found: bool
) -> None:
    assert are_found([CASE], [Passage(this, source)]) == [found]


def test_half_of_a_side_is_half_of_that_side() -> None:
    for case in (Passage((0, 20), (100, 140)), Passage((0, 40), (100, 120))):
        this, source = (case.this[1] - case.this[0]) // 2, (case.source[1] - case.source[0]) // 2
        for less_this, less_source in ((0, 0), (1, 0), (0, 1)):
            detection = Passage((0, this - less_this), (100, 100 + source - less_source))
            assert are_found([case], [detection]) == [not less_this and not less_source]


def test_two_detections_do_not_find_a_case_together() -> None:
    assert are_found([CASE], [Passage((0, 9), (100, 109)), Passage((9, 20), (109, 118))]) == [False]
    assert are_found([CASE, CASE], []) == [False, False]
    assert are_found([], [CASE]) == []


def test_characters_that_spans_cover_count_once() -> None:
    # 0 … 4, then 3 … 9 adds 5, 4 … 5 nothing, 12 … 14 three.
    assert characters((12, 15), (0, 5), (4, 6), (3, 10)) == 10 + 3
    assert characters((0, 5), (5, 6)) == 6
    assert characters() == 0
    assert union(among(Passage((0, 20), (0, 20)), Passage((10, 30), (0, 5)))) == 30 + 20


def test_only_what_a_detection_detects_counts_as_shared() -> None:
    # The first shares 5 + 10; the second lies in the case on one side only.
    detections = [Passage((15, 30), (100, 110)), Passage((0, 20), (0, 100))]
    assert shared_characters([CASE], detections) == 15
    assert shared_characters([CASE], []) == 0
    # Both halves of it, twice: each character once.
    halves = [Passage((0, 10), (100, 110)), Passage((10, 20), (110, 120))]
    assert shared_characters([CASE], halves * 2) == 40
    # A detection shares with each case its own part: 5 + 5 with the first, 10 + 10 with the second.
    cases = [Passage((0, 10), (0, 10)), Passage((20, 30), (20, 30))]
    assert shared_characters(cases, [Passage((5, 40), (5, 40))]) == 30


def test_coverage_is_a_share_of_the_characters_of_both_sides() -> None:
    # Of 40 the first covers 5 + 10, the second, which begins with the last of these, 5 + 11 − 1 more.
    detections = [Passage((15, 30), (100, 110)), Passage((10, 15), (109, 120))]
    assert coverage([CASE], detections) == [(10 + 20) / 40]
    # Of 15 + 10 the case covers 5 + 10, of 5 + 11 all.
    assert coverage(detections, [CASE]) == [15 / 25, 1]
    assert coverage([CASE], []) == [0]
    assert coverage([], [CASE]) == []


def test_the_iou_of_passages_is_that_of_the_worse_side() -> None:
    # 10/20 and 15/25; 20/20 and 5/20; the last, of the same words here and none there, does not touch.
    detections = [Passage((10, 20), (105, 125)), Passage((0, 20), (100, 105)), Passage((0, 20), (0, 20))]
    cases, passages = Passages.of([[CASE]]), Passages.of([detections])
    touches = alignment.touching(cases, passages)
    assert alignment.passage_iou(cases, passages, touches).tolist() == [10 / 20, 5 / 20]


def test_granularity_is_detections_per_detected_case() -> None:
    assert alignment.granularity(5, 2) == 5 / 2
    assert np.isnan(alignment.granularity(0, 0))


@pytest.mark.parametrize(
    ("precision", "recall", "expected"),
    [
        (2 / 3, 1 / 2, 4 / 7),
        (1, 1, 1),
        (0, 1, 0),
        (0, 0, 0),
        # With cases and no detections, or the other way round, nothing is right; with neither there is no measure.
        (nan, 0, 0),
        (nan, 1, 0),
        (1, nan, 0),
        (nan, nan, nan),
    ],
)
def test_the_harmonic_mean_is_undefined_only_where_both_are(precision: float, recall: float, expected: float) -> None:
    assert alignment.harmonic_mean(precision, recall) == pytest.approx(expected, nan_ok=True)


def test_plagdet_divides_f1_by_the_logarithm_of_granularity() -> None:
    assert alignment.plagdet(0.8, 1) == 0.8
    assert alignment.plagdet(0.8, 3) == pytest.approx(0.8 / 2)
    assert alignment.plagdet([0.8, 0.6], [2, 1]).tolist() == pytest.approx([0.8 / log2(3), 0.6])
    # Nothing detected: no granularity, and 0. Neither cases nor detections: no F1.
    assert alignment.plagdet(0, nan) == 0
    assert np.isnan(alignment.plagdet(nan, nan))
