"""Baselines for `contrast`."""

import re
from collections.abc import Mapping
from typing import Final

from detente.data.corpus import Corpus
from detente.data.jsonl import Record
from detente.data.labels import LABELS_OF_CONTRAST
from detente.tasks import blind
from detente.tasks.task import Baseline

_WILL: Final = re.compile(
    r"\b(?:ready|readiness|willing|offer\w*|invit\w+|propos\w+|pledg\w+|promis\w+|agreed|welcom\w+|shar(?:e|ed|ing)"
    r"|resum\w+|call(?:s|ed)? for)\b",
    re.IGNORECASE,
)
_REFUSAL: Final = re.compile(
    r"\b(?:refus\w+|reject\w+|rul(?:e|ed|es) out|cut off|halt\w*|suspend\w*|no longer|not|no|never|den(?:y|ied|ies))\b",
    re.IGNORECASE,
)
_WORD: Final = re.compile(r"\w+")


def words(inputs: list[Record], _: Corpus) -> list[Record]:
    """By words of will and of refusal in the sentence; a proposition, by its words that the sentence has."""
    return [
        {"id": unit["id"], "label": _stance(unit) if unit["task"] == "stance" else _agreement(unit)} for unit in inputs
    ]


def _stance(unit: Record) -> str:
    """None without the holder's name, against with a word of refusal, favor with one of will."""
    if unit["holder"] not in unit["text"]:
        return "none"
    return "against" if _REFUSAL.search(unit["text"]) else "favor" if _WILL.search(unit["text"]) else "none"


def _agreement(unit: Record) -> str:
    """Unrelated with less than half of the proposition's words; of the rest, disagree where one side denies."""
    wanted, found = (set(_WORD.findall(unit[name].casefold())) for name in ("proposition", "text"))
    if 2 * len(wanted & found) < len(wanted):
        return "unrelated"
    denied = [bool(_REFUSAL.search(unit[name])) for name in ("proposition", "text")]
    return "disagree" if denied[0] != denied[1] else "agree"


def _rows(corpus: Corpus) -> Mapping[str, tuple[str, str]]:
    return {row["id"]: (row["label"], min(row["pair"], row["twin"])) for row in corpus.rows("contrast")}


def guess(inputs: list[Record], corpus: Corpus) -> list[Record]:
    """Each question by a model of its own."""
    lines = {
        line["id"]: line
        for task, labels in LABELS_OF_CONTRAST.items()
        for line in blind.of_labels(labels, _rows)([unit for unit in inputs if unit["task"] == task], corpus)
    }
    return [lines[unit["id"]] for unit in inputs]


BASELINES: Final = (
    Baseline("words", "words of will and refusal; for a proposition, its words that the sentence has", words),
    blind.baseline(guess),
)
