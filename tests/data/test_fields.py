"""A prediction line is read whole: each value by what it must be, each fault with its path, all of them at once."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.data.fields import (
    Field,
    PredictionError,
    Reader,
    label,
    list_of,
    nearest,
    objects,
    offset_unit,
    read,
    registered,
    span,
    spans,
    string,
)

TEXT = "aé🇫b"
"""4 code points; in UTF-8 1 + 2 + 4 + 1 = 8 bytes, in UTF-16 1 + 1 + 2 + 1 = 5 units."""


def read_value(reader: Reader[Any], value: Any) -> Any:
    return read({"value": value}, lambda line: line.get("value", reader))


def faults_of(reader: Reader[Any], value: Any) -> list[tuple[str, str]]:
    with pytest.raises(PredictionError) as refused:
        read_value(reader, value)
    return list(refused.value.faults)


# --- offsets ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("unit", "length"), [("codepoint", 4), ("utf16", 5), ("utf8", 8)])
def test_a_span_may_end_where_the_text_does_and_not_one_past_it(unit: str, length: int) -> None:
    names = {"codepoint": "characters", "utf16": "UTF-16 units", "utf8": "bytes"}
    assert read_value(span(TEXT, unit), [0, length]) == (0, 4)
    message = f"value: end {length + 1} is past the text's {length} {names[unit]}"
    assert faults_of(span(TEXT, unit), [0, length + 1]) == [("span-outside-text", message)]


def test_a_span_may_start_where_the_text_does_and_not_one_before_it() -> None:
    assert read_value(span(TEXT, "codepoint"), [0, 1]) == (0, 1)
    [fault] = faults_of(span(TEXT, "codepoint"), [-1, 1])
    assert fault == ("span-outside-text", "value: start -1 is before the text")


def test_a_span_of_one_character_holds_something_and_one_of_none_nothing() -> None:
    assert read_value(span(TEXT, "codepoint"), [1, 2]) == (1, 2)
    assert faults_of(span(TEXT, "codepoint"), [2, 2]) == [("span-empty", "value: start 2 is not before end 2")]
    assert faults_of(span(TEXT, "codepoint"), [3, 2]) == [("span-empty", "value: start 3 is not before end 2")]


@pytest.mark.parametrize(
    ("unit", "whole"),
    [
        # Where characters begin: 0, then after 1, 1 + 2, 1 + 2 + 4 bytes, and the end.
        ("utf8", {0: 0, 1: 1, 3: 2, 7: 3, 8: 4}),
        ("utf16", {0: 0, 1: 1, 2: 2, 4: 3, 5: 4}),
        ("codepoint", {0: 0, 1: 1, 2: 2, 3: 3, 4: 4}),
    ],
)
def test_offsets_stand_between_characters_and_cut_none(unit: str, whole: dict[int, int]) -> None:
    last = max(whole)
    for start in range(last):
        for end in range(start + 1, last + 1):
            if start in whole and end in whole:
                assert read_value(span(TEXT, unit), [start, end]) == (whole[start], whole[end])
            else:
                message = f"value: [{start}, {end}) cuts a character in two ({unit} offsets)"
                assert faults_of(span(TEXT, unit), [start, end]) == [("span-outside-text", message)]


@given(st.text(st.characters(codec="utf-8"), min_size=1), st.data())
def test_offsets_of_every_unit_name_the_same_characters(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    for unit, codec, width in (("utf8", "utf-8", 1), ("utf16", "utf-16-le", 2), ("codepoint", "utf-32-le", 4)):
        pair = [len(text[:offset].encode(codec)) // width for offset in (start, end)]
        assert read_value(span(text, unit), pair) == (start, end)


@pytest.mark.parametrize("pair", [[0], [0, 1, 2], [True, 2], [0, 1.0], ["0", "1"], (0, 1), "01", {}])
def test_a_span_is_a_list_of_two_whole_numbers(pair: Any) -> None:
    [(rule, message)] = faults_of(span(TEXT, "codepoint"), pair)
    assert rule == "wrong-type"
    assert message.endswith("not a pair of whole numbers")


def test_each_bad_span_of_a_list_is_named_by_its_place() -> None:
    found = faults_of(spans(TEXT, "codepoint"), [[0, 1], [0, 5], [1, 1], 7])
    assert [message.split()[0] for _, message in found] == ["value[1]:", "value[2]:", "value[3]"]
    assert read_value(spans(TEXT, "codepoint"), [[2, 3], [0, 1], [0, 1]]) == ((2, 3), (0, 1), (0, 1))


def test_without_a_known_unit_no_offset_is_judged_but_what_is_no_span_is_named() -> None:
    def line(line: Field) -> Any:
        return line.get("spans", spans(TEXT, offset_unit(line)))

    with pytest.raises(PredictionError) as refused:
        read({"offset_unit": "bytes", "spans": [[0, 99], [2, 2], [0]]}, line)
    assert [rule for rule, _ in refused.value.faults] == ["wrong-type", "span-empty", "wrong-type"]
    assert refused.value.faults[0][1] == 'offset_unit "bytes" is not one of codepoint, utf8, utf16'
    assert read({"spans": [[1, 2]]}, line) == ((1, 2),)
    assert read({"offset_unit": "utf8", "spans": [[1, 3]]}, line) == ((1, 2),)
    assert read({"offset_unit": None, "spans": [[1, 2]]}, line) == ((1, 2),)


# --- words ------------------------------------------------------------------------------------------------------------


def test_a_string_may_be_empty_and_has_whole_characters() -> None:
    assert read_value(string, "") == ""
    assert read_value(string, "🇫") == "🇫"
    assert faults_of(string, 1) == [("wrong-type", "value is 1, not a string")]
    message = "value has half a surrogate pair at character 2: write whole characters"
    assert faults_of(string, "ab\ud83c") == [("wrong-type", message)]


@pytest.mark.parametrize("value", ["C", "", 1, ["a"], {"a": 1}, True])
def test_a_label_is_one_of_its_inventory_in_its_own_case(value: Any) -> None:
    [(rule, message)] = faults_of(label(("a", "c")), value)
    assert rule == "label-unknown"
    assert message.endswith("is not one of a, c")
    assert read_value(label(("a", "c")), "c") == "c"


def test_an_id_is_suggested_from_80_of_100_on_and_not_below() -> None:
    # Similarity is 100 · 2 · common / (both lengths): 2 · 4 / (5 + 5) = 80 %, and 2 · 25 / (31 + 32) = 79.4 %.
    assert nearest("abcdx", ["abcde"]) == ": did you mean abcde?"
    common = "abcdefghijklmnopqrstuvwxy"
    assert nearest(common + "012345", [common + "ABCDEFG"]) == ""
    assert nearest("a", []) == ""
    # Of several the most similar.
    assert nearest("frence", ["france", "frenc", "x"]) == ": did you mean frenc?"


def test_a_source_is_registered() -> None:
    assert read_value(registered({"france": ()}), "france") == "france"
    assert faults_of(registered(["france"]), "frence") == [
        ("label-unknown", 'value "frence" is not a registered source: did you mean france?')
    ]
    assert faults_of(registered(["france"]), "x") == [("label-unknown", 'value "x" is not a registered source')]
    assert faults_of(registered(["france"]), ["france"]) == [("wrong-type", "value is a list, not a source id")]


# --- lists and objects ------------------------------------------------------------------------------------------------


def pair(item: Field) -> tuple[str, str | None]:
    return item.get("a", string) or "", item.get("b", label(("x",)))


PAIRS = objects(pair, ("a",), ("b",), distinct=lambda pair: pair[0])


def test_objects_are_made_of_their_keys_in_the_order_of_the_line() -> None:
    assert read_value(PAIRS, [{"a": "2"}, {"b": "x", "a": "1"}]) == (("2", None), ("1", "x"))
    assert read_value(PAIRS, []) == ()


def test_every_fault_of_every_object_is_named_with_its_path() -> None:
    assert faults_of(PAIRS, [{"a": 1, "b": "y", "z": 0, "c": 0}, {}, None, {"a": "1"}]) == [
        ("unknown-field", "value[0] has 'c', 'z': it knows a, b"),
        ("wrong-type", "value[0].a is 1, not a string"),
        ("label-unknown", 'value[0].b "y" is not one of x'),
        ("wrong-type", "value[1] has no a"),
        ("wrong-type", "value[2] is null, not an object"),
    ]
    assert faults_of(PAIRS, {"a": "1"}) == [("wrong-type", "value is an object, not a list of objects")]
    assert faults_of(objects(pair, ("a", "b")), [{}]) == [("wrong-type", "value[0] has no a, no b")]


def test_an_object_equal_to_a_former_one_is_a_duplicate_and_one_with_a_fault_is_not_compared() -> None:
    assert faults_of(PAIRS, [{"a": "1"}, {"a": "2"}, {"a": "1", "b": "x"}, {"a": "1", "b": "y"}]) == [
        ("id-duplicate", "value[2] is a duplicate of value[0]: give it once"),
        ("label-unknown", 'value[3].b "y" is not one of x'),
    ]
    assert read_value(list_of(string, "strings"), ["1", "1"]) == ("1", "1")
    assert faults_of(list_of(string, "strings", distinct=str), ["1", "1"]) == [
        ("id-duplicate", "value[1] is a duplicate of value[0]: give it once")
    ]


def test_a_key_that_is_null_is_not_there() -> None:
    def line(line: Field) -> Any:
        return line.get("a", string), line.get("b", string)

    assert read({"a": "1"}, line) == read({"a": "1", "b": None}, line) == ("1", None)
    assert read_value(PAIRS, [{"a": "1", "b": None}]) == (("1", None),)
    assert faults_of(PAIRS, [{"a": None}]) == faults_of(PAIRS, [{}])
    # In a list it is an item, and of the wrong type.
    assert faults_of(list_of(string, "strings"), [None]) == [("wrong-type", "value[0] is null, not a string")]


@pytest.mark.parametrize("length", [1000, 1001])
def test_a_name_of_a_thousand_characters_is_compared_with_others_and_a_longer_one_is_not(length: int) -> None:
    known = "x" * length
    meant = f": did you mean {'x' * 80}…{'x' * 39}?"
    assert nearest("x" * (length - 1) + "y", [known]) == (meant if length == 1000 else "")


def test_refused_says_every_fault_of_a_line() -> None:
    refused = PredictionError(("wrong-type", "a is 1"), ("label-unknown", "b is 2"))
    assert str(refused) == "a is 1; b is 2"
    assert refused.faults == (("wrong-type", "a is 1"), ("label-unknown", "b is 2"))
