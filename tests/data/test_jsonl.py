"""JSON Lines are read strictly: every line has its number, every fault its place, no key comes twice."""

import pytest

from detente.data.jsonl import Line, broken_document, describe, parse_document, parse_lines


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
    assert problems_of(line) == [("f:1", f"the key {keys} stands twice in one object")]


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
    assert (found, str(problem)) == (None, "f: not-json: the key 'b' stands twice in one object")


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
