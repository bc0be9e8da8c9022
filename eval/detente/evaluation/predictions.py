"""Reading predictions: one strict reader, which knows line numbers and reports every problem at once."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from detente.data.corpus import Corpus
from detente.data.fields import Fault, Field, PredictionError, nearest, string
from detente.data.files import unpack
from detente.data.jsonl import Line, Record, describe
from detente.data.memory import Rows
from detente.data.problems import Problem, ValidationError
from detente.data.spellings import Spellings, printed, refusals, spelled, unknown_labels
from detente.data.tabular import FLAT_SUFFIXES, read_lines, suffix_of
from detente.evaluation import answers
from detente.evaluation.answers import PROVENANCE, UNANSWERED
from detente.evaluation.columns import BESIDE, PROBABILITIES, known_columns, misspelt, named_labels, with_probabilities
from detente.tasks.all import TASKS
from detente.tasks.task import ANY_ID, Gold, Task
from detente.text.display import listed, quoted, shortened

_UNREADABLE: Final = ("not-json", "not-readable", "no-id", "no-predictions", "text-not-utf8")
"""The codes of problems behind which any id may be hidden."""
_PROMPT: Final = re.compile(r"[\w.@+-]{1,80}")
_MOST_HINTS: Final = 100
"""Of more unknown ids than these none is a slip of the pen, and the nearest of each would take its time."""


@dataclass(frozen=True)
class Predictions:
    """What a model said of each unit of a task.

    Attributes:
        task: The task.
        units: The gold's units that they are held against, by id.
        by_id: Unit id to prediction.
        missing: Ids of the gold that are not predicted, sorted; without those of `unanswered` empty unless allowed.
        kinds: The kinds that occur, in the task's order.
        crashed: Ids whose line has an `error`.
        extra: Ids that the gold does not have, left out; empty unless that was allowed.
        tools: What made the predictions, by the lines' `tool`.
        prompts: What the model was asked with, by the lines' `prompt`.
        unanswered: Ids whose line says that there is no answer, by why: `refused`, `unreadable`, `failed`.
        notes: What was left out or changed on reading, in words.
        reduced: What its texts, and those of the gold, were reduced from, as the signature names it.
    """

    task: Task
    units: Mapping[str, Any]
    by_id: Mapping[str, Any]
    missing: tuple[str, ...]
    kinds: tuple[str, ...]
    crashed: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    prompts: tuple[str, ...] = ()
    unanswered: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    reduced: Mapping[str, str] = field(default_factory=dict)


def task_of(lines: Sequence[Line], name: str) -> Task:
    """The one task whose kinds the lines have; of several, the one whose ids look like theirs.

    Raises:
        ValidationError: If the lines fit no task, or several.
    """
    keys = {key for line in lines for key, value in line.record.items() if value is not None}
    fitting = [task for task in TASKS if keys & set(task.kinds)]
    if not fitting and keys & {"raw", "answer"}:  # nothing but answers in words
        fitting = list(TASKS)
    if len(fitting) > 1:
        ids = [str(line.record.get("id")) for line in lines]
        fitting = [task for task in fitting if any(re.fullmatch(task.id_pattern, each) for each in ids)] or fitting
        fitting = [task for task in fitting if task.id_pattern != ANY_ID] or fitting  # a page's id tells nothing
    if len(fitting) == 1:
        return fitting[0]
    if not fitting and len(lines) == 1 and "id" not in lines[0].record:
        message = "the file is one object without an id: if its keys are pages, name their reference texts with --gold"
        raise ValidationError([Problem("task-unclear", _top(lines, name), message)])
    words = ", ".join(task.name for task in fitting or TASKS)
    fit = "several tasks" if fitting else f"no task (they have {quoted(*sorted(keys))})"
    message = f"the lines fit {fit}: name one with --task ({words})"
    if not fitting and (meant := misspelt(keys, {kind for task in TASKS for kind in task.kinds})):
        message = meant
    raise ValidationError([Problem("task-unclear", _top(lines, name), message)])


def _top(lines: Sequence[Line], name: str) -> str:
    """Where what concerns all lines is told: on the first line of a file that has lines, else at the file itself."""
    return name if lines[0].location.startswith(f"{name}:row ") else f"{name}:1"


def check(
    lines: Sequence[Line],
    task: Task,
    gold: Gold,
    name: str,
    *,
    allow_missing: bool = False,
    allow_extra: bool = False,
    problems: Sequence[Problem] = (),
    table: bool = False,
    labels: Spellings | None = None,
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
        table: Whether they are the rows of a table, which may have columns that the task does not know.
        labels: The spellings of labels that the user gave, for the problem that names others.

    Raises:
        ValidationError: With every problem.
    """
    task = task.fitting(gold.inventory) if isinstance(gold, Corpus) else task
    lines, notes = _prepared(lines, task, gold, name, table=table)
    units = task.units(gold, [line.record["id"] for line in lines if isinstance(line.record.get("id"), str)])
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
    other_labels: dict[str, list[str]] = {}
    hints = units if len(outside) <= _MOST_HINTS else {}
    unanswered: dict[str, list[str]] = {}
    lines = _in_words(lines, task, units, gold)
    for line in lines:
        faults: list[Fault] = []
        unit = _unit_of(line, units, hints, first, faults)
        why = _unanswered(line, task, faults)
        given = _kinds_of(line, task, faults, why=why, allow_missing=allow_missing, table=table)
        if unit is not None and why:
            unanswered.setdefault(why, []).append(line.record["id"])
        if unit is not None and len(given) == 1:
            try:
                by_id[line.record["id"]] = task.parse(unit, line.record)
                kinds.update(given)
            except PredictionError as refused:
                other = _other_label(line, task)
                if other is not None:
                    other_labels.setdefault(other, []).append(line.location)
                faults += [fault for fault in refused.faults if other is None or fault[0] != "label-unknown"]
        found += [Problem(rule, line.location, message) for rule, message in faults]
    found += unknown_labels(other_labels, task.labels, labels or {})
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
        missing=tuple(sorted({*missing, *(name for names in unanswered.values() for name in names)})),
        kinds=tuple(kind for kind in task.kinds if kind in kinds),
        crashed=tuple(sorted(line.record["id"] for line in lines if line.record.get("error"))),
        extra=extra,
        tools=tuple(sorted({line.record["tool"] for line in lines if line.record.get("tool")})),
        prompts=tuple(sorted({line.record["prompt"] for line in lines if line.record.get("prompt")})),
        unanswered={why: tuple(sorted(unanswered[why])) for why in UNANSWERED if why in unanswered},
        notes=(*notes, *task.notes(by_id)),
    )


