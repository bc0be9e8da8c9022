"""A line of `claims`: spans that may touch and not overlap, and what is said of each claim."""

import math
from typing import Any

import pytest

from detente.data.fields import PredictionError
from detente.data.labels import CLAIM_TYPES
from detente.data.page import Page
from detente.tasks.claims.matching import Article
from detente.tasks.claims.prediction import Claim, parse
from detente.tasks.claims.task import CLAIMS
from detente.tasks.task import Options

TEXT = "Paris offers help. Moscow is silent."


def faults_of(*claims: Any) -> list[tuple[str, str]]:
    with pytest.raises(PredictionError) as refused:
        parse(TEXT, {"claims": list(claims)})
    return list(refused.value.faults)


def test_spans_of_a_claim_that_touch_are_one_and_those_that_share_a_character_are_refused() -> None:
    assert parse(TEXT, {"claims": [{"spans": [[5, 9], [0, 5]]}]}) == (Claim(((0, 9),)),)
    assert parse(TEXT, {"claims": [{"spans": [[6, 9], [0, 5]]}]}) == (Claim(((0, 5), (6, 9))),)
    assert faults_of({"spans": [[4, 9], [0, 5]]}) == [
        ("span-overlap", "claims[0].spans: characters [0, 5) and [4, 9) overlap")
    ]


def test_claims_may_touch_and_overlap_one_another_and_be_equal() -> None:
    claims = [{"spans": [[0, 5]]}, {"spans": [[5, 9]]}, {"spans": [[4, 9]]}, {"spans": [[0, 5]]}]
    assert [claim.spans for claim in parse(TEXT, {"claims": claims})] == [
        *(((0, 5),), ((0, 5),), ((4, 9),), ((5, 9),)),
    ]


def test_each_pair_of_overlapping_spans_is_named_with_the_other_faults_of_its_claim() -> None:
    assert faults_of({"spans": [[0, 5], [4, 9], [8, 12]], "type": "x"}, {"spans": [[0, 5]], "normalised": 1}) == [
        ("span-overlap", "claims[0].spans: characters [0, 5) and [4, 9) overlap"),
        ("span-overlap", "claims[0].spans: characters [4, 9) and [8, 12) overlap"),
        ("label-unknown", f'claims[0].type "x" is not one of {", ".join(CLAIM_TYPES)}'),
        ("wrong-type", "claims[1].normalised is 1, not a string"),
    ]


@pytest.mark.parametrize(("value", "score"), [(True, 1.0), (False, 0.0), (3, 3.0), (-0.25, -0.25)])
def test_check_worthiness_is_a_truth_or_any_finite_number(value: Any, score: float) -> None:
    [claim] = parse(TEXT, {"claims": [{"spans": [[0, 5]], "check_worthy": value}]})
    assert claim.check_worthy == score


@pytest.mark.parametrize(
    ("value", "counts"), [(0.5, (1, 0)), (math.nextafter(0.5, 0), (0, 1)), (True, (1, 0)), (False, (0, 1))]
)
def test_a_claim_is_check_worthy_from_one_half_on(value: Any, counts: tuple[int, int]) -> None:
    gold = {
        "id": "x:c01",
        "zone": "body",
        "type": "event",
        "presentation": "asserted",
        "check_worthy": True,
        "normalised": "Paris offers help.",
        "alternatives": [],
        "spans": [{"start": 0, "end": 17}],
    }
    article = Article(Page("x", "x", TEXT, ()), (gold,), (((0, 17),),))
    prediction = CLAIMS.parse(article, {"claims": [{"spans": [[0, 17]], "check_worthy": value}]})
    row = CLAIMS.count(article, prediction, Options())[0]
    assert (row.get("check_worthy_tp", 0), row.get("check_worthy_fn", 0)) == counts


def test_claims_have_the_order_of_the_text_and_not_of_the_line() -> None:
    one, two = {"spans": [[0, 5]], "type": "event"}, {"spans": [[0, 5]], "type": "state", "check_worthy": 0.1}
    other = {"spans": [[6, 12]]}
    orders = [[one, two, other], [other, two, one], [two, other, one]]
    assert len({parse(TEXT, {"claims": order}) for order in orders}) == 1
