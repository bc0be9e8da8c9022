"""Open stances: tuples of holder, target, label and evidence, matched one to one."""

import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.data.fields import PredictionError
from detente.data.labels import STANCE_TARGETS
from detente.data.page import Page
from detente.data.problems import ValidationError
from detente.evaluation import score as scoring
from detente.evaluation.items import errors
from detente.metrics.official import sentiment_graph_f1
from detente.tasks.stance_open.prediction import Article
from detente.tasks.stance_open.task import STANCE_OPEN, sentiment_graphs
from detente.tasks.task import Options

#       0      1    2     3    4 5       6       7   8    9 10     11  12     13    14    15
TEXT = "Arland will share files. Borland refuses all talks. Arland has shared files before."
NAMES = {"arland": ("Arland", "the Arlanders"), "borland": ("Borland", "North Borland"), "voice-a": ("Voice of a",)}
OFFER, REFUSAL, PAST = (0, 23), (25, 50), (52, 82)


def row(holder: str, target: str, label: str, *evidence: tuple[int, int], told_by: str = "own") -> dict[str, Any]:
    return {
        "id": f"a:{holder}:{target}:{evidence[0][0]}:{told_by}",
        "holder": holder,
        "target": target,
        "told_by": told_by,
        "scale": {"favor": 1, "against": -1, "none": 0}[label],
        "label": label,
        "evidence": [{"start": start, "end": end} for start, end in evidence],
        "alternatives": [],
    }


ROWS = (
    row("arland", "information_exchange", "favor", OFFER),
    row("borland", "official_dialogue", "against", REFUSAL),
    row("arland", "information_exchange", "favor", PAST),
    row("borland", "ct_cooperation", "against", REFUSAL, told_by="other"),
)
ARTICLE = Article(Page("a", "a", TEXT, ()), ROWS, NAMES)


def stance(holder: Any, target: str, label: str, *evidence: tuple[int, int]) -> dict[str, Any]:
    return {"holder": holder, "target": target, "label": label, "evidence": [list(span) for span in evidence]}


def predicted(article: Article) -> list[dict[str, Any]]:
    """All gold stances of an article as predictions."""
    return [
        stance(each["holder"], each["target"], each["label"], *((s["start"], s["end"]) for s in each["evidence"]))
        | {"told_by": each["told_by"]}
        for each, _ in article.gold
    ]


def measured(article: Article, stances: list[dict[str, Any]], alternatives: str = "reject") -> dict[str, float]:
    by_id = {article.page.id: STANCE_OPEN.parse(article, {"id": article.page.id, "stances": stances})}
    options = Options(alternatives=alternatives)
    rows = scoring.count(STANCE_OPEN, {article.page.id: article}, [by_id], options)[0]
    sums = rows.select(STANCE_OPEN.columns).sum().row(0, named=True)
    counts = {name: np.float64(value) for name, value in sums.items()}
    return {metric.name: metric.whole(counts) for metric in STANCE_OPEN.metrics}


def gold_records(gold) -> list[dict[str, Any]]:
    return [{"id": name, "stances": predicted(article)} for name, article in STANCE_OPEN.units(gold).items()]


def test_stances_by_hand() -> None:
    stances = [
        stance([[0, 6]], "information_exchange", "favor", (0, 11)),  # "Arland", by "Arland will"
        stance("borland", "official_dialogue", "favor", REFUSAL),  # the wrong label
    ]
    found = measured(ARTICLE, stances)
    # With the offer of four tokens: (1 + 1 + 2 · 2/(2 + 4)) / 3 = 8/9, more than with the past one, 2/3. Two
    # predictions, four rows.
    assert found["soft_precision"] == pytest.approx(8 / 9 / 2)
    assert found["soft_recall"] == pytest.approx(8 / 9 / 4)
    assert found["soft_f1"] == pytest.approx(2 * 8 / 9 / (2 + 4))
    assert (found["strict_precision"], found["strict_recall"], found["strict_f1"]) == (1 / 2, 1 / 4, 2 / 6)
    # Arland on information, Borland on dialogue: both pairs are right, a third is missed; of their labels the first is.
    assert found["holder_target_f1"] == 4 / (4 + 1)
    assert found["polarity_f1"] == 2 / (2 + 1 + 1)
    # Evidence has 4 + 4 + 5 tokens; 2 and 4 of them are predicted, and no other.
    assert (found["evidence_precision"], found["evidence_recall"]) == (1, 6 / 13)
    assert found["evidence_f1"] == 12 / (12 + 7)


