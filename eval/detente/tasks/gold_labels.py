"""Gold of labels: somebody else's ids and labels (`--gold`), for the tasks whose lines have a `label`.

What such gold lacks, measures cannot have: they are left out, and a remark says why.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from detente.data.files import read_input, unpack
from detente.data.jsonl import Line, Record, describe, dump_line
from detente.data.labels import REFERENCE_TASK
from detente.data.memory import Rows
from detente.data.page_texts import has_half_character, short_name
from detente.data.problems import Problem, ValidationError
from detente.data.spellings import Spellings, printed, refusals, spelled, unknown_labels
from detente.data.tabular import FLAT_SUFFIXES, read_lines, read_records, suffix_of
from detente.tasks.all import TASKS
from detente.tasks.native_labels import LABELS, NATIVE, format_of, other_format
from detente.tasks.task import Options, Row, Task
from detente.text.display import counted, listed, quoted

MOST_VALUES: Final = 1_000
"""A column with more values is no breakdown, nor is one that has another value for each item."""
NO_VALUE: Final = "(none)"
"""The part of a breakdown that has no value in its column."""
_FAMILY: Final = "family"
_RESERVED: Final = ("item", "slice", "gold", "predicted", "wrong", "detail", "blocks")
"""Names that columns of the counts have already."""
NO_BLIND: Final = "no floor `blind`: that is a model trained on inputs, and gold of labels has none"
LABEL_TASKS: Final = tuple(task.name for task in TASKS if task.of_label)
"""The tasks that labels alone are gold for."""


@dataclass(frozen=True)
class LabelCorpus:
    """Gold of labels.

    Attributes:
        name: Of the file it was read from.
        format: `labels`, or the benchmark whose native file it is.
        base: The task, as it is on the dataset.
        sha256: Of its ids, labels and families in canonical JSON.
        items: By id, each with its `label`, `family` and values of the breakdowns.
        columns: All columns of the file beside id and label.
        breakdowns: The columns by which scores are broken down.
        spellings: What its labels and those of the predictions are mapped by: the benchmark's, then the user's.
        asked: The spellings that the user gave.
        remarks: What must be said of it beside every score.
    """

    name: str
    format: str
    base: Task
    sha256: str
    items: Mapping[str, Mapping[str, str]]
    columns: tuple[str, ...]
    breakdowns: tuple[str, ...]
    spellings: Spellings
    asked: Spellings
    remarks: tuple[str, ...]

    @property
    def manifest(self) -> dict[str, Any]:
        """Name, version and digest, as a dataset has them."""
        return {"name": self.name, "version": self.format, "sha256": self.sha256}

    @property
    def version(self) -> str:
        """The file's name and the first eight digits of its digest: `gold+1a2b3c4d`."""
        return f"{self.name}+{self.sha256[:8]}"

    def blind(self, _: str) -> list[Record]:
        """Nothing: there are no texts that a model could be kept from seeing."""
        return []

    @cached_property
    def task(self) -> Task:
        """The task as it is on this gold: its own counts and metrics, without those that need more than labels."""
        base, items = self.base, self.items
        assert base.of_label
        units = {
            name: base.of_label(item["label"]) | {"id": name, "label": item["label"], _FAMILY: item[_FAMILY]}
            for name, item in items.items()
        }
        columns = {name: {key: value for key, value in item.items() if key != "label"} for name, item in items.items()}
        lacking = base.lacking(units)

        def count(unit: Any, predicted: Any, options: Options) -> list[Row]:
            return [row | columns[row["item"]] for row in base.count(unit, predicted, options)]

        by_need: dict[str, list[str]] = {}
        for metric, need in lacking.items():
            by_need.setdefault(need, []).append(metric)
        absent = [f"left out, because {need}: {listed(metrics)}" for need, metrics in by_need.items()]
        native = NATIVE.get(self.format)
        return replace(
            base,
            primary=native.primary if native else base.primary,
            standard=native.standard if native else base.standard,
            keys=("id", _FAMILY, "slice", *self.breakdowns, "item", "gold", "predicted"),
            metrics=tuple(metric for metric in base.metrics if metric.name not in lacking),
            corpus_metrics=tuple(metric for metric in base.corpus_metrics if metric.name not in lacking),
            units=lambda _, __: dict(units),
            count=count,
            baselines=(),
            id_pattern=".*",
            breakdowns=self.breakdowns,
            remarks=(*self.remarks, *absent),
        )


