"""Gold and outputs in the native files of the benchmarks of content extraction."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from detente.data.files import read_bytes, read_input, unpack, unpacked_name
from detente.data.jsonl import Line, Record, broken_document, describe, parse_document
from detente.data.problems import Problem, ValidationError
from detente.data.tabular import read_records
from detente.tasks.content_extraction import references
from detente.tasks.content_extraction.references import ReferenceCorpus, ReferencePage

_TEXT_KEYS: Final = {"articleBody": "article-extraction", "plaintext": "wceb", "text": "text"}
_ID_KEYS: Final = ("id", "page_id")
_SUFFIXES: Final = (".json", ".jsonl", ".ndjson", ".txt", ".csv", ".parquet")


def short_name(path: str) -> str:
    """A file's name without what says how it is packed and written: `trafilatura` for `outputs/trafilatura.json.xz`."""
    name = unpacked_name(Path(path).name)
    return next((name.removesuffix(suffix) for suffix in _SUFFIXES if name.endswith(suffix)), name)


def records(path: Path) -> tuple[list[Line], list[Problem]]:
    """The pages of a file or a folder, one record each: `id`, and the keys that its format has.

    Read are a folder of .txt files; a JSON object of pages by id, as it is or as `{"output": …, "version": …}`; JSON
    Lines with an `id` or `page_id`. A page may be a bare text; null is an empty one.

    Returns:
        The records with their places, and every problem.
    """
    if path.is_dir():
        return _folder(path)
    return parse(read_input(str(path)), str(path))


def parse(data: bytes, name: str) -> tuple[list[Line], list[Problem]]:
    """The pages of a file's bytes, packed or not; see `records`."""
    data = unpack(data, name)
    document, problems = parse_document(data, name)
    if problems:
        return [], problems
    if not isinstance(document, dict) or any(isinstance(document.get(key), str) for key in _ID_KEYS):
        lines, problems = read_records(data, name)
        if not lines and len(problems) > 1:  # one broken document, rather than as many broken lines
            problems = [broken_document(data, name)]
        return [Line(line.location, _renamed(line.record)) for line in lines], problems
    tool = {}
    if "output" in document and document.keys() <= {"output", "version"} and isinstance(document["output"], dict):
        if isinstance(document.get("version"), str) and document["version"]:
            tool = {"tool": f"{short_name(name)} {document['version']}"}
        document = document["output"]
    lines = []
    for page, value in document.items():
        record = value if isinstance(value, dict) else {"text": "" if value is None else value}
        lines.append(Line(f"{name}:{page}", {"id": page, **record, **tool}))
    return lines, []


def _renamed(record: Record) -> Record:
    if "id" not in record and "page_id" in record:
        return {"id" if key == "page_id" else key: value for key, value in record.items()}
    return record


def _folder(path: Path) -> tuple[list[Line], list[Problem]]:
    lines, problems = [], []
    for file in sorted(path.rglob("*.txt")):
        data = read_bytes(file)
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            message = f"byte {error.start + 1} (0x{data[error.start]:02x}) is not UTF-8: save the file as UTF-8"
            problems.append(Problem("text-not-utf8", str(file), message))
            continue
        page = file.relative_to(path).with_suffix("").as_posix()
        lines.append(Line(str(file), {"id": page, "text": text.replace("\r\n", "\n")}))
    if not lines and not problems:
        problems.append(Problem("no-predictions", str(path), "the folder has no .txt file"))
    return lines, problems


def format_of(lines: list[Line]) -> str | None:
    """The format of gold that the records have, or None."""
    keys = {key for line in lines[:50] for key in line.record}
    if keys & {"with", "without"}:
        return "snippets"
    if "body" in keys:
        return "fundus"
    return next((name for key, name in _TEXT_KEYS.items() if key in keys), None)


def prediction_lines(path: Path, data: bytes | None = None) -> tuple[list[Line], list[Problem]]:
    """The pages of an output file in the project's own keys: `text` or `paragraphs`, `tool`, `error`."""
    lines, problems = records(path) if data is None else parse(data, str(path))
    read = []
    for line in lines:
        faults = list(_faults(line))
        problems += faults  # such a page is there, but has nothing to be checked
        record = (
            {"id": line.record["id"], "text": ""} if faults and "id" in line.record else _as_prediction(line.record)
        )
        read.append(Line(line.location, record))
    return read, problems


