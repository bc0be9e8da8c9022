"""What is shown of a page, on the minimal corpus: where its three claims, its stance and its segments lie.

Paris offers help ⏎⏎ France is ready to share more. It said so on Monday. ⏎⏎ Share this page ⏎ Paris offers help!
0              17    19                           48 50                70    73           88   89               107
"""

from typing import Any

import pytest

from detente.data.corpus import Corpus
from detente.evaluation.score import score
from detente.evaluation.whole import read_all
from detente.report import evidence
from detente.report.evidence import Given, Mark, Sheet
from detente.tasks.all import EVERY_TASK

PAGE = "detente-900"


def sheet(gold: Corpus, task: str, *lines: dict[str, Any], page: str = PAGE) -> Sheet | None:
    read = read_all([list(lines)], gold, task)["predictions"]
    rows = score(read, gold).rows.to_dicts()
    key = evidence.page_key(read.task, gold)
    own = [row for row in rows if row[key] == page]
    return evidence.sheet(page, Given(gold, read, own, evidence.gold_rows(read.task, gold)))


def marks(found: Sheet | None) -> list[tuple[str, tuple[tuple[int, int], ...], str, str]]:
    assert found is not None
    return [(mark.of, tuple(mark.spans), mark.kind, mark.item) for mark in found.marks]


def test_what_a_text_lacks_and_lets_in_and_makes_up(minimal_gold: Corpus) -> None:
    found = sheet(
        minimal_gold, "boilerplate", {"id": PAGE, "text": "It said so on Monday.\nShare this page\nBuy this now"}
    )
    assert found is not None
    assert list(found.texts) == ["page", "output"]
    assert marks(found) == [
        ("page", ((19, 71),), "wanted", ""),
        ("page", ((19, 49),), "missed", f"{PAGE}:b02"),
        ("page", ((73, 88),), "let in", f"{PAGE}:b03"),
        ("output", ((38, 50),), "inserted", f"{PAGE}:output"),  # 21 + 1 + 15 + 1
    ]


def test_spans_have_no_output_to_show(minimal_gold: Corpus) -> None:
    found = sheet(minimal_gold, "boilerplate", {"id": PAGE, "content": [[19, 71]]})
    assert found is not None
    assert list(found.texts) == ["page"]
    assert marks(found) == [("page", ((19, 71),), "wanted", "")]


def test_claims_are_right_or_faulty_or_lost_and_predictions_matched_or_invented(minimal_gold: Corpus) -> None:
    claims = [
        {"spans": [[0, 17]], "type": "position", "presentation": "asserted", "check_worthy": True},
        {"spans": [[19, 48]], "type": "event", "presentation": "reported", "check_worthy": True},
        {"spans": [[73, 88]]},
    ]
    found = sheet(minimal_gold, "claims", {"id": PAGE, "claims": claims})
    assert marks(found) == [
        ("page", ((0, 17),), "right", f"{PAGE}:c01"),
        ("page", ((19, 48),), "faulty", f"{PAGE}:c02"),
        ("page", ((50, 70),), "lost", f"{PAGE}:c03"),
        ("page", ((0, 17),), "found", f"{PAGE}:c01"),
        ("page", ((19, 48),), "found", f"{PAGE}:c02"),
        ("page", ((73, 88),), "invented", f"{PAGE}:73-88"),
    ]
    assert found is not None
    assert found.marks[1].says == (
        "gold: position, reported: France is ready to share more.;"
        " type position, predicted event: France is ready to share more"
    )
    assert found.marks[5].says == "predicted: a claim"


def test_an_item_is_lost_if_its_row_says_so_and_not_if_its_text_does() -> None:
    rows = [
        {"item": "a", "wrong": 0, "detail": ""},
        {"item": "b", "wrong": 4, "detail": "missed: France"},
        {"item": "c", "wrong": 1, "detail": "type event: he missed: the train"},
    ]
    found = evidence._outcomes(rows)
    assert {item: kind for item, (kind, _) in found.items()} == {"a": "right", "b": "lost", "c": "faulty"}


def test_the_evidence_of_a_stance(minimal_gold: Corpus) -> None:
    item = f"{PAGE}:france:ct_cooperation:current:own"
    found = sheet(
        minimal_gold, "stance", *[{"id": name, "label": "none"} for name in minimal_gold.table("stance")["id"]]
    )
    assert found is not None
    assert found.texts == {"page": minimal_gold.articles[PAGE]["text"]}
    assert [mark for mark in marks(found) if mark[1]] == [("page", ((19, 48),), "evidence", item)]


