"""Baselines for `claims`: sentences, clauses by rules, and those of them that look like claims elsewhere."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from detente.data.corpus import Corpus
from detente.data.jsonl import Record
from detente.data.labels import PRESENTATIONS
from detente.data.page import pairs_of
from detente.metrics.matching import IOU_THRESHOLD, iou
from detente.tasks import held_out
from detente.tasks.held_out import Example
from detente.tasks.task import Baseline
from detente.text.clauses import CUE, clause_spans, sentence_spans
from detente.text.spans import Span

_ENDS: Final = (".", "!", "?", '."', '?"', ".”", '"', "”", ")")
_LEAST_WORDS: Final = 8
_LIKELY: Final = 0.5
_SAME: Final = 0.4
"""Claims with this cosine or more are of one proposition."""
_FIGURE: Final = re.compile(r"\d")


class _Candidate(NamedTuple):
    """A clause or a sentence, and the sentence that it is of."""

    page: str
    span: Span
    sentence: Span
    words: str


def _running_text(text: str) -> list[Span]:
    """The sentences of eight words or more that end as sentences do."""
    spans = sentence_spans(text)
    return [(start, end) for start, end in spans if _is_running(text[start:end])]


def _is_running(sentence: str) -> bool:
    return sentence.endswith(_ENDS) and len(sentence.split()) >= _LEAST_WORDS


def sentences(inputs: list[Record], _: Corpus) -> list[Record]:
    """Every sentence of the running text is a claim."""
    return [
        {"id": unit["id"], "claims": [{"spans": [list(span)]} for span in _running_text(unit["text"])]}
        for unit in inputs
    ]


def clauses(inputs: list[Record], _: Corpus) -> list[Record]:
    """Every clause of the running text is a claim; reported if its sentence has a verb of saying outside of it."""
    return [
        {
            "id": unit["id"],
            "claims": [
                {"spans": [list(span)], "presentation": _presentation(unit["text"], span, sentence)}
                for sentence in _running_text(unit["text"])
                for span in clause_spans(unit["text"], sentence)
            ],
        }
        for unit in inputs
    ]


def _presentation(text: str, span: Span, sentence: Span) -> str:
    cues = [match.start() for match in CUE.finditer(text, *sentence)]
    return "reported" if any(not span[0] <= cue < span[1] for cue in cues) else "asserted"


def _candidates(unit: Record) -> list[_Candidate]:
    """The clauses of every sentence on the page, and the sentences themselves."""
    text = unit["text"]
    found: dict[Span, Span] = {}
    for sentence in sentence_spans(text):
        for span in [*clause_spans(text, sentence), sentence]:
            found.setdefault(span, sentence)
    return [_Candidate(unit["id"], span, sentence, text[slice(*span)]) for span, sentence in found.items()]


def _seen(candidate: _Candidate, text: str) -> dict[str, float]:
    size = len(candidate.words.split())
    return {
        "words": float(np.log1p(size)),
        "share of sentence": len(candidate.words) / (candidate.sentence[1] - candidate.sentence[0]),
        "cue inside": float(bool(CUE.search(candidate.words))),
        "cue outside": float(_presentation(text, candidate.span, candidate.sentence) == "reported"),
        "figure": float(bool(_FIGURE.search(candidate.words))),
        "quotation": float(any(mark in candidate.words for mark in '"“”')),
        "sentence ends": float(text[slice(*candidate.sentence)].endswith(_ENDS)),
        "first": float(candidate.span[0] == candidate.sentence[0]),
    }


def tfidf(inputs: list[Record], corpus: Corpus) -> list[Record]:
    """The clauses and sentences that look like claims of other families, the likeliest first, none over another.

    Type, presentation and check-worthiness are learnt likewise. Claims of like words are of one proposition.
    """
    family, texts = held_out.families(corpus), {unit["id"]: unit["text"] for unit in inputs}
    candidates = [each for unit in inputs for each in _candidates(unit)]
    partners = _partners(candidates, corpus)

    def examples(golds: Sequence[str | None]) -> list[Example]:
        return [
            Example(_seen(each, texts[each.page]), gold, family[each.page], each.words)
            for each, gold in zip(candidates, golds, strict=True)
        ]

    def of_field(field: str) -> list[Example]:
        return examples([None if gold is None else str(gold[field]) for gold in partners])

    is_claim = held_out.probabilities(examples([str(gold is not None) for gold in partners]))
    chosen = _without_overlaps(candidates, [each.get("True", 0.0) for each in is_claim])
    types = held_out.labels(of_field("type"), corpus.inventory.claim_types)
    presentations = held_out.labels(of_field("presentation"), PRESENTATIONS)
    worthy = held_out.probabilities(of_field("check_worthy"))
    keys = _clusters([candidates[place].words for place in chosen], [each.words for each in candidates])
    claims: dict[str, list[Record]] = {unit["id"]: [] for unit in inputs}
    for place, key in zip(chosen, keys, strict=True):
        each = candidates[place]
        claims[each.page].append(
            {
                "spans": [list(each.span)],
                "type": types[place],
                "presentation": presentations[place],
                "check_worthy": worthy[place].get("True", 0.0),
                "propositions": [str(key)],
            }
        )
    return [{"id": name, "claims": found} for name, found in claims.items()]


def _partners(candidates: Sequence[_Candidate], corpus: Corpus) -> list[Record | None]:
    """For each candidate the gold claim that it covers best, if that is enough to be matched with it."""
    claims: dict[str, list[Record]] = {}
    for row in corpus.rows("claims"):
        claims.setdefault(row["article"], []).append(row)
    found: list[Record | None] = []
    for each in candidates:
        own = claims.get(each.page, [])
        likeness = iou([pairs_of(row["spans"]) for row in own], [(each.span,)])[:, 0] if own else np.zeros(0)
        best = int(likeness.argmax()) if own else 0
        found.append(own[best] if own and likeness[best] >= IOU_THRESHOLD else None)
    return found


def _without_overlaps(candidates: Sequence[_Candidate], likely: Sequence[float]) -> list[int]:
    """The likely ones by their places, without those that overlap a likelier one of their page."""
    taken: list[int] = []
    for place in sorted(range(len(candidates)), key=lambda place: (-likely[place], place)):
        page, (start, end) = candidates[place].page, candidates[place].span
        inside = (candidates[other].span for other in taken if candidates[other].page == page)
        if likely[place] >= _LIKELY and not any(left < end and start < right for left, right in inside):
            taken.append(place)
    return sorted(taken)


def _clusters(texts: Sequence[str], every: Sequence[str]) -> list[int]:
    """The number of the group of each text: those are together that are alike, directly or through others.

    Words weigh by how rare they are in all candidates, so that which of these were chosen makes no difference.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components
    from sklearn.feature_extraction.text import TfidfVectorizer

    if not texts:
        return []
    words = TfidfVectorizer(sublinear_tf=True, stop_words="english", token_pattern=r"\b\w+\b").fit(every)
    vectors = words.transform(texts)
    alike = csr_array((vectors @ vectors.T).toarray() >= _SAME)
    found: list[int] = connected_components(alike, directed=False)[1].tolist()
    return found


BASELINES: Final = (
    Baseline("sentences", "every sentence of the running text is a claim", sentences),
    Baseline("clauses", "every clause of the running text is a claim, without who says it", clauses),
    Baseline(
        "tfidf",
        "features and TF-IDF of clauses and sentences; type, check-worthiness, groups of like claims",
        tfidf,
        learns_from=held_out.of_pages("claims"),
    ),
)
