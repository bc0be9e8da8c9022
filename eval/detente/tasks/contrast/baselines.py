"""Baselines for `contrast`."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np

from detente.data.corpus import Corpus
from detente.data.jsonl import Record
from detente.data.labels import LABELS_OF_CONTRAST
from detente.tasks import blind, held_out, sentence_encoder
from detente.tasks.held_out import Example
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


def _pairs_of_twins(corpus: Corpus) -> set[str]:
    return {min(row["pair"], row["twin"]) for row in corpus.rows("contrast")}


def guess(inputs: list[Record], corpus: Corpus) -> list[Record]:
    """Each question by a model of its own."""
    return _each_question(
        inputs, lambda units, labels: [line["label"] for line in blind.of_labels(labels, _rows)(units, corpus)]
    )


def _each_question(
    inputs: list[Record], answer: Callable[[list[Record], Sequence[str]], Sequence[str]]
) -> list[Record]:
    found: dict[str, str] = {}
    for task, labels in LABELS_OF_CONTRAST.items():
        units = [unit for unit in inputs if unit["task"] == task]
        found |= zip([unit["id"] for unit in units], answer(units, labels), strict=True)
    return [{"id": unit["id"], "label": found[unit["id"]]} for unit in inputs]


def _examples(units: list[Record], corpus: Corpus) -> list[Example]:
    """The words of the sentence and of the proposition, the names of the question's holder replaced by its part."""
    gold = _rows(corpus)
    found = []
    for unit in units:
        text = unit["text"].replace(unit["holder"], "HOLDER") if unit["holder"] else unit["text"]
        seen = {f"target={unit['target']}": 1.0}
        if unit["proposition"]:
            wanted, has = (set(_WORD.findall(unit[name].casefold())) for name in ("proposition", "text"))
            denied = [bool(_REFUSAL.search(unit[name])) for name in ("proposition", "text")]
            seen |= {"shared words": len(wanted & has) / len(wanted), "one denies": float(denied[0] != denied[1])}
        found.append(Example(seen, *gold[unit["id"]], f"{text} {unit['proposition'] or ''}"))
    return found


def majority(inputs: list[Record], corpus: Corpus) -> list[Record]:
    """The most frequent label of the other pairs for every sentence of a question."""
    gold = _rows(corpus)
    return _each_question(
        inputs, lambda units, labels: held_out.majorities([gold[unit["id"]] for unit in units], labels)
    )


def tfidf(inputs: list[Record], corpus: Corpus) -> list[Record]:
    """Logistic regression on the words of sentence and proposition."""
    return _each_question(inputs, lambda units, labels: held_out.labels(_examples(units, corpus), labels))


def nearest(inputs: list[Record], corpus: Corpus) -> list[Record]:
    """The label of the most similar sentence of another pair and its twin."""
    return _each_question(
        inputs, lambda units, labels: held_out.labels(_examples(units, corpus), labels, held_out.nearest)
    )


def encoder(inputs: list[Record], corpus: Corpus) -> list[Record]:
    """Logistic regression on the vectors of sentence and proposition, and on where they differ."""

    def answer(units: list[Record], labels: Sequence[str]) -> list[str]:
        examples = _examples(units, corpus)
        texts = sentence_encoder.vectors([unit["text"] for unit in units])
        asked = sentence_encoder.vectors([unit["proposition"] or unit["holder"] for unit in units])
        vectors = np.hstack([texts, np.abs(texts - asked)])
        return held_out.labels(
            [
                each._replace(seen={**each.seen, **sentence_encoder.as_features(vector)}, text="")
                for each, vector in zip(examples, vectors, strict=True)
            ],
            labels,
        )

    return _each_question(inputs, answer)


BASELINES: Final = (
    Baseline(
        "majority", "the most frequent label of the other pairs", majority, reads=False, learns_from=_pairs_of_twins
    ),
    blind.baseline(guess, _pairs_of_twins),
    Baseline("words", "words of will and refusal; for a proposition, its words that the sentence has", words),
    Baseline("nearest", "the most similar sentence of another pair", nearest, learns_from=_pairs_of_twins),
    Baseline("tfidf", "TF-IDF of sentence and proposition", tfidf, learns_from=_pairs_of_twins),
    Baseline(
        "encoder",
        "sentence vectors of sentence and proposition",
        encoder,
        learns_from=_pairs_of_twins,
        extra=sentence_encoder.EXTRA,
        package=sentence_encoder.PACKAGE,
    ),
)
