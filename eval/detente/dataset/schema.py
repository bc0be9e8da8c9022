"""The tables: what the pandera models say of each, for the readers, the build and the features."""

from typing import Final

import pandera.polars as pa
import polars as pl
from pandera.errors import SchemaErrors

from detente.data import labels as inventory
from detente.data import model as models
from detente.data.problems import Problem
from detente.dataset import models_claims

MODELS: Final[dict[str, type[pa.DataFrameModel]]] = {
    "articles": models.Articles,
    "boilerplate": models.Boilerplate,
    "claims": models_claims.Claims,
    "propositions": models_claims.Propositions,
    "events": models.Events,
    "stance": models.Stance,
    "agreement": models_claims.Agreement,
    "attribution": models_claims.Attribution,
    "derivation": models_claims.Derivation,
    "reuse": models_claims.Reuse,
    "sources": models.Sources,
    "contrast": models_claims.Contrast,
}
"""Config name to model, in the order in which the card lists them."""

NOT_PUBLISHED: Final = {"exceptions": models_claims.Exceptions, "no_claim": models_claims.NoClaim}
"""Tables that are read and checked, but that the build does not write."""

_ALL: Final[dict[str, type[pa.DataFrameModel]]] = {**MODELS, **NOT_PUBLISHED}

COMPUTED: Final[dict[str, tuple[str, ...]]] = {
    "articles": ("text", "sha256_text"),
    "boilerplate": ("article",),
    "claims": ("article", "zone", "check_worthy"),
    "propositions": ("articles", "sources_min", "sources_max", "parties"),
    "events": (),
    "stance": ("article", "speaker"),
    "exceptions": (),
    "no_claim": ("article",),
    "attribution": ("article",),
    "derivation": ("article",),
    "reuse": ("article",),
    "sources": (),
    "contrast": (),
}
"""Columns that the build adds and no annotation line holds."""


def polars_schema(config: str) -> dict[str, pl.DataType]:
    """Column name to polars type, in the published order."""
    return {name: column.dtype.type for name, column in _ALL[config].to_schema().columns.items()}


def nullable(config: str) -> frozenset[str]:
    """The columns that may be null."""
    return frozenset(name for name, column in _ALL[config].to_schema().columns.items() if column.nullable)


def inventory_of(config: str, column: str) -> tuple[str, ...] | None:
    """The closed inventory of a column, or None where the column is open."""
    for check in _ALL[config].to_schema().columns[column].checks:
        if check.name == "isin":
            return tuple(check.statistics["allowed_values"])
    return None


_RULE_OF_CHECK = {
    "field_uniqueness": "id-duplicate",
    "not_nullable": "value-null",
    "isin": "value-not-allowed",
    "in_range": "value-out-of-range",
    "greater_than_or_equal_to": "value-out-of-range",
    "str_matches": "value-pattern",
}


def table_problems(config: str, frame: pl.DataFrame, places: list[str]) -> list[Problem]:
    """What pandera finds in one table, one problem per row and rule.

    Args:
        config: The table's name.
        frame: Its rows, with the types of `polars_schema`.
        places: For each row, where it was read.

    Returns:
        The problems in the order of the rows. An id that stands more than once is one problem, at its second place.
    """
    try:
        _ALL[config].validate(frame, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases.sort("index", maintain_order=True).to_dicts()
        return list(dict.fromkeys(_problem(config, case, frame, places) for case in cases))
    return []


def _problem(config: str, case: dict[str, object], frame: pl.DataFrame, places: list[str]) -> Problem:
    check, column, value = str(case["check"]).partition("(")[0], str(case["column"]), case["failure_case"]
    index = case["index"]
    if not isinstance(index, int):  # a fault of the whole table, such as a column too many
        return Problem("wrong-type", places[0] if places else config, f"{config}: {check}: {value}")
    row = frame.row(index, named=True)
    rule = _RULE_OF_CHECK.get(check, check)
    if rule == "id-duplicate":
        same = [place for place, found in zip(places, frame[column], strict=True) if found == row[column]]
        return Problem(rule, same[1], f"{column} {value} is taken: it stands first at {same[0]}")
    if rule == "value-not-allowed":
        return Problem(
            rule, places[index], f"{column} {value!r} is not one of {', '.join(inventory_of(config, column) or ())}"
        )
    detail = str(case["check"]).partition("(")[2].rstrip(")")
    messages = {
        "value-null": f"{column} is null: it must have a value",
        "value-out-of-range": f"{column} {value} is out of range: {check.replace('_', ' ')} {detail}",
        "value-pattern": f"{column} {value!r} has not the form {detail}",
        "basis-without-value": "a value is null exactly if its basis is `unknown`: change the one or the other",
        "zone-type": f"type {row.get('type')} does not belong to zone {row.get('zone')}",
        "label-scale": f"label {row.get('label')} does not fold from scale {row.get('scale')}",
        "null-stance": f"a row without a scale has no expression, and its target is {inventory.ROOT_TARGET}",
        "voice-unrelated": "a voice is null exactly where the label is unrelated",
        "contrast-task": "stance has holder, target and a stance label, agreement a proposition and an agreement label",
        "evidence-missing": f"scale {row.get('scale')} needs an expression and at least one evidence span",
    }
    return Problem(rule, places[index], messages[rule])
