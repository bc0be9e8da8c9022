"""The task `claims`."""

from typing import Final

KINDS: Final = ("claims",)
"""The keys of which a prediction line has exactly one."""
