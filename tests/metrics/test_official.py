"""The official scorers: every parity case, numbers worked by hand, and each known defect under its official name."""

import json
import math
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.metrics import official

SHARED = Path(__file__).parents[3] / "shared"
FILES = [*sorted((SHARED / "parity").glob("*.json")), *(SHARED / "suites" / "webmainbench").glob("rouge_n_cases.json")]
CASES = [case for path in FILES for case in json.loads(path.read_text())["cases"]]


def test_the_parity_cases_are_here_and_cover_every_function() -> None:
    if not CASES and os.environ.get("CI") != "true":
        pytest.skip("../shared/parity is not beside this checkout")
    assert {case["function"] for case in CASES} == set(official.__all__)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['function']}-{case['name']}")
def test_the_official_number(case: dict[str, Any], request: pytest.FixtureRequest) -> None:
    if case["function"] == "webmainbench_rouge_n":
        request.getfixturevalue("jieba")
    found = dict(leaves(getattr(official, case["function"])(**case["input"])))
    for key, expected in leaves(case["expected"]):
        assert found[key] == pytest.approx(expected, abs=case["tolerance"], nan_ok=True), key


def leaves(scores: dict[str, Any], above: str = "") -> Iterator[tuple[str, float]]:
    for key, value in scores.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{above}{key}.")
        else:
            yield above + key, value


# SemEval-2016 Task 6

TEST_SET = {  # FAVOR, AGAINST, NONE of each target in the test set of Mohammad et al. (2016)
    "Atheism": (32, 160, 28),
    "Climate Change is a Real Concern": (123, 11, 35),
    "Feminist Movement": (58, 183, 44),
    "Hillary Clinton": (45, 172, 78),
    "Legalization of Abortion": (46, 189, 45),
}


def always_majority(favor: int, against: int, none: int) -> dict[str, int]:
    answer = "FAVOR" if favor > against else "AGAINST"
    return {f"FAVOR>{answer}": favor, f"AGAINST>{answer}": against, f"NONE>{answer}": none}


def test_semeval_by_hand() -> None:
    # FAVOR: 2 predicted, 1 right, 1 in gold: P 1/2, R 1, F 2/3. AGAINST: 1 predicted, right, 2 in gold: P 1, R 1/2,
    # F 2/3. NONE: never right.
    scores = official.semeval2016_task6(gold=["FAVOR", "AGAINST", "AGAINST"], predicted=["FAVOR", "AGAINST", "FAVOR"])
    assert scores["FAVOR"] == pytest.approx({"precision": 1 / 2, "recall": 1, "f": 2 / 3})
    assert scores["macroF_favor_against"] == pytest.approx(2 / 3)
    assert scores["macroF_3class"] == pytest.approx((2 / 3 + 2 / 3 + 0) / 3)


def test_semeval_always_majority_scores_65_22_pooled_and_40_09_as_a_mean_over_targets() -> None:
    assert [sum(counts) for counts in zip(*TEST_SET.values(), strict=True)] == [304, 715, 230]  # as the parity case has
    tables = [always_majority(*counts) for counts in TEST_SET.values()]
    pooled = {cell: sum(table.get(cell, 0) for table in tables) for table in tables for cell in table}
    assert official.semeval2016_task6(pooled)["macroF_favor_against"] == pytest.approx(0.6522, abs=5e-5)
    by_target = [official.semeval2016_task6(table)["macroF_favor_against"] for table in tables]
    assert sum(by_target) / len(by_target) == pytest.approx(0.4009, abs=5e-5)


# FNC-1


def test_fnc1_by_hand() -> None:
    # agree right 1; disagree as discuss .25; unrelated right .25; agree as unrelated 0. At most 3 · 1 + .25.
    scores = official.fnc1(
        gold=["agree", "disagree", "unrelated", "agree"], predicted=["agree", "discuss", "unrelated", "unrelated"]
    )
    assert scores["score"] == 1.5
    assert (scores["max"], scores["null"]) == (3.25, 0.25)
    assert scores["relative"] == pytest.approx(1.5 / 3.25)
    assert scores["accuracy"] == 2 / 4
    # F1: agree 2/(2 + 0 + 1), unrelated 2/(2 + 1 + 0), disagree and discuss 0.
    assert scores["macro_f1"] == pytest.approx((2 / 3 + 2 / 3) / 4)


