"""A missing answer is an answer of its own: wrong for its gold label, a false positive of none, and never of use.

Of probabilities and scores it is the worst there could be. Every number here is worked by hand or scikit-learn's.
"""

from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from detente.data.labels import AGREEMENT_LABELS, STANCE_LABELS
from detente.data.problems import ValidationError
from detente.evaluation import score as scoring
from detente.evaluation.compare import compare
from detente.evaluation.items import per_unit
from detente.evaluation.ranking import rank
from detente.evaluation.score import Scores
from detente.report.ranking import document, sections
from detente.report.scores import report
from detente.tasks.agreement.task import AGREEMENT
from detente.tasks.all import TASKS
from detente.tasks.contrast.task import CONTRAST
from detente.tasks.metric_families import MISSING
from detente.tasks.stance.task import STANCE
from detente.tasks.task import CorpusMetric, Metric, Options, Task

LABELS = {"stance": STANCE_LABELS, "agreement": AGREEMENT_LABELS}

Gold = list[tuple[str, float | None]]
"""Stance rows: their labels and scale values."""


def stance_row(number: int, label: str, scale: float | None) -> dict[str, Any]:
    return {
        "id": f"p{number % 3}:{number}:t:current",
        "family": f"p{number % 3}",
        "article": f"p{number % 3}",
        "holder": str(number),
        "target": "t",
        "time": "current",
        "told_by": "own",
        "label": label,
        "scale": scale,
        "alternatives": [],
    }


def totals(gold: Gold, answers: list[dict[str, Any] | None]) -> dict[str, float]:
    """The metrics of stance over these rows, None being a missing answer."""
    rows = []
    for number, ((label, scale), answer) in enumerate(zip(gold, answers, strict=True)):
        unit = stance_row(number, label, scale)
        parsed = None if answer is None else STANCE.parse(unit, {"id": unit["id"], **answer})
        rows += STANCE.count(unit, parsed, Options())
    sums = pl.DataFrame(rows, schema=dict.fromkeys(STANCE.columns, pl.Float64)).sum().row(0, named=True)
    counts = {name: np.float64(value or 0) for name, value in sums.items()}
    return {metric.name: metric.whole(counts) for metric in STANCE.metrics}


def probabilities(**shares: float) -> dict[str, Any]:
    return {"probabilities": {name: shares.get(name, 0.0) for name in STANCE_LABELS}}


def test_labels_with_missing_answers_are_scikit_learns_with_a_label_more() -> None:
    labels = ["favor", "favor", "favor", "against", "against", "none", "none"]
    said = ["favor", "favor", None, "favor", None, "none", "against"]
    found = totals([(label, None) for label in labels], [answer and {"label": answer} for answer in said])
    answers = [answer or MISSING for answer in said]
    assert found["accuracy"] == 3 / 7
    # What is missing is half of each wrong label: gold 3, 2, 2; said 3.5, 1.5, 2; 3 right.
    assert found["mcc"] == pytest.approx((3 * 7 - 17.5) / np.sqrt((49 - 18.5) * (49 - 17)))
    assert found["macro_f1"] == pytest.approx(sk.f1_score(labels, answers, labels=STANCE_LABELS, average="macro"))
    # Favor: 2 right, 1 lost, 1 let in; against: 2 lost, 1 let in. The missing ones are let in nowhere.
    assert found["f_avg"] == pytest.approx((4 / 6 + 0) / 2)


def test_of_probabilities_a_missing_answer_is_certain_and_wrong() -> None:
    gold: Gold = [("favor", 2), ("against", -1), ("none", 0)]
    right, half = probabilities(favor=1), probabilities(favor=0.5, against=0.5)
    # Right: 0. Half: .5² + .5² = .5. Missing: 1 + 1.
    assert totals(gold, [right, half, None])["brier"] == pytest.approx((0 + 0.5 + 2) / 3)
    # Half says favor, the first of equals, with .5, and is wrong: |0 − .5|; the right one |1 − 1|; the missing one 1.
    assert totals(gold, [right, half, None])["calibration_error"] == pytest.approx((0 + 0.5 + 1) / 3)
    # A label where others have probabilities is as good as none of them.
    assert totals(gold, [right, half, {"label": "none"}])["brier"] == pytest.approx((0 + 0.5 + 2) / 3)
    assert np.isnan(totals(gold, [{"label": "none"}, None, None])["brier"])


