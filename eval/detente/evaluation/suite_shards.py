"""Pages of a challenge suite that is larger than memory: checked and counted shard by shard, as they were made.

What a system says is divided by the shards of the gold, so that no more is in memory than a shard, and what it says of
that. Pages need nothing of one another, so that the counts are those of all of them at once.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Generic, NamedTuple, TypeVar

import polars as pl

from detente.data import page_texts
from detente.data.corpus import Corpus
from detente.data.jsonl import Line, Record
from detente.data.memory import is_path
from detente.data.partitions import Workplace
from detente.data.piece_records import strictly
from detente.data.pieces import can_be_divided, pieces, shards_of, stretches_of
from detente.data.problems import Problem, ValidationError
from detente.evaluation.coded import CODE, PAGE, SORT, Coded, coded, together
from detente.evaluation.columns import known_columns
from detente.evaluation.counts import Counted, count_all
from detente.evaluation.engines.engine import Engine
from detente.evaluation.merge import examined_of
from detente.evaluation.predictions import (
    MOST_PROBLEMS,
    Examined,
    Predictions,
    conclude,
    few_enough,
    without_nulls,
)
from detente.evaluation.shards import write_frame
from detente.evaluation.text_shards import TextShards, divide_texts
from detente.evaluation.variants import items_of, with_variants
from detente.tasks.boilerplate import KINDS
from detente.tasks.boilerplate.html import AT
from detente.tasks.boilerplate.task import BOILERPLATE
from detente.tasks.task import Options, Task
from detente.text.markup import looks_of, most_look_like

_T = TypeVar("_T")
_ITEMS: Final = "items"
_FIRST: Final = 1 << 16
"""Bytes that tell what lines are."""
_AT_ONCE: Final = 100
"""Pages that are counted before what was made of them is let go."""
_OF_PAGES: Final = ("id", "article", "family", "slice", "template", "base", "operation", "strength")
"""The keys that all rows of a page share."""
_OF_SORTS: Final = ("zone", "type")
"""The other keys that are kept of a row."""


class SuiteShards(NamedTuple):
    """The split of a suite, as plain data."""

    folder: str
    split: str

    def corpus(self, shard: int) -> Corpus:
        """One of its shards."""
        return Corpus(Path(self.folder), split=self.split, shard=shard)


class Part(NamedTuple):
    """A shard that is to be checked, or counted; see `shards.Part`."""

    suite: SuiteShards
    systems: tuple[TextShards, ...]
    shard: int
    target: str
    allow_missing: bool
    allow_extra: bool


class Count(NamedTuple):
    """A shard whose pages are to be counted."""

    part: Part
    options: Options


class InShards(Mapping[str, _T], Generic[_T]):
    """Values by id that are loaded shard by shard, of which the last that was asked for is in memory.

    Args:
        ids: Of each shard.
        load: From a shard to its values.
    """

    def __init__(self, ids: Sequence[Sequence[str]], load: Any) -> None:
        self._ids, self._load = ids, load
        self._home = {name: shard for shard, names in enumerate(ids) for name in names}
        self._last: tuple[int, Mapping[str, _T]] | None = None

    def __getitem__(self, name: str) -> _T:
        shard = self._home[name]
        if self._last is None or self._last[0] != shard:
            self._last = None  # so that never two are held
            self._last = shard, self._load(shard)
        return self._last[1][name]

    def __contains__(self, name: object) -> bool:
        return name in self._home

    def __iter__(self) -> Iterator[str]:
        return iter(self._home)

    def __len__(self) -> int:
        return len(self._home)


def number_of_shards(gold: Corpus) -> int:
    """How many shards a split of a suite has."""
    return len(gold.files_of(_ITEMS))


def in_pieces(gold: Corpus, task: str | None, sources: Sequence[Any], *, forced: bool) -> bool:
    """Whether predictions are read in pieces: of pages of a suite of several shards, from files that can be divided.

    Pages that are rendered in templates are read whole, as are those of a folder.
    """
    if task not in (None, BOILERPLATE.name) or (number_of_shards(gold) == 1 and not forced):
        return False
    if not all(is_path(each) and Path(each).exists() and can_be_divided(Path(each)) for each in sources):
        return False
    return all(_are_pages(_first_lines(Path(each))) for each in sources)


def _first_lines(path: Path) -> list[Record]:
    stretch = stretches_of(shards_of(path)[0])[0]._replace(size=_FIRST)
    piece = next(iter(pieces(stretch)), None)
    return [] if piece is None else [record for _, record in strictly(piece, stretch).lines]


def _are_pages(lines: Sequence[Record]) -> bool:
    kinds = [page_texts.whole_text(page_texts.reduced(line, None)).keys() & set(KINDS) for line in lines]
    return any(kinds) and not any(AT in str(line.get("id")) for line in lines)


def check(work: Part) -> dict[str, Any]:
    """What each system says of the pages of a shard.

    Returns:
        `systems`, what was found of each (`Examined`), the ids that it answers, as `said`, and how its texts look, as
        `looks`; the `ids` of the gold.
    """
    gold = work.suite.corpus(work.shard)
    units = BOILERPLATE.units(gold, ())
    found = [_examine(system, units, gold, work) for system in work.systems]
    return {
        "systems": [tuple(each) for each, _ in found],
        "said": [[*by_id] for _, by_id in found],
        "looks": [looks_of(each.value for each in by_id.values() if isinstance(each.value, str)) for _, by_id in found],
        "ids": [*units],
    }


def _examine(
    system: TextShards, units: Mapping[str, Any], gold: Corpus, work: Part, hints: Sequence[str] = ()
) -> tuple[Examined, dict[str, Any]]:
    task = BOILERPLATE.fitting(gold.inventory)
    pages, places = system.pages(work.shard)
    told = [(places[each.location], each.code, each.location, each.message) for each in pages.problems]
    lines = [without_nulls(Line(at, page_texts.whole_text(record)), task) for at, record in pages.lines]
    found, by_id = system.examined(
        [_header(system), *lines],
        places,
        task,
        units,
        gold,
        hints,
        allow_missing=work.allow_missing,
        allow_extra=work.allow_extra,
    )
    faults = sorted(told + found.faults)[:MOST_PROBLEMS]
    return found._replace(faults=faults, fault_count=found.fault_count + len(told)), by_id


def _header(system: TextShards) -> Line:
    """A row that has every column of a table."""
    return Line("", page_texts.whole_text(dict.fromkeys(system.columns, "")))


def count_part(work: Count) -> list[list[str]]:
    """The paths of the counts of a shard's pages, for each system, in the order of `_kept`."""
    part = work.part
    gold = part.suite.corpus(part.shard)
    items = items_of(gold)
    assert items is not None
    task = BOILERPLATE.fitting(gold.inventory)
    units = dict(task.units(gold, ()))
    outputs = [_examine(system, units, gold, part)[1] for system in part.systems]
    rows: list[list[pl.DataFrame]] = [[] for _ in outputs]
    names = [*units]
    for start in range(0, len(names), _AT_ONCE):
        pages = {name: units.pop(name) for name in names[start : start + _AT_ONCE]}
        for place, counted in enumerate(count_all(task, pages, outputs, work.options)):
            rows[place].append(counted.rows)
    paths: list[list[str]] = []
    for place, each in enumerate(rows):
        frame = with_variants(Counted(pl.concat(each)), items).frame
        paths.append([])
        for kind, written in _kept(frame, task).items():
            path = Path(f"{part.target}-{kind}-{place}-{part.shard:05}.arrow")
            write_frame(written, path)
            paths[-1].append(str(path))
    return paths


