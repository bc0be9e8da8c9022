"""How else rows were read: by the passes of annotators, by who settled between them, by who argued against the gold.

They lie in `annotations/` beside a built dataset; where only the dataset is at hand, nothing is known of them. What
cannot be read is left out and counted: `detente dataset validate` says what is wrong with it.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from detente.data.annotated import Table
from detente.data.corpus import Corpus
from detente.data.files import read_bytes
from detente.data.jsonl import Record, parse_lines
from detente.data.problems import Problem
from detente.dataset import annotations
from detente.dataset.quality.passes import LABELS, label_columns
from detente.tasks.layer import Layer
from detente.text.display import counted

_REFUSED: Final = "refused"
_ALTERNATIVES: Final = "alternatives"
"""What was settled about them stands in the row itself, with its reason."""


class Remark(NamedTuple):
    """Why a field has its value, or could have another.

    Attributes:
        field: The field.
        kind: `alternative`, `settled` or `argued`.
        value: The other value, or the decision.
        reason: The reason given.
    """

    field: str
    kind: str
    value: str
    reason: str


@dataclass(frozen=True)
class Readings:
    """The passes over all layers of a corpus.

    Attributes:
        rows: By layer and pass (`pass-a`), the rows by what makes an item.
        pages: By layer and pass, the articles that the annotator had.
        remarks: By layer and id of a row, what was settled, and what was argued and not refused.
        notes: What is not at hand, in words.
    """

    rows: Mapping[tuple[str, str], Mapping[Hashable, Record]] = field(default_factory=dict)
    pages: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    remarks: Mapping[tuple[str, str], list[Remark]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def passes(self, layer: str, article: str) -> list[str]:
        """The names of the passes over a layer of a page."""
        return [name for (own, name), pages in self.pages.items() if own == layer and article in pages]


def read(corpus: Corpus, layers: Iterable[Layer]) -> Readings:
    """What lies beside a built dataset; nothing beside a text-free export, whose reader may not have its words."""
    root = corpus.folder.resolve().parent
    if corpus.text_free or not (root / "annotations").is_dir():
        return Readings(notes=("The passes of annotators are not at hand: they lie in annotations/ of a checkout.",))
    articles = Table("articles", list(corpus.articles.values()), [""] * len(corpus.articles))
    rows: dict[tuple[str, str], dict[Hashable, Record]] = {}
    pages: dict[tuple[str, str], frozenset[str]] = {}
    remarks: dict[tuple[str, str], list[Remark]] = {}
    problems: list[Problem] = []
    for layer in layers:
        for name, folder in _folders(root, layer):
            table = annotations.read_folder(layer, folder, label_columns(layer), articles, root, problems, whole=False)
            assert layer.compared
            rows[layer.name, name] = {layer.compared.key(row): row for row in table.rows}
            pages[layer.name, name] = frozenset(corpus.articles) - table.absent
        for identity, remark in _remarks(root, layer, problems):
            remarks.setdefault((layer.name, identity), []).append(remark)
    number = counted(len(problems), "problem")
    faulty = f"{number} in annotations/: what they concern is left out (detente dataset validate)."
    return Readings(rows, pages, remarks, (faulty,) if problems else ())


def _folders(root: Path, layer: Layer) -> Iterator[tuple[str, Path]]:
    if layer.compared and layer.per_article:
        place = layer.compared.passes.format(layer=layer.name, name=LABELS, letter="*")
        for folder in sorted((root / "annotations").glob(place)):
            if folder.is_dir():
                yield f"{LABELS[:-1]}{folder.name[-1]}", folder


def _remarks(root: Path, layer: Layer, problems: list[Problem]) -> Iterator[tuple[str, Remark]]:
    for file, kind, value in (("adjudication", "settled", "decision"), ("refutation", "argued", "proposed")):
        path = root / "annotations" / layer.name / f"{file}.jsonl"
        if not path.is_file():
            continue
        lines, faults = parse_lines(read_bytes(path), path.relative_to(root).as_posix())
        problems += faults
        for _, line in lines:
            whole = all(isinstance(line.get(name), str) for name in ("id", "field", "reason"))
            if whole and line.get("verdict") != _REFUSED and line["field"] != _ALTERNATIVES:
                yield line["id"], Remark(line["field"], kind, _said(line.get(value)), line["reason"])


def _said(value: Any) -> str:
    """A value of JSON in words."""
    if isinstance(value, list):
        return ", ".join(map(_said, value))
    if isinstance(value, dict):
        return ", ".join(f"{key} {_said(inner)}" for key, inner in value.items())
    return "none" if value is None else {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
