"""The task `derivation`."""

from typing import Final

KINDS: Final = ("edges",)
"""The keys of which a prediction line has exactly one."""
