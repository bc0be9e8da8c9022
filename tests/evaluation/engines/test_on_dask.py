"""Scores from a real scheduler and workers: to the byte those of this process, whatever happens to a worker."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from detente.cli import main
from detente.data.jsonl import dump_lines
from detente.data.problems import Problem, ValidationError
from detente.evaluation.engines import on_dask
from detente.evaluation.engines.on_dask import Dask

pytest.importorskip("distributed", reason="the extra `distributed` is not installed")

PAGES = 40
"""Five items of work."""


@pytest.fixture
def texts(tmp_path: Path) -> list[str]:
    """A call that scores two extractors against reference texts."""
    words = [f"w{number}" for number in range(60)]
    pages = {f"p{page:02}": "\n\n".join([" ".join(words[page:] + words[:page])] * 3) for page in range(PAGES)}
    for name, keep in (("gold", 1), ("whole", 1), ("half", 2)):
        made = {page: {"articleBody": text[: len(text) // keep]} for page, text in pages.items()}
        (tmp_path / f"{name}.json").write_text(json.dumps(made))
    files = [str(tmp_path / f"{name}.json") for name in ("half", "whole")]
    return [*files, "--gold", str(tmp_path / "gold.json"), "--resamples", "50"]


@pytest.fixture
def packaged(tmp_path: Path) -> list[str]:
    """A call that scores texts of the packaged pages."""
    path = tmp_path / "outputs.jsonl"
    made = CliRunner().invoke(main, ["eval", "inputs", "--task", "boilerplate", "-o", str(path)])
    assert made.exit_code == 0
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    path.write_text(dump_lines({"id": line["id"], "text": line["text"][100:]} for line in lines))
    return [str(path)]


@pytest.fixture
def labels(tmp_path: Path) -> list[str]:
    """A call that scores labels in three shards against others, of which some are missing."""
    items = [(f"i{item:04}", f"f{item % 30}", ("favor", "against", "none")[item * item % 3]) for item in range(3_000)]
    gold, guess = tmp_path / "gold", tmp_path / "guess"
    for folder in (gold, guess):
        folder.mkdir()
    for shard in range(3):
        own = items[shard * 1_000 : (shard + 1) * 1_000]
        made = [{"id": name, "family": family, "label": label} for name, family, label in own]
        (gold / f"{shard}.jsonl").write_text(dump_lines(made))
        made = [{"id": name, "label": "none" if number % 7 else label} for number, (name, _, label) in enumerate(own)]
        (guess / f"{2 - shard}.jsonl").write_text(dump_lines(made[5:]))
    return [str(guess), "--gold", str(gold), "--task", "stance", "--allow-missing", "--resamples", "50"]


EVERYTHING = ("texts", "packaged", "labels")


def score(call: list[str], *options: str) -> Result:
    return CliRunner().invoke(main, ["eval", "score", *call, "--format", "json", *options])


def here(call: list[str]) -> str:
    alone = score(call, "--jobs", "1")
    assert alone.exit_code == 0, alone.output
    return alone.stdout


def there(call: list[str], cluster: Any) -> str:
    found = score(call, "--engine", "dask", "--scheduler", cluster.address)
    assert found.exit_code == 0, found.output
    return found.stdout


@pytest.mark.parametrize("what", EVERYTHING)
def test_a_cluster_gives_the_same_bytes(what: str, cluster: Any, request: pytest.FixtureRequest) -> None:
    call: list[str] = request.getfixturevalue(what)
    assert there(call, cluster) == here(call)


@pytest.mark.parametrize("what", EVERYTHING)
def test_a_worker_that_is_killed_changes_nothing(what: str, cluster: Any, request: pytest.FixtureRequest) -> None:
    call: list[str] = request.getfixturevalue(what)
    killer = cluster.kill_one()
    assert there(call, cluster) == here(call)
    killer.join()
    assert (cluster.orders / "victim").is_file()


@pytest.mark.parametrize("order", ["fail-once", "twice"])
def test_an_item_that_fails_once_or_is_done_twice_changes_nothing(order: str, cluster: Any, texts: list[str]) -> None:
    cluster.order(order)
    assert there(texts, cluster) == here(texts)
    assert order == "twice" or (cluster.orders / "fail-once-taken").is_file()


def test_an_item_that_always_fails_is_named(cluster: Any, texts: list[str]) -> None:
    cluster.order("fail-always", "w7 w8 w9")  # as every text says
    found = score(texts, "--engine", "dask", "--scheduler", cluster.address)
    assert (found.exit_code, found.stdout) == (2, "")
    first = "p00 … p07: shard-failed: failed, 3 times: OSError: never any luck"
    assert found.stderr.splitlines() == [
        first,
        *(f"p{start:02} … p{start + 7:02}: {first.partition(': ')[2]}" for start in range(8, PAGES, 8)),
        "5 problems",
    ]


@pytest.mark.parametrize(
    ("what", "broken", "name"),
    [
        ("texts", "-00000.json", "p00 … p07"),
        ("labels", "score-00003.json", "part 4 of 16"),
        ("labels", "1.jsonl", "1.jsonl"),
    ],
)
def test_after_a_failure_the_call_goes_on_where_it_was(
    what: str, broken: str, name: str, cluster: Any, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    call: list[str] = request.getfixturevalue(what)
    kept = ("--work", str(tmp_path / "work"), "--engine", "dask", "--scheduler", cluster.address)
    cluster.order("fail-always", broken)
    found = score(call, *kept)
    assert (found.exit_code, found.stdout) == (2, "")
    assert f"{name}: shard-failed: failed, 3 times: OSError: never any luck" in found.stderr
    assert f"what is done lies in {tmp_path / 'work'}: the same call with --resume goes on there\n" in found.stderr
    done = {path: path.stat().st_mtime_ns for path in (tmp_path / "work").glob("*-0*.json")}
    assert done
    cluster.staff()
    assert score(call, *kept, "--resume").stdout == here(call)
    assert {path: path.stat().st_mtime_ns for path in done} == done  # none of it was done again
    again = score(call, "--work", str(tmp_path / "work"), "--resume", "--jobs", "1", "--verbose")
    assert again.stdout == here(call)
    assert "; 0 parts of work, " in again.stderr


def test_a_cluster_on_this_machine_is_started_and_ended(texts: list[str]) -> None:
    found = score(texts, "--engine", "dask", "--jobs", "1", "--verbose")
    assert found.exit_code == 0, found.output
    assert found.stdout == here(texts)
    assert "; 5 parts of work, " in found.stderr
    assert found.stderr.endswith("; dask on this machine, 1 thread\n")


def test_without_a_scheduler_nothing_is_scored(texts: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_dask, "_TIMEOUT", 0.5)
    for address in ("tcp://127.0.0.1:9", "nowhere"):
        found = score(texts, "--engine", "dask", "--scheduler", address)
        assert (found.exit_code, found.stdout) == (2, "")
        assert found.stderr.startswith(f"{address}: cluster-lost: no scheduler answers: ")
    assert "name its address with the port, as tcp://10.0.0.1:8786\n" in found.stderr


def test_a_scheduler_without_workers_is_not_waited_for_for_ever(cluster: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_dask, "MAX_WITHOUT_WORKERS", -1.0)
    with Dask(cluster.address, 1) as engine:
        monkeypatch.setattr(engine._client, "nthreads", dict)
        with pytest.raises(ValidationError) as invalid:
            list(engine.map(len, ["a"], ["a"]))
    message = "has had no workers for -1 seconds: start some (dask worker ADDRESS)"
    assert invalid.value.problems == (Problem("cluster-lost", cluster.address, message),)


def test_what_is_wrong_on_a_worker_is_raised_here(cluster: Any) -> None:
    with Dask(cluster.address, 1) as engine:
        assert list(engine.map(len, ["a", "bc", ""], ["1", "2", "3"])) == [1, 2, 0]
        work: Any = ["a", 1]
        with pytest.raises(ValidationError, match="2: shard-failed: failed, 3 times: TypeError: object of type 'int'"):
            list(engine.map(len, work, ["1", "2"]))


def test_a_full_disk_is_one_problem(cluster: Any, labels: list[str], tmp_path: Path) -> None:
    cluster.order("disk-full")
    work = tmp_path / "work"
    found = score(labels, "--work", str(work), "--engine", "dask", "--scheduler", cluster.address)
    assert (found.exit_code, found.stdout) == (2, "")
    advice = "make it writable, with room, or name another folder with --work"
    assert found.stderr.splitlines() == [
        f"what is done lies in {work}: the same call with --resume goes on there",
        f"{work}: not-writable: cannot be written: No space left on device: {advice}",
        "1 problem",
    ]
    cluster.staff()
    again = score(labels, "--work", str(work), "--engine", "dask", "--scheduler", cluster.address, "--resume")
    assert again.stdout == here(labels)
