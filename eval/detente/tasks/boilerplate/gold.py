"""What annotators label for `boilerplate`: a page cut into segments, each with a zone and a type."""

from collections.abc import Callable, Iterator
from typing import Final

import pandera.polars as pa
import polars as pl

from detente.data import labels as inventory
from detente.data.jsonl import Record
from detente.data.model import ALTERNATIVES, Strict
from detente.tasks.boilerplate.checks import partition, repeats_computed, types_are_of_zones
from detente.tasks.layer import ROW, Compared, Layer, Painted, Seeded, SpanField, cross

_ZONE_STYLES: Final = {"body": "", "paratext": "cyan", "boilerplate": "red"}


class Boilerplate(Strict):
    """One row per segment; the segments of a page hold every non-space character once."""

    id: str = pa.Field(unique=True, str_matches=r"^detente-\d{3,}:b\d{2,}$")
    article: str
    start: pl.Int32 = pa.Field(ge=0)
    end: pl.Int32
    zone: str = pa.Field(isin=inventory.ZONES)
    type: str = pa.Field(isin=inventory.SEGMENT_TYPES)
    repeats: str = pa.Field(nullable=True)
    alternatives: pl.List = pa.Field(dtype_kwargs=ALTERNATIVES)


def _paint(text: str, row: Record, _: Callable[[str], list[Record]]) -> Iterator[Painted]:
    style = _ZONE_STYLES[row["zone"]]
    repeats = f"  (repeats {row['repeats']})" if row["repeats"] else ""
    yield [(f"{row['type']:<17}", f"bold {style}"), (text[row["start"] : row["end"]], style), (repeats, f"dim {style}")]


def _with_zone(row: Record) -> Record:
    return row | {"zone": inventory.ZONE_OF_TYPE[row["type"]]}


BOILERPLATE_LAYER: Final = Layer(
    name="boilerplate",
    model=Boilerplate,
    inventories={"type": lambda own: own.segment_types},
    path="boilerplate/gold",
    spans=(SpanField(ROW),),
    id_separator=":",
    row_checks=(types_are_of_zones,),
    checks=(partition, repeats_computed),
    compared=Compared(
        key=lambda row: (row["article"], row["start"], row["end"]), nominal=("type", "repeats"), cut=(ROW,)
    ),
    seeded=Seeded({"type": inventory.SEGMENT_TYPES, "repeats": None}, refold=_with_zone),
    paint=_paint,
    card={"boilerplate": cross("boilerplate", "type", "article", lambda own: own.segment_types)},
)

LAYERS: Final = (BOILERPLATE_LAYER,)
