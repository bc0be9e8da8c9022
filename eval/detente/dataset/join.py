"""The text-free export and one's own copies of the pages, joined to the whole dataset.

Every copy is checked by hash. It may be the page as captured, the same text written otherwise (which is undone), or
another version of the page: there each span is looked for by the hash of its words (`detente.text.anchoring`), and a
row with a span that is not found is left out and listed. A copy that is another page is refused.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, NamedTuple, NoReturn

import polars as pl

from detente.data.corpus import Corpus, blind_name, table_name
from detente.data.files import read_bytes, unpack
from detente.data.jsonl import Record, dump_lines
from detente.data.problems import Problem, ValidationError
from detente.dataset.build import Files, as_json, parquet, vouched
from detente.dataset.text_free import (
    BESIDE,
    CARD,
    MANIFEST,
    NOTE,
    PAGES,
    PLACE,
    article_of,
    front_and_body,
    mapped_row,
    swapped,
    swaps,
)
from detente.text.anchoring import Anchoring, Passage, Words
from detente.text.display import counted, shortened
from detente.text.folding import nfc
from detente.text.normalization import one_space
from detente.text.spans import Span
from detente.text.tokens import INVISIBLE

REPORT: Final = "join.json"
SAME_PAGE: Final = 0.5
"""A copy that has no more than this share of a page's blocks is not taken for a version of it."""
_LINE_ENDS: Final = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1f\x85\u2028\u2029]")
_TRAILING: Final = re.compile(r"[^\S\n]+(?=\n|\Z)")
_STEPS: Final = (
    ("line ends other than LF", lambda text: _LINE_ENDS.sub("\n", text)),
    ("a byte order mark", lambda text: text.removeprefix("\ufeff")),
    ("invisible characters", lambda text: INVISIBLE.sub("", text)),
    ("a normal form other than NFC", nfc),
    ("no-break and other spaces", one_space),
    ("white space at the ends of lines", lambda text: _TRAILING.sub("", text)),
)
"""What may be otherwise in a copy of the same text. No page has any of it, spaces aside, so nothing is lost."""
_SPACES: Final = "no-break and other spaces"


class Page(NamedTuple):
    """What an export knows of a page: a line of `pages.jsonl`."""

    id: str
    capture: str
    sha256_raw: str
    sha256_text: str
    characters: int
    blocks: list[Passage]
    passages: dict[Span, Passage]


_PLAIN: Final = {"id": str, "capture": str, "sha256_raw": str, "sha256_text": str, "characters": int}


class _Copies(dict[str, "Copy"]):
    """The copy of each page; an export that names another page is none that this program wrote."""

    def __missing__(self, name: str) -> NoReturn:
        message = f"rows of the export are of the page {shortened(name)}, which it does not have: export it again"
        raise ValidationError([Problem("dataset-changed", PAGES, message)])


@dataclass(frozen=True)
class Copy:
    """Somebody's copy of a page.

    Attributes:
        page: The page.
        text: The copy's text, in the form in which the dataset has texts.
        raw: The bytes as captured; None if they cannot be restored.
        undone: What was written otherwise in it.
    """

    page: Page
    text: str
    raw: bytes | None
    undone: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """Is it the text of the page?"""
        return _sha256(self.text.encode()) == self.page.sha256_text

    @cached_property
    def anchoring(self) -> Anchoring:
        """The page laid against the copy."""
        return Anchoring(self.page.blocks, Words(self.text))

    def place(self, span: Span) -> Span | None:
        """Where a span of the page is in the copy; None if it is not there."""
        if self.same:
            return span
        passage = self.page.passages.get(span)
        return self.anchoring.place(passage) if passage else None

    def words(self, span: Span) -> str | None:
        """The words of a span of the page; those of the whole page are all of the copy's."""
        if span == (0, self.page.characters):
            return self.text
        found = self.place(span)
        return self.text[slice(*found)] if found else None

    def __str__(self) -> str:
        after = f", after undoing {' and '.join(self.undone)}" if self.undone else ""
        if not self.same:
            return f"another version of the page, with {self.anchoring.shared:.0%} of its passages{after}"
        unlike = "" if self.raw is not None else "; the bytes as captured cannot be restored, no row has them"
        return f"the text of the page{after}{unlike}" if after or unlike else "the page as captured"


