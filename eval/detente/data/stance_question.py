"""What a cell of the stance grid asks, in words: all that somebody needs who knows the page and no guideline."""

from collections.abc import Mapping
from typing import Final

from detente.data.jsonl import Record

TARGETS: Final = {
    "ct_cooperation": (
        "cooperation on counter-terrorism between {parties} as a whole: working together, joint work, judicial help,"
        " contacts or exchanges between services without a narrower content"
    ),
    "information_exchange": "passing on information, warnings or intelligence about terrorism between {parties}",
    "olympics_security": "work of {parties} together on the security of Olympic or other Games",
    "official_dialogue": (
        "talks, calls, meetings and other contacts between officials of {parties}, whatever they are about"
    ),
}
TIMES: Final = {
    "past": "a stance that the page places before its own news: by a date, an adverb, or the tense",
    "current": "the stance at the time of the page's news",
    "conditional": "a stance that waits for something: what the holder would do or refuse, if or until it happens",
}
TELLERS: Final = {
    "own": "told by the holder, by somebody who speaks for it, or by the page and its media sources alone",
    "other": "told by another party: the innermost source, media left aside, speaks for somebody else than the holder",
}
PARTIES: Final = "France and Russia"
_NOBODY: Final[Record] = {"name": "", "kind": "", "aliases": []}


def target_definition(target: str, parties: str = PARTIES, targets: Mapping[str, str] = TARGETS) -> str:
    """What a target is, between two parties: `France and Russia`; empty if it is not in the inventory."""
    return targets.get(target, "").format(parties=parties)


def question(
    row: Record,
    sources: Mapping[str, Record],
    targets: Mapping[str, str] = TARGETS,
    times: Mapping[str, str] = TIMES,
    parties: str = PARTIES,
) -> Record:
    """What stands beside the page in the question of a cell.

    Args:
        row: With the cell's fields.
        sources: The registry, by id.
        targets: The definitions of targets; `{parties}` in them stands for the parties.
        times: The definitions of times.
        parties: Whom stances lie between, in words.

    Returns:
        The cell's fields, each followed by what it means: nothing if it is not registered, or not in its inventory.
    """
    holder = sources.get(row["holder"], _NOBODY)
    return {
        "holder": row["holder"],
        "holder_name": holder["name"],
        "holder_kind": holder["kind"],
        "holder_aliases": holder["aliases"],
        "target": row["target"],
        "target_definition": target_definition(row["target"], parties, targets),
        "time": row["time"],
        "time_definition": times.get(row["time"], "").format(parties=parties),
        "told_by": row["told_by"],
        "told_by_definition": TELLERS.get(row["told_by"], ""),
    }
