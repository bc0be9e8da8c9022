"""What is read in pieces is never held whole: files that unpack to far more than they are, and rows without an end."""

import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import pyarrow
import pytest

from detente.data.arrow_pieces import about
from detente.data.files import MOST_PACKED, max_input
from detente.data.pieces import Piece, fits, pieces, stretches_of
from detente.data.problems import ValidationError

SIZE = 1_000
"""About how many bytes a piece has here."""
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "xz": lzma.compress,
    "zst": lambda data: bytes(pyarrow.compress(data, "zstd", asbytes=True)),
}
ROWS = {
    "jsonl": ("", '{"id": "i1", "label": "favor", "raw": "%s"}\n' % ("a" * 100)),
    "csv": ("id,label,raw\n", "i1,favor,%s\n" % ("a" * 100)),
}


def read(path: Path, taken: list[Piece]) -> None:
    """Reads a file in pieces, each of which is told as soon as it is there."""
    for stretch in stretches_of(path, SIZE):
        for piece in pieces(stretch):
            taken.append(piece)  # noqa: PERF402 - `extend` would lose what comes before a refusal


def refused(path: Path) -> tuple[str, str, str, int]:
    """Where it is refused, with which rule and why, and after how many bytes."""
    taken: list[Piece] = []
    with pytest.raises(ValidationError) as invalid:
        read(path, taken)
    (problem,) = invalid.value.problems
    return Path(problem.location).name, problem.code, problem.message, sum(len(each.data) for each in taken)


@pytest.mark.parametrize("packer", PACKERS)
@pytest.mark.parametrize("form", ROWS)
def test_a_small_file_that_unpacks_to_far_more_is_refused(tmp_path: Path, form: str, packer: str) -> None:
    header, row = ROWS[form]
    data = (header + row * 50_000).encode()
    path = tmp_path / f"bomb.{form}.{packer}"
    path.write_bytes(PACKERS[packer](data))
    most = MOST_PACKED * path.stat().st_size
    assert 10_000 < most < len(data)
    with max_input(len(data)):
        taken: list[Piece] = []
        read(path, taken)  # so many bytes an input may have
        assert sum(len(each.data) for each in taken) >= len(data)
        assert max(len(each.data) for each in taken) <= SIZE + len(header) + len(row)
    with max_input(10_000):
        name, code, message, bytes_taken = refused(path)
    assert (name, code) == (path.name, "not-readable")
    assert message.startswith(f"has more than {most:,} bytes, unpacked, {MOST_PACKED} times its size: ")
    assert "--max-input" in message
    assert bytes_taken <= most * (1 + len(header) / SIZE)  # pieces of cells have the header again


@pytest.mark.parametrize("packer", PACKERS)
@pytest.mark.parametrize("form", ROWS)
def test_a_line_without_an_end_is_refused(tmp_path: Path, form: str, packer: str) -> None:
    path = tmp_path / f"line.{form}.{packer}"
    header = ROWS[form][0] if form == "csv" else '{"id": "i0", "label": "favor"}\n'

    def write(length: int) -> None:
        data = f"{header}{'a' * length}\n".encode()
        path.write_bytes(PACKERS[packer](data))

    with max_input(50_000):  # a line a tenth of it, beyond the piece in which it begins
        write(5_000 + SIZE - len(header) - 1)
        read(path, [])
        write(5_000 + SIZE - len(header))
        name, code, message, bytes_taken = refused(path)
    assert (name, code, bytes_taken) == (path.name, "not-readable", 0)
    assert message.startswith("has a line of more than 5,000 bytes: ")


