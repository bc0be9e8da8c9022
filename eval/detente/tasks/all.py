"""The tasks there are, all loaded (`tasks.task_named` loads one), and the layers that they are scored against."""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from detente.data.labels import REFERENCE_TASK
from detente.tasks import TASK_NAMES, task_named

if TYPE_CHECKING:
    from detente.tasks.layer import Layer


TASKS: Final = tuple(task_named(name) for name in TASK_NAMES)
"""The tasks whose gold is the dataset."""

EVERY_TASK: Final = (*TASKS, task_named(REFERENCE_TASK))
"""Those, and the one whose gold is reference texts (`--gold`)."""


def layers() -> "tuple[Layer, ...]":
    """What annotators label, in the order of the dataset; the registries are in `dataset.registries`.

    A function, because the models take a second to load that scoring does not need.
    """
    modules = (f"detente.tasks.{name}.gold" for name in TASK_NAMES)
    return tuple(layer for module in modules if find_spec(module) for layer in import_module(module).LAYERS)
