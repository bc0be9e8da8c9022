"""Texts of pages by id, in the shapes that people keep them in: outputs of extractors, and references."""

import codecs
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from detente.data.files import read_bytes, read_input, unpack, unpacked_name
from detente.data.jsonl import Line, Record, broken_document, describe, parse_document
from detente.data.problems import Problem, ValidationError
from detente.data.tabular import FLAT_SUFFIXES, read_lines
from detente.text.folding import nfc
from detente.text.markup import FORMAT_OF_SUFFIX, to_text
from detente.text.tokens import half_character

TEXTS: Final = ("articleBody", "plaintext", "text", "convert_main_content", "main_content")
"""Keys of a page's text, whole, in the order in which they are looked for."""
PARAGRAPHS: Final = ("body", "paragraphs")
"""Keys of a page's text as a list of paragraphs."""
SNIPPETS: Final = ("with", "without")
"""Keys of lists of texts that must be in an output, or must not."""
MAX_OTHER_FILES: Final = 10_000
"""A folder with more files that are no pages, as `/`, is hardly the one that was meant."""
_NATIVE: Final = {*TEXTS, *PARAGRAPHS} - {"text"}
_ID_KEYS: Final = ("id", "page_id", "track_id", "file_id")
_DOCUMENT: Final = ".json"
"""The suffix of a page that is a JSON document of its own, in a folder without texts."""
_SUFFIXES: Final = (".json", ".jsonl", ".ndjson", ".txt", ".md", ".html", ".htm", ".csv", ".tsv", ".parquet")
_CHARSET: Final = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)


class Pages(NamedTuple):
    """What was read.

    Attributes:
        lines: One record a page: `id`, and the keys that its shape has.
        problems: What could not be read.
        written_in: What the texts were reduced from, by option or suffix, as `html+markdown`; `text` if from nothing.
        given: By id, the records whose texts were reduced, as they were before that.
    """

    lines: list[Line]
    problems: list[Problem]
    written_in: str = "text"
    given: Mapping[str, Record] = MappingProxyType({})


def short_name(path: str) -> str:
    """A file's name without what says how it is packed and written: `trafilatura` for `outputs/trafilatura.json.xz`."""
    name = unpacked_name(Path(path).name or Path(path).resolve().name or path)
    return next((name[: -len(suffix)] for suffix in _SUFFIXES if name.lower().endswith(suffix)), name)


def read(path: Path, data: bytes | None = None, written_in: str | None = None) -> Pages:
    """The pages of a file or a folder.

    Read are folders (see `of_folder`), a JSON object of pages by id (see `of_object`), and JSON Lines or whatever else
    `tabular` reads, with an `id`, `page_id`, `track_id` or `file_id`. A page may be a bare text; null is an empty one.

    Args:
        path: The file or folder.
        data: The file's bytes, where they do not come from there.
        written_in: What the texts are written in, one of `markup.FORMATS`; None to go by suffixes in a folder.
    """
    if data is None and path.is_dir():
        return of_folder(path, written_in, documents=True)
    name = str(path)
    data = unpack(read_input(name) if data is None else data, name)
    pages = of_object(data, name, written_in) if data.strip() else Pages([], [])
    if pages is None:
        lines, problems = read_lines(data, name)
        flat = unpacked_name(name).lower().endswith(FLAT_SUFFIXES)
        if not lines and len(problems) > 1 and not flat:  # one broken document, rather than as many broken lines
            problems = [broken_document(data, name)]
        return of_lines(lines, problems, written_in)
    return _with_whole_ids(pages)


def of_lines(lines: Iterable[Line], problems: list[Problem], written_in: str | None = None) -> Pages:
    """The pages of records that were read already; see `read`."""
    return _with_whole_ids(_as_read([(line, written_in) for line in lines], problems, written_in))


