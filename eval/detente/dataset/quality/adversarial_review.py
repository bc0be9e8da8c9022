"""What reviewers who argued against every label achieved, and all that is known of how firm the labels are."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from detente.data.annotated import Tables
from detente.data.files import read_bytes
from detente.data.jsonl import Line, Record, describe, parse_lines
from detente.data.problems import Problem
from detente.dataset import annotations, schema
from detente.dataset.quality.agreement import LeftOut, Measure
from detente.tasks.layer import Layer

_COLUMNS: Final = {
    "refutation": ("id", "field", "given", "proposed", "verdict", "reason"),
    "planted": ("id", "field", "gold", "planted", "proposed", "found"),
}
_PUBLISHED_AS: Final = {"seeded": "planted"}
"""Fields that `agreement.json` has under the names that it was first published with."""
VERDICTS: Final = ("refused", "arguable", "upheld")


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


def reviews(root: Path, tables: Tables) -> tuple[list[Review], list[Problem]]:
    """The adversarial review of every layer that had one: `refutation.jsonl` and `planted.jsonl` in its folder.

    Args:
        root: The folder that holds `annotations/`.
        tables: The gold, complete.
    """
    results: list[Review] = []
    problems: list[Problem] = []
    for layer in (layer for layer in schema.LAYERS.values() if layer.seeded):
        folder = root / "annotations" / layer.name
        if (folder / "refutation.jsonl").is_file():
            challenges, seeded = (_read(folder / f"{name}.jsonl", root, layer, tables, problems) for name in _COLUMNS)
            verdicts = Counter(row["verdict"] for row in challenges)
            found = sum(row["found"] for row in seeded)
            counts = (len(challenges), verdicts["upheld"], verdicts["arguable"], len(seeded), found)
            results.append(Review(layer.name, *counts))
    return results, problems


def _read(path: Path, root: Path, layer: Layer, tables: Tables, problems: list[Problem]) -> list[Record]:
    """The rows that can be counted; adds to the problems."""
    name = path.relative_to(root).as_posix()
    if not path.is_file():
        problems.append(Problem("file-missing", name, "there is no such file: add it, empty if it has no rows"))
        return []
    lines, faults = parse_lines(read_bytes(path), name)
    problems += faults
    known = {row["id"] for row in tables[layer.name].rows}
    rows = []
    for place, row in lines:
        found = list(annotations.key_problems(Line(place, row), _COLUMNS[path.stem]))
        if not found:
            found += _value_problems(place, row, known)
        problems += found
        if not found:
            rows.append(row)
    return rows


def _value_problems(place: str, row: Record, known: Collection[str]) -> Iterator[Problem]:
    if not isinstance(row["id"], str) or row["id"] not in known:
        yield Problem("item-unknown", place, f"{describe(row['id'])} is no row of the gold: name one by its id")
    if "verdict" in row and row["verdict"] not in VERDICTS:
        message = f"verdict {describe(row['verdict'])} is not one of {', '.join(VERDICTS)}"
        yield Problem("value-not-allowed", place, message)
    if "found" in row and not isinstance(row["found"], bool):
        yield Problem("wrong-type", place, f"`found` is {describe(row['found'])}, not true or false")


class Found(NamedTuple):
    """All that is known of how firm the labels are.

    Attributes:
        passes: Agreement of the two blind passes before adjudication.
        trial: Agreement of two blind passes over the pages that were invented to try the guidelines on.
        reviews: What reviewers achieved.
        left_out: The pages that passes are not compared on.
    """

    passes: list[Measure]
    trial: list[Measure]
    reviews: list[Review]
    left_out: list[LeftOut]

    @classmethod
    def of(cls, document: Mapping[str, Sequence[Record]]) -> "Found":
        """What `document` gave, once it has been written as JSON: undefined figures are null there."""
        own = {published: name for name, published in _PUBLISHED_AS.items()}

        def measured(part: str) -> list[Measure]:
            rows: list[dict[str, Any]] = [
                {name: np.nan if value is None else value for name, value in row.items()} for row in document[part]
            ]
            return [Measure(**row) for row in rows]

        return cls(
            measured("passes"),
            measured("trial"),
            [Review(**{own.get(name, name): value for name, value in row.items()}) for row in document["refutation"]],
            [LeftOut(row["layer"], tuple(row["passes"]), tuple(row["articles"])) for row in document["left_out"]],
        )

    def document(self) -> dict[str, list[dict[str, Any]]]:
        """As in `agreement.json`, which keeps the names that it was published with."""
        return {
            "passes": [row._asdict() for row in self.passes],
            "trial": [row._asdict() for row in self.trial],
            "left_out": [row._asdict() for row in self.left_out],
            "refutation": [
                {_PUBLISHED_AS.get(name, name): value for name, value in row._asdict().items()} for row in self.reviews
            ],
        }
