"""Baselines: what little effort already reaches. They see `inputs`, as any model does, unless they say otherwise."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from detente.data.corpus import Corpus
from detente.data.jsonl import Record
from detente.tasks.boilerplate.baselines import body_lines, keep_all
from detente.tasks.stance.baselines import lexicon, majority


@dataclass(frozen=True)
class Baseline:
    """A named way to predict a task."""

    task: str
    name: str
    summary: str
    predict: Callable[[list[Record], Corpus], list[Record]]


BASELINES: Final[tuple[Baseline, ...]] = (
    Baseline("boilerplate", "keep_all", "every character is content", keep_all),
    Baseline("boilerplate", "body_lines", "lines of twelve words or more that end a sentence are content", body_lines),
    Baseline("stance", "majority", "the gold's most frequent label; the one baseline that sees gold labels", majority),
    Baseline("stance", "lexicon", "words for and against, in the sentences that name the holder", lexicon),
)
