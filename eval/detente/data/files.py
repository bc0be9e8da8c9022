"""Files as bytes: read and written whole, unpacked by their first bytes."""

import lzma
import os
from pathlib import Path
from typing import Final

from detente.data.problems import Problem, ValidationError

PACKED: Final = (".xz", ".gz", ".zst", ".bz2")
"""The suffixes that say how a file is packed."""
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

    Raises:
        ValidationError: If the place cannot be written, with the system's reason.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        try:
            beside.write_bytes(data.encode() if isinstance(data, str) else data)
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise ValidationError([Problem("not-writable", str(path), f"cannot be written: {error.strerror}")]) from error


def unpacked_name(name: str) -> str:
    """A file's name without the suffix that says how it is packed."""
    return next((name[: -len(suffix)] for suffix in PACKED if name.lower().endswith(suffix)), name)


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
