"""A suite in shards is scored as it is in memory: the same bits, the same problems, whoever counts and how often."""

import csv
import gzip
import json
import math
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from detente.challenge import making
from detente.data.corpus import Corpus, load
from detente.data.problems import Problem, ValidationError
from detente.evaluation import suite_shards
from detente.evaluation.coded import Coded
from detente.evaluation.engines.execution import Execution
from detente.evaluation.engines.local import HERE
from detente.evaluation.in_pieces import Pieces
from detente.evaluation.robustness import robustness
from detente.evaluation.score import Resampling, Scores, score_all
from detente.evaluation.session import Session
from detente.evaluation.systems import Systems, read_systems
from detente.evaluation.whole import read_all
from detente.tasks import task_named
from detente.tasks.task import Options

ITEMS = 108
SHARD = 20
"""Two controls with all of their variants, and four items of a third, in six shards."""
Record = dict[str, Any]


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("suites") / "transplant"
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(making, "SHARD", SHARD)
        making.make(making.recipe_of(making.suite_of("transplant"), ITEMS, 3, ("test",)), folder, HERE)
    return folder


@pytest.fixture(scope="module")
def lines(suite: Path) -> list[Record]:
    """What a baseline says, every third time with something made up, or without the beginning."""
    task = task_named("boilerplate")
    baseline = next(each for each in task.baselines if each.name == "body_lines")
    gold = load(suite)
    found = baseline.lines(task.asked(gold), gold)
    texts = gold.articles
    for number, line in enumerate(found):
        if number % 3 == 0:
            text = texts[line["id"]]["text"]
            line.clear()
            line |= {"id": gold.table("items")["id"][number], "text": text[number * 7 :] + " An end of its own."}
    return found


def written(folder: Path, lines: list[Record]) -> Path:
    path = folder / "mine.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def in_memory(path: Path, gold: Corpus, unit: str = "family", *, missing: bool = False) -> dict[str, Scores]:
    systems = read_all([path], gold, "boilerplate", allow_missing=missing)
    return score_all(systems, gold, Options(), Resampling(unit, resamples=50))


def in_shards(path: Path, suite: Path, task: str | None = None, **options: Any) -> Systems:
    return read_systems([path], task, dataset=suite, **options)


