import json
import math
import re
from pathlib import Path
from typing import Any

import pytest

import detente
from detente.data.corpus import Corpus
from detente.data.problems import ValidationError
from detente.evaluation.score import Resampling, Scores
from detente.evaluation.systems import Systems, read_systems
from detente.report import error_report as reports
from detente.report.error_report import Confused, Spread, confusion, error_report, items, spreads
from detente.tasks.task import Options

LABELS = ("favor", "against", "none")


def read(*systems: Any, task: str | None = "stance", **reading: Any) -> tuple[Systems, dict[str, Scores]]:
    found = read_systems(systems, task, **reading)
    return found, found.scores(Options(), Resampling(resamples=20))


def labels(tmp_path: Path, gold: str, *systems: str, name: str = "gold.csv") -> tuple[Systems, dict[str, Scores]]:
    """Gold of labels and systems, one letter an item: f, a, n."""
    of = {label[0]: label for label in LABELS}
    path = tmp_path / name
    path.write_text("id,label,topic\n" + "".join(f"i{n},{of[one]},t{n % 2}\n" for n, one in enumerate(gold)))
    lines = [[{"id": f"i{n}", "label": of[one]} for n, one in enumerate(said)] for said in systems]
    return read(*lines, gold=path, names=[f"s{n}" for n in range(len(systems))])


