"""The tasks there are."""

from typing import Final

from detente.task import Task
from detente.tasks.agreement import AGREEMENT
from detente.tasks.attribution import ATTRIBUTION
from detente.tasks.boilerplate import BOILERPLATE
from detente.tasks.claims import CLAIMS
from detente.tasks.contrast import CONTRAST
from detente.tasks.derivation import DERIVATION
from detente.tasks.reuse import REUSE
from detente.tasks.stance import STANCE
from detente.tasks.stance_open import STANCE_OPEN

TASKS: Final[tuple[Task, ...]] = (
    BOILERPLATE,
    CLAIMS,
    STANCE,
    STANCE_OPEN,
    AGREEMENT,
    ATTRIBUTION,
    DERIVATION,
    REUSE,
    CONTRAST,
)