def test_fnc1_says_nothing_where_a_submission_is_too_short() -> None:
    scores = official.fnc1(gold=["unrelated", "agree", "agree"], predicted=["unrelated"])
    assert scores["score"] == 0.25
    assert scores["max"] == 2.25
    assert scores["accuracy"] == 1  # of the one pair that was compared


def test_fnc1_perfect_relatedness_and_always_discuss_scores_83_26_with_a_macro_f1_of_444() -> None:
    scores = official.fnc1(
        {"agree>discuss": 1903, "disagree>discuss": 697, "discuss>discuss": 4464, "unrelated>unrelated": 18349}
    )
    # (.25 · (1903 + 697) + 4464 + .25 · 18349) / (1903 + 697 + 4464 + .25 · 18349)
    assert scores["relative"] == pytest.approx(9701.25 / 11651.25)
    assert scores["relative"] == pytest.approx(0.8326, abs=5e-5)
    # F1: discuss 2 · 4464 / (2 · 4464 + 1903 + 697), unrelated 1, agree and disagree 0.
    assert scores["macro_f1"] == pytest.approx((8928 / 11528 + 1) / 4)


# NewsMTSC


def test_newsmtsc_by_hand() -> None:
    # negative: 1 of 2 found, nothing let in: R 1/2, F1 2/3. neutral: found, 1 let in: R 1, F1 2/3. positive: R 1, F1 1.
    scores = official.newsmtsc(
        gold=["negative", "negative", "neutral", "positive"], predicted=["negative", "neutral", "neutral", "positive"]
    )
    assert scores["f1_macro"] == pytest.approx((2 / 3 + 2 / 3 + 1) / 3)
    assert scores["f1_posneg"] == pytest.approx((2 / 3 + 1) / 2)
    assert scores["recall_avg"] == pytest.approx((1 / 2 + 1 + 1) / 3)
    assert scores["accuracy"] == 3 / 4


def test_newsmtsc_counts_a_class_that_nobody_has_as_0() -> None:
    scores = official.newsmtsc(gold=["negative", "neutral"], predicted=["negative", "neutral"])
    assert scores["f1_macro"] == pytest.approx(2 / 3)
    assert scores["f1_posneg"] == 1 / 2


# CheckThat!


def test_checkthat_by_hand() -> None:
    # Ranked: 3, 1, 2; relevant 1 and 2, at ranks 2 and 3. AP (1/2 + 2/3)/2, RR 1/2, P@2 1/2.
    scores = official.checkthat_average_precision([(1, 0.5), (2, 0.1), (3, 0.9)], relevant=[1, 1, 0])
    assert scores["average_precision"] == pytest.approx((1 / 2 + 2 / 3) / 2)
    assert (scores["reciprocal_rank"], scores["r_precision"]) == (1 / 2, 1 / 2)


def test_checkthat_ties_keep_the_order_of_the_file_so_one_set_of_scores_has_an_ap_of_75_or_42() -> None:
    def average_precision(order: list[int]) -> float:
        scores = official.checkthat_average_precision([(line, 0.5) for line in order], relevant=[1, 0, 0, 1])
        return scores["average_precision"]

    assert average_precision([1, 2, 3, 4]) == (1 / 1 + 2 / 4) / 2  # .75
    assert average_precision([2, 3, 1, 4]) == pytest.approx((1 / 3 + 2 / 4) / 2)  # .42


def test_checkthat_a_duplicate_line_gives_an_ap_of_2() -> None:
    scores = official.checkthat_average_precision([(1, 0.9), (1, 0.8), (2, 0.1)], relevant=[1, 0])
    assert scores["average_precision"] == (1 / 1 + 2 / 2) / 1


