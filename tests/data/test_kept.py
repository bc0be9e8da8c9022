"""Files of a folder of work: whole or not there, and one problem of the folder where nothing can be written."""

import errno
import os
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from detente.data.kept import kept
from detente.data.partitions import PLACE, spill, spill_pieces
from detente.data.pieces import Stretch
from detente.data.problems import Problem, ValidationError

FRAME = pl.DataFrame({PLACE: range(100_000), "id": [f"i{number}" for number in range(100_000)]})
ADVICE = "make it writable, with room, or name another folder with --work"


def write(path: Path, error: OSError | None = None) -> None:
    with kept(path) as place:
        place.write_text("half")
        if error:
            raise error


def test_a_file_has_its_name_only_when_it_is_whole(tmp_path: Path) -> None:
    with kept(tmp_path / "rows") as place:
        place.write_text("rows")
        assert [*tmp_path.iterdir()] == [place]
    assert [*tmp_path.iterdir()] == [tmp_path / "rows"]
    with pytest.raises(OSError, match="no luck"):
        write(tmp_path / "rows", OSError("no luck"))
    assert (tmp_path / "rows").read_text() == "rows"
    assert [*tmp_path.iterdir()] == [tmp_path / "rows"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EFBIG])
def test_what_keeps_all_from_writing_is_a_problem_of_the_folder(number: int, tmp_path: Path) -> None:
    with pytest.raises(ValidationError) as invalid:
        write(tmp_path / "rows", OSError(number, os.strerror(number), "anything"))
    message = f"cannot be written: {os.strerror(number)}: {ADVICE}"
    assert invalid.value.problems == (Problem("not-writable", str(tmp_path), message),)
    assert not [*tmp_path.iterdir()]


def test_what_may_go_well_another_time_is_an_error_as_it_was(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="no luck"):
        write(tmp_path / "rows", OSError(errno.EIO, "no luck"))
    with pytest.raises(OSError, match="no luck"):
        write(tmp_path / "rows", OSError("no luck (os error 5)"))
    assert not [*tmp_path.iterdir()]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("library", ["Python", "polars", "Arrow"])
def test_a_full_disk_is_known_whoever_writes(library: str, tmp_path: Path) -> None:
    def fill() -> None:
        with kept(tmp_path / "rows") as place:
            place.symlink_to("/dev/full")
            if library == "Python":
                place.write_bytes(b"rows")
            elif library == "polars":
                FRAME.write_ipc(place, compression="lz4")
            else:
                table = FRAME.to_arrow()
                with pa.ipc.new_file(str(place), table.schema) as writer:
                    writer.write_table(table)

    with pytest.raises(ValidationError, match=f"not-writable: cannot be written: No space left on device: {ADVICE}"):
        fill()


def test_what_cannot_be_written_is_no_fault_of_what_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lines.jsonl").write_text("{}\n")
    stretch = Stretch(str(tmp_path / "lines.jsonl"), "lines", 0, None)

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(pa.ipc, "new_file", full)
    unread: list = []
    frame = pl.DataFrame({PLACE: [1], "id": ["a"]})
    with pytest.raises(ValidationError, match="not-writable"):
        spill_pieces(stretch, 100, str(tmp_path / "part"), 4, lambda _: [frame], unread)
    assert unread == []


def test_what_cannot_be_read_is_told_and_what_was_before_it_is_kept(tmp_path: Path) -> None:
    (tmp_path / "lines.jsonl").write_text("{}\n")
    stretch = Stretch(str(tmp_path / "lines.jsonl"), "lines", 0, None)

    def frames(_: object):
        yield pl.DataFrame({PLACE: [1], "id": ["a"]})
        yield pl.DataFrame({PLACE: [], "id": []}, schema={PLACE: pl.Int64, "id": pl.String})
        raise ValidationError([Problem("not-json", "lines.jsonl", "is broken")])

    unread: list = []
    found = spill_pieces(stretch, 100, str(tmp_path / "part"), 4, frames, unread)
    assert found == {"lines": 1, "rows": 1, "files": [str(tmp_path / "part-00000.arrow")]}
    assert unread == [(0, "not-json", "is broken")]


def test_rows_are_spilled_whole(tmp_path: Path) -> None:
    spill(FRAME, tmp_path / "rows.arrow", 4)
    assert [*tmp_path.iterdir()] == [tmp_path / "rows.arrow"]
