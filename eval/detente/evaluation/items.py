"""Two systems side by side: the items of which they say different things."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from detente.evaluation.score import Scores


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


def item_differences(first: Scores, second: Scores) -> tuple[ItemDifference, ...]:
    """The items of which two systems say different things, or are differently wrong, the worst difference first.

    An item that only one system has, such as an invented span, is no error of the other.
    """
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
    return tuple(sorted(found, key=lambda each: (-abs(each.wrong[0] - each.wrong[1]), -max(each.wrong), each.item)))