def task_of_gold(path: Path, task: str | None, gold_format: str | None) -> str | None:
    """The task that a file is gold of labels for; None if it is to be read as reference texts.

    Args:
        path: The file or folder.
        task: The task that was named, if one was.
        gold_format: The format that was named, if one was.

    Raises:
        ValidationError: If it has labels, and nothing says of which task.
    """
    if gold_format in NATIVE and task is None:
        return NATIVE[str(gold_format)].task
    if gold_format in (*NATIVE, LABELS) or (gold_format is None and task in LABEL_TASKS):
        if task in LABEL_TASKS:
            return task
        named = "which is not named" if task is None else f"not {task}"
        message = f"labels are gold of a task with labels, {named}: give one of {', '.join(LABEL_TASKS)}"
        raise ValidationError([Problem("option", "--task", message)])
    if gold_format or task or not path.is_file():  # a pipe can be read only once, by whoever reads all of it
        return None
    found = format_of(unpack(read_input(str(path)), str(path)), str(path))
    if found == LABELS:
        tasks = f"{', '.join(LABEL_TASKS)}; {REFERENCE_TASK} for texts"
        message = f"has ids and labels: name the task that they are gold of with --task ({tasks})"
        raise ValidationError([Problem("task-unclear", str(path), message)])
    return NATIVE[found].task if found else None


def read_gold(path: Path, task: str, gold_format: str | None = None, labels: Spellings | None = None) -> LabelCorpus:
    """Reads gold of labels.

    Args:
        path: A benchmark's native file (`native_labels.NATIVE`), or JSON Lines, a JSON array, CSV, TSV or Parquet with
            `id` and `label`; packed or not. Of its other columns `family` says which items depend on one another, and
            those with few values are breakdowns.
        task: One of `LABEL_TASKS`.
        gold_format: A native format, or `labels`; None to tell it from the header or keys.
        labels: Spellings of labels to ours.

    Raises:
        ValidationError: With every problem.
    """
    base = next(known for known in TASKS if known.name == task)
    name, asked = str(path), dict(labels or {})
    if path.is_dir():
        raise ValidationError([Problem("gold-format", name, "is a folder: gold of labels is one file")])
    data = unpack(read_input(name), name)
    found = format_of(data, name)
    _refuse_other_format(name, found, gold_format, base)
    if faults := refusals(asked, task, base.labels):
        raise ValidationError(faults)
    form = gold_format or found or LABELS
    native = NATIVE.get(form)
    lines, problems, notes = native.read(data, name) if native else (*read_records(data, name), [])
    spellings = {**(native.spellings if native else {}), **asked}
    found_items, faults = _items(lines, base, spellings, asked, native.unanswered if native else "")
    problems = [*problems, *faults, *(native.mixed(lines, asked, name) if native else [])]
    if not any("label" in line.record for line in lines) and (lines or not problems):
        keys = quoted(*dict.fromkeys(key for line in lines for key in line.record)) or "nothing"
        message = (
            f"has no label, but {keys}: gold of {task} is an id and a label a line; texts are gold of {REFERENCE_TASK}"
        )
        problems = [Problem("gold-format", name, message)]
    if problems:
        raise ValidationError(problems)
    columns = tuple(dict.fromkeys(key for item in found_items.values() for key in item if key != "label"))
    breakdowns = tuple(key for key in columns if key != _FAMILY and _divides(key, found_items, base))
    remarks = [*notes, native.remark] if native else notes
    if _FAMILY not in columns:
        remarks = [*remarks, "the gold names no families: each item is taken as independent of the others"]
    if others := [key for key in columns if key not in (_FAMILY, *breakdowns)]:
        message = "no breakdown by columns of the gold with lists, too many values, or names that scores use themselves"
        remarks = [*remarks, f"{message}: {quoted(*(key or '(no name)' for key in others))}"]
    items = {unit: _item(unit, item, breakdowns) for unit, item in found_items.items()}
    return LabelCorpus(
        name=short_name(name),
        format=form,
        base=base,
        sha256=_digest(items),
        items=items,
        columns=columns,
        breakdowns=breakdowns,
        spellings=spellings,
        asked=asked,
        remarks=(*remarks, NO_BLIND),
    )


def _refuse_other_format(name: str, found: str | None, gold_format: str | None, base: Task) -> None:
    """Refuses a file that is not in the format that was named, or whose benchmark has the labels of another task."""
    if gold_format in NATIVE and found != gold_format:
        message = f"is not in the form of {gold_format}: its header or first record has other names"
        raise ValidationError([Problem("gold-format", name, message)])
    wanted = gold_format or found
    if wanted in NATIVE and NATIVE[str(wanted)].task != base.name:
        message = f"{wanted} is gold of the task {NATIVE[str(wanted)].task}, not of {base.name}"
        raise ValidationError([Problem("option", "--task", message)])


