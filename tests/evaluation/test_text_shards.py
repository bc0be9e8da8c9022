"""Texts that are read in pieces score as they do whole: to the last bit, with the same problems in the same order."""

import json
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from detente.data.problems import ValidationError
from detente.evaluation.engines.execution import Execution
from detente.evaluation.in_pieces import Pieces
from detente.evaluation.score import Resampling
from detente.evaluation.session import Session
from detente.evaluation.systems import read_systems
from detente.report.scores import document
from detente.tasks.task import Options

WAYS = [Pieces(1, 1 << 20), Pieces(2, 16), Pieces(7, 100)]
"""All at once; a line at a time; some lines at a time."""
WORDS = (
    *("the", "council", "said", "that", "a", "weir", "will", "go", "soon", "and", "nobody"),
    *("knows", "why", "it", "was", "built", "there", "in", "1903"),
)


Rows = list[dict[str, Any]]


def corpus(count: int = 12) -> tuple[Rows, Rows]:
    """Pages as WebMainBench has them, and outputs in another order."""
    drawn = random.Random(1)

    def text() -> str:
        return "\n".join(" ".join(drawn.choice(WORDS) for _ in range(drawn.randint(3, 12))) for _ in range(3))

    gold: Rows = [
        {
            "track_id": f"t{n}",
            "convert_main_content": text(),
            "meta": {"level": drawn.choice(["easy", "hard"])} | ({"language": "en"} if n % 5 else {}),
        }
        for n in range(count)
    ]
    outputs = [
        {"track_id": page["track_id"], "text": page["convert_main_content"].replace("weir", "dam")[: 20 + 9 * n]}
        for n, page in enumerate(gold)
    ]
    drawn.shuffle(outputs)
    return gold, outputs


GOLD, OUTPUTS = corpus()