class Joined(NamedTuple):
    """A dataset joined with copies of its pages.

    Attributes:
        files: The files below its folder.
        copies: The copies by page.
        counts: For each config how many rows are kept as they were, moved and lost.
        lost: The rows that are left out, with the reason.
        notes: What else is to be known.
    """

    files: Files
    copies: dict[str, Copy]
    counts: dict[str, Counter[str]]
    lost: list[Problem]
    notes: list[str]


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def join(export: Corpus, texts: Path) -> Joined:
    """The dataset of an export and of copies of its pages.

    Args:
        export: The text-free export.
        texts: The folder of the copies: each page as `<article>.txt`, or under the name of its capture.

    Returns:
        The whole dataset. With the pages themselves it is the one that was exported, row for row.

    Raises:
        ValidationError: If the export is not whole, or a page is missing, unreadable or another one.
    """
    if not export.text_free:
        message = "is no text-free export: it has no hashes of pages, or has their text already"
        raise ValidationError([Problem("text-free", str(export.folder), message)])
    if problems := export.changed():
        raise ValidationError(problems)
    copies = _copies(_pages(export), texts)
    rows, counts, lost = _rows(export, copies)
    frames = {
        config: pl.DataFrame(kept, schema=export.table(config).schema, orient="row") for config, kept in rows.items()
    }
    files: Files = {table_name(config): parquet(frame) for config, frame in frames.items()}
    hashes, gone = swaps(export, frames, files), {name for name, _ in lost}
    for name in export.manifest["files"]:
        if name.startswith(blind_name("").partition("/")[0]):
            files[name] = dump_lines(line for line in export.lines(name) if line["id"] not in gone).encode()
        elif name.endswith(".json"):
            export.document(name)  # or it is no JSON
            files[name] = swapped(export.vouched(name).decode(), hashes).encode()
    for article in (row["id"] for row in rows["articles"]):
        files[f"text/{article}.txt"] = copies[article].text.encode()
    for name in (CARD, *BESIDE):
        if (path := export.folder / name).is_file():
            front, body = front_and_body(swapped(read_bytes(path).decode(), hashes))
            files[name] = (front + _worded(NOTE.sub("", body), copies)).encode()
    manifest = {name: value for name, value in export.manifest.items() if name != "text_free"}
    files[MANIFEST] = as_json(manifest | vouched(frames, files))
    for article in (row["id"] for row in rows["articles"]):
        if (raw := copies[article].raw) is not None:
            files[f"raw/{article}.txt"] = raw
    notes = [*_uncovered(rows, copies), *_dangling(rows, gone)]
    problems = [problem for _, problem in lost]
    files[REPORT] = as_json(_report(copies, counts, problems, notes))
    return Joined(files, copies, counts, problems, notes)


def _pages(export: Corpus) -> list[Page]:
    try:
        return [
            Page(
                **{name: _typed(line[name], type_) for name, type_ in _PLAIN.items()},
                blocks=[_passage(each) for each in line["blocks"]],
                passages={(each[0], each[1]): _passage(each) for each in line["passages"]},
            )
            for line in export.lines(PAGES)
        ]
    except (KeyError, TypeError) as error:
        message = "a line is not what an export has of a page: export the dataset again"
        raise ValidationError([Problem("dataset-changed", str(export.folder / PAGES), message)]) from error


def _typed(value: Any, wanted: type) -> Any:
    if type(value) is not wanted or (isinstance(value, str) and Path(value).name != value):
        raise TypeError(f"{value} is no {wanted.__name__}, or leads elsewhere")
    return value


