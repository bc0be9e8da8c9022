"""What holds for every task and every form of prediction."""

import itertools
import re
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.data.fields import PredictionError
from detente.data.labels import AGREEMENT_LABELS, STANCE_LABELS
from detente.data.page import Page
from detente.data.problems import ValidationError
from detente.evaluation import score as scoring
from detente.evaluation.items import errors, per_unit
from detente.metrics import official
from detente.tasks import TASK_NAMES
from detente.tasks.all import EVERY_TASK, TASKS
from detente.tasks.boilerplate.task import BOILERPLATE
from detente.tasks.stance.task import STANCE
from detente.tasks.task import Options
from detente.text.spans import to_code_points


def body_spans(page: Any) -> list[list[int]]:
    return [[row["start"], row["end"]] for row in page.segments if row["zone"] == "body"]


def line_labels(page: Any) -> list[int]:
    body = [tuple(span) for span in body_spans(page)]
    return [int(span in body) for span in page.lines]


def in_unit(page: Any, unit: str) -> list[list[int]]:
    table = to_code_points(page.text, unit).tolist()
    return [[table.index(start), table.index(end)] for start, end in body_spans(page)]


def claim_record(row: dict[str, Any]) -> dict[str, Any]:
    links = [
        link["proposition"]
        for relation in ("same", "more_specific", "compatible_value")
        for link in row["propositions"]
        if link["relation"] == relation
    ]
    spans = [[span["start"], span["end"]] for span in row["spans"]]
    labels = {name: row[name] for name in ("type", "presentation", "check_worthy", "normalised")}
    return {"spans": spans, "propositions": links, **labels}


def attribution_record(claim: Any) -> dict[str, Any]:
    row = claim.rows[0]
    chain = [link["sources"] for link in row["chain"]]
    record = {"source": chain[-1] if chain else [], "chain": chain, "type": row["type"]}
    for part in ("cue", "content"):
        record[part] = [[span["start"], span["end"]] for span in row[f"{part}_spans"]]
    return record | ({"channel": row["chain"][-1]["channel"]} if chain else {})


def edge_record(edge: Any) -> dict[str, str]:
    return {"source": edge.source, "degree": edge.degree, "kind": edge.kind}


def span_pair(span: dict[str, int]) -> list[int]:
    return [span["start"], span["end"]]


def passage_record(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "this": span_pair(row["this"]),
        "source_span": span_pair(row["source_span"]),
        "operation": row["operation"],
    }


def stance_record(row: dict[str, Any]) -> dict[str, Any]:
    evidence = [span_pair(span) for span in row["evidence"]]
    return {"holder": row["holder"], "target": row["target"], "label": row["label"], "evidence": evidence}


GOLD_AS_PREDICTION = {
    ("reuse", "passages"): lambda pair: {"passages": [passage_record(row) for row in pair.rows]},
    ("stance_open", "stances"): lambda article: {"stances": [stance_record(row) for row, _ in article.gold]},
    ("claims", "claims"): lambda article: {"claims": [claim_record(row) for row in article.claims]},
    ("agreement", "label"): lambda row: {"label": row["label"]},
    ("attribution", "source"): attribution_record,
    ("derivation", "edges"): lambda article: {"edges": [edge_record(edge) for edge in article.edges]},
    ("boilerplate", "text"): lambda page: {"text": "\n".join(page.text[s:e] for s, e in body_spans(page))},
    ("boilerplate", "content"): lambda page: {"content": body_spans(page)},
    ("boilerplate", "content in UTF-8"): lambda page: {"content": in_unit(page, "utf8"), "offset_unit": "utf8"},
    ("boilerplate", "content in UTF-16"): lambda page: {"content": in_unit(page, "utf16"), "offset_unit": "utf16"},
    ("boilerplate", "boilerplate"): lambda page: {
        "boilerplate": [[row["start"], row["end"]] for row in page.segments if row["zone"] != "body"]
    },
    ("boilerplate", "lines"): lambda page: {"lines": line_labels(page)},
    ("contrast", "label"): lambda row: {"label": row["label"]},
    ("stance", "label"): lambda row: {"label": row["label"]},
    ("stance", "score"): lambda row: {"score": row["scale"] or 0},
    ("stance", "probabilities"): lambda row: {
        "probabilities": {name: float(name == row["label"]) for name in STANCE_LABELS}
    },
}
KINDS = list(GOLD_AS_PREDICTION)


