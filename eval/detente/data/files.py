"""Files as bytes: read and written whole, unpacked by their first bytes."""

import lzma
import os
import stat
from pathlib import Path
from typing import Final

from detente.data.problems import Problem, ValidationError

PACKED: Final = (".xz", ".gz", ".zst", ".bz2")
"""The suffixes that say how a file is packed."""
_BESIDE: Final = ".detente-writes-"
"""How the name of a file that is being written begins; the number of the process follows."""
_PACKERS: Final = {b"\xfd7zXZ": "xz", b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"BZh": "bz2"}


def read_bytes(path: Path) -> bytes:
    """The bytes of a file.

    Raises:
        ValidationError: If it cannot be read, with the system's reason.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise ValidationError([Problem("not-readable", str(path), f"cannot be read: {error.strerror}")]) from error


def write_whole(path: Path, data: bytes | str) -> None:
    """Writes a file whole or not at all: beside its place first, then renamed.

    A symbolic link stays one: what it leads to is replaced. A file keeps its mode. What is no regular file, as a pipe
    or a device, is written to directly.

    Raises:
        ValidationError: If the place cannot be written, with the system's reason.
    """
    content = data.encode() if isinstance(data, str) else data
    try:
        mode = path.stat().st_mode if path.exists() else None
        if mode is not None and not stat.S_ISREG(mode):
            path.write_bytes(content)
        else:
            _replace(path.resolve(), content, mode)
    except OSError as error:
        raise ValidationError([Problem("not-writable", str(path), f"cannot be written: {error.strerror}")]) from error


def _replace(path: Path, content: bytes, mode: int | None) -> None:
    _clean(path.parent)
    beside = path.with_name(f"{_BESIDE}{os.getpid()}")
    try:
        with beside.open("xb") as file:
            file.write(content)
        if mode is not None:
            beside.chmod(stat.S_IMODE(mode))
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _clean(folder: Path) -> None:
    """Removes what a process that was killed while it wrote left in a folder; of one that still runs, nothing."""
    for path in folder.glob(f"{_BESIDE}*"):
        process = path.name.removeprefix(_BESIDE)
        if process.isdecimal() and (int(process) == os.getpid() or not _runs(int(process))):
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


def unpacked_name(name: str) -> str:
    """A file's name without the suffix that says how it is packed."""
    return next((name.removesuffix(suffix) for suffix in PACKED if name.endswith(suffix)), name)


def unpack(data: bytes, name: str) -> bytes:
    """The bytes that a file holds, if it is packed with xz, gzip, bzip2 or Zstandard; told by its first bytes.

    Raises:
        ValidationError: If they are packed, and broken.
    """
    kind = next((kind for start, kind in _PACKERS.items() if data.startswith(start)), None)
    if kind is None:
        return data
    try:
        if kind == "xz":
            return lzma.decompress(data)
        import pyarrow

        with pyarrow.input_stream(pyarrow.py_buffer(data), compression=kind) as stream:
            unpacked: bytes = stream.read()
            return unpacked
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise ValidationError([Problem("not-readable", name, f"is packed with {kind} and broken: {error}")]) from error
