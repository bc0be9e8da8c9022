"""Baselines for `agreement`."""

import re
from typing import Final

from detente.data.corpus import Corpus
from detente.data.jsonl import Record
from detente.data.labels import AGREEMENT_LABELS
from detente.tasks import blind
from detente.tasks.task import Baseline

MOST: Final = 0.6
SOME: Final = 0.4
_SENTENCE: Final = re.compile(r"[^.!?\n]+[.!?]*")
_WORD: Final = re.compile(r"\w+")
_LEAST_LETTERS: Final = 4


def overlap(inputs: list[Record], _: Corpus) -> list[Record]:
    """Agree where one sentence has most of the proposition's words, discuss where it has some, unrelated otherwise."""
    return [{"id": unit["id"], "label": label_by_overlap(unit["proposition_text"], unit["text"])} for unit in inputs]


def label_by_overlap(proposition: str, text: str) -> str:
    """The label by the greatest share of the proposition's words that one sentence has.

    Words count by their first letters, numbers whole; shorter words than that do not count.
    """
    wanted = _stems(proposition)
    shares = [len(wanted & _stems(sentence)) / len(wanted) for sentence in _SENTENCE.findall(text) if wanted]
    best = max(shares, default=0.0)
    return "agree" if best >= MOST else "discuss" if best >= SOME else "unrelated"


def _stems(words: str) -> set[str]:
    found = _WORD.findall(words.casefold())
    return {word[:_LEAST_LETTERS] for word in found if len(word) >= _LEAST_LETTERS or word.isdigit()}


BASELINES: Final = (
    Baseline("overlap", "the share of the proposition's words that one sentence has", overlap),
    blind.baseline(blind.of_labels(AGREEMENT_LABELS, blind.rows_of("agreement"))),
)
