"""The tables of the dataset: every layer by its name, and what its pandera model says to the readers and the build."""

from collections.abc import Iterator
from typing import Final

import pandera.polars as pa
import polars as pl
from pandera.errors import SchemaErrors

from detente.data.annotated import Table, Tables
from detente.data.inventory import PACKAGED, Inventory
from detente.data.model import LANGUAGE, SPAN
from detente.data.problems import Problem
from detente.dataset.propositions import PROPOSITIONS
from detente.dataset.registries import ARTICLES, EVENTS, SOURCES
from detente.tasks.all import layers
from detente.tasks.layer import Layer

REGISTRIES: Final = (ARTICLES, SOURCES, EVENTS, PROPOSITIONS)
"""In the order in which they are read: a layer with a file for each article needs the articles."""

_FOLLOWERS: Final = {"claims": (PROPOSITIONS, EVENTS), "reuse": (SOURCES,)}
"""Where the card lists the registries: the articles first, the others after a layer."""


def _in_order() -> Iterator[Layer]:
    yield ARTICLES
    for layer in layers():
        yield layer
        yield from _FOLLOWERS.get(layer.name, ())


LAYERS: Final = {layer.name: layer for layer in _in_order()}
"""Every table by its name, in the order in which the card lists them."""

PUBLISHED: Final = tuple(layer.name for layer in LAYERS.values() if layer.published)
"""The configs of the dataset. The other tables are read and checked, and the build does not write them."""


def polars_schema(name: str) -> dict[str, pl.DataType]:
    """Column name to polars type, in the published order."""
    return {column: of.dtype.type for column, of in LAYERS[name].model.to_schema().columns.items()}


def annotated_columns(name: str) -> dict[str, pl.DataType]:
    """The columns that an annotation line holds."""
    layer = LAYERS[name]
    added = {*layer.computed, *layer.explained, *(["article"] if layer.per_article else [])}
    return {column: dtype for column, dtype in polars_schema(name).items() if column not in added}


def cut_columns(name: str) -> dict[str, pl.DataType]:
    """The columns that a line of a pass over spans holds, where there are such passes."""
    compared = LAYERS[name].compared
    own = polars_schema(name) | {column: dtype() for column, dtype in SPAN.items()}
    return {column: own[column] for column in compared.cut_columns} if compared and compared.cut_apart else {}


def nullable(name: str) -> frozenset[str]:
    """The columns that may be null."""
    return frozenset(column for column, of in LAYERS[name].model.to_schema().columns.items() if of.nullable)


def model_of(name: str, inventory: Inventory = PACKAGED) -> pa.DataFrameSchema:
    """What pandera asks of a table: the layer's model, with the labels and the forms of ids of a corpus."""
    model: pa.DataFrameSchema = LAYERS[name].model.to_schema()
    if inventory is PACKAGED:
        return model
    own = {column: {"checks": [pa.Check.isin(words(inventory))]} for column, words in LAYERS[name].inventories.items()}
    for column, of in model.columns.items():
        for pattern in (check.statistics["pattern"] for check in of.checks if check.name == "str_matches"):
            fitted = pattern.replace(f"{PACKAGED.name}-", f"{inventory.name}-")
            if fitted == LANGUAGE:
                fitted = f"^(?:{'|'.join(inventory.languages)})$"
            if fitted != pattern:
                own[column] = {"checks": [pa.Check.str_matches(fitted)]}
    fitting: pa.DataFrameSchema = model.update_columns(own)
    return fitting


def inventory_of(name: str, column: str, inventory: Inventory = PACKAGED) -> tuple[str, ...] | None:
    """The closed inventory of a column, or None where the column is open."""
    for check in model_of(name, inventory).columns[column].checks:
        if check.name == "isin":
            return tuple(check.statistics["allowed_values"])
    return None


def cut_model(name: str, inventory: Inventory = PACKAGED) -> pa.DataFrameSchema:
    """What pandera asks of a pass over spans: of each column what it asks of it in the layer, if that has it."""
    own = model_of(name, inventory).columns
    columns = {column: own.get(column, pa.Column(dtype)) for column, dtype in cut_columns(name).items()}
    return pa.DataFrameSchema(columns, strict=True)


def frame_of(table: Table) -> pl.DataFrame:
    """The rows with the types of the schema, in the order in which they were read."""
    return pl.DataFrame(table.rows, schema=polars_schema(table.layer), orient="row")


def complete(tables: Tables) -> dict[str, Table]:
    """The tables with every computed column, and those tables that are computed as a whole."""
    completed = dict(tables)
    for name, layer in LAYERS.items():
        if layer.compute:
            completed[name] = layer.compute(completed)
    return completed


_RULE_OF_CHECK: Final = {
    "field_uniqueness": "id-duplicate",
    "not_nullable": "value-null",
    "isin": "value-not-allowed",
    "in_range": "value-out-of-range",
    "greater_than_or_equal_to": "value-out-of-range",
    "str_matches": "value-pattern",
}


def table_problems(
    name: str,
    frame: pl.DataFrame,
    places: list[str],
    model: pa.DataFrameSchema | None = None,
    inventory: Inventory = PACKAGED,
) -> list[Problem]:
    """What pandera finds in one table, one problem per row and rule.

    Args:
        name: The table's name.
        frame: Its rows, with the types of `polars_schema`.
        places: For each row, where it was read.
        model: What its rows must be, if they have only some of the layer's columns.
        inventory: The labels of the corpus.

    Returns:
        The problems in the order of the rows. An id that stands more than once is one problem, at its second place.
    """
    try:
        (model or model_of(name, inventory)).validate(frame, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases.sort("index", maintain_order=True).to_dicts()
        return list(dict.fromkeys(_problem(name, case, frame, places, inventory) for case in cases))
    return []


def _problem(
    name: str, case: dict[str, object], frame: pl.DataFrame, places: list[str], inventory: Inventory
) -> Problem:
    check, column, value = str(case["check"]).partition("(")[0], str(case["column"]), case["failure_case"]
    index = case["index"]
    if not isinstance(index, int):  # a fault of the whole table, such as a column too many
        return Problem("wrong-type", places[0] if places else name, f"{name}: {check}: {value}")
    row = frame.row(index, named=True)
    rule = _RULE_OF_CHECK.get(check, check)
    if rule == "id-duplicate":
        same = [place for place, found in zip(places, frame[column], strict=True) if found == row[column]]
        return Problem(rule, same[1], f"{column} {value} is taken: it stands first at {same[0]}")
    if rule == "value-not-allowed":
        allowed = ", ".join(inventory_of(name, column, inventory) or ())
        return Problem(rule, places[index], f"{column} {value!r} is not one of {allowed}")
    detail = str(case["check"]).partition("(")[2].rstrip(")")
    messages = {
        "value-null": f"{column} is null: it must have a value",
        "value-out-of-range": f"{column} {value} is out of range: {check.replace('_', ' ')} {detail}",
        "value-pattern": f"{column} {value!r} has not the form {detail}",
    }
    return Problem(rule, places[index], messages.get(rule) or LAYERS[name].messages[rule].format(**row))
