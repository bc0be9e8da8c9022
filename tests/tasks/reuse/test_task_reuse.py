"""Reuse: plagdet and its parts, matched passages, pairs of articles."""

import random
from math import log2
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.data.fields import PredictionError
from detente.data.problems import ValidationError
from detente.evaluation import score as scoring
from detente.evaluation.items import errors
from detente.evaluation.predictions import Predictions
from detente.metrics import official
from detente.metrics import text_alignment as alignment
from detente.metrics.text_alignment import Passages
from detente.tasks.reuse.prediction import Pair, as_pan
from detente.tasks.reuse.task import REUSE
from detente.tasks.task import Options


def passage(this: tuple[int, int], source: tuple[int, int] | None = None, operation: str | None = None):
    record: dict[str, Any] = {"this": list(this), "source_span": list(source or this)}
    return record if operation is None else {**record, "operation": operation}


def pair_of(cases: list[dict[str, Any]], name: str = "a::b", length: int = 100) -> Pair:
    article, source = name.split("::")
    rows = []
    for number, case in enumerate(cases, start=1):
        spans = {side: dict(zip(("start", "end"), case[side], strict=True)) for side in ("this", "source_span")}
        others = [{"field": "operation", "value": value, "reason": "…"} for value in case.get("others", ())]
        labels = {"operation": case.get("operation", "verbatim"), "alternatives": others}
        rows.append({"id": f"{name}#{number:02}", **labels, **spans})
    return Pair(name, "a|b", article, source, "x" * length, "y" * length, tuple(rows))


def measured(*pairs: tuple[Pair, list[dict[str, Any]]], options: Options | None = None) -> dict[str, float]:
    """Every metric of pairs with their predicted passages."""
    units = {pair.id: pair for pair, _ in pairs}
    by_id = {pair.id: REUSE.parse(pair, {"id": pair.id, "passages": passages}) for pair, passages in pairs}
    return metrics_of(units, by_id, options)


def metrics_of(units: dict[str, Any], by_id: dict[str, Any], options: Options | None = None) -> dict[str, float]:
    sums = scoring.count(REUSE, units, [by_id], options or Options())[0].select(REUSE.columns).sum().row(0, named=True)
    counts = {name: np.float64(value) for name, value in sums.items()}
    return {metric.name: metric.whole(counts) for metric in REUSE.metrics}


def gold_passages(pair: Pair) -> list[dict[str, Any]]:
    return [passage(case.this, case.source, row["operation"]) for case, row in zip(pair.cases, pair.rows, strict=True)]


def gold_records(gold) -> list[dict[str, Any]]:
    return [{"id": name, "passages": gold_passages(pair)} for name, pair in REUSE.units(gold).items()]


# Case A has 20 + 20 characters, case B 20 + 30.
CASES = [passage((0, 20), (0, 20), "verbatim"), passage((40, 60), (50, 80), "rewritten")]
DETECTIONS = [
    passage((0, 10), (0, 20), "verbatim"),  # the first half of A, and all of its source
    passage((10, 20), (10, 20), "verbatim"),  # the second half of A
    passage((70, 80), (0, 10)),  # on one side only: detects nothing
]


def test_alternatives_count_only_if_accepted() -> None:
    soft = pair_of([{**passage((0, 20), None, "rewritten"), "others": ["compressed"]}])
    accept = Options(alternatives="accept")
    for operation, rejected, accepted in (("rewritten", 1, 1), ("compressed", 0, 1), ("expanded", 0, 0)):
        said = (soft, [passage((0, 20), None, operation)])
        assert measured(said)["operation_accuracy"] == rejected
        assert measured(said, options=accept)["operation_accuracy"] == accepted
    # Of two detections that overlap as much, the one with the other operation is matched.
    both = (soft, [passage((0, 10), None, "expanded"), passage((10, 20), None, "compressed")])
    assert measured(both, options=accept)["operation_accuracy"] == 1


