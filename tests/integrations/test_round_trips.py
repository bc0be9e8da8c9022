"""What is exported and imported again is the same: every layer of every page in every format, and every offset."""

import json
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path

import pytest

from detente.data.labels import EXCHANGE_FORMATS
from detente.dataset import schema
from detente.integrations import brat, conll, label_studio, web_annotation
from detente.integrations.annotation import NO_SPAN, Document, Mark, Reading, rows_of, shape
from detente.integrations.exchange import export, format_of, imported
from detente.tasks import SPAN_LAYERS

PAGE = "detente-901"
TEXT = "😀a𝔘b\n\né👍🏽c 😀\n𝔘 z"
"""Surrogate pairs side by side, at both ends of lines, beside white space, before a modifier that is one, too."""
READERS: dict[str, Callable[[bytes, Reading], list[Document]]] = {
    "conll": lambda data, reading: conll.read(data, reading, PAGE),
    "brat": lambda data, reading: brat.read(data, reading, PAGE, TEXT),
    "label-studio": label_studio.read,
    "web-annotation": web_annotation.read,
}
MODULES = {"conll": conll, "brat": brat, "label-studio": label_studio, "web-annotation": web_annotation}


@pytest.mark.parametrize("form", EXCHANGE_FORMATS)
@pytest.mark.parametrize("corpus", [".", "annotations/trial"])
def test_every_layer_of_every_page_comes_back_as_it_was(root: Path, corpus: str, form: str, tmp_path: Path) -> None:
    gold = root / corpus
    written: dict[str, list[Path]] = {layer: [] for layer in SPAN_LAYERS}
    for name, text in export(gold, SPAN_LAYERS, (), form).items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        if format_of(path, path.read_bytes()):
            assert format_of(path, path.read_bytes()) == form
            written[name.split("/")[0].partition(".")[0]].append(path)
    for layer, paths in written.items():
        files, notes = imported(gold, paths, layer)
        folder = gold / "annotations" / schema.LAYERS[layer].path
        assert files == {path.stem: path.read_text("utf-8") for path in folder.iterdir()}, layer
        assert notes == []


def test_every_layer_of_a_page_with_spans_is_exchanged() -> None:
    assert [name for name, layer in schema.LAYERS.items() if layer.per_article and layer.spans] == list(SPAN_LAYERS)


def claims(spans: Iterator[list[tuple[int, int]]]) -> list[dict[str, object]]:
    questions = dict.fromkeys(("checkable", "key_matter", "accuses", "settled"), True)
    return [
        {
            "id": f"{PAGE}:c{number:02}",
            "spans": [{"start": start, "end": end} for start, end in each],
            "type": "event",
            "check_worthy_answers": questions,
            "presentation": "denied",
            "normalised": f'{number}: "<é>" 😀 =|\t;',
            "propositions": [],
            "alternatives": [{"field": "type", "value": "state", "reason": "a=b\nc"}],
        }
        for number, each in enumerate(spans, start=1)
    ]


def there_and_back(form: str, rows: list[dict[str, object]]) -> tuple[list[dict[str, object]], Reading]:
    layer = shape("claims")
    document = Document(PAGE, PAGE, tuple(layer.marks(PAGE, row, TEXT) for row in rows))
    files, problems = MODULES[form].write(layer, [document], {PAGE: TEXT})
    assert problems == []
    data = next(text for name, text in files.items() if Path(name).suffix in (".conll", ".ann", ".json", ".jsonld"))
    reading = Reading("file", {PAGE: TEXT}, layer)
    (read,) = READERS[form](data.encode(), reading)
    return [row for _, row in rows_of(read, reading)], reading


@pytest.mark.parametrize("form", EXCHANGE_FORMATS)
def test_offsets_at_every_boundary_of_surrogate_pairs(form: str) -> None:
    every = list(combinations(range(len(TEXT) + 1), 2))
    if form == "brat":
        every = [(start, end) for start, end in every if "\n" not in TEXT[start:end]]
    if form == "conll":
        every = [(start, end) for start, end in every if TEXT[start:end] == TEXT[start:end].strip()]
    # 17 places, 17 × 16 / 2 pairs; lines of 4, 6 and 3: 10 + 21 + 6; 11 visible characters: 11 × 12 / 2
    assert len(every) == {"brat": 37, "conll": 66}.get(form, 136)
    rows = claims([each] for each in every)
    found, reading = there_and_back(form, rows)
    assert found == rows
    assert reading.problems == reading.notes == []


