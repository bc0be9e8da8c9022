"""Baselines for `stance_open`: sentence by sentence, for every registered holder that one names."""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from detente.data.corpus import Corpus
from detente.data.jsonl import Record
from detente.tasks import held_out
from detente.tasks.held_out import Example
from detente.tasks.stance_words import AGAINST, FAVOR, target_words
from detente.tasks.task import Baseline
from detente.text.clauses import CUE, sentence_spans
from detente.text.spans import Span

_NOTHING: Final = "nothing"


class _Asked(NamedTuple):
    """Whether a sentence shows a stance of a holder on a target.

    Attributes:
        page: The id of the page.
        holder: Who is named, or who the named one speaks for.
        target: From the list.
        sentence: Its place.
        words: Its words.
    """

    page: str
    holder: str
    target: str
    sentence: Span
    words: str


def _asked(inputs: list[Record], corpus: Corpus) -> list[_Asked]:
    """Every sentence with every holder that it names and every target that it has words of.

    An office-holder stands for whom the registry says that it speaks for, as the guideline has it.
    """
    sources = {row["id"]: row for row in corpus.rows("sources")}
    found: dict[_Asked, None] = {}
    for unit in inputs:
        names = {
            each["id"]: re.compile("|".join(rf"\b{re.escape(name)}\b" for name in _names(each, sources)))
            for each in unit["holders"]
        }
        for span in sentence_spans(unit["text"]):
            words = unit["text"][slice(*span)]
            for holder in (_principal(name, sources) for name, pattern in names.items() if pattern.search(words)):
                for target in (target for target in unit["targets"] if target_words(target).search(words)):
                    found[_Asked(unit["id"], holder, target, span, words)] = None
    return list(found)


def _names(holder: Record, sources: dict[str, Record]) -> list[str]:
    own = {holder["name"], *sources.get(holder["id"], {}).get("aliases", ())}
    return sorted(own, key=lambda name: (-len(name), name))


def _principal(name: str, sources: dict[str, Record]) -> str:
    """Whom a holder speaks for in the end."""
    passed: set[str] = set()
    while name not in passed and (above := sources.get(name, {}).get("speaks_for")):
        passed.add(name)
        name = above
    return name


def _lines(inputs: list[Record], labelled: Iterable[tuple[_Asked, str]]) -> list[Record]:
    """One stance for each holder, target and label of a page, with all its sentences as evidence."""
    evidence: dict[str, dict[tuple[str, str, str], list[Span]]] = {unit["id"]: {} for unit in inputs}
    for asked, label in labelled:
        evidence[asked.page].setdefault((asked.holder, asked.target, label), []).append(asked.sentence)
    return [
        {
            "id": unit["id"],
            "stances": [
                {"holder": holder, "target": target, "label": label, "evidence": [list(span) for span in spans]}
                for (holder, target, label), spans in evidence[unit["id"]].items()
            ],
        }
        for unit in inputs
    ]


def nothing(inputs: list[Record], _: Corpus) -> list[Record]:
    """Nobody has a stance."""
    return _lines(inputs, ())


def lexicon(inputs: list[Record], corpus: Corpus) -> list[Record]:
    """Words for against words against in a sentence; no stance on a tie."""
    labelled = []
    for asked in _asked(inputs, corpus):
        balance = len(FAVOR.findall(asked.words)) - len(AGAINST.findall(asked.words))
        if balance:
            labelled.append((asked, "favor" if balance > 0 else "against"))
    return _lines(inputs, labelled)


def tfidf(inputs: list[Record], corpus: Corpus) -> list[Record]:
    """The likeliest of favor, against and no stance, by the words of a sentence, the holder and the target."""
    family, sources = held_out.families(corpus), {row["id"]: row for row in corpus.rows("sources")}
    gold: dict[tuple[str, str, str], list[tuple[Span, str]]] = {}
    for row in corpus.rows("stance"):
        for each in row["evidence"]:
            key = (row["article"], row["holder"], row["target"])
            gold.setdefault(key, []).append(((each["start"], each["end"]), row["label"]))
    asked = _asked(inputs, corpus)
    examples = []
    for each in asked:
        known = gold.get((each.page, each.holder, each.target), [])
        labels = [label for span, label in known if span[0] < each.sentence[1] and each.sentence[0] < span[1]]
        seen = {
            f"kind={sources[each.holder]['kind']}": 1.0,
            f"target={each.target}": 1.0,
            "words for": float(len(FAVOR.findall(each.words))),
            "words against": float(len(AGAINST.findall(each.words))),
            "cue": float(bool(CUE.search(each.words))),
        }
        examples.append(Example(seen, labels[0] if labels else _NOTHING, family[each.page], each.words))
    found = held_out.labels(examples, (_NOTHING, "favor", "against"))
    return _lines(inputs, [(each, label) for each, label in zip(asked, found, strict=True) if label != _NOTHING])


BASELINES: Final = (
    Baseline("nothing", "nobody has a stance", nothing, reads=False),
    Baseline("lexicon", "words for and against in each sentence, for whom it names", lexicon),
    Baseline(
        "tfidf",
        "TF-IDF of each sentence, for whom it names; kinds of holders, targets",
        tfidf,
        learns_from=held_out.of_pages("stance"),
    ),
)
