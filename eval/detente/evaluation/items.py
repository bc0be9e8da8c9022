"""Item by item: what is wrong, the scores of each unit, and where two systems say different things."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import polars as pl

from detente.evaluation.counts import MAIN, Counted, Kinds, predicted, sums_of
from detente.evaluation.score import Scores, of_part
from detente.metrics.classification import Floats
from detente.tasks.metric_families import EACH_LABEL
from detente.tasks.task import FIRST, TIMES

MOST_ITEMS: Final = 10_000
"""So many items are listed; how many more there are is said."""
_AT_ONCE: Final = 200_000
"""Units whose rows are made at once."""


@dataclass(frozen=True)
class ItemDifference:
    """An item of which two systems say different things.

    Attributes:
        item: Its name.
        slice: Only `main` items enter the main scores.
        gold: The gold label; None where the task has no labels.
        said: What each said, or what was wrong with it in words; None where a system has no such item.
        wrong: How wrong each was.
    """

    item: str
    slice: str
    gold: str | None
    said: tuple[str | None, str | None]
    wrong: tuple[float, float]

    @property
    def direction(self) -> str:
        """Whether the second is `worse`, `better`, or `as wrong`."""
        first, second = self.wrong
        return "worse" if second > first else "better" if second < first else "as wrong"


class _Answer(NamedTuple):
    slice: str
    gold: str | None
    said: str
    wrong: float


def _answers(scores: Scores) -> dict[str, _Answer]:
    """What a system said of each item; several rows of one item are put together."""
    rows: dict[str, list[dict[str, str | float | None]]] = {}
    for row in scores.rows.iter_rows(named=True):
        rows.setdefault(row["item"], []).append(row)
    missing = set(scores.missing)
    return {
        item: _Answer(
            slice=str(found[0]["slice"]),
            gold=_together(row.get("gold") for row in found) or None,
            said="missing"
            if found[0]["id"] in missing
            else _together(row.get("predicted") for row in found)
            or _together(row["detail"] for row in found)
            or "right",
            wrong=sum(float(row["wrong"] or 0) for row in found),
        )
        for item, found in rows.items()
    }


def _together(values: Iterable[str | float | None]) -> str:
    return " · ".join(dict.fromkeys(str(value) for value in values if value))


class ItemDifferences(NamedTuple):
    """Where two systems say different things, or are differently wrong.

    Attributes:
        items: The worst difference first, `MOST_ITEMS` at the most.
        named: Those of the items that were asked for.
        number: How many there are.
        worse: On how many of them the second is worse.
        better: On how many it is better.
    """

    items: tuple[ItemDifference, ...]
    named: dict[str, ItemDifference]
    number: int
    worse: int
    better: int

    @property
    def omitted(self) -> int:
        """How many are not among `items`."""
        return self.number - len(self.items)


def item_differences(first: Scores, second: Scores, named: Collection[str] = ()) -> ItemDifferences:
    """The items of which two systems say different things, or are differently wrong.

    An item that only one system has, such as an invented span, is no error of the other.

    Args:
        first: The one system.
        second: The other.
        named: Items that are wanted, wherever they stand.
    """
    kinds = first.counted.kinds
    if kinds is not None and kinds is second.counted.kinds:
        return _of_kinds(kinds, first.counted, second.counted, named)
    one, two = _answers(first), _answers(second)
    found = []
    for item in dict.fromkeys([*one, *two]):
        left, right = one.get(item), two.get(item)
        if left == right:
            continue
        known = left or right
        assert known
        golds = dict.fromkeys(each.gold for each in (left, right) if each and each.gold)
        found.append(
            ItemDifference(
                item=item,
                slice=known.slice,
                gold="/".join(golds) or None,
                said=(left.said if left else None, right.said if right else None),
                wrong=(left.wrong if left else 0.0, right.wrong if right else 0.0),
            )
        )
    found.sort(key=lambda each: (-abs(each.wrong[0] - each.wrong[1]), -max(each.wrong), each.item))
    ways = [each.direction for each in found]
    return ItemDifferences(
        tuple(found[:MOST_ITEMS]),
        {each.item: each for each in found if each.item in named},
        len(found),
        ways.count("worse"),
        ways.count("better"),
    )


def _of_kinds(kinds: Kinds, first: Counted, second: Counted, named: Collection[str]) -> ItemDifferences:
    """The same of labels: what they say of an item, and how wrong that is, follows from its kind."""
    one, two = predicted(first.place), predicted(second.place)
    alike = kinds.alike(first, second)
    left, right = (each.counts(["wrong"])[each.places(alike), 0] for each in (first, second))
    alike = alike.with_columns(left=left, right=right).filter(pl.col(one) != pl.col(two))
    sizes, worse = alike[TIMES], alike["right"] > alike["left"]
    items: list[ItemDifference] = []
    asked: list[ItemDifference] = []
    if kinds.items is not None:
        differing = kinds.items.select("id", "gold", one, two).join(
            alike.drop(TIMES, FIRST).lazy(), on=["gold", one, two]
        )
        apart, greater = (pl.col("right") - pl.col("left")).abs(), pl.max_horizontal("left", "right")
        worst = differing.sort(apart, greater, "id", descending=[True, True, False]).head(MOST_ITEMS)
        wanted = differing.filter(pl.col("id").is_in(list(named)))
        items, asked = (
            [
                ItemDifference(item, MAIN, gold, (said, other), (wrong, as_wrong))
                for item, gold, said, other, wrong, as_wrong in rows.iter_rows()
            ]
            for rows in pl.collect_all([worst, wanted])
        )
    return ItemDifferences(
        tuple(items),
        {each.item: each for each in asked},
        int(sizes.sum()),
        int(sizes.filter(worse).sum()),
        int(sizes.filter(alike["right"] < alike["left"]).sum()),
    )


def per_unit(scores: Scores) -> pl.DataFrame:
    """One row per unit: its keys where they are one value, then every metric that is defined for some unit.

    Those of each label are left out: of one item they say no more than `gold` and `predicted` do.
    """
    return pl.concat(unit_slices(scores))


def unit_slices(scores: Scores) -> Iterator[pl.DataFrame]:
    """The rows of `per_unit`, so many at a time that they fit the memory; one frame at the least."""
    if scores.counted.pairs is None:
        yield _units(scores)
        return
    pairs, items = scores.counted.pairs, scores.counted.items
    if items is None:
        raise ValueError("only kinds of items are known, not the items")
    values = _values(scores, scores.counted.counts(scores.task.columns))
    kinds = items.collect_schema()
    sides = [pl.col(side).cast(kinds[side]) for side in ("gold", "predicted")]
    each = pairs.select(*sides, "slice", "wrong").with_columns(values).lazy()
    keys = [key for key in scores.task.keys if key != "id"]
    places = items.select(pl.col(FIRST).max()).collect().item()
    for start in range(0, places + 1, _AT_ONCE):
        part = items.filter(pl.col(FIRST).is_between(start, start + _AT_ONCE - 1)).sort(FIRST)
        joined = part.join(each, on=["gold", "predicted"], how="left", maintain_order="left")
        rows = joined.select("id", *keys, "wrong", *(value.name for value in values))
        yield rows.with_columns(pl.col("gold", "predicted").cast(pl.String)).collect()


def _units(scores: Scores) -> pl.DataFrame:
    task = scores.task
    keys = [
        key
        for key in task.keys
        if key != "id" and scores.rows.group_by("id").agg(pl.col(key).n_unique())[key].max() == 1
        if not scores.rows[key].is_null().all()
    ]
    grouped = scores.rows.group_by("id", maintain_order=True)
    base = grouped.agg(pl.col(keys).first(), pl.col("wrong").sum())
    return base.with_columns(_values(scores, sums_of(scores.rows, task.columns, "id")))


def _values(scores: Scores, sums: Floats) -> list[pl.Series]:
    """The metrics of units, from their sums of counts."""
    task = scores.task
    values = {
        metric.name: of_part(metric, task.columns)(sums)
        for metric in task.metrics
        if metric.name not in scores.reasons and metric.group != EACH_LABEL
    }
    return [pl.Series(name, each).fill_nan(None) for name, each in values.items() if not np.isnan(each).all()]


def errors(scores: Scores, most: int = MOST_ITEMS) -> pl.DataFrame:
    """The items that are wrong, the worst first, with what is wrong in words and, of texts, block by block.

    Args:
        scores: The scores; `counted.wrong` says how many such items there are.
        most: So many of them at the most.
    """
    wrong = scores.counted.worst(most)
    of_texts = "blocks" in wrong.columns and not wrong["blocks"].is_null().all()
    return wrong.select("item", "slice", "wrong", "detail", *(["blocks"] if of_texts else []))
