"""The contrast set: scored by pairs and twins, and not to be solved from the edited words alone."""

import itertools
import re
from collections import Counter

import numpy as np
import pytest
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from detente.evaluation import score as scoring
from detente.tasks.contrast.task import CONTRAST
from detente.tasks.task import Options


def records(gold, change=lambda row: row["label"]):
    return [{"id": row["id"], "label": change(row)} for row in gold.rows("contrast")]


def test_a_model_that_never_changes_its_answer_gets_the_kept_pairs_only(gold, predict) -> None:
    first = {row["pair"]: row["label"] for row in gold.rows("contrast") if row["id"].endswith("a")}
    scores = scoring.score(predict(CONTRAST, gold, records(gold, lambda row: first[row["pair"]])), gold)
    assert scores.metrics["pair_consistency_keep"].value == 1
    assert scores.metrics["pair_consistency_change"].value == 0
    assert scores.metrics["twin_consistency"].value == 0
    # Half of the pairs change, and of those the second sentence is wrong: a quarter of all.
    right = scores.rows.filter(wrong=0)
    assert len(right) == 0.75 * len(scores.rows)


def test_pairs_and_twins_are_counted_by_hand(minimal_gold, predict) -> None:
    # Pair 1 changes (favor, none), its twin 2 stays (favor, favor). One sentence of pair 2 is wrong.
    wrong = records(minimal_gold, lambda row: "against" if row["id"] == "contrast:s002b" else row["label"])
    scores = scoring.score(predict(CONTRAST, minimal_gold, wrong), minimal_gold)
    found = {name: spread.value for name, spread in scores.metrics.items()}
    assert found["stance_accuracy"] == 3 / 4
    assert (found["pair_consistency_change"], found["pair_consistency_keep"], found["twin_consistency"]) == (1, 0, 0)
    # favor: 2 right, 1 lost, 0 let in; none: 1 right.
    assert found["stance_macro_f1"] == pytest.approx((4 / 5 + 1) / 2)
    assert np.isnan(found["agreement_accuracy"])


def test_alternatives_count_only_if_accepted(minimal_gold) -> None:
    group = [dict(row) for row in CONTRAST.units(minimal_gold).values()]
    group[3]["alternatives"] = [{"field": "label", "value": "against", "reason": "…"}]
    right = {row["id"]: row["label"] for row in group}

    def found(answer: str, how: str) -> tuple[int, int, int]:
        """Labels wrong, kept pairs right, and twins right."""
        rows = CONTRAST.count(group, right | {"contrast:s002b": answer}, Options(alternatives=how))
        return tuple(sum(row.get(name, 0) for row in rows) for name in ("wrong", "kept_right", "twins_right"))

    assert found("against", "reject") == (1, 0, 0)
    assert found("against", "accept") == (0, 1, 1)
    assert found("favor", "reject") == found("favor", "accept") == (0, 1, 1)  # the row's own
    assert found("none", "reject") == found("none", "accept") == (1, 0, 0)  # neither


def test_a_phenomenon_is_reported_alone_from_25_pairs_on(gold, predict) -> None:
    scores = scoring.score(predict(CONTRAST, gold, records(gold)), gold)
    pairs = Counter(row["phenomenon"] for row in gold.rows("contrast") if row["id"].endswith("a"))
    large = {name for name, count in pairs.items() if count >= 25}
    assert set(scores.breakdown["phenomenon"]) == large | {"others"}


def test_labels_of_the_other_task_are_refused(gold, predict) -> None:
    with pytest.raises(Exception, match="label-unknown"):
        predict(CONTRAST, gold, records(gold, lambda row: "agree" if row["task"] == "stance" else row["label"]))


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text.lower()))


def test_whoever_sees_only_the_edited_words_stays_at_chance(gold) -> None:
    """Does the label change? Told from the words taken out and put in, trained on all other twins."""
    rows = {row["id"]: row for row in gold.rows("contrast")}
    pairs = sorted({row["pair"] for row in rows.values()})
    edits, changes, groups = [], [], []
    for pair in pairs:
        first, second = rows[f"{pair}a"], rows[f"{pair}b"]
        out, into = words(first["text"]) - words(second["text"]), words(second["text"]) - words(first["text"])
        edits.append({**{f"-{word}": 1 for word in out}, **{f"+{word}": 1 for word in into}})
        changes.append(first["edit"] != "keep")
        groups.append(min(pair, first["twin"]))
    features = DictVectorizer().fit_transform(edits)
    right = 0
    for group in sorted(set(groups)):
        test = np.array([each == group for each in groups])
        model = LogisticRegression().fit(features[~test], np.array(changes)[~test])
        right += int((model.predict(features[test]) == np.array(changes)[test]).sum())
    base = max(sum(changes), len(changes) - sum(changes)) / len(changes)
    assert base == 0.5
    # Twins have equal edited words and opposite answers, so exactly one of the two is right.
    assert right / len(pairs) == 0.5


def test_no_real_name_of_the_pages_is_used(gold) -> None:
    names = {name for row in gold.rows("sources") for name in [row["name"], *row["aliases"]] if len(name) > 3}
    names |= {"Moscow", "Paris", "Ukraine", "Kiev", "Crocus", "Sochi", "Olympic"}
    common = {"embassy", "diplomat", "minister", "ministry", "president", "ambassador"}
    for row, name in itertools.product(gold.rows("contrast"), names):
        if name.lower().removeprefix("the ") not in common:
            assert not re.search(rf"\b{re.escape(name)}\b", f"{row['text']} {row['proposition']}"), (row["id"], name)
