"""The task `attribution`: who answers for a claim?"""

import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sklearn_metrics

from detente.data.page import Page
from detente.data.problems import ValidationError
from detente.evaluation import score as scoring
from detente.evaluation.items import errors
from detente.tasks.attribution.prediction import Claim, Prediction
from detente.tasks.attribution.task import ATTRIBUTION
from detente.tasks.task import Options
from detente.text.spans import to_code_points

PAGE = Page("a", "a", "Mayor Ann Lee said the bridge is closed.", ())
KNOWN = ("ann", "bo", "cy")
SPEAKER, CUE = (0, 13), (14, 18)


def row(*links: str, kind: str = "direct", channel: str = "statement", spans=(SPEAKER,), cues=(CUE,), **other: Any):
    chain = [{"sources": link.split("+"), "channel": channel, "inherited": False} for link in links]
    named, told = ([{"start": start, "end": end} for start, end in each] for each in (spans, cues))
    fields = {
        "chain": chain,
        "type": kind,
        "cue_force": "neutral",
        "source_spans": [{**span, "link": len(links) - 1} for span in named],
        "cue_spans": told,
        "content_spans": [],
    }
    return {**fields, "alternatives": [], **other}


NOBODY = row(kind="none", spans=(), cues=(), cue_force=None)


def claim(name: str, *rows) -> Claim:
    return Claim(name, "a", PAGE, rows, KNOWN)


def values(units, lines, options: Options | None = None) -> dict[str, float]:
    """The metrics of lines in the order of the units; None is a missing one."""
    by_id = {
        unit.id: ATTRIBUTION.parse(unit, {"id": unit.id, **line})
        for unit, line in zip(units, lines, strict=True)
        if line is not None
    }
    rows = scoring.count(ATTRIBUTION, {unit.id: unit for unit in units}, [by_id], options or Options())[0]
    sums = scoring.Columns(ATTRIBUTION.columns, rows.select(ATTRIBUTION.columns).sum().to_numpy()[0])
    return {metric.name: metric.whole(sums) for metric in ATTRIBUTION.metrics}


def defined(found: dict[str, float]) -> set[str]:
    return {name.split("_")[0] for name, value in found.items() if not np.isnan(value)}


def test_entities_types_channels_and_chains_by_hand() -> None:
    units = [claim("1", row("bo", "ann")), claim("2", row("ann+cy", kind="mixed")), claim("3", NOBODY)]
    lines = [
        {"source": "ann", "chain": [["bo"], ["ann"]], "type": "direct", "channel": "statement"},
        {"source": ["ann", "bo"], "chain": [["cy", "ann"]], "type": "direct", "channel": "call"},
        {"source": "bo", "chain": [], "type": "none"},
    ]
    found = values(units, lines)
    # Only the first claim's source is right. Of ids: ann, ann right; bo, bo let in; cy lost.
    assert found["entity_accuracy"] == 1 / 3
    assert (found["entity_precision"], found["entity_recall"]) == (2 / 4, 2 / 3)
    assert found["entity_f1"] == 4 / 7
    # Each chain is scored by itself, its parallel sources in any order.
    assert found["chain_exact_match"] == 1
    # direct: 1 right, 1 let in; mixed: lost; none: right. No claim of the gold is indirect.
    assert found["attribution_type_accuracy"] == 2 / 3
    assert found["attribution_type_macro_f1"] == pytest.approx((2 / 3 + 0 + 1) / 3)
    # Two claims have a channel.
    assert found["channel_accuracy"] == 1 / 2
    assert defined(found) == {"entity", "chain", "attribution", "channel"}