def task_named(name: str):
    return next(task for task in TASKS if task.name == name)


def gold_records(gold, name: str, form: str) -> list[dict[str, Any]]:
    make = GOLD_AS_PREDICTION[name, form]
    return [{"id": unit, **make(value)} for unit, value in task_named(name).units(gold).items()]


def values(scores: scoring.Scores) -> dict[str, float]:
    return {name: spread.value for name, spread in scores.metrics.items()}


def test_a_task_bears_the_name_of_its_folder() -> None:
    assert tuple(task.name for task in TASKS) == TASK_NAMES


def test_every_form_of_every_task_is_tried() -> None:
    assert {(task.name, form) for task in TASKS for form in task.kinds} <= set(KINDS)


@pytest.mark.parametrize(("name", "form"), KINDS)
def test_gold_against_itself_is_best_or_null(gold, predict, name: str, form: str) -> None:
    task = task_named(name)
    scores = scoring.score(predict(task, gold, gold_records(gold, name, form)), gold)
    defined = 0
    ours = [measure for measure in task.measures if measure.name not in official.__all__]  # those keep their 0/0
    for metric in ours:
        for value in (scores.metrics[metric.name].value, scores.metrics[metric.name].low):
            assert np.isnan(value) or value == pytest.approx(metric.best, abs=1e-12), metric.name
            defined += not np.isnan(value)
    assert defined >= (7 if name == "contrast" else 8)
    assert errors(scores).is_empty()


@pytest.mark.parametrize("paratext", ["content", "boilerplate"])
def test_the_paratext_policy_moves_the_gold(gold, predict, paratext: str) -> None:
    zones = {"content": ("body", "paratext"), "boilerplate": ("body",)}[paratext]
    records = [
        {"id": name, "content": [[row["start"], row["end"]] for row in page.segments if row["zone"] in zones]}
        for name, page in BOILERPLATE.units(gold).items()
    ]
    same = scoring.score(predict(BOILERPLATE, gold, records), gold, Options(paratext=paratext))
    other = {"content": "boilerplate", "boilerplate": "content"}[paratext]
    moved = scoring.score(predict(BOILERPLATE, gold, records), gold, Options(paratext=other))
    assert same.metrics["char_f1"].value == 1
    assert moved.metrics["char_f1"].value < 1
    # Ignored paratext is neither rewarded nor punished.
    ignored = scoring.score(predict(BOILERPLATE, gold, records), gold)
    assert ignored.metrics["char_f1"].value == 1


@pytest.mark.parametrize(("name", "form"), KINDS)
@settings(max_examples=3)
@given(data=st.data())
def test_the_order_of_lines_changes_nothing(gold, predict, name: str, form: str, data: st.DataObject) -> None:
    records = noisy(gold, name, form)
    shuffled = data.draw(st.permutations(records))
    task = task_named(name)
    first, second = (scoring.score(predict(task, gold, each), gold) for each in (records, shuffled))
    assert first.metrics == second.metrics or np.array_equal(
        [list(spread) for spread in first.metrics.values()],
        [list(spread) for spread in second.metrics.values()],
        equal_nan=True,
    )
    assert first.signature == second.signature


