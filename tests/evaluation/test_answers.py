"""What a model says is read by the rules that `answers` writes down, and what they do not read is never an answer."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.data.labels import STANCE_LABELS
from detente.evaluation import answers
from detente.tasks.all import TASKS

PAGE = "The dam — “old” and grey — holds. The dam is safe, said Ines Dahl."


def task(name: str) -> Any:
    return next(each for each in TASKS if each.name == name)


def read(raw: str, name: str = "stance", unit: Any = None, **asked: Any) -> dict[str, Any]:
    return answers.read(task(name), unit, asked, raw)


READABLE = {
    "favor": "favor",
    "FAVOR.": "favor",
    "  **Against**\n": "against",
    '"none"': "none",
    "favour": "favor",
    "Answer: favor": "favor",
    "**Answer:** `against`": "against",
    "Final answer - none.": "none",
    "The stance is favor.": "favor",
    "The stance of France on this is against, because it refuses.": "against",
    "Label = none": "none",
    "Stance: in favor": "favor",
    "I lean to against first.\nAnswer: against\nOn reflection:\nAnswer: favor": "favor",
    "The stance could be favor, against or none.\n\nAnswer: none": "none",
    "It is against at first sight, but France offers help.\n\nfavor": "favor",
    "<think>Answer: against</think>Answer: favor": "favor",
    "Answer: against, it seems</think>\nfavor": "favor",
    '```json\n{"label": "favor"}\n```': "favor",
    'Here it is: {"Label": "Against", "confidence": 0.9} I hope this helps.': "against",
    '{"stance": "none"}': "none",
    '{"label": "favor"} no, rather {"label": "against"}': "against",
    '{"reason": {"label": "favor"}} {"answer": "none."}': "none",
    "France is clearly in favor of it.": "favor",
    "I'm sorry, I can't be sure. Answer: favor": "favor",
    "Answer: favor; the other side is against": "favor",
}


@pytest.mark.parametrize("raw", READABLE)
def test_labels_are_read_from_words(raw: str) -> None:
    assert read(raw) == {"label": READABLE[raw]}


UNREADABLE = {
    "": "it is empty",
    "  \n": "it is empty",
    "lol": "it does not say one of favor, against, none",
    "It could be favor or against.": "it names against, favor",
    "favor\nagainst": "it names against, favor",
    "Answer: favor or against": "it names against, favor",
    "Label: favor / against / none": "it names against, favor, none",
    "The stance is not favor.": "it does not say one of favor, against, none",
    "It isn't really against it": "it does not say one of favor, against, none",
    "None of the passages speaks of it.": "it does not say one of favor, against, none",
    "The answer is none of these.": "it does not say one of favor, against, none",
    "word " * 31 + "favor": "it does not say one of favor, against, none",
    "One line.\nFrance is in favor of it.": "it does not say one of favor, against, none",
    "pro-favor": "it does not say one of favor, against, none",
    "<think>Answer: favor": "it is empty",
    '{"label": "pro"}': 'label "pro" is not one of favor, against, none',
    '{"label": ["favor"]}': "label a list is not one of favor, against, none",
    '{"score": 3}': "score 3 is not on the scale -2…2",
}


@pytest.mark.parametrize("raw", UNREADABLE)
def test_what_names_no_label_or_several_is_unreadable(raw: str) -> None:
    assert read(raw) == {"answer": f"unreadable: {UNREADABLE[raw]}"}


@pytest.mark.parametrize("words", [29, 30])
def test_thirty_words_are_the_most_of_an_answer_in_a_sentence(words: int) -> None:
    assert (read("word " * words + "favor") == {"label": "favor"}) == (words + 1 <= 30)


@pytest.mark.parametrize(
    "raw",
    [
        "I'm sorry, but I can't help with that.",
        "I’m sorry, but I can’t help with none of that.",
        "I cannot assist with this request.",
        "I am unable to label political texts.",
        "I must decline to say who is in favor.",
        "Sorry! This is something that I am not able to do.",
        "As an AI, I have no stance.",
    ],
)
def test_refusals_are_told_and_give_no_label(raw: str) -> None:
    assert read(raw) == {"answer": "refused"}
    assert read(raw, "claims") == {"answer": "refused"}
    assert read(raw, "boilerplate") == {"answer": "refused"}


def test_a_refusal_counts_within_300_characters() -> None:
    late = "The page tells of talks. " * 12  # 300 characters
    assert len(late) == 300
    assert read(late[:-10] + " I cannot") == {"answer": "refused"}
    assert read(late + "I cannot help.")["answer"].startswith("unreadable")
    assert read(late + "I cannot help.", "boilerplate") == {"text": late + "I cannot help."}


def test_scores_and_probabilities_are_read_from_json() -> None:
    assert read('{"score": -1.5}') == {"score": -1.5}
    assert read('{"label": "favor", "score": -1}') == {"label": "favor"}  # of several the first
    shares = {"favor": 0.5, "against": 0.25, "none": 0.25}
    assert read(f'{{"probabilities": {shares}}}'.replace("'", '"')) == {"probabilities": shares}
    assert read('{"score": NaN}')["answer"].startswith("unreadable")


def test_the_labels_of_contrast_are_those_of_its_question() -> None:
    for kind, label, other in (("stance", "favor", "agree"), ("agreement", "disagree", "favor")):
        unit = {"task": kind}
        assert read(f"Answer: {label}", "contrast", unit) == {"label": label}
        assert read(f"Answer: {other}", "contrast", unit)["answer"].startswith("unreadable")


def test_a_text_is_the_answer_or_what_stands_in_its_fence(minimal_gold) -> None:
    unit = task("boilerplate").units(minimal_gold, ())["detente-900"]
    for raw, text in {
        "The dam holds.\n": "The dam holds.\n",
        "```\nThe dam\nholds.\n```": "The dam\nholds.",
        'He said {"x": 1}.': 'He said {"x": 1}.',
        '{"text": "The dam"}': "The dam",
        "": "",
    }.items():
        assert read(raw, "boilerplate", unit) == {"text": text}


@pytest.fixture
def claims(minimal_gold) -> tuple[Any, str]:
    unit = task("claims").units(minimal_gold, ())["detente-900"]
    return unit, unit.page.text


def test_words_of_the_page_stand_for_offsets(claims: tuple[Any, str]) -> None:
    unit, text = claims
    words = text.split("\n")[0]
    start = text.index(words[4:])
    found = read(f'[{{"spans": ["{words[4:]}"]}}]', "claims", unit, text=text)
    assert found == {"claims": [{"spans": [[start, start + len(words) - 4]]}]}
    same = read(f'{{"claims": [{{"spans": "{words[4:]}", "check_worthy": true}}]}}', "claims", unit, text=text)
    assert same == {"claims": [{"spans": [[start, start + len(words) - 4]], "check_worthy": True}]}
    missing = read('{"claims": [{"spans": ["not on the page"]}]}', "claims", unit, text=text)
    assert missing == {"answer": "unreadable: the page does not have 'not on the page'"}
    assert read('{"claims": [{"spans": [""]}]}', "claims", unit, text=text)["answer"].startswith("unreadable")
    assert read("No claims.", "claims", unit, text=text) == {
        "answer": "unreadable: it does not say JSON with claims",
    }
    assert read('{"claims": []}', "claims", unit, text=text) == {"claims": []}


def test_quotation_marks_and_dashes_may_be_written_otherwise() -> None:
    assert answers._located("this", 'dam - "old"', {"this_text": PAGE}) == [4, 15]
    assert answers._located("spans", ["The dam"], {"text": PAGE}) == [[0, 7]]  # of two places the first
    assert answers._located("source_span", [1, 2], {"source_text": PAGE}) == [1, 2]
    assert answers._located("type", "event", {"text": PAGE}) == "event"


def test_a_fault_of_a_structured_answer_makes_it_unreadable(claims: tuple[Any, str]) -> None:
    unit, text = claims
    assert read('{"claims": [{"spans": [[0, 4]], "type": "joke"}]}', "claims", unit, text=text)["answer"] == (
        'unreadable: claims[0].type "joke" is not one of commitment, position, evaluation, numerical, causal, '
        "speech_act, state, event"
    )


@given(st.text(alphabet="favor against none label:answer{}[]\"'`*\n.-<>think/", max_size=80))
def test_whatever_is_said_makes_a_label_or_says_why_not(raw: str) -> None:
    found = read(raw)
    assert found.get("label") in (*STANCE_LABELS, None)
    assert len(found) == 1
    if "answer" in found:
        assert answers.reason(found) in ("refused", "unreadable")


def test_many_brackets_take_no_time() -> None:
    assert read('{"a":' * 100_000)["answer"].startswith("unreadable")
    assert read("{" * 1_000_000)["answer"].startswith("unreadable")


def test_why_a_line_has_no_prediction() -> None:
    assert answers.reason({"answer": "unreadable: it is empty"}) == "unreadable"
    assert answers.reason({"error": "TimeoutError", "answer": "refused"}) == "failed"
    assert answers.reason({"label": "none"}) is None
