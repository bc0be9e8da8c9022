"""A call that is done in steps: what is there is not done again, unless something it was made of is another."""

import json
import os
import platform
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from detente.data.problems import Problem, ValidationError
from detente.evaluation.engines.execution import Execution
from detente.evaluation.engines.local import HERE
from detente.evaluation.session import Session
from detente.evaluation.steps import CALL, Steps, fingerprint


@pytest.fixture
def mapped(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(Path(__file__).parent / "engines")
    return import_module("mapped")


def calls(path: Path) -> int:
    """How often `mapped.fails` was asked of a path."""
    return len(path.read_text())


def test_what_is_there_is_not_done_again(tmp_path: Path, mapped: ModuleType) -> None:
    work: list[Any] = [(str(tmp_path / name), 0) for name in "ab"]
    (tmp_path / "work").mkdir()
    for _ in range(2):
        steps = Steps(tmp_path / "work", HERE, {"task": "stance"})
        assert list(steps.run("first", mapped.fails, work, ["a", "b"])) == [1, 1]
    assert [calls(tmp_path / name) for name in "ab"] == [1, 1]
    # another item, another function, a result that is lost or cut off: these alone are done again
    other = [work[0], (str(tmp_path / "b"), 1 - 1.0)]
    assert list(steps.run("first", mapped.fails, other, ["a", "b"])) == [1, 2]
    assert list(steps.run("first", mapped.times, [work[0]], ["a"])) == [2]
    (tmp_path / "work" / "first-00001.json").write_text("")
    assert list(steps.run("first", mapped.fails, other, ["a", "b"])) == [3, 3]


def test_results_come_back_as_json_has_them_whether_made_now_or_before(tmp_path: Path) -> None:
    steps = Steps(tmp_path, HERE, {})
    for _ in range(2):
        assert list(steps.run("pairs", dict, [[(1, ("a", None))]], ["a"])) == [{"1": ["a", None]}]
    assert json.loads((tmp_path / "pairs-00000.json").read_text().splitlines()[1]) == {"1": ["a", None]}


def test_the_work_of_another_call_is_refused_with_what_differs(tmp_path: Path) -> None:
    Steps(tmp_path, HERE, {"task": "stance", "gold": [1], "labels": "a"})
    with pytest.raises(ValidationError) as invalid:
        Steps(tmp_path, HERE, {"task": "stance", "gold": [2]})
    message = (
        "holds the work of another call, with another gold, labels: call as before, or name another folder with --work"
    )
    assert invalid.value.problems == (Problem("work-differs", str(tmp_path), message),)
    (tmp_path / CALL).write_text("[")
    with pytest.raises(ValidationError, match=r"call\.json: work-differs: cannot be read: name another folder"):
        Steps(tmp_path, HERE, {})


def test_a_fingerprint_is_of_name_size_time_and_ends(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"a" * 200_000)
    before = fingerprint(file)
    assert before[0][:2] == [str(file), 200_000]
    assert fingerprint(tmp_path) == before  # of a folder that of each file
    for place in (0, 65_535, 199_999, 134_464):  # the ends are of 65,536 bytes
        changed = bytearray(b"a" * 200_000)
        changed[place] = ord("b")
        file.write_bytes(changed)
        assert fingerprint(file)[0][3] != before[0][3]
    changed = bytearray(b"a" * 200_000)
    changed[65_536] = ord("b")
    file.write_bytes(changed)
    assert fingerprint(file)[0][3] == before[0][3]
    assert fingerprint(file)[0][2] != before[0][2]


# The folder


def folder(execution: Execution) -> Path:
    with Session(execution) as session:
        found = session.steps({"task": "stance"}).folder
        assert (found / CALL).is_file()
    return found


def interrupted(tmp_path: Path) -> None:
    with Session() as session:
        session.steps({})
        assert len(list(tmp_path.iterdir())) == 1
        raise KeyboardInterrupt


def test_a_temporary_folder_is_removed_when_the_call_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert not folder(Execution()).exists()
    with pytest.raises(KeyboardInterrupt):
        interrupted(tmp_path)
    session = Session()
    session.steps({})
    del session  # nobody closed it
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_work_is_kept_and_gone_on_in_only_if_asked(tmp_path: Path) -> None:
    work = tmp_path / "new" / "work"
    assert folder(Execution(work=work)) == work
    with pytest.raises(ValidationError) as invalid:
        folder(Execution(work=work))
    message = "is not empty: --resume goes on with what is there, else name a new folder"
    assert invalid.value.problems == (Problem("not-empty", str(work), message),)
    assert folder(Execution(work=work, resume=True)) == work
    assert folder(Execution(work=tmp_path / "none yet", resume=True)).is_dir()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").touch()
    with pytest.raises(ValidationError, match=r"which would have call\.json: name another one"):
        folder(Execution(work=tmp_path / "other", resume=True))
    with pytest.raises(ValidationError, match="not-writable: cannot be written: "):
        folder(Execution(work=tmp_path / "other" / "letter.txt"))


def test_a_folder_in_which_a_call_was_killed_as_it_began_is_a_new_one(tmp_path: Path) -> None:
    dead = 1 << 30  # no process has such a number
    for resume in (True, False):
        work = tmp_path / f"work-{resume}"
        work.mkdir()
        left = [f".detente-writes-{dead}", f".detente-writes-{dead}-1-{platform.node()}"]
        left += [f".detente-writes-{dead}-1-another-machine", f".detente-writes-{os.getpid()}-1-{platform.node()}"]
        for name in left:
            (work / name).write_text("half")
        assert folder(Execution(work=work, resume=resume)) == work
        assert {path.name for path in work.iterdir()} == {CALL, *left[2:]}  # whose writers may still be there
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / ".hidden").touch()
    with pytest.raises(ValidationError, match="work-differs"):
        folder(Execution(work=tmp_path / "other", resume=True))


def test_options_that_do_not_go_together_are_refused() -> None:
    with pytest.raises(ValidationError) as invalid:
        Execution(engine="ray", scheduler="tcp://127.0.0.1:1", resume=True)
    assert [str(problem) for problem in invalid.value.problems] == [
        "--engine: option: 'ray' is none of local, dask",
        "--scheduler: option: is of --engine dask, which is not given",
        "--resume: option: goes on in the folder of --work, which is not given",
    ]
    assert Execution(engine="dask", scheduler="tcp://127.0.0.1:1").asked
    assert Execution(work=Path("work")).asked
    assert not Execution(jobs=3).asked