def test_checkthat_refuses_a_debate_with_lines_missing_or_unknown() -> None:
    for submitted in ([(1, 0.9)], [(1, 0.9), (2, 0.8), (3, 0.7)]):
        with pytest.raises(ValueError, match="lines of the gold"):
            official.checkthat_average_precision(submitted, relevant=[1, 0])


def test_checkthat_without_relevant_lines_is_0() -> None:
    scores = official.checkthat_average_precision([(7, 0.9), (9, "nan")], relevant_by_line=[(7, 0), (9, 0)])
    assert set(scores.values()) == {0}


# nervaluate

EXACT = {"label": "claim", "start": 0, "end": 10}
PART = {"label": "claim", "start": 0, "end": 5}


def strict_f1(gold: list[Any], predicted: list[Any], **options: Any) -> float:
    return official.nervaluate([gold], [predicted], **options)["overall"]["strict"]["f1"]


def test_nervaluate_by_hand() -> None:
    # PER 0–1, ORG 4–4 against PER 0–1, ORG 3–4, PER 6–6: one the same, one overlapping, one spurious.
    scores = official.nervaluate(
        [["B-PER", "I-PER", "O", "O", "B-ORG", "O", "O"]], [["B-PER", "I-PER", "O", "B-ORG", "I-ORG", "O", "B-PER"]]
    )["overall"]
    assert scores["strict"]["f1"] == pytest.approx(2 * 1 / (3 + 2))
    assert scores["exact"] == scores["strict"]
    assert (scores["partial"]["precision"], scores["partial"]["recall"]) == (1.5 / 3, 1.5 / 2)
    assert (scores["ent_type"]["correct"], scores["ent_type"]["spurious"]) == (2, 1)


def test_nervaluate_reads_an_i_tag_that_continues_nothing_as_a_beginning() -> None:
    assert strict_f1(["I-PER", "I-PER", "I-ORG"], ["B-PER", "I-PER", "B-ORG"]) == 1


def test_nervaluate_ent_type_takes_the_gold_entity_with_the_closest_bounds() -> None:
    gold = [{"label": "claim", "start": 0, "end": 9}, {"label": "claim", "start": 5, "end": 20}]
    predicted = [{"label": "claim", "start": 4, "end": 20}, {"label": "claim", "start": 0, "end": 3}]
    scores = official.nervaluate([gold], [predicted])["overall"]
    # The first prediction is 4 + 11 away from the first gold entity and 1 from the second, which leaves the first free
    # for the second prediction; the others take the first that overlaps.
    assert scores["ent_type"]["correct"] == 2
    assert (scores["partial"]["partial"], scores["partial"]["missed"], scores["partial"]["spurious"]) == (1, 1, 1)


def test_nervaluate_is_greedy_in_the_order_of_the_predictions() -> None:
    assert strict_f1([EXACT], [PART, EXACT]) == 0
    assert strict_f1([EXACT], [EXACT, PART]) == pytest.approx(2 * 1 / (2 + 1))  # .667


def test_nervaluate_drops_labels_outside_the_inventory_instead_of_calling_them_spurious() -> None:
    wrong = {**EXACT, "label": "opinion"}
    assert strict_f1([EXACT], [EXACT, wrong], labels=["claim"]) == 1
    assert strict_f1([EXACT], [EXACT, wrong]) == pytest.approx(2 / 3)


ENTITY = st.builds(
    lambda label, start, more: {"label": label, "start": start, "end": start + more},
    st.sampled_from("ab"),
    st.integers(0, 12),
    st.integers(0, 6),
)
DOCUMENTS = st.lists(st.tuples(*[st.lists(ENTITY, max_size=6)] * 2), max_size=3)


