"""The suite `derive`: groups of three or four short pages, some made from others, with who names whom as its source.

Two pages are made of paragraphs of annotated ones, each paragraph in one of them only; paragraphs that share anything
with an earlier one are never used. The others are made from these. Whoever draws on a page names its outlet in a
credit line, so that the edge is stated and its direction known.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from importlib.resources import files
from itertools import combinations
from typing import Any, Final, NamedTuple

from detente.challenge.draft import LINE, PARAGRAPH, Piece, rows_of, text_of
from detente.challenge.material import PAGES, material
from detente.challenge.names import invented, lists
from detente.challenge.passages import (
    Sentence,
    exchanged,
    long_quotation,
    operation,
    quotations,
    share_something,
    shortened,
)
from detente.challenge.suite import CONTROL, STRENGTHS, Dice, Item, Operation, Suite
from detente.challenge.transplant import article_row
from detente.data.jsonl import Record
from detente.text.clauses import sentence_spans
from detente.text.containment import words
from detente.text.spans import Span

NAME: Final = "derive"
VERSION: Final = "3"
_LEAST: Final = 10
"""Paragraphs with fewer words are not used."""
_PARAGRAPHS: Final = 4

Body = tuple[Sentence, ...]


class Page(NamedTuple):
    """A page of a group.

    Attributes:
        body: Its sentences.
        draws: The pages of the group, by their places, that it names as its sources; each with the degree.
    """

    body: Body
    draws: tuple[tuple[int, str], ...] = ()


class Base(NamedTuple):
    """What variants share: two source bodies, sentences of our own, the split's words, and outlets by page."""

    first: Body
    second: Body
    own: tuple[str, ...]
    words: Mapping[str, Any]
    outlets: tuple[str, ...]


@cache
def word_lists(split: str) -> Mapping[str, Any]:
    """Credit lines, exchanges of words and sentences of our own of a split."""
    import yaml

    found: Mapping[str, Any] = yaml.safe_load((files("detente.challenge") / "derive.yaml").read_text(encoding="utf-8"))[
        split
    ]
    return found


@cache
def pool(split: str) -> Mapping[str, tuple[Body, ...]]:
    """The paragraphs of a split's pages, by page: those that share nothing with one before them."""
    taken: list[str] = []
    found: dict[str, tuple[Body, ...]] = {}
    for name in PAGES[split]:
        kept: list[Body] = []
        for number, piece in enumerate(material(split).pages[name]):
            texts = [piece.text[slice(*span)] for span in sentence_spans(piece.text)]
            if piece.type != "paragraph" or len(words(piece.text)) < _LEAST:
                continue
            if not any(share_something(one, other) for one in texts for other in taken):
                taken += texts
                kept.append(
                    tuple(Sentence(text, f"{name}:{number}:{place}", not place) for place, text in enumerate(texts))
                )
        found[name] = tuple(kept)
    return found


def _quotes(paragraph: Body) -> bool:
    return any(long_quotation(sentence.text) for sentence in paragraph)