def _passage(values: Any) -> Passage:
    found = Passage(*values)
    *numbers, digest = found
    for number in numbers:
        _typed(number, int)
    return found._replace(digest=_typed(digest, str))


def _copies(pages: Sequence[Page], texts: Path) -> dict[str, Copy]:
    """The copy of each page.

    Raises:
        ValidationError: With every page that is missing, unreadable or another one.
    """
    copies, problems = _Copies(), []
    for page in pages:
        paths = [path for name in (f"{page.id}.txt", page.capture) if (path := texts / name).is_file()]
        if not paths:
            message = f"is not there: put the page there as {page.id}.txt, or as {page.capture}"
            problems.append(Problem("copy-missing", str(texts / f"{page.id}.txt"), message))
            continue
        path = paths[0]
        try:
            copy = copy_of(page, read_bytes(path), str(path))
        except ValidationError as invalid:
            problems += invalid.problems
            continue
        if not copy.same and (fault := _other_page(copy, pages)):
            problems.append(Problem("copy-wrong", str(path), fault))
        copies[page.id] = copy
    if problems:
        raise ValidationError(problems)
    return copies


def copy_of(page: Page, data: bytes, name: str) -> Copy:
    """A copy of a page from its bytes, with what is written otherwise undone.

    Raises:
        ValidationError: If they are not UTF-8, nor UTF-16 with its mark.
    """
    if _sha256(data) == page.sha256_raw:
        return Copy(page, one_space(data.decode()), data)
    try:
        text = unpack(data, name).decode()
    except UnicodeDecodeError as error:
        message = f"byte {error.start} is not UTF-8: save the copy as UTF-8"
        raise ValidationError([Problem("text-not-utf8", name, message)]) from error
    undone = [] if unpack(data, name) == data else ["UTF-16 or packing"]
    spaced = text
    for what, step in _STEPS:
        changed = step(text)
        undone += [what] * (changed != text)
        text = changed
        spaced = spaced if what == _SPACES else step(spaced)
    for end in ("", "\n", text[len(text.rstrip("\n")) :]):
        whole, captured = (each.rstrip("\n") + end for each in (text, spaced))
        if _sha256(whole.encode()) == page.sha256_text:
            undone += ["line ends at the end of the file"] * (whole != text)
            raw = next((each.encode() for each in (captured, whole) if _sha256(each.encode()) == page.sha256_raw), None)
            if raw == captured.encode() and _SPACES in undone and captured != whole:
                undone.remove(_SPACES)  # they are the page's own
            return Copy(page, whole, raw, tuple(undone))
    return Copy(page, text, text.encode(), tuple(undone))


def _other_page(copy: Copy, pages: Sequence[Page]) -> str:
    """Why a copy is not a version of its page; empty if it is one."""
    for page in pages:
        if _sha256(copy.text.encode()) == page.sha256_text:
            return f"this is {page.id}, not {copy.page.id}: put each page under its own name"
    shares = {page.id: Anchoring(page.blocks, copy.anchoring.copy).shared for page in pages}
    own, nearest = shares[copy.page.id], max(shares, key=lambda name: shares[name])
    if shares[nearest] > max(own, SAME_PAGE):
        return f"this is nearer to {nearest} ({shares[nearest]:.0%} of its passages) than to {copy.page.id} ({own:.0%})"
    if own <= SAME_PAGE:
        return f"has {own:.0%} of the passages of {copy.page.id}: it is another page, or too different a version"
    return ""


