"""The counts of one system: a row for each item, or one for all items that are alike, with how many they are."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from detente.evaluation.engines.engine import Engine
from detente.evaluation.engines.local import HERE
from detente.evaluation.engines.pages import one_by_one, rows_of_systems
from detente.metrics.classification import Floats
from detente.stats import bootstrap
from detente.stats.bootstrap import Clusters
from detente.tasks.metric_families import MISSING
from detente.tasks.task import FIRST, PREDICTED, TIMES, Alike, OfLabels, Options, Row, Task, sizes_of

MAIN: Final = "main"
"""The slice whose rows enter the main scores."""
BLOCKS: Final = pl.List(
    pl.Struct({"kind": pl.String, "of": pl.String, "start": pl.Int64, "end": pl.Int64, "text": pl.String})
)
"""What is wrong with a text, block by block (`tasks.text_errors.block`)."""
_PAIR: Final = ("gold", "predicted")
_SAID: Final = rf"^{PREDICTED}\d+$"
Rows = TypeVar("Rows", pl.DataFrame, pl.LazyFrame)


def predicted(system: int) -> str:
    """The column of kinds that has what a system says, by the system's place."""
    return f"{PREDICTED}{system}"


def kinds_of(gold: pl.DataFrame, answers: Sequence[pl.Series]) -> pl.DataFrame:
    """Items that are alike in every respect that scores see, as one row each.

    Args:
        gold: Of each item its place in the gold as `FIRST`, the keys that scores tell apart (`distinct`), and `gold`.
        answers: What each system says of each item; null where it says nothing.

    Returns:
        The keys, `gold`, `predicted 0` and so on, how many items are of the kind as `TIMES`, and of these the first.
    """
    return merged([_with_answers(gold, answers).with_columns(pl.lit(1.0).alias(TIMES))])


def _with_answers(gold: pl.DataFrame, answers: Sequence[pl.Series]) -> pl.DataFrame:
    return gold.with_columns(each.fill_null(MISSING).alias(predicted(place)) for place, each in enumerate(answers))


