"""The defects seen in official scorers (design, section 13), one test a row: ours has none of them.

The official behaviour, under the official names, is in `test_official.py`.
"""

import random

import numpy as np
import pytest

from detente.data.problems import ValidationError
from detente.evaluation import score as scoring
from detente.metrics import classification, official, ranking
from detente.stats import bootstrap as resample
from detente.tasks.agreement.task import AGREEMENT
from detente.tasks.attribution.task import ATTRIBUTION
from detente.tasks.boilerplate.task import BOILERPLATE
from detente.tasks.claims.task import CLAIMS
from detente.tasks.reuse.task import REUSE
from detente.tasks.stance.task import STANCE
from detente.tasks.stance_open.task import STANCE_OPEN


def values(scores: scoring.Scores) -> dict[str, float]:
    return {name: spread.value for name, spread in scores.metrics.items()}


def labels(gold, task, change=lambda row: row["label"]):
    return [{"id": name, "label": change(row)} for name, row in task.units(gold).items()]


def spans_of(gold):
    return {
        name: [
            {"spans": [list(span) for span in spans], "type": row["type"]}
            for row, spans in zip(article.claims, article.spans, strict=True)
        ]
        for name, article in CLAIMS.units(gold).items()
    }


def test_semeval_ids_align_and_the_majority_stands_beside_the_score(gold, predict) -> None:
    records = labels(gold, STANCE)
    random.Random(0).shuffle(records)
    assert values(scoring.score(predict(STANCE, gold, records), gold))["accuracy"] == 1
    majority = scoring.score(predict(STANCE, gold, labels(gold, STANCE, lambda _: "none")), gold)
    assert majority.floors["majority"]["accuracy"] == majority.metrics["accuracy"].value
    # Nine cells of ten have no stance; one class of three is ever right: its F1 over three, however large that class.
    assert majority.metrics["f_avg"].value == majority.metrics["detection_f1"].value == 0
    assert values(majority)["macro_f1"] < 1 / 3


def test_fnc1_a_short_submission_is_refused_and_always_discuss_is_seen_through(gold, predict) -> None:
    with pytest.raises(ValidationError, match="id-missing"):
        predict(AGREEMENT, gold, labels(gold, AGREEMENT)[:-1])
    # FNC-1's own test set, related and unrelated told perfectly, all related called "discuss".
    confusion = np.diag([0, 0, 4464, 18349]) + np.array([[0, 0, 1903, 0], [0, 0, 697, 0], [0] * 4, [0] * 4])
    counts = {"agree>discuss": 1903, "disagree>discuss": 697, "discuss>discuss": 4464, "unrelated>unrelated": 18349}
    assert official.fnc1(confusion=counts)["relative"] == pytest.approx(0.8326, abs=5e-5)
    # discuss: 2·4464 / (2·4464 + 1903 + 697); agree and disagree 0; unrelated 1.
    assert classification.macro_f1(confusion) == pytest.approx((2 * 4464 / (2 * 4464 + 2600) + 1) / 4)


def test_rumoureval_skipping_the_hard_items_does_not_help(gold, predict) -> None:
    rows = STANCE.units(gold)
    wrong = {"favor": "none", "none": "favor", "against": "against"}
    hard = {name for name in list(rows)[::3] if wrong[rows[name]["label"]] != rows[name]["label"]}
    tried = labels(gold, STANCE, lambda row: wrong[row["label"]] if row["id"] in hard else row["label"])
    skipped = [record for record in tried if record["id"] not in hard]
    full = values(scoring.score(predict(STANCE, gold, tried), gold))
    short = values(scoring.score(predict(STANCE, gold, skipped, allow_missing=True), gold))
    assert short["accuracy"] == full["accuracy"]
    assert short["macro_f1"] < 1


def test_checkthat_ties_are_averaged_over_and_a_line_counts_once() -> None:
    # Two relevant of four, the scores tied in the middle: every order of the tie gives one value.
    scores, relevant = [0.9, 0.5, 0.5, 0.1], [True, False, True, False]
    turned = [0.9, 0.5, 0.5, 0.1], [True, True, False, False]
    assert ranking.average_precision(scores, relevant) == ranking.average_precision(*turned)
    # Ranks of the tied one: 2 (AP (1 + 1)/2) or 3 (AP (1 + 2/3)/2), equally likely.
    assert ranking.average_precision(scores, relevant) == pytest.approx((1 + 5 / 6) / 2)
    assert ranking.average_precision([0.5] * 9, [True] * 9) == 1


def test_nervaluate_the_order_of_predictions_does_not_matter(gold, predict) -> None:
    claims = spans_of(gold)
    # Every claim once as it is and once cut short: greedy matching would depend on which comes first.
    both = {
        name: items + [{**item, "spans": [[item["spans"][0][0], item["spans"][0][1] - 1]]} for item in items[:5]]
        for name, items in claims.items()
    }
    ordered = [{"id": name, "claims": items} for name, items in both.items()]
    turned = [{"id": name, "claims": items[::-1]} for name, items in both.items()]
    first, second = (scoring.score(predict(CLAIMS, gold, records), gold) for records in (ordered, turned))
    assert values(first) == pytest.approx(values(second), nan_ok=True)
    assert values(first)["exact_recall"] == 1
    assert values(first)["exact_precision"] < 1


def test_wikinews_no_overlap_is_no_match_whatever_the_type(gold, predict) -> None:
    records = []
    for name, claim in ATTRIBUTION.units(gold).items():
        # The right type for every claim, and the page's first characters as the source's words.
        records.append({"id": name, "source": [[0, 3]], "type": claim.rows[0]["type"]})
    found = values(scoring.score(predict(ATTRIBUTION, gold, records), gold))
    assert found["attribution_type_accuracy"] == 1
    assert found["source_token_f1"] < 0.05
    assert np.isfinite(found["source_token_precision"])


