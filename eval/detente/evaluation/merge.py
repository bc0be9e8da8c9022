"""What was found in partitions, put together: the problems of all, predictions, and the counts of every system."""

import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import polars as pl

from detente.data.memory import is_path, read_rows
from detente.data.partitions import PLACE, Apart, Workplace
from detente.data.pieces import shards_of
from detente.data.problems import Problem, ValidationError
from detente.data.spellings import Spellings
from detente.evaluation.columns import known_columns
from detente.evaluation.counts import Counted, Kinds, counted_of, distinct, merged
from detente.evaluation.engines.engine import Engine
from detente.evaluation.plain_labels import header_of
from detente.evaluation.predictions import Examined, Names, Predictions, conclude, few_enough
from detente.evaluation.shards import (
    Count,
    Part,
    SystemShards,
    count_part,
    divide_rows,
    divide_system,
    examine,
    in_order,
    score_part,
)
from detente.tasks.by_label import Same
from detente.tasks.gold_labels import LabelCorpus
from detente.tasks.gold_shards import GoldShards, read_gold_shards
from detente.tasks.task import Options, Task

_AT_ONCE: Final = 500_000
"""Kinds that are put together at once, at least."""


@dataclass(frozen=True)
class InPartitions:
    """Systems whose lines are in partitions, beside those of the gold.

    Attributes:
        shards: The gold as plain data.
        gold: The gold.
        systems: The systems as plain data.
        parts: The partitions.
        kinds: The kinds of items, by those systems that say labels and nothing else; the last one has the items.
        place: Where they are.
    """

    shards: GoldShards
    gold: LabelCorpus
    systems: tuple[SystemShards, ...]
    parts: tuple[Part, ...]
    kinds: Kinds
    place: Workplace

    def available(self, task: Task, _: Any, __: Any, ___: Options) -> set[str]:
        """The metrics that there are."""
        return {measure.name for measure in task.measures}

    def count(
        self,
        task: Task,
        _: Mapping[str, Any],
        answers: Sequence[Mapping[str, Any]],
        options: Options,
        _engine: Engine,
        advance: Callable[[int], None] | None = None,
    ) -> list[Counted]:
        """What `counts.count_all` gives for these systems, and for floors that say one label of each item."""
        plain = [place for place, system in enumerate(self.systems) if system.plain]
        said: list[int | str | None] = []
        for place, by_id in enumerate(answers):
            if isinstance(by_id, Same):
                said.append(str(getattr(by_id.value, "label", by_id.value)))
            else:
                said.append(plain.index(place) if place in plain else None)
        by_kind = iter(
            counted_of(self.kinds, [each for each in said if each is not None], self.gold.of_labels, options)
        )
        found = []
        for place, each in enumerate(said):
            found.append(next(by_kind) if each is not None else self._one_by_one(task, place, options))
            if advance:
                advance(self.gold.size)
        return found

    def _one_by_one(self, task: Task, system: int, options: Options) -> Counted:
        work = [Count(part, system, options) for part in self.parts]
        names = [f"{task.name}, part {each + 1}" for each in range(len(work))]
        paths = list(self.place.run(f"count-{system}", count_part, work, names))
        return Counted(in_order([pl.read_ipc(path) for path in paths]))


