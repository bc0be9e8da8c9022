"""What reviewers who argued against every label achieved, and all that is known of how firm the labels are."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from detente.data.jsonl import Record, parse_lines
from detente.dataset import schema
from detente.dataset.quality.agreement import REPRODUCTION, Measure, measures


class Review(NamedTuple):
    """What a reviewer who argued against every label of a layer achieved.

    Attributes:
        layer: The layer.
        rows: Challenges to labels that were not seeded errors.
        upheld: Of these, the ones that the reviewer upheld.
        arguable: Of these, the ones where two readings stand.
        seeded: Labels that were made wrong on purpose.
        found: Of these, the ones that the reviewer found.
    """

    layer: str
    rows: int
    upheld: int
    arguable: int
    seeded: int
    found: int


def reviews(root: Path) -> list[Review]:
    """The adversarial review of every layer that had one: `refutation.jsonl` and `planted.jsonl` in its folder."""
    results = []
    for name in (layer.name for layer in schema.LAYERS.values() if layer.seeded):
        folder = root / "annotations" / name
        if (folder / "refutation.jsonl").is_file():
            rows, seeded = (_records(folder / f"{file}.jsonl") for file in ("refutation", "planted"))
            verdicts = Counter(row["verdict"] for row in rows)
            found = sum(row["found"] for row in seeded)
            results.append(Review(name, len(rows), verdicts["upheld"], verdicts["arguable"], len(seeded), found))
    return results


def _records(path: Path) -> Sequence[Record]:
    return [line.record for line in parse_lines(path.read_bytes(), str(path))[0]]


class Found(NamedTuple):
    """All that is known of how firm the labels are.

    Attributes:
        passes: Agreement of the two blind passes before adjudication.
        reproduction: Agreement of the gold with a fresh pass.
        reviews: What reviewers achieved.
    """

    passes: list[Measure]
    reproduction: list[Measure]
    reviews: list[Review]

    def document(self) -> dict[str, list[dict[str, Any]]]:
        """As in `agreement.json`, which keeps the names that it was published with."""
        names = {"seeded": "planted"}
        return {
            "passes": [row._asdict() for row in self.passes],
            "reproduction": [row._asdict() for row in self.reproduction],
            "refutation": [
                {names.get(name, name): value for name, value in row._asdict().items()} for row in self.reviews
            ],
        }


def found(root: Path, texts: Mapping[str, str]) -> Found:
    """Measures everything anew from `annotations/`."""
    return Found(measures(root, texts), measures(root, texts, REPRODUCTION), reviews(root))