def test_open_stances_lie_where_their_evidence_lies(minimal_gold: Corpus) -> None:
    stances = [
        {"holder": "france", "target": "ct_cooperation", "label": "favor", "evidence": [[19, 48]]},
        {"holder": "france", "target": "ct_cooperation", "label": "against", "evidence": [[50, 70]]},
    ]
    found = sheet(minimal_gold, "stance_open", {"id": PAGE, "stances": stances})
    assert marks(found) == [
        ("page", ((19, 48),), "right", f"{PAGE}:france:ct_cooperation:current:own"),
        ("page", ((50, 70),), "invented", f"{PAGE}:france:ct_cooperation:against:50-70"),
        ("page", ((19, 48),), "found", ""),
    ]


def test_an_open_stance_that_nobody_predicts_is_lost(minimal_gold: Corpus) -> None:
    found = sheet(minimal_gold, "stance_open", {"id": PAGE, "stances": []})
    assert [mark[2] for mark in marks(found)] == ["lost"]


def test_the_claims_from_which_agreement_follows(minimal_gold: Corpus) -> None:
    item = f"{PAGE}::france-ready-to-share"
    found = sheet(
        minimal_gold, "agreement", {"id": item, "label": "unrelated"}, {"id": f"{PAGE}::paris-shut", "label": "agree"}
    )
    assert found is not None
    assert found.marks == [
        Mark("page", ((0, 17),), "evidence", item, "asserted, less specific"),
        Mark("page", ((19, 48),), "evidence", item, "reported, same"),
    ]


def test_source_cue_and_claim_of_an_attribution_and_the_words_that_are_predicted(minimal_gold: Corpus) -> None:
    lines = [{"id": f"{PAGE}:c0{number}", "source": []} for number in (1, 3)]
    found = sheet(minimal_gold, "attribution", *lines, {"id": f"{PAGE}:c02", "source": [[50, 52]], "cue": [[53, 62]]})
    own = [mark for mark in marks(found) if mark[3] == f"{PAGE}:c02"]
    assert own == [
        ("page", ((19, 48),), "claim", f"{PAGE}:c02"),
        ("page", ((50, 52),), "source", f"{PAGE}:c02"),
        ("page", ((53, 57),), "cue", f"{PAGE}:c02"),
        ("page", ((50, 52),), "predicted", f"{PAGE}:c02"),
        ("page", ((53, 62),), "predicted", f"{PAGE}:c02"),
    ]


def test_the_evidence_of_an_edge(minimal_gold: Corpus) -> None:
    found = sheet(minimal_gold, "derivation", {"id": PAGE, "edges": []})
    assert marks(found) == [("page", ((50, 70),), "evidence", f"{PAGE}>monday-statement")]


def test_passages_are_marked_on_both_sides(gold: Corpus) -> None:
    pair = "detente-000::detente-001"
    (first, *_) = rows = [row for row in gold.rows("reuse") if row["id"].startswith(pair)]
    sides = [(row["this"], row["source_span"]) for row in rows]
    lines = [{"id": name, "passages": []} for name in gold_pairs(gold) if name != pair]
    passages = [
        {"this": [this["start"], this["end"]], "source_span": [source["start"], source["end"]]}
        for this, source in sides[:1]
    ] + [{"this": [0, 5], "source_span": [0, 5]}]
    found = sheet(gold, "reuse", {"id": pair, "passages": passages}, *lines, page=pair)
    assert found is not None
    assert list(found.texts) == ["detente-000", "detente-001"]
    ours = (first["this"]["start"], first["this"]["end"])
    theirs = (first["source_span"]["start"], first["source_span"]["end"])
    assert marks(found)[:2] == [
        ("detente-000", (ours,), "right", first["id"]),
        ("detente-001", (theirs,), "right", first["id"]),
    ]
    assert [mark[2] for mark in marks(found)[2 : 2 * len(rows)]] == ["lost"] * (2 * len(rows) - 2)
    assert marks(found)[2 * len(rows) :] == [
        ("detente-000", ((0, 5),), "invented", f"{pair}:0-5~0-5"),
        ("detente-001", ((0, 5),), "invented", f"{pair}:0-5~0-5"),
        ("detente-000", (ours,), "found", ""),
        ("detente-001", (theirs,), "found", ""),
    ]


def gold_pairs(gold: Corpus) -> list[str]:
    names = sorted(gold.articles)
    return [f"{one}::{two}" for place, one in enumerate(names) for two in names[place + 1 :]]


def test_the_text_of_a_contrast_item(gold: Corpus) -> None:
    rows = gold.rows("contrast")
    lines = [{"id": row["id"], "label": row["label"]} for row in rows]
    assert sheet(gold, "contrast", *lines, page=rows[0]["id"]) == Sheet({"text": rows[0]["text"]}, ())


def test_a_task_that_is_not_known_has_no_pages(minimal_gold: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "_SHEETS", {})
    assert sheet(minimal_gold, "derivation", {"id": PAGE, "edges": []}) is None


def test_every_task_is_shown_and_every_kind_has_a_meaning() -> None:
    assert evidence._SHEETS.keys() == {task.name for task in EVERY_TASK}
    assert set(evidence.ON_CHOICE) < evidence.MEANINGS.keys()
