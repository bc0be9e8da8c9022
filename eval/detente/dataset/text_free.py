"""The dataset without the pages' words: offsets, hashes, labels, and what this project wrote.

Whose words a string is made of is decided by one rule for all columns: five tokens in a row that a page has, too, are
the page's (in its text, in a headline, in a normalised sentence or a reason). They are replaced by where they stand,
`⟦detente-001:88-120⟧`, so that what is left are this project's own words, and whoever has the page can put the others
back. `detente.dataset.join` does.
"""

import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import polars as pl

from detente.data.corpus import Corpus, table_name
from detente.data.files import read_bytes
from detente.data.jsonl import Record, dump_lines
from detente.data.problems import Problem, ValidationError
from detente.dataset.build import Files, as_json, digest, parquet, vouched
from detente.dataset.card import FRONT_MATTER
from detente.dataset.schema import LAYERS
from detente.text.anchoring import Words, passages
from detente.text.folding import fold
from detente.text.spans import Span
from detente.text.tokens import token_spans

RUN: Final = 5
"""So many tokens in a row are the page's words."""
PAGES: Final = "pages.jsonl"
MANIFEST: Final = "manifest.json"
CARD: Final = "README.md"
BESIDE: Final = ("DATASHEET.md", "LICENSE-annotations")
"""What lies beside the folder of the dataset, and inside an export."""
PLACE: Final = re.compile(r"⟦(?P<article>[^⟦⟧:]+):(?P<start>\d{1,9})-(?P<end>\d{1,9})⟧")
_STAYS: Final = "holds words of a page, which cannot be replaced there"
NOTE: Final = re.compile(r"<!-- text-free -->.*?<!-- /text-free -->\n\n?", re.DOTALL)
_NOTE: Final = """\
<!-- text-free -->
> **This is the text-free export.** It has every label, offset and hash, and no page's words: wherever five or more
> tokens in a row stand on one of the pages, a place such as `⟦ARTICLE:START-END⟧` stands instead (offsets in Unicode
> code points, half-open, into the page's text). That holds for texts and headlines, and for those parts of normalised
> sentences, propositions and reasons that a page has word for word; all else is this project's own. `pages.jsonl` has
> the SHA-256 of each page as captured and of its text, and hashes of passages of eight tokens or more, by which spans
> are found again in a copy of a page that changed a little.
>
> Put each page into a folder as `ARTICLE.txt`, then
>
>     detente dataset join THIS_FOLDER --texts PAGES -o JOINED
>
> which checks every page by its hash and gives the whole dataset, row for row. `load_dataset` reads this folder as it
> is, too, with places for words.
<!-- /text-free -->

"""


def mapped(
    value: Any, article: str, span: Callable[[str, int, int], Span], text: Callable[[str, str], str], inside: str = ""
) -> Any:
    """A value of a row with every span and every string in it replaced.

    Args:
        value: A row, or what stands in it.
        article: The page that the row is about; empty if it is about none.
        span: From a page and offsets to the new offsets.
        text: From a string and the page of its row to the new string.
        inside: The page whose spans these are, if another than the row's.
    """
    if isinstance(value, str):
        return text(value, article)
    if isinstance(value, list):
        return [mapped(each, article, span, text, inside) for each in value]
    if not isinstance(value, dict):
        return value
    new = {name: mapped(each, article, span, text, inside) for name, each in value.items()}
    if isinstance(value.get("start"), int) and isinstance(value.get("end"), int):
        page = inside or value.get("article") or article
        new["start"], new["end"] = span(page, value["start"], value["end"])
    return new


def mapped_row(
    config: str, row: Record, span: Callable[[str, int, int], Span], text: Callable[[str, str], str]
) -> Record:
    """A row with every span and every string in it replaced; arguments as of `mapped`."""
    article = article_of(config, row)
    layer = LAYERS.get(config)
    others = (
        {each.field: row[each.article] for each in layer.spans if each.article not in ("", "article")} if layer else {}
    )
    new = {
        name: mapped(value, article, span, text, others.get(name, ""))
        for name, value in row.items()
        if name not in ("start", "end")
    }
    if "start" in row and "end" in row:
        new["start"], new["end"] = span(article, row["start"], row["end"])
    return {name: new[name] for name in row}


def article_of(config: str, row: Record) -> str:
    """The page that a row is about; empty if it is about none."""
    article: str = row["id"] if config == "articles" else row.get("article", "")
    return article


