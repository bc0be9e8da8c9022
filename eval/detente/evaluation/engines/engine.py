"""What every engine owes: results in the order of the work, whoever made them, and however often it took.

A function that an engine maps is one of a module, and takes and gives plain data: it may run in another process, on
another machine, and more than once. It sees nothing of its caller but its argument: no limit that is set with
`data.files.max_input`, no file that is only here.
"""

import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, Protocol, TypeVar

from detente import __version__
from detente.data.files import reason
from detente.data.problems import Problem, ValidationError
from detente.text.display import shortened

W = TypeVar("W")
R = TypeVar("R")

ATTEMPTS: Final = 3
"""So often an item is tried before it counts as failed."""
AHEAD: Final = 4
"""So many items wait for each process: enough that none is idle, and few in memory."""
_PATIENCE: Final = 2.0
"""Seconds without a result after which an engine looks whether somebody still works."""


class Engine(Protocol):
    """Where work is done.

    Attributes:
        usage: What the work has taken so far.
        name: In words, for the summary.
    """

    usage: "Usage"

    @property
    def name(self) -> str: ...  # noqa: D102

    def map(self, function: Callable[[W], R], work: Sequence[W], names: Sequence[str]) -> Iterator[R]:
        """The results in the order of the work, each as soon as those before it are there.

        An item that fails is tried again, and one whose process dies is given to another. From the first item on that
        fails for good nothing is given any more, but all the others are still done: what they write is there.

        Args:
            function: Of a module; gets one item.
            work: The items.
            names: What to call each of them in a problem.

        Raises:
            ValidationError: When all is done: with the problems that the function raised, which are not tried again,
                and with `shard-failed` for each item that always fails. At once, with `process-died`, if processes die
                whatever they are given, or with `not-writable`, if one item finds that none can be written.
        """


@dataclass
class Usage:
    """What work has taken.

    Attributes:
        items: How many were done.
        seconds: For how long processes worked at them, added up.
        peak_memory: The most that one process held, in bytes; 0 where the system does not tell.
        by_step: The seconds of each step of a call (`steps.Steps`).
    """

    items: int = 0
    seconds: float = 0.0
    peak_memory: int = 0
    by_step: dict[str, float] = field(default_factory=dict)

    def add(self, outcome: "Outcome") -> None:
        """Adds what one item has taken."""
        self.items += 1
        self.seconds += outcome.seconds
        self.peak_memory = max(self.peak_memory, outcome.peak_memory)


class Outcome(NamedTuple):
    """What became of an item, as plain data: an exception may not survive the way between processes.

    Attributes:
        value: The result.
        problems: That the function raised: the item is done, and wrong.
        error: Why it failed, in words; empty if it did not.
        final: Whether a failure is not worth another attempt.
        seconds: That it took.
        peak_memory: The most that the process has held, in bytes.
    """

    value: Any = None
    problems: tuple[Problem, ...] = ()
    error: str = ""
    final: bool = False
    seconds: float = 0.0
    peak_memory: int = 0


def attempt(function: Callable[[Any], Any], item: Any, version: str) -> Outcome:
    """Does one item, wherever this runs; `version` is that of the package which asks."""
    if version != __version__:
        return Outcome(error=f"a worker has detente {__version__}, not {version}: install the same", final=True)
    start = time.perf_counter()
    made: dict[str, Any] = {}
    try:
        made["value"] = function(item)
    except ValidationError as invalid:
        made["problems"] = invalid.problems
    except Exception as error:  # whatever it is, it is told by name, and the other items go on
        made["error"] = in_words(error)
    return Outcome(**made, seconds=time.perf_counter() - start, peak_memory=peak_memory())


def in_words(error: BaseException) -> str:
    """An error on one line: its kind, and what it says."""
    kind, said = type(error).__name__, reason(error)
    return kind if said == kind else f"{kind}: {shortened(said)}"


