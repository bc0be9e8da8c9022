"""Suites as values: draws that every machine repeats, variants in order, items by their numbers."""

from collections import Counter

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


def test_ids_have_six_digits() -> None:
    assert item_id("transplant", "test", 12) == "transplant-test-000012"


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
