"""A new corpus, and a new page of one: what is written for people to fill in. Nothing that is there is overwritten.

What a program can tell of a page is a proposal, and lies where nothing reads it as gold:
`annotations/boilerplate/draft/`. Its lines say who proposed them, which no line of gold may.
"""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple
from uuid import uuid4

from detente.data.files import read_bytes, write_whole
from detente.data.jsonl import Record, dump_lines, parse_lines
from detente.data.problems import Problem, ValidationError
from detente.dataset import annotations
from detente.tasks.boilerplate.duplicates import Segment, repeats
from detente.text.display import counted, quoted
from detente.text.normalization import normalise, refusals
from detente.text.spans import sums_within
from detente.text.tokens import INVISIBLE, is_space, line_spans

TEMPLATES: Final = Path(__file__).parent / "new_corpus"
VERSION: Final = "0.1.0"
REGISTRIES: Final = ("articles", "sources", "events", "propositions")
DRAFT: Final = "annotations/boilerplate/draft"
NOBODY: Final = "by hand"
"""Who proposed a line of a draft in which nothing is proposed."""
_NAME: Final = r"[a-z0-9]+(?:-[a-z0-9]+)*"
_LANGUAGE: Final = r"[a-z]{2,3}"
_SUFFIXES: Final = (".txt", ".html", ".htm")


class Proposal(NamedTuple):
    """What a program takes for the text of an article.

    Attributes:
        text: Its output.
        by: Its name and version.
    """

    text: str
    by: str


class Added(NamedTuple):
    """What was written of a page.

    Attributes:
        id: The page's id.
        files: The files that are new, below the root.
        registries: Those that have a line more.
        body: How many of the draft's lines are proposed to be body; None where nothing is proposed.
        lines: How many there are.
    """

    id: str
    files: tuple[str, ...]
    registries: tuple[str, ...]
    body: int | None
    lines: int


def init(folder: Path, name: str, language: str) -> list[str]:
    """Writes a corpus without pages, which is valid and can be built.

    Args:
        folder: A folder that is empty, or not there.
        name: What the ids of its pages begin with.
        language: Of its pages, an ISO 639 code.

    Returns:
        The names of the files, below the folder.

    Raises:
        ValidationError: If something lies in the folder, or name or language have not their form.
    """
    problems = []
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        problems.append(Problem("not-empty", str(folder), "is not an empty folder: name one that is, or is not there"))
    if not re.fullmatch(_NAME, name):
        message = f"{quoted(name)} must be lower-case letters and digits, with hyphens between: name one with --name"
        problems.append(Problem("value-pattern", "--name", message))
    if not re.fullmatch(_LANGUAGE, language):
        problems.append(Problem("value-pattern", "--language", f"{quoted(language)} must be an ISO 639 code, as en"))
    if problems:
        raise ValidationError(problems)
    words = {"name": name, "language": language, "canary": f"{name.upper()}-CANARY-{uuid4()}"}
    files = {
        "README.md": _filled("README.md", words),
        "annotations/VERSION": f"{VERSION}\n",
        "annotations/inventory.yaml": _filled("inventory.yaml", words),
        **{f"annotations/{registry}.jsonl": "" for registry in REGISTRIES},
        **{
            f"annotations/{path.stem}/GUIDELINES.md": path.read_text("utf-8")
            for path in sorted((TEMPLATES / "guidelines").glob("*.md"))
        },
        "dataset/README.md": _filled("card.md", words),
    }
    (folder / "dataset" / "raw").mkdir(parents=True)
    _write_new(folder, {each: text.encode() for each, text in files.items()})
    return list(files)


def _filled(template: str, words: Mapping[str, str]) -> str:
    text = (TEMPLATES / template).read_text("utf-8")
    return re.sub(r"\{(name|language|canary)\}", lambda match: words[match[1]], text)


