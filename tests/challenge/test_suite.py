"""Suites as values: draws that every machine repeats, variants in order, items by their numbers."""

import re
from collections import Counter
from itertools import combinations, pairwise

import pytest

from detente.challenge.all import SUITES
from detente.challenge.suite import COMBINED, CONTROL, STRENGTHS, Dice, Suite, Variant, item_id


def test_draws_follow_from_the_seed_alone() -> None:
    # random.Random("a|1").random() of Python 3.11, which Python promises to keep
    assert [Dice("a", 1).below(1000) for _ in range(2)] == [Dice("a", 1).below(1000)] * 2
    assert Dice("a", 1).shuffled(range(20)) == Dice("a", 1).shuffled(range(20))
    assert Dice("a", 1).shuffled(range(20)) != Dice("a", 2).shuffled(range(20))


def test_draws_stay_inside() -> None:
    dice = Dice("inside")
    assert Counter(dice.below(3) for _ in range(600)).keys() == {0, 1, 2}
    assert not any(dice.chance(0.0) for _ in range(100))
    assert all(dice.chance(1.0) for _ in range(100))
    assert sorted(dice.shuffled("abcd")) == list("abcd")
    assert dice.sample("abc", 5) == list("abc"), "all there are, in their order"


def test_a_larger_sample_holds_a_smaller_one() -> None:
    samples = [set(Dice("nested").sample(range(50), count)) for count in (1, 3, 8)]
    assert samples[0] < samples[1] < samples[2]


def test_ids_are_the_same_on_every_machine_and_each_of_one_item() -> None:
    assert item_id("transplant", "test", 0, 12) == "transplant-test-217276309138"
    assert all(re.fullmatch(r"a-b-\d{12}", item_id("a", "b", 0, number)) for number in (0, 1, 2**38 - 1))
    assert len({item_id("a", "b", 0, number) for number in range(20_000)}) == 20_000


def test_ids_of_another_suite_split_or_seed_are_others() -> None:
    numbers = [
        {item_id(*of, number).rpartition("-")[2] for number in range(1000)}
        for of in (("a", "b", 0), ("c", "b", 0), ("a", "c", 0), ("a", "b", 1))
    ]
    assert all(not one & other for one, other in combinations(numbers, 2))


@pytest.mark.parametrize("seed", range(5))
def test_ids_in_their_order_are_items_in_none(seed: int) -> None:
    # A thousand items in the order of their ids: neighbours ascend as often as descend, ±4 standard deviations
    # (of ascents, √(1001 / 12) = 9.1), and each of 25 variants has half of its 40 items in the first half (√40 / 2).
    order = sorted(range(1000), key=lambda number: item_id("a", "b", seed, number))
    assert abs(sum(one < other for one, other in pairwise(order)) - 499.5) < 4 * 9.1
    first = Counter(number % 25 for number in order[:500])
    assert all(abs(first[variant] - 20) < 4 * 3.2 for variant in range(25))


@pytest.mark.parametrize("suite", SUITES.values(), ids=list(SUITES))
def test_variants_begin_with_the_control_and_end_with_combinations(suite: Suite) -> None:
    assert suite.variants[0] == Variant(CONTROL, "none")
    assert len(set(suite.variants)) == len(suite.variants)
    for operation in suite.operations:
        assert [each.strength for each in suite.variants if each.operation == operation.name] == list(STRENGTHS)
    if suite.combined:
        assert suite.variants[-1] == Variant(COMBINED, "strong")


@pytest.mark.parametrize("suite", SUITES.values(), ids=list(SUITES))
def test_a_part_of_the_items_is_what_all_of_them_have_there(suite: Suite) -> None:
    count = len(suite.variants)
    whole = list(suite.items("test", 3, 0, count + 2))
    assert len(whole) == count + 2
    assert list(suite.items("test", 3, count - 1, count + 1)) == whole[count - 1 : count + 1]
    assert list(suite.items("test", 4, 0, 1)) != whole[:1], "another seed gives another base"
