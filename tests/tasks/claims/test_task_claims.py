"""The task `claims`, by hand, against second opinions, and by its properties; with the measures that it brings."""

import itertools
import math
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.data.fields import PredictionError
from detente.data.independent_sources import SUPPORTING
from detente.data.labels import CLAIM_TYPES, PRESENTATIONS
from detente.data.page import Page
from detente.data.problems import ValidationError
from detente.evaluation import score as scoring
from detente.evaluation.counts import count_all
from detente.evaluation.items import errors
from detente.metrics import chrf as text
from detente.metrics import official
from detente.metrics.clustering import b_cubed
from detente.tasks.batch import Batch
from detente.tasks.claims import matching
from detente.tasks.claims.matching import Article
from detente.tasks.claims.prediction import Claim
from detente.tasks.claims.task import CLAIMS
from detente.tasks.task import Options
from detente.text.spans import to_code_points


def characters(item: Sequence[tuple[int, int]]) -> set[int]:
    return {place for start, end in item for place in range(start, end)}


# --- parsing ----------------------------------------------------------------------------------------------------------

PAGE = "Paris 🇫🇷 offers help. Moscow is silent."
BLANK = Article(Page("x", "x", PAGE, ()), (), ())


def refused(claims: Any, **more: Any) -> list[tuple[str, str]]:
    with pytest.raises(PredictionError) as fault:
        CLAIMS.parse(BLANK, {"id": "x", "claims": claims, **more})
    return list(fault.value.faults)


@pytest.mark.parametrize(
    ("claim", "rule", "message"),
    [
        ("text", "wrong-type", 'claims[0] is "text", not an object'),
        ({}, "wrong-type", "claims[0] has no spans"),
        ({"spans": []}, "span-empty", "claims[0].spans is empty: a claim has a span"),
        ({"spans": None}, "wrong-type", "claims[0] has no spans"),
        ({"spans": [[0]]}, "wrong-type", "claims[0].spans[0] is a list, not a pair of whole numbers"),
        ({"spans": [[3, 3]]}, "span-empty", "claims[0].spans[0]: start 3 is not before end 3"),
        ({"spans": [[0, 99]]}, "span-outside-text", "claims[0].spans[0]: end 99 is past the text's 39 characters"),
        ({"spans": [[4, 9], [0, 5]]}, "span-overlap", "claims[0].spans: characters [0, 5) and [4, 9) overlap"),
        ({"type": "opinion"}, "label-unknown", f'claims[0].type "opinion" is not one of {", ".join(CLAIM_TYPES)}'),
        ({"type": 1}, "label-unknown", f"claims[0].type 1 is not one of {', '.join(CLAIM_TYPES)}"),
        (
            {"presentation": ["denied"]},
            "label-unknown",
            f"claims[0].presentation a list is not one of {', '.join(PRESENTATIONS)}",
        ),
        ({"check_worthy": "yes"}, "wrong-type", 'claims[0].check_worthy is "yes", not true, false or a finite number'),
        ({"check_worthy": math.inf}, "wrong-type", "not true, false or a finite number"),
        ({"check_worthy": 10**400}, "wrong-type", "not true, false or a finite number"),
        ({"propositions": "a"}, "wrong-type", 'claims[0].propositions is "a", not a list of cluster keys'),
        ({"propositions": ["a", 1]}, "wrong-type", "claims[0].propositions[1] is 1, not a string"),
        ({"normalised": 3}, "wrong-type", "claims[0].normalised is 3, not a string"),
        (
            {"typ": "event", "note": ""},
            "unknown-field",
            "claims[0] has 'note', 'typ': it knows spans, type, presentation, check_worthy, propositions, normalised",
        ),
    ],
)
def test_every_fault_of_a_claim_is_named(claim: Any, rule: str, message: str) -> None:
    if isinstance(claim, dict) and claim and "spans" not in claim:
        claim = {"spans": [[0, 5]], **claim}
    [(found_rule, found)] = refused([claim])
    assert found_rule == rule
    assert found.endswith(message)


def test_all_faults_of_a_line_are_named_at_once() -> None:
    faults = refused([{"spans": [[5, 2], [0, 99]], "type": "x"}, {"spans": [[0, 5]]}, 7])
    assert [message.partition(" ")[0] for _, message in faults] == [
        "claims[0].spans[0]:",
        "claims[0].spans[1]:",
        "claims[0].type",
        "claims[2]",
    ]
    assert refused({"spans": [[0, 5]]})[0][0] == "wrong-type"
    assert refused([], offset_unit="bytes")[0][0] == "wrong-type"


def test_spans_are_sorted_joined_and_converted() -> None:
    # The flag is two characters, four UTF-16 units, eight bytes; "Moscow is silent." begins at character 22.
    expected = (Claim(((0, 8), (22, 39))),)
    record: dict[str, Any] = {"id": "x", "claims": [{"spans": [[22, 39], [5, 8], [0, 5]]}]}
    assert CLAIMS.parse(BLANK, record) == expected
    for unit in ("utf8", "utf16"):
        table = to_code_points(PAGE, unit).tolist()
        moved = [[table.index(start), table.index(end)] for start, end in ((22, 39), (0, 8))]
        assert CLAIMS.parse(BLANK, {"id": "x", "offset_unit": unit, "claims": [{"spans": moved}]}) == expected
    assert CLAIMS.parse(BLANK, {"id": "x", "claims": []}) == ()


# --- scores -----------------------------------------------------------------------------------------------------------


