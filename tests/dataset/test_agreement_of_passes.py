"""Agreement of passes, seeded errors, and differences between versions."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from detente.cli import main
from detente.data.corpus import Corpus
from detente.data.jsonl import dump_lines
from detente.data.labels import SEGMENT_TYPES
from detente.data.problems import ValidationError
from detente.dataset import build
from detente.dataset.diff import changes
from detente.dataset.quality import agreement
from detente.dataset.quality.passes import Pass
from detente.dataset.quality.seeded_errors import seed_errors, without_giveaways
from detente.dataset.schema import LAYERS

ROWS = [
    {"id": "x:b1", "start": 0, "end": 5, "type": "headline", "repeats": None},
    {"id": "x:b2", "start": 6, "end": 9, "type": "paragraph", "repeats": None},
    {"id": "x:b3", "start": 10, "end": 20, "type": "share", "repeats": None},
]


TEXTS = {"detente-900": "x" * 100, "detente-001": "x" * 100}


def one_pass(**pages: list[dict]) -> Pass:
    """A pass over pages, which are named by their last three digits: `_900=rows`."""
    named = {f"detente-{page[1:]}": rows for page, rows in pages.items()}
    return Pass([{**row, "article": page} for page, rows in named.items() for row in rows], frozenset(named))


def measured(layer: str, first: Pass, second: Pass) -> dict[tuple[str, str], agreement.Measure]:
    passes = {(layer, name): each for name, each in zip(agreement.PASSES, (first, second), strict=True)}
    return {(m.field, m.measure): m for m in agreement.measures(passes, TEXTS)}


def test_passes_are_compared_item_by_item() -> None:
    second = [ROWS[0], ROWS[1], {**ROWS[2], "type": "related"}]
    found = measured("boilerplate", one_pass(_900=ROWS), one_pass(_900=second))["type", "α"]
    # Values: headline 2, paragraph 2, share 1, related 1. Observed: 2 of 6 ordered pairs differ. Expected: pairs of
    # different values, 36 − (4 + 4 + 1 + 1) = 26 of the 6·5 = 30. α = 1 − (2/6)/(26/30).
    assert found.items == 3
    assert found.value == pytest.approx(1 - (2 / 6) / (26 / 30))


def test_an_item_that_one_pass_lacks_is_not_dropped() -> None:
    found = measured("boilerplate", one_pass(_900=ROWS), one_pass(_900=ROWS[:2]))["type", "α"]
    assert found.items == 3
    assert found.value < 1


def test_the_near_copy_can_be_left_out() -> None:
    other = [{**ROWS[0], "type": "date"}, *ROWS[1:]]
    found = measured("boilerplate", one_pass(_900=ROWS, _001=ROWS), one_pass(_900=ROWS, _001=other))
    assert found["type", "α"].value < 1
    assert found["type", "α"].without_copy == 1


def test_a_page_that_one_pass_lacks_is_left_out_and_no_disagreement() -> None:
    both, one = one_pass(_900=ROWS, _001=ROWS), one_pass(_900=ROWS)
    found = measured("boilerplate", both, one)["type", "α"]
    assert (found.items, found.value) == (3, 1)
    passes = {("boilerplate", "pass-a"): both, ("boilerplate", "pass-b"): one}
    assert agreement.left_out(passes, TEXTS) == [
        agreement.LeftOut("boilerplate", agreement.PASSES, ("detente-001",)),
    ]
    # A page that both had is compared, though one of them found nothing on it: 3 of its items are absent in one pass.
    found = measured("boilerplate", both, one_pass(_900=ROWS, _001=[]))["type", "α"]
    assert found.items == 6
    assert found.value < 1


def test_a_pass_that_is_not_there_leaves_every_page_out() -> None:
    passes = {("boilerplate", "pass-a"): one_pass(_900=ROWS)}
    assert agreement.measures(passes, TEXTS) == []
    assert [each.articles for each in agreement.left_out(passes, TEXTS)] == [("detente-900", "detente-001")]


@pytest.mark.parametrize("layer", ["boilerplate", "claims", "stance"])
def test_nothing_to_compare_is_undefined(layer: str) -> None:
    """Only the near-copy is there, so that nothing is left without it."""
    answers = dict.fromkeys(("checkable", "key_matter", "accuses", "settled", "check_worthy"), True)
    links = [{"proposition": "p", "relation": "same"}]
    row = {**ROWS[0], "spans": [{"start": 0, "end": 5}], "presentation": "asserted", "propositions": links, **answers}
    row |= {"label": "favor", "expression": "explicit", "chain": [], "scale": 2, "evidence": row["spans"]}
    for found in measured(layer, one_pass(_001=[row]), one_pass(_001=[row])).values():
        assert np.isnan(found.without_copy)


def gold_rows(minimal: Path, layer: str) -> list[dict]:
    path = minimal / "annotations" / layer / "gold" / "detente-900.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()]


def two_files(minimal: Path, first: list[dict], second: list[dict], task: str | None = None):
    paths = (minimal / "anna.jsonl", minimal / "ben.jsonl")
    for path, rows in zip(paths, (first, second), strict=True):
        path.write_text(dump_lines(rows))
    return agreement.compared_files(paths, build.check(minimal).tables, task)


def test_two_peoples_files_are_compared(minimal: Path) -> None:
    rows = gold_rows(minimal, "boilerplate")
    measures, left_out = two_files(minimal, rows, [*rows[:2], rows[2] | {"type": "related"}, rows[3]])
    found = {(m.field, m.measure): m for m in measures}
    # Values: headline 2, paragraph 2, share 1, related 3. Observed: 2 of 8 ordered pairs differ. Expected: pairs of
    # different values, 64 − (4 + 4 + 1 + 9) = 46 of the 8·7 = 56. α = 1 − (2/8)/(46/56).
    assert found["type", "α"].value == pytest.approx(1 - (2 / 8) / (46 / 56))
    assert found["spans", "α_U"].value == 1
    assert left_out == []


def test_files_with_spans_alone_need_the_name_of_the_task(minimal: Path) -> None:
    spans = [{"start": 0, "end": 17}, {"start": 19, "end": 48}]
    with pytest.raises(
        ValidationError, match=r"task-unclear: .*\(boilerplate, stance, derivation\): name it with --task"
    ):
        two_files(minimal, spans, spans)
    for path in ("anna", "ben"):
        (minimal / path).mkdir()
        (minimal / path / "detente-900.jsonl").write_text(dump_lines(spans))
    files = (minimal / "anna" / "detente-900.jsonl", minimal / "ben" / "detente-900.jsonl")
    measures, _ = agreement.compared_files(files, build.check(minimal).tables, "stance")
    assert [(m.field, m.measure, m.value) for m in measures] == [("spans", "α_U", 1)]
    with pytest.raises(ValidationError, match=r"anna\.jsonl:1: article-unregistered: stands on no page"):
        two_files(minimal, spans, spans, "stance")


def test_files_of_two_tasks_or_forms_are_not_compared(minimal: Path) -> None:
    claims, stance = gold_rows(minimal, "claims"), gold_rows(minimal, "stance")
    with pytest.raises(ValidationError, match=r"task-unclear: .*\(none\)"):
        two_files(minimal, claims, stance)
    spans = [{"id": row["id"], "spans": row["spans"]} for row in claims]
    with pytest.raises(ValidationError, match="not-comparable"):
        two_files(minimal, claims, spans)
    with pytest.raises(ValidationError, match=r"ben\.jsonl:1: span-outside-text"):
        two_files(minimal, claims, [claims[0] | {"spans": [{"start": 0, "end": 109}]}])


def test_a_corpus_without_passes_says_so_and_where_they_go(minimal: Path) -> None:
    def printed() -> str:
        result = CliRunner().invoke(main, ["dataset", "agreement", str(minimal)])
        assert result.exit_code == 0, result.stderr
        return result.stdout

    where = "put what two annotators label into annotations/<layer>/pass-a/<page>.jsonl and annotations/<layer>/pass-b/"
    assert printed().startswith(f"There are no two passes to compare: {where}")
    assert "two blind passes" not in printed()
    assert "adversarial review" not in printed()
    gold = minimal / "annotations" / "claims" / "gold" / "detente-900.jsonl"
    for name in agreement.PASSES:
        assert "There are no two passes" in printed()  # one of them is none to compare
        path = minimal / "annotations" / "claims" / name / gold.name
        path.parent.mkdir()
        shutil.copy(gold, path)
    assert printed().startswith("two blind passes, before adjudication")
    assert "There are no two passes" not in printed()


def test_a_page_of_one_file_alone_is_named(gold: Corpus, root: Path, tmp_path: Path) -> None:
    paths = (tmp_path / "anna.jsonl", tmp_path / "ben.jsonl")
    folder = root / "annotations" / "claims" / "pass-a"
    paths[0].write_text("".join((folder / f"{page}.jsonl").read_text() for page in ("detente-000", "detente-002")))
    paths[1].write_text((folder / "detente-002.jsonl").read_text())
    measures, left_out = agreement.compared_files(paths, build.check(root).tables)
    rows = sum(row["article"] == "detente-002" for row in gold.rows("claims"))
    assert {(m.value, m.items) for m in measures if m.field == "type"} == {(1, rows)}
    assert [each.articles for each in left_out] == [("detente-000",)]


@pytest.mark.parametrize("name", [["a", "list"], None, 3])
def test_a_review_of_no_id_is_a_problem(minimal: Path, name: object) -> None:
    folder = minimal / "annotations" / "stance"
    row = {"id": name, "field": "scale", "given": 2, "proposed": 1, "verdict": ["refused"], "reason": ""}
    (folder / "refutation.jsonl").write_text(dump_lines([row]))
    (folder / "planted.jsonl").write_text("")
    with pytest.raises(ValidationError) as invalid:
        build.check(minimal)
    assert [problem.code for problem in invalid.value.problems] == ["item-unknown", "value-not-allowed"]


def test_scales_are_ordinal_and_evidence_spans_unitized() -> None:
    row = {"id": "s1", "label": "favor", "expression": "explicit", "chain": [], "scale": 2}
    other = {**row, "id": "s2", "scale": -1, "label": "against"}
    spans = [{"start": 10, "end": 20}]
    first = [{**row, "evidence": spans}, {**other, "evidence": spans}]
    second = [{**row, "scale": 1, "evidence": spans}, {**other, "evidence": [{"start": 40, "end": 50}]}]
    found = measured("stance", one_pass(_900=first), one_pass(_900=second))
    # Ordinal: values −1, −1, 1, 2; 1 and 2 differ less than −1 and 1 do, so α is above the nominal one.
    assert 0 < found["scale", "α ordinal"].value < 1
    assert found["scale", "α ordinal"].items == 2
    # One row agrees wholly, the other not at all.
    assert -1 < found["evidence", "α_U"].value < 1
    assert found["evidence", "α_U"].items == 4


def test_the_published_agreement_is_what_the_passes_give(root: Path, gold: Corpus) -> None:
    found = build.check(root).found
    published = gold.agreement
    for kind in ("passes", "trial"):
        values = [(m["layer"], m["field"], m["value"]) for m in published[kind]]
        again = [(m.layer, m.field, None if np.isnan(m.value) else m.value) for m in getattr(found, kind)]
        assert values == again
    assert {m["layer"] for m in published["passes"]} == {layer.name for layer in LAYERS.values() if layer.compared}


def test_one_label_in_twenty_is_made_wrong_and_only_the_list_knows_which() -> None:
    rows = [{"id": str(n), "type": SEGMENT_TYPES[n % len(SEGMENT_TYPES)]} for n in range(200)]
    copies, errors = seed_errors(rows, {"type": SEGMENT_TYPES}, seed=1)
    assert len(errors) == 200 / 20
    changed = [(a["id"], a["type"], b["type"]) for a, b in zip(rows, copies, strict=True) if a != b]
    assert changed == [(item.id, item.gold, item.wrong) for item in errors]
    assert seed_errors(rows, {"type": SEGMENT_TYPES}, seed=1) == (copies, errors)
    assert seed_errors(rows, {"type": SEGMENT_TYPES}, seed=2)[1] != errors


def test_other_columns_do_not_give_a_seeded_error_away() -> None:
    shown = without_giveaways(LAYERS["boilerplate"].seeded, {"type": "share", "zone": "body"})
    assert shown == {"type": "share", "zone": "boilerplate"}
    stance = {"article": "a", "holder": "h", "target": "t", "time": "past", "told_by": "other", "scale": -2}
    shown = without_giveaways(LAYERS["stance"].seeded, {**stance, "id": "old", "label": "favor", "speaker": "s"})
    assert (shown["label"], shown["id"]) == ("against", "a:h:t:past:other")
    assert "speaker" not in shown
    contrast = {"id": "1", "pair": "p", "twin": "q", "phenomenon": "f", "edit": "keep", "label": "none"}
    assert without_giveaways(LAYERS["contrast"].seeded, contrast) == {"id": "1", "label": "none"}


def test_a_claim_is_folded_back_with_its_seeded_answers_and_relation() -> None:
    answers = {"checkable": True, "key_matter": True, "accuses": False, "settled": False}
    links = [{"proposition": "p", "relation": "same"}, {"proposition": "q", "relation": "same"}]
    claim = {"id": "1", "type": "event", "check_worthy_answers": answers, "propositions": links}
    layer = LAYERS["claims"]
    unfolded = layer.unfold(claim)
    assert without_giveaways(layer.seeded, unfolded) == claim
    assert (unfolded["relation"], unfolded["checkable"], unfolded["check_worthy"]) == ("same", True, True)
    wrong = without_giveaways(layer.seeded, {**unfolded, "relation": "conflicting", "accuses": True})
    assert wrong["check_worthy_answers"] == {**answers, "accuses": True}
    assert wrong["propositions"] == [{"proposition": "p", "relation": "conflicting"}, links[1]]
    assert layer.unfold({**claim, "propositions": []})["relation"] is None


def test_a_diff_lists_changed_fields_and_whole_rows(minimal: Path, tmp_path: Path) -> None:
    build.write(minimal, build.files_of(minimal))
    before = Path(shutil.copytree(minimal / "dataset", tmp_path / "before"))
    path = minimal / "annotations/stance/gold/detente-900.jsonl"
    path.write_text(path.read_text().replace('"scale": 2', '"scale": 1'))
    edges = minimal / "annotations/derivation/gold/detente-900.jsonl"
    (edge,) = [json.loads(line)["id"] for line in edges.read_text().splitlines()]
    edges.write_text("")
    build.write(minimal, build.files_of(minimal))
    found = [str(change) for change in changes(Corpus(before), Corpus(minimal / "dataset"))]
    assert found == [
        "stance detente-900:france:ct_cooperation:current:own: scale 2 → 1",
        f"derivation {edge}: removed",
    ]
    assert list(changes(Corpus(before), Corpus(before))) == []
