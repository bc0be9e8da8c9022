"""Words by which simple systems see a stance: for cooperation, against it, and of each target."""

import re
from typing import Final

FAVOR: Final = re.compile(
    r"\b(?:ready|readiness|willing|offer\w*|invit\w+|propos\w+|pledg\w+|promis\w+|agree\w*|welcom\w+|shar(?:e|ed|es|ing)"
    r"|work\w* together|cooperat\w+|collaborat\w+|exchange\w*|support\w*)\b",
    re.IGNORECASE,
)
AGAINST: Final = re.compile(
    r"\b(?:refus\w+|reject\w+|cut off|halt\w*|suspend\w*|ceas\w+|stop\w*|end(?:ed|s)|no longer|not|no|never|lies"
    r"|standstill|dismiss\w+|condemn\w+|accus\w+|blackmail)\b",
    re.IGNORECASE,
)
_TARGETS: Final = {
    target: re.compile(words, re.IGNORECASE)
    for target, words in {
        "ct_cooperation": r"cooperat|collaborat|exchanges?\b|work\w* together|communication",
        "information_exchange": r"information|notif|intelligence|warn",
        "olympics_security": r"Olympic|Games|security",
        "official_dialogue": r"\btalk|\bcall|dialogue|discuss|conversation|contact|visit|travel|spoke",
    }.items()
}
_ANY: Final = re.compile("")


def target_words(target: str) -> re.Pattern[str]:
    """The words of a target; of one that another corpus has none are known, so that every sentence counts."""
    return _TARGETS.get(target, _ANY)
