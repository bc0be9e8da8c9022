"""Baselines that are trained on a suite answer another corpus, and learn from nothing of it."""

from pathlib import Path

import polars as pl
import pytest

from detente.challenge import making
from detente.data.corpus import Corpus, load
from detente.data.jsonl import Record
from detente.evaluation.engines.local import HERE
from detente.evaluation.transfer import answers, joined
from detente.tasks.all import TASKS
from detente.tasks.task import Baseline, Task

OF = {task.name: task for task in TASKS}


@pytest.fixture(scope="module")
def sentences(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("transfer") / "contrast"
    making.make(making.recipe_of(making.suite_of("contrast"), 62, 0, ("train", "test")), folder, HERE)
    return folder


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    folder = tmp_path_factory.mktemp("transfer") / "transplant"
    making.make(making.recipe_of(making.suite_of("transplant"), 8, 0, ("train",)), folder, HERE)
    return load(folder, "train")


def baseline(task: Task, name: str) -> Baseline:
    return next(each for each in task.baselines if each.name == name)


def turned(corpus: Corpus) -> Corpus:
    """The same with body and boilerplate exchanged in the gold."""
    zones = pl.col("zone").replace({"body": "boilerplate", "boilerplate": "body"})
    made = {config: corpus.table(config) for config in corpus.manifest["configs"]}
    return Corpus(corpus.folder, made=made | {"boilerplate": corpus.table("boilerplate").with_columns(zone=zones)})


@pytest.mark.parametrize("name", ["line_words", "line_features", "smoothed"])
def test_what_is_learnt_is_the_suites_gold_and_no_other(pages: Corpus, gold: Corpus, name: str) -> None:
    task = OF["boilerplate"]
    known = answers(baseline(task, name), task, pages, gold)
    assert [line["id"] for line in known] == list(gold.articles)
    assert {line["tool"] for line in known} == {f"detente {name}, trained on transplant (train)"}
    assert answers(baseline(task, name), task, pages, turned(gold)) == known
    assert known != baseline(task, name).lines(task.asked(gold), gold)


def test_a_baseline_that_does_not_learn_answers_as_ever(pages: Corpus, gold: Corpus) -> None:
    task = OF["boilerplate"]
    each = baseline(task, "body_lines")
    assert answers(each, task, pages, gold) == each.lines(task.asked(gold), gold)


def test_ids_of_sentences_tell_nothing(sentences: Path) -> None:
    # Who does not see the sentence gives both of a pair one answer, unless the ids tell them apart.
    task, train, test = OF["contrast"], load(sentences, "train"), load(sentences)
    said = {line["id"]: line["label"] for line in answers(baseline(task, "blind"), task, train, test)}
    rows: list[Record] = test.rows("contrast")
    assert said.keys() == {row["id"] for row in rows}
    for row in rows:
        assert said[f"{row['pair']}a"] == said[f"{row['pair']}b"]


def test_two_corpora_are_two_families(sentences: Path) -> None:
    both = joined(load(sentences, "train"), load(sentences))
    table = both.table("contrast")
    assert table.select("pair", "twin").unique().sort("pair").rows() == [("asked", "asked"), ("learnt", "learnt")]
    assert table.group_by("pair").len().sort("pair").rows() == [("asked", 248), ("learnt", 248)]  # 62 items of four
    assert {name.partition(":")[0] for name in table["id"]} == {"contrast-train", "contrast-test"}
