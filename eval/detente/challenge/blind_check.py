"""The blind check of the suite `contrast`: its labels by construction against those of two who see the question alone.

In `annotations/challenge/contrast/` lie a sample of items as a model sees them, the labels of two passes over it that
knew nothing else, and a decision with its reason on what these left open. The suite is made only while no more than
`ALLOWED` of the sample are labelled otherwise than they were constructed.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from detente.challenge.contrast import CONTRAST
from detente.challenge.suite import Dice
from detente.data.corpus import project_root
from detente.data.files import read_bytes
from detente.data.jsonl import Record, dump_line, dump_lines, parse_document, parse_lines
from detente.data.labels import LABELS_OF_CONTRAST, SPLITS
from detente.data.problems import Problem, ValidationError
from detente.text.display import listed

SIZE: Final = 200
"""Items of a sample."""
ALLOWED: Final = 0.02
"""The share of them that may be wrong."""
PASSES: Final = ("pass-a.jsonl", "pass-b.jsonl")
DECISIONS: Final = "adjudication.jsonl"
DRAWN: Final = "drawn.json"
_ITEMS: Final = "items.jsonl"
_BASES: Final = 40
"""So many bases of each split are drawn from."""
_SEEN: Final = ("id", "task", "text", "roles", "holder", "target", "target_definition", "proposition")
_RULE: Final = "blind-check"


@dataclass(frozen=True)
class Sample:
    """Items that are drawn.

    Attributes:
        seed: Of the suite, and of the draw.
        rows: The rows of `contrast`, with their labels by construction, in any order.
        sha256: Of all rows that were drawn from: it is another one once templates make anything else.
    """

    seed: int
    rows: Sequence[Record]
    sha256: str

    @property
    def files(self) -> dict[str, str]:
        """What is kept of it, by name: how it was drawn, and the items as a model sees them."""
        items = [{key: row[key] for key in _SEEN} | {"labels": LABELS_OF_CONTRAST[row["task"]]} for row in self.rows]
        drawn = {"suite": CONTRAST.name, "seed": self.seed, "drawn_from_sha256": self.sha256}
        return {DRAWN: f"{dump_line(drawn)}\n", _ITEMS: dump_lines(items)}


@dataclass(frozen=True)
class BlindCheck:
    """What a check found.

    Attributes:
        size: Items that were labelled.
        differing: Of these, how many the two passes label differently.
        wrong: The ids of those whose blind label, as it was decided, is not the constructed one.
    """

    size: int
    differing: int
    wrong: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether no more than `ALLOWED` of the items are wrong."""
        return len(self.wrong) <= ALLOWED * self.size

    def __str__(self) -> str:
        """The share of wrong items, with its exact (Clopper and Pearson) interval."""
        from scipy.stats import binomtest

        found = binomtest(len(self.wrong), self.size).proportion_ci()
        share = len(self.wrong) / self.size
        bounds = f"exact 95% interval {found.low:.1%} to {found.high:.1%}"
        return f"{len(self.wrong)} of {self.size} items are wrong ({share:.1%}; {bounds})"


def draw(seed: int) -> Sample:
    """A sample of items, at most one for each split, phenomenon, task and label; another seed gives others."""
    rows = [
        (split, row)
        for split in SPLITS
        for item in CONTRAST.items(split, seed, 0, _BASES * len(CONTRAST.variants))
        for row in item.rows[CONTRAST.name]
    ]
    cells: dict[tuple[str, ...], list[Record]] = {}
    for split, row in rows:
        cells.setdefault((split, row["phenomenon"], row["task"], row["label"]), []).append(row)
    dice = Dice("blind", seed)
    picked = [dice.pick(cells[cell]) for cell in dice.shuffled(sorted(cells))[:SIZE]]
    return Sample(seed, picked, hashlib.sha256(dump_lines(row for _, row in rows).encode()).hexdigest())


def folder() -> Path:
    """Where the check lies: in the checkout, else in the installed package."""
    root = project_root()
    records = (
        root / "annotations" / "challenge" if root else Path(__file__).resolve().parents[1] / "_data" / "challenge"
    )
    return records / CONTRAST.name


def read(place: Path) -> BlindCheck:
    """Reads a check.

    Args:
        place: Its folder.

    Raises:
        ValidationError: If a file is missing or broken, an item is not decided, or the templates make other items now.
    """
    drawn, problems = parse_document(read_bytes(place / DRAWN), str(place / DRAWN))
    seed = drawn.get("seed") if isinstance(drawn, dict) else None
    if problems or type(seed) is not int:
        raise ValidationError(problems or [Problem(_RULE, str(place / DRAWN), "has no seed, a whole number")])
    sample = draw(seed)
    if outdated := [name for name, text in sample.files.items() if read_bytes(place / name) != text.encode()]:
        message = "the suite makes other items now: draw a new sample (scripts/blind_check.py) and let it be labelled"
        raise ValidationError([Problem(_RULE, str(place / name), message) for name in outdated])
    gold = {row["id"]: row for row in sample.rows}
    one, other = (_labels(place / name, gold, "comment", problems) for name in PASSES)
    decided = _labels(place / DECISIONS, gold, "reason", problems)
    for name, labels in zip(PASSES, (one, other), strict=True):
        if missing := gold.keys() - labels.keys():
            problems.append(Problem(_RULE, str(place / name), f"has no label of {listed(sorted(missing))}"))
    differing = [name for name in gold if one.get(name) != other.get(name)]
    if undecided := [name for name in differing if name not in decided]:
        problems.append(Problem(_RULE, str(place / DECISIONS), f"has no decision on {listed(undecided)}"))
    if problems:
        raise ValidationError(problems)
    found = one | decided
    wrong = tuple(sorted(name for name, row in gold.items() if found[name] != row["label"]))
    return BlindCheck(len(gold), len(differing), wrong)


def _labels(path: Path, gold: Mapping[str, Record], said: str, problems: list[Problem]) -> dict[str, str]:
    """The labels of a file by item; each line has `id`, `label`, and what is `said` of it."""
    lines, broken = parse_lines(read_bytes(path), str(path))
    problems += broken
    found: dict[str, str] = {}
    for place, record in lines:
        name, label = record.get("id"), record.get("label")
        if record.keys() != {"id", "label", said} or not isinstance(name, str):
            problems.append(Problem(_RULE, place, f"a line has id, label and {said}"))
        elif name not in gold or name in found:
            problems.append(Problem(_RULE, place, f"{name} is {'twice in the file' if name in found else 'no item'}"))
        elif label not in (labels := LABELS_OF_CONTRAST[gold[name]["task"]]):
            problems.append(Problem(_RULE, place, f"the label of {name} is one of {', '.join(labels)}"))
        else:
            found[name] = label
    return found


def refuse(suite: str) -> None:
    """Refuses to make a suite whose blind check failed, or is of other items than it makes now.

    Raises:
        ValidationError: If it is `contrast`, and its check did not pass.
    """
    if suite != CONTRAST.name:
        return
    place = folder()
    if not (found := read(place)).passed:
        message = (
            f"{found}, more than {ALLOWED:.0%}: mend the templates, and check a new sample ({listed(found.wrong)})"
        )
        raise ValidationError([Problem("suite-refused", str(place), message)])
