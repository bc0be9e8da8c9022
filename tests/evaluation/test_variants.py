"""How items were made stands beside their counts, and scores are broken down by it."""

from dataclasses import replace

import polars as pl
import pytest

from detente.data.corpus import Corpus
from detente.evaluation.counts import Counted
from detente.evaluation.variants import in_suite, items_of, with_variants
from detente.tasks.all import TASKS
from detente.tasks.task import Task

ITEMS = pl.DataFrame(
    {
        "id": ["s-1", "s-2"],
        "article": ["i-1", "i-2"],
        "base": ["i-1", "i-1"],
        "operation": ["control", "cut"],
        "strength": ["none", "weak"],
        "family": ["detente-002", "detente-003"],
    }
)


def test_rows_of_pages_are_found_by_their_page() -> None:
    counted = Counted(pl.DataFrame({"id": ["s-2@news"], "article": ["s-2"], "family": ["x"], "right": [1.0]}))
    (row,) = with_variants(counted, ITEMS).frame.rows(named=True)
    made = {"base": "i-1", "operation": "cut", "strength": "weak", "family": "detente-003"}
    assert row == {"id": "s-2@news", "article": "s-2", "right": 1.0, **made}


def test_rows_without_a_page_are_found_by_their_id_and_have_their_item_for_one() -> None:
    counted = Counted(pl.DataFrame({"id": ["s-2", "s-1"], "right": [1.0, 0.0]}))
    found = with_variants(counted, ITEMS).frame
    assert found["article"].to_list() == ["i-2", "i-1"], "in the order of the counts"
    assert found["operation"].to_list() == ["cut", "control"]


def test_a_column_of_both_is_how_the_item_was_made() -> None:
    counted = Counted(pl.DataFrame({"id": ["s-1"], "operation": ["verbatim"]}))
    assert with_variants(counted, ITEMS).frame["operation"].to_list() == ["control"]


def test_counts_by_kind_stay_as_they_are() -> None:
    counted = Counted(pl.DataFrame({"gold": ["favor"]}), pairs=pl.DataFrame({"gold": ["favor"]}))
    assert with_variants(counted, ITEMS) is counted


def test_a_dataset_of_pages_is_no_suite(gold: Corpus) -> None:
    assert items_of(gold) is None


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_on_a_suite_each_task_has_articles_and_is_broken_down_by_what_was_done(task: Task) -> None:
    found = in_suite(task)
    assert {"article", "operation", "strength"} <= set(found.keys)
    assert len(set(found.keys)) == len(found.keys)
    assert found.breakdowns is not None
    assert {"operation", "strength"} <= set(found.breakdowns)
    assert not {"id", "article", "item"} & set(found.breakdowns), "as many parts as items"


def test_breakdowns_of_a_task_are_kept() -> None:
    assert in_suite(replace(TASKS[0], breakdowns=("zone",))).breakdowns == ("zone", "operation", "strength")
