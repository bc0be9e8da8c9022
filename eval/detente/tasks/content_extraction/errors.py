"""Why an output differs from its reference: blocks missed, text let in, doubled, moved, words glued or split."""

from typing import Final, NamedTuple

from detente.tasks.metric_families import DAMAGE, TEXT_ERROR_COLUMNS, share, text_errors
from detente.text.spans import mask_of, sums_within
from detente.text.tokens import is_space, line_spans, shortened

COLUMNS: Final = (
    *("reference", "missed", "reference_blocks", "missed_blocks"),
    *("output_characters", "insertions", "output_lines", "doubled", "moved"),
    *TEXT_ERROR_COLUMNS,
)


class TextErrors(NamedTuple):
    """What is wrong with an output.

    Attributes:
        counts: The columns of `COLUMNS`: characters that are not white space, blocks (lines), pairs of neighbours.
        missed: The largest block of the reference that is missed.
        insertion: The longest piece that the reference does not have.
    """

    counts: dict[str, int]
    missed: str
    insertion: str


def errors(output: str, reference: str) -> TextErrors:
    """Places an output in its reference, and counts what does not fit.

    A block is missed if under half of its characters are in the output. What the reference does not have is boilerplate
    let in, or made up: without the page's own gold nobody can tell which.
    """
    from detente.text.alignment import align

    placed = align(output, reference)
    visible = ~is_space(reference)
    blocks = line_spans(reference)
    sizes, kept = sums_within(visible, blocks), sums_within(placed.kept, blocks)
    missed = [place for place in range(len(blocks)) if 2 * kept[place] < sizes[place]]
    largest = max(missed, key=lambda place: sizes[place], default=None)
    counts = {
        "reference": int(visible.sum()),
        "missed": int((visible & ~placed.kept & mask_of(blocks, len(reference))).sum()),
        "reference_blocks": len(blocks),
        "missed_blocks": len(missed),
        "output_characters": placed.characters,
        "insertions": placed.insertions,
        "output_lines": placed.blocks,
        "doubled": placed.doubled,
        "moved": placed.out_of_order,
        **placed.whitespace._asdict(),
    }
    longest = max(placed.insertion_texts, key=len, default="")
    return TextErrors(counts, reference[slice(*blocks[largest])] if largest is not None else "", longest)


def describe_errors(found: TextErrors) -> str:
    """The errors in words; empty if there are none."""
    counts = found.counts
    parts = []
    if counts["missed"]:
        parts.append(f"missed {counts['missed']} of {counts['reference']} characters" + _quoted(found.missed))
    if counts["insertions"]:
        parts.append(f"let in {counts['insertions']}" + _quoted(found.insertion))
    names = {"doubled": "blocks doubled", "moved": "moved", "merged_words": "words glued", "split_words": "words split"}
    names["lost_line_breaks"] = "paragraph breaks lost"
    parts += [f"{counts[name]} {words}" for name, words in names.items() if counts[name]]
    return "; ".join(parts)


def _quoted(text: str) -> str:
    shown = shortened(" ".join(text.split()))
    return f" ({shown})" if shown else ""


METRICS: Final = (
    share(
        "missed",
        "reference characters that the output lacks / reference characters",
        "missed",
        "reference",
        group=DAMAGE,
    ),
    share(
        "missed_blocks",
        "reference blocks mostly missed / reference blocks",
        "missed_blocks",
        "reference_blocks",
        group=DAMAGE,
    ),
    *text_errors("output_characters", "insertions", "output_lines", "doubled", "moved"),
)
