"""An extractor's output: a text or its paragraphs, and what became of the page."""

import pytest

from detente.data.fields import PredictionError
from detente.tasks.content_extraction.prediction import Output, parse


def test_a_text_without_a_visible_character_is_empty() -> None:
    assert parse(None, {"text": " a"}) == Output(" a", None, "text")
    assert parse(None, {"text": " \n"}) == Output(" \n", None, "empty")
    assert parse(None, {"text": ""}) == Output("", None, "empty")


def test_paragraphs_are_joined_by_a_blank_line() -> None:
    assert parse(None, {"paragraphs": ["a", "b"]}) == Output("a\n\nb", ("a", "b"), "text")
    assert parse(None, {"paragraphs": []}) == Output("", (), "empty")


def test_a_crash_has_no_text_but_its_line_is_read_all_the_same() -> None:
    assert parse(None, {"text": "a", "error": "timed out"}) == Output("", (), "crashed")
    assert parse(None, {"text": "a", "error": ""}).kind == "text"
    with pytest.raises(PredictionError, match=r"paragraphs\[1\] is 2, not a string; paragraphs\[2\] is null"):
        parse(None, {"paragraphs": ["a", 2, None], "error": "timed out"})
