"""Which segments of a page copy another, by the rule of `annotations/boilerplate/GUIDELINES.md`."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

SHARED_WORDS: Final = 5
_QUOTES: Final = "\"'‘’‚‛“”„‟«»‹›`´"
_FINAL: Final = ".,:;!?…"
_ONE_APOSTROPHE: Final = str.maketrans("‘’‛´`", "'''''")

Words = tuple[str, ...]


class Segment(NamedTuple):
    """What the rule needs to know of a segment: its id, its text, and whether it is body."""

    id: str
    text: str
    is_body: bool


@lru_cache(maxsize=1 << 14)  # pages of one site have the same lines
def words(text: str) -> Words:
    """The words of a segment after folding case, quotes and final punctuation."""
    bare = (word.strip(_QUOTES).rstrip(_FINAL + _QUOTES) for word in text.lower().split())
    return tuple(word.translate(_ONE_APOSTROPHE) for word in bare if word)


def repeats(segments: Sequence[Segment]) -> dict[str, str | None]:
    """For each segment of one page, the id of the segment it copies, or None.

    Two segments match whole if all their words are equal, and in part if they share five or more contiguous words.
    A body segment never repeats; another repeats what it matches in the body or before it. A whole match wins over
    one in part, then the body, then page order.

    Args:
        segments: The segments of one page in page order.
    """
    folded = [words(segment.text) for segment in segments]
    having: dict[Words, list[int]] = {}  # all of a segment's words, or a run of them, to the segments
    for here, line in enumerate(folded):
        for part in {line, *_runs(line)} - {()}:
            having.setdefault(part, []).append(here)
    found: dict[str, str | None] = {}
    for here, segment in enumerate(segments):
        candidates = [
            (folded[here] != folded[there], not segments[there].is_body, there)
            for part in ([] if segment.is_body else {folded[here], *_runs(folded[here])} - {()})
            for there in having[part]
            if segments[there].is_body or there < here
        ]
        found[segment.id] = segments[min(candidates)[2]].id if candidates else None
    return found


def _runs(line: Words) -> Iterator[Words]:
    """The runs of contiguous words of which one is enough."""
    return zip(*(line[shift:] for shift in range(SHARED_WORDS)), strict=False)
