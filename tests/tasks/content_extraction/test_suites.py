"""Real outputs of real extractors: every figure that the benchmarks published, on the pages they published it for."""

import csv
import json
import lzma
import os
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from detente.cli import main
from detente.evaluation.engines.local import Local
from detente.evaluation.gold import load_gold
from detente.evaluation.score import count
from detente.evaluation.whole import read_all
from detente.tasks.content_extraction.task import CONTENT_EXTRACTION
from detente.tasks.task import Gold, Options
from detente.text import sentences

SUITES = Path(__file__).parents[4] / "shared" / "suites"
EXACT = 1e-9
PARTS = ("precision", "recall", "f1")


@pytest.fixture(scope="module")
def suites() -> Path:
    if not SUITES.is_dir() and os.environ.get("CI") != "true":
        pytest.skip("../shared/suites is not beside this checkout")
    assert SUITES.is_dir()
    return SUITES


@pytest.fixture(scope="module")
def rouge() -> None:
    """ROUGE-LSum is checked where the splitter is the one that the published figures were made with."""
    if sentences.splitter_version() != sentences.VERSION and os.environ.get("CI") != "true":
        pytest.skip(f"the extra rouge is not here with NLTK {sentences.VERSION}")
    assert sentences.splitter_version() == sentences.VERSION


def unpacked(path: Path) -> Any:
    return json.loads(lzma.decompress(path.read_bytes()))


def outputs(suite: Path) -> list[Path]:
    return sorted((suite / "outputs").glob("*.json.xz"))


def ranked(suite: Path, gold: str, jobs: int) -> dict[str, dict[str, Any]]:
    """The metrics of every system, as the command line prints them."""
    call = ["eval", "score", *outputs(suite), "--gold", suite / gold, "--format", "json", "--resamples", "20"]
    result = CliRunner().invoke(main, [str(argument) for argument in [*call, "--jobs", jobs]])
    assert result.exit_code == 0, result.output
    return {system["name"]: system["metrics"] for system in json.loads(result.stdout)["systems"]}


def counted(suite: Path, gold_file: Path, jobs: int = 1) -> dict[str, pl.DataFrame]:
    """The counts of every system, a row per page."""
    gold: Gold = load_gold(gold_file, None)
    systems = read_all([str(path) for path in outputs(suite)], gold, None)
    first = next(iter(systems.values()))
    answers = [each.by_id for each in systems.values()]
    with Local(jobs) as engine:
        rows = count(first.task, first.units, answers, Options(errors=False), engine)
    return dict(zip(systems, rows, strict=True))


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


# article-extraction-benchmark


@pytest.fixture(scope="module")
def article_extraction(suites: Path) -> dict[str, dict[str, Any]]:
    return ranked(suites / "article_extraction", "ground_truth.json.xz", jobs=2)


@pytest.fixture(scope="module")
def published(suites: Path) -> dict[str, dict[str, Any]]:
    scores: dict[str, dict[str, Any]] = json.loads((suites / "article_extraction" / "scores.json").read_text())
    return scores


def compared(found: dict[str, dict[str, Any]], expected: dict[str, dict[str, Any]], names: dict[str, str]) -> int:
    """Compares the metrics, on the left, with what was published of them; how many figures that were."""
    assert found.keys() == expected.keys()
    figures = 0
    for system, theirs in expected.items():
        for name, key in names.items():
            assert found[system][name]["value"] == pytest.approx(theirs[key], abs=EXACT), (system, name)
            figures += 1
    return figures


def test_article_extraction_shingles(
    article_extraction: dict[str, dict[str, Any]], published: dict[str, dict[str, Any]]
) -> None:
    names = {f"shingle_{part}": part for part in (*PARTS, "accuracy")}
    names |= {
        "shingle_precision_all": "_derived_precision_empties_as_0",
        "shingle_f1_all": "_derived_f1_empties_as_0",
        "shingle_f1_mean": "_derived_mean_per_doc_f1",
    }
    shingles = {system: scores["shingle"] for system, scores in published.items()}
    assert compared(article_extraction, shingles, names) == 20 * 7


def test_article_extraction_bags_of_words(
    article_extraction: dict[str, dict[str, Any]], published: dict[str, dict[str, Any]]
) -> None:
    names = {f"bag_of_words_{part}": f"mean_{short}" for part, short in zip(PARTS, ("p", "r", "f1"), strict=True)}
    bags = {system: scores["bag_of_words"] for system, scores in published.items()}
    assert compared(article_extraction, bags, names) == 20 * 3


