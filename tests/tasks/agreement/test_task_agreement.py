"""The task `agreement`: does a page bear a proposition out?"""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sklearn_metrics

from detente.data.labels import AGREEMENT_LABELS as LABELS
from detente.data.problems import ValidationError
from detente.evaluation import score as scoring
from detente.evaluation.items import errors
from detente.metrics.official.fnc1 import fnc1
from detente.tasks.agreement.task import AGREEMENT
from detente.tasks.task import Options

NEVER_LIFTED = [metric.name for metric in AGREEMENT.metrics if metric.name != "mcc"]


def unit(number: int, label: str, *alternatives: str):
    return {
        "id": f"a::p{number}",
        "article": "a",
        "family": "a",
        "proposition": f"p{number}",
        "label": label,
        "voice": None if label == "unrelated" else "own",
        "alternatives": [{"field": "label", "value": value, "reason": "…"} for value in alternatives],
    }


def values(gold: list[str], predicted: list[str | None]) -> dict[str, float]:
    units = {row["id"]: row for row in (unit(number, label) for number, label in enumerate(gold))}
    return measured(units, dict(zip(units, predicted, strict=True)))


def measured(units, by_id, options: Options | None = None) -> dict[str, float]:
    rows = scoring.count(AGREEMENT, units, [by_id], options or Options())[0]
    sums = scoring.Columns(AGREEMENT.columns, rows.select(AGREEMENT.columns).sum().to_numpy()[0])
    return {metric.name: metric.whole(sums) for metric in AGREEMENT.metrics}


GOLD = ["agree", "agree", "disagree", "discuss", "unrelated", "unrelated", "unrelated", "unrelated"]
PREDICTED = ["agree", "discuss", "disagree", "unrelated", "unrelated", "unrelated", "unrelated", "agree"]


def test_every_metric_by_hand() -> None:
    found = values(GOLD, PREDICTED)
    # Relatedness: 6 of 8 right. The class of the 4 related pairs: 2 right.
    assert found["weighted_score"] == pytest.approx(1 / 4 * 6 / 8 + 3 / 4 * 2 / 4)
    # Points: 1 + 1/4 + 1 + 0, and 3 × 1/4 for unrelated; the gold earns 4 × 1 + 4 × 1/4.
    assert found["relative_score"] == pytest.approx((1 + 1 / 4 + 1 + 3 / 4) / 5)
    assert found["accuracy"] == 5 / 8
    # agree: 1 right, 1 let in, 1 lost; discuss: 0, 1, 1; unrelated: 3, 1, 1.
    by_label = {"f1_agree": 2 / 4, "f1_disagree": 1.0, "f1_discuss": 0.0, "f1_unrelated": 6 / 8}
    assert {name: found[name] for name in by_label} == by_label
    assert found["macro_f1"] == pytest.approx(sum(by_label.values()) / 4)
    # Related as one class: 3 found, 1 let in, 1 lost.
    assert found["f1_related"] == 6 / 8
    # Totals of gold and predictions are both 2, 1, 1, 4: (5 · 8 − 22) / (64 − 22).
    assert found["mcc"] == pytest.approx(18 / 42)


def test_undefined_is_nan() -> None:
    found = values(["unrelated"], ["unrelated"])
    assert np.isnan([found["weighted_score"], found["f1_agree"], found["f1_related"]]).all()
    assert found["mcc"] == 0  # constant
    assert found["relative_score"] == found["accuracy"] == found["macro_f1"] == 1
    assert np.isnan(list(measured({}, {}).values())).all()


def test_scikit_learn_and_the_official_scorer_agree() -> None:
    draw = random.Random(5)
    gold, predicted = ([draw.choice(LABELS) for _ in range(300)] for _ in range(2))
    found = values(gold, predicted)
    assert found["macro_f1"] == pytest.approx(sklearn_metrics.f1_score(gold, predicted, average="macro"))
    assert found["mcc"] == pytest.approx(sklearn_metrics.matthews_corrcoef(gold, predicted))
    related = [[label != "unrelated" for label in labels] for labels in (gold, predicted)]
    assert found["f1_related"] == pytest.approx(sklearn_metrics.f1_score(*related))
    assert found["relative_score"] == pytest.approx(fnc1(gold=gold, predicted=predicted)["relative"])


def test_a_short_submission_gains_nothing() -> None:
    # The official scorer compares as far as the shorter list goes. Here what is missing is wrong about all it can be.
    found = values(GOLD, [*PREDICTED[:2], *[None] * 6])
    assert fnc1(gold=GOLD, predicted=PREDICTED[:2])["accuracy"] == 1 / 2
    assert found["accuracy"] == 1 / 8
    assert found["relative_score"] == pytest.approx((1 + 1 / 4) / 5)
    for label in LABELS:
        assert values([label], [None])["relative_score"] == 0