def gold_claims(article: Article, fields: Sequence[str] = ("type", "presentation", "check_worthy")) -> list[Any]:
    records = []
    for claim, parts in zip(article.claims, article.spans, strict=True):
        record: dict[str, Any] = {"spans": [list(part) for part in parts]} | {
            field: claim[field] for field in fields if field != "propositions"
        }
        if "propositions" in fields:
            record["propositions"] = [
                link["proposition"]
                for relation in SUPPORTING
                for link in claim["propositions"]
                if link["relation"] == relation
            ]
        records.append(record)
    return records


def values(scores: scoring.Scores) -> dict[str, float]:
    return {name: spread.value for name, spread in scores.metrics.items()}


EVERY = ("type", "presentation", "check_worthy", "propositions", "normalised")
LABEL_METRICS = {
    "type": ("claim_type_accuracy", "claim_type_macro_f1", "type_accuracy_overall", "type_macro_f1_overall"),
    "presentation": ("presentation_accuracy",),
    "check_worthy": (
        "check_worthy_f1",
        "check_worthy_average_precision",
        "check_worthy_r_precision",
        "check_worthy_precision_at_5",
        "check_worthy_mrr",
        "checkthat_average_precision",
    ),
    "propositions": tuple(measure.name for measure in CLAIMS.corpus_metrics if measure.name not in official.__all__),
    "normalised": ("normalised_chrf",),
}


@pytest.mark.parametrize("fields", [(), *((field,) for field in EVERY), EVERY])
def test_gold_against_itself_is_best_and_what_nobody_predicts_is_undefined(gold, predict, fields) -> None:
    units = CLAIMS.units(gold)
    records = [{"id": name, "claims": gold_claims(article, fields)} for name, article in units.items()]
    scores = scoring.score(predict(CLAIMS, gold, records), gold)
    silent = {name for field in EVERY if field not in fields for name in LABEL_METRICS[field]}
    for metric in CLAIMS.measures:
        if metric.name == "nervaluate":  # keeps its own 0/0
            continue
        value = scores.metrics[metric.name].value
        assert np.isnan(value) if metric.name in silent else value == pytest.approx(metric.best, abs=1e-12), metric.name
    assert errors(scores).is_empty()
    assert scores.n["exact_recall"] == sum(len(article.claims) for article in units.values())


def test_scores_by_hand(minimal_gold, predict) -> None:
    # Gold: the headline [0, 17), "France is ready to share more" [19, 48), "It said so on Monday" [50, 70); position,
    # position, speech_act; all check-worthy. Predicted: the first; "France is ready to s" of the second; the last is
    # missed; "Share this page" [73, 88) is spurious.
    claims = [
        {"spans": [[0, 17]], "type": "position", "presentation": "asserted", "check_worthy": 0.9},
        {"spans": [[19, 39]], "type": "state", "presentation": "asserted", "check_worthy": 0.2},
        {"spans": [[73, 88]], "type": "event", "check_worthy": 0.5},
    ]
    claims[0] |= {"propositions": ["x"], "normalised": "Paris offers help."}
    claims[1] |= {"propositions": ["x", "y"]}
    scores = scoring.score(predict(CLAIMS, minimal_gold, [{"id": "detente-900", "claims": claims}]), minimal_gold)
    found = values(scores)
    # IoU of the second pair: 20/29 = .69.
    for level in ("iou50", "iou60"):
        assert [found[f"{level}_{name}"] for name in ("precision", "recall", "f1")] == [2 / 3] * 3
    for level in ("iou70", "iou80", "iou90", "exact"):
        assert [found[f"{level}_{name}"] for name in ("precision", "recall", "f1")] == [1 / 3] * 3
    assert found["partial_f1"] == pytest.approx(2 * (1 + 20 / 29) / 6)
    # 15 + 16 characters that are no space in both; 8 + 16 lost; 13 of the share line let in.
    lost, both, let_in = len("haremore") + len("ItsaidsoonMonday"), len("Parisoffershelp" + "Franceisreadytos"), 13
    assert found["claim_char_precision"] == both / (both + let_in)
    assert found["claim_char_recall"] == both / (both + lost)
    assert found["claim_char_f1"] == 2 * both / (2 * both + lost + let_in)
    # Matched: one of two types is right; position, the one type that matched claims have, 2·1/(2 gold + 1 predicted).
    assert found["claim_type_accuracy"] == 1 / 2
    assert found["claim_type_macro_f1"] == 2 / 3
    # Overall: one of matched 2 + missed 1 + spurious 1; speech_act has F1 0.
    assert found["type_accuracy_overall"] == 1 / 4
    assert found["type_macro_f1_overall"] == pytest.approx((2 / 3 + 0) / 2)
    assert found["presentation_accuracy"] == 1 / 2
    # From .5 on a claim is predicted: tp 1, fp 1 (spurious), fn 2. Ranks: .9 yes, .5 no, .2 yes; a yes is not found.
    assert found["check_worthy_f1"] == 2 / (2 + 1 + 2)
    assert found["check_worthy_average_precision"] == pytest.approx((1 + 2 / 3 + 0) / 3)
    assert found["check_worthy_r_precision"] == 2 / 3
    assert found["check_worthy_precision_at_5"] == 2 / 3
    assert found["check_worthy_mrr"] == 1
    # One sentence is the gold's, the other pair has none.
    assert found["normalised_chrf"] == 50
    # The gold claims are apart (the headline is linked, but not the same), predicted together.
    assert [found[f"b_cubed_{name}"] for name in ("precision", "recall", "f1")] == pytest.approx([1 / 2, 1, 2 / 3])
    assert found["pairwise_f1"] == found["adjusted_rand"] == 0
    assert [found[f"ceaf_e_{name}"] for name in ("precision", "recall", "f1")] == pytest.approx([2 / 3, 1 / 3, 4 / 9])
    assert scores.n["b_cubed_f1"] == 2
    assert scores.n["type_accuracy_overall"] == 4
    faults = "IoU 0.69; type position, predicted state; presentation reported, predicted asserted; "
    faults += "check-worthy, predicted not: France is ready to share more"
    assert errors(scores).rows() == [
        ("detente-900:c02", "main", 4, faults),
        ("detente-900:c03", "main", 4, "missed: It said so on Monday"),
        ("detente-900:73-88", "main", 4, "spurious: Share this page"),
    ]
    rows = scores.rows.select("item", "zone", "type", "presentation").rows()
    assert rows[3:] == [
        ("detente-900:73-88", "outside", "event", "unlabelled"),
        ("detente-900:ranking", "ranking", "ranking", "ranking"),
    ]


