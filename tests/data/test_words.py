"""Columns of words are what the strict reader finds, or nothing."""

import io
import json
from collections.abc import Iterable

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.data.files import max_input
from detente.data.spellings import printed
from detente.data.tabular import read_records
from detente.data.words import words_of


def strict(data: bytes, name: str) -> list[dict[str, str | None]]:
    lines, problems = read_records(data, name)
    assert not problems
    found = [{key: printed(value) for key, value in line.record.items()} for line in lines]
    return [{key: value for key, value in row.items() if value is not None} for row in found]


def rows_of(frame: pl.DataFrame) -> list[dict[str, str | None]]:
    return [{key: value for key, value in row.items() if value is not None} for row in frame.iter_rows(named=True)]


CERTAIN = {
    "a.csv": b"id,label,year\n007,favor,2016\nb,2,2016.0\nc,x y,\n",
    "crlf.csv": b"id,label\r\n1,a\r\n2,b\r\n",
    "bom.csv": b"\xef\xbb\xbfid,label\n1,a\n2,b",
    "numbers.csv": b"id,label,x,y\n1,a,1e3,-0\n2,b,+5,.5\n3,b,1.50,00\n4,b,nan,12345678901234567890\n",
    "late.csv": b"id,x,label,y\n1,,a,1\n2,p,a,\n",
    "a.tsv": b"id\tlabel\n1\ta,b\n",
    "quoted.csv": b'"id","label","x"\n"007","a, ""b""",""\n8,"c\nd",\n\n"9","",2.0\n',
    "quoted crlf.csv": b'id,"label"\r\n"1",a\r\n2,"b"\r\n',
    "quoted.tsv": b'id\tlabel\n"1\t"\t"a,b"\n',
    "a.jsonl": b'{"id": "a", "label": "x", "n": 1}\n\n{"label":"y","n":2,"id":"b"}\n',
    "escapes.jsonl": b'{"id": "\\u00e9 \\ud83d\\ude00 \\"x\\": ", "label": "\\\\ud800"}\n{"\\u0069d": "b\\n"}\n',
    "null.jsonl": b'{"y": null, "id": "a", "x": null}\n{"id": "b"}\n{"x": "1", "y": "2", "id": "\\/"}\n',
    "colon.jsonl": b'{"id": ":a", "label": "[", "n": -12}\n{"id":":", "label": ": \\"", "n": -0}\n',
    "late.jsonl": b'{"id": "a"}\n' * 200 + b'{"id": "b", "x": 1}\n',
    "whole.jsonl": b'{"id": 7, "label": "x"}\r\n{"id": 8, "label" : "y"}',
}


@pytest.mark.parametrize("name", CERTAIN)
def test_the_words_are_those_of_the_strict_reader(name: str) -> None:
    found = words_of(CERTAIN[name], name)
    assert found is not None
    expected = strict(CERTAIN[name], name)
    assert rows_of(found) == expected
    assert found.columns == list(dict.fromkeys(key for row in expected for key in row))


DOUBTFUL: dict[str, Iterable[bytes]] = {
    "a.csv": (
        b"",
        b"id,label\n",
        b'id,label\n"1"x,a\n',
        b'id,label\nx"1",a\n',
        b'id,label\n1,"a\n2,b\n',
        b'id,label\n"1",a,b\n',
        b'id,label\n"1"\n',
        b'id,label\r\n1,"a\r\nb"\r\n',
        b'"id\n",label\n1,a\n',
        b'id,label\n1,"\xff"\n',
        b"id,label\n1\n2,b\n",
        b"id,label\n1,a,c\n2\n",
        b"id,label\n1,a\n\n2,b\n",
        b"\nid,label\n1,a\n",
        b"id,label\n1,a\r2,b\n",
        b"id,label\n1,\xff\n",
        b"id,id\n1,a\n",
        b"id,label,label\n1,a,b\n",
        b"id,a.b\n1,a\n",
        b"id;label\n1;a\n",
        b"id,label \n1,a\n",
        b"id,label\n1,a\0\n",
    ),
    "a.jsonl": (
        b"",
        b'[{"id": "a"}]',
        b'{"id": "a", "id": "b"}\n',
        b'{"id": "a", "id": 1, "label": "x"}\n{"id": 2, "label": "x"}\n',
        b'{"id": "a"}\n{"id": 1.0}\n',
        b'{"id": "a", "x": 1.5}\n',
        b'{"id": "a", "x": true}\n',
        b'{"id": "a", "x": {"y": 1}}\n',
        b'{"id": "a", "x": ["y"]}\n',
        b'{"id": NaN}\n',
        b'{"id": "a"} x\n',
        b'{"id": "a"}\n"b"\n',
        b'{"id": "a"}\n' * 200 + b'{"id": ["b"]}\n',  # polars takes the types of a hundred records, and turns others
        b'{"id": "a"}\n' * 200 + b'{"id": 1.5}\n',
        b'{"id": 1}\n' * 200 + b'{"id": 1.5}\n',
        b'{"id": 1}\n' * 200 + b'{"id": "2"}\n',
        b'{"id": 1}\n' * 200 + b'{"id": true}\n',
        b'{"id": 1}{"id": 2}\n',
        b'{"id":\n1}\n',
        b'{"a.b": "a", "id": "b"}\n',
        b'{"id": "\\ud800"}\n',
        b'{"id": "\\ud800\\u0041"}\n',
        b'{"id": "\\ude00"}\n',
        b'{"id": "\\x"}\n',
        b'{"id": "a\tb"}\n',
        b'{"id": "a\1b"}\n',
        b'{"id": "a\0b"}\n',
        b'{"id": "a"}\1\n',
        b'{"id": "a"}\0\n',
        b'\0{"id": "a"}\n',
        b'{"id": "a"}\n\0\n{"id": "b"}\n',
        b'{"id\0": "a"}\n',
        b'{"id": "a"}\1{"id": "b"}\n',
        b'{"id": "a", "\\u0069d": "b"}\n',
        b'{"x:": "a", "id": "b"}\n',
        b'{"x:1,": "a", "id": "b"}\n',
        b'{"id": 0.0}\n',
        b'{"id": false}\n',
        b'{"id": 1000000000000000}\n',
        b'{"id": "a"},\n',
    ),
    "a.json": (b'{"id": "a"}\n',),
    "a.parquet": (b"", b"PAR1", b"PAR1" + bytes(100) + b"PAR1"),
}


