"""Baselines for `attribution`."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from detente.data.corpus import Corpus
from detente.data.jsonl import Record
from detente.tasks import blind, held_out
from detente.tasks.held_out import Example
from detente.tasks.task import Baseline
from detente.text.clauses import sentence_spans
from detente.text.spans import Span

_CUE: Final = re.compile(
    r"\b(?:sa(?:id|ys?|ying)|told|according to|statement|claim(?:s|ed)?|add(?:s|ed)|stress(?:es|ed)|pledged|promised"
    r"|remind(?:s|ed)|reiterated|reaffirming|concluded|emphasiz\w+|assured|confirmed|suggest(?:s|ed|ing)|acknowledged"
    r"|dismissed|reported|warn(?:s|ed|ing)|accused|criticized|calling)\b",
    re.IGNORECASE,
)
_QUOTATION: Final = re.compile(r'"[^"\n]+"|“[^”\n]+”')
_MOST: Final = 0.8
"""A claim is quoted if so much of it is inside of quotation marks."""
_WIDTH: Final = 100
"""The distance, in characters, at which a name before a claim counts half."""
_NOBODY: Final[Record] = {"id": "", "name": "nobody"}


def guess(inputs: list[Record], corpus: Corpus) -> list[Record]:
    """The one candidate, or nobody, that is likeliest without the page."""
    family = held_out.families(corpus)
    right = _right(corpus)
    asked = [
        blind.of_candidates(
            {name: value for name, value in unit.items() if name != "sources"},
            [_NOBODY, *unit["sources"]],
            frozenset(right[unit["id"]]),
            family[unit["article"]],
        )
        for unit in inputs
    ]
    lines = []
    found = iter(held_out.probabilities([example for pairs in asked for _, example in pairs]))
    for unit, pairs in zip(inputs, asked, strict=True):
        likely = {name: next(found).get("True", 0.0) for name, _ in pairs}
        best = max(likely, key=lambda name: likely[name])
        lines.append({"id": unit["id"], "source": [best] if best else []})
    return lines


def nobody(inputs: list[Record], _: Corpus) -> list[Record]:
    """Nobody, which is the most frequent answer."""
    return [{"id": unit["id"], "source": []} for unit in inputs]


def cited(inputs: list[Record], _: Corpus) -> list[Record]:
    """The source named nearest to a word of saying in the claim's line, the claim's words aside; else nobody."""
    return [{"id": unit["id"], "source": _cited(unit)} for unit in inputs]


def _cited(unit: Record) -> list[str]:
    """Of names at one distance the longest, and of equally long ones the first candidate's."""
    text, spans = unit["text"], unit["spans"]
    first = text.rfind("\n", 0, spans[0][0]) + 1
    line, *_ = text[first:].split("\n", 1)
    for start, end in spans:
        line = line[: start - first] + " " * (end - start) + line[end - first :]
    cues = [match.span() for match in _CUE.finditer(line)]
    found = [
        (max(match.start() - end, start - match.end()), -len(match.group()), place, source["id"])
        for place, source in enumerate(unit["sources"])
        for match in re.finditer("|".join(rf"\b{re.escape(name)}\b" for name in _names(source)), line)
        for start, end in cues
    ]
    return [min(found)[-1]] if found else []


def _names(source: Record) -> list[str]:
    return sorted({source["name"], *source["aliases"]}, key=lambda name: (-len(name), name))


class _Place(NamedTuple):
    """Where a claim stands.

    Attributes:
        claim: From its first character to its last.
        sentence: From the start of the sentence in which it starts to the end of that in which it ends.
        paragraph: The line that it starts in.
        cue: The cue nearest to it, in its sentence and outside of its words; of two as near, the first.
        quoted: The share of its characters inside of quotation marks.
    """

    claim: Span
    sentence: Span
    paragraph: Span
    cue: Span | None
    quoted: float


def _place(unit: Record, sentences: Sequence[Span]) -> _Place:
    text, spans = unit["text"], unit["spans"]
    claim = start, end = spans[0][0], spans[-1][1]
    inside = [span for span in sentences if span[0] < end and start < span[1]] or [claim]
    sentence = inside[0][0], inside[-1][1]
    line_end = text.find("\n", start)
    paragraph = text.rfind("\n", 0, start) + 1, len(text) if line_end < 0 else line_end
    cues = _outside(unit, [match.span() for match in _CUE.finditer(text, *sentence)])
    marks = [match.span() for match in _QUOTATION.finditer(text, *paragraph)]
    inner = sum(max(0, min(end, right) - max(start, left)) for start, end in spans for left, right in marks)
    return _Place(
        claim,
        sentence,
        paragraph,
        min(cues, key=lambda cue: (_distance(cue, claim), cue), default=None),
        inner / sum(end - start for start, end in spans),
    )


def _outside(unit: Record, found: Sequence[Span]) -> list[Span]:
    """Those that no span of the claim touches."""
    return [each for each in found if not any(start < each[1] and each[0] < end for start, end in unit["spans"])]


def _distance(one: Span, other: Span) -> int:
    """Characters between two spans; 0 if they touch or overlap."""
    return max(0, one[0] - other[1], other[0] - one[1])