@pytest.mark.parametrize("packer", ["", *PACKERS])
def test_a_cell_without_an_end_is_refused(tmp_path: Path, packer: str) -> None:
    path = tmp_path / f"cell.csv{'.' * bool(packer)}{packer}"
    start = "id,label,raw\n" + "i0,favor,\n" * 98 + 'i1,fav,"'  # 13 + 980 + 8 = 1,001 bytes: the piece ends inside
    assert len(start) == SIZE + 1
    ten = "ten bytes\n"

    def write(lines: int) -> None:
        data = f'{start}\n{lines * ten}"\n'.encode()
        path.write_bytes(PACKERS[packer](data) if packer else data)

    with max_input(50_000):
        write(499)  # the piece ends with its line; 10 × 499 + 2 = 4,992 bytes after it
        taken: list[Piece] = []
        read(path, taken)
        assert len(taken) == 1
        write(500)  # 5,002
        name, code, message, bytes_taken = refused(path)
    assert (name, code, bytes_taken) == (path.name, "not-readable", 0)
    assert message.startswith("has a row of more than 5,000 bytes: ")


def arrow(path: Path, batches: list[pyarrow.RecordBatch], compression: str | None = "zstd") -> Path:
    options = pyarrow.ipc.IpcWriteOptions(compression=compression)
    with pyarrow.ipc.new_file(str(path), batches[0].schema, options=options) as writer:
        for batch in batches:
            writer.write_batch(batch)
    return path


def words(*values: str) -> pyarrow.RecordBatch:
    return pyarrow.RecordBatch.from_pydict({"id": list(values)})


def test_small_batches_of_arrow_are_put_together_and_large_ones_divided(tmp_path: Path) -> None:
    # A word of six bytes and its offset of four are ten bytes: ten batches of ten words are 1,000.
    small = [words(*[f"word{place:02}"] * 10) for place in range(20)]
    taken: list[Piece] = []
    read(arrow(tmp_path / "small.arrow", small), taken)
    assert [(each.before, each.length) for each in taken] == [(0, 100), (0, 100)]  # in two stretches
    taken.clear()
    read(arrow(tmp_path / "large.arrow", [words(*["word00"] * 201)]), taken)
    assert [(each.before, each.length) for each in taken] == [(0, 100), (100, 100), (200, 1)]


def test_a_file_of_arrow_fits_by_what_it_has_unpacked(tmp_path: Path) -> None:
    path = arrow(tmp_path / "large.arrow", [words("a" * 1_000_000)])
    size = about(path).size
    assert path.stat().st_size < 100_000
    assert 1_000_000 <= size < 1_000_100  # with its offsets
    for most in (size, size - 1):
        with max_input(most):
            assert fits(path) == (most == size)


@pytest.mark.parametrize("packer", PACKERS)
def test_a_file_is_looked_through_again_when_it_or_the_limit_has_changed(tmp_path: Path, packer: str) -> None:
    path = tmp_path / f"texts.jsonl.{packer}"
    path.write_bytes(PACKERS[packer](b"a" * 1_000))
    for most in (1_000, 999, 1_000):
        with max_input(most):
            assert fits(path) == (most == 1_000)
    path.write_bytes(PACKERS[packer](b"a" * 1_001))
    with max_input(1_000):
        assert not fits(path)


@pytest.mark.parametrize("compression", [None, "zstd"])
def test_a_batch_of_arrow_that_unpacks_to_more_than_an_input_may_have_is_refused(
    tmp_path: Path, compression: str | None
) -> None:
    path = arrow(tmp_path / "batch.arrow", [words("a" * 1_000_000)], compression)
    with max_input(1_100_000):
        read(path, [])
    with max_input(900_000):
        if compression is None:  # it is mapped into memory, and as large as its file
            read(path, [])
        else:
            name, code, message, bytes_taken = refused(path)
            assert (name, code, bytes_taken) == ("batch.arrow", "not-readable", 0)
            assert message.startswith("has a batch of more than 900,000 bytes, unpacked: ")


def test_values_that_rows_of_arrow_share_count_each_by_itself(tmp_path: Path) -> None:
    shared = pyarrow.array(["a" * 1_000] * 10_000).dictionary_encode()  # ten million bytes
    path = arrow(tmp_path / "shared.arrow", [pyarrow.RecordBatch.from_arrays([shared], ["id"])], None)
    assert 200 * path.stat().st_size < 10_000_000
    with max_input(10_000_000):
        read(path, [])
    with max_input(100_000):
        taken: list[Piece] = []
        with pytest.raises(ValidationError, match="each value by itself, 200 times its size"):
            read(path, taken)
    assert not taken