def one_after_the_other(gold: list[Any], predicted: list[Any], least: float, scheme: str) -> tuple[int, int]:
    """How many predictions are correct and how many near, as the package's loops over all gold entities find them."""
    taken, matched, near = set(), 0, 0
    for entity in predicted:
        best, first, distance = None, None, math.inf
        for place, each in enumerate(gold):
            if place in taken:
                continue
            overlap = max(min(entity["end"], each["end"]) - max(entity["start"], each["start"]) + 1, 0)
            if overlap / (each["end"] - each["start"] + 1) * 100 < least:
                continue
            away = abs(entity["start"] - each["start"]) + abs(entity["end"] - each["end"])
            right_label = scheme not in ("strict", "ent_type") or entity["label"] == each["label"]
            if right_label and (scheme == "ent_type" or away == 0) and away < distance:
                best, distance = place, away
            if first is None:
                first = place
        if best is not None:
            matched += 1
            taken.add(best)
        elif first is not None:
            near += 1
            taken.add(first)
    return matched, near


@settings(max_examples=300)
@given(DOCUMENTS, st.sampled_from([1, 20, 50, 100]), st.sampled_from([None, ["a"], ["b", "c"]]))
def test_nervaluate_over_all_documents_at_once_is_the_loop_over_each(documents, least, labels) -> None:
    gold, predicted = [left for left, _ in documents], [right for _, right in documents]
    found = official.nervaluate(gold, predicted, labels, least)["overall"]
    known = [[[e for e in side if not labels or e["label"] in labels] for side in pair] for pair in documents]
    mine, theirs = (sum(len(pair[side]) for pair in known) for side in (0, 1))
    for scheme, scores in found.items():
        counts = [one_after_the_other(*pair, least, scheme) for pair in known]
        matched, near = (sum(each[place] for each in counts) for place in (0, 1))
        assert scores["correct"] == matched
        assert scores["partial" if scheme == "partial" else "incorrect"] == near
        assert scores["incorrect" if scheme == "partial" else "partial"] == 0
        assert (scores["missed"], scores["possible"]) == (mine - matched - near, mine)
        assert (scores["spurious"], scores["actual"]) == (theirs - matched - near, theirs)


def test_nervaluate_without_documents_or_entities_is_0() -> None:
    assert set(dict(leaves(official.nervaluate([], []))).values()) == {0}
    assert set(dict(leaves(official.nervaluate([[]], [[]]))).values()) == {0}


# PAN plagdet

CASE = ("a", 0, 100, "wire", 0, 100, True)


def test_plagdet_by_hand() -> None:
    # Two detections, each half of the case and nothing else: all found, nothing wrong, in two pieces: 1 / log2(3).
    halves = [("a", 0, 50, "wire", 0, 50, True), ("a", 50, 50, "wire", 50, 50, True)]
    expected = {"recall": 1, "precision": 1, "granularity": 2, "plagdet": 1 / math.log2(3)}
    assert official.plagdet([CASE], halves) == {"macro": pytest.approx(expected), "micro": pytest.approx(expected)}


def test_plagdet_an_internal_detection_covers_only_the_suspicious_side() -> None:
    # 100 of the case's 100 + 100 characters; all of the detection's 100.
    scores = official.plagdet([CASE], [("a", 0, 100, "", 0, 0, False)])
    assert scores["macro"]["recall"] == scores["micro"]["recall"] == 1 / 2
    assert scores["macro"]["precision"] == scores["micro"]["precision"] == 1


def test_plagdet_macro_and_micro_weigh_a_short_and_a_long_case_differently() -> None:
    # Found: 20 of 20 characters of the short case, none of the 180 of the long one.
    cases = [("a", 0, 10, "wire", 0, 10, True), ("b", 0, 90, "gov", 0, 90, True)]
    scores = official.plagdet(cases, cases[:1])
    assert scores["macro"]["recall"] == (1 + 0) / 2
    assert scores["micro"]["recall"] == 20 / 200


