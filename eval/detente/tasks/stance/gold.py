"""What annotators label for `stance`, and `stance_open`: who takes which stance on a target, on what evidence."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

import pandera.polars as pa
import polars as pl
from pandera.api.polars.types import PolarsData

from detente.data import labels as inventory
from detente.data.annotated import Table, Tables, texts
from detente.data.independent_sources import principal
from detente.data.jsonl import Line, Record
from detente.data.model import ALTERNATIVES, SPANS, STRINGS, Strict
from detente.data.stance_question import question
from detente.tasks.layer import (
    LABEL_STYLES,
    ROW,
    Compared,
    Grid,
    Layer,
    Painted,
    Reference,
    Seeded,
    SpanField,
    quote,
)
from detente.tasks.stance.checks import evidence_is_claimed, holders_are_on_the_grid, told_by_computed
from detente.tasks.stance.grid import cell_of, cells, holders_of, id_of, null_row


class Stance(Strict):
    """One row per article, holder, target, time and teller: every cell of the grid."""

    id: str = pa.Field(unique=True)
    article: str
    text: str
    holder: str
    holder_name: str
    holder_kind: str
    holder_aliases: pl.List = pa.Field(dtype_kwargs=STRINGS)
    chain: pl.List = pa.Field(dtype_kwargs=STRINGS)
    speaker: str = pa.Field(nullable=True)
    target: str = pa.Field(isin=inventory.STANCE_TARGETS)
    target_definition: str
    time: str = pa.Field(isin=inventory.STANCE_TIMES)
    time_definition: str
    told_by: str = pa.Field(isin=inventory.TELLERS)
    told_by_definition: str
    scale: pl.Int8 = pa.Field(
        nullable=True, in_range={"min_value": inventory.SCALE[0], "max_value": inventory.SCALE[1]}
    )
    label: str = pa.Field(isin=inventory.STANCE_LABELS)
    expression: str = pa.Field(nullable=True, isin=inventory.EXPRESSIONS)
    evidence: pl.List = pa.Field(dtype_kwargs=SPANS)
    alternatives: pl.List = pa.Field(dtype_kwargs=ALTERNATIVES)

    @pa.dataframe_check(error="label-scale")
    def label_folds_from_scale(cls, data: PolarsData) -> pl.LazyFrame:
        """The label is that of `label_of_scale`; one that is no label at all breaks another rule."""
        folded = pl.col("scale").map_elements(inventory.label_of_scale, return_dtype=pl.String, skip_nulls=False)
        known = pl.col("label").is_in(inventory.STANCE_LABELS)
        return data.lazyframe.select(~known | (folded == pl.col("label")))

    @pa.dataframe_check(error="null-stance")
    def null_stance_is_bare(cls, data: PolarsData) -> pl.LazyFrame:
        """Without a scale there is no expression, no chain and no evidence."""
        bare = pl.col("expression").is_null() & (pl.col("chain").list.len() + pl.col("evidence").list.len() == 0)
        return data.lazyframe.select(pl.when(pl.col("scale").is_null()).then(bare).otherwise(pl.lit(value=True)))

    @pa.dataframe_check(error="evidence-missing")
    def stance_has_evidence(cls, data: PolarsData) -> pl.LazyFrame:
        """A row with a scale has an expression and evidence."""
        shown = pl.col("expression").is_not_null() & (pl.col("evidence").list.len() > 0)
        return data.lazyframe.select(pl.col("scale").is_null() | shown)


def speaker(chain: Sequence[str], holder: str, speaks_for: dict[str, str | None]) -> str | None:
    """Who ends the chain, if that source speaks for the holder; else None."""
    if chain and chain[-1] != holder and principal(chain[-1], speaks_for) == holder:
        return chain[-1]
    return None


def _completed(tables: Tables) -> Table:
    """Every cell of the grid, those left out as null rows, then rows outside it; with who speaks, and what is asked."""
    sources, pages = {row["id"]: row for row in tables["sources"].rows}, texts(tables)
    speaks_for = {name: row["speaks_for"] for name, row in sources.items()}
    written: dict[str, list[Line]] = {}
    for line in tables["stance"]:
        written.setdefault(id_of(line.record["article"], cell_of(line.record)), []).append(line)
    taken = {row["id"] for row in tables["stance"].rows}  # also by a row of other fields, which is reported
    lines: list[Line] = []
    own = tables["stance"].inventory
    for article, holders in holders_of(tables).items():
        for cell in cells((holder for holder in holders if holder in speaks_for), own):
            name = id_of(article, cell)
            left_out = [] if name in taken else [Line(_file_of(article), null_row(article, cell))]
            lines += written.pop(name, left_out)
    lines += (line for outside in written.values() for line in outside)
    for _, row in lines:
        row["speaker"] = speaker(row["chain"], row["holder"], speaks_for)
        row.update(question(row, sources, own.targets, own.times, own.party_names), text=pages.get(row["article"], ""))
    return replace(tables["stance"], rows=[row for _, row in lines], places=[place for place, _ in lines])


def _file_of(article: str) -> str:
    return f"annotations/stance/gold/{article}.jsonl"


def _made_id(row: Record) -> str:
    return id_of(row["article"], cell_of(row))


def _nothing(*_: object) -> list[str]:
    """What makes the cell has no alternative: a passage that may fill another cell is an alternative label of both."""
    return []


def _other_scales(*_: object) -> list[str]:
    return [str(step) for step in range(inventory.SCALE[0], inventory.SCALE[1] + 1)]


def _refold(row: Record) -> Record:
    row = row | {"label": inventory.label_of_scale(row["scale"])}
    return row | {"id": _made_id(row)}


def _paint(text: str, row: Record, _: Callable[[str], list[Record]]) -> Iterator[Painted]:
    style = LABEL_STYLES.get(row["label"], "yellow")
    scale = "no scale" if row["scale"] is None else f"{row['scale']:+d}"
    if row["scale"] is None and not row["alternatives"]:
        return  # a page has a hundred cells, of which few are decided
    yield [(f"{row['label']:<8}{scale:<9}{row['id']}", f"bold {style}")]
    if row["chain"]:
        yield [(f"    told by {' → '.join(row['chain'])}; {row['expression']}", "dim")]
    for span in row["evidence"]:
        yield [(f"    {quote(text, [span])}", style)]


def _card(tables: Tables) -> Grid:
    """Cells by target and teller, one column for each label."""
    counted = Counter((row["target"], row["told_by"], row["label"]) for row in tables["stance"].rows)
    rows = [
        (target, teller, *(counted[target, teller, label] for label in inventory.STANCE_LABELS))
        for target in tables["stance"].inventory.targets
        for teller in inventory.TELLERS
    ]
    return ("target", "told by", *inventory.STANCE_LABELS), rows


def _holders(tables: Tables) -> Grid:
    """Cells with a stance by holder, expression and teller, one column for each side; other holders have none."""
    rows = [row for row in tables["stance"].rows if row["label"] != "none"]
    counted = Counter((row["holder"], row["expression"], row["told_by"], row["label"]) for row in rows)
    kinds = sorted({key[:3] for key in counted})
    sides = [label for label in inventory.STANCE_LABELS if label != "none"]
    return ("holder", "expression", "told by", *sides), [
        (*kind, *(counted[*kind, side] for side in sides)) for kind in kinds
    ]


STANCE_LAYER: Final = Layer(
    name="stance",
    model=Stance,
    inventories={"target": lambda own: tuple(own.targets), "time": lambda own: tuple(own.times)},
    path="stance/gold",
    computed=("speaker",),
    explained=(
        *("text", "holder_name", "holder_kind", "holder_aliases"),
        *("target_definition", "time_definition", "told_by_definition"),
    ),
    compute=_completed,
    spans=(SpanField("evidence", content_rule="evidence-outside-content"),),
    references=(
        Reference("holder", ("sources",), "holder-unregistered"),
        Reference("chain", ("sources",), "source-unregistered", lambda row: row["chain"]),
    ),
    made_id=_made_id,
    alternatives={
        "scale": _other_scales,
        "chain": lambda *_: None,
        **dict.fromkeys(("target", "time", "told_by"), _nothing),
    },
    messages={
        "label-scale": "label {label} does not fold from scale {scale}",
        "null-stance": "a row without a scale has no expression, no chain and no evidence",
        "evidence-missing": "scale {scale} needs an expression and at least one evidence span",
    },
    checks=(holders_are_on_the_grid, told_by_computed, evidence_is_claimed),
    compared=Compared(nominal=("label", "expression", "chain"), ordinal=("scale",), spans=("evidence",), cut=(ROW,)),
    seeded=Seeded(
        {
            "scale": (-2, -1, 1, 2),
            "expression": inventory.EXPRESSIONS,
            "target": inventory.STANCE_TARGETS,
            "time": inventory.STANCE_TIMES,
            "chain": None,
            "evidence": None,
        },
        hidden=("speaker",),
        refold=_refold,
    ),
    paint=_paint,
    card={"stance": _card, "holders": _holders},
)

LAYERS: Final = (STANCE_LAYER,)
