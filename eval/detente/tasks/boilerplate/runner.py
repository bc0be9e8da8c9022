"""Running somebody else's extractor over pages: a crash or a time-out of one is recorded, and ends nothing else."""

import os
import selectors
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final, NamedTuple

from detente.data.processes import without_interrupt
from detente.tasks.boilerplate.extractors import EXTRACTORS, Extract
from detente.text.display import shortened

TIMEOUT: Final = 60.0
"""Seconds that a page may take."""
MAX_OUTPUT: Final = 10_000_000
"""Bytes of text that a page may give."""
_LONGEST_ERROR: Final = 500
"""Characters of what is recorded of an error."""
_CHUNK: Final = 65_536
"""Bytes that are read at a time."""
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
    """Any exception in a line; one that cannot say what it is has its name only."""
    try:
        return shortened(f"{type(error).__name__}: {error}", _LONGEST_ERROR)
    except BaseException:
        return shortened(type(error).__name__, _LONGEST_ERROR)


def _outcome(text: bytes, limit: int) -> Outcome:
    """What came out, unless it is more than may come out, or no text.

    Raises:
        UnicodeDecodeError: If it is not UTF-8.
    """
    if len(text) > limit:
        return Outcome("", f"OverflowError: gave more than {limit:,} bytes, the --max-output")
    return Outcome(text.decode(), None)


def _serve(connection: Connection, name: str, limit: int) -> None:
    """In a process of its own: loads the extractor, then answers pages until there are no more."""
    if hasattr(os, "setsid"):
        os.setsid()  # whatever the extractor starts is ended with it
    os.dup2(2, 1)  # what an extractor prints is not to stand among the predictions
    try:
        extract = load(name)
    except BaseException as error:
        connection.send(_describe(error))
        return
    connection.send(None)
    while True:
        try:
            page = connection.recv()
        except (EOFError, OSError):  # nobody asks any more
            return
        try:
            text = extract(page)
            if isinstance(text, str):
                outcome = _outcome(text.encode(), limit)  # whole characters, and a plain string
            else:
                outcome = Outcome("", shortened(f"TypeError: gave {type(text).__name__}, not str"))
        except BaseException as error:  # whatever it is, the next page goes on
            outcome = Outcome("", _describe(error))
        with suppress(Exception):  # before this process is ended, at any time from now on
            sys.stdout.flush()
        connection.send(outcome)


@dataclass
class InProcess:
    """An extractor in a process of its own, which is started anew after a crash or a time-out."""

    name: str
    timeout: float = TIMEOUT
    max_output: int = MAX_OUTPUT
    _process: BaseProcess | None = field(default=None, init=False)
    _connection: Connection | None = field(default=None, init=False)

    def start(self) -> str | None:
        """Starts the process; returns why the extractor cannot be loaded, or None."""
        context = get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, self.name, self.max_output), daemon=True)
        with without_interrupt():
            self._process.start()
        theirs.close()
        try:
            return self._failure()
        except BaseException:
            self.stop()
            raise

    def _failure(self) -> str | None:
        assert self._connection
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
            if self._process.pid:
                _end_group(self._process.pid)
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
    max_output: int = MAX_OUTPUT

    def __call__(self, page: str) -> Outcome:
        """One page."""
        with TemporaryFile() as given:
            given.write(page.encode())
            given.seek(0)
            pipe = subprocess.PIPE
            try:
                process = subprocess.Popen(
                    shlex.split(self.line), stdin=given, stdout=pipe, stderr=pipe, start_new_session=True
                )
            except OSError as error:
                return Outcome("", _describe(error))
        with process:
            try:
                written, told = _communicate(process, time.monotonic() + self.timeout, self.max_output)
            except subprocess.TimeoutExpired:
                return Outcome("", f"TimeoutError: no answer in {self.timeout:g} s")
            finally:
                _end_group(process.pid)  # and whatever it has started
        if process.returncode and len(written) <= self.max_output:
            last = told.decode(errors="replace").strip().splitlines()[-1:]
            said = ": ".join([f"ChildProcessError: exit code {process.returncode}", *last])
            return Outcome("", shortened(said, _LONGEST_ERROR))
        try:
            return _outcome(written, self.max_output)
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


def _communicate(process: subprocess.Popen[bytes], end: float, limit: int) -> tuple[bytes, bytes]:
    """What a process writes to its standard output, until that is over the limit, and the end of its standard error.

    Raises:
        subprocess.TimeoutExpired: If it is not done by then.
    """
    assert process.stdout
    assert process.stderr
    written, told = bytearray(), bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        selector.register(process.stderr, selectors.EVENT_READ)
        while selector.get_map():
            ready = selector.select(max(0, end - time.monotonic()))
            if not ready:
                raise subprocess.TimeoutExpired(process.args, end)
            for key, _ in ready:
                read = os.read(key.fd, _CHUNK)
                if not read:
                    selector.unregister(key.fileobj)
                elif key.fileobj is process.stdout:
                    written += read
                    if len(written) > limit:
                        return bytes(written), bytes(told)
                else:
                    told[:] = (told + read)[-_CHUNK:]
    process.wait(max(0, end - time.monotonic()))
    return bytes(written), bytes(told)


def _end_group(leader: int) -> None:
    """Ends the processes of a group that still run."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(leader, signal.SIGKILL)


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
