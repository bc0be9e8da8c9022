"""The steps of a call: each item of each step is done once, and its result kept as a file, so that a call can go on.

A result lies in the work folder under the step's name, as JSON below a key: the SHA-256 of all that it was made of,
which is the version of the package, the call (its inputs by name, size, time and digest of their ends) and the item.
What has another key is made again. Nothing but JSON is read back: a result is plain data, and comes back as JSON has
it, with lists for tuples and words for the keys of dictionaries, whether it was made now or before.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from detente import __version__
from detente.data.files import write_whole
from detente.data.kept import kept
from detente.data.problems import Problem, ValidationError
from detente.evaluation.engines.engine import Engine, R, W
from detente.evaluation.progress import phases
from detente.text.display import listed

CALL: Final = "call.json"
"""The file that says whose work a folder holds."""
_ENDS: Final = 1 << 16
"""So many bytes at either end of an input are part of its fingerprint."""


class Kept(NamedTuple):
    """An item whose result is to be kept.

    Attributes:
        function: What makes it.
        item: The item.
        path: The file of its result.
        key: Of what it is made.
    """

    function: Callable[[Any], Any]
    item: Any
    path: str
    key: str


def keep(work: Kept) -> Any:
    """Makes a result and writes it, whole or not at all.

    Raises:
        ValidationError: See `kept`.
    """
    written = json.dumps(work.function(work.item))
    with kept(Path(work.path)) as place:
        place.write_text(f"{work.key}\n{written}\n", encoding="ascii")
    return json.loads(written)


class Steps:
    """What is done for a call, in its folder.

    Args:
        folder: Where results are kept, and what steps write besides; it is there.
        engine: Who does it.
        call: All that results depend on but the items: plain data, by names that a user knows.

    Raises:
        ValidationError: If the folder holds the work of another call, with what differs.
    """

    def __init__(self, folder: Path, engine: Engine, call: Mapping[str, Any]) -> None:
        self.folder, self.engine = folder.resolve(), engine
        self._call = json.dumps({"version": __version__, **call}, sort_keys=True)
        path = folder / CALL
        if path.exists():
            _refuse_other(json.loads(self._call), _read_call(path), folder)
        else:
            write_whole(path, self._call + "\n")

    def run(
        self,
        step: str,
        function: Callable[[Any], Any],
        work: Sequence[Any],
        names: Sequence[str],
        keys: Sequence[Any] | None = None,
    ) -> Iterator[Any]:
        """The results of a step in the order of its items; those that are there are not made again.

        Args:
            step: Its name, of letters, digits and hyphens; the same step has the same name in the next call.
            function: Of a module; from an item to plain data.
            work: The items: plain data, NamedTuples among it.
            names: What to call them in problems.
            keys: What tells them from others in this call; by default the items themselves.

        Raises:
            ValidationError: See `Engine.map`.
        """
        keyed = zip(work, work if keys is None else keys, strict=True)
        items = [self._kept(step, place, function, *each) for place, each in enumerate(keyed)]
        there = {place for place, item in enumerate(items) if _key_in(item.path) == item.key}
        missing = [place for place in range(len(items)) if place not in there]
        made = self.engine.map(keep, [items[place] for place in missing], [names[place] for place in missing])
        usage = self.engine.usage
        before = usage.seconds
        with phases() as shown:
            advance = shown.begin(step.replace("-", " "), len(items))
            for place, item in enumerate(items):
                yield _result_in(item.path) if place in there else next(made)
                advance(1)
        usage.by_step[step] = usage.by_step.get(step, 0.0) + usage.seconds - before

    def _kept(self, step: str, place: int, function: Callable[[Any], Any], item: Any, known_by: Any) -> Kept:
        of = [self._call, step, function.__module__, function.__qualname__, known_by]
        key = hashlib.sha256(json.dumps(of, default=str).encode()).hexdigest()
        return Kept(function, item, str(self.folder / f"{step}-{place:05}.json"), key)


class Keeping:
    """An engine whose results are kept, each known by the name of its item.

    Args:
        steps: Where they are kept.
        of: What they depend on beside the call and the names.
    """

    def __init__(self, steps: Steps, of: str) -> None:
        self.usage, self.name = steps.engine.usage, steps.engine.name
        self._steps, self._of = steps, hashlib.sha256(of.encode()).hexdigest()[:8]

    def map(self, function: Callable[[W], R], work: Sequence[W], names: Sequence[str]) -> Iterator[R]:
        """See `Engine.map`."""
        return self._steps.run(f"count-{self._of}", function, work, names, names)


def _key_in(path: str) -> str | None:
    try:
        with Path(path).open(encoding="ascii") as file:
            return file.readline().rstrip("\n")
    except (OSError, UnicodeDecodeError):
        return None


def _result_in(path: str) -> Any:
    return json.loads(Path(path).read_text(encoding="ascii").partition("\n")[2])


def _read_call(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        found = None
    if not isinstance(found, dict):
        message = "cannot be read: name another folder with --work"
        raise ValidationError([Problem("work-differs", str(path), message)])
    return found


def _refuse_other(mine: Mapping[str, Any], there: Mapping[str, Any], folder: Path) -> None:
    names = sorted(name for name in {*mine, *there} if mine.get(name) != there.get(name))
    if names:
        message = (
            f"holds the work of another call, with another {listed(names)}: call as before, or name another folder"
            " with --work"
        )
        raise ValidationError([Problem("work-differs", str(folder), message)])


def fingerprint(path: Path) -> list[list[Any]]:
    """What tells a file, or each file of a folder, from another: name, bytes, time of change, digest of its ends.

    The digest is of the first and the last 64 KiB, so that inputs of any size are told at once: a change in their
    midst that keeps the size shows by its time.
    """
    files = sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]
    found = []
    for file in files:
        about = file.stat()
        with file.open("rb") as opened:
            ends = hashlib.sha256(opened.read(_ENDS))
            opened.seek(max(about.st_size - _ENDS, 0))
            ends.update(opened.read(_ENDS))
        found.append([str(file.resolve()), about.st_size, about.st_mtime_ns, ends.hexdigest()])
    return found
