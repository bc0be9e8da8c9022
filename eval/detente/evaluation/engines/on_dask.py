"""A Dask cluster (the extra `distributed`): the one whose scheduler is named, or one of processes on this machine."""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from detente.data.problems import Problem, ValidationError
from detente.data.processes import on_their_own
from detente.evaluation.engines.engine import Usage, in_others, in_words
from detente.text.display import counted

W = TypeVar("W")
R = TypeVar("R")

MAX_WITHOUT_WORKERS: Final = 60.0
"""For so many seconds a cluster may be without workers, which may be on their way."""
_TIMEOUT: Final = 20
"""Seconds in which a scheduler must answer."""
_ADDRESS: Final = re.compile(r"(?:\w+://)?[^/\s]+:\d+")
_FRESH: Final = 1.0
"""For so many seconds what is known of the workers is taken to be still so."""


class Dask:
    """Workers of a cluster; use it in a `with`, which leaves the cluster, or ends the one that it started.

    Args:
        scheduler: The address of the cluster's scheduler, as `tcp://10.0.0.1:8786`; None to start a cluster here.
        jobs: How many workers it gets, if it is started here.

    Raises:
        ValidationError: If the extra is missing, or no scheduler answers at the address.
    """

    def __init__(self, scheduler: str | None, jobs: int) -> None:
        try:
            import distributed
        except ImportError as error:
            message = "needs Dask: pip install 'detente[distributed]'"
            raise ValidationError([Problem("extra-missing", "--engine", message)]) from error
        if scheduler is not None and not _ADDRESS.fullmatch(scheduler):  # Dask's client would hang when it goes
            message = "no scheduler answers: name its address with the port, as tcp://10.0.0.1:8786"
            raise ValidationError([Problem("cluster-lost", scheduler, message)])
        self.usage = Usage()
        self._place = scheduler or "this machine"
        self._cluster: Any = None
        self._client: Any = None
        try:
            if scheduler is None:
                with on_their_own():
                    self._cluster = distributed.LocalCluster(
                        n_workers=jobs,
                        threads_per_worker=1,
                        dashboard_address="127.0.0.1:0",
                        silence_logs="CRITICAL",
                    )
            self._client = distributed.Client(scheduler or self._cluster, timeout=_TIMEOUT, set_as_default=False)
        except (OSError, ValueError, RuntimeError) as error:
            self._close()
            message = f"no scheduler answers: {in_words(error)}"
            raise ValidationError([Problem("cluster-lost", self._place, message)]) from error
        self._executor = self._client.get_executor(pure=False)
        self._threads, self._asked, self._last_seen = 0, -_FRESH, time.monotonic()

    @property
    def name(self) -> str:
        """As the summary says it."""
        return f"dask on {self._place}, {counted(self._threads, 'thread')}"

    def map(self, function: Callable[[W], R], work: Sequence[W], names: Sequence[str]) -> Iterator[R]:
        """See `Engine.map`; a worker that dies is the scheduler's care, which gives its items to others."""
        try:
            yield from in_others(function, work, names, self.usage, self._submit, self._died, self._jobs)
        except CancelledError as error:
            message = "the scheduler is gone, and what was not done yet with it"
            raise ValidationError([Problem("cluster-lost", self._place, message)]) from error

    def _submit(self, *call: Any) -> Future[Any]:
        future: Future[Any] = self._executor.submit(*call)
        return future

    def _died(self, error: BaseException) -> None:
        raise error

    def _jobs(self) -> int:
        """How many threads work; at least one, as long as some may still come."""
        now = time.monotonic()
        if now - self._asked >= _FRESH:
            with suppress(OSError):
                self._threads = sum(self._client.nthreads().values())
            self._asked = now
            if self._threads:
                self._last_seen = now
        if now - self._last_seen > MAX_WITHOUT_WORKERS:
            message = f"has had no workers for {MAX_WITHOUT_WORKERS:g} seconds: start some (dask worker ADDRESS)"
            raise ValidationError([Problem("cluster-lost", self._place, message)])
        return max(self._threads, 1)

    def _close(self) -> None:
        for each in (self._client, self._cluster):
            if each is not None:
                with suppress(OSError, TimeoutError):
                    each.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()