def noisy(gold, name: str, form: str) -> list[dict[str, Any]]:
    """Gold, each unit with its neighbour's answer where that is possible."""
    records = gold_records(gold, name, form)
    if name in ("claims", "derivation", "reuse", "stance_open"):
        return [r if i else {"id": r["id"], form: r[form][1:]} for i, r in enumerate(records)]
    if name == "attribution":
        return [r if i % 4 else {"id": r["id"], "source": [], "type": "none"} for i, r in enumerate(records)]
    if name == "contrast":
        others = {"favor": "none", "none": "favor", "agree": "discuss", "discuss": "agree"}
        return [
            {**r, "label": others.get(r["label"], r["label"]) if i % 3 else r["label"]} for i, r in enumerate(records)
        ]
    if name in ("stance", "agreement"):
        answers = [{key: record[key] for key in record if key != "id"} for record in records]
        return [{"id": a["id"], **b} for a, b in zip(records, answers[1:] + answers[:1], strict=True)]
    return [
        {"id": r["id"], form: []} if i == 0 and form in ("content", "boilerplate") else r for i, r in enumerate(records)
    ]


@pytest.mark.parametrize("empty", [{"text": ""}, {"content": []}])
def test_an_empty_output_has_recall_0_and_no_precision(gold, predict, empty: dict[str, Any]) -> None:
    records = [{"id": name, **empty} for name in BOILERPLATE.units(gold)]
    found = values(scoring.score(predict(BOILERPLATE, gold, records), gold))
    for level in ("char", "token", "line"):
        assert found[f"{level}_recall"] == 0
        assert np.isnan(found[f"{level}_precision"])
        assert found[f"{level}_f1"] == 0
    assert found["body_coverage"] == 0
    assert np.isnan(found["insertions"])


def test_missing_ids_are_an_error_that_names_them_or_score_as_empty(gold, predict) -> None:
    for task, form in ((BOILERPLATE, "content"), (STANCE, "label")):
        records = gold_records(gold, task.name, form)
        dropped = records.pop(1)["id"]
        with pytest.raises(ValidationError, match=dropped):
            predict(task, gold, records)
        scores = scoring.score(predict(task, gold, records, allow_missing=True), gold)
        assert scores.missing == (dropped,)
        assert "|missing:1|" in scores.signature
        assert scores.sizes["units"] == len(records) + 1
    n = len(STANCE.units(gold))
    assert values(scores)["accuracy"] == (n - 1) / n


LABELS = {"stance": STANCE_LABELS, "agreement": AGREEMENT_LABELS}


@pytest.mark.parametrize("name", ["stance", "agreement", "contrast"])
@settings(max_examples=12)
@given(data=st.data())
def test_one_more_wrong_label_never_lifts_accuracy_or_f1(gold, predict, name: str, data: st.DataObject) -> None:
    task = task_named(name)
    rows = task.units(gold)
    wrong = data.draw(st.sets(st.sampled_from(sorted(rows)), max_size=20))
    more = data.draw(st.sampled_from(sorted(rows)))

    def found(names: set[str]) -> dict[str, float]:
        records = []
        for unit, row in rows.items():
            labels = LABELS[row["task"] if name == "contrast" else name]
            other = labels[(labels.index(row["label"]) + 1) % len(labels)]
            records.append({"id": unit, "label": other if unit in names else row["label"]})
        return values(scoring.score(predict(task, gold, records), gold))

    before, after = found(wrong), found(wrong | {more})
    checked = [metric.name for metric in task.metrics if re.search("f1|accuracy|f_avg", metric.name)]
    assert len(checked) >= 3
    for metric in checked:
        # A class that the gold has but that is never predicted right has F1 0, not none; so only 0/0 is NaN.
        assert np.isnan(before[metric]) or after[metric] <= before[metric] + 1e-12, metric


