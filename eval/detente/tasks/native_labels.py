"""Gold and predictions of labels in the native files of benchmarks of stance.

A file becomes lines of `id`, `label` as it is spelled there, perhaps `family`, and columns to break scores down by.
Predictions come in the same shape as the gold.
"""

import csv
import io
from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from detente.data.files import is_packed, max_line, max_records, read_input, state_of, too_large, unpack, unpacking
from detente.data.jsonl import Line, Record, describe, parse_records
from detente.data.pieces import fits, shards_of
from detente.data.problems import Problem
from detente.data.spellings import OPTION, printed
from detente.data.tabular import suffix_of
from detente.text.display import counted, quoted

LABELS: Final = "labels"
"""The format of gold that is any file of ids and labels."""
_BOM: Final = b"\xef\xbb\xbf"
_SEMEVAL: Final = {"ID", "Target", "Stance"}
_FNC: Final = {"Headline", "Body ID", "Stance"}


class Read(NamedTuple):
    """What a native file holds: its lines, what could not be read, and what must be said of how it was read."""

    lines: list[Line]
    problems: list[Problem]
    notes: list[str]


class Native(NamedTuple):
    """A benchmark.

    Attributes:
        read: Reads its files.
        task: The task that its labels belong to.
        conventions: Its labels to ours, one way of spelling them in a file or several.
        unanswered: The label of a line that has no answer.
        primary: What it ranks by, among the task's metrics.
        standard: What is shown beside that.
        remark: What its ranking hides, and what shows it.
    """

    read: Callable[[bytes, str], Read]
    task: str
    conventions: tuple[Mapping[str, str], ...]
    unanswered: str
    primary: str
    standard: tuple[str, ...]
    remark: str

    @property
    def spellings(self) -> dict[str, str]:
        """Its labels to ours, in whatever way they are spelled."""
        return {spelling: label for each in self.conventions for spelling, label in each.items()}

    def mixed(self, lines: Iterable[Line], asked: Container[str], name: str) -> list[Problem]:
        """That the labels of a file are of no one convention, so that a number may mean two things.

        Args:
            lines: Of the file.
            asked: Spellings that the user mapped, which are left out.
            name: Of the file.
        """
        spellings = self.spellings
        found = {printed(line.record.get("label")) for line in lines} & spellings.keys()
        found = {label for label in found if label not in asked}
        if any(found <= each.keys() for each in self.conventions):
            return []
        known = "; ".join(", ".join(each) for each in self.conventions)
        message = (
            f"labels {quoted(*sorted(map(str, found)))} are of no one convention ({known}): {OPTION} says what is meant"
        )
        return [Problem("label-unknown", name, message)]


