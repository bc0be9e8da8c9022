"""Reading the source of truth: raw captures and annotation files, into tables that remember where each row stood."""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import polars as pl

from detente.data import inventory as inventories
from detente.data.annotated import Table, Unread
from detente.data.files import read_bytes
from detente.data.inventory import Inventory
from detente.data.jsonl import Line, describe, parse_lines
from detente.data.problems import Problem
from detente.dataset import schema
from detente.tasks.layer import Layer
from detente.text.normalization import normalise, refusals
from detente.text.tokens import half_character

Columns = Mapping[str, pl.DataType]
"""Column name to type."""
_KINDS: Final[dict[str, tuple[type, str]]] = {"String": (str, "a string"), "Boolean": (bool, "true or false")}


def read(root: Path) -> tuple[dict[str, Table], list[Problem]]:
    """Reads a corpus: `root/annotations` and `root/dataset/raw`.

    Args:
        root: The folder that holds `annotations/` and `dataset/`.

    Returns:
        A table for each layer that is written, without computed columns other than `article` and `text`, and every
        problem of reading. A line that has the wrong shape is in the problems and not in the table, which remembers
        that there was one. An article whose capture is refused has the text "". In a corpus that need not be complete
        (`must_be_complete`) a file that is not there is no problem: the layer, or a page of it, is not labelled yet.
    """
    inventory, problems = read_inventory(root)
    tables: dict[str, Table] = {}
    registries = {layer.name: layer for layer in schema.REGISTRIES}
    whole = must_be_complete(root)
    for layer in (registries | schema.LAYERS).values():
        if not layer.path:
            continue
        path, wanted = root / "annotations" / layer.path, schema.annotated_columns(layer.name)
        if layer.per_article:
            tables[layer.name] = read_folder(layer, path, wanted, tables["articles"], root, problems, whole=whole)
            continue
        if not (whole or layer.name == "articles" or path.is_file()):
            tables[layer.name] = Table(layer.name, [], [], absent=frozenset(_pages_of(tables["articles"])))
            continue
        tables[layer.name] = read_file(layer, path, wanted, path.relative_to(root).as_posix(), problems)
        if layer.name == "articles":
            _add_texts(root, tables["articles"], problems)
            problems += _strangers(root / "dataset" / "raw", ".txt", tables["articles"], root)
    return {name: replace(table, inventory=inventory) for name, table in tables.items()}, problems


def read_inventory(root: Path) -> tuple[Inventory, list[Problem]]:
    """The labels that a corpus has: those of its `inventory.yaml`, else the package's."""
    path = root / inventories.FILE
    return inventories.read(read_bytes(path)) if path.is_file() else (inventories.PACKAGED, [])


def must_be_complete(root: Path) -> bool:
    """Must every layer of a corpus have a file for every page? From version 1.0.0 on; and if its version is unknown."""
    path = root / "annotations" / "VERSION"
    return not (path.is_file() and read_bytes(path).lstrip().startswith(b"0."))


def _pages_of(articles: Table) -> list[str]:
    """The articles that are registered, also in a line that could not be read."""
    return list(dict.fromkeys([row["id"] for row in articles.rows] + sorted(articles.unread.ids)))


def read_folder(
    layer: Layer,
    folder: Path,
    wanted: Columns,
    articles: Table,
    root: Path,
    problems: list[Problem],
    *,
    whole: bool = True,
) -> Table:
    """The rows of a layer that has a file for each article; adds to `problems`.

    Args:
        layer: The layer.
        folder: Where its files lie.
        wanted: The columns that a line holds.
        articles: The registry.
        root: What the places of problems are relative to.
        problems: What is wrong.
        whole: Must there be a file for every article? Else those without one are absent.
    """
    problems += _strangers(folder, ".jsonl", articles, root)
    rows, places, unread, absent = [], [], [], set()
    for article in _pages_of(articles):
        path = folder / f"{article}.jsonl"
        if not whole and not path.is_file():
            absent.add(article)
            continue
        table = read_file(layer, path, wanted, path.relative_to(root).as_posix(), problems)
        rows += [{**row, "article": article} for row in table.rows]
        places += table.places
        if table.unread != Unread():
            unread.append((article, table.unread.ids))
    ids = frozenset(name for _, names in unread for name in names)
    faulty = Unread(ids, articles=frozenset(article for article, _ in unread))
    return Table(layer.name, rows, places, faulty, frozenset(absent))


