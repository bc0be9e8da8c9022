"""Questions that one label answers, as frameworks for language models ask them: five, with their scores.

A framework gets documents (an id, a prompt, the gold label) and gives answers in words. They are read by the rules of
`evaluation.answers`, put together to predictions of a task, and scored as `detente eval score` does it. Units that were
not asked for (`--limit`) are left out of gold and predictions; an answer that cannot be read counts as `missing`.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, NamedTuple

from detente.data.corpus import Corpus, load
from detente.data.label_definitions import DEFINITIONS
from detente.data.labels import ATTRIBUTION_TYPES
from detente.evaluation import answers, prompts
from detente.evaluation.predictions import Predictions
from detente.evaluation.prompts import Prompt
from detente.evaluation.score import Scores, score
from detente.tasks.agreement.task import AGREEMENT
from detente.tasks.attribution.prediction import Prediction
from detente.tasks.attribution.task import ATTRIBUTION
from detente.tasks.claims.prediction import Claim
from detente.tasks.claims.task import CLAIMS
from detente.tasks.contrast.task import CONTRAST
from detente.tasks.labels import read_label
from detente.tasks.stance.task import STANCE
from detente.tasks.task import Task

ANSWERED: Final = "answered"
"""The share of documents whose answer could be read, beside the metrics of a question."""
Labels = Mapping[str, str | None]
"""Ids of documents to the labels that the answers gave; None where none could be read."""


class Document(NamedTuple):
    """What is asked, and what is right.

    Attributes:
        id: As in the predictions, or of the claim.
        messages: As chat interfaces take them.
        target: The gold label.
    """

    id: str
    messages: list[dict[str, str]]
    target: str

    @property
    def text(self) -> str:
        """The messages as one text."""
        return "\n\n".join(message["content"] for message in self.messages)


@dataclass(frozen=True)
class Question:
    """A question, as a value.

    Attributes:
        name: Its word in a framework, behind `detente_` or `detente/`.
        asked: Whose inputs are asked, with the labels that an answer may give.
        scored: Whose metrics are computed.
        part: The file of its prompt, in the folder of `scored`.
        metrics: The names of the metrics that are shown, the primary one first.
        gold: From the dataset to the gold label of each document.
        predictions: From the units of `scored` and the labels to the units that were asked for, and predictions.
    """

    name: str
    asked: Task
    scored: Task
    part: str
    metrics: tuple[str, ...]
    gold: Callable[[Corpus], Mapping[str, str]]
    predictions: Callable[[Mapping[str, Any], Labels], tuple[dict[str, Any], dict[str, Any]]]

    @cached_property
    def prompt(self) -> Prompt:
        """What is asked of a model."""
        found = prompts.load(self.scored.name, self.part)
        assert found, f"{self.scored.name} has no {self.part}.md"
        return found

    def documents(self, corpus: Corpus | None = None) -> list[Document]:
        """All that is asked, in the order of the inputs.

        Args:
            corpus: The dataset; by default the one that the package came with.
        """
        corpus = corpus or load()
        gold = self.gold(corpus)
        return [
            Document(unit["id"], self.prompt.messages(unit), gold[unit["id"]]) for unit in self.asked.inputs(corpus)
        ]

    def read(self, unit: Any, raw: str) -> str | None:
        """The label that an answer in words gives; None if it gives none, for whatever reason."""
        label: str | None = answers.read(self.asked, unit, {}, raw).get("label")
        return label

    def scores(self, given: Mapping[str, str], corpus: Corpus | None = None) -> Scores:
        """The scores of answers in words.

        Args:
            given: Ids of documents to answers, as they came.
            corpus: The dataset; by default the one that the package came with.
        """
        corpus = corpus or load()
        asked = self.asked.units(corpus, ())
        read = {name: answers.read(self.asked, asked[name], {}, raw) for name, raw in given.items()}
        labels = {name: found.get("label") for name, found in read.items()}
        whys = {name: answers.reason(found) for name, found in read.items() if "label" not in found}
        units, by_id = self.predictions(self.scored.units(corpus, ()), labels)
        return score(
            Predictions(
                task=self.scored,
                units=units,
                by_id=by_id,
                missing=tuple(sorted(whys)),
                kinds=("label",),
                prompts=(self.prompt.signature,),
                unanswered={
                    why: names
                    for why in answers.UNANSWERED
                    if (names := tuple(sorted(name for name, found in whys.items() if found == why)))
                },
            ),
            corpus,
        )

    def values(self, given: Mapping[str, str], corpus: Corpus | None = None) -> dict[str, float]:
        """The metrics by name, NaN where they are undefined, and the share of answers that could be read.

        All are NaN before there is an answer, when frameworks ask for a first time.
        """
        if not given:
            return dict.fromkeys((*self.metrics, ANSWERED), math.nan)
        found = self.scores(given, corpus)
        values = {name: found.metrics[name].value for name in self.metrics}
        return {**values, ANSWERED: 1 - len(found.missing) / len(given)}


def _labelled(config: str) -> Callable[[Corpus], dict[str, str]]:
    return lambda corpus: {row["id"]: row["label"] for row in corpus.rows(config, "id", "label")}


def _one_by_one(units: Mapping[str, Any], labels: Labels) -> tuple[dict[str, Any], dict[str, Any]]:
    """Labels as predictions of tasks whose lines have one."""
    asked = {name: unit for name, unit in units.items() if name in labels}
    return asked, {name: label for name, label in labels.items() if label is not None}


def _stances(units: Mapping[str, Any], labels: Labels) -> tuple[dict[str, Any], dict[str, Any]]:
    asked, given = _one_by_one(units, labels)
    return asked, {name: STANCE.parse(asked[name], {"id": name, "label": label}) for name, label in given.items()}


def _types(units: Mapping[str, Any], labels: Labels) -> tuple[dict[str, Any], dict[str, Any]]:
    asked, given = _one_by_one(units, labels)
    return asked, {name: Prediction(None, None, type=label) for name, label in given.items()}


def _worthiness(units: Mapping[str, Any], labels: Labels) -> tuple[dict[str, Any], dict[str, Any]]:
    """Yes and no as what is predicted of the gold's own claims; pages of which no claim was asked for are left out."""
    asked, by_id = {}, {}
    for page, article in units.items():
        own = [
            Claim(spans, check_worthy=None if labels[row["id"]] is None else float(labels[row["id"]] == _YES))
            for row, spans in zip(article.claims, article.spans, strict=True)
            if row["id"] in labels
        ]
        if own:
            asked[page], by_id[page] = article, tuple(own)
    return asked, by_id