def test_plagdet_is_0_where_the_program_crashes_for_want_of_overlap_or_cases() -> None:
    nothing = {"recall": 0, "precision": 0, "granularity": 1, "plagdet": 0}
    everything = {"recall": 1, "precision": 1, "granularity": 1, "plagdet": 1}
    elsewhere = ("b", 0, 100, "wire", 0, 100, True)
    for cases, detections in (([CASE], [elsewhere]), ([], [CASE]), ([CASE], [])):
        assert official.plagdet(cases, detections) == {"macro": nothing, "micro": nothing}
    assert official.plagdet([], []) == {"macro": everything, "micro": everything}


def test_plagdet_does_not_move_in_the_last_digit_with_the_order() -> None:
    chance = random.Random(0)
    cases = [("a", 37 * i, 10 + i, "wire", 41 * i, 13 + i, True) for i in range(20)]
    detections = [("a", 37 * i + i % 5, 11 + i, "wire", 41 * i + i % 7, 9 + i, True) for i in range(20)]
    scores = official.plagdet(cases, detections)
    for _ in range(5):
        chance.shuffle(cases)
        chance.shuffle(detections)
        assert official.plagdet(cases, detections) == scores


# Sentiment graph F1

RIGHT = ([0], [2, 3], [1], "Positive")


def test_sentiment_graph_f1_by_hand() -> None:
    # Own tokens shared: of the prediction's 1/1, 1/2, 1/1; of the gold's 1/1, 1/1, 1/2. Both (1 + 1 + 1/2)/3.
    scores = official.sentiment_graph_f1([[([0], [2], [1, 4], "Positive")]], [[RIGHT]])
    assert scores == pytest.approx({"precision": 2.5 / 3, "recall": 2.5 / 3, "SF1": 2.5 / 3})


def test_sentiment_no_holder_matches_only_no_holder() -> None:
    nobody = ([], [2, 3], [1], "Positive")
    assert official.sentiment_graph_f1([[nobody]], [[nobody]])["SF1"] == 1
    assert official.sentiment_graph_f1([[RIGHT]], [[nobody]])["SF1"] == 0


def test_sentiment_duplicates_of_one_opinion_score_1() -> None:
    assert official.sentiment_graph_f1([[RIGHT]], [[RIGHT] * 5]) == {"precision": 1, "recall": 1, "SF1": 1}


def test_sentiment_weight_is_taken_from_an_opinion_of_the_wrong_polarity() -> None:
    # The gold opinion of the prediction's polarity shares one target token of two: the weight should be 2.5/3.
    gold = [(*RIGHT[:3], "Negative"), ([0], [2], [1], "Positive")]
    assert official.sentiment_graph_f1([gold], [[RIGHT]])["precision"] == 1


def test_sentiment_nothing_to_find_and_nothing_found_is_0() -> None:
    assert official.sentiment_graph_f1([[], []], [[], []]) == {"precision": 0, "recall": 0, "SF1": 0}


# Krippendorff's α


def test_krippendorff_alpha_by_hand() -> None:
    # (0, 1), (1, 0), interval: observed 1; expected 2 · 2 · 2 / (4 · 3); α = 1 − 3/2.
    assert official.krippendorff_alpha([[0, 1], [1, 0]], "interval") == pytest.approx({"alpha": -0.5})
    assert math.isnan(official.krippendorff_alpha([[1, 1], [1, 1]])["alpha"])


# What is refused


@pytest.mark.parametrize("scorer", [official.semeval2016_task6, official.fnc1, official.newsmtsc])
def test_a_confusion_table_and_lists_exclude_each_other_and_labels_are_known(scorer: Any) -> None:
    for arguments in ({}, {"gold": []}, {"confusion": {}, "gold": [], "predicted": []}):
        with pytest.raises(ValueError, match="give either"):
            scorer(**arguments)
    with pytest.raises(ValueError, match="unknown labels"):
        scorer({"no>yes": 1})
    assert set(dict(leaves(scorer({}))).values()) == {0}


