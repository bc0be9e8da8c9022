"""Running somebody else's extractor over pages: a crash or a time-out of one is recorded, and ends nothing else."""

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Final, NamedTuple

from detente.tasks.boilerplate.extractors import EXTRACTORS, Extract

TIMEOUT: Final = 60.0
"""Seconds that a page may take."""
_START: Final = 60.0
"""Seconds that an extractor may take to be imported."""


class Outcome(NamedTuple):
    """What came of one page: its text, or "" and why there is none."""

    text: str
    error: str | None


def load(name: str) -> Extract:
    """A public extractor by its name, or anybody's function by `module:function`; modules of this folder are found.

    Raises:
        ImportError: If there is no such module.
        AttributeError: If it has no such function.
    """
    known = {extractor.name: extractor for extractor in EXTRACTORS}
    if name in known:
        return known[name].load()
    module, _, function = name.partition(":")
    sys.path.insert(0, str(Path.cwd()))
    found: Extract = getattr(import_module(module), function)
    return found


def _describe(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:500]


def _serve(connection: Connection, name: str) -> None:
    """In a process of its own: loads the extractor, then answers pages until there are no more."""
    os.dup2(2, 1)  # what an extractor prints is not to stand among the predictions
    try:
        extract = load(name)
    except BaseException as error:
        connection.send(_describe(error))
        return
    connection.send(None)
    while (page := connection.recv()) is not None:
        try:
            text = extract(page)
            if isinstance(text, str):
                outcome = Outcome(text.encode().decode(), None)  # whole characters, and a plain string
            else:
                outcome = Outcome("", f"TypeError: gave {type(text).__name__}, not str")
        except BaseException as error:  # whatever it is, the next page goes on
            outcome = Outcome("", _describe(error))
        connection.send(outcome)


@dataclass
class InProcess:
    """An extractor in a process of its own, which is started anew after a crash or a time-out."""

    name: str
    timeout: float = TIMEOUT
    _process: BaseProcess | None = field(default=None, init=False)
    _connection: Connection | None = field(default=None, init=False)

    def start(self) -> str | None:
        """Starts the process; returns why the extractor cannot be loaded, or None."""
        context = get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, self.name), daemon=True)
        self._process.start()
        theirs.close()
        if not self._connection.poll(_START):
            self.stop()
            return f"cannot be imported in {_START:g} s"
        try:
            failure: str | None = self._connection.recv()
        except EOFError:
            failure = "died while it was imported"
        if failure:
            self.stop()
        return failure

    def __call__(self, page: str) -> Outcome:
        """One page."""
        if self._process is None and (failure := self.start()):
            return Outcome("", failure)
        assert self._connection
        assert self._process
        try:
            self._connection.send(page)
            if self._connection.poll(self.timeout):
                outcome: Outcome = self._connection.recv()
                return outcome
            self.stop()
            return Outcome("", f"TimeoutError: no answer in {self.timeout:g} s")
        except (EOFError, OSError):
            self._process.join(5)
            code = self._process.exitcode
            self.stop()
            return Outcome("", f"ChildProcessError: the process died with exit code {code}")

    def stop(self) -> None:
        """Ends the process, however busy it is."""
        if self._process:
            self._process.kill()
            self._process.join()
        if self._connection:
            self._connection.close()
        self._process = self._connection = None


@dataclass(frozen=True)
class Command:
    """A command that reads a page on its standard input and writes text to its standard output."""

    line: str
    timeout: float = TIMEOUT

    def __call__(self, page: str) -> Outcome:
        """One page."""
        pipe = subprocess.PIPE
        try:
            process = subprocess.Popen(
                shlex.split(self.line), stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True
            )
        except OSError as error:
            return Outcome("", _describe(error))
        with process:
            try:
                written, told = process.communicate(page.encode(), self.timeout)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)  # and whatever it has started
                return Outcome("", f"TimeoutError: no answer in {self.timeout:g} s")
        if process.returncode:
            last = told.decode(errors="replace").strip().splitlines()[-1:]
            return Outcome("", ": ".join([f"ChildProcessError: exit code {process.returncode}", *last])[:500])
        try:
            return Outcome(written.decode(), None)
        except UnicodeDecodeError as error:
            return Outcome("", _describe(error))

    def start(self) -> str | None:
        """Why the command cannot be run, or None."""
        from shutil import which

        try:
            words = shlex.split(self.line)
        except ValueError as error:
            return _describe(error)
        return None if words and which(words[0]) else f"there is no command {words[0] if words else ''!r}"

    def stop(self) -> None:
        """Nothing is left running."""


def outcomes(
    run: InProcess | Command, pages: Iterable[str], advance: Callable[[], None] = lambda: None
) -> Iterator[Outcome]:
    """What came of each page, in order; `advance` is called after each."""
    try:
        for page in pages:
            yield run(page)
            advance()
    finally:
        run.stop()
