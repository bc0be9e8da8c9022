"""Running somebody else's program on units one by one: a crash or a time-out of one is recorded, and ends nothing else.

The program is a function, in a process of its own, or a command. It is given a text or a record, and answers with a
text or a record.
"""

import json
import os
import selectors
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryFile
from typing import Any, Final, NamedTuple

from detente.data.jsonl import Record, dump_line
from detente.data.processes import on_their_own
from detente.tasks.boilerplate.extractors import EXTRACTORS
from detente.text.display import shortened

TIMEOUT: Final = 60.0
"""Seconds that a unit may take."""
MAX_OUTPUT: Final = 10_000_000
"""Bytes that a unit's answer may have."""
_LONGEST_ERROR: Final = 500
"""Characters of what is recorded of an error."""
_CHUNK: Final = 65_536
"""Bytes that are read at a time."""
_START: Final = 60.0
"""Seconds that a function may take to be imported."""

Given = str | Record
"""What a program is given of a unit: a text, or a record, which a command gets as one line of JSON."""


class Outcome(NamedTuple):
    """What came of one unit: a text, or a record, or "" and why there is no answer."""

    answer: str | Record
    error: str | None


def load(name: str) -> Callable[[Any], Any]:
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
    found: Callable[[Any], Any] = getattr(import_module(module), function)
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


def _answer(answer: Any, limit: int) -> Outcome:
    """What a function gave: whole characters, and plain values as JSON has them.

    Raises:
        ValueError: If a record has what JSON has not, as NaN, or half a character.
        TypeError: If it has a value of a type that JSON has not.
    """
    if isinstance(answer, str):
        return _outcome(answer.encode(), limit)
    if isinstance(answer, dict):
        written = json.dumps(answer, ensure_ascii=False, allow_nan=False, default=_plain)
        made = _outcome(written.encode(), limit)
        return made if made.error else Outcome(json.loads(written), None)
    return Outcome("", shortened(f"TypeError: gave {type(answer).__name__}, not str or dict"))


def _plain(value: Any) -> Any:
    """A number of NumPy and the like as one of Python."""
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"a value is {type(value).__name__}, which JSON does not have")


def _serve(connection: Connection, name: str, limit: int) -> None:
    """In a process of its own: loads the function, then answers units until there are no more."""
    if hasattr(os, "setsid"):
        os.setsid()  # whatever the function starts is ended with it
    os.dup2(2, 1)  # what a function prints is not to stand among the predictions
    try:
        function = load(name)
    except BaseException as error:
        connection.send(_describe(error))
        return
    connection.send(None)
    while True:
        try:
            given = connection.recv()
        except (EOFError, OSError):  # nobody asks any more
            return
        try:
            outcome = _answer(function(given), limit)
        except BaseException as error:  # whatever it is, the next unit goes on
            outcome = Outcome("", _describe(error))
        with suppress(Exception):  # before this process is ended, at any time from now on
            sys.stdout.flush()
        try:
            connection.send(outcome)
        except OSError:  # whoever asked was killed meanwhile
            return


@dataclass
class InProcess:
    """A function in a process of its own, which is started anew after a crash or a time-out."""

    name: str
    timeout: float = TIMEOUT
    max_output: int = MAX_OUTPUT
    _process: BaseProcess | None = field(default=None, init=False)
    _connection: Connection | None = field(default=None, init=False)
    _stopping: threading.Lock = field(default_factory=threading.Lock, init=False)

    def start(self) -> str | None:
        """Starts the process; returns why the function cannot be loaded, or None."""
        context = get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, self.name, self.max_output), daemon=True)
        with on_their_own():
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

    def __call__(self, given: Given) -> Outcome:
        """One unit."""
        if self._process is None and (failure := self.start()):
            return Outcome("", failure)
        process, connection = self._process, self._connection  # another thread may stop it at any time
        if process is None or connection is None:
            return Outcome("", "ChildProcessError: stopped")
        try:
            connection.send(given)
            if connection.poll(self.timeout):
                outcome: Outcome = connection.recv()
                return outcome
            self.stop()
            return Outcome("", f"TimeoutError: no answer in {self.timeout:g} s")
        except (EOFError, OSError):
            process.join(5)
            code = process.exitcode
            self.stop()
            return Outcome("", f"ChildProcessError: the process died with exit code {code}")

    def stop(self) -> None:
        """Ends the process, however busy it is; of several threads that stop it, one does."""
        with self._stopping:
            process, connection = self._process, self._connection
            self._process = self._connection = None
        if process:
            if process.pid:
                _end_group(process.pid)
            process.kill()
            process.join()
        if connection:
            connection.close()


@dataclass
class Command:
    """A command that reads a unit on its standard input and writes its answer to its standard output."""

    line: str
    timeout: float = TIMEOUT
    max_output: int = MAX_OUTPUT
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def __call__(self, given: Given) -> Outcome:
        """One unit."""
        with TemporaryFile() as file:
            file.write((given if isinstance(given, str) else dump_line(given) + "\n").encode())
            file.seek(0)
            pipe = subprocess.PIPE
            try:
                process = subprocess.Popen(
                    shlex.split(self.line), stdin=file, stdout=pipe, stderr=pipe, start_new_session=True
                )
            except OSError as error:
                return Outcome("", _describe(error))
        self._process = process
        with process:
            try:
                written, told = _communicate(process, time.monotonic() + self.timeout, self.max_output)
            except subprocess.TimeoutExpired:
                return Outcome("", f"TimeoutError: no answer in {self.timeout:g} s")
            finally:
                self.stop()  # and whatever it has started
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
        """Ends the command of the unit that is being answered, if there is one."""
        process, self._process = self._process, None
        if process:
            _end_group(process.pid)


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


Runner = InProcess | Command


def outcomes(runners: Sequence[Runner], given: Sequence[Given]) -> Iterator[tuple[int, Outcome]]:
    """What came of each unit, with its place, as they are done; so many at a time as there are runners."""
    idle: SimpleQueue[Runner] = SimpleQueue()
    for runner in runners:
        idle.put(runner)

    def answer(unit: Given) -> Outcome:
        runner = idle.get()
        try:
            return runner(unit)
        finally:
            idle.put(runner)

    threads = ThreadPoolExecutor(len(runners))
    try:
        places: dict[Future[Outcome], int] = {threads.submit(answer, unit): place for place, unit in enumerate(given)}
        for done in as_completed(places):
            yield places[done], done.result()
    finally:
        threads.shutdown(wait=False, cancel_futures=True)
        for runner in runners:
            runner.stop()