def test_always_discuss_shows_in_macro_f1() -> None:
    gold = ["agree"] * 6 + ["disagree"] * 2 + ["discuss"] * 12 + ["unrelated"] * 60
    found = values(gold, ["discuss"] * 20 + ["unrelated"] * 60)
    # 8 × 1/4 + 12 + 60 × 1/4 of 20 + 60 × 1/4 points; discuss has F1 24 / (24 + 8), two labels have 0.
    assert found["relative_score"] == pytest.approx(29 / 35)
    assert found["macro_f1"] == pytest.approx((24 / 32 + 1) / 4)
    assert found["weighted_score"] == pytest.approx(1 / 4 + 3 / 4 * 12 / 20)


def test_gold_against_itself_is_best_and_order_changes_nothing(gold, predict) -> None:
    records = [{"id": name, "label": row["label"]} for name, row in AGREEMENT.units(gold).items()]
    scores = scoring.score(predict(AGREEMENT, gold, records), gold)
    for metric in AGREEMENT.metrics:
        assert scores.metrics[metric.name].value == pytest.approx(metric.best)
    assert errors(scores).is_empty()
    assert scores.floors["majority"]["accuracy"] == sum(r["label"] == "unrelated" for r in records) / len(records)
    noisy = [{**r, "label": LABELS[n % 4]} for n, r in enumerate(records)]
    shuffled = random.Random(1).sample(noisy, len(noisy))
    first, second = (scoring.score(predict(AGREEMENT, gold, each), gold) for each in (noisy, shuffled))
    np.testing.assert_equal(list(first.metrics.values()), list(second.metrics.values()))
    assert set(first.breakdown["voice"]) == {"own", "relayed", "none"}


def test_shards_add_up(gold) -> None:
    units = AGREEMENT.units(gold)
    by_id = {name: LABELS[number % 4] for number, name in enumerate(units)}
    shards = [dict(list(units.items())[start::2]) for start in (0, 1)]
    whole, *parts = (
        scoring.count(AGREEMENT, each, [by_id], Options())[0].select(AGREEMENT.columns).sum().to_numpy()
        for each in (units, *shards)
    )
    assert np.array_equal(whole, sum(parts))


@settings(max_examples=50)
@given(data=st.data())
def test_one_more_wrong_label_never_helps(data: st.DataObject) -> None:
    gold = data.draw(st.lists(st.sampled_from(LABELS), min_size=1, max_size=12))
    predicted = [data.draw(st.sampled_from([label, label, *LABELS, None])) for label in gold]
    place = data.draw(st.integers(0, len(gold) - 1))
    before = values(gold, [*predicted[:place], gold[place], *predicted[place + 1 :]])
    wrong = data.draw(st.sampled_from([None, *(label for label in LABELS if label != gold[place])]))
    after = values(gold, [*predicted[:place], wrong, *predicted[place + 1 :]])
    for name in NEVER_LIFTED:
        # A class that nobody had may turn from undefined to 0, and the precision of one that is left out to undefined.
        assert (
            np.isnan(before[name])
            or (name.startswith("precision") and np.isnan(after[name]))
            or after[name] <= before[name] + 1e-12
        ), name


def test_alternatives_count_only_if_accepted() -> None:
    soft = {"a::p0": unit(0, "agree", "discuss")}
    assert measured(soft, {"a::p0": "discuss"})["accuracy"] == 0
    assert measured(soft, {"a::p0": "discuss"}, Options(alternatives="accept"))["accuracy"] == 1
    assert measured(soft, {"a::p0": None}, Options(alternatives="accept"))["accuracy"] == 0


def test_inputs_show_the_words_and_no_label(gold) -> None:
    lines = AGREEMENT.inputs(gold)
    assert [line["id"] for line in lines] == list(AGREEMENT.units(gold))
    assert {tuple(line) for line in lines} == {("id", "article", "text", "proposition", "proposition_text")}


@pytest.mark.parametrize("label", ["Agree", "", 4, ["agree"]])
def test_other_labels_are_refused(minimal_gold, predict, label) -> None:
    records = [{"id": name, "label": label} for name in AGREEMENT.units(minimal_gold)]
    with pytest.raises(ValidationError) as invalid:
        predict(AGREEMENT, minimal_gold, records)
    # A word is one problem, however many lines have it; what is no word is one of its line.
    problems = 1 if not isinstance(label, list) else len(records)
    assert [problem.code for problem in invalid.value.problems] == ["label-unknown"] * problems