def test_spans_by_hand() -> None:
    units = [claim("1", row("ann")), claim("2", NOBODY)]
    # “Ann Lee said” for “Mayor Ann Lee”: 6 characters right, 4 let in, 5 lost; tokens 2, 1, 1.
    found = values(units, [{"source": [[6, 18]], "cue": [[14, 16]]}, {"source": [], "cue": []}])
    assert (found["source_char_precision"], found["source_char_recall"]) == (6 / 10, 6 / 11)
    assert found["source_char_f1"] == 12 / 21
    assert found["source_token_precision"] == found["source_token_recall"] == found["source_token_f1"] == 2 / 3
    # “sa” is half of “said”: no token, since half is not more than half.
    assert (found["cue_char_precision"], found["cue_char_recall"], found["cue_token_recall"]) == (1, 1 / 2, 0)
    assert np.isnan(found["cue_token_precision"])
    assert defined(found) == {"source", "cue"}


def test_spans_with_a_chain_are_scored_as_both() -> None:
    units = [claim("1", row("bo", "ann")), claim("2", row("ann", spans=()))]
    lines = [{"source": [[*SPEAKER]], "chain": [["bo"], ["ann"]]}, {"source": [], "chain": [["ann"]]}]
    found = values(units, lines)
    assert found["entity_accuracy"] == found["chain_exact_match"] == found["source_char_f1"] == 1


def test_the_words_of_a_source_are_those_of_the_innermost_link() -> None:
    # “said” stands for bo, who reports it, “Mayor Ann Lee” for ann.
    spans = [{"start": 14, "end": 18, "link": 0}, {"start": 0, "end": 13, "link": 1}]
    units = [claim("1", row("bo", "ann", source_spans=spans))]
    assert values(units, [{"source": [[*SPEAKER]]}])["source_token_f1"] == 1
    # Three tokens right, one let in.
    assert values(units, [{"source": [[*SPEAKER], [14, 18]]}])["source_token_precision"] == 3 / 4
    outer = [claim("1", row("bo", "ann", source_spans=spans[:1]))]
    assert values(outer, [{"source": [[14, 18]]}])["source_token_precision"] == 0


def test_an_empty_source_is_no_source_and_no_words() -> None:
    units = [claim("1", row("ann")), claim("2", NOBODY)]
    nobody = values(units, [{"source": []}] * 2)
    assert (nobody["entity_accuracy"], nobody["entity_recall"], nobody["source_token_recall"]) == (1 / 2, 0, 0)
    assert np.isnan(nobody["entity_precision"])
    # Beside ids or spans on another line it means what they mean.
    assert defined(values(units, [{"source": "ann"}, {"source": []}])) == {"entity"}
    assert defined(values(units, [{"source": [[*SPEAKER]]}, {"source": []}])) == {"source"}


def test_what_is_left_out_is_wrong_once_it_is_said_elsewhere() -> None:
    units = [claim("1", row("ann")), claim("2", row("bo"))]
    said = {"source": "ann", "type": "direct", "cue": [[*CUE]], "chain": [["ann"]], "channel": "statement"}
    found = values(units, [said, {"source": "bo"}])
    assert (found["attribution_type_accuracy"], found["cue_token_recall"]) == (1 / 2, 1 / 2)
    assert (found["chain_exact_match"], found["channel_accuracy"]) == (1 / 2, 1 / 2)
    # direct: 1 right, 1 lost.
    assert found["attribution_type_macro_f1"] == 2 / 3
    # So is a missing line, even where nobody is to be named.
    assert values([claim("1", NOBODY)], [None])["entity_accuracy"] == 0
    assert values(units, [said, None])["entity_accuracy"] == 1 / 2


def test_the_best_of_several_rows_counts() -> None:
    both = claim("1", row("ann", kind="indirect"), row("bo", "cy", spans=((19, 29),), cues=()))
    for line in ({"source": "ann", "type": "indirect"}, {"source": "cy", "type": "direct", "chain": [["bo"], ["cy"]]}):
        found = values([both], [line])
        assert found["entity_accuracy"] == found["attribution_type_accuracy"] == 1
    # The named source decides before all else: cy is of the second row, which is direct.
    assert values([both], [{"source": "cy", "type": "indirect"}])["attribution_type_accuracy"] == 0
    assert values([both], [{"source": [[19, 29]]}])["source_char_f1"] == 1
    # Of a source of neither, two ids are compared with the first row's one.
    assert values([both], [{"source": ["ann", "cy"]}])["entity_precision"] == 1 / 2