@settings(max_examples=25)
@given(data=st.data())
def test_one_more_wrong_line_never_lifts_f1(gold, data: st.DataObject) -> None:
    page = BOILERPLATE.units(gold)["detente-001"]
    labels = line_labels(page)
    wrong = data.draw(st.sets(st.integers(0, len(labels) - 1), max_size=15))
    more = data.draw(st.sampled_from([number for number in range(len(labels)) if number not in wrong]))

    def found(flipped: set[int]) -> dict[str, float]:
        lines = [1 - label if number in flipped else label for number, label in enumerate(labels)]
        counts = BOILERPLATE.count(
            page, BOILERPLATE.parse(page, {"id": page.id, "lines": lines}), Options("boilerplate")
        )
        sums = pl.DataFrame(counts).select(pl.col("^(char|line)_(tp|fp|fn)$").sum()).row(0, named=True)
        return {
            level: 2 * sums[f"{level}_tp"] / (2 * sums[f"{level}_tp"] + sums[f"{level}_fp"] + sums[f"{level}_fn"])
            for level in ("char", "line")
        }

    before, after = found(wrong), found(wrong | {more})
    assert all(after[level] <= before[level] for level in before)


@pytest.mark.parametrize(("name", "form"), KINDS)
@settings(max_examples=3)
@given(data=st.data())
def test_counts_of_shards_add_up_to_the_counts_of_the_whole(gold, name: str, form: str, data: st.DataObject) -> None:
    task = task_named(name)
    units = task.units(gold)
    by_id = {r["id"]: task.parse(units[r["id"]], r) for r in noisy(gold, name, form)}
    whole = scoring.count(task, units, [by_id], Options())[0].select(task.columns).sum()
    # A shard holds whole scoring units: pages, rows, or pairs with their twins.
    wholes = task.group(units, by_id)[0] if task.group else {n: [{"id": n}] for n in units}
    members = [[row["id"] for row in wholes[n]] for n in sorted(wholes)]
    first = data.draw(st.sets(st.sampled_from(range(len(members)))))
    halves = ([m for n, m in enumerate(members) if n in first], [m for n, m in enumerate(members) if n not in first])
    shards = [{n: units[n] for part in half for n in part} for half in halves]
    parts = [scoring.count(task, shard, [by_id], Options())[0].select(task.columns).sum() for shard in shards]
    assert np.allclose(whole.to_numpy(), parts[0].to_numpy() + parts[1].to_numpy())


def test_count_columns_and_keys_have_names_of_their_own() -> None:
    for task in TASKS:
        names = [*task.keys, *task.columns, "wrong", "detail"]
        assert len(names) == len(set(names)), task.name
        assert {column for metric in task.metrics for column in metric.n} <= set(task.columns)


def test_counts_of_boilerplate_by_hand(minimal_gold, predict) -> None:
    # The page: headline (15 visible characters), body (41), "Share this page" (13), "Paris offers help!" (16).
    records = [{"id": "detente-900", "lines": [1, 1, 1, 0]}]
    scores = scoring.score(predict(BOILERPLATE, minimal_gold, records), minimal_gold)
    found = values(scores)
    body = len("Franceisreadytosharemore.ItsaidsoonMonday.")
    share, related = len("Sharethispage"), len("Parisoffershelp!")
    assert found["char_precision"] == body / (body + share)
    assert found["char_recall"] == 1
    assert found["char_f1"] == 2 * body / (2 * body + share)
    # 6 words and a full stop, 5 words and a full stop: 13 tokens of the body, 3 of the share line; one line each.
    assert found["token_precision"] == 13 / (13 + 3)
    assert found["line_precision"] == 1 / 2
    assert found["removed_share"] == 0
    assert found["removed_related"] == 1
    assert np.isnan(found["removed_ad"])
    assert scores.n["char_f1"] == body + share + related
    start = minimal_gold.articles["detente-900"]["text"].index("Share")
    block = {"kind": "let in", "of": "page", "start": start, "end": start + 15, "text": "Share this page"}
    assert errors(scores).rows() == [
        ("detente-900:b03", "main", float(share), f"let in {share} of {share} characters: Share this page", [block])
    ]


