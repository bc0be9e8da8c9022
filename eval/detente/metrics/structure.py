"""Code blocks and tables against others: which belong together, and how far they are alike.

Each measure has a limit beyond which only what is equal at the start and at the end counts, so that no input takes
minutes. Beyond it a value is a lower bound, and says so: nothing gains by being large.
"""

from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from rapidfuzz.distance import Indel, Levenshtein

from detente.metrics.matching import match
from detente.text.structure import Cell, Table

LIKENESS: Final = 0.5
"""From this Dice coefficient of their tokens on, two blocks may be one: it has kept a third of the other, or more."""
MOST_COMPARISONS: Final = 1_000_000
"""Blocks are matched if the different tokens of the gold's times the predicted blocks are at most so many: about two
seconds. Of more, only those are that are equal."""
MOST_CHARACTERS: Final = 1_000_000_000
"""Texts are compared letter by letter if the product of their lengths is at most so much."""
MOST_NODES: Final = 100_000
"""Trees of tables are compared exactly if the product of their numbers of nodes is at most so much: about two seconds.
Rows that are equal at the start and at the end are no part of it."""


class Similarity(NamedTuple):
    """How far two blocks are alike, in 0…1, and whether that is exact: else it is a lower bound."""

    value: float
    exact: bool = True


class Matching(NamedTuple):
    """Pairs of indices (gold, predicted), sorted; and how many blocks of the gold were too many to be compared."""

    pairs: list[tuple[int, int]]
    skipped: int = 0


def edit_similarity(one: str, other: str) -> Similarity:
    """1 − Indel distance / length of both: the insertions and deletions of characters that turn one into the other.

    In 0…1; 1 for two empty texts. Above `MOST_CHARACTERS` what lies between the common start and end is all different.
    """
    if len(one) * len(other) <= MOST_CHARACTERS:
        return Similarity(float(Indel.normalized_similarity(one, other)))
    head, tail = _common(one, other)
    return Similarity(2 * (head + tail) / (len(one) + len(other)), exact=one == other)


def likeness(one: Counter[Any], other: Counter[Any]) -> float:
    """The Dice coefficient of two multisets (Dice 1945), 2 · common / all, in 0…1; 0 for two empty ones."""
    common = (one & other).total()
    return 2 * common / (one.total() + other.total()) if common else 0.0


def match_blocks(gold: Sequence[Counter[Any]], predicted: Sequence[Counter[Any]]) -> Matching:
    """Which blocks are one, by their tokens: equal ones first, then the most pairs of `LIKENESS`, the likest of these.

    The matching is optimal and one to one (`matching.match`).
    """
    keys = [[frozenset(tokens.items()) for tokens in blocks] for blocks in (gold, predicted)]
    places: dict[Hashable, list[int]] = {}
    for place in reversed(range(len(predicted))):
        places.setdefault(keys[1][place], []).append(place)
    equal = [(place, places[key].pop()) for place, key in enumerate(keys[0]) if places.get(key)]
    mine = sorted(set(range(len(gold))) - {first for first, _ in equal})
    theirs = sorted(set(range(len(predicted))) - {second for _, second in equal})
    if not mine or not theirs:
        return Matching(equal)
    if len(theirs) * sum(len(gold[place]) for place in mine) > MOST_COMPARISONS:
        return Matching(equal, len(mine))
    alike = np.array([[likeness(gold[first], predicted[second]) for second in theirs] for first in mine])
    likest = ((mine[first], theirs[second]) for first, second in match(alike, LIKENESS))
    return Matching(sorted([*equal, *likest]))