def test_nothing_found_has_recall_0_and_no_precision(gold, predict) -> None:
    units = CLAIMS.units(gold)
    empty = scoring.score(predict(CLAIMS, gold, [{"id": name, "claims": []} for name in units]), gold)
    found = values(empty)
    for level in ("iou50", "exact", "partial", "claim_char"):
        assert np.isnan(found[f"{level}_precision"])
        assert found[f"{level}_recall"] == found[f"{level}_f1"] == 0
    # All that is to be judged is missed; there is nothing to be in a cluster, and no ranking for the official scorer.
    judged = {name for field in LABEL_METRICS if field != "propositions" for name in LABEL_METRICS[field]}
    judged -= {"checkthat_average_precision"}
    assert {name: found[name] for name in judged} == dict.fromkeys(judged, 0.0)
    assert np.isnan(found["b_cubed_f1"])
    assert empty.reasons["b_cubed_f1"] == "no prediction has propositions"
    claims = sum(len(article.claims) for article in units.values())
    assert np.isnan(found["checkthat_average_precision"])
    assert (
        empty.reasons["checkthat_average_precision"] == f"{claims} of {claims} claims are not found, or have no score"
    )
    # Every proposition that is reported has at least one independent source, of which none is found.
    assert found["sources_min_error"] > 0
    # A missing article is an empty one.
    full = {name: gold_claims(article) for name, article in units.items()}
    first = next(iter(full))
    records = [{"id": name, "claims": claims} for name, claims in full.items()]
    without = predict(CLAIMS, gold, records[1:], allow_missing=True)
    emptied = predict(CLAIMS, gold, [{"id": first, "claims": []}, *records[1:]])
    left, right = (values(scoring.score(each, gold)) for each in (without, emptied))
    assert left == pytest.approx(right, nan_ok=True)
    assert left["type_accuracy_overall"] < 1


def test_leaving_out_hard_labels_does_not_help(minimal_gold, predict) -> None:
    article = CLAIMS.units(minimal_gold)["detente-900"]

    def scored(kinds: list[str | None]) -> dict[str, float]:
        pairs = zip(gold_claims(article, ()), kinds, strict=True)
        claims = [claim | ({"type": kind} if kind else {}) for claim, kind in pairs]
        return values(
            scoring.score(predict(CLAIMS, minimal_gold, [{"id": "detente-900", "claims": claims}]), minimal_gold)
        )

    for name in ("claim_type_accuracy", "type_accuracy_overall"):
        assert scored(["position", "event", "event"])[name] == scored(["position", None, None])[name] == 1 / 3


def test_a_claim_told_twice_is_spurious_once(gold, predict) -> None:
    records = [{"id": name, "claims": 2 * gold_claims(article)} for name, article in CLAIMS.units(gold).items()]
    found = values(scoring.score(predict(CLAIMS, gold, records), gold))
    # Every gold claim is found, and half of the predicted ones are none: P = 1/2, F1 = 2/3.
    for level in ("exact", "iou50", "iou90", "partial"):
        assert (found[f"{level}_recall"], found[f"{level}_precision"]) == (1, 1 / 2)
    assert found["exact_f1"] == found["check_worthy_f1"] == found["type_macro_f1_overall"] == pytest.approx(2 / 3)
    assert found["claim_char_f1"] == found["claim_type_accuracy"] == 1
    assert found["type_accuracy_overall"] == 1 / 2


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("wrong", CLAIM_TYPES)
def test_of_two_types_on_one_span_the_right_one_is_matched_whatever_the_other_is_called(
    gold, predict, wrong: str, backwards: bool
) -> None:
    records = []
    for name, article in CLAIMS.units(gold).items():
        right = gold_claims(article, ("type", "presentation", "check_worthy"))
        other = [claim | {"type": wrong if wrong != claim["type"] else OTHER_TYPE[wrong]} for claim in right]
        records.append({"id": name, "claims": [*other, *right] if backwards else [*right, *other]})
    found = values(scoring.score(predict(CLAIMS, gold, records), gold))
    assert found["claim_type_accuracy"] == found["claim_type_macro_f1"] == found["presentation_accuracy"] == 1
    # Each is found, and as many are spurious: right / (matched + spurious), and P = 1/2, R = 1.
    assert found["type_accuracy_overall"] == 1 / 2
    assert found["nervaluate"] == pytest.approx(2 / 3)


