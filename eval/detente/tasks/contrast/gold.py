"""What annotators label for `contrast`: made-up sentences in pairs that differ in what decides their label."""

from collections import Counter
from typing import Final

import pandera.polars as pa
import polars as pl
from pandera.api.polars.types import PolarsData

from detente.data import labels as inventory
from detente.data.annotated import Table, Tables
from detente.data.model import ALTERNATIVES, Strict
from detente.data.stance_question import target_definition
from detente.tasks.contrast.checks import pairs_are_whole
from detente.tasks.layer import Compared, Grid, Layer, Seeded

PARTIES: Final = "Vestrania and Tarsenia"
ROLES: Final = (
    "The states are invented. Vestrania and Tarsenia are the two states that targets and stances lie between; "
    "Hadrenia is a third party. Each item is a single sentence; what it does not say is not known."
)


class Contrast(Strict):
    """One row per sentence of the contrast set; every one is synthetic."""

    id: str = pa.Field(unique=True, str_matches=r"^contrast(-[a-z]+)?:[sg]\d{3,}[xy]?[ab]$")
    pair: str
    task: str = pa.Field(isin=inventory.CONTRAST_TASKS)
    phenomenon: str
    text: str
    roles: str
    holder: str = pa.Field(nullable=True)
    target: str = pa.Field(nullable=True, isin=inventory.STANCE_TARGETS)
    target_definition: str = pa.Field(nullable=True)
    proposition: str = pa.Field(nullable=True)
    label: str = pa.Field(isin=inventory.CONTRAST_LABELS)
    edit: str = pa.Field(isin=inventory.EDITS)
    twin: str
    synthetic: bool
    alternatives: pl.List = pa.Field(dtype_kwargs=ALTERNATIVES)

    @pa.dataframe_check(error="contrast-task")
    def fields_fit_the_task(cls, data: PolarsData) -> pl.LazyFrame:
        """Stance has holder, target and a stance label; agreement a proposition and an agreement label."""
        stance = pl.col("holder").is_not_null() & pl.col("target").is_not_null() & pl.col("proposition").is_null()
        agreement = pl.col("holder").is_null() & pl.col("target").is_null() & pl.col("proposition").is_not_null()
        labelled = pl.col("label").is_in(inventory.STANCE_LABELS)
        fits = pl.when(pl.col("task") == "stance").then(stance & labelled).otherwise(agreement & ~labelled)
        return data.lazyframe.select(fits)


def _explained(tables: Tables) -> Table:
    """The sentences with the setting that they share, and what their targets mean there."""
    targets = tables["contrast"].inventory.targets
    for row in tables["contrast"].rows:
        row["roles"] = ROLES
        row["target_definition"] = None if row["target"] is None else target_definition(row["target"], PARTIES, targets)
    return tables["contrast"]


def _card(tables: Tables) -> Grid:
    """Pairs by phenomenon and task."""
    rows = tables["contrast"].rows
    pairs = {row["pair"]: row for row in rows}.values()
    counted = Counter((row["phenomenon"], row["task"]) for row in pairs)
    phenomena = list(dict.fromkeys(row["phenomenon"] for row in rows))
    header = ("phenomenon", *(f"{task} pairs" for task in inventory.CONTRAST_TASKS))
    return header, ((name, *(counted[name, task] for task in inventory.CONTRAST_TASKS)) for name in phenomena)


CONTRAST_LAYER: Final = Layer(
    name="contrast",
    model=Contrast,
    inventories={"target": lambda own: tuple(own.targets)},
    path="contrast/items.jsonl",
    explained=("roles", "target_definition"),
    compute=_explained,
    messages={
        "contrast-task": "stance has holder, target and a stance label, agreement a proposition and an agreement label"
    },
    alternatives={"label": lambda row, _: inventory.LABELS_OF_CONTRAST.get(row["task"], ())},
    checks=(pairs_are_whole,),
    compared=Compared(nominal=("label",), answers=("id", "label")),
    # The labels that a sentence may have are those of its task, which other rows show.
    seeded=Seeded({"label": None}, hidden=("edit", "pair", "twin", "phenomenon")),
    card={"contrast": _card},
)

LAYERS: Final = (CONTRAST_LAYER,)
