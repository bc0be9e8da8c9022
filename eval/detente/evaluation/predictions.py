"""Reading predictions: one strict reader, which knows line numbers and reports every problem at once."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

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
from detente.tasks import TASK_NAMES, kinds_of, task_named
from detente.tasks.task import ANY_ID, Gold, Task
from detente.text.display import listed, quoted, shortened

_UNREADABLE: Final = ("not-json", "not-readable", "no-id", "no-predictions", "text-not-utf8")
"""The codes of problems behind which any id may be hidden."""
PROMPT: Final = re.compile(r"[\w.@+-]{1,80}")
"""A prompt as a line names it."""
_MOST_HINTS: Final = 100
"""Of more unknown ids than these none is a slip of the pen, and the nearest of each would take its time."""
_MOST_COMPARED: Final = 1_000_000
"""Pairs of an unknown id and one of the gold."""
MOST_LISTED: Final = 10_000
"""Of more ids without a prediction these are listed, and the others counted."""
MOST_PROBLEMS: Final = 1_000
"""Of more faults in a file that is read in pieces these are told, and the others counted."""


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
        omitted: How many of the ids in `missing`, `extra`, `crashed` or under a why of `unanswered` are not listed.
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
    omitted: Mapping[str, int] = field(default_factory=dict)

    def count(self, key: str) -> int:
        """How many ids there are in `missing`, `extra` or `crashed`, or under a why of `unanswered`."""
        listed_ids = self.unanswered[key] if key in self.unanswered else getattr(self, key)
        return len(listed_ids) + self.omitted.get(key, 0)


def task_of(lines: Sequence[Line], name: str) -> Task:
    """The one task whose kinds the lines have; of several, the one whose ids look like theirs.

    Raises:
        ValidationError: If the lines fit no task, or several.
    """
    keys = {key for line in lines for key, value in line.record.items() if value is not None}
    names = [task for task in TASK_NAMES if not keys.isdisjoint(kinds_of(task))]
    if not names and keys & {"raw", "answer"}:  # nothing but answers in words
        names = list(TASK_NAMES)
    fitting = [task_named(task) for task in names]
    if len(fitting) > 1:
        ids = [str(line.record.get("id")) for line in lines]
        fitting = [task for task in fitting if any(re.fullmatch(task.id_pattern, each) for each in ids)] or fitting
        fitting = [task for task in fitting if task.id_pattern != ANY_ID] or fitting  # a page's id tells nothing
    if len(fitting) == 1:
        return fitting[0]
    if not fitting and len(lines) == 1 and "id" not in lines[0].record:
        message = "the file is one object without an id: if its keys are pages, name their reference texts with --gold"
        raise ValidationError([Problem("task-unclear", _top(lines, name), message)])
    words = ", ".join([task.name for task in fitting] or TASK_NAMES)
    fit = "several tasks" if fitting else f"no task (they have {quoted(*sorted(keys))})"
    message = f"the lines fit {fit}: name one with --task ({words})"
    if not fitting and (meant := misspelt(keys, {kind for task in TASK_NAMES for kind in kinds_of(task)})):
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
    found, by_id = examined(
        lines, task, units, gold, allow_missing=allow_missing, allow_extra=allow_extra, table=table, hints=units
    )
    concluded = conclude(
        [found],
        task,
        units,
        by_id,
        name,
        allow_missing=allow_missing,
        allow_extra=allow_extra,
        problems=problems,
        labels=labels,
    )
    return replace(concluded, notes=(*notes, *task.notes(by_id)))


class Names(NamedTuple):
    """Ids, of which there may be more than can be listed.

    Attributes:
        first: The first of them, sorted.
        number: How many there are.
    """

    first: tuple[str, ...] = ()
    number: int = 0

    @property
    def omitted(self) -> int:
        """How many are not listed."""
        return self.number - len(self.first)


def names_of(ids: Iterable[str]) -> Names:
    """Ids, each of which counts once."""
    every = sorted(set(ids))
    return Names(tuple(every[:MOST_LISTED]), len(every))


def _together(parts: Iterable[Names]) -> Names:
    """Ids of several parts, none of which is in two of them."""
    known = [Names(tuple(first), number) for first, number in parts]
    first = sorted(name for part in known for name in part.first)[:MOST_LISTED]
    return Names(tuple(first), sum(part.number for part in known))


class Examined(NamedTuple):
    """What was found in some lines: plain data, of one part of the predictions or of all.

    Attributes:
        lines: How many there were.
        units: How many units of the gold they were held against.
        outside: How many of the ids are not in the gold.
        stranger: The place of the first line with such an id, and the id.
        faults: What is wrong with lines: the line's place, code, location and message.
        fault_count: How many such faults there are.
        other_labels: Labels that are none, each with the place and location of its first line, and how many there are.
        missing: Ids of the gold without a line, or without a prediction where that is allowed.
        extra: Ids that the gold does not have, where these are left out.
        kinds: The kinds that occur.
        crashed: Ids whose line has an `error`.
        tools: What made the predictions.
        prompts: What the model was asked with.
        unanswered: Ids whose line says that there is no answer, by why.
    """

    lines: int
    units: int
    outside: int
    stranger: tuple[int, str]
    faults: list[tuple[int, str, str, str]]
    fault_count: int
    other_labels: dict[str, tuple[int, str, int]]
    missing: Names
    extra: Names
    kinds: tuple[str, ...]
    crashed: Names
    tools: tuple[str, ...]
    prompts: tuple[str, ...]
    unanswered: dict[str, Names]


def examined(
    lines: Sequence[Line],
    task: Task,
    units: Mapping[str, Any],
    gold: Gold,
    *,
    allow_missing: bool,
    allow_extra: bool,
    table: bool,
    hints: Collection[str],
    places: Sequence[int] = (),
    most: int | None = None,
) -> tuple[Examined, dict[str, Any]]:
    """What is in lines, and the predictions that they hold, by id.

    Args:
        lines: As `check` has prepared them.
        task: Whose predictions they are.
        units: The gold's, by id.
        gold: The gold.
        allow_missing: See `check`.
        allow_extra: See `check`.
        table: See `check`.
        hints: The ids that one that is in no gold may be meant as.
        places: Where the lines stand among all lines; by default one after the other.
        most: So many faults are told; by default all.
    """
    numbered = list(zip(places or range(len(lines)), lines, strict=True))
    outside = [
        (place, line.record["id"])
        for place, line in numbered
        if isinstance(line.record.get("id"), str) and line.record["id"] not in units
    ]
    extra = {name for _, name in outside} if allow_extra else set()
    if extra:
        numbered = [(place, line) for place, line in numbered if str(line.record.get("id")) not in extra]
    few = few_enough(len(outside), len(hints))
    first: dict[str, str] = {}
    by_id: dict[str, Any] = {}
    kinds: set[str] = set()
    told: list[tuple[int, str, str, str]] = []
    other_labels: dict[str, tuple[int, str, int]] = {}
    unanswered: dict[str, list[str]] = {}
    words = _in_words([line for _, line in numbered], task, units, gold)
    for (place, _), line in zip(numbered, words, strict=True):
        faults: list[Fault] = []
        unit = _unit_of(line, units, hints if few else (), first, faults)
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
                    known = other_labels.get(other, (place, line.location, 0))
                    other_labels[other] = (*known[:2], known[2] + 1)
                faults += [fault for fault in refused.faults if other is None or fault[0] != "label-unknown"]
        told += [(place, code, line.location, message) for code, message in faults]
    found = Examined(
        lines=len(numbered),
        units=len(units),
        outside=len(outside),
        stranger=outside[0] if outside else (-1, ""),
        faults=told[:most],
        fault_count=len(told),
        other_labels=other_labels,
        missing=names_of(units.keys() - (by_id.keys() if allow_missing else first.keys())),
        extra=names_of(extra),
        kinds=tuple(kinds),
        crashed=names_of(line.record["id"] for line in words if line.record.get("error") and _is_named(line)),
        tools=tuple({line.record["tool"] for line in words if isinstance(line.record.get("tool"), str)} - {""}),
        prompts=tuple({line.record["prompt"] for line in words if isinstance(line.record.get("prompt"), str)} - {""}),
        unanswered={why: names_of(names) for why, names in unanswered.items()},
    )
    return found, by_id


def few_enough(outside: int, known: int) -> bool:
    """Whether so few ids are not in the gold that each is compared with all of its ids."""
    return outside <= _MOST_HINTS and outside * known <= _MOST_COMPARED


def _is_named(line: Line) -> bool:
    return isinstance(line.record.get("id"), str)


def conclude(
    parts: Sequence[Examined],
    task: Task,
    units: Mapping[str, Any],
    by_id: Mapping[str, Any],
    name: str,
    *,
    allow_missing: bool,
    allow_extra: bool,
    problems: Sequence[Problem],
    labels: Spellings | None,
    first: Callable[[], str] | None = None,
) -> Predictions:
    """The predictions from what was found in all their lines, part by part: the same for any division into parts.

    Args:
        parts: What was found; no id is in two of them.
        task: The task.
        units: The gold's units, by id.
        by_id: The predictions.
        name: What to call the file.
        allow_missing: See `check`.
        allow_extra: See `check`.
        problems: What went wrong on reading.
        labels: Spellings that the user gave, for the problem that names others.
        first: Gives the first id of the gold; by default that of the units.

    Raises:
        ValidationError: With every problem.
    """
    found = list(problems)
    lines, outside = (sum(getattr(part, key) for part in parts) for key in ("lines", "outside"))
    if outside == lines > 1 and not allow_extra:
        has = quoted(first() if first else next(iter(units), "nothing"))
        stranger = min(tuple(part.stranger) for part in parts if part.outside)[1]
        shown = f"{quoted(str(stranger))} and {lines - 1} more; the gold has {has}"
        message = f"none of the ids is in the gold: {shown}. Is it the right gold, and the right task?"
        raise ValidationError([*found, Problem("id-unknown", name, message)])
    faults = sorted((fault for part in parts for fault in part.faults), key=lambda fault: fault[0])
    told = sum(part.fault_count for part in parts)
    found += [Problem(*fault[1:]) for fault in (faults if told == len(faults) else faults[:MOST_PROBLEMS])]
    if told > len(faults):
        message = f"has {told:,} faults, of which the first {min(len(faults), MOST_PROBLEMS):,} are told"
        found.append(Problem("not-readable", name, message))
    found += unknown_labels(_labels_together(parts), task.labels, labels or {})
    missing = _together(part.missing for part in parts)
    if missing.number and not allow_missing and not any(problem.code in _UNREADABLE for problem in found):
        listing = listed(missing.first, missing.number)
        message = f"{missing.number} of {len(units)} are not predicted: {listing}; add them, or pass --allow-missing"
        found.append(Problem("id-missing", name, message))
    if found:
        raise ValidationError(found)
    whys = {
        why: _together(part.unanswered[why] for part in parts if why in part.unanswered)
        for why in UNANSWERED
        if any(why in part.unanswered for part in parts)
    }
    # Where ids may be missing, those without an answer are among them; else there are no others.
    every = missing if allow_missing else _together(whys.values())
    extra, crashed = _together(part.extra for part in parts), _together(part.crashed for part in parts)
    omitted = {"missing": every, "extra": extra, "crashed": crashed, **whys}
    return Predictions(
        task=task,
        units=units,
        by_id=by_id,
        missing=every.first,
        kinds=tuple(kind for kind in task.kinds if any(kind in part.kinds for part in parts)),
        crashed=crashed.first,
        extra=extra.first,
        tools=tuple(sorted({tool for part in parts for tool in part.tools})),
        prompts=tuple(sorted({prompt for part in parts for prompt in part.prompts})),
        unanswered={why: names.first for why, names in whys.items()},
        omitted={key: names.omitted for key, names in omitted.items() if names.omitted},
    )


def _labels_together(parts: Iterable[Examined]) -> dict[str, list[str]]:
    """The words that are no labels in the order of their first lines, each with a location for each of its lines."""
    found: dict[str, list[tuple[int, str, int]]] = {}
    for part in parts:
        for word, (place, location, count) in part.other_labels.items():
            found.setdefault(word, []).append((place, location, count))
    ordered = sorted(found.items(), key=lambda item: min(item[1]))
    return {word: [min(each)[1]] * sum(count for *_, count in each) for word, each in ordered}


def _prepared(lines: Sequence[Line], task: Task, gold: Gold, name: str, *, table: bool) -> tuple[list[Line], list[str]]:
    """Lines with the keys and labels of their task, and what was left out or changed for that, in words."""
    lines = [without_nulls(line, task) for line in lines]
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
    labelled, pages = task.labelled(gold) if gold.incomplete else (0, 0)
    return [f"{labelled} of {pages} pages are labelled for {task.name}, and scored"] if labelled < pages else []


def _other_label(line: Line, task: Task) -> str | None:
    """The label of a line in its own words, if it is one word and the task has no such label."""
    label = line.record.get("label")
    return None if not task.labels or label in task.labels else printed(label)


def without_nulls(line: Line, task: Task) -> Line:
    """A line without the keys that are null; a page that crashed keeps the one that it has no output under."""
    if None not in line.record.values():
        return line
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
    if not PROMPT.fullmatch(str(line.record.get("prompt", "-"))):
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
        tasks = [task] if task else [task_named(known) for known in TASK_NAMES if PROBABILITIES in kinds_of(known)]
        lines = with_probabilities(lines, tasks, labels or {})
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