def test_what_survives_of_other_layers_by_hand(minimal_gold, predict) -> None:
    # Body: "France is ready to share more. It said so on Monday." with two claims, one evidence span and one cue.
    cut = len("Paris offers help\n\n")
    first = [cut, cut + len("France is ready to share more.")]
    records = [{"id": "detente-900", "content": [first]}]
    found = values(scoring.score(predict(BOILERPLATE, minimal_gold, records), minimal_gold))
    assert (found["claims_kept"], found["evidence_kept"], found["cues_kept"]) == (1 / 2, 1, 0)
    assert (found["promotional"], found["non_latin_share"]) == (0, 0)
    # With paratext as content the headline's claim counts too, and is lost.
    options = Options(paratext="content")
    found = values(scoring.score(predict(BOILERPLATE, minimal_gold, records), minimal_gold, options))
    assert found["claims_kept"] == 1 / 3


def test_promotion_and_foreign_letters_that_enter_are_shares_of_what_is_kept(gold, predict) -> None:
    pages = BOILERPLATE.units(gold)
    ads = [[row["start"], row["end"]] for row in pages["detente-001"].segments if row["type"] == "ad"]
    records = [{"id": name, "content": ads if name == "detente-001" else []} for name in pages]
    found = values(scoring.score(predict(BOILERPLATE, gold, records), gold))
    assert found["promotional"] == 1
    # The casino's title and teaser are Russian but for "Vavada"; its date is "3 days ago".
    shown = "".join(pages["detente-001"].text[start:end] for start, end in ads)
    latin = sum(letter.isalpha() and letter < "\u0250" for letter in shown)
    letters = sum(letter.isalpha() for letter in shown)
    assert found["non_latin_share"] == (letters - latin) / letters


def test_stance_scores_by_hand(minimal_gold, predict) -> None:
    # France favors (scale 2) in one of 72 cells, the others are null. Predicted: 1 there and −0.4 elsewhere: all right.
    units = STANCE.units(minimal_gold)
    favor = "detente-900:france:ct_cooperation:current:own"
    scored = predict(STANCE, minimal_gold, [{"id": name, "score": 1 if name == favor else -0.4} for name in units])
    found = scoring.score(scored, minimal_gold)
    assert values(found)["accuracy"] == 1
    # Only one cell has a scale: |2 − 1|.
    assert values(found)["mae"] == 1
    assert found.n["mae"] == 1
    # The majority class is none: 71 of 72 right, and nothing is found.
    assert found.floors["majority"]["accuracy"] == 71 / 72
    shares = {"favor": 0.6, "against": 0.0, "none": 0.4}
    probabilities = [
        {"id": name, "probabilities": {"favor": 0.5, "against": 0.25, "none": 0.25} if name == favor else shares}
        for name in units
    ]
    found = scoring.score(predict(STANCE, minimal_gold, probabilities), minimal_gold)
    # (.5² + .25² + .25²) once and (.6² + 0² + .6²) 71 times; the bins of .5 (right) and .6 (wrong).
    assert values(found)["brier"] == pytest.approx((0.375 + 71 * 0.72) / 72)
    assert values(found)["calibration_error"] == pytest.approx((0.5 + 71 * 0.6) / 72)
    assert values(found)["accuracy"] == 1 / 72


def test_stance_is_found_and_then_placed_by_hand(gold, predict) -> None:
    rows = STANCE.units(gold)
    stances = [name for name, row in rows.items() if row["label"] != "none"]
    null = [name for name, row in rows.items() if row["label"] == "none"]
    # Two stances are missed, one has the wrong side, and three null cells are given one.
    turned = {stances[2]: "against" if rows[stances[2]]["label"] == "favor" else "favor"}
    said = dict.fromkeys(stances[:2], "none") | turned | dict.fromkeys(null[:3], "against")
    records = [{"id": name, "label": said.get(name, row["label"])} for name, row in rows.items()]
    found = values(scoring.score(predict(STANCE, gold, records), gold))
    n = len(stances)
    assert found["detection_f1"] == 2 * (n - 2) / (2 * (n - 2) + 3 + 2)
    assert found["polarity_accuracy"] == (n - 3) / (n - 2)
    silent = scoring.score(predict(STANCE, gold, [{"id": name, "label": "none"} for name in rows]), gold)
    assert values(silent)["detection_f1"] == values(silent)["f_avg"] == 0
    assert np.isnan(values(silent)["polarity_accuracy"])  # no cell where both sides have a stance