def _kept(frame: pl.DataFrame, task: Task) -> dict[str, pl.DataFrame]:
    """What is written of the rows of a shard: all of them, their numbers, and the tables to which these refer."""
    keys = {PAGE: _OF_PAGES, SORT: _OF_SORTS, CODE: (*task.columns, "wrong")}
    found = {name: coded(frame.select(columns)) for name, columns in keys.items()}
    numbers = pl.DataFrame({name: each.of_rows for name, each in found.items()})
    return {"rows": frame, "numbers": numbers, **{name: each.table for name, each in found.items()}}


@dataclass(frozen=True)
class SuiteInShards:
    """Systems whose lines are divided by the shards of a suite.

    Attributes:
        parts: The shards.
        place: Where they are.
        keeper: What keeps that.
    """

    parts: tuple[Part, ...]
    place: Workplace
    keeper: object

    def available(self, task: Task, _: Any, __: Any, ___: Options) -> set[str]:
        """The metrics that there are."""
        return {measure.name for measure in task.measures}

    def count(
        self,
        _: Task,
        __: Mapping[str, Any],
        answers: Sequence[Mapping[str, Any]],
        options: Options,
        ___: Engine,
        advance: Any = None,
    ) -> list[Counted]:
        """What `counts.count_all` gives for these systems."""
        work = [Count(part, options) for part in self.parts]
        systems = [_Gathered() for _ in answers]
        for paths in self.place.run("count-suite", count_part, work, _names(self.parts)):
            for system, own in zip(systems, paths, strict=True):
                system.add(*own)
            if advance:
                advance(len(answers))
        return [system.counted(self.keeper) for system in systems]


class _Gathered:
    """The counts of a system as they come, shard by shard: each page is in one shard."""

    def __init__(self) -> None:
        self._sorts: pl.DataFrame | None = None
        self._table: pl.DataFrame | None = None
        self._pages: list[pl.DataFrame] = []
        self._number = 0
        self._frames: list[pl.DataFrame] = []
        self._paths: list[str] = []

    def add(self, rows: str, numbers: str, pages: str, sorts: str, table: str) -> None:
        self._sorts, of_sorts = together(self._sorts, pl.read_ipc(sorts))
        self._table, of_counts = together(self._table, pl.read_ipc(table))
        own = pl.read_ipc(numbers)
        known = {SORT: of_sorts[own[SORT]], CODE: of_counts[own[CODE]]}
        self._frames.append(pl.DataFrame({PAGE: own[PAGE] + self._number, **known}))
        self._pages.append(pl.read_ipc(pages))
        self._number += len(self._pages[-1])
        self._paths.append(rows)

    def counted(self, keeper: object) -> Coded:
        assert self._sorts is not None
        assert self._table is not None
        return Coded(
            pl.concat(self._frames, rechunk=True),
            pages=pl.concat(self._pages, rechunk=True),
            sorts=self._sorts,
            table=self._table,
            paths=tuple(self._paths),
            keeper=keeper,
        )


