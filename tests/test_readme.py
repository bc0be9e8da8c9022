"""The README's five minutes, run as written."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from detente.cli import main
from detente.dataset import card
from detente.dataset import statistics as counts
from detente.dataset.build import CANARY

BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
SHOWN = {
    language: re.compile(rf"^```{language}\n(.*?)^```$", re.DOTALL | re.MULTILINE) for language in ("text", "json")
}
"""What the README shows of outputs; "…" ends a line that is cut."""
QUOTED = re.compile(r"\*?`([^`]+)`")


@pytest.fixture(scope="module")
def readme(root: Path) -> str:
    return (root / "README.md").read_text(encoding="utf-8")


def made_by_make_score(folder: Path) -> str:
    """The table of the first baseline that `make score` runs."""
    runner, output = CliRunner(), str(folder / "body_lines.jsonl")
    ran = runner.invoke(main, ["eval", "run", "body_lines", "--task", "boilerplate", "-o", output])
    assert ran.exit_code == 0, ran.output
    return runner.invoke(main, ["eval", "score", output]).stdout


def test_the_commands_run_in_their_order(readme: str, run_blocks, tmp_path: Path) -> None:
    assert len(BLOCK.findall(readme)) >= 6
    shown = run_blocks(readme, tmp_path)
    assert "char_f1" in shown
    assert "macro_f1" in shown
    assert {"scores.json", "pages.csv", "predictions.jsonl"} <= {path.name for path in tmp_path.iterdir()}
    first, table = SHOWN["text"].findall(readme)
    assert [line for line in table.splitlines() if line.rstrip("…") not in shown] == []
    assert [line for line in first.splitlines() if line.rstrip("…") not in made_by_make_score(tmp_path)] == []
    (example,) = SHOWN["json"].findall(readme)
    scores, part = json.loads((tmp_path / "scores.json").read_bytes()), json.loads(example)
    assert {key: scores[key] for key in part if key != "metrics"} | {"metrics": part["metrics"]} == part
    for name, values in part["metrics"].items():
        assert {key: scores["metrics"][name][key] for key in values} == values


def test_the_table_of_extractors_is_what_their_kept_outputs_score(readme: str, root: Path) -> None:
    paths = sorted((root / "benchmarks" / "extractors").glob("*.jsonl.xz"))
    assert len(paths) == 7
    assert card.with_block(readme, "extractors", counts.extractor_table(paths)) == readme


def test_the_examples_stand_on_the_pages(readme: str, gold) -> None:
    rows = [
        line for line in readme.splitlines() if re.match(r"\| (boilerplate|stance|claims|dependence) \| [^|]+\?", line)
    ]
    assert len(rows) == 4
    for row in rows:
        example = row.split("|")[3]
        article = re.search(r"detente-\d{3}", example)
        assert article
        first = QUOTED.search(example)
        assert first
        assert first[1] in gold.articles[article[0]]["text"]


def test_the_examples_have_the_labels_that_the_readme_gives(gold) -> None:
    text = gold.articles["detente-001"]["text"]
    segment = next(
        r
        for r in gold.rows("boilerplate")
        if text[r["start"] : r["end"]] == "Зеркало сайта Vavada" and r["article"] == "detente-001"
    )
    assert segment["type"] == "ad"
    stance = next(r for r in gold.rows("stance") if r["id"] == "detente-002:france:ct_cooperation:current:own")
    assert (stance["label"], stance["scale"], stance["expression"]) == ("favor", 2, "explicit")
    assert stance["chain"][0] == "french-defence-ministry"


def test_the_version_in_prose_is_the_datas(gold, root: Path) -> None:
    for name in ("CITATION.cff",):
        assert f"version: {gold.manifest['version']}" in (root / name).read_text()
    assert f"For version {gold.manifest['version']} of the data." in (root / "DATASHEET.md").read_text()


@pytest.mark.parametrize("name", ["README.md", "DATASHEET.md", "dataset/README.md"])
def test_no_count_of_pages_or_families_is_written_by_hand(root: Path, name: str) -> None:
    """The build keeps what stands between `<!-- count: pages -->` and `<!-- /count -->`; it must not begin a line.

    A line that begins with a comment is HTML, and cuts its paragraph in two.
    """
    text = re.sub(r"```.*?```", "", (root / name).read_text(), flags=re.DOTALL)
    assert not re.search(r"^\s*<!-- count", text, flags=re.MULTILINE)
    by_hand = re.sub(r"<!-- count: \w+ -->[^<]*<!-- /count -->", "#", text)
    assert re.findall(r"(?i)\b(?:five|5) (?:web |gold )?pages\b|\b(?:four|4) families\b", by_hand) == []


def test_the_canary_stands_in_card_datasheet_and_manifest(root: Path) -> None:
    for name in ("dataset/README.md", "DATASHEET.md", "dataset/manifest.json"):
        assert CANARY in (root / name).read_text(encoding="utf-8")


def test_no_file_names_a_package_registry_host(root: Path) -> None:
    hosts = re.compile(r"pypi\.(org|python)|pythonhosted|registry\.npmjs|deb\.debian", re.IGNORECASE)
    tracked = subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, text=True, check=False).stdout.split()
    for name in tracked or [path.name for path in root.glob("*.*")]:
        path = root / name
        if path.suffix != ".parquet" and path.is_file() and path != Path(__file__):
            assert not hosts.search(path.read_text(encoding="utf-8", errors="replace")), name