def _items(
    lines: Sequence[Line], base: Task, spellings: Spellings, asked: Spellings, unanswered: str
) -> tuple[dict[str, dict[str, str | None]], list[Problem]]:
    """The items by id, each with its columns as words, None where a value has parts; and every problem."""
    problems: list[Problem] = []
    items: dict[str, dict[str, str | None]] = {}
    first: dict[str, str] = {}
    unknown: dict[str, list[str]] = {}
    families = any(printed(line.record.get(_FAMILY)) for line in lines)
    for place, raw in lines:
        record = spelled(raw, spellings)
        unit, label = printed(record.get("id")), printed(record.get("label"))
        if not unit:
            problems.append(Problem("no-id", place, 'the line has no "id" that is a word or a number'))
        elif first.setdefault(unit, place) != place:
            problems.append(Problem("id-duplicate", place, f"{unit} is a duplicate of {first[unit]}"))
        if record.get("label") is None:
            problems.append(Problem("missing-field", place, 'the line has no "label"'))
        elif label is None:
            problems.append(Problem("wrong-type", place, f"label is {describe(record['label'])}, not a word"))
        elif unanswered and label == unanswered:
            problems.append(Problem("missing-field", place, f"{label} is no label: the item is not annotated"))
        elif label not in base.labels:
            unknown.setdefault(label, []).append(place)
        if broken := [key for key, value in record.items() if has_half_character(value)]:
            message = f"{quoted(*broken)} has half a surrogate pair: write whole characters"
            problems.append(Problem("wrong-type", place, message))
        if families and not printed(record.get(_FAMILY)):
            problems.append(Problem("missing-field", place, "the line has no family, and other lines have one"))
        if unit:
            items[unit] = {key: printed(value) for key, value in record.items() if key != "id" and value is not None}
    return items, problems + unknown_labels(unknown, base.labels, asked)


def _divides(column: str, items: Mapping[str, Mapping[str, str | None]], base: Task) -> bool:
    """Whether scores can be broken down by a column: of single values, few of them, under a name that is free."""
    values = {item.get(column, NO_VALUE) for item in items.values()}
    few = len(values) <= MOST_VALUES and (len(values) < len(items) or len(items) == 1)
    return few and None not in values and column not in ("", *_RESERVED, *base.columns)


def _item(name: str, words: Mapping[str, str | None], breakdowns: Sequence[str]) -> dict[str, str]:
    """An item with its label, its family, which is itself if there is none, and a value for each breakdown."""
    kept = {key: words.get(key) or NO_VALUE for key in breakdowns}
    return {"label": str(words["label"]), _FAMILY: words.get(_FAMILY) or name, **kept}


def _digest(items: Mapping[str, Mapping[str, str]]) -> str:
    """SHA-256 of ids, labels and families in canonical JSON, in the order of the ids."""
    rows = [[name, item["label"], item[_FAMILY]] for name, item in sorted(items.items())]
    return hashlib.sha256(dump_line(rows).encode("utf-8", "surrogatepass")).hexdigest()


def read_predictions(source: bytes | Rows, name: str, gold: LabelCorpus) -> tuple[Rows, list[str]]:
    """Predictions of a gold of labels, in the gold's own form or in ours, and what must be said of them.

    Ids and labels are words, as the gold's are; columns that the gold has, too, are left out.

    Args:
        source: The file's bytes, unpacked; or rows that were in memory, which are in our form.
        name: What to call it.
        gold: The gold.

    Raises:
        ValidationError: If the file is in the form of another benchmark.
    """
    notes: list[str] = []
    if isinstance(source, bytes):
        found = format_of(source, name)
        native = NATIVE.get(found or "")
        if native and found != gold.format:
            raise ValidationError([other_format(str(found), gold.format, name)])
        if native:
            lines, problems, notes = native.read(source, name)
            kept = [line._replace(record=_kept(line.record, ("id", "label"))) for line in lines]
            rows = Rows(kept, problems, table=False)
        else:
            rows = Rows(*read_lines(source, name), table=suffix_of(name) in FLAT_SUFFIXES)
    else:
        rows, native = source, None
    if not native:
        lines, left_out = _without_columns_of(gold, rows.lines)
        rows = rows._replace(lines=lines)
        if left_out and not rows.table:
            notes.append(f"keys that the gold has, too, were ignored: {quoted(*left_out)}")
    form = NATIVE.get(gold.format)
    if form and (mixed := form.mixed(rows.lines, gold.asked, name)):
        rows = rows._replace(problems=[*rows.problems, *mixed])
    unanswered = form.unanswered if form else ""
    answers = [line for line in rows.lines if not unanswered or line.record.get("label") != unanswered]
    if silent := len(rows.lines) - len(answers):
        notes.append(f"{unanswered} is no answer: {counted(silent, 'line')}")
    said = [line._replace(record=_said(line.record, gold.spellings)) for line in answers]
    return rows._replace(lines=said), notes


def _without_columns_of(gold: LabelCorpus, lines: Iterable[Line]) -> tuple[list[Line], list[str]]:
    known = {*gold.columns} - {*gold.base.kinds, *gold.base.extras}
    lines = list(lines)
    there = dict.fromkeys(key for line in lines for key in line.record if key in known)
    if not there:
        return lines, []
    return [line._replace(record={k: v for k, v in line.record.items() if k not in known}) for line in lines], [*there]


def _kept(record: Record, keys: Collection[str]) -> Record:
    return {key: value for key, value in record.items() if key in keys}


def _said(record: Record, spellings: Spellings) -> Record:
    """A record with its id as a word and its label in our spelling."""
    name = printed(record.get("id"))
    return spelled(record, spellings) | ({} if name is None else {"id": name})
