"""Systems beside each other by kinds of items give what they give item by item."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from detente.evaluation import items
from detente.evaluation.compare import Comparison, compare
from detente.evaluation.engines.execution import Execution
from detente.evaluation.items import errors, item_differences, per_unit, unit_slices
from detente.evaluation.ranking import rank
from detente.evaluation.score import Columns, Resampling, Scores
from detente.evaluation.session import Session
from detente.evaluation.systems import read_systems
from detente.report import comparison as comparisons
from detente.report import scores as reports
from detente.stats import bootstrap
from detente.tasks.all import TASKS
from detente.tasks.task import Options

N = 240
LABELS = ["favor", "against", "none"]


def files(folder: Path, *, families: bool) -> tuple[list[Path], Path]:
    """Gold and three systems, the last of which leaves some out."""
    random = np.random.default_rng(4)
    gold = random.choice(LABELS, N)
    names = [f"i{number}" for number in random.permutation(N)]
    frame = pl.DataFrame({"id": names, "label": gold, "topic": random.choice(["x", "y"], N)})
    if families:
        frame = frame.with_columns(family=pl.Series([f"f{each}" for each in random.integers(0, 40, N)]))
    frame.write_csv(folder / "gold.csv")
    paths = []
    for number, share in enumerate((0.5, 0.6, 0.7)):
        said = np.where(random.random(N) < share, gold, random.choice(LABELS, N))
        paths.append(folder / f"s{number}.csv")
        pl.DataFrame({"id": names, "label": said}).head(N - 9 * (number == 2)).write_csv(paths[-1])
    return paths, folder / "gold.csv"


def scored(folder: Path, *, families: bool, unit: str = "family") -> Mapping[str, Scores]:
    paths, gold = files(folder, families=families)
    systems = read_systems(paths, "stance", gold=gold, allow_missing=True)
    with Session(Execution(jobs=1)) as session:
        return systems.scores(Options(), Resampling(unit, 400, 2), session)


@pytest.mark.parametrize("families", [False, True])
@pytest.mark.parametrize("unit", ["family", "item"])
def test_comparing_by_kinds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, families: bool, unit: str) -> None:
    resampling = Resampling(unit, 400, 2)
    few_scores = scored(tmp_path, families=families, unit=unit)
    few = compare(few_scores, resampling=resampling)
    monkeypatch.setattr(bootstrap, "MOST_DRAWN", N - 1)
    many_scores = scored(tmp_path, families=families, unit=unit)
    many = compare(many_scores, resampling=resampling)
    assert (many.clusters, many.families, many.interval) == (few.clusters, few.families, "bootstrap")
    for one, other in zip(many.pairs, few.pairs, strict=True):
        assert one.differing._replace(named={}) == other.differing._replace(named={})
        for name, found in one.differences.items():
            same_difference(found, other.differences[name], drawn=not families or unit == "item", name=name)
    for name in many.ranks:
        values, others = ([each.value for each in ranks[name]] for ranks in (many.ranks, few.ranks))
        assert values == pytest.approx(others, rel=1e-12, nan_ok=True)
    table = {True: rank(many_scores, resampling=resampling), False: rank(few_scores, resampling=resampling)}
    assert (
        [each.name for each in table[True].systems]
        == [each.name for each in table[False].systems]
        == ["s2", "s1", "s0"]
    )


def same_difference(found: object, other: object, *, drawn: bool, name: str) -> None:
    assert found.value == pytest.approx(other.value, rel=1e-12, nan_ok=True), name
    assert found.mean == pytest.approx(other.mean, rel=1e-12, nan_ok=True), name
    assert found.better == other.better
    assert sum(found.decisive) == len(other.deciding), name
    shares, others = ({round(share, 9) for share in each.deciding.values()} for each in (found, other))
    assert shares == others, name
    ours, theirs = found.tested, other.tested
    if not drawn:
        assert ours.interval == theirs.interval, name
        assert ours.test._replace(p=0) == theirs.test._replace(p=0), name
        if not np.isnan(other.value):  # families are swapped for all metrics at once
            assert ours.test.p == pytest.approx(theirs.test.p, abs=0.1), name
    elif not np.isnan(other.value):
        assert ours.test.clusters == theirs.test.clusters
        assert ours.interval.low == pytest.approx(theirs.interval.low, abs=0.3 * theirs.interval.error + 1e-3), name
        assert ours.interval.error == pytest.approx(theirs.interval.error, rel=0.2), name
        assert ours.test.p == pytest.approx(theirs.test.p, abs=0.1), name


def test_the_first_in_the_gold_stands_for_all_of_its_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "MOST_DRAWN", N - 1)
    found = compare(scored(tmp_path, families=False))
    difference = found.pairs[0].differences["accuracy"]
    gold = pl.read_csv(tmp_path / "gold.csv", infer_schema=False)
    said = [pl.read_csv(tmp_path / f"s{each}.csv").rename({"label": f"s{each}"}) for each in (0, 1)]
    table = gold.join(said[0], on="id", maintain_order="left").join(said[1], on="id", maintain_order="left")
    for item in difference.deciding:
        kind = table.filter(id=item).select("label", "s0", "s1")
        assert table.join(kind, on=["label", "s0", "s1"], maintain_order="left")["id"][0] == item
    (table_of_items, _) = [each for each in comparisons.report(found).sections if "decide" in each.title][:2] or (
        None,
        None,
    )
    assert table_of_items.header == ("item", "alike", "share", "gold", "s0", "s1")
    assert [int(row[1]) for row in table_of_items.rows] == list(found.pairs[0].differences["f_avg"].decisive)
    entries = comparisons.document(found)["comparisons"][0]["metrics"]["accuracy"]["deciding"]
    assert [each.get("items", 1) for each in entries] == list(difference.decisive)


@pytest.mark.parametrize("most", [10, N])
@pytest.mark.parametrize("drawn", [N - 1, N])
def test_what_is_listed_is_bounded_and_what_is_not_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int, drawn: int
) -> None:
    whole = scored(tmp_path, families=False)
    (every, *_) = compare(whole).pairs
    wrong = errors(whole["s0"])
    monkeypatch.setattr(items, "MOST_ITEMS", most)
    monkeypatch.setattr(reports, "MOST_ITEMS", most)
    monkeypatch.setattr(bootstrap, "MOST_DRAWN", drawn)
    scores = scored(tmp_path, families=False)
    found: Comparison = compare(scores)
    pair = found.pairs[0]
    omitted = max(0, every.differing.number - most)
    assert pair.items == every.items[:most]
    assert (pair.differing.number, pair.differing.omitted) == (every.differing.number, omitted)
    assert (pair.differing.worse, pair.differing.better) == (every.differing.worse, every.differing.better)
    (document, *_) = comparisons.document(found)["comparisons"]
    assert (len(document["items"]), document["items_omitted"]) == (min(most, every.differing.number), omitted)
    said = f"s0 and s1: the JSON lists {most} of {every.differing.number} items that differ"
    assert (said in comparisons.notes(found)) == (omitted > 0)
    asked = every.items[-1]
    assert item_differences(scores["s0"], scores["s1"], [asked.item]).named == {asked.item: asked}
    one = reports.document(scores["s0"])
    assert one["errors"] == wrong.head(most).to_dicts()
    assert one["errors_omitted"] == max(0, len(wrong) - most)
    said = f"the JSON lists the worst {most} of {len(wrong)} wrong items; --per-unit writes all"
    assert (said in reports.notes(scores["s0"])) == (len(wrong) > most)


@pytest.mark.parametrize("at_once", [1, 100, N, N + 1])
def test_rows_per_unit_come_in_slices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    scores = scored(tmp_path, families=True)["s2"]
    whole = per_unit(scores)
    monkeypatch.setattr(items, "_AT_ONCE", at_once)
    slices = list(unit_slices(scores))
    assert len(slices) == -(-N // at_once)
    assert pl.concat(slices).equals(whole)
    reports.write_per_unit({"a": scores, "b": scores}, tmp_path / "units.csv")
    assert pl.read_csv(tmp_path / "units.csv").drop("system")[:N].equals(pl.read_csv(whole.write_csv().encode()))
    reports.write_per_unit({"a": scores}, tmp_path / "units.jsonl")
    assert len((tmp_path / "units.jsonl").read_text().splitlines()) == N


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_a_metric_does_not_need_the_counts_that_it_does_not_read(task) -> None:
    sums = np.random.default_rng(0).integers(1, 9, (5, len(task.columns))).astype(float)
    for metric in task.metrics:
        full = _Noted(task.columns, sums.sum(axis=0))
        metric.compute(full, dict(full))
        unread = np.array([name not in full.read for name in task.columns])
        other = np.where(unread, np.nan, sums)
        values = metric.compute(Columns(task.columns, sums), full)
        np.testing.assert_array_equal(metric.compute(Columns(task.columns, other), full), values, err_msg=metric.name)


class _Noted(Columns):
    def __init__(self, names: tuple[str, ...], sums: np.ndarray) -> None:
        super().__init__(names, sums)
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> np.ndarray:
        self.read.add(name)
        return super().__getitem__(name)