def _prepared(lines: Sequence[Line], task: Task, gold: Gold, name: str, *, table: bool) -> tuple[list[Line], list[str]]:
    """Lines with the keys and labels of their task, and what was left out or changed for that, in words."""
    lines = [_present(line, task) if None in line.record.values() else line for line in lines]
    notes: list[str] = []
    if lines and table:
        lines, notes = known_columns(lines, task, _top(lines, name))
    if task.labels and isinstance(gold, Corpus):  # other gold has no order of labels
        lines, said = named_labels(lines, task)
        notes = [*notes, *said]
    return list(lines), notes


def _labelled(task: Task, units: Mapping[str, Any], gold: Gold, problems: Sequence[Problem]) -> list[str]:
    """How many pages of a corpus are labelled for the task, in words; nothing if all are.

    Raises:
        ValidationError: If the corpus has no gold of the task.
    """
    if not isinstance(gold, Corpus):
        return []
    if not units:
        raise ValidationError([*problems, task.no_gold(str(gold.folder))])
    labelled, pages = task.labelled(gold) if gold.absent else (0, 0)
    return [f"{labelled} of {pages} pages are labelled for {task.name}, and scored"] if labelled < pages else []


def _other_label(line: Line, task: Task) -> str | None:
    """The label of a line in its own words, if it is one word and the task has no such label."""
    label = line.record.get("label")
    return None if not task.labels or label in task.labels else printed(label)


def _present(line: Line, task: Task) -> Line:
    """A line without the keys that are null; a page that crashed keeps the one that it has no output under."""
    present = {key: value for key, value in line.record.items() if value is not None}
    if present.get("error") and not present.keys() & set(task.kinds):
        present |= dict.fromkeys([kind for kind in task.kinds if kind in line.record][:1])
    return Line(line.location, present)


