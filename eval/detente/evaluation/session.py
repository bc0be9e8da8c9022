"""What a call holds while it runs: an engine, a folder for what does not fit into memory, and what they took."""

import time
import weakref
from collections.abc import Mapping
from contextlib import ExitStack
from functools import cached_property
from types import TracebackType
from typing import Any, Self

from detente.evaluation.engines.engine import Engine, peak_memory
from detente.evaluation.engines.execution import Execution
from detente.evaluation.steps import Steps
from detente.evaluation.work_folder import work_folder


class Session:
    """A call while it runs: use it in a `with`, or let it go, which ends it as well.

    Args:
        execution: How the call is carried out.

    Attributes:
        items: How many items were scored, those of each system; whoever scores them says so.
    """

    def __init__(self, execution: Execution | None = None) -> None:
        self.execution = execution or Execution()
        self.items = 0
        self._start = time.perf_counter()
        self._folders, self._engines = ExitStack(), ExitStack()
        self._end = weakref.finalize(self, _close, self._engines, self._folders)

    @cached_property
    def engine(self) -> Engine:
        """Who does long work.

        Raises:
            ValidationError: If it cannot be had.
        """
        return self._engines.enter_context(self.execution.open())

    def steps(self, call: Mapping[str, Any]) -> Steps:
        """The steps of a call, in the folder of `--work` or in a temporary one; see `Steps`.

        Raises:
            ValidationError: If the folder holds the work of another call, or anything if it is not to go on.
        """
        folder = self._folders.enter_context(work_folder(self.execution.work, resume=self.execution.resume))
        return Steps(folder, self.engine, call)

    def summary(self) -> str:
        """What it took, on one line: items and how many a second, seconds, parts of work, memory, engine.

        The memory is the most that this process has held, and the most that one which worked for it has.
        """
        seconds = time.perf_counter() - self._start
        told = [f"{self.items:,} items, {self.items / seconds:,.0f} a second"] if self.items else []
        told.append(f"{seconds:,.1f} seconds")
        if engine := self.__dict__.get("engine"):
            items, worked = engine.usage.items, engine.usage.seconds
            told.append(
                f"{items:,} parts of work, {items / seconds:,.1f} a second, worked at for {worked:,.1f} seconds"
            )
        told.append(f"at most {_size(peak_memory())} in this process")
        if engine and engine.usage.peak_memory:
            told.append(f"{_size(engine.usage.peak_memory)} in one that worked for it")
        return "; ".join([*told, engine.name if engine else "this process"])

    def close(self) -> None:
        """Ends the processes, and removes the folder if it is a temporary one."""
        self._end()

    def __enter__(self) -> Self:
        if self.execution.engine != "local":
            _ = self.engine  # that it cannot be had is told at once
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._engines.__exit__(kind, error, trace)
        finally:
            self.close()


def _close(engines: ExitStack, folders: ExitStack) -> None:
    """Processes first: they write into the folder."""
    try:
        engines.close()
    finally:
        folders.close()


def _size(size: int) -> str:
    return f"{size / 1e6:,.0f} MB" if size else "an unknown size"
