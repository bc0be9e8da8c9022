"""Strict JSON Lines: every line read with its number, every fault a problem, no line dropped in silence."""

import io
import json
import math
from collections import Counter
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from detente.data.files import max_line, max_records, too_large
from detente.data.problems import Problem
from detente.text.display import quoted, shortened

Record = dict[str, Any]


class Line(NamedTuple):
    """One record and where it stands, as `file:line`."""

    location: str
    record: Record


def _no_duplicate_keys(pairs: list[tuple[str, Any]]) -> Record:
    record = dict(pairs)
    if len(record) < len(pairs):
        counts = Counter(key for key, _ in pairs)
        twice = quoted(*sorted(key for key, count in counts.items() if count > 1))
        raise ValueError(f"the key {twice} occurs twice in one object")
    return record


def _whole_number(digits: str) -> int:
    if len(digits) > _MAX_DIGITS:
        raise ValueError(f"a number has {len(digits)} digits: write at most {_MAX_DIGITS}")
    return int(digits)


def _decimal_number(digits: str) -> float:
    if not math.isfinite(number := float(digits)):
        raise ValueError(f"the number {shortened(digits, 20)} is too large to be read")
    return number


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON: write a number or null")


_BINARY = (b"\x1f\x8b", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"PK\x03\x04", b"BZh", b"PAR1")
_BOM: Final = b"\xef\xbb\xbf"
_MAX_DIGITS: Final = 300
"""Of a whole number, which is then also a float."""
_DECODER = json.JSONDecoder(
    object_pairs_hook=_no_duplicate_keys,
    parse_constant=_no_constant,
    parse_int=_whole_number,
    parse_float=_decimal_number,
)
_TOO_DEEP: Final = "is nested too deeply to be a record"


def parse_records(data: bytes, name: str) -> tuple[list[Line], list[Problem]]:
    """Reads JSON Lines, or the records of one JSON array, whose places are `file:record 1` and so on."""
    if not data.removeprefix(_BOM).lstrip().startswith(b"["):
        return parse_lines(data, name)
    document, problems = parse_document(data, name)
    if not isinstance(document, list):
        first, _, others = data.strip().partition(b"\n")
        if not others or parse_document(first, name)[0] is not None:
            return parse_lines(data, name)
        return [], problems or [broken_document(data, name)]
    if len(document) > max_records():
        return [], [too_large(name, f"has more than {max_records():,} records")]
    lines = []
    for number, record in enumerate(document, start=1):
        place = f"{name}:record {number}"
        if isinstance(record, dict):
            lines.append(Line(place, record))
        else:
            problems.append(Problem("not-json", place, f"a record is a JSON object, not {describe(record)}"))
    return lines, problems


def parse_lines(data: bytes, name: str) -> tuple[list[Line], list[Problem]]:
    """Reads JSON Lines from bytes.

    Args:
        data: The file's bytes; lines end in LF or CRLF, blank ones are passed over, a byte order mark is allowed.
        name: What to call the file in places.

    Returns:
        The records in the order of the file, and the problems of the lines that hold none.
    """
    if b"\0" in data[:4096] or data.startswith(_BINARY):
        return [], [Problem("not-json", f"{name}:1", "the file is binary or compressed: unpack it to JSON Lines")]
    lines: list[Line] = []
    problems: list[Problem] = []
    longest, most = max_line(), max_records()
    for number, raw in enumerate(io.BytesIO(data.removeprefix(_BOM)), start=1):
        bare = raw.strip()
        if not bare:
            continue
        place = f"{name}:{number}"
        if len(raw) > longest:
            problems.append(too_large(place, f"the line has more than {longest:,} bytes"))
            continue
        if len(lines) + len(problems) == most:
            problems.append(too_large(place, f"the file has more than {most:,} records"))
            break
        if bare == b"{" and not lines and not problems:
            message = "the file is JSON over several lines: write each object on one line, or all in one array"
            return [], [Problem("not-json", place, message)]
        try:
            lines.append(Line(place, _record(raw)))
        except ValueError as error:
            problems.append(Problem("not-json", place, str(error)))
    return lines, problems


def _record(raw: bytes) -> Record:
    """The record of a line; a ValueError says in plain words why there is none."""
    try:
        record = _DECODER.decode(raw.decode("utf-8").strip())
    except UnicodeDecodeError as error:
        where = f"byte {error.start + 1} of the line (0x{raw[error.start]:02x})"
        raise ValueError(f"{where} is not UTF-8: save the file as UTF-8") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON at column {error.colno}: {error.msg}; write one JSON object a line") from error
    except RecursionError as error:
        raise ValueError(f"the line {_TOO_DEEP}") from error
    if not isinstance(record, dict):
        raise ValueError(f"a line is one JSON object, not {describe(record)}")
    return record


def parse_document(data: bytes, name: str) -> tuple[Any, list[Problem]]:
    """Reads one JSON document as strictly; None, without a problem, if the bytes are no JSON document."""
    try:
        return _DECODER.decode(data.decode("utf-8-sig").strip()), []
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        return None, []
    except ValueError as error:
        return None, [Problem("not-json", name, str(error))]


def broken_document(data: bytes, name: str) -> Problem:
    """Where bytes that should be one JSON document stop being one."""
    try:
        _DECODER.decode(data.decode("utf-8-sig").strip())
    except UnicodeDecodeError as error:
        return Problem("not-json", name, f"byte {error.start + 1} (0x{data[error.start]:02x}) is not UTF-8")
    except json.JSONDecodeError as error:
        return Problem("not-json", f"{name}:{error.lineno}", f"not JSON at column {error.colno}: {error.msg}")
    except RecursionError:
        return Problem("not-json", name, f"the file {_TOO_DEEP}")
    except ValueError as error:
        return Problem("not-json", name, str(error))
    return Problem("not-json", name, "neither a JSON object of pages nor JSON Lines")


def describe(value: object) -> str:
    """A value in the words of JSON, short enough for a message."""
    kinds = {dict: "an object", list: "a list", type(None): "null"}
    if type(value) in kinds:
        return kinds[type(value)]
    value = value[:40] if isinstance(value, str) else value
    shown = json.dumps(value, ensure_ascii=False, default=str)
    return shown if len(shown) <= 40 else shown[:37] + "…" + shown[-1]


def without_nan(value: Any) -> Any:
    """A JSON document with null for every NaN and infinity, which JSON does not have."""
    if isinstance(value, dict):
        return {key: without_nan(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without_nan(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def dump_line(record: object) -> str:
    """The canonical JSON of a record, on one line: its keys in their order, no white space to spare."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def dump_lines(records: Iterable[object]) -> str:
    """Canonical JSON Lines."""
    return "".join(dump_line(record) + "\n" for record in records)
