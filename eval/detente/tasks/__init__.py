"""The tasks, by name.

A task is a folder here and its name in `TASK_NAMES`: nothing else lists it. In the folder are

* `__init__.py` with `KINDS`, the keys that tell its predictions;
* `task.py` with the `Task`, under the task's name in capitals;
* `gold.py` with `LAYERS`, the layers that its gold is made of; none if it takes those of other tasks.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from detente.tasks.task import Task

TASK_NAMES: Final = (
    "boilerplate",
    "claims",
    "stance",
    "stance_open",
    "agreement",
    "attribution",
    "derivation",
    "reuse",
    "contrast",
)
"""The tasks whose gold is the dataset, in the order in which they and their layers are listed. Names and not imports,
so that the command line can say which tasks there are without the second that loading them takes."""

NOT_ON_A_PAGE: Final = ("stance_open", "contrast")
"""The tasks without a layer that `detente dataset show` prints on a page."""

SPAN_LAYERS: Final = ("boilerplate", "claims", "no_claim", "stance", "attribution", "derivation", "reuse")
"""The layers that annotators label on a page, in spans: those that annotation tools can show."""


def kinds_of(name: str) -> tuple[str, ...]:
    """The keys of which a prediction line of a task has exactly one; the task itself is not loaded."""
    kinds: tuple[str, ...] = import_module(f"detente.tasks.{name}").KINDS
    return kinds


def task_named(name: str) -> "Task":
    """One task, of `TASK_NAMES` or the one of reference texts; no other is loaded."""
    task: Task = getattr(import_module(f"detente.tasks.{name}.task"), name.upper())
    return task
