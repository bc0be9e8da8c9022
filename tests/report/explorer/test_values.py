"""Words of rows as values: links, meanings, passages, and what steers a display."""

from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from detente.data.corpus import Corpus
from detente.report.explorer.values import Names, Value, href


@pytest.fixture
def names(two: Corpus) -> Names:
    return Names(two)


@pytest.mark.parametrize(
    ("path", "address"),
    [((), "p.html"), (("a:b",), "p.html#a%3Ab"), (("x", "a#1/2>é"), "p.html#x/a%231%2F2%3E%C3%A9")],
)
def test_an_address_can_be_taken_apart_again(path: tuple[str, ...], address: str) -> None:
    assert href("p", *path) == address


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("detente-901", Value("detente-901", "detente-901.html", "Paris is shut.")),
        ("detente-901:c02", Value("detente-901:c02", "detente-901.html#claims/detente-901%3Ac02", "Sentence 2.")),
        ("paris-shut", Value("paris-shut", "propositions.html#paris-shut", "Paris is shut.")),
        ("ivan-envoy", Value("ivan-envoy", "sources.html#ivan-envoy", "Ivan Envoy")),
        ("monday-statement", Value("monday-statement", "sources.html#monday-statement", "statement")),
        ("nobody", Value("nobody")),
        ("a\u202eb", Value("a\\u202eb")),
    ],
)
def test_an_id_leads_to_what_has_it(names: Names, name: str, value: Value) -> None:
    assert names.named(name) == value


def test_sources_alone_are_called_by_their_names(names: Names) -> None:
    assert names.called("france") == Value("France", "sources.html#france", "france")
    assert names.called("monday-statement").text == "monday-statement"
    assert names.called("nobody") == Value("nobody")


@pytest.mark.parametrize(
    ("value", "lines"),
    [
        (None, [["–"]]),
        ([], [["–"]]),
        (True, [["yes"]]),
        (False, [["no"]]),
        (2, [["2"]]),
        ("word", [["word"]]),
        (["one", "two"], [["one", "two"]]),
        ({"a_b": 1, "c": ["x", "y"]}, [["a b", "1", "c", "x", "y"]]),
        ([{"a": 1}, {"a": None}], [["a", "1"], ["a", "–"]]),
        ([{"start": 16, "end": 22}], [["“France”"]]),
        ([{"start": 16, "end": 22, "link": 0}, {"start": 0, "end": 5, "link": 1}], [["“France”"], ["“Paris”"]]),
        ({"start": 0, "end": 5}, [["“Paris”"]]),
        ({"start": 0, "end": 5, "field": "date"}, [["start", "0", "end", "5", "field", "date"]]),
    ],
)
def test_every_kind_of_value_has_its_lines(names: Names, value: Any, lines: list[list[str]]) -> None:
    found = names.lines("claims", "column", value, "detente-901")
    assert [[word.text for word in line] for line in found] == lines


@pytest.mark.parametrize(("scale", "text"), [(2, "+2"), (0, "0"), (-1, "−1")])
def test_a_scale_has_its_sign(names: Names, scale: int, text: str) -> None:
    assert names.lines("stance", "scale", scale) == [[Value(text)]]


def test_a_label_has_the_meaning_of_its_column_and_no_other(names: Names) -> None:
    ((label,),) = names.lines("agreement", "label", "agree")
    assert label.note.startswith("the page says so")
    assert names.lines("stance", "label", "agree") == [[Value("agree")]]
    assert names.lines("claims", "label", "agree") == [[Value("agree")]]


def test_the_meanings_are_those_of_the_corpus(two: Corpus) -> None:
    own = replace(two.inventory, channels=(*two.inventory.channels, "carrier_pigeon"))
    assert Names(Corpus(two.folder, own=own)).defined("attribution", "channel", "carrier_pigeon") == "carrier pigeon"
    assert Names(two).defined("attribution", "channel", "carrier_pigeon") == ""


def test_a_long_passage_is_cut_away_from_its_page(names: Names) -> None:
    (quote,) = names.quoted("detente-901", [{"start": 16, "end": 40}], "claims", "x", longest=10)
    assert quote == Value("“France is…”", "detente-901.html#claims/x")


def test_what_steers_a_display_is_shown_as_what_it_is(two: Corpus) -> None:
    rows = two.rows("articles")
    rows[1]["text"] = "a\u202eb\x1b[0m\r\n<b>"
    corpus = Corpus(two.folder, made={"articles": pl.DataFrame(rows, schema=two.table("articles").schema)})
    (quote,) = Names(corpus).quoted("detente-901", [{"start": 0, "end": 12}])
    assert quote.text == "“a\\u202eb\\x1b[0m\n<b>”"


def test_a_place_in_a_text_free_export_is_said(text_free: Corpus) -> None:
    names = Names(text_free)
    assert names.prose("see ⟦detente-900:19-48⟧ now") == "see [detente-900, characters 19 to 48] now"
    assert names.quoted("detente-901", [{"start": 16, "end": 40}])[0].text == "characters 16 to 40"