def _places(inputs: list[Record]) -> dict[str, _Place]:
    """Where each claim stands, page by page and in the order of the text."""
    sentences = {unit["article"]: sentence_spans(unit["text"]) for unit in inputs}
    order = list(sentences)
    units = sorted(inputs, key=lambda unit: (order.index(unit["article"]), unit["spans"], unit["id"]))
    return {unit["id"]: _place(unit, sentences[unit["article"]]) for unit in units}


def quoted(inputs: list[Record], _: Corpus) -> list[Record]:
    """By quotation marks and cues: as `cited` but, beside these and without a name, who was cited last on the page."""
    places, units = _places(inputs), {unit["id"]: unit for unit in inputs}
    last: dict[str, list[str]] = {}
    found = {}
    for name, place in places.items():
        unit = units[name]
        source = _cited(unit)
        if not source and (place.quoted > 0 or place.cue):
            source = last.get(unit["article"], [])
        last[unit["article"]] = source or last.get(unit["article"], [])
        found[name] = source
    return [_line(unit["id"], places[unit["id"]], found[unit["id"]]) for unit in inputs]


def _line(name: str, place: _Place, source: list[str]) -> Record:
    """Direct inside of quotation marks, mixed if a part is, else indirect; none, and no cue, if nobody is cited."""
    if not source:
        return {"id": name, "source": [], "type": "none"}
    kind = "direct" if place.quoted > _MOST else "mixed" if place.quoted > 0 else "indirect"
    return {"id": name, "source": source, "type": kind} | ({"cue": [list(place.cue)]} if place.cue else {})


def ranked(inputs: list[Record], corpus: Corpus) -> list[Record]:
    """The candidate, or nobody, that is likeliest by where its names stand, learnt from other families."""
    family, right, places = held_out.families(corpus), _right(corpus), _places(inputs)
    rule = {line["id"]: line["source"] or [_NOBODY["id"]] for line in quoted(inputs, corpus)}
    asked = [
        Example(
            _seen(unit, each, places[unit["id"]]) | {"by rule": float(rule[unit["id"]] == [each["id"]])},
            str(each["id"] in right[unit["id"]]),
            family[unit["article"]],
        )
        for unit in inputs
        for each in [_NOBODY, *unit["sources"]]
    ]
    found = iter(held_out.probabilities(asked))
    lines = []
    for unit in inputs:
        likely = {each["id"]: next(found).get("True", 0.0) for each in [_NOBODY, *unit["sources"]]}
        best = max(likely, key=lambda name: likely[name])
        lines.append(_line(unit["id"], places[unit["id"]], [best] if best else []))
    return lines


def _seen(unit: Record, source: Record, place: _Place) -> dict[str, float]:
    """Of nobody, whether there is a cue or a quotation; of a candidate also where its names stand."""
    text, somebody = unit["text"], source is not _NOBODY
    about = {
        "always": 1.0,
        "cue": float(place.cue is not None),
        "cue in paragraph": float(bool(_CUE.search(text, *place.paragraph))),
        "quoted": place.quoted,
    }
    seen = {f"{name}, {'somebody' if somebody else 'nobody'}": value for name, value in about.items()}
    return seen | _standing(unit, source, place) if somebody else seen


def _standing(unit: Record, source: Record, place: _Place) -> dict[str, float]:
    """Where a candidate's names stand: in the claim, its sentence, its paragraph, beside the cue, or last before it."""
    text = unit["text"]
    names = re.finditer("|".join(rf"\b{re.escape(name)}\b" for name in _names(source)), text)
    found = [match.span() for match in names]
    outside = _outside(unit, found)
    before = [place.claim[0] - end for _, end in found if end <= place.claim[0]]
    near = [_distance(name, place.cue) for name in outside] if place.cue else []
    return {
        "in claim": float(len(outside) < len(found)),
        "in sentence": float(any(_starts_in(name, place.sentence) for name in outside)),
        "in paragraph": float(any(_starts_in(name, place.paragraph) for name in outside)),
        "beside cue": 1 / (1 + min(near)) if near else 0.0,
        "before": 1 / (1 + min(before) / _WIDTH) if before else 0.0,
        "on page": float(bool(found)),
    }


def _starts_in(one: Span, other: Span) -> bool:
    return other[0] <= one[0] < other[1]


def _right(corpus: Corpus) -> dict[str, set[str]]:
    """For each claim the innermost sources that its chains have, or nobody."""
    right: dict[str, set[str]] = {}
    for row in corpus.rows("attribution"):
        right.setdefault(row["claim"], set()).update(row["chain"][-1]["sources"] if row["chain"] else [_NOBODY["id"]])
    return right


_LEARNS: Final = held_out.of_pages("attribution")

BASELINES: Final = (
    Baseline("nobody", "nobody is cited for any claim", nobody, reads=False),
    blind.baseline(guess, _LEARNS),
    Baseline("cited", "the source named nearest to a word of saying, in the claim's line", cited),
    Baseline("quoted", "cues and quotation marks; without a name, who was cited last", quoted),
    Baseline("ranked", "where a candidate's names, cues and quotation marks stand", ranked, learns_from=_LEARNS),
)
