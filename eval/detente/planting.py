"""Planting wrong labels before a refutation pass, so that what the critic finds can be counted."""

import random
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from detente.inventory import ZONE_OF_TYPE, label_of_scale
from detente.records import Record

SHARE = 20
"""One label in so many is planted wrong."""


class Planted(NamedTuple):
    """A label that was made wrong on purpose."""

    id: str
    field: str
    gold: str
    planted: str


def with_first_relation(row: Record) -> Record:
    """A claim with the relation of its first proposition as a field of its own, so that it can be planted."""
    return {**row, "relation": row["propositions"][0]["relation"] if row["propositions"] else None}


def without_giveaways(row: Record) -> Record:
    """A row whose other columns follow its labels, so that only page and guideline tell what was planted."""
    shown = {name: value for name, value in row.items() if name != "speaker"}
    if row.get("type") in ZONE_OF_TYPE:
        shown["zone"] = ZONE_OF_TYPE[row["type"]]
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
    rows: Sequence[Record], inventories: Mapping[str, Sequence[str]], seed: int
) -> tuple[list[Record], list[Planted]]:
    """Copies rows with one label in `SHARE` replaced by another of its inventory.

    Args:
        rows: Gold rows.
        inventories: The single-label fields to plant in, and the values each may take.
        seed: Of the draw.

    Returns:
        The copies, in the order of the rows, and the list of what was planted, to be kept aside. At most one label of a
        row is planted; a field that is null in a row is left alone.
    """
    chance = random.Random(seed)
    places = [(index, field) for index, row in enumerate(rows) for field in inventories if row[field] is not None]
    chosen: dict[int, str] = {}
    for index, field in chance.sample(places, len(places)):
        if len(chosen) * SHARE >= len(places):
            break
        chosen.setdefault(index, field)
    copies, planted = [dict(row) for row in rows], []
    for index, field in sorted(chosen.items()):
        gold = str(rows[index][field])
        wrong = chance.choice([value for value in inventories[field] if value != gold])
        copies[index][field] = wrong
        planted.append(Planted(rows[index]["id"], field, gold, wrong))
    return copies, planted
