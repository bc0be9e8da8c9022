"""Counting a pair of labels once for all items that have it gives what counting every item gives, to the last bit."""

import gzip
import hashlib
import lzma
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.data.buckets import hashes_of
from detente.data.jsonl import dump_line, dump_lines
from detente.data.labels import LABELS_OF_CONTRAST
from detente.data.problems import ValidationError
from detente.evaluation.counts import distinct, kinds_of, merged, sums_of
from detente.evaluation.items import errors, per_unit
from detente.evaluation.predictions import Predictions
from detente.evaluation.score import Resampling, Scores, score_all
from detente.evaluation.systems import Systems, read_systems
from detente.report.scores import document
from detente.stats import bootstrap
from detente.stats.bootstrap import Clusters
from detente.tasks.by_label import ByLabel
from detente.tasks.gold_labels import LabelCorpus, label_tasks, read_gold
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


@pytest.mark.parametrize("task", label_tasks())
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


def test_kinds_by_hand() -> None:
    said = pl.Enum(["favor", "none", "missing"])
    gold = pl.DataFrame({"topic": ["x", "y", "x", "x", "x"], "gold": ["favor", "none", "favor", "favor", "none"]})
    gold = gold.with_columns(pl.int_range(10, 15).alias("first_place"))
    one = pl.Series(["none", None, "none", "favor", "none"], dtype=said)
    two = pl.Series(["favor", "none", "favor", "favor", None], dtype=said)
    found = kinds_of(gold, [one, two])
    assert found.columns == ["topic", "gold", "predicted 0", "predicted 1", "times", "first_place"]
    assert found.rows() == [
        ("x", "favor", "none", "favor", 2.0, 10),
        ("y", "none", "missing", "none", 1.0, 11),
        ("x", "favor", "favor", "favor", 1.0, 13),
        ("x", "none", "none", "missing", 1.0, 14),
    ]


labels = st.sampled_from(["favor", "against", None])
places = st.tuples(
    st.sampled_from(["f1", "f2"]), st.sampled_from("ab"), st.sampled_from(["x", "y"]), labels, labels, st.integers(0, 4)
)


@given(st.lists(places, min_size=1, max_size=40), st.randoms(use_true_random=False))
def test_kinds_of_parts_are_the_kinds_of_the_whole(rows: list[tuple[str, ...]], random: Random) -> None:
    said = pl.Enum(["favor", "against", "missing"])
    schema = {"family": pl.String, "gold": pl.String, "topic": pl.String, "0": said, "1": said, "part": pl.Int64}
    items = pl.DataFrame(rows, schema, orient="row").with_columns(pl.int_range(pl.len()).alias("first_place"))

    def kinds(part: pl.DataFrame) -> pl.DataFrame:
        return kinds_of(part.drop("part", "0", "1"), [part["0"], part["1"]])

    whole = kinds(items)
    assert whole["times"].sum() == len(rows)
    parts = [kinds(part) for part in items.partition_by("part")]
    random.shuffle(parts)
    assert merged(parts).equals(whole)
    assert merged([merged(parts[:1]), *parts[1:]]).equals(whole)  # in two steps


def test_up_to_ten_thousand_items_each_is_drawn_and_of_more_kinds() -> None:
    assert bootstrap.MOST_DRAWN == 10_000
    for alone in (False, True):
        assert distinct(10_000, alone) == ("id", "family")
    assert (distinct(10_001, alone=False), distinct(10_001, alone=True)) == (("family",), ())


