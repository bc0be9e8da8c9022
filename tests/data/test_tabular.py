"""Predictions in CSV and Parquet are the lines that JSON would hold, each with its place in the file."""

import io
from typing import Any

import polars as pl
import pytest

from detente.data.jsonl import Line
from detente.data.tabular import read_lines


def csv_of(text: str | bytes) -> tuple[list[Line], list[str]]:
    lines, problems = read_lines(text if isinstance(text, bytes) else text.encode(), "f.csv")
    return lines, list(map(str, problems))


def parquet_of(columns: dict[str, Any]) -> tuple[list[Line], list[str]]:
    data = io.BytesIO()
    pl.DataFrame(columns).write_parquet(data)
    lines, problems = read_lines(data.getvalue(), "f.parquet")
    return lines, list(map(str, problems))


def test_csv_rows_have_the_number_of_the_line_on_which_they_start() -> None:
    lines, problems = csv_of('id,label\r\n"a\nb",x\r\n\r\nc,y\r\n')
    assert lines == [Line("f.csv:2", {"id": "a\nb", "label": "x"}), Line("f.csv:5", {"id": "c", "label": "y"})]
    assert problems == []


def test_csv_may_begin_with_a_byte_order_mark_and_with_blank_lines() -> None:
    assert csv_of(b"\xef\xbb\xbf\nid,label\na,x\n") == ([Line("f.csv:3", {"id": "a", "label": "x"})], [])


def test_csv_cells_are_numbers_where_they_look_like_it_and_empty_ones_are_no_keys() -> None:
    [line], _ = csv_of("id,score,label,p.a,p.b\na,1,,0.5,x\n")
    assert line.record == {"id": "a", "score": 1.0, "p": {"a": 0.5, "b": "x"}}


def test_each_row_with_a_cell_too_few_or_too_many_is_a_problem_and_hides_no_other() -> None:
    lines, problems = csv_of("id,label\na\nb,x\nc,y,z\nd,\n")
    assert problems == [
        "f.csv:2: not-json: expected 2 columns, as in the header, found 1",
        "f.csv:4: not-json: expected 2 columns, as in the header, found 3",
    ]
    # An empty cell is there, and holds nothing.
    assert lines == [Line("f.csv:3", {"id": "b", "label": "x"}), Line("f.csv:5", {"id": "d"})]


def test_a_byte_that_is_not_utf8_has_its_line() -> None:
    message = "not-json: byte 0xe9 is not UTF-8: save the file as UTF-8"
    assert csv_of(b"id,label\na,x\nb,\xe9\n") == ([], [f"f.csv:3: {message}"])
    assert csv_of(b"id,\xe9\na,x\n") == ([], [f"f.csv:1: {message}"])
    # The first byte of a line belongs to that line, the line feed before it to the one before.
    assert csv_of(b"id,label\n\xe9,x\n") == ([], [f"f.csv:2: {message}"])


def test_a_quote_that_is_not_closed_has_the_line_on_which_its_row_starts() -> None:
    lines, problems = csv_of('id,label\na,x\nb,"y\nc,z\n')
    assert [line.location for line in lines] == ["f.csv:2"]
    assert problems == ["f.csv:3: not-json: not CSV: unexpected end of data"]


@pytest.mark.parametrize("mark", [";", "\t"])
def test_other_separators_are_told_from_the_header(mark: str) -> None:
    message = "the header has no column id: separate cells by commas, not by semicolons or tabs"
    assert csv_of(f"id{mark}label\na{mark}x\n") == ([], [f"f.csv:1: not-json: {message}"])
    # A header with an id is separated by commas, whatever its other columns are called.
    assert csv_of(f"id,la{mark}bel\na,x\n") == ([Line("f.csv:2", {"id": "a", f"la{mark}bel": "x"})], [])


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("id,a,b,a", "the column 'a' is there 2 times (columns 2, 4): keep one"),
        ("id,label,label.1,label.2", "the column 'label' is there 3 times (columns 2, 3, 4): keep one"),
        ("id,p,p.a", "the column 'p' stands beside columns of its parts: give one or the other"),
        ("id,p.a,p.b,p", "the column 'p' stands beside columns of its parts: give one or the other"),
    ],
)
def test_columns_that_would_overwrite_one_another_are_refused(header: str, message: str) -> None:
    row = ",".join("1" for _ in header.split(","))
    assert csv_of(f"{header}\n{row}\n") == ([], [f"f.csv:1: not-json: {message}"])


def test_parquet_rows_are_numbered_from_one_and_null_is_no_key() -> None:
    lines, problems = parquet_of({"id": ["a", "b"], "label": ["x", None], "p.a": [None, 0.5]})
    assert problems == []
    assert lines == [
        Line("f.parquet:row 1", {"id": "a", "label": "x"}),
        Line("f.parquet:row 2", {"id": "b", "p": {"a": 0.5}}),
    ]


def test_parquet_that_is_none_and_parquet_whose_columns_clash_are_problems() -> None:
    lines, [problem] = read_lines(b"PAR1 and no more", "f.parquet")
    assert lines == []
    assert str(problem).startswith("f.parquet: not-json: not Parquet, or damaged: ")
    _, problems = parquet_of({"id": ["a"], "p": [1], "p.a": [1]})
    assert problems == ["f.parquet: not-json: the column 'p' stands beside columns of its parts: give one or the other"]


@pytest.mark.parametrize("name", ["f.jsonl", "f.json", "f", "f.jsonl.xz", "f.txt"])
def test_what_is_neither_csv_nor_parquet_is_json_lines(name: str) -> None:
    assert read_lines(b'\n{"id": "a"}\n', name) == ([Line(f"{name}:2", {"id": "a"})], [])


@pytest.mark.parametrize("name", ["f.csv.gz", "f.CSV", "f.csv.zst"])
def test_the_suffix_of_packing_is_passed_over(name: str) -> None:
    assert read_lines(b"id\na\n", name) == ([Line(f"{name}:2", {"id": "a"})], [])


def test_a_file_without_a_line_says_so() -> None:
    for name, data in (("f.csv", b"id,label\n"), ("f.jsonl", b"\n\n"), ("f.csv", b"")):
        lines, problems = read_lines(data, name)
        assert (lines, [problem.code for problem in problems]) == ([], ["no-predictions"])
    assert parquet_of({"id": pl.Series([], dtype=pl.String)})[1] == [
        "f.parquet:1: no-predictions: the file is empty: write one prediction a line"
    ]
