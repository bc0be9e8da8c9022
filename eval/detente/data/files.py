"""Files as bytes: read within limits and written whole, unpacked by their first bytes."""

import bz2
import codecs
import gzip
import io
import lzma
import os
import platform
import shutil
import stat
import sys
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol

from detente.data.problems import Problem, ValidationError
from detente.text.display import shortened


class _Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


PACKED: Final = (".xz", ".gz", ".zst", ".bz2")
"""The suffixes that say how a file is packed."""
_BESIDE: Final = ".detente-writes-"
"""How the name of a file or folder that is being written begins; the number of the process follows, and of a file
those of its thread and its machine."""
FILES: Final = ".detente-files"
"""Names the files of a folder that may be written again (`rewrite_folder`)."""
STANDARD_INPUT: Final = "-"
MAX_INPUT: Final = 100_000_000
"""How many bytes an input may have that is read whole, unpacked, unless another limit is set."""
_PACKERS: Final = {b"\xfd7zXZ": "xz", b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"BZh": "bz2"}
_OPENERS: Final[dict[str, Callable[[BinaryIO], AbstractContextManager[_Stream]]]] = {
    "xz": lzma.open,
    "gzip": gzip.open,
    "bz2": bz2.open,
}
_BROKEN: Final = (OSError, EOFError, ValueError, lzma.LZMAError, zlib.error, MemoryError)
_CHUNK: Final = 1 << 20
MOST_PACKED: Final = 200
"""What is read in pieces may be so many times as large, unpacked, as it is packed; labels are up to fifty times."""
_LIMIT: Final = ContextVar("max_input", default=MAX_INPUT)


@contextmanager
def max_input(size: int) -> Iterator[None]:
    """Sets how many bytes an input may have that is read whole, unpacked. The other limits follow it.

    What is read in pieces may be larger (`data.pieces`); its lines may not.

    A file of a few hundred kilobytes can unpack to gigabytes, and a few bytes of JSON can take a hundred in memory.
    """
    token = _LIMIT.set(size)
    try:
        yield
    finally:
        _LIMIT.reset(token)


def max_size() -> int:
    """How many bytes an input may have, unpacked."""
    return _LIMIT.get()


def max_line() -> int:
    """How many bytes a line may have: a tenth of the input."""
    return max_size() // 10


def max_records() -> int:
    """How many records an input may have: one for each fifty bytes that it may have.

    A record of two short strings takes about 500 bytes in memory, an empty one 200.
    """
    return max_size() // 50


def max_values() -> int:
    """How many values an input may have: one for each ten bytes that it may have.

    One takes up to a hundred bytes in memory.
    """
    return max_size() // 10


def too_large(name: str, what: str) -> Problem:
    """That an input is over one of the limits, and what to do."""
    return Problem("not-readable", name, f"{what}: if that is right, raise the limit with --max-input, as 1GB")


def reason(error: BaseException) -> str:
    """What a library says of its failure, on one line."""
    return shortened(" ".join(str(error).split()) or type(error).__name__)


def read_bytes(path: Path) -> bytes:
    """The bytes of a file. Pipes and devices, which may have no end, are refused.

    Raises:
        ValidationError: If it is too large or cannot be read, with the system's reason.
    """
    if path.exists() and not path.is_file() and not path.is_dir():
        raise ValidationError([Problem("not-readable", str(path), "is a pipe or a device, not a file")])
    return _read(path)


def state_of(path: Path) -> tuple[int, ...]:
    """What says that a file is as it was when it was read last, and under the same limit."""
    found = path.stat()
    return max_size(), found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def read_input(path: str) -> bytes:
    """The bytes of what the command line names: a file, a pipe, or `-` for standard input.

    Raises:
        ValidationError: If it is too large or cannot be read, with the system's reason.
    """
    if path != STANDARD_INPUT:
        return _read(Path(path))
    if sys.stdin is None:
        raise ValidationError([Problem("not-readable", "standard input", "is closed")])
    return _bounded(sys.stdin.buffer, "standard input")


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return _bounded(file, str(path))
    except OSError as error:
        raise ValidationError([Problem("not-readable", str(path), f"cannot be read: {error.strerror}")]) from error


def _bounded(stream: _Stream, name: str) -> bytes:
    """All bytes of a stream, of which no more are held than the limit."""
    held = io.BytesIO()
    while chunk := stream.read(_CHUNK):
        held.write(chunk)
        if held.tell() > max_size():
            raise ValidationError([too_large(name, f"has more than {max_size():,} bytes, unpacked")])
    return held.getvalue()


