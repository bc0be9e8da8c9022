"""Predictions of labels against gold that is read in pieces: shards → partitions → counts → merge.

Sources are divided by a hash of ids, so that a partition of the gold meets what each system says of its items. What is
found there is what `predictions.check` and `counts.kinds_of` find of everything at once: sums of kinds, and problems
with their places, so that neither the pieces nor their order nor who worked at them can be seen in a score.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from detente.data.files import max_size
from detente.data.jsonl import Line, Record
from detente.data.kept import kept
from detente.data.memory import Rows
from detente.data.partitions import PLACE, Divided, Spilled, Start, Workplace, divided, spill, spill_pieces
from detente.data.piece_records import Strict, number_of, records_of
from detente.data.pieces import Fault, Piece, Stretch, stretches_of
from detente.data.problems import Problem, ValidationError
from detente.data.spellings import Spellings, printed, spelled
from detente.data.tabular import FLAT_SUFFIXES, suffix_of
from detente.evaluation.columns import known_columns, with_probabilities
from detente.evaluation.counts import count_all, kinds_of, predicted
from detente.evaluation.plain_labels import ASKED, READ, TOOL, header_of, made_by, said_of
from detente.evaluation.predictions import (
    MOST_PROBLEMS,
    Examined,
    Names,
    examined,
    names_of,
    without_nulls,
)
from detente.tasks.gold_labels import LabelCorpus, Labels, keys_ignored, labels_of
from detente.tasks.gold_shards import MOST_FAULTS, GoldShards, unread_problems
from detente.tasks.task import FIRST, Options


class SystemStretch(NamedTuple):
    """A stretch of predictions that is to be divided.

    Attributes:
        stretch: Where it is.
        target: What the paths of what is written begin with.
        partitions: Into how many.
        limit: How many bytes an input may have that is read whole.
        gold: What they are held against.
    """

    stretch: Stretch
    target: str
    partitions: int
    limit: int
    gold: GoldShards


class SystemShards(NamedTuple):
    """The predictions of a system in partitions, as plain data.

    Attributes:
        name: Of the file or folder.
        parts: Where its lines are: of each its `id` and `label`, or all of it as `record`.
        table: Whether they are rows of a table.
        columns: Of a table, those with a value in some row.
        plain: Whether they are labels and nothing else.
    """

    name: str
    parts: Divided
    table: bool
    columns: tuple[str, ...]
    plain: bool


class Part(NamedTuple):
    """A partition that is to be scored.

    Attributes:
        gold: The gold.
        systems: The systems.
        partition: Which it is.
        keys: Which of `id` and `family` tell kinds apart; see `counts.distinct`.
        target: What the paths of what is written begin with.
        allow_missing: See `predictions.check`.
        allow_extra: See `predictions.check`.
    """

    gold: GoldShards
    systems: tuple[SystemShards, ...]
    partition: int
    keys: tuple[str, ...]
    target: str
    allow_missing: bool
    allow_extra: bool


class Count(NamedTuple):
    """Items of a system that are to be counted one by one, since labels do not say all of them."""

    part: Part
    system: int
    options: Options


def divide(work: SystemStretch) -> dict[str, Any]:
    """Writes the lines of a stretch in partitions, and tells what is in it.

    Returns:
        `lines` and `rows`; `files`; `unread`, lines that hold no record, and their `number`; `columns` with a value;
        `ignored`, those that the gold has, too; `keys` of lines that are more than labels.
    """
    gold = work.gold.corpus()
    known = gold.own_columns
    suffix = suffix_of(work.stretch.path)
    unread: list[Fault] = []
    columns: dict[str, None] = {}
    ignored: dict[str, None] = {}
    keys: dict[str, None] = {}

    def certain(words: pl.DataFrame) -> pl.DataFrame | None:
        said = said_of(words, gold, suffix)
        if said is None or {*said.words["label"].unique()} - {*gold.base.labels}:
            return None
        columns.update(dict.fromkeys(said.columns))
        ignored.update(dict.fromkeys(said.ignored))
        return said.words

    def frames_of(piece: Piece) -> Iterator[pl.DataFrame]:
        for found in records_of(piece, work.stretch, certain, READ):
            if not isinstance(found, Strict):
                yield found
                continue
            unread.extend(found.faults)
            ignored.update(_ignored(found.lines, known))
            rows = [(place, _without(record, known)) for place, record in found.lines]
            columns.update(dict.fromkeys(key for _, row in rows for key in row))
            yield _frame(rows, gold.spellings, keys)

    spilled = spill_pieces(work.stretch, work.limit, work.target, work.partitions, frames_of, unread)
    return {
        **spilled,
        "unread": unread[:MOST_FAULTS],
        "number": len(unread),
        "columns": [*columns],
        "ignored": [*ignored],
        "keys": [*keys],
    }


def _ignored(lines: Iterable[tuple[int, Record]], known: Collection[str]) -> dict[str, None]:
    """The keys of lines that the gold has, too; a null is no key."""
    return dict.fromkeys(key for _, row in lines for key, value in row.items() if key in known and value is not None)


def _without(record: Record, keys: Iterable[str]) -> Record:
    left_out = {*keys}
    return {key: value for key, value in record.items() if key not in left_out} if left_out & record.keys() else record


def _frame(lines: Iterable[tuple[int, Record]], spellings: Spellings, keys: dict[str, None]) -> pl.DataFrame:
    """Lines that were read one by one: those that have an id and a label alone as these, others whole.

    The keys of the others are added to `keys`.
    """
    rows: list[tuple[int, str | None, str | None, str | None]] = []
    for place, raw in lines:
        name = printed(raw.get("id"))
        record = spelled(raw, spellings) | ({} if name is None else {"id": name})
        label = record.get("label")
        words = record.keys() == {"id", "label"} and isinstance(label, str)
        if words and name == _writable(name) and label == _writable(label):
            rows.append((place, name, label, None))
            continue
        keys |= dict.fromkeys(key for key, value in record.items() if value is not None)
        rows.append((place, _writable(name), None, json.dumps(record, default=str)))
    schema = {PLACE: pl.Int64, "id": pl.String, "label": pl.String, "record": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _writable(word: str | None) -> str | None:
    """A word that a file can hold."""
    return None if word is None else word.encode("utf-8", "replace").decode()


def divide_system(
    number: int, name: str, files: Sequence[Path], gold: GoldShards, place: Workplace
) -> tuple[SystemShards, list[Problem], list[str]]:
    """The predictions of a system in partitions; what could not be read of them; what must be said of that.

    Args:
        number: The system's, among those of the call.
        name: What to call it in problems.
        files: Its file, or its shards in their order.
        gold: What they are held against.
        place: Where they are divided.
    """
    tables = {suffix_of(file.name) in FLAT_SUFFIXES for file in files}
    if len(tables) > 1:
        raise ValidationError([Problem("form", name, "has shards of tables and of JSON Lines: keep to one of them")])
    stretches = [stretch for file in files for stretch in stretches_of(file, place.size)]
    work = [
        SystemStretch(stretch, str(place.folder / f"system-{number}-{each:05}"), place.partitions, max_size(), gold)
        for each, stretch in enumerate(stretches)
    ]
    found = list(place.run(f"divide-system-{number}", divide, work, [stretch.path for stretch in stretches]))
    parts, bases = divided(stretches, found, place.partitions)
    problems = unread_problems(stretches, found, parts, bases)
    if not parts.rows and not problems:
        message = "the file is empty: write one prediction a line"
        problems = [Problem("no-predictions", f"{name}:1", message)]
    return _shards(name, parts, found, gold, table=tables == {True}), problems, _notes(found, table=tables == {True})


def divide_rows(
    number: int, name: str, rows: Rows, gold: GoldShards, place: Workplace
) -> tuple[SystemShards, list[Problem], list[str]]:
    """The same of predictions that are in memory, whose places are those of rows."""
    corpus = gold.corpus()
    known = corpus.own_columns
    numbered = [(number_of(line.location), line.record) for line in rows.lines]
    keys: dict[str, None] = {}
    kept = [(at, _without(record, known)) for at, record in numbered]
    frame = _frame(kept, corpus.spellings, keys)
    path = place.folder / f"system-{number}.arrow"
    spill(frame, path, place.partitions)
    found = {
        "columns": [*dict.fromkeys(key for _, record in kept for key in record)],
        "ignored": [*_ignored(numbered, known)],
        "keys": [*keys],
    }
    word = "row " if not rows.lines or ":row " in rows.lines[0].location else ""
    parts = Divided((Spilled(str(path), 0),), (Start(0, name, word),), len(frame), place.partitions)
    return _shards(name, parts, [found], gold, table=rows.table), rows.problems, _notes([found], table=rows.table)


def _notes(found: Iterable[Mapping[str, Any]], *, table: bool) -> list[str]:
    ignored = dict.fromkeys(key for each in found for key in each["ignored"])
    return [keys_ignored(ignored)] if ignored and not table else []


def _shards(
    name: str, parts: Divided, found: Sequence[Mapping[str, Any]], gold: GoldShards, *, table: bool
) -> SystemShards:
    columns = tuple(dict.fromkeys(key for each in found for key in each["columns"]))
    keys = {key for each in found for key in each["keys"]}
    corpus = gold.corpus()
    if table:
        keys |= header_of(columns, corpus).record.keys()
    plain = not keys & ({*corpus.base.kinds} - {"label"})
    return SystemShards(name, parts, table, columns if table else (), plain)


def score_part(work: Part) -> dict[str, Any]:
    """What each system says of the items of a partition.

    Returns:
        `systems`, what was found of each (`Examined`); `kinds`, the path of the kinds of items by those that say labels
        and nothing else; `items`, that of the items themselves.
    """
    gold, places = work.gold.corpus().part(work.partition, work.gold.parts.partitions)
    found: list[Examined] = []
    said: list[Mapping[str, Any]] = []
    for system in work.systems:
        each, by_id = examine(system, gold, work)
        found.append(each)
        if system.plain:
            said.append(by_id)
    alike = gold.alike({}, said)
    answers = [labels for labels in alike.answers if isinstance(labels, pl.Series)]
    if len(answers) < len(said):  # a line is wrong, and no count is made
        return {"systems": [tuple(each) for each in found], "kinds": "", "items": ""}
    items = alike.items.with_columns(places.alias(FIRST))
    kinds = Path(f"{work.target}-kinds-{work.partition:05}.arrow")
    every = Path(f"{work.target}-items-{work.partition:05}.arrow")
    write_frame(kinds_of(items.drop({"id", "family"} - {*work.keys}), answers), kinds)
    named = items.with_columns(each.fill_null("missing").alias(predicted(at)) for at, each in enumerate(answers))
    write_frame(named, every)
    return {"systems": [tuple(each) for each in found], "kinds": str(kinds), "items": str(every)}


def in_order(frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Rows of partitions in the order of the gold, as what is in memory: in one chunk, and not known to be sorted.

    polars adds up each chunk by itself, and in another order what it knows to be sorted: the last bit would tell.
    """
    rows = pl.concat(frames).sort(FIRST).drop(FIRST).rechunk()
    return pl.DataFrame(pl.from_arrow(rows.to_arrow()))