@pytest.mark.usefixtures("rouge")
def test_article_extraction_rouge_lsum_and_levenshtein(
    article_extraction: dict[str, dict[str, Any]], published: dict[str, dict[str, Any]]
) -> None:
    names = {f"rouge_lsum_{part}": short for part, short in zip(PARTS, ("p", "r", "f1"), strict=True)}
    key = "rouge_lsum_levenshtein_mean"
    means = {system: scores[key] for system, scores in published.items() if scores[key]}
    found = {system: article_extraction[system] for system in means}
    assert compared(found, means, {**names, "levenshtein": "lev"}) == 6 * 4


# WCEB


@pytest.fixture(scope="module")
def wceb(suites: Path) -> dict[str, pl.DataFrame]:
    return counted(suites / "wceb", suites / "article_extraction" / "ground_truth.json.xz", jobs=2)


def test_wceb_levenshtein_of_every_page(wceb: dict[str, pl.DataFrame], suites: Path) -> None:
    assert len(wceb) == 12
    for system, rows in wceb.items():
        theirs = unpacked(suites / "wceb" / "scores" / f"{system}.json.xz")["levenshtein_ratio"]
        expected = sorted(value for (value,) in theirs.values())  # by another hash of the page than the outputs
        assert sorted(rows["levenshtein"]) == pytest.approx(expected, abs=EXACT), system


@pytest.mark.usefixtures("rouge")
def test_wceb_rouge_lsum_of_every_page(wceb: dict[str, pl.DataFrame], suites: Path) -> None:
    checked = 0
    for system, rows in wceb.items():
        theirs = unpacked(suites / "wceb" / "scores" / f"{system}.json.xz")["rouge_lsum_p_r_f1"]
        for place, part in enumerate(PARTS) if theirs else ():
            expected = sorted(page[place] for page in theirs.values())
            assert sorted(rows[f"rouge_{part}"]) == pytest.approx(expected, abs=EXACT), (system, part)
            checked += 1
    assert checked == 8 * 3


# Fundus


@pytest.fixture(scope="module")
def fundus(suites: Path) -> dict[str, pl.DataFrame]:
    return counted(suites / "fundus", suites / "fundus" / "ground_truth.json.xz")


def fundus_cells(path: Path) -> dict[tuple[str, str], dict[str, float | None]]:
    """By system and page; an empty cell is undefined."""
    with path.open(newline="") as file:
        return {
            (row.pop("scraper"), row.pop("article")): {
                key.removesuffix("_score"): float(cell) if cell else None for key, cell in row.items()
            }
            for row in csv.DictReader(file, delimiter="\t")
        }


FUNDUS = {
    "paragraph_match": {f"paragraph_{part}": part for part in PARTS},
    "wer": {"wer": "wer"},
    "rouge_lsum": {f"rouge_{part}": part for part in PARTS},
}


@pytest.mark.parametrize("name", FUNDUS)
def test_fundus_on_every_page_and_in_the_mean(
    name: str, fundus: dict[str, pl.DataFrame], suites: Path, request: pytest.FixtureRequest
) -> None:
    if name == "rouge_lsum":
        request.getfixturevalue("rouge")
    cells = fundus_cells(suites / "fundus" / f"{name}.tsv")
    assert {system for system, _ in cells} == fundus.keys()
    assert len(cells) == 4 * 80
    for column, key in FUNDUS[name].items():
        for system, rows in fundus.items():
            ours = {
                page: value if defined else None
                for page, value, defined in rows.select("id", column, f"{column}_pages").iter_rows()
            }
            theirs = {page: cell[key] for (owner, page), cell in cells.items() if owner == system}
            assert ours == {page: pytest.approx(cell, abs=EXACT) for page, cell in theirs.items()}, (system, column)
            known = [cell for cell in theirs.values() if cell is not None]
            assert rows[column].sum() / rows[f"{column}_pages"].sum() == pytest.approx(mean(known), abs=EXACT)


# Trafilatura's snippets


