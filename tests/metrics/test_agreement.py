"""α, α_U and B-cubed, against published examples, and against the official numbers."""

import json
from pathlib import Path

import numpy as np
import pytest

from detente.metrics.agreement import alpha_u, alpha_u_terms, krippendorff_alpha, resampled_alphas
from detente.stats.bootstrap import percentile_interval

PARITY = Path(__file__).parents[3] / "shared" / "parity" / "krippendorff_alpha.json"


def test_alpha_by_hand() -> None:
    # Two annotators, units (a, a), (a, b): values a 3, b 1. Pairs that differ: 2 of the 4 ordered ones within units.
    # Observed 2/4; expected 2·3·1 / (4·3) = 1/2; α = 1 − (1/2)/(1/2) = 0.
    assert krippendorff_alpha([["a", "a"], ["a", "b"]]) == 0
    # (a, a), (b, b): observed 0.
    assert krippendorff_alpha([["a", "b"], ["a", "b"]]) == 1
    # (0, 1), (1, 0), interval: observed 1; expected 2·2·2 / (4·3) = 2/3; α = 1 − 3/2.
    assert krippendorff_alpha([[0, 1], [1, 0]], "interval") == pytest.approx(-0.5)


def test_alpha_is_undefined_where_nothing_varies_or_nothing_pairs() -> None:
    assert np.isnan(krippendorff_alpha([["a", "a"], ["a", "a"]]))
    assert np.isnan(krippendorff_alpha([["a", None], [None, "b"]]))
    with pytest.raises(ValueError, match="level"):
        krippendorff_alpha([[1], [1]], "ratio")
    with pytest.raises(ValueError, match="every annotator"):
        krippendorff_alpha([[1, 2], [1]])


def parity_cases() -> list[dict]:
    return json.loads(PARITY.read_text())["cases"] if PARITY.is_file() else []


@pytest.mark.skipif(not PARITY.is_file(), reason="../shared/parity is not beside this checkout")
def test_alpha_equals_the_official_numbers() -> None:
    cases = parity_cases()
    assert len(cases) >= 5
    for case in cases:
        found = krippendorff_alpha(**case["input"])
        assert found == pytest.approx(case["expected"]["alpha"], abs=case["tolerance"]), case["name"]


def test_the_interval_holds_alpha_and_is_repeatable() -> None:
    ratings = [[1, 2, 3, 1, 2, 3, 1, 2] * 4, [1, 2, 3, 1, 2, 3, 2, 2] * 4]
    alphas = resampled_alphas(ratings, "ordinal")
    low, high, *_ = percentile_interval(alphas)
    assert low < krippendorff_alpha(ratings, "ordinal") < high
    assert np.array_equal(alphas, resampled_alphas(ratings, "ordinal"))
    assert np.isnan(resampled_alphas([["a"] * 9, ["a"] * 9])).all()


def test_alpha_u_equals_krippendorffs_published_example() -> None:
    # Krippendorff (2004), two observers on a continuum of 300 that starts at 150; figures to four places as an
    # independent implementation of the formula (dkpro-statistics, its test of the same example) gives them.
    def units(*spans: tuple[int, int]) -> list[tuple[int, int]]:
        return [(start - 150, start - 150 + length) for start, length in spans]

    c = [units((225, 70), (370, 30)), units((220, 80), (355, 20), (400, 20))]
    k = [units((180, 60), (300, 50))] * 2
    (c_observed, c_expected), (k_observed, k_expected) = alpha_u_terms(c, 300), alpha_u_terms(k, 300)
    assert c_observed == pytest.approx(0.0144, abs=1e-4)
    assert c_expected == pytest.approx(0.0532, abs=1e-4)
    assert k_expected == pytest.approx(0.0490, abs=1e-4)
    assert alpha_u(c, 300) == pytest.approx(0.7285, abs=1e-4)
    assert alpha_u(k, 300) == 1
    assert 1 - (c_observed + k_observed) / (c_expected + k_expected) == pytest.approx(0.8587, abs=1e-4)


def test_alpha_u_without_units_is_undefined_and_overlap_refused() -> None:
    assert np.isnan(alpha_u([[], []], 10))
    with pytest.raises(ValueError, match="overlap"):
        alpha_u([[(0, 5), (3, 8)], []], 10)
