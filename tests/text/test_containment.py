"""How much of one text stands in another, by fractions that can be counted."""

import pytest

from detente.text import containment

HERE = "one two three four five"  # three runs of three words


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        (HERE, HERE, 1.0),
        (HERE, "one two three four six", 2 / 3),
        (HERE, "zero one two three", 1 / 2),  # the shorter has two runs
        (HERE, "One, “two” THREE! four… FIVE", 1.0),  # case and marks aside
        (HERE, "five four three two one", 0.0),
        (HERE, "one two", 0.0),  # one run of two words, which no longer text has
        ("one two", "ONE two", 1.0),
        (HERE, "", 0.0),
        ("", "", 0.0),
    ],
)
def test_the_share_is_of_the_runs_of_the_smaller(one: str, other: str, share: float) -> None:
    found = containment.of(containment.shingles(one), containment.shingles(other))
    assert found == containment.of(containment.shingles(other), containment.shingles(one)) == pytest.approx(share)


def test_runs_have_so_many_words() -> None:
    assert containment.shingles(HERE, 4) == {("one", "two", "three", "four"), ("two", "three", "four", "five")}
    assert containment.shingles("?!", 3) == frozenset()