def write_frame(frame: pl.DataFrame, path: Path) -> None:
    """Writes a table whole or not at all.

    Raises:
        ValidationError: See `kept`.
    """
    with kept(path) as place:
        frame.write_ipc(place, compression="lz4")


def examine(
    system: SystemShards, gold: LabelCorpus, work: Part, hints: Collection[str] = ()
) -> tuple[Examined, Mapping[str, Any]]:
    """What is in a system's lines of a partition: as columns where all are labels and right, else line by line.

    Args:
        system: The system.
        gold: The partition's gold.
        work: The partition.
        hints: The ids that one may be meant as that is in no gold.
    """
    rows = system.parts.part(work.partition)
    if "id" not in rows.columns:
        rows = pl.DataFrame(schema={PLACE: pl.Int64, "id": pl.String, "label": pl.String})
    allowed = {"allow_missing": work.allow_missing, "allow_extra": work.allow_extra}
    words = "record" not in rows.columns or rows["record"].null_count() == len(rows)
    if words and (found := labels_of(rows.select("id", "label"), gold, **allowed)):
        matched = len(found.labels) > found.labels.null_count()
        extra = rows.filter(pl.col("id").is_in(found.extra)) if found.extra else rows.clear()
        stranger = (int(extra[PLACE][0]), str(extra["id"][0])) if len(extra) else (-1, "")
        seen = _of_labels(len(rows), stranger, found, ("label",) if matched else ())
        seen = seen._replace(tools=made_by(rows, TOOL, found.extra), prompts=made_by(rows, ASKED, found.extra))
        return seen, gold.answers(found.labels)
    lines = [
        Line(system.parts.location(place), record if whole is None else json.loads(whole))
        for place, whole, record in _columns(rows)
    ]
    lines = _prepared(lines, system, gold)
    return examined(
        lines,
        gold.base,
        gold.units,
        gold,
        **allowed,
        table=system.table,
        hints=hints,
        places=rows[PLACE].to_list(),
        most=MOST_PROBLEMS,
    )


