"""Arrow tables as lines: the IPC format of Arrow and Feather, and tables in memory.

A row is the object that JSON would hold; null, NaN and NaT are no key. Files are read within the limits of `files`,
however small they were before they were unpacked.
"""

import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from detente.data.columns import header_faults, nested
from detente.data.files import max_input, max_records, max_size, max_values, reason, too_large
from detente.data.jsonl import Line
from detente.data.problems import Problem, ValidationError

if TYPE_CHECKING:
    import numpy as np
    import pyarrow
    from numpy.typing import NDArray

IPC_SUFFIXES: Final = (".arrow", ".feather", ".ipc")
_ROWS_AT_ONCE: Final = 20_000
"""Of a table whose unpacked size is known before it is unpacked."""
_NESTED_ROWS_AT_ONCE: Final = 10
"""Of another: few, since a value that rows share is stored once and unpacked for each."""
_MAGIC: Final = b"ARROW1"
_OLD_MAGIC: Final = b"FEA1"
_OLD_COMPRESSION: Final = b"ARROW:experimental_compression"
"""How the first Feather files of version 2 said that their buffers are packed."""
_UNBOUNDED: Final = 1 << 62
_IN_ITSELF: Final = 12
"""Bytes of a view that has its word in itself, at most."""


def ipc_lines(data: bytes, name: str) -> tuple[list[Line], list[Problem]]:
    """The rows of an Arrow or Feather file, or of the stream that `datasets` keeps in `.arrow` files."""
    import pyarrow

    if is_old(data):
        return [], [old_version(name)]
    try:
        with told(name):
            if problems := _too_long(sum(map(declared_size, messages(data))), name):
                return [], problems
            is_file = has_footer(data)
            with pyarrow.ipc.open_file(data) if is_file else pyarrow.ipc.open_stream(data) as reader:
                if problems := schema_problems(reader.schema, name):
                    return [], problems
                batches = map(reader.get_batch, range(reader.num_record_batches)) if is_file else reader
                return lines_of(map(whole, batches), name)
    except ValidationError as invalid:
        return [], list(invalid.problems)


def schema_problems(schema: "pyarrow.Schema", name: str) -> list[Problem]:
    """What is wrong with the columns of an Arrow file: their names, or types whose values cannot be counted."""
    if problems := name_problems(schema, name):
        return problems
    unknown = next((str(field.type) for field in schema if not _is_known(field.type)), None)
    return [Problem("not-json", name, f"columns of the type {unknown} are not read: write Parquet")] if unknown else []


@contextmanager
def told(name: str) -> Iterator[None]:
    """Says what is wrong with an Arrow file, whatever a reader stumbles over."""
    import pyarrow

    try:
        yield
    except (pyarrow.ArrowException, OSError, ValueError, LookupError, ArithmeticError, MemoryError) as error:
        problem = Problem("not-json", name, f"not Arrow, or damaged: {reason(error)}")
        raise ValidationError([problem]) from error
    except (struct.error, EOFError) as error:
        raise ValidationError([Problem("not-json", name, "not Arrow, or damaged: it is cut off")]) from error


def ipc_table(data: bytes) -> "pyarrow.Table | None":
    """The flat columns of such a file; None if `ipc_lines` must look at what it is, or at limits.

    Views of nulls, which may lead anywhere, are left to it, too.
    """
    import pyarrow

    try:
        if is_old(data) or sum(map(declared_size, messages(data))) > max_size():
            return None
        with pyarrow.ipc.open_file(data) if has_footer(data) else pyarrow.ipc.open_stream(data) as reader:
            if not all(is_flat(field.type) for field in reader.schema):
                return None
            table = reader.read_all()
        return bounded(table)
    except (pyarrow.ArrowException, OSError, ValueError, LookupError, ArithmeticError, MemoryError):
        return None
    except (struct.error, EOFError):
        return None


