"""Reference texts: gold without offsets, as the benchmarks of content extraction have it."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import Any, Final

from detente.data.buckets import bucket_digests, digest_of
from detente.data.jsonl import Record
from detente.metrics.edit_distance import wer_tokens
from detente.metrics.ngrams import Shingles, WordCounts
from detente.text.markup import structure_of
from detente.text.segmentation import segments
from detente.text.sentences import sentences

MAX_OPTIONAL: Final = 4
"""Up to so many optional paragraphs, every choice of them is a reference of its own; of more, all or none."""
_LETTERS: Final = re.compile(r"[a-z0-9]+")


class Reference:
    """One text that an output may equal, with what the measures need of it, each made when first asked for, and kept.

    Attributes:
        text: The text.
        paragraphs: Its paragraphs, or None if the gold does not say what they are.
        structure: The elements that it had as Markdown or HTML; None if it was plain text, or paragraphs.
    """

    def __init__(self, text: str, paragraphs: tuple[str, ...] | None = None) -> None:
        self.text = text
        self.paragraphs = paragraphs
        self.structure = structure_of(text)

    def let_go(self) -> None:
        """Keeps the text alone: what the measures need of it takes a hundred times its memory."""
        own = ("text", "paragraphs", "structure")
        self.__dict__ = {name: self.__dict__[name] for name in own}

    @cached_property
    def shingles(self) -> Shingles:
        """Its shingles, counted."""
        return Shingles(self.text)

    @cached_property
    def words(self) -> WordCounts:
        """Its words in lower case, counted."""
        return WordCounts(self.text.lower())

    @cached_property
    def tokens(self) -> list[str]:
        """What white space divides."""
        return self.text.split()

    @cached_property
    def spoken(self) -> list[str]:
        """The words of the word error rate."""
        return wer_tokens(self.text)

    @cached_property
    def segments(self) -> list[str]:
        """The segments that WebMainBench counts; needs the extra `webmainbench`."""
        return segments(self.text)

    @cached_property
    def sentences(self) -> list[list[str]]:
        """The tokens of its sentences."""
        return sentence_tokens(self.text, letters=self.paragraphs is not None)


def sentence_tokens(text: str, *, letters: bool) -> list[list[str]]:
    """The tokens of a text's sentences: what white space divides, or runs of a…z and 0…9 in lower case."""
    return [_LETTERS.findall(found.lower()) if letters else found.split() for found in sentences(text)]


@dataclass(frozen=True)
class ReferencePage:
    """What an output of one page is held against.

    Attributes:
        id: The page.
        references: Texts of which the nearest counts; empty if there are only snippets.
        must_include: Snippets that the output must have.
        must_exclude: Snippets that it must not have.
        benchmark: The format whose own measures are taken of the page, as they are nowhere else; empty if there are
            none.
        labels: What scores can be broken down by: `level`, `language` or `page_type`.
        given: The page as its file has it, where its texts were reduced from Markdown or HTML.
    """

    id: str
    references: tuple[Reference, ...]
    must_include: tuple[str, ...] = ()
    must_exclude: tuple[str, ...] = ()
    benchmark: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    given: "ReferencePage | None" = None

    @property
    def as_given(self) -> "ReferencePage":
        """The page as its file has it."""
        return self.given or self


@dataclass(frozen=True)
class ReferenceCorpus:
    """A corpus of reference texts.

    Attributes:
        name: Of the file or folder it was read from.
        format: One of `labels.GOLD_FORMATS`.
        sha256: Of its ids, texts and their structure in canonical JSON.
        targets: By page.
        written_in: What its texts were reduced from: Markdown, HTML, or nothing (`text`).
    """

    name: str
    format: str
    sha256: str
    targets: Mapping[str, ReferencePage]
    written_in: str = "text"

    @property
    def manifest(self) -> dict[str, Any]:
        """Name, version and digest, as a dataset has them."""
        return {"name": self.name, "version": self.format, "sha256": self.sha256}

    @property
    def version(self) -> str:
        """The file's name and the first eight digits of its digest: `ground_truth+1a2b3c4d`."""
        return f"{self.name}+{self.sha256[:8]}"

    def blind(self, _: str) -> list[Record]:
        """Nothing: inputs of extractors are their pages alone."""
        return []


def of_text(page: str, text: str) -> ReferencePage:
    """The target of a page whose reference is one text."""
    return ReferencePage(page, (Reference(text),))


def of_paragraphs(page: str, paragraphs: list[str]) -> ReferencePage:
    """The target of a page whose reference is paragraphs; one in square brackets is optional (Fundus)."""
    optional = [place for place, paragraph in enumerate(paragraphs) if paragraph[:1] == "[" and paragraph[-1:] == "]"]
    if len(optional) <= MAX_OPTIONAL:
        dropped = [choice for size in range(len(optional) + 1) for choice in combinations(optional, size)]
    else:
        dropped = [(), tuple(optional)]
    bare = [paragraph[1:-1] if place in optional else paragraph for place, paragraph in enumerate(paragraphs)]
    kept = [tuple(text for place, text in enumerate(bare) if place not in choice) for choice in dropped]
    return ReferencePage(page, tuple(Reference("\n\n".join(choice), choice) for choice in kept))


def digest(targets: Iterable[ReferencePage]) -> str:
    """SHA-256 of ids, texts with their structure, snippets and labels in canonical JSON, in the order of no file."""
    return digest_of([digests(targets)])


def digests(targets: Iterable[ReferencePage]) -> dict[int, str]:
    """The same of each bucket of ids."""
    import polars as pl

    rows = [
        [
            target.id,
            json.dumps(
                [
                    [_hashed(reference) for reference in target.references],
                    target.must_include,
                    target.must_exclude,
                    *([dict(sorted(target.labels.items()))] if target.labels else []),
                ]
            ),
        ]
        for target in targets
    ]
    return bucket_digests(pl.DataFrame(rows, schema={"id": pl.String, "page": pl.String}, orient="row")).by_bucket


def _hashed(reference: Reference) -> Any:
    return reference.text if reference.structure is None else [reference.text, reference.structure]
