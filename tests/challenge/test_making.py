"""Suites in folders: the same bytes however they are made, whole or not there, and nothing overwritten."""

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import detente
from detente.challenge import making, tables
from detente.challenge.all import SUITES
from detente.challenge.suite import Item, Suite, item_id
from detente.data.corpus import load
from detente.data.labels import SPLITS
from detente.data.problems import ValidationError
from detente.evaluation.engines.local import HERE, Local

SHARD = 4


@pytest.fixture(autouse=True)
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "SHARD", SHARD)


def make(folder: Path, items: int = 10, name: str = "contrast", seed: int = 0, **options: Any) -> dict[str, Any]:
    recipe = making.recipe_of(making.suite_of(name), items, seed, options.pop("splits", ("test",)))
    return making.make(recipe, folder, options.pop("engine", HERE), **options)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refusal(call: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(ValidationError) as refused:
        call()
    (problem,) = refused.value.problems
    return problem.code, problem.message


def interrupted(folder: Path, after: int) -> None:
    """Begins a suite and breaks off when so many shards are there."""
    shards = 0

    def advance(_: int) -> None:
        nonlocal shards
        shards += 1
        if shards == after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make(folder, advance=advance)


def test_one_process_two_and_a_call_after_an_interruption_make_the_same_bytes(tmp_path: Path) -> None:
    make(tmp_path / "one")
    with Local(2) as engine:
        make(tmp_path / "two", engine=engine)
    interrupted(tmp_path / "again", after=1)
    assert not (tmp_path / "again" / "manifest.json").exists(), "what is not finished has no manifest"
    make(tmp_path / "again")
    wanted = contents(tmp_path / "one")
    # 10 items in shards of 4: items and contrast, three files each
    assert sum(name.startswith(("data/items", "data/contrast")) for name in wanted) == 6
    assert contents(tmp_path / "two") == wanted
    assert contents(tmp_path / "again") == wanted


def test_shards_that_are_there_are_not_made_again_and_broken_ones_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path / "whole")
    interrupted(tmp_path / "again", after=2)
    (tmp_path / "again/data/items/test-00001.parquet").write_bytes(b"half of i")
    made: list[str] = []
    frames_of = tables.frames_of

    def told(suite: Suite, names: Sequence[str], items: Iterable[Item]) -> dict[str, pl.DataFrame]:
        made.append(names[0])
        return frames_of(suite, names, items)

    monkeypatch.setattr(tables, "frames_of", told)
    make(tmp_path / "again")
    assert made == [item_id("contrast", "test", 0, number) for number in (SHARD, 2 * SHARD)], (
        "the broken second one, and the third"
    )
    assert contents(tmp_path / "again") == contents(tmp_path / "whole")


@pytest.mark.parametrize(("items", "shards"), [(SHARD - 1, 1), (SHARD, 1), (SHARD + 1, 2)])
def test_a_full_shard_is_followed_by_another_only_if_items_are_left(tmp_path: Path, items: int, shards: int) -> None:
    manifest = make(tmp_path / "suite", items)
    assert sum(name.startswith("data/items/") for name in manifest["files"]) == shards
    found = load(tmp_path / "suite").table("items")["item"].unique(maintain_order=True).to_list()
    ids = [item_id("contrast", "test", 0, number) for number in range(items)]
    assert found == [*sorted(ids[:SHARD]), *sorted(ids[SHARD:])]
    assert manifest["configs"]["contrast"] == {
        "rows": 4 * items,  # a pair and its twin are four sentences
        "splits": {"test": 4 * items},
        "sha256": manifest["configs"]["contrast"]["sha256"],
    }


