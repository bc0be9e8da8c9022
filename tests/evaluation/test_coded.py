"""Counts whose different rows are kept once say what the same counts say in full."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from detente.evaluation.coded import CODE, PAGE, SORT, Coded, coded, copied, together
from detente.evaluation.counts import sums_of, totals_of
from detente.stats import bootstrap
from detente.tasks.task import TIMES, sizes_of

COLUMNS = ("right", "asked")
ROWS = pl.DataFrame(
    {
        "id": ["a", "a", "b", "c"],
        "family": ["p", "p", "p", "q"],
        "slice": ["main", "main", "main", "other"],
        "zone": ["body", "menu", "body", None],
        "right": [1.0, 0.0, 1.0, 2.0],
        "asked": [2.0, 3.0, 2.0, 2.0],
        "wrong": [1.0, 3.0, 1.0, 0.0],
        "detail": ["one", "three", "one too", ""],
    }
)


@pytest.fixture
def kept(tmp_path: Path) -> Coded:
    """The rows in two files."""
    paths = []
    for number, part in enumerate((ROWS[:1], ROWS[1:])):
        paths.append(str(tmp_path / f"{number}.arrow"))
        part.write_ipc(paths[-1])
    pages, sorts, found = (
        coded(ROWS.select(keys)) for keys in (("id", "family", "slice"), "zone", (*COLUMNS, "wrong"))
    )
    frame = pl.DataFrame({PAGE: pages.of_rows, SORT: sorts.of_rows, CODE: found.of_rows})
    return Coded(frame, pages=pages.table, sorts=sorts.table, table=found.table, paths=tuple(paths))


def test_of_a_row_three_numbers_are_kept(kept: Coded) -> None:
    assert kept.frame.rows() == [(0, 0, 0), (0, 1, 1), (1, 0, 0), (2, 2, 2)]
    assert kept.frame.estimated_size() == 4 * 3 * 4  # of four bytes each
    assert kept.pages.rows() == [("a", "p", "main"), ("b", "p", "main"), ("c", "q", "other")]
    assert kept.sorts["zone"].to_list() == ["body", "menu", None]


def test_keys_are_those_of_pages_and_of_sorts(kept: Coded) -> None:
    assert [kept.has(key) for key in ("id", "zone", "right", PAGE)] == [True, True, False, False]
    assert (kept.number_of("family"), kept.main.number_of("family")) == (2, 1)
    assert kept.values("family", "slice").rows() == [("p", "main"), ("q", "other")]
    assert kept.sums(COLUMNS, "family", "slice").tolist() == [[2, 7], [2, 2]]
    assert kept.sums(COLUMNS, "id").tolist() == [[1, 5], [1, 2], [2, 2]]


def test_values_come_as_they_first_appear_in_what_is_left() -> None:
    """Of both pages of y that of the second sort comes first, although the first sort is known before."""
    frame = pl.DataFrame({PAGE: [0, 1, 2], SORT: [0, 1, 0], CODE: [0, 0, 0]}, schema_overrides={PAGE: pl.UInt32})
    pages = pl.DataFrame({"id": ["a", "b", "c"], "family": ["x", "y", "y"], "slice": ["main"] * 3})
    own = Coded(
        frame, pages=pages, sorts=pl.DataFrame({"zone": ["body", "menu"]}), table=pl.DataFrame({"right": [1.0]})
    )
    part = dict(own.parts("family", "item", 2))["y"]
    assert isinstance(part, Coded)
    assert part.values("zone")["zone"].to_list() == ["menu", "body"]
    assert part.values("id")["id"].to_list() == ["b", "c"]
    assert own.values("zone")["zone"].to_list() == ["body", "menu"]


@pytest.mark.parametrize(("key", "empty"), [("template", True), ("zone", False), ("right", False)])
def test_a_key_is_null_where_no_row_has_a_value(kept: Coded, key: str, empty: bool) -> None:
    pages = kept.pages.with_columns(template=pl.lit(None, pl.String))
    assert replace(kept, pages=pages).null(key) == empty


def test_each_different_row_is_kept_once_in_the_order_of_first_appearance() -> None:
    found = coded(ROWS.select(COLUMNS))
    assert found.table.rows() == [(1.0, 2.0), (0.0, 3.0), (2.0, 2.0)]
    assert found.of_rows.to_list() == [0, 1, 0, 2]


def test_a_table_grows_by_what_it_has_not() -> None:
    first = together(None, pl.DataFrame({"right": [1.0, 2.0]}))
    assert (first.table["right"].to_list(), first.of_rows.to_list()) == ([1.0, 2.0], [0, 1])
    second = together(first.table, pl.DataFrame({"right": [3.0, 1.0]}))
    assert (second.table["right"].to_list(), second.of_rows.to_list()) == ([1.0, 2.0, 3.0], [2, 0])


@pytest.mark.parametrize("key", ["family", "zone", "slice"])
def test_sums_and_sizes_by_a_key_are_those_of_all_rows(kept: Coded, key: str) -> None:
    alike = kept.by(key)
    assert np.array_equal(sums_of(alike, COLUMNS, key), sums_of(ROWS, COLUMNS, key))
    assert sizes_of(alike, key).equals(sizes_of(ROWS, key))
    assert np.array_equal(totals_of(alike, COLUMNS), [4.0, 9.0])
    assert np.array_equal(kept.sums(COLUMNS, key), sums_of(ROWS, COLUMNS, key))
    assert np.array_equal(kept.clusters(COLUMNS, key).sums, sums_of(ROWS, COLUMNS, key))


@pytest.mark.parametrize("at_once", [1, 3, 4])
def test_alike_rows_are_one_with_their_number(kept: Coded, monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    monkeypatch.setattr("detente.evaluation.coded._AT_ONCE", at_once)
    found = kept.by("family")
    assert found.select("family", "right", "wrong", TIMES).rows() == [
        ("p", 1.0, 1.0, 2.0),
        ("p", 0.0, 3.0, 1.0),
        ("q", 2.0, 0.0, 1.0),
    ]
    assert kept.by("zone", "family").columns == ["family", "zone", TIMES, *COLUMNS, "wrong"]
    assert kept.by("zone", "family")[TIMES].to_list() == [2, 1, 1]
    assert kept.by().select(TIMES, *COLUMNS).rows() == [(2, 1, 2), (1, 0, 3), (1, 2, 2)]


@pytest.mark.parametrize(("most", "drawn"), [(4, True), (3, False)])
def test_rows_by_themselves_are_drawn_one_by_one_or_of_many_how_many_are_alike(
    kept: Coded, monkeypatch: pytest.MonkeyPatch, most: int, drawn: bool
) -> None:
    monkeypatch.setattr(bootstrap, "MOST_DRAWN", most)
    sums, kinds, times = kept.clusters(COLUMNS, "item")
    assert sums.tolist() == [[1, 2], [0, 3], [2, 2]]
    assert (None if kinds is None else kinds.tolist()) == ([0, 1, 0, 2] if drawn else None)
    assert (None if times is None else times.tolist()) == (None if drawn else [2, 1, 1])


def test_the_main_rows_are_a_part(kept: Coded) -> None:
    assert kept.main.frame[CODE].to_list() == [0, 1, 0]
    assert (kept.main.size, kept.size) == (3, 4)
    assert kept.main.main is kept.main  # all of them: nothing is held twice


@pytest.mark.parametrize(
    ("unit", "least", "values"),
    [
        ("item", 2, ["body"]),
        ("item", 1, ["body", "menu"]),
        ("item", 3, []),
        ("family", 1, ["body", "menu"]),
        ("family", 2, []),
    ],
)
def test_parts_have_a_value_and_so_many_rows_or_families_at_least(
    kept: Coded, unit: str, least: int, values: list[str]
) -> None:
    found = dict(kept.parts("zone", unit, least))
    assert [*found] == values
    if values:
        assert found["body"].clusters(COLUMNS, "id").sums.tolist() == [[1, 2], [1, 2]]


def test_the_worst_come_first_and_of_equals_the_first(kept: Coded) -> None:
    assert (kept.wrong, kept.wrong_items) == (3, (3, 4))
    assert kept.worst(2)["detail"].to_list() == ["three", "one"]
    assert kept.worst(9)["detail"].to_list() == ["three", "one", "one too"]


def test_a_few_rows_do_not_keep_the_texts_of_all() -> None:
    def size(frame: pl.DataFrame) -> int:
        return int(frame["detail"].to_arrow(compat_level=pl.CompatLevel.newest()).get_total_buffer_size())

    few = pl.DataFrame({"detail": [f"{'long' * 50} {number}" for number in range(2000)]})[[1999]]
    assert copied(few).equals(few)
    assert size(copied(few)) < 1000 < size(few)


def test_all_rows_are_on_the_disk(kept: Coded) -> None:
    assert kept.rows.equals(ROWS)