@pytest.mark.parametrize("form", EXCHANGE_FORMATS)
def test_rows_of_several_spans_that_overlap_touch_and_repeat_others(form: str) -> None:
    rows = claims(iter([[(0, 1), (2, 4)], [(0, 2), (2, 3)], [(0, 1), (2, 4)], [(1, 3)]]))
    assert there_and_back(form, rows)[0] == rows


@pytest.mark.parametrize(
    ("form", "spans", "fault"),
    [
        ("conll", [(3, 5)], "white space"),
        ("conll", [(2, 4), (0, 1)], "not in the order of the text"),
        ("conll", [(0, 1), (0, 1)], "not in the order of the text"),
        ("brat", [(3, 7)], "crosses a line break"),
    ],
)
def test_what_a_format_cannot_hold_is_refused_by_name(form: str, spans: list[tuple[int, int]], fault: str) -> None:
    layer = shape("claims")
    (row,) = claims(iter([spans]))
    _, problems = MODULES[form].write(layer, [Document(PAGE, PAGE, (layer.marks("gold:1", row, TEXT),))], {PAGE: TEXT})
    assert [(problem.code, problem.location) for problem in problems] == [("not-representable", "gold:1")]
    assert fault in problems[0].message
    assert "web-annotation" in problems[0].message


@pytest.mark.parametrize("form", ["brat", "label-studio", "web-annotation"])
def test_an_order_of_spans_other_than_that_of_the_text_is_kept(form: str) -> None:
    rows = claims(iter([[(2, 4), (0, 1)]]))
    assert there_and_back(form, rows)[0] == rows


def test_label_studio_counts_utf16_units() -> None:
    layer = shape("claims")
    # 😀 has 2 units, a 1, 𝔘 2: code points [1, 3) are units [2, 5).
    (row,) = claims(iter([[(1, 3)]]))
    files, _ = label_studio.write(layer, [Document(PAGE, PAGE, (layer.marks(PAGE, row, TEXT),))], {PAGE: TEXT})
    ((task,), *_) = (json.loads(files["claims.json"]),)
    value = task["annotations"][0]["result"][0]["value"]
    assert (value["start"], value["end"], value["text"]) == (2, 5, "a𝔘")


def test_brat_and_the_web_annotation_model_count_code_points() -> None:
    layer = shape("claims")
    document = Document(PAGE, PAGE, (layer.marks(PAGE, claims(iter([[(1, 3)]]))[0], TEXT),))
    (ann,) = (text for name, text in brat.write(layer, [document], {PAGE: TEXT})[0].items() if name.endswith(".ann"))
    assert ann.startswith("T1\tevent 1 3\ta𝔘\n")
    files, _ = web_annotation.write(layer, [document], {PAGE: TEXT})
    (item,) = json.loads(files[f"claims/{PAGE}.jsonld"])["items"]
    assert item["target"][0]["selector"] == [
        {"type": "TextPositionSelector", "start": 1, "end": 3},
        {"type": "TextQuoteSelector", "exact": "a𝔘", "prefix": "😀", "suffix": TEXT[3:]},
    ]


def test_a_row_without_spans_is_marked_as_one() -> None:
    row = {name: [] for name in ("chain", "source_spans", "cue_spans", "content_spans", "alternatives")} | {
        "id": f"{PAGE}:c01#1",
        "claim": f"{PAGE}:c01",
        "event": None,
        "type": "none",
        "cue_force": None,
    }
    (mark,) = shape("attribution").marks(PAGE, row, TEXT)
    assert (mark.tag, mark.spans) == (NO_SPAN, ((0, 1),))
    assert mark == Mark(PAGE, NO_SPAN, ((0, 1),), {"id": (row["id"],), "claim": (row["claim"],), "type": ("none",)})
