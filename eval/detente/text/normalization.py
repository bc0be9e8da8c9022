"""From captured bytes to the one text that all offsets count in.

`normalise` maps single code points to single code points, so an offset into the decoded capture is an offset into the
text. Whatever would need more than that is refused, with its place and its fix.
"""

import re
import unicodedata
from typing import NamedTuple

from detente.text.tokens import INVISIBLE

NORMALISATION = "1"
"""Version of `normalise`; a change in what it does to any text is a new version of the dataset."""

# Every space that is not the plain one. A tab counts as a space too; line ends are left alone.
_SPACES = "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_TO_SPACE = str.maketrans(_SPACES, " " * len(_SPACES))
# Line ends that are not LF: a reader sees them as one, and no line of the file ends there.
_REFUSED = re.compile(f"[\x0b\x0c\x1c-\x1f\x85\u2028\u2029]|{INVISIBLE.pattern}")


class Refusal(NamedTuple):
    """Why a capture cannot be normalised: a rule id, a line from 1, and a sentence that ends in the fix."""

    rule: str
    line: int
    message: str


def refusals(raw: bytes) -> list[Refusal]:
    """Everything in a capture that `normalise` refuses, in the order of the lines; empty if it is fine."""
    found = []
    for number, data in enumerate(raw.split(b"\n"), start=1):
        try:
            line = data.decode("utf-8")
        except UnicodeDecodeError as error:
            found.append(
                Refusal("text-not-utf8", number, f"byte {error.start} is not UTF-8: save the capture as UTF-8")
            )
            continue
        if "\r" in line:
            found.append(Refusal("text-carriage-return", number, "the line has a CR: end lines in LF alone"))
        if line != unicodedata.normalize("NFC", line):
            found.append(Refusal("text-not-nfc", number, "the line is not in NFC: compose it"))
        if match := _REFUSED.search(line):
            name = f"U+{ord(match.group()):04X}"
            message = f"{name} at character {match.start()} is invisible: remove it"
            found.append(Refusal("text-invisible-character", number, message))
        if (bare := line.rstrip("\r")) != bare.rstrip():
            found.append(Refusal("text-trailing-space", number, "white space ends the line: take it off"))
    return found


def normalise(raw: bytes) -> str:
    """The text of a capture: UTF-8 decoded, each kind of space a plain one, nothing else changed.

    Args:
        raw: The bytes of a capture for which `refusals` is empty.

    Returns:
        A text of as many code points as the decoded capture; its only white space is the space and the line feed.

    Raises:
        ValueError: If the capture is refused.
    """
    if found := refusals(raw):
        raise ValueError("; ".join(f"line {refusal.line}: {refusal.message}" for refusal in found))
    return one_space(raw.decode("utf-8"))


def one_space(text: str) -> str:
    """A text with a plain space for each kind of space; line ends are left alone."""
    return text.translate(_TO_SPACE)
