"""What the baselines that read the pages look for."""

import math
from typing import Any

import pytest

from detente.tasks.agreement.baselines import label_by_overlap
from detente.tasks.attribution.baselines import cited, nobody, quoted
from detente.tasks.boilerplate.baselines import features, viterbi
from detente.tasks.claims.baselines import clauses, sentences
from detente.tasks.contrast.baselines import words
from detente.tasks.derivation.baselines import named, shingles
from detente.tasks.reuse.baselines import BASELINES as OF_REUSE
from detente.tasks.reuse.baselines import aligned
from detente.tasks.stance.baselines import sentences_on
from detente.tasks.stance_open.baselines import lexicon as open_lexicon

NO_CORPUS: Any = None
"""What follows rules looks at no gold."""
by_containment = next(each.predict for each in OF_REUSE if each.name == "containment")


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


# boilerplate


def test_a_line_is_seen_by_its_length_case_marks_and_function_words() -> None:
    """Of five words one is a function word (`the`), one speaks to the reader, two are capital, one is a figure."""
    assert features("Tell us the News 24.") == {
        "words": math.log(6),
        "ends a sentence": 1.0,
        "function words": 1 / 5,
        "speaks to the reader": 1 / 5,
        "capitals": 2 / 5,
        "figures": 1 / 5,
        "quotation": 0.0,
        "in brackets": 0.0,
        "ends with a colon": 0.0,
    }
    marks = features("(“Paris”:")
    assert [name for name, value in marks.items() if value] == [
        *("words", "capitals", "quotation", "in brackets", "ends with a colon")
    ]
    assert set(features("…").values()) == {0.0, 1.0}


@pytest.mark.parametrize(
    ("likely", "stays", "path"),
    [
        # 1 1 1: .9 · .1 · .9 · .9² = .066; 1 0 1: .9³ · .1² = .007
        ([0.9, 0.1, 0.9], 0.9, [1, 1, 1]),
        ([0.9, 0.1, 0.9], 0.5, [1, 0, 1]),
        # Certainty counts as .99. 1 1 1: .99² · .01 · .95² = .0088; 1 0 1: .99³ · .05² = .0024
        ([1.0, 0.0, 1.0], 0.95, [1, 1, 1]),
        # 1 1 1: .99² · .01 · .8² = .0063; 1 0 1: .99³ · .2² = .0388
        ([1.0, 0.0, 1.0], 0.8, [1, 0, 1]),
        ([0.6], 0.9, [1]),
        ([0.5], 0.9, [0]),
        ([], 0.9, []),
    ],
)
def test_the_likeliest_sequence(likely: list[float], stays: float, path: list[int]) -> None:
    follows = {(before, after): stays if before == after else 1 - stays for before in (0, 1) for after in (0, 1)}
    assert viterbi(likely, follows) == path


# claims


def test_claims_are_sentences_of_eight_words_or_their_clauses() -> None:
    text = (
        "A heading without an end of any kind at all\nHe said that the talks were over, but they went on.\nToo short."
    )
    unit = {"id": "p", "text": text}
    ((sentence,),) = (line["claims"] for line in sentences([unit], NO_CORPUS))
    assert text[slice(*sentence["spans"][0])] == "He said that the talks were over, but they went on."
    (line,) = clauses([unit], NO_CORPUS)
    assert [(text[slice(*each["spans"][0])], each["presentation"]) for each in line["claims"]] == [
        ("the talks were over", "reported")  # `they went on` has three words
    ]
    assert clauses([{"id": "p", "text": "The talks of the two ministers were over then."}], NO_CORPUS)[0]["claims"] == [
        {"spans": [[0, 45]], "presentation": "asserted"}
    ]


# stance


def test_the_sentences_on_a_cell_name_holder_and_target_or_else_the_holder() -> None:
    unit = {
        "text": "Xan spoke of cooperation. Xania cooperates. Yor spoke. Xan slept.",
        "holder_name": "Xan",
        "holder_aliases": ["Yor"],
        "target": "ct_cooperation",
    }
    assert sentences_on(unit) == ["Xan spoke of cooperation."]
    assert sentences_on(unit | {"target": "olympics_security"}) == [
        *("Xan spoke of cooperation.", "Yor spoke.", "Xan slept.")
    ]
    assert sentences_on(unit | {"target": "of another corpus"}) == sentences_on(unit | {"target": "olympics_security"})
    assert sentences_on(unit | {"holder_name": "Zed", "holder_aliases": []}) == []


class Registry:
    """A corpus that has sources and nothing else."""

    def rows(self, _: str) -> list[dict]:
        return [
            {"id": "x", "name": "Xan", "aliases": [], "speaks_for": "state", "kind": "person"},
            {"id": "state", "name": "Xania", "aliases": ["the state"], "speaks_for": None, "kind": "state"},
        ]


def test_an_open_stance_is_that_of_whom_the_named_one_speaks_for() -> None:
    text = "Xan offers cooperation. The page is long. Xan will not cooperate with us. Xania is ready for cooperation."
    holders = [{"id": "x", "name": "Xan"}, {"id": "state", "name": "Xania"}]
    unit = {"id": "p", "text": text, "targets": ["ct_cooperation"], "holders": holders}
    (line,) = open_lexicon([unit], Registry())  # type: ignore[arg-type]
    # `offers cooperation` has two words for; `not cooperate` has one against and one for: a tie, no stance.
    assert [(each["holder"], each["label"]) for each in line["stances"]] == [("state", "favor")]
    assert [text[slice(*span)] for span in line["stances"][0]["evidence"]] == [
        *("Xan offers cooperation.", "Xania is ready for cooperation.")
    ]


