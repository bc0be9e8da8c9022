"""What can be done to a page: each operation at three strengths, the letters of the article's words kept."""

import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from itertools import chain, groupby, pairwise
from typing import Final

from detente.challenge.draft import LINE, PARAGRAPH, Draft, Piece
from detente.challenge.material import Material
from detente.challenge.noise import NOISE
from detente.challenge.suite import Dice, Operation

_QUOTED: Final = re.compile(r"“[^“”]{20,}”|^[^\"]*(?:\"[^\"]{0,19}\"[^\"]*)*(?P<straight>\"[^\"]{20,}\")")
"""A quotation of twenty letters and more; of straight marks every other one opens."""
_SENTENCE: Final = re.compile(r"(?<=[.!?”\"]) (?=[A-Z“\"])")
_TEASER_WORDS: Final = 16

Change = Callable[[Draft, int, Dice, Material], Draft]
"""From a page, the strength as 0, 1 or 2, and draws to the changed page."""


def body_places(draft: Sequence[Piece]) -> list[int]:
    """The places of the body's pieces."""
    return [place for place, piece in enumerate(draft) if piece.zone == "body"]


def inserted(draft: Sequence[Piece], groups: Mapping[int, Sequence[Piece]]) -> Draft:
    """A page with pieces before some of its own, by the place of these."""
    found: list[Piece] = []
    for place, piece in enumerate(draft):
        found += [*groups.get(place, ()), piece]
    return (*found, *groups.get(len(draft), ()))


def gap_places(draft: Sequence[Piece], count: int, dice: Dice) -> list[int]:
    """Places between two paragraphs of the body, so many of them or all there are."""
    return dice.sample(body_places(draft)[1:], count)


def _block(kind: str, lines: Sequence[str], number: int) -> list[Piece]:
    return [Piece(line, kind, LINE if place else PARAGRAPH, number) for place, line in enumerate(lines)]


def next_block(draft: Sequence[Piece]) -> int:
    """The number of a block that is not there yet."""
    return max((piece.block for piece in draft), default=0) + 1


def site_blocks(source: Material, dice: Dice, count: int, first: int) -> list[list[Piece]]:
    """So many blocks of one of the invented sites, numbered from `first` on."""
    site = dice.pick(source.sites)
    kinds = [kind for kind in site if kind != "name"]
    chosen = [kinds[place % len(kinds)] for place in range(count)] if count > len(kinds) else dice.sample(kinds, count)
    return [_block(kind, site[kind], first + place) for place, kind in enumerate(chosen)]


def interleaved(draft: Draft, strength: int, dice: Dice, source: Material) -> Draft:
    """Blocks of the site between paragraphs."""
    gaps = gap_places(draft, (1, 3, 8)[strength], dice)
    blocks = site_blocks(source, dice, len(gaps), next_block(draft))
    return inserted(draft, dict(zip(gaps, blocks, strict=True)))


def _dense(draft: Draft, strength: int, dice: Dice, source: Material) -> Draft:
    blocks = site_blocks(source, dice, (6, 14, 30)[strength], next_block(draft))
    half = len(blocks) // 2
    return (*chain(*blocks[:half]), *draft, *chain(*blocks[half:]))


def _moved(draft: Draft, strength: int, dice: Dice, _: Material) -> Draft:
    """Blocks change their places: some, most or all stand at the other end."""
    own = [place for place, piece in enumerate(draft) if not piece.block]
    first, end = own[0], own[-1] + 1
    ends: tuple[list[list[Piece]], list[list[Piece]]] = ([], [])
    for here, pieces in enumerate((draft[:first], draft[end:])):
        for _, run in groupby(pieces, key=lambda piece: piece.block):
            other = dice.chance((0.3, 0.6, 1.0)[strength])
            ends[1 - here if other else here].append(list(run))
    before, after = (chain(*dice.shuffled(runs)) for runs in ends)
    return (*before, *draft[first:end], *after)


def joined(to: str, shares: tuple[float, float, float], of: Callable[[Piece, Piece], bool]) -> Change:
    """Some of what parts pieces becomes something less, where a piece and the one before it allow that."""

    def change(draft: Draft, strength: int, dice: Dice, _: Material) -> Draft:
        changed = [
            piece._replace(before=to) if of(before, piece) and dice.chance(shares[strength]) else piece
            for before, piece in pairwise(draft)
        ]
        return (*draft[:1], *changed)

    return change


def keeps_words(before: Piece, piece: Piece) -> bool:
    """Whether no word of the body becomes part of another, if nothing stands between two pieces."""
    return "body" not in (before.zone, piece.zone) or not (before.text[-1].isalnum() and piece.text[0].isalnum())


def wrapped(draft: Draft, strength: int, _: Dice, __: Material) -> Draft:
    """Paragraphs as lines of so many characters at the most."""
    return divided(draft, lambda text: textwrap.wrap(text, (90, 65, 40)[strength], break_on_hyphens=False), 1.0, None)


def sentences(draft: Draft, strength: int, dice: Dice, _: Material) -> Draft:
    """Paragraphs as a line for each sentence."""
    return divided(draft, _SENTENCE.split, (0.3, 0.6, 1.0)[strength], dice)