def _semeval2016(data: bytes, name: str) -> Read:
    notes = []
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
        notes.append(f"{name} is not UTF-8: read as Windows-1252, which SemEval-2016 distributes")
    # No quotes: a tweet may begin with one. No `splitlines`: a tweet may hold what that takes for a line's end.
    rows = [(number, line.rstrip("\r")) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
    header = rows[0][1].split("\t")
    read = Read([], [], notes)
    for number, row in rows[1:]:
        _add(read, f"{name}:{number}", header, row.split("\t"), _of_tweet)
    return read


def _of_tweet(cells: Mapping[str, str]) -> Record:
    return {"id": cells["ID"], "label": cells["Stance"], "target": cells["Target"]}


def _fnc1(data: bytes, name: str) -> Read:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"byte 0x{data[error.start]:02x} is not UTF-8: save the file as UTF-8"
        return Read([], [Problem("not-json", f"{name}:{line}", message)], [])
    csv.field_size_limit(max_line())
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    read = Read([], [], [])
    pairs: Counter[tuple[str, str]] = Counter()

    def of_pair(cells: Mapping[str, str]) -> Record:
        body, headline = cells["Body ID"], cells["Headline"]
        pairs[headline, body] += 1
        times = pairs[headline, body]
        place = f"{body}#{times}" if times > 1 else body
        return {"id": f"{place}::{headline}", "label": cells["Stance"], "family": body}

    start = 1
    try:
        header: list[str] = []
        for row in rows:
            place, start = f"{name}:{start}", rows.line_num + 1
            if row and header:
                _add(read, place, header, row, of_pair)
            header = header or row
    except csv.Error as error:
        read.problems.append(Problem("not-json", f"{name}:{start}", f"not CSV: {error}"))
    if repeated := sum(times > 1 for times in pairs.values()):
        pairs_of = counted(repeated, "pair of headline and body")
        read.notes.append(f"{name} has {pairs_of} more than once: they are matched in order of occurrence")
    return read


def _add(
    read: Read, place: str, header: list[str], row: list[str], record_of: Callable[[Mapping[str, str]], Record]
) -> None:
    """Adds the record of a row, or that its columns are not those of the header."""
    if len(row) != len(header):
        message = f"expected {len(header)} columns, as in the header, found {len(row)}"
        read.problems.append(Problem("not-json", place, message))
    elif len(read.lines) == max_records():
        read.problems.append(too_large(place, f"the file has more than {max_records():,} records"))
    elif len(read.lines) < max_records():
        read.lines.append(Line(place, record_of(dict(zip(header, row, strict=True)))))


def _newsmtsc(data: bytes, name: str) -> Read:
    lines, problems = parse_records(data, name)
    read = Read([], problems, [])
    first: dict[str, Any] = {}
    for place, record in lines:
        targets = record.get("targets", [record])
        if not isinstance(targets, list) or not all(isinstance(target, dict) for target in targets):
            message = f"targets is {describe(targets)}, not a list of objects"
            problems.append(Problem("wrong-type", place, message))
            continue
        sentence = record.get("sentence_normalized", record.get("sentence"))
        for target in targets:
            if "label" in target and "polarity" in target:
                problems.append(Problem("form", place, "the line has label and polarity: give one of them"))
            made = {
                "id": target.get("Input.gid", target.get("id")),
                "label": target.get("label", target.get("polarity")),
            }
            if isinstance(sentence, str):  # the family of its targets is named by the first of them
                made["family"] = first.setdefault(sentence, made["id"])
            if isinstance(target.get("mention"), str):
                made["mention"] = target["mention"]
            read.lines.append(Line(place, made))
    return read


_WORDS: Final = {"positive": "favor", "neutral": "none", "negative": "against"}

NATIVE: Final[Mapping[str, Native]] = {
    "semeval2016": Native(
        _semeval2016,
        "stance",
        ({"FAVOR": "favor", "AGAINST": "against", "NONE": "none"},),
        "UNKNOWN",
        "f_avg",
        (
            *("semeval2016_task6", "f_avg_by_target", "macro_f1", "f1_favor", "f1_against", "f1_none"),
            *("accuracy", "mcc"),
        ),
        "SemEval-2016 ranks by f_avg, pooled over targets and without the F1 of none, so that each target's majority"
        " scores high: see f_avg_by_target and macro_f1",
    ),
    "fnc1": Native(
        _fnc1,
        "agreement",
        ({},),
        "",
        "relative_score",
        ("fnc1", "macro_f1", "f1_agree", "f1_disagree", "f1_discuss", "f1_related", "accuracy", "mcc"),
        "FNC-1 ranks by relative_score, which is high with one class for all that is related: see macro_f1. Pairs of"
        " one body are a family",
    ),
    "newsmtsc": Native(
        _newsmtsc,
        "stance",
        (
            {**_WORDS, "6": "favor", "4": "none", "2": "against"},
            {**_WORDS, "1": "favor", "0": "none", "-1": "against"},
        ),
        "",
        "macro_f1",
        ("newsmtsc", "f_avg", "f1_favor", "f1_against", "f1_none", "accuracy", "mcc"),
        "NewsMTSC ranks by macro_f1; positive is favor, neutral none, negative against. Targets of one sentence are a"
        " family",
    ),
}
"""The benchmarks, by the name of their format."""


def format_of(data: bytes, name: str) -> str | None:
    """The format of a file by its header, or the keys of its first record: a native one, `labels`, or None.

    Args:
        data: The file's bytes, unpacked.
        name: Its name, for the columns that a suffix divides.
    """
    return _format_of_keys(_keys(data, name))


def _format_of_keys(keys: set[str]) -> str | None:
    if keys >= _SEMEVAL:
        return "semeval2016"
    if keys >= _FNC:
        return "fnc1"
    if "targets" in keys or {"id", "polarity"} <= keys:
        return "newsmtsc"
    return LABELS if {"id", "label"} <= keys else None


def format_of_file(path: Path) -> str | None:
    """The format of a file, or of the first shard of a folder, of which no more is read than that takes."""
    shards = shards_of(path)
    if not shards or not shards[0].is_file():
        return None
    first = shards[0]
    if fits(first):
        return _format_of_whole(first, state_of(first))
    if suffix_of(first.name) == ".parquet" and not is_packed(first):
        from pyarrow import parquet

        return _format_of_keys(set(parquet.read_schema(first).names))
    with unpacking(first) as stream:
        line = b""
        while not line.strip() and (more := stream.readline(max_line())):
            line = more
    return format_of(line, str(first)) if not line.lstrip().startswith(b"[") else None


@lru_cache(maxsize=1 << 10)
def _format_of_whole(path: Path, _: tuple[int, ...]) -> str | None:
    """The same of a file that is read whole; one that is as it was is read once."""
    return format_of(unpack(read_input(str(path)), str(path)), str(path))


def _keys(data: bytes, name: str) -> set[str]:
    if data.startswith(b"PAR1"):
        import pyarrow
        from pyarrow import parquet

        try:
            return set(parquet.read_schema(io.BytesIO(data)).names)
        except (pyarrow.ArrowException, OSError, ValueError):  # whoever reads it says so
            return set()
    first = data.removeprefix(_BOM).lstrip(b"\r\n").partition(b"\n")[0].rstrip(b"\r")
    if first.lstrip().startswith((b"{", b"[")):
        lines, _ = parse_records(data if first.lstrip().startswith(b"[") else first, name)
        return set(lines[0].record) if lines else set()
    header = first.decode("utf-8", "replace")
    if "\t" in header:
        return set(header.split("\t"))
    try:
        return set(next(csv.reader([header]), []))
    except csv.Error:
        return set()


def other_format(found: str, wanted: str, name: str) -> Problem:
    """That a file is in another benchmark's form than the gold."""
    message = f"is in the form of {found}, and the gold in that of {wanted}: give that, or ids and labels"
    return Problem("gold-format", name, message)