# attribution


@pytest.mark.parametrize(
    ("before", "claim", "after", "line"),
    [
        ("Xan said that ", "it is so", ".", {"source": ["x"], "type": "indirect", "cue": [[4, 8]]}),
        ('Xan said "', "it is so", '".', {"source": ["x"], "type": "direct", "cue": [[4, 8]]}),
        # Of eight characters of the claim two are inside: a part.
        ("Xan said ", 'it is "so"', ".", {"source": ["x"], "type": "mixed", "cue": [[4, 8]]}),
        ("Xan saw that ", "it is so", ".", {"source": [], "type": "none"}),
        ("", "It is so", ".", {"source": [], "type": "none"}),
    ],
)
def test_a_quotation_is_direct_a_cue_is_indirect(before: str, claim: str, after: str, line: dict) -> None:
    unit = {
        "id": "c",
        "article": "p",
        "text": before + claim + after,
        "spans": [[len(before), len(before) + len(claim)]],
        "sources": SOURCES,
    }
    assert quoted([unit], NO_CORPUS) == [{"id": "c"} | line]
    assert nobody([unit], NO_CORPUS) == [{"id": "c", "source": []}]


def test_a_quotation_without_a_name_is_of_who_was_cited_last() -> None:
    text = 'Yor said that all is well.\n"It will stay so today."\nNobody knows more than that.'
    spans = [[14, 25], [28, 49], [52, 79]]
    units = [
        {"id": f"c{place}", "article": "p", "text": text, "spans": [span], "sources": SOURCES}
        for place, span in enumerate(spans)
    ]
    lines = quoted(units[::-1], NO_CORPUS)
    assert [line["id"] for line in lines] == ["c2", "c1", "c0"]
    assert [(line["source"], line["type"]) for line in lines] == [([], "none"), (["y"], "direct"), (["y"], "indirect")]


# derivation


def test_an_unnamed_text_stands_behind_pages_that_share_runs_of_words() -> None:
    shared = " ".join(f"w{place}" for place in range(20))
    sources = [{"id": "t1", "name": "an unnamed text"}, {"id": "t2", "name": "an unnamed text"}]
    texts = {"a": f"{shared}.", "b": "Other words stand here alone today.", "c": f"So {shared} it ends."}
    lines = shingles([{"id": name, "text": text, "sources": sources} for name, text in texts.items()], NO_CORPUS)
    edge = {"source": "t1", "degree": "wholly", "kind": "common_source"}
    assert [line["edges"] for line in lines] == [[edge], [], [edge]]


# reuse

LONG = "One two three four five six seven eight nine ten."


@pytest.mark.parametrize("find", [by_containment, aligned], ids=["containment", "aligned"])
@pytest.mark.parametrize(
    ("other", "operation"),
    [
        (LONG, "verbatim"),
        (LONG.replace("ten", "zero"), "rewritten"),
        (LONG.replace("ten", "ten and so on at last"), "compressed"),  # the first has 10 words for 15
        (LONG.replace("ten", "ten and so on then"), "rewritten"),  # 10 for 14
        (LONG.replace("ten", "ten and so on"), "rewritten"),
        ("Nothing of the sort stands anywhere in this long sentence.", None),
        ("One two three four five.", None),  # too short
    ],
)
def test_pages_share_sentences_with_runs_of_words(find: Any, other: str, operation: str | None) -> None:
    unit = {"id": "a::b", "this_text": f"Before. {LONG}", "source_text": f"{other}\nAfter."}
    ((found,),) = ([line["passages"]] for line in find([unit], NO_CORPUS))
    expected = {"this": [8, 8 + len(LONG)], "source_span": [0, len(other)], "operation": operation}
    assert found == ([expected] if operation else [])


def test_two_thirds_of_the_words_or_less_are_an_expansion_of_them() -> None:
    longer = {12: "One two three four five six seven eight nine ten eleven twelve."}
    shorter = {8: "One two three four five six seven eight.", 9: "One two three four five six seven eight nine."}
    found = {
        size: by_containment([{"id": "a::b", "this_text": longer[12], "source_text": other}], NO_CORPUS)
        for size, other in shorter.items()
    }
    operations = {size: lines[0]["passages"][0]["operation"] for size, lines in found.items()}
    assert operations == {8: "expanded", 9: "rewritten"}  # 8 ≤ ⅔ · 12 < 9


def test_less_than_half_of_a_sentence_stands_for_itself_in_an_alignment() -> None:
    words = "one two three four five six seven eight"
    longer = f"{' '.join(f'word{place}' for place in range(20))} {words}."
    unit = {"id": "a::b", "this_text": longer, "source_text": f"{words.capitalize()}."}
    ((found,),) = (line["passages"] for line in aligned([unit], NO_CORPUS))
    start = longer.index(words)
    assert found == {"this": [start, start + len(words)], "source_span": [0, len(words) + 1], "operation": "rewritten"}
