"""A run: every unit of a task is given to a program, and what it answers becomes a line of predictions.

Lines are kept beside the output as they come (`Journal`), so that nothing that was paid for is lost when a run ends
early; the output itself is written at the end, whole and in the order of the inputs.
"""

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

from detente.data.corpus import Corpus
from detente.data.fields import PredictionError
from detente.data.files import read_bytes
from detente.data.jsonl import Line, Record, describe, dump_line, parse_lines
from detente.data.problems import Problem, ValidationError
from detente.evaluation import answers
from detente.evaluation.processes import Given, Outcome, Runner, outcomes
from detente.evaluation.prompts import Prompt
from detente.tasks.task import Task
from detente.text.display import counted, listed, quoted, shortened

PARTIAL: Final = ".partial"
"""What the name of a journal has after that of the output."""
_SPENT: Final = ("cost", "tokens")
FAILED_FOR_PROMPT: Final = re.compile(r"KeyError: '(?:prompt|messages)'")
"""The error of a function that expects what only `--prompt` gives."""


class Unit(NamedTuple):
    """A unit that is asked for.

    Attributes:
        id: As in the predictions.
        given: What the program gets.
        asked: The inputs of the unit.
        gold: What knows which predictions are possible.
    """

    id: str
    given: Given
    asked: Record
    gold: Any


@dataclass(frozen=True)
class Program:
    """What answers, and how its answers are read.

    Attributes:
        task: The task.
        tool: What the predictions call it.
        prompt: The name, version and hash of the prompt that it is given; None if it is given none.
        verbatim: Whether a text that it gives is the prediction, and not an answer to be read.
    """

    task: Task
    tool: str
    prompt: str | None = None
    verbatim: bool = False

    @property
    def provenance(self) -> Record:
        """What every line says of it."""
        return {"tool": self.tool} | ({"prompt": self.prompt} if self.prompt else {})

    def line(self, unit: Unit, outcome: Outcome) -> Record:
        """The line of predictions that an outcome makes: with a prediction, or with why there is none.

        A text is read by the rules of `answers`. A record is a prediction without its id, or has the answer as `raw`;
        either may have `cost` and `tokens`, which are numbers in whatever unit the program counts.
        """
        whole = {"id": unit.id}
        failed = {"text": ""} if "error" in self.task.extras else {}
        if outcome.error:
            return {**whole, **failed, **self.provenance, "error": outcome.error}
        answer = _record(outcome.answer)
        spent: Record = {key: answer.pop(key) for key in _SPENT if key in answer} if isinstance(answer, dict) else {}
        try:
            found = self._read(unit, answer, spent)
        except PredictionError as refused:
            fault = shortened(f"{refused.faults[0][0]}: {refused.faults[0][1]}", 500)
            return {**whole, **failed, **self.provenance, "error": fault, **_numbers(spent)}
        return {**whole, **found, **self.provenance, **spent}

    def _read(self, unit: Unit, answer: str | Record, spent: Record) -> Record:
        for key, value in spent.items():
            if type(value) not in (int, float):
                raise PredictionError(("wrong-type", f"{key} is {describe(value)}, not a number"))
        if self.verbatim and isinstance(answer, str):
            return {"text": answer}
        if isinstance(answer, str) or "raw" in answer:
            raw = answer if isinstance(answer, str) else answer["raw"]
            if not isinstance(raw, str):
                raise PredictionError(("wrong-type", f"raw is {describe(raw)}, not a string"))
            found = answers.read(self.task, unit.gold, unit.asked, raw)
            return found if found.get("text") == raw else {**found, "raw": raw}
        known = [key for key in (*self.task.kinds, *self.task.extras) if key not in answers.PROVENANCE]
        if unknown := sorted(answer.keys() - set(known)):
            raise PredictionError(
                ("unknown-field", f"{quoted(*unknown)}: a prediction has {', '.join(known)}; an answer in words is raw")
            )
        if len(kinds := [kind for kind in self.task.kinds if answer.get(kind) is not None]) != 1:
            one = f"exactly one of {', '.join(self.task.kinds)}, or raw"
            raise PredictionError(("form", f"the answer has {' and '.join(kinds) or 'none'}: give {one}"))
        answer = {key: value for key, value in answer.items() if value is not None}
        self.task.parse(unit.gold, answer)
        return answer


