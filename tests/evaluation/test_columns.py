"""Tables as people have them: what stands beside the predictions is left out, contradictions are refused."""

from typing import Any

import pytest

import detente
from detente.data.jsonl import Line
from detente.data.problems import ValidationError
from detente.evaluation.columns import misspelt, named_labels, with_probabilities
from detente.evaluation.predictions import Predictions, read
from detente.tasks.agreement.task import AGREEMENT
from detente.tasks.all import TASKS
from detente.tasks.stance.task import STANCE

CHANCES = "id,favor,against,none"


def csv(gold: Any, header: str, first: str, others: str) -> bytes:
    """A table whose first row has these cells beside its id, and every other those."""
    names = list(STANCE.units(gold))
    rows = [f"{name},{first if place == 0 else others}" for place, name in enumerate(names)]
    return "\n".join([header, *rows]).encode()


def refused(gold: Any, *table: str, name: str = "f.csv") -> list[str]:
    with pytest.raises(ValidationError) as invalid:
        read(name, csv(gold, *table), gold, STANCE)
    return list(map(str, invalid.value.problems))


def first(found: Predictions) -> Any:
    return next(iter(found.by_id.values()))


def test_columns_named_by_the_labels_are_probabilities(minimal_gold) -> None:
    bare = read("f.csv", csv(minimal_gold, CHANCES, "0.2,0.7,0.1", "0,0,1"), minimal_gold)
    dotted = read(
        "f.csv",
        csv(minimal_gold, "id,probabilities.favor,probabilities.against,probabilities.none", "0.2,0.7,0.1", "0,0,1"),
        minimal_gold,
    )
    assert bare == dotted
    assert (first(bare).label, first(bare).probabilities) == ("against", {"favor": 0.2, "against": 0.7, "none": 0.1})
    assert bare.notes == ()


def test_a_chance_that_is_missing_or_misspelt_is_told(minimal_gold) -> None:
    assert refused(minimal_gold, CHANCES, "0.2,0.8,", "0,0,1") == [
        "f.csv:2: probabilities: probabilities name 'favor', 'against': name each of favor, against, none"
    ]
    assert refused(minimal_gold, "id,favor,against", "1,0", "1,0") == [
        (
            "f.csv:1: form: the table has 'id', 'favor', 'against': stance needs one of label, score, probabilities,"
            " or a column for each of favor, against, none"
        )
    ]
    assert refused(minimal_gold, "id,favor,Against,none", "1,0,0", "1,0,0") == [
        "f.csv:1: unknown-field: 'Against' is no known name: did you mean against?"
    ]


def test_bare_columns_beside_probabilities_are_left_out_with_the_note(minimal_gold) -> None:
    header = f"{CHANCES},probabilities.favor,probabilities.against,probabilities.none"
    found = read("f.csv", csv(minimal_gold, header, "0,0,1,1,0,0", "0,0,1,1,0,0"), minimal_gold)
    assert first(found).label == "favor"
    assert found.notes == ("columns that stance does not use were ignored: 'favor', 'against', 'none'",)


@pytest.mark.parametrize(
    ("label", "chances", "problem"),
    [
        ("against", "0.2,0.7,0.1", None),
        ("favor", "0.2,0.7,0.1", "the label is favor (0.2), but against is more probable (0.7)"),
        # Of equally probable ones each is the most probable, and the one that is named counts.
        ("against", "0.5,0.5,0", None),
        ("favor", "0.5,0.5,0", None),
        ("none", "0.5,0.5,0", "the label is none (0), but favor is more probable (0.5)"),
        # No label there: that of the chances.
        ("", "0.2,0.7,0.1", None),
    ],
)
def test_a_label_beside_its_probabilities_is_the_most_probable(
    minimal_gold, label: str, chances: str, problem: str | None
) -> None:
    table = ("id,label,favor,against,none", f"{label},{chances}", "none,0,0,1")
    if problem:
        assert refused(minimal_gold, *table) == [f"f.csv:2: probabilities: {problem}"]
        return
    found = read("f.csv", csv(minimal_gold, *table), minimal_gold, STANCE)
    assert (first(found).kind, first(found).label) == ("probabilities", label or "against")
    assert found.kinds == ("probabilities",)


