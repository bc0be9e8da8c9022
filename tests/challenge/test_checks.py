"""A suite is checked: whole ones pass, and each fault is told where it is."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

import detente
from detente.challenge import checks, making, tables
from detente.challenge.all import SUITES
from detente.challenge.suite import item_id
from detente.cli import main
from detente.data.problems import SUITE_RULES, ValidationError
from detente.dataset.build import digest, parquet

SPLIT = "test"
ITEMS = 3
"""The control, and an operation at two strengths."""
CONTROL_ID, CHANGED_ID = (item_id("transplant", SPLIT, 0, number) for number in range(2))
"""Ids in the order of their numbers, as it happens: the first two rows."""


@pytest.mark.parametrize("name", SUITES)
@pytest.mark.parametrize("items", [1, 2, 3])
def test_however_few_items_there_are_they_are_whole(name: str, items: int, tmp_path: Path) -> None:
    assert checks.problems_of(detente.make_suite(name, tmp_path / name, items=items, jobs=1)) == []


def test_claims_are_linked_with_propositions_of_their_control_in_another_shard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "SHARD", 1)
    folder = detente.make_suite("claims", tmp_path / "suite", items=2, splits=[SPLIT], jobs=1)
    assert checks.problems_of(folder) == []
    name = table(folder, "propositions")[0]["id"]
    change(folder, "propositions", 0, id=f"{name}-other")
    assert codes(folder) >= {"proposition-unregistered"}
    change(folder, "propositions", 0, id=name.replace("claims-test-", "claims-test-9"))
    owner = name.replace("claims-test-", "claims-test-9").rsplit("-", name.count("-") - 2)[0]
    assert ("item-wrong", f"{owner} is not in items") in {
        (problem.code, problem.message) for problem in checks.problems_of(folder)
    }


@pytest.fixture(scope="session")
def suites(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("suites")
    return {
        name: detente.make_suite(name, root / name, items=ITEMS, splits=[SPLIT], jobs=1)
        for name in ("transplant", "contrast")
    }


@pytest.fixture(params=["transplant", "contrast"])
def suite(request: pytest.FixtureRequest, suites: dict[str, Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(suites[request.param], tmp_path / "suite"))


@pytest.fixture
def pages(suites: dict[str, Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(suites["transplant"], tmp_path / "suite"))


def change(folder: Path, config: str, row: int, **values: Any) -> None:
    """Changes a row, and the manifest with it: what is found then is not found by a digest."""
    name = f"data/{config}/{SPLIT}-00000.parquet"
    frame = pl.read_parquet(folder / name)
    rows = frame.to_dicts()
    rows[row] |= values
    write(folder, config, pl.DataFrame(rows, schema=frame.schema))


def write(folder: Path, config: str, frame: pl.DataFrame) -> None:
    name, manifest = f"data/{config}/{SPLIT}-00000.parquet", json.loads((folder / "manifest.json").read_text())
    (folder / name).write_bytes(parquet(frame))
    manifest["files"][name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    manifest["configs"][config]["rows"] = manifest["configs"][config]["splits"][SPLIT] = len(frame)
    sha = hashlib.sha256(json.dumps([digest(frame)], separators=(",", ":")).encode()).hexdigest()
    manifest["configs"][config]["sha256"] = sha
    shas = {name: each["sha256"] for name, each in manifest["configs"].items()}
    manifest["sha256"] = hashlib.sha256(json.dumps(shas, separators=(",", ":")).encode()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))


def table(folder: Path, config: str) -> list[dict[str, Any]]:
    return pl.read_parquet(folder / f"data/{config}/{SPLIT}-00000.parquet").to_dicts()


def codes(folder: Path) -> set[str]:
    return {problem.code for problem in checks.problems_of(folder)}


def test_a_suite_has_no_problems(suite: Path) -> None:
    assert checks.problems_of(suite) == []


def test_rows_are_rewritten_without_a_trace(suite: Path) -> None:
    change(suite, tables.ITEMS, 0)
    assert checks.problems_of(suite) == [], "what the other tests find is what they changed"


def test_a_file_that_was_changed_is_found_before_all_else(suite: Path) -> None:
    (suite / "inventory.json").write_text("{}")
    (found,) = checks.problems_of(suite)
    assert (found.code, found.location) == ("dataset-changed", str(suite / "inventory.json"))


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (lambda manifest: manifest["configs"]["items"].update(rows=1), "rows of items is 1"),
        (lambda manifest: manifest["configs"]["items"].update(splits={"test": 1}), "splits of items is {'test': 1}"),
        (lambda manifest: manifest["configs"]["items"].update(sha256="0"), "sha256 of items is 0"),
        (lambda manifest: manifest.update(sha256="0"), "sha256 is 0"),
    ],
)
def test_numbers_and_digests_of_the_manifest_are_those_of_the_rows(
    suite: Path, fault: Callable[[Any], None], said: str
) -> None:
    manifest = json.loads((suite / "manifest.json").read_text())
    fault(manifest)
    (suite / "manifest.json").write_text(json.dumps(manifest))
    (found,) = checks.problems_of(suite)
    assert found.code == "dataset-changed"
    assert found.message.startswith(said)


def test_another_version_of_a_suite_is_not_checked(suite: Path) -> None:
    manifest = json.loads((suite / "manifest.json").read_text())
    for name, version in (("derived", "1"), ("contrast", "0")):
        manifest["suite"] |= {"suite": name, "version": version}
        (suite / "manifest.json").write_text(json.dumps(manifest))
        with pytest.raises(ValidationError) as refused:
            checks.problems_of(suite)
        assert [problem.code for problem in refused.value.problems] == ["suite-unknown"]


def test_a_shard_that_is_not_in_the_manifest_is_missed(suite: Path) -> None:
    manifest = json.loads((suite / "manifest.json").read_text())
    manifest["files"]["data/items/test-00001.parquet"] = manifest["files"]["data/items/test-00000.parquet"]
    shutil.copy(suite / "data/items/test-00000.parquet", suite / "data/items/test-00001.parquet")
    (suite / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ValidationError, match="has not as many files of each of items"):
        checks.problems_of(suite)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"operation": "undone"}, "transplant has no operation undone, weak"),
        ({"strength": "none"}, "transplant has no operation interleaved, none"),
        ({"base": CHANGED_ID}, f"{CHANGED_ID} is not the control of {CHANGED_ID}"),
        ({"base": "transplant-test-000009"}, f"transplant-test-000009 is not the control of {CHANGED_ID}"),
        ({"sources": []}, f"{CHANGED_ID} is of the family detente-002, and the first of its sources"),
        ({"sources": ["detente-003"]}, f"{CHANGED_ID} is of the family detente-002, and the first of its"),
    ],
)
def test_what_is_said_of_an_item_is_so(pages: Path, values: dict[str, Any], said: str) -> None:
    assert table(pages, "items")[1]["operation"] == "interleaved"
    change(pages, "items", 1, **values)
    (found,) = checks.problems_of(pages)
    assert (found.code, found.location) == ("item-wrong", "data/items/test-00000.parquet:2")
    assert found.message.startswith(said)


def test_a_control_is_its_own(pages: Path) -> None:
    change(pages, "items", 1, operation="control", strength="none")
    assert codes(pages) == {"item-wrong"}


def test_rows_and_what_is_said_of_them_belong_together(pages: Path) -> None:
    change(pages, "items", 1, id="transplant-test-000007")
    said = {problem.message for problem in checks.problems_of(pages)}
    assert {
        "transplant-test-000007 is not in articles",
        f"{CHANGED_ID} is not in items",  # the page, and each of its segments
    } == said


def test_an_id_is_there_once(pages: Path) -> None:
    change(pages, "items", 1, id=CONTROL_ID)
    assert "id-duplicate" in codes(pages)


@pytest.mark.parametrize(
    ("config", "values", "code"),
    [
        ("articles", {"family": CONTROL_ID}, "value-pattern"),
        ("articles", {"id": "detente-002"}, "value-pattern"),
        ("articles", {"headline": "Another"}, "headline-not-found"),
        ("articles", {"outlet": "Another"}, "basis-without-value"),
        ("boilerplate", {"zone": "margin"}, "value-not-allowed"),
        ("boilerplate", {"zone": "body"}, "zone-type"),
        ("boilerplate", {"end": 10**6}, "span-outside-text"),
        ("boilerplate", {"start": 5, "end": 5}, "span-empty"),
        ("boilerplate", {"end": 2}, "segment-gap"),
        ("boilerplate", {"id": "another:b01"}, "id-wrong"),
        ("boilerplate", {"repeats": f"{CONTROL_ID}:b09"}, "repeats-wrong"),
    ],
)
def test_gold_is_held_against_its_model_and_its_text(
    pages: Path, config: str, values: dict[str, Any], code: str
) -> None:
    assert table(pages, "boilerplate")[0]["zone"] == "boilerplate"
    change(pages, config, 0, **values)
    assert code in codes(pages)


def test_a_pair_is_whole(suites: dict[str, Path], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(suites["contrast"], tmp_path / "suite"))
    row = table(folder, "contrast")[0]
    change(folder, "contrast", 0, label=next(word for word in ("favor", "against") if word != row["label"]))
    assert "contrast-pair" in codes(folder)


def test_tables_have_the_columns_of_their_configs(pages: Path) -> None:
    write(pages, "boilerplate", pl.DataFrame(table(pages, "boilerplate")).drop("repeats"))
    assert codes(pages) == {"wrong-type"}


def test_checks_look_at_a_few_items_at_a_time_and_at_all(
    suites: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "TOGETHER", 1)
    folder = Path(shutil.copytree(suites["transplant"], tmp_path / "suite"))
    assert checks.problems_of(folder) == []
    last = len(table(folder, "boilerplate")) - 1
    change(folder, "boilerplate", last, end=10**6)
    (found,) = (problem for problem in checks.problems_of(folder) if problem.code == "span-outside-text")
    assert found.location == f"data/boilerplate/test-00000.parquet:{last + 1}"


def test_the_command_prints_problems_and_exits_with_1(pages: Path) -> None:
    whole = CliRunner().invoke(main, ["dataset", "validate", str(pages)])
    assert (whole.exit_code, whole.stderr) == (0, "no problems: 3 items of transplant in each of test\n")
    change(pages, "items", 1, operation="undone")
    broken = CliRunner().invoke(main, ["dataset", "validate", str(pages)])
    assert broken.exit_code == 1
    assert "item-wrong: transplant has no operation undone, weak" in broken.stderr


@pytest.mark.parametrize("fault", [{"suite": 3}, {"suite": {"splits": []}}, {"lacking": None}])
def test_a_manifest_that_is_none_is_refused(pages: Path, fault: dict[str, Any]) -> None:
    manifest = json.loads((pages / "manifest.json").read_text())
    (pages / "manifest.json").write_text(json.dumps(manifest | fault))
    for command in (["dataset", "validate", str(pages)], ["dataset", "info", "--dataset", str(pages)]):
        refused = CliRunner().invoke(main, command)
        assert (refused.exit_code, "dataset-changed" in refused.stderr) == (2, True)


def test_every_rule_of_suites_is_broken_here() -> None:
    assert SUITE_RULES.keys() == {"item-wrong", "suite-unknown"}
