"""The task `contrast`."""

from typing import Final

KINDS: Final = ("label",)
"""The keys of which a prediction line has exactly one."""
