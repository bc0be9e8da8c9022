"""Texts against reference texts that are read in pieces: lines divided by their pages, checked and counted in parts.

A partition holds lines as they were read, so that no more texts are in memory than it has. What comes of a page are its
counts: they are put together in the order of the gold, and what is wrong with a text, block by block, is fetched for
the worst alone.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, NamedTuple

import polars as pl

from detente.data import page_texts
from detente.data.buckets import digest_of
from detente.data.files import max_size
from detente.data.jsonl import Line
from detente.data.partitions import PLACE, Apart, Divided, Workplace, divided, spill_pieces
from detente.data.piece_records import strictly
from detente.data.pieces import Fault, Piece, Stretch, stretches_of
from detente.data.problems import Problem, ValidationError
from detente.data.tabular import FLAT_SUFFIXES, suffix_of
from detente.evaluation.columns import known_columns
from detente.evaluation.counts import Counted, count_all
from detente.evaluation.engines.engine import Engine
from detente.evaluation.merge import examined_of
from detente.evaluation.predictions import (
    MOST_LISTED,
    MOST_PROBLEMS,
    Examined,
    Predictions,
    conclude,
    examined,
    few_enough,
    without_nulls,
)
from detente.evaluation.shards import in_order, write_frame
from detente.tasks.content_extraction.gold_formats import format_of, labelled, no_format, targets_of, whole_page
from detente.tasks.content_extraction.prediction import Output, with_given
from detente.tasks.content_extraction.references import ReferenceCorpus, ReferencePage, digests
from detente.tasks.content_extraction.task import CONTENT_EXTRACTION, Facts, all_facts, available_of, facts_of
from detente.tasks.gold_shards import unread_problems
from detente.tasks.task import FIRST, Gold, Options, Task
from detente.text.markup import looks_of, most_look_like

_NO_GOLD: Final = ReferenceCorpus("", "", "", {})
_READ_FIRST: Final = 1 << 60
"""What is wrong with texts is told before what is wrong with lines, in the order of their places all the same."""
_FIRST_LINES: Final = 50
"""So many tell the format of gold."""


class TextStretch(NamedTuple):
    """A stretch of texts that is to be divided: see `shards.SystemStretch`.

    `homes` is a table of `id` and `partition`, by which it is divided; ids that are not there are in the first.
    """

    stretch: Stretch
    target: str
    partitions: int
    limit: int
    homes: str = ""


class TextShards(NamedTuple):
    """Texts of pages in partitions, as plain data.

    Attributes:
        name: Of the file or folder.
        parts: Where its lines are.
        written_in: What the texts are written in; None for text, since nobody said.
        table: Whether they are rows of a table.
        columns: Of a table, those with a value in some row.
        form: Of gold its format.
        labels: Of gold the names of labels that some page has; None as long as these are not known.
    """

    name: str
    parts: Divided
    written_in: str | None
    table: bool
    columns: tuple[str, ...]
    form: str = ""
    labels: tuple[str, ...] | None = None

    def pages(self, partition: int) -> tuple[page_texts.Pages, dict[str, int]]:
        """The pages of a partition, and the place of each location."""
        rows = self.parts.part(partition)
        lines, places = [], {}
        for place, record in rows.select(PLACE, "record").iter_rows() if len(rows) else ():
            lines.append(Line(self.parts.location(place), json.loads(record)))
            places[lines[-1].location] = place
        return page_texts.of_lines(lines, [], self.written_in), places

    def examined(
        self,
        lines: Sequence[Line],
        places: Mapping[str, int],
        task: Task,
        units: Mapping[str, Any],
        gold: Gold,
        hints: Sequence[str] = (),
        **allowed: bool,
    ) -> tuple[Examined, dict[str, Any]]:
        """What comes of lines of a partition; before them stands one that has every column of a table."""
        if self.table and len(lines) > 1:
            lines = known_columns(lines, task, self.name)[0]
        return examined(
            lines[1:],
            task,
            units,
            gold,
            table=self.table,
            hints=hints,
            places=[places[line.location] for line in lines[1:]],
            most=MOST_PROBLEMS,
            **allowed,
        )

    def targets(self, partition: int) -> tuple[dict[str, ReferencePage], list[tuple[int, Problem]], dict[str, int]]:
        """The reference pages of a partition, what is wrong with its lines, and the place of each page."""
        pages, places = self.pages(partition)
        found, problems = targets_of(pages.lines, pages.given, self.form)
        numbers: dict[str, int] = {}
        for line in pages.lines:
            if isinstance(name := line.record.get("id"), str):
                numbers.setdefault(name, places[line.location])
        told = [(places[each.location] - _READ_FIRST, each) for each in pages.problems]
        told += [(places[each.location], each) for each in problems]
        return found if self.labels is None else labelled(found, self.labels), told, numbers


class TextPart(NamedTuple):
    """A partition that is to be checked, or counted; see `shards.Part`."""

    gold: TextShards
    systems: tuple[TextShards, ...]
    partition: int
    target: str
    allow_missing: bool
    allow_extra: bool


class TextCount(NamedTuple):
    """A partition whose pages are to be counted."""

    part: TextPart
    options: Options


def divide(work: TextStretch) -> dict[str, Any]:
    """Writes the lines of a stretch in partitions, by their pages.

    Returns:
        `lines` and `rows`; `files`; `unread`, lines that hold no record, and their `number`; `columns`; the `first`
        records without their values, as far as they tell the format.
    """
    unread: list[Fault] = []
    columns: dict[str, None] = {}
    first: list[list[str]] = []
    homes = pl.read_ipc(work.homes) if work.homes else pl.DataFrame()

    def frames_of(piece: Piece) -> list[pl.DataFrame]:
        found = strictly(piece, work.stretch)
        unread.extend(found.faults)
        rows = []
        for place, raw in found.lines:
            record = page_texts.reduced(raw, None)
            columns.update(dict.fromkeys(record))
            name = record.get("id")
            named = name.encode("utf-8", "replace").decode() if isinstance(name, str) else None
            rows.append((place, named, json.dumps(record, default=str)))
            if len(first) < _FIRST_LINES:
                first.append([*record])
        schema = {PLACE: pl.Int64, "id": pl.String, "record": pl.String}
        return [pl.DataFrame(rows, schema=schema, orient="row")]

    def home_of(frame: pl.DataFrame) -> pl.Series:
        homed = frame.join(homes, on="id", how="left", maintain_order="left")
        return homed["partition"].fill_null(0)

    key_of = home_of if work.homes else None
    spilled = spill_pieces(work.stretch, work.limit, work.target, work.partitions, frames_of, unread, key_of)
    return {
        **spilled,
        "unread": unread[:MOST_PROBLEMS],
        "number": len(unread),
        "columns": [*columns],
        "first": first,
    }


def divide_texts(
    step: str, name: str, files: Sequence[Path], written_in: str | None, place: Workplace, homes: str = ""
) -> tuple[TextShards, list[Problem], list[list[str]]]:
    """Texts in partitions; what could not be read of them; and the keys of the first lines."""
    tables = {suffix_of(file.name) in FLAT_SUFFIXES for file in files}
    if len(tables) > 1:
        raise ValidationError([Problem("form", name, "has shards of tables and of JSON Lines: keep to one of them")])
    if not files:
        message = "is a folder of pages, and the other side is read in pieces: write JSON Lines, or raise --max-input"
        raise ValidationError([Problem("not-readable", name, message)])
    stretches = [stretch for file in files for stretch in stretches_of(file, place.size)]
    work = [
        TextStretch(stretch, str(place.folder / f"{step}-{each:05}"), place.partitions, max_size(), homes)
        for each, stretch in enumerate(stretches)
    ]
    found = list(place.run(f"divide-{step}", divide, work, [stretch.path for stretch in stretches]))
    parts, bases = divided(stretches, found, place.partitions)
    problems = unread_problems(stretches, found, parts, bases)
    if not parts.rows and not problems:
        problems = [Problem("no-predictions", f"{name}:1", "the file is empty: write one prediction a line")]
    columns = dict.fromkeys(key for each in found for key in each["columns"])
    first = [keys for each in found for keys in each["first"]][:_FIRST_LINES]
    return TextShards(name, parts, written_in, tables == {True}, tuple(columns)), problems, first


def check_gold(work: TextPart) -> dict[str, Any]:
    """What is wrong with the reference pages of a partition, and what is in them.

    Returns:
        `faults`, each with its place, code, location and message; `labels` that some page has; the least place of a
        text that is a whole page of the dataset, with the page's name, as `whole`; `looks`, how its texts look.
    """
    from detente.data import corpus

    gold = work.gold
    found, problems, numbers = gold.targets(work.partition)
    texts = {name: [reference.text for reference in target.references] for name, target in found.items()}
    known = {"".join(row["text"].split()): name for name, row in corpus.load().articles.items()}
    whole = [
        (numbers[name], known[dense])
        for name, each in texts.items()
        for text in each
        if (dense := "".join(text.split())) in known
    ]
    return {
        "faults": [(place, *problem) for place, problem in problems[:MOST_PROBLEMS]],
        "labels": sorted({label for target in found.values() for label in target.labels}),
        "whole": min(whole, default=None),
        "looks": looks_of(text for each in texts.values() for text in each),
    }


def check(work: TextPart) -> dict[str, Any]:
    """What each system says of the pages of a partition.

    Returns:
        `systems`, what was found of each (`Examined`), and how its texts look, as `looks`; `facts` of all; the
        `digests` of the gold's buckets.
    """
    targets, _, _ = work.gold.targets(work.partition)
    found = [_examine(system, targets, work) for system in work.systems]
    outputs = [by_id for _, by_id in found]
    return {
        "systems": [tuple(each) for each, _ in found],
        "looks": [looks_of(output.text for output in by_id.values()) for by_id in outputs],
        "facts": facts_of(targets, outputs),
        "digests": digests(targets.values()),
    }


def _examine(
    system: TextShards, targets: Mapping[str, ReferencePage], work: TextPart, hints: Sequence[str] = ()
) -> tuple[Examined, dict[str, Output]]:
    pages, places = system.pages(work.partition)
    told = [(places[problem.location] - 2 * _READ_FIRST, problem) for problem in pages.problems]
    pages = page_texts.outputs(pages._replace(problems=[]))
    told += [(places[problem.location] - _READ_FIRST, problem) for problem in pages.problems]
    lines = [without_nulls(line, CONTENT_EXTRACTION) for line in pages.lines]
    found, by_id = system.examined(
        [header_of(system), *lines],
        places,
        CONTENT_EXTRACTION,
        targets,
        _NO_GOLD,
        hints,
        allow_missing=work.allow_missing,
        allow_extra=work.allow_extra,
    )
    read = [(place, problem.code, problem.location, problem.message) for place, problem in told]
    found = found._replace(faults=read[:MOST_PROBLEMS] + found.faults, fault_count=found.fault_count + len(read))
    return found, with_given(by_id, pages.given)


def header_of(system: TextShards) -> Line:
    """A row that has every column of a table."""
    return Line("", page_texts.as_output(dict.fromkeys(system.columns, "")))


def count_part(work: TextCount) -> list[str]:
    """The paths of the counts of a partition's pages, one for each system, with their places."""
    part = work.part
    targets, _, numbers = part.gold.targets(part.partition)
    outputs = [_examine(system, targets, part)[1] for system in part.systems]
    order = pl.DataFrame(
        {"id": [*targets], FIRST: [numbers[name] for name in targets]}, {"id": pl.String, FIRST: pl.Int64}
    )
    paths = []
    for place, counted in enumerate(count_all(CONTENT_EXTRACTION, targets, outputs, work.options)):
        path = Path(f"{part.target}-texts-{place}-{part.partition:05}.arrow")
        write_frame(counted.rows.join(order, on="id", how="left", maintain_order="left"), path)
        paths.append(str(path))
    return paths


