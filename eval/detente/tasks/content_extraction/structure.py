"""What an output kept of its reference's code blocks, tables, formulas, headings, lists, links and images.

Measured where reference and output are both Markdown or HTML, from the trees of their parsers (`text.structure`).
Code blocks and tables are matched one to one by their tokens (`metrics.structure.match_blocks`); of the other kinds two
elements are one if they are equal, each only once. What the gold alone has is lost, what the output alone has is
invented. Where neither side has an element of a kind, its measures are undefined; where only one has, they are 0.

WebMainBench's `code_edit`, `table_edit`, `table_TEDS`, `formula_edit` and `text_edit` are other measures. They find the
parts of a text by regular expressions, which a language model may correct, join all code (tables, formulas) of a page,
and take the edit similarity of what was joined, so that a block that is split or merged is as good as whole;
`table_TEDS` takes what was joined for one table.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from detente.metrics.classification import Floats, ratio
from detente.metrics.ngrams import compare
from detente.tasks.metric_families import outcome_columns, overlap, share, swapped
from detente.tasks.task import Counts, Metric
from detente.text.display import counted, excerpt, plural
from detente.text.structure import Structure
from detente.text.tokens import token_spans

if TYPE_CHECKING:
    from detente.metrics.structure import Similarity

GROUP: Final = "structure"
PAGES: Final = "structure_pages"
"""The count column of the pages of which the structure was compared."""
BOUNDS: Final = "structure_bounds"
"""That of the code blocks and tables whose similarity is a lower bound, because they are too large, or too many."""
NOT_MEASURED: Final = (
    "not measured: that needs references and outputs in Markdown or HTML, as --gold-text and --output-format say"
)
"""Why there is no structure where one side is plain text."""
MERGED: Final = 0.8
"""A lost block was merged into the text if the text has this share of its tokens, or more."""

_FLAT: Final[dict[str, tuple[str, Callable[[Structure], Iterable[Any]]]]] = {
    "formula": ("formula", lambda page: page.formulas),
    "heading": ("heading", lambda page: page.headings),
    "heading_text": ("heading", lambda page: (heading.text for heading in page.headings)),
    "list_item": ("list item", lambda page: page.items),
    "list_item_text": ("list item", lambda page: (item.text for item in page.items)),
    "link": ("link", lambda page: page.links),
    "link_address": ("link", lambda page: (link.address for link in page.links)),
    "image": ("image", lambda page: page.images),
}
"""What is one if it is equal: from the count columns to what they count, and to the elements of a page."""
_CHANGED: Final = {
    "heading": ("heading_text", "with another level"),
    "list_item": ("list_item_text", "at another depth"),
    "link": ("link_address", "with another text"),
}
"""Elements that may be there with one part changed: the count columns of those that are there, and what is changed."""
_KINDS: Final = tuple(name for name in _FLAT if name not in {there for there, _ in _CHANGED.values()})

COLUMNS: Final = (
    *(PAGES, BOUNDS, "code_blocks", "code_similarity", "tables", "table_teds"),
    *(column for name in ("code_line", "table_cell", *_FLAT) for column in outcome_columns(name)),
)


class StructureErrors(NamedTuple):
    """What is wrong with the structure of an output.

    Attributes:
        counts: The columns of `COLUMNS`.
        words: Each kind of error in words, to how often it is there: lines of code, cells, elements of another kind.
    """

    counts: dict[str, float]
    words: dict[str, int]


class _Block(NamedTuple):
    """A code block or a table: its lines or cells, their tokens, and the words that name it."""

    pieces: Sequence[str]
    tokens: Counter[str]
    words: str

    @classmethod
    def of(cls, pieces: Sequence[str]) -> "_Block":
        whole = " ".join(pieces)
        return cls(pieces, _tokens(whole), whole)


class _Kind(NamedTuple):
    """Blocks of a kind: what they and their pieces are called, and the count columns.

    Attributes:
        noun: Of a block.
        piece: Of a line or cell.
        number: The column of the blocks, a pair being one.
        similarity: The column of the sum of their similarities.
        pieces: The columns of the pieces, without their outcomes.
    """

    noun: str
    piece: str
    number: str
    similarity: str
    pieces: str


_CODE: Final = _Kind("code block", "line", "code_blocks", "code_similarity", "code_line")
_TABLES: Final = _Kind("table", "cell", "tables", "table_teds", "table_cell")

Pairs = Sequence[tuple[int, int]]


def structure_errors(gold: Structure, output: Structure, text: str) -> StructureErrors:
    """Compares the elements of an output with those of its reference.

    Args:
        gold: The reference's.
        output: The output's.
        text: The output's text, into which blocks may have been merged.
    """
    from detente.metrics.structure import edit_similarity, teds_all

    def code_similarities(pairs: Pairs) -> "list[Similarity]":
        return [edit_similarity("\n".join(gold.code[mine]), "\n".join(output.code[theirs])) for mine, theirs in pairs]

    def table_similarities(pairs: Pairs) -> "list[Similarity]":
        return teds_all([(gold.tables[mine], output.tables[theirs]) for mine, theirs in pairs])

    found = (
        _of_blocks(_CODE, (_code_blocks(gold), _code_blocks(output)), code_similarities, text),
        _of_blocks(_TABLES, (_tables(gold), _tables(output)), table_similarities, text),
        _of_flat(gold, output),
    )
    counts = {name: count for each in found for name, count in each.counts.items()}
    counts[BOUNDS] = sum(each.counts[BOUNDS] for each in found[:2])
    words = {told: count for each in found for told, count in each.words.items() if count}
    return StructureErrors({PAGES: 1, **counts}, words)


def _code_blocks(page: Structure) -> list[_Block]:
    return [_Block.of(lines) for lines in page.code]


def _tables(page: Structure) -> list[_Block]:
    return [_Block.of([cell.text for row in table for cell in row if cell.text]) for table in page.tables]


def _tokens(text: str) -> Counter[str]:
    return Counter(text[start:end] for start, end in token_spans(text))


def _of_blocks(
    kind: _Kind,
    sides: tuple[list[_Block], list[_Block]],
    similarities: "Callable[[Pairs], list[Similarity]]",
    text: str,
) -> StructureErrors:
    """Matches the blocks of a kind, of gold and output, and compares those that are one, and their pieces."""
    from detente.metrics.structure import match_blocks

    gold, output = sides
    pairs, skipped = match_blocks([block.tokens for block in gold], [block.tokens for block in output])
    alike = similarities(pairs)
    hits = [compare(gold[mine].pieces, output[theirs].pieces) for mine, theirs in pairs]
    mine, theirs = ({pair[side] for pair in pairs} for side in (0, 1))
    lost = [block for place, block in enumerate(gold) if place not in mine]
    invented = [block for place, block in enumerate(output) if place not in theirs]
    outcomes = (
        sum(each.tp for each in hits),
        sum(each.fp for each in hits) + _pieces(invented),
        sum(each.fn for each in hits) + _pieces(lost),
    )
    counts = {kind.number: len(gold) + len(invented), kind.similarity: sum(each.value for each in alike)}
    counts[BOUNDS] = skipped + sum(not each.exact for each in alike)
    counts |= dict(zip(outcome_columns(kind.pieces), outcomes, strict=True))
    matched = [(gold[pair[0]], each, same) for pair, each, same in zip(pairs, hits, alike, strict=True)]
    short, long = (sum(each[outcome] for each in hits) for outcome in (2, 1))
    changed = (
        (f"without {counted(short, kind.piece)}", short, [block for block, each, _ in matched if each.fn]),
        (f"with {counted(long, kind.piece)} more", long, [block for block, each, _ in matched if each.fp]),
    )
    turned = [block for block, each, same in matched if same.value < 1 and not each.fp + each.fn]
    words = {
        **_of_lost_blocks(kind.noun, lost, text),
        **{_told(kind.noun, blocks, how): count for how, count, blocks in changed},
        _told(kind.noun, turned, "in another order or form"): len(turned),
        _told(kind.noun, invented, "invented"): _pieces(invented),
    }
    return StructureErrors(counts, words)


def _pieces(blocks: Sequence[_Block]) -> int:
    return sum(len(block.pieces) for block in blocks)


def _of_lost_blocks(noun: str, lost: Sequence[_Block], text: str) -> dict[str, int]:
    """Blocks that are lost with their words, and those that became text."""
    there = _tokens(text) if lost else Counter()
    kept = [(block.tokens & there).total() >= MERGED * block.tokens.total() for block in lost]
    gone, merged = ([block for block, each in zip(lost, kept, strict=True) if each is how] for how in (False, True))
    return {
        _told(noun, gone, "lost"): _pieces(gone),
        _told(noun, merged, "merged into text"): _pieces(merged),
    }


def _told(noun: str, blocks: Sequence[_Block], how: str) -> str:
    """What happened to blocks, with the start of the largest; nothing if there are none."""
    if not blocks:
        return ""
    largest = max(blocks, key=lambda block: len(block.pieces))
    return f"{counted(len(blocks), noun)} {how} ({excerpt(largest.words)})"


def _of_flat(gold: Structure, output: Structure) -> StructureErrors:
    """Compares what is one if it is equal."""
    counts: dict[str, float] = {}
    found = {}
    for name, (_, elements) in _FLAT.items():
        mine, theirs = Counter(elements(gold)), Counter(elements(output))
        found[name] = mine & theirs, theirs - mine, mine - theirs
        counts |= dict(zip(outcome_columns(name), (each.total() for each in found[name]), strict=True))
    words: dict[str, int] = {}
    for name in _KINDS:
        there, how = _CHANGED.get(name, (name, ""))
        noun = _FLAT[name][0]
        for surplus, what in ((found[there][2], "lost"), (found[there][1], "invented")):
            longest = excerpt(max(surplus, key=len, default=""))
            words[f"{counted(surplus.total(), noun)} {what} ({longest})"] = surplus.total()
        changed = found[there][0].total() - found[name][0].total()
        words[f"{counted(changed, noun)} {how}"] = changed
    return StructureErrors(counts, words)


def _where_there(metric: Metric, noun: str, sides: str = "neither references nor outputs have") -> Metric:
    """The metric, without a value and with the reason where no page has what it measures."""

    def no_value(full: Counts) -> str:
        if not float(full[PAGES]):
            return NOT_MEASURED
        return "" if any(float(full[column]) for column in metric.n) else f"{sides} {plural(noun)}"

    return replace(metric, no_value=no_value)


def _overlap(name: str, noun: str, formula: str) -> tuple[Metric, Metric, Metric]:
    formulas = (
        f"{formula} / {plural(noun)} of the output",
        f"{formula} / {plural(noun)} of the reference",
        f"2 tp / (2 tp + fp + fn) of {formula}",
    )
    precision, recall, f1 = overlap(name, noun, of=noun, formulas=formulas, group=GROUP)
    return _where_there(precision, noun), _where_there(recall, noun), _where_there(f1, noun)


def _code_lines_lost(counts: Counts, _: Counts) -> Floats:
    return ratio(counts["code_line_fn"], counts["code_line_tp"] + counts["code_line_fn"])


_SIMILARITIES: Final = (
    share(
        "code_similarity",
        "sum of 1 − Indel distance / characters of both, of code blocks that are one / code blocks, a pair being one",
        "code_similarity",
        "code_blocks",
        best=1.0,
        of="code block",
        group=GROUP,
    ),
    share(
        "table_teds",
        "sum of 1 − tree edit distance / nodes of the larger tree, of tables that are one / tables, a pair being one",
        "table_teds",
        "tables",
        best=1.0,
        of="table",
        group=GROUP,
    ),
)

METRICS: Final = (
    _where_there(_SIMILARITIES[0], "code block"),
    _where_there(
        Metric(
            "code_lines_lost",
            "lines of the reference's code blocks that the output's same block lacks / lines of the reference's",
            _code_lines_lost,
            ("code_line_tp", "code_line_fn"),
            0.0,
            group=GROUP,
            flips=swapped("code_line"),
            of="line",
        ),
        "code block",
        "the references have no",
    ),
    replace(_where_there(_SIMILARITIES[1], "table"), reference="Zhong et al. 2020"),
    *_overlap("table_cell", "cell", "cells with the same text, in tables that are one"),
    *_overlap("formula", "formula", "formulas with the same source"),
    *_overlap("heading", "heading", "headings with the same text and level"),
    _overlap("heading_text", "heading", "headings with the same text")[2],
    *_overlap("list_item", "list item", "list items with the same text and depth"),
    _overlap("list_item_text", "list item", "list items with the same text")[2],
    *_overlap("link", "link", "links with the same text and address"),
    _overlap("link_address", "link", "links with the same address")[2],
    *_overlap("image", "image", "images with the same address"),
)
