"""What libraries print past Python is kept back while damaged files are read, and no longer."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet as pq

from detente.data.panics import unprinted


def test_what_is_written_meanwhile_is_not_shown(capfd: pytest.CaptureFixture[str]) -> None:
    os.write(2, b"before ")
    with unprinted():
        os.write(2, b"meanwhile ")
        with unprinted():
            os.write(2, b"inside ")
        os.write(2, b"still ")
    os.write(2, b"after")
    assert capfd.readouterr().err == "before after"


def test_of_two_threads_the_last_one_shows_it_again(capfd: pytest.CaptureFixture[str]) -> None:
    began, ended = threading.Event(), threading.Event()

    def long() -> None:
        with unprinted():
            began.set()
            ended.wait(60)

    thread = threading.Thread(target=long)
    with unprinted():
        thread.start()
        assert began.wait(60)
    os.write(2, b"meanwhile ")
    ended.set()
    thread.join()
    os.write(2, b"after")
    assert capfd.readouterr().err == "after"


def test_an_error_shows_it_again(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="inside"), unprinted():
        raise ValueError("inside")
    os.write(2, b"after")
    assert capfd.readouterr().err == "after"


def test_there_may_be_no_standard_error() -> None:
    code = "import os; from detente.data.panics import unprinted\nos.close(2)\nwith unprinted(): print('well')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "well\n")


def test_a_damaged_page_is_a_problem_without_what_polars_prints(tmp_path: Path) -> None:
    """Its levels say that no row of ten has a value: a run of ten zeros, where one of ten ones was."""
    path = tmp_path / "a.parquet"
    table = pa.table({"id": [f"i{number}" for number in range(10)], "label": ["favor"] * 10})
    pq.write_table(table, path, use_dictionary=False, compression="none")
    data = path.read_bytes()
    run = b"\x02\x00\x00\x00\x14\x01"
    assert data.count(run) == 2
    path.write_bytes(data.replace(run, b"\x02\x00\x00\x00\x02\x01"))
    (tmp_path / "gold.csv").write_text("id,label\n" + "".join(f"i{number},favor\n" for number in range(10)))
    call = ["eval", "score", str(path), "--gold", str(tmp_path / "gold.csv"), "--task", "stance"]
    done = subprocess.run([sys.executable, "-m", "detente", *call], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "panicked" not in done.stderr
    assert done.stderr.endswith(" problem\n") or done.stderr.endswith(" problems\n")
