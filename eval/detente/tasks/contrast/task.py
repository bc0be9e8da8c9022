"""The task `contrast`: minimal pairs for stance and agreement, all of them synthetic.

Items are predicted one by one. They are scored in groups of a pair and its twin, of which the one changes its label
and the other keeps it under the same edit, so that whoever sees only the edited words is right on one of the two.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any, Final

from detente.data.corpus import Corpus
from detente.data.jsonl import Record
from detente.data.labels import CONTRAST_LABELS, LABELS_OF_CONTRAST
from detente.tasks.contrast import KINDS
from detente.tasks.contrast.baselines import BASELINES
from detente.tasks.labels import answered, read_label
from detente.tasks.metric_families import MISSING, accuracy, cell, confusion_columns, macro_f1, of_each_label, share
from detente.tasks.task import Options, Row, Task

ENOUGH_PAIRS: Final = 25
"""A phenomenon with fewer pairs is not reported alone."""
REST: Final = "others"
"""The phenomena that are not reported alone, together."""


def _units(corpus: Corpus, _: Collection[str] = ()) -> dict[str, Record]:
    rows = corpus.rows("contrast")
    pairs = Counter(row["phenomenon"] for row in rows)
    few = {name for name, count in pairs.items() if count < 2 * ENOUGH_PAIRS}
    return {row["id"]: {**row, "reported": REST if row["phenomenon"] in few else row["phenomenon"]} for row in rows}


def _inputs(corpus: Corpus) -> list[Record]:
    asked = ("id", "task", "text", "roles", "holder", "target", "target_definition", "proposition")
    return [{**row, "labels": LABELS_OF_CONTRAST[row["task"]]} for row in corpus.rows("contrast", *asked)]


def _parse(gold: Record, record: Record) -> str:
    return read_label(record, LABELS_OF_CONTRAST[gold["task"]])


def _group(units: Mapping[str, Record], by_id: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Pairs with their twins, and the predictions of their items."""
    groups: dict[str, list[Record]] = {}
    for row in units.values():
        groups.setdefault(min(row["pair"], row["twin"]) if row["pair"] else row["id"], []).append(row)
    return dict(groups), {
        name: {row["id"]: by_id[row["id"]] for row in rows if row["id"] in by_id} for name, rows in groups.items()
    }


def _count(group: list[Record], predictions: Mapping[str, str], options: Options) -> list[Row]:
    rows: list[Row] = []
    right: Counter[str] = Counter()
    for gold in group:
        predicted = predictions.get(gold["id"], MISSING)
        label = options.reading(gold, "label", predicted)
        right[gold["pair"]] += predicted == label
        wrong = int(predicted != label)
        rows.append(
            {
                "id": gold["id"],
                "item": gold["id"],
                "family": min(gold["pair"], gold["twin"]) if gold["pair"] else gold["family"],
                "slice": "main",
                "task": gold["task"],
                "phenomenon": gold["reported"],
                "edit": gold["edit"],
                "gold": label,
                "predicted": predicted,
                cell(label, predicted): 1,
                "wrong": wrong,
                "detail": ": ".join(filter(None, (answered(label, predicted), gold["text"]))) if wrong else "",
            }
        )
    for row, gold in zip(rows, group, strict=True):
        if gold["edit"] and gold["id"].endswith("a"):
            kind = "kept" if gold["edit"] == "keep" else "changed"
            row[kind], row[f"{kind}_right"] = 1, int(right[gold["pair"]] == 2)
    if group[0]["edit"]:
        rows[0]["twins"], rows[0]["twins_right"] = 1, int(sum(right.values()) == len(group))
    return rows


def _of_label(label: str) -> Row:
    """An item that has no pair: a group of its own, which no consistency is asked of."""
    task = next(name for name, labels in LABELS_OF_CONTRAST.items() if label in labels)
    nothing = dict.fromkeys(("pair", "twin", "phenomenon", "reported", "edit"))
    return nothing | {"task": task, "text": "", "label": label, "alternatives": []}


def _lacking(units: Mapping[str, Record]) -> dict[str, str]:
    rows = list(units.values())
    lacking: dict[str, str] = {}
    if not any(row["edit"] for row in rows):
        lacking |= {metric.name: "the gold has no pairs" for metric in CONTRAST.metrics if metric.group == _PAIRS}
    for task, labels in LABELS_OF_CONTRAST.items():
        if not any(row["task"] == task for row in rows):
            names = [f"{task}_{measure}" for measure in ("accuracy", "macro_f1")]
            names += [f"{part}_{label}" for label in labels for part in ("precision", "recall", "f1")]
            lacking |= dict.fromkeys(names, f"the gold has no labels of {task}")
    return lacking


_PAIRS: Final = "pairs"

CONTRAST: Final = Task(
    name="contrast",
    summary="minimal pairs for stance and agreement: does the label follow the edit? (synthetic)",
    primary="twin_consistency",
    standard=("pair_consistency_change", "pair_consistency_keep", "stance_macro_f1", "agreement_macro_f1"),
    kinds=KINDS,
    extras=(),
    tabular=True,
    options=("alternatives",),
    keys=("id", "family", "slice", "task", "phenomenon", "edit", "item", "gold", "predicted"),
    columns=(
        *(column for labels in LABELS_OF_CONTRAST.values() for column in confusion_columns(labels)),
        *("changed", "changed_right", "kept", "kept_right", "twins", "twins_right"),
    ),
    metrics=(
        *(
            metric(f"{name}_{measure}", labels, group="labels")
            for name, labels in LABELS_OF_CONTRAST.items()
            for measure, metric in (("accuracy", accuracy), ("macro_f1", macro_f1))
        ),
        *(metric for labels in LABELS_OF_CONTRAST.values() for metric in of_each_label(labels)),
        share(
            "pair_consistency_change",
            "pairs whose label changes, both right / all such pairs",
            "changed_right",
            "changed",
            1.0,
            of="pair",
            group=_PAIRS,
        ),
        share(
            "pair_consistency_keep",
            "pairs whose label stays, both right / all such pairs",
            "kept_right",
            "kept",
            1.0,
            of="pair",
            group=_PAIRS,
        ),
        share(
            "twin_consistency",
            "pairs with their twins, all four right / all",
            "twins_right",
            "twins",
            1.0,
            of="pair of twins",
            group=_PAIRS,
        ),
    ),
    units=_units,
    parse=_parse,
    count=_count,
    inputs=_inputs,
    baselines=BASELINES,
    id_pattern=r"contrast(-\w+)?:.+",
    group=_group,
    labels=CONTRAST_LABELS,
    labels_of=lambda row: LABELS_OF_CONTRAST[row["task"]],
    of_label=_of_label,
    lacking=_lacking,
)