@dataclass(frozen=True)
class TextsInPartitions:
    """Systems whose texts are in partitions, beside reference texts.

    Attributes:
        parts: The partitions.
        facts: What decides which metrics there are.
        place: Where they are.
        keeper: What keeps that.
    """

    parts: tuple[TextPart, ...]
    facts: Facts
    place: Workplace
    keeper: object

    def available(self, _: Task, __: Any, ___: Any, options: Options) -> set[str]:
        """The metrics that there are."""
        return available_of(self.facts, options)

    def count(
        self,
        _: Task,
        __: Mapping[str, Any],
        answers: Sequence[Mapping[str, Any]],
        options: Options,
        ___: Engine,
        advance: Callable[[int], None] | None = None,
    ) -> list[Counted]:
        """What `counts.count_all` gives for these systems."""
        names = [f"part {part.partition + 1} of {len(self.parts)}" for part in self.parts]
        work = [TextCount(part, options) for part in self.parts]
        found = []
        for paths in self.place.run("count-texts", count_part, work, names):
            found.append(paths)
            if advance:
                advance(len(answers))
        return [Counted(_rows(paths)) for paths in zip(*found, strict=True)]


def _rows(paths: Iterable[str]) -> pl.DataFrame:
    """The rows of all partitions in the order of the gold; of the worst alone with what is wrong block by block."""
    each = [pl.scan_ipc(path) for path in paths]
    numbers = pl.concat([frame.select(FIRST, "wrong").collect() for frame in each])
    worst = numbers.sort("wrong", FIRST, descending=[True, False]).head(MOST_LISTED)[FIRST]
    shown = pl.when(pl.col(FIRST).is_in(worst.implode())).then("blocks").alias("blocks")
    return in_order([frame.with_columns(shown).collect() for frame in each])


