"""Items in processes of this machine: in order, tried again, named when they fail, done again when a process dies."""

import os
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from detente.data.problems import Problem, ValidationError
from detente.evaluation.engines.engine import AHEAD, ATTEMPTS, attempt
from detente.evaluation.engines.local import MAX_POOLS, Local


@pytest.fixture
def mapped(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """`mapped.py` beside this file, which other processes import, too."""
    monkeypatch.syspath_prepend(Path(__file__).parent)
    return import_module("mapped")


@pytest.fixture(params=[1, 2])
def engine(request: pytest.FixtureRequest, mapped: ModuleType) -> Iterator[Local]:  # noqa: ARG001
    with Local(request.param) as local:
        yield local


def test_results_come_in_the_order_of_the_work(engine: Local, mapped: ModuleType) -> None:
    assert list(engine.map(mapped.double, [3, 1, 2], ["a", "b", "c"])) == [6, 2, 4]
    assert list(engine.map(mapped.double, [], [])) == []
    assert engine.usage.items == 3


def test_an_item_that_fails_is_tried_three_times(engine: Local, mapped: ModuleType, tmp_path: Path) -> None:
    work = [(str(tmp_path / name), ATTEMPTS - 1 if name == "b" else 0) for name in "abc"]
    assert list(engine.map(mapped.fails, work, list("abc"))) == [1, ATTEMPTS, 1]  # which attempt it was


def test_an_item_that_always_fails_is_named_when_the_others_are_done(
    engine: Local, mapped: ModuleType, tmp_path: Path
) -> None:
    work = [(str(tmp_path / name), ATTEMPTS if name == "b" else 0) for name in "abc"]
    results = engine.map(mapped.fails, work, list("abc"))
    assert next(results) == 1
    with pytest.raises(ValidationError) as invalid:
        next(results)
    assert invalid.value.problems == (Problem("shard-failed", "b", "failed, 3 times: OSError: no luck"),)
    assert [len(Path(path).read_text()) for path, _ in work] == [1, ATTEMPTS, 1]


def test_problems_of_a_function_are_raised_all_at_once_and_not_tried_again(
    engine: Local, mapped: ModuleType, tmp_path: Path
) -> None:
    work = [str(tmp_path / name) for name in "abcd"]
    with pytest.raises(ValidationError) as invalid:
        list(engine.map(mapped.refuses, work, list("abcd")))
    assert invalid.value.problems == tuple(Problem("no-id", path, "is wrong") for path in (work[1], work[3]))
    assert [Path(path).read_text() for path in work] == ["x"] * 4


def test_what_cannot_be_written_ends_all_work_at_once(engine: Local, mapped: ModuleType, tmp_path: Path) -> None:
    work = [str(tmp_path / name) for name in ["a", "b", *(f"{number:03}b" for number in range(200))]]
    with pytest.raises(ValidationError) as invalid:
        list(engine.map(mapped.cannot_write, work, work))
    assert invalid.value.problems == (Problem("not-writable", "work", "is full"),)  # one, whoever found it first
    found = {path.read_text() for path in tmp_path.iterdir()}
    assert "x" in found
    assert found <= {"x", ""}  # nothing is tried again; another process may just be writing one
    assert len([*tmp_path.iterdir()]) <= 2 * AHEAD * engine.jobs


def test_the_work_of_a_process_that_is_killed_is_done_again(mapped: ModuleType, tmp_path: Path) -> None:
    deaths = MAX_POOLS - 1
    work = [(str(tmp_path / f"{number}"), deaths if number == 3 else 0) for number in range(20)]
    with Local(2) as two:
        assert list(two.map(mapped.dies, work, [str(number) for number in range(20)])) == list(range(20))
        work[3] = (str(tmp_path / "3-again"), deaths + 1)
        with pytest.raises(ValidationError, match="process-died: a process that counts pages died: try --jobs 1"):
            list(two.map(mapped.dies, work, [str(number) for number in range(20)]))
        assert list(two.map(mapped.double, [1, 2], ["1", "2"])) == [2, 4]  # and there are others for what follows


def test_an_error_of_another_process_that_cannot_be_sent_is_told(mapped: ModuleType) -> None:
    with Local(2) as two, pytest.raises(ValidationError, match="b: shard-failed: failed, 3 times: "):
        list(two.map(mapped.cannot_be_sent, [0, 1], ["a", "b"]))


def test_the_package_of_another_version_does_no_work() -> None:
    outcome = attempt(os.path.basename, "a", "0.0.0")
    assert outcome.final
    assert outcome.error.startswith("a worker has detente ")