def _faults(line: Line) -> Iterator[Problem]:
    """What is wrong with a page of an output in the words of its own format."""
    key = next((key for key in (*_TEXT_KEYS, "body", "paragraphs") if key in line.record), None)
    if key is None:
        known = ", ".join((*_TEXT_KEYS, "body", "paragraphs"))
        yield Problem("form", line.location, f"the page has no text: give one of {known}")
    elif key in _TEXT_KEYS and not isinstance(line.record[key], str | None):
        yield Problem("wrong-type", line.location, f"{key} is {describe(line.record[key])}, not a string")


def _as_prediction(record: Record) -> Record:
    kept: Record = {key: record[key] for key in ("id", "tool", "error") if key in record}
    if "body" in record:
        return {**kept, "paragraphs": [] if record["body"] is None else record["body"]}
    key = next((key for key in _TEXT_KEYS if key in record), None)
    if key is None or (key == "text" and record[key] is not None):
        return record
    return {**kept, "text": "" if record[key] is None else record[key]}


def read_gold(path: Path, gold_format: str | None = None) -> ReferenceCorpus:
    """Reads reference texts.

    Args:
        path: A file in the native format of a benchmark, packed or not, or a folder of .txt files.
        gold_format: One of `labels.GOLD_FORMATS`; None to tell it from the keys.

    Raises:
        ValidationError: With every problem.
    """
    lines, problems = records(path)
    found = gold_format or format_of(lines)
    if found is None and not problems:
        known = "articleBody, plaintext, text, body, with or without"
        problems.append(Problem("gold-format", str(path), f"no page has {known}: say which with --gold-format"))
    targets: dict[str, ReferencePage] = {}
    make = _MAKERS.get(found or "")
    for line in lines if make else ():
        page = line.record.get("id")
        if not isinstance(page, str):
            problems.append(Problem("no-id", line.location, 'the page has no "id" that is a string'))
        elif page in targets:
            problems.append(Problem("id-duplicate", line.location, f"{page} is a duplicate of a page before it"))
        else:
            made = make(page, line)  # type: ignore[misc]
            if isinstance(made, Problem):
                problems.append(made)
            else:
                targets[page] = made
    if problems or found is None:
        raise ValidationError(problems)
    return ReferenceCorpus(short_name(str(path)), found, references.digest(targets.values()), targets)


def _text_maker(key: str) -> Callable[[str, Line], ReferencePage | Problem]:
    def make(page: str, line: Line) -> ReferencePage | Problem:
        if key not in line.record:
            return _lacks(line, key)
        value = line.record[key]
        if value is not None and not isinstance(value, str):
            return Problem("wrong-type", line.location, f"{key} is {describe(value)}, not a string")
        return references.of_text(page, value or "")

    return make


def _paragraphs(page: str, line: Line) -> ReferencePage | Problem:
    if "body" not in line.record:
        return _lacks(line, "body")
    value = [] if line.record["body"] is None else line.record["body"]
    if fault := _not_strings(value, "body"):
        return Problem("wrong-type", line.location, fault)
    return references.of_paragraphs(page, value)


def _snippets(page: str, line: Line) -> ReferencePage | Problem:
    if not line.record.keys() & {"with", "without"}:
        return _lacks(line, "with", "without")
    must_include, must_exclude = (
        [] if line.record.get(key) is None else line.record[key] for key in ("with", "without")
    )
    if fault := _not_strings(must_include, "with") or _not_strings(must_exclude, "without"):
        return Problem("wrong-type", line.location, fault)
    return ReferencePage(page, (), tuple(must_include), tuple(must_exclude))


def _lacks(line: Line, *keys: str) -> Problem:
    message = f"the page has no {' or '.join(keys)}: is --gold-format right?"
    return Problem("missing-field", line.location, message)


def _not_strings(value: Any, name: str) -> str | None:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return None
    return f"{name} is not a list of strings"


_MAKERS: Final[dict[str, Callable[[str, Line], ReferencePage | Problem]]] = {
    **{name: _text_maker(key) for key, name in _TEXT_KEYS.items()},
    "fundus": _paragraphs,
    "snippets": _snippets,
}


def texts(lines: list[Line]) -> Iterator[tuple[str, str]]:
    """Ids and texts of records, whatever their format; paragraphs are joined by blank lines."""
    for line in lines:
        record = _as_prediction(line.record)
        yield record["id"], "\n\n".join(record["paragraphs"]) if "paragraphs" in record else record.get("text", "")