def _unit_of(
    line: Line, units: Mapping[str, Any], hints: Iterable[str], first: dict[str, str], faults: list[Fault]
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


def _in_words(lines: Sequence[Line], task: Task, units: Mapping[str, Any], gold: Gold) -> list[Line]:
    """The lines, with what is read of those that have an answer in words (`raw`) and nothing else."""
    answered = {*task.kinds, "answer", "error"}
    asked: dict[str, Record] | None = None
    found = []
    for line in lines:
        name, raw = line.record.get("id"), line.record.get("raw")
        if isinstance(raw, str) and isinstance(name, str) and name in units and not line.record.keys() & answered:
            if asked is None:
                # Where an answer is a label, nothing is looked up in the page; and gold of labels has no pages.
                asked = {} if task.labels else {unit["id"]: unit for unit in task.inputs(gold)}  # type: ignore[arg-type]
            read_of = answers.read(task, units[name], asked.get(name, {}), raw)
            line = Line(line.location, line.record | read_of)  # noqa: PLW2901
        found.append(line)
    return found


def _unanswered(line: Line, task: Task, faults: list[Fault]) -> str | None:
    """Why a line has no answer, by its own account; faults of its provenance are added.

    A page with an `error` is an empty text instead, where the task says so.
    """
    record = Field(line.record, "", faults)
    for key in ("tool", "raw", "answer", "error"):
        record.get(key, string)
    for key in ("cost", "tokens"):
        if type(record.value.get(key, 0)) not in (int, float):
            Field(record.value[key], key, faults).is_not("a number")
    if not _PROMPT.fullmatch(str(line.record.get("prompt", "-"))):
        Field(line.record["prompt"], "prompt", faults).is_not("a name, version and hash, as stance@1+1a2b3c4d")
    why = answers.reason(line.record)
    if why is not None and why not in UNANSWERED:
        said, known = describe(line.record["answer"]), ", ".join(UNANSWERED)
        faults.append(("label-unknown", f"answer {said} is not one of {known}: it says why none is there"))
    if why == "failed" and "error" in task.extras and line.record.keys() & set(task.kinds):
        return None
    return why


def _kinds_of(
    line: Line, task: Task, faults: list[Fault], *, why: str | None, allow_missing: bool, table: bool
) -> list[str]:
    """The kinds of the task that a line has; that they are not one is added to the faults, as are unknown keys.

    A line of none is a missing answer, where that is allowed, or where it says why. A label beside its
    probabilities is of their kind, in a table.
    """
    keys = line.record.keys()
    known = ("id", *task.kinds, *task.extras)
    if unknown := sorted(keys - {*known, *PROVENANCE}):
        faults.append(("unknown-field", f"{quoted(*unknown)}: {task.name} knows {', '.join(known)}"))
    given = [kind for kind in task.kinds if kind in keys]
    if why:
        if given and why != "failed":
            faults.append(("form", f"the line has {' and '.join(given)}, and is {why}: give one of them"))
        return []
    if table and given == BESIDE:
        return [PROBABILITIES]
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
    labels: Spellings | None = None,
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
        labels: Spellings of labels to the task's.

    Raises:
        ValidationError: With every problem.
    """
    rows = Rows(*read_lines(unpack(data, path), path), table=suffix_of(path) in FLAT_SUFFIXES)
    allowed = {"allow_missing": allow_missing, "allow_extra": allow_extra}
    return of_rows(rows, path, gold, task, prepare=prepare, labels=labels, **allowed)


def of_rows(
    rows: Rows,
    name: str,
    gold: Gold,
    task: Task | None = None,
    *,
    prepare: Callable[[Record], Record] | None = None,
    labels: Spellings | None = None,
    **allowed: bool,
) -> Predictions:
    """Checks predictions that were read already.

    Args:
        rows: The lines, and what went wrong with others.
        name: What to call what they were read from.
        gold: The gold.
        task: The task, or None to tell it from the lines.
        prepare: What is made of a record before anything is asked of it.
        labels: Spellings of labels to the task's.
        allowed: As of `check`.

    Raises:
        ValidationError: With every problem.
    """
    lines, problems, table = rows
    if not lines:
        raise ValidationError(problems)
    if table:
        lines = with_probabilities(lines, TASKS if task is None else [task], labels or {})
    if prepare:
        lines = [Line(place, prepare(record)) for place, record in lines]
    task = task or task_of(lines, name)
    if labels:
        if faults := refusals(labels, task.name, task.labels):
            raise ValidationError(faults)
        lines = [Line(place, spelled(record, labels)) for place, record in lines]
    if table and not task.tabular:
        message = f"predictions of {task.name} are JSON Lines or a list of objects, not a flat table"
        raise ValidationError([Problem("wrong-type", name, message)])
    return check(lines, task, gold, name, problems=problems, table=table, labels=labels, **allowed)
