"""Baselines for `agreement`."""

import re
from collections.abc import Callable, Sequence
from typing import Final

from detente.data.corpus import Corpus
from detente.data.jsonl import Record
from detente.data.labels import AGREEMENT_LABELS
from detente.tasks import blind, held_out, sentence_encoder
from detente.tasks.held_out import Example
from detente.tasks.task import Baseline
from detente.text.clauses import CUE, sentence_spans

MOST: Final = 0.6
SOME: Final = 0.4
_SENTENCE: Final = re.compile(r"[^.!?\n]+[.!?]*")
_WORD: Final = re.compile(r"\w+")
_FIGURE: Final = re.compile(r"\b\d[\d,.]*\b")
_DENIAL: Final = re.compile(r"\b(?:not|no|never|nothing|nobody|without|den(?:y|ied|ies)|refus\w+|reject\w+)\b", re.I)
_LEAST_LETTERS: Final = 4
_NEAREST: Final = 3
"""So many of the most similar sentences are looked at."""
_DIGITS: Final = 4
Similar = Callable[[Sequence[str], Sequence[str]], Sequence[Sequence[float]]]
"""From propositions and sentences to how similar each is to each."""


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


def _measures(proposition: str, sentences: Sequence[str], similar: Sequence[float]) -> dict[str, float]:
    """How a page's sentences lie to a proposition: the similarities of the nearest, and what they share and deny."""
    order = sorted(range(len(sentences)), key=lambda place: -similar[place])[:_NEAREST]
    if not order:
        return {"nothing": 1.0}
    first = sentences[order[0]]
    wanted, figures = _stems(proposition), set(_FIGURE.findall(proposition))
    near = " ".join(sentences[place] for place in order)
    return {
        **{f"similarity {rank}": similar[place] for rank, place in enumerate(order)},
        "words": len(wanted & _stems(first)) / max(len(wanted), 1),
        "words of the nearest": len(wanted & _stems(near)) / max(len(wanted), 1),
        "figures": len(figures & set(_FIGURE.findall(near))) / max(len(figures), 1) if figures else 1.0,
        "one denies": float(bool(_DENIAL.search(first)) != bool(_DENIAL.search(proposition))),
        "says who": float(bool(CUE.search(first))),
    }


def _examples(inputs: list[Record], corpus: Corpus, similar: Similar, texts: bool = False) -> list[Example]:
    gold = blind.rows_of("agreement")(corpus)
    pages: dict[str, list[Record]] = {}
    for unit in inputs:
        pages.setdefault(unit["article"], []).append(unit)
    found = {}
    for units in pages.values():
        text = units[0]["text"]
        sentences = [text[start:end] for start, end in sentence_spans(text)]
        rows = similar([unit["proposition_text"] for unit in units], sentences)
        for unit, row in zip(units, rows, strict=True):
            proposition = unit["proposition_text"]
            seen = _measures(proposition, sentences, row)
            best = sentences[max(range(len(sentences)), key=lambda place: row[place])] if sentences else ""
            words = f"{proposition} {best}" if texts else ""
            found[unit["id"]] = Example(seen, *gold[unit["id"]], words)
    return [found[unit["id"]] for unit in inputs]


def _by_tfidf(left: Sequence[str], right: Sequence[str]) -> list[list[float]]:
    """The cosine of the TF-IDF of stems, whose weights are those of the texts on the right."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    if not right:
        return [[] for _ in left]
    words = TfidfVectorizer(analyzer=_sorted_stems, sublinear_tf=True)
    there = words.fit_transform(right)
    found: list[list[float]] = (words.transform(left) @ there.T).toarray().round(_DIGITS).tolist()
    return found


def _sorted_stems(text: str) -> list[str]:
    return sorted(_stems(text))


def _by_encoder(left: Sequence[str], right: Sequence[str]) -> list[list[float]]:
    found: list[list[float]] = sentence_encoder.similarities(left, right).tolist()
    return found


def _lines(inputs: list[Record], labels: Sequence[str]) -> list[Record]:
    return [{"id": unit["id"], "label": label} for unit, label in zip(inputs, labels, strict=True)]


def majority(inputs: list[Record], corpus: Corpus) -> list[Record]:
    """The most frequent label of other families for every pair."""
    gold = blind.rows_of("agreement")(corpus)
    return _lines(inputs, held_out.majorities([gold[unit["id"]] for unit in inputs], AGREEMENT_LABELS))


def similarity(inputs: list[Record], corpus: Corpus) -> list[Record]:
    """Logistic regression on how similar the page's sentences are to the proposition, by TF-IDF."""
    return _lines(inputs, held_out.labels(_examples(inputs, corpus, _by_tfidf), AGREEMENT_LABELS))


def tfidf(inputs: list[Record], corpus: Corpus) -> list[Record]:
    """The same, with the words of the proposition and of the most similar sentence."""
    return _lines(inputs, held_out.labels(_examples(inputs, corpus, _by_tfidf, texts=True), AGREEMENT_LABELS))


def encoder(inputs: list[Record], corpus: Corpus) -> list[Record]:
    """As `similarity`, by the cosine of sentence vectors."""
    return _lines(inputs, held_out.labels(_examples(inputs, corpus, _by_encoder), AGREEMENT_LABELS))


_LEARNS: Final = held_out.of_pages("agreement")

BASELINES: Final = (
    Baseline("majority", "the most frequent label of other families", majority, reads=False, learns_from=_LEARNS),
    blind.baseline(blind.of_labels(AGREEMENT_LABELS, blind.rows_of("agreement")), _LEARNS),
    Baseline("overlap", "the share of the proposition's words that one sentence has", overlap),
    Baseline(
        "similarity",
        "how similar the nearest sentences are to the proposition, by TF-IDF",
        similarity,
        learns_from=_LEARNS,
    ),
    Baseline(
        "tfidf", "the same, with the words of the proposition and its nearest sentence", tfidf, learns_from=_LEARNS
    ),
    Baseline(
        "encoder",
        "how similar the nearest sentences are to the proposition, by sentence vectors",
        encoder,
        learns_from=_LEARNS,
        extra=sentence_encoder.EXTRA,
        package=sentence_encoder.PACKAGE,
    ),
)