@dataclass(frozen=True)
class Concealer:
    """Replaces the pages' words by where they stand.

    Attributes:
        pages: The texts by article.
        places: The places that it put, by article.
    """

    pages: Mapping[str, str]
    places: dict[str, set[Span]] = field(default_factory=dict)

    @cached_property
    def _runs(self) -> frozenset[tuple[str, ...]]:
        return frozenset(run for text in self.pages.values() for run, _ in runs(text))

    @cached_property
    def _known(self) -> dict[tuple[str, str], str]:
        return {}

    def shows(self, text: str) -> bool:
        """Does a text have five tokens in a row that a page has?"""
        return any(run in self._runs for run, _ in runs(text))

    def __call__(self, text: str, article: str = "") -> str:
        """The text with places for words; those of `article`, if it has them.

        Raises:
            ValueError: If words cannot be replaced, or places could not be told from words.
        """
        if (text, article) not in self._known:
            self._known[text, article] = self._concealed(text, article)
        return self._known[text, article]

    def _concealed(self, text: str, article: str) -> str:
        if match := PLACE.search(text):
            raise ValueError(f"holds {match[0]}, as the places of words in an export are written: use other brackets")
        if text and text == self.pages.get(article):
            return self._place(article, 0, len(text))
        covered: dict[Span, None] = {}
        for run, spans in runs(text):
            if run in self._runs:
                covered |= dict.fromkeys(token for token in token_spans(text[: spans[1]]) if token[0] >= spans[0])
        pieces, done = [], 0
        for start, end in _stretches(covered, token_spans(text)):
            pieces += [text[done:start], *self._pieces(text[start:end], article)]
            done = end
        new = "".join([*pieces, text[done:]])
        if self.shows(new):
            raise ValueError("has five words in a row that a page has, in another case or spelling: word it otherwise")
        return new

    def _pieces(self, text: str, article: str) -> Iterator[str]:
        """A run of tokens as places, the longest first; a lone token, which other text parts from the rest, stays."""
        tokens = token_spans(text)
        first = done = 0
        while first < len(tokens):
            start = tokens[first][0]
            best = max(self._longest(text, tokens, first, name, article) for name in self.pages)
            if best[0] > first + 1:
                last, _, name, at = best
                end = tokens[last - 1][1]
                yield text[done:start] + self._place(name, at, at + end - start)
                first, done = last, end
            else:
                first += 1
        yield text[done:]

    def _longest(
        self, text: str, tokens: Sequence[Span], first: int, name: str, article: str
    ) -> tuple[int, bool, str, int]:
        """To which token a page has the words from `first` on, whether it is the row's own, its name, and where."""
        page, start, at, last = self.pages[name], tokens[first][0], -1, first
        while last < len(tokens) and (found := page.find(text[start : tokens[last][1]], max(at, 0))) >= 0:
            at, last = found, last + 1
        return last, name == article, name, at

    def _place(self, name: str, start: int, end: int) -> str:
        self.places.setdefault(name, set()).add((start, end))
        return f"⟦{name}:{start}-{end}⟧"


def runs(text: str) -> Iterator[tuple[tuple[str, ...], Span]]:
    """Every five tokens in a row with where they stand, case and kinds of quotation marks folded.

    Once of words and numbers alone, so that no punctuation hides a run, and once of all tokens, if at least three of
    the five have a letter: a date in digits is nobody's words.
    """
    tokens = [(fold(text[start:end]).casefold(), start, end) for start, end in token_spans(text)]
    words = [token for token in tokens if token[0][0].isalnum() or token[0][0] == "_"]
    for kind, lettered in ((words, 0), (tokens, 3)):
        for first in range(len(kind) - RUN + 1):
            run = [word for word, _, _ in kind[first : first + RUN]]
            if sum(any(map(str.isalpha, word)) for word in run) >= lettered:
                yield tuple(run), (kind[first][1], kind[first + RUN - 1][2])


def _stretches(covered: Collection[Span], tokens: Sequence[Span]) -> Iterator[Span]:
    """The stretches of a text that are covered by tokens next to each other."""
    start = end = -1
    for token in tokens:
        if token in covered:
            start, end = (token[0] if start < 0 else start), token[1]
        elif start >= 0:
            yield start, end
            start = -1
    if start >= 0:
        yield start, end


