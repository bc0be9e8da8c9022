"""Whether all words of a Parquet file are in its pages, in whole: told by its page headers alone."""

import io
import random
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
from pyarrow import parquet as pq

from detente.data import parquet
from detente.data.parquet_pages import is_plain
from detente.data.pieces import pieces, stretches_of
from detente.data.words import words_of

ROWS = 300
TABLE = pa.table(
    {
        "id": [f"page-{number}" for number in range(ROWS)],
        "label": ["favor", "none", None] * (ROWS // 3),
        "n": list(range(ROWS)),
        "x": [number / 7 for number in range(ROWS)],
        "b": [True, False, None] * (ROWS // 3),
    }
)
DIFFERENCES: dict[str, Any] = {"use_dictionary": ["label"], "column_encoding": {"id": "DELTA_BYTE_ARRAY"}}
PLAIN: list[dict[str, Any]] = [
    {},
    {"use_dictionary": False},
    {"compression": "none"},
    {"compression": "zstd", "data_page_version": "2.0"},
    {"use_dictionary": False, "column_encoding": {"id": "DELTA_LENGTH_BYTE_ARRAY", "n": "DELTA_BINARY_PACKED"}},
    {"data_page_size": 64, "write_batch_size": 8, "write_page_index": True, "write_page_checksum": True},
]


def written(table: pa.Table = TABLE, **how: Any) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(table, buffer, row_group_size=100, **how)
    return buffer.getvalue()


@pytest.mark.parametrize("how", PLAIN)
def test_words_that_are_there_in_whole(how: dict[str, Any]) -> None:
    assert is_plain(written(**how), range(3), 1 << 20)


def test_words_without_what_they_begin_with_are_not() -> None:
    data = written(**DIFFERENCES)
    assert not is_plain(data, range(3), 1 << 20)
    assert not is_plain(
        written(use_dictionary=False, data_page_version="2.0", column_encoding={"id": "DELTA_BYTE_ARRAY"}),
        range(3),
        1 << 20,
    )
    assert words_of(data, "a.parquet", ["id", "label"]) is None
    assert words_of(written(), "a.parquet", ["id", "label"]) is not None


def test_row_groups_that_are_not_asked_for_do_not_count() -> None:
    buffer = io.BytesIO()
    pl.from_arrow(TABLE).write_parquet(buffer, row_group_size=100)  # type: ignore[union-attr]
    assert is_plain(buffer.getvalue(), range(1, 2), 1 << 20)
    assert is_plain(buffer.getvalue(), range(0), 0)
    assert not is_plain(buffer.getvalue(), range(3, 4), 1 << 20)  # there is none


def test_the_pages_sizes_are_those_unpacked() -> None:
    """Three pages of a hundred numbers of 8 bytes, below 7 that say that none is null: a length of 4, a run of 3."""
    data = written(pa.table({"n": list(range(ROWS))}), use_dictionary=False, compression="zstd")
    most = next(size for size in range(1 << 14) if is_plain(data, range(3), size))
    assert most == 3 * (100 * 8 + 4 + 3)
    assert is_plain(data, range(1), most // 3)
    assert not is_plain(data, range(1), most // 3 - 1)


def test_what_is_damaged_is_never_plain_by_an_error() -> None:
    chance = random.Random(0)
    whole = written()
    footer = int.from_bytes(whole[-8:-4], "little")
    for _ in range(3_000):
        data = bytearray(whole)
        for _ in range(chance.choice((1, 2, 8))):
            place = chance.choice((len(data) - 1 - chance.randrange(footer + 8), chance.randrange(len(data))))
            data[place] = chance.choice((0, 0x7F, 0x80, 0xFF, chance.randrange(256)))
        assert is_plain(bytes(data), range(3), 1 << 20) in (True, False)
    for cut in (b"", b"PAR1", whole[:-1], whole[len(whole) // 2 :], b"\xff" * 4_000 + b"\x40\x0f\0\0PAR1"):
        assert not is_plain(cut, range(3), 1 << 20)


def rows(path: Path) -> pa.Table:
    found = [piece.data for stretch in stretches_of(path) for piece in pieces(stretch)]
    assert all(isinstance(each, pa.Table) for each in found)
    return pl.concat([pl.from_arrow(each) for each in found if isinstance(each, pa.Table)], how="vertical").to_arrow()  # type: ignore[type-var, union-attr]


@pytest.mark.parametrize("how", [*PLAIN, DIFFERENCES])
def test_rows_are_the_same_with_and_without_views(
    tmp_path: Path, how: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a*b.parquet"  # a name that is no pattern
    path.write_bytes(written(**how))
    seen = rows(path)
    monkeypatch.setattr(parquet, "views", lambda *_: None)
    assert rows(path).equals(seen)
    assert seen.to_pylist() == TABLE.to_pylist()


def test_there_are_views_of_words_numbers_and_truth_values_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"

    def viewed(table: pa.Table, most: int = 1 << 20, groups: range = range(3), **how: Any) -> "pl.DataFrame | None":
        path.write_bytes(written(table, **how))
        return parquet.views(path, pq.read_schema(path), parquet.about(path), groups, most)

    assert viewed(TABLE) is not None
    assert viewed(TABLE, **DIFFERENCES) is None
    assert viewed(TABLE, most=100) is None
    assert viewed(TABLE, groups=range(0)) is None
    part = viewed(TABLE, groups=range(1, 3))
    assert part is not None
    assert part["n"].to_list() == list(range(100, 300))
    for odd in (pa.array([b"a"]), pa.array([["a"]]), pa.array(["a"]).dictionary_encode(), pa.array([1], pa.date32())):
        assert viewed(pa.table({"id": odd}), groups=range(1)) is None


def test_so_many_values_are_viewed_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(written())
    for most, seen in ((5 * ROWS, True), (5 * ROWS - 1, False)):
        monkeypatch.setattr(parquet, "_MOST_VALUES", most)
        found = parquet.views(path, TABLE.schema, parquet.about(path), range(3), 1 << 20)
        assert (found is not None) == seen


@pytest.mark.parametrize(("values", "plain"), [(100, True), (99, False), (101, False), (-100, False)])
def test_pages_have_a_value_for_each_row(values: int, plain: bool) -> None:
    """Whole numbers are written in zigzag, seven bits a byte: 100 as 200, which is c8 01."""

    def number(value: int) -> bytes:
        zigzag = value << 1 if value >= 0 else -2 * value - 1
        return bytes((0x15, zigzag & 127 | 128, zigzag >> 7))  # a field of 32 bits, the next one

    data = written(pa.table({"n": list(range(ROWS))}), use_dictionary=False)
    assert number(100) == b"\x15\xc8\x01"
    assert data.count(number(100)) == 3
    assert is_plain(data.replace(number(100), number(values), 1), range(3), 1 << 20) == plain


@pytest.mark.parametrize(("values", "plain"), [(9, True), (10, False)])
def test_a_dictionary_has_no_more_words_than_bytes(values: int, plain: bool) -> None:
    data = written(pa.table({"id": ["abcde"] * 100}))  # four bytes say that there are five
    page = b"\x15\x04\x15\x12\x15"  # a dictionary of nine bytes
    place = data.index(page)
    head = data.index(b"\x4c\x15\x02", place)  # its header, and that it has one word
    changed = data[: head + 2] + bytes((2 * values,)) + data[head + 3 :]
    assert is_plain(data, range(1), 1 << 20)
    assert is_plain(changed, range(1), 1 << 20) == plain
