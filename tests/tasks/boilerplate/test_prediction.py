"""A line of `boilerplate`: a text, spans to keep or to drop, or one 0 or 1 for each line."""

from typing import Any

import numpy as np
import pytest

from detente.data.fields import PredictionError
from detente.data.page import Page
from detente.tasks.boilerplate.prediction import parse

SEGMENTS = ({"id": "a:s01", "start": 0, "end": 5}, {"id": "a:s02", "start": 7, "end": 11})
PAGE = Page("a", "a", "Title\n\nBody\n", SEGMENTS)


def kept(**line: Any) -> str:
    """The characters that a line keeps."""
    value = parse(PAGE, line).value
    assert isinstance(value, np.ndarray)
    return "".join(character for character, keep in zip(PAGE.text, value, strict=True) if keep)


def test_content_and_boilerplate_are_two_ways_to_say_the_same() -> None:
    assert kept(content=[[7, 12]]) == kept(boilerplate=[[0, 7]]) == kept(lines=[0, 1]) == "Body"
    assert kept(content=[]) == kept(lines=[False, False]) == ""
    assert kept(boilerplate=[]) == kept(lines=[True, 1]) == "TitleBody"


def test_spans_may_overlap_and_end_with_the_text() -> None:
    assert kept(content=[[0, 5], [3, 12]]) == "TitleBody"
    with pytest.raises(PredictionError, match=r"content\[1\]: end 13 is past the text's 12 characters"):
        parse(PAGE, {"content": [[0, 12], [0, 13]]})


@pytest.mark.parametrize(("lines", "counted"), [([1], 1), ([1, 0, 1], 3), ([], 0)])
def test_lines_are_as_many_as_the_page_has_that_are_not_blank(lines: list[int], counted: int) -> None:
    with pytest.raises(PredictionError) as refused:
        parse(PAGE, {"lines": lines})
    message = f"lines has {counted} entries, the page has 2 non-blank lines: give one for each"
    assert refused.value.faults == (("line-count", message),)


@pytest.mark.parametrize("lines", [[1, 2], [1, -1], [1, 1.0], [1, "1"], [1, None], "10"])
def test_lines_are_a_list_of_zeros_and_ones(lines: Any) -> None:
    with pytest.raises(PredictionError) as refused:
        parse(PAGE, {"lines": lines})
    assert [rule for rule, _ in refused.value.faults] == ["wrong-type"]


def test_a_line_with_an_error_is_an_empty_text_whatever_it_holds() -> None:
    for form in ("text", "content", "boilerplate", "lines"):
        assert parse(PAGE, {form: None, "error": "timed out"}) == (form, "")
    with pytest.raises(PredictionError, match="text is 1, not a string"):
        parse(PAGE, {"text": 1, "error": ""})