def test_on_the_scale_a_missing_answer_is_as_far_away_as_it_can_be() -> None:
    gold: Gold = [("favor", 1), ("against", -2), ("none", 0), ("none", None)]
    # |1 − 1|; −2 is 4 from 2; 0 is 2 from either end; what has no scale is not asked.
    found = totals(gold, [{"score": 1}, None, None, None])
    assert found["mae"] == (0 + 4 + 2) / 3
    assert np.isnan(found["quadratic_kappa"])
    # The one that is left out has no scale: κ has all that it needs. Gold 1, −2, 0, predicted 1, −2, 1.
    every = totals(gold, [{"score": 1}, {"score": -2}, {"score": 1}, None])
    kappa = sk.cohen_kappa_score([1, -2, 0], [1, -2, 1], weights="quadratic", labels=[-2, -1, 0, 1, 2])
    assert every["quadratic_kappa"] == pytest.approx(kappa)
    assert every["mae"] == 1 / 3


def test_why_there_is_no_kappa_is_said(minimal_gold, wide_gold, predict) -> None:
    def reason(gold, records: list[dict[str, Any]]) -> str:
        checked = predict(STANCE, gold, records, allow_missing=True)
        return scoring.score(checked, gold).reasons.get("quadratic_kappa", "")

    scaled = [unit for unit, row in STANCE.units(wide_gold).items() if row["scale"] is not None]
    assert reason(wide_gold, [{"id": unit, "score": 1} for unit in scaled]) == ""
    assert reason(wide_gold, [{"id": unit, "score": 1} for unit in scaled[1:]]) == "1 of 12 items have no score"
    assert reason(minimal_gold, [{"id": next(iter(STANCE.units(minimal_gold))), "label": "none"}]) == (
        "no prediction has a score"
    )


STANCES = st.lists(st.tuples(st.sampled_from(STANCE_LABELS), st.integers(-2, 2)), min_size=1, max_size=12)


@settings(max_examples=150)
@given(STANCES, st.data())
def test_skipping_never_lowers_an_error_and_skipping_what_is_right_never_lifts_a_score(
    rows: list[tuple[str, int]], data: st.DataObject
) -> None:
    gold: Gold = [(label, float(scale)) for label, scale in rows]
    shares = st.integers(0, 4).flatmap(lambda one: st.tuples(st.just(one), st.integers(0, 4 - one)))
    answers: list[dict[str, Any] | None] = []
    for _ in gold:
        first, second = data.draw(shares)
        given_shares = probabilities(favor=first / 4, against=second / 4, none=(4 - first - second) / 4)
        answers.append(data.draw(st.sampled_from([None, given_shares, {"score": first + second / 4 - 2}])))
    answered = [place for place, answer in enumerate(answers) if answer]
    if not answered:
        return
    place = data.draw(st.sampled_from(answered))
    before = totals(gold, answers)
    after = totals(gold, [*answers[:place], None, *answers[place + 1 :]])
    for name in ("mae", "brier", "calibration_error"):  # NaN if that was the last with a score, or with probabilities
        assert np.isnan(after[name]) or after[name] >= before[name] - 1e-12, name
    assert after["accuracy"] <= before["accuracy"]
    parsed = STANCE.parse({}, {"id": "x", **(answers[place] or {})})
    if parsed.label == gold[place][0]:
        for name in ("macro_f1", "f_avg"):
            assert np.isnan(after[name]) or after[name] <= before[name] + 1e-12, name


def perfect(gold, task: Task) -> list[dict[str, Any]]:
    return [{"id": name, "label": row["label"]} for name, row in task.units(gold).items()]


@pytest.mark.parametrize("task", [STANCE, AGREEMENT, CONTRAST], ids=lambda task: task.name)
@settings(max_examples=6)
@given(data=st.data())
def test_the_more_of_right_answers_is_left_out_the_lower_is_every_measure(
    gold, predict, task: Task, data: st.DataObject
) -> None:
    records = data.draw(st.permutations(perfect(gold, task)))
    steps = sorted(data.draw(st.sets(st.integers(0, len(records)), min_size=1, max_size=6)))
    scores = [
        scoring.score(predict(task, gold, records[step:], allow_missing=True), gold)
        for step in (0, *steps)
        if step < len(records)
    ]
    for measure in task.measures:
        assert never_better(measure, [each.metrics[measure.name].value for each in scores]), measure.name
        assert never_better(measure, [each.metrics[measure.name].mean for each in scores]), measure.name
        for each in scores:
            if isinstance(measure, CorpusMetric) and np.isnan(each.metrics[measure.name].value):
                assert each.reasons[measure.name]


def never_better(measure: Metric | CorpusMetric, values: list[float]) -> bool:
    sign = 1 if measure.best >= measure.bounds[1] else -1
    known = [sign * value for value in values if not np.isnan(value)]
    return all(later <= earlier + 1e-12 for earlier, later in pairwise(known))


