"""JSON Lines are read strictly: every line has its number, every fault its place, no key comes twice."""

import time

import pytest

from detente.data.files import max_input
from detente.data.jsonl import (
    Line,
    broken_document,
    describe,
    parse_document,
    parse_lines,
    parse_records,
)

SEVERAL_LINES = "the file is JSON over several lines: write each object on one line, or all in one array"


def problems_of(data: bytes) -> list[tuple[str, str]]:
    lines, problems = parse_lines(data, "f")
    assert {problem.code for problem in problems} <= {"not-json"}
    assert not {line.location for line in lines} & {problem.location for problem in problems}
    return [(problem.location, problem.message) for problem in problems]


def test_lines_keep_the_numbers_that_an_editor_shows() -> None:
    data = b'\xef\xbb\xbf{"a": 1}\r\n\n  \n{"b": "\xe2\x80\xa8"}\n\n{"c": null}'
    # U+2028 inside a string is no end of a line; blank lines count, and hold nothing.
    expected = [Line("f:1", {"a": 1}), Line("f:4", {"b": "\u2028"}), Line("f:6", {"c": None})]
    assert parse_lines(data, "f") == (expected, [])
    assert parse_lines(b"", "f") == ([], [])


def test_a_bad_line_hides_no_other() -> None:
    lines, problems = parse_lines(b'{"a": 1}\nx\n{"b": 1}\n[1]\n{"c": 1}\n', "f")
    assert [line.location for line in lines] == ["f:1", "f:3", "f:5"]
    assert [problem.location for problem in problems] == ["f:2", "f:4"]


def test_a_byte_that_is_not_utf8_has_its_line_and_its_place_in_it() -> None:
    message = "byte 8 of the line (0xe9) is not UTF-8: save the file as UTF-8"
    # {"a":"b   seven bytes; the eighth is wrong, on the second line.
    assert problems_of(b'{"a":1}\n{"a":"b\xe9"}\n') == [("f:2", message)]
    # The mark of the byte order is no part of the first line.
    assert problems_of(b'\xef\xbb\xbf{"a":"b\xe9"}\n') == [("f:1", message)]
    # 0xc3 alone at the end of a line is half a character.
    assert problems_of(b'{"a":"b\xc3') == [("f:1", message.replace("0xe9", "0xc3"))]


def test_json_that_ends_too_soon_has_its_column() -> None:
    assert problems_of(b'{"a": 1}\n{"a": }\n') == [
        ("f:2", "not JSON at column 7: Expecting value; write one JSON object a line")
    ]


@pytest.mark.parametrize(
    ("line", "keys"),
    [
        (b'{"a": 1, "a": 1}', "'a'"),
        (b'{"b": 1, "a": 1, "b": 2, "c": 3, "a": 4}', "'a', 'b'"),
        (b'{"x": [{"a": 1, "a": 2}]}', "'a'"),
        (b'{"a": 1, "\\u0061": 2}', "'a'"),
    ],
)
def test_no_object_has_a_key_twice_at_any_depth(line: bytes, keys: str) -> None:
    assert problems_of(line) == [("f:1", f"the key {keys} occurs twice in one object")]


def test_equal_keys_of_two_objects_are_no_duplicates() -> None:
    assert parse_lines(b'{"a": {"a": 1}, "b": {"a": 2}}', "f") == ([Line("f:1", {"a": {"a": 1}, "b": {"a": 2}})], [])


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_constants_that_json_does_not_have_are_refused(constant: str) -> None:
    assert problems_of(f'{{"a": [{constant}]}}'.encode()) == [
        ("f:1", f"{constant} is not JSON: write a number or null")
    ]


@pytest.mark.parametrize("start", [b"\x1f\x8b", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"PK\x03\x04", b"BZh", b"PAR1"])
def test_binary_files_are_known_by_their_first_bytes(start: bytes) -> None:
    assert problems_of(start + b'\n{"a": 1}\n') == [
        ("f:1", "the file is binary or compressed: unpack it to JSON Lines")
    ]


def test_a_zero_byte_among_the_first_4096_makes_a_file_binary_and_one_behind_them_a_bad_line() -> None:
    filled = b'{"a": 1}\n' + b" " * (4095 - 9)
    assert problems_of(filled + b"\0") == [("f:1", "the file is binary or compressed: unpack it to JSON Lines")]
    assert [place for place, _ in problems_of(filled + b" \0")] == ["f:2"]


def test_a_document_is_read_as_strictly_as_a_line() -> None:
    assert parse_document(b'\xef\xbb\xbf {"a": 1} ', "f") == ({"a": 1}, [])
    assert parse_document(b'{"a": 1}\n{"a": 2}', "f") == (None, [])
    found, [problem] = parse_document(b'{"a": {"b": 1, "b": 1}}', "f")
    assert (found, str(problem)) == (None, "f: not-json: the key 'b' occurs twice in one object")


