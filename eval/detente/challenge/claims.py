"""The suite `claims`: an article moved, cut and put among boilerplate that asserts things too, its claims with it.

An item is a page, with the claims of the page that its article is from. Propositions are those of a base, whose
variants say the same: no cluster is larger than the variants of one base.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Final

from detente.challenge import operations
from detente.challenge.draft import PARAGRAPH, Draft, Piece, moved, rows_of, text_of
from detente.challenge.material import Material, claims, material, propositions
from detente.challenge.operations import Change
from detente.challenge.suite import CONTROL, STRENGTHS, Dice, Item, Operation, Suite
from detente.challenge.transplant import article_row, control
from detente.data.independent_sources import SupportLayers, support
from detente.data.jsonl import Record
from detente.data.page import pairs_of

NAME: Final = "claims"
VERSION: Final = "2"
_SHARES: Final = (0.3, 0.6, 1.0)


@cache
def promotions(split: str) -> tuple[str, ...]:
    """Promotional lines of a split, each of which asserts something."""
    import yaml

    found = yaml.safe_load((files("detente.challenge") / "claims.yaml").read_text(encoding="utf-8"))
    return tuple(found[split])


def _promotion(split: str) -> Change:
    """Promotional lines between paragraphs."""

    def change(draft: Draft, strength: int, dice: Dice, _: Material) -> Draft:
        gaps = operations.gap_places(draft, (1, 3, 5)[strength], dice)
        lines = dice.shuffled(promotions(split))
        block = operations.next_block(draft)  # one for all: no two stand side by side
        added = {
            gap: [Piece(lines[number % len(lines)], "promotion", PARAGRAPH, block)] for number, gap in enumerate(gaps)
        }
        return operations.inserted(draft, added)

    return change


def _paragraphs(draft: Sequence[Piece]) -> list[int]:
    return [place for place, piece in enumerate(draft) if piece.type == "paragraph"]


def shuffled(draft: Draft, strength: int, dice: Dice, _: Material) -> Draft:
    """Some, most or all paragraphs in another order; the others keep their places."""
    paragraphs = _paragraphs(draft)
    places = dice.sample(paragraphs, max(2, round(_SHARES[strength] * len(paragraphs))))
    order = dice.shuffled(places)
    if order == places:  # it has to be another
        order = [*places[1:], *places[:1]]
    found = list(draft)
    for here, there in zip(places, order, strict=True):
        found[here] = draft[there]._replace(before=draft[here].before)
    return tuple(found)


def cut(draft: Draft, strength: int, dice: Dice, _: Material) -> Draft:
    """Paragraphs left out; one at the least stays."""
    paragraphs = _paragraphs(draft)
    count = min(max(1, round((0.2, 0.4, 0.7)[strength] * len(paragraphs))), len(paragraphs) - 1)
    gone = set(dice.sample(paragraphs, count))
    return tuple(piece for place, piece in enumerate(draft) if place not in gone)


def _changes(split: str) -> dict[str, Change]:
    """What is done to a page, by the operation's name."""

    def two_paragraphs(before: Piece, piece: Piece) -> bool:
        return before.type == piece.type == "paragraph"

    return {
        "interleaved": operations.interleaved,
        "teasers": operations.teasers,
        "promotion": _promotion(split),
        "shuffled": shuffled,
        "cut": cut,
        "split": operations.sentences,
        "merged": operations.joined(" ", _SHARES, two_paragraphs),
        "wrapped": operations.wrapped,
    }


_OF_ALL: Final = ("30% of them", "60% of them", "all")
OPERATIONS: Final = (
    Operation("interleaved", "blocks of a site between paragraphs", ("1", "3", "8")),
    Operation("teasers", "lists of sentences of other pages, which are no claims here", ("1", "3", "8")),
    Operation("promotion", "promotional lines that assert something, which are no claims", ("1", "3", "5")),
    Operation("shuffled", "paragraphs in another order", _OF_ALL),
    Operation("cut", "paragraphs left out, with their claims", ("20% of them", "40%", "70%")),
    Operation("split", "paragraphs cut into sentences, one a line", _OF_ALL),
    Operation("merged", "paragraphs joined into one line", _OF_ALL),
    Operation("wrapped", "paragraphs wrapped into lines", ("of 90 characters", "of 65", "of 40")),
)


def claim_rows(name: str, draft: Sequence[Piece], own: Iterable[Record], base: str) -> list[Record]:
    """The claims that a page has of those of its source page, in the order of the text.

    Args:
        name: The page's id.
        draft: The page.
        own: The claims of the source page.
        base: The id of the control, which the propositions are of.
    """
    placed = sorted(
        ((sorted(spans), row) for row in own if (spans := moved(pairs_of(row["spans"]), draft))),
        key=lambda found: found[0],
    )
    return [
        {
            **row,
            "id": f"{name}:c{number:02d}",
            "article": name,
            "spans": [{"start": start, "end": end} for start, end in spans],
            "propositions": [link | {"proposition": _of(base, link["proposition"])} for link in row["propositions"]],
            "alternatives": [
                other | ({"value": _of(base, other["value"])} if other["field"] == "relation" else {})
                for other in row["alternatives"]
            ],
        }
        for number, (spans, row) in enumerate(placed, start=1)
    ]


def _of(base: str, proposition: str) -> str:
    """A proposition of a base; an alternative reading `proposition=relation` keeps its relation."""
    return f"{base}-{proposition}"


def proposition_rows(known: Mapping[str, Record], rows: Sequence[Record]) -> list[Record]:
    """The registry of a base: what the claims of its control are linked with, and how the control supports that.

    Variants are near-copies of one page, so that they add no source; they are not listed among the `articles`.

    Args:
        known: The annotated propositions, by id.
        rows: The claims of the control, with the propositions of the base.
    """
    base = rows[0]["article"]
    linked = dict.fromkeys(link["proposition"] for row in rows for link in row["propositions"])
    found: list[Record] = [
        {"id": _of(base, name), "text": row["text"], "date": row["date"]}
        for name, row in known.items()
        if _of(base, name) in linked
    ]
    behind = support(SupportLayers(found, rows, (), (), {}))
    return [row | behind[row["id"]]._asdict() for row in found]


def _make(split: str, seed: int, base: int, names: Sequence[str]) -> Iterator[Item]:
    source = material(split)
    sources, page = control(f"{NAME}|{VERSION}", split, seed, base, source)
    changes = _changes(split)
    own = claims(split)[sources[0]]
    for name, variant in zip(names, CLAIMS.variants, strict=True):
        draft = page
        if variant.operation != CONTROL:
            dice = Dice(NAME, VERSION, seed, split, base, variant.operation)
            draft = changes[variant.operation](page, STRENGTHS.index(variant.strength), dice, source)
        headline = next((piece.text for piece in draft if piece.type == "headline"), None)
        found = claim_rows(name, draft, own, names[0])
        rows = {
            "articles": [article_row(name, text_of(draft), sources[0], headline)],
            "boilerplate": rows_of(name, draft),
            "claims": found,
            "propositions": proposition_rows(propositions(split), found) if variant.operation == CONTROL else [],
        }
        yield Item(variant, names[0], sources, rows)


CLAIMS: Final = Suite(
    name=NAME,
    version=VERSION,
    tasks=("claims",),
    summary="articles with their claims, moved and cut amid boilerplate that asserts things too",
    configs=("articles", "boilerplate", "claims", "propositions"),
    operations=OPERATIONS,
    combined=(),
    make=_make,
)