def read(
    gold: tuple[str, Sequence[Path]],
    form: str | None,
    gold_text: str | None,
    sources: Sequence[tuple[str, Sequence[Path], str | None]],
    place: Workplace,
    keeper: object,
    **allowed: bool,
) -> tuple[ReferenceCorpus, list[Predictions], TextsInPartitions, list[str | None]]:
    """Reference texts and the texts of all systems, read in pieces and checked in partitions.

    Args:
        gold: The name of the gold, and its files.
        form: Its format, if that was named.
        gold_text: What its texts are written in, if that was named.
        sources: Of each system its name, its files, and what its texts are written in, if that was named.
        place: Where they are divided.
        keeper: What keeps that.
        allowed: `allow_missing` and `allow_extra`; see `predictions.check`.

    Returns:
        The gold; the predictions; what counts them; and what each of the systems looks like, then the gold.

    Raises:
        ValidationError: With every problem of the gold, else with those of all systems.
    """
    shards, parts, looks = _read_gold(gold, form, gold_text, place, allowed)
    problems: list[list[Problem]] = []
    systems: list[TextShards | None] = []
    notes: list[list[str]] = []
    for number, (name, files, written_in) in enumerate(sources):
        notes.append([])
        try:
            system, unread, _ = divide_texts(f"texts-{number}", name, files, written_in, place)
            if system.table and system.parts.rows:
                notes[-1] += known_columns([header_of(system)], CONTENT_EXTRACTION, name)[1]
            systems.append(system)
            problems.append(unread)
        except ValidationError as invalid:
            systems.append(None)
            problems.append(list(invalid.problems))
    there = tuple(system for system in systems if system)
    checks = tuple(part._replace(systems=there) for part in parts)
    names = [f"part {part.partition + 1} of {len(checks)}" for part in checks]
    results = list(place.run("check-texts", check, checks, names))
    sha256 = digest_of(result["digests"] for result in results)

    def load(partition: int) -> dict[str, ReferencePage]:
        return shards.targets(partition)[0]

    targets = Apart[ReferencePage](shards.parts.rows, place.partitions, load)
    corpus = ReferenceCorpus(page_texts.short_name(gold[0]), shards.form, sha256, targets, gold_text or "text")
    found: list[Predictions] = []
    refused: list[Problem] = []
    at = iter(range(len(there)))
    for (name, _, written_in), own, unread, said in zip(sources, systems, problems, notes, strict=True):
        if own is None:
            refused += unread
            continue
        try:
            one = _concluded(name, checks, results, next(at), unread, corpus, **allowed)
            reduced = {"output_format": written_in or "text", "gold_text": gold_text or "text"}
            reduced = {key: value for key, value in reduced.items() if value != "text"}
            found.append(replace(one, reduced=reduced, notes=(*said, *one.notes)))
        except ValidationError as invalid:
            refused += invalid.problems
    if refused:
        raise ValidationError(refused)
    facts = all_facts([Facts(*result["facts"]) for result in results])
    seen = [_looks(result["looks"][number] for result in results) for number in range(len(there))]
    return corpus, found, TextsInPartitions(checks, facts, place, keeper), [*seen, looks]