def embedded(html: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data-report">(.*?)</script>', html)
    assert found
    document: dict[str, Any] = json.loads(found[1])
    return document


def report(systems: Systems, scores: dict[str, Scores], *asked: Any) -> dict[str, Any]:
    return embedded(error_report(systems, scores, *asked))


def test_what_is_wrong_comes_first_and_equals_in_the_order_of_the_gold(tmp_path: Path) -> None:
    _, scores = labels(tmp_path, "fanf", "ffna")
    found = items(list(scores.values()))
    assert found.names == ["i1", "i3", "i0", "i2"]
    assert (found.wrong, found.every, found.remark) == (2, 4, "")
    assert [row["predicted"] for row in found.rows[0]["i1"]] == ["favor"]


def test_an_item_is_wrong_if_one_of_the_systems_is(tmp_path: Path) -> None:
    _, scores = labels(tmp_path, "fan", "fan", "faf")
    found = items(list(scores.values()))
    assert (found.names, found.wrong) == (["i2", "i0", "i1"], 1)


@pytest.mark.parametrize(
    ("most", "names", "remark"),
    [
        (6, ["i0", "i1", "i2", "i3", "i4", "i5"], ""),
        (5, ["i0", "i1", "i2", "i3", "i4"], "4 of 4 wrong items are listed, all of them; and 1 of 2 right ones"),
        (4, ["i0", "i1", "i2", "i3"], "4 of 4 wrong items are listed, all of them; and 0 of 2 right ones"),
        # One in ⌈4 / 3⌉ = 2: two of them, which leaves room for one that is right.
        (3, ["i0", "i2", "i4"], "2 of 4 wrong items are listed, one in 2; and 1 of 2 right ones"),
    ],
)
def test_of_more_items_than_there_is_room_for_some_at_equal_distances_are_listed(
    tmp_path: Path, most: int, names: list[str], remark: str
) -> None:
    _, scores = labels(tmp_path, "ffffaa", "aaaaaa")
    found = items(list(scores.values()), most)
    assert (found.names, found.remark) == (names, remark)


def test_of_more_errors_than_there_is_room_for_the_worst_are_listed() -> None:
    page = detente.inputs("boilerplate")
    _, scores = read([{"id": each["id"], "text": each["text"]} for each in page], task="boilerplate")
    every = items(list(scores.values()))
    found = items(list(scores.values()), 3)
    assert found.names == every.names[:3]
    assert (
        found.remark
        == f"3 of {every.wrong} wrong items are listed, the worst; and 0 of {every.every - every.wrong} right ones"
    )


def test_confusions_are_ordered_as_the_inventory_and_the_fullest_first(tmp_path: Path) -> None:
    _, scores = labels(tmp_path, "ffffannn", "faannfff")
    found = confusion(scores["s0"])
    assert found is not None
    assert found.labels == ["favor", "against", "none"]
    assert [[cell.size for cell in row] for row in found.rows] == [[1, 2, 1], [0, 0, 1], [3, 0, 0]]
    assert [(cell.gold, cell.said, cell.size, cell.of) for cell in found.errors] == [
        ("none", "favor", 3, 3),
        ("favor", "against", 2, 4),
        ("favor", "none", 1, 4),
        ("against", "none", 1, 1),
    ]


def test_a_cell_is_as_dark_as_its_share_of_the_gold_label() -> None:
    # ⌈4 × share⌉: a quarter is level 1, anything more level 2.
    shares = {0: 0, 1: 1, 25: 1, 26: 2, 50: 2, 51: 3, 75: 3, 76: 4, 100: 4}
    assert {size: Confused("a", "b", size, 100).level for size in shares} == shares
    assert Confused("a", "b", 0, 0).level == 0


def test_many_labels_are_no_table_but_a_list() -> None:
    claims = detente.inputs("attribution")
    _, scores = read([{"id": each["id"], "source": each["sources"][0]["id"]} for each in claims], task="attribution")
    (found,) = map(confusion, scores.values())
    assert found is not None
    assert (found.labels, found.rows) == ((), ())
    assert len(found.errors) == reports.SHOWN_CONFUSIONS


def test_a_task_without_labels_has_no_confusion() -> None:
    _, scores = read([{"id": each["id"], "text": ""} for each in detente.inputs("boilerplate")], task="boilerplate")
    assert [confusion(each) for each in scores.values()] == [None]


def test_a_metric_is_drawn_between_its_bounds_the_better_to_the_right() -> None:
    up = Spread("f1", 0.25, 0.0, 1.0, {}, (0.0, 1.0), "", 1.0)
    assert [up.place(value) for value in (0.25, 0.0, 1.0, math.nan)] == [25, 0, 100, None]
    down = up._replace(scale=(0.0, 4.0), best=0.0)
    assert [down.place(value) for value in (0.0, 1.0, 4.0, 5.0)] == [100, 75, 0, 0]
    both = up._replace(scale=(-1.0, 1.0))
    assert both.place(0.0) == 50


def test_a_metric_without_a_greatest_value_is_drawn_up_to_what_is_shown_of_it() -> None:
    names = [f"detente-00{one}::detente-00{two}" for one in range(5) for two in range(one + 1, 5)]
    _, scores = read([{"id": name, "passages": []} for name in names], task="reuse")
    (found,) = scores.values()
    drawn = {each.name: each for each in spreads(found, ["granularity", "passage_f1"])}
    assert drawn["passage_f1"].scale == (0.0, 1.0)
    assert drawn["granularity"].scale == (1.0, 2.0)  # 1 at least, and nothing is detected


def test_the_document_names_strings_by_number(tmp_path: Path) -> None:
    systems, scores = labels(tmp_path, "fan", "ffn", "fan")
    found = report(systems, scores)
    assert found["systems"] == ["s0", "s1"]
    assert found["filters"] == ["topic"]
    (first, *_) = found["items"]
    word = found["values"]
    assert first["name"] == "i1"
    assert word[first["gold"]] == "against"
    assert [word[each] for each in first["said"]] == ["favor", "against"]
    assert [word[each] for each in first["detail"]] == ["against, predicted favor", ""]
    assert first["wrong"] == [1, 0]
    assert [word[each] for each in first["keys"]] == ["t1"]
    assert [page["sheets"] for page in found["pages"]] == [None, None, None]  # labels have no texts
    assert found["remarks"] == []


def test_facts_are_what_the_gold_says_of_an_item() -> None:
    lines = [{"id": each["id"], "label": "none"} for each in detente.inputs("stance")]
    systems, scores = read(lines)
    found = report(systems, scores)
    item = next(each for each in found["items"] if each["name"] == "detente-000:france:ct_cooperation:past:other")
    facts = {found["values"][name]: found["values"][value] for name, value in item["facts"]}
    assert facts["holder name"] == "France"
    assert facts["chain"] == "aleksey-meshkov"
    assert facts["scale"] == "1"
    assert not facts.keys() & {"id", "text", "label", "holder"}


def test_the_page_with_most_wrong_is_first() -> None:
    pages = reports._worst_pages(["b", "a", "a", "c"], [[1, 0], [1, 0], [0, 3], [0, 1]])
    assert pages == ["a", "b", "c"]  # the worse system's: 3, 1, 1


def test_a_page_is_held_once_if_all_systems_share_it() -> None:
    lines = [{"id": each["id"], "label": "none"} for each in detente.inputs("stance")]
    systems, scores = read(lines, [line | {"label": "favor"} for line in lines], names=["one", "two"])
    assert {len(page["sheets"]) for page in report(systems, scores)["pages"]} == {1}
    texts = [{"id": each["id"], "text": each["text"]} for each in detente.inputs("boilerplate")]
    other = [line | {"text": line["text"][:300]} for line in texts]
    systems, scores = read(texts, other, task="boilerplate", names=["one", "two"])
    found = report(systems, scores)
    assert {len(page["sheets"]) for page in found["pages"]} == {2}
    assert [text["name"] for text in found["pages"][0]["sheets"][0]] == ["page", "output"]


def test_where_there_is_no_room_for_all_texts_the_worst_pages_have_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "MAX_TEXTS", 1)
    texts = [{"id": each["id"], "text": ""} for each in detente.inputs("boilerplate")]
    found = report(*read(texts, task="boilerplate"))
    assert [page["sheets"] is None for page in found["pages"]] == [False, True, True, True, True]
    assert found["remarks"] == ["1 of 5 pages are shown with their texts, the worst"]


