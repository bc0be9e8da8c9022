"""What a command owes the shell: no stream fails in silence, a signal ends everything, the status says how it ended.

Whatever is printed passes `line`, `Problem.shown` or the tables of `report/`, which show what a terminal would obey.
"""

import codecs
import gc
import io
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any, Final, NoReturn, TextIO

import click

from detente.text.display import shortened, visible

_SIGNALS: Final = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
_PATIENCE: Final = 1.0
"""Seconds that may pass between a signal and the end."""
_BROKEN_PIPE: Final = 141
_SELDOM: Final = 50_000, 50
"""So many new objects until Python looks for cycles among them, and so often until it looks through those that stayed.

At its own 700 and 10, that was 6% of the time of a score.
"""
_PLAIN: Final = {"…": "...", "–": "-", "—": "-", "−": "-", "≈": "~", "≤": "<=", "≥": ">=", "×": "x", "τ": "tau"}
"""What stands for a character of ours where the encoding of a terminal lacks it."""


class Interrupted(BaseException):
    """A signal asked for the end; like KeyboardInterrupt no Exception, so that nothing on the way takes it for one."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"interrupted by {signal.Signals(number).name}")


class Shell(click.Group):
    """The group of all commands."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Runs a command, and ends with a status: 128 + the number of a signal, 2 if something cannot be printed."""
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        _prepare_streams()
        try:
            with _signals_raised(), _cycles_seldom_looked_for():
                status = self._status(args, prog_name, complete_var, **extra)
                sys.stdout.flush()
        except BrokenPipeError:  # whoever reads has seen enough
            status = _BROKEN_PIPE
        except OSError as error:
            with suppress(OSError):
                place = shortened(str(error.filename or "the output"))
                line(f"{place}: cannot be read or written: {error.strerror or error}", err=True)
            status = 2
        for stream in (sys.stdout, sys.stderr):
            _give_up(stream)
        sys.exit(status)

    def _status(self, args: Sequence[str] | None, prog_name: str | None, complete_var: str | None, **extra: Any) -> int:
        """As click does it, but with messages that no terminal obeys, and without what click does about OSError."""
        streams = sys.stdout, sys.stderr
        try:
            return super().main(args, prog_name, complete_var, standalone_mode=False, **extra) or 0
        except click.ClickException as error:
            vars(error)["message"] = shortened(error.message, 1000)
            error.show()
            return error.exit_code
        except click.Abort:
            return 1
        except SystemExit as end:
            if sys.stdout is not streams[0]:  # click has seen a broken pipe first, and silenced both
                sys.stdout, sys.stderr = streams
                raise BrokenPipeError from None
            return end.code if isinstance(end.code, int) else int(end.code is not None)


def line(text: str, *, err: bool = False, **style: Any) -> None:
    """Prints a line, in which nothing is obeyed by a terminal but the style."""
    click.secho(visible(text), err=err, **style)


def _prepare_streams() -> None:
    """Opens what is closed, so that no file takes its number, and lets no encoding fail.

    A closed standard output is opened for reading: writing to it fails, and is told.
    """
    closed = [number for number, stream in enumerate((sys.stdin, sys.stdout, sys.stderr)) if stream is None]
    for number in closed:
        opened = os.open(os.devnull, os.O_WRONLY if number == 2 else os.O_RDONLY)
        if opened != number:
            os.dup2(opened, number)
            os.close(opened)
        name, mode = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))[number]
        setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115
    if isinstance(sys.stdout, io.TextIOWrapper) and isinstance(sys.stdout.buffer, io.RawIOBase):
        # Under PYTHONUNBUFFERED what a full disk or a reader that left did not take is lost without an error.
        encoding = sys.stdout.encoding
        sys.stdout = io.TextIOWrapper(io.BufferedWriter(sys.stdout.detach()), encoding, line_buffering=True)
    codecs.register_error("detente.plain", _plain)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="detente.plain")


def _plain(error: UnicodeError) -> tuple[str, int]:
    """Something of ASCII for what an encoding lacks."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(_PLAIN.get(each, "?") for each in error.object[error.start : error.end]), error.end


@contextmanager
def _signals_raised() -> Iterator[None]:
    """Turns the signals that ask for an end into `Interrupted`, but for those that are ignored, as under nohup."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(number: int, _: FrameType | None) -> NoReturn:
        for each in before:
            signal.signal(each, signal.SIG_IGN)  # many programs send it twice
        raise Interrupted(number)

    # What cleans up after a pool that ends at once says nothing: it takes its filters from here.
    sys.warnoptions.append("ignore:resource_tracker")
    before = {each: signal.getsignal(each) for each in _SIGNALS if signal.getsignal(each) is not signal.SIG_IGN}
    received, noted = os.pipe()
    os.set_blocking(noted, False)
    former = signal.set_wakeup_fd(noted, warn_on_full_buffer=False)
    threading.Thread(target=_watch, args=(received,), daemon=True).start()
    for each in before:
        signal.signal(each, interrupt)
    try:
        yield
    except Interrupted as interrupted:
        _end(interrupted)
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
        signal.set_wakeup_fd(former)
        os.close(noted)


@contextmanager
def _cycles_seldom_looked_for() -> Iterator[None]:
    """A command keeps what it reads to its end: to look through all of that again and again finds next to nothing."""
    before = gc.get_threshold()
    gc.set_threshold(*_SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _watch(received: int) -> None:
    """Sees to it that a signal is heard by the main thread, and ends everything if that takes too long.

    polars has a handler of its own for SIGINT, after which the system goes on waiting: for a lock, a pipe, a key.
    """
    with open(received, "rb", buffering=0) as signals:
        for (number,) in iter(lambda: signals.read(1), b""):
            if number in _SIGNALS:
                end = time.monotonic() + _PATIENCE
                while time.monotonic() < end:
                    signal.siginterrupt(number, True)
                    signal.pthread_kill(threading.main_thread().ident or 0, number)
                    time.sleep(0.1)
                _end(Interrupted(number))


def _end(interrupted: Interrupted) -> NoReturn:
    """Ends this process and those that it started, at once: no lock that one of them holds is waited for."""
    from multiprocessing import active_children

    for child in active_children():
        child.kill()
    with suppress(OSError):
        os.write(2, b"interrupted\n")
    os._exit(128 + interrupted.number)


def _give_up(stream: TextIO) -> None:
    """Lets what a stream could not write go, so that nothing tries once more at the end."""
    try:
        stream.flush()
    except OSError:
        with suppress(OSError), Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), stream.fileno())