OTHER_TYPE = {name: CLAIM_TYPES[place - 1] for place, name in enumerate(CLAIM_TYPES)}


def test_equal_overlaps_of_other_spans_go_to_the_better_labels_too(minimal_gold, predict) -> None:
    # [19, 48) is 29 characters; both share 25 of them, and 31 are in either: 25/31, with 2 more at one end.
    before, after = {"spans": [[17, 44]]}, {"spans": [[23, 50]]}
    for first, second in (("position", "state"), ("state", "position")):
        claims = [before | {"type": first}, after | {"type": second}]
        scores = scoring.score(predict(CLAIMS, minimal_gold, [{"id": "detente-900", "claims": claims}]), minimal_gold)
        assert values(scores)["claim_type_accuracy"] == 1
    # A better overlap comes before a better label.
    claims = [{"spans": [[19, 48]], "type": "state"}, after | {"type": "position"}]
    scores = scoring.score(predict(CLAIMS, minimal_gold, [{"id": "detente-900", "claims": claims}]), minimal_gold)
    assert values(scores)["claim_type_accuracy"] == 0


def test_type_comes_before_presentation_and_presentation_before_check_worthiness(minimal_gold, predict) -> None:
    def faults(*labels: dict[str, Any]) -> str:
        claims = [{"spans": [[19, 48]], **each} for each in labels]
        checked = predict(CLAIMS, minimal_gold, [{"id": "detente-900", "claims": claims}])
        wrong = errors(scoring.score(checked, minimal_gold))
        return next((row["detail"] for row in wrong.iter_rows(named=True) if row["item"] == "detente-900:c02"), "")

    # Gold: position, reported, check-worthy.
    right = {"type": "position", "presentation": "asserted", "check_worthy": False}
    wrong = {"type": "state", "presentation": "reported", "check_worthy": True}
    assert faults(right, wrong) == faults(wrong, right)
    assert faults(right, wrong).startswith("presentation reported, predicted asserted; check-worthy, predicted not")
    right, wrong = wrong | {"check_worthy": False}, wrong | {"presentation": "asserted"}
    assert faults(right, wrong) == faults(wrong, right)
    assert faults(right, wrong).startswith("type position, predicted state; check-worthy, predicted not")


# --- ties -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize(("right", "other"), [("a", "b"), ("b", "a")])
def test_of_two_claims_that_are_equally_right_each_counts_half(
    minimal_gold, predict, right: str, other: str, backwards: bool
) -> None:
    # Gold types: position, position, speech_act. On the second claim's span are two, both of a wrong type.
    first, second, third = gold_claims(CLAIMS.units(minimal_gold)["detente-900"])
    sentence = CLAIMS.units(minimal_gold)["detente-900"].claims[1]["normalised"]
    tied = [
        second | {"type": "speech_act", "propositions": [right], "normalised": sentence},
        second | {"type": "state", "propositions": [other]},
    ]
    claims = [first | {"propositions": [right]}, third | {"propositions": [other]}, *tied]
    line = {"id": "detente-900", "claims": claims[::-1] if backwards else claims}
    scores = scoring.score(predict(CLAIMS, minimal_gold, [line]), minimal_gold)
    found = values(scores)
    # Matched: position has 2 gold, 1 predicted, 1 right: 2/3; speech_act 1 gold, 1 + 1/2 predicted, 1 right: 4/5.
    assert found["claim_type_macro_f1"] == pytest.approx((2 / 3 + 4 / 5) / 2)
    # Overall speech_act is predicted once more by half, by what is spurious: 2 · 1 / (1 + 2).
    assert found["type_macro_f1_overall"] == pytest.approx((2 / 3 + 2 / 3) / 2)
    assert (found["claim_type_accuracy"], found["type_accuracy_overall"]) == (2 / 3, 2 / 4)
    # Of three matched claims, one has the gold's sentence by half: 100/2/3.
    assert found["normalised_chrf"] == pytest.approx(50 / 3)
    # The gold claims are apart; so are the keys `a`, `b`, and both together.
    assert found["b_cubed_f1"] == found["ceaf_e_f1"] == 1
    assert [scores.n[name] for name in ("claim_type_accuracy", "type_accuracy_overall", "b_cubed_f1")] == [3, 4, 3]
    assert errors(scores).rows() == [
        ("detente-900:19-48", "main", 4, "spurious: France is ready to share more"),
        ("detente-900:c02", "main", 1, "type position, predicted speech_act or state: France is ready to share more"),
    ]
    assert scores.rows.filter(item="detente-900:19-48")["type"].to_list() == ["speech_act or state"]


def test_no_two_ways_to_be_right_about_labels_have_one_sum() -> None:
    # Each of three labels is wrong, a second reading, or right: 3³ sums, the nearest .1 apart (1.8 + .9, 1.8 + 1).
    ways = ([0, weight * matching._ALTERNATIVE, weight] for weight in matching._JUDGED.values())
    sums = sorted(map(sum, itertools.product(*ways)))
    assert len(sums) == 27
    assert min(after - before for before, after in itertools.pairwise(sums)) == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (("event", "asserted", 1.0), 4 + 2 + 1),
        (("event", "asserted", None), 4 + 2),
        (("event", None, None), 4),
        ((None, None, None), 0),
        (("event", "reported", 1.0), 4 + 0.9 * 2 + 1),  # a second reading of one label, the others right
        (("state", "asserted", 1.0), 0.9 * 4 + 2 + 1),
        (("event", "asserted", 0.2), 4 + 2 + 0.9 * 1),
        (("state", "reported", 0.2), 0.9 * (4 + 2 + 1)),
        (("position", "reported", None), 0.9 * 2),
    ],
)
def test_a_second_reading_weighs_nine_tenths(
    said: tuple[str | None, str | None, float | None], expected: float
) -> None:
    readings = [("type", "state"), ("presentation", "reported"), ("check_worthy", "false")]
    row = {"alternatives": [{"field": field, "value": value} for field, value in readings]}
    gold, found = (
        matching._labels(CLAIM_TYPES, *([label] for label in labels)) for labels in (("event", "asserted", 1.0), said)
    )
    one = np.zeros(1, dtype=int)
    agreement = matching._agreement([row], [Claim(((0, 1),), *said)], gold, found, one, one)
    assert agreement.tolist() == pytest.approx([expected], abs=1e-12)