def bounded(table: "pyarrow.Table") -> "pyarrow.Table | None":
    """A table whose columns are sound, and within the limits with each value by itself; None if it is not."""
    import pyarrow

    if table.num_rows > max_records() or table.num_rows * table.num_columns > max_values():
        return None
    size = 0
    batches = []
    for batch in map(whole, table.to_batches()):
        if any(leads_astray(part) for column in batch.columns for part in parts_of(column)):
            return None
        columns = list(map(plain_dictionary, batch.columns))
        size += sum(map(unpacked_size, columns))
        batches.append(pyarrow.RecordBatch.from_arrays(columns, batch.schema.names))
    return pyarrow.Table.from_batches(batches) if batches and size <= max_size() else None


def leads_astray(array: "pyarrow.Array") -> bool:
    """Whether a null may be a view of anywhere: one of at most 12 bytes has them in itself."""
    if not (_is_view(array.type) and array.null_count):
        return False
    return bool((_lengths_of_views(array)[array.is_null().to_numpy(zero_copy_only=False)] > _IN_ITSELF).any())


def whole(batch: "pyarrow.RecordBatch") -> "pyarrow.RecordBatch":
    """A batch whose offsets lie in their buffers; a damaged one would be read beyond its memory."""
    batch.validate(full=True)
    return batch


def is_old(data: bytes | memoryview) -> bool:
    """Whether a file is Feather of version 1, which is no Arrow."""
    return bytes(data[: len(_OLD_MAGIC)]) == _OLD_MAGIC


def old_version(name: str) -> Problem:
    """That a file is Feather of version 1."""
    return Problem("not-json", name, "is Feather of version 1: write version 2, or Parquet")


def has_footer(data: bytes | memoryview) -> bool:
    """Whether a file says at its end where its batches are; else it is a stream of them."""
    return bytes(data[: len(_MAGIC)]) == _MAGIC


def messages(data: "bytes | pyarrow.Buffer") -> "Iterator[pyarrow.ipc.Message]":
    """The messages that a reader unpacks: of a file those in its footer, of a stream all."""
    import pyarrow

    flat = memoryview(data)
    if not has_footer(flat):
        yield from pyarrow.ipc.MessageReader.open_stream(data)
        return
    (size,) = struct.unpack_from("<i", flat, len(data) - len(_MAGIC) - 4)
    footer = _child(flat, len(data) - len(_MAGIC) - 4 - size)
    for field in (2, 3):  # dictionaries, record batches
        if not _place(flat, footer, field):
            continue
        blocks = _child(flat, footer, field)
        for number in range(struct.unpack_from("<I", flat, blocks)[0]):
            start, metadata, body = struct.unpack_from("<qi4xq", flat, blocks + 4 + 24 * number)
            yield pyarrow.ipc.read_message(flat[start : start + metadata + body])


def table_lines(table: "pyarrow.Table", name: str) -> tuple[list[Line], list[Problem]]:
    """The rows of a table in memory, of any size: it is there already."""
    if problems := name_problems(table.schema, name):
        return [], problems
    with max_input(_UNBOUNDED):
        return lines_of(table.to_batches(_ROWS_AT_ONCE), name)


def name_problems(schema: "pyarrow.Schema", name: str) -> list[Problem]:
    """What is wrong with the names of columns."""
    return [Problem("not-json", name, fault) for fault in header_faults(schema.names)]


def too_many(rows: int, values: int, name: str) -> list[Problem]:
    """That there are more rows or values than an input may have, if there are."""
    if rows > max_records():
        return [too_large(name, f"the file has more than {max_records():,} records")]
    if values > max_values():
        return [too_large(name, f"the file has more than {max_values():,} values")]
    return []


def _too_long(size: int, name: str) -> list[Problem]:
    return [too_large(name, f"has more than {max_size():,} bytes, unpacked")] if size > max_size() else []