def test_a_label_without_probabilities_beside_others_with_them_is_a_label(minimal_gold) -> None:
    table = ("id,label,favor,against,none", "favor,,,", "none,0,0,1")
    found = read("f.csv", csv(minimal_gold, *table), minimal_gold)
    assert (first(found).kind, first(found).label) == ("label", "favor")
    assert found.kinds == ("label", "probabilities")


def test_faults_of_label_and_probabilities_come_at_once_and_other_pairs_stay_two_forms(minimal_gold) -> None:
    hint = "other spellings are mapped by --labels pro=LABEL with one of ours for LABEL"
    assert refused(minimal_gold, "id,label,favor,against,none", "pro,2,0,0", "none,0,0,1") == [
        "f.csv:2: value-out-of-range: the probability of favor is 2.0, not a number from 0 to 1",
        f'f.csv:2: label-unknown: label "pro" is not one of favor, against, none; {hint}',
    ]
    assert refused(minimal_gold, "id,label,score", "none,0", "none,") == [
        "f.csv:2: form: the line has label and score: give exactly one of label, score, probabilities"
    ]


def test_json_lines_know_neither_bare_columns_nor_a_label_beside_probabilities() -> None:
    names = [item["id"] for item in detente.inputs("stance")]
    chances = {"favor": 0.0, "against": 0.0, "none": 1.0}
    for extra, message in (
        ({"label": "none", "probabilities": chances}, "form: the line has label and probabilities: give exactly one"),
        ({"label": "none", **chances}, "unknown-field: 'against', 'favor', 'none': stance knows id, label, score"),
    ):
        with pytest.raises(ValidationError, match=message):
            detente.score([{"id": name, **extra} for name in names], "stance")


@pytest.mark.parametrize("index", ["", "Unnamed: 0", "__index_level_0__", "index", "level_0"])
def test_what_people_keep_beside_their_predictions_is_left_out_and_named(minimal_gold, index: str) -> None:
    header = f"id,label,{index},confidence,model,text,body,paragraphs"
    found = read("f.csv", csv(minimal_gold, header, "favor,0,.9,m,x,y,z", "none,1,.9,m,x,y,z"), minimal_gold)
    assert found.task is STANCE
    names = ", ".join(map(repr, (index or "(no name)", "confidence", "model", "text", "body", "paragraphs")))
    assert found.notes == (f"columns that stance does not use were ignored: {names}",)


# Labels that are integers


def lines(*labels: Any) -> list[Line]:
    return [Line(f"f:{place}", {"id": str(place), "label": label}) for place, label in enumerate(labels)]


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        ([0, 1, 2], ["favor", "against", "none"]),
        # A column of pandas with nulls has floats; cells of CSV are words.
        ([2.0, 0.0], ["none", "favor"]),
        (["2", "1"], ["none", "against"]),
    ],
)
def test_integers_are_labels_in_the_order_of_the_inventory(labels: list[Any], names: list[str]) -> None:
    found, (note,) = named_labels([*lines(*labels), Line("f", {"id": "x"})], STANCE)
    assert [line.record.get("label") for line in found] == [*names, None]
    assert note.startswith("labels that are integers were taken for those of the dataset's column, in its order: ")


def test_the_note_names_what_was_taken_for_what() -> None:
    _, (note,) = named_labels(lines(3, 0, 3), AGREEMENT)
    assert note.endswith(": 0 for agree, 3 for unrelated")


@pytest.mark.parametrize("odd", [3, -1, 1.5, "3", "-1", "²", "favor", True, float("nan"), [0], {}, "0" * 5000])
def test_one_label_that_is_no_such_integer_and_none_is_taken_for_one(odd: Any) -> None:
    given = lines(0, 1, odd)
    assert named_labels(given, STANCE) == (given, [])


def test_lines_without_labels_are_as_they_are() -> None:
    given = [Line("f", {"id": "x", "score": 1})]
    assert named_labels(given, STANCE) == (given, [])
    assert with_probabilities(given, TASKS) == given
    assert with_probabilities([], TASKS) == []


def test_names_within_80_of_100_are_misspelt() -> None:
    # 2 · 4 of 10 letters: 80. 2 · 3 of 8: 75.
    assert misspelt(["Laben"], ["id", "label"]) == "'Laben' is no known name: did you mean label?"
    assert misspelt(["lab"], ["id", "label"]) == ""
