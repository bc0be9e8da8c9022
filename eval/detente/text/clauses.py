"""Sentences and clauses of English by rules alone: where they start and end in a text."""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

from detente.text.spans import Span
from detente.text.tokens import line_spans

_OPENERS: Final = "\"'“‘(["
_CLOSERS: Final = "\"'”’)]"
_END: Final = re.compile(rf"[.!?…]+[{re.escape(_CLOSERS)}]*(?=\s+[{re.escape(_OPENERS)}]*[A-Z0-9])")
_ABBREVIATION: Final = re.compile(
    r"(?:\b[A-Z]|\b(?:Mr|Mrs|Ms|Dr|Prof|Gen|Col|Lt|Sen|Rep|Gov|St|Jr|Sr|vs|No|Inc|Ltd|Co|Corp"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec))\.$"
)
CUE: Final = re.compile(
    r"\b(?:sa(?:id|ys?|ying)|told|claim(?:s|ed)|add(?:s|ed|ing)|stress(?:es|ed)|pledged|promised|remind(?:s|ed)"
    r"|reiterated|reaffirm(?:ed|ing)|concluded|emphasiz\w+|assured|confirmed|suggest(?:s|ed|ing)|acknowledged"
    r"|warn(?:s|ed)|noted|recalled|announced|declared|insisted|argued|explained)\b",
    re.IGNORECASE,
)
"""A verb of saying."""
_AFTER_LAST_CUE: Final = re.compile(r"[^,]*")
_THAT: Final = re.compile(r"[^,.;]{0,60}?\bthat\b|[\s,:]+(?=[\"“])")
"""From a verb of saying to what is said: a short addressee and `that`, or marks before a quotation."""
_MOST_WORDS_OF_FRAME: Final = 9
_QUOTED: Final = re.compile(r'"[^"]+"|“[^”]+”')
_SPLIT: Final = re.compile(
    r"[;–—]\s+|\s-\s"
    r"|,[\"”]?\s+(?=(?:and|but|while|who|which|whose|where|although|though|because|after|as|with)\b"
    r"|[a-z]+ing\s)|\s+(?=(?:while|although|because|but|which|who)\s)"
    r"|\s+and\s+(?=(?:that|was|were|is|are|has|had|have|will|would|[a-z]+ed|[a-z]+ing)\s)",
)
"""Where clauses meet: dashes, semicolons, commas before a conjunction or a participle, some conjunctions."""
_LEADING: Final = re.compile(
    r"(?:and|but|while|who|which|whose|where|although|though|because|that|as|with|adding|saying|claiming)\s+(?:that\s+)?",
    re.IGNORECASE,
)
_EDGE: Final = " \t\n,;:.!?…–—-" + _OPENERS + _CLOSERS
LEAST_WORDS: Final = 4
"""Of how many words a clause is at the least."""


def sentence_spans(text: str) -> list[Span]:
    """The sentences as `[start, end)`: they end at a full stop before a capital or a figure, or with their line.

    A full stop after one capital letter, or after a title or a month, ends nothing.
    """
    return [span for line in line_spans(text) for span in _sentences(text, line)]


def _sentences(text: str, line: Span) -> Iterator[Span]:
    start, end = line
    for match in _END.finditer(text, start, end):
        if not _ABBREVIATION.search(text, start, match.end()):
            yield start, match.end()
            start = match.end() + len(text[match.end() : end]) - len(text[match.end() : end].lstrip())
    if start < end:
        yield start, end


def clause_spans(text: str, sentence: Span) -> list[Span]:
    """The clauses of a sentence as `[start, end)`, without who says them, and without marks at either end.

    What is said precedes `, X said`, or follows `said that`; commas, dashes and conjunctions part the rest.
    """
    start, end = _said(text, sentence)
    cuts = [(start, start), *(match.span() for match in _SPLIT.finditer(text, start, end)), (end, end)]
    return _trimmed(text, [(left[1], right[0]) for left, right in pairwise(cuts)])


def _said(text: str, sentence: Span) -> Span:
    """A sentence without its frame of reporting, before what is said, after it, or both."""
    start, end = sentence
    cues = [cue for cue in CUE.finditer(text, start, end) if not _inside_quotation(text, sentence, cue.start())]
    for cue in cues[-1:]:
        comma = text.rfind(",", start, cue.start())
        if comma > start and _AFTER_LAST_CUE.fullmatch(text, cue.end(), end) and _short(text[comma + 1 : cue.start()]):
            end, cues = comma, cues[:-1]
    for cue in cues[:1]:
        if _short(text[start : cue.start()]) and (that := _THAT.match(text, cue.end(), end)):
            start = that.end()
    return start, end


def _short(words: str) -> bool:
    return len(words.split()) <= _MOST_WORDS_OF_FRAME


def _inside_quotation(text: str, sentence: Span, place: int) -> bool:
    return any(match.start() < place < match.end() for match in _QUOTED.finditer(text, *sentence))


def _trimmed(text: str, spans: Iterable[Span]) -> list[Span]:
    """Spans without marks and conjunctions at their ends; those with fewer than `LEAST_WORDS` words are left out."""
    found = []
    for start, end in spans:
        while start < end and text[start] in _EDGE:
            start += 1  # noqa: PLW2901
        if leading := _LEADING.match(text, start, end):
            start = leading.end()  # noqa: PLW2901
        while start < end and text[start] in _EDGE:
            start += 1  # noqa: PLW2901
        while end > start and text[end - 1] in _EDGE:
            end -= 1  # noqa: PLW2901
        if len(text[start:end].split()) >= LEAST_WORDS:
            found.append((start, end))
    return found