def test_a_report_of_the_five_pages_is_small() -> None:
    lines = [{"id": each["id"], "label": "none"} for each in detente.inputs("stance")]
    assert len(error_report(*read(lines)).encode()) < 400_000


def test_several_systems_are_ranked_and_compared(tmp_path: Path) -> None:
    systems, scores = labels(tmp_path, "fanfanfanfan", "fanfanfanfaf", "fanfanffffff")
    html = error_report(systems, scores)
    assert "2 systems by f_avg" in html
    assert "s1 − s0" in html
    assert "what differs" in html


def test_metrics_and_breakdowns_that_are_asked_for(tmp_path: Path) -> None:
    systems, scores = labels(tmp_path, "fanfan", "fanffn")
    html = error_report(systems, scores, ["accuracy"], ["topic"])
    assert "s0: accuracy 0.833" in html  # 5 / 6
    assert "(primary)" not in html
    assert "by topic" in html
    with pytest.raises(ValidationError, match="stance has no metric 'nope'"):
        error_report(systems, scores, ["nope"])
    with pytest.raises(ValidationError, match="no breakdown by 'nope'"):
        error_report(systems, scores, (), ["nope"])


def test_what_a_user_named_is_shown_literally(tmp_path: Path) -> None:
    path = tmp_path / "gold.csv"
    path.write_text('id,label\n"</script><b>&\u202e",favor\n')
    systems, scores = read([{"id": "</script><b>&\u202e", "label": "none"}], gold=path, names=["<i>\u202e</i>"])
    html = error_report(systems, scores)
    assert "<b>" not in html
    assert "<i>" not in html
    assert "\u202e" not in html
    assert "&lt;i&gt;\\u202e&lt;/i&gt;" in html
    assert embedded(html)["items"][0]["name"] == "</script><b>&\\u202e"


def test_the_folder_is_written_again_but_nobody_elses(tmp_path: Path) -> None:
    lines = [{"id": each["id"], "label": "none"} for each in detente.inputs("stance")]
    for _ in range(2):
        index = detente.report_errors(lines, folder=tmp_path / "errors")
        assert index == tmp_path / "errors" / "index.html"
    (tmp_path / "errors" / "mine.txt").touch()
    with pytest.raises(ValidationError, match=r"has mine.txt"):
        detente.report_errors(lines, folder=tmp_path / "errors")


def test_a_growing_corpus_has_a_report(minimal_gold: Corpus, tmp_path: Path) -> None:
    lines = [{"id": name, "label": "none"} for name in minimal_gold.table("stance")["id"]]
    index = detente.report_errors(lines, dataset=minimal_gold.folder, folder=tmp_path / "errors")
    (page,) = embedded(index.read_text(encoding="utf-8"))["pages"]
    (text,) = page["sheets"][0]
    assert [piece for piece, marks in text["pieces"] if marks] == ["France is ready to share more"]
