"""What two made pages share, by the guideline of `reuse`: sentences, told by where they come from, and quotations."""

import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from detente.text.containment import words
from detente.text.folding import fold
from detente.text.spans import Span

LONG: Final = 8
"""A run of so many words is shared text; a kept quotation has so many at the least."""
_QUOTATION: Final = re.compile(r"“([^“”]+)”|\"([^\"]+)\"")
_UNPAIRED: Final = re.compile('[“”"]')
_FUNCTION: Final = frozenset(
    """
    a an the this that these those of to in on at by for from with as into over under about against between
    and or but nor so yet if while because although since after before than then there here
    is are was were be been being has have had having do does did will would can could may might must should shall
    i you he she it we they his her its our their him them us me my your who whom which what
    """.split()  # noqa: SIM905
)
"""Articles, prepositions, conjunctions, auxiliaries and pronouns, whose change is passed over."""


class Sentence(NamedTuple):
    """A sentence of a made page.

    Attributes:
        text: Its words.
        origin: Which sentence of an annotated page it comes from; None of our own ones.
        begins: Does it begin a paragraph?
        quoted: The sentence whose quotation stands in this one, if it is our own.
    """

    text: str
    origin: str | None
    begins: bool = False
    quoted: str | None = None


def quotations(text: str) -> list[Span]:
    """Where quotations of two words or more stand, without their marks, nor a stop or comma at the end."""
    spans = [found.span(1 if found[1] is not None else 2) for found in _QUOTATION.finditer(text)]
    return [
        (start, start + len(text[start:end].rstrip(".,"))) for start, end in spans if len(words(text[start:end])) > 1
    ]


def long_quotation(text: str) -> Span | None:
    """The first quotation of eight words or more."""
    return next((span for span in quotations(text) if len(words(text[slice(*span)])) >= LONG), None)


def common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many words both have in the same order: their longest common subsequence."""
    before = [0] * (len(other) + 1)
    for word in one:
        row = [0]
        for place, here in enumerate(other):
            row.append(before[place] + 1 if word == here else max(before[place + 1], row[place]))
        before = row
    return before[-1]


def match(one: str, other: str) -> bool:
    """Whether two sentences match: what both have is at least half of the words of the longer."""
    left, right = words(one), words(other)
    return 2 * common(left, right) >= max(len(left), len(right))


def share_something(one: str, other: str) -> bool:
    """Whether two sentences would be a row: they match, have a run of eight words, or two words of quotations."""
    if match(one, other) or _runs(one, LONG) & _runs(other, LONG):
        return True
    said = [
        {run for span in quotations(text) for run in _runs(text[slice(*span)], 2) if not _FUNCTION.issuperset(run)}
        for text in (one, other)
    ]
    return bool(said[0] & said[1])


def _runs(text: str, size: int) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[start : start + size]) for start in range(len(found) - size + 1)}


def operation(this: str, source: str) -> str:
    """What is done to a passage whose quotations are kept: the first that fits, by section 5 of the guideline."""
    if " ".join(fold(this).split()) == " ".join(fold(source).split()):
        return "verbatim"
    left, right = words(this), words(source)
    if _left_out(left, right) or 3 * len(left) <= 2 * len(right):
        return "compressed"
    if _left_out(right, left) or 3 * len(right) <= 2 * len(left):
        return "expanded"
    return "rewritten"


def _left_out(short: Sequence[str], long: Sequence[str]) -> bool:
    """Whether words of meaning are left out of the one, and nothing else is changed."""
    kept, all_of = ([word for word in each if word not in _FUNCTION] for each in (short, long))
    return len(kept) < len(all_of) and common(kept, all_of) == len(kept)


def shortened(text: str) -> str:
    """A sentence without what follows one of its commas, the first that leaves so much of it that it matches itself.

    It stays as it was if there is none outside quotations, or if a quotation mark would go, or has no partner.
    """
    if _UNPAIRED.search(_QUOTATION.sub("", text)):
        return text
    bare = _QUOTATION.sub(lambda found: "“" * len(found[0]), text)
    for comma in re.finditer(", ", bare):
        short = text[: comma.start()] + text.rstrip()[-1:]
        if "“" not in bare[comma.start() :] and match(text, short) and operation(short, text) == "compressed":
            return short
    return text


def exchanged(text: str, table: Mapping[str, str]) -> str:
    """A sentence with words exchanged outside quotations.

    It stays as it was if it would not match itself any more, or if a quotation mark in it has no partner.
    """
    longest = sorted(map(re.escape, table), key=len, reverse=True)
    pattern = re.compile(rf"(?<![\w'’-])(?:{'|'.join(longest)})(?![\w'’-])")

    def change(part: str) -> str:
        return pattern.sub(lambda found: table[found[0]], part)

    if _UNPAIRED.search(_QUOTATION.sub("", text)):
        return text
    parts, end = [], 0
    for found in _QUOTATION.finditer(text):
        parts += [change(text[end : found.start()]), found[0]]
        end = found.end()
    changed = "".join([*parts, change(text[end:])])
    return changed if match(text, changed) else text