def _with_whole_ids(pages: Pages) -> Pages:
    """The pages without those whose ids no file could hold, which are problems."""
    broken = [line for line in pages.lines if has_half_character(line.record.get("id"))]
    problems = [
        Problem("no-id", line.location, "id has half a surrogate pair: write whole characters") for line in broken
    ]
    fine = [line for line in pages.lines if line not in broken]
    return pages._replace(lines=fine, problems=[*pages.problems, *problems])


def _as_read(found: Iterable[tuple[Line, str | None]], problems: list[Problem], written_in: str | None) -> Pages:
    """The pages of records, each beside what it is written in: their texts reduced, and as they were."""
    lines: list[Line] = []
    given: dict[str, Record] = {}
    for (place, record), own in found:
        plain = reduced(record, None)
        lines.append(Line(place, reduced(plain, own)))
        if own not in (None, "text") and isinstance(plain.get("id"), str):
            given[plain["id"]] = plain
    return Pages(lines, problems, written_in or "text", given)


def of_object(data: bytes, name: str, written_in: str | None = None) -> Pages | None:
    """The pages of one JSON object, as it is or as `{"output": …, "version": …}`; None if the bytes are no such thing.

    An object with an `id` is one line of JSON Lines; one with a text under `ground_truth`, a document of WCXB, is one
    page, whose id is the file's name.
    """
    document, problems = parse_document(data, name)
    if problems:  # an object that ends on its first line is for the reader of lines, who knows them
        first_line = data.strip().partition(b"\n")[0].rstrip()
        return None if first_line.endswith(b"}") else Pages([], problems)
    return of_document(document, name, written_in)


def of_document(document: Any, name: str, written_in: str | None = None) -> Pages | None:
    """The same of what JSON has been read to."""
    if isinstance(document, dict) and "id" not in document and _has_reference(document.get("ground_truth")):
        document = {short_name(name): document}
    if not isinstance(document, dict) or any(not isinstance(document.get(key, {}), dict) for key in _ID_KEYS):
        return None
    if any(isinstance(value, list) and value and isinstance(value[0], dict) for value in document.values()):
        return None  # records under a name of their own, not pages
    tool = {}
    if "output" in document and document.keys() <= {"output", "version"} and isinstance(document["output"], dict):
        if isinstance(document.get("version"), str) and document["version"]:
            tool = {"tool": f"{short_name(name)} {document['version']}"}
        document = document["output"]
    lines = []
    for page, value in document.items():
        record = value if isinstance(value, dict) else {"text": "" if value is None else value}
        lines.append((Line(f"{name}:{page}", {"id": page, **record, **tool}), written_in))
    return _as_read(lines, [], written_in)


def of_folder(folder: Path, written_in: str | None = None, *, documents: bool = False) -> Pages:
    """The pages of a folder: .txt, .md and .html files, packed or not, named by id, in folders of their own or not.

    Args:
        folder: The folder.
        written_in: What the texts are written in; None to go by suffixes.
        documents: Whether a folder without any of them may have one JSON document a page.
    """
    files, problems = page_files(folder)
    if documents and not files and not problems:
        files, problems = page_files(folder, (_DOCUMENT,))
    lines: list[tuple[Line, str | None]] = []
    for page, file in files:
        suffix = Path(unpacked_name(file.name)).suffix.lower()
        try:
            data = unpack(read_bytes(file), str(file))
            if suffix == _DOCUMENT:
                lines.append((Line(str(file), {**_document(data, file), "id": page}), written_in))
                continue
            text = _decoded(data, file, FORMAT_OF_SUFFIX[suffix]).replace("\r\n", "\n")
        except ValidationError as invalid:
            problems += invalid.problems
            continue
        lines.append((Line(str(file), {"id": page, "text": text}), written_in or FORMAT_OF_SUFFIX[suffix]))
    if not lines and not problems:
        message = "the folder has no .txt, .md or .html file"
        message += ", and no .json document" if documents else ""
        problems.append(Problem("no-predictions", str(folder), message))
    formats = {own for _, own in lines} - {None, "text"}
    return _as_read(lines, problems, "+".join(sorted(filter(None, formats))))


