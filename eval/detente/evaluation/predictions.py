"""Reading predictions: one strict reader, which knows line numbers and reports every problem at once."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from detente.data.corpus import Corpus
from detente.data.fields import Fault, Field, PredictionError, nearest, string
from detente.data.files import unpack
from detente.data.jsonl import Line, Record, describe
from detente.data.problems import Problem, ValidationError
from detente.data.tabular import FLAT_SUFFIXES, read_lines, suffix_of
from detente.tasks.all import TASKS
from detente.tasks.task import Gold, Task
from detente.text.display import listed, quoted, shortened

_NEAR_MISS: Final = 80
"""Of the ratio of rapidfuzz, 0…100, from which on a column's name is a known one misspelt."""
_UNREADABLE: Final = ("not-json", "not-readable", "no-id", "no-predictions", "text-not-utf8")
"""The codes of problems behind which any id may be hidden."""
_MOST_HINTS: Final = 100
"""Of more unknown ids than these none is a slip of the pen, and the nearest of each would take its time."""


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
        notes: What was left out or changed on reading, in words.
        reduced: What its texts, and those of the gold, were reduced from, as the signature names it.
    """

    task: Task
    units: dict[str, Any]
    by_id: dict[str, Any]
    missing: tuple[str, ...]
    kinds: tuple[str, ...]
    crashed: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    reduced: Mapping[str, str] = field(default_factory=dict)


def task_of(lines: Sequence[Line], name: str) -> Task:
    """The one task whose kinds the lines have; of several, the one whose ids look like theirs.

    Raises:
        ValidationError: If the lines fit no task, or several.
    """
    keys = {key for line in lines for key, value in line.record.items() if value is not None}
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
    fit = "several tasks" if fitting else f"no task (they have {quoted(*sorted(keys))})"
    message = f"the lines fit {fit}: name one with --task ({words})"
    if not fitting and (meant := _misspelt(keys, {kind for task in TASKS for kind in task.kinds})):
        message = meant
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
        lines: As read; a key that is null is one that is not there.
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
    task = task.fitting(gold.inventory) if isinstance(gold, Corpus) else task
    lines = [_present(line, task) if None in line.record.values() else line for line in lines]
    notes: list[str] = []
    if lines and suffix_of(name) in FLAT_SUFFIXES:
        lines, unknown = _known_columns(lines, task, name)
        if unknown:
            notes.append(f"columns that {task.name} does not use were ignored: {quoted(*unknown)}")
    units = task.units(gold, [line.record["id"] for line in lines if isinstance(line.record.get("id"), str)])
    if isinstance(gold, Corpus):
        notes += _labelled(task, units, gold, problems)
    found = list(problems)
    outside = [line for line in lines if isinstance(line.record.get("id"), str) and line.record["id"] not in units]
    extra = tuple(sorted({line.record["id"] for line in outside})) if allow_extra else ()
    if extra:
        left_out = set(extra)
        lines = [line for line in lines if str(line.record.get("id")) not in left_out]
    if len(outside) == len(lines) > 1 and not allow_extra:
        has = quoted(next(iter(units), "nothing"))
        shown = f"{quoted(outside[0].record['id'])} and {len(lines) - 1} more; the gold has {has}"
        raise ValidationError(
            [
                *found,
                Problem(
                    "id-unknown",
                    name,
                    f"none of the ids is in the gold: {shown}. Is it the right gold, and the right task?",
                ),
            ]
        )
    first: dict[str, str] = {}
    by_id: dict[str, Any] = {}
    kinds: set[str] = set()
    hints = units if len(outside) <= _MOST_HINTS else {}
    for line in lines:
        faults: list[Fault] = []
        unit = _unit_of(line, units, hints, first, faults)
        given = _kinds_of(line, task, faults, allow_missing)
        if "tool" in line.record:
            Field(line.record, "", faults).get("tool", string)
        if unit is not None and len(given) == 1:
            try:
                by_id[line.record["id"]] = task.parse(unit, line.record)
                kinds.update(given)
            except PredictionError as refused:
                faults += refused.faults
        found += [Problem(rule, line.location, message) for rule, message in faults]
    unreadable = any(problem.code in _UNREADABLE for problem in found)
    missing = tuple(sorted(units.keys() - (by_id.keys() if allow_missing else first.keys())))
    if missing and not allow_missing and not unreadable:
        message = (
            f"{len(missing)} of {len(units)} are not predicted: {listed(missing)}; add them, or pass --allow-missing"
        )
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
        tools=tuple(sorted({line.record["tool"] for line in lines if line.record.get("tool")})),
        notes=(*notes, *task.notes(by_id)),
    )


def _labelled(task: Task, units: Mapping[str, Any], gold: Corpus, problems: Sequence[Problem]) -> list[str]:
    """How many pages are labelled for the task, in words; nothing if all are.

    Raises:
        ValidationError: If the corpus has no gold of the task.
    """
    if not units:
        raise ValidationError([*problems, task.no_gold(str(gold.folder))])
    labelled, pages = task.labelled(gold) if gold.absent else (0, 0)
    return [f"{labelled} of {pages} pages are labelled for {task.name}, and scored"] if labelled < pages else []


def _present(line: Line, task: Task) -> Line:
    """A line without the keys that are null; a page that crashed keeps the one that it has no output under."""
    present = {key: value for key, value in line.record.items() if value is not None}
    if present.get("error") and not present.keys() & set(task.kinds):
        present |= dict.fromkeys([kind for kind in task.kinds if kind in line.record][:1])
    return Line(line.location, present)


def _misspelt(names: Iterable[str], known: Iterable[str]) -> str:
    """Names that are nearly known ones, as a message that says which are meant; empty if there are none."""
    from rapidfuzz.fuzz import ratio
    from rapidfuzz.process import extractOne

    words = list(known)
    found = {
        name: extractOne(name.strip().casefold()[:100], words, scorer=ratio, score_cutoff=_NEAR_MISS) for name in names
    }
    meant = [f"{quoted(name)} is no known name: did you mean {best[0]}?" for name, best in found.items() if best]
    return "; ".join(meant[:10])


def _unit_of(
    line: Line, units: dict[str, Any], hints: Iterable[str], first: dict[str, str], faults: list[Fault]
) -> Any:
    """The gold unit that a line is about, None if there is none; what is wrong with its id is added to the faults.

    An id that is none of `units` may be meant as one of `hints`.
    """
    name = line.record.get("id")
    if "id" not in line.record:
        faults.append(("no-id", 'the line has no "id": write one object a line, each with its own'))
    elif not isinstance(name, str):
        faults.append(("wrong-type", f"id is {describe(name)}, not a string"))
    elif name not in units:
        hint = nearest(name, hints) or ": --allow-extra leaves such lines out"
        faults.append(("id-unknown", f"{quoted(name)} is not in the gold{hint}"))
    else:
        place = first.setdefault(name, line.location)
        if place != line.location:
            faults.append(("id-duplicate", f"{shortened(name)} is a duplicate of {place}"))
        return units[name]
    return None


def _kinds_of(line: Line, task: Task, faults: list[Fault], allow_missing: bool) -> list[str]:
    """The kinds of the task that a line has; that they are not one is added to the faults, as are unknown keys.

    A line of none is a missing answer, where that is allowed.
    """
    keys = line.record.keys()
    known = ("id", *task.kinds, *task.extras)
    if unknown := sorted(keys - set(known)):
        faults.append(("unknown-field", f"{quoted(*unknown)}: {task.name} knows {', '.join(known)}"))
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
    prepare: Callable[[Record], Record] | None = None,
) -> Predictions:
    """Reads and checks a predictions file.

    Args:
        path: The file's name, which decides its format and stands in problems.
        data: Its bytes.
        gold: The gold.
        task: The task, or None to tell it from the lines.
        allow_missing: Whether ids of the gold may be missing.
        allow_extra: Whether ids that the gold does not have may be there.
        prepare: What is made of a record before anything is asked of it.

    Raises:
        ValidationError: With every problem.
    """
    lines, problems = read_lines(unpack(data, path), path)
    lines = [Line(place, prepare(record)) for place, record in lines] if prepare else lines
    if not lines:
        raise ValidationError(problems)
    task = task or task_of(lines, path)
    if suffix_of(path) in FLAT_SUFFIXES and not task.tabular:
        message = f"predictions of {task.name} are JSON Lines, not a flat table"
        raise ValidationError([Problem("wrong-type", path, message)])
    return check(lines, task, gold, path, allow_missing=allow_missing, allow_extra=allow_extra, problems=problems)


def _known_columns(lines: Sequence[Line], task: Task, name: str) -> tuple[list[Line], list[str]]:
    """The rows of a table without the columns that a task does not know, and the names of these.

    Raises:
        ValidationError: If one of them is nearly a known one, or none is a kind of the task.
    """
    columns = dict.fromkeys(key for line in lines for key in line.record)
    known = ("id", *task.kinds, *task.extras)
    left_out = [column for column in columns if column not in known]
    problems = []
    if meant := _misspelt(left_out, known):
        problems.append(Problem("unknown-field", f"{name}:1", meant))
    elif not columns.keys() & set(task.kinds):
        message = f"the table has {quoted(*columns)}: {task.name} needs one of {', '.join(task.kinds)}"
        problems.append(Problem("form", f"{name}:1", message))
    if problems:
        raise ValidationError(problems)
    if left_out:
        lines = [Line(place, {key: value for key, value in record.items() if key in known}) for place, record in lines]
    return list(lines), [column or "(no name)" for column in left_out]