def _rows(
    export: Corpus, copies: Mapping[str, Copy]
) -> tuple[dict[str, list[Record]], dict[str, Counter[str]], list[tuple[str, Problem]]]:
    """The rows of each config with the words and offsets of the copies; how many are what; those that are left out."""
    rows: dict[str, list[Record]] = {}
    counts: dict[str, Counter[str]] = {}
    lost: list[tuple[str, Problem]] = []
    left_out: set[str] = set()  # pages whose own row is lost: the articles are read first
    for config in sorted(export.manifest["configs"], key=lambda name: name != "articles"):
        rows[config], counts[config] = [], Counter(kept=0, moved=0, lost=0)
        for row in export.rows(config):
            joiner = _Joiner(copies)
            new = mapped_row(config, row, joiner.span, joiner.text)
            article = article_of(config, row)
            reason = f"{article}, its page, is left out" if article in left_out else joiner.reason
            if reason:
                counts[config]["lost"] += 1
                lost.append((row["id"], Problem("row-lost", config, f"{row['id']}: {reason}")))
                left_out |= {row["id"]} if config == "articles" else set()
                continue
            if config == "articles" and not copies[article].same:
                new["sha256_raw"] = new["sha256_text"] = _sha256(copies[article].text.encode())
            counts[config]["moved" if joiner.moved else "kept"] += 1
            rows[config].append(new)
    return {config: rows[config] for config in export.manifest["configs"]}, counts, lost


@dataclass
class _Joiner:
    """Gives one row its words and offsets, and remembers what became of them."""

    copies: Mapping[str, Copy]
    moved: bool = False
    reason: str = ""

    def span(self, article: str, start: int, end: int) -> Span:
        found = self.copies[article].place((start, end))
        if found is None:
            self._lose(article, start, end)
            return start, end
        self.moved |= found != (start, end)
        return found

    def text(self, text: str, _: str) -> str:
        return PLACE.sub(self._words, text)

    def _words(self, match: re.Match[str]) -> str:
        article, start, end = match["article"], int(match["start"]), int(match["end"])
        found = self.copies[article].words((start, end))
        if found is None:
            self._lose(article, start, end)
        return found or ""

    def _lose(self, article: str, start: int, end: int) -> None:
        self.reason = self.reason or f"characters {start} to {end} of {article} are not in the copy as they were"


def _worded(document: str, copies: Mapping[str, Copy]) -> str:
    """A document with its words; a place whose words the copy lacks stays."""

    def words(match: re.Match[str]) -> str:
        copy = copies.get(match["article"])
        found = copy.words((int(match["start"]), int(match["end"]))) if copy else None
        return match[0] if found is None else found

    return PLACE.sub(words, document)


def _uncovered(rows: Mapping[str, Iterable[Record]], copies: Mapping[str, Copy]) -> list[str]:
    """What copies have that no segment covers: words that are new in them, and those of segments that are lost."""
    notes = []
    for article, copy in copies.items():
        if copy.same:
            continue
        left = list(copy.text)
        for row in rows.get("boilerplate", ()):
            if row["article"] == article:
                left[row["start"] : row["end"]] = " " * (row["end"] - row["start"])
        if count := len("".join("".join(left).split())):
            notes.append(f"{article}: {counted(count, 'character')} of the copy are in no segment")
    return notes


def _dangling(rows: Mapping[str, Iterable[Record]], gone: set[str]) -> list[str]:
    """How many rows that are kept name one that is left out."""

    def names(value: Any) -> bool:
        if isinstance(value, str):
            return value in gone
        return any(map(names, value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()))

    return [
        f"{config}: {counted(count, 'row')} that {'is' if count == 1 else 'are'} kept name a row that is left out"
        for config, kept in rows.items()
        if (count := sum(map(names, kept)))
    ]


def _report(
    copies: Mapping[str, Copy], counts: Mapping[str, Counter[str]], lost: Sequence[Problem], notes: Sequence[str]
) -> dict[str, Any]:
    return {
        "schema": "detente.join/1",
        "pages": {name: {"same": copy.same, "undone": copy.undone, "is": str(copy)} for name, copy in copies.items()},
        "rows": counts,
        "lost": [{"config": each.location, "row": each.message} for each in lost],
        "notes": notes,
    }
