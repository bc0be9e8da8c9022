"""Characters and tokens in spans of many texts, by hand, and against sets of characters."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.data.page import Page
from detente.metrics.span_columns import Spans
from detente.tasks.attribution.overlaps import LEVELS, outcomes
from detente.text.spans import Span

OUTCOMES = ("tp", "fp", "fn")
Text = tuple[int, list[Span], list[Span]]
"""The place of its page, gold spans and predicted ones."""


def counted(pages: list[str], texts: list[Text]) -> list[dict[str, list[int]]]:
    """Of each text, by level, its true positives, false positives and false negatives."""
    sides = [
        np.array([(number, *span) for number, text in enumerate(texts) for span in text[side]], dtype=np.int64)
        for side in (1, 2)
    ]
    found = outcomes(
        [Page("x", "x", text, ()) for text in pages],
        np.array([page for page, _, _ in texts], dtype=np.int64),
        *(Spans(*side.reshape(-1, 3).T) for side in sides),
    )
    return [
        {level: [int(found[f"{level}_{outcome}"][number]) for outcome in OUTCOMES] for level in LEVELS}
        for number in range(len(texts))
    ]


@pytest.mark.parametrize(
    ("predicted", "token"),
    [
        # Of "four" three characters are more than half, two are not; of "six" two are, one is not.
        ((0, 3), [1, 0, 1]),
        ((0, 2), [0, 0, 2]),
        ((1, 7), [2, 0, 0]),
        ((1, 6), [1, 0, 1]),
    ],
)
def test_a_token_counts_with_more_than_half_of_its_characters(predicted: Span, token: list[int]) -> None:
    assert counted(["four six"], [(0, [(0, 8)], [predicted])])[0]["token"] == token


def test_white_space_and_what_is_covered_twice_count_once_or_not_at_all() -> None:
    # Gold "b c", predicted "a b": b is right, a let in, c lost.
    assert counted(["a b c"], [(0, [(2, 5), (2, 3)], [(0, 2), (1, 4)])]) == [{"char": [1, 1, 1], "token": [1, 1, 1]}]


def test_pages_without_tokens_and_texts_without_spans_have_nothing() -> None:
    nothing = {"char": [0, 0, 0], "token": [0, 0, 0]}
    assert counted([" \n  ", "a"], [(0, [(0, 4)], [(1, 3)]), (1, [], [])]) == [nothing, nothing]
    assert counted([" \n  "], [(0, [(0, 4)], [])]) == [nothing]
    assert counted([], []) == []


PAGES = st.lists(st.text("ab .\n", max_size=9), min_size=1, max_size=3)


@given(PAGES, st.data())
def test_they_are_those_of_sets(pages: list[str], data: st.DataObject) -> None:
    def spans(length: int) -> list[Span]:
        ends = st.tuples(st.integers(0, length), st.integers(0, length)).filter(lambda span: span[0] < span[1])
        return data.draw(st.lists(ends, max_size=3)) if length else []

    places = data.draw(st.lists(st.integers(0, len(pages) - 1), max_size=4))
    texts = [(place, spans(len(pages[place])), spans(len(pages[place]))) for place in places]
    for (place, *sides), found in zip(texts, counted(pages, texts), strict=True):
        page = Page("x", "x", pages[place], ())
        characters = [{at for span in side for at in range(*span) if not page.text[at].isspace()} for side in sides]
        tokens = [
            {start for start, end in page.tokens if 2 * len(each & {*range(start, end)}) > end - start}
            for each in characters
        ]
        for level, (gold, predicted) in zip(LEVELS, (characters, tokens), strict=True):
            assert found[level] == [len(gold & predicted), len(predicted - gold), len(gold - predicted)]
