"""Copies a layer's gold with one label in twenty planted wrong, for a refutation pass.

python scripts/plant_errors.py stance 7 /tmp/refute planted.jsonl
"""

import sys
from pathlib import Path

from detente import annotations, inventory, planting, schema
from detente.records import dump_lines, write_whole

FIELDS = {
    "boilerplate": ("type",),
    "stance": ("scale", "expression", "target", "time"),
    "claims": ("type", "presentation", "relation"),
    "attribution": ("type", "cue_force"),
    "derivation": ("degree", "kind", "basis"),
    "reuse": ("operation",),
}


def main(layer: str, seed: str, folder: str, aside: str) -> None:
    """Writes one file per article into `folder`, and the list of what was planted to `aside`."""
    tables, _ = annotations.read(Path(__file__).resolve().parents[1])
    others = {"scale": ("-2", "-1", "1", "2"), "relation": inventory.RELATIONS}
    inventories = {field: others.get(field) or schema.inventory_of(layer, field) or () for field in FIELDS[layer]}
    rows = [planting.with_first_relation(row) if layer == "claims" else row for row in tables[layer].rows]
    copies, planted = planting.plant(rows, inventories, int(seed))
    Path(folder).mkdir(parents=True, exist_ok=True)
    for article in dict.fromkeys(row["article"] for row in copies):
        rows = [row for row in copies if row["article"] == article]
        write_whole(Path(folder) / f"{article}.jsonl", dump_lines(map(planting.without_giveaways, rows)))
    write_whole(Path(aside), dump_lines(item._asdict() for item in planted))


if __name__ == "__main__":
    main(*sys.argv[1:])
