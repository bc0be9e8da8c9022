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


def test_ordinal_alpha_by_hand() -> None:
    # Units (1, 1), (2, 2), (3, 2): values 1 twice, 2 three times, 3 once. Their middles in the order of all six are
    # 1, 3.5, 5.5: δ² = 6.25 from 1 to 2, 4 from 2 to 3, 20.25 from 1 to 3. Within units 2 · 4; among all
    # 2 (2·3 · 6.25 + 3·1 · 4 + 2·1 · 20.25) = 180. α = 1 − (6 − 1) · 8/180.
    ratings = [[1, 2, 3], [1, 2, 2]]
    assert krippendorff_alpha(ratings, "ordinal") == pytest.approx(1 - 5 * 8 / 180)
    # Interval: within 2 · 1; among all 2 (6 · 1 + 3 · 1 + 2 · 4) = 34.
    assert krippendorff_alpha(ratings, "interval") == pytest.approx(1 - 5 * 2 / 34)
    # Nominal: within 2; among all 2 (6 + 3 + 2) = 22.
    assert krippendorff_alpha(ratings) == pytest.approx(1 - 5 * 2 / 22)


def test_a_unit_counts_by_how_many_annotators_value_it_and_alone_not_at_all() -> None:
    # a a b: 4 of its ordered pairs differ, over 3 − 1. b b: none. The lone a does not count: a twice, b three times.
    # α = 1 − (5 − 1) · 2 / (2 · 2 · 3).
    assert krippendorff_alpha([["a", "b", "a"], ["a", "b", None], ["b", None, None]]) == pytest.approx(1 - 4 * 2 / 12)


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval"])
def test_a_resampled_alpha_is_that_of_its_units(level: str) -> None:
    ratings = [[1, 2, 3, 1, 5, 2, 4], [1, 2, 2, 1, 3, 5, None], [2, 2, 3, 1, None, 2, None]]
    drawn = np.random.default_rng(3).multinomial(6, np.full(6, 1 / 6), size=40)  # the last unit has one value only
    expected = [krippendorff_alpha([np.repeat(row[:6], times).tolist() for row in ratings], level) for times in drawn]
    found = resampled_alphas(ratings, level, resamples=40, seed=3)
    assert found.tolist() == pytest.approx(expected, nan_ok=True)
    assert not np.array_equal(found, resampled_alphas(ratings, level, resamples=40, seed=4), equal_nan=True)


def test_alphas_are_resampled_two_thousand_times_from_seed_0_unless_told_otherwise() -> None:
    ratings = [[1, 2, 1, 2], [1, 2, 2, 2]]
    assert np.array_equal(resampled_alphas(ratings), resampled_alphas(ratings, "nominal", 2000, 0), equal_nan=True)


def test_without_units_of_two_values_every_resample_is_undefined() -> None:
    assert np.isnan(resampled_alphas([["a", None], [None, "b"]], resamples=5)).tolist() == [True] * 5
    assert np.isnan(resampled_alphas([], resamples=5)).tolist() == [True] * 5
    assert np.isnan(krippendorff_alpha([]))


# α_U by hand, over 2 annotators · 1 · length²


def test_units_that_overlap_differ_by_the_squares_of_their_bounds() -> None:
    # (0 − 2)² + (4 − 6)², seen from either side.
    observed, expected = alpha_u_terms([[(0, 4)], [(2, 6)]], 10)
    assert observed == pytest.approx(2 * (4 + 4) / (2 * 10**2))
    # For each of the two units of 4: (2 − 1)/3 · (2 · 64 − 3 · 16 + 4) = 28, and 16 times the places in gaps that hold
    # it, 6 − 4 + 1 in the one, 4 − 4 + 1 in the other, none in the gap of 2. Of 20 · 19 − 2 · 4 · 3.
    assert expected == pytest.approx(2 / 10 * 2 * (28 + 16 * (3 + 1)) / (20 * 19 - 24))
    assert alpha_u([[(0, 4)], [(2, 6)]], 10) == pytest.approx(1 - observed / expected)


def test_a_unit_in_a_gap_differs_by_the_square_of_its_length() -> None:
    # 2² and 3², each seen from either side; to touch is not to overlap, and to fill a gap is to lie in it.
    assert alpha_u_terms([[(0, 2)], [(5, 8)]], 10)[0] == pytest.approx(2 * (4 + 9) / 200)
    assert alpha_u_terms([[(0, 5)], [(5, 10)]], 10)[0] == pytest.approx(2 * (25 + 25) / 200)
    assert alpha_u_terms([[(2, 5)], []], 10)[0] == pytest.approx(2 * 9 / 200)
    # A unit that lies neither in a gap nor meets a unit but in part: (1, 4) meets (3, 6), the gap (0, 3) holds no unit.
    assert alpha_u_terms([[(1, 4)], [(3, 6)]], 6)[0] == pytest.approx(2 * (4 + 4) / 72)
    # Units that share one character overlap.
    assert alpha_u_terms([[(0, 3)], [(2, 4)]], 4)[0] == pytest.approx(2 * (4 + 1) / 32)


def test_two_units_of_one_annotator_may_touch() -> None:
    # Against one unit over both: (0 − 0)² + (2 − 4)² and (2 − 0)² + (4 − 4)², each from either side.
    assert alpha_u_terms([[(2, 4), (0, 2)], [(0, 4)]], 4)[0] == pytest.approx(2 * (4 + 4) / (2 * 16))


def test_three_annotators_are_compared_pair_by_pair() -> None:
    # Two agree, the third marks nothing: 2 pairs of 3 differ by 3², each from either side. 3 · 2 · 10².
    observed, expected = alpha_u_terms([[(2, 5)], [(2, 5)], []], 10)
    assert observed == pytest.approx(4 * 9 / 600)
    # Two units of 3: (2 − 1)/3 · (54 − 27 + 3) = 10, and 9 times the places: in gaps of 2 none, twice in gaps of 5
    # three, in the gap of 10 eight. Of 30 · 29 − 2 · 3 · 2.
    assert expected == pytest.approx(2 / 10 * 2 * (10 + 9 * (3 + 3 + 8)) / (30 * 29 - 12))