def labels_of(random) -> dict[str, Any]:
    said = {
        "type": random.choice(CLAIM_TYPES),
        "presentation": random.choice(PRESENTATIONS),
        "check_worthy": random.choice([True, False, 0.3]),
        "propositions": random.sample(["a", "b", "c", "d"], random.randint(0, 2)),
        "normalised": random.choice(["Paris helps.", "Moscow is silent.", "It said so."]),
    }
    return {field: value for field, value in said.items() if random.random() < 0.8}


def all_values(units, by_id, options: Options) -> dict[str, float]:
    """Every metric, of the whole and of each article."""
    rows = scoring.count(CLAIMS, units, [by_id], options)[0]
    whole, parts = rows.select(CLAIMS.columns).sum().to_numpy()[0], scoring.sums_of(rows, CLAIMS.columns, "article")
    found = {metric.name: metric.whole(scoring.Columns(CLAIMS.columns, whole)) for metric in CLAIMS.metrics}
    for metric in CLAIMS.metrics:
        each = scoring.of_part(metric, CLAIMS.columns)(parts)
        found |= {f"{metric.name} of {name}": float(value) for name, value in zip(units, each, strict=True)}
    return found | {measure.name: measure.compute(units, by_id, rows).value for measure in CLAIMS.corpus_metrics}


SWAPPED = {"presentation": {"asserted": "reported", "reported": "asserted"}}
SWAPPED["type"] = {kind: CLAIM_TYPES[place - 1] for place, kind in enumerate(CLAIM_TYPES)}


def swapped(claim: dict[str, Any]) -> dict[str, Any]:
    """A claim, gold or predicted, with other names of its labels, each with one of its own."""
    return claim | {field: names.get(claim[field], claim[field]) for field, names in SWAPPED.items() if field in claim}


def swapped_article(article: Article) -> Article:
    claims = [
        swapped(claim)
        | {
            "alternatives": [
                other | {"value": SWAPPED.get(other["field"], {}).get(other["value"], other["value"])}
                for other in claim["alternatives"]
            ]
        }
        for claim in article.claims
    ]
    return replace(article, claims=tuple(claims))


@settings(max_examples=8)
@given(st.randoms(use_true_random=False), st.sampled_from(["reject", "accept"]))
def test_names_and_orders_change_no_metric(gold, random, alternatives: str) -> None:
    units, options = CLAIMS.units(gold), Options(alternatives=alternatives)
    lines = {}
    for name, article in units.items():
        parts = [random.choice(article.spans) for _ in range(5)]
        spans = [[list(pair) for pair in random.choice(parts)] for _ in range(12)]
        lines[name] = [{"spans": each, **labels_of(random)} for each in spans]

    def scored(units, lines) -> dict[str, float]:
        by_id = {name: CLAIMS.parse(units[name], {"id": name, "claims": claims}) for name, claims in lines.items()}
        return all_values(units, by_id, options)

    before = scored(units, lines)
    shuffled = {name: random.sample(lines[name], len(lines[name])) for name in random.sample(list(lines), len(lines))}
    keys = dict(zip("abcd", random.sample("wxyz", 4), strict=True))
    renamed = {
        name: [
            claim | {"propositions": [keys[key] for key in claim["propositions"]]} if "propositions" in claim else claim
            for claim in claims
        ]
        for name, claims in shuffled.items()
    }
    for after in (scored(units, shuffled), scored(units, renamed)):
        assert before.keys() == after.keys()
        assert [name for name, value in before.items() if not np.array_equal(value, after[name], equal_nan=True)] == []
    relabelled = {name: list(map(swapped, claims)) for name, claims in lines.items()}
    other = scored({name: swapped_article(article) for name, article in units.items()}, relabelled)
    assert other == pytest.approx(before, abs=1e-12, nan_ok=True)


@pytest.mark.parametrize(
    "names", [("event", "state", "causal"), ("state", "event", "causal"), ("state", "causal", "event")]
)
def test_the_greedy_scorer_takes_equal_spans_in_an_order_that_is_not_their_names(names: tuple[str, str, str]) -> None:
    def f1(gold: list[tuple[str, Any]], predicted: list[tuple[str, Any]]) -> float:
        spans = tuple(parts for _, parts in gold)
        units = {"x": replace(ARTICLE, claims=tuple({"type": kind} for kind, _ in gold), spans=spans)}
        measure = next(measure for measure in CLAIMS.corpus_metrics if measure.name == "nervaluate")
        for order in itertools.permutations(predicted):
            line = {"id": "x", "claims": [{"spans": parts, "type": kind} for kind, parts in order]}
            found = measure.compute(units, {"x": CLAIMS.parse(units["x"], line)}, None).value
        return found

    one, two, three = names
    both = [[0, 5], [10, 15]]
    # One of four entities predicted is one of the gold's two: 2 · 1 / (4 + 2).
    assert f1([(one, ((0, 5), (20, 25)))], [(one, both), (two, both)]) == pytest.approx(1 / 3)
    # A type that is told twice does not take the other's place: 2 · 2 / (3 + 2).
    double = [(one, ((0, 5),)), (two, ((0, 5),))]
    assert f1(double, [(one, [[0, 5]]), (one, [[0, 5]]), (two, [[0, 5]])]) == pytest.approx(4 / 5)
    # What comes before takes the first of the gold; the second goes to whoever comes first in the gold's order.
    assert f1(double, [(three, [[0, 3]]), (one, [[0, 5]]), (two, [[0, 5]])]) == 0


