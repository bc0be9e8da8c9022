"""Copies a layer's gold with one label in twenty made wrong, for an adversarial review.

python scripts/plant_errors.py stance 7 /tmp/review planted.jsonl
"""

import sys
from pathlib import Path

from detente.data.files import write_whole
from detente.data.jsonl import dump_lines
from detente.dataset.quality import seeded_errors
from detente.dataset.schema import LAYERS


def main(name: str, seed: str, folder: str, aside: str) -> None:
    """Writes one file per article, or one of all, into `folder`, and the list of what was made wrong to `aside`."""
    layer = LAYERS[name]
    if layer.seeded is None:
        sys.exit(f"no errors are seeded in {name}")
    rows = seeded_errors.rows_of(layer, Path(__file__).resolve().parents[1])
    copies, errors = seeded_errors.seed_errors(rows, layer.seeded.fields, int(seed))
    Path(folder).mkdir(parents=True, exist_ok=True)
    for article in dict.fromkeys(row.get("article") for row in copies):
        own = [row for row in copies if row.get("article") == article]
        shown = [seeded_errors.without_giveaways(layer.seeded, row) for row in own]
        write_whole(Path(folder) / f"{article or name}.jsonl", dump_lines(shown))
    write_whole(Path(aside), dump_lines(error.document() for error in errors))


if __name__ == "__main__":
    main(*sys.argv[1:])