def read_file(layer: Layer, path: Path, wanted: Columns, name: str, problems: list[Problem]) -> Table:
    """The rows of one file, which is called `name` in places; adds to `problems`."""
    if not path.is_file():
        problems.append(Problem("file-missing", name, "there is no such file: add it, empty if it has no rows"))
        return Table(layer.name, [], [], Unread(nameless=True))
    lines, faults = parse_lines(read_bytes(path), name)
    problems += faults
    may_be_null = schema.nullable(layer.name)
    good, unread = [], []
    for line in lines:
        found = list(shape_problems(line, wanted, may_be_null))
        problems += found
        if found:
            unread.append(line.record.get("id"))
        else:
            good.append(line)
    ids = frozenset(name for name in unread if isinstance(name, str))
    nameless = bool(faults) or not all(isinstance(name, str) for name in unread)
    return Table(layer.name, [line.record for line in good], [line.location for line in good], Unread(ids, nameless))


def key_problems(line: Line, wanted: Collection[str]) -> Iterator[Problem]:
    """The fields that a line lacks, and those that it has and should not."""
    for field in (field for field in wanted if field not in line.record):
        yield Problem("missing-field", line.location, f"the field `{field}` is missing")
    for field in (field for field in line.record if field not in wanted):
        yield Problem("unknown-field", line.location, f"`{field}` is not a field of this table: {', '.join(wanted)}")


def shape_problems(line: Line, wanted: Columns, may_be_null: frozenset[str]) -> Iterator[Problem]:
    """What of a line does not fit the columns that it must hold: fields, nulls, and types down to the last level."""
    yield from key_problems(line, wanted)
    for field in (field for field in wanted if field in line.record):
        value = line.record[field]
        if value is None:
            if field not in may_be_null:
                yield Problem("value-null", line.location, f"`{field}` is null: it must have a value")
        elif fault := _mismatch(value, wanted[field], field):
            yield Problem("wrong-type", line.location, fault)


def _mismatch(value: Any, wanted: pl.DataType, path: str) -> str | None:
    """Why a JSON value does not fit a column's type, or None."""
    if isinstance(wanted, pl.List):
        if not isinstance(value, list):
            return f"`{path}` is {describe(value)}, not a list"
        inner: Any = wanted.inner
        faults = (_mismatch(item, inner, f"{path}[{index}]") for index, item in enumerate(value))
        return next((fault for fault in faults if fault), None)
    if isinstance(wanted, pl.Struct):
        types: dict[str, Any] = {field.name: field.dtype for field in wanted.fields}
        if not isinstance(value, dict) or value.keys() != types.keys():
            return f"`{path}` must be an object with exactly the keys {', '.join(types)}"
        faults = (_mismatch(value[name], types[name], f"{path}.{name}") for name in types)
        return next((fault for fault in faults if fault), None)
    kind, name = _KINDS.get(str(wanted), (int, "a whole number"))
    if type(value) is not kind:
        return f"`{path}` is {describe(value)}, not {name}"
    if isinstance(value, str) and half_character(value) is not None:
        return f"`{path}` has half a surrogate pair: write whole characters"
    if isinstance(value, int) and not -(2**31) <= value < 2**31:
        return f"`{path}` is {describe(value)}, too large for any offset"
    return None


def _strangers(folder: Path, suffix: str, articles: Table, root: Path) -> list[Problem]:
    """The files of no article; a file whose article may stand in a line that could not be read is none."""
    if articles.unread.nameless:
        return []
    found = sorted(path for path in folder.glob("*") if path.name != ".DS_Store")
    expected = {article + suffix for article in _pages_of(articles)}
    message = "the file belongs to no article of annotations/articles.jsonl: register the article or remove the file"
    return [
        Problem("file-unregistered", path.relative_to(root).as_posix(), message)
        for path in found
        if path.name not in expected
    ]


def _add_texts(root: Path, articles: Table, problems: list[Problem]) -> None:
    for place, row in articles:
        path = root / "dataset" / "raw" / f"{row['id']}.txt"
        name = path.relative_to(root).as_posix()
        row["text"] = ""
        if not path.is_file():
            problems.append(Problem("file-missing", name, f"there is no such file, but {place} registers it"))
        else:
            raw = read_bytes(path)
            digest = hashlib.sha256(raw).hexdigest()
            if digest != row["sha256_raw"]:
                message = f"the capture has SHA-256 {digest}, but {place} pins another: captures are never changed"
                problems.append(Problem("raw-changed", name, message))
            faults = refusals(raw)
            problems += [Problem(fault.rule, f"{name}:{fault.line}", fault.message) for fault in faults]
            if not faults:
                row["text"] = normalise(raw)
        row["sha256_text"] = hashlib.sha256(row["text"].encode()).hexdigest()