def test_averitec_predicting_more_costs_precision(gold, predict) -> None:
    claims = spans_of(gold)
    exact = values(scoring.score(predict(CLAIMS, gold, [{"id": n, "claims": c} for n, c in claims.items()]), gold))
    more = [{"id": n, "claims": [*c, {"spans": [[0, 1]], "type": "event"}]} for n, c in claims.items()]
    found = values(scoring.score(predict(CLAIMS, gold, more), gold))
    size = sum(map(len, claims.values()))
    assert exact["exact_f1"] == 1
    assert found["exact_precision"] == size / (size + 5)
    # And a right span with a wrong type is no right type.
    wrong = [{"id": n, "claims": [{**item, "type": "causal"} for item in c]} for n, c in claims.items()]
    assert values(scoring.score(predict(CLAIMS, gold, wrong), gold))["claim_type_accuracy"] < 0.1


def test_article_extraction_an_empty_output_cannot_lift_a_score(gold, predict) -> None:
    pages = BOILERPLATE.units(gold)
    tried = [{"id": name, "text": page.text} for name, page in pages.items()]
    worst = "detente-002"  # the page with the longest appeal
    dropped = [{"id": r["id"], "text": "" if r["id"] == worst else r["text"]} for r in tried]
    full, empty = (scoring.score(predict(BOILERPLATE, gold, records), gold) for records in (tried, dropped))
    # Precision of what is left may rise; recall pays, and F1 is of the pooled counts, not of two means.
    assert empty.metrics["char_f1"].value < full.metrics["char_f1"].value
    assert empty.metrics["char_f1"].low == 0
    p, r = empty.metrics["char_precision"].value, empty.metrics["char_recall"].value
    assert empty.metrics["char_f1"].value == pytest.approx(2 * p * r / (p + r))


def test_sacrebleu_bounds_are_percentiles_and_are_not_hidden_at_zero() -> None:
    def share(counts: np.ndarray) -> np.ndarray:
        return classification.ratio(counts[..., 0], counts[..., 1])

    sums = np.array([[0.0, 10.0]] * 9 + [[10.0, 10.0]])
    spread = resample.estimate(share, resample.Clusters(sums), resample.bootstrap_weights(10, 4000, 0) @ sums)
    # One cluster of ten is right: the bounds lie unevenly about .1 and never below 0.
    assert spread.low == 0
    assert spread.high - spread.value > spread.value - spread.low
    wrong = np.array([[0.0, 10.0]] * 10)
    nothing = resample.estimate(share, resample.Clusters(wrong), resample.bootstrap_weights(10, 100, 0) @ wrong)
    assert (nothing.value, nothing.low, nothing.high) == (0, 0, 0)


def test_sentiment_graph_copies_of_one_stance_do_not_score(gold, predict) -> None:
    units = STANCE_OPEN.units(gold)
    one = {name: [article.gold[0][0]] for name, article in units.items()}
    records = [{"id": name, "stances": [stance(row) for row in rows]} for name, rows in one.items()]
    single = values(scoring.score(predict(STANCE_OPEN, gold, records), gold))
    assert single["strict_precision"] == 1
    assert single["strict_recall"] < 0.5
    copies = [{**record, "stances": record["stances"] * 2} for record in records]
    with pytest.raises(ValidationError, match="is a duplicate of"):
        predict(STANCE_OPEN, gold, copies)
    # Nor do copies with other evidence: only one of them finds its row.
    cut = [
        {"id": r["id"], "stances": [s, {**s, "evidence": [[s["evidence"][0][0], s["evidence"][0][0] + 6]]}]}
        for r in records
        for s in r["stances"]
    ]
    doubled = values(scoring.score(predict(STANCE_OPEN, gold, cut), gold))
    assert doubled["strict_recall"] == single["strict_recall"]
    assert doubled["strict_precision"] < 1
    # A weight is never taken from a row of another label.
    other = {"favor": "against", "against": "favor"}
    turned = [{"id": r["id"], "stances": [{**s, "label": other[s["label"]]} for s in r["stances"]]} for r in records]
    assert values(scoring.score(predict(STANCE_OPEN, gold, turned), gold))["strict_f1"] < single["strict_f1"]


def stance(row):
    evidence = [[span["start"], span["end"]] for span in row["evidence"]]
    return {"holder": row["holder"], "target": row["target"], "label": row["label"], "evidence": evidence}


def test_plagdet_nothing_to_find_and_nothing_found_do_not_crash(gold, predict) -> None:
    nothing = [{"id": name, "passages": []} for name in REUSE.units(gold)]
    found = values(scoring.score(predict(REUSE, gold, nothing), gold))
    assert found["micro_recall"] == 0
    assert np.isnan(found["micro_precision"])
    # No overlap at all: detections on the first characters of pairs that share nothing.
    empty = [
        {"id": n, "passages": [] if pair.rows else [{"this": [0, 3], "source_span": [0, 3]}]}
        for n, pair in REUSE.units(gold).items()
    ]
    assert values(scoring.score(predict(REUSE, gold, empty), gold))["micro_precision"] == 0


def test_news_copy_a_pair_is_one_edge_whichever_way_it_is_listed(gold, predict) -> None:
    names = list(REUSE.units(gold))
    assert all(name == "::".join(sorted(name.split("::"))) for name in names)
    first, second = names[0].split("::")
    with pytest.raises(ValidationError, match="id-unknown"):
        predict(REUSE, gold, [{"id": f"{second}::{first}", "passages": []}], allow_missing=True)
