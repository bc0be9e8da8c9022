"""Copies a layer's gold with one label in twenty planted wrong, for a refutation pass.

python scripts/plant_errors.py stance 7 /tmp/refute planted.jsonl
"""

import sys
from pathlib import Path

from detente.data import labels as inventory
from detente.data.files import write_whole
from detente.data.jsonl import dump_lines
from detente.dataset import schema
from detente.dataset.quality import seeded_errors as planting

FIELDS = {
    "boilerplate": ("type", "repeats"),
    "stance": ("scale", "expression", "target", "time", "chain", "evidence"),
    "claims": ("type", "presentation", "relation", "checkable", "key_matter", "accuses", "settled"),
    "attribution": ("type", "cue_force", "event", "chain", "source_spans", "cue_spans"),
    "derivation": ("degree", "kind", "via", "translated", "confidence", "basis", "name_basis", "evidence"),
    "reuse": ("operation", "source_span"),
    "contrast": ("label",),
    "agreement": ("label",),
}
VALUES = {"scale": (-2, -1, 1, 2), "relation": inventory.RELATIONS} | dict.fromkeys(FIELDS["claims"][3:], (True, False))


def main(layer: str, seed: str, folder: str, aside: str) -> None:
    """Writes one file per article, or one of all, into `folder`, and the list of what was planted to `aside`."""
    rows = planting.rows_of(layer, Path(__file__).resolve().parents[1])
    known = schema.inventory_of if layer != "contrast" else lambda *_: None  # labels of its task
    inventories = {field: VALUES.get(field) or known(layer, field) for field in FIELDS[layer]}
    copies, planted = planting.plant(rows, inventories, int(seed))
    Path(folder).mkdir(parents=True, exist_ok=True)
    for article in dict.fromkeys(row.get("article") for row in copies):
        shown = [planting.without_giveaways(row) for row in copies if row.get("article") == article]
        write_whole(Path(folder) / f"{article or layer}.jsonl", dump_lines(shown))
    write_whole(Path(aside), dump_lines(item._asdict() for item in planted))


if __name__ == "__main__":
    main(*sys.argv[1:])
