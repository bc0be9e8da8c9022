"""The task `content_extraction`."""

from typing import Final

KINDS: Final = ("text", "paragraphs")
"""The keys of which a prediction line has exactly one."""