def write_whole(path: Path, data: bytes | str | Iterable[str]) -> None:
    """Writes a file, perhaps in parts, whole or not at all: beside its place first, then renamed.

    A symbolic link stays one: what it leads to is replaced. A file keeps its mode. What is no regular file, as a pipe
    or a device, is written to directly.

    Raises:
        ValidationError: If the place cannot be written, with the system's reason.
    """
    parts = [data] if isinstance(data, bytes | str) else data
    content = (part.encode() if isinstance(part, str) else part for part in parts)
    try:
        mode = path.stat().st_mode if path.exists() else None
        if mode is not None and not stat.S_ISREG(mode):
            with path.open("wb") as file:
                file.writelines(content)
        else:
            _replace(path.resolve(), content, mode)
    except OSError as error:
        raise ValidationError([Problem("not-writable", str(path), f"cannot be written: {error.strerror}")]) from error


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Writes a new folder whole or not at all: beside its place first, then renamed.

    Args:
        folder: The folder, which must not be there yet, or be empty.
        files: Names below it, and what they hold.

    Raises:
        ValidationError: If there is something in its place, or it cannot be written.
    """
    _write_folder(folder, files, again=False)


def rewrite_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Writes a folder as `write_folder` does, or in the place of one that was written so and has nothing else in it.

    The names of its files stand in `FILES`, which is one of them: a folder with any other file is somebody's own.

    Args:
        folder: The folder.
        files: Names in it, without folders below, and what they hold.

    Raises:
        ValidationError: If there is something else in its place, or it cannot be written.
    """
    _write_folder(folder, {**files, FILES: "".join(f"{name}\n" for name in sorted(files)).encode()}, again=True)


def _write_folder(folder: Path, files: Mapping[str, bytes], *, again: bool) -> None:
    try:
        if stranger := _stranger(folder, again=again):
            raise ValidationError([Problem("not-writable", str(folder), stranger)])
        if outside := [name for name in files if not is_below(name)]:
            message = f"has no place for {shortened(outside[0])}, which would lie outside of it"
            raise ValidationError([Problem("not-writable", str(folder), message)])
        folder.parent.mkdir(parents=True, exist_ok=True)
        place = folder.resolve() if again else folder
        remove_unfinished(place.parent)
        unfinished = place.with_name(f"{_BESIDE}{os.getpid()}")
        try:
            for name, data in files.items():
                (unfinished / "new" / name).parent.mkdir(parents=True, exist_ok=True)
                (unfinished / "new" / name).write_bytes(data)
            if again and place.is_dir():
                place.rename(unfinished / "old")
            try:
                (unfinished / "new").replace(place)
            except BaseException:  # also a signal
                if (unfinished / "old").is_dir():
                    (unfinished / "old").replace(place)
                raise
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    except OSError as error:
        raise ValidationError([Problem("not-writable", str(folder), f"cannot be written: {error.strerror}")]) from error


def is_below(name: str) -> bool:
    """Whether a relative path leads to something below the folder that it starts from, links aside."""
    return "\0" not in name and ".." not in Path(name).parts and not Path(name).is_absolute()


