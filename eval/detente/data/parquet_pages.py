"""What the pages of a Parquet file say of themselves, read without unpacking any of them.

In most encodings every word is in the file, in a page or once in a dictionary. In one, words are written without what
they begin with as the word before does (`DELTA_BYTE_ARRAY`), so that a page of a few kilobytes can hold gigabytes, each
word by itself. No library tells which it is before the words are made: pyarrow knows the encodings that the file's
footer names, and ends the process over a damaged one. The formats are those of Apache Parquet's `parquet.thrift` and of
Thrift's compact protocol.
"""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

_MAGIC: Final = b"PAR1"
_MOST_FOOTER: Final = 1 << 22
"""Bytes of a footer that is looked at: of some thousands of row groups and columns."""
_MOST_PAGES: Final = 100_000
_KNOWN: Final = frozenset({0, 2, 3, 4, 5, 6, 8, 9})
"""The encodings in which every value is there by itself, or once in a dictionary; 7 is `DELTA_BYTE_ARRAY`."""
_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _STRUCT = 1, 2, 3, 7, 8, 9, 10, 12
_DICTIONARY: Final = 2
"""The type of a page that holds each value once."""
_ENCODING: Final = {0: (5, 2), _DICTIONARY: (7, 2), 3: (8, 4)}
"""Of each type of page, data, dictionary and data of the second version, the fields that its encoding is in."""


class Page(NamedTuple):
    """A page, as its header says.

    Attributes:
        size: Bytes of it, unpacked.
        encoding: Of its values.
    """

    size: int
    encoding: int


def is_plain(data: bytes | memoryview, groups: range, most: int) -> bool:
    """Whether the words of some row groups take no more memory than their pages, read as views of these.

    Args:
        data: The file, of columns without lists.
        groups: The row groups.
        most: So many bytes their pages may have, unpacked.

    Returns:
        False also of a file that is damaged, has very many pages, or others than its rows take: polars ends the process
        over a page that has too few values, or fewer than none.
    """
    size = 0
    try:
        for number, page in enumerate(_pages(data, groups), start=1):
            size += page.size
            if page.encoding not in _KNOWN or size > most or number > _MOST_PAGES:
                return False
    except (LookupError, TypeError, ValueError, RecursionError):
        return False
    return True


def _pages(data: bytes | memoryview, groups: range) -> Iterator[Page]:
    """The pages of some row groups; an error of Python's if the file is damaged."""
    size = int.from_bytes(data[-8:-4], "little")
    if bytes(data[-4:]) != _MAGIC or not 0 < size <= min(_MOST_FOOTER, len(data) - 8):
        raise ValueError("no footer")
    footer, _ = _struct(data, len(data) - 8 - size)
    for group in groups:
        columns, rows = footer[4][group][1], footer[4][group][3]
        for column in columns:
            about = column[3]
            start = min(about[9], about.get(11, about[9]))  # the first data page, and the dictionary, if there is one
            end, left = start + about[7], rows
            while start < end:
                header, start = _struct(data, start)
                own, place = _ENCODING[header[1]]
                unpacked, packed, values = header[2], header[3], header[own][1]
                left -= values if header[1] != _DICTIONARY else 0
                if min(unpacked, packed, values, left) < 0 or start + packed > end:
                    raise ValueError("a page cannot be so")
                if header[1] == _DICTIONARY and values > unpacked:
                    raise ValueError("each word takes some bytes")
                yield Page(unpacked, header[own][place])
                start += packed
            if left or start != end:
                raise ValueError("the pages have fewer values than there are rows")


def _struct(data: bytes | memoryview, at: int) -> tuple[dict[int, Any], int]:
    """A struct of Thrift's compact protocol by the numbers of its fields, and where it ends."""
    found: dict[int, Any] = {}
    field = 0
    while kind := data[at]:
        at += 1
        if kind >> 4:
            field += kind >> 4
        else:
            field, at = _whole(data, at)
        found[field], at = (kind & 15 == _TRUE, at) if kind & 15 in (_TRUE, _FALSE) else _value(data, at, kind & 15)
    return found, at + 1


def _value(data: bytes | memoryview, at: int, kind: int) -> tuple[Any, int]:
    if kind in (_TRUE, _FALSE, _BYTE):
        return data[at], at + 1
    if kind < _DOUBLE:
        return _whole(data, at)
    if kind == _DOUBLE:
        return None, at + 8
    if kind == _BINARY:
        size, at = _unsigned(data, at)
        return None, at + size
    if kind in (_LIST, _SET):
        size, of = data[at] >> 4, data[at] & 15
        at += 1
        if size == 15:
            size, at = _unsigned(data, at)
        values = []
        for _ in range(size):
            value, at = _value(data, at, of)
            values.append(value)
        return values, at
    if kind == _STRUCT:
        return _struct(data, at)
    raise ValueError("no Thrift")


def _whole(data: bytes | memoryview, at: int) -> tuple[int, int]:
    value, at = _unsigned(data, at)
    return (value >> 1) ^ -(value & 1), at


def _unsigned(data: bytes | memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value, at, shift = value | (byte & 127) << shift, at + 1, shift + 7
        if byte < 128:
            return value, at
        if shift > 63:
            raise ValueError("no number")
