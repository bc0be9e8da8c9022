"""Label changes between two versions of the gold, row by row and field by field."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import polars as pl

from detente.data.corpus import Corpus
from detente.data.jsonl import Record, describe, dump_line
from detente.data.problems import Problem, ValidationError
from detente.dataset.schema import LAYERS

_TOLD_ELSEWHERE: Final = {name: layer.explained for name, layer in LAYERS.items()} | {"articles": ("text",)}
"""Columns whose change another column tells, by config."""


class Change(NamedTuple):
    """One change: of a field, or, where `field` is empty, of a whole row that was added or removed."""

    config: str
    id: str
    field: str
    old: str
    new: str

    def __str__(self) -> str:
        if not self.field:
            return f"{self.config} {self.id}: {'added' if self.new else 'removed'}"
        return f"{self.config} {self.id}: {self.field} {self.old} → {self.new}"


def _shown(value: Any) -> str:
    return dump_line(value) if isinstance(value, list | dict) else describe(value)


def changes(old: Corpus, new: Corpus) -> Iterator[Change]:
    """What differs between two built datasets, config by config.

    Texts of pages are compared by their hash, and what explains a row only where it comes from.
    """
    configs = list(dict.fromkeys([*old.manifest["configs"], *new.manifest["configs"]]))
    for config in configs:
        before, after = (_rows(corpus, config) for corpus in (old, new))
        for name in dict.fromkeys([*before, *after]):
            if name not in after or name not in before:
                yield Change(config, name, "", "row" * (name in before), "row" * (name in after))
                continue
            for field in dict.fromkeys([*before[name], *after[name]]):
                left, right = before[name].get(field), after[name].get(field)
                if left != right and field not in _TOLD_ELSEWHERE.get(config, ()):
                    yield Change(config, name, field, _shown(left), _shown(right))


def _rows(corpus: Corpus, config: str) -> dict[str, Record]:
    if config not in corpus.manifest["configs"]:
        return {}
    tables = {name: corpus.table_in(name) for name in corpus.files_of(config)}  # of any version, with its own columns
    if odd := [name for name, table in tables.items() if table.schema.get("id") != pl.String]:
        message = "has no column of ids: it is no table of a built dataset"
        raise ValidationError([Problem("dataset-changed", str(corpus.folder / odd[0]), message)])
    return {row["id"]: row for table in tables.values() for row in table.iter_rows(named=True)}