def _looks(parts: Iterable[tuple[Mapping[str, int], int]]) -> str | None:
    """What texts look like that were looked at part by part."""
    looks: dict[str, int] = {}
    pages = 0
    for found, count in parts:
        pages += count
        for written_in, times in found.items():
            looks[written_in] = looks.get(written_in, 0) + times
    return most_look_like(looks, pages)


def _read_gold(
    gold: tuple[str, Sequence[Path]],
    form: str | None,
    gold_text: str | None,
    place: Workplace,
    allowed: Mapping[str, bool],
) -> tuple[TextShards, tuple[TextPart, ...], str | None]:
    name, files = gold
    shards, problems, first = divide_texts("gold", name, files, gold_text, place)
    found = form or format_of([Line("", dict.fromkeys(keys)) for keys in first])
    if found is None:
        raise ValidationError(problems or [no_format(name)])
    shards = shards._replace(form=found)
    target = str(place.folder / "scored")
    parts = tuple(
        TextPart(shards, (), partition, target, allowed["allow_missing"], allowed["allow_extra"])
        for partition in range(place.partitions)
    )
    names = [f"part {part.partition + 1} of {len(parts)}" for part in parts]
    results = list(place.run("check-gold", check_gold, parts, names))
    faults = sorted((fault for result in results for fault in result["faults"]), key=lambda fault: fault[0])
    problems += [Problem(*fault[1:]) for fault in faults]
    if problems:
        raise ValidationError(problems)
    if whole := min((result["whole"] for result in results if result["whole"]), default=None):
        raise ValidationError([whole_page(name, whole[1])])
    labels = sorted({label for result in results for label in result["labels"]})
    shards = shards._replace(labels=tuple(labels))
    looks = _looks(result["looks"] for result in results)
    return shards, tuple(part._replace(gold=shards) for part in parts), looks


