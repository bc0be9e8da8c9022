"""Baselines for `reuse`: by sentences that share runs of words, and by alignment.

None of them learns, nor knows what on a page is template: pages of one site share that, too.
"""

from collections.abc import Callable
from functools import cache
from itertools import product
from typing import Final

from detente.data.corpus import Corpus
from detente.data.jsonl import Record
from detente.tasks.task import Baseline
from detente.text import containment
from detente.text.clauses import sentence_spans
from detente.text.folding import fold
from detente.text.passage_alignment import shared_passages
from detente.text.spans import Span

LIKE: Final = 0.4
"""Sentences are taken for one another if they share so much of their runs of three words."""
_LEAST_WORDS: Final = 8
_WHOLE: Final = 0.5
"""A sentence is in a passage if so much of it is."""
PERMUTATIONS: Final = 256
_SEED: Final = 1

Likeness = Callable[[str, str], float]
"""How like two sentences are, in 0…1."""


def nothing(inputs: list[Record], _: Corpus) -> list[Record]:
    """No pages share anything."""
    return [{"id": unit["id"], "passages": []} for unit in inputs]


def _by_sentences(likeness: Callable[[], Likeness]) -> Callable[[list[Record], Corpus], list[Record]]:
    def predict(inputs: list[Record], _: Corpus) -> list[Record]:
        like = likeness()
        return [{"id": unit["id"], "passages": _like_sentences(unit, like)} for unit in inputs]

    return predict


def _like_sentences(unit: Record, like: Likeness) -> list[Record]:
    """Each sentence of the first page with the likest of the other, if that is like enough; of equals the first."""
    here, there = (_long_sentences(unit[name]) for name in ("this_text", "source_text"))
    found = []
    for span in here:
        likes = [like(unit["this_text"][slice(*span)], unit["source_text"][slice(*other)]) for other in there]
        if likes and (best := max(likes)) >= LIKE:
            found.append(_passage(unit, span, there[likes.index(best)]))
    return found


def _long_sentences(text: str) -> list[Span]:
    return [span for span in sentence_spans(text) if len(containment.words(text[slice(*span)])) >= _LEAST_WORDS]


def _passage(unit: Record, this: Span, source: Span) -> Record:
    """With the operation by the guideline's letter: equal after folding, or two thirds of the words or less."""
    left, right = (
        " ".join(fold(unit[name][slice(*span)]).split())
        for name, span in (("this_text", this), ("source_text", source))
    )
    here, there = len(left.split()), len(right.split())
    changed = "compressed" if 3 * here <= 2 * there else "expanded" if 3 * there <= 2 * here else "rewritten"
    return {"this": list(this), "source_span": list(source), "operation": "verbatim" if left == right else changed}


def _containment() -> Likeness:
    runs = cache(containment.shingles)
    return lambda one, other: containment.of(runs(one), runs(other))


def _minhash() -> Likeness:
    from datasketch import MinHash

    @cache
    def signature(text: str) -> MinHash:
        made = MinHash(num_perm=PERMUTATIONS, seed=_SEED)
        made.update_batch([" ".join(run).encode() for run in sorted(containment.shingles(text, 2))])
        return made

    return lambda one, other: float(signature(one).jaccard(signature(other)))


def aligned(inputs: list[Record], _: Corpus) -> list[Record]:
    """For each two sentences the runs of words that both have, extended; most of a sentence stands for all of it."""
    return [{"id": unit["id"], "passages": _aligned_sentences(unit)} for unit in inputs]


def _aligned_sentences(unit: Record) -> list[Record]:
    sides = ("this_text", "source_text")
    here, there = (sentence_spans(unit[name]) for name in sides)
    passages: list[Record] = []
    for pair in product(here, there):
        texts = [unit[name][slice(*span)] for name, span in zip(sides, pair, strict=True)]
        passages += [
            _passage(unit, *(_whole(span, found) for span, found in zip(pair, shared, strict=True)))
            for shared in shared_passages(*texts)
        ]
    return passages


def _whole(sentence: Span, inside: Span) -> Span:
    """A sentence if most of it is in the span `inside` of its characters, else that span of the text."""
    start, end = sentence[0] + inside[0], sentence[0] + inside[1]
    return sentence if end - start >= _WHOLE * (sentence[1] - sentence[0]) else (start, end)


BASELINES: Final = (
    Baseline("nothing", "no pages share anything", nothing, reads=False),
    Baseline("containment", "sentences that share runs of three words", _by_sentences(_containment)),
    Baseline(
        "minhash",
        "sentences whose MinHash signatures agree",
        _by_sentences(_minhash),
        extra="minhash",
        package="datasketch",
    ),
    Baseline("aligned", "shared runs of words, extended to passages and sentences", aligned),
)