def _names(parts: Sequence[Part]) -> list[str]:
    return [f"shard {part.shard + 1} of {len(parts)}" for part in parts]


def read(
    gold: Corpus,
    sources: Sequence[tuple[str, Path, str | None]],
    place: Workplace,
    keeper: object,
    **allowed: bool,
) -> tuple[list[Predictions], SuiteInShards, list[str | None]]:
    """The pages that systems put out of a suite, divided by its shards and checked.

    Args:
        gold: The split of the suite.
        sources: Of each system its name, its file or folder of shards, and what its texts are written in, if that was
            named.
        place: Where they are divided.
        keeper: What keeps that.
        allowed: `allow_missing` and `allow_extra`; see `predictions.check`.

    Returns:
        The predictions; what counts them; and what each of the systems looks like.

    Raises:
        ValidationError: With the problems of all systems.
    """
    suite, shards = SuiteShards(str(gold.folder), gold.split), number_of_shards(gold)
    homes = place.folder / "homes.arrow"
    each = [suite.corpus(shard).table(_ITEMS).select("id", partition=pl.lit(shard)) for shard in range(shards)]
    write_frame(pl.concat(each), homes)
    place = replace(place, partitions=shards)
    refused: list[Problem] = []
    systems: list[TextShards] = []
    unread: list[list[Problem]] = []
    for number, (name, path, written_in) in enumerate(sources):
        try:
            step = f"pages-{number}"
            system, problems, _ = divide_texts(step, name, shards_of(path), written_in, place, str(homes))
            systems.append(system)
            unread.append(problems)
        except ValidationError as invalid:
            refused += invalid.problems
    if refused:
        raise ValidationError(refused)
    target = str(place.folder / "suite")
    parts = tuple(
        Part(suite, tuple(systems), shard, target, allowed["allow_missing"], allowed["allow_extra"])
        for shard in range(shards)
    )
    results = list(place.run("check-suite", check, parts, _names(parts)))
    units = InShards[Any](
        [result["ids"] for result in results], lambda shard: BOILERPLATE.units(suite.corpus(shard), ())
    )
    found: list[Predictions] = []
    for at, (name, _, written_in) in enumerate(sources):
        try:
            one = _concluded(name, parts, results, at, unread[at], units, gold, **allowed)
            notes = _notes(systems[at], name)
            found.append(replace(one, notes=(*notes, *one.notes), reduced=_reduced(written_in)))
        except ValidationError as invalid:
            refused += invalid.problems
    if refused:
        raise ValidationError(refused)
    looks = [_look([result["looks"][at] for result in results]) for at in range(len(systems))]
    return found, SuiteInShards(parts, place, keeper), looks


def _notes(system: TextShards, name: str) -> list[str]:
    return known_columns([_header(system)], BOILERPLATE, name)[1] if system.table and system.parts.rows else []


def _reduced(written_in: str | None) -> dict[str, str]:
    return {"output_format": written_in} if written_in not in (None, "text") else {}


def _look(parts: Sequence[tuple[Mapping[str, int], int]]) -> str | None:
    """What texts look like that were looked at shard by shard."""
    looks: dict[str, int] = {}
    for found, _ in parts:
        for written_in, times in found.items():
            looks[written_in] = looks.get(written_in, 0) + times
    return most_look_like(looks, sum(pages for _, pages in parts))


def _concluded(
    name: str,
    parts: Sequence[Part],
    results: Sequence[Mapping[str, Any]],
    at: int,
    problems: Sequence[Problem],
    units: InShards[Any],
    gold: Corpus,
    **allowed: bool,
) -> Predictions:
    found = [examined_of(result["systems"][at]) for result in results]
    system, suite = parts[0].systems[at], parts[0].suite

    def again(shard: int, hints: Sequence[str] = ()) -> tuple[Examined, dict[str, Any]]:
        corpus = suite.corpus(shard)
        return _examine(system, BOILERPLATE.units(corpus, ()), corpus, parts[shard], hints)

    outside = sum(each.outside for each in found)
    if outside and not allowed["allow_extra"] and few_enough(outside, len(units)):
        found = [again(shard, [*units])[0] if each.outside else each for shard, each in enumerate(found)]
    by_id = InShards[Any]([result["said"][at] for result in results], lambda shard: again(shard)[1])
    task = BOILERPLATE.fitting(gold.inventory)
    return conclude(
        found,
        task,
        units,
        by_id,
        name,
        allow_missing=allowed["allow_missing"],
        allow_extra=allowed["allow_extra"],
        problems=problems,
        labels=None,
    )
