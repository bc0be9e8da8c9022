"""Baselines for `attribution`."""

import re
from typing import Final

from detente.data.corpus import Corpus
from detente.data.jsonl import Record
from detente.tasks import blind, held_out
from detente.tasks.task import Baseline

_CUE: Final = re.compile(
    r"\b(?:sa(?:id|ys?|ying)|told|according to|statement|claim(?:s|ed)?|add(?:s|ed)|stress(?:es|ed)|pledged|promised"
    r"|remind(?:s|ed)|reiterated|reaffirming|concluded|emphasiz\w+|assured|confirmed|suggest(?:s|ed|ing)|acknowledged"
    r"|dismissed|reported|warn(?:s|ed|ing)|accused|criticized|calling)\b",
    re.IGNORECASE,
)
_NOBODY: Final[Record] = {"id": "", "name": "nobody"}


def guess(inputs: list[Record], corpus: Corpus) -> list[Record]:
    """The one candidate, or nobody, that is likeliest without the page."""
    family = held_out.families(corpus)
    right: dict[str, set[str]] = {}
    for row in corpus.rows("attribution"):
        right.setdefault(row["claim"], set()).update(row["chain"][-1]["sources"] if row["chain"] else [_NOBODY["id"]])
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


BASELINES: Final = (
    Baseline("cited", "the source named nearest to a word of saying, in the claim's line", cited),
    blind.baseline(guess, held_out.of_pages("attribution")),
)