def export(corpus: Corpus) -> Files:
    """The files of the text-free export of a built dataset, below its folder.

    Raises:
        ValidationError: If the dataset is not whole, or has words of a page that cannot be taken out.
    """
    if problems := corpus.changed():
        raise ValidationError(problems)
    if corpus.text_free:
        raise ValidationError([Problem("text-free", str(corpus.folder), "is a text-free export already")])
    pages = {name: row["text"] for name, row in corpus.articles.items()}
    conceal = Concealer(pages)
    frames, faults = _concealed_frames(corpus, conceal)
    files = {table_name(config): parquet(frame) for config, frame in frames.items()}
    hashes = swaps(corpus, frames, files)
    for name in corpus.manifest["files"]:
        if name.endswith((".json", ".jsonl")):
            _ = corpus.document(name) if name.endswith(".json") else corpus.lines(name)  # or it is neither
            files[name] = swapped(corpus.vouched(name).decode(), hashes).encode()
            faults += [Problem("text-free", name, _STAYS)] * any(map(conceal.shows, _strings(files[name], name)))
    for name, path in _documents(corpus).items():
        front, body = front_and_body(swapped(read_bytes(path).decode(), hashes))
        try:
            note = _NOTE if name == CARD else ""
            files[name] = (front + note + conceal(body)).encode()
        except ValueError as error:
            faults.append(Problem("text-free", name, str(error)))
    if faults:
        raise ValidationError(faults)
    files[PAGES] = dump_lines(_pages(corpus, conceal.places)).encode()
    whole = {key: corpus.manifest[key] for key in ("sha256", "configs")}
    files[MANIFEST] = as_json({**corpus.manifest, **vouched(frames, files), "text_free": whole})
    return files


def _concealed_frames(corpus: Corpus, conceal: Concealer) -> tuple[dict[str, pl.DataFrame], list[Problem]]:
    """The tables without words, and the rows whose words cannot be taken out; their spans are noted, too."""
    faults: list[Problem] = []

    def noted(article: str, start: int, end: int) -> Span:
        conceal.places.setdefault(article, set()).add((start, end))
        return start, end

    frames = {}
    for config in corpus.manifest["configs"]:
        rows = []
        for row in corpus.rows(config):
            try:
                rows.append(mapped_row(config, row, noted, conceal))
            except ValueError as error:
                faults.append(Problem("text-free", f"{config} {row['id']}", str(error)))
        frames[config] = pl.DataFrame(rows, schema=corpus.table(config).schema, orient="row")
    return frames, faults


def _pages(corpus: Corpus, places: Mapping[str, Iterable[Span]]) -> Iterator[Record]:
    """What is needed to know a page again: hashes of the whole, of its blocks, and of what rows speak of."""
    for name, row in corpus.articles.items():
        whole = {key: row[key] for key in ("id", "capture", "sha256_raw", "sha256_text")}
        parts = {"blocks": Words(row["text"]).blocks(), "passages": passages(row["text"], places.get(name, ()))}
        yield whole | {"characters": len(row["text"])} | parts


def _documents(corpus: Corpus) -> dict[str, Path]:
    """The card, and what lies beside the folder of the dataset, where it does."""
    paths = {CARD: corpus.folder / CARD} | {name: corpus.folder.parent / name for name in BESIDE}
    return {name: path for name, path in paths.items() if path.is_file()}


def front_and_body(document: str) -> tuple[str, str]:
    """A document in two: its front matter, empty if it has none, and the rest."""
    match = FRONT_MATTER.match(document)
    return (document[: match.end()], document[match.end() :]) if match else ("", document)


def swaps(corpus: Corpus, frames: Mapping[str, pl.DataFrame], files: Files) -> dict[str, str]:
    """From each hash of rows, and of files, that documents of a dataset name to that of the new rows and files."""
    rows = {known["sha256"]: digest(frames[config]) for config, known in corpus.manifest["configs"].items()}
    known = corpus.manifest["files"]
    return rows | {known[name]: hashlib.sha256(data).hexdigest() for name, data in files.items() if name in known}


def swapped(document: str, hashes: Mapping[str, str]) -> str:
    """A document with its hashes replaced."""
    return re.sub("[0-9a-f]{64}", lambda match: hashes.get(match[0], match[0]), document)


def _strings(data: bytes, name: str) -> Iterator[str]:
    """The strings in a JSON document, or in JSON Lines."""
    lines = data.decode().splitlines() if name.endswith(".jsonl") else [data.decode()]
    waiting = [json.loads(line) for line in lines]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict | list):
            waiting += [*value, *value.values()] if isinstance(value, dict) else value
