"""Labels made wrong on purpose before an adversarial review, so that what the reviewer finds can be counted."""

import json
import random
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from detente.data.corpus import Corpus
from detente.data.jsonl import Record
from detente.dataset import annotations
from detente.tasks.layer import Layer, Seeded

SHARE = 20
"""One label in so many is made wrong."""


class SeededError(NamedTuple):
    """A label that was made wrong on purpose."""

    id: str
    field: str
    gold: Any
    wrong: Any

    def document(self) -> dict[str, Any]:
        """As in `planted.jsonl`, which keeps the names that it was published with."""
        return {"id": self.id, "field": self.field, "gold": self.gold, "planted": self.wrong}


def rows_of(layer: Layer, root: Path) -> list[Record]:
    """The gold rows of a layer, nested labels as fields of their own; of a layer nobody writes, what was computed.

    What only explains a row is left out: reviewers have the pages and the registries.
    """
    rows = annotations.read(root)[0][layer.name].rows if layer.path else Corpus(root / "dataset").rows(layer.name)
    return [layer.unfold(_without(row, layer.explained)) for row in rows]


def without_giveaways(seeded: Seeded, row: Record) -> Record:
    """A row whose other columns follow its labels, so that only page and guideline tell what is wrong."""
    return _without(seeded.refold(row), seeded.hidden)


def _without(row: Record, columns: Collection[str]) -> Record:
    return {name: value for name, value in row.items() if name not in columns}


def seed_errors(
    rows: Sequence[Record], inventories: Mapping[str, Sequence[Any] | None], seed: int
) -> tuple[list[Record], list[SeededError]]:
    """Copies rows with one label in `SHARE` replaced by another.

    Args:
        rows: Gold rows.
        inventories: The fields to make wrong, and the values each may take; None for what other rows of the same
            article (or task, where there is none) have there, as with chains and spans.
        seed: Of the draw. Every field is drawn at least once, if its rows allow it.

    Returns:
        The copies, in the order of the rows, and the list of what was made wrong, to be kept aside. At most one label
        of a row is; a field that is null in a row is left alone, and so is one for which there is no other value.
    """
    chance = random.Random(seed)
    others = {
        (index, field): _others(rows, index, field, inventory)
        for index, row in enumerate(rows)
        for field, inventory in inventories.items()
        if row[field] is not None
    }
    places = [place for place, values in others.items() if values]
    shuffled = chance.sample(places, len(places))
    first_of_each = [next(place for place in shuffled if place[1] == field) for field in {field for _, field in places}]
    chosen: dict[int, str] = {}
    for index, field in (*sorted(first_of_each, key=shuffled.index), *shuffled):
        if len(chosen) * SHARE >= len(places) and len(chosen) >= len(first_of_each):
            break
        chosen.setdefault(index, field)
    copies, errors = [dict(row) for row in rows], []
    for index, field in sorted(chosen.items()):
        wrong = chance.choice(others[index, field])
        copies[index][field] = wrong
        errors.append(SeededError(rows[index]["id"], field, rows[index][field], wrong))
    return copies, errors


def _others(rows: Sequence[Record], index: int, field: str, inventory: Sequence[Any] | None) -> list[Any]:
    """The values that would be wrong here, each once."""
    own = rows[index][field]
    if inventory is None:
        near = [row for row in rows if all(row.get(key) == rows[index].get(key) for key in ("article", "task"))]
        inventory = [row[field] for row in near if row[field] not in (None, [])]
    distinct = {json.dumps(value): value for value in inventory}
    return [value for value in distinct.values() if value != own]
