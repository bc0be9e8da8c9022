"""Files that the parts of a call's work keep in its folder, for the next step or the next call.

Several processes, perhaps on several machines, write into such a folder. What keeps one of them from writing, as a
full disk, keeps all: it is one problem of the folder, and no part of the work is worth another attempt.
"""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from detente.data.files import beside
from detente.data.problems import Problem, ValidationError

_OF_ALL: Final = frozenset(
    (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EFBIG)  # none of them passes by itself
)
_NUMBER: Final = re.compile(r"\(os error (\d+)\)$")
"""As polars says it, whose errors have no number of their own."""


@contextmanager
def kept(path: Path) -> Iterator[Path]:
    """Where to write a file of a folder of work, which has its name only when it is whole.

    Raises:
        ValidationError: If nothing can be written into the folder, with the system's reason.
    """
    try:
        with beside(path) as place:
            yield place
    except OSError as error:
        number = _number_of(error)
        if number not in _OF_ALL:
            raise
        why = os.strerror(number)
        message = f"cannot be written: {why}: make it writable, with room, or name another folder with --work"
        raise ValidationError([Problem("not-writable", str(path.parent), message)]) from error


def _number_of(error: OSError) -> int:
    found = _NUMBER.search(str(error))
    return error.errno or (int(found[1]) if found else 0)
