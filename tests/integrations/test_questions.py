"""What frameworks ask and score: the same prompts, labels and numbers as `detente eval`."""

import math

import pytest

from detente.data.jsonl import Line
from detente.evaluation.predictions import check
from detente.evaluation.score import score
from detente.integrations.questions import ANSWERED, QUESTIONS, question
from detente.tasks.stance.task import STANCE

NAMES = [each.name for each in QUESTIONS]


@pytest.mark.parametrize("name", NAMES)
def test_right_answers_are_perfect(gold, name: str) -> None:
    asked = question(name)
    given = {each.id: f"Answer: {each.target}" for each in asked.documents(gold)}
    assert asked.values(given, gold) == dict.fromkeys((*asked.metrics, ANSWERED), 1.0)
    assert f"|prompt:{asked.prompt.signature}|" in asked.scores(given, gold).signature


@pytest.mark.parametrize("name", NAMES)
def test_documents_are_the_inputs_and_tell_no_label(gold, name: str) -> None:
    asked = question(name)
    documents = asked.documents(gold)
    assert [each.id for each in documents] == [unit["id"] for unit in asked.asked.inputs(gold)]
    known = {label for meanings in asked.prompt.definitions.values() for label in meanings}
    assert {each.target for each in documents} <= known
    units = {unit["id"]: unit for unit in asked.asked.inputs(gold)}  # what is asked follows from the inputs alone
    assert all(each.messages == asked.prompt.messages(units[each.id]) for each in documents)
    assert documents[0].text == "\n\n".join(message["content"] for message in documents[0].messages)


def test_the_numbers_are_those_of_the_task(gold) -> None:
    asked = question("stance")
    documents = asked.documents(gold)
    words = {each.id: ["Answer: favor", "none", "I can't.", "lol"][place % 4] for place, each in enumerate(documents)}
    lines = [Line(f"f:{place}", {"id": name, "raw": raw}) for place, (name, raw) in enumerate(words.items())]
    ours = score(check(lines, STANCE, gold, "f"), gold)
    found = asked.scores(words, gold)
    assert {name: each.value for name, each in found.metrics.items()} == pytest.approx(
        {name: each.value for name, each in ours.metrics.items()}, nan_ok=True
    )
    assert found.settings.items() - ours.settings.items() == {("prompt", asked.prompt.signature)}
    assert asked.values(words, gold)[ANSWERED] == 0.5  # of each four the first two
    assert {why: len(names) for why, names in found.unanswered.items()} == {"refused": 144, "unreadable": 144}


def test_check_worthiness_is_asked_of_the_claims_of_the_gold(gold) -> None:
    asked = question("check_worthiness")
    documents = asked.documents(gold)
    worthy = sum(each.target == "yes" for each in documents)
    assert worthy == sum(row["check_worthy"] for row in gold.rows("claims"))
    everything = asked.values({each.id: "yes" for each in documents}, gold)
    # Precision is the share that is worthy, recall is 1.
    assert everything["check_worthy_f1"] == pytest.approx(2 * worthy / (2 * worthy + len(documents) - worthy))
    nothing = asked.values({each.id: "no" for each in documents}, gold)
    assert nothing["check_worthy_f1"] == 0
    assert asked.scores({each.id: "yes" for each in documents}, gold).metrics["iou50_f1"].value == 1


def test_an_unreadable_answer_is_no_label_of_a_claim(gold) -> None:
    asked = question("check_worthiness")
    words = {each.id: "Answer: yes" for each in asked.documents(gold)}
    worthy = next(each for each in asked.documents(gold) if each.target == "yes")
    before, after = asked.values(words, gold), asked.values({**words, worthy.id: "perhaps"}, gold)
    assert after["check_worthy_f1"] < before["check_worthy_f1"]
    assert after[ANSWERED] == pytest.approx(1 - 1 / len(words))


def test_types_count_for_every_claim_and_for_none_if_none_could_be_read(gold) -> None:
    asked = question("attribution_type")
    words = {each.id: f"Answer: {each.target}" for each in asked.documents(gold)}
    first = next(iter(words))
    assert asked.values({**words, first: "lol"}, gold)["attribution_type_accuracy"] == pytest.approx(1 - 1 / len(words))
    nothing = asked.values(dict.fromkeys(words, "lol"), gold)
    assert nothing[ANSWERED] == 0
    assert math.isnan(nothing["attribution_type_accuracy"])


def test_what_was_not_asked_for_is_left_out(gold) -> None:
    for asked in QUESTIONS:
        some = asked.documents(gold)[:8]
        found = asked.values({each.id: f"Answer: {each.target}" for each in some}, gold)
        assert found[ANSWERED] == 1
        if asked.name in ("stance", "agreement"):
            assert found["accuracy"] == 1


def test_a_question_that_is_none_is_named() -> None:
    with pytest.raises(ValueError, match=r"there is no question 'x': stance, agreement, contrast, check_worthiness, "):
        question("x")


def test_before_there_is_an_answer_nothing_is_defined() -> None:
    for each in QUESTIONS:
        values = each.values({})
        assert values.keys() == {*each.metrics, ANSWERED}
        assert all(map(math.isnan, values.values()))