def test_snippets_pooled_over_the_pages(suites: Path) -> None:
    found = ranked(suites / "snippets", "gold.json.xz", jobs=1)
    rows = counted(suites / "snippets", suites / "snippets" / "gold.json.xz")
    assert found.keys() == rows.keys() == {"baseline", "trafilatura_fast"}
    for system, metrics in found.items():
        expected = json.loads((suites / "snippets" / f"{system}.scores.json").read_text())
        for cell in ("tp", "fp", "fn", "tn"):
            assert rows[system][f"snippet_{cell}"].sum() == expected[cell]
        for part in (*PARTS, "accuracy"):
            assert metrics[f"snippet_{part}"]["value"] == pytest.approx(expected[part], abs=EXACT)
            assert metrics[f"snippet_{part}"]["n"] == sum(expected[cell] for cell in ("tp", "fp", "fn", "tn"))


# WCXB


@pytest.mark.parametrize("system", ["resiliparse", "trafilatura"])
def test_wcxb_on_every_page_of_every_type_and_over_all(system: str, suites: Path, tmp_path: Path) -> None:
    suite = suites / "wcxb"
    for page, document in unpacked(suite / "ground_truth.json.xz").items():
        (tmp_path / f"{page}.json").write_text(json.dumps(document))
    expected = json.loads((suite / f"{system}.scores.json").read_text())
    names = {f"bag_of_words_{part}": part for part in PARTS} | {
        "with_rate": "with_rate",
        "without_rate": "without_rate",
    }
    call = ["eval", "score", suite / "outputs" / f"{system}.json.xz", "--gold", tmp_path, "--format", "json"]
    call += ["--per-unit", tmp_path / "pages.csv", "--resamples", "20"]
    result = CliRunner().invoke(main, [str(argument) for argument in call])
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert (found["primary"], found["n"]["units"]) == ("bag_of_words_f1", expected["n"])
    parts = found["breakdown"]["page_type"]
    assert parts.keys() == expected["by_page_type"].keys()
    for name, key in names.items():
        assert found["metrics"][name]["value"] == pytest.approx(expected["mean"][key], abs=EXACT)
        for kind, theirs in expected["by_page_type"].items():
            assert parts[kind][name] == pytest.approx(theirs[key], abs=EXACT), (name, kind)
            assert parts[kind]["n"] == theirs["n"]
    pages = pl.read_csv(tmp_path / "pages.csv", schema_overrides={"id": pl.String})
    assert set(pages["id"]) == expected["per_page"].keys()
    for row in pages.iter_rows(named=True):
        for name, key in names.items():
            assert row[name] == pytest.approx(expected["per_page"][row["id"]][key], abs=EXACT), (row["id"], name)


def test_wcxb_names_the_three_pages_that_list_nothing_unwanted(suites: Path) -> None:
    suite = suites / "wcxb"
    rows = counted(suite, suite / "ground_truth.json.xz")["trafilatura"]
    unlisted = rows.filter(pl.col("without_listed_pages") == 0)
    assert (len(unlisted), set(unlisted["without"])) == (3, {1.0})
    notes = CONTENT_EXTRACTION.gold_notes(rows, {"gold_format": "wcxb"})
    assert any(note.startswith("3 pages without snippets of 'without'") for note in notes)


# WebMainBench


@pytest.mark.usefixtures("jieba")
@pytest.mark.parametrize(
    "options", [[], ["--gold-text", "markdown", "--output-format", "markdown"]], ids=["", "reduced"]
)
@pytest.mark.parametrize("system", ["llm-webkit", "resiliparse", "trafilatura"])
def test_webmainbench_on_every_page_and_in_the_mean(
    system: str, options: list[str], suites: Path, tmp_path: Path
) -> None:
    suite = suites / "webmainbench"
    expected = json.loads((suite / f"{system}.scores.json").read_text())
    call = ["eval", "score", suite / "outputs" / f"{system}.jsonl.xz", "--gold", suite / "gold.jsonl.xz", *options]
    call += ["--format", "json", "--per-unit", tmp_path / "pages.csv"]
    result = CliRunner().invoke(main, [str(argument) for argument in call])
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["primary"] == "webmainbench_rouge_5_f1"
    pages = {row["id"]: row for row in pl.read_csv(tmp_path / "pages.csv").iter_rows(named=True)}
    assert pages.keys() == expected["per_page"].keys()
    for part in PARTS:
        name = f"webmainbench_rouge_5_{part}"
        assert found["metrics"][name]["value"] == pytest.approx(expected["mean"][part], abs=EXACT)
        for page, theirs in expected["per_page"].items():
            assert pages[page][name] == pytest.approx(theirs[part], abs=EXACT), page
    assert {name: part["n"] for name, part in found["breakdown"]["language"].items()} == {"zh": 1, "en": 3}
