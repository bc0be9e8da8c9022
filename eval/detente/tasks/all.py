"""The tasks there are, and the layers of annotation that they are scored against."""

from typing import TYPE_CHECKING, Final

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

if TYPE_CHECKING:
    from detente.tasks.layer import Layer

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


def layers() -> "tuple[Layer, ...]":
    """What annotators label, in the order of the dataset; the registries are in `dataset.registries`.

    A function, because the models take a second to load that scoring does not need.
    """
    from detente.tasks.agreement.gold import AGREEMENT_LAYER, EXCEPTIONS_LAYER
    from detente.tasks.attribution.gold import ATTRIBUTION_LAYER
    from detente.tasks.boilerplate.gold import BOILERPLATE_LAYER
    from detente.tasks.claims.gold import CLAIMS_LAYER, NO_CLAIM_LAYER
    from detente.tasks.contrast.gold import CONTRAST_LAYER
    from detente.tasks.derivation.gold import DERIVATION_LAYER
    from detente.tasks.reuse.gold import REUSE_LAYER
    from detente.tasks.stance.gold import STANCE_LAYER

    return (
        BOILERPLATE_LAYER,
        CLAIMS_LAYER,
        NO_CLAIM_LAYER,
        STANCE_LAYER,
        AGREEMENT_LAYER,
        EXCEPTIONS_LAYER,
        ATTRIBUTION_LAYER,
        DERIVATION_LAYER,
        REUSE_LAYER,
        CONTRAST_LAYER,
    )
