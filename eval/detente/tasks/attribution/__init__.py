"""The task `attribution`."""

from typing import Final

KINDS: Final = ("source",)
"""The keys of which a prediction line has exactly one."""
