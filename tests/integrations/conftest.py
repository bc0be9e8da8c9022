"""The minimal corpus with a sixth page, `detente-901`: invented, registered, not labelled, and full of emoji."""

import hashlib
import json
from pathlib import Path

import pytest

SIXTH_PAGE = Path(__file__).parent / "sixth_page"
ARTICLE = "detente-901"


@pytest.fixture
def sixth(minimal: Path) -> Path:
    raw = (SIXTH_PAGE / "page.txt").read_bytes()
    (minimal / "dataset" / "raw" / f"{ARTICLE}.txt").write_bytes(raw)
    registry = minimal / "annotations" / "articles.jsonl"
    row = json.loads(registry.read_text().splitlines()[0]) | {
        "id": ARTICLE,
        "capture": "901.txt",
        "sha256_raw": hashlib.sha256(raw).hexdigest(),
        "headline": "🤝 Talks resume",
        "family": ARTICLE,
    }
    registry.write_text(registry.read_text() + json.dumps(row) + "\n")
    return minimal
