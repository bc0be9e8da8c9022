"""Other bytes for a good file: of other records, or its own with something changed, cut, doubled or put in."""

import bz2
import gzip
import io
import json
import lzma
import random
from collections.abc import Callable, Sequence
from typing import Any, Final

Records = Sequence[Any]
Write = Callable[[Records], bytes]

NASTY: Final[tuple[Any, ...]] = (
    *(None, True, False, 0, -1, 1, 2**31, 2**63, 2**64, -(2**70), 1e308, 0.1, 1e-320, float("nan"), float("inf")),
    *("", " ", "none", "favor", "\0", "\x1b[31m", "\x9b2J", "\u202e", "\u2066", "\ud800", "\udfff", "é", "e\u0301"),
    *("\ufeff", "\u2028", "😀", "=1+1", "@x", "a,b", '"', "'", "|", "`", "<script>", "$(x)", "%s", "{}", "../x", "/"),
    *("x" * 100_000, "\x1b" * 5_000, "id", "detente-000", "detente-000:france", "detente-000::p1", "1", "1.0", "NaN"),
    *([], {}, [[]], [0], [[0, 1]], [[1, 0]], [[0, 10**9]], [[-1, 5]], [[0.5, 1.5]], [["0", "1"]], {"a": {"b": 1}}),
    *({"favor": 1.0}, {"favor": 0.5, "against": 0.5, "none": 0.0}, {"\x1b[0m": 1}, [None], ["x"] * 3_000),
)
SCRAPS: Final = (
    *(b"\0", b"\x1b[2J", b"\xff\xfe", b"\xef\xbb\xbf", b"\xc3", b"\xed\xa0\x80", b'"', b"\\", b"\\ud800", b"{", b"}"),
    *(b"[", b"]", b",", b":", b"\n", b"\r", b"\r\n", b"\t", b";", b"\x85", b"\xe2\x80\xae", b"null", b"NaN", b"1e999"),
    *(b"-", b"9" * 5_000, b"[" * 3_000, b'{"a":' * 3_000, b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PAR1", b"sep=,\n"),
    *(b"<", b"<script>", b"<!--", b"&#0;", b"&#x1b;", b"<div>" * 3_000, b"&a *a", b"!!python/object:os.system ", b"- "),
)


def json_lines(records: Records) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def json_array(records: Records) -> bytes:
    return json.dumps(records, indent=1).encode()


def one_object(records: Records) -> bytes:
    """The only record, or what stands in its place."""
    return json.dumps(records[0] if len(records) == 1 else records).encode()


def by_id(records: Records) -> bytes:
    return json.dumps({str(record.get("id")): record for record in records}).encode()


def separated(comma: str) -> Write:
    def write(records: Records) -> bytes:
        keys = list(dict.fromkeys(key for record in records for key in record))
        rows = [keys, *([cell(record.get(key)) for key in keys] for record in records)]
        return "\n".join(comma.join(row) for row in rows).encode("utf-8", "surrogatepass")

    def cell(value: Any) -> str:
        return "" if value is None else str(value)

    return write


def table(way: str) -> Write:
    """As Parquet or Arrow, by the name of the method of a frame that writes it."""

    def write(records: Records) -> bytes:
        import polars as pl

        buffer = io.BytesIO()
        getattr(pl.DataFrame(records, infer_schema_length=None, strict=False), way)(buffer)
        return buffer.getvalue()

    return write


WRITERS: Final[dict[str, Write]] = {
    "jsonl": json_lines,
    "json": json_array,
    "csv": separated(","),
    "tsv": separated("\t"),
    "parquet": table("write_parquet"),
    "arrow": table("write_ipc"),
}


def zstandard(data: bytes) -> bytes:
    import pyarrow

    packed: bytes = pyarrow.compress(data, codec="zstd", asbytes=True)
    return packed


PACKERS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "gz": gzip.compress,
    "xz": lzma.compress,
    "bz2": bz2.compress,
    "zst": zstandard,
}


def mutated(data: bytes, records: Records | None, write: Write | None, rng: random.Random) -> bytes:
    """The mutated bytes of a file.

    Args:
        data: Its bytes.
        records: What it holds; None for a file of text.
        write: Its bytes for other records.
        rng: What decides.
    """
    made = data
    if write and records is not None and rng.random() < 0.6:
        try:
            made = write(other_records(records, rng))
        except Exception:  # what cannot be written cannot be given either
            made = data
    if made is data or rng.random() < 0.15:
        for _ in range(rng.choice((1, 1, 1, 2, 5))):
            made = _bytes(made, rng)
    if rng.random() < 0.05:
        made = rng.choice(list(PACKERS.values()))(made)
        made = _bytes(made, rng) if rng.random() < 0.5 else made
    return made


def other_records(records: Records, rng: random.Random) -> list[Any]:
    made: list[Any] = json.loads(json.dumps(records))
    for _ in range(rng.choice((1, 1, 2, 8))):
        if not made:
            break
        place = rng.randrange(len(made))
        record = made[place]
        match rng.randrange(8):
            case 0:
                del made[place]
            case 1:
                made.append(record)
            case 2 if isinstance(record, dict):
                record[rng.choice([str(rng.choice(NASTY)), "label", "labels", "text", "ID", "score"])] = _value(rng)
            case 3 if isinstance(record, dict) and record:
                del record[rng.choice(list(record))]
            case 4 if rng.random() < 0.2:
                made[place] = rng.choice(NASTY)
            case _:
                made[place] = _changed(record, rng)
    return made


def _changed(value: Any, rng: random.Random) -> Any:
    """A value with one that is in it, however deep, in another's place, or gone."""
    if isinstance(value, dict) and value and rng.random() < 0.9:
        key = rng.choice(list(value))
        if rng.random() < 0.1:
            return {name: each for name, each in value.items() if name != key}
        return {**value, key: _changed(value[key], rng)}
    if isinstance(value, list) and value and rng.random() < 0.7:
        place = rng.randrange(len(value))
        return [*value[:place], _changed(value[place], rng), *value[place + 1 :]]
    return _value(rng)


def _value(rng: random.Random) -> Any:
    return rng.choice(NASTY)


def _bytes(data: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(data) + 1)
    end = min(len(data), start + rng.choice((1, 1, 2, 10, 200)))
    match rng.randrange(6):
        case 0:
            return data[:start] + data[end:]
        case 1:
            return data[:start] + rng.choice(SCRAPS) + data[start:]
        case 2:
            return data[:start] + rng.choice(SCRAPS) + data[end:]
        case 3:
            return data[:start] + rng.randbytes(end - start) + data[end:]
        case 4:
            return data[:start] + data[start:end] * rng.choice((2, 3, 50)) + data[end:]
        case _:
            return data[:start]
