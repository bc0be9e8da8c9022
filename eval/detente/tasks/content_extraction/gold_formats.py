"""Gold in the native files of the benchmarks of content extraction."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from detente.data import page_texts
from detente.data.jsonl import Line, Record, describe
from detente.data.problems import Problem, ValidationError
from detente.tasks.content_extraction import references
from detente.tasks.content_extraction.references import ReferenceCorpus, ReferencePage

_TEXT_KEYS: Final = {"articleBody": "article-extraction", "plaintext": "wceb", "text": "text"}
_WEBMAINBENCH: Final = ("convert_main_content", "groundtruth_content")
"""Its reference is the first of them, the second where that is null."""
_WCXB: Final = "main_content"
"""Inside of `ground_truth`, as `with` and `without` are; `page_texts` reads them on one level."""
_READ_KEYS: Final = (*page_texts.TEXTS, *page_texts.PARAGRAPHS, *page_texts.SNIPPETS)
UNLABELLED: Final = "not given"
"""A page's label where other pages have one."""


def format_of(lines: list[Line]) -> str | None:
    """The format of gold that the records have, or None."""
    keys = {key for line in lines[:50] for key in line.record}
    if keys & set(_WEBMAINBENCH):
        return "webmainbench"
    if _WCXB in keys:
        return "wcxb"
    if keys & {"with", "without"}:
        return "snippets"
    if "body" in keys:
        return "fundus"
    return next((name for key, name in _TEXT_KEYS.items() if key in keys), None)


def read_gold(path: Path, gold_format: str | None = None, written_in: str | None = None) -> ReferenceCorpus:
    """Reads reference texts.

    Args:
        path: A file in the native format of a benchmark, packed or not, or a folder of .txt, .md or .html files, or of
            the .json documents of WCXB.
        gold_format: One of `labels.GOLD_FORMATS`; None to tell it from the keys.
        written_in: What its texts are written in, one of `markup.FORMATS`; see `page_texts.read`.

    Raises:
        ValidationError: With every problem.
    """
    lines, problems, written_in, given = page_texts.read(path, written_in=written_in)
    found = gold_format or format_of(lines)
    if found is None and not problems:
        problems.append(no_format(str(path)))
    targets, faults = targets_of(lines, given, found)
    if problems or faults or found is None:
        raise ValidationError([*problems, *faults])
    targets = labelled(targets, {name for target in targets.values() for name in target.labels})
    name = page_texts.short_name(str(path))
    return ReferenceCorpus(name, found, references.digest(targets.values()), targets, written_in)


def no_format(name: str) -> Problem:
    """That no page has what a format has."""
    known = "articleBody, plaintext, text, convert_main_content, ground_truth, body, with or without"
    return Problem("gold-format", name, f"no page has {known}: name the format with --gold-format")


def whole_page(name: str, page: str) -> Problem:
    """That gold has a page of the dataset itself, and not what should be extracted from it."""
    message = (
        f"has the whole page {page}, menus and all, so that keeping everything would be perfect: --gold takes the"
        " texts that an extractor should give; leave it out to score on the dataset's own gold"
    )
    return Problem("gold-format", name, message)


def targets_of(
    lines: Iterable[Line], given: Mapping[str, Record], found: str | None
) -> tuple[dict[str, ReferencePage], list[Problem]]:
    """The pages of lines by id, and what is wrong with lines.

    Args:
        lines: As `page_texts` gives them.
        given: The records whose texts were reduced, as they were before that.
        found: The format; without one there are no pages.
    """
    problems: list[Problem] = []
    targets: dict[str, ReferencePage] = {}
    make = _MAKERS.get(found or "")
    for line in lines if make else ():
        page = line.record.get("id")
        if not isinstance(page, str):
            problems.append(Problem("no-id", line.location, 'the page has no "id" that is a string'))
        elif page in targets:
            problems.append(Problem("id-duplicate", line.location, f"{page} is a duplicate of a page before it"))
        elif broken := [key for key in _READ_KEYS if page_texts.has_half_character(line.record.get(key))]:
            message = f"{broken[0]} has half a surrogate pair: write whole characters"
            problems.append(Problem("wrong-type", line.location, message))
        else:
            made = make(page, line)  # type: ignore[misc]
            if isinstance(made, Problem):
                problems.append(made)
                continue
            before = make(page, Line(line.location, given[page])) if page in given else None  # type: ignore[misc]
            targets[page] = replace(made, given=before) if isinstance(before, ReferencePage) else made
    return targets, problems


def labelled(targets: Mapping[str, ReferencePage], names: Collection[str]) -> dict[str, ReferencePage]:
    """Pages with a value of every label that one of all pages has."""
    return {
        page: replace(target, labels={name: target.labels.get(name, UNLABELLED) for name in sorted(names)})
        for page, target in targets.items()
    }


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
    return _with_snippets(page, line)


def _with_snippets(page: str, line: Line) -> ReferencePage | Problem:
    must_include, must_exclude = (
        [] if line.record.get(key) is None else line.record[key] for key in ("with", "without")
    )
    if fault := _not_strings(must_include, "with") or _not_strings(must_exclude, "without"):
        return Problem("wrong-type", line.location, fault)
    return ReferencePage(page, (), tuple(must_include), tuple(must_exclude))


def _webmainbench(page: str, line: Line) -> ReferencePage | Problem:
    if not line.record.keys() & set(_WEBMAINBENCH):
        return _lacks(line, *_WEBMAINBENCH)
    labels = _labels(line, "meta", level=("level",), language=("language",))
    text = line.record.get(_WEBMAINBENCH[0])
    if text is not None and not isinstance(text, str):
        return Problem("wrong-type", line.location, f"{_WEBMAINBENCH[0]} is {describe(text)}, not a string")
    if isinstance(labels, Problem):
        return labels
    return replace(references.of_text(page, text or ""), benchmark="webmainbench", labels=labels)


def _wcxb(page: str, line: Line) -> ReferencePage | Problem:
    if _WCXB not in line.record:
        return _lacks(line, f"ground_truth.{_WCXB}")
    labels = _labels(line, "_internal", page_type=("page_type", "primary"))
    made, snippets = _text_maker(_WCXB)(page, line), _with_snippets(page, line)
    if isinstance(made, Problem) or isinstance(snippets, Problem) or isinstance(labels, Problem):
        return next(each for each in (made, snippets, labels) if isinstance(each, Problem))
    if labels.get("page_type") == "category":  # the benchmark's own evaluation counts the two as one
        labels = {"page_type": "collection"}
    return replace(snippets, references=made.references, benchmark="wcxb", labels=labels)


def _labels(line: Line, root: str, **paths: tuple[str, ...]) -> dict[str, str] | Problem:
    """The labels of a page by name, each under a path of keys below `root`; those that are absent or null left out."""
    found = {}
    for name, path in paths.items():
        value: Any = line.record
        walked: list[str] = []
        for key in (root, *path):
            if value is not None and not isinstance(value, dict):
                return Problem("wrong-type", line.location, f"{'.'.join(walked)} is {describe(value)}, not an object")
            value = (value or {}).get(key)
            walked.append(key)
        if value is not None and not isinstance(value, str):
            return Problem("wrong-type", line.location, f"{'.'.join(walked)} is {describe(value)}, not a string")
        if value:
            found[name] = value
    return found


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
    "webmainbench": _webmainbench,
    "wcxb": _wcxb,
}
