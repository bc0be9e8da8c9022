"""Tables as people have them: columns left out, misspelt or named by labels; labels as integers, or beside chances.

A row of a table has what the task knows, and whatever else its author kept beside it. JSON Lines have the task's keys
alone.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

from detente.data.jsonl import Line, Record
from detente.data.problems import Problem, ValidationError
from detente.data.spellings import Spellings
from detente.evaluation.answers import INSTEAD, PROVENANCE
from detente.tasks.task import Task
from detente.text.display import quoted

_NEAR_MISS: Final = 80
"""Of the ratio of rapidfuzz, 0…100, from which on a column's name is a known one misspelt."""
PROBABILITIES: Final = "probabilities"
BESIDE: Final = ["label", PROBABILITIES]
"""Two kinds that a row of a table may have at once: the one says which the other's greatest is."""


def columns_of(lines: Iterable[Line]) -> list[str]:
    """The columns of a table that have a value in some row, in their order."""
    return list(dict.fromkeys(key for line in lines for key in line.record))


def with_probabilities(lines: Sequence[Line], tasks: Iterable[Task], spellings: Spellings) -> list[Line]:
    """The rows with their columns `favor`, `against`, `none` as `probabilities`, where a task has these labels.

    Args:
        lines: The rows of a table.
        tasks: The tasks whose predictions they may be.
        spellings: Other names that the columns may have, to labels; they are used if there is one for each label.
    """
    spelled = [spellings.get(column, column) for column in columns_of(lines)]
    if spellings and len(set(spelled)) == len(spelled):
        lines = [Line(place, {spellings.get(key, key): value for key, value in row.items()}) for place, row in lines]
    columns = set(columns_of(lines))
    labels = next(
        (task.labels for task in tasks if PROBABILITIES in task.kinds and set(task.labels) <= columns != set()), ()
    )
    if not labels or PROBABILITIES in columns:
        return list(lines)
    return [Line(place, _gathered(record, labels)) for place, record in lines]


def _gathered(record: Record, labels: Sequence[str]) -> Record:
    found = {label: record[label] for label in labels if label in record}
    others = {key: value for key, value in record.items() if key not in labels}
    return others | {PROBABILITIES: found} if found else others


def known_columns(lines: Sequence[Line], task: Task, place: str) -> tuple[list[Line], list[str]]:
    """The rows of a table without the columns that a task does not know, and what is to be said of that.

    Args:
        lines: The rows.
        task: The task.
        place: Of the names of the columns, for problems.

    Raises:
        ValidationError: If one of them is nearly a known one, or none is a kind of the task.
    """
    columns = columns_of(lines)
    known = ("id", *task.kinds, *task.extras)
    left_out = [column for column in columns if column not in (*known, *PROVENANCE)]
    has_kind = not set(columns).isdisjoint((*task.kinds, *INSTEAD))
    labels = task.labels if PROBABILITIES in task.kinds and not has_kind else ()
    if meant := misspelt((column for column in left_out if column not in labels), (*known, *labels)):
        raise ValidationError([Problem("unknown-field", place, meant)])
    if not has_kind:
        message = f"the table has {quoted(*columns)}: {task.name} needs one of {', '.join(task.kinds)}"
        message += f", or a column for each of {', '.join(labels)}" if labels else ""
        raise ValidationError([Problem("form", place, message)])
    if not left_out:
        return list(lines), []
    kept = [
        Line(place, {key: value for key, value in record.items() if key in (*known, *PROVENANCE)})
        for place, record in lines
    ]
    names = quoted(*(column or "(no name)" for column in left_out))
    return kept, [f"columns that {task.name} does not use were ignored: {names}"]


def misspelt(names: Iterable[str], known: Collection[str]) -> str:
    """Names that are nearly known ones, as a message that says which are meant; empty if there are none."""
    from rapidfuzz.fuzz import ratio
    from rapidfuzz.process import extractOne

    found = {
        name: extractOne(name.strip().casefold()[:100], known, scorer=ratio, score_cutoff=_NEAR_MISS) for name in names
    }
    meant = [f"{quoted(name)} is no known name: did you mean {best[0]}?" for name, best in found.items() if best]
    return "; ".join(meant[:10])


def named_labels(lines: Sequence[Line], task: Task) -> tuple[list[Line], list[str]]:
    """The lines with names for labels that are integers, and a note of which they were taken for.

    That is how `datasets` writes a column of class labels: `ds.select_columns(["id", "label"]).to_json(…)`. It is done
    only if every label of the file is such an integer; with one that is not, the reader of labels refuses all of them.

    Args:
        lines: The lines of one file.
        task: The task, whose `labels` have the order of the dataset's class labels.
    """
    found = {line.record["label"] for line in lines if _is_scalar(line.record.get("label"))}
    held = sum("label" in line.record for line in lines)
    places = {value: _place(value, len(task.labels)) for value in found}
    if not found or None in places.values() or held != sum(_is_scalar(line.record.get("label")) for line in lines):
        return list(lines), []
    names = {value: task.labels[place] for value, place in places.items() if place is not None}
    named = [
        Line(place, {**record, "label": names[record["label"]]} if "label" in record else record)
        for place, record in lines
    ]
    taken = sorted({place for place in places.values() if place is not None})
    meaning = ", ".join(f"{place} for {task.labels[place]}" for place in taken)
    return named, [f"labels that are integers were taken for those of the dataset's column, in its order: {meaning}"]


def _is_scalar(value: Any) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _place(value: str | float, count: int) -> int | None:
    """Which of so many labels an integer names: 1, 1.0 of a column with nulls, or "1" of CSV; None if it names none."""
    if isinstance(value, str):
        value = int(value) if value.isascii() and value.isdecimal() and len(value) < 4 else -1
    return int(value) if value in range(count) else None