def _record(answer: str | Record) -> str | Record:
    """What a program says: a text that is an object of JSON with `raw` is the record that it stands for."""
    if isinstance(answer, str) and answer.lstrip().startswith("{"):
        try:
            found = json.loads(answer)
        except (ValueError, RecursionError):
            return answer
        return found if isinstance(found, dict) and "raw" in found else answer
    return dict(answer) if isinstance(answer, dict) else answer


def _numbers(spent: Record) -> Record:
    return {key: value for key, value in spent.items() if type(value) in (int, float)}


def units(task: Task, gold: Corpus, prompt: Prompt | None, command: bool) -> list[Unit]:
    """The units of a task, each with its record of inputs; with a prompt also that.

    Args:
        task: The task.
        gold: The dataset.
        prompt: The task's prompt, if the program is to be given it: a function as `prompt` and `messages` of the
            record, a command as the text alone.
        command: Whether the program is a command.

    Raises:
        ValidationError: If the dataset has no gold of the task.
    """
    known = task.units(gold, ())
    found = []
    for asked in task.asked(gold):
        given: Given = asked
        if prompt:
            messages = prompt.messages(asked)
            text = "\n\n".join(message["content"] for message in messages)
            given = text if command else {**asked, "prompt": text, "messages": messages}
        found.append(Unit(asked["id"], given, asked, known[asked["id"]]))
    return found


@dataclass
class Journal:
    """The lines of a run that is not done, beside its output.

    Attributes:
        path: Where they are; None if the run has no file to write to, so that nothing is kept.
        size: How many lines this run has added.
    """

    path: Path | None
    size: int = field(default=0, init=False)
    _file: IO[bytes] | None = field(default=None, init=False)

    @classmethod
    def beside(cls, output: Path | None) -> "Journal":
        """The journal of an output; none beside a pipe or a device."""
        if output is None or str(output) == "-" or (output.exists() and not output.is_file()):
            return cls(None)
        return cls(output.with_name(output.name + PARTIAL))

    def add(self, record: Record) -> None:
        """Writes a line, and sees to it that it is written.

        Raises:
            ValidationError: If it cannot be written.
        """
        if self.path is None:
            return
        try:
            self._file = self._file or self._opened(self.path)
            self._file.write(dump_line(record).encode() + b"\n")
            self.size += 1
        except OSError as error:
            message = f"cannot be written: {error.strerror}"
            raise ValidationError([Problem("not-writable", str(self.path), message)]) from error

    @staticmethod
    def _opened(path: Path) -> IO[bytes]:
        """The file at the end of its whole lines: of a line that was being written when the run ended nothing stays."""
        file = path.open("ab+", buffering=0)
        file.seek(0)
        os.truncate(path, file.read().rfind(b"\n") + 1)
        return file

    def lines(self) -> list[Line]:
        """The whole lines that are there.

        Raises:
            ValidationError: With every line that is no record.
        """
        if self.path is None or not self.path.exists():
            return []
        data = read_bytes(self.path)
        return _parsed(data[: data.rfind(b"\n") + 1], self.path)

    def close(self) -> None:
        """Ends writing; the lines stay."""
        if self._file:
            self._file.close()
        self._file = None

    def remove(self) -> None:
        """Takes the journal away, once its lines stand in the output."""
        self.close()
        if self.path:
            self.path.unlink(missing_ok=True)


def _parsed(data: bytes, path: Path) -> list[Line]:
    lines, problems = parse_lines(data, str(path))
    if problems:
        raise ValidationError(problems)
    return lines