def add(root: Path, page: Path, language: str | None, extractor: str | None) -> Added:
    """Registers a page, with a draft of its segments: a line for each line of the page.

    A `.txt` is the capture, byte for byte. Of an `.html` the capture is the text that a reader sees; an extractor's
    output, aligned to it, proposes which lines are body.

    Args:
        root: The folder that holds `annotations/` and `dataset/`.
        page: The file.
        language: Its language; None if the corpus has one.
        extractor: A public extractor, for HTML; None for the first that is installed, and for none if none is.

    Raises:
        ValidationError: With every problem; then nothing is written.
    """
    suffix = page.suffix.lower()
    if suffix not in _SUFFIXES:
        raise ValidationError([Problem("file-suffix", str(page), f"a page is one of {', '.join(_SUFFIXES)}")])
    if extractor and suffix == ".txt":
        raise ValidationError([Problem("option", "--extractor", f"reads HTML, and {page.name} is text")])
    inventory, problems = annotations.read_inventory(root)
    registries: dict[str, bytes] = {}
    rows: dict[str, list[Record]] = {}
    for registry in ("articles", "sources"):
        path = root / "annotations" / f"{registry}.jsonl"
        registries[registry] = read_bytes(path) if path.is_file() else b""
        lines, faults = parse_lines(registries[registry], f"annotations/{registry}.jsonl")
        problems += faults
        rows[registry] = [line.record for line in lines]
    if language is None and len(inventory.languages) > 1:
        message = f"the corpus has {', '.join(inventory.languages)}: say which one the page is in"
        problems.append(Problem("option", "--language", message))
    elif language is not None and language not in inventory.languages:
        message = f"{quoted(language)} is not among the languages of the corpus: {', '.join(inventory.languages)}"
        problems.append(Problem("option", "--language", message))
    data = read_bytes(page)
    source = ""
    if suffix != ".txt":
        try:
            source = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            problems.append(Problem("text-not-utf8", str(page), f"byte {error.start} is not UTF-8: save it as UTF-8"))
    capture = data if suffix == ".txt" else visible_text(source).encode()
    problems += [Problem(fault.rule, f"{page}:{fault.line}", fault.message) for fault in refusals(capture)]
    digest = hashlib.sha256(capture).hexdigest()
    known = [str(row.get("id")) for row in rows["articles"] if row.get("sha256_raw") == digest]
    problems += [Problem("page-known", str(page), f"its text is registered as {name}") for name in known]
    if not capture.strip():
        problems.append(Problem("no-text", str(page), "holds no text"))
    if problems:
        raise ValidationError(problems)
    text = normalise(capture)
    proposal = _proposal(source, extractor) if suffix != ".txt" else None
    name = _next_id(inventory.name, rows["articles"])
    segments = draft(name, text, proposal)
    voice = f"voice-{name}"
    article = _article(name, page.name, digest, language or inventory.languages[0])
    new = {f"dataset/raw/{name}.txt": capture, f"{DRAFT}/{name}.jsonl": dump_lines(segments).encode()}
    changed = {"articles": _with_line(registries["articles"], article)}
    if not any(row.get("id") == voice for row in rows["sources"]):
        changed["sources"] = _with_line(registries["sources"], _voice(voice, name))
    _write_new(root, new)
    for registry, content in reversed(changed.items()):  # the articles last: what they name is then there
        write_whole(root / "annotations" / f"{registry}.jsonl", content)
    body = sum(row["zone"] == "body" for row in segments) if proposal else None
    return Added(name, tuple(new), tuple(f"annotations/{each}.jsonl" for each in changed), body, len(segments))


def visible_text(source: str) -> str:
    """What a reader sees of HTML, as a capture may have it: in normal form C, without invisible characters."""
    from detente.text.markup import to_text

    text = unicodedata.normalize("NFC", INVISIBLE.sub("", to_text(source, "html")))
    lines = [line.rstrip() for line in text.split("\n")]
    return "\n".join(lines).strip("\n") + "\n"


def draft(name: str, text: str, proposal: Proposal | None) -> list[Record]:
    """Segments of a page for people to label: one for each line, body where most of it is in the proposal."""
    from detente.text.alignment import align

    spans = line_spans(text)
    kept = sums_within(align(proposal.text, text).kept, spans) if proposal else [0] * len(spans)
    sizes = sums_within(~is_space(text), spans)
    is_body = [bool(2 * part > size) for part, size in zip(kept, sizes, strict=True)]
    ids = [f"{name}:b{number:02d}" for number in range(1, len(spans) + 1)]
    copied = repeats(
        [Segment(each, text[slice(*span)], body) for each, span, body in zip(ids, spans, is_body, strict=True)]
    )
    return [
        {
            "id": each,
            "start": start,
            "end": end,
            "zone": "body" if body else None,
            "type": "paragraph" if body else None,
            "repeats": copied[each],
            "alternatives": [],
            "proposal": proposal.by if proposal else NOBODY,
        }
        for each, (start, end), body in zip(ids, spans, is_body, strict=True)
    ]