def _one_label(task: Task, labels: tuple[str, ...]) -> Task:
    """A task whose answers are one of these labels, with the same inputs."""
    return replace(task, kinds=("label",), extras=(), labels=labels, parse=lambda _, record: read_label(record, labels))


def _gold_types(corpus: Corpus) -> dict[str, str]:
    """The type of each claim's first chain."""
    return {row["claim"]: row["type"] for row in reversed(corpus.rows("attribution", "claim", "type"))}


def _gold_worthiness(corpus: Corpus) -> dict[str, str]:
    return {row["id"]: _YES if row["check_worthy"] else _NO for row in corpus.rows("claims", "id", "check_worthy")}


_YES, _NO = DEFINITIONS["check_worthy_labels"]

QUESTIONS: Final = (
    Question(
        "stance",
        STANCE,
        STANCE,
        "prompt",
        ("f_avg", "macro_f1", "detection_f1", "polarity_accuracy", "accuracy"),
        _labelled("stance"),
        _stances,
    ),
    Question(
        "agreement",
        AGREEMENT,
        AGREEMENT,
        "prompt",
        ("macro_f1", "f1_related", "relative_score", "accuracy"),
        _labelled("agreement"),
        _one_by_one,
    ),
    Question(
        "contrast",
        CONTRAST,
        CONTRAST,
        "prompt",
        (
            "twin_consistency",
            "pair_consistency_change",
            "pair_consistency_keep",
            "stance_macro_f1",
            "agreement_macro_f1",
        ),
        _labelled("contrast"),
        _one_by_one,
    ),
    Question(
        "check_worthiness",
        _one_label(ATTRIBUTION, (_YES, _NO)),
        CLAIMS,
        "check_worthy",
        ("check_worthy_f1", "check_worthy_average_precision"),
        _gold_worthiness,
        _worthiness,
    ),
    Question(
        "attribution_type",
        _one_label(ATTRIBUTION, ATTRIBUTION_TYPES),
        ATTRIBUTION,
        "type",
        ("attribution_type_macro_f1", "attribution_type_accuracy"),
        _gold_types,
        _types,
    ),
)
"""In the order in which they are listed. The claims of `check_worthiness` and `attribution_type` are those of the gold,
which a model is given: what is asked is what can be said of them, not where they are."""


def question(name: str) -> Question:
    """The question of a name.

    Raises:
        ValueError: If there is none.
    """
    for each in QUESTIONS:
        if each.name == name:
            return each
    raise ValueError(f"there is no question {name!r}: {', '.join(each.name for each in QUESTIONS)}")
