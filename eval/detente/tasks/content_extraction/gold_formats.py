"""Gold in the native files of the benchmarks of content extraction."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from detente.data import page_texts
from detente.data.jsonl import Line, describe
from detente.data.problems import Problem, ValidationError
from detente.tasks.content_extraction import references
from detente.tasks.content_extraction.references import ReferenceCorpus, ReferencePage

_TEXT_KEYS: Final = {"articleBody": "article-extraction", "plaintext": "wceb", "text": "text"}


def format_of(lines: list[Line]) -> str | None:
    """The format of gold that the records have, or None."""
    keys = {key for line in lines[:50] for key in line.record}
    if keys & {"with", "without"}:
        return "snippets"
    if "body" in keys:
        return "fundus"
    return next((name for key, name in _TEXT_KEYS.items() if key in keys), None)


def read_gold(path: Path, gold_format: str | None = None, written_in: str | None = None) -> ReferenceCorpus:
    """Reads reference texts.

    Args:
        path: A file in the native format of a benchmark, packed or not, or a folder of .txt, .md or .html files.
        gold_format: One of `labels.GOLD_FORMATS`; None to tell it from the keys.
        written_in: What its texts are written in, one of `markup.FORMATS`; see `page_texts.read`.

    Raises:
        ValidationError: With every problem.
    """
    lines, problems, written_in = page_texts.read(path, written_in=written_in)
    found = gold_format or format_of(lines)
    if found is None and not problems:
        known = "articleBody, plaintext, text, body, with or without"
        problems.append(Problem("gold-format", str(path), f"no page has {known}: name the format with --gold-format"))
    targets: dict[str, ReferencePage] = {}
    make = _MAKERS.get(found or "")
    for line in lines if make else ():
        page = line.record.get("id")
        if not isinstance(page, str):
            problems.append(Problem("no-id", line.location, 'the page has no "id" that is a string'))
        elif page in targets:
            problems.append(Problem("id-duplicate", line.location, f"{page} is a duplicate of a page before it"))
        elif broken := [key for key, value in line.record.items() if page_texts.has_half_character(value)]:
            message = f"{broken[0]} has half a surrogate pair: write whole characters"
            problems.append(Problem("wrong-type", line.location, message))
        else:
            made = make(page, line)  # type: ignore[misc]
            if isinstance(made, Problem):
                problems.append(made)
            else:
                targets[page] = made
    if problems or found is None:
        raise ValidationError(problems)
    name = page_texts.short_name(str(path))
    return ReferenceCorpus(name, found, references.digest(targets.values()), targets, written_in)


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
