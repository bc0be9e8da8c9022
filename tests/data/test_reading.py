"""Files are read within limits, unpacked by their first bytes, and no pipe is waited for where files are meant."""

import bz2
import gzip
import io
import lzma
import os
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import pyarrow
import pytest

from detente.data.files import (
    max_input,
    max_line,
    max_records,
    max_values,
    read_bytes,
    read_input,
    unpack,
    unpacked_name,
)
from detente.data.problems import ValidationError


def zstd(data: bytes) -> bytes:
    packed: bytes = pyarrow.compress(data, codec="zstd", asbytes=True)
    return packed


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "xz": lzma.compress,
    "gzip": gzip.compress,
    "bz2": bz2.compress,
    "zstd": zstd,
}


def refused(read: Callable[[], object]) -> list[str]:
    with pytest.raises(ValidationError) as invalid:
        read()
    return list(map(str, invalid.value.problems))


LARGE = (
    "f: not-readable: has more than 4,000 bytes, unpacked: if that is right, raise the limit with --max-input, as 1GB"
)


@pytest.mark.parametrize("kind", PACKERS)
def test_what_unpacks_to_as_much_as_is_allowed_is_read_and_a_byte_more_is_not(kind: str) -> None:
    with max_input(4000):
        assert unpack(PACKERS[kind](b"a" * 4000), "f") == b"a" * 4000
        assert refused(lambda: unpack(PACKERS[kind](b"a" * 4001), "f")) == [LARGE]
    assert unpack(PACKERS[kind](b"a" * 4001), "f") == b"a" * 4001


@pytest.mark.parametrize("kind", PACKERS)
@pytest.mark.parametrize("cut", [7, 20, -9])
def test_packed_bytes_that_are_broken_are_one_problem(kind: str, cut: int) -> None:
    [problem] = refused(lambda: unpack(PACKERS[kind](os.urandom(500))[:cut], "f"))
    assert problem.startswith(f"f: not-readable: is packed with {kind} and broken: ")


def test_a_file_may_have_as_many_bytes_as_are_allowed_and_no_more(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"a" * 4001)
    with max_input(4001):
        assert read_bytes(path) == read_input(str(path)) == b"a" * 4001
    with max_input(4000):
        for read in (lambda: read_bytes(path), lambda: read_input(str(path))):
            assert refused(read) == [LARGE.replace("f: ", f"{path}: ", 1)]


def test_the_other_limits_follow_that_of_bytes() -> None:
    with max_input(80_000):
        assert (max_line(), max_records(), max_values()) == (8_000, 1_600, 8_000)
        assert unpack(b"[,{\t" * 2000, "f") == b"[,{\t" * 2000
        [problem] = refused(lambda: unpack(b"[,{\t" * 2000 + b",", "f"))
    assert problem.startswith("f: not-readable: has more than 8,000 commas, tabs and brackets")


def test_a_pipe_is_read_where_it_is_named_and_refused_where_files_are_meant(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    assert refused(lambda: read_bytes(path)) == [f"{path}: not-readable: is a pipe or a device, not a file"]
    writer = Thread(target=path.write_bytes, args=(b"abc",))
    writer.start()
    assert read_input(str(path)) == b"abc"
    writer.join()


def test_standard_input_is_read_within_the_limit_and_may_be_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"a" * 4001)))
    with max_input(4000):
        assert refused(lambda: read_input("-")) == [LARGE.replace("f: ", "standard input: ", 1)]
    monkeypatch.setattr(sys, "stdin", None)
    assert refused(lambda: read_input("-")) == ["standard input: not-readable: is closed"]


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf16_is_told_by_its_byte_order_mark(codec: str) -> None:
    assert unpack("\ufeffé🇫".encode(codec), "f") == "é🇫".encode()
    half = "\ufeffé🇫".encode(codec)[:-2]
    message = "byte 5 is not UTF-16, as its first two bytes say: save the file as UTF-8"
    assert refused(lambda: unpack(half, "f")) == [f"f: not-json: {message}"]


def test_suffixes_of_packing_are_known_in_any_case() -> None:
    assert [unpacked_name(name) for name in ("P.CSV.GZ", "p.csv.gz", "p.csv", "p.zip")] == [
        *("P.CSV", "p.csv", "p.csv", "p.zip"),
    ]
