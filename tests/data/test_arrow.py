"""Arrow and Feather files are read as Parquet is: within the limits, and damaged ones are refused."""

import io
from collections.abc import Callable
from random import Random
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
from pyarrow import feather

from detente.data.arrow import bounded
from detente.data.files import max_input
from detente.data.jsonl import Line
from detente.data.tabular import read_lines

TABLE = pl.DataFrame(
    {
        "id": ["a", "b"],
        "label": ["a label of more than twelve bytes", None],
        "score": [0.5, float("nan")],
        "model": pl.Series(["x", "y"], dtype=pl.Categorical),
        "p": [{"favor": 1.0, "none": None}, {"favor": None, "none": float("nan")}],
        "tokens": [["a word of more than twelve bytes", "b"], []],
    }
)
RECORDS = [
    {
        "id": "a",
        "label": "a label of more than twelve bytes",
        "score": 0.5,
        "model": "x",
        "p": {"favor": 1.0},
        "tokens": ["a word of more than twelve bytes", "b"],
    },
    {"id": "b", "model": "y", "p": {}, "tokens": []},
]


def bytes_of(write: Callable[..., Any], *arguments: Any) -> bytes:
    data = io.BytesIO()
    write(data, *arguments)
    return data.getvalue()


def feather_of(table: pa.Table, compression: str = "zstd") -> bytes:
    return bytes_of(lambda data: feather.write_feather(table, data, compression=compression))


def read(data: bytes, name: str = "f.arrow") -> tuple[list[Line], list[str]]:
    lines, problems = read_lines(data, name)
    return lines, list(map(str, problems))


@pytest.mark.parametrize("compression", ["uncompressed", "lz4", "zstd"])
@pytest.mark.parametrize("write", [pl.DataFrame.write_ipc, pl.DataFrame.write_ipc_stream])
def test_files_and_streams_are_what_json_would_hold_without_null_and_nan(write: Any, compression: str) -> None:
    data = bytes_of(lambda file: write(TABLE, file, compression=compression))
    for name in ("f.arrow", "f.ipc", "F.FEATHER", "f.arrow.gz"):
        lines, problems = read(data, name)
        assert problems == []
        assert lines == [Line(f"{name}:row {place}", record) for place, record in enumerate(RECORDS, start=1)]


def test_a_sound_table_is_bounded_and_nulls_are_sound() -> None:
    found = bounded(pa.table({"id": ["a", None], "score": [None, 0.5]}))
    assert found is not None
    assert found.to_pylist() == [{"id": "a", "score": None}, {"id": None, "score": 0.5}]


def test_feather_and_parquet_of_one_table_are_the_same_lines() -> None:
    found = [read(feather_of(TABLE.to_arrow()), "f.feather"), read(bytes_of(TABLE.write_parquet), "f.parquet")]
    assert [[line.record for line in lines] for lines, _ in found] == [RECORDS, RECORDS]


def test_batches_follow_one_another() -> None:
    table = pa.table({"id": list(map(str, range(45_000)))})
    data = bytes_of(lambda file: feather.write_feather(table, file, chunksize=7_000))
    lines, problems = read(data)
    assert problems == []
    assert [line.record["id"] for line in lines] == list(map(str, range(45_000)))
    assert lines[-1].location == "f.arrow:row 45000"


def test_the_first_version_of_feather_is_named() -> None:
    assert read(b"FEA1" + bytes(20), "f.feather")[1] == [
        "f.feather: not-json: is Feather of version 1: write version 2, or Parquet"
    ]


def test_headers_are_judged_as_those_of_parquet() -> None:
    assert read(feather_of(pa.table({"ID": ["a"], "p": [1], "p.a": [1]})))[1] == [
        "f.arrow: not-json: the column 'p' stands beside columns of its parts: give one or the other",
        "f.arrow: not-json: the table has no column id; did you mean 'ID'? Call it id",
    ]
    assert read(feather_of(pa.table({"id": pa.array([], pa.string())})))[1] == [
        "f.arrow:1: no-predictions: the file is empty: write one prediction a line"
    ]


