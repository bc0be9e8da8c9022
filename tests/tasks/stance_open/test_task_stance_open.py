"""Open stances: tuples of holder, target, label and evidence, matched one to one; alleged rows are a slice."""

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
from detente.metrics.official import sentiment_graph_f1
from detente.tasks.stance_open.prediction import Article
from detente.tasks.stance_open.task import STANCE_OPEN, sentiment_graphs
from detente.tasks.task import Options

#       0      1    2     3    4 5       6       7   8    9 10     11  12     13    14    15
TEXT = "Arland will share files. Borland refuses all talks. Arland has shared files before."
NAMES = {"arland": ("Arland", "the Arlanders"), "borland": ("Borland", "North Borland"), "voice-a": ("Voice of a",)}
OFFER, REFUSAL, PAST = (0, 23), (25, 50), (52, 82)


def row(holder: str, target: str, label: str, *evidence: tuple[int, int], alleged: bool = False) -> dict[str, Any]:
    return {
        "id": f"a:{holder}:{target}:{evidence[0][0]}" + (":alleged" if alleged else ""),
        "holder": holder,
        "target": target,
        "label": label,
        "evidence": [{"start": start, "end": end} for start, end in evidence],
        "alleged": alleged,
    }


ROWS = (
    row("arland", "information_exchange", "favor", OFFER),
    row("borland", "official_dialogue", "against", REFUSAL),
    row("arland", "information_exchange", "favor", PAST),
    row("borland", "ct_cooperation", "against", REFUSAL, alleged=True),
)
ARTICLE = Article(Page("a", "a", TEXT, ()), ROWS, NAMES)


def stance(holder: Any, target: str, label: str, *evidence: tuple[int, int]) -> dict[str, Any]:
    return {"holder": holder, "target": target, "label": label, "evidence": [list(span) for span in evidence]}


def predicted(article: Article) -> list[dict[str, Any]]:
    """All gold rows of an article as predictions."""
    return [
        stance(each["holder"], each["target"], each["label"], *((s["start"], s["end"]) for s in each["evidence"]))
        for each in article.rows
    ]


def measured(article: Article, stances: list[dict[str, Any]], part: str = "main") -> dict[str, float]:
    by_id = {article.page.id: STANCE_OPEN.parse(article, {"id": article.page.id, "stances": stances})}
    rows = scoring.count(STANCE_OPEN, {article.page.id: article}, [by_id], Options())[0].filter(slice=part)
    sums = rows.select(STANCE_OPEN.columns).sum().row(0, named=True)
    counts = {name: np.float64(value) for name, value in sums.items()}
    return {metric.name: metric.whole(counts) for metric in STANCE_OPEN.metrics}


def gold_records(gold) -> list[dict[str, Any]]:
    return [{"id": name, "stances": predicted(article)} for name, article in STANCE_OPEN.units(gold).items()]


def test_stances_by_hand() -> None:
    stances = [
        stance([[0, 6]], "information_exchange", "favor", (0, 11)),  # "Arland", by "Arland will"
        stance("borland", "official_dialogue", "favor", REFUSAL),  # the wrong label
        stance("borland", "ct_cooperation", "against", REFUSAL),  # alleged
    ]
    found = measured(ARTICLE, stances)
    # With the offer of four tokens: (1 + 1 + 2 · 2/(2 + 4)) / 3 = 8/9, more than with the past one, 2/3. Two
    # predictions, three rows.
    assert found["soft_precision"] == pytest.approx(8 / 9 / 2)
    assert found["soft_recall"] == pytest.approx(8 / 9 / 3)
    assert found["soft_f1"] == pytest.approx(2 * 8 / 9 / (2 + 3))
    assert (found["strict_precision"], found["strict_recall"], found["strict_f1"]) == (1 / 2, 1 / 3, 2 / 5)
    # Arland on information, Borland on dialogue: both pairs are right; of their labels the first is.
    assert found["holder_target_f1"] == 1
    assert found["polarity_f1"] == 2 / (2 + 1 + 1)
    # Evidence has 4 + 4 + 5 tokens; 2 and 4 of them are predicted, and no other.
    assert (found["evidence_precision"], found["evidence_recall"]) == (1, 6 / 13)
    assert found["evidence_f1"] == 12 / (12 + 7)
    alleged = measured(ARTICLE, stances, "alleged")
    assert all(value == 1 for value in alleged.values())


def test_errors_are_told_in_words() -> None:
    stances = [
        stance("borland", "information_exchange", "favor", OFFER),
        stance("voice-a", "olympics_security", "none"),
    ]
    rows = STANCE_OPEN.count(ARTICLE, STANCE_OPEN.parse(ARTICLE, {"stances": stances}), Options())
    told = [(each["slice"], each["item"], each["detail"]) for each in rows if each["wrong"]]
    past = "a:arland:information_exchange:52"
    assert told == [
        ("main", "a:arland:information_exchange:0", "holder arland, predicted borland"),
        ("main", "a:borland:official_dialogue:25", "missed: borland, against, on official_dialogue"),
        ("main", past, "missed: arland, favor, on information_exchange"),
        (
            "main",
            "a:voice-a:olympics_security:none:no evidence",
            "no such stance: voice-a, none, on olympics_security",
        ),
        ("alleged", "a:borland:ct_cooperation:25:alleged", "missed: borland, against, on ct_cooperation"),
    ]
    assert rows[0]["wrong"] == pytest.approx(1 / 3)
    assert len({each["item"] for each in rows}) == len(rows)


