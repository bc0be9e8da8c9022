"""How fast and how well outputs are placed in their pages, beside difflib, in one run.

Each output drops, moves, doubles and joins lines of one of the five pages; the truth is known. difflib aligns tokens
monotonically, without its junk heuristic. Wrong is the share of visible characters whose fate (kept or not) is wrong.
"""

import difflib
import random
import time

import numpy as np
from numpy.typing import NDArray

from detente.data.corpus import load
from detente.text.alignment import align
from detente.text.tokens import is_space, token_spans

OUTPUTS_PER_PAGE = 20


def with_difflib(output: str, page: str) -> NDArray[np.bool_]:
    """The page's characters that a monotone token alignment keeps."""
    spans = token_spans(page)
    tokens = [page[start:end] for start, end in spans]
    words = [output[start:end] for start, end in token_spans(output)]
    kept = np.zeros(len(page), dtype=bool)
    for block in difflib.SequenceMatcher(None, tokens, words, autojunk=False).get_matching_blocks():
        for start, end in spans[block.a : block.a + block.size]:
            kept[start:end] = True
    return kept


def example(page: str, chance: random.Random) -> tuple[str, NDArray[np.bool_]]:
    """An output of a page and the characters that it keeps."""
    lines, truth, start = page.split("\n"), np.zeros(len(page), dtype=bool), 0
    held = []
    for line in lines:
        if line and chance.random() < 0.6:
            held.append(line)
            truth[start : start + len(line)] = True
        start += len(line) + 1
    if len(held) > 2:
        held.insert(0, held.pop(chance.randrange(1, len(held))))
        held.append(chance.choice(held))
    return "\n".join(held), truth


def main() -> None:
    """Prints time and error of both, and the ratio of the times."""
    chance = random.Random(0)
    pages = [article["text"] for article in load().articles.values()]
    examples = [(page, *example(page, chance)) for page in pages for _ in range(OUTPUTS_PER_PAGE)]
    align(pages[0], pages[0])
    found = {}
    for name, place in (("detente", lambda output, page: align(output, page).kept), ("difflib", with_difflib)):
        start = time.perf_counter()
        placed = [place(output, page) for page, output, _ in examples]
        elapsed = (time.perf_counter() - start) / len(examples)
        visible = [~is_space(page) for page, _, _ in examples]
        wrong = sum(
            (kept != truth)[seen].sum() for kept, (_, _, truth), seen in zip(placed, examples, visible, strict=True)
        )
        found[name] = elapsed
        print(f"{name}: {elapsed * 1e3:.2f} ms an output, {wrong / sum(seen.sum() for seen in visible):.2%} wrong")
    print(f"ratio of the times, detente to difflib: {found['detente'] / found['difflib']:.2f}")


if __name__ == "__main__":
    main()
