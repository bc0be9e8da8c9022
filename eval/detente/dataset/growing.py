"""A new corpus, and a new page of one: what is written for people to fill in. Nothing that is there is overwritten.

What a program can tell of a page is a proposal, and lies where nothing reads it as gold:
`annotations/boilerplate/draft/`. Its lines say who proposed them, which no line of gold may.
"""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple
from uuid import uuid4

from detente.data.files import read_bytes, write_folder, write_whole
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
    write_folder(folder, {each: text.encode() for each, text in files.items()})
    return list(files)


def _filled(template: str, words: Mapping[str, str]) -> str:
    text = (TEMPLATES / template).read_text("utf-8")
    return re.sub(r"\{(name|language|canary)\}", lambda match: words[match[1]], text)


class _Page(NamedTuple):
    """A file that is a page, read.

    Attributes:
        path: The file.
        source: Its HTML; empty of a `.txt`.
        capture: The text that is kept.
    """

    path: Path
    source: str
    capture: bytes

    @property
    def digest(self) -> str:
        """The hash that the registry knows the capture by."""
        return hashlib.sha256(self.capture).hexdigest()


def add(root: Path, pages: Sequence[Path], language: str | None, extractor: str | None) -> list[Added]:
    """Registers pages, each with a draft of its segments: a line for each line of the page.

    A `.txt` is the capture, byte for byte. Of an `.html` the capture is the text that a reader sees; an extractor's
    output, aligned to it, proposes which lines are body.

    Args:
        root: The folder that holds `annotations/` and `dataset/`.
        pages: The files, in the order of their ids.
        language: Their language; None if the corpus has one.
        extractor: A public extractor, for HTML; None for the first that is installed, and for none if none is.

    Raises:
        ValidationError: With every problem of every page; then nothing is written.
    """
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
    read = [page for path in pages if (page := _read(path, extractor, problems))]
    known = {str(row.get("sha256_raw")): f"is registered as {row.get('id')}" for row in rows["articles"]}
    for page in read:
        if page.digest in known:
            problems.append(Problem("page-known", str(page.path), f"its text {known[page.digest]}"))
        known.setdefault(page.digest, f"is that of {page.path}")
    if problems:
        raise ValidationError(problems)
    proposals = [_proposal(page.source, extractor) if page.source else None for page in read]
    voices = {row.get("id") for row in rows["sources"]}
    new: dict[str, bytes] = {}
    added = []
    for page, proposal in zip(read, proposals, strict=True):
        name = _next_id(inventory.name, rows["articles"])
        article = _article(name, page.path.name, page.digest, language or inventory.languages[0])
        rows["articles"].append(article)
        changed = {"articles": article}
        if (voice := f"voice-{name}") not in voices:
            changed["sources"] = _voice(voice, name)
        for registry, row in changed.items():
            registries[registry] = _with_line(registries[registry], row)
        segments = draft(name, normalise(page.capture), proposal)
        files = {f"dataset/raw/{name}.txt": page.capture, f"{DRAFT}/{name}.jsonl": dump_lines(segments).encode()}
        new |= files
        body = sum(row["zone"] == "body" for row in segments) if proposal else None
        lines_of = tuple(f"annotations/{each}.jsonl" for each in changed)
        added.append(Added(name, tuple(files), lines_of, body, len(segments)))
    _write_new(root, new)
    for registry in ("sources", "articles"):  # the articles last: what they name is then there
        name = f"annotations/{registry}.jsonl"
        if any(name in each.registries for each in added):
            write_whole(root / name, registries[registry])
    return added


def _read(path: Path, extractor: str | None, problems: list[Problem]) -> _Page | None:
    """A page, where its file may be one; what is wrong goes to the problems."""
    suffix = path.suffix.lower()
    if suffix not in _SUFFIXES:
        problems.append(Problem("file-suffix", str(path), f"a page is one of {', '.join(_SUFFIXES)}"))
        return None
    if extractor and suffix == ".txt":
        problems.append(Problem("option", "--extractor", f"reads HTML, and {path.name} is text"))
    data = read_bytes(path)
    source = ""
    if suffix != ".txt":
        try:
            source = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            message = f"byte {error.start} is not UTF-8: save it as UTF-8"
            problems.append(Problem("text-not-utf8", str(path), message))
            return None
    capture = data if suffix == ".txt" else visible_text(source).encode()
    problems += [Problem(fault.rule, f"{path}:{fault.line}", fault.message) for fault in refusals(capture)]
    if not capture.strip():
        problems.append(Problem("no-text", str(path), "holds no text"))
        return None
    return _Page(path, source, capture)


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
    """Writes files of which none may be there, but as they are to be: a call that was killed left them.

    Raises:
        ValidationError: If one is there that has something else; then none is written.
    """
    there = [
        name
        for name, content in files.items()
        if (path := root / name).exists() and not (path.is_file() and read_bytes(path) == content)
    ]
    if there:
        message = "is there already, and is not overwritten: move it away, or register it by hand"
        raise ValidationError([Problem("not-empty", str(root / name), message) for name in there])
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        write_whole(root / name, content)


def next_steps(root: Path, added: Sequence[Added]) -> list[str]:
    """What there is to do about new pages, and how to undo them."""
    names = [page.id for page in added]
    which = names[0] if len(names) == 1 else "<page>"
    registries = Counter(registry for page in added for registry in page.registries)
    lines = " and ".join(
        f"the last {f'{count} lines' if count > 1 else 'line'} of {name}" for name, count in registries.items()
    )
    return [
        *(f"{page.id}: {counted(page.lines, 'line')}{_proposed(page)}" for page in added),
        f"1. Label {DRAFT}/{which}.jsonl: a zone and a type for each line (validate computes `repeats`).",
        f"   Take `proposal` out of each line, and move the file to annotations/boilerplate/gold/{which}.jsonl.",
        "2. What the page states of its outlet, date, author and headline goes into annotations/articles.jsonl.",
        "3. Other layers, whichever you label: annotations/<layer>/gold/, a file for each page.",
        f"4. detente dataset validate {root}; raise annotations/VERSION if the corpus was built before; then build.",
        f"Undo: remove {', '.join(file for page in added for file in page.files)} and {lines}.",
    ]


def _proposed(page: Added) -> str:
    return f"; {counted(page.body, 'line')} proposed as body" if page.body is not None else ""