def test_alternatives_count_only_if_accepted() -> None:
    others = {"type": "mixed", "chain": "cy > bo + ann", "channel": "call"}
    alternatives = [{"field": field, "value": value, "reason": "…"} for field, value in others.items()]
    soft = [claim("1", row("ann", alternatives=alternatives))]
    names = ("entity_accuracy", "chain_exact_match", "attribution_type_accuracy", "channel_accuracy")

    def found(options: Options, **line: Any) -> list[float]:
        measured = values(soft, [line], options)
        return [measured[name] for name in names]

    accept, reject = Options(alternatives="accept"), Options()
    other = {"source": ["ann", "bo"], "chain": [["cy"], ["bo", "ann"]], "type": "mixed", "channel": "call"}
    assert (found(reject, **other), found(accept, **other)) == ([0] * 4, [1] * 4)
    own = {"source": "ann", "chain": [["ann"]], "type": "direct", "channel": "statement"}
    assert found(reject, **own) == found(accept, **own) == [1] * 4
    neither = {"source": "cy", "chain": [["cy"]], "type": "indirect", "channel": "speech"}
    assert found(accept, **neither) == [0] * 4


def test_an_alternative_may_be_that_the_page_speaks_itself() -> None:
    others = [{"field": field, "value": "none", "reason": "…"} for field in ("type", "chain")]
    soft = [claim("1", row("ann", alternatives=others))]
    line = {"source": [], "chain": [], "type": "none"}
    rejected, accepted = (values(soft, [line], Options(alternatives=how)) for how in ("reject", "accept"))
    for name in ("chain_exact_match", "attribution_type_accuracy"):
        assert (rejected[name], accepted[name]) == (0, 1)


def test_content_is_scored_by_hand_where_it_is_given() -> None:
    # Gold "the bridge is closed", 4 tokens and 17 visible characters; predicted "bridge is", 2 tokens, 8 characters.
    told = [{"start": 19, "end": 39}]
    found = values([claim("1", row("ann", content_spans=told))], [{"source": "ann", "content": [[23, 32]]}])
    assert (found["content_token_precision"], found["content_token_recall"]) == (1, 2 / 4)
    assert found["content_char_f1"] == 2 * 8 / (2 * 8 + 17 - 8)
    assert np.isnan(values([claim("1", row("ann"))], [{"source": "ann"}])["content_token_f1"])


def test_faults_are_told_in_words() -> None:
    def told(gold, **line: Any) -> str:
        unit = claim("1", gold)
        return ATTRIBUTION.count(unit, ATTRIBUTION.parse(unit, {"id": "1", **line}), Options())[0]["detail"]

    assert told(row("ann"), source=["bo", "ann"], chain=[["bo"], ["ann"]], type="mixed", channel="call") == (
        "source ann, predicted ann + bo; chain ann, predicted bo > ann; direct, predicted mixed; "
        "channel statement, predicted call"
    )
    assert told(row("ann"), source=[[0, 5]], cue=[]) == (
        "source in “Mayor Ann Lee”, predicted “Mayor”; cue “said”, predicted nothing"
    )
    assert told(row("ann"), source=[]) == "source ann, predicted nobody"
    assert told(NOBODY, source=[], channel="call") == ""
    assert ATTRIBUTION.count(claim("1", NOBODY), None, Options())[0]["detail"] == "not predicted"


# --- many claims at once ----------------------------------------------------------------------------------------------

SPANS = st.lists(st.tuples(st.integers(0, 38), st.integers(1, 40)).filter(lambda span: span[0] < span[1]), max_size=4)
"""Of `PAGE`; they may overlap."""


def sets(spans: list[tuple[int, int]]) -> dict[str, set[int]]:
    """The characters of spans, and the tokens of which they have more than half."""
    found = {place for span in spans for place in range(*span) if not PAGE.text[place].isspace()}
    tokens = {token for token in PAGE.tokens if 2 * len(found & {*range(*token)}) > token[1] - token[0]}
    return {"char": found, "token": {start for start, _ in tokens}}