def test_errors_are_told_in_words() -> None:
    stances = [
        stance("borland", "information_exchange", "favor", OFFER),
        stance("voice-a", "olympics_security", "none"),
    ]
    rows = STANCE_OPEN.count(ARTICLE, STANCE_OPEN.parse(ARTICLE, {"stances": stances}), Options())
    told = [(each["item"], each["detail"]) for each in rows if each["wrong"]]
    assert told == [
        ("a:arland:information_exchange:0:own", "holder arland, predicted borland"),
        ("a:borland:official_dialogue:25:own", "missed: borland, against, on official_dialogue"),
        ("a:arland:information_exchange:52:own", "missed: arland, favor, on information_exchange"),
        ("a:borland:ct_cooperation:25:other", "missed: borland, against, on ct_cooperation"),
        ("a:voice-a:olympics_security:none:no evidence", "no such stance: voice-a, none, on olympics_security"),
    ]
    assert rows[0]["wrong"] == pytest.approx(1 / 3)
    assert len({each["item"] for each in rows}) == len(rows)


def test_one_prediction_cannot_serve_two_rows_and_the_best_sum_wins() -> None:
    # Of the offer and half of the past words: 2 · 4/(6 + 4) with the first row, 2 · 2/(6 + 5) with the third of four.
    both = stance("arland", "information_exchange", "favor", OFFER, (52, 62))
    assert measured(ARTICLE, [both])["soft_recall"] == pytest.approx((2 + 8 / 10) / 3 / 4)
    # The offer alone fits the first row only: the other one moves to the third.
    found = measured(ARTICLE, [both, stance("arland", "information_exchange", "favor", OFFER)])
    assert found["soft_recall"] == pytest.approx(((2 + 4 / 11) / 3 + 1) / 4)
    assert found["strict_recall"] == 2 / 4


def test_a_label_that_differs_is_worth_nothing() -> None:
    assert measured(ARTICLE, [stance("borland", "official_dialogue", "none", REFUSAL)])["soft_f1"] == 0


@pytest.mark.parametrize(
    ("span", "holder"),
    [
        ([[0, 6]], "arland"),
        ([[0, 6], [52, 58]], "arland"),
        ([[0, 6], [25, 32]], "“Arland … Borland”"),  # two holders are none
        ([[0, 11]], "“Arland will”"),
        ([[1, 6]], "“rland”"),
    ],
)
def test_a_holder_in_words_is_a_name_whole_and_alone(span: list[list[int]], holder: str) -> None:
    (found,) = STANCE_OPEN.parse(ARTICLE, {"stances": [stance(span, "ct_cooperation", "favor")]})
    assert found.holder == holder


def test_the_case_of_a_name_counts(gold) -> None:
    article = STANCE_OPEN.units(gold)["detente-000"]
    start = article.page.text.index("dialogue with us") + len("dialogue with ")
    assert article.holder_of([(start, start + 2)]) == "“us”"


