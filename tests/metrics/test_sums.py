"""Sums of fractions have one value, whatever the order in which a machine adds."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.metrics.sums import weighted_sums

FRACTIONS = st.floats(-1e6, 1e6, allow_subnormal=False).filter(lambda value: value == 0 or abs(value) > 1e-6)
TINY = 2.0**-1074  # the smallest double above zero


def test_by_hand() -> None:
    # 2 · 1.5 + 0 · 3 + 1 · .25 = 3.25, and 0 + 4 · 3 + .25 = 12.25; the second column holds whole numbers.
    weights, counts = [[2, 0, 1], [0, 4, 1]], [[1.5, 1], [3, 10], [0.25, 100]]
    assert weighted_sums(weights, counts).tolist() == [[3.25, 102], [12.25, 140]]
    assert weighted_sums(weights, [1.5, 3, 0.25]).tolist() == [3.25, 12.25]
    assert weighted_sums(np.zeros((2, 0)), np.zeros((0, 3))).tolist() == [[0, 0, 0]] * 2
    assert weighted_sums([[1, 1]], [[0, 0.1], [0, 0.2]]).tolist() == [[0, 0.1 + 0.2]]


@pytest.mark.parametrize("count", [1e-5, 0.1, TINY, -TINY, 3 * TINY, 2.0**-1022 + TINY, 1e300])
def test_every_count_comes_to_an_end(count: float) -> None:
    """With weights of zero, and with counts near the smallest double, the slices once never ended."""
    assert weighted_sums([[0], [1], [3]], [count]).tolist() == [0, count, count + count + count]


@pytest.mark.parametrize(("weights", "count"), [([[1]], math.inf), ([[0]], math.nan), ([[1, 1]], 1e308)])
def test_what_no_double_can_hold_is_refused(weights: list[list[int]], count: float) -> None:
    with pytest.raises(ValueError, match="not finite, or too large"):
        weighted_sums(weights, [count] * len(weights[0]))


@given(st.lists(FRACTIONS, min_size=1, max_size=60), st.randoms())
def test_the_order_of_the_items_changes_no_digit_and_the_sum_is_the_rounded_one(values: list[float], random) -> None:
    weights = [random.randrange(6) for _ in values]
    (found,) = weighted_sums([weights], values)
    order = random.sample(range(len(values)), len(values))
    (other,) = weighted_sums([[weights[place] for place in order]], [values[place] for place in order])
    assert found == other
    exact = math.fsum(value for value, weight in zip(values, weights, strict=True) for _ in range(weight))
    assert found == pytest.approx(exact, rel=0, abs=2e-16 * max(abs(exact), 1e-300) + 1e-22 * max(map(abs, values)))


def test_a_plain_product_depends_on_the_order() -> None:
    """What the function is for: floats added one by one in two orders."""
    values = [0.1, 0.2, 0.3, 1e16, -1e16]
    assert sum(values) != sum(reversed(values))
    assert weighted_sums([[1] * 5], values) == weighted_sums([[1] * 5], values[::-1])


@pytest.mark.parametrize(
    ("rows", "items", "columns"),
    [
        (64, 64, 64),  # 2 ** 18 multiplications, the most that are not divided
        (65, 64, 64),
        (64, 64, 65),
        (129, 64, 191),  # 64 * 64 in a block: the last ones have 1 row, 63 columns
        (33, 4096, 9),  # blocks of 8 * 8
        (33, 4097, 9),  # would be of 7 * 7
        (1000, 0, 3),
        (0, 5, 3),
    ],
)
def test_products_in_blocks_are_products(rows: int, items: int, columns: int) -> None:
    random = np.random.default_rng(0)
    weights, counts = random.integers(0, 5, (rows, items)), random.integers(-1000, 1000, (items, columns))
    assert weighted_sums(weights, counts).tolist() == (weights @ counts).tolist()
    assert weighted_sums(weights, counts / 8).tolist() == (weights @ counts / 8).tolist()
