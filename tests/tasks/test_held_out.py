"""What learns never knows the gold, nor the words, of the family that it answers for."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from detente.data.corpus import Corpus
from detente.tasks import held_out
from detente.tasks.all import TASKS
from detente.tasks.held_out import Example
from detente.tasks.task import Baseline, Task

LEARNERS = [
    pytest.param(task, each, id=f"{task.name}-{each.name}")
    for task in TASKS
    for each in task.baselines
    if each.learns_from and each.available
]
OWN = "detente-003"
"""A page whose family is its own."""


def with_marker(family_of_other: str, marker: str) -> list[Example]:
    """In `a` the marker says yes of what else says nothing; in another family there is one such sentence, too."""
    rows = [("a", f"{marker} here", "yes"), ("a", "plain here", "no"), ("b", "red one", "yes"), ("b", "blue one", "no")]
    rows += [(family_of_other, "marker there", "yes"), ("c", "plain there", "no")]
    return [Example({}, answer, family, text) for family, text, answer in rows]


def test_a_word_of_one_family_alone_tells_nothing_of_it() -> None:
    """With the marker in `a` alone its sentence is as likely as with any word that nobody knows."""
    found = held_out.probabilities(with_marker("a", "marker"))
    assert found[0] == held_out.probabilities(with_marker("a", "unheard"))[0]
    # In c, too, it is known: yes is likelier than of a word that nobody knows.
    known, unknown = (held_out.probabilities(with_marker("c", word))[0]["yes"] for word in ("marker", "unheard"))
    assert known > unknown


def test_the_answers_of_the_answered_family_change_nothing() -> None:
    examples = with_marker("c", "marker")
    turned = [each._replace(answer="no") if each.family == "a" else each for each in examples]
    assert held_out.probabilities(turned)[:2] == held_out.probabilities(examples)[:2]
    assert held_out.probabilities(turned)[2:] != held_out.probabilities(examples)[2:]


def test_what_has_no_answer_is_answered_and_not_learnt_from() -> None:
    """Of `c` nothing is known; that a line there is red changes nothing elsewhere."""
    learnt = [
        Example({color: 1.0}, answer, family) for family in "ab" for color, answer in (("red", "y"), ("blue", "n"))
    ]
    unknown = Example({"red": 1.0}, None, "c")
    found = held_out.probabilities([*learnt, unknown])
    assert found[:4] == held_out.probabilities(learnt)
    assert found[4]["y"] > 0.5


@pytest.mark.parametrize(
    ("families", "expected"),
    [
        ("", []),
        ("aa", []),  # nobody else could answer
        ("aab", ["a", "b"]),
        ("bacde", ["b", "a", "c", "d", "e"]),
        ("abcdef", ["af", "b", "c", "d", "e"]),  # of six the first and the sixth together
    ],
)
def test_every_family_is_left_out_once(families: str, expected: list[str]) -> None:
    assert list(held_out.folds(families)) == [frozenset(each) for each in expected]


def test_the_majority_is_that_of_the_others() -> None:
    """In a it is x, but of b and c (y, y, x) it is y; of a and c (x, x, x) it is x."""
    rows = [("x", "a"), ("x", "a"), ("y", "b"), ("y", "b"), ("x", "c")]
    assert held_out.majorities(rows, ("x", "y")) == ["y", "y", "x", "x", "x"]  # of a and b, 2 : 2, the first


def test_the_nearest_is_that_with_the_greatest_cosine() -> None:
    texts = [("a", "one two three", "x"), ("a", "four five", "y"), ("b", "two three", "z")]
    examples = [Example({}, answer, family, text) for family, text, answer in texts]
    assert held_out.probabilities(examples, held_out.nearest)[2] == {"x": 1.0, "y": 0.0}


def turned(gold: Corpus, task: Task) -> Corpus:
    """The gold with other answers on one page, or in contrast of one pair and its twin."""
    tables = {name: gold.table(name) for name in gold.manifest["configs"]}
    name = task.layer or ("stance" if task.name == "stance_open" else task.name)
    own = pl.col("article") == OWN if name != "contrast" else pl.col("pair").is_in(["contrast:s001", "contrast:s002"])
    others: dict[str, Callable[[pl.DataFrame], pl.DataFrame]] = {
        "boilerplate": lambda table: table.with_columns(zone=pl.when(own).then(pl.lit("body")).otherwise("zone")),
        "derivation": lambda table: table.filter(~own),
        "claims": lambda table: table.filter(~own | (pl.col("type") == "event")),
        "attribution": lambda table: table.with_columns(
            chain=pl.when(own).then(pl.col("chain").filter(own).first()).otherwise("chain")
        ),
    }
    label = lambda table: table.with_columns(  # noqa: E731
        label=pl.when(own).then(pl.col("label").filter(own).first()).otherwise("label")
    )
    tables[name] = others.get(name, label)(tables[name])
    assert not tables[name].equals(gold.table(name))
    return replace(gold, made=tables)


def answers_of(task: Task, baseline: Baseline, corpus: Corpus, gold: Corpus) -> list[Any]:
    """The lines of the page, or of the pair and its twin; the inputs stay those of the gold.

    Which claims of other pages are of the same proposition as its own depends on those, and is left out.
    """
    ids = ("contrast:s001", "contrast:s002") if task.name == "contrast" else (OWN,)
    lines = [line for line in baseline.predict(task.asked(gold), corpus) if line["id"].startswith(ids)]
    claims = [[{**claim, "propositions": None} for claim in line.get("claims", ())] for line in lines]
    return [{**line, "claims": each} for line, each in zip(lines, claims, strict=True)]


@pytest.mark.parametrize(("task", "baseline"), LEARNERS)
def test_no_baseline_knows_the_gold_of_the_family_that_it_answers_for(
    gold: Corpus, task: Task, baseline: Baseline
) -> None:
    before, after = (answers_of(task, baseline, corpus, gold) for corpus in (gold, turned(gold, task)))
    assert before == after
    assert [unit["id"] for unit in task.asked(gold)] == [
        line["id"] for line in baseline.predict(task.asked(gold), gold)
    ]