def divided(draft: Draft, divide: Callable[[str], list[str]], share: float, dice: Dice | None) -> Draft:
    """Paragraphs on several lines, each a segment of its own."""
    found: list[Piece] = []
    for piece in draft:
        parts = [piece.text]
        if piece.type == "paragraph" and (dice is None or dice.chance(share)):
            parts = [part.strip() for part in divide(piece.text) if part.strip()]
        found += piece.parts(parts, LINE)
    return tuple(found)


def quotes(draft: Draft, strength: int, dice: Dice, _: Material) -> Draft:
    """Quotations of the body on lines of their own."""
    with_quotes = [place for place in body_places(draft) if _QUOTED.search(draft[place].text)]
    chosen = set(dice.sample(with_quotes, (1, 2, 6)[strength]))
    found: list[Piece] = []
    for place, piece in enumerate(draft):
        quoted = _QUOTED.search(piece.text) if place in chosen else None
        cut = [piece.text]
        if quoted:
            start, end = quoted.span("straight" if quoted["straight"] else 0)
            cut = [piece.text[:start], piece.text[start:end], piece.text[end:]]
        found += piece.parts([part.strip() for part in cut if part.strip()], PARAGRAPH)
    return tuple(found)


def _doubled(draft: Draft, strength: int, dice: Dice, source: Material) -> Draft:
    """Captions and headlines once more between the paragraphs."""
    own = [piece for piece in draft if piece.type in ("headline", "caption")]
    own = own or [Piece(dice.pick(source.captions), "caption")]
    gaps = gap_places(draft, (1, 2, 4)[strength], dice)
    return inserted(draft, {gap: [dice.pick(own)._replace(before=PARAGRAPH)] for gap in gaps})


def teasers(draft: Draft, strength: int, dice: Dice, source: Material) -> Draft:
    """Lists of teasers on the same topic: beginnings of other pages' paragraphs."""
    here = {piece.text for piece in draft}
    others = [
        piece.text
        for page in source.pages.values()
        for piece in page
        if piece.type == "paragraph" and piece.text not in here and len(piece.text.split()) > _TEASER_WORDS
    ]
    others = others or [piece.text for page in source.pages.values() for piece in page if piece.type == "paragraph"]
    found: dict[int, list[Piece]] = {}
    for number, gap in enumerate(gap_places(draft, (1, 3, 8)[strength], dice), start=next_block(draft)):
        lines = [" ".join(dice.pick(others).split()[:_TEASER_WORDS]) + "…" for _ in range(2)]
        found[gap] = _block("related", ["More on this story", *lines], number)
    return inserted(draft, found)


def _scripts(draft: Draft, strength: int, dice: Dice, source: Material) -> Draft:
    """Menus in other scripts."""
    gaps = gap_places(draft, (1, 2, 4)[strength], dice)
    numbers = range(next_block(draft), next_block(draft) + len(gaps))
    lines = {
        gap: _block("navigation", dice.sample(source.scripts, 3), number)
        for gap, number in zip(gaps, numbers, strict=True)
    }
    return inserted(draft, lines)


def _written(name: str) -> Change:
    """All words of a page written otherwise."""

    def change(draft: Draft, strength: int, dice: Dice, _: Material) -> Draft:
        share = (0.1, 0.4, 1.0)[strength]
        return tuple(piece._replace(text=NOISE[name](piece.text, share, dice)) for piece in draft)

    return change


_SHARES: Final = ("30% of them", "60% of them", "all")
_LETTERS: Final = ("10% of them", "40% of them", "all")
CHANGES: Final[tuple[tuple[Operation, Change], ...]] = (
    (Operation("interleaved", "blocks of the site between paragraphs", ("1", "3", "8")), interleaved),
    (Operation("dense", "more blocks around the article", ("6 more", "14 more", "30 more")), _dense),
    (Operation("moved_blocks", "blocks at the other end of the page", _SHARES), _moved),
    (Operation("teasers", "lists of teasers on the same topic between paragraphs", ("1", "3", "8")), teasers),
    (Operation("mixed_scripts", "menus in other scripts between paragraphs", ("1", "2", "4")), _scripts),
    (Operation("doubled", "captions and headlines once more between paragraphs", ("1", "2", "4")), _doubled),
    (Operation("quotes", "quotations of the body on lines of their own", ("1", "2", "6")), quotes),
    (Operation("sentences", "paragraphs cut into sentences, one a line", _SHARES), sentences),
    (Operation("wrapped", "paragraphs wrapped into lines", ("of 90 characters", "of 65", "of 40")), wrapped),
    (
        Operation("blank_lines_lost", "blank lines between segments lost", _SHARES),
        joined(LINE, (0.3, 0.6, 1.0), lambda _, piece: piece.before.count("\n") > 1),
    ),
    (
        Operation("lines_merged", "segments on one line with a space between", ("10% of them", "30%", "60%")),
        joined(" ", (0.1, 0.3, 0.6), lambda _, piece: "\n" in piece.before),
    ),
    (
        Operation("separators_lost", "nothing between segments", ("10% of them", "30%", "60%")),
        joined("", (0.1, 0.3, 0.6), keeps_words),
    ),
    (Operation("no_break_spaces", "spaces as no-break spaces", _LETTERS), _written("no_break_spaces")),
    (Operation("soft_hyphens", "soft hyphens in long words", _LETTERS), _written("soft_hyphens")),
    (Operation("other_quotes", "quotation marks of the other kind", _LETTERS), _written("other_quotes")),
    (Operation("decomposed", "accents as characters of their own (NFD)", _LETTERS), _written("decomposed")),
)
