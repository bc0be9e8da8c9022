"""What a challenge suite is: tasks, and items in variants that are each made by a known operation.

A *base* is what is made first and left as it is, the control. Its *variants* are the base after one operation at one of
three strengths, or after several operations together. Everything that is drawn follows from the suite's name and
version, the seed, the split and the number of the base, and from nothing else: so items can be made in any order and
by any number of processes.
"""

import hashlib
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeVar

from detente.data.jsonl import Record

STRENGTHS: Final = ("weak", "medium", "strong")
_HALF: Final = 19
"""Bits of half the number in an id: there are ids for 2^38 items of a split."""
CONTROL: Final = "control"
"""The operation that changes nothing, whose strength is `none`."""
COMBINED: Final = "combined"
"""Several operations one after another."""

T = TypeVar("T")


class Dice:
    """Draws that are the same on every machine, for the same parts of the seed.

    They rest on `random.Random.random` alone, whose sequence Python promises to keep for a seed.
    """

    def __init__(self, *seed: object) -> None:
        self._random = random.Random("|".join(map(str, seed))).random

    def below(self, count: int) -> int:
        """A number from 0 to `count` - 1."""
        return int(self._random() * count)

    def chance(self, share: float) -> bool:
        """True in a share of the draws, 0…1."""
        return self._random() < share

    def pick(self, values: Sequence[T]) -> T:
        """One of the values."""
        return values[self.below(len(values))]

    def shuffled(self, values: Sequence[T]) -> list[T]:
        """The values in another order (Fisher and Yates)."""
        found = list(values)
        for last in range(len(found) - 1, 0, -1):
            other = self.below(last + 1)
            found[last], found[other] = found[other], found[last]
        return found

    def sample(self, values: Sequence[T], count: int) -> list[T]:
        """So many of the values, or all, in their order."""
        places = sorted(self.shuffled(range(len(values)))[:count])
        return [values[place] for place in places]


class Variant(NamedTuple):
    """An operation at a strength."""

    operation: str
    strength: str


@dataclass(frozen=True)
class Operation:
    """What is done to a base.

    Attributes:
        name: Its word in tables.
        summary: What it does, in one line.
        strengths: What weak, medium and strong mean, in words.
    """

    name: str
    summary: str
    strengths: tuple[str, str, str]


class Item(NamedTuple):
    """One item of a suite.

    Attributes:
        variant: How it was made.
        base: The id of the control that it was made from; its own, if it is one.
        sources: What it was made from: annotated pages, or words of templates. Items with the same first one depend on
            one another.
        rows: Its rows by config. Those of the first config are what is made in this way: a page, four sentences.
    """

    variant: Variant
    base: str
    sources: tuple[str, ...]
    rows: Mapping[str, list[Record]]


@dataclass(frozen=True)
class Suite:
    """A challenge suite.

    Attributes:
        name: Its word on the command line; ids are `name-split-` and twelve digits.
        version: Of what it makes: raised when the same seed gives other items.
        tasks: The tasks that its items are gold of.
        summary: One line for people.
        configs: The tables that it fills, beside `items`.
        operations: What is done to bases, each alone and some together.
        combined: What weak, medium and strong mean where several are done together; empty if none are.
        make: From the split, the seed, the number of a base, and the id of each variant, to its items.
    """

    name: str
    version: str
    tasks: tuple[str, ...]
    summary: str
    configs: tuple[str, ...]
    operations: tuple[Operation, ...]
    combined: tuple[str, ...]
    make: Callable[[str, int, int, Sequence[str]], Iterator[Item]]

    @property
    def variants(self) -> tuple[Variant, ...]:
        """The variants of each base, the control first."""
        alone = [Variant(each.name, strength) for each in self.operations for strength in STRENGTHS]
        together = [Variant(COMBINED, strength) for strength in STRENGTHS] if self.combined else []
        return (Variant(CONTROL, "none"), *alone, *together)

    def items(self, split: str, seed: int, start: int, end: int) -> Iterator[Item]:
        """The items from the one with number `start` to that before `end`."""
        count = len(self.variants)
        for base in range(start // count, -(-end // count)):
            names = [item_id(self.name, split, seed, base * count + place) for place in range(count)]
            for place, item in enumerate(self.make(split, seed, base, names)):
                if start <= base * count + place < end:
                    yield item


def item_id(suite: str, split: str, seed: int, number: int) -> str:
    """The id of an item, which does not tell how it was made: `transplant-test-048271635091`.

    Its number would tell, since it counts the operations of each base. It goes through four rounds of a Feistel network
    keyed by all else: no two numbers give one id, and ids in their order are items in none.

    Args:
        suite: The suite's name.
        split: The split.
        seed: Of what is drawn.
        number: Of the item in its split, below 2^38.
    """
    left, right = divmod(number, 1 << _HALF)
    for turn in range(4):
        digest = hashlib.sha256(f"{suite}|{split}|{seed}|{turn}|{right}".encode()).digest()
        left, right = right, left ^ int.from_bytes(digest, "big") % (1 << _HALF)
    return f"{suite}-{split}-{left << _HALF | right:012d}"