def test_more_items_hold_the_same_ones(tmp_path: Path) -> None:
    for items in (3, 7):
        make(tmp_path / str(items), items)
    few, many = (load(tmp_path / str(items)).table("contrast") for items in (3, 7))
    assert many.join(few, on="id", how="semi").equals(few)


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"items": 11}, "items 10"),
        ({"seed": 1}, "seed 0"),
        ({"name": "transplant"}, "suite contrast"),
        ({"splits": ("train",)}, "splits ['test']"),
    ],
)
def test_another_recipe_does_not_go_on(tmp_path: Path, other: dict[str, Any], said: str) -> None:
    interrupted(tmp_path / "suite", after=1)
    before = contents(tmp_path / "suite")
    code, message = refusal(lambda: make(tmp_path / "suite", **other))
    assert code == "not-writable"
    assert f"holds the beginning of another suite ({said}" in message
    assert contents(tmp_path / "suite") == before


def test_a_folder_with_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    code, message = refusal(lambda: make(tmp_path))
    assert (code, "no suite that was interrupted" in message) == ("not-writable", True)
    assert contents(tmp_path) == {"notes.txt": b"mine"}


def test_a_suite_that_is_finished_is_not_made_again(tmp_path: Path) -> None:
    make(tmp_path, 1)
    assert refusal(lambda: make(tmp_path, 1))[0] == "not-writable"


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert refusal(lambda: make(tmp_path / "file"))[0] == "not-writable"
    assert refusal(lambda: make(tmp_path / "file" / "below"))[0] == "not-writable"


def test_a_suite_that_is_not_there_is_refused() -> None:
    code, message = refusal(lambda: making.suite_of("transplants"))
    assert (code, message) == ("option", f"'transplants' is no suite: {', '.join(SUITES)}")


def test_load_dataset_gives_the_splits(tmp_path: Path) -> None:
    folder = detente.make_suite("transplant", tmp_path, items=2, jobs=1)
    for split in SPLITS:
        pages = detente.load_dataset("articles", split, dataset=folder)
        ids = [item_id("transplant", split, 0, number) for number in range(2)]
        assert pages["id"] == sorted(ids)
        told = detente.load_dataset("items", split, dataset=folder)
        assert dict(zip(told["id"], told["operation"], strict=True)) == {ids[0]: "control", ids[1]: "interleaved"}
        assert detente.load_dataset("boilerplate", split, dataset=folder).features["zone"].names
    with pytest.raises(ValidationError, match="dev"):
        detente.load_dataset("articles", "dev", dataset=folder)


@pytest.mark.parametrize(
    ("options", "named"),
    [({"items": 0}, "items"), ({"seed": -1}, "seed"), ({"splits": []}, "splits"), ({"splits": ["dev"]}, "splits")],
)
def test_what_cannot_be_made_is_refused_before_anything_is_written(
    tmp_path: Path, options: dict[str, Any], named: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        detente.make_suite("contrast", tmp_path / "suite", jobs=1, **options)
    assert [problem.location for problem in refused.value.problems] == [named]
    assert not (tmp_path / "suite").exists()


def test_the_manifest_says_how_it_was_made(tmp_path: Path) -> None:
    manifest = make(tmp_path, 1, seed=7)
    assert json.loads((tmp_path / "manifest.json").read_text()) == json.loads(json.dumps(manifest))
    made = {"suite": "contrast", "version": "2", "items": 1, "seed": 7, "splits": ("test",), "data": load().version}
    assert manifest["suite"] == made
    assert not (tmp_path / ".unfinished").exists()


@pytest.mark.parametrize(
    ("there", "taken"),
    [
        ([".unfinished/"], True),
        ([".unfinished/.detente-writes-1-2-here"], True),
        ([".unfinished/other"], False),
        ([".unfinished/", "other"], False),
        (["other"], False),
        ([".unfinished"], False),
    ],
)
def test_a_folder_in_which_a_call_was_killed_as_it_began_is_taken(
    tmp_path: Path, there: Sequence[str], taken: bool
) -> None:
    whole, folder = tmp_path / "whole", tmp_path / "folder"
    for name in there:
        path = folder / name
        if name.endswith("/"):
            path.mkdir(parents=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("half a file")
    if not taken:
        assert refusal(lambda: make(folder))[0] == "not-writable"
        return
    make(folder)
    make(whole)
    assert contents(folder) == contents(whole)