def test_the_independent_source_error_counts_families_by_hand(wide_gold, predict) -> None:
    # Twelve families tell that France favors, and none that it is against. Three rows are turned round:
    # favor is told by 9 instead of 12, against by 3 instead of 0.
    rows = STANCE.units(wide_gold)
    favor = [name for name, row in rows.items() if row["label"] == "favor"]
    records = [{"id": name, "label": "against" if name in favor[:3] else row["label"]} for name, row in rows.items()]
    found = scoring.score(predict(STANCE, wide_gold, records), wide_gold)
    assert values(found)["family_count_error"] == (3 + 3) / 2
    assert found.n["family_count_error"] == 2


@pytest.mark.parametrize(
    ("score", "label"), [(2, "favor"), (0.5, "favor"), (0.49, "none"), (-0.5, "against"), (0, "none")]
)
def test_a_score_folds_to_its_label(score: float, label: str) -> None:
    assert STANCE.parse({}, {"id": "x", "score": score}).label == label


def test_the_most_probable_label_does_not_depend_on_the_order_of_keys() -> None:
    shares = {"favor": 0.4, "against": 0.4, "none": 0.2}
    labels = {
        STANCE.parse({}, {"id": "x", "probabilities": dict(order)}).label
        for order in itertools.permutations(shares.items())
    }
    assert labels == {"favor"}


def test_alternatives_count_only_if_accepted(gold, predict) -> None:
    rows = STANCE.units(gold)
    soft = {n: a["value"] for n, row in rows.items() for a in row["alternatives"] if a["field"] == "label"}
    assert soft
    records = [{"id": name, "label": soft.get(name, row["label"])} for name, row in rows.items()]
    checked = predict(STANCE, gold, records)
    assert len(errors(scoring.score(checked, gold))) == len(soft)
    accepted = scoring.score(checked, gold, Options(alternatives="accept"))
    assert errors(accepted).is_empty()
    assert "alternatives:accept" in accepted.signature


def test_a_scale_alternative_is_measured_from_the_nearer_value(gold, predict) -> None:
    rows = STANCE.units(gold)
    soft = {n: float(a["value"]) for n, row in rows.items() for a in row["alternatives"] if a["field"] == "scale"}
    assert soft
    records = [{"id": n, "score": soft.get(n, float(row["scale"] or 0))} for n, row in rows.items()]
    checked = predict(STANCE, gold, records)
    assert values(scoring.score(checked, gold))["mae"] > 0
    assert values(scoring.score(checked, gold, Options(alternatives="accept")))["mae"] == 0


def test_stance_is_broken_down_by_who_tells_it(gold, predict) -> None:
    rows = STANCE.units(gold)
    wrong = {"favor": "against", "against": "favor", "none": "favor"}
    records = [
        {"id": name, "label": wrong[row["label"]] if row["told_by"] == "other" else row["label"]}
        for name, row in rows.items()
    ]
    scores = scoring.score(predict(STANCE, gold, records), gold)
    assert values(scores)["accuracy"] == 1 / 2  # each holder, target and time has a cell of either teller
    assert {teller: part["accuracy"] for teller, part in scores.breakdown["told_by"].items()} == {"own": 1, "other": 0}
    assert set(scores.breakdown["holder"]) < {row["holder"] for row in rows.values()} | {"x"}