def half_missing(gold, predict, task: Task) -> Scores:
    return scoring.score(predict(task, gold, perfect(gold, task)[::2], allow_missing=True), gold)


@pytest.mark.parametrize("task", [STANCE, AGREEMENT, CONTRAST], ids=lambda task: task.name)
def test_a_missing_answer_is_shown_as_missing_and_never_as_a_label(gold, predict, task: Task) -> None:
    found = half_missing(gold, predict, task)
    gone = set(found.missing)
    assert len(gone) == len(task.units(gold)) // 2
    rows = found.rows.filter(pl.col("id").is_in(gone))
    assert rows["predicted"].unique().to_list() == [MISSING]
    assert per_unit(found).filter(pl.col("id").is_in(gone))["predicted"].unique().to_list() == [MISSING]
    assert all(f"{row['gold']}, missing" in row["detail"] for row in rows.iter_rows(named=True))
    assert {label for row in found.confusion.values() for label, count in row.items() if count} >= {MISSING}
    assert MISSING not in found.confusion
    table = next(each for each in report(found).sections if each.title.startswith("confusion"))
    assert table.header[-1] == MISSING
    assert MISSING not in [row[0] for row in table.rows]
    counted = sum(int(row[-1]) for row in table.rows)
    assert counted == len(rows.filter(slice="main"))


def test_official_scorers_of_labels_take_a_missing_answer_as_they_would_or_not_at_all(gold, predict) -> None:
    stances, pairs = half_missing(gold, predict, STANCE), half_missing(gold, predict, AGREEMENT)
    # SemEval has UNKNOWN for it: the value is that of f_avg, since no 0/0 is about.
    assert stances.metrics["semeval2016_task6"].value == pytest.approx(stances.metrics["f_avg"].value)
    assert stances.reasons["newsmtsc"] == "newsmtsc has no label missing"
    assert pairs.reasons["fnc1"] == "fnc1 has no label missing"
    main = int((stances.main_rows["predicted"] == MISSING).sum())
    assert stances.reasons["family_count_error"] == f"{main} of {len(STANCE.units(gold))} answers are missing"


def test_who_answers_little_does_not_rank_first_and_the_ranking_says_how_much_it_is(gold, predict) -> None:
    units = STANCE.units(gold)
    unsure = {"favor": 0.8, "against": 0.1, "none": 0.1}
    every = [{"id": unit, "probabilities": unsure} for unit in units]
    good = [record for record in every if units[record["id"]]["label"] == "favor"][:5]
    systems = {
        name: scoring.score(predict(STANCE, gold, records, allow_missing=True), gold)
        for name, records in (("few", good), ("all", every))
    }
    ranking = rank(systems, "brier")
    assert [each.name for each in ranking.systems] == ["all", "few"]
    (table,) = sections(ranking)
    assert [row[table.header.index("n")] for row in table.rows] == [
        f"{len(units)} of {len(units)}",
        f"5 of {len(units)}",
    ]
    assert [each["answered"] for each in document(ranking)["systems"]] == [len(units), 5]
    # A comparison gives the same: the difference of the two values, and the one with all answers is better.
    difference = compare(systems, ["brier"]).pairs[0].differences["brier"]
    assert difference.value == pytest.approx(
        systems["all"].metrics["brier"].value - systems["few"].metrics["brier"].value
    )
    assert difference.better == 1


def test_a_line_without_an_answer_is_a_missing_one_if_that_is_allowed(minimal_gold, predict) -> None:
    first, second, *rest = STANCE.units(minimal_gold)
    records = [{"id": first, "label": "favor"}, {"id": second}, *({"id": name, "label": "none"} for name in rest)]
    checked = predict(STANCE, minimal_gold, records, allow_missing=True)
    assert (checked.missing, list(checked.by_id)) == ((second,), [first, *rest])
    with pytest.raises(ValidationError, match="the line has none: give exactly one of label, score, probabilities"):
        predict(STANCE, minimal_gold, records)


def test_whoever_answers_nothing_has_the_worst_value_or_none(gold, predict) -> None:
    for task in (task for task in TASKS if task.name != "boilerplate"):  # where nothing kept is all that is removed
        units = task.units(gold, ())
        found = scoring.score(predict(task, gold, [{"id": next(iter(units))}], allow_missing=True), gold)
        assert len(found.missing) == len(units)
        for measure in task.metrics:
            value = found.metrics[measure.name].value
            if measure.name in ("f1_non_derived", "degree_macro_f1"):  # an edge that is not predicted is non-derived
                continue
            # Wrong labels all over are worse than chance.
            assert np.isnan(value) or (value < 0 if measure.name == "mcc" else value == 0), measure.name
