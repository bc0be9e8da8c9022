"""The suite `contrast`: labels by construction, and nothing to be had without reading what is asked."""

from collections import Counter
from itertools import combinations

import pytest

from detente.challenge import contrast
from detente.challenge.contrast import CONTRAST
from detente.challenge.suite import Item, item_id
from detente.data.annotated import Table
from detente.data.inventory import PACKAGED
from detente.data.jsonl import Record
from detente.data.labels import LABELS_OF_CONTRAST, SPLITS
from detente.dataset import schema
from detente.tasks.contrast.checks import pairs_are_whole

COUNT = len(CONTRAST.variants)
ITEMS: dict[str, list[Item]] = {split: list(CONTRAST.items(split, 0, 0, 120 * COUNT)) for split in SPLITS}


def rows_of(split: str) -> list[Record]:
    return [row for item in ITEMS[split] for row in item.rows["contrast"]]


@pytest.mark.parametrize("split", SPLITS)
def test_rows_are_those_of_the_contrast_set(split: str) -> None:
    rows = rows_of(split)
    table = Table("contrast", rows, [row["id"] for row in rows], inventory=PACKAGED)
    assert list(pairs_are_whole({"contrast": table})) == []
    assert schema.table_problems("contrast", schema.frame_of(table), table.places) == []
    assert len({row["id"] for row in rows}) == len(rows)


@pytest.mark.parametrize("split", SPLITS)
def test_who_does_not_see_the_question_has_no_pair_with_its_twin_right(split: str) -> None:
    # The same sentence is asked about twice, and its two labels always differ.
    for item in ITEMS[split]:
        asked: dict[str, list[str]] = {}
        for row in item.rows["contrast"]:
            asked.setdefault(row["text"], []).append(row["label"])
        assert len(asked) == 2
        assert all(len(set(labels)) == 2 for labels in asked.values())


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("task", LABELS_OF_CONTRAST)
def test_labels_are_balanced(split: str, task: str) -> None:
    found = Counter(row["label"] for row in rows_of(split) if row["task"] == task)
    fair = 1 / len(LABELS_OF_CONTRAST[task])
    assert found.keys() == set(LABELS_OF_CONTRAST[task])
    assert all(abs(count / found.total() - fair) < 0.05 for count in found.values()), found


@pytest.mark.parametrize("split", SPLITS)
def test_neither_holder_nor_target_nor_place_tells_the_label(split: str) -> None:
    stance = [row for row in rows_of(split) if row["task"] == "stance"]
    for key in (
        lambda row: row["holder"],
        lambda row: row["target"],
        lambda row: row["id"][-1],
        lambda row: row["id"][-2],
    ):
        groups: dict[str, Counter[str]] = {}
        for row in stance:
            groups.setdefault(key(row), Counter())[row["label"]] += 1
        assert len(groups) > 1
        for found in groups.values():
            assert max(found.values()) / found.total() < 0.45, (key, found)


def test_splits_share_no_words() -> None:
    def words(found: object) -> set[str]:
        if isinstance(found, str):
            return {found}
        values = found.values() if isinstance(found, dict) else found
        return {word for value in values for word in words(value)}  # type: ignore[attr-defined]

    for one, other in combinations(SPLITS, 2):
        assert not words(contrast._words(one)) & words(contrast._words(other))


def test_a_pair_differs_by_its_edit_alone() -> None:
    for item in ITEMS["test"]:
        first, second = sorted({row["text"] for row in item.rows["contrast"]})
        words = [Counter(text.casefold().replace(",", "").replace(".", "").split()) for text in (first, second)]
        changed = ((words[0] - words[1]) | (words[1] - words[0])).total()
        assert changed <= 16, (first, second)


def test_sentences_of_a_base_grow_with_the_strength() -> None:
    for start in range(0, 20 * COUNT, COUNT):
        for place in range(1, COUNT, 3):
            lengths = [
                min(len(row["text"]) for row in ITEMS["test"][start + place + step].rows["contrast"])
                for step in range(3)
            ]
            assert lengths[0] < lengths[1]
            assert lengths[0] < lengths[2]


def test_control_changes_the_verb_alone() -> None:
    control = ITEMS["test"][0]
    assert control.base == item_id("contrast", "test", 0, 0)
    assert {row["phenomenon"] for row in control.rows["contrast"]} == {"verb"}
    assert {row["edit"] for row in control.rows["contrast"]} == {"flip", "keep"}


def test_states_are_named_in_the_setting() -> None:
    row = rows_of("test")[0]
    assert row["roles"].startswith("The states are invented. Velmora and Dravinia are the two states")
    assert "Polgaria is a third party" in row["roles"]