def _concluded(
    name: str,
    parts: Sequence[TextPart],
    results: Sequence[Mapping[str, Any]],
    at: int,
    problems: Sequence[Problem],
    gold: ReferenceCorpus,
    **allowed: bool,
) -> Predictions:
    found = [examined_of(result["systems"][at]) for result in results]
    outside = sum(each.outside for each in found)
    units = gold.targets
    if outside and not allowed["allow_extra"] and few_enough(outside, len(units)):
        hints = _ids(parts[0].gold)
        for place, part in enumerate(parts):
            if found[place].outside:
                targets = part.gold.targets(part.partition)[0]
                found[place] = _examine(part.systems[at], targets, part, hints)[0]

    def load(partition: int) -> dict[str, Output]:
        part = parts[partition]
        return _examine(part.systems[at], part.gold.targets(partition)[0], part)[1]

    by_id = Apart[Output](len(units) - sum(each.missing.number for each in found), len(parts), load)
    return conclude(
        found,
        CONTENT_EXTRACTION,
        units,
        by_id,
        name,
        allow_missing=allowed["allow_missing"],
        allow_extra=allowed["allow_extra"],
        problems=problems,
        labels=None,
        first=lambda: _ids(parts[0].gold)[0],
    )


def _ids(gold: TextShards) -> list[str]:
    """The ids of the gold in their order."""
    each = [gold.parts.part(partition) for partition in range(gold.parts.partitions)]
    return pl.concat([part.select(PLACE, "id") for part in each if len(part)]).sort(PLACE)["id"].to_list()