def jsonl(path: Path, rows: Iterable[object]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def outcome(gold: Path, predictions: list[Path], pieces: Pieces | None, **options: Any) -> object:
    with Session(Execution(jobs=1)) as session:
        try:
            read = read_systems(predictions, gold=gold, pieces=pieces, session=session, **options)
            scores = read.scores(Options(), Resampling(resamples=20), session)
            return {name: json.dumps(document(each)) for name, each in scores.items()}, read.notes, read.warnings
        except ValidationError as invalid:
            return [tuple(problem) for problem in invalid.problems]


def is_the_same(gold: Path, *predictions: Path, **options: Any) -> Any:
    """Checks that pieces and partitions cannot be seen in what comes out, which is given back."""
    whole = outcome(gold, list(predictions), None, **options)
    for way in WAYS:
        assert outcome(gold, list(predictions), way, **options) == whole, way
    return whole


def problems(found: Any) -> list[str]:
    assert isinstance(found, list)
    return [f"{Path(place).name}: {code}" for code, place, _ in found]


def test_scores_are_the_same_whatever_the_pieces(tmp_path: Path) -> None:
    empty = [{**page, "text": "" if n % 4 == 0 else page["text"]} for n, page in enumerate(OUTPUTS)]
    gold = jsonl(tmp_path / "g.jsonl", GOLD)
    documents, _, _ = is_the_same(gold, jsonl(tmp_path / "p.jsonl", OUTPUTS), jsonl(tmp_path / "q.jsonl", empty))
    scores = json.loads(documents["p"])
    assert scores["n"]["units"] == 12
    assert set(scores["breakdown"]) >= {"level", "language"}
    assert set(scores["breakdown"]["language"]) == {"en", "not given"}
    assert any(each["blocks"] for each in scores["errors"])


def test_crashes_and_missing_and_other_pages_are_counted(tmp_path: Path) -> None:
    gold = jsonl(tmp_path / "g.jsonl", GOLD)
    crashed = [{**page, "text": None, "error": "boom"} if n % 7 == 0 else page for n, page in enumerate(OUTPUTS)]
    rows = [*crashed[:10], {"track_id": "t99", "text": "x"}]
    predicted = jsonl(tmp_path / "p.jsonl", rows)
    documents, _, _ = is_the_same(gold, predicted, allow_missing=True, allow_extra=True)
    assert "missing:2|crashed:2|extra:1" in json.loads(documents["p"])["signature"]
    assert problems(is_the_same(gold, predicted)) == ["p.jsonl:11: id-unknown", "p.jsonl: id-missing"]


@pytest.mark.parametrize("given", [True, False])
def test_markdown_is_reduced_or_warned_of(tmp_path: Path, given: bool) -> None:
    gold = [{**page, "convert_main_content": f"# H\n\n{page['convert_main_content']}\n\n* **a**"} for page in GOLD]
    outputs = [{**page, "text": f"# H\n\n**x** [y](http://z) {page['text']}"} for page in OUTPUTS]
    formats: dict[str, Any] = {"gold_text": "markdown", "output_formats": ["markdown"]} if given else {}
    paths = jsonl(tmp_path / "g.jsonl", gold), jsonl(tmp_path / "p.jsonl", outputs)
    documents, _, warnings = is_the_same(*paths, **formats)
    assert len(warnings) == (0 if given else 2)
    assert ("heading_f1" in str(documents["p"])) == given or not given


@pytest.mark.parametrize("form", ["fundus", "wceb", "snippets", "text"])
def test_every_format_of_lines(tmp_path: Path, form: str) -> None:
    made = {
        "fundus": lambda page: {"id": page["track_id"], "body": page["convert_main_content"].split("\n")},
        "wceb": lambda page: {"page_id": page["track_id"], "plaintext": page["convert_main_content"]},
        "snippets": lambda page: {"id": page["track_id"], "with": ["council"], "without": ["dam"]},
        "text": lambda page: {"id": page["track_id"], "text": page["convert_main_content"]},
    }[form]
    gold = jsonl(tmp_path / "g.jsonl", map(made, GOLD))
    documents, _, _ = is_the_same(gold, jsonl(tmp_path / "p.jsonl", OUTPUTS))
    assert json.loads(documents["p"])["dataset"]["version"] == form


def test_tables_and_shards(tmp_path: Path) -> None:
    gold, outputs = tmp_path / "g.parquet", tmp_path / "p.parquet"
    texts = [{"id": page["track_id"], "text": page["convert_main_content"]} for page in GOLD]
    pl.DataFrame(texts).write_parquet(gold, row_group_size=5)
    pl.DataFrame([{"id": page["track_id"], "text": page["text"], "foo": 1} for page in OUTPUTS]).write_parquet(outputs)
    is_the_same(gold, outputs)
    whole = outcome(jsonl(tmp_path / "g.jsonl", GOLD), [jsonl(tmp_path / "p.jsonl", OUTPUTS)], None)
    for name, rows in (("g", GOLD), ("p", OUTPUTS)):
        (tmp_path / name).mkdir()
        for number in range(3):
            jsonl(tmp_path / name / f"{number}.jsonl", rows[4 * number : 4 * number + 4])
    assert outcome(tmp_path / "g", [tmp_path / "p"], None) == whole


def test_a_folder_of_pages_is_not_read_beside_gold_in_pieces(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "t0.txt").write_text("a")
    found = outcome(jsonl(tmp_path / "g.jsonl", GOLD), [tmp_path / "pages"], WAYS[0])
    assert problems(found) == ["pages: not-readable"]


def test_problems_of_outputs_are_told_in_their_order(tmp_path: Path) -> None:
    rows: Rows = [*OUTPUTS, OUTPUTS[0]]
    rows[4], rows[6] = {"track_id": rows[4]["track_id"], "txt": 1}, {**rows[6], "text": 3}
    rows[8] = {**rows[8], "track_id": "\ud800"}
    found = is_the_same(jsonl(tmp_path / "g.jsonl", GOLD), jsonl(tmp_path / "p.jsonl", rows))
    assert problems(found) == [
        *("p.jsonl:9: no-id", "p.jsonl:5: form", "p.jsonl:7: wrong-type", "p.jsonl:13: id-duplicate"),
    ]


@pytest.mark.parametrize(
    ("rows", "first"),
    [
        ([*GOLD, GOLD[2]], "g.jsonl:13: id-duplicate"),
        (
            [{**page, "convert_main_content": 3} if n == 3 else page for n, page in enumerate(GOLD)],
            "g.jsonl:4: wrong-type",
        ),
        ([{"track_id": "z"} if n == 3 else page for n, page in enumerate(GOLD)], "g.jsonl:4: missing-field"),
        ([{"id": page["track_id"], "foo": 1} for page in GOLD], "g.jsonl: gold-format"),
    ],
)
def test_problems_of_the_gold(tmp_path: Path, rows: Rows, first: str) -> None:
    found = is_the_same(jsonl(tmp_path / "g.jsonl", rows), jsonl(tmp_path / "p.jsonl", OUTPUTS))
    assert problems(found)[0] == first