def _document(data: bytes, file: Path) -> Record:
    """The object that a file is.

    Raises:
        ValidationError: If it is none.
    """
    document, problems = parse_document(data, str(file))
    if isinstance(document, dict):
        return document
    if not problems:
        other = document is not None or data.strip() == b"null"
        message = f"a page is a JSON object, not {describe(document)}"
        problems = [Problem("not-json", str(file), message) if other else broken_document(data, str(file))]
    raise ValidationError(problems)


def page_files(
    folder: Path, suffixes: Collection[str] = FORMAT_OF_SUFFIX.keys()
) -> tuple[list[tuple[str, Path]], list[Problem]]:
    """The files of a folder that hold pages, by their names without suffixes, which are the ids, composed (NFC).

    Hidden files and folders, what macOS adds to archives, pipes and devices are passed over.

    Raises:
        ValidationError: If there are more than `MAX_OTHER_FILES` that hold none.
    """
    found: list[tuple[str, Path]] = []
    problems: list[Problem] = []
    others = 0

    def unreadable(error: OSError) -> None:
        problems.append(Problem("not-readable", str(error.filename), f"cannot be read: {error.strerror}"))

    for root, folders, names in os.walk(folder, onerror=unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "__MACOSX")
        for name in names:
            file, bare = Path(root, name), Path(root, unpacked_name(name))
            if name.startswith(".") or bare.suffix.lower() not in suffixes or not file.is_file():
                others += 1
                continue
            if half_character(name) is not None:
                message = "the file's name is not UTF-8: rename it to the page's id"
                problems.append(Problem("not-readable", str(file), message))
                continue
            page = nfc(bare.with_suffix("").relative_to(folder).as_posix())
            found.append((page, file))
        if others > MAX_OTHER_FILES:
            message = f"has more than {MAX_OTHER_FILES:,} files that are no pages: name the folder of the pages alone"
            raise ValidationError([Problem("not-readable", str(folder), message)])
    return sorted(found), problems


def decode_html(data: bytes) -> str:
    """The text of an HTML file: by its byte order mark, else the charset that it declares, else UTF-8.

    A declared Latin-1 or ASCII is Windows-1252, as in browsers; bytes that do not fit are replaced.
    """
    for mark, charset in ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if data.startswith(mark):
            return data.decode(charset, "replace").removeprefix("\ufeff")
    declared = _CHARSET.search(data[:4096])
    try:
        charset = codecs.lookup(declared[1].decode()).name if declared else "utf-8"
        if charset in ("iso8859-1", "ascii"):
            charset = "cp1252"
        # A declaration that can be read as bytes of ASCII is none of UTF-16.
        return data.decode("utf-8" if charset.startswith("utf-16") else charset, "replace")
    except (LookupError, UnicodeError, ValueError):
        return data.decode("utf-8", "replace")


def _decoded(data: bytes, file: Path, written_in: str) -> str:
    if written_in == "html" and (_CHARSET.search(data[:4096]) or data.startswith((b"\xff\xfe", b"\xfe\xff"))):
        return decode_html(data)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"byte {error.start + 1} (0x{data[error.start]:02x}) is not UTF-8: save the file as UTF-8"
        raise ValidationError([Problem("text-not-utf8", str(file), message)]) from error


def reduced(record: Record, written_in: str | None) -> Record:
    """A record with its id composed (NFC) under `id`, and its texts, on one level, as a reader sees them."""
    own = next((key for key in _ID_KEYS if key in record), "id")
    if own != "id":
        record = {"id" if key == own else key: value for key, value in record.items()}
    record = _flat(record)
    name = record.get("id")
    if isinstance(name, str) and (composed := nfc(name)) != name:
        record = record | {"id": composed}
    if written_in in (None, "text"):
        return record
    keys = (*TEXTS, *PARAGRAPHS, *SNIPPETS)
    return {key: _reduced(value, str(written_in)) if key in keys else value for key, value in record.items()}