def read(
    gold: Path,
    task: str,
    spellings: Spellings,
    sources: Sequence[tuple[str, Any]],
    place: Workplace,
    keeper: object,
    *,
    allow_missing: bool,
    allow_extra: bool,
) -> tuple[LabelCorpus, dict[str, Predictions], InPartitions]:
    """Gold of labels and the predictions of all systems, read in pieces and checked in partitions.

    Args:
        gold: The file of the gold, or its folder of shards.
        task: Whose gold it is.
        spellings: Of labels, in gold and predictions, to the task's.
        sources: Of each system its name in problems, and its path or what is in memory.
        place: Where all of it is divided.
        keeper: What keeps the place's folder for as long as it is there itself.
        allow_missing: See `predictions.check`.
        allow_extra: See `predictions.check`.

    Raises:
        ValidationError: With every problem of the gold, else with those of all systems.
    """
    corpus, shards, alone = read_gold_shards(shards_of(gold), str(gold), task, spellings, place)
    problems: dict[str, list[Problem]] = {}
    notes: dict[str, list[str]] = {}
    systems: dict[str, SystemShards] = {}
    for number, (name, source) in enumerate(sources):
        key = f"{number}"
        try:
            if is_path(source) and Path(source).exists():
                files = shards_of(Path(source))
                if not files:
                    message = f"is a folder, but not of shards: predictions of {task} are .jsonl, .csv or .parquet"
                    raise ValidationError([Problem("task-unclear", name, message)])
                divided = divide_system(number, name, files, shards, place)
            else:
                divided = divide_rows(number, name, read_rows(source, name), shards, place)
            systems[key], problems[key], notes[key] = divided
            if systems[key].table and systems[key].parts.rows:
                top = name if systems[key].parts.starts[0].word else f"{name}:1"
                header = header_of(systems[key].columns, corpus)
                notes[key] += known_columns([header], corpus.base, top)[1]
        except ValidationError as invalid:
            systems.pop(key, None)
            problems[key] = list(invalid.problems)
    keys = distinct(corpus.size, alone)
    each = tuple(systems.values())
    target = str(place.folder / "scored")
    parts = tuple(
        Part(shards, each, partition, keys, target, allow_missing, allow_extra) for partition in range(place.partitions)
    )
    names = [f"part {part.partition + 1} of {len(parts)}" for part in parts]
    results = list(place.run("score", score_part, parts, names))
    found: dict[str, Predictions] = {}
    refused: list[Problem] = []
    for number, (name, _) in enumerate(sources):
        key = f"{number}"
        if key not in systems:
            refused += problems[key]
            continue
        at = [*systems].index(key)
        try:
            read_one = _concluded(
                name,
                corpus,
                parts,
                results,
                at,
                problems[key],
                spellings,
                allow_missing=allow_missing,
                allow_extra=allow_extra,
            )
            found[key] = replace(read_one, notes=(*notes[key], *read_one.notes))
        except ValidationError as invalid:
            refused += invalid.problems
    if refused:
        raise ValidationError(refused)
    kinds = _kinds(result["kinds"] for result in results)
    known = Kinds(kinds, pl.scan_ipc([result["items"] for result in results]))
    weakref.finalize(known, id, keeper)  # which holds it for as long as somebody may ask for items
    return corpus, found, InPartitions(shards, corpus, each, parts, known, place)


def _kinds(paths: Iterable[str]) -> pl.DataFrame:
    """The kinds of all partitions together, of which never many more are held than there are different ones."""
    known: list[pl.DataFrame] = []
    for path in paths:
        known.append(pl.read_ipc(path))
        if sum(map(len, known[1:])) > max(_AT_ONCE, len(known[0])):
            known = [merged(known)]
    return merged(known).rechunk()


def _concluded(
    name: str,
    gold: LabelCorpus,
    parts: Sequence[Part],
    results: Sequence[Mapping[str, Any]],
    at: int,
    problems: Sequence[Problem],
    spellings: Spellings,
    **allowed: bool,
) -> Predictions:
    """The predictions of a system from what was found in every partition."""
    examined = [examined_of(result["systems"][at]) for result in results]
    outside = sum(each.outside for each in examined)
    if outside and not allowed["allow_extra"] and few_enough(outside, gold.size):
        hints = _ids(gold)
        for place, part in enumerate(parts):
            if examined[place].outside:
                again, _ = examine(part.systems[at], gold.part(part.partition, len(parts))[0], part, hints)
                examined[place] = again
    system = parts[0].systems[at]
    missing = sum(each.missing.number for each in examined)

    def load(partition: int) -> Mapping[str, Any]:
        own, _ = gold.part(partition, len(parts))
        return examine(system, own, parts[partition])[1]

    by_id = Apart[Any](gold.size - missing, len(parts), load)
    concluded = conclude(
        examined,
        gold.task,
        gold.units,
        by_id,
        name,
        problems=problems,
        labels=spellings,
        first=partial(_first, gold),
        **allowed,
    )
    return concluded if system.plain else replace(concluded, notes=tuple(gold.task.notes(by_id)))


def examined_of(found: Sequence[Any]) -> Examined:
    """What was found in a partition, from plain data, in which tuples may have become lists."""
    each = Examined(*found)
    return each._replace(
        other_labels={word: (place, location, count) for word, (place, location, count) in each.other_labels.items()},
        missing=Names(*each.missing),
        extra=Names(*each.extra),
        crashed=Names(*each.crashed),
        unanswered={why: Names(*names) for why, names in each.unanswered.items()},
    )


def _ids(gold: LabelCorpus) -> tuple[str, ...]:
    """The ids of the gold in their order."""
    assert gold.parts
    parts = [gold.parts.part(partition).select(PLACE, "id") for partition in range(gold.parts.partitions)]
    return tuple(pl.concat([part for part in parts if len(part)]).sort(PLACE)["id"])


def _first(gold: LabelCorpus) -> str:
    """The first id of the gold."""
    assert gold.parts
    parts = [gold.parts.part(partition).select(PLACE, "id").head(1) for partition in range(gold.parts.partitions)]
    return str(pl.concat([part for part in parts if len(part)]).sort(PLACE)["id"][0])