def lines_of(batches: "Iterable[pyarrow.RecordBatch]", name: str) -> tuple[list[Line], list[Problem]]:
    """The rows of batches, counted before they are unpacked: a list of nulls takes no bytes, a view 16."""
    import pyarrow

    lines: list[Line] = []
    size = values = 0
    for batch in batches:
        rows, names = len(lines) + batch.num_rows, batch.schema.names
        if problems := too_many(rows, values + batch.num_rows * batch.num_columns, name):
            return [], problems
        parts = [part for column in batch.columns for part in parts_of(column)]
        values += sum(map(len, parts))
        if problems := too_many(rows, values, name) or _too_long(sum(map(shown_size, parts)), name):
            return [], problems
        plain = pyarrow.RecordBatch.from_arrays(list(map(plain_dictionary, batch.columns)), names)
        at_once = rows_at_once(plain.schema)
        for start in range(0, plain.num_rows, at_once):
            columns = plain.slice(start, at_once).columns
            size += sum(map(unpacked_size, columns))
            if problems := _too_long(size, name):
                return [], problems
            for row in zip(*map(_cells, columns), strict=True):
                record = nested({column: cell for column, cell in zip(names, row, strict=True) if cell is not None})
                lines.append(Line(f"{name}:row {len(lines) + 1}", record))
    return lines, []


def rows_at_once(schema: "pyarrow.Schema") -> int:
    """How many rows of such columns may be unpacked at once."""
    return _ROWS_AT_ONCE if all(is_flat(field.type) for field in schema) else _NESTED_ROWS_AT_ONCE


def is_packable(kind: "pyarrow.DataType") -> bool:
    """Are its values of any length, and can a column of them be read as a dictionary?"""
    from pyarrow import types

    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_binary(kind))


def _is_view(kind: "pyarrow.DataType") -> bool:
    from pyarrow import types

    return bool(types.is_string_view(kind) or types.is_binary_view(kind))


def is_flat(kind: "pyarrow.DataType") -> bool:
    """Is a column of it no larger when read than numbers are, shared values aside?"""
    from pyarrow import types

    if types.is_struct(kind):
        return all(types.is_primitive(field.type) for field in kind)
    if types.is_dictionary(kind):
        kind = kind.value_type
    return bool(is_packable(kind) or _is_view(kind) or types.is_primitive(kind) or types.is_null(kind))


def _is_known(kind: "pyarrow.DataType") -> bool:
    """Is it of a type whose values, unpacked, can be counted? Views of lists, say, can share parts at every level."""
    from pyarrow import types

    if types.is_dictionary(kind):
        return is_flat(kind)
    if types.is_struct(kind):
        return all(_is_known(field.type) for field in kind)
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        return _is_known(kind.value_type)
    return bool(is_flat(kind) or types.is_decimal(kind) or types.is_large_binary(kind) or types.is_boolean(kind))


def declared_size(message: "pyarrow.ipc.Message") -> int:
    """Bytes of a message's buffers once unpacked, as each of them says of itself.

    Read from the message's flatbuffer: a few bytes that are packed can declare, and would take, gigabytes.
    """
    metadata, body = memoryview(message.metadata), message.body
    if message.type not in ("record batch", "dictionary") or body is None:
        return 0
    body = memoryview(body)
    batch = _child(metadata, _child(metadata, 0), 2)
    if message.type == "dictionary":
        batch = _child(metadata, batch, 1)
    packed = _place(metadata, batch, 3) or _OLD_COMPRESSION in bytes(metadata)
    if not packed or not _place(metadata, batch, 2):
        return len(body)
    buffers = _child(metadata, batch, 2)
    (count,) = struct.unpack_from("<I", metadata, buffers)
    size = 0
    for number in range(count):
        start, length = struct.unpack_from("<qq", metadata, buffers + 4 + 16 * number)
        if length >= 8:
            (declared,) = struct.unpack_from("<q", body, start)
            size += length if declared < 0 else declared  # -1: left as it was
    return size


def rows_in(message: "pyarrow.ipc.Message") -> int:
    """How many rows the message of a record batch says that it has."""
    metadata = memoryview(message.metadata)
    length = _place(metadata, _child(metadata, _child(metadata, 0), 2), 0)
    return int(struct.unpack_from("<q", metadata, length)[0]) if length else 0


