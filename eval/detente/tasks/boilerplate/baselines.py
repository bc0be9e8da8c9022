"""Baselines for `boilerplate`."""

from typing import Final

from detente.data.corpus import Corpus
from detente.data.jsonl import Record
from detente.tasks.task import Baseline

LEAST_WORDS: Final = 12
_CLOSERS: Final = "\"'”’»)]"
_SENTENCE_ENDS: Final = (".", "!", "?", "…")


def keep_all(inputs: list[Record], _: Corpus) -> list[Record]:
    """The page as it is."""
    return [{"id": unit["id"], "text": unit["text"]} for unit in inputs]


def _is_body(line: str) -> bool:
    return len(line.split()) >= LEAST_WORDS and line.rstrip(_CLOSERS + " ").endswith(_SENTENCE_ENDS)


def body_lines(inputs: list[Record], _: Corpus) -> list[Record]:
    """The lines of at least `LEAST_WORDS` words that end as a sentence does, quotation marks aside."""
    return [{"id": unit["id"], "text": "\n".join(filter(_is_body, unit["text"].splitlines()))} for unit in inputs]


BASELINES: Final = (
    Baseline("keep_all", "every character is content", keep_all, reads=False),
    Baseline("body_lines", "lines of twelve words or more that end a sentence are content", body_lines),
)
