"""Invented names in the place of those on the annotated pages: whole words, the longest first, all pages alike."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from detente.challenge.suite import Dice

_POOLS: Final = ("given", "last", "places", "groups", "media")


@cache
def lists() -> Mapping[str, Any]:
    """The names on the pages (`real`), and the invented ones of each split."""
    import yaml

    found: Mapping[str, Any] = yaml.safe_load((files("detente.challenge") / "names.yaml").read_text(encoding="utf-8"))
    return found


def invented(split: str, dice: Dice) -> Callable[[str], str]:
    """What writes a text with other names; the same ones wherever it is used."""
    real, own = lists()["real"], lists()[split]
    table: dict[str, str] = {}
    for pool in _POOLS:
        table |= dict(zip(real[pool], dice.shuffled(own[pool]), strict=True))
    for there, here in zip(real["states"], dice.shuffled(own["states"]), strict=True):
        table |= dict(zip(there, here, strict=True))
    table |= {plural: f"{table[one]}s" for plural, one in real["plurals"]}
    longest = sorted(table, key=lambda name: (-len(name), name))
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)")
    return lambda text: pattern.sub(lambda found: table[found[0]], text)