@pytest.mark.parametrize(("name", "data"), [(name, data) for name, every in DOUBTFUL.items() for data in every])
def test_where_there_is_doubt_there_are_none(name: str, data: bytes) -> None:
    assert words_of(data, name) is None


def parquet(**columns: object) -> bytes:
    buffer = io.BytesIO()
    pl.DataFrame(columns).write_parquet(buffer)
    return buffer.getvalue()


def test_parquet_has_words_whole_numbers_and_truth_values() -> None:
    columns = {"id": ["a", "b"], "n": [1, None], "yes": [True, False], "no": [None, None]}
    data = parquet(**columns, kind=pl.Series(["x", "y"], dtype=pl.Categorical))
    found = words_of(data, "a.parquet")
    assert found is not None
    assert rows_of(found) == strict(data, "a.parquet")
    assert found.columns == ["id", "n", "yes", "kind"]
    assert words_of(parquet(id=["a"], x=[1.5]), "a.parquet") is None
    assert words_of(parquet(id=["a"], x=[["y"]]), "a.parquet") is None
    assert words_of(parquet(id=["a"], id_=[b"y"]), "a.parquet") is None
    assert words_of(data[:-20], "a.parquet") is None


def test_over_a_limit_there_are_none() -> None:
    csv = b"id,label\n" + b"".join(b"%d,a\n" % number for number in range(40))
    lines = b"".join(json.dumps({"id": str(number)}).encode() + b"\n" for number in range(40))
    table = parquet(id=[str(number) for number in range(40)])
    for data, name in ((csv, "a.csv"), (lines, "a.jsonl"), (table, "a.parquet")):
        with max_input(10_000):  # a line of 1,000 bytes, 200 records
            assert words_of(data, name) is not None
        with max_input(1_950):  # 39 records
            assert words_of(data, name) is None
    with max_input(5_000):  # a line of 500 bytes
        assert words_of(b"id,label\n1," + b"a" * 600 + b"\n", "a.csv") is None


CELLS = st.sampled_from(
    [
        "",
        "1",
        "2.0",
        "-0",
        "1e3",
        "x",
        " x ",
        '"',
        '"x"',
        '""',
        '"x""y"',
        '"x,\n"',
        "é",
        "#",
        "null",
        "\r",
        "\n",
        ",",
        ":[",
    ]
)
VALUES = st.sampled_from(
    [
        "1",
        "2.0",
        "-0",
        "01",
        "true",
        "null",
        '"x"',
        '"é"',
        '""',
        '":"',
        '"["',
        '["x"]',
        '{"y": "z"}',
        '"\\u00e9"',
        '"\\ud83d\\ude00"',
        '"\\ud83d"',
        '"\\\\"',
        '": \\""',
        '"\t"',
        '"w"',
        "0",
        "0.0",
        "-7",
        "NaN",
    ]
)


def same_or_none(data: bytes, name: str) -> None:
    found = words_of(data, name)
    if found is not None:
        assert rows_of(found) == strict(data, name)


def test_a_short_row_and_a_long_one_with_empty_cells_do_not_make_up_for_one_another() -> None:
    assert words_of(b"id,label,x\n,\n,1,,", "a.csv") is None
    found = words_of(b"id,label,x\na,b,\nc,d,\n", "a.csv")
    assert found is not None
    assert rows_of(found) == strict(b"id,label,x\na,b,\nc,d,\n", "a.csv")


@given(st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=6), st.sampled_from(["\n", "\r\n"]))
def test_whatever_the_cells_the_words_are_those_of_the_strict_reader(rows: list[list[str]], end: str) -> None:
    same_or_none(end.join([",".join(row) for row in [["id", "label", "x"], *rows]]).encode(), "a.csv")


RECORDS = st.lists(st.tuples(st.sampled_from(["id", "label", "x", "\\u0069d", "x:", "x: 1,"]), VALUES), max_size=4)


@given(st.lists(RECORDS, max_size=5), st.sampled_from(["\n", "\r\n", "\n\n", "", ","]), st.integers(0, 120))
def test_whatever_the_values_the_words_are_those_of_the_strict_reader(
    records: list[list[tuple[str, str]]], end: str, before: int
) -> None:
    first = '{"id": "a", "label": "b"}\n' * before
    lines = ["{" + ", ".join(f'"{key}": {value}' for key, value in record) + "}" for record in records]
    same_or_none((first + end.join(lines)).encode(), "a.jsonl")
