"""The passages that two texts share: both sides of every bound."""

import pytest

from detente.text.passage_alignment import GAP, LEAST, SEED, shared_passages

EIGHT = "one two three four five six seven eight"


def shown(this: str, other: str) -> list[tuple[str, str]]:
    return [(this[slice(*found.this)], other[slice(*found.other)]) for found in shared_passages(this, other)]


def test_a_passage_has_eight_words_or_more() -> None:
    assert LEAST == 8
    assert shown(f"So: {EIGHT}.", f"“{EIGHT.upper()}” again") == [(EIGHT, EIGHT.upper())]
    seven = EIGHT.rpartition(" ")[0]
    assert shown(seven, seven) == []


@pytest.mark.parametrize(("between", "passages"), [(GAP, 1), (GAP + 1, 2)])
@pytest.mark.parametrize("left", [True, False])
def test_seeds_are_one_passage_across_eight_other_words(between: int, passages: int, left: bool) -> None:
    other = " ".join(f"other{place}" for place in range(between))
    second = " ".join(f"w{place}" for place in range(8))
    apart, together = f"{EIGHT} {other} {second}", f"{EIGHT} {second}"
    found = shown(apart, together) if left else shown(together, apart)
    assert len(found) == passages
    if passages == 1:
        assert set(found[0]) == {apart, together}


def test_a_seed_is_a_run_of_four_words() -> None:
    assert SEED == 4
    # Three equal words, then another one, again and again: no run of four.
    this = " ".join(word if place % 4 else f"x{place}" for place, word in enumerate(EIGHT.split()))
    assert shown(this, EIGHT) == []


def test_passages_may_stand_in_another_order_and_come_in_that_of_the_first() -> None:
    second = " ".join(f"w{place}" for place in range(8))
    assert shown(f"{EIGHT}. {second}", f"{second}. {EIGHT}") == [(EIGHT, EIGHT), (second, second)]


def test_texts_without_words_share_nothing() -> None:
    assert shown("", EIGHT) == shown("… !", "") == []