def test_a_key_stands_for_what_most_of_its_claims_say_and_for_nothing_if_others_say_something_else_as_often(
    gold, predict
) -> None:
    records = [
        {"id": name, "claims": gold_claims(article, ("propositions",))} for name, article in CLAIMS.units(gold).items()
    ]
    for claim in (claim for record in records for claim in record["claims"]):
        claim["propositions"] = [f"key of {name}" for name in claim["propositions"]]

    def error() -> float:
        return values(scoring.score(predict(CLAIMS, gold, records), gold))["sources_min_error"]

    # Where the same claims say two propositions, a key stands for both: nothing is lost by other names.
    assert error() == 0
    alone = [claim for record in records for claim in record["claims"] if len(claim["propositions"]) == 1]
    one = alone[0]
    two = next(claim for claim in alone if claim["propositions"] != one["propositions"])
    one["propositions"], two["propositions"] = [], []
    silent = error()
    for key in ("a", "z"):
        one["propositions"], two["propositions"] = [key], [key]
        assert error() == silent


def test_the_official_ranking_takes_every_claim_or_gives_no_value(gold, predict) -> None:
    records = [
        {"id": name, "claims": gold_claims(article, ("check_worthy",))} for name, article in CLAIMS.units(gold).items()
    ]
    name = "checkthat_average_precision"
    claims = sum(len(record["claims"]) for record in records)
    whole = scoring.score(predict(CLAIMS, gold, records), gold)
    assert (whole.metrics[name].value, name in whole.reasons) == (1, False)
    del records[0]["claims"][0]["check_worthy"]
    silent = scoring.score(predict(CLAIMS, gold, records), gold)
    del records[0]["claims"][0]
    lost = scoring.score(predict(CLAIMS, gold, records), gold)
    for found in (silent, lost):
        assert np.isnan(found.metrics[name].value)
        assert found.reasons[name] == f"1 of {claims} claims are not found, or have no score"
        assert found.metrics["check_worthy_average_precision"].value <= 1


def test_alternatives_count_only_if_accepted(gold, predict) -> None:
    units, records, soft = CLAIMS.units(gold), [], 0
    for name, article in units.items():
        claims = gold_claims(article)
        for claim, row in zip(claims, article.claims, strict=True):
            # Predictions cluster claims, and say nothing of relations.
            others = {each["field"]: each["value"] for each in row["alternatives"] if each["field"] != "relation"}
            claim |= {name: value == "true" if "check" in name else value for name, value in others.items()}
            soft += bool(others)  # an error is a claim, whatever is wrong with it
        records.append({"id": name, "claims": claims})
    assert soft
    checked = predict(CLAIMS, gold, records)
    assert len(errors(scoring.score(checked, gold))) == soft
    accepted = scoring.score(checked, gold, Options(alternatives="accept"))
    assert errors(accepted).is_empty()
    for name in ("claim_type_accuracy", "presentation_accuracy", "check_worthy_f1", "check_worthy_average_precision"):
        assert accepted.metrics[name].value == pytest.approx(1)
    assert "alternatives:accept" in accepted.signature


def test_sentences_without_sacrebleu_are_a_problem_that_says_what_to_install(
    minimal_gold, predict, monkeypatch
) -> None:
    text._scorer.cache_clear()
    monkeypatch.setitem(sys.modules, "sacrebleu.metrics.chrf", None)
    claims = gold_claims(CLAIMS.units(minimal_gold)["detente-900"], ("normalised",))
    checked = predict(CLAIMS, minimal_gold, [{"id": "detente-900", "claims": claims}])
    with pytest.raises(ValidationError, match="detente\\[text\\]"):
        scoring.score(checked, minimal_gold)


def test_a_model_sees_no_labels(gold) -> None:
    assert all(set(record) == {"id", "text", "language"} for record in CLAIMS.inputs(gold))


# --- properties -------------------------------------------------------------------------------------------------------

TEXT = "aa bb cc dd ee ff gg hh ii jj kk ll mm n"
GOLD_SPANS = (((0, 8),), ((9, 11), (15, 17)), ((18, 26),))
ARTICLE = Article(
    Page("x", "x", TEXT, ({"start": 0, "end": 30, "type": "paragraph"},)),
    tuple(
        {"id": f"x:c{n}", "zone": "body", "type": kind, "presentation": "asserted", "check_worthy": worthy}
        | {"normalised": "", "propositions": [], "alternatives": []}
        for n, (kind, worthy) in enumerate([("event", True), ("state", False), ("event", True)])
    ),
    GOLD_SPANS,
)
"""From character 27 on there is no gold claim."""


