"""Temporary folders of calls: gone with the call, or removed by the next one if it was killed."""

import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from detente.evaluation.work_folder import remove_abandoned, work_folder

CALL = """
import sys, tempfile
from detente.evaluation.work_folder import work_folder
tempfile.tempdir = sys.argv[1]
with work_folder(None, resume=False) as folder:
    (folder / "rows.arrow").write_text("rows")
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def running(place: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """Another call, which waits, and its folder."""
    command = [sys.executable, "-c", CALL, str(place)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield process, Path(process.stdout.readline().strip())
        process.kill()


def test_a_folder_is_gone_with_its_call(place: Path) -> None:
    with work_folder(None, resume=False) as folder:
        (folder / "rows.arrow").write_text("rows")
        assert folder.parent == place
    assert not [*place.iterdir()]


def test_what_a_killed_call_left_is_removed_by_the_next(
    place: Path, running: tuple[subprocess.Popen[str], Path]
) -> None:
    process, left = running
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert (left / "rows.arrow").exists()
    with work_folder(None, resume=False) as folder:
        assert [*place.iterdir()] == [folder]


def test_what_a_call_uses_is_left_alone(place: Path, running: tuple[subprocess.Popen[str], Path]) -> None:
    _, theirs = running
    with work_folder(None, resume=False) as own:
        remove_abandoned()
        assert {*place.iterdir()} == {own, theirs}
        assert (theirs / "rows.arrow").exists()


def test_what_is_no_folder_of_a_call_is_left_alone(place: Path) -> None:
    kept = [place / "detente-notes", place / "detente-file", place / "other"]
    kept[0].mkdir()  # has no file that a call would have locked
    kept[1].write_text("")
    kept[2].mkdir()
    (kept[2] / ".detente-call").write_text("")  # another name
    link = place / "detente-link"  # leads to what is none of its own
    link.symlink_to(kept[2])
    remove_abandoned()
    assert {*place.iterdir()} == {*kept, link}
    assert (kept[2] / ".detente-call").exists()