def teds_all(pairs: Sequence[tuple[Table, Table]]) -> list[Similarity]:
    """The tree edit distance similarity of each pair of tables (TEDS, Zhong et al. 2020), in 0…1.

    TEDS = 1 − distance / nodes of the larger tree. A tree is the table, its rows, and their cells; `thead` and `tbody`
    are no nodes, and header cells are cells, since Markdown has its own way with them. To insert or delete a node costs
    1, as it does to change a cell into one that spans another number of rows or columns; to change its text costs the
    Levenshtein distance / length of the longer text. It is symmetric, and 1 exactly if the tables are equal.

    The distance is exact (APTED, Pawlik and Augsten 2016) while the pairs, the smallest first, stay within `MOST_NODES`
    together, and their texts within `MOST_CHARACTERS`. Beyond, it is that of one mapping of the trees: row on row
    and cell on cell by their numbers, after the rows that are equal at the start and at the end are taken off. That is
    never below the distance, so that the value is a lower bound.

    Args:
        pairs: Tables with a cell at the least, gold and predicted.
    """
    works = [_Work.of(*pair) for pair in pairs]
    left = MOST_NODES
    found = [Similarity(0.0)] * len(pairs)
    for place in sorted(range(len(works)), key=lambda each: works[each].cost):
        work = works[place]
        exact = work.cost <= left and work.characters <= MOST_CHARACTERS
        left -= work.cost if exact else 0
        distance = (_tree_distance if exact else _distance_by_number)(work.gold, work.predicted)
        found[place] = Similarity(1 - distance / max(map(_nodes, pairs[place])), exact)
    return found


class _Work(NamedTuple):
    """What is left of two tables without the rows that are equal at either end, and what it costs to compare."""

    gold: Table
    predicted: Table
    cost: int
    characters: int

    @classmethod
    def of(cls, gold: Table, predicted: Table) -> "_Work":
        head, tail = _common(gold, predicted)
        parts = [table[head : len(table) - tail] for table in (gold, predicted)]
        sizes = [sum(len(cell.text) for row in part for cell in row) for part in parts]
        cost = _nodes(parts[0]) * _nodes(parts[1]) if all(parts) else 0
        return cls(parts[0], parts[1], cost, sizes[0] * sizes[1])


def _nodes(table: Table) -> int:
    return 1 + sum(1 + len(row) for row in table)


def _common(one: Sequence[Any], other: Sequence[Any]) -> tuple[int, int]:
    """How many items are equal at the start, and of the others at the end."""
    shorter = min(len(one), len(other))
    head = next((place for place in range(shorter) if one[place] != other[place]), shorter)
    rest = shorter - head
    tail = next((place for place in range(rest) if one[-1 - place] != other[-1 - place]), rest)
    return head, tail


def _change(gold: Cell, predicted: Cell) -> float:
    """What it costs to change one cell into another."""
    if gold[1:] != predicted[1:]:
        return 1.0
    if len(gold.text) * len(predicted.text) <= MOST_CHARACTERS:
        return float(Levenshtein.normalized_distance(gold.text, predicted.text))
    return 1 - sum(_common(gold.text, predicted.text)) / max(len(gold.text), len(predicted.text))


def _tree_distance(gold: Table, predicted: Table) -> float:
    if not gold or not predicted:
        return _nodes(gold) + _nodes(predicted) - 2
    from apted import APTED, Config

    class Costs(Config):  # type: ignore[misc]
        """A node is a cell, a row (a tuple of cells), or a table (a list of rows)."""

        valuecls = float

        def rename(self, node1: Any, node2: Any) -> float:
            if isinstance(node1, Cell) and isinstance(node2, Cell):
                return _change(node1, node2)
            return float(type(node1) is not type(node2))

        def children(self, node: Any) -> Any:
            return () if isinstance(node, Cell) else node

    return float(APTED(list(gold), list(predicted), Costs()).compute_edit_distance())


def _distance_by_number(gold: Table, predicted: Table) -> float:
    distance = float(sum(1 + len(row) for table in (gold[len(predicted) :], predicted[len(gold) :]) for row in table))
    for mine, theirs in zip(gold, predicted, strict=False):
        distance += abs(len(mine) - len(theirs)) + sum(map(_change, mine, theirs))
    return distance
