"""The suite `contrast`: labels by construction, and nothing to be had without reading what is asked."""

import math
import re
from collections import Counter
from collections.abc import Callable
from itertools import combinations

import pytest

from detente.challenge import contrast, tables
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


def _form(row: Record, split: str) -> str:
    """A proposition without the words of its target."""
    (spoken,) = {
        each for words in contrast._words(split)["targets"].values() for each in words if each in row["proposition"]
    }
    return str(row["proposition"].replace(spoken, "T"))


@pytest.mark.parametrize("split", SPLITS)
def test_both_questions_are_asked_in_the_same_words(split: str) -> None:
    words = contrast._words(split)
    verbs = {verb for of in (words, words["past"]) for side in ("favor", "against") for verb in of[side]}
    asked: dict[bool, set[tuple[str, str]]] = {True: set(), False: set()}
    for row in rows_of(split):
        if row["task"] == "agreement":
            form = re.sub(rf"\b({'|'.join(sorted(verbs))})\b(?= T)", "v", _form(row, split))
            asked[row["edit"] == "keep"].add((row["phenomenon"], form))
    assert asked[True] == asked[False]
    # six operations and the control have verbs of their side, one a time besides; of four the words are fixed
    assert len(asked[True]) == 2 * len({row["phenomenon"] for row in rows_of(split)}), "of either holder one"


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize(
    ("task", "seen"),
    [
        ("agreement", lambda row, split: (row["phenomenon"], _form(row, split))),
        ("agreement", lambda row, _: row["phenomenon"]),
        ("agreement", lambda row, _: row["proposition"]),
        ("agreement", lambda row, _: row["id"][-2]),
        ("agreement", lambda row, _: row["id"][-1]),
        ("stance", lambda row, _: row["holder"]),
        ("stance", lambda row, _: row["target"]),
        ("stance", lambda row, _: (row["holder"], row["target"])),
        ("stance", lambda row, _: row["id"][-2]),
        ("stance", lambda row, _: row["id"][-1]),
    ],
)
def test_of_whatever_is_seen_beside_the_sentence_all_labels_are_as_frequent(
    split: str, task: str, seen: Callable[[Record, str], object]
) -> None:
    """Labels of a base depend on one another, those of two bases do not: by bases, none is 4 standard errors off.

    All of agreement are 1/4. Of stance, what is expected is .331 to .339, since only the three kinds of cooperation are
    asked about where dialogue stands against them: 1/3 to within .006.
    """
    labels, law = LABELS_OF_CONTRAST[task], 0.006 if task == "stance" else 0.0
    off: dict[tuple[object, str], dict[str, float]] = {}
    rows: Counter[object] = Counter()
    for item in ITEMS[split]:
        for row in item.rows["contrast"]:
            if row["task"] == task:
                rows[group := seen(row, split)] += 1
                for label in labels:
                    by_base = off.setdefault((group, label), {})
                    by_base[item.base] = by_base.get(item.base, 0.0) + (row["label"] == label) - 1 / len(labels)
    assert len(rows) > 1
    for (group, label), by_base in off.items():
        error = math.sqrt(sum(value * value for value in by_base.values()))
        assert abs(sum(by_base.values())) <= 4 * error + law * rows[group], (group, label)


@pytest.mark.parametrize("split", SPLITS)
def test_neither_id_nor_place_tells_what_was_done(split: str) -> None:
    """By either, of one operation in 31 places there is what chance allows: 3 of 31, and 5 standard deviations."""
    names = [item_id("contrast", split, 0, number) for number in range(len(ITEMS[split]))]
    rows = tables.frames_of(CONTRAST, names, ITEMS[split])["items"].unique("item", maintain_order=True)
    assert rows["item"].to_list() == sorted(names)
    for numbers in (range(len(rows)), [int(name.rpartition("-")[2]) for name in rows["item"]]):
        counted = Counter(
            (number % COUNT, name) for number, name in zip(numbers, rows["operation"].to_list(), strict=True)
        )
        here = Counter(number % COUNT for number in numbers)
        for (place, name), count in counted.items():
            share = (1 if name == "control" else 3) / COUNT
            most = here[place] * share + 5 * math.sqrt(here[place] * share * (1 - share))
            assert count <= most, (place, name)


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


@pytest.mark.parametrize(("label", "verb"), [("agree", "wants"), ("disagree", "rejects"), ("discuss", "wants")])
def test_who_disagrees_hears_the_opposite_verb(label: str, verb: str) -> None:
    words = {"second": "the cabinet of {A} {says}", "open": "the cabinet of {A} would not say whether it {says}"}
    says = ("wants {T} with {P}", "rejects {T} with {P}")
    clause = contrast._other_clause(words, label, says, {"A": "Ostravia", "P": "Keldmark", "C": "Samoria"}, "talks")
    begun = "would not say whether it " if label == "discuss" else ""
    assert clause == f"the cabinet of Ostravia {begun}{verb} talks with Keldmark"


def test_what_is_unrelated_is_said_of_the_third_party() -> None:
    words = {"second": "{A} {says}"}
    names = {"A": "Ostravia", "P": "Keldmark", "C": "Samoria"}
    for label in ("none", "unrelated"):
        clause = contrast._other_clause(words, label, ("wants {T} with {P}", "rejects {T} with {P}"), names, "talks")
        assert clause == "Ostravia wants talks with Samoria"