def test_plagdet_by_hand() -> None:
    found = measured((pair_of(CASES), DETECTIONS))
    # Detections cover this 10 + 10 + 10, source 20 (the first covers the other two): 50 characters. Of A they share
    # all 40. Cases: this 40, source 50.
    assert found["micro_precision"] == 40 / 50
    assert found["micro_recall"] == 40 / 90
    # A is detected twice, B never.
    assert found["granularity"] == 2
    assert found["micro_plagdet"] == pytest.approx((2 * 40 / (50 + 90)) / log2(3))
    # Two detections lie in A, the third in nothing; A is covered, B is not.
    assert found["macro_precision"] == pytest.approx(2 / 3)
    assert found["macro_recall"] == 1 / 2
    # 2 · 2/3 · 1/2 / (2/3 + 1/2) = 4/7
    assert found["macro_plagdet"] == pytest.approx(4 / 7 / log2(3))
    # The first detection covers half of A in this and all of it in source.
    assert found["case_recall"] == 1 / 2
    # IoU with A: 10/20 and 20/20; 10/20 and 10/20. One of the two matches it.
    assert (found["passage_precision"], found["passage_recall"]) == (1 / 3, 1 / 2)
    assert found["passage_f1"] == 2 / 5
    assert found["operation_accuracy"] == 1
    assert found["pair_f1"] == 1


def test_errors_are_told_in_words() -> None:
    pair = pair_of(CASES)
    rows = REUSE.count(pair, REUSE.parse(pair, {"passages": [passage((0, 10), (0, 20), "rewritten")]}), Options())
    assert [(row["item"], row["wrong"], row["detail"]) for row in rows] == [
        ("a::b", 0, ""),
        ("a::b#01", 1 / 2 + 1 / 2, "overlap 0.50; verbatim, predicted rewritten"),
        ("a::b#02", 1, f"missed, 0% of it covered: {'x' * 20} ~ {'y' * 30}"),
    ]


def test_passages_are_matched_optimally_and_on_both_sides() -> None:
    # IoU of (3, 23): with the first case 17/23, with the second 15/25; of (0, 14): with the first 14/20. Whoever
    # takes the greatest first leaves the second case unmatched.
    cases = [passage((0, 20)), passage((8, 28))]
    assert measured((pair_of(cases), [passage((3, 23)), passage((0, 14))]))["passage_f1"] == 1
    # All of this, but 9/20 of source.
    assert measured((pair_of([passage((0, 20))]), [passage((0, 20), (0, 9))]))["passage_f1"] == 0
    assert measured((pair_of([passage((0, 20))]), [passage((0, 20), (0, 10))]))["passage_f1"] == 1


@pytest.mark.parametrize("labels", [("verbatim", "rewritten"), ("rewritten", "verbatim")])
def test_of_equal_overlaps_the_right_operation_is_matched(labels: tuple[str, str]) -> None:
    # Both share 18 of 22 characters, on both sides; only the place of the right one differs.
    detections = [passage((8, 28), None, labels[0]), passage((12, 32), None, labels[1])]
    found = measured((pair_of([passage((10, 30), None, "verbatim")]), detections))
    assert (found["operation_accuracy"], found["passage_f1"]) == (1, 2 / 3)


def test_a_case_is_found_by_one_detection_that_has_half_of_it_on_both_sides() -> None:
    case = pair_of([passage((0, 20))])
    assert measured((case, [passage((0, 20), (0, 9))]))["case_recall"] == 0
    assert measured((case, [passage((0, 9)), passage((9, 20), (9, 18))]))["case_recall"] == 0
    assert measured((case, [passage((0, 100))]))["case_recall"] == 1


def test_the_same_passages_of_another_article_detect_nothing() -> None:
    other = pair_of([], "a::c")
    found = measured((pair_of(CASES), []), (other, CASES))
    assert (found["micro_precision"], found["micro_recall"], found["micro_plagdet"]) == (0, 0, 0)
    assert (found["pair_precision"], found["pair_recall"], found["pair_f1"]) == (0, 0, 0)
    assert np.isnan(found["granularity"])


def test_nothing_to_find_and_nothing_found_are_null_not_a_crash() -> None:
    nothing = measured((pair_of([]), []))
    assert all(np.isnan(value) for value in nothing.values())
    silent = measured((pair_of(CASES), []))
    zero = {"micro_recall", "macro_recall", "micro_plagdet", "macro_plagdet", "case_recall"}
    zero |= {"passage_recall", "passage_f1", "pair_recall", "pair_f1"}
    assert {name for name, value in silent.items() if value == 0} == zero
    assert all(np.isnan(value) for name, value in silent.items() if name not in zero)
    invented = measured((pair_of([]), CASES))
    zero = {"micro_precision", "macro_precision", "micro_plagdet", "macro_plagdet"}
    zero |= {"passage_precision", "passage_f1", "pair_precision", "pair_f1"}
    assert {name for name, value in invented.items() if value == 0} == zero
    assert all(np.isnan(value) for name, value in invented.items() if name not in zero)


