"""What becomes of the spaces and line ends between words: words merged or split, line breaks lost."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.text.tokens import code_points, is_space


class WhitespaceErrors(NamedTuple):
    """Counts over neighbouring characters of a page that are neighbours in the output too.

    Attributes:
        spaces: Pairs with white space between them in the page.
        merged_words: Those of them with none in the output.
        solid: Pairs with no white space between them in the page.
        split_words: Those of them with some in the output.
        line_breaks: Pairs with a line end between them in the page.
        lost_line_breaks: Those of them without one in the output.
    """

    spaces: int
    merged_words: int
    solid: int
    split_words: int
    line_breaks: int
    lost_line_breaks: int


def gaps(text: str) -> NDArray[np.int8]:
    """What stands between each character that is not white space and the next: 0 nothing, 1 white space, 2 a line end.

    After the last one: 0, or 1 if white space follows.
    """
    blank = is_space(text)
    visible = (~blank).nonzero()[0]
    gap = np.append(blank[1:], False)[visible].astype(np.int8)
    before = visible.searchsorted((code_points(text) == ord("\n")).nonzero()[0])
    gap[before[(before > 0) & (before < len(visible))] - 1] = 2
    return gap


def whitespace_errors(output: NDArray[np.int8], page: NDArray[np.int8], source: NDArray[np.int_]) -> WhitespaceErrors:
    """Counts what became of the white space between neighbours that stayed neighbours.

    Args:
        output: The gaps of the output.
        page: The gaps of the page.
        source: For each character of the output that is not white space its place in the page, −1 without one.
    """
    stayed = np.flatnonzero((np.diff(source) == 1) & (source[:-1] >= 0))
    here, there = output[stayed], page[source[stayed]]
    return WhitespaceErrors(
        spaces=int((there > 0).sum()),
        merged_words=int(((there > 0) & (here == 0)).sum()),
        solid=int((there == 0).sum()),
        split_words=int(((there == 0) & (here > 0)).sum()),
        line_breaks=int((there == 2).sum()),
        lost_line_breaks=int(((there == 2) & (here < 2)).sum()),
    )
