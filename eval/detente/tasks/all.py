"""The tasks there are."""

from typing import Final

from detente.tasks.agreement.task import AGREEMENT
from detente.tasks.attribution.task import ATTRIBUTION
from detente.tasks.boilerplate.task import BOILERPLATE
from detente.tasks.claims.task import CLAIMS
from detente.tasks.content_extraction.task import CONTENT_EXTRACTION
from detente.tasks.contrast.task import CONTRAST
from detente.tasks.derivation.task import DERIVATION
from detente.tasks.reuse.task import REUSE
from detente.tasks.stance.task import STANCE
from detente.tasks.stance_open.task import STANCE_OPEN
from detente.tasks.task import Task

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
"""The tasks whose gold is the dataset."""

EVERY_TASK: Final[tuple[Task, ...]] = (*TASKS, CONTENT_EXTRACTION)
"""Those, and the one whose gold is reference texts (`--gold`)."""
