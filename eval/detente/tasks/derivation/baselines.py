"""Baselines for `derivation`."""

import math
import re
from collections.abc import Mapping
from typing import Final

from detente.data.corpus import Corpus
from detente.data.jsonl import Record
from detente.tasks import blind, held_out
from detente.tasks.held_out import Example
from detente.tasks.task import Baseline
from detente.text import containment
from detente.text.clauses import CUE

_LIKELY: Final = 0.5
_WIDTH: Final = 100
"""The distance, in characters, at which a name beside a cue counts half."""
_RUN: Final = 5
_SHARED: Final = 0.05
"""Of pages that share less than this of their runs it is chance, or a quotation."""
_MOST: Final = 0.2


def guess(inputs: list[Record], corpus: Corpus) -> list[Record]:
    """An edge to every candidate that is likelier than not without the page."""
    family = held_out.families(corpus)
    right: dict[str, set[str]] = {unit["id"]: set() for unit in inputs}
    for row in corpus.rows("derivation"):
        right[row["article"]].add(row["source"])
    asked = [
        blind.of_candidates(
            {name: value for name, value in unit.items() if name != "sources"},
            unit["sources"],
            frozenset(right[unit["id"]]),
            family[unit["id"]],
        )
        for unit in inputs
    ]
    found = iter(held_out.probabilities([example for pairs in asked for _, example in pairs]))
    return [
        {
            "id": unit["id"],
            "edges": [{"source": name} for name, _ in pairs if next(found).get("True", 0.0) >= _LIKELY],
        }
        for unit, pairs in zip(inputs, asked, strict=True)
    ]


def named(inputs: list[Record], _: Corpus) -> list[Record]:
    """An edge to every outlet, agency or event all of whose names the page prints."""
    return [
        {"id": unit["id"], "edges": [{"source": each["id"]} for each in unit["sources"] if _prints(unit, each)]}
        for unit in inputs
    ]


def _prints(unit: Record, source: Record) -> bool:
    names = source["name"].partition(": ")[-1] or source["name"]
    return all(name in unit["text"] for name in names.split(", "))


def ranked(inputs: list[Record], corpus: Corpus) -> list[Record]:
    """An edge to every candidate that is likelier than not by how the page names it, learnt from other families."""
    family = held_out.families(corpus)
    right = {(row["article"], row["source"]) for row in corpus.rows("derivation")}
    asked = [
        Example(_seen(unit, each), str((unit["id"], each["id"]) in right), family[unit["id"]])
        for unit in inputs
        for each in unit["sources"]
    ]
    found = iter(held_out.probabilities(asked))
    return [
        {
            "id": unit["id"],
            "edges": [{"source": each["id"]} for each in unit["sources"] if next(found).get("True", 0.0) >= _LIKELY],
        }
        for unit in inputs
    ]


def _seen(unit: Record, source: Record) -> dict[str, float]:
    """The kind of a candidate; how many of its names the page prints, how early, and how near to a verb of saying."""
    text = unit["text"]
    kind, _, rest = source["name"].rpartition(": ")
    names = rest.split(", ")
    first = [place for name in names if (place := text.find(name)) >= 0]
    cues = [match.start() for match in CUE.finditer(text)]
    near = [abs(cue - match.start()) for name in names for match in re.finditer(re.escape(name), text) for cue in cues]
    seen = {
        "names": len(first) / len(names),
        "all names": float(len(first) == len(names)),
        "early": 1 - min(first) / len(text) if first else 0.0,
        "beside a cue": 1 / (1 + min(near) / _WIDTH) if near else 0.0,
        "times": math.log1p(sum(text.count(name) for name in names)),
    }
    return seen | {f"{name}, {kind or 'text'}": value for name, value in seen.items()} | {f"kind={kind or 'text'}": 1.0}


def shingles(inputs: list[Record], _: Corpus) -> list[Record]:
    """As `named`, with an unnamed text behind pages that share words without naming one another.

    Pages share words if the shorter has `_SHARED` or more of its runs of five in the other; groups of such pages, in
    their order, get the unnamed texts in theirs. From `_MOST` on a page is derived wholly.
    """
    lines = {line["id"]: list(line["edges"]) for line in named(inputs, _)}
    runs = {unit["id"]: containment.shingles(unit["text"], _RUN) for unit in inputs}
    for number, group in enumerate(_groups(runs)):
        for unit in (unit for unit in inputs if unit["id"] in group):
            unnamed = [each["id"] for each in unit["sources"] if each["name"].startswith("an unnamed text")]
            shared = max(containment.of(runs[unit["id"]], runs[other]) for other in group if other != unit["id"])
            if number < len(unnamed):
                degree = "wholly" if shared >= _MOST else "partially"
                lines[unit["id"]].append({"source": unnamed[number], "degree": degree, "kind": "common_source"})
    return [{"id": unit["id"], "edges": lines[unit["id"]]} for unit in inputs]


def _groups(runs: Mapping[str, frozenset[tuple[str, ...]]]) -> list[list[str]]:
    """The pages that share words, directly or through others, in groups of two or more."""
    groups: list[list[str]] = []
    for name in runs:
        near = [group for group in groups if any(containment.of(runs[name], runs[other]) >= _SHARED for other in group)]
        groups = [group for group in groups if group not in near] + [
            [*(each for group in near for each in group), name]
        ]
    return sorted(sorted(group) for group in groups if len(group) > 1)


_LEARNS: Final = held_out.of_pages("derivation")

BASELINES: Final = (
    blind.baseline(guess, _LEARNS),
    Baseline("named", "the texts all of whose names the page prints", named),
    Baseline("shingles", "the same, and an unnamed text behind pages that share runs of five words", shingles),
    Baseline("ranked", "the kinds of candidates, and how the page names them", ranked, learns_from=_LEARNS),
)