def test_who_tells_a_stance_may_be_left_open_and_must_be_right_if_given() -> None:
    refusal = stance("borland", "ct_cooperation", "against", REFUSAL)
    # One of four rows is found, whose evidence is whole: 2 · 1 / (1 + 4).
    for given_ in (refusal, {**refusal, "told_by": "other"}):
        assert measured(ARTICLE, [given_])["strict_f1"] == measured(ARTICLE, [given_])["soft_f1"] == 2 / 5
    own = measured(ARTICLE, [{**refusal, "told_by": "own"}])
    # What it still fits is its holder and evidence in the row on dialogue: (1 + 0 + 1) / 3.
    assert (own["strict_f1"], own["soft_f1"]) == (0, pytest.approx(2 * 2 / 3 / 5))
    # The same told by both sides is two cells, and two predictions; once more is a duplicate.
    rows = (*ROWS, {**ROWS[3], "id": "a:own", "told_by": "own"})
    both = [{**refusal, "told_by": teller} for teller in ("own", "other")]
    assert measured(Article(ARTICLE.page, rows, NAMES), both)["strict_f1"] == 4 / (2 + 5)
    with pytest.raises(PredictionError, match="is a duplicate of"):
        STANCE_OPEN.parse(ARTICLE, {"stances": [both[0], both[0]]})
    with pytest.raises(PredictionError, match="told_by"):
        STANCE_OPEN.parse(ARTICLE, {"stances": [{**refusal, "told_by": "both"}]})


def soft(row: dict[str, Any], *others: tuple[str, str]) -> dict[str, Any]:
    return {**row, "alternatives": [{"field": field, "value": value, "reason": "r"} for field, value in others]}


NULL = {**row("voice-a", "ct_cooperation", "none", (0, 0)), "scale": None, "evidence": []}


@pytest.mark.parametrize(
    ("rows", "stances", "rejected", "accepted"),
    [
        # Another label of a row, as a label or folded from the scale, and the gold's own; a third one is wrong.
        ([soft(ROWS[1], ("label", "none"))], [stance("borland", "official_dialogue", "none", REFUSAL)], 0, 1),
        ([soft(ROWS[1], ("scale", "0"))], [stance("borland", "official_dialogue", "none", REFUSAL)], 0, 1),
        ([soft(ROWS[1], ("label", "none"))], [stance("borland", "official_dialogue", "against", REFUSAL)], 1, 1),
        ([soft(ROWS[1], ("label", "none"))], [stance("borland", "official_dialogue", "favor", REFUSAL)], 0, 0),
        # What may be no stance need not be found, and what may be one may be: 2 · 1 / (1 + 2), then all that there is.
        (
            [ROWS[0], soft(ROWS[1], ("label", "none"))],
            [stance("arland", "information_exchange", "favor", OFFER)],
            2 / 3,
            1,
        ),
        (
            [ROWS[0], soft(ROWS[1], ("scale", "-1"))],
            [stance("arland", "information_exchange", "favor", OFFER)],
            2 / 3,
            2 / 3,
        ),
        (
            [ROWS[0], soft(NULL, ("label", "favor"))],
            [
                stance("arland", "information_exchange", "favor", OFFER),
                stance("voice-a", "ct_cooperation", "favor", OFFER),
            ],
            2 / 3,
            1,
        ),
        (
            [ROWS[0], soft(NULL, ("label", "favor"))],
            [
                stance("arland", "information_exchange", "favor", OFFER),
                stance("voice-a", "ct_cooperation", "against", OFFER),
            ],
            2 / 3,
            2 / 3,
        ),
    ],
)
def test_alternatives_are_accepted_or_not(
    rows: list[dict[str, Any]], stances: list[dict[str, Any]], rejected: float, accepted: float
) -> None:
    article = Article(ARTICLE.page, tuple(rows), NAMES)
    found = [measured(article, stances, alternatives)["strict_f1"] for alternatives in ("reject", "accept")]
    assert found == [rejected, accepted]


def test_nothing_to_find_and_nothing_found_are_null() -> None:
    blank = Article(ARTICLE.page, (), NAMES)
    assert all(np.isnan(value) for value in measured(blank, []).values())
    silent = measured(ARTICLE, [])
    assert silent["soft_f1"] == silent["strict_f1"] == silent["holder_target_f1"] == silent["evidence_f1"] == 0
    assert np.isnan(silent["soft_precision"])
    assert np.isnan(silent["polarity_f1"])
    invented = measured(blank, [stance("arland", "ct_cooperation", "favor")])
    assert invented["soft_f1"] == invented["soft_precision"] == 0
    assert np.isnan(invented["soft_recall"])
    assert np.isnan(invented["evidence_f1"])  # the prediction gives none