def _proposal(source: str, name: str | None) -> Proposal | None:
    """The output of an extractor, None if none was named and none is installed.

    Raises:
        ValidationError: If the one that was named is not installed, or it fails on the page.
    """
    from detente.evaluation.processes import InProcess
    from detente.tasks.boilerplate.extractors import EXTRACTORS

    installed = {each.name: each for each in EXTRACTORS if each.version}
    name = name or next(iter(installed), None)
    if name is None:
        return None
    if name not in installed:
        message = "is not installed: pip install 'detente[extractors]'"
        raise ValidationError([Problem("extra-missing", name, message)])
    runner = InProcess(name)
    if failure := runner.start():
        raise ValidationError([Problem("not-runnable", name, failure)])
    try:
        answer, error = runner(source)
    finally:
        runner.stop()
    if error:
        raise ValidationError([Problem("not-runnable", name, error)])
    return Proposal(str(answer), f"{installed[name].distribution} {installed[name].version}")


def _next_id(prefix: str, articles: list[Record]) -> str:
    """The id after the highest one that is registered."""
    numbers = [re.fullmatch(rf"{re.escape(prefix)}-(\d{{3}})", str(row.get("id"))) for row in articles]
    number = max((int(found[1]) + 1 for found in numbers if found), default=0)
    if number > 999:
        raise ValidationError([Problem("value-pattern", "annotations/articles.jsonl", f"{prefix}-999 is the last id")])
    return f"{prefix}-{number:03d}"


def _article(name: str, capture: str, digest: str, language: str) -> Record:
    """A page of which nothing is known but what it is."""
    known = {"id": name, "capture": capture, "sha256_raw": digest, "language": language, "headline": None}
    unknown = {
        key: value
        for field in ("outlet", "date", "author")
        for key, value in ((field, None), (f"{field}_basis", "unknown"))
    }
    return {**known, "family": name, **unknown, "evidence": []}


def _voice(source: str, page: str) -> Record:
    """The page's own voice, which is a holder there whatever it says."""
    return {
        "id": source,
        "name": f"The own voice of {page}",
        "kind": "voice",
        "speaks_for": None,
        "anonymous": False,
        "possibly_same_as": None,
        "aliases": [],
    }


def _with_line(data: bytes, record: Record) -> bytes:
    return data + (b"\n" if data and not data.endswith(b"\n") else b"") + dump_lines([record]).encode()


def _write_new(root: Path, files: Mapping[str, bytes]) -> None:
    """Writes files of which none may be there.

    Raises:
        ValidationError: If one is there; then none is written.
    """
    there = [name for name in files if (root / name).exists()]
    if there:
        message = "is there already, and is not overwritten: move it away, or register it by hand"
        raise ValidationError([Problem("not-empty", str(root / name), message) for name in there])
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        write_whole(root / name, content)


def next_steps(root: Path, added: Added) -> list[str]:
    """What there is to do about a page, and how to undo it."""
    proposed = f"; {counted(added.body, 'line')} proposed as body" if added.body is not None else ""
    return [
        f"{added.id}: {counted(added.lines, 'line')}{proposed}",
        f"1. Label {DRAFT}/{added.id}.jsonl: a zone and a type for each line (validate computes `repeats`).",
        f"   Take `proposal` out of each line, and move the file to annotations/boilerplate/gold/{added.id}.jsonl.",
        "2. What the page states of its outlet, date, author and headline goes into annotations/articles.jsonl.",
        "3. Other layers, whichever you label: annotations/<layer>/gold/, a file for each page.",
        f"4. detente dataset validate {root}; raise annotations/VERSION if the corpus was built before; then build.",
        f"Undo: remove {', '.join(added.files)} and the last line of {' and '.join(added.registries)}.",
    ]