spans = st.tuples(st.integers(0, 60), st.integers(1, 30)).map(lambda pair: (pair[0], pair[0] + pair[1]))
passages = st.lists(st.tuples(spans, spans), max_size=6, unique=True).map(
    lambda pairs: [passage(*each) for each in pairs]
)


@settings(max_examples=60)
@given(cases=passages.filter(bool), detections=passages.filter(bool))
def test_on_one_pair_plagdet_is_the_official_one(cases, detections) -> None:
    pair = pair_of(cases)
    found = measured((pair, detections))
    predicted = [each.passage for each in REUSE.parse(pair, {"passages": detections})]
    expected = official.plagdet(cases=as_pan(pair, pair.cases), detections=as_pan(pair, predicted))
    for average in ("micro", "macro"):
        for name in ("precision", "recall", "plagdet"):
            assert found[f"{average}_{name}"] == pytest.approx(expected[average][name], abs=1e-12)
    if len(alignment.touching(Passages.of([pair.cases]), Passages.of([predicted])).case):
        assert found["granularity"] == pytest.approx(expected["macro"]["granularity"])


def test_characters_count_once_in_each_pair() -> None:
    # Officially the 20 characters of a that b and c share are united: 20 + 20 + 20. Here they are 40 + 40.
    one, other = pair_of([passage((0, 20))], "a::b"), pair_of([passage((0, 20))], "a::c")
    rows = [row for pair in (one, other) for row in REUSE.count(pair, None, Options())]
    assert sum(row.get("case_characters", 0) for row in rows) == 80


@settings(max_examples=40)
@given(cases=passages, detections=passages, data=st.data())
def test_one_more_wrong_passage_never_lifts_f1(cases, detections, data: st.DataObject) -> None:
    pair = pair_of(cases, length=200)
    start = data.draw(st.integers(100, 180))
    wrong = passage((start, start + 10), data.draw(spans))
    before, after = measured((pair, detections)), measured((pair, [*detections, wrong]))
    for name in ("micro_plagdet", "macro_plagdet", "passage_f1", "case_recall"):
        assert np.isnan(before[name]) or after[name] <= before[name] + 1e-12, name
    if detections:
        assert after["pair_f1"] == before["pair_f1"] or np.isnan(before["pair_f1"])


@settings(max_examples=40)
@given(cases=passages, detections=passages.filter(bool), data=st.data())
def test_a_near_copy_lifts_neither_micro_plagdet_nor_passage_f1(cases, detections, data: st.DataObject) -> None:
    pair = pair_of(detections)  # the gold is all found, so that a copy is one too many
    copied = data.draw(st.sampled_from(detections))
    near = passage(tuple(copied["this"]), (copied["source_span"][0], copied["source_span"][1] + 1))
    if any((near["this"], near["source_span"]) == (each["this"], each["source_span"]) for each in detections):
        return
    after = measured((pair, [*detections, near]))
    assert after["passage_f1"] < 1
    # A part of a detection adds no character and can only split what it detects.
    part = passage((copied["this"][0], copied["this"][1]), (copied["source_span"][0], copied["source_span"][1] - 1))
    if part["source_span"][0] < part["source_span"][1] and part not in detections:
        before, after = (measured((pair_of(cases), each)) for each in (detections, [*detections, part]))
        assert np.isnan(before["micro_plagdet"]) or after["micro_plagdet"] <= before["micro_plagdet"] + 1e-12


def test_gold_against_itself_is_best_or_null(gold, predict) -> None:
    scores = scoring.score(predict(REUSE, gold, gold_records(gold)), gold)
    for metric in REUSE.measures:
        assert scores.metrics[metric.name].value == pytest.approx(metric.best, abs=1e-12), metric.name
        low = scores.metrics[metric.name].low
        assert np.isnan(low) or low == pytest.approx(metric.best, abs=1e-12), metric.name
    assert errors(scores).is_empty()
    assert scores.n["pair_f1"] == 10
    assert scores.n["passage_recall"] == len(gold.rows("reuse"))


