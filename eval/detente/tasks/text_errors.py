"""What is wrong with an output text: in words, as a number of characters, and block by block."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detente.tasks.task import Row
from detente.text.alignment import Placement
from detente.text.display import counted, excerpt
from detente.text.spans import Span, sums_within
from detente.text.token_matching import runs

EXCERPT: Final = 120
"""So much of a block's text is quoted; its offsets tell the rest."""


def block(kind: str, of: str, text: str, span: Span) -> Row:
    """A stretch of a text that is wrong.

    Args:
        kind: How: `missed`, `let in`, `inserted`, `doubled`, `moved`.
        of: Which text the offsets count in: `page`, `reference`, `output`.
        text: That text.
        span: The stretch.
    """
    start, end = span
    return {"kind": kind, "of": of, "start": start, "end": end, "text": excerpt(text[start:end], EXCERPT)}


def blocks_within(
    kind: str, of: str, text: str, spans: Sequence[Span], visible: NDArray[np.bool_], wrong: NDArray[np.bool_]
) -> Iterator[Row]:
    """The blocks of lines or segments of which all visible characters are wrong, white space between them aside."""
    for number in np.flatnonzero(sums_within(wrong & visible, spans)).tolist():
        start, end = spans[number]
        places = start + np.flatnonzero(visible[start:end])
        for first, last in runs(wrong[places]):
            yield block(kind, of, text, (int(places[first]), int(places[last - 1]) + 1))


def output_blocks(output: str, placed: Placement) -> list[Row]:
    """The blocks of an output that are made up, doubled or moved, in their order."""
    found = [
        block(kind, "output", output, span)
        for kind, spans in (
            ("inserted", placed.inserted_spans),
            ("doubled", placed.repeated_spans),
            ("moved", placed.moved_spans),
        )
        for span in spans
    ]
    return sorted(found, key=lambda row: (row["start"], row["end"]))


def longest(texts: Sequence[str]) -> str:
    """The longest of some texts, in brackets and shortened; nothing if there is none."""
    return f" ({excerpt(' '.join(max(texts, key=len).split()))})" if texts else ""


def damage(output: str, placed: Placement, *, typography: bool) -> dict[str, int]:
    """What is wrong with an output beside what it lacks and what it has too much, in words, and how often each.

    Args:
        output: The output.
        placed: Where it stands in its page or reference.
        typography: Whether the kind of quotation marks and dashes, and case, make a difference.
    """
    doubled = [output[start:end] for start, end in placed.repeated_spans]
    moved = [output[start:end] for start, end in placed.moved_spans]
    spaces, writing = placed.whitespace, placed.writing
    normal_form, fullwidth = (counted(count, "character") for count in (writing.normal_form, writing.fullwidth))
    found = {
        f"doubled {counted(placed.repeated, 'character')}{longest(doubled)}": placed.repeated,
        f"blocks moved: {len(moved)}{longest(moved)}": sum(len("".join(text.split())) for text in moved),
        f"words glued: {spaces.merged_words}": spaces.merged_words,
        f"words split: {spaces.split_words}": spaces.split_words,
        f"line breaks lost: {spaces.lost_line_breaks}": spaces.lost_line_breaks,
        f"{normal_form} in another normal form: normalise both to NFC": writing.normal_form,
        f"{fullwidth} in fullwidth form in one only: normalise both to NFKC": writing.fullwidth,
        f"{counted(writing.invisible, 'invisible character')} in one only: remove from both": writing.invisible,
    }
    if typography:
        marks = counted(writing.typography, "punctuation mark")
        found[f"{marks} in another style (quotes, dashes)"] = writing.typography
        found[f"{counted(writing.case, 'letter')} in another case"] = writing.case
    return {words: count for words, count in found.items() if count}
