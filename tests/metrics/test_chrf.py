"""chrF by hand."""

import pytest

from detente.metrics.chrf import chrf

pytest.importorskip("sacrebleu")


def test_a_text_against_itself_is_100_and_against_another_or_a_blank_0() -> None:
    assert chrf("France offers help", "France offers help") == pytest.approx(100)
    assert chrf("abc", "xyz") == pytest.approx(0)
    assert chrf("", "abc") == chrf("abc", "") == chrf(" ", " ") == 0


def test_recall_counts_four_times_as_much_as_precision() -> None:
    # Orders that both texts have, 1 and 2: "abc" has a b c and ab bc, "ab" a b and ab. Precision (2/2 + 1/1)/2 = 1,
    # recall (2/3 + 1/2)/2 = 7/12. F = (1 + 4) P R / (4 P + R).
    assert chrf("ab", "abc") == pytest.approx(100 * 5 * (7 / 12) / (4 + 7 / 12), abs=1e-6)
    assert chrf("abc", "ab") == pytest.approx(100 * 5 * (7 / 12) / (4 * 7 / 12 + 1), abs=1e-6)


def test_case_counts_and_white_space_does_not() -> None:
    assert chrf("a b\nc", "abc") == pytest.approx(100)
    # One character of one, in the wrong case.
    assert chrf("A", "a") == pytest.approx(0)
