"""Baselines for `stance`."""

import re
from collections.abc import Sequence
from typing import Final

from detente.data.corpus import Corpus
from detente.data.jsonl import Record
from detente.data.labels import STANCE_LABELS
from detente.tasks import blind, held_out, sentence_encoder
from detente.tasks.held_out import Example
from detente.tasks.stance_words import AGAINST, FAVOR, target_words
from detente.tasks.task import Baseline
from detente.text.clauses import sentence_spans

_PAST: Final = re.compile(
    r"historically|years ago|in (?:19|20)\d\d|last (?:held|week|month)|tradition|had\b"
    r"|in (?:January|February|March|April|May|June|July|August|September|October|November|December)",
    re.IGNORECASE,
)
_SENTENCE: Final = re.compile(r"[^.!?\n]+[.!?]*")


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
        and target_words(unit["target"]).search(sentence)
        and bool(_PAST.search(sentence)) == (unit["time"] == "past")
    )
    balance = len(FAVOR.findall(near)) - len(AGAINST.findall(near))
    return "favor" if balance > 0 else "against" if balance < 0 else "none"


def sentences_on(unit: Record) -> list[str]:
    """The sentences that name the holder and the target; if there are none, those that name the holder."""
    text = unit["text"]
    every = [text[start:end] for start, end in sentence_spans(text)]
    names = re.compile("|".join(rf"\b{re.escape(name)}\b" for name in [unit["holder_name"], *unit["holder_aliases"]]))
    named = [sentence for sentence in every if names.search(sentence)]
    return [each for each in named if target_words(unit["target"]).search(each)] or named


def _examples(inputs: list[Record], corpus: Corpus) -> list[Example]:
    """What `blind` sees of a cell, and the sentences on it: what more they tell is what reading adds."""
    gold = blind.rows_of("stance")(corpus)
    return [Example(blind.seen(unit), *gold[unit["id"]], " ".join(sentences_on(unit))) for unit in inputs]


def _lines(inputs: list[Record], labels: Sequence[str]) -> list[Record]:
    return [{"id": unit["id"], "label": label} for unit, label in zip(inputs, labels, strict=True)]


def majority(inputs: list[Record], corpus: Corpus) -> list[Record]:
    """The most frequent label of other families for every cell."""
    gold = blind.rows_of("stance")(corpus)
    return _lines(inputs, held_out.majorities([gold[unit["id"]] for unit in inputs], STANCE_LABELS))


def tfidf(inputs: list[Record], corpus: Corpus) -> list[Record]:
    """Logistic regression on the question, and on the words of the sentences that name holder and target."""
    return _lines(inputs, held_out.labels(_examples(inputs, corpus), STANCE_LABELS))


def nearest(inputs: list[Record], corpus: Corpus) -> list[Record]:
    """The label of the cell with the most similar question and sentences."""
    return _lines(inputs, held_out.labels(_examples(inputs, corpus), STANCE_LABELS, held_out.nearest))


def encoder(inputs: list[Record], corpus: Corpus) -> list[Record]:
    """Logistic regression on the question, and on the vector of the sentences that name holder and target."""
    examples = _examples(inputs, corpus)
    vectors = sentence_encoder.vectors([each.text for each in examples])
    seen = [
        each._replace(seen={**each.seen, **sentence_encoder.as_features(vector)}, text="")
        for each, vector in zip(examples, vectors, strict=True)
    ]
    return _lines(inputs, held_out.labels(seen, STANCE_LABELS))


_LEARNS: Final = held_out.of_pages("stance")

BASELINES: Final = (
    Baseline("majority", "the most frequent label of other families", majority, reads=False, learns_from=_LEARNS),
    blind.baseline(blind.of_labels(STANCE_LABELS, blind.rows_of("stance")), _LEARNS),
    Baseline("lexicon", "words for and against, in the sentences that name the holder and the target", lexicon),
    Baseline(
        "nearest",
        "the cell of another family with the most similar question and sentences",
        nearest,
        learns_from=_LEARNS,
    ),
    Baseline(
        "tfidf",
        "as blind, with TF-IDF of the sentences that name the holder and the target",
        tfidf,
        learns_from=_LEARNS,
    ),
    Baseline(
        "encoder",
        "as blind, with sentence vectors of the sentences that name the holder and the target",
        encoder,
        learns_from=_LEARNS,
        extra=sentence_encoder.EXTRA,
        package=sentence_encoder.PACKAGE,
    ),
)