def test_one_prediction_cannot_serve_two_rows_and_the_best_sum_wins() -> None:
    # Of the offer and half of the past words: 2 · 4/(6 + 4) with the first row, 2 · 2/(6 + 5) with the third.
    both = stance("arland", "information_exchange", "favor", OFFER, (52, 62))
    assert measured(ARTICLE, [both])["soft_recall"] == pytest.approx((2 + 8 / 10) / 3 / 3)
    # The offer alone fits the first row only: the other one moves to the third.
    found = measured(ARTICLE, [both, stance("arland", "information_exchange", "favor", OFFER)])
    assert found["soft_recall"] == pytest.approx(((2 + 4 / 11) / 3 + 1) / 3)
    assert found["strict_recall"] == 2 / 3


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


def test_alleged_rows_excuse_only_what_matches_them_strictly_and_no_other_row() -> None:
    exact = stance("borland", "ct_cooperation", "against", REFUSAL)
    elsewhere = stance("borland", "ct_cooperation", "against", OFFER)
    assert np.isnan(measured(ARTICLE, [exact])["soft_precision"])
    assert measured(ARTICLE, [exact], "alleged")["strict_f1"] == 1
    assert measured(ARTICLE, [elsewhere])["strict_precision"] == 0
    # A second one that matches is one too many, in its own slice.
    near = stance("borland", "ct_cooperation", "against", (25, 40))
    assert measured(ARTICLE, [exact, near], "alleged")["strict_precision"] == 1 / 2
    assert np.isnan(measured(ARTICLE, [exact, near])["strict_precision"])
    # The same tuple as a row of the page's own and as an alleged one: the headline has it.
    rows = (ROWS[1], {**ROWS[1], "id": "a:alleged", "alleged": True})
    doubled = Article(ARTICLE.page, rows, NAMES)
    assert measured(doubled, predicted(doubled)[:1])["strict_f1"] == 1
    assert measured(doubled, predicted(doubled)[:1], "alleged")["strict_recall"] == 0


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
    assert scoring.errors(scores).is_empty()
    rows = [each for each in gold.rows("stance") if each["scale"] is not None]
    assert scores.n["strict_f1"] == sum(not each["alleged"] for each in rows)
    # Without the alleged ones the headline is no worse, and only their own slice loses.
    units = STANCE_OPEN.units(gold)
    own = [
        {"id": name, "stances": [s for s, r in zip(predicted(a), a.rows, strict=True) if not r["alleged"]]}
        for name, a in units.items()
    ]
    scores = scoring.score(predict(STANCE_OPEN, gold, own), gold)
    assert scores.metrics["soft_f1"].value == 1
    assert scores.breakdown["slice"]["alleged"]["soft_f1"] == 0


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
            not each["alleged"] and (each["holder"], each["target"]) == (wrong["holder"], wrong["target"])
            for each in article.rows
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
    part = "alleged" if article.rows[every.index(copied)]["alleged"] else "main"
    found = measured(article, [*every, near], part)
    assert found["strict_f1"] < 1
    assert found["soft_f1"] < 1
    # Where stances are missing, too, a copy finds no further row strictly.
    some = [*data.draw(st.lists(st.sampled_from(every), unique_by=str)), copied]
    some = list({str(each): each for each in some}.values())
    before, after = measured(article, some, part), measured(article, [*some, near], part)
    for name in ("strict_f1", "holder_target_f1", "polarity_f1", "evidence_f1"):
        assert after[name] <= before[name], name


def test_all_articles_are_asked_for(gold, predict) -> None:
    records = gold_records(gold)
    with pytest.raises(ValidationError, match="detente-003"):
        predict(STANCE_OPEN, gold, [record for record in records if record["id"] != "detente-003"])
    scores = scoring.score(predict(STANCE_OPEN, gold, records[1:], allow_missing=True), gold)
    # Of 23 rows 5 are in 000.
    assert scores.metrics["strict_recall"].value == 18 / 23


def test_scores_are_broken_down_by_holder_and_target(gold, predict) -> None:
    scores = scoring.score(predict(STANCE_OPEN, gold, gold_records(gold)), gold)
    assert set(scores.breakdown["holder"]) == {"france", "russia", "all"}
    assert set(scores.breakdown["target"]) == {*STANCE_TARGETS, "all"}
    assert scores.breakdown["target"]["olympics_security"]["strict_f1"] == 1


def test_opinions_are_what_the_official_scorer_takes(gold) -> None:
    stances = [
        stance([[0, 6]], "information_exchange", "favor", (0, 11)),
        stance([[12, 17]], "official_dialogue", "against"),
        stance("borland", "ct_cooperation", "against", REFUSAL),  # alleged: left out
    ]
    wanted, found = sentiment_graphs(ARTICLE, STANCE_OPEN.parse(ARTICLE, {"stances": stances}))
    # The page has 16 tokens; Arland is the first and the eleventh, Borland the sixth. Targets follow in their order.
    assert wanted == [
        ([0, 10], [17], [0, 1, 2, 3], "favor"),
        ([5], [19], [5, 6, 7, 8], "against"),
        ([0, 10], [17], [10, 11, 12, 13, 14], "favor"),
    ]
    assert found == [([0, 10], [17], [0, 1], "favor"), ([2], [19], [], "against")]
    # The first prediction lies in a gold opinion whole, the second names nobody: 1/2. Of the three gold ones only the
    # first shares a token of each part: (1 + 1 + 2/4) / 3 / 3.
    scores = sentiment_graph_f1(gold=[wanted], predicted=[found])
    assert scores["precision"] == 1 / 2
    assert scores["recall"] == pytest.approx(5 / 6 / 3)
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
