"""The task `stance_open`."""

from typing import Final

KINDS: Final = ("stances",)
"""The keys of which a prediction line has exactly one."""
