"""`repeats`: which segments of a page copy another."""

import pytest

from detente.tasks.boilerplate.duplicates import Segment, repeats, words

FOUR = "the quiet harbour wakes"
FIVE = "the quiet harbour wakes slowly"
OTHER_FIVE = "nets dry along the quay"


def body(name: str, text: str) -> Segment:
    return Segment(name, text, True)


def other(name: str, text: str) -> Segment:
    return Segment(name, text, False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Share  THIS\narticle", ("share", "this", "article")),
        ("“Quoted,” she said.", ("quoted", "she", "said")),
        ("‘a’ «b» ‹c› „d“ ‚e‛ ‟f´ `g`", tuple("abcdefg")),
        ("Stop. Stop, stop: stop; stop! stop? stop…", ("stop",) * 7),
        ('He said "no.". He said ("no").', ("he", "said", "no", "he", "said", '("no")')),
        ("it’s it‘s it‛s it´s it`s", ("it's",) * 5),
        ('. " … “”', ()),
        ("3.5 a,b ...dots", ("3.5", "a,b", "...dots")),
        ("one – two - (three)", ("one", "–", "two", "-", "(three)")),
        ("'x' xx", ("x", "xx")),
        ("", ()),
    ],
)
def test_words_are_folded(text: str, expected: tuple[str, ...]) -> None:
    assert words(text) == expected


def test_five_words_in_a_row_repeat_and_four_do_not() -> None:
    found = repeats(
        [body("p", f"Today {FIVE} again"), other("five", f"See {FIVE}"), other("four", f"Hear {FOUR} fast")]
    )
    assert found == {"p": None, "five": "p", "four": None}


def test_five_words_must_stand_together_and_in_order() -> None:
    apart, turned = "the quiet harbour never wakes slowly", "slowly wakes harbour quiet the"
    assert repeats([body("p", FIVE), other("apart", apart), other("turned", turned)]) == {
        "p": None,
        "apart": None,
        "turned": None,
    }


def test_the_five_words_may_stand_anywhere_in_either() -> None:
    assert repeats([body("p", f"{FIVE} and on it goes"), other("n", f"as it was said {FIVE}")])["n"] == "p"


def test_equal_segments_repeat_however_few_their_words() -> None:
    assert repeats([other("a", "Share"), other("b", "“SHARE!”"), other("c", "Share it")]) == {
        "a": None,
        "b": "a",
        "c": None,
    }


def test_a_short_segment_inside_a_longer_one_repeats_nothing() -> None:
    assert repeats([body("p", f"{FIVE} today"), other("n", FOUR)])["n"] is None


def test_segments_without_words_do_not_repeat_each_other() -> None:
    assert repeats([other("a", "…"), other("b", "…"), other("c", '"')]) == {"a": None, "b": None, "c": None}


def test_body_never_repeats() -> None:
    assert repeats([other("n", FIVE), body("p", FIVE), body("q", FIVE)]) == {"n": "p", "p": None, "q": None}


def test_another_repeats_body_after_it_but_nothing_else_after_it() -> None:
    assert repeats([other("n", FIVE), other("later", FIVE)]) == {"n": None, "later": "n"}
    assert repeats([other("n", FIVE), body("p", f"{FIVE} today")]) == {"n": "p", "p": None}


def test_a_whole_match_wins_over_body_in_part_that_stands_before_it() -> None:
    assert repeats([body("p", f"{FIVE} today"), other("a", FIVE), other("b", FIVE)]) == {"p": None, "a": "p", "b": "a"}


def test_of_whole_matches_body_wins_over_what_stands_before_it() -> None:
    assert repeats([other("a", "News"), other("b", "News"), body("p", "News")])["b"] == "p"


def test_of_matches_in_part_body_wins_over_what_stands_before_it() -> None:
    segments = [other("a", f"{FIVE} again"), other("b", f"see {FIVE}"), body("p", f"{FIVE} today")]
    assert repeats(segments)["b"] == "p"


def test_among_equals_the_first_in_page_order_wins() -> None:
    assert repeats([body("p", f"{FIVE} one"), other("n", FIVE), body("q", f"{FIVE} two")])["n"] == "p"
    assert repeats([other("a", "News"), other("b", "News"), other("c", "News")]) == {"a": None, "b": "a", "c": "a"}
    assert repeats([body("p", f"{OTHER_FIVE}"), body("q", FIVE), other("n", f"{FIVE} {OTHER_FIVE}")])["n"] == "p"


def test_a_page_without_segments_has_no_repeats() -> None:
    assert repeats([]) == {}
