"""What of the other layers a boilerplate remover retains: claims, stance evidence, cues; and what should not enter.

A span is retained if every token of it is. Only spans in text that is to be kept are counted, so that the headline's
claims count exactly where paratext is content.
"""

import re
from collections.abc import Container
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detente.data.page import Page
from detente.text.spans import mask_of, sums_within

LAYERS: Final = ("claims", "evidence", "cues")
PROMOTIONAL: Final = ("promotion", "ad")
COLUMNS: Final = (
    *(column for layer in LAYERS for column in (f"layer_{layer}", f"layer_{layer}_kept")),
    *("kept", "kept_promotional", "letters", "letters_foreign"),
)
_LETTERS: Final = re.compile(r"[^\W\d_]+")
# The pages are English: letters beyond the Latin scripts came from elsewhere.
_NON_LATIN_LETTERS: Final = re.compile(r"[^\W\d_\u0000-\u024f\u1e00-\u1eff]+")


def counts(page: Page, kept: NDArray[np.bool_], wanted: Container[str]) -> dict[str, int]:
    """The counts of one page.

    Args:
        page: The page, with the spans of the other layers.
        kept: One truth per character: is it in the output?
        wanted: The zones that an output should keep.

    Returns:
        The columns of `COLUMNS`: for each layer how many of its spans, or groups of spans that go together, stand in
        wanted zones, and how many of these are retained whole; how many characters are kept, and how many of them
        promote; how many letters are kept, and how many of them are not Latin.
    """
    retained = _in_tokens_kept(page, kept) | ~page.visible
    content = _in_segments(page, "zone", wanted)
    found: dict[str, int] = {}
    for layer in LAYERS:
        groups = [group for group in page.layers.get(layer, ()) if all(content[start] for start, _ in group)]
        found[f"layer_{layer}"] = len(groups)
        found[f"layer_{layer}_kept"] = sum(all(retained[start:end].all() for start, end in group) for group in groups)
    found["kept"] = int(kept.sum())
    found["kept_promotional"] = int((kept & _in_segments(page, "type", PROMOTIONAL)).sum())
    for column, letters in (("letters", _LETTERS), ("letters_foreign", _NON_LATIN_LETTERS)):
        found[column] = int(sums_within(kept, [match.span() for match in letters.finditer(page.text)]).sum())
    return found


def _in_tokens_kept(page: Page, kept: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """One truth per character: is it of a token more than half of which is kept?"""
    most = 2 * sums_within(kept, page.tokens) > sums_within(page.visible, page.tokens)
    return mask_of([token for token, keep in zip(page.tokens, most, strict=True) if keep], len(page.text))


def _in_segments(page: Page, field: str, values: Container[str]) -> NDArray[np.bool_]:
    """One truth per character: is it of a segment whose zone or type is one of the values?"""
    rows = zip(page.spans, page.segments, strict=True)
    return mask_of([span for span, row in rows if row[field] in values], len(page.text))