def _columns(rows: pl.DataFrame) -> Iterable[tuple[int, str | None, Record]]:
    """Of each line its place, all of it as JSON where it was read by itself, and else its columns."""
    record = pl.col("record") if "record" in rows.columns else pl.lit(None, pl.String).alias("record")
    kept = [key for key in ("id", "label", TOOL, ASKED) if key in rows.columns]
    for place, whole, *cells in rows.select(PLACE, record, *kept).iter_rows():
        yield place, whole, dict(zip(kept, cells, strict=True))


def _of_labels(lines: int, stranger: tuple[int, str], found: Labels, kinds: tuple[str, ...]) -> Examined:
    """What `examined` finds of lines that are labels and right."""
    missing, extra, nothing = names_of(found.missing), names_of(found.extra), Names()
    outside, units = len(found.extra), len(found.labels)
    return Examined(lines, units, outside, stranger, [], 0, {}, missing, extra, kinds, nothing, (), (), {})


def _prepared(lines: Sequence[Line], system: SystemShards, gold: LabelCorpus) -> list[Line]:
    """Lines without keys that are null and, of a table, with the columns of the task, whichever a part has."""
    lines = [without_nulls(line, gold.base) for line in lines]
    if not system.table or not lines:
        return lines
    header = Line("", dict.fromkeys(system.columns, ""))
    whole = with_probabilities([header, *lines], [gold.base], gold.spellings)
    return known_columns(whole, gold.base, system.name)[0][1:]


def count_part(work: Count) -> str:
    """The path of the counts of a partition's items, one by one, with their places."""
    part = work.part
    gold, places = part.gold.corpus().part(part.partition, part.gold.parts.partitions)
    _, by_id = examine(part.systems[work.system], gold, part)
    task = replace(gold.task, alike=None)  # labels alone in one partition, and more than that in another
    (counted,) = count_all(task, gold.units, [dict(by_id)], work.options)
    order = pl.DataFrame({"id": gold.frame["id"], FIRST: places})
    rows = counted.rows.join(order, on="id", how="left", maintain_order="left")
    path = Path(f"{part.target}-rows-{work.system}-{part.partition:05}.arrow")
    write_frame(rows, path)
    return str(path)
