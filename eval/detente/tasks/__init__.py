"""The tasks there are."""

from typing import Final

from detente.task import Task
from detente.tasks.boilerplate import BOILERPLATE
from detente.tasks.contrast import CONTRAST
from detente.tasks.stance import STANCE

TASKS: Final[tuple[Task, ...]] = (BOILERPLATE, STANCE, CONTRAST)
