"""Agreement of passes, seeded errors, and differences between versions."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from detente.data.corpus import Corpus
from detente.data.jsonl import dump_lines
from detente.data.labels import SEGMENT_TYPES
from detente.dataset import build
from detente.dataset.diff import changes
from detente.dataset.quality import adversarial_review, agreement
from detente.dataset.quality.seeded_errors import seed_errors, without_giveaways
from detente.dataset.schema import LAYERS

ROWS = [
    {"id": "x:b1", "start": 0, "end": 5, "type": "headline", "repeats": None},
    {"id": "x:b2", "start": 6, "end": 9, "type": "paragraph", "repeats": None},
    {"id": "x:b3", "start": 10, "end": 20, "type": "share", "repeats": None},
]


def passes(root: Path, layer: str, first: list[dict], second: list[dict]) -> None:
    for name, rows in zip(agreement.PASSES, (first, second), strict=True):
        folder = root / "annotations" / layer / name
        folder.mkdir(parents=True)
        (folder / "detente-900.jsonl").write_text(dump_lines(rows))


def measured(root: Path) -> dict[tuple[str, str], agreement.Measure]:
    return {(m.field, m.measure): m for m in agreement.measures(root, {"detente-900": "x" * 100})}


def test_passes_are_compared_item_by_item(tmp_path: Path) -> None:
    passes(tmp_path, "boilerplate", ROWS, [ROWS[0], ROWS[1], {**ROWS[2], "type": "related"}])
    found = measured(tmp_path)["type", "α"]
    # Values: headline 2, paragraph 2, share 1, related 1. Observed: 2 of 6 ordered pairs differ. Expected: pairs of
    # different values, 36 − (4 + 4 + 1 + 1) = 26 of the 6·5 = 30. α = 1 − (2/6)/(26/30).
    assert found.items == 3
    assert found.value == pytest.approx(1 - (2 / 6) / (26 / 30))


def test_an_item_that_one_pass_lacks_is_not_dropped(tmp_path: Path) -> None:
    passes(tmp_path, "boilerplate", ROWS, ROWS[:2])
    found = measured(tmp_path)["type", "α"]
    assert found.items == 3
    assert found.value < 1


def test_the_near_copy_can_be_left_out(tmp_path: Path) -> None:
    passes(tmp_path, "boilerplate", ROWS, ROWS)
    for name in agreement.PASSES:
        rows = ROWS if name == "pass-a" else [{**ROWS[0], "type": "date"}, *ROWS[1:]]
        (tmp_path / "annotations/boilerplate" / name / "detente-001.jsonl").write_text(dump_lines(rows))
    found = {
        (m.field, m.measure): m
        for m in agreement.measures(tmp_path, {"detente-900": "x" * 100, "detente-001": "x" * 100})
    }
    assert found["type", "α"].value < 1
    assert found["type", "α"].without_copy == 1


def test_scales_are_ordinal_and_evidence_spans_unitized(tmp_path: Path) -> None:
    row = {"id": "s1", "label": "favor", "expression": "explicit", "chain": [], "scale": 2}
    other = {**row, "id": "s2", "scale": -1, "label": "against"}
    spans = [{"start": 10, "end": 20}]
    first = [{**row, "evidence": spans}, {**other, "evidence": spans}]
    second = [{**row, "scale": 1, "evidence": spans}, {**other, "evidence": [{"start": 40, "end": 50}]}]
    passes(tmp_path, "stance", first, second)
    found = measured(tmp_path)
    # Ordinal: values −1, −1, 1, 2; 1 and 2 differ less than −1 and 1 do, so α is above the nominal one.
    assert 0 < found["scale", "α ordinal"].value < 1
    assert found["scale", "α ordinal"].items == 2
    # One row agrees wholly, the other not at all.
    assert -1 < found["evidence", "α_U"].value < 1
    assert found["evidence", "α_U"].items == 4


def test_the_published_agreement_is_what_the_passes_give(root: Path, gold: Corpus) -> None:
    found = adversarial_review.found(root, {name: row["text"] for name, row in gold.articles.items()})
    published = gold.agreement
    for kind in ("passes", "reproduction"):
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
    stance = {"article": "a", "holder": "h", "target": "t", "time": "past", "alleged": True, "scale": -2}
    shown = without_giveaways(LAYERS["stance"].seeded, {**stance, "id": "old", "label": "favor", "speaker": "s"})
    assert (shown["label"], shown["id"]) == ("against", "a:h:t:past:alleged")
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
    first, second = path.read_text().splitlines(keepends=True)
    path.write_text(first.replace('"scale": 2', '"scale": 1'))
    build.write(minimal, build.files_of(minimal))
    found = [str(change) for change in changes(Corpus(before), Corpus(minimal / "dataset"))]
    assert found == [
        "stance detente-900:france:ct_cooperation:current: scale 2 → 1",
        "stance detente-900:russia:ct_cooperation:current: removed",
    ]
    assert second
    assert list(changes(Corpus(before), Corpus(before))) == []