@pytest.mark.parametrize("unit", ["utf8", "utf16"])
def test_offsets_may_count_bytes_or_utf16_units(gold, unit: str) -> None:
    pair = REUSE.units(gold)["detente-002::detente-003"]
    encoding, width = {"utf8": ("utf-8", 1), "utf16": ("utf-16-le", 2)}[unit]

    def moved(text: str, span: tuple[int, int]) -> tuple[int, ...]:
        return tuple(len(text[:offset].encode(encoding)) // width for offset in span)

    shown = [passage(moved(pair.this_text, c.this), moved(pair.source_text, c.source)) for c in pair.cases]
    parsed = REUSE.parse(pair, {"passages": shown, "offset_unit": unit})
    assert [each.passage for each in parsed] == sorted(pair.cases)
    # The pages have curly quotes, which are longer in UTF-8, and nothing that UTF-16 needs two units for.
    assert (shown == [passage(c.this, c.source) for c in pair.cases]) == (unit == "utf16")


def noisy(gold) -> list[dict[str, Any]]:
    """Gold with shorter, wrong, superfluous and lost passages."""
    records = gold_records(gold)
    for record in records:
        for index, each in enumerate(record["passages"]):
            each["this"][1] -= 5 * (index % 3)
            if index % 3 == 1:
                each["operation"] = "compressed"
        record["passages"] = [*record["passages"][1:], passage((0, 25))]
    return records


def test_order_changes_nothing(gold, predict) -> None:
    records = noisy(gold)
    shuffled = [{**record, "passages": record["passages"][:]} for record in records]
    generator = random.Random(5)
    generator.shuffle(shuffled)
    for record in shuffled:
        generator.shuffle(record["passages"])
    first, second = (scoring.score(predict(REUSE, gold, each), gold) for each in (records, shuffled))
    for name, spread in first.metrics.items():
        assert np.array_equal(spread, second.metrics[name], equal_nan=True), name
    assert first.rows.equals(second.rows)
    assert 0 < first.metrics["passage_f1"].value < 1


def test_counts_of_shards_add_up_to_the_counts_of_the_whole(gold) -> None:
    units = REUSE.units(gold)
    by_id = {record["id"]: REUSE.parse(units[record["id"]], record) for record in noisy(gold)}
    names = sorted(units)
    shards = [{name: units[name] for name in half} for half in (names[::2], names[1::2])]
    whole, *parts = (
        scoring.count(REUSE, each, [by_id], Options())[0].select(REUSE.columns).sum().to_numpy()
        for each in (units, *shards)
    )
    assert np.allclose(whole, sum(parts))


def test_all_ten_pairs_are_asked_for_the_lower_id_first(gold, predict) -> None:
    records = gold_records(gold)
    assert len(records) == 10
    assert sum(not record["passages"] for record in records) == 7
    with pytest.raises(ValidationError, match="detente-000::detente-002"):
        predict(REUSE, gold, [record for record in records if record["id"] != "detente-000::detente-002"])
    # A pair listed the other way round, too, would be one pair twice.
    backwards = {"id": "detente-001::detente-000", "passages": []}
    with pytest.raises(ValidationError, match="id-unknown"):
        predict(REUSE, gold, [*records, backwards])
    with pytest.raises(ValidationError, match="id-duplicate"):
        predict(REUSE, gold, [*records, records[0]])
    missing = predict(REUSE, gold, records[1:], allow_missing=True)
    assert scoring.score(missing, gold).metrics["pair_recall"].value == 2 / 3


def test_the_family_of_a_pair_is_made_of_those_of_its_articles(gold) -> None:
    families = {name: pair.family for name, pair in REUSE.units(gold).items()}
    assert families["detente-000::detente-001"] == "detente-000"
    assert families["detente-001::detente-002"] == families["detente-000::detente-002"] == "detente-000|detente-002"
    assert len(set(families.values())) == 7


def test_every_article_has_a_measure_also_where_nothing_is_reused(gold, predict) -> None:
    scores = scoring.score(predict(REUSE, gold, noisy(gold)), gold)
    assert set(scores.breakdown["article"]) == set(list(gold.articles)[:-1])
    assert set(scores.breakdown["source"]) == set(list(gold.articles)[1:])
    # No passage of 001 is in a later article: nothing to recall, and what is detected is wrong.
    assert np.isnan(scores.breakdown["article"]["detente-001"]["micro_recall"])
    assert scores.breakdown["article"]["detente-001"]["micro_precision"] == 0
    assert scores.breakdown["article"]["detente-001"]["micro_plagdet"] == 0


def test_operations_that_are_left_out_are_wrong_unless_all_are() -> None:
    cases = [passage((0, 20), None, "verbatim"), passage((30, 50), None, "rewritten")]
    pair, bare = pair_of(cases), [passage((0, 20)), passage((30, 50))]
    assert np.isnan(measured((pair, bare))["operation_accuracy"])
    assert np.isnan(measured((pair, bare))["operation_macro_f1"])
    found = measured((pair, [cases[0], bare[1]]))
    # verbatim 1, rewritten 0.
    assert (found["operation_accuracy"], found["operation_macro_f1"]) == (1 / 2, 1 / 2)
    found = measured((pair, [cases[0], {**cases[1], "operation": "verbatim"}]))
    # verbatim: 1 right, 1 let in, 2/3; rewritten 0.
    assert found["operation_macro_f1"] == pytest.approx(1 / 3)


FAULTS = {
    "not a list": ({"passages": {}}, ["wrong-type"]),
    "not an object": ({"passages": [[0, 5]]}, ["wrong-type"]),
    "nothing in it": ({"passages": [{}]}, ["wrong-type"]),
    "one side": ({"passages": [{"this": [0, 5]}]}, ["wrong-type"]),
    "a key too many": ({"passages": [{**passage((0, 5)), "source": "b"}]}, ["unknown-field"]),
    "no pair": ({"passages": [{"this": [0, 5, 6], "source_span": 7}]}, ["wrong-type", "wrong-type"]),
    "empty": ({"passages": [passage((5, 5), (0, 5))]}, ["span-empty"]),
    "outside": ({"passages": [passage((0, 101), (-1, 5))]}, ["span-outside-text", "span-outside-text"]),
    "operation": ({"passages": [passage((0, 5), None, "copied")]}, ["label-unknown"]),
    "twice": ({"passages": [passage((0, 5)), passage((0, 5), None, "verbatim")]}, ["id-duplicate"]),
    "unit": ({"passages": [], "offset_unit": "bytes"}, ["wrong-type"]),
    "in two": ({"passages": [passage((0, 9), (5, 9)), passage((0, 5), (0, 0))]}, ["span-empty"]),
}


@pytest.mark.parametrize(("record", "rules"), FAULTS.values(), ids=FAULTS)
def test_every_fault_of_a_line_is_named(record: dict[str, Any], rules: list[str]) -> None:
    with pytest.raises(PredictionError) as refused:
        REUSE.parse(pair_of([]), record)
    assert [rule for rule, _ in refused.value.faults] == rules


def test_a_fault_says_where_it_is() -> None:
    with pytest.raises(PredictionError, match=r"passages\[1\]\.source_span: end 101 is past the text's 100 characters"):
        REUSE.parse(pair_of([]), {"passages": [passage((0, 5)), passage((0, 5), (0, 101))]})
    with pytest.raises(PredictionError, match=r"passages\[1\] is a duplicate of passages\[0\]"):
        REUSE.parse(pair_of([]), {"passages": [passage((0, 5)), passage((0, 5))]})


def test_the_inputs_hold_both_texts_and_no_labels(gold) -> None:
    inputs = REUSE.inputs(gold)
    assert [line["id"] for line in inputs] == list(REUSE.units(gold))
    assert all(line.keys() == {"id", "this_text", "source_text"} for line in inputs)
    assert inputs[-1]["source_text"] == gold.articles["detente-004"]["text"]


def test_the_official_plagdet_keeps_its_own_null(gold, predict) -> None:
    silent: Predictions = predict(REUSE, gold, [{"id": name, "passages": []} for name in REUSE.units(gold)])
    assert scoring.score(silent, gold).metrics["plagdet"].value == 0
    (plagdet,) = REUSE.corpus_metrics
    assert plagdet.compute({"a::b": pair_of([])}, {}, Options()) == (1.0, 0, "")


def test_every_pair_of_outlets_has_its_measures_also_where_nothing_is_shared(gold, predict) -> None:
    empty = [{"id": name, "passages": []} for name in REUSE.units(gold)]
    scores = scoring.score(predict(REUSE, gold, empty), gold)
    parts = scores.breakdown["outlets"]
    assert parts["paradox | unknown"]["micro_recall"] == 0  # 000 and 001 share much
    # 001 shares nothing with 002: nothing to find and nothing found is undefined, and no crash.
    assert np.isnan(parts["The Moscow Times | paradox"]["micro_recall"])