def _base(split: str, seed: int, number: int) -> tuple[tuple[str, ...], Base]:
    dice = Dice(NAME, VERSION, seed, split, number)
    pages = pool(split)
    names = [name for name, paragraphs in pages.items() if any(map(_quotes, paragraphs))]
    own = names[number % len(names)]
    quoting = dice.pick([paragraph for paragraph in pages[own] if _quotes(paragraph)])
    others = [paragraph for paragraph in pages[own] if paragraph != quoting]
    chosen = [quoting, *dice.sample(others, min(_PARAGRAPHS - 1, len(others) // 2))]
    first = [paragraph for paragraph in pages[own] if paragraph in chosen]
    rest = [(name, each) for name, paragraphs in pages.items() for each in paragraphs if each not in chosen]
    second = dice.sample(rest, _PARAGRAPHS)
    renamed = invented(split, Dice(NAME, VERSION, seed, split, number, "names"))
    bodies = [
        tuple(sentence._replace(text=renamed(sentence.text)) for paragraph in paragraphs for sentence in paragraph)
        for paragraphs in (first, [each for _, each in second])
    ]
    known = word_lists(split)
    outlets = tuple(Dice(NAME, VERSION, seed, split, number, "outlets").shuffled(lists()[split]["outlets"]))
    sources = tuple(dict.fromkeys([own, *(name for name, _ in second)]))
    return sources, Base(bodies[0], bodies[1], tuple(dice.shuffled(known["sentences"])), known, outlets)


def _kept(body: Body, share: float, dice: Dice) -> Body:
    """A share of the sentences, one at the least, in their order; all stand in the paragraphs where they stood."""
    places = dice.sample(range(len(body)), max(1, round(share * len(body))))
    return _parted([(sum(each.begins for each in body[: place + 1]), body[place]) for place in places])


def _parted(sentences: Sequence[tuple[int, Sentence]]) -> Body:
    """Sentences, each with the number of its paragraph."""
    return tuple(
        sentence._replace(begins=not place or number != sentences[place - 1][0])
        for place, (number, sentence) in enumerate(sentences)
    )


def _some(body: Body, share: float, dice: Dice, change: Callable[[str], str]) -> Body:
    """A share of the sentences that can be, changed; one at the least."""
    changed = [change(sentence.text) for sentence in body]
    able = [place for place, sentence in enumerate(body) if changed[place] != sentence.text]
    places = set(dice.sample(able, max(1, round(share * len(able)))))
    return tuple(
        sentence._replace(text=changed[place]) if place in places else sentence for place, sentence in enumerate(body)
    )


def _own(base: Base, count: int) -> Body:
    """Sentences of our own, two a paragraph."""
    return tuple(Sentence(text, None, not place % 2) for place, text in enumerate(base.own[:count]))


def _mention(base: Base) -> Sentence:
    """A sentence that names the outlet of the first source and takes nothing from it, which is no edge."""
    return Sentence(base.words["mention"].format(base.outlets[0]), None, True)


def _copy(body: Body) -> tuple[Page, ...]:
    return (Page(body, ((0, "wholly"),)),)


def _excerpt(base: Base, strength: int, _: Dice) -> tuple[Page, ...]:
    return _copy(base.first[: max(1, round((0.75, 0.5, 0.25)[strength] * len(base.first)))])


def _cut(base: Base, strength: int, dice: Dice) -> tuple[Page, ...]:
    return _copy(_kept(base.first, (0.8, 0.6, 0.4)[strength], dice))


def _reordered(base: Base, strength: int, dice: Dice) -> tuple[Page, ...]:
    places = dice.sample(range(len(base.first)), max(2, round((0.3, 0.6, 1.0)[strength] * len(base.first))))
    found = list(base.first)
    for here, there in zip(places, dice.shuffled(places), strict=True):
        found[here] = base.first[there]._replace(begins=base.first[here].begins)
    return _copy(tuple(found))


def _merged(base: Base, strength: int, dice: Dice) -> tuple[Page, ...]:
    share = (0.2, 0.35, 0.5)[strength]
    first, second = (_kept(body, each, dice) for body, each in ((base.first, 1 - share), (base.second, share)))
    return (Page((*first, *second), ((0, "partially"), (1, "partially"))),)


def _attribution(base: Base, strength: int, dice: Dice) -> tuple[Page, ...]:
    return _copy(_some(base.first, (0.3, 0.6, 1.0)[strength], dice, partial(exchanged, table=base.words["reporting"])))


def _rewritten(base: Base, strength: int, dice: Dice) -> tuple[Page, ...]:
    table = base.words["substitutions"]
    return _copy(_some(base.first, (0.3, 0.6, 1.0)[strength], dice, partial(exchanged, table=table)))


def _shortened(base: Base, strength: int, dice: Dice) -> tuple[Page, ...]:
    return _copy(_some(base.first, (0.3, 0.6, 1.0)[strength], dice, shortened))


def _quoting(base: Base, count: int) -> Body:
    """Sentences of our own around a quotation of the first source."""
    told = next(sentence for sentence in base.first if long_quotation(sentence.text))
    span = long_quotation(told.text)
    assert span is not None
    said = Sentence(base.words["quotation"].format(told.text[slice(*span)]), None, True, told.origin)
    own = _own(base, count)
    return (*own[: count // 2], said, own[count // 2]._replace(begins=True), *own[count // 2 + 1 :])


def _quotation_kept(base: Base, strength: int, _: Dice) -> tuple[Page, ...]:
    return (Page(_quoting(base, (2, 4, 6)[strength]), ((0, "partially"),)),)


def _same_quotation(base: Base, strength: int, _: Dice) -> tuple[Page, ...]:
    return (Page((*_quoting(base, (2, 4, 6)[strength]), _mention(base))),)


def _unrelated(base: Base, strength: int, _: Dice) -> tuple[Page, ...]:
    return (Page((*_own(base, (2, 4, 6)[strength]), _mention(base))),)


def _background(base: Base, strength: int, dice: Dice) -> tuple[Page, ...]:
    numbers = [sum(each.begins for each in base.first[: place + 1]) for place in range(len(base.first))]
    kept = set(dice.sample(sorted(set(numbers)), (3, 2, 1)[strength]))
    old = [sentence for number, sentence in zip(numbers, base.first, strict=True) if number in kept]
    return (Page((*_own(base, 4), *old), ((0, "partially"),)),)


def _copies(base: Base, strength: int, dice: Dice) -> tuple[Page, ...]:
    share = (0.9, 0.7, 0.5)[strength]
    near = _kept(base.first, share, dice)
    return (*_copy(near), Page(_kept(near, share, dice), ((2, "wholly"),)))


Make = Callable[[Base, int, Dice], tuple[Page, ...]]
"""From a base, the strength as 0, 1 or 2, and draws to the pages that are made, the third and perhaps the fourth."""
_SHARES: Final = ("30% of them", "60% of them", "all")
_OWN_ONES: Final = ("2 sentences", "4 sentences", "6 sentences")
CHANGES: Final[tuple[tuple[Operation, Make], ...]] = (
    (Operation("excerpt", "the beginning of a page", ("75% of it", "50%", "25%")), _excerpt),
    (Operation("cut", "sentences left out", ("20% of them", "40%", "60%")), _cut),
    (Operation("reordered", "sentences in another order", _SHARES), _reordered),
    (Operation("merged", "sentences of two pages", ("20% of the second", "35%", "50%")), _merged),
    (Operation("attribution", "other verbs of saying, where sentences have such", _SHARES), _attribution),
    (Operation("rewritten", "words exchanged, in sentences that have such", _SHARES), _rewritten),
    (Operation("shortened", "last clauses left out, in sentences that have such", _SHARES), _shortened),
    (Operation("quotation_kept", "a quotation in a text of its own that names the page", _OWN_ONES), _quotation_kept),
    (Operation("background", "old paragraphs below a text of its own", ("3", "2", "1")), _background),
    (
        Operation("copies_of_copies", "a copy, and a copy of it", ("90% kept each time", "70%", "50%")),
        _copies,
    ),
    (Operation("unrelated", "a text of its own, which mentions an outlet and draws on no page", _OWN_ONES), _unrelated),
    (
        Operation(
            "same_quotation", "a quotation in a text of its own, which mentions an outlet and credits none", _OWN_ONES
        ),
        _same_quotation,
    ),
)
_CHANGE_OF: Final = {operation.name: change for operation, change in CHANGES}


def _make(split: str, seed: int, base: int, names: Sequence[str]) -> Iterator[Item]:
    sources, shared = _base(split, seed, base)
    two = (Page(shared.first), Page(shared.second))
    for name, variant in zip(names, DERIVE.variants, strict=True):
        made = _copy(shared.first)
        if variant.operation != CONTROL:
            dice = Dice(NAME, VERSION, seed, split, base, variant.operation)
            made = _CHANGE_OF[variant.operation](shared, STRENGTHS.index(variant.strength), dice)
        order = Dice(NAME, VERSION, seed, name).shuffled(range(2 + len(made)))
        yield Item(
            variant, names[0], sources, _rows(name, (*two, *made), order, shared.outlets, shared.words, sources[0])
        )


def _rows(
    name: str, pages: Sequence[Page], order: Sequence[int], outlets: Sequence[str], known: Mapping[str, Any], own: str
) -> dict[str, list[Record]]:
    """The rows of a group; the order of its pages tells nothing."""
    ids = {place: f"{name}{number}" for number, place in enumerate(order, start=1)}
    rows: dict[str, list[Record]] = {"articles": [], "boilerplate": [], "derivation": [], "reuse": []}
    placed: dict[int, list[tuple[Sentence, int]]] = {}
    texts: dict[int, str] = {}
    credited: dict[int, list[Span]] = {}
    for place in order:
        page = pages[place]
        draft = [Piece(known["outlet"].format(outlets[place]), "byline")]
        for sentence in page.body:
            if sentence.begins or len(draft) == 1:
                draft.append(Piece(sentence.text, "paragraph"))
            else:
                draft[-1] = draft[-1]._replace(text=f"{draft[-1].text} {sentence.text}")
        for number, (source, degree) in enumerate(page.draws):
            line = known["whole" if degree == "wholly" else "part"].format(outlets[source])
            draft.append(Piece(line, "credit", LINE if number else PARAGRAPH))
        texts[place] = text_of(draft)
        segments = rows_of(ids[place], draft)
        start = known["outlet"].index("{")
        at = {"field": "outlet", "article": ids[place], "start": start, "end": start + len(outlets[place])}
        stated = {"outlet": outlets[place], "outlet_basis": "stated", "evidence": [at]}
        rows["articles"].append(article_row(ids[place], texts[place], own, None) | stated)
        rows["boilerplate"] += segments
        credited[place] = [(row["start"], row["end"]) for row in segments if row["type"] == "credit"]
        placed[place] = []
        end = segments[0]["end"]
        for sentence in page.body:
            begin = texts[place].index(sentence.text, end)
            end = begin + len(sentence.text)
            placed[place].append((sentence, begin))
    for one, other in combinations(order, 2):
        found = sorted(_passages(placed[one], placed[other]))
        for number, (this, that, done) in enumerate(found, start=1):
            rows["reuse"].append(
                {
                    "id": f"{ids[one]}::{ids[other]}#{number:02d}",
                    "article": ids[one],
                    "source": ids[other],
                    "this": {"start": this[0], "end": this[1]},
                    "source_span": {"start": that[0], "end": that[1]},
                    "operation": done,
                    "alternatives": [],
                }
            )
    for place in order:
        for (source, degree), (start, end) in zip(pages[place].draws, credited[place], strict=True):
            same = _is_untranslated(pages[place].body, pages[source].body)
            rows["derivation"].append(
                {
                    "id": f"{ids[place]}>{ids[source]}",
                    "article": ids[place],
                    "source": ids[source],
                    "in_corpus": True,
                    "degree": degree,
                    "kind": "outlet_to_outlet",
                    "via": None,
                    "translated": False if same else None,
                    "evidence": [{"start": start, "end": end}],
                    "confidence": "high",
                    "basis": "stated",
                    "name_basis": "stated",
                    "translated_basis": "inferred" if same else None,
                    "alternatives": [],
                }
            )
    return rows


def _passages(
    one: Sequence[tuple[Sentence, int]], other: Sequence[tuple[Sentence, int]]
) -> Iterator[tuple[Span, Span, str]]:
    """Sentences of one origin, and quotations that a sentence of our own has of one."""
    for here, start in one:
        for there, begin in other:
            if here.origin is not None and here.origin == there.origin:
                spans = (start, start + len(here.text)), (begin, begin + len(there.text))
                yield *spans, operation(here.text, there.text)
            elif (here.quoted or here.origin) == (there.quoted or there.origin) is not None:
                (left, right), (low, high) = (long_quotation(each.text) or (0, 0) for each in (here, there))
                yield (start + left, start + right), (begin + low, begin + high), "verbatim"


def _is_untranslated(body: Body, source: Body) -> bool:
    """Whether a page has a sentence of its source word for word, outside quotations."""
    texts = {sentence.text for sentence in source}
    return any(each.text in texts and not quotations(each.text) and len(words(each.text)) > 2 for each in body)


DERIVE: Final = Suite(
    name=NAME,
    version=VERSION,
    tasks=("derivation", "reuse"),
    summary="groups of pages with invented names, some made from others by known operations",
    configs=("articles", "boilerplate", "derivation", "reuse"),
    operations=tuple(operation for operation, _ in CHANGES),
    combined=(),
    make=_make,
)
