"""The task `headline_tone`: does a headline sound calm or alarmed?"""

from collections.abc import Collection
from typing import Final

from detente.data.corpus import Corpus
from detente.data.jsonl import Record
from detente.tasks.headline_tone.prediction import LABELS, parse
from detente.tasks.metric_families import accuracy, cell, confusion_columns, macro_f1
from detente.tasks.task import Options, Row, Task


def _units(corpus: Corpus, _: Collection[str] = ()) -> dict[str, Record]:
    return {
        row["id"]: {**row, "family": corpus.articles[row["article"]]["family"]} for row in corpus.rows("headline_tone")
    }


def _inputs(corpus: Corpus) -> list[Record]:
    return [{"id": f"{name}:tone", "headline": row["headline"]} for name, row in corpus.articles.items()]


def _count(gold: Record, prediction: str | None, _: Options) -> list[Row]:
    label = gold["label"]
    predicted = prediction or next(other for other in LABELS if other != label)
    return [
        {
            "id": gold["id"],
            "item": gold["id"],
            "family": gold["family"],
            "slice": "main",
            "gold": label,
            "predicted": predicted,
            cell(label, predicted): 1,
            "wrong": int(label != predicted),
            "detail": f"{label}, predicted {predicted}" if label != predicted else "",
        }
    ]


HEADLINE_TONE: Final = Task(
    name="headline_tone",
    summary="does a headline sound calm or alarmed?",
    primary="accuracy",
    standard=("macro_f1",),
    kinds=("label",),
    extras=(),
    tabular=True,
    options=(),
    keys=("id", "family", "slice", "item", "gold", "predicted"),
    columns=confusion_columns(LABELS),
    metrics=(accuracy("accuracy", LABELS), macro_f1("macro_f1", LABELS)),
    units=_units,
    parse=parse,
    count=_count,
    inputs=_inputs,
    id_pattern="[^:]+:tone",
)