@given(st.lists(st.tuples(SPANS, SPANS, st.sampled_from(KNOWN)), max_size=4))
def test_claims_counted_together_are_counted_as_each_by_itself_and_as_sets(drawn) -> None:
    units = [
        claim(str(number), row("ann", spans=gold), row("cy", channel="call", cues=gold))
        for number, (gold, _, _) in enumerate(drawn)
    ]
    said = [
        ATTRIBUTION.parse(unit, {"id": unit.id, "source": [*map(list, spans)], "cue": [*map(list, spans)]})
        if number % 2
        else Prediction(frozenset([name]), None, cue=tuple(spans))
        for number, (unit, (_, spans, name)) in enumerate(zip(units, drawn, strict=True))
    ]
    assert ATTRIBUTION.count_all is not None
    together = ATTRIBUTION.count_all(units, said, Options()).told.to_dicts()
    each = [row for pair in zip(units, said, strict=True) for row in ATTRIBUTION.count(*pair, Options())]
    kept = [{name: value for name, value in row.items() if value != 0} for row in together]
    assert kept == [{name: value for name, value in row.items() if value != 0} for row in each]
    for counts, (gold, spans, _) in zip(together, drawn, strict=True):
        second = counts["gold"] == "cy"  # of the first reading the cue is CUE
        for level, theirs in sets(spans).items():
            mine = sets(gold if second else [CUE])[level]
            found = [counts.get(f"cue_{level}_{outcome}", 0) for outcome in ("tp", "fp", "fn")]
            assert found == [len(mine & theirs), len(theirs - mine), len(mine - theirs)]


def gold_line(unit: Claim, form: str) -> dict[str, Any]:
    first = unit.rows[0]
    chain = [link["sources"] for link in first["chain"]]
    spans = {name: [[s["start"], s["end"]] for s in first[f"{name}_spans"]] for name in ("cue", "content")}
    spans["source"] = [[s["start"], s["end"]] for s in first["source_spans"] if s["link"] == len(chain) - 1]
    if form == "ids":
        return {"source": chain[-1] if chain else []}
    if form == "one id":
        return {"source": chain[-1][0] if chain else [], "type": first["type"]}
    if form in ("utf8", "utf16"):
        table = to_code_points(unit.page.text, form).tolist()
        places = {name: [[table.index(offset) for offset in pair] for pair in spans[name]] for name in spans}
        return {"source": places["source"], "cue": places["cue"], "offset_unit": form}
    everything = {**spans, "chain": chain, "type": first["type"]}
    return {**everything, "channel": first["chain"][-1]["channel"]} if chain else everything


KINDS = {"ids": 4, "one id": 6, "utf8": 12, "utf16": 12, "everything": len(ATTRIBUTION.metrics)}


@pytest.mark.parametrize("form", KINDS)
def test_gold_against_itself_is_best_or_null(gold, predict, form: str) -> None:
    records = [{"id": name, **gold_line(unit, form)} for name, unit in ATTRIBUTION.units(gold).items()]
    scores = scoring.score(predict(ATTRIBUTION, gold, records), gold)
    found = [spread.value for spread in scores.metrics.values() if not np.isnan(spread.value)]
    assert found == [1.0] * KINDS[form]
    assert errors(scores).is_empty()


def noisy(gold) -> list[dict[str, Any]]:
    """Every third line says of its claim what is true of another one of the page."""
    units = list(ATTRIBUTION.units(gold).values())
    lines = [gold_line(unit, "everything") for unit in units]
    return [
        {"id": unit.id, **(lines[n - 1] if n % 3 == 0 and units[n - 1].article == unit.article else lines[n])}
        for n, unit in enumerate(units)
    ]


