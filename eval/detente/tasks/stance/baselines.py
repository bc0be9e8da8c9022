"""Baselines for `stance`."""

import re
from typing import Final

from detente.data.corpus import Corpus
from detente.data.jsonl import Record
from detente.data.labels import STANCE_LABELS
from detente.tasks import blind
from detente.tasks.labels import most_frequent
from detente.tasks.task import Baseline

_FAVOR: Final = re.compile(
    r"\b(?:ready|readiness|willing|offer\w*|invit\w+|propos\w+|pledg\w+|promis\w+|agree\w*|welcom\w+|shar(?:e|ed|es|ing)"
    r"|work\w* together|cooperat\w+|collaborat\w+|exchange\w*|support\w*)\b",
    re.IGNORECASE,
)
_AGAINST: Final = re.compile(
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
"""Of targets that other corpora have no words are known: every sentence counts."""
_PAST: Final = re.compile(
    r"historically|years ago|in (?:19|20)\d\d|last (?:held|week|month)|tradition|had\b"
    r"|in (?:January|February|March|April|May|June|July|August|September|October|November|December)",
    re.IGNORECASE,
)
_SENTENCE: Final = re.compile(r"[^.!?\n]+[.!?]*")


def majority(inputs: list[Record], corpus: Corpus) -> list[Record]:
    """The most frequent gold label for every cell."""
    label = most_frequent((row["label"] for row in corpus.rows("stance")), STANCE_LABELS)
    return [{"id": unit["id"], "label": label} for unit in inputs]


def lexicon(inputs: list[Record], _: Corpus) -> list[Record]:
    """Words for against words against, in the sentences that name the holder and the target; none on a tie.

    A sentence with a word of the past counts for the past, any other for the present. Nothing is conditional, and
    nobody but the holder tells of it: words do not say so.
    """
    return [{"id": unit["id"], "label": _lexicon_label(unit)} for unit in inputs]


def _lexicon_label(unit: Record) -> str:
    if unit["time"] == "conditional" or unit["told_by"] == "other":
        return "none"
    names = re.compile("|".join(rf"\b{re.escape(name)}\b" for name in [unit["holder_name"], *unit["holder_aliases"]]))
    near = " ".join(
        sentence
        for sentence in _SENTENCE.findall(unit["text"])
        if names.search(sentence)
        and _TARGETS.get(unit["target"], _ANY).search(sentence)
        and bool(_PAST.search(sentence)) == (unit["time"] == "past")
    )
    balance = len(_FAVOR.findall(near)) - len(_AGAINST.findall(near))
    return "favor" if balance > 0 else "against" if balance < 0 else "none"


BASELINES: Final = (
    Baseline("majority", "the gold's most frequent label; it sees gold labels", majority, reads=False),
    Baseline("lexicon", "words for and against, in the sentences that name the holder and the target", lexicon),
    blind.baseline(blind.of_labels(STANCE_LABELS, blind.rows_of("stance"))),
)
