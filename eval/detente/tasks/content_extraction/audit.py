"""What is wrong with reference texts themselves, which limits what any score can say."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from pathlib import Path
from typing import Final

from detente.data import page_texts
from detente.data.corpus import Corpus
from detente.data.files import read_bytes, unpack, unpacked_name
from detente.data.problems import Problem, ValidationError
from detente.metrics.ngrams import words
from detente.tasks.content_extraction.references import ReferenceCorpus, ReferencePage, of_text
from detente.text.display import counted, quoted
from detente.text.folding import fold, without_markdown
from detente.text.markup import html_to_text
from detente.text.tokens import line_spans

RUN: Final = 8
"""So many words in a row are compared where two pages may be duplicates."""
SHARED: Final = 0.5
"""Two pages are near-duplicates if they share this part of the shorter one's runs, or more."""


def audit(gold: ReferenceCorpus, pages: Mapping[str, str] | None = None) -> list[Problem]:
    """Everything that is doubtful in reference texts.

    Args:
        gold: The references.
        pages: Visible text of the pages by id, if it is to be had.

    Returns:
        A problem for each empty reference (`reference-empty`); for each block of a reference, and each wanted snippet,
        that its page does not have (`reference-not-in-page`, `snippet-not-in-page`); for each snippet that must not be
        there and stands in text that must (`snippet-in-reference`), or more than once in the page, so that it may be
        right text too (`snippet-ambiguous`); for each pair of pages whose references are equal
        or share half of the shorter one's runs of eight words (`reference-duplicate`). In the order of the gold.
    """
    found: list[Problem] = []
    for target in gold.targets.values():
        place = f"{gold.name}:{target.id}"
        found += _empty(target, place)
        found += _contradictions(target, place)
        if pages is not None:
            found += _absences(target, place, pages.get(target.id))
    return found + list(_duplicates(gold))


def _quoted(text: str) -> str:
    return quoted(" ".join(text.split()))


def _dense(text: str) -> str:
    """A text without white space, quote style folded."""
    return "".join(fold(text).split())


def _stands_in(block: str, dense: str) -> bool:
    """Whether a dense page has a block, as it is or without Markdown's marks, which a page shows otherwise."""
    return _dense(block) in dense or _dense(without_markdown(block.strip())) in dense


def _longest(target: ReferencePage) -> str:
    return target.references[0].text if target.references else ""


def _empty(target: ReferencePage, place: str) -> Iterator[Problem]:
    if not _longest(target).strip() and not target.must_include:
        yield Problem("reference-empty", place, "the reference is empty: leave the page out")


def _contradictions(target: ReferencePage, place: str) -> Iterator[Problem]:
    right = [" ".join(fold(text).split()) for text in (*target.must_include, _longest(target)) if text.strip()]
    for snippet in target.must_exclude:
        if not snippet.strip():
            yield Problem("snippet-empty", place, "an empty snippet is found in every text: remove it")
            continue
        inside = next((text for text in right if " ".join(fold(snippet).split()) in text), None)
        if inside is not None:
            message = (
                f"{_quoted(snippet)} must not be there, and stands in {_quoted(inside)}, which must: a false alarm"
            )
            yield Problem("snippet-in-reference", place, message)


def _absences(target: ReferencePage, place: str, page: str | None) -> Iterator[Problem]:
    if page is None:
        yield Problem("page-missing", place, "the folder of pages has no such page")
        return
    dense, text = _dense(page), _longest(target)
    blocks = [text[start:end] for start, end in line_spans(text)]
    absent = [block for block in blocks if not _stands_in(block, dense)]
    if absent:
        message = f"{len(absent)} of {counted(len(blocks), 'block')} not in the page, such as {_quoted(absent[0])}"
        yield Problem("reference-not-in-page", place, message)
    for snippet in target.must_include:
        if not _stands_in(snippet, dense):
            yield Problem("snippet-not-in-page", place, f"{_quoted(snippet)} is wanted, and does not stand in the page")
    for snippet in target.must_exclude:
        if (times := dense.count(_dense(snippet))) > 1:
            message = f"{_quoted(snippet)} must not be there, and stands in the page {times} times: once in right text?"
            yield Problem("snippet-ambiguous", place, message)


def _runs(target: ReferencePage) -> set[tuple[str, ...]]:
    tokens = words(" ".join((_longest(target), *target.must_include)).lower())
    return {tuple(tokens[start : start + RUN]) for start in range(max(1, len(tokens) - RUN + 1)) if tokens}


def _duplicates(gold: ReferenceCorpus) -> Iterator[Problem]:
    runs = {name: _runs(target) for name, target in gold.targets.items()}
    holders: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for name, own in runs.items():
        for run in own:
            holders[run].append(name)
    shared = Counter(pair for names in holders.values() for pair in combinations(names, 2))
    for (first, second), count in sorted(shared.items()):
        least = min(len(runs[first]), len(runs[second]))
        if count >= SHARED * least:
            message = f"shares {count} of {least} runs of {RUN} words with {first}: count them once, or as one cluster"
            yield Problem("reference-duplicate", f"{gold.name}:{second}", message)


def own_references(corpus: Corpus) -> tuple[ReferenceCorpus, dict[str, str]]:
    """The built dataset as reference texts, the body of one page of each family, and its pages."""
    bodies: dict[str, list[str]] = {}
    texts = {name: row["text"] for name, row in corpus.articles.items() if row["family"] == name}
    for row in corpus.table("boilerplate").sort("article", "start").iter_rows(named=True):
        if row["zone"] == "body" and row["article"] in texts:
            bodies.setdefault(row["article"], []).append(texts[row["article"]][row["start"] : row["end"]])
    targets = {name: of_text(name, "\n".join(bodies.get(name, []))) for name in texts}
    return ReferenceCorpus(corpus.manifest["name"], "text", corpus.manifest["sha256"], targets), texts


def read_pages(folder: Path, ids: Iterable[str]) -> dict[str, str]:
    """The visible text of pages, from files named by id: .html, .htm, .txt, or HTML without a suffix.

    They may be packed. HTML is read in the charset that it declares.

    Raises:
        ValidationError: With every file that cannot be read.
    """
    files: dict[str, Path] = {}
    named, problems = page_texts.page_files(folder, ("", ".html", ".htm", ".txt"))
    for page, path in named:
        files.setdefault(page, path)
    found: dict[str, str] = {}
    for name in ids:
        if name not in files:
            continue
        try:
            data = unpack(read_bytes(files[name]), str(files[name]))
        except ValidationError as invalid:
            problems += invalid.problems
            continue
        is_text = unpacked_name(files[name].name).lower().endswith(".txt")
        found[name] = data.decode("utf-8-sig", "replace") if is_text else html_to_text(page_texts.decode_html(data))
    if problems:
        raise ValidationError(problems)
    return found
