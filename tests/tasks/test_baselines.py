"""What the baselines that read the pages look for."""

import pytest

from detente.tasks.agreement.baselines import label_by_overlap
from detente.tasks.attribution.baselines import cited
from detente.tasks.contrast.baselines import words
from detente.tasks.derivation.baselines import named


@pytest.mark.parametrize(
    ("text", "label"),
    [
        # Of the five stems alph, beta, gamm, delt, 2024 a sentence has three: 3/5 = .6.
        ("Alpha betas gamma.", "agree"),
        ("Alpha beta. Gamma delta.", "discuss"),  # 2/5 = .4 in either sentence
        ("Alpha. 2024", "unrelated"),  # 1/5
        ("", "unrelated"),
    ],
)
def test_agreement_goes_by_the_share_of_words_that_one_sentence_has(text: str, label: str) -> None:
    assert label_by_overlap("alpha beta gamma delta of 2024", text) == label


def test_a_proposition_without_words_is_unrelated_to_everything() -> None:
    assert label_by_overlap("of it", "of it") == "unrelated"


SOURCES = [
    {"id": "x", "name": "Xan", "aliases": ["Xan", "minister"]},
    {"id": "y", "name": "Yor", "aliases": ["Yor", "minister Yor"]},
]


@pytest.mark.parametrize(
    ("before", "after", "source"),
    [
        ("Yor and, far away from it, Xan said ", ".", ["x"]),
        ("", ", said minister Yor.", ["y"]),  # the longest name at one distance
        ("Xan went.\nYor said ", "", ["y"]),  # only its own line
        ("Xan and Yor went: ", ".", []),  # nobody says anything
        ("He said ", ".", []),
    ],
)
def test_attribution_takes_the_name_nearest_to_a_word_of_saying(before: str, after: str, source: list[str]) -> None:
    claim = "Xan told them"
    text = before + claim + after
    unit = {"id": "c", "text": text, "spans": [[len(before), len(before) + len(claim)]], "sources": SOURCES}
    assert cited([unit], None) == [{"id": "c", "source": source}]  # type: ignore[arg-type]


def test_derivation_takes_what_has_all_its_names_on_the_page() -> None:
    sources = [
        {"id": "paper", "name": "The Paper"},
        {"id": "call", "name": "call: Xan, Yor"},
        {"id": "talk", "name": "interview: Xan, Zed"},
    ]
    unit = {"id": "p", "text": "Xan called Yor, The Paper writes.", "sources": sources}
    assert named([unit], None) == [{"id": "p", "edges": [{"source": "paper"}, {"source": "call"}]}]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("task", "text", "label"),
    [
        ("stance", "Xan refused to share.", "against"),
        ("stance", "Xan is ready to share.", "favor"),
        ("stance", "Xan spoke.", "none"),
        ("stance", "Yor refused to share.", "none"),
        ("agreement", "Xan has offered help.", "agree"),
        ("agreement", "Xan has never offered help.", "disagree"),
        ("agreement", "Xan has gone.", "agree"),  # 2 of 4 words
        ("agreement", "Xan is gone.", "unrelated"),  # 1 of 4
    ],
)
def test_contrast_goes_by_words_of_will_and_refusal(task: str, text: str, label: str) -> None:
    unit = {"id": "i", "task": task, "text": text, "holder": "Xan", "proposition": "Xan has offered help."}
    assert words([unit], None) == [{"id": "i", "label": label}]  # type: ignore[arg-type]