def test_a_macro_average_is_over_the_classes_of_the_whole_gold_and_a_familys_over_its_own(gold, predict) -> None:
    records = gold_records(gold, "stance", "label")
    scores = scoring.score(predict(STANCE, gold, records), gold)
    # Only one family has a headline row against: elsewhere the mean is over the classes that are there.
    for name in ("macro_f1", "f_avg", "accuracy"):
        found = scores.metrics[name]
        assert (found.defined, found.clusters, found.low, found.mean) == (4, 4, 1, 1), name


def test_ten_units_or_more_are_bootstrapped_and_say_so(gold, predict) -> None:
    records = noisy(gold, "stance", "label")
    by_item = scoring.Resampling(unit="item", resamples=200, seed=4)
    first = scoring.score(predict(STANCE, gold, records), gold, resampling=by_item)
    again = scoring.score(predict(STANCE, gold, records), gold, resampling=by_item)
    assert first.interval == "bootstrap"
    assert "|unit:item|resamples:200|seed:4|" in first.signature
    assert first.metrics["accuracy"] == again.metrics["accuracy"]
    assert first.metrics["accuracy"].low < first.metrics["accuracy"].value < first.metrics["accuracy"].high


def test_from_ten_families_on_families_are_resampled(wide_gold, predict) -> None:
    # Every second page keeps one boilerplate line of 13 characters beside its body.
    records = [{"id": name, "lines": [0, 1, number % 2, 0]} for number, name in enumerate(BOILERPLATE.units(wide_gold))]
    scores = scoring.score(predict(BOILERPLATE, wide_gold, records), wide_gold)
    precision = scores.metrics["char_precision"]
    body, share = len("Franceisreadytosharemore.ItsaidsoonMonday."), len("Sharethispage")
    assert scores.interval == "bootstrap"
    assert "|families:12|interval:bootstrap|unit:family|resamples:1000|seed:0|" in scores.signature
    assert precision.value == pytest.approx(12 * body / (12 * body + 6 * share))
    assert body / (body + share) < precision.low < precision.value < precision.high < 1
    assert precision.undefined == 0
    # No page has an ad: undefined throughout, so there is no interval.
    assert np.isnan(scores.metrics["removed_ad"].low)
    assert scores.metrics["removed_ad"].undefined == 1


def test_a_line_of_two_segments_counts_for_the_larger() -> None:
    page = Page(
        "x",
        "x",
        "Paris: the news goes on\nShare",
        ({"start": 0, "end": 6}, {"start": 7, "end": 23}, {"start": 24, "end": 29}),
    )
    assert page.segment_of_line.tolist() == [1, 2]
    # "Paris" and ":" start in the first segment, four words in the second.
    assert page.segment_of_token.tolist() == [0, 0, 1, 1, 1, 1, 2]


def test_per_unit_rows_add_up(gold, predict) -> None:
    records = noisy(gold, "boilerplate", "content")
    scores = scoring.score(predict(BOILERPLATE, gold, records), gold)
    rows = per_unit(scores)
    assert rows["id"].to_list() == list(gold.articles)
    assert rows["char_f1"][0] == 0
    assert rows["family"].to_list() == [article["family"] for article in gold.articles.values()]
    labels = per_unit(scoring.score(predict(STANCE, gold, noisy(gold, "stance", "label")), gold))
    assert labels.filter(pl.col("gold") == pl.col("predicted"))["wrong"].sum() == 0
    assert labels["accuracy"].to_list() == (labels["gold"] == labels["predicted"]).cast(pl.Float64).to_list()


NOUNS = {
    "boilerplate": (
        *("character", "token", "line", "paragraph", "claim", "span", "letter"),
        *("word boundary", "pair of characters", "line end"),
    ),
    "claims": ("claim", "character", "page", "proposition", "span"),
    "stance": ("item", "stance", "target"),
    "stance_open": ("stance", "pair", "label", "token"),
    "agreement": ("item",),
    "attribution": ("claim", "source", "token", "character"),
    "derivation": ("edge", "pair", "proposition"),
    "reuse": ("character", "passage", "pair"),
    "contrast": ("item", "pair", "pair of twins"),
    "content_extraction": (
        *("page", "snippet", "character", "block", "line"),
        *("word boundary", "pair of characters", "line end"),
        *("code block", "table", "cell", "formula", "heading", "list item", "link", "image"),
    ),
}
"""What the measures of each task count."""


