"""A Dask scheduler and its workers as processes on loopback, whose work can be disturbed (`disturbing.py`)."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

PATIENCE = 120.0
"""Seconds after which a test gives up what it waits for: only a broken cluster takes so long."""


def until(there: Callable[[], object]) -> None:
    """Waits for a condition."""
    end = time.monotonic() + PATIENCE
    while not there():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


class Cluster:
    """A scheduler and two workers, each in a process of its own.

    Args:
        folder: For what the cluster writes, and for `orders`, by which its work is disturbed.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.orders = folder / "orders"
        self.orders.mkdir()
        self._workers: list[subprocess.Popen[bytes]] = []
        self._scheduler = self._start("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        file = folder / "scheduler.json"
        until(lambda: file.is_file() and file.read_text().endswith("}"))
        self.address: str = json.loads(file.read_text())["address"]

    def _start(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        call = [sys.executable, "-m", f"distributed.cli.{program}", "--scheduler-file", self.folder / "scheduler.json"]
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [*map(str, call), *arguments], stdout=log, stderr=log, env=os.environ | {"ORDERS": str(self.orders)}
            )

    def staff(self) -> None:
        """Sees to it that two workers live, and that no order is left."""
        for order in self.orders.iterdir():
            order.unlink()
        self._workers = [worker for worker in self._workers if worker.poll() is None]
        for _ in range(2 - len(self._workers)):
            options = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(self.folder))
            preload = str(Path(__file__).with_name("disturbing.py"))
            self._workers.append(self._start("dask_worker", *options, "--preload", preload))

    def order(self, name: str, text: str = "") -> None:
        """Disturbs the work; see `disturbing.py`."""
        (self.orders / name).write_text(text)

    def kill_one(self) -> threading.Thread:
        """Lets the next worker that is given an item stand still, and kills it there."""
        self.order("stand-still")

        def kill() -> None:
            victim = self.orders / "victim"
            until(victim.is_file)
            os.kill(int(victim.read_text()), signal.SIGKILL)

        killer = threading.Thread(target=kill)
        killer.start()
        return killer

    def close(self) -> None:
        """Ends all processes."""
        for process in (*self._workers, self._scheduler):
            process.kill()
            process.wait()


@pytest.fixture(scope="session")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    yield cluster
    cluster.close()


@pytest.fixture
def cluster(started: Cluster) -> Cluster:
    """A scheduler with two workers, whom nothing disturbs."""
    started.staff()
    return started