@pytest.mark.parametrize("items", [N - 1, N])
@pytest.mark.parametrize("families", [False, True])
@pytest.mark.parametrize("unit", ["family", "item"])
def test_of_very_many_items_kinds_are_kept_and_no_ids(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, items: int, families: bool, unit: str
) -> None:
    systems = written(tmp_path, "stance", 1, families=families, missing=True)
    (name,) = systems.predictions
    few = score_all(systems.predictions, systems.gold, Options(), Resampling(unit, 200, 1))[name]
    monkeypatch.setattr(bootstrap, "MOST_DRAWN", items)
    many = score_all(systems.predictions, systems.gold, Options(), Resampling(unit, 200, 1))[name]
    if items == N:
        same(many, few)
        return
    assert few.counted.frame.columns[:2] == ["id", "family"]
    assert many.counted.frame.columns[:1] == (["family"] if families else ["target"])
    assert len(many.counted.frame) < N == many.counted.size
    assert errors(many).equals(errors(few))
    assert per_unit(many).equals(per_unit(few))
    assert many.rows.equals(few.rows)
    found, other = document(many), document(few)
    drawn = ("low", "high", "undefined")
    for each in (found, other):
        if families and unit == "family":
            continue  # families are drawn as ever
        each.pop("breakdown_intervals")
        for metric in each["metrics"].values():
            for key in drawn:
                metric.pop(key)
    assert_close(found, other)


def assert_close(found: object, other: object) -> None:
    """Equal, but for the last digits of means, which are sums in another order."""
    if isinstance(found, dict) and isinstance(other, dict):
        assert found.keys() == other.keys()
        for key in found:
            assert_close(found[key], other[key])
    elif isinstance(found, float):
        assert found == pytest.approx(other, rel=1e-14, nan_ok=True)
    else:
        assert found == other


