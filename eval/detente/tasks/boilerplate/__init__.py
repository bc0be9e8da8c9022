"""The task `boilerplate`."""

from typing import Final

KINDS: Final = ("text", "content", "boilerplate", "lines")
"""The keys of which a prediction line has exactly one."""