def test_gold_against_itself_is_best_or_null(gold, predict) -> None:
    scores = scoring.score(predict(STANCE_OPEN, gold, gold_records(gold)), gold)
    for metric in STANCE_OPEN.metrics:
        assert scores.metrics[metric.name].value == pytest.approx(metric.best, abs=1e-12), metric.name
        assert scores.metrics[metric.name].low == pytest.approx(metric.best, abs=1e-12), metric.name
    assert errors(scores).is_empty()
    rows = [each for each in gold.rows("stance") if each["scale"] is not None]
    assert scores.n["strict_f1"] == len(rows)


@pytest.mark.parametrize("unit", ["utf8", "utf16"])
def test_offsets_may_count_bytes_or_utf16_units(unit: str) -> None:
    encoding, width = {"utf8": ("utf-8", 1), "utf16": ("utf-16-le", 2)}[unit]
    page = Page("a", "a", "😀 “Arland” agrees", ())
    article = Article(page, (), NAMES)

    def moved(start: int, end: int) -> tuple[int, ...]:
        return tuple(len(page.text[:offset].encode(encoding)) // width for offset in (start, end))

    line = {"stances": [stance([moved(3, 9)], "ct_cooperation", "favor", moved(3, 17))], "offset_unit": unit}
    line["stances"][0]["holder"] = [list(moved(3, 9))]
    (found,) = STANCE_OPEN.parse(article, line)
    assert (found.holder, found.evidence, found.mention) == ("arland", ((3, 17),), ((3, 9),))


def noisy(gold) -> list[dict[str, Any]]:
    """Gold with wrong holders, targets, labels and evidence, and stances lost and invented."""
    records = gold_records(gold)
    for record in records:
        stances = record["stances"]
        stances[0]["holder"] = "reuters"
        stances[1]["target"] = "olympics_security"
        stances[2]["evidence"] = stances[0]["evidence"]
        stances[-1]["label"] = "none"
        record["stances"] = [*stances[:-2], stances[-1], stance("russia", "olympics_security", "against", (0, 9))]
    return records


def test_order_changes_nothing(gold, predict) -> None:
    records = noisy(gold)
    shuffled = [{**record, "stances": record["stances"][:]} for record in records]
    generator = random.Random(5)
    generator.shuffle(shuffled)
    for record in shuffled:
        generator.shuffle(record["stances"])
    first, second = (scoring.score(predict(STANCE_OPEN, gold, each), gold) for each in (records, shuffled))
    for name, spread in first.metrics.items():
        assert np.array_equal(spread, second.metrics[name], equal_nan=True), name
    assert first.rows.equals(second.rows)
    assert 0 < first.metrics["strict_f1"].value < first.metrics["soft_f1"].value < 1


def test_counts_of_shards_add_up_to_the_counts_of_the_whole(gold) -> None:
    units = STANCE_OPEN.units(gold)
    by_id = {record["id"]: STANCE_OPEN.parse(units[record["id"]], record) for record in noisy(gold)}
    names = sorted(units)
    shards = [{name: units[name] for name in half} for half in (names[::2], names[1::2])]
    whole, *parts = (
        scoring.count(STANCE_OPEN, each, [by_id], Options())[0].select(STANCE_OPEN.columns).sum().to_numpy()
        for each in (units, *shards)
    )
    assert np.allclose(whole, sum(parts))


F1S = ("soft_f1", "strict_f1", "holder_target_f1", "polarity_f1", "evidence_f1")


@settings(max_examples=40)
@given(data=st.data())
def test_one_more_wrong_stance_never_lifts_f1(gold, data: st.DataObject) -> None:
    article = STANCE_OPEN.units(gold)[data.draw(st.sampled_from(sorted(gold.articles)))]
    given_ = data.draw(st.lists(st.sampled_from(predicted(article)), unique_by=str))
    end = article.page.text.rindex(article.page.text.split()[-1])
    wrong = stance(
        data.draw(st.sampled_from(sorted(article.names))),
        data.draw(st.sampled_from(STANCE_TARGETS)),
        "none",  # no row has it
        *data.draw(st.sampled_from([(), ((end, end + 2),), ((end - 30, end - 3),)])),
    )
    before, after = measured(article, given_), measured(article, [*given_, wrong])
    for name in F1S:
        right = name == "holder_target_f1" and any(
            (each["holder"], each["target"]) == (wrong["holder"], wrong["target"]) for each, _ in article.gold
        )
        assert right or np.isnan(before[name]) or after[name] <= before[name] + 1e-12, name


@settings(max_examples=40)
@given(data=st.data())
def test_copies_lift_no_score(gold, data: st.DataObject) -> None:
    article = STANCE_OPEN.units(gold)[data.draw(st.sampled_from(sorted(gold.articles)))]
    every = predicted(article)
    # The same once more is refused; with a little less evidence it is one stance too many.
    copied = data.draw(st.sampled_from(every))
    with pytest.raises(PredictionError, match="is a duplicate of"):
        STANCE_OPEN.parse(article, {"stances": [*every, copied]})
    near = {**copied, "evidence": [[copied["evidence"][0][0], copied["evidence"][0][1] - 12]]}
    found = measured(article, [*every, near])
    assert found["strict_f1"] < 1
    assert found["soft_f1"] < 1
    # Where stances are missing, too, a copy finds no further row strictly.
    some = [*data.draw(st.lists(st.sampled_from(every), unique_by=str)), copied]
    some = list({str(each): each for each in some}.values())
    before, after = measured(article, some), measured(article, [*some, near])
    for name in ("strict_f1", "holder_target_f1", "polarity_f1", "evidence_f1"):
        assert after[name] <= before[name], name


def test_all_articles_are_asked_for(gold, predict) -> None:
    records = gold_records(gold)
    with pytest.raises(ValidationError, match="detente-003"):
        predict(STANCE_OPEN, gold, [record for record in records if record["id"] != "detente-003"])
    scores = scoring.score(predict(STANCE_OPEN, gold, records[1:], allow_missing=True), gold)
    rows = [each["article"] for each in gold.rows("stance") if each["scale"] is not None]
    assert scores.metrics["strict_recall"].value == (len(rows) - rows.count("detente-000")) / len(rows)


def test_scores_are_broken_down_by_holder_and_target(gold, predict) -> None:
    scores = scoring.score(predict(STANCE_OPEN, gold, gold_records(gold)), gold)
    assert set(scores.breakdown["holder"]) == {"france", "russia", "all"}
    assert set(scores.breakdown["target"]) == {*STANCE_TARGETS, "all"}
    assert scores.breakdown["target"]["olympics_security"]["strict_f1"] == 1


def test_opinions_are_what_the_official_scorer_takes(gold) -> None:
    stances = [
        stance([[0, 6]], "information_exchange", "favor", (0, 11)),
        stance([[12, 17]], "official_dialogue", "against"),
    ]
    wanted, found = sentiment_graphs(ARTICLE, STANCE_OPEN.parse(ARTICLE, {"stances": stances}))
    # The page has 16 tokens; Arland is the first and the eleventh, Borland the sixth. Targets follow in their order.
    assert wanted == [
        ([0, 10], [17], [0, 1, 2, 3], "favor"),
        ([5], [19], [5, 6, 7, 8], "against"),
        ([0, 10], [17], [10, 11, 12, 13, 14], "favor"),
        ([5], [16], [5, 6, 7, 8], "against"),
    ]
    assert found == [([0, 10], [17], [0, 1], "favor"), ([2], [19], [], "against")]
    # The first prediction lies in a gold opinion whole, the second names nobody: 1/2. Of the four gold ones only the
    # first shares a token of each part: (1 + 1 + 2/4) / 3 / 4.
    scores = sentiment_graph_f1(gold=[wanted], predicted=[found])
    assert scores["precision"] == 1 / 2
    assert scores["recall"] == pytest.approx(5 / 6 / 4)
    units = STANCE_OPEN.units(gold)
    graphs = [
        sentiment_graphs(article, STANCE_OPEN.parse(article, {"stances": predicted(article)}))
        for article in units.values()
    ]
    itself = sentiment_graph_f1(gold=[one for one, _ in graphs], predicted=[other for _, other in graphs])
    assert itself["SF1"] == pytest.approx(1)


GOOD = stance("arland", "ct_cooperation", "favor", OFFER)
FAULTS = {
    "not a list": ({"stances": {}}, ["wrong-type"]),
    "not an object": ({"stances": ["arland"]}, ["wrong-type"]),
    "a key too few": (
        {"stances": [{"holder": "arland", "target": "ct_cooperation", "label": "favor"}]},
        ["wrong-type"],
    ),
    "a key too many": ({"stances": [{**GOOD, "time": "past"}]}, ["unknown-field"]),
    "holder of no type": ({"stances": [{**GOOD, "holder": 7}]}, ["wrong-type"]),
    "nobody": ({"stances": [{**GOOD, "holder": []}]}, ["wrong-type"]),
    "not registered": ({"stances": [{**GOOD, "holder": "arlamd"}]}, ["label-unknown"]),
    "holder outside": ({"stances": [{**GOOD, "holder": [[0, 6], [80, 99]]}]}, ["span-outside-text"]),
    "target and label": ({"stances": [{**GOOD, "target": "trade", "label": "for"}]}, ["label-unknown"] * 2),
    "evidence": ({"stances": [{**GOOD, "evidence": [[3, 3], [5, "6"]]}]}, ["span-empty", "wrong-type"]),
    "evidence of no type": ({"stances": [{**GOOD, "evidence": "Arland"}]}, ["wrong-type"]),
    "twice": ({"stances": [GOOD, {**GOOD, "holder": [[0, 6]]}]}, ["id-duplicate"]),
    "in two": ({"stances": [{**GOOD, "label": 1}, {**GOOD, "target": 0}]}, ["label-unknown"] * 2),
    "unit": ({"stances": [], "offset_unit": "bytes"}, ["wrong-type"]),
}


@pytest.mark.parametrize(("record", "rules"), FAULTS.values(), ids=FAULTS)
def test_every_fault_of_a_line_is_named(record: dict[str, Any], rules: list[str]) -> None:
    with pytest.raises(PredictionError) as refused:
        STANCE_OPEN.parse(ARTICLE, record)
    assert [rule for rule, _ in refused.value.faults] == rules


def test_a_fault_says_where_it_is_and_what_may_be_meant() -> None:
    with pytest.raises(
        PredictionError, match=r"stances\[1\]\.holder \"arlamd\" is not a registered source: .* arland\?"
    ):
        STANCE_OPEN.parse(ARTICLE, {"stances": [GOOD, {**GOOD, "holder": "arlamd"}]})
    with pytest.raises(PredictionError, match=r"stances\[0\]\.evidence\[1\]: end 84 is past the text's 83 characters"):
        STANCE_OPEN.parse(ARTICLE, {"stances": [{**GOOD, "evidence": [[0, 3], [5, 84]]}]})


def test_the_inputs_do_not_tell_who_has_a_stance(gold) -> None:
    inputs = STANCE_OPEN.inputs(gold)
    assert all(line.keys() == {"id", "text", "language", "targets", "holders"} for line in inputs)
    first, *others = (line["holders"] for line in inputs)
    assert all(holders == first for holders in others)
    holders = {holder["id"] for holder in first}
    assert holders == {row["id"] for row in gold.rows("sources") if row["kind"] not in ("outlet", "agency", "text")}
    assert {row["holder"] for row in gold.rows("stance")} < holders
    assert all(holder.keys() == {"id", "name"} for holder in first)