def _flat(record: Record) -> Record:
    """A record of WebMainBench or WCXB with its reference under one key, `convert_main_content` or `main_content`."""
    if record.get("convert_main_content") is None and record.get("groundtruth_content") is not None:
        record = {**record, "convert_main_content": record["groundtruth_content"]}
    truth = record.get("ground_truth")
    if isinstance(truth, dict) and _has_reference(truth):
        parts = {key: truth[key] for key in ("main_content", *SNIPPETS) if key in truth}
        record = {key: value for key, value in record.items() if key != "ground_truth"} | parts
    return record


def _has_reference(truth: object) -> bool:
    """Whether a value is what WCXB has under `ground_truth`."""
    return isinstance(truth, dict) and "main_content" in truth


def _reduced(value: Any, written_in: str) -> Any:
    if isinstance(value, list):
        return [_reduced(item, written_in) for item in value]
    return to_text(value, written_in) if isinstance(value, str) and not has_half_character(value) else value


def has_half_character(value: object) -> bool:
    """Whether a value is, or a list of texts has, a text with half a surrogate pair, which no file can hold."""
    if isinstance(value, list):
        return any(map(has_half_character, value))
    return isinstance(value, str) and half_character(value) is not None


def outputs(pages: Pages) -> Pages:
    """Pages of an extractor in the project's own keys: `text` or `paragraphs`, `tool`, `error`.

    Those without a text are problems, in the words of their own shape.
    """
    problems = list(pages.problems)
    lines = []
    for line in pages.lines:
        faults = list(_faults(line))
        problems += faults  # such a page is there, but has nothing to be checked
        record = {"id": line.record["id"], "text": ""} if faults and "id" in line.record else as_output(line.record)
        lines.append(Line(line.location, record))
    given = {name: as_output(record) for name, record in pages.given.items()}
    return pages._replace(lines=lines, problems=problems, given=given)


def _faults(line: Line) -> Iterator[Problem]:
    keys = (*TEXTS, *PARAGRAPHS)
    key = next((key for key in keys if key in line.record), None)
    if key is None:
        yield Problem("form", line.location, f"the page has no text: give one of {', '.join(keys)}")
    elif key in TEXTS and not isinstance(line.record[key], str | None):
        yield Problem("wrong-type", line.location, f"{key} is {describe(line.record[key])}, not a string")


def as_output(record: Record) -> Record:
    """A record with its text as `text` or `paragraphs`, without the other keys of its shape."""
    kept: Record = {key: record[key] for key in ("id", "tool", "error") if key in record}
    if "body" in record:
        return {**kept, "paragraphs": [] if record["body"] is None else record["body"]}
    key = next((key for key in TEXTS if key in record), None)
    if key is None or (key == "text" and record[key] is not None):
        return record
    return {**kept, "text": "" if record[key] is None else record[key]}


def texts(lines: Iterable[Line]) -> Iterator[tuple[str, str]]:
    """Ids and texts of records, whatever their shape; paragraphs are joined by blank lines."""
    for line in lines:
        record = joined(as_output(line.record))
        yield record["id"], record.get("text", "")


def whole_text(record: Record) -> Record:
    """A record whose text is under a benchmark's key, or in paragraphs, with its `text`; others as they are."""
    return joined(as_output(record)) if record.keys() & _NATIVE else record


def joined(record: Record) -> Record:
    """A record whose paragraphs, if it has any, are one text, with blank lines between them."""
    paragraphs = record.get("paragraphs")
    if not isinstance(paragraphs, list) or not all(isinstance(each, str) for each in paragraphs):
        return record
    return {**{key: value for key, value in record.items() if key != "paragraphs"}, "text": "\n\n".join(paragraphs)}