def peak_memory() -> int:
    """The most that this process has held, in bytes; 0 where the system does not tell."""
    try:
        import resource
    except ImportError:
        return 0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


class Ledger:
    """What is done of some work: each item at most once, in whatever order it comes.

    Args:
        names: Of the items.
        usage: To which is added what they take.
    """

    def __init__(self, names: Sequence[str], usage: Usage) -> None:
        self.waiting = deque(range(len(names)))
        self._names = names
        self._usage = usage
        self._failures = [0] * len(names)
        self._settled: dict[int, Outcome] = {}
        self._next = 0

    @property
    def done(self) -> bool:
        """Whether there is an outcome of every item."""
        return self._next + len(self._settled) == len(self._names)

    def put(self, index: int, outcome: Outcome) -> None:
        """Notes what became of an item; a second outcome changes nothing, a failure makes it wait again.

        Raises:
            ValidationError: If it could not be written, which no other item can (`data.kept`).
        """
        if any(problem.code == "not-writable" for problem in outcome.problems):
            raise ValidationError(outcome.problems)
        if index < self._next or index in self._settled:
            return
        if outcome.error and not outcome.final:
            self._failures[index] += 1
            if self._failures[index] < ATTEMPTS:
                self.waiting.append(index)
                return
        self._settled[index] = outcome
        self._usage.add(outcome)

    def results(self) -> Iterator[Any]:
        """The results that are there and were not given yet, up to the first that is missing or wrong."""
        while (outcome := self._settled.get(self._next)) and not (outcome.problems or outcome.error):
            yield self._settled.pop(self._next).value
            self._next += 1

    def raise_problems(self) -> None:
        """Raises what was wrong, if anything was, in the order of the work."""
        problems: list[Problem] = []
        for index, outcome in sorted(self._settled.items()):
            problems += outcome.problems
            if outcome.error:
                tries = f", {ATTEMPTS} times" if not outcome.final else ""
                problems.append(Problem("shard-failed", self._names[index], f"failed{tries}: {outcome.error}"))
        if problems:
            raise ValidationError(problems)


def in_this_process(function: Callable[[W], R], work: Sequence[W], names: Sequence[str], usage: Usage) -> Iterator[R]:
    """`Engine.map` without other processes."""
    ledger = Ledger(names, usage)
    while ledger.waiting:
        index = ledger.waiting.popleft()
        ledger.put(index, attempt(function, work[index], __version__))
        yield from ledger.results()
    ledger.raise_problems()


def in_others(
    function: Callable[[W], R],
    work: Sequence[W],
    names: Sequence[str],
    usage: Usage,
    submit: "Callable[..., Future[Outcome]]",
    renew: Callable[[BaseException], None],
    jobs: Callable[[], int],
) -> Iterator[R]:
    """`Engine.map` by futures.

    Args:
        function: What is mapped.
        work: The items.
        names: Theirs.
        usage: To which is added what they take.
        submit: Lets another process call a function.
        renew: Told that the processes died, and must start others, or raise.
        jobs: How many items are worked on at once, asked again and again: raises if nobody works any more.
    """
    ledger = Ledger(names, usage)
    flying: dict[Future[Outcome], int] = {}
    while not ledger.done:
        most = AHEAD * jobs()
        try:
            while ledger.waiting and len(flying) < most:
                index = ledger.waiting[0]
                flying[submit(attempt, function, work[index], __version__)] = index
                ledger.waiting.popleft()
            for future in wait(flying, _PATIENCE, FIRST_COMPLETED).done:
                error = future.exception()
                if isinstance(error, BrokenProcessPool):
                    raise error
                ledger.put(flying.pop(future), Outcome(error=in_words(error)) if error else future.result())
        except BrokenProcessPool as error:
            ledger.waiting.extend(flying.values())  # they were lost through no fault of their own
            flying.clear()
            renew(error)
        yield from ledger.results()
    ledger.raise_problems()