def merged(frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """The kinds of all items together, from those of parts: the same whatever the parts are, and in whatever order."""
    rows = pl.concat(frames)
    keys = [key for key in rows.columns if key not in (TIMES, FIRST)]
    return rows.group_by(keys).agg(pl.col(TIMES).sum(), pl.col(FIRST).min()).sort(FIRST)


def distinct(items: int, alone: bool) -> tuple[str, ...]:
    """Which of `id` and `family` tell kinds apart.

    Few items are told apart by their ids, so that each of them can be drawn. Of many it is drawn how many of each kind
    come; families tell these apart unless every item is its own.

    Args:
        items: How many there are.
        alone: Whether the family of each is itself.
    """
    return ("id", "family") if items <= bootstrap.MOST_DRAWN else () if alone else ("family",)


@dataclass(frozen=True)
class Kinds:
    """What several systems say of the items of one gold.

    Attributes:
        frame: The kinds of items; see `kinds_of`.
        every: A row for each item, in any order, with the same columns but `TIMES`, its `id` and its `family`; None
            where items are not kept.
    """

    frame: pl.DataFrame
    every: pl.LazyFrame | None = None

    @property
    def apart(self) -> bool:
        """Whether items are told apart, so that each is a kind of its own."""
        return "id" in self.frame.columns

    @property
    def items(self) -> pl.LazyFrame | None:
        """A row for each item; None where only the kinds are known."""
        return self.frame.lazy() if self.apart else self.every

    def alike(self, *systems: "Counted") -> pl.DataFrame:
        """Of the gold labels and what some of the systems say of them, how many items have them, and the first."""
        by = ("gold", *(predicted(each.place) for each in systems))
        return self.frame.group_by(by).agg(pl.col(TIMES).sum(), pl.col(FIRST).min()).sort(FIRST)

    def names(self, places: pl.Series) -> list[str]:
        """The ids at places in the gold; empty where items are not kept."""
        if self.items is None:
            return [""] * len(places)
        found = self.items.select(FIRST, "id").filter(pl.col(FIRST).is_in(places.implode())).collect()
        ids = dict(found.iter_rows())
        return [ids[place] for place in places]


def _of_system(rows: Rows, place: int) -> Rows:
    """Rows of several systems with what one of them says as `predicted`."""
    return rows.select(pl.exclude(_SAID), pl.col(predicted(place)).alias("predicted"))


@dataclass(frozen=True)
class Counted:
    """The counts of one system.

    Attributes:
        frame: A row for each item with its keys and counts or, where there are `pairs`, for each kind of items.
        pairs: The counts of one item for each pair of `gold` and `predicted`, where these say all of an item's.
        kinds: The kinds of which the rows are, where all items of several systems are.
        place: Of this system among them.
        words: Where the frame has numbers as `detail`: from these to what is wrong with a row, in words.
    """

    frame: pl.DataFrame
    pairs: pl.DataFrame | None = None
    kinds: Kinds | None = None
    place: int = 0
    words: Callable[[Sequence[int]], list[str]] | None = None

    @cached_property
    def rows(self) -> pl.DataFrame:
        """A row for each item, with its keys and counts."""
        if self.pairs is None:
            return self._told(self.frame)
        items = self.items
        if items is None:
            raise ValueError("only kinds of items are known, not the items")
        return self._with_counts(items.sort(FIRST).drop(FIRST, TIMES, strict=False).collect())

    def _told(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows of the frame with what is wrong in words."""
        if self.words is None:
            return rows
        return rows.with_columns(detail=pl.Series(self.words(rows["detail"].to_list()), dtype=pl.String))

    @property
    def items(self) -> pl.LazyFrame | None:
        """Of pairs, a row for each item in any order, without counts; None where only the kinds are known."""
        items = self.kinds.items if self.kinds else None
        return None if items is None else _of_system(items, self.place).with_columns(item="id")

    @cached_property
    def main(self) -> "Counted":
        """Those that enter the main scores."""
        return self if self.pairs is not None else replace(self, frame=self.frame.filter(slice=MAIN))

    @property
    def size(self) -> int:
        """How many items there are."""
        return len(self.frame) if self.pairs is None else int(self.frame[TIMES].sum())

    def by(self, *keys: str) -> pl.DataFrame:
        """Rows with these keys, gold and prediction and counts: of items that are alike one, and how many they are.

        In the order in which they first appear.
        """
        if self.pairs is None:
            return self.frame
        known = [key for key in dict.fromkeys((*keys, *_PAIR)) if key in self.frame.columns]
        return self._with_counts(self.frame.group_by(known, maintain_order=True).agg(pl.col(TIMES).sum()))

    def _with_counts(self, rows: pl.DataFrame) -> pl.DataFrame:
        assert self.pairs is not None
        named = rows.with_columns(pl.col(_PAIR).cast(pl.String))
        return named.join(self.pairs, on=_PAIR, how="left", maintain_order="left")

    def clusters(self, columns: Sequence[str], by: str) -> Clusters:
        """What is resampled: the values of a key with their counts; of very many those that are alike together."""
        if self.pairs is None or not self._single(by):
            return bootstrap.alike(self.sums(columns, by))
        if "id" in self.frame.columns:
            return Clusters(self.counts(columns), kinds=self._places)
        times = np.bincount(self._places, self.frame[TIMES].to_numpy(), len(self.pairs))
        return Clusters(self.counts(columns), times=times.astype(float))

    def has(self, key: str) -> bool:
        """Whether rows have a key."""
        return key in self.frame.columns

    def values(self, *keys: str) -> pl.DataFrame:
        """The different values of keys, in the order in which they first appear."""
        return self.frame.select(keys).unique(maintain_order=True)

    def sums(self, columns: Sequence[str], *keys: str) -> Floats:
        """The counts of each value of keys, or of one key of pairs, shape `(values, columns)`, as `values` has them."""
        return sums_of(self.frame, columns, *keys) if self.pairs is None else self.sizes(*keys) @ self.counts(columns)

    def counts(self, columns: Sequence[str]) -> Floats:
        """The counts of one item of each pair."""
        assert self.pairs is not None
        counts: Floats = self.pairs.select(columns).to_numpy()
        return counts

    def places(self, kinds: pl.DataFrame) -> NDArray[np.integer[Any]]:
        """Of each row of kinds the place of this system's pair."""
        return self._places_of(kinds["gold"], kinds[predicted(self.place)])

    @cached_property
    def _places(self) -> NDArray[np.integer[Any]]:
        return self._places_of(self.frame["gold"], self.frame["predicted"])

    def _places_of(self, gold: pl.Series, said: pl.Series) -> NDArray[np.integer[Any]]:
        assert self.pairs is not None
        codes = tuple(side.to_physical().to_numpy() for side in (gold, said))
        named = zip(_PAIR, (gold, said), strict=True)
        pairs = tuple(self.pairs[name].cast(side.dtype).to_physical().to_numpy() for name, side in named)
        places = np.zeros([int(each.max()) + 1 for each in pairs], dtype=np.int16)
        places[pairs] = np.arange(len(self.pairs))
        found: NDArray[np.integer[Any]] = places[codes]
        return found

    def sizes(self, key: str) -> Floats:
        """How many items of each pair each value of a key has, shape `(values, pairs)`, as the values first appear."""
        assert self.pairs is not None
        values = self.frame.select(key).unique(maintain_order=True).with_row_index("place")
        rows = self.frame.select(key).join(values, on=key, how="left", nulls_equal=True, maintain_order="left")
        cells = rows["place"].to_numpy().astype(np.int64) * len(self.pairs) + self._places
        counted = np.bincount(cells, self.frame[TIMES].to_numpy(), len(values) * len(self.pairs))
        return counted.reshape(len(values), len(self.pairs)).astype(float)

    def _single(self, key: str) -> bool:
        """Whether each item has a value of its own."""
        if key in ("id", "item") or key not in self.frame.columns:
            return True
        return "id" in self.frame.columns and bool((self.frame[key] == self.frame["id"]).all())

    def null(self, key: str) -> bool:
        """Whether a key has no values."""
        return self.has(key) and bool(self.frame[key].is_null().all())

    def parts(self, key: str, unit: str, least: int) -> "Iterator[tuple[str, Counted]]":
        """The items of each value of a key that have so many values of a unit at least, as the values first appear."""
        if key not in self.frame.columns:  # each item has its own
            return
        known = self.frame.drop_nulls(key)
        if self.pairs is not None and self._single(unit):
            sizes = sizes_of(known, key)
        else:
            sizes = known.group_by(key, maintain_order=True).agg(size=pl.col(unit).n_unique())
        sizes = sizes.filter(pl.col("size") >= least)
        large = self.frame.join(sizes, on=key, how="semi", maintain_order="left") if len(sizes) else self.frame.clear()
        for (value,), rows in large.partition_by(key, maintain_order=True, as_dict=True).items():
            yield str(value), Counted(rows, self.pairs, words=self.words)

    @cached_property
    def wrong(self) -> int:
        """How many items are wrong."""
        rows = self.by().filter(pl.col("wrong") > 0)
        return len(rows) if self.pairs is None else int(rows[TIMES].sum())

    @property
    def wrong_items(self) -> tuple[int, int]:
        """How many items are wrong, and how many there are; an item of several rows counts once."""
        if self.pairs is not None:
            return self.wrong, self.size
        wrong = self.frame.filter(pl.col("wrong") > 0)
        return wrong["item"].n_unique(), self.frame["item"].n_unique()

    def worst(self, most: int) -> pl.DataFrame:
        """The rows of the items that are wrong, the worst first: of equals the first in the gold."""
        if self.pairs is None:
            wrong = self.frame.filter(pl.col("wrong") > 0)
            return self._told(wrong.sort("wrong", descending=True, maintain_order=True).head(most))
        kept = self.pairs.filter(pl.col("wrong") > 0).select(*_PAIR, "slice", "wrong", "detail", "blocks")
        if self.items is None:
            return kept.clear().with_columns(item=pl.lit("")).head(most)
        kept = kept.with_columns(pl.col(side).cast(self.frame[side].dtype) for side in _PAIR)
        items = self.items.select(FIRST, "item", *_PAIR).join(kept.lazy(), on=_PAIR)
        return items.sort("wrong", FIRST, descending=[True, False]).head(most).collect()

    def number_of(self, key: str) -> int:
        """How many values a key has."""
        return self.size if self.pairs is not None and self._single(key) else self.frame[key].n_unique()


def together(systems: Sequence[Counted]) -> Kinds | None:
    """The kinds that systems have in common, where there are so many items that they are not told apart."""
    kinds = systems[0].kinds
    shared = kinds is not None and all(each.kinds is kinds for each in systems)
    return kinds if kinds and shared and not kinds.apart else None


def _schema(task: Task) -> dict[str, Any]:
    counts = dict.fromkeys((*task.columns, "wrong"), pl.Float64)
    return dict.fromkeys(task.keys, pl.String) | counts | {"detail": pl.String, "blocks": BLOCKS}


def _frame(task: Task, rows: list[Row]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=_schema(task), orient="row").with_columns(pl.col(pl.Float64).fill_null(0.0))


def _completed(task: Task, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of a batch with every column: counts that are left out are 0, `detail` is the number of the row."""
    schema = _schema(task)
    left_out = {
        name: pl.lit(0.0 if kind == pl.Float64 else None, kind)
        for name, kind in schema.items()
        if name not in rows.columns
    }
    return rows.with_columns(**left_out | {"detail": pl.int_range(pl.len())}).select(*schema)


def count_all(
    task: Task,
    units: Mapping[str, Any],
    systems: Sequence[Mapping[str, Any]],
    options: Options,
    engine: Engine = HERE,
    advance: Callable[[int], None] | None = None,
) -> list[Counted]:
    """The counts of several systems on the same units; texts by an engine.

    A unit without a prediction counts as empty, or as the answer `missing`.
    """
    alike = task.alike(units, systems) if task.alike else None
    said = alike.answers if alike else [None] * len(systems)
    others = [by_id for by_id, answers in zip(systems, said, strict=True) if answers is None]
    one_by_one = iter(_one_by_one(task, units, others, options, engine, advance) if others else ())
    by_kind = iter(_by_kind(alike, options) if alike else ())
    result = []
    for answers in said:
        result.append(next(one_by_one) if answers is None else next(by_kind))
        if answers is not None and advance:
            advance(len(units))
    return result


def _by_kind(alike: Alike, options: Options) -> list[Counted]:
    """The counts of the systems that say labels and nothing else."""
    gold = alike.items.with_columns(pl.int_range(pl.len()).alias(FIRST))
    columns = [answers for answers in alike.answers if isinstance(answers, pl.Series)]
    keys = distinct(len(gold), bool((gold["family"] == gold["id"]).all()))
    kinds = kinds_of(gold.drop({"id", "family"} - {*keys}), columns)
    places = iter(range(len(columns)))
    systems = [each if isinstance(each, str) else next(places) for each in alike.answers if each is not None]
    return counted_of(Kinds(kinds, _with_answers(gold, columns).lazy()), systems, alike.of_labels, options)


def counted_of(kinds: Kinds, systems: Sequence[int | str], of_labels: OfLabels, options: Options) -> list[Counted]:
    """The counts of systems, each pair of labels counted once.

    Args:
        kinds: Of the items.
        systems: Their places in it; or the label that one gives to every item.
        of_labels: How items are counted.
        options: What counts as right.
    """
    found = []
    for system in systems:
        if isinstance(system, str):
            said = pl.lit(system, pl.Enum([*of_labels.task.labels, MISSING]))
            frame = kinds.frame.select(pl.exclude(_SAID), said.alias("predicted"))
            found.append(Counted(frame, _pairs(frame, of_labels, options)))
        else:
            frame = _of_system(kinds.frame, system)
            found.append(Counted(frame, _pairs(frame, of_labels, options), kinds, system))
    return found


def _pairs(frame: pl.DataFrame, of_labels: OfLabels, options: Options) -> pl.DataFrame:
    """The counts of one item for each pair of labels, in the order of first appearance."""
    pairs = frame.select(*_PAIR).unique(maintain_order=True).rows()
    names = {f"{gold}>{predicted}": (gold, predicted) for gold, predicted in pairs}
    units = {name: of_labels.unit(gold, name) for name, (gold, _) in names.items()}
    answers = {name: of_labels.answer(said) for name, (_, said) in names.items() if said != MISSING}
    (counted,) = _one_by_one(of_labels.task, units, [answers], options)
    return counted.rows.select(*_PAIR, "slice", *of_labels.task.columns, "wrong", "detail", "blocks")


def _one_by_one(
    task: Task,
    units: Mapping[str, Any],
    systems: Sequence[Mapping[str, Any]],
    options: Options,
    engine: Engine = HERE,
    advance: Callable[[int], None] | None = None,
) -> list[Counted]:
    if task.count_all is not None:
        found = []
        for by_id in systems:
            rows, words = task.count_all([*units.values()], [by_id.get(name) for name in units], options)
            found.append(Counted(_completed(task, rows), words=words))
            if advance:
                advance(len(units))
        return found
    if task.group is None:
        # Texts take their time to be aligned; labels are counted before another process has started.
        count = task.count_systems or one_by_one(task.count)
        counted = rows_of_systems(count, units, systems, options, engine if task.texts else HERE, advance)
    else:
        counted = []
        for by_id in systems:
            groups, answers = task.group(units, by_id)
            counted += rows_of_systems(one_by_one(task.count), groups, [answers], options)
    return [Counted(_frame(task, rows)) for rows in counted]


def sums_of(rows: pl.DataFrame, columns: Sequence[str], *by: str) -> NDArray[np.float64]:
    """The counts summed by keys, shape `(values of the keys, columns)`, in the order of first appearance.

    Of the columns, many are 0 throughout, such as most cells of a confusion matrix: they are not added up.
    """
    there = [name for name in columns if (rows[name] != 0).any()] or columns[:1]
    each = pl.col(there) * pl.col(TIMES) if TIMES in rows.columns else pl.col(there)
    grouped = rows.group_by(by, maintain_order=True).agg(each.sum())
    sums = np.zeros((len(grouped), len(columns)), order="F")  # as polars has it: how it lies decides how it is added up
    sums[:, [columns.index(name) for name in there]] = grouped.select(there).to_numpy()
    return sums


def totals_of(rows: pl.DataFrame, columns: Sequence[str]) -> NDArray[np.float64]:
    """The counts of all rows together."""
    each = pl.col(columns) * pl.col(TIMES) if TIMES in rows.columns else pl.col(columns)
    totals: NDArray[np.float64] = rows.select(each.sum()).to_numpy()[0]
    return totals
