"""Détente: a gold dataset of news coverage, and the harness that scores models against it."""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from detente.data.corpus import load_dataset
    from detente.data.problems import ValidationError
    from detente.evaluation.score import Resampling
    from detente.library.calls import compare, explore, inputs, make_suite, rank, report_errors, score
    from detente.tasks.task import Options

__version__ = "0.1.0"
__all__ = [
    "Options",
    "Resampling",
    "ValidationError",
    "__version__",
    "compare",
    "explore",
    "inputs",
    "load_dataset",
    "make_suite",
    "rank",
    "report_errors",
    "score",
]

_HOME: Final = {
    "Options": "detente.tasks.task",
    "Resampling": "detente.evaluation.score",
    "ValidationError": "detente.data.problems",
    "load_dataset": "detente.data.corpus",
    **dict.fromkeys(
        ("compare", "explore", "inputs", "make_suite", "rank", "report_errors", "score"), "detente.library.calls"
    ),
}
"""Where each name is defined."""


def __getattr__(name: str) -> Any:
    # `import detente`, which the command line pays for, stays free of the data stack.
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'detente' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
