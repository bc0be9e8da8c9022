"""Counting a pair of labels once for all items that have it gives what counting every item gives, to the last bit."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from detente.data.labels import LABELS_OF_CONTRAST
from detente.evaluation.predictions import Predictions
from detente.evaluation.score import Resampling, Scores, errors, per_unit, score_all
from detente.evaluation.systems import Systems, read_systems
from detente.report.scores import document
from detente.stats import bootstrap
from detente.tasks.by_label import ByLabel
from detente.tasks.gold_labels import LABEL_TASKS
from detente.tasks.stance.prediction import Prediction
from detente.tasks.task import Options

N = 60
TASKS = {
    "stance": [("favor", "against", "none")],
    "agreement": [("agree", "disagree", "discuss", "unrelated")],
    "contrast": list(LABELS_OF_CONTRAST.values()),
}


def written(folder: Path, task: str, seed: int, *, families: bool, missing: bool) -> Systems:
    """Gold and predictions of random labels, in files of a random kind, the predictions in another order."""
    random = np.random.default_rng(seed)
    inventories = [TASKS[task][place] for place in random.integers(0, len(TASKS[task]), N)]
    golds = [labels[random.integers(0, len(labels))] for labels in inventories]
    said = [
        gold if random.random() < 0.5 else labels[random.integers(0, len(labels))]
        for gold, labels in zip(golds, inventories, strict=True)
    ]
    names = [f"item {number}" for number in range(N)]
    frame = pl.DataFrame({"id": names, "label": golds, "target": random.choice(["x", "y", "z"], N).tolist()})
    if families:
        frame = frame.with_columns(family=pl.Series([f"f{each}" for each in random.integers(0, 15, N)]))
    guesses = pl.DataFrame({"id": names, "label": said}).sample(fraction=1, shuffle=True, seed=seed)
    guesses = guesses.head(N - 7) if missing else guesses
    suffix = ("csv", "jsonl", "parquet", "tsv")[seed % 4]
    for made, stem in ((frame, "gold"), (guesses, "guess")):
        path = folder / f"{stem}.{suffix}"
        if suffix == "parquet":
            made.write_parquet(path)
        elif suffix == "jsonl":
            made.write_ndjson(path)
        else:
            made.write_csv(path, separator="\t" if suffix == "tsv" else ",")
    return read_systems([folder / f"guess.{suffix}"], task, gold=folder / f"gold.{suffix}", allow_missing=missing)


def one_by_one(systems: Systems) -> dict[str, Predictions]:
    """The predictions, as dictionaries, of a task that counts each item by itself."""
    return {
        name: replace(each, task=replace(each.task, alike=None), by_id=dict(each.by_id), units=dict(each.units))
        for name, each in systems.predictions.items()
    }


def same(found: Scores, other: Scores) -> None:
    np.testing.assert_equal(document(found), document(other))
    assert per_unit(found).equals(per_unit(other))
    assert errors(found).equals(errors(other))
    assert found.rows.select(other.rows.columns).equals(other.rows)
    assert found.confusion_by("target") == other.confusion_by("target")


@pytest.mark.parametrize("task", LABEL_TASKS)
@pytest.mark.parametrize("unit", ["family", "item"])
@pytest.mark.parametrize("seed", range(8))
def test_a_pair_of_labels_counted_once_is_every_item_counted(tmp_path: Path, task: str, unit: str, seed: int) -> None:
    systems = written(tmp_path, task, seed, families=seed % 3 > 0, missing=seed % 2 == 1)
    (name, read), *_ = systems.predictions.items()
    assert isinstance(read.by_id, ByLabel)
    assert len(read.by_id) == N - len(read.missing) == N - 7 * (seed % 2)
    resampling = Resampling(unit, 50, seed)
    found = score_all(systems.predictions, systems.gold, Options(), resampling)[name]
    assert found.counted.pairs is not None
    assert len(found.counted.pairs) <= 32  # 4 labels, 5 answers; contrast 3 and 4 more
    other = score_all(one_by_one(systems), systems.gold, Options(), resampling)[name]
    assert other.counted.pairs is None
    same(found, other)


def test_predictions_that_say_more_than_a_label_are_counted_one_by_one(tmp_path: Path) -> None:
    systems = written(tmp_path, "stance", 0, families=True, missing=False)
    (name, read), *_ = systems.predictions.items()
    labels = {unit: Prediction("label", each.label) for unit, each in read.by_id.items()}
    scored = labels | {"item 0": Prediction("score", "favor", 2.0)}
    of_labels, of_scores = (
        score_all({name: replace(read, by_id=by_id)}, systems.gold)[name] for by_id in (labels, scored)
    )
    assert of_labels.counted.pairs is not None
    assert of_scores.counted.pairs is None
    assert of_scores.rows["scored"].sum() == 0  # the gold has no scale


def test_items_that_are_alike_are_resampled_as_items(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = np.array([0, 2, 1, 1, 0, 2, 2, 2, 0, 1, 0])
    sums = np.array([[1.0, 0.1], [0.0, 0.3], [2.0, 0.7]])
    whole = bootstrap.resampled_sums(sums[kinds], 40, 3)
    assert np.array_equal(bootstrap.resampled_sums(sums, 40, 3, kinds), whole)
    weights = bootstrap.bootstrap_weights(len(kinds), 40, 3)
    for at_once in (1, 12, 23, 100):  # one resample at a time, one, two, nine
        monkeypatch.setattr(bootstrap, "_AT_ONCE", at_once)
        assert np.array_equal(bootstrap.resampled_sums(sums, 40, 3, kinds), whole)
        assert np.array_equal(bootstrap.bootstrap_weights(len(kinds), 40, 3), weights)
    assert bootstrap.total(sums, kinds).tolist() == pytest.approx(
        [12.0, 4.1]
    )  # 4 · 1 + 4 · 2; 4 · .1 + 3 · .3 + 4 · .7


def test_of_very_many_items_it_is_drawn_how_often_each_kind_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = np.repeat([0, 1], [30, 70])
    sums = np.eye(2)
    one_by_one = bootstrap.resampled_sums(sums, 4000, 0, kinds)
    monkeypatch.setattr(bootstrap, "MOST_DRAWN", 99)
    drawn = bootstrap.resampled_sums(sums, 4000, 0, kinds)
    assert not np.array_equal(drawn, one_by_one)
    assert (drawn.sum(axis=1) == 100).all()
    # Binomial: mean 30, standard deviation √(100 · .3 · .7) = 4.58; of 4,000 they are off by 0.07 and 0.05.
    for each in (drawn, one_by_one):
        assert each[:, 0].mean() == pytest.approx(30, abs=0.3)
        assert each[:, 0].std() == pytest.approx(4.58, abs=0.2)
    monkeypatch.setattr(bootstrap, "MOST_DRAWN", 100)
    assert np.array_equal(bootstrap.resampled_sums(sums, 4000, 0, kinds), one_by_one)
