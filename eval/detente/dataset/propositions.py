"""The registry of propositions, and what stands behind each: computed, never annotated."""

from collections import Counter
from typing import Final

import pandera.polars as pa
import polars as pl

from detente.data.annotated import Table, Tables
from detente.data.independent_sources import support, support_layers
from detente.data.model import ISO_DATE, NAME_ID, STRINGS, Strict
from detente.tasks.layer import Grid, Layer


class Propositions(Strict):
    """One row per proposition; who stands behind it is computed (`detente.data.independent_sources`)."""

    id: str = pa.Field(unique=True, str_matches=NAME_ID)
    text: str
    date: str = pa.Field(nullable=True, str_matches=ISO_DATE)
    articles: pl.List = pa.Field(dtype_kwargs=STRINGS)
    sources_min: pl.Int32 = pa.Field(ge=0)
    sources_max: pl.Int32 = pa.Field(ge=0)
    parties: pl.List = pa.Field(dtype_kwargs=STRINGS)


def _completed(tables: Tables) -> Table:
    behind = support(support_layers(lambda name: tables[name].rows))
    for row in tables["propositions"].rows:
        row.update(behind[row["id"]]._asdict())
    return tables["propositions"]


def _card(tables: Tables) -> Grid:
    """How many propositions so many articles support, by the least number of independent sources; 0 is no named one."""
    rows = tables["propositions"].rows
    counted = Counter((len(row["articles"]), row["sources_min"]) for row in rows)
    least = sorted({row["sources_min"] for row in rows})
    sizes = sorted({len(row["articles"]) for row in rows})
    header = ("supporting articles", *(f"{count or 'no'} named" for count in least))
    return header, ((size, *(counted[size, count] for count in least)) for size in sizes)


PROPOSITIONS: Final = Layer(
    name="propositions",
    model=Propositions,
    path="propositions.jsonl",
    computed=("articles", "sources_min", "sources_max", "parties"),
    compute=_completed,
    card={"support": _card},
)
