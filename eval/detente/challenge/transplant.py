"""The suite `transplant`: an article of one page amid the boilerplate of another, and of an invented site."""

import hashlib
from collections.abc import Iterator, Sequence
from itertools import chain, groupby
from typing import Any, Final

from detente.challenge.draft import LINE, PARAGRAPH, Draft, rows_of, text_of
from detente.challenge.material import Material, material
from detente.challenge.operations import CHANGES, site_blocks
from detente.challenge.suite import COMBINED, CONTROL, STRENGTHS, Dice, Item, Suite, Variant
from detente.data.jsonl import Record

NAME: Final = "transplant"
VERSION: Final = "2"
_TOP: Final = ("navigation", "share", "metadata", "tags", "ad")
"""What stands before an article in the control; the other types stand after it."""
_OWN: Final = (3, 5)
"""How many blocks of the invented site stand before and after the article in the control."""

_CHANGE_OF: Final = {operation.name: change for operation, change in CHANGES}
_TOGETHER: Final = (2, 4, 6)


def control(suite: str, split: str, seed: int, base: int, source: Material) -> tuple[tuple[str, ...], Draft]:
    """The sources of a base, and its page: an article, with blocks of another page and of a site at both ends."""
    dice = Dice(suite, seed, split, base)
    names = list(source.pages)
    own = names[base % len(names)]
    other = dice.pick([name for name in names if name != own])
    article = [piece for piece in source.pages[own] if not piece.block]
    blocks = [list(run) for block, run in groupby(source.pages[other], key=lambda piece: piece.block) if block]
    blocks = [[piece._replace(before=LINE) for piece in run] for run in blocks]
    blocks += site_blocks(source, dice, dice.pick(_OWN), 0)
    numbered = [[piece._replace(block=number) for piece in run] for number, run in enumerate(blocks, start=1)]
    parted = [[run[0]._replace(before=PARAGRAPH), *run[1:]] for run in numbered]
    top = chain(*(run for run in parted if run[0].type in _TOP))
    bottom = chain(*(run for run in parted if run[0].type not in _TOP))
    first = article[0]._replace(before=PARAGRAPH)
    return (own, other), (*top, first, *article[1:], *bottom)


def _changed(draft: Draft, variant: Variant, seed: Sequence[object], source: Material) -> Draft:
    """A control after an operation, or several; at all strengths the same things are drawn."""
    if variant.operation == CONTROL:
        return draft
    strength = STRENGTHS.index(variant.strength)
    names = [variant.operation]
    if variant.operation == COMBINED:
        names = Dice(*seed, COMBINED).shuffled(list(_CHANGE_OF))[: _TOGETHER[strength]]
        strength = 1
        names = [name for name in _CHANGE_OF if name in names]  # words are written otherwise last
    for name in names:
        draft = _CHANGE_OF[name](draft, strength, Dice(*seed, name), source)
    return draft


def _make(split: str, seed: int, base: int, names: Sequence[str]) -> Iterator[Item]:
    source = material(split)
    sources, page = control(f"{NAME}|{VERSION}", split, seed, base, source)
    for name, variant in zip(names, TRANSPLANT.variants, strict=True):
        draft = _changed(page, variant, (NAME, VERSION, seed, split, base), source)
        text = text_of(draft)
        headline = next((piece.text for piece in draft if piece.type == "headline"), None)
        rows = {"articles": [article_row(name, text, sources[0], headline)], "boilerplate": rows_of(name, draft)}
        yield Item(variant, names[0], sources, rows)


def article_row(name: str, text: str, family: str, headline: str | None) -> Record:
    """The row of `articles` of a made page, of which nothing is known but what it was made from."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    unknown: dict[str, Any] = {}
    for field in ("outlet", "date", "author"):
        unknown |= {field: None, f"{field}_basis": "unknown"}
    known = {"id": name, "capture": "", "sha256_raw": digest, "text": text, "sha256_text": digest, "language": "en"}
    return {**known, "headline": headline, "family": family, **unknown, "evidence": []}


TRANSPLANT: Final = Suite(
    name=NAME,
    version=VERSION,
    tasks=("boilerplate",),
    summary="articles amid the boilerplate of other pages and of invented sites",
    configs=("articles", "boilerplate"),
    operations=tuple(operation for operation, _ in CHANGES),
    combined=("2 operations, each medium", "4 operations", "6 operations"),
    make=_make,
)
