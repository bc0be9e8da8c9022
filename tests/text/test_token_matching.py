"""Which runs of equal tokens are a match and which a coincidence, at every boundary.

Tokens are single letters. Upper-case letters stand in one of the two texts alone.
"""

import numpy as np
import pytest

from detente.text.token_matching import matches, runs


def found(tokens: str, page: str) -> str:
    """The tokens that have a place in the page, in their order."""
    return found_in(list(tokens), list(page))


def found_in(tokens: list[str], page: list[str]) -> str:
    pairs = matches(tokens, page)
    assert all(tokens[here] == page[there] for here, there in pairs)
    return "".join(tokens[here] for here, _ in pairs)


# Runs of true values


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ("", []),
        ("0", []),
        ("1", [(0, 1)]),
        ("0110", [(1, 3)]),
        # Runs that start at the first value and end at the last.
        ("1101", [(0, 2), (3, 4)]),
        ("10101", [(0, 1), (2, 3), (4, 5)]),
    ],
)
def test_runs_are_the_longest_stretches_of_true_values(values: str, expected: list[tuple[int, int]]) -> None:
    assert runs(np.array([value == "1" for value in values], dtype=bool)) == expected


# The whole piece


def test_nothing_matches_nothing() -> None:
    assert matches([], ["a"]) == matches(["a"], []) == matches([], []) == []
    assert matches(["a", "b"], ["C", "D", "E"]) == []


def test_equal_texts_match_token_by_token() -> None:
    assert matches(list("abcdef"), list("abcdef")) == [(0, 0), (1, 1), (2, 2), (3, 3), (4, 4), (5, 5)]


def test_positions_count_from_the_start_of_both_texts() -> None:
    page = [f"P{number}" for number in range(20)] + list("abcd") + ["Q"] * 20
    assert matches(["X", *"abcd"], page) == [(1, 20), (2, 21), (3, 22), (4, 23)]


def test_a_piece_matches_from_three_fifths_of_its_tokens_on_whatever_its_runs() -> None:
    # 3 of 5 tokens are .6; no run has two tokens.
    assert found("aXbYc", "aPbQc") == "abc"
    assert found("aXbYcZ", "aPbQc") == ""  # 3 of 6
    # 6 of 10, and 6 of 11.
    assert found("abXcdYefVW", "abPcdQef") == "abcdef"
    assert found("abXcdYefVWZ", "abPcdQef") == ""
    # 13 of 22 tokens are .591.
    assert found("abAcBdCefDgEhiFjGkHlmI", "abJcKdLefMgNhiOjPkQlmR") == ""


def test_under_three_fifths_a_run_of_four_tokens_is_a_match_and_one_of_three_is_none() -> None:
    assert found("abcdQRSTUV", "abcdMNOPLK") == "abcd"  # 4 of 10
    assert found("abcQRSTUVW", "abcMNOPLKJ") == ""
    assert found("QRSTUVabcd", "MNOPLKabcd") == "abcd"
    assert found("QRSTUVWabc", "MNOPLKJabc") == ""


# Short runs beside a run of four; X to Z and their like keep the share of tokens found under .6.


@pytest.mark.parametrize(
    ("tokens", "page", "expected"),
    [
        # Three tokens between the runs, in the piece or in the page or in both: near.
        ("abcdXYZeQRSTU", "abcdeMNOPLKJI", "abcde"),
        ("abcdeQRSTUXYZ", "abcdMNOeLKJIP", "abcde"),
        ("abcdXYZeQRSTU", "abcdMNOePLKJI", "abcde"),
        ("QRSTUeXYZabcd", "MNOPLKJIeabcd", "eabcd"),
        ("XYZQRSTUeabcd", "LKJIPeMNOabcd", "eabcd"),
        # Four tokens on either side: far.
        ("abcdXYZWeQRSTU", "abcdeMNOPLKJIH", "abcd"),
        ("abcdeQRSTUXYZW", "abcdMNOPeLKJIH", "abcd"),
        ("QRSTUeXYZWabcd", "MNOPLKJIHeabcd", "abcd"),
        ("XYZWQRSTUeabcd", "LKJIHeMNOPabcd", "abcd"),
    ],
)
def test_a_short_run_is_a_match_up_to_three_tokens_from_a_run_of_four(tokens: str, page: str, expected: str) -> None:
    assert found(tokens, page) == expected


def test_a_short_run_that_is_a_match_vouches_for_the_next_in_both_directions() -> None:
    # e is three tokens from the run, f three tokens from e: 6 of 16 tokens.
    assert found("abcdXYZeUVWfQRSTKL", "abcdMNOePGHfIJBCDE") == "abcdef"
    assert found("KLQRSTfUVWeXYZabcd", "BCDEIJfPGHeMNOabcd") == "feabcd"
    # Nothing vouches for e and f without a run of four.
    assert found("abcXYZeUVWfQRSTKL", "abcMNOePGHfIJBCDE") == ""


def test_a_run_of_four_vouches_on_both_sides_at_once() -> None:
    assert found("QRSeXabcdYfTUVWZ", "MNOeLabcdKfPGHIJ") == "eabcdf"


def test_a_far_run_is_no_bridge_to_a_nearer_one() -> None:
    # f is near e, and e is four tokens from the run.
    assert found("abcdXYZWefQRSTUV", "abcdMNOPefLKJIHG") == "abcd"


# The window of a longer page


def test_of_two_places_in_a_page_the_one_that_fits_better_is_taken() -> None:
    page = list("abcXY") + [f"P{number}" for number in range(30)] + list("abcde")
    assert matches(list("abcde"), page) == [(0, 35), (1, 36), (2, 37), (3, 38), (4, 39)]


def numbered(letter: str, count: int) -> list[str]:
    """Tokens that stand nowhere else."""
    return [f"{letter}{number}" for number in range(count)]


@pytest.mark.parametrize("rest", ["abcdefg", "abcdefghij"])
def test_a_token_may_lie_a_quarter_of_the_piece_and_three_tokens_from_the_window(rest: str) -> None:
    # Pieces of 8 and of 11 tokens: 8 // 4 + 3 = 11 // 4 + 3 = 5. The window is the rest with one token put in, which
    # no other stretch of 8 or 11 tokens equals. z is the fifth token from it, and then the sixth.
    window = [*rest[:3], "X", *rest[3:]]
    for between, expected in ((4, "z" + rest), (5, rest)):
        gap = numbered("B", between)
        assert found_in(["z", *rest], [*numbered("P", 20), "z", *gap, *window, *numbered("Q", 20)]) == expected
        # At the very start of the page.
        assert found_in(["z", *rest], ["z", *gap, *window, *numbered("Q", 20)]) == expected
    for between, expected in ((4, rest + "z"), (5, rest)):
        gap = numbered("B", between)
        assert found_in([*rest, "z"], [*numbered("P", 20), *window, *gap, "z", *numbered("Q", 20)]) == expected
        assert found_in([*rest, "z"], [*window, *gap, "z", *numbered("Q", 20)]) == expected


def test_a_piece_as_long_as_the_page_is_compared_with_all_of_it() -> None:
    # The best window of the page is its first 24 tokens, whose margin of 40 // 4 + 3 = 13 ends before z; with z 25 of
    # the 40 tokens are found, more than .6.
    rest = numbered("a", 24)
    tokens = [*numbered("X", 8), *rest, *numbered("Y", 7), "z"]
    assert found_in(tokens, [*rest, *numbered("P", 15), "z"]) == "".join([*rest, "z"])
