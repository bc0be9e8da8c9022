"""Predictions that are labels and nothing else that counts, column by column: what `predictions.check` finds of them.

Beside the labels may stand what made them and from which prompt, in which words and at what cost; and, in a table,
columns that the task does not use.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import polars as pl

from detente.data.jsonl import Line
from detente.data.partitions import PLACE
from detente.data.problems import ValidationError
from detente.data.tabular import FLAT_SUFFIXES, SEPARATORS, suffix_of
from detente.data.words import NUMBER, words_of
from detente.evaluation.columns import known_columns, with_probabilities
from detente.evaluation.predictions import PROMPT, Predictions
from detente.tasks.gold_labels import LabelCorpus, keys_ignored, labels_of
from detente.tasks.native_labels import NATIVE, format_of

TOOL: Final = "tool"
ASKED: Final = "prompt"
_WORDS: Final = (TOOL, ASKED, "raw")
_NUMBERS: Final = ("cost", "tokens")
READ: Final = ("id", "label", *_WORDS)
"""The columns that are to be read as words."""
_NOT_A_WORD: Final = f"{NUMBER}|^(true|false)$"
"""What may have been a number or truth value before it was a word, which the strict reader tells from one."""


class Said(NamedTuple):
    """What some lines say.

    Attributes:
        words: Of each its `id`, its `label` in our spelling, where there are some its `tool` and `prompt`; and `PLACE`,
            if that was given.
        columns: The columns of a table, without those that the gold has, too.
        ignored: The columns that the gold has, too.
    """

    words: pl.DataFrame
    columns: tuple[str, ...]
    ignored: tuple[str, ...]


def made_by(words: pl.DataFrame, column: str, extra: Sequence[str]) -> tuple[str, ...]:
    """The tools, or prompts, of lines other than those with an id of `extra`; sorted."""
    if column not in words.columns:
        return ()
    kept = words.filter(~pl.col("id").is_in(extra)) if extra else words
    return tuple(sorted({*kept[column].unique()} - {None, ""}))


def said_of(words: pl.DataFrame, gold: LabelCorpus, suffix: str) -> Said | None:
    """What columns say; None if a line has no label, or something beside it that must be looked at.

    Args:
        words: As `words_of` gives them where those in `READ` are to be words.
        gold: The gold.
        suffix: Of the file.
    """
    there = [key for key in words.columns if key != PLACE]
    own = [key for key in there if key not in gold.own_columns]
    beside = {*own} - {"id", "label"}
    table = suffix in FLAT_SUFFIXES
    read = {*gold.base.kinds, *gold.base.extras, *gold.base.labels, *gold.spellings, "answer", "error"}
    others = beside - {*_WORDS, *_NUMBERS}
    if not {"id", "label"} <= {*own} or words["id"].null_count() or words["label"].null_count():
        return None
    if beside & read or (others and not table):
        return None
    if any(words[key].str.contains(_NOT_A_WORD).any() for key in beside.intersection(_WORDS)):
        return None
    if ASKED in beside and not all(map(PROMPT.fullmatch, words[ASKED].drop_nulls().unique())):
        return None
    if not all(_are_numbers(words[key], suffix) for key in beside.intersection(_NUMBERS)):
        return None
    label = pl.col("label").replace(dict(gold.spellings)) if gold.spellings else pl.col("label")
    kept = [key for key in (PLACE, "id", TOOL, ASKED) if key in words.columns and key not in gold.own_columns]
    return Said(words.select(*kept, label), tuple(own), tuple(key for key in there if key in gold.own_columns))


def _are_numbers(cells: pl.Series, suffix: str) -> bool:
    if cells.dtype == pl.String:
        return suffix in SEPARATORS and bool(cells.str.contains(NUMBER).all())
    return cells.dtype.is_numeric()


def header_of(columns: Sequence[str], gold: LabelCorpus) -> Line:
    """A row that has every column of a table."""
    return with_probabilities([Line("", dict.fromkeys(columns, ""))], [gold.base], gold.spellings)[0]


def read_labels(
    data: bytes, name: str, gold: LabelCorpus, *, allow_missing: bool, allow_extra: bool
) -> Predictions | None:
    """Predictions of a gold of labels, where all of them are labels and right.

    Args:
        data: The file's bytes, unpacked.
        name: What to call it.
        gold: The gold.
        allow_missing: Whether ids of the gold may be missing.
        allow_extra: Whether ids that the gold does not have may be there.

    Returns:
        None if `predictions.check` must look at each line, and say what is wrong with which.
    """
    words = None if gold.format in NATIVE else words_of(data, name, READ)
    if words is None or format_of(data, name) in NATIVE:
        return None
    suffix = suffix_of(name)
    said = said_of(words, gold, suffix)
    if said is None:
        return None
    found = labels_of(said.words.select("id", "label"), gold, allow_missing=allow_missing, allow_extra=allow_extra)
    if found is None:
        return None
    if suffix in FLAT_SUFFIXES:
        try:
            notes = known_columns([header_of(said.columns, gold)], gold.base, name)[1]
        except ValidationError:
            return None
    else:
        notes = [keys_ignored(said.ignored)] if said.ignored else []
    return Predictions(
        gold.task,
        gold.units,
        gold.answers(found.labels),
        found.missing,
        ("label",),
        extra=found.extra,
        tools=made_by(said.words, TOOL, found.extra),
        prompts=made_by(said.words, ASKED, found.extra),
        notes=tuple(notes),
    )
