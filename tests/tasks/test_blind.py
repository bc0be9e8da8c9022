"""The blind baseline sees everything but the pages' text, and never the gold of the family that it answers for."""

from dataclasses import replace

import polars as pl
import pytest

from detente.data.corpus import Corpus, blind_name
from detente.dataset import floors
from detente.tasks import blind, held_out
from detente.tasks.all import TASKS
from detente.tasks.held_out import Example

BLIND = {task.name: each for task in TASKS for each in task.baselines if each.name == blind.NAME}
BY_NAME = {task.name: task for task in TASKS}


def test_strings_are_seen_whole_and_by_word_numbers_as_they_are_and_the_text_of_pages_not_at_all() -> None:
    unit = {
        "id": "detente-000:France",
        "text": "page",
        "claim_text": "words of the page",
        "spans": [[2, 5]],
        "holder": {"name": "New France", "kind": None},
    }
    assert blind.seen(unit) == {
        "id=detente-000:France": 1.0,
        "id:detente-000": 1.0,
        "id:france": 1.0,
        "spans": 5.0,
        "holder.name=New France": 1.0,
        "holder.name:new": 1.0,
        "holder.name:france": 1.0,
    }


def test_probabilities_are_those_of_the_other_families() -> None:
    """In `a` and `b` the red ones are yes and the others no; in `c` it is the other way round."""
    examples = [
        Example({color: 1.0}, answer, family)
        for family, answers in {"a": ("yes", "no"), "b": ("yes", "no"), "c": ("no", "yes")}.items()
        for color, answer in zip(("red", "blue"), answers, strict=True)
    ]
    found = held_out.probabilities(examples)
    # Of c, learnt from a and b: red is yes. Of a, from b and c, which contradict each other: even.
    assert found[4]["yes"] > 0.5 > found[4]["no"]
    assert found[0] == {"yes": 0.5, "no": 0.5}
    turned = [replace_answer(each) if each.family == "c" else each for each in examples]
    assert held_out.probabilities(turned)[4:] == found[4:]


def replace_answer(example: Example) -> Example:
    return example._replace(answer="no" if example.answer == "yes" else "yes")


@pytest.mark.parametrize("families", [5, 6, 10])
def test_of_more_than_five_families_every_fifth_is_left_out_with_the_first(families: int) -> None:
    """The first of each fold alone says yes of `odd`: within its fold nobody can learn that from another family."""
    answers = ["yes" if place % held_out.FOLDS == 0 else "no" for place in range(families)]
    examples = [Example({f"own {place}": 1.0}, answer, str(place)) for place, answer in enumerate(answers)]
    found = held_out.probabilities(examples)
    # Of the first fold no other family says yes; the others have learnt from it that there is such an answer.
    assert [each == {"no": 1.0} for each in found] == [answer == "yes" for answer in answers]


def test_with_one_answer_elsewhere_it_is_certain_and_with_no_other_family_there_is_none() -> None:
    one = Example({"red": 1.0}, "yes", "a")
    assert held_out.probabilities([one, one._replace(family="b")]) == [{"yes": 1.0}, {"yes": 1.0}]
    assert held_out.probabilities([one, one]) == [{}, {}]
    assert held_out.probabilities([]) == []


def test_of_equally_probable_labels_the_first_is_taken() -> None:
    rows = {"1": ("x", "a"), "2": ("y", "b"), "3": ("x", "c"), "4": ("y", "c")}
    inputs = [{"id": name} for name in rows]
    for labels in (("x", "y"), ("y", "x")):
        predict = blind.of_labels(labels, lambda _: rows)
        # `3` and `4` are learnt from one x and one y that share nothing with them.
        lines = predict(inputs, None)  # type: ignore[arg-type]
        assert [line["label"] for line in lines[2:]] == [labels[0]] * 2


@pytest.mark.parametrize("task", BLIND)
def test_no_word_of_a_page_is_seen(gold: Corpus, task: str) -> None:
    """With every text, and every claim's words, replaced by another one the predictions stay."""
    inputs = BY_NAME[task].inputs(gold)
    other = [{name: "other" if name in blind.PAGES_TEXT else value for name, value in unit.items()} for unit in inputs]
    assert inputs != other
    assert BLIND[task].predict(other, gold) == BLIND[task].predict(inputs, gold)


@pytest.mark.parametrize("task", ["stance", "agreement"])
def test_the_gold_of_the_answered_family_is_never_seen(gold: Corpus, task: str) -> None:
    """Other labels on one page, whose family is its own, leave the predictions of that page as they are."""
    inputs = BY_NAME[task].inputs(gold)
    own = pl.col("article") == "detente-003"
    label = pl.when(own).then(pl.col("label").first()).otherwise(pl.col("label")).alias("label")
    turned = replace(gold, made={"articles": gold.table("articles"), task: gold.table(task).with_columns(label)})
    assert turned.rows(task) != gold.rows(task)
    before, after = (
        [line for line in BLIND[task].predict(inputs, corpus) if line["id"].startswith("detente-003")]
        for corpus in (gold, turned)
    )
    assert before == after


def test_what_the_build_stored_is_what_the_baseline_predicts(gold: Corpus) -> None:
    assert {task.name for task in TASKS if gold.blind(task.name)} == set(BLIND)
    for name, each in BLIND.items():
        assert gold.blind(name) == each.predict(BY_NAME[name].inputs(gold), gold)
        assert blind_name(name) in gold.manifest["files"]


def test_nothing_that_ignores_the_pages_beats_what_reads_them(gold: Corpus) -> None:
    _, rows = floors.table(floors.predictions(gold), gold)
    best: dict[tuple[str, str], float] = {}
    for task, _, _, reads, value in rows:
        best[task, reads] = max(best.get((task, reads), 0.0), float(value))
    assert {task for task, reads in best if reads == "no"} == {*BLIND, "boilerplate", "stance_open", "reuse"}
    assert {task for task, reads in best if reads == "no" and best[task, "no"] >= best[task, "yes"]} == set()
