"""Each metric on numbers worked by hand, and against scikit-learn as a second opinion."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn import metrics as sk

from detente.metrics import classification


def test_precision_recall_f1_by_hand() -> None:
    # 3 right, 1 let in, 2 lost: P = 3/4, R = 3/5, F1 = 6/9.
    assert classification.precision(3, 1) == 3 / 4
    assert classification.recall(3, 2) == 3 / 5
    assert classification.f1(3, 1, 2) == 6 / 9


def test_undefined_is_nan_and_never_0_or_1() -> None:
    assert np.isnan(classification.precision(0, 0))
    assert np.isnan(classification.recall(0, 0))
    assert np.isnan(classification.f1(0, 0, 0))
    assert classification.f1(0, 1, 0) == 0
    assert np.isnan(classification.accuracy(np.zeros((3, 3))))
    assert np.isnan(classification.macro_f1(np.zeros((3, 3))))
    assert np.isnan(classification.mcc(np.zeros((3, 3))))
    assert np.isnan(classification.mean_absolute_error(0, 0))
    assert np.isnan(classification.quadratic_kappa(2, 2, 2, 2, 2, 2))  # always 1, predicted 1
    assert np.isnan(classification.brier(0, 0))


def test_confusion_by_hand() -> None:
    # gold a: 2 as a, 1 as b; gold b: 1 as a, 3 as b; class c has neither.
    matrix = np.array([[2, 1, 0], [1, 3, 0], [0, 0, 0]])
    assert classification.accuracy(matrix) == 5 / 7
    # F1(a) = 4/(4+1+1), F1(b) = 6/(6+1+1); c has no gold and stays out of the macro average.
    assert classification.macro_f1(matrix) == pytest.approx((4 / 6 + 6 / 8) / 2)
    assert np.isnan(classification.macro_f1(matrix, classes=[0, 1, 2]))
    # Two classes: MCC = (2·3 − 1·1) / √(3·4·3·4).
    assert classification.mcc(matrix) == pytest.approx(5 / 12)


def test_mcc_of_one_gold_class_is_0_however_the_missing_answers_are_spread() -> None:
    # Two right, one missing, which is a third of each wrong class: thirds do not add up to exactly 3.
    assert classification.mcc(np.array([[2, 0, 0, 0, 1], *[[0] * 5] * 3])) == 0


def test_each_class_has_its_true_positives_false_positives_and_false_negatives() -> None:
    # The last column is what has no answer: a false negative of its class, a false positive of none.
    tp, fp, fn = classification.class_outcomes(np.array([[2, 1, 1], [3, 4, 0]]))
    assert (tp.tolist(), fp.tolist(), fn.tolist()) == ([2, 4], [3, 1], [2, 3])


def test_a_predicted_class_without_gold_lowers_f1_but_enters_no_average() -> None:
    # gold a twice, predicted a and c: F1(a) = 2/(2+0+1); c has F1 0 but no gold.
    assert classification.macro_f1(np.array([[1, 0, 1], [0, 0, 0], [0, 0, 0]])) == 2 / 3


LABELS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=40)


@given(LABELS)
def test_scikit_learn_agrees_where_both_are_defined(pairs: list[tuple[int, int]]) -> None:
    gold, predicted = map(list, zip(*pairs, strict=True))
    matrix = sk.confusion_matrix(gold, predicted, labels=[0, 1, 2])
    present = sorted(set(gold))
    assert classification.accuracy(matrix) == pytest.approx(sk.accuracy_score(gold, predicted))
    assert classification.macro_f1(matrix) == pytest.approx(
        sk.f1_score(gold, predicted, labels=present, average="macro", zero_division=0)
    )
    # 0 where either side is constant, as there; with one label in all it warns.
    if len({*gold, *predicted}) > 1:
        assert classification.mcc(matrix) == pytest.approx(sk.matthews_corrcoef(gold, predicted))


ANSWERS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)), min_size=1, max_size=40)


@given(ANSWERS)
def test_a_missing_answer_is_scikit_learns_class_more_that_enters_no_average(pairs: list[tuple[int, int]]) -> None:
    gold, predicted = map(list, zip(*pairs, strict=True))
    matrix = sk.confusion_matrix(gold, predicted, labels=[0, 1, 2, 3])[:3]
    scores = sk.f1_score(gold, predicted, labels=[0, 1, 2], average=None, zero_division=np.nan)
    assert classification.class_f1(matrix).tolist() == pytest.approx(scores.tolist(), nan_ok=True)
    assert classification.accuracy(matrix) == pytest.approx(sk.accuracy_score(gold, predicted))
    # The correlation takes what is missing as half of each wrong class: two copies of the items tell it in whole ones.
    twice = [(label, answer) for label, answer in pairs if answer < 3 for _ in range(2)]
    twice += [(label, wrong) for label, answer in pairs if answer == 3 for wrong in range(3) if wrong != label]
    if len({*gold}) > 1 and len({answer for _, answer in twice}) > 1:
        expected = sk.matthews_corrcoef(*map(list, zip(*twice, strict=True)))
        assert classification.mcc(matrix) == pytest.approx(expected, abs=1e-12)


def test_a_missing_answer_is_a_false_negative_and_nothing_else_by_hand() -> None:
    # Gold a: 2 right, 1 called b, 1 missing; gold b: 1 right, 2 missing.
    matrix = [[2, 1, 1], [0, 1, 2]]
    # F1 of a: 4 / (4 + 0 + 2); of b: 2 / (2 + 1 + 2). 3 of 7 are right.
    assert classification.class_f1(matrix).tolist() == pytest.approx([4 / 6, 2 / 5])
    assert classification.accuracy(matrix) == 3 / 7
    assert classification.macro_f1(matrix) == pytest.approx((4 / 6 + 2 / 5) / 2)
    # The missing one of a counts as b, the two of b as a: gold 4, 3; predicted 4, 3; (3 · 7 − 25) / (49 − 25).
    assert classification.mcc(matrix) == pytest.approx(-4 / 24)
    # Of three classes each of two wrong ones gets half: gold 2, 1, 1; predicted 1, 1.5, 1.5; (3 · 4 − 5) / √(…).
    three = [[1, 0, 0, 1], [0, 1, 0, 0], [0, 0, 1, 0]]
    assert classification.mcc(three) == pytest.approx((3 * 4 - (2 + 1.5 + 1.5)) / np.sqrt((16 - 5.5) * (16 - 6)))


def test_leaving_out_more_right_answers_never_lifts_the_correlation() -> None:
    """As a class of its own, a missing majority class would: .377 with half of it missing, .506 with all."""
    for gold in ([36, 8, 532], [5, 1, 90]):
        for left_out in itertools.permutations(range(3)):
            matrix = np.diag(gold).astype(float)
            matrix = np.hstack([matrix, np.zeros((3, 1))])
            found = [float(classification.mcc(matrix))]
            for name in np.repeat(left_out, [gold[each] for each in left_out])[:-1]:
                matrix[name, name] -= 1
                matrix[name, -1] += 1
                found.append(float(classification.mcc(matrix)))
            assert found == sorted(found, reverse=True)


@given(LABELS)
def test_the_mean_of_the_classes_that_are_there_is_scikit_learns_macro_average(pairs: list[tuple[int, int]]) -> None:
    gold, predicted = map(list, zip(*pairs, strict=True))
    scores = classification.class_f1(sk.confusion_matrix(gold, predicted, labels=[0, 1, 2]))
    assert classification.mean_of_defined(scores) == pytest.approx(sk.f1_score(gold, predicted, average="macro"))


def test_a_mean_without_a_defined_score_is_undefined() -> None:
    nothing = np.full((2, 3), np.nan)
    assert np.isnan(classification.mean_of_defined(nothing)).all()
    assert classification.mean_of_defined(np.array([[np.nan, 0.5, 0.25], [0.0, np.nan, np.nan]])).tolist() == [0.375, 0]


def sums(gold: list[float], predicted: list[float]) -> tuple[float, ...]:
    g, p = np.array(gold), np.array(predicted)
    return len(g), g.sum(), p.sum(), (g**2).sum(), (p**2).sum(), (g * p).sum()


def test_quadratic_kappa_by_hand() -> None:
    # gold −1, 1; predicted 0, 1. Observed: (1 + 0)/2. Expected: the mean of (g − p)² over the four pairings,
    # (1 + 4 + 1 + 0)/4. κ = 1 − (1/2)/(6/4) = 2/3.
    assert classification.quadratic_kappa(*sums([-1, 1], [0, 1])) == pytest.approx(2 / 3)


@given(st.lists(st.tuples(st.integers(-2, 2), st.integers(-2, 2)), min_size=2, max_size=40))
def test_quadratic_kappa_is_scikit_learns(pairs: list[tuple[int, int]]) -> None:
    gold, predicted = map(list, zip(*pairs, strict=True))
    ours = classification.quadratic_kappa(*sums(gold, predicted))
    if not np.isnan(ours):
        theirs = sk.cohen_kappa_score(gold, predicted, weights="quadratic", labels=[-2, -1, 0, 1, 2])
        assert ours == pytest.approx(theirs, abs=1e-9)


def test_ratio_is_nan_only_where_the_whole_is_0() -> None:
    found = classification.ratio([1, 0, 0, 3], [2, 4, 0, -6])
    assert found.tolist() == pytest.approx([1 / 2, 0, math.nan, -1 / 2], nan_ok=True)
    assert classification.ratio([1, 2], 4).tolist() == [1 / 4, 2 / 4]


def test_the_f1_of_a_class_is_undefined_only_where_neither_side_has_it() -> None:
    # a: 1 right, 1 lost. b: nothing in gold, 1 predicted. c: nowhere.
    found = classification.class_f1([[1, 1, 0], [0, 0, 0], [0, 0, 0]])
    assert found.tolist() == pytest.approx([2 / 3, 0, math.nan], nan_ok=True)


def test_the_classes_that_the_gold_has_are_those_of_all_resamples_together() -> None:
    assert classification.supported([[0, 1, 0], [0, 2, 0], [0, 3, 0]]).tolist() == [0, 1, 2]
    assert classification.supported([[0, 1, 0], [0, 0, 0], [0, 3, 0]]).tolist() == [0, 2]
    batch = np.array([[[1, 0], [0, 0]], [[0, 0], [1, 1]]])
    assert classification.supported(batch).tolist() == [0, 1]
    # So that a resample without one of them has no mean. Second: b 2/3, and a, predicted once, 0.
    assert classification.macro_f1(batch).tolist() == pytest.approx([math.nan, (0 + 2 / 3) / 2], nan_ok=True)
    assert classification.macro_f1(batch, classes=[1]).tolist() == pytest.approx([math.nan, 2 / 3], nan_ok=True)


def test_mcc_of_three_classes_by_hand() -> None:
    # 6 of 8 right; 3, 2, 3 of the classes in gold, 3, 3, 2 predicted: (6 · 8 − (9 + 6 + 6)) / √((64 − 22)(64 − 22)).
    assert classification.mcc([[2, 1, 0], [0, 2, 0], [1, 0, 2]]) == pytest.approx((6 * 8 - 21) / (64 - 22))
    # 4 of 8 right, and as many of each class.
    assert classification.mcc([[2, 1, 0], [0, 1, 1], [1, 1, 1]]) == pytest.approx((4 * 8 - 21) / (64 - 22))
    # Gold 2, 2, predicted 3, 1: (3 · 4 − 8) / √((16 − 10)(16 − 8)).
    assert classification.mcc([[2, 0], [1, 1]]) == pytest.approx(4 / np.sqrt(6 * 8))
    assert classification.mcc([[0, 3], [3, 0]]) == -1


def test_mcc_is_0_where_either_side_has_one_class_only() -> None:
    assert classification.mcc([[2, 2], [0, 0]]) == 0
    assert classification.mcc([[2, 0], [2, 0]]) == 0
    assert classification.mcc([[3, 0], [0, 0]]) == 0
    assert np.isnan(classification.mcc(np.zeros((2, 2))))
    # One answer that differs: (2 · 3 − (2 · 2 + 1 · 1)) / √((9 − 5)(9 − 5)) of [[1, 1], [0, 1]]: not constant.
    assert classification.mcc([[1, 1], [0, 1]]) == pytest.approx((2 * 3 - (2 * 1 + 1 * 2)) / (9 - 5))
    batch = [[[2, 2], [0, 0]], [[1, 1], [0, 1]], [[0, 0], [0, 0]]]
    assert classification.mcc(batch).tolist() == pytest.approx([0, 1 / 2, math.nan], nan_ok=True)


def test_brier_and_calibration_by_hand() -> None:
    # Two items: .8 on the right class (.2 on another), .6 on the wrong one (.4 on the right).
    # Brier: (.2² + .2²) + (.6² + .6²) = .8, over 2 = .4.
    assert classification.brier(0.04 + 0.04 + 0.36 + 0.36, 2) == pytest.approx(0.4)
    # Calibration: bin of .8 has confidence .8 and 1 right, bin of .6 confidence .6 and 0 right: (.2 + .6)/2.
    confidences, correct = np.zeros(10), np.zeros(10)
    confidences[classification.calibration_bin(0.8)], correct[classification.calibration_bin(0.8)] = 0.8, 1
    confidences[classification.calibration_bin(0.6)] = 0.6
    assert classification.expected_calibration_error(confidences, correct, 2) == pytest.approx(0.4)


@pytest.mark.parametrize("bin_", range(classification.CALIBRATION_BINS))
def test_ten_bins_are_each_closed_above(bin_: int) -> None:
    upper = (bin_ + 1) / 10
    assert classification.calibration_bin(upper) == bin_
    assert classification.calibration_bin(math.nextafter(upper, 2)) == min(bin_ + 1, 9)
    assert classification.calibration_bin(upper - 0.05) == bin_


def test_a_confidence_of_0_is_in_the_first_bin() -> None:
    assert classification.calibration_bin(0) == 0


def test_errors_of_two_bins_do_not_cancel_out_but_those_of_one_do() -> None:
    # Bin of .6: confidences 1.2, 2 right; bin of .9: confidences 1.8, 1 right. (|2 − 1.2| + |1 − 1.8|) / 4.
    confidences, correct = np.zeros(10), np.zeros(10)
    confidences[[5, 8]], correct[[5, 8]] = (1.2, 1.8), (2, 1)
    assert classification.expected_calibration_error(confidences, correct, 4) == pytest.approx(1.6 / 4)
    assert np.isnan(classification.expected_calibration_error(np.zeros(10), np.zeros(10), 0))
    # Two items more, without an answer, count 1 each.
    assert classification.expected_calibration_error(confidences, correct, 6, 2) == pytest.approx((1.6 + 2) / 6)


@given(hnp.arrays(np.int64, (4, 3, 3), elements=st.integers(0, 9)))
def test_a_batch_is_scored_as_its_members_are(batch: np.ndarray) -> None:
    classes = [0, 1, 2]
    for metric in (classification.accuracy, classification.mcc, lambda m: classification.macro_f1(m, classes)):
        assert np.array_equal(metric(batch), [metric(matrix) for matrix in batch], equal_nan=True)


def test_kappa_range_ends_are_reached() -> None:
    assert classification.quadratic_kappa(*sums([-2, 2], [-2, 2])) == 1
    assert classification.quadratic_kappa(*sums([-2, 2], [2, -2])) == -1
    assert math.isclose(classification.mean_absolute_error(4, 1), 4)
