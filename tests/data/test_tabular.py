"""Predictions in CSV and Parquet are the lines that JSON would hold, each with its place in the file."""

import io
from decimal import Decimal
from random import Random
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from detente.data.files import max_input
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


def test_tabs_divide_the_cells_of_tsv() -> None:
    assert read_lines(b"id\tlabel\na\tx, y\n", "F.TSV") == ([Line("F.TSV:2", {"id": "a", "label": "x, y"})], [])
    [problem] = read_lines(b"id,label\na,x\n", "f.tsv")[1]
    assert problem.message == "the header has no column id: separate cells by tabs, not by semicolons or commas"


@pytest.mark.parametrize("text", ["007", "1.0", "1e3", "nan"])
def test_a_cell_of_words_is_no_number_and_a_number_is_one_only_as_json_writes_it(text: str) -> None:
    [line], _ = csv_of(f"id,label,score\n{text},{text},1\n")
    assert line.record == {"id": text, "label": text, "score": 1.0}


def test_what_only_python_reads_as_a_number_stays_a_word() -> None:
    header, row = "id,a,b,c,d,e,f", "x,1_000,inf,nan,٣, 1,+.5e-1"
    [line], _ = csv_of(f"{header}\n{row}\n")
    assert line.record == {"id": "x", "a": "1_000", "b": "inf", "c": "nan", "d": "٣", "e": " 1", "f": 0.05}


def test_a_text_longer_than_the_csv_module_allows_by_itself_is_read() -> None:
    [line], problems = csv_of("id,text\na," + "x" * 131_073 + "\n")
    assert (len(line.record["text"]), problems) == (131_073, [])


def test_every_fault_of_a_header_is_told_at_once() -> None:
    assert csv_of("ID,a,a,b,b.c, d\n1,2,3,4,5,6\n")[1] == [
        "f.csv:1: not-json: the column 'a' is there 2 times (columns 2, 3): keep one",
        "f.csv:1: not-json: the column 'b' stands beside columns of its parts: give one or the other",
        "f.csv:1: not-json: the column ' d' has white space around its name: remove it",
        "f.csv:1: not-json: the table has no column id; did you mean 'ID'? Call it id",
    ]


def test_columns_without_a_name_are_no_repetition() -> None:
    assert csv_of(",id,\n0,a,1\n") == ([Line("f.csv:2", {"": 1.0, "id": "a"})], [])


def arrow(columns: list[Any], names: list[str]) -> tuple[list[Line], list[str]]:
    data = io.BytesIO()
    pq.write_table(pa.table(columns, names=names), data)
    lines, problems = read_lines(data.getvalue(), "f.parquet")
    return lines, list(map(str, problems))


def test_a_column_that_parquet_has_twice_is_refused_with_its_places() -> None:
    assert arrow([["a"], ["x"], ["y"]], ["id", "label", "label"]) == (
        [],
        ["f.parquet: not-json: the column 'label' is there 2 times (columns 2, 3): keep one"],
    )


def test_decimals_categories_and_nested_columns_are_what_json_would_hold() -> None:
    shares = [{"a": Decimal("0.5"), "b": None}]
    columns = [["x"], [Decimal("1.50")], pa.array(["y"]).dictionary_encode(), shares, [[[0, 5]]]]
    lines, problems = arrow(columns, ["id", "score", "label", "p", "spans"])
    assert problems == []
    assert lines == [
        Line("f.parquet:row 1", {"id": "x", "score": 1.5, "label": "y", "p": {"a": 0.5}, "spans": [[0, 5]]})
    ]
    assert type(lines[0].record["score"]) is float


@pytest.mark.parametrize("values", [["x" * 1000] * 300, pa.DictionaryArray.from_arrays([0] * 300, ["x" * 1000])])
def test_a_value_that_rows_share_counts_for_each(values: Any) -> None:
    with max_input(400_000):
        assert len(arrow([list(map(str, range(300))), values], ["id", "label"])[0]) == 300
    with max_input(300_000):
        [problem] = arrow([list(map(str, range(300))), values], ["id", "label"])[1]
    assert problem.startswith("f.parquet: not-readable: has more than 300,000 bytes, unpacked")


@pytest.mark.parametrize("rows", [100, 101])
def test_tables_have_a_limit_of_records(rows: int) -> None:
    with max_input(5_000):
        found = [
            csv_of("id\n" + "a\n" * rows),
            arrow([["a"] * rows], ["id"]),
        ]
    for _, problems in found:
        assert len(problems) == (rows == 101)
        assert all("has more than 100 records" in problem for problem in problems)


@pytest.mark.parametrize("rows", [100, 101])
def test_parquet_has_a_limit_of_values_since_nulls_take_no_bytes(rows: int) -> None:
    with max_input(20_000):  # 2,000 values
        problems = arrow([["a"] * rows, *([None] * rows for _ in range(19))], ["id", *map(str, range(19))])[1]
    assert [problem.partition(":")[0] for problem in problems] == ["f.parquet"] * (rows == 101)


@pytest.mark.parametrize("rows", [20_000, 20_001, 45_000])
def test_parquet_that_is_read_in_several_parts_keeps_its_order(rows: int) -> None:
    numbers = list(range(rows))
    lines, problems = arrow([list(map(str, numbers)), numbers, [{"a": number} for number in numbers]], ["id", "n", "p"])
    assert problems == []
    assert [(line.record["id"], line.record["n"], line.record["p"]["a"]) for line in lines] == [
        (str(number), number, number) for number in numbers
    ]
    assert lines[-1].location == f"f.parquet:row {rows}"


def test_bytes_and_words_that_rows_share_are_unpacked_and_counted() -> None:
    words = pa.DictionaryArray.from_arrays([0, None, 1, 0], ["a", "ü"])
    lines, problems = arrow([["1", "2", "3", "4"], words, [1, 2, 3, None]], ["id", "label", "n"])
    assert problems == []
    assert [line.record for line in lines] == [
        {"id": "1", "label": "a", "n": 1},
        {"id": "2", "n": 2},
        {"id": "3", "label": "ü", "n": 3},
        {"id": "4", "label": "a"},
    ]


def test_parquet_that_is_damaged_anywhere_is_a_problem_or_a_table() -> None:
    data = io.BytesIO()
    names = [f"n{number}" for number in range(50)]
    pq.write_table(pa.table({"id": names, "score": [0.5] * 50}), data)
    whole, chance = data.getvalue(), Random(0)
    for _ in range(300):
        damaged = bytearray(whole)
        for _ in range(chance.choice((1, 1, 5))):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        _, problems = read_lines(bytes(damaged), "f.parquet")
        assert all("\n" not in problem.message and len(problem.message) < 400 for problem in problems)