def test_items_that_are_alike_are_resampled_as_items(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = np.array([0, 2, 1, 1, 0, 2, 2, 2, 0, 1, 0])
    sums = np.array([[1.0, 0.1], [0.0, 0.3], [2.0, 0.7]])
    whole = bootstrap.resampled_sums(Clusters(sums[kinds]), 40, 3)
    alike = Clusters(sums, kinds)
    assert np.array_equal(bootstrap.resampled_sums(alike, 40, 3), whole)
    weights = bootstrap.bootstrap_weights(len(kinds), 40, 3)
    for at_once in (1, 12, 23, 100):  # one resample at a time, one, two, nine
        monkeypatch.setattr(bootstrap, "_AT_ONCE", at_once)
        assert np.array_equal(bootstrap.resampled_sums(alike, 40, 3), whole)
        assert np.array_equal(bootstrap.bootstrap_weights(len(kinds), 40, 3), weights)
    total = pytest.approx([12.0, 4.1])  # 4 · 1 + 4 · 2; 4 · .1 + 3 · .3 + 4 · .7
    assert alike.total.tolist() == Clusters(sums, times=np.array([4.0, 3.0, 4.0])).total.tolist() == total
    assert Clusters(sums[kinds]).total.tolist() == total


def test_of_very_many_items_it_is_drawn_how_often_each_kind_comes() -> None:
    sums = np.eye(2)
    one_by_one = bootstrap.resampled_sums(Clusters(sums, kinds=np.repeat([0, 1], [30, 70])), 4000, 0)
    drawn = bootstrap.resampled_sums(Clusters(sums, times=np.array([30.0, 70.0])), 4000, 0)
    assert not np.array_equal(drawn, one_by_one)
    assert (drawn.sum(axis=1) == 100).all()
    # Binomial: mean 30, standard deviation √(100 · .3 · .7) = 4.58; of 4,000 they are off by 0.07 and 0.05.
    for each in (drawn, one_by_one):
        assert each[:, 0].mean() == pytest.approx(30, abs=0.3)
        assert each[:, 0].std() == pytest.approx(4.58, abs=0.2)


def test_packed_labels_are_read_by_columns_too(tmp_path: Path) -> None:
    written(tmp_path, "stance", 0, families=True, missing=False)
    gold, guess = tmp_path / "gold.csv", tmp_path / "guess.csv"
    for path in (gold, guess):
        path.with_suffix(".csv.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.with_suffix(".csv.xz").write_bytes(lzma.compress(path.read_bytes()))
    plain = read_systems([guess], "stance", gold=gold)
    for packer in ("gz", "xz"):
        packed = read_systems([f"{guess}.{packer}"], "stance", gold=Path(f"{gold}.{packer}"))
        (read,) = packed.predictions.values()
        (other,) = plain.predictions.values()
        assert isinstance(read.by_id, ByLabel)
        assert isinstance(other.by_id, ByLabel)
        assert read.by_id.labels.equals(other.by_id.labels)
        assert isinstance(packed.gold, LabelCorpus)
        assert packed.gold.manifest["sha256"] == plain.gold.manifest["sha256"]


def test_what_is_extra_is_left_out_and_what_is_wrong_is_said_line_by_line(tmp_path: Path) -> None:
    gold, guess = tmp_path / "gold.csv", tmp_path / "guess.csv"
    gold.write_text("id,label\na,favor\nb,none\n")
    guess.write_text("id,label\nb,none\nz,favor\na,favor\n")
    (read,) = read_systems([guess], "stance", gold=gold, allow_extra=True).predictions.values()
    assert isinstance(read.by_id, ByLabel)
    assert (read.extra, read.missing, list(read.by_id)) == (("z",), (), ["a", "b"])
    told = {
        "id,label\nb,none\nz,favor\na,favor\n": "id-unknown",
        "id,label\nb,none\na,favor\nb,none\n": "id-duplicate",
        "id,label\nb,none\n": "id-missing",
        "id,label\nb,none\na,both\n": "label-unknown",
        "id,label\nb,none\n,favor\n": "no-id",
    }
    for text, code in told.items():
        guess.write_text(text)
        with pytest.raises(ValidationError) as refused:
            read_systems([guess], "stance", gold=gold)
        found = {problem.code: problem.location for problem in refused.value.problems}
        assert code in found
        line = {"id-unknown": 3, "id-duplicate": 4, "label-unknown": 3, "no-id": 3}.get(code)
        assert found[code] == (f"{guess}:{line}" if line else str(guess))


def test_labels_of_stance_and_agreement_may_not_be_mixed_in_a_pair_of_contrast(tmp_path: Path) -> None:
    gold, guess = tmp_path / "gold.csv", tmp_path / "guess.csv"
    gold.write_text("id,label\na,favor\nb,agree\n")
    guess.write_text("id,label\na,agree\nb,agree\n")
    with pytest.raises(ValidationError, match="label-unknown"):
        read_systems([guess], "contrast", gold=gold)


def test_ids_with_marks_have_the_digest_of_canonical_json(tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    names = ['say "a"', "b\\c", "tab\t", "é", "plain"]
    gold.write_text(dump_lines({"id": name, "label": "none"} for name in names))
    found = read_gold(gold, "stance")
    # Of each of 256 buckets the SHA-256 of its rows in the order of their hashes; then that of the list of these.
    buckets: dict[int, bytes] = {}
    for hashed, name in sorted(zip(hashes_of(pl.Series(names)).tolist(), names, strict=True)):
        buckets[hashed >> 56] = buckets.get(hashed >> 56, b"") + dump_line([name, "none", name]).encode()
    digests = [hashlib.sha256(buckets[each]).hexdigest() if each in buckets else None for each in range(256)]
    assert found.sha256 == hashlib.sha256(dump_line(digests).encode()).hexdigest()
    assert dict(found.items)["é"] == {"label": "none", "family": "é"}


def test_sums_have_every_column_in_its_place_also_those_that_are_0() -> None:
    rows = pl.DataFrame({"key": ["b", "a", "b"], "none": [0.0] * 3, "some": [1.0, 2.0, 0.5], "less": [1.0, -1.0, -1.0]})
    assert sums_of(rows, ("none", "some", "less"), "key").tolist() == [[0, 1.5, 0], [0, 2, -1]]
    assert sums_of(rows, ("less", "none"), "key").tolist() == [[0, 0], [-1, 0]]
    assert sums_of(rows, ("none",), "key").tolist() == [[0], [0]]
    assert sums_of(rows.clear(), ("none", "some"), "key").shape == (0, 2)
    assert sums_of(rows.with_columns(times=pl.lit(2.0)), ("some", "none"), "key").tolist() == [[3, 0], [4, 0]]
