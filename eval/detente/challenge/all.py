"""The challenge suites that there are."""

from typing import Final

from detente.challenge.claims import CLAIMS
from detente.challenge.contrast import CONTRAST
from detente.challenge.derive import DERIVE
from detente.challenge.suite import Suite
from detente.challenge.transplant import TRANSPLANT

SUITES: Final[dict[str, Suite]] = {suite.name: suite for suite in (TRANSPLANT, CONTRAST, CLAIMS, DERIVE)}