def test_a_broken_document_says_where_it_breaks() -> None:
    assert str(broken_document(b'{"a":\n  }', "f")) == "f:2: not-json: not JSON at column 3: Expecting value"
    assert str(broken_document(b'{"a": "\xe9"}', "f")) == "f: not-json: byte 8 (0xe9) is not UTF-8"
    assert str(broken_document(b"3", "f")) == "f: not-json: neither a JSON object of pages nor JSON Lines"


def test_a_value_of_more_than_40_characters_is_cut_and_one_of_40_is_not() -> None:
    # The quotes are two of them.
    assert describe("x" * 38) == '"' + "x" * 38 + '"'
    assert describe("x" * 39) == '"' + "x" * 36 + '…"'
    assert [describe(value) for value in ({"a": 1}, [1], None, True, 1.5, "é")] == [
        *("an object", "a list", "null", "true", "1.5", '"é"'),
    ]


@pytest.mark.parametrize("data", [b'[{"a": 1}, {"a": 2}]', b'\xef\xbb\xbf\n[\n  {\n    "a": 1\n  },\n{"a": 2}\n]\n'])
def test_an_array_of_records_is_read_like_lines(data: bytes) -> None:
    assert parse_records(data, "f") == ([Line("f:record 1", {"a": 1}), Line("f:record 2", {"a": 2})], [])


def test_each_item_of_an_array_that_is_no_record_is_named() -> None:
    lines, problems = parse_records(b'[{"a": 1},\n 3, [1]]', "f")
    assert lines == [Line("f:record 1", {"a": 1})]
    assert list(map(str, problems)) == [
        "f:record 2: not-json: a record is a JSON object, not 3",
        "f:record 3: not-json: a record is a JSON object, not a list",
    ]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b'[\n{"a": 1},\n{"a": }\n]', "f:3: not-json: not JSON at column 7: Expecting value"),
        (b'[\n{"a": 1},\n', "f:2: not-json: not JSON at column 10: Expecting value"),
        (b'[\n{"a": 1, "a": 2}\n]', "f: not-json: the key 'a' occurs twice in one object"),
        (b"[\n" + b"[" * 100_000, "f: not-json: the file is nested too deeply to be a record"),
        (b"[" * 100_000, "f:1: not-json: the line is nested too deeply to be a record"),
        (b'{\n  "a": 1\n}\n{\n  "a": 2\n}\n', f"f:1: not-json: {SEVERAL_LINES}"),
    ],
)
def test_a_document_over_several_lines_that_cannot_be_read_is_one_problem(data: bytes, problem: str) -> None:
    lines, problems = parse_records(data, "f")
    assert (lines, list(map(str, problems))) == ([], [problem])


def test_a_list_on_a_line_of_its_own_is_a_bad_line_among_others() -> None:
    lines, [problem] = parse_records(b'[1]\n{"a": 1}\n', "f")
    assert lines == [Line("f:2", {"a": 1})]
    assert str(problem) == "f:1: not-json: a line is one JSON object, not a list"


def test_numbers_that_no_float_holds_are_refused() -> None:
    assert problems_of(b'{"a": 1e309}') == [("f:1", "the number 1e309 is too large to be read")]
    assert problems_of(b'{"a": ' + b"9" * 301 + b"}") == [("f:1", "a number has 301 digits: write at most 300")]
    assert parse_lines(b'{"a": [1e308, ' + b"9" * 300 + b"]}", "f")[1] == []


def test_lines_and_records_have_limits() -> None:
    with max_input(2000):  # a line of 200 bytes, 40 records
        fitting = b'{"a": "' + b"x" * 191 + b'"}'
        assert len(fitting) == 200
        assert parse_lines(fitting, "f")[1] == []
        [problem] = parse_lines(fitting + b" ", "f")[1]
        assert str(problem).startswith("f:1: not-readable: the line has more than 200 bytes: ")
        for read, most, place in (
            (parse_lines, b"{}\n" * 40, "f:41"),
            (parse_records, b"[" + b"{}," * 39 + b"{}]", "f"),
        ):
            assert len(read(most, "f")[0]) == 40
            [problem] = read(most.replace(b"{}", b"{}\n{}" if place == "f:41" else b"{},{}", 2), "f")[1]
            assert problem.location == place
            assert "has more than 40 records" in problem.message


def test_keys_that_come_twice_are_counted_in_linear_time_and_ten_are_named() -> None:
    keys = [f"{number:05}" for number in range(20_000)]
    data = "{" + ",".join(f'"{key}":1,"{key}":2' for key in keys) + "}"
    start = time.perf_counter()
    [(_, message)] = problems_of(data.encode())
    assert time.perf_counter() - start < 2  # a quadratic count takes 15 s
    named = ", ".join(map(repr, keys[:10]))
    assert message == f"the key {named} and 19,990 more occurs twice in one object"
