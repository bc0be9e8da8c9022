"""The task `reuse`."""

from typing import Final

KINDS: Final = ("passages",)
"""The keys of which a prediction line has exactly one."""
