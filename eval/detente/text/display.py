"""How things are shown: text of a user's files (nothing in it can steer a terminal, nothing is long), and counts."""

import re
from collections.abc import Sequence
from typing import Final

LIMIT: Final = 120
"""So many characters of a user's text stand in a message."""
LISTED: Final = 10
"""So many ids stand in a message."""
_UNSAFE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters (C0, DEL, C1), line separators, marks that turn the direction of text, halves of surrogates."""
_NAMED: Final = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def visible(text: str) -> str:
    r"""The text with every character that a terminal would obey, or cannot show, as an escape: `\x1b`, `\u202e`."""
    return _UNSAFE.sub(lambda found: _NAMED.get(found[0]) or _escape(found[0]), text)


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def shortened(text: str, limit: int = LIMIT) -> str:
    """The visible text, at most `limit` characters of it: of a longer one the start and the end."""
    text = visible(text if len(text) <= limit else text[:limit] + text[-limit:])
    if len(text) <= limit:
        return text
    end = (limit - 1) // 3
    return f"{text[: limit - 1 - end]}…{text[len(text) - end :]}"


def excerpt(text: str, length: int = 60) -> str:
    """The start of a page's text as it is, at most so many characters; an ellipsis is the last if more follows."""
    return text if len(text) <= length else text[: length - 1] + "…"


def quoted(*names: str) -> str:
    """Words of a user's file in quotes: the first ten, or as many as a message has room for, and how many more."""
    shown = [repr(excerpt(name)) for name in names[:LISTED]]
    while len(shown) > 1 and len(", ".join(shown)) > LIMIT:
        shown.pop()
    return _joined(shown, len(names))


def listed(names: Sequence[str], count: int | None = None) -> str:
    """Ids with commas between: the first ten, and how many more there are, of `count` if not all of them are given."""
    return _joined([shortened(name) for name in names[:LISTED]], len(names) if count is None else count)


def _joined(shown: Sequence[str], count: int) -> str:
    more = count - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more else "")


def plural(noun: str) -> str:
    """More than one of it: `items`, `families`, `pairs of twins`."""
    first, *others = noun.split(" of ")
    return " of ".join([f"{first[:-1]}ies" if first.endswith("y") else f"{first}s", *others])


def counted(count: int, noun: str) -> str:
    """A count with its noun: `1 item`, `2 items`, `4 families`."""
    return f"{count} {noun if count == 1 else plural(noun)}"


def json_safe(text: str, ascii_only: bool = False) -> str:
    r"""JSON that says the same with what `visible` escapes as `\uXXXX`, or all that is not ASCII.

    Outside its strings JSON has no such characters but line ends and tabs, which stay.
    """
    unsafe = re.compile(r"[^\x00-\x7e]") if ascii_only else _UNSAFE
    return unsafe.sub(lambda found: found[0] if found[0] in _NAMED else _json_escape(found[0]), text)


def _json_escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))
