"""What of the other layers survives a boilerplate remover: claims, stance evidence, cues; and what should not enter.

A span survives if every token of it does. Only spans in text that is to be kept are counted, so that the headline's
claims count exactly where paratext is content.
"""

import re
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detente.data.page import Page
from detente.text.spans import Span, mask_of, sums_within

LAYERS: Final = ("claims", "evidence", "cues")
PROMOTIONAL: Final = ("promotion", "ad")
COLUMNS: Final = (
    *(column for layer in LAYERS for column in (f"layer_{layer}", f"layer_{layer}_kept")),
    *("kept", "kept_promotional", "letters", "letters_foreign"),
)
# Letters beyond the Latin scripts: the pages are English.
_FOREIGN_LETTER: Final = re.compile(r"[^\W\d_\u0000-\u024f\u1e00-\u1eff]")
_LETTER: Final = re.compile(r"[^\W\d_]")


def _all_tokens_kept(page: Page, kept: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """One truth per character: is it kept, or of a token more than half of which is?"""
    most = 2 * sums_within(kept, page.tokens) > sums_within(page.visible, page.tokens)
    survives = [span for span, keep in zip(page.tokens, most, strict=True) if keep]
    return mask_of(survives, len(page.text)) | ~page.visible


def survival(page: Page, kept: NDArray[np.bool_], wanted: tuple[str, ...]) -> dict[str, int]:
    """The counts of one page.

    Args:
        page: The page, with the spans of the other layers.
        kept: One truth per character: is it in the output?
        wanted: The zones that an output should keep.

    Returns:
        The columns of `COLUMNS`: how many spans of each layer there are and survive, how many characters are kept and
        how many of them promote, how many letters are kept and how many of them are of another script.
    """
    whole = _all_tokens_kept(page, kept)
    content = mask_of(
        [span for span, row in zip(page.spans, page.segments, strict=True) if row["zone"] in wanted], len(page.text)
    )
    counts: dict[str, int] = {}
    for layer in LAYERS:
        groups = [group for group in page.layers.get(layer, ()) if all(content[start] for start, _ in group)]
        counts[f"layer_{layer}"] = len(groups)
        counts[f"layer_{layer}_kept"] = sum(_survives(group, whole) for group in groups)
    promotional = [span for span, row in zip(page.spans, page.segments, strict=True) if row["type"] in PROMOTIONAL]
    counts["kept"] = int(kept.sum())
    counts["kept_promotional"] = int((kept & mask_of(promotional, len(page.text))).sum())
    for column, letters in (("letters", _LETTER), ("letters_foreign", _FOREIGN_LETTER)):
        counts[column] = int(kept[[match.start() for match in letters.finditer(page.text)]].sum())
    return counts


def _survives(group: tuple[Span, ...], whole: NDArray[np.bool_]) -> bool:
    return all(bool(whole[start:end].all()) for start, end in group)
