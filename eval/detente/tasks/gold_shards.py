"""Gold of labels that is too large to be read whole, or comes in shards: divided by ids, and checked part by part.

What is found is what `gold_labels.read_gold` finds: the same items, the same problems in the same order.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from detente.data.buckets import digest_of
from detente.data.files import max_size
from detente.data.partitions import PLACE, Divided, Workplace, divided, spill_pieces
from detente.data.piece_records import Strict, records_of
from detente.data.pieces import Fault, Piece, Stretch, stretches_of
from detente.data.problems import Problem, ValidationError
from detente.data.spellings import Spellings, printed, spelled, unknown_labels
from detente.tasks import task_named
from detente.tasks.gold_labels import (
    MOST_VALUES,
    NO_FAMILY,
    NO_VALUE,
    LabelCorpus,
    certain,
    corpus_of,
    digests_of,
    divides,
    duplicate,
    faults_of,
    no_labels,
    other_label,
    words_in,
)
from detente.tasks.native_labels import LABELS
from detente.tasks.task import Task

if TYPE_CHECKING:
    import polars as pl

MOST_FAULTS: Final = 1_000
"""Of more faults in a stretch or a partition these are told, and the others counted."""
_FAMILY: Final = "family"


class GoldStretch(NamedTuple):
    """A stretch of gold that is to be divided.

    Attributes:
        stretch: Where it is.
        target: What the paths of what is written begin with.
        partitions: Into how many.
        limit: How many bytes an input may have that is read whole; lines a tenth of it.
        task: Whose gold it is.
        spellings: Of labels to ours.
    """

    stretch: Stretch
    target: str
    partitions: int
    limit: int
    task: str
    spellings: tuple[tuple[str, str], ...]


class GoldShards(NamedTuple):
    """Gold of labels in partitions, as plain data.

    Attributes:
        name: Of the file or folder.
        task: Whose gold it is.
        columns: All columns but id and label.
        breakdowns: Those that scores are broken down by.
        asked: The spellings that the user gave.
        families: Whether some items have a family, so that all must.
        parts: Where its items are.
    """

    name: str
    task: str
    columns: tuple[str, ...]
    breakdowns: tuple[str, ...]
    asked: tuple[tuple[str, str], ...]
    families: bool
    parts: Divided

    def corpus(self, sha256: str = "", labels: Mapping[str, int] = MappingProxyType({})) -> LabelCorpus:
        """The gold, with its digest and how many items each label has, where these are known."""
        import polars as pl

        empty = pl.DataFrame(schema=dict.fromkeys(("id", "label", _FAMILY, *self.breakdowns), pl.String))
        return corpus_of(
            self.name,
            LABELS,
            task_named(self.task),
            sha256=sha256,
            labels=labels,
            columns=self.columns,
            breakdowns=self.breakdowns,
            asked=dict(self.asked),
            frame=empty,
            parts=self.parts,
        )


class GoldPart(NamedTuple):
    """A partition of gold that is to be checked."""

    gold: GoldShards
    partition: int


def divide(work: GoldStretch) -> dict[str, Any]:
    """Writes the items of a stretch in partitions, and tells what is in it.

    Returns:
        `lines` and `rows`; `files`; `columns` by name, each with its `values`, if these are few, and whether they are
        `whole`; `labels`, how many items each has; `unread`, lines that hold no record; `faults` and their `number`;
        `others`, labels that are none, each with its first line and how often it is there.
    """
    base, spellings = task_named(work.task), dict(work.spellings)
    columns: dict[str, dict[str, Any]] = {}
    keys: dict[str, None] = {}
    labels: dict[str, int] = {}
    unread: list[Fault] = []
    faults: list[tuple[int, int, str, str]] = []
    others: dict[str, tuple[int, int]] = {}

    def frames_of(piece: Piece) -> "Iterator[pl.DataFrame]":
        for found in records_of(piece, work.stretch, lambda words: certain(words, base, spellings)):
            if isinstance(found, Strict):
                unread.extend(found.faults)
                keys.update(dict.fromkeys(key for _, record in found.lines for key in record))
                frame = _frame(found, base, spellings, faults, others)
            else:
                frame = found
                keys.update(dict.fromkeys(frame.columns))
            for key in frame.columns if len(frame) else ():
                if key not in ("id", "label", PLACE):
                    _note(columns, frame[key], isinstance(found, Strict) and _has_parts(found, key))
            for label, count in frame["label"].value_counts().iter_rows():
                labels[label] = labels.get(label, 0) + count
            yield frame

    spilled = spill_pieces(work.stretch, work.limit, work.target, work.partitions, frames_of, unread)
    return {
        **spilled,
        "columns": columns,
        "keys": [key for key in keys if key != PLACE],
        "labels": labels,
        "unread": unread[:MOST_FAULTS],
        "faults": faults[:MOST_FAULTS],
        "number": len(unread) + len(faults),
        "others": others,
    }


def _note(columns: dict[str, dict[str, Any]], values: "pl.Series", has_parts: bool) -> None:
    """Adds what a column has in some rows to what is known of it."""
    known = columns.setdefault(values.name, {"values": [], "whole": True, "any": False, "rows": 0})
    known["whole"] = known["whole"] and not has_parts
    known["any"] = known["any"] or bool((values.fill_null("") != "").any())
    if known["values"] is not None:
        every = {*known["values"], *values.fill_null(NO_VALUE).unique().head(MOST_VALUES + 2)}
        known["values"] = sorted(every) if len(every) <= MOST_VALUES + 1 else None
    known["rows"] += len(values)


def _has_parts(found: Strict, key: str) -> bool:
    return any(record.get(key) is not None and printed(record[key]) is None for _, record in found.lines)


def _frame(
    found: Strict,
    base: Task,
    spellings: Spellings,
    faults: list[tuple[int, int, str, str]],
    others: dict[str, tuple[int, int]],
) -> "pl.DataFrame":
    """The items of lines that were read one by one; what is wrong with these is added to the faults."""
    import polars as pl

    rows: list[dict[str, Any]] = []
    for place, raw in found.lines:
        record = spelled(raw, spellings)
        faults += [(place, *fault) for fault in sorted(faults_of(record))]
        other = other_label(record, base)
        if other is not None:
            first, count = others.get(other, (place, 0))
            others[other] = first, count + 1
        if unit := printed(record.get("id")):
            words = {key: _writable(value) for key, value in words_in(record).items()}
            rows.append({PLACE: place, "id": _writable(unit), **words})
    names = dict.fromkeys(key for row in rows for key in row)
    schema: dict[str, Any] = dict.fromkeys(names, pl.String) | {PLACE: pl.Int64}
    schema |= {key: pl.String for key in ("id", "label") if key not in schema}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _writable(value: str | None) -> str | None:
    """A word that a file can hold; half a surrogate pair is a fault of its line already."""
    return None if value is None else value.encode("utf-8", "replace").decode()


def check(work: GoldPart) -> dict[str, Any]:
    """What is wrong with the items of a partition: ids that are there twice, families that are not there.

    Returns:
        `faults`, each with its place, rank, location, code and message, and their `number`; `digests` of its buckets;
        whether each item is `alone`, its own family.
    """
    import polars as pl

    gold, partition = work
    words = gold.parts.part(partition)
    frame = gold.corpus().items_of(words)
    digests = digests_of(frame)
    faults: list[tuple[int, int, str, str]] = []
    twice = words.clear() if digests.apart else words.filter(~pl.col("id").is_first_distinct())
    if len(twice):
        firsts = dict(words.unique("id", keep="first").select("id", PLACE).iter_rows())
        for unit, place in twice.select("id", PLACE).iter_rows():
            faults.append((place, *duplicate(unit, gold.parts.location(firsts[unit]))))
    if gold.families:
        family = pl.col(_FAMILY) if _FAMILY in words.columns else pl.lit(None, pl.String)
        faults += [(place, *NO_FAMILY) for place in words.filter(family.fill_null("") == "")[PLACE]]
    return {
        "faults": sorted(faults)[:MOST_FAULTS],
        "number": len(faults),
        "digests": digests.by_bucket,
        "alone": bool((frame["id"] == frame[_FAMILY]).all()),
    }


def read_gold_shards(
    files: Sequence[Path], name: str, task: str, asked: Spellings, place: Workplace
) -> tuple[LabelCorpus, GoldShards, bool]:
    """Gold of labels from files that are read in pieces.

    Args:
        files: The file, or the shards, in their order.
        name: What to call all of it.
        task: One of `gold_labels.label_tasks`.
        asked: Spellings of labels to ours.
        place: Where it is divided.

    Returns:
        The gold, whose items are in partitions; the same as plain data; and whether each item is its own family.

    Raises:
        ValidationError: With every problem, of very many the first.
    """
    base = task_named(task)
    stretches = [stretch for file in files for stretch in stretches_of(file, place.size)]
    spellings = tuple(asked.items())
    work = [
        GoldStretch(stretch, str(place.folder / f"gold-{number:05}"), place.partitions, max_size(), task, spellings)
        for number, stretch in enumerate(stretches)
    ]
    found = list(place.run("divide-gold", divide, work, [stretch.path for stretch in stretches]))
    parts, bases = divided(stretches, found, place.partitions)
    unread = unread_problems(stretches, found, parts, bases)
    if unread and not parts.rows:
        raise ValidationError(unread)
    keys = dict.fromkeys(key for each in found for key in each["keys"])
    if "label" not in keys:
        raise ValidationError([no_labels(keys, name, base)])
    about = {key: _together(key, found, parts.rows) for key in keys if key not in ("id", "label")}
    columns = {key: each for key, each in about.items() if each["rows"]}
    breakdowns = [
        key
        for key, each in columns.items()
        if each["whole"] and each["values"] and divides(key, len(each["values"]), parts.rows, base)
    ]
    families = _FAMILY in columns and bool(columns[_FAMILY]["any"])
    gold = GoldShards(name, task, tuple(columns), tuple(breakdowns), spellings, families, parts)
    checks = [GoldPart(gold, partition) for partition in range(place.partitions)]
    checked = list(place.run("check-gold", check, checks, [f"{name}, part {each + 1}" for each in range(len(checks))]))
    _refuse(unread, _faults(found, bases) + _faults(checked), _others(found, bases), gold, base)
    labels: Counter[str] = Counter()
    for each in found:
        labels.update(each["labels"])
    corpus = gold.corpus(digest_of(each["digests"] for each in checked), dict(labels))
    return corpus, gold, all(each["alone"] for each in checked)


def unread_problems(
    stretches: Sequence[Stretch], found: Sequence[Mapping[str, Any]], parts: Divided, bases: Sequence[int]
) -> list[Problem]:
    """The problems of lines that hold no record, in their order, and of files that cannot be read, each once."""
    problems = [
        Problem(code, parts.location(base + place) if place else stretch.path, message)
        for stretch, each, base in zip(stretches, found, bases, strict=True)
        for place, code, message in each["unread"]
    ]
    return [*dict.fromkeys(problems)]


def _faults(found: Iterable[Mapping[str, Any]], bases: Iterable[int] = repeat(0)) -> list[tuple[int, int, str, str]]:
    return [
        (base + place, *fault) for each, base in zip(found, bases, strict=False) for place, *fault in each["faults"]
    ]


def _others(found: Iterable[Mapping[str, Any]], bases: Iterable[int]) -> dict[str, tuple[int, int]]:
    """Labels that are none, in the order of their first lines: that line, and how often they are there."""
    others: dict[str, tuple[int, int]] = {}
    for each, base in zip(found, bases, strict=True):
        for word, (place, count) in each["others"].items():
            first, before = others.get(word, (base + place, 0))
            others[word] = first, before + count
    return dict(sorted(others.items(), key=lambda item: item[1]))


def _refuse(
    unread: Sequence[Problem],
    faults: Sequence[tuple[int, int, str, str]],
    others: Mapping[str, tuple[int, int]],
    gold: GoldShards,
    base: Task,
) -> None:
    problems = [
        *unread,
        *(Problem(code, gold.parts.location(place), message) for place, _, code, message in sorted(faults)),
    ]
    words = {word: [gold.parts.location(place)] * count for word, (place, count) in others.items()}
    problems += unknown_labels(words, base.labels, dict(gold.asked))
    if len(problems) > MOST_FAULTS:
        told = Problem(
            "not-readable", gold.name, f"has more than {MOST_FAULTS:,} problems, of which the first are told"
        )
        problems = [*problems[:MOST_FAULTS], told]
    if problems:
        raise ValidationError(problems)


def _together(key: str, found: Iterable[Mapping[str, Any]], rows: int) -> dict[str, Any]:
    """What is known of a column of all rows."""
    known = [each["columns"][key] for each in found if key in each["columns"]]
    few = all(each["values"] is not None for each in known)
    values = {value for each in known for value in each["values"]} if few else None
    there = sum(each["rows"] for each in known)
    if values is not None and there < rows:
        values.add(NO_VALUE)
    return {
        "values": values,
        "whole": all(each["whole"] for each in known),
        "any": any(each["any"] for each in known),
        "rows": there,
    }