@pytest.mark.parametrize("scorer", [official.semeval2016_task6, official.newsmtsc])
def test_lists_of_two_lengths_are_refused_where_the_scorer_refuses_them(scorer: Any) -> None:
    with pytest.raises(ValueError, match="longer"):
        scorer(gold=[], predicted=["NONE"])


@pytest.mark.parametrize(
    ("gold", "predicted", "options", "match"),
    [
        ([[]], [], {}, "shorter"),
        ([["O"]], [["O", "O"]], {}, "document 0 has 1 gold tags"),
        ([["PER"]], [["O"]], {}, "not a BIO tag"),
        ([], [], {"min_overlap_percentage": 0.5}, "from 1 to 100"),
    ],
)
def test_nervaluate_refuses_what_does_not_pair_off(gold: Any, predicted: Any, options: Any, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        official.nervaluate(gold, predicted, **options)


def test_sentences_and_forms_of_relevance_must_pair_off() -> None:
    with pytest.raises(ValueError, match="shorter"):
        official.sentiment_graph_f1([], [[RIGHT]])
    with pytest.raises(ValueError, match="either"):
        official.checkthat_average_precision([])


# Limits, each on both sides


def test_plagdet_passages_that_only_touch_detect_nothing_and_one_character_does() -> None:
    case = ("a", 0, 100, "wire", 0, 100, True)
    for offset, recall in ((99, (1 + 1) / 200), (100, 0)):
        # On either side: one character of each, or none of one.
        for detection in (("a", offset, 50, "wire", 99, 50, True), ("a", 99, 50, "wire", offset, 50, True)):
            assert official.plagdet([case], [detection])["macro"]["recall"] == recall


def test_plagdet_equal_passages_count_once_and_those_of_other_texts_not() -> None:
    case = ("a", 0, 100, "wire", 0, 100, True)
    assert official.plagdet([case] * 2, [case] * 3)["micro"] == {
        "recall": 1,
        "precision": 1,
        "granularity": 1,
        "plagdet": 1,
    }
    assert official.plagdet([case], [("a", 0, 100, "other", 0, 100, True)])["micro"]["plagdet"] == 0


# WebMainBench


@pytest.mark.usefixtures("jieba")
def test_webmainbench_by_hand() -> None:
    # Segments: One ␣ two ␣ three against One ␣ two. Pairs: One␣ ␣two two␣ ␣three against One␣ ␣two: tp 2, fp 0, fn 2.
    scores = official.webmainbench_rouge_n(gold="One two three", predicted="One two", n=2)
    assert scores == pytest.approx({"precision": 1, "recall": 2 / 4, "f1": 2 / 3})
    # Each n-gram counts at most as often as either text has it: a␣ twice of four, ␣a twice of three.
    scores = official.webmainbench_rouge_n(gold="a a a", predicted="a a a a ", n=2)
    assert scores == pytest.approx({"precision": 4 / 7, "recall": 1, "f1": 8 / 11})
    assert official.webmainbench_rouge_n(gold="One two", predicted="one two", n=3)["f1"] == 0  # case counts


@pytest.mark.usefixtures("jieba")
def test_webmainbench_scores_a_text_of_fewer_than_n_segments_0_even_against_itself() -> None:
    assert official.webmainbench_rouge_n(gold="One two three", predicted="One two three")["f1"] == 1  # five segments
    zero = {"precision": 0, "recall": 0, "f1": 0}
    assert official.webmainbench_rouge_n(gold="One two!", predicted="One two!") == zero  # four
    assert official.webmainbench_rouge_n(gold="One two three", predicted="One two three", n=6) == zero
    assert official.webmainbench_rouge_n(gold=" \n", predicted="") == {"precision": 1, "recall": 1, "f1": 1}
    assert official.webmainbench_rouge_n(gold="", predicted="One two three") == zero


@pytest.mark.usefixtures("jieba")
def test_webmainbench_takes_no_n_grams_of_nothing() -> None:
    with pytest.raises(ValueError, match="one token or more, not 0"):
        official.webmainbench_rouge_n(gold="a", predicted="a", n=0)