def _stranger(folder: Path, *, again: bool) -> str:
    """Why nothing may be written in place of what is there; empty if nothing speaks against it."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return ""
    written = folder / FILES
    if not (again and written.is_file()):
        return "is there already: name a new folder, or an empty one"
    own = {FILES, *written.read_text("utf-8", errors="replace").splitlines()}
    others = sorted(path.name for path in folder.iterdir() if path.name not in own or path.is_dir())
    return f"has {shortened(others[0])}, which was not written with it: name a new folder" if others else ""


def _replace(path: Path, content: Iterable[bytes], mode: int | None) -> None:
    remove_unfinished(path.parent)
    with beside(path) as place:
        with place.open("xb") as file:
            file.writelines(content)
        if mode is not None:
            place.chmod(stat.S_IMODE(mode))


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """A place in the folder of a file for what is to become it: renamed in the end, or removed if that fails.

    Nobody else writes there, be it another thread, process or machine.
    """
    place = path.with_name(f"{_BESIDE}{os.getpid()}-{threading.get_ident()}-{platform.node()}")
    try:
        yield place
        place.replace(path)
    finally:
        place.unlink(missing_ok=True)


def is_unfinished(name: str) -> bool:
    """Whether a file or folder of this name was being written, and is or was about to have another name."""
    return name.startswith(_BESIDE)


def remove_unfinished(folder: Path) -> None:
    """Removes what a process that was killed while it wrote left in a folder; of one that still runs, nothing."""
    for path in folder.glob(f"{_BESIDE}*"):
        process, _, thread = path.name.removeprefix(_BESIDE).partition("-")
        thread, _, machine = thread.partition("-")
        if not process.isdecimal() or (machine and machine != platform.node()):
            continue
        mine = int(process) == os.getpid() and thread in ("", str(threading.get_ident()))
        if mine or not _runs(int(process)):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def _runs(process: int) -> bool:
    if os.name != "posix":  # elsewhere the question ends the process
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):  # somebody else's
        pass
    return True


def kind_of(data: bytes) -> str | None:
    """What bytes are packed with, told by the first of them; None if with nothing that is known."""
    return next((kind for start, kind in _PACKERS.items() if data.startswith(start)), None)


def is_packed(path: Path) -> bool:
    """Whether a file is packed, told by its first bytes."""
    with path.open("rb") as file:
        return kind_of(file.read(8)) is not None


@contextmanager
def unpacking(path: Path) -> Iterator[BinaryIO]:
    """A file as a stream of what it holds, unpacked as it is read.

    Raises:
        ValidationError: On reading, if it is packed and broken, or holds more than `MOST_PACKED` times its own size and
            more than an input may have.
    """
    with path.open("rb") as file:
        kind = kind_of(file.read(8))
        file.seek(0)
        if kind is None:
            yield file
            return
        try:
            with _opened(kind, file) as stream:
                most = max(max_size(), MOST_PACKED * path.stat().st_size)
                yield io.BufferedReader(_Unpacked(stream, most, str(path)), _CHUNK)
        except _BROKEN as error:
            raise _broken(str(path), kind, error) from error


class _Unpacked(io.RawIOBase):
    """A stream that refuses to go on for ever."""

    def __init__(self, stream: _Stream, most: int, name: str) -> None:
        self._stream, self._left, self._most, self._name = stream, most, most, name

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        data = self._stream.read(len(buffer))
        self._left -= len(data)
        if self._left < 0:
            what = f"has more than {self._most:,} bytes, unpacked, {MOST_PACKED} times its size"
            raise ValidationError([too_large(self._name, what)])
        buffer[: len(data)] = data
        return len(data)


@contextmanager
def _opened(kind: str, file: BinaryIO) -> Iterator[_Stream]:
    if kind == "zstd":
        import pyarrow

        with pyarrow.input_stream(pyarrow.PythonFile(file, mode="r"), compression=kind) as stream:
            yield stream
        return
    with _OPENERS[kind](file) as stream:
        yield stream


def _broken(name: str, kind: str, error: BaseException) -> ValidationError:
    return ValidationError([Problem("not-readable", name, f"is packed with {kind} and broken: {reason(error)}")])


def unpacked_name(name: str) -> str:
    """A file's name without the suffix that says how it is packed."""
    return next((name[: -len(suffix)] for suffix in PACKED if name.lower().endswith(suffix)), name)


def unpack(data: bytes, name: str) -> bytes:
    """The bytes that a file holds, if it is packed with xz, gzip, bzip2 or Zstandard; told by its first bytes.

    UTF-16 is told by its byte order mark, and becomes UTF-8.

    Raises:
        ValidationError: If they are packed, and broken or too large.
    """
    if kind := kind_of(data):
        try:
            with _opened(kind, io.BytesIO(data)) as stream:
                data = _bounded(stream, name)
        except _BROKEN as error:
            raise _broken(name, kind, error) from error
    if sum(map(data.count, (b",", b"[", b"{", b"\t"))) > max_values():  # each of these can begin a value
        raise ValidationError([too_large(name, f"has more than {max_values():,} commas, tabs and brackets")])
    return _utf8(data, name)


def _utf8(data: bytes, name: str) -> bytes:
    if not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data
    try:
        return data.decode("utf-16").encode()
    except UnicodeDecodeError as error:
        message = f"byte {error.start + 1} is not UTF-16, as its first two bytes say: save the file as UTF-8"
        raise ValidationError([Problem("not-json", name, message)]) from error