@pytest.mark.parametrize("task", EVERY_TASK, ids=lambda task: task.name)
def test_every_metric_says_what_its_n_counts(task: Any) -> None:
    assert set(task.nouns) == {measure.name for measure in task.measures}
    assert set(task.nouns.values()) == set(NOUNS[task.name])
    # What a name says of itself, the noun says too.
    for word, noun in (("char", "character"), ("token", "token"), ("claims", "claim"), ("line", "line")):
        said = [of for name, of in task.nouns.items() if word in name.split("_")]
        assert all(of.startswith(noun) for of in said), word


# --- units that are counted together ----------------------------------------------------------------------------------

TOGETHER = [task for task in TASKS if task.count_all]
FORM_OF = {"claims": "claims", "attribution": "source", "derivation": "edges", "reuse": "passages"}


def unlike_the_gold(name: str, unit: Any, other: Any) -> dict[str, Any]:
    """A line for a unit, right and wrong in parts: what the gold has of it and, as far as it may be, of another."""
    key = FORM_OF[name]
    mine, theirs = (GOLD_AS_PREDICTION[name, key](each) for each in (unit, other))
    if name == "attribution":
        return {"id": "x", "source": theirs["source"], "type": mine["type"]}
    return {"id": "x", key: [*mine[key][::2], *(each for each in theirs[key][:2] if each not in mine[key])]}


def test_every_task_that_counts_units_together_is_tried() -> None:
    assert {task.name for task in TOGETHER} == {*FORM_OF}


@pytest.mark.parametrize("task", TOGETHER, ids=lambda task: task.name)
@pytest.mark.parametrize("alternatives", ["reject", "accept"])
def test_units_counted_together_are_counted_as_each_by_itself(gold, task: Any, alternatives: str) -> None:
    units, options = [*task.units(gold).values()], Options(alternatives=alternatives)
    said: list[Any] = [None]
    for other, unit in itertools.pairwise(units):
        try:
            said.append(task.parse(unit, unlike_the_gold(task.name, unit, other)))
        except PredictionError:  # what the other has, this one cannot
            said.append(task.parse(unit, {"id": "x", **GOLD_AS_PREDICTION[task.name, FORM_OF[task.name]](unit)}))
    batch = task.count_all(units, said, options)
    each = [row for pair in zip(units, said, strict=True) for row in task.count(*pair, options)]
    together = batch.told.to_dicts()
    assert [{name: value for name, value in row.items() if value not in (0, None)} for row in together] == [
        {name: value for name, value in row.items() if value not in (0, None)} for row in each
    ]
    assert any(row["wrong"] for row in each)
    assert not all(row["wrong"] for row in each)
    assert [bool(row["detail"]) for row in together] == [row["wrong"] > 0 for row in together]
    some = range(len(each) - 1, 0, -3)
    assert batch.words(some) == [together[place]["detail"] for place in some]
    assert batch.words([]) == []


@pytest.mark.parametrize("task", TOGETHER, ids=lambda task: task.name)
@pytest.mark.parametrize("count", [0, 1, 3])
def test_keys_are_not_marked_as_sorted_which_would_add_up_groups_in_another_order(gold, task: Any, count: int) -> None:
    (rows,) = scoring.count(task, dict(list(task.units(gold).items())[:count]), [{}], Options())
    assert rows.columns == [*task.keys, *task.columns, "wrong", "detail", "blocks"]
    assert rows.is_empty() == (count == 0)
    assert [key for key in task.keys if len(rows) > 1 and any(rows[key].flags.values())] == []
