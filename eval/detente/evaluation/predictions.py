"""Reading predictions: one strict reader, which knows line numbers and reports every problem at once."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detente.data.fields import Fault, PredictionError, nearest
from detente.data.files import unpack, unpacked_name
from detente.data.jsonl import Line, describe
from detente.data.problems import Problem, ValidationError
from detente.data.tabular import FLAT_SUFFIXES, read_lines
from detente.tasks.all import TASKS
from detente.tasks.task import Gold, Task


@dataclass(frozen=True)
class Predictions:
    """What a model said of each unit of a task.

    Attributes:
        task: The task.
        units: The gold's units that they are held against, by id.
        by_id: Unit id to prediction.
        missing: Ids of the gold that are not predicted, sorted; empty unless that was allowed.
        kinds: The kinds that occur, in the task's order.
        crashed: Ids whose line has an `error`.
        extra: Ids that the gold does not have, left out; empty unless that was allowed.
        tools: What made the predictions, by the lines' `tool`.
    """

    task: Task
    units: dict[str, Any]
    by_id: dict[str, Any]
    missing: tuple[str, ...]
    kinds: tuple[str, ...]
    crashed: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()


def task_of(lines: Sequence[Line], name: str) -> Task:
    """The one task whose kinds the lines have; of several, the one whose ids look like theirs.

    Raises:
        ValidationError: If the lines fit no task, or several.
    """
    keys = set().union(*(line.record.keys() for line in lines))
    fitting = [task for task in TASKS if keys & set(task.kinds)]
    if len(fitting) > 1:
        ids = [str(line.record.get("id")) for line in lines]
        fitting = [task for task in fitting if any(re.fullmatch(task.id_pattern, each) for each in ids)] or fitting
    if len(fitting) == 1:
        return fitting[0]
    if not fitting and len(lines) == 1 and "id" not in lines[0].record:
        message = "the file is one object without an id: if its keys are pages, name their reference texts with --gold"
        raise ValidationError([Problem("task-unclear", f"{name}:1", message)])
    words = ", ".join(task.name for task in fitting or TASKS)
    message = f"the lines fit {'several tasks' if fitting else 'no task'}: say which with --task ({words})"
    raise ValidationError([Problem("task-unclear", f"{name}:1", message)])


def check(
    lines: Sequence[Line],
    task: Task,
    gold: Gold,
    name: str,
    *,
    allow_missing: bool = False,
    allow_extra: bool = False,
    problems: Sequence[Problem] = (),
) -> Predictions:
    """Turns lines into predictions.

    Args:
        lines: As read.
        task: Whose predictions they are.
        gold: The gold.
        name: What to call the file.
        allow_missing: Whether ids of the gold may be missing, or have lines without an answer.
        allow_extra: Whether ids that the gold does not have may be there; they are left out, and counted.
        problems: What went wrong already; lines that could not be read may hold any id, so that with such problems
            nothing is said of missing ids.

    Raises:
        ValidationError: With every problem.
    """
    units = task.units(gold, [line.record["id"] for line in lines if isinstance(line.record.get("id"), str)])
    found = list(problems)
    outside = [line for line in lines if isinstance(line.record.get("id"), str) and line.record["id"] not in units]
    extra = tuple(sorted({line.record["id"] for line in outside})) if allow_extra else ()
    if extra:
        left_out = set(extra)
        lines = [line for line in lines if str(line.record.get("id")) not in left_out]
    if len(outside) == len(lines) > 1 and not allow_extra:
        shown = f"{outside[0].record['id']!r} and {len(lines) - 1} more; the gold has {next(iter(units), 'nothing')!r}"
        raise ValidationError(
            [
                *found,
                Problem(
                    "id-unknown", name, f"no id is in the gold: {shown}. Is it the right gold, and the right task?"
                ),
            ]
        )
    first: dict[str, str] = {}
    by_id: dict[str, Any] = {}
    kinds: set[str] = set()
    for line in lines:
        faults: list[Fault] = []
        unit = _unit_of(line, units, first, faults)
        given = _kinds_of(line, task, faults, allow_missing)
        if unit is not None and len(given) == 1:
            try:
                by_id[line.record["id"]] = task.parse(unit, line.record)
                kinds.update(given)
            except PredictionError as refused:
                faults += refused.faults
        found += [Problem(rule, line.location, message) for rule, message in faults]
    unreadable = any(problem.code in ("not-json", "no-id", "no-predictions", "text-not-utf8") for problem in found)
    missing = tuple(sorted(units.keys() - (by_id.keys() if allow_missing else first.keys())))
    if missing and not allow_missing and not unreadable:
        named = ", ".join(missing[:20]) + (f" and {len(missing) - 20} more" if len(missing) > 20 else "")
        message = f"{len(missing)} of {len(units)} are not predicted: {named}; add them, or pass --allow-missing"
        found.append(Problem("id-missing", name, message))
    if found:
        raise ValidationError(found)
    return Predictions(
        task=task,
        units=units,
        by_id=by_id,
        missing=missing,
        kinds=tuple(kind for kind in task.kinds if kind in kinds),
        crashed=tuple(sorted(line.record["id"] for line in lines if line.record.get("error"))),
        extra=extra,
        tools=tuple(sorted({str(line.record["tool"]) for line in lines if line.record.get("tool")})),
    )


def _unit_of(line: Line, units: dict[str, Any], first: dict[str, str], faults: list[Fault]) -> Any:
    """The gold unit that a line is about, None if there is none; what is wrong with its id is added to the faults."""
    name = line.record.get("id")
    if "id" not in line.record:
        faults.append(("no-id", 'the line has no "id"'))
    elif not isinstance(name, str):
        faults.append(("wrong-type", f"id is {describe(name)}, not a string"))
    elif name not in units:
        faults.append(("id-unknown", f"{name!r} is not in the gold{nearest(name, units)}"))
    else:
        place = first.setdefault(name, line.location)
        if place != line.location:
            faults.append(("id-duplicate", f"{name} is a duplicate of {place}"))
        return units[name]
    return None


def _kinds_of(line: Line, task: Task, faults: list[Fault], allow_missing: bool) -> list[str]:
    """The kinds of the task that a line has; that they are not one is added to the faults, as are unknown keys.

    A line of none is a missing answer, where that is allowed.
    """
    keys = line.record.keys()
    known = ("id", *task.kinds, *task.extras)
    if unknown := sorted(keys - set(known)):
        faults.append(("unknown-field", f"{', '.join(map(repr, unknown))}: {task.name} knows {', '.join(known)}"))
    given = [kind for kind in task.kinds if kind in keys]
    if len(given) != 1 and (given or not allow_missing):
        named = " and ".join(given) if given else "none"
        faults.append(("form", f"the line has {named}: give exactly one of {', '.join(task.kinds)}"))
    return given


def read(
    path: str,
    data: bytes,
    gold: Gold,
    task: Task | None = None,
    *,
    allow_missing: bool = False,
    allow_extra: bool = False,
) -> Predictions:
    """Reads and checks a predictions file.

    Args:
        path: The file's name, which decides its format and stands in problems.
        data: Its bytes.
        gold: The gold.
        task: The task, or None to tell it from the lines.
        allow_missing: Whether ids of the gold may be missing.
        allow_extra: Whether ids that the gold does not have may be there.

    Raises:
        ValidationError: With every problem.
    """
    lines, problems = read_lines(unpack(data, path), path)
    if not lines:
        raise ValidationError(problems)
    task = task or task_of(lines, path)
    if Path(unpacked_name(path)).suffix.lower() in FLAT_SUFFIXES and not task.tabular:
        raise ValidationError(
            [Problem("wrong-type", path, f"predictions of {task.name} are JSON Lines, not a flat table")]
        )
    return check(lines, task, gold, path, allow_missing=allow_missing, allow_extra=allow_extra, problems=problems)