def test_types_whose_values_cannot_be_counted_are_refused() -> None:
    views = pa.array([[1]], pa.list_view(pa.int64()))
    assert read(bytes_of(stream_of, pa.table({"id": ["a"], "x": views})))[1] == [
        "f.arrow: not-json: columns of the type list_view<item: int64> are not read: write Parquet"
    ]


def stream_of(file: Any, table: pa.Table) -> None:
    with pa.ipc.new_stream(file, table.schema) as writer:
        writer.write_table(table)


# Limits


@pytest.mark.parametrize("compression", ["zstd", "lz4", "uncompressed"])
@pytest.mark.parametrize(
    "words",
    [
        ["x" * 1000] * 300,
        pa.array(["x" * 1000] * 300, pa.string_view()),
        pa.DictionaryArray.from_arrays([0] * 300, ["x" * 1000]),
    ],
    ids=["words", "views", "dictionary"],
)
def test_what_is_small_when_packed_or_shared_counts_as_what_it_is(words: Any, compression: str) -> None:
    data = feather_of(pa.table({"id": list(map(str, range(300))), "label": words}), compression)
    with max_input(400_000):
        assert len(read(data)[0]) == 300
    with max_input(300_000):
        lines, [problem] = read(data)
    assert lines == []
    assert problem.startswith("f.arrow: not-readable: has more than 300,000 bytes, unpacked")


def test_what_a_message_declares_is_judged_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    """120 MB of one letter, in a few kilobytes."""
    data = feather_of(pa.table({"id": ["x" * 120_000_000]}))
    assert len(data) < 20_000
    monkeypatch.setattr(pa.ipc, "open_file", None)  # whoever opens it, unpacks it
    assert read(data)[1][0].startswith("f.arrow: not-readable: has more than 100,000,000 bytes, unpacked")


@pytest.mark.parametrize("rows", [100, 101])
def test_there_is_a_limit_of_records(rows: int) -> None:
    with max_input(5_000):
        lines, problems = read(feather_of(pa.table({"id": ["a"] * rows})))
    assert (len(lines), len(problems)) == ((100, 0) if rows == 100 else (0, 1))
    assert all("has more than 100 records" in problem for problem in problems)


@pytest.mark.parametrize("length", [1_998, 1_999])
def test_nulls_in_lists_take_no_bytes_but_count(length: int) -> None:
    nulls = pa.FixedSizeListArray.from_arrays(pa.nulls(length), length)
    with max_input(20_000):  # 2,000 values: an id, a list, and what is in it
        lines, problems = read(feather_of(pa.table({"id": ["a"], "n": nulls})))
    assert (len(lines), len(problems)) == ((1, 0) if length == 1_998 else (0, 1))


# Damage


@pytest.mark.parametrize("write", [pl.DataFrame.write_ipc, pl.DataFrame.write_ipc_stream])
def test_files_that_are_damaged_anywhere_are_a_problem_or_a_table(write: Any) -> None:
    chance = Random(0)
    for compression in ("uncompressed", "zstd"):
        whole = bytes_of(lambda file, packed=compression: write(TABLE, file, compression=packed))
        for _ in range(300):
            damaged = bytearray(whole)
            for _ in range(chance.choice((1, 1, 5))):
                damaged[chance.randrange(len(damaged))] = chance.randrange(256)
            _, problems = read(bytes(damaged))
            assert all("\n" not in problem and len(problem) < 400 for problem in problems)


@pytest.mark.parametrize("write", [pl.DataFrame.write_ipc, pl.DataFrame.write_ipc_stream])
def test_files_that_are_cut_off_are_a_problem_or_end_with_a_batch(write: Any) -> None:
    whole = bytes_of(lambda file: write(TABLE, file))
    for length in range(0, len(whole) - 1, 7):
        lines, problems = read(whole[:length])
        assert problems or [line.record for line in lines] == RECORDS


def test_what_is_no_arrow_at_all_is_told() -> None:
    for data in (b"ARROW1", b"ARROW1 and no more", b'{"id": "a"}\n', b"\xff" * 100):
        lines, [problem] = read(data)
        assert lines == []
        assert problem.startswith("f.arrow: not-json: not Arrow, or damaged: ")