def _place(flat: memoryview, table: int, field: int) -> int:
    """Where a flatbuffer's table has a field; 0 if it does not have it."""
    vtable = table - struct.unpack_from("<i", flat, table)[0]
    (size,) = struct.unpack_from("<H", flat, vtable)
    entry = 4 + 2 * field
    offset = struct.unpack_from("<H", flat, vtable + entry)[0] if entry < size else 0
    return table + offset if offset else 0


def _child(flat: memoryview, table: int, field: int | None = None) -> int:
    """Where the table or vector lies to which a field of a table leads; without a field, the root at `table`."""
    place = table if field is None else _place(flat, table, field)
    return int(place + struct.unpack_from("<I", flat, place)[0])


def unpacked_size(array: "pyarrow.Array") -> int:
    """Bytes of a column's values, those that rows share counted for each."""
    import pyarrow
    from pyarrow import compute

    if _is_view(array.type):
        return shown_size(array)
    if not (isinstance(array, pyarrow.DictionaryArray) and is_packable(array.type.value_type)):
        return int(array.nbytes)
    lengths = compute.binary_length(array.dictionary).cast(pyarrow.int64())
    return compute.sum(lengths.take(array.indices)).as_py() or 0


def parts_of(array: "pyarrow.Array") -> "Iterator[pyarrow.Array]":
    """A column, and the arrays inside of it: fields of structs, items of lists, a dictionary's views."""
    import pyarrow
    from pyarrow import types

    yield array
    inside = []
    if types.is_struct(array.type):
        inside = array.flatten()
    elif types.is_list(array.type) or types.is_large_list(array.type) or types.is_fixed_size_list(array.type):
        inside = [array.flatten()]
    elif isinstance(array, pyarrow.DictionaryArray) and _is_view(array.type.value_type):
        inside = [array.dictionary]
    for part in inside:
        yield from parts_of(part)


def shown_size(array: "pyarrow.Array") -> int:
    """Bytes of what views show, which may be shared: a view is 16 bytes, of which the first four are the length."""
    if not _is_view(array.type):
        return 0
    lengths = _lengths_of_views(array)
    return int(lengths[array.is_valid().to_numpy(zero_copy_only=False)].sum(dtype="int64"))


def _lengths_of_views(array: "pyarrow.Array") -> "NDArray[np.int32]":
    import numpy as np

    return np.frombuffer(array.buffers()[1], dtype="<i4")[::4][array.offset : array.offset + len(array)]


def plain_dictionary(array: "pyarrow.Array") -> "pyarrow.Array":
    """A column with the words themselves in its dictionary, not views of them, which Arrow cannot take from.

    They are read one by one: a function of Arrow would follow the views of nulls, too, which may lead anywhere.
    """
    import pyarrow

    if not (isinstance(array, pyarrow.DictionaryArray) and _is_view(array.type.value_type)):
        return array
    kind = pyarrow.large_string() if pyarrow.types.is_string_view(array.type.value_type) else pyarrow.large_binary()
    return pyarrow.DictionaryArray.from_arrays(array.indices, pyarrow.array(array.dictionary.to_pylist(), kind))


def _cells(array: "pyarrow.Array") -> list[Any]:
    """The values of a column; None where there is none."""
    import pyarrow
    from pyarrow import types

    values: list[Any] = (array.dictionary_decode() if isinstance(array, pyarrow.DictionaryArray) else array).to_pylist()
    if types.is_nested(array.type) or types.is_decimal(array.type):
        return list(map(_plain, values))
    if types.is_floating(array.type):
        return [None if value != value else value for value in values]  # noqa: PLR0124
    return values


def _plain(value: Any) -> Any:
    """A value as JSON would hold it: without the keys that are null, and decimals as numbers."""
    if isinstance(value, dict):
        found = {key: _plain(item) for key, item in value.items()}
        return {key: item for key, item in found.items() if item is not None}
    if isinstance(value, list):
        return list(map(_plain, value))
    if isinstance(value, Decimal):
        return float(value)
    return None if isinstance(value, float) and value != value else value  # noqa: PLR0124