def kept(
    output: Path | None, journal: Journal, program: Program, ids: Iterable[str], resume: bool
) -> dict[str, Record]:
    """The lines of an earlier run that are not asked for again, by id: all but those with an `error`.

    Args:
        output: The output, which a run that was completed wrote.
        journal: The journal of one that was not.
        program: What runs now.
        ids: What it is asked for.
        resume: Whether to go on.

    Raises:
        ValidationError: If there is a journal and the run is not to go on with it; if a line was made by something
            else, or for a unit that is not asked for.
    """
    if not resume:
        if made := journal.lines():
            message = f"has {counted(len(made), 'answer')} of a run that ended early: go on with --resume, or delete it"
            raise ValidationError([Problem("option", str(journal.path), message)])
        return {}
    done = _parsed(read_bytes(output), output) if output and output.is_file() else []
    wanted, found, problems = set(ids), {}, []
    for place, record in (*done, *journal.lines()):
        name = record.get("id")
        problems += [
            Problem("wrong-type", place, f"{key} is {describe(record[key])}, not a number")
            for key in _SPENT
            if key in record and type(record[key]) not in (int, float)
        ]
        if not isinstance(name, str) or name not in wanted:
            problems.append(Problem("id-unknown", place, f"{quoted(str(name))} is not asked for in this run"))
        for key, own in (("tool", program.tool), ("prompt", program.prompt)):
            if record.get(key) != own:
                said = f"{key} {describe(record.get(key))}, and this run has {describe(own)}"
                problems.append(Problem("not-comparable", place, f"has the {said}: name another output"))
        found[str(name)] = record
    if problems:
        raise ValidationError(problems)
    return {name: record for name, record in found.items() if not record.get("error")}


def run(
    program: Program,
    runners: Sequence[Runner],
    asked: Sequence[Unit],
    done: Mapping[str, Record],
    journal: Journal,
    advance: Callable[[int], None] | None = None,
) -> list[Record]:
    """The lines of all units, in their order.

    Args:
        program: What answers.
        runners: As many as are to run at a time.
        asked: The units.
        done: Lines that are there already.
        journal: Where each line is kept as it comes.
        advance: Told how many units were just done.
    """
    lines = dict(done)
    left = [unit for unit in asked if unit.id not in done]
    if advance and done:
        advance(len(done))
    try:
        for place, outcome in outcomes(runners, [unit.given for unit in left]):
            line = program.line(left[place], outcome)
            journal.add(line)
            lines[line["id"]] = line
            if advance:
                advance(1)
    finally:
        journal.close()
    return [lines[unit.id] for unit in asked]


def summary(task: Task, lines: Sequence[Record]) -> Iterator[str]:
    """What is told of a run once it is done: what has no prediction, and what it cost."""
    whys = Counter(filter(None, map(answers.reason, lines)))
    noun = "page" if "error" in task.extras else "unit"
    if failed := [f"{line['id']}: {shortened(line['error'])}" for line in lines if line.get("error")]:
        yield from failed[:10]
    for why in ("refused", "unreadable"):
        if whys[why]:
            yield f"{why}: {listed([line['id'] for line in lines if answers.reason(line) == why])}"
    unread = Counter(line["answer"] for line in lines if answers.reason(line) == "unreadable" and "answer" in line)
    for answer, times in unread.most_common(3):
        yield f"{times} of them: {shortened(answer)}"
    if "error" in task.extras and whys.keys() == {"failed"}:
        yield f"{whys['failed']} of {counted(len(lines), noun)} failed; they are recorded, and count as empty"
    elif whys:
        told = ", ".join(f"{whys[why]} {why}" for why in answers.UNANSWERED if whys[why])
        how = "as the answer `missing`" if task.labels else "as empty"
        yield f"{whys.total()} of {counted(len(lines), noun)} without an answer ({told}); recorded, and count {how}"
    for key in _SPENT:
        if told_of := [line[key] for line in lines if key in line]:
            yield f"{key}: {sum(told_of):,.6g} for {len(told_of)} of {counted(len(lines), noun)}"
