"""A corpus of two invented pages that say the same thing by different sources, small enough to count by hand."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from detente.data.corpus import Corpus
from detente.dataset import build
from detente.dataset.text_free import export

TEXT = "Paris is shut.\n\nFrance is ready to share, Ivan Envoy said.\n"
#       0            14  16                     40 42        52 57
ARTICLE = "detente-901"
ANSWERS = {"checkable": True, "key_matter": True, "accuses": False, "settled": False}
SPARE = {"field": "type", "value": "event", "reason": "shut may be what was done to it"}


def span(start: int, end: int, **others: int) -> dict[str, int]:
    return {"start": start, "end": end, **others}


def segment(number: int, start: int, end: int, zone: str, kind: str) -> dict[str, Any]:
    fields = {"zone": zone, "type": kind, "repeats": None, "alternatives": []}
    return {"id": f"{ARTICLE}:b{number:02}", **span(start, end), **fields}


def claim(number: int, spans: dict[str, int], kind: str, presentation: str, proposition: str, *others: Any):
    return {
        "id": f"{ARTICLE}:c{number:02}",
        "spans": [spans],
        "type": kind,
        "check_worthy_answers": ANSWERS,
        "presentation": presentation,
        "normalised": f"Sentence {number}.",
        "propositions": [{"proposition": proposition, "relation": "same"}],
        "alternatives": list(others),
    }


def attribution(number: int, **fields: Any) -> dict[str, Any]:
    nobody = {"event": None, "chain": [], "type": "none", "cue_force": None}
    nowhere: dict[str, Any] = {"source_spans": [], "cue_spans": [], "content_spans": []}
    name = f"{ARTICLE}:c{number:02}"
    return {"id": f"{name}#1", "claim": name, **nobody, **nowhere, "alternatives": [], **fields}


ENVOY = attribution(
    2,
    chain=[{"sources": ["ivan-envoy"], "channel": "unspecified", "inherited": False}],
    type="indirect",
    cue_force="neutral",
    source_spans=[span(42, 52, link=0)],
    cue_spans=[span(53, 57)],
    content_spans=[span(16, 40)],
)
CELL = {"holder": "france", "chain": ["ivan-envoy"], "target": "ct_cooperation", "time": "current", "told_by": "other"}
STANCE = {"id": f"{ARTICLE}:france:ct_cooperation:current:other", **CELL, "scale": 1, "label": "favor"}
EDGE = {"id": f"{ARTICLE}>monday-statement", "source": "monday-statement", "in_corpus": False, "degree": "partially"}
PAIR = f"detente-900::{ARTICLE}#01"
SHUT = claim(1, span(0, 14), "state", "asserted", "paris-shut", SPARE)
READY = claim(2, span(16, 40), "position", "reported", "france-ready-to-share")
ROWS: dict[str, list[dict[str, Any]]] = {
    f"boilerplate/gold/{ARTICLE}": [
        segment(1, 0, 14, "paratext", "headline"),
        segment(2, 16, 58, "body", "paragraph"),
    ],
    f"claims/gold/{ARTICLE}": [SHUT, READY],
    f"claims/no_claim/{ARTICLE}": [{**span(42, 57), "reason": "reporting"}],
    f"attribution/gold/{ARTICLE}": [attribution(1), ENVOY],
    f"stance/gold/{ARTICLE}": [{**STANCE, "expression": "explicit", "evidence": [span(16, 40)], "alternatives": []}],
    f"derivation/gold/{ARTICLE}": [
        {
            **EDGE,
            "kind": "official_text",
            "via": None,
            "translated": True,
            "evidence": [span(16, 40)],
            "confidence": "low",
            "basis": "stated",
            "name_basis": "stated",
            "translated_basis": "inferred",
            "alternatives": [],
        }
    ],
    "reuse/gold/detente-900": [
        {
            "id": PAIR,
            "source": ARTICLE,
            "this": span(19, 48),
            "source_span": span(16, 40),
            "operation": "compressed",
            "alternatives": [],
        }
    ],
    f"reuse/gold/{ARTICLE}": [],
}
READINGS: dict[str, list[dict[str, Any]]] = {
    # Two passes over the claims of the second page: the second of them differs on one label.
    f"claims/pass-a/{ARTICLE}": [SHUT, READY],
    f"claims/pass-b/{ARTICLE}": [{**SHUT, "type": "event", "alternatives": [], "normalised": "In other words."}, READY],
    "claims/adjudication": [
        {"id": SHUT["id"], "field": "type", "decision": "pass-a", "reason": "how things are"},
        {"id": SHUT["id"], "field": "alternatives", "decision": "pass-a", "reason": "said in the row"},
    ],
    "claims/refutation": [
        {"id": READY["id"], "field": "type", "proposed": ["event"], "verdict": "arguable", "reason": "may be done"},
        {"id": READY["id"], "field": "presentation", "proposed": "asserted", "verdict": "refused", "reason": "cited"},
    ],
}


def write(root: Path) -> Path:
    """The annotations of the two pages; built by nobody yet."""
    raw = root / "dataset" / "raw" / f"{ARTICLE}.txt"
    raw.write_text(TEXT, "utf-8")
    annotations = root / "annotations"
    registry = annotations / "articles.jsonl"
    first = json.loads(registry.read_text("utf-8"))
    new = {"id": ARTICLE, "capture": "901.txt", "sha256_raw": build._sha256(TEXT), "headline": TEXT[:14]}
    second = {**first, **new, "family": ARTICLE}
    registry.write_text("".join(json.dumps(each) + "\n" for each in (first, second)), "utf-8")
    annotate(root, ROWS)
    return root


def annotate(root: Path, files: dict[str, list[dict[str, Any]]]) -> None:
    """Writes files of annotations by their names."""
    for name, rows in files.items():
        path = root / "annotations" / f"{name}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    minimal = Path(__file__).parents[2] / "minimal"
    return write(Path(shutil.copytree(minimal, tmp_path_factory.mktemp("two") / "corpus")))


@pytest.fixture(scope="session")
def two(root: Path) -> Corpus:
    """The two pages, built, with passes and reviews beside them that the build was not asked to check."""
    build.write(root, build.files_of(root))
    annotate(root, READINGS)
    return Corpus(root / "dataset")


@pytest.fixture(scope="session")
def text_free(two: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    folder = tmp_path_factory.mktemp("text_free")
    for name, data in export(two).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return Corpus(folder)
