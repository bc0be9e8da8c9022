"""The task `headline_tone`, which is invented: what a new task needs, and no more."""

from typing import Final

KINDS: Final = ("label",)
"""The keys of which a prediction line has exactly one."""