def same(one: Any, other: Any) -> bool:
    """Equal to the last bit, where nothing equals nothing."""
    if isinstance(one, float) and isinstance(other, float):
        return np.float64(one).tobytes() == np.float64(other).tobytes() or (math.isnan(one) and math.isnan(other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, tuple | list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


@pytest.mark.parametrize("unit", ["family", "article", "item"])
def test_scores_are_the_same_to_the_last_bit(suite: Path, lines: list[Record], tmp_path: Path, unit: str) -> None:
    path = written(tmp_path, lines)
    (whole,) = in_memory(path, load(suite), unit).values()
    (parts,) = in_shards(path, suite).scores(Options(), Resampling(unit, resamples=50)).values()
    assert isinstance(parts.counted, Coded)
    assert parts.interval == ("range" if unit == "family" else "bootstrap")
    for field in fields(Scores):
        if field.name not in ("task", "counted"):
            assert same(getattr(parts, field.name), getattr(whole, field.name)), field.name
    one, other = robustness(whole), robustness(parts)
    assert one is not None
    assert other is not None
    for each in ("worst", "consistency", "bases", "sources"):
        assert same(getattr(one, each), getattr(other, each)), each
    assert len(one.slices) == 52
    assert all(
        same([*vars(mine).values()], [*vars(theirs).values()])
        for mine, theirs in zip(one.slices, other.slices, strict=True)
    )
    assert parts.counted.wrong == whole.counted.wrong > 50
    assert parts.counted.worst(30).equals(whole.counted.worst(30).select(parts.counted.worst(1).columns))
    assert parts.rows.equals(whole.rows.select(parts.rows.columns))


@pytest.mark.parametrize("how", ["two processes", "small pieces", "packed"])
def test_who_counts_and_in_which_pieces_shows_nowhere(
    suite: Path, lines: list[Record], tmp_path: Path, how: str
) -> None:
    path = written(tmp_path, lines)
    (wanted,) = in_shards(path, suite).scores(Options(), Resampling()).values()
    if how == "packed":
        other = tmp_path / "mine.jsonl.gz"
        other.write_bytes(gzip.compress(path.read_bytes()))
        path = other
    with Session(Execution(jobs=2 if how == "two processes" else 1)) as session:
        pieces = Pieces(partitions=3, size=3000) if how == "small pieces" else None
        (found,) = in_shards(path, suite, session=session, pieces=pieces).scores(Options(), Resampling()).values()
        assert found.counted.rows.equals(wanted.counted.rows)
    assert same(found.metrics, wanted.metrics)
    assert found.signature == wanted.signature


def problems_of(call: Callable[[], object]) -> list[Problem]:
    with pytest.raises(ValidationError) as refused:
        call()
    return list(refused.value.problems)


def doubled(lines: list[Record]) -> None:
    lines.append(lines[30])


def without_some(lines: list[Record]) -> None:
    del lines[50:55]


def other_id(lines: list[Record]) -> None:
    lines[60] = {**lines[60], "id": lines[60]["id"] + "9"}


def no_kind(lines: list[Record]) -> None:
    lines[70] = {"id": lines[70]["id"]}


def other_type(lines: list[Record]) -> None:
    lines[80] = {"id": lines[80]["id"], "text": 7}
    lines[3] = {"id": None, "text": "nobody's"}


def all_other(lines: list[Record]) -> None:
    lines[:] = [{**line, "id": f"x{line['id']}"} for line in lines]


@pytest.mark.parametrize("spoil", [doubled, without_some, other_id, no_kind, other_type, all_other])
def test_problems_are_those_of_a_file_in_memory(
    suite: Path, lines: list[Record], tmp_path: Path, spoil: Callable[[list[Record]], None]
) -> None:
    broken = [dict(line) for line in lines]
    spoil(broken)
    path = written(tmp_path, broken)
    wanted = problems_of(lambda: read_all([path], load(suite), "boilerplate"))
    assert problems_of(lambda: in_shards(path, suite)) == wanted


@pytest.mark.parametrize("spoil", [without_some, no_kind])
def test_what_may_be_missing_counts_as_empty(
    suite: Path, lines: list[Record], tmp_path: Path, spoil: Callable[[list[Record]], None]
) -> None:
    broken = [dict(line) for line in lines]
    spoil(broken)
    path = written(tmp_path, broken)
    (whole,) = in_memory(path, load(suite), missing=True).values()
    (parts,) = in_shards(path, suite, allow_missing=True).scores(Options(), Resampling()).values()
    assert parts.missing == whole.missing
    assert len(parts.missing) in (1, 5)
    assert same(parts.breakdown, whole.breakdown)


def test_rows_of_a_table_and_shards_are_read_too(suite: Path, tmp_path: Path) -> None:
    gold = load(suite)
    rows = [(name, row["text"][:900].replace("\n", " "), "left out") for name, row in gold.articles.items()]
    table = tmp_path / "mine.csv"
    with table.open("w", newline="") as file:
        csv.writer(file).writerows([("id", "text", "remark"), *rows])
    read = in_shards(table, suite)
    assert isinstance(read.counting, suite_shards.SuiteInShards)
    whole = read_all([table], gold, "boilerplate")["mine"]
    assert next(iter(read.predictions.values())).notes == whole.notes != ()
    folder = tmp_path / "shards"
    folder.mkdir()
    for number in range(2):
        pl.DataFrame(rows[number::2], schema=["id", "text", "remark"], orient="row").write_parquet(
            folder / f"{number}.parquet"
        )
    found = [
        next(iter(in_shards(path, suite).scores(Options(), Resampling()).values())).metrics["char_f1"]
        for path in (table, folder)
    ]
    assert same(found[0], found[1])


@pytest.mark.parametrize("name", ["one shard", "a folder of texts", "rendered", "another task"])
def test_what_is_small_or_cannot_be_divided_is_read_whole(
    suite: Path, lines: list[Record], tmp_path: Path, name: str
) -> None:
    sources: list[Any] = [written(tmp_path, lines)]
    gold, task = load(suite), None
    if name == "one shard":
        gold = Corpus(suite, shard=0)
    elif name == "a folder of texts":
        sources = [tmp_path / "texts"]
        sources[0].mkdir()
        (sources[0] / "transplant-test-000000.txt").write_text("a")
    elif name == "rendered":
        sources = [written(tmp_path, [{"id": "transplant-test-000000@news", "text": "a"}])]
    else:
        task = "claims"
    assert not suite_shards.in_pieces(gold, task, sources, forced=False)
    assert suite_shards.in_pieces(load(suite), None, [written(tmp_path, lines)], forced=False)


def test_a_shard_is_a_corpus(suite: Path) -> None:
    parts = [Corpus(suite, shard=shard).articles for shard in range(6)]
    assert [len(part) for part in parts] == [20, 20, 20, 20, 20, 8]
    assert [name for part in parts for name in part] == [*load(suite).articles]