def test_order_changes_nothing_and_scikit_learn_agrees(gold, predict) -> None:
    records = noisy(gold)
    shuffled = random.Random(2).sample(records, len(records))
    first, second = (scoring.score(predict(ATTRIBUTION, gold, each), gold) for each in (records, shuffled))
    np.testing.assert_equal(list(first.metrics.values()), list(second.metrics.values()))
    units = ATTRIBUTION.units(gold)
    types = [units[r["id"]].rows[0]["type"] for r in records], [r["type"] for r in records]
    assert first.metrics["attribution_type_accuracy"].value == pytest.approx(sklearn_metrics.accuracy_score(*types))
    assert first.metrics["attribution_type_macro_f1"].value == pytest.approx(
        sklearn_metrics.f1_score(*types, average="macro")
    )
    ids = [(r["id"], name) for r in records for name in (r["chain"] or [[]])[-1]]
    wanted = [(n, name) for n, u in units.items() for name in (u.rows[0]["chain"] or [{"sources": []}])[-1]["sources"]]
    labels = sorted({*ids, *wanted})
    by_pair = [[pair in pairs for pair in labels] for pairs in (set(wanted), set(ids))]
    assert first.metrics["entity_f1"].value == pytest.approx(sklearn_metrics.f1_score(*by_pair))
    assert 0 < first.metrics["source_char_f1"].value < 1


def test_shards_add_up(gold) -> None:
    units = ATTRIBUTION.units(gold)
    by_id = {record["id"]: ATTRIBUTION.parse(units[record["id"]], record) for record in noisy(gold)}
    shards = [dict(list(units.items())[start::2]) for start in (0, 1)]
    whole, *parts = (
        scoring.count(ATTRIBUTION, each, [by_id], Options())[0].select(ATTRIBUTION.columns).sum().to_numpy()
        for each in (units, *shards)
    )
    assert np.array_equal(whole, sum(parts))


WRONG = ({"source": "bo", "type": "none", "chain": [["bo"]], "channel": "call"}, {"source": ["ann", "cy"]}, None)


@settings(max_examples=50)
@given(data=st.data())
def test_one_more_wrong_claim_never_helps(data: st.DataObject) -> None:
    golds = data.draw(st.lists(st.sampled_from([row("cy", "ann"), row("ann", kind="mixed")]), min_size=2, max_size=8))
    right = [
        {"source": "ann", "type": gold["type"], "chain": [link["sources"] for link in gold["chain"]]} for gold in golds
    ]
    units = [claim(str(number), gold) for number, gold in enumerate(golds)]
    before = [data.draw(st.sampled_from([line, *WRONG])) for line in right]
    place = data.draw(st.integers(0, len(golds) - 1))
    first = values(units, [*before[:place], right[place], *before[place + 1 :]])
    second = values(units, [*before[:place], data.draw(st.sampled_from(WRONG)), *before[place + 1 :]])
    for name in first:
        if not np.isnan(first[name]) and name != "entity_precision":  # leaving one out may lift precision
            assert np.isnan(second[name]) or second[name] <= first[name] + 1e-12, name


def test_a_systems_own_fields_decide_where_it_is_compared_with_another() -> None:
    unit = claim("1", row("ann"))
    counted = [
        ATTRIBUTION.count(unit, ATTRIBUTION.parse(unit, {"id": "1", "source": source}), Options())[0]
        for source in ("ann", [[*SPEAKER]])
    ]
    first, second = ({name: np.float64(each.get(name, 0)) for name in ATTRIBUTION.columns} for each in counted)
    for metric in ATTRIBUTION.metrics:
        kind = metric.name.split("_")[0]
        assert bool(metric.no_value(first)) == (kind != "entity"), metric.name
        assert bool(metric.no_value(second)) == (kind != "source"), metric.name


