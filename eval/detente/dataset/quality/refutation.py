"""What critics who argued against every label achieved, and all that is known of how firm the labels are."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from detente.data.jsonl import Record, parse_lines
from detente.dataset.quality.agreement import REPRODUCTION, Measure, measures

LAYERS: Final = (
    *("boilerplate", "claims", "stance", "agreement"),
    *("attribution", "derivation", "reuse", "contrast"),
)
"""The layers that were attacked."""


class Refutation(NamedTuple):
    """What a critic who argued against every label of a layer achieved.

    Attributes:
        layer: The layer.
        rows: Challenges to labels that were not planted.
        upheld: Of these, the ones that the critic upheld.
        arguable: Of these, the ones where two readings stand.
        planted: Labels that were planted wrong.
        found: Of these, the ones that the critic found.
    """

    layer: str
    rows: int
    upheld: int
    arguable: int
    planted: int
    found: int


def refutations(root: Path) -> list[Refutation]:
    """The refutation pass of every layer that had one."""
    results = []
    for name in LAYERS:
        folder = root / "annotations" / name
        if (folder / "refutation.jsonl").is_file():
            rows, planted = (_records(folder / f"{file}.jsonl") for file in ("refutation", "planted"))
            verdicts = Counter(row["verdict"] for row in rows)
            found = sum(row["found"] for row in planted)
            results.append(Refutation(name, len(rows), verdicts["upheld"], verdicts["arguable"], len(planted), found))
    return results


def _records(path: Path) -> Sequence[Record]:
    return [line.record for line in parse_lines(path.read_bytes(), str(path))[0]]


class Found(NamedTuple):
    """All that is known of how firm the labels are.

    Attributes:
        passes: Agreement of the two blind passes before adjudication.
        reproduction: Agreement of the gold with a fresh pass.
        refutation: What critics achieved.
    """

    passes: list[Measure]
    reproduction: list[Measure]
    refutation: list[Refutation]


def found(root: Path, texts: Mapping[str, str]) -> Found:
    """Measures everything anew from `annotations/`."""
    return Found(measures(root, texts), measures(root, texts, REPRODUCTION), refutations(root))
