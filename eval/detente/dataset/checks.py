"""Checks across rows and tables: those that every layer has, then those of its own."""

from collections.abc import Iterable, Iterator
from typing import Final

from detente.data.annotated import Tables
from detente.data.inventory import Inventory
from detente.data.jsonl import Record
from detente.data.labels import NULL, written
from detente.data.problems import Problem
from detente.dataset import checks_spans, schema
from detente.dataset.checks_spans import ALL, Layers
from detente.tasks.layer import Check, Layer


def references_registered(tables: Tables, layers: Layers = ALL) -> Iterator[Problem]:
    """Whatever a record names is in its registry; what may stand in a line that could not be read is not missing."""
    for layer in layers:
        for reference in layer.references:
            registries = [tables[name] for name in reference.registries]
            registered = {row["id"] for table in registries for row in table.rows}
            for place, row in tables[layer.name]:
                incomplete = any(row.get("article") in table.unread.articles for table in registries)
                for name in reference.names_in(row) if not incomplete else ():
                    if name is None or name in registered or any(table.may_hold(name) for table in registries):
                        continue
                    where = " or ".join(reference.registries)
                    yield Problem(reference.rule, place, f"{reference.field}: {name} is not registered in {where}")


def ids_made_of_fields(tables: Tables, layers: Layers = ALL) -> Iterator[Problem]:
    """An id begins with its article, and is made of the fields that it spells out."""
    for layer in layers:
        for place, row in tables[layer.name]:
            if layer.id_separator and not row["id"].startswith(row["article"] + layer.id_separator):
                yield Problem("id-wrong", place, f"{row['id']} must begin with the file's article, {row['article']}")
            if layer.made_id and row["id"] != (made := layer.made_id(row)):
                yield Problem("id-wrong", place, f"{row['id']} must be made of the fields: {made}")


def alternatives_known(tables: Tables, layers: Layers = ALL) -> Iterator[Problem]:
    """An alternative names a labelled field of its row and a value that the inventory has and the row has not."""
    for layer in layers:
        if "alternatives" in schema.annotated_columns(layer.name):
            for place, row in tables[layer.name]:
                for other in row["alternatives"]:
                    if fault := _alternative_fault(layer, row, other, tables):
                        yield Problem("alternative-unknown", place, fault)


def _alternative_fault(layer: Layer, row: Record, other: Record, tables: Tables) -> str | None:
    field, value = other["field"], other["value"]
    allowed: Iterable[str] | None
    if field in layer.alternatives:
        allowed = layer.alternatives[field](row, tables)
    else:
        allowed = _inventory(layer.name, field, tables[layer.name].inventory) if field in row else None
        if allowed is None:
            return f"{field!r} is not a labelled field of this table"
    is_other = value != written(row.get(field)) and (allowed is None or value in allowed)
    return None if is_other else f"{value!r} is not another value of {field}"


def _inventory(layer: str, field: str, inventory: Inventory) -> tuple[str, ...] | None:
    """What an alternative may say of a field: a word of its inventory, or that it is null, where it may be."""
    words = schema.inventory_of(layer, field, inventory)
    return (*words, NULL) if words and field in schema.nullable(layer) else words


CHECKS: Final[tuple[Check, ...]] = (
    references_registered,
    ids_made_of_fields,
    alternatives_known,
    *checks_spans.CHECKS,
    *(check for layer in schema.LAYERS.values() for check in (*layer.row_checks, *layer.checks)),
)


def problems_of(tables: Tables) -> list[Problem]:
    """Every problem in the tables: pandera's first, then those across tables."""
    found = []
    for name, table in tables.items():
        found += schema.table_problems(name, schema.frame_of(table), table.places, inventory=table.inventory)
    for check in CHECKS:
        found += check(tables)
    return found
