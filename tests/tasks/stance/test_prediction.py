"""A line of `stance`: a label, a score on the scale, or a probability for each label."""

import math
from typing import Any

import pytest

from detente.data.fields import PredictionError
from detente.tasks.stance.prediction import Prediction, notes, parse


def faults_of(**line: Any) -> list[tuple[str, str]]:
    with pytest.raises(PredictionError) as refused:
        parse({}, {"id": "x", **line})
    return list(refused.value.faults)


def shares(favor: Any, against: Any, none: Any) -> dict[str, Any]:
    return {"favor": favor, "against": against, "none": none}


@pytest.mark.parametrize("score", [-2, -2.0, 2, 2.0])
def test_the_ends_of_the_scale_are_on_it(score: float) -> None:
    label = "favor" if score > 0 else "against"
    assert parse({}, {"score": score}) == Prediction("score", label, score=float(score))


@pytest.mark.parametrize("score", [math.nextafter(2, 3), math.nextafter(-2, -3), 3, -3, 10**400])
def test_what_is_just_past_an_end_of_the_scale_is_not(score: float) -> None:
    [(rule, message)] = faults_of(score=score)
    assert rule == "value-out-of-range"
    assert message.endswith("is not on the scale -2…2")
    assert len(message) < 80


@pytest.mark.parametrize(
    ("score", "label"),
    [
        (0.5, "favor"),
        (math.nextafter(0.5, 0), "none"),
        (0, "none"),
        (math.nextafter(-0.5, 0), "none"),
        (-0.5, "against"),
    ],
)
def test_a_score_folds_at_one_half_on_both_sides(score: float, label: str) -> None:
    assert parse({}, {"score": score}).label == label


@pytest.mark.parametrize("score", [True, "1", [1], math.inf, math.nan])
def test_a_score_is_a_finite_number(score: Any) -> None:
    [(rule, message)] = faults_of(score=score)
    assert (rule, message.endswith(", not a number")) == ("wrong-type", True)


@pytest.mark.parametrize(
    "probabilities",
    [
        shares(0.5, 0.5, 0),
        shares(1, 0, 0),
        shares(0.333333, 0.333333, 0.333333),  # .999999 = 1 − 1e-6
        shares(0.333333, 0.333333, 0.333335),  # 1.000001 = 1 + 1e-6
        shares(0.5, 0.499999, 0),
        shares(0.5, 0.500001, 0),
    ],
)
def test_probabilities_may_miss_1_by_one_millionth(probabilities: dict[str, float]) -> None:
    assert parse({}, {"probabilities": probabilities}).probabilities == probabilities


@pytest.mark.parametrize(
    ("probabilities", "total"),
    [
        (shares(0.5, 0.4949, 0), "0.9949"),  # off by .0051
        (shares(0.5, 0.5051, 0), "1.0051"),
        (shares(0.5, 0.50500001, 0), "1.00500001"),
        (shares(0.5, 0.49499999, 0), "0.99499999"),
        (shares(0, 0, 0), "0"),
        (shares(1, 1, 1), "3"),
    ],
)
def test_probabilities_may_not_miss_1_by_more_than_rounding_does(probabilities: dict[str, float], total: str) -> None:
    message = f"probabilities sum to {total}, not to 1 within 0.005: divide them by their sum"
    assert faults_of(probabilities=probabilities) == [("probabilities", message)]


@pytest.mark.parametrize(
    ("probabilities", "divided"),
    [
        (shares(0.5, 0.505, 0), shares(0.5 / 1.005, 0.505 / 1.005, 0)),  # 1 + .005
        (shares(0.5, 0.495, 0), shares(0.5 / 0.995, 0.495 / 0.995, 0)),  # 1 − .005
        (shares(0.5, 0.50000101, 0), shares(0.5 / 1.00000101, 0.50000101 / 1.00000101, 0)),  # more than 1e-6
        (shares(0.33, 0.33, 0.34 - 0.0025), shares(0.33 / 0.9975, 0.33 / 0.9975, 0.3375 / 0.9975)),
    ],
)
def test_probabilities_that_rounding_left_another_sum_are_divided_by_it(
    probabilities: dict[str, float], divided: dict[str, float]
) -> None:
    found = parse({}, {"probabilities": probabilities})
    assert found.probabilities == pytest.approx(divided, abs=1e-15)
    assert found.renormalised
    exact = parse({}, {"probabilities": shares(1, 0, 0)})
    assert notes({}) == notes({"a": exact}) == []
    assert notes({"a": found, "b": exact, "c": found}) == [
        "probabilities that do not sum to 1 were divided by their sum: 2 lines"
    ]


def test_each_probability_that_is_none_is_named_and_the_sum_is_then_not_judged() -> None:
    assert faults_of(probabilities=shares(math.nextafter(1, 2), math.nextafter(0, -1), True)) == [
        ("value-out-of-range", f"the probability of {name} is {shown}, not a number from 0 to 1")
        for name, shown in (("favor", "1.0000000000000002"), ("against", "-5e-324"), ("none", "true"))
    ]


@pytest.mark.parametrize(
    ("named", "shown"), [({}, "nothing"), ({"favor": 1}, "'favor'"), ({**shares(1, 0, 0), "mixed": 0}, "'mixed'")]
)
def test_probabilities_name_every_label_and_no_other(named: dict[str, float], shown: str) -> None:
    [(rule, message)] = faults_of(probabilities=named)
    assert rule == "probabilities"
    assert f"{shown}: name each of favor, against, none" in message


def test_of_equally_probable_labels_the_first_of_the_inventory_is_predicted() -> None:
    assert parse({}, {"probabilities": {"none": 0.5, "against": 0.5, "favor": 0}}).label == "against"
    assert parse({}, {"probabilities": {"none": 0.6, "against": 0.4, "favor": 0}}).label == "none"


def test_a_label_is_of_the_inventory() -> None:
    assert parse({}, {"label": "none"}) == Prediction("label", "none")
    assert faults_of(label="FAVOR") == [("label-unknown", 'label "FAVOR" is not one of favor, against, none')]
