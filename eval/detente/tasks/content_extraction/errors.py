"""Why an output differs from its reference: blocks missed, text let in, doubled, moved, words glued or split."""

from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.tasks.metric_families import DAMAGE, TEXT_ERROR_COLUMNS, share, text_errors
from detente.tasks.task import Row
from detente.text.display import counted
from detente.text.spans import Span, sums_within
from detente.text.tokens import is_blank, line_spans

COLUMNS: Final = (
    *("reference", "missed", "reference_blocks", "missed_blocks"),
    *("output_characters", "insertions", "output_lines", "doubled", "moved"),
    *TEXT_ERROR_COLUMNS,
)


class TextErrors(NamedTuple):
    """What is wrong with an output.

    Attributes:
        counts: The columns of `COLUMNS`: characters that a reader sees, blocks (lines), pairs of neighbours.
        wrong: How much is wrong: characters missed, let in, doubled, moved, or written otherwise.
        detail: The errors in words; empty if there are none.
        blocks: Every block that is missed, let in, doubled or moved.
    """

    counts: dict[str, int]
    wrong: int
    detail: str
    blocks: list[Row]


@lru_cache(maxsize=32)
def _read(reference: str) -> tuple[NDArray[np.bool_], list[Span]]:
    """Which characters are visible, and where lines are; one reference is read for several outputs."""
    return ~is_blank(reference), line_spans(reference)


def errors(output: str, reference: str, name: str = "reference") -> TextErrors:
    """Places an output in its reference, and counts what does not fit.

    A block is missed if under half of its characters are in the output. What the reference does not have is boilerplate
    let in, or made up: without the page's own gold nobody can tell which.

    Args:
        output: The output.
        reference: The text that it is held against.
        name: What that is called among the blocks.
    """
    from detente.tasks.text_errors import blocks_within, damage, longest, output_blocks
    from detente.text.alignment import align

    placed = align(output, reference)
    visible, lines = _read(reference)
    sizes, kept = sums_within(visible, lines), sums_within(placed.kept & visible, lines)
    lost = visible & ~placed.kept  # a visible character is in a line
    missed = list(blocks_within("missed", name, reference, lines, visible, lost))
    counts = {
        "reference": int(visible.sum()),
        "missed": int(lost.sum()),
        "reference_blocks": len(lines),
        "missed_blocks": int((2 * kept < sizes).sum()),
        "output_characters": placed.characters,
        "insertions": placed.insertions,
        "output_lines": placed.blocks,
        "doubled": placed.doubled,
        "moved": len(placed.moved_spans),
        **placed.whitespace._asdict(),
    }
    lost_texts = [reference[row["start"] : row["end"]] for row in missed]
    let_in = [output[start:end] for start, end in placed.inserted_spans]
    characters = counted(counts["reference"], "character")
    words = {
        f"missed {counts['missed']} of {characters}{longest(lost_texts)}": counts["missed"],
        f"let in {counted(counts['insertions'], 'character')}{longest(let_in)}": counts["insertions"],
    }
    words = {text: count for text, count in words.items() if count} | damage(output, placed, typography=True)
    return TextErrors(counts, sum(words.values()), "; ".join(words), [*missed, *output_blocks(output, placed)])


METRICS: Final = (
    share(
        "missed",
        "reference characters that the output lacks / reference characters",
        "missed",
        "reference",
        of="character",
        group=DAMAGE,
    ),
    share(
        "missed_blocks",
        "reference blocks mostly missed / reference blocks",
        "missed_blocks",
        "reference_blocks",
        of="block",
        group=DAMAGE,
    ),
    *text_errors("output_characters", "insertions", "output_lines", "doubled", "moved"),
)
