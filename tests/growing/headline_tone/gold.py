"""What annotators label for `headline_tone`: how a headline sounds, and the words that make it so."""

from collections.abc import Callable, Iterator
from typing import Final

import pandera.polars as pa
import polars as pl

from detente.data.jsonl import Record
from detente.data.model import SPANS, Strict
from detente.tasks.headline_tone.prediction import LABELS
from detente.tasks.layer import Compared, Layer, Painted, SpanField, cross, quote


class HeadlineTone(Strict):
    """One row per article."""

    id: str = pa.Field(unique=True)
    article: str
    label: str = pa.Field(isin=LABELS)
    evidence: pl.List = pa.Field(dtype_kwargs=SPANS)


def _paint(text: str, row: Record, _: Callable[[str], list[Record]]) -> Iterator[Painted]:
    yield [(f"{row['label']}: {quote(text, row['evidence'])}", "bold")]


LAYERS: Final = (
    Layer(
        name="headline_tone",
        model=HeadlineTone,
        path="headline_tone/gold",
        spans=(SpanField("evidence", content_rule="evidence-outside-content"),),
        made_id=lambda row: f"{row['article']}:tone",
        compared=Compared(nominal=("label",), spans=("evidence",)),
        paint=_paint,
        card={"headline_tone": cross("headline_tone", "label", "article", LABELS)},
    ),
)
