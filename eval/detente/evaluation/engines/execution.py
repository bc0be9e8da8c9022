"""How a call is to be carried out: what changes its time and its place, and never its result."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from detente.data.labels import ENGINES
from detente.data.problems import Problem, ValidationError
from detente.evaluation.engines.engine import Engine
from detente.evaluation.engines.local import Local, cores


@dataclass(frozen=True)
class Execution:
    """How a call is to be carried out.

    Attributes:
        engine: `local` or `dask`.
        scheduler: The address of a Dask scheduler; None for a cluster on this machine.
        jobs: How many processes may work at once; None for one per core.
        work: A folder in which what is done is kept.
        resume: Whether to go on in it.

    Raises:
        ValidationError: If one does not go with another.
    """

    engine: str = "local"
    scheduler: str | None = None
    jobs: int | None = None
    work: Path | None = None
    resume: bool = False

    def __post_init__(self) -> None:
        problems = []
        if self.engine not in ENGINES:
            problems.append(Problem("option", "--engine", f"{self.engine!r} is none of {', '.join(ENGINES)}"))
        if self.scheduler is not None and self.engine != "dask":
            problems.append(Problem("option", "--scheduler", "is of --engine dask, which is not given"))
        if self.resume and self.work is None:
            problems.append(Problem("option", "--resume", "goes on in the folder of --work, which is not given"))
        if problems:
            raise ValidationError(problems)

    @property
    def asked(self) -> bool:
        """Whether work is to be done in parts however little there is, since it goes to a cluster or is kept."""
        return self.engine != ENGINES[0] or self.work is not None

    @contextmanager
    def open(self) -> Iterator[Engine]:
        """The engine, for as long as it is needed.

        Raises:
            ValidationError: If it cannot be had.
        """
        if self.engine == "dask":
            from detente.evaluation.engines.on_dask import Dask

            with Dask(self.scheduler, self.jobs or cores()) as cluster:
                yield cluster
        else:
            with Local(self.jobs or cores()) as processes:
                yield processes