def test_inputs_show_words_and_sources_and_no_label(gold) -> None:
    lines = ATTRIBUTION.inputs(gold)
    assert [line["id"] for line in lines] == list(ATTRIBUTION.units(gold))
    assert {tuple(line) for line in lines} == {("id", "article", "text", "spans", "claim_text", "sources")}
    offered = {source["id"] for source in lines[0]["sources"]}
    assert offered == set(next(iter(ATTRIBUTION.units(gold).values())).sources)
    used = {name for r in gold.rows("attribution") for link in r["chain"] for name in link["sources"]}
    assert used <= offered
    assert not any(name.startswith("voice-") for name in offered)


@pytest.mark.parametrize(
    ("line", "rules"),
    [
        ({"source": "frence"}, {"label-unknown": "did you mean france"}),
        (
            {"source": ["x", "france", "france"]},
            {"label-unknown": r'source\[0\] "x" is not', "id-duplicate": r"source\[2\] is a duplicate of source\[1\]"},
        ),
        ({"source": "voice-detente-900"}, {"label-unknown": "own voice is an empty list"}),
        ({"source": None}, {"form": "the line has none"}),
        ({"source": {"id": "france"}}, {"wrong-type": "source is an object"}),
        ({"source": ["france", [0, 4]]}, {"wrong-type": "mixes ids and spans"}),
        ({"source": [3]}, {"wrong-type": r"source\[0\] is 3"}),
        ({"source": [[4, 4]]}, {"span-empty": r"source\[0\]"}),
        ({"source": [[0, 9999]]}, {"span-outside-text": r"source\[0\]"}),
        ({"source": [], "chain": "france"}, {"wrong-type": "chain is"}),
        ({"source": [], "chain": ["france", []]}, {"wrong-type": r"chain\[0\] is \"france\", not a list"}),
        ({"source": [], "chain": [[]]}, {"wrong-type": r"chain\[0\] is empty"}),
        ({"source": [], "chain": [["france"], ["x"]]}, {"label-unknown": r'chain\[1\]\[0\] "x"'}),
        ({"source": [], "cue": [[0, 4.5]]}, {"wrong-type": r"cue\[0\]"}),
        ({"source": [], "cue": 0}, {"wrong-type": "cue is 0"}),
        ({"source": [], "type": "quoted"}, {"label-unknown": 'type "quoted"'}),
        ({"source": [], "type": 0}, {"label-unknown": "type 0"}),
        ({"source": [], "channel": ["call"]}, {"label-unknown": "channel a list"}),
        ({"source": [], "offset_unit": "utf32"}, {"wrong-type": "offset_unit"}),
        ({"source": [], "event": "x"}, {"unknown-field": "'event'"}),
        ({"chain": []}, {"form": "source"}),
        (
            {"source": "x", "chain": [["y"]], "cue": [[5, 2]], "type": 1, "channel": "fax", "offset_unit": 8},
            {"label-unknown": '"x" is not', "span-empty": "cue", "wrong-type": "offset_unit"},
        ),
    ],
)
def test_each_fault_is_named(minimal_gold, predict, line, rules) -> None:
    records = [{"id": name, "source": []} for name in ATTRIBUTION.units(minimal_gold)]
    records[1] = {"id": records[1]["id"], **line}
    with pytest.raises(ValidationError) as invalid:
        predict(ATTRIBUTION, minimal_gold, records)
    assert {problem.code for problem in invalid.value.problems} == rules.keys()
    for rule, message in rules.items():
        invalid.match(f"{rule}: .*{message}")


def test_all_faults_of_a_line_are_reported_at_once(minimal_gold) -> None:
    unit = next(iter(ATTRIBUTION.units(minimal_gold).values()))
    line = {"source": "x", "chain": [["y"], []], "cue": [[5, 2]], "type": 1, "channel": "fax"}
    with pytest.raises(Exception, match=r'"x".*"y".*empty.*start 5.*type 1.*fax') as refused:
        ATTRIBUTION.parse(unit, line)
    assert len(refused.value.faults) == 6


def test_a_line_is_a_value(minimal_gold) -> None:
    unit = ATTRIBUTION.units(minimal_gold)["detente-900:c02"]
    assert ATTRIBUTION.parse(unit, {"source": "france"}) == Prediction(frozenset({"france"}), None)
