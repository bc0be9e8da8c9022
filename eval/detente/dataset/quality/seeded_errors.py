"""Planting wrong labels before a refutation pass, so that what the critic finds can be counted."""

import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from detente.data.jsonl import Record
from detente.data.labels import ZONE_OF_TYPE, label_of_scale

SHARE = 20
"""One label in so many is planted wrong."""


class Planted(NamedTuple):
    """A label that was made wrong on purpose."""

    id: str
    field: str
    gold: Any
    planted: Any


def rows_of(layer: str, root: Path) -> list[Record]:
    """The gold rows of a layer, all that can be planted as fields of their own; of agreement, what was computed."""
    if layer == "agreement":
        from detente.data.corpus import Corpus

        return Corpus(root / "dataset").rows(layer)
    from detente.dataset import annotations

    rows = annotations.read(root)[0][layer].rows
    if layer != "claims":
        return rows
    relations = [row["propositions"][0]["relation"] if row["propositions"] else None for row in rows]
    return [
        {**row, "relation": relation} | row["check_worthy_answers"]
        for row, relation in zip(rows, relations, strict=True)
    ]


_FOLLOWS = ("speaker", "label_fnc1", "voice", "edit", "pair", "twin", "phenomenon")
"""Columns that follow from labels, or that tell which rows belong together."""


def without_giveaways(row: Record) -> Record:
    """A row whose other columns follow its labels, so that only page and guideline tell what was planted."""
    shown = {name: value for name, value in row.items() if name not in _FOLLOWS}
    if row.get("type") in ZONE_OF_TYPE:
        shown["zone"] = ZONE_OF_TYPE[row["type"]]
    if answers := row.get("check_worthy_answers"):
        shown["check_worthy_answers"] = {question: shown.pop(question) for question in answers}
    if relation := shown.pop("relation", None):
        first, *others = row["propositions"]
        shown["propositions"] = [{**first, "relation": relation}, *others]
    if "scale" in row:
        shown["scale"] = None if row["scale"] is None else int(row["scale"])
        shown["label"] = label_of_scale(shown["scale"])
        shown["id"] = ":".join(
            [row["article"], row["holder"], row["target"], row["time"]] + ["alleged"] * row["alleged"]
        )
    return shown


def plant(
    rows: Sequence[Record], inventories: Mapping[str, Sequence[Any] | None], seed: int
) -> tuple[list[Record], list[Planted]]:
    """Copies rows with one label in `SHARE` replaced by another.

    Args:
        rows: Gold rows.
        inventories: The fields to plant in, and the values each may take; None for what other rows of the same article
            (or task, where there is none) have there, as with chains and spans.
        seed: Of the draw. Every field is drawn at least once, if its rows allow it.

    Returns:
        The copies, in the order of the rows, and the list of what was planted, to be kept aside. At most one label of a
        row is planted; a field that is null in a row is left alone, and so is one for which there is no other value.
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
    copies, planted = [dict(row) for row in rows], []
    for index, field in sorted(chosen.items()):
        wrong = chance.choice(others[index, field])
        copies[index][field] = wrong
        planted.append(Planted(rows[index]["id"], field, rows[index][field], wrong))
    return copies, planted


def _others(rows: Sequence[Record], index: int, field: str, inventory: Sequence[Any] | None) -> list[Any]:
    """The values that would be wrong here, each once."""
    own = rows[index][field]
    if inventory is None:
        near = [row for row in rows if all(row.get(key) == rows[index].get(key) for key in ("article", "task"))]
        inventory = [row[field] for row in near if row[field] not in (None, [])]
    distinct = {json.dumps(value): value for value in inventory}
    return [value for value in distinct.values() if value != own]
