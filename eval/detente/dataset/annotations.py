"""Reading the source of truth: raw captures and annotation files, into tables that remember where each row stood."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from detente.data.jsonl import Line, Record, describe, parse_lines
from detente.data.problems import Problem
from detente.dataset import schema
from detente.text.normalization import normalise, refusals

FILES: Final = {
    "articles": "articles.jsonl",
    "sources": "sources.jsonl",
    "events": "events.jsonl",
    "propositions": "propositions.jsonl",
    "exceptions": "agreement/exceptions.jsonl",
    "contrast": "contrast/items.jsonl",
}
"""The tables that are one file each, in the order in which they are read."""

LAYERS: Final = {
    "boilerplate": "boilerplate/gold",
    "claims": "claims/gold",
    "no_claim": "claims/no_claim",
    "stance": "stance/gold",
    "attribution": "attribution/gold",
    "derivation": "derivation/gold",
    "reuse": "reuse/gold",
}
"""The tables that have one file per article, and their folders."""


@dataclass(frozen=True)
class Table:
    """The rows of one config.

    Attributes:
        config: Its name.
        rows: The rows that could be read.
        places: For each row, where it stood.
        incomplete: Articles of which some line could not be read, so that nothing can be said of what is missing.
    """

    config: str
    rows: list[Record]
    places: list[str]
    incomplete: frozenset[str] = frozenset()

    def __iter__(self) -> Iterator[Line]:
        return (Line(place, row) for place, row in zip(self.places, self.rows, strict=True))

    def frame(self) -> pl.DataFrame:
        """The rows with the types of the schema, in the order in which they were read."""
        return pl.DataFrame(self.rows, schema=schema.polars_schema(self.config), orient="row")


Tables = dict[str, Table]

_KINDS: Final[dict[str, tuple[type, str]]] = {"String": (str, "a string"), "Boolean": (bool, "true or false")}


def read(root: Path) -> tuple[Tables, list[Problem]]:
    """Reads a corpus: `root/annotations` and `root/dataset/raw`.

    Args:
        root: The folder that holds `annotations/` and `dataset/`.

    Returns:
        A table per config, without computed columns other than `article` and `text`, and every problem of reading. A
        line that has the wrong shape is in the problems and not in the table. An article whose capture is refused has
        the text "".
    """
    problems: list[Problem] = []
    tables: Tables = {}
    for name, file in FILES.items():
        tables[name] = _table(name, _read_lines(name, root / "annotations" / file, root, problems))
    articles = [row["id"] for row in tables["articles"].rows]
    _add_texts(root, tables["articles"], problems)
    problems += _strangers(root / "dataset" / "raw", ".txt", articles, root)
    for name, place in LAYERS.items():
        folder = root / "annotations" / place
        problems += _strangers(folder, ".jsonl", articles, root)
        lines, incomplete = [], set()
        for article in dict.fromkeys(articles):
            before = len(problems)
            found = _read_lines(name, folder / f"{article}.jsonl", root, problems)
            if len(problems) > before:
                incomplete.add(article)
            lines += [Line(place, {**record, "article": article}) for place, record in found]
        tables[name] = _table(name, lines, frozenset(incomplete))
    return tables, problems


def _read_lines(config: str, path: Path, root: Path, problems: list[Problem]) -> list[Line]:
    name = path.relative_to(root).as_posix()
    if not path.is_file():
        problems.append(Problem("file-missing", name, "there is no such file: add it, empty if it has no rows"))
        return []
    lines, faults = parse_lines(path.read_bytes(), name)
    problems += faults
    types = schema.polars_schema(config)
    wanted = {column: types[column] for column in types if column not in schema.COMPUTED[config]}
    may_be_null = schema.nullable(config)
    good = []
    for line in lines:
        found = list(_shape_problems(line, wanted, may_be_null))
        problems += found
        if not found:
            good.append(line)
    return good


def _shape_problems(line: Line, wanted: dict[str, pl.DataType], may_be_null: frozenset[str]) -> Iterator[Problem]:
    for field in (field for field in wanted if field not in line.record):
        yield Problem("missing-field", line.place, f"the field `{field}` is missing")
    for field in (field for field in line.record if field not in wanted):
        yield Problem("unknown-field", line.place, f"`{field}` is not a field of this table: {', '.join(wanted)}")
    for field in (field for field in wanted if field in line.record):
        value = line.record[field]
        if value is None:
            if field not in may_be_null:
                yield Problem("value-null", line.place, f"`{field}` is null: it must have a value")
        elif fault := _mismatch(value, wanted[field], field):
            yield Problem("wrong-type", line.place, fault)


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
    if isinstance(value, int) and not -(2**31) <= value < 2**31:
        return f"`{path}` is {describe(value)}, too large for any offset"
    return None


def _table(config: str, lines: list[Line], incomplete: frozenset[str] = frozenset()) -> Table:
    return Table(config, [line.record for line in lines], [line.place for line in lines], incomplete)


def _strangers(folder: Path, suffix: str, articles: list[str], root: Path) -> list[Problem]:
    found = sorted(path for path in folder.glob("*") if path.name != ".DS_Store")
    expected = {article + suffix for article in articles}
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
            raw = path.read_bytes()
            digest = hashlib.sha256(raw).hexdigest()
            if digest != row["sha256_raw"]:
                message = f"the capture has SHA-256 {digest}, but {place} pins another: captures are never changed"
                problems.append(Problem("raw-changed", name, message))
            faults = refusals(raw)
            problems += [Problem(fault.rule, f"{name}:{fault.line}", fault.message) for fault in faults]
            if not faults:
                row["text"] = normalise(raw)
        row["sha256_text"] = hashlib.sha256(row["text"].encode()).hexdigest()
