"""The task `stance`."""

from typing import Final

KINDS: Final = ("label", "score", "probabilities")
"""The keys of which a prediction line has exactly one."""
