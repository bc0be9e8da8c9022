"""Files are written whole or not at all, where a link leads to, with the mode that they had."""

import gzip
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from detente.data import files
from detente.data.files import FILES, rewrite_folder, write_folder, write_whole
from detente.data.problems import ValidationError


def test_a_link_stays_one_and_its_target_is_replaced_with_its_mode(tmp_path: Path) -> None:
    target, link = tmp_path / "folder" / "target", tmp_path / "link"
    target.parent.mkdir()
    target.write_text("old")
    target.chmod(0o600)
    link.symlink_to("folder/target")
    write_whole(link, "é")
    assert link.is_symlink()
    assert target.read_bytes() == "é".encode()
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["folder", "link", "target"]


def test_a_link_that_leads_nowhere_gets_its_target(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("new")
    write_whole(tmp_path / "link", b"data")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "new").read_bytes() == b"data"


def test_a_pipe_is_written_to_and_stays_one(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    write_whole(pipe, b"data")
    reader.join(10)
    assert read == [b"data"]
    assert pipe.is_fifo()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="a device node needs root")
def test_a_device_of_its_own_stays_one(tmp_path: Path) -> None:
    node = tmp_path / "mynull"
    try:
        os.mknod(node, 0o600 | stat.S_IFCHR, os.makedev(1, 3))
        node.write_bytes(b"")
    except OSError:
        pytest.skip("no device nodes here")
    write_whole(node, b"data")
    assert node.is_char_device()


def test_a_failed_write_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_text("old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(ValidationError, match="not-writable: cannot be written: No space left on device"):
        write_whole(path, "new")
    assert [each.name for each in tmp_path.iterdir()] == ["file"]
    assert path.read_text() == "old"


def test_what_a_killed_process_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    dead, alive = int(done.stdout), os.getppid()
    kept = {f".detente-writes-{alive}", ".detente-writes-mine", ".other-1"}
    for name in (f".detente-writes-{dead}", f".detente-writes-{os.getpid()}", *kept):
        (tmp_path / name).write_text("half")
    write_whole(tmp_path / "file", "new")
    assert {path.name for path in tmp_path.iterdir()} == {"file", *kept}


def test_a_long_name_is_a_name(tmp_path: Path) -> None:
    write_whole(tmp_path / ("x" * 255), "new")
    assert (tmp_path / ("x" * 255)).read_text() == "new"


def test_a_folder_is_written_whole(tmp_path: Path) -> None:
    write_folder(tmp_path / "new" / "folder", {"a.txt": b"a", "b/c.txt": b"c"})
    assert (tmp_path / "new" / "folder" / "b" / "c.txt").read_bytes() == b"c"
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["folder"]


def test_a_folder_that_cannot_be_written_whole_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="not-writable: cannot be written"):
        write_folder(tmp_path / "folder", {"a": b"a", "a/b": b"b"})  # a file, and a folder of its name
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("make", [Path.touch, lambda path: (path.mkdir(), (path / "mine").touch())])
def test_what_is_in_the_place_of_a_folder_is_kept(tmp_path: Path, make) -> None:
    make(tmp_path / "folder")
    with pytest.raises(ValidationError, match="is there already"):
        write_folder(tmp_path / "folder", {"a": b"a"})
    assert [path.name for path in tmp_path.rglob("*")] == [
        "folder",
        *(["mine"] if (tmp_path / "folder").is_dir() else []),
    ]


@pytest.mark.parametrize("name", ["../a", "b/../../a", "/tmp/a"])
def test_nothing_is_written_outside_a_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValidationError, match="would lie outside of it"):
        write_folder(tmp_path / "folder", {"b": b"b", name: b"a"})
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    left = tmp_path / ".detente-writes-99999999"
    left.mkdir()
    (left / "half").touch()
    write_whole(tmp_path / "a", b"a")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def listed(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_folder_is_written_again_without_what_it_no_longer_has(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    rewrite_folder(folder, {"a": b"1", "b": b"2"})
    assert listed(folder) == {"a": b"1", "b": b"2", FILES: b"a\nb\n"}
    rewrite_folder(folder, {"a": b"3"})
    assert listed(folder) == {"a": b"3", FILES: b"a\n"}
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_an_empty_folder_is_written_into(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    rewrite_folder(tmp_path / "folder", {"a": b"1"})
    assert set(listed(tmp_path / "folder")) == {"a", FILES}


def test_a_link_to_a_folder_stays_one(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    for data in (b"1", b"2"):
        rewrite_folder(tmp_path / "link", {"a": data})
        assert (tmp_path / "link").is_symlink()
        assert (tmp_path / "real" / "a").read_bytes() == data


@pytest.mark.parametrize(
    ("there", "message"),
    [
        (("mine",), "has mine, which was not written with it"),
        (("a/",), "has a, which was not written with it"),  # a folder of the name of a file
        ((f"{FILES}/",), "is there already"),
    ],
)
def test_somebodys_own_files_are_not_written_over(tmp_path: Path, there: tuple[str, ...], message: str) -> None:
    folder = tmp_path / "folder"
    rewrite_folder(folder, {"a": b"1"})
    for name in there:
        (folder / name).unlink(missing_ok=True)
        (folder / name).mkdir() if name.endswith("/") else (folder / name).write_bytes(b"own")
    before = sorted(path.name for path in folder.iterdir())
    with pytest.raises(ValidationError, match=message):
        rewrite_folder(folder, {"a": b"2"})
    assert sorted(path.name for path in folder.iterdir()) == before


def test_a_folder_or_file_that_was_not_written_so_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a").write_bytes(b"own")
    (tmp_path / "file").write_bytes(b"own")
    for name in ("folder", "file"):
        with pytest.raises(ValidationError, match="is there already: name a new folder, or an empty one"):
            rewrite_folder(tmp_path / name, {"a": b"1"})
    assert listed(tmp_path / "folder") == {"a": b"own"}


def test_a_folder_that_cannot_be_replaced_is_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "folder"
    rewrite_folder(folder, {"a": b"1"})
    replace = Path.replace

    def full(self: Path, target: Path) -> Path:
        if self.name == "new":
            raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(ValidationError, match="cannot be written: No space left on device"):
        rewrite_folder(folder, {"a": b"2"})
    assert listed(folder)["a"] == b"1"
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]
    with pytest.raises(ValidationError, match="No space left"):
        rewrite_folder(tmp_path / "other", {"a": b"2"})
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_a_packed_stream_ends_where_it_holds_too_many_times_its_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MOST_PACKED", 3)
    path = tmp_path / "f.gz"
    packed = gzip.compress(bytes(300), mtime=0)
    for size, held in ((100, 300), (99, None)):  # 3 · 100 is enough, 3 · 99 = 297 is not
        path.write_bytes(packed + bytes(size - len(packed)))  # zeros after a member are skipped
        with files.max_input(1), files.unpacking(path) as stream:
            if held:
                assert len(stream.read()) == held
            else:
                with pytest.raises(ValidationError, match="has more than 297 bytes, unpacked, 3 times its size"):
                    stream.read()
    with files.max_input(300), files.unpacking(path) as stream:
        assert len(stream.read()) == 300, "what an input may have is never too much"
