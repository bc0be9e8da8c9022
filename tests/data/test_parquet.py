"""Parquet files that hold far more than their bytes: refused as they are read, in little memory."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet as pq

from detente.data.arrow_pieces import in_pieces
from detente.data.files import max_input
from detente.data.parquet import batches, parquet_lines
from detente.data.pieces import pieces, stretches_of
from detente.data.problems import ValidationError

READ = """
import resource, sys
from pathlib import Path
from detente.cli import main
resource.setrlimit(resource.RLIMIT_DATA, (4 << 30, 4 << 30))
main(sys.argv[1:])
"""


def same(rows: int, words: dict[str, str]) -> pa.Table:
    """A table of the same row again and again, whose words are in memory once."""
    place = pa.array(np.zeros(rows, dtype="int32"))
    return pa.table({key: pa.DictionaryArray.from_arrays(place, [word]) for key, word in words.items()})


def write(path: Path, table: pa.Table, *, says_types: bool = True) -> Path:
    with pq.ParquetWriter(path, table.schema, compression="zstd", store_schema=says_types) as writer:
        writer.write_table(table)
    return path


@pytest.mark.parametrize("says_types", [True, False])
@pytest.mark.parametrize("shards", [True, False])
def test_ten_gigabytes_in_ten_kilobytes_are_a_problem(tmp_path: Path, says_types: bool, shards: bool) -> None:
    (tmp_path / "p").mkdir()
    bomb = write(
        tmp_path / "p" / "a.parquet", same(1_000_000, {"id": "i", "label": "x" * 10_000}), says_types=says_types
    )
    assert bomb.stat().st_size < 10_000
    (tmp_path / "gold.csv").write_text("id,label\ni,favor\n")
    source = bomb.parent if shards else bomb
    call = ["eval", "score", str(source), "--gold", str(tmp_path / "gold.csv"), "--task", "stance", "--jobs", "1"]
    done = subprocess.run([sys.executable, "-c", READ, *call], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "a.parquet: not-readable: has more than 100,000,000 bytes, " in done.stderr
    assert done.stderr.endswith("--max-input, as 1GB\n1 problem\n")


def test_words_that_share_their_beginnings_are_read_each_by_itself(tmp_path: Path) -> None:
    names = [f"{'x' * 10_000}{number:05}" for number in range(3_000)]
    table = pa.table({"id": names, "label": ["favor"] * 3_000})
    path = tmp_path / "a.parquet"
    pq.write_table(table, path, use_dictionary=["label"], column_encoding={"id": "DELTA_BYTE_ARRAY"})
    data = path.read_bytes()
    found, problems = parquet_lines(data, "a.parquet")
    assert ([line.record["id"] for line in found], problems) == (names, [])
    read = [piece for stretch in stretches_of(path) for piece in pieces(stretch)]
    assert [name for piece in read for name in piece.data["id"].to_pylist()] == names
    with max_input(1_000_000):  # 30 MB in fewer than 150 kB
        assert 200 * path.stat().st_size < 30_000_000
        assert [problem.code for problem in parquet_lines(data, "a.parquet")[1]] == ["not-readable"]
        with pytest.raises(ValidationError, match=r"not-readable: has more than .* bytes, each value by itself"):
            [*pieces(stretches_of(path)[0])]


def test_words_of_a_dictionary_may_be_followed_by_others(tmp_path: Path) -> None:
    kinds = (True, False)  # two files, put together below as row groups of one would be
    paths = [tmp_path / f"{number}.parquet" for number in range(2)]
    for path, dictionary in zip(paths, kinds, strict=True):
        encoding = None if dictionary else {"id": "DELTA_BYTE_ARRAY"}
        pq.write_table(pa.table({"id": ["aa", "ab"]}), path, use_dictionary=dictionary, column_encoding=encoding)
    schema = pq.read_schema(paths[0])
    tables = [batch for path in paths for batch in batches(path, schema, 10, [0])]
    assert [str(each.schema.field("id").type) for each in tables] == [str(pa.dictionary("int32", "string")), "string"]
    read = in_pieces(paths[0], schema, tables, 1 << 20)
    assert [table["id"].to_pylist() for table in read] == [["aa", "ab"] * 2]


def test_what_is_no_parquet_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(ValidationError, match="not-json: not Parquet, or damaged: "):
        stretches_of(tmp_path / "a.parquet")
    assert parquet_lines(b"PAR1 and no more", "a.parquet")[1][0].code == "not-json"
