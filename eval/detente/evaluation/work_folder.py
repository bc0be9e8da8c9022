"""The folder of a call's work: the one of `--work`, or a temporary one that is gone with its call, whatever ends that.

A call that is killed removes nothing. Its folder has a file that was locked for as long as the process lived, so that
the next call that makes one knows which are nobody's any more.
"""

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from detente.data.files import is_unfinished, remove_unfinished
from detente.data.problems import Problem, ValidationError
from detente.evaluation.steps import CALL

try:
    import fcntl
except ImportError:  # on Windows, where what is killed leaves its folder
    fcntl = None  # type: ignore[assignment]

_PREFIX: Final = "detente-"
_OWNED: Final = ".detente-call"
"""The file whose lock says that the call still runs."""


@contextmanager
def work_folder(work: Path | None, *, resume: bool) -> Iterator[Path]:
    """A folder for as long as a call runs.

    Args:
        work: That of `--work`, which stays; None for a temporary one.
        resume: Whether to go on with what is there.

    Raises:
        ValidationError: If it cannot be written, holds something else, or anything if it is not to go on.
    """
    if work is not None:
        yield _named(work, resume=resume)
        return
    remove_abandoned()
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    lock = _locked(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def _locked(folder: Path) -> int | None:
    """Locks a file in the folder, which has its name only then: nobody sees it without."""
    if fcntl is None:
        return None
    beside = folder / f"{_OWNED}-new"
    lock = os.open(beside, os.O_CREAT | os.O_RDWR, 0o600)  # other processes do not inherit it
    fcntl.flock(lock, fcntl.LOCK_EX)
    beside.rename(folder / _OWNED)
    return lock


def remove_abandoned() -> None:
    """Removes the temporary folders of this user's calls that were killed; none of a call that runs."""
    if fcntl is None:
        return
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        try:
            about = folder.lstat()
            if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.getuid():
                continue
            lock = os.open(folder / _OWNED, os.O_RDWR | os.O_NOFOLLOW)
        except OSError:  # no folder of ours, or gone meanwhile
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        except OSError:  # locked: the call runs
            pass
        finally:
            os.close(lock)


def _named(work: Path, *, resume: bool) -> Path:
    try:
        work.mkdir(parents=True, exist_ok=True)
        remove_unfinished(work)  # of a call that was killed, perhaps before anything else was there
        there = [each.name for each in work.iterdir() if not is_unfinished(each.name)]
    except OSError as error:
        raise ValidationError([Problem("not-writable", str(work), f"cannot be written: {error.strerror}")]) from error
    if there and not resume:
        message = "is not empty: --resume goes on with what is there, else name a new folder"
        raise ValidationError([Problem("not-empty", str(work), message)])
    if there and CALL not in there:
        message = f"is no folder of earlier work, which would have {CALL}: name another one"
        raise ValidationError([Problem("work-differs", str(work), message)])
    return work