def claims_from(first: int, last: int) -> st.SearchStrategy[dict[str, Any]]:
    pair = st.lists(st.integers(first, last), min_size=2, max_size=4, unique=True).map(sorted)
    return st.fixed_dictionaries(
        {"spans": pair.map(lambda edges: [list(edges[:2])] + ([list(edges[2:])] if len(edges) == 4 else []))},
        optional={
            "type": st.sampled_from(("event", "state", "causal")),
            "presentation": st.sampled_from(PRESENTATIONS),
            "check_worthy": st.booleans() | st.sampled_from([0.2, 0.5, 0.7]),
        },
    )


LINES = st.lists(claims_from(0, len(TEXT)), max_size=6)


def counted(claims: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return CLAIMS.count(ARTICLE, CLAIMS.parse(ARTICLE, {"id": "x", "claims": claims}), Options())


def measured(claims: list[dict[str, Any]]) -> dict[str, float]:
    frame = pl.DataFrame(counted(claims), schema=dict.fromkeys(CLAIMS.columns, pl.Float64), orient="row")
    sums = scoring.Columns(CLAIMS.columns, frame.sum().fill_null(0).to_numpy()[0])
    return {metric.name: metric.whole(sums) for metric in CLAIMS.metrics}


@settings(max_examples=60)
@given(LINES, st.randoms(use_true_random=False))
def test_the_order_of_claims_and_spans_changes_nothing(claims, random) -> None:
    shuffled = [{**claim, "spans": random.sample(claim["spans"], len(claim["spans"]))} for claim in claims]
    random.shuffle(shuffled)
    assert counted(shuffled) == counted(claims)


@settings(max_examples=100)
@given(LINES, claims_from(27, len(TEXT)))
def test_one_more_spurious_claim_never_helps(claims, spurious) -> None:
    before, after = measured(claims), measured([*claims, spurious])
    for name, value in before.items():
        # A claim without labels, the only one, leaves nothing that is judged.
        assert np.isnan(value) or np.isnan(after[name]) or after[name] <= value + 1e-12, name


@settings(max_examples=60)
@given(LINES)
def test_scores_keep_their_bounds_and_thresholds_their_order(claims) -> None:
    found = measured(claims)
    for metric in CLAIMS.metrics:
        low, high = metric.bounds
        assert np.isnan(found[metric.name]) or low <= found[metric.name] <= high + 1e-12
    levels = [found[f"{name}_recall"] for name in ("iou50", "iou60", "iou70", "iou80", "iou90", "exact")]
    assert levels == sorted(levels, reverse=True)


@settings(max_examples=60)
@given(LINES)
def test_every_claim_is_counted_once(claims) -> None:
    rows = counted(claims)
    assert {column for row in rows for column in row} <= {*CLAIMS.keys, *CLAIMS.columns, "wrong", "detail"}
    totals = {name: sum(row.get(name, 0) for row in rows) for name in CLAIMS.columns}
    assert totals["gold_claims"] == len(GOLD_SPANS)
    assert totals["predicted_claims"] == len(claims) == totals["matched"] + totals["spurious"]
    assert totals["iou50_tp"] == totals["matched"]
    in_gold = characters([span for item in GOLD_SPANS for span in item])
    predicted = characters([span for claim in claims for span in claim["spans"]])
    visible = {place for place, letter in enumerate(TEXT) if letter != " "}
    assert totals["char_tp"] == len(in_gold & predicted & visible)
    assert totals["char_fp"] == len((predicted - in_gold) & visible)
    assert totals["char_fn"] == len((in_gold - predicted) & visible)


def noisy(gold) -> list[dict[str, Any]]:
    """Gold of which every third claim is missing, every fourth is shorter, and every fifth has another type."""
    records = []
    for name, article in CLAIMS.units(gold).items():
        claims = gold_claims(article, ("type", "presentation", "check_worthy", "propositions"))
        for number, claim in enumerate(claims):
            if number % 4 == 0:
                claim["spans"][0][1] -= 3
            if number % 5 == 0:
                claim["type"] = "event" if claim["type"] != "event" else "state"
        records.append({"id": name, "claims": [claim for number, claim in enumerate(claims) if number % 3]})
    return records


def test_the_order_of_lines_changes_nothing(gold, predict) -> None:
    records = noisy(gold)
    first, second = (scoring.score(predict(CLAIMS, gold, each), gold) for each in (records, records[::-1]))
    assert np.array_equal(
        [list(spread) for spread in first.metrics.values()],
        [list(spread) for spread in second.metrics.values()],
        equal_nan=True,
    )
    assert first.signature == second.signature


def test_counts_of_shards_add_up_to_the_counts_of_the_whole(gold, predict) -> None:
    units, by_id = CLAIMS.units(gold), predict(CLAIMS, gold, noisy(gold)).by_id
    whole, *parts = (
        scoring.count(CLAIMS, {name: units[name] for name in names}, [by_id], Options())[0].select(CLAIMS.columns).sum()
        for names in (list(units), list(units)[::2], list(units)[1::2])
    )
    assert np.allclose(whole.to_numpy(), parts[0].to_numpy() + parts[1].to_numpy())


def test_clusters_run_across_articles(gold, predict) -> None:
    # Within articles every predicted cluster is right; across them nothing is joined: precision 1, recall below.
    records = noisy(gold)
    for record in records:
        for claim in record["claims"]:
            claim["propositions"] = [f"{record['id']}:{key}" for key in claim["propositions"]]
    scores = scoring.score(predict(CLAIMS, gold, records), gold)
    found = values(scores)
    assert found["b_cubed_precision"] == 1
    assert found["b_cubed_recall"] < 1
    assert found["pairwise_f1"] < 1
    assert scores.n["b_cubed_f1"] == int(scores.rows["matched"].sum())
    assert np.isnan(scores.metrics["b_cubed_f1"].low)
    assert b_cubed([1, 1], [1, 2])[0] == 1


def test_a_sentence_without_the_package_that_scores_it_is_told(minimal_gold, predict, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "sacrebleu", None)
    monkeypatch.setitem(sys.modules, "sacrebleu.metrics.chrf", None)
    text._scorer.cache_clear()
    claims = [{"spans": [[0, 17]], "normalised": "Paris offers help."}]
    checked = predict(CLAIMS, minimal_gold, [{"id": "detente-900", "claims": claims}])
    with pytest.raises(ValidationError, match="extra-missing: chrF needs sacrebleu"):
        scoring.score(checked, minimal_gold)


# --- many articles at once --------------------------------------------------------------------------------------------


def other(name: str) -> Article:
    return replace(
        ARTICLE,
        page=Page(name, name, TEXT, ARTICLE.page.segments),
        claims=tuple({**claim, "id": f"{name}:{claim['id']}"} for claim in ARTICLE.claims),
    )


@settings(max_examples=60)
@given(st.lists(LINES | st.none(), max_size=4), st.sampled_from(["reject", "accept"]))
def test_articles_counted_together_are_counted_as_each_by_itself(lines, alternatives: str) -> None:
    options, units = Options(alternatives=alternatives), [other(f"p{number}") for number in range(len(lines))]
    said = [
        None if line is None else CLAIMS.parse(unit, {"id": unit.page.id, "claims": line})
        for unit, line in zip(units, lines, strict=True)
    ]
    assert CLAIMS.count_all is not None
    together = CLAIMS.count_all(units, said, options).told.to_dicts()
    each = [row for pair in zip(units, said, strict=True) for row in CLAIMS.count(*pair, options)]
    kept = [{name: value for name, value in row.items() if value != 0} for row in together]
    assert kept == [{name: value for name, value in row.items() if value != 0} for row in each]


def test_rows_come_article_by_article_gold_then_spurious_then_the_ranking() -> None:
    units = [other("a"), replace(other("b"), claims=(), spans=()), other("c")]
    lines = [[{"spans": [[30, 32]]}, {"spans": [[27, 29]]}], [{"spans": [[0, 2]]}], []]
    said = [CLAIMS.parse(unit, {"id": "x", "claims": line}) for unit, line in zip(units, lines, strict=True)]
    assert CLAIMS.count_all is not None
    rows = CLAIMS.count_all(units, said, Options()).rows
    assert rows.select("id", "item", "zone", "wrong").rows() == [
        *(("a", f"a:x:c{number}", "body", 4) for number in range(3)),
        ("a", "a:27-29", "body", 4),
        ("a", "a:30-32", "outside", 4),
        ("a", "a:ranking", "ranking", 0),
        ("b", "b:0-2", "body", 4),
        *(("c", f"c:x:c{number}", "body", 4) for number in range(3)),
        ("c", "c:ranking", "ranking", 0),
    ]
    assert rows["char_fp"].to_list() == [0, 0, 0, 2, 2, 0, 2, 0, 0, 0, 0]  # jj, kk, aa


def test_only_what_is_shown_is_put_in_words() -> None:
    # Of the first article c1 is right, c0 has half its characters, c2 is missed; of the second only a spurious one is.
    units = {"a": other("a"), "b": replace(other("b"), claims=(), spans=())}
    lines = {"a": [{"spans": [[0, 5]]}, {"spans": [[9, 11], [15, 17]]}], "b": [{"spans": [[27, 29]]}]}
    said = {name: CLAIMS.parse(units[name], {"id": name, "claims": line}) for name, line in lines.items()}
    asked: list[list[int]] = []

    def together(*given: Any) -> Batch:
        assert CLAIMS.count_all is not None
        rows, words = CLAIMS.count_all(*given)
        return Batch(rows, lambda places: asked.append(list(places)) or words(places))

    (counted,) = count_all(replace(CLAIMS, count_all=together), units, [said], Options())
    assert (counted.wrong, counted.by("zone")["detail"].to_list(), asked) == (3, [0, 1, 2, 3, 4], [])
    two = ["missed: gg hh ii", "spurious: jj"]
    assert counted.worst(2)["detail"].to_list() == two
    assert counted.main.worst(2)["detail"].to_list() == two
    assert asked == [[2, 4], [2, 4]]
    told = ["IoU 0.62: aa bb cc", "", "missed: gg hh ii", "", "spurious: jj"]
    assert counted.rows["detail"].to_list() == told
    assert [part.rows["detail"].to_list() for _, part in counted.parts("id", "id", 1)] == [told[:4], told[4:]]


def test_a_character_in_several_predicted_claims_is_that_of_the_first_of_them() -> None:
    # Of [27, 29) all is in [26, 32), which has jj and kk; of [28, 35) all but ll.
    unit = other("a")
    line = {"id": "a", "claims": [{"spans": [[28, 35]]}, {"spans": [[27, 29]]}, {"spans": [[26, 32]]}]}
    assert CLAIMS.count_all is not None
    rows = CLAIMS.count_all([unit], [CLAIMS.parse(unit, line)], Options()).rows
    found = dict(rows.filter(pl.col("char_fp") > 0).select("item", "char_fp").rows())
    assert found == {"a:26-32": len("jjkk"), "a:28-35": len("ll")}
