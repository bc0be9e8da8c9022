"""Many systems on one gold: their order, how sure it is, and how it is written; and two of them compared."""

import csv
import gzip
import json
import lzma
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from click.testing import CliRunner, Result

from detente.cli import main
from detente.evaluation.engines import pages as parallel
from detente.evaluation.sources import short_names
from detente.tasks.content_extraction.errors import METRICS as ERROR_METRICS
from detente.text import sentences


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def ranked(*arguments: str | Path) -> dict[str, Any]:
    result = run("eval", "score", *arguments, "--format", "json")
    assert result.exit_code == 0, result.output
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def column(document: dict[str, Any], key: str) -> dict[str, Any]:
    return {system["name"]: system[key] for system in document["systems"]}


def pages(count: int) -> dict[str, str]:
    """Each page has ten words of its own."""
    return {f"page-{page:03}": " ".join(f"word{page}x{word}" for word in range(10)) for page in range(count)}


class Folder:
    """Gold and outputs as files: `right` is the gold, `wrong` shares no word with it, `half` drops half of each."""

    def __init__(self, path: Path, count: int) -> None:
        self.path, self.texts = path, pages(count)
        self.gold = self.write("gold", self.texts)

    def write(self, name: str, texts: dict[str, Any]) -> Path:
        path = self.path / f"{name}.json"
        path.write_text(json.dumps(texts))
        return path

    def right(self, name: str, pages: int | None = None, other: str = "nothing of it") -> Path:
        """Right on the first so many pages; another text on the rest."""
        count = len(self.texts) if pages is None else pages
        return self.write(
            name, {page: text if place < count else other for place, (page, text) in enumerate(self.texts.items())}
        )

    def half(self, name: str) -> Path:
        return self.write(name, {page: " ".join(text.split()[:5]) for page, text in self.texts.items()})


@pytest.fixture
def few(tmp_path: Path) -> Folder:
    return Folder(tmp_path, 4)


@pytest.fixture
def many(tmp_path: Path) -> Folder:
    return Folder(tmp_path, 12)


# The order


def test_equals_share_the_better_rank_and_stand_in_the_order_of_their_names(few: Folder) -> None:
    files = [few.right("worst", 1), few.right("late", 3), few.right("early", 3), few.right("best", 4)]
    document = ranked(*files, "--gold", few.gold, "--metrics", "shingle_accuracy")
    assert column(document, "rank") == {"best": 1, "early": 2, "late": 2, "worst": 4}
    assert list(column(document, "rank")) == ["best", "early", "late", "worst"]
    values = [system["metrics"]["shingle_accuracy"]["value"] for system in document["systems"]]
    assert values == [4 / 4, 3 / 4, 3 / 4, 1 / 4]


def test_fewer_than_ten_pages_give_a_range_and_no_intervals(few: Folder) -> None:
    files = [few.right("right"), few.half("half")]
    document = ranked(*files, "--gold", few.gold)
    assert document["interval"] == "range"
    for key in ("ranks", "significant", "gap_to_next"):
        assert set(column(document, key).values()) == {None}
    table = run("eval", "score", *files, "--gold", few.gold).stdout
    assert table.splitlines()[1].split()[:4] == ["system", "rank", "shingle_f1", "range"]
    assert "under 10 families there is no interval, of values or ranks" in table


def test_identical_systems_are_not_separated_and_a_far_better_one_is(many: Folder) -> None:
    files = [many.half("half"), many.right("twin"), many.right("right")]
    document = ranked(*files, "--gold", many.gold, "--metrics", "bag_of_words_f1")
    assert document["interval"] == "bootstrap"
    assert column(document, "rank") == {"right": 1, "twin": 1, "half": 3}
    assert column(document, "ranks") == {"right": [1, 2], "twin": [1, 2], "half": [3, 3]}
    assert column(document, "significant") == {"right": False, "twin": True, "half": None}
    # half has P 5/5 and R 5/10 on every page: the lead is 1 − 2/3, whichever pages are drawn.
    lead = pytest.approx({"low": 1 / 3, "high": 1 / 3})
    assert column(document, "gap_to_next") == {"right": {"low": 0, "high": 0}, "twin": lead, "half": None}
    table = run("eval", "score", *files, "--gold", many.gold, "--metrics", "bag_of_words_f1").stdout
    assert "1 of 2 pairs of neighbours may be equal" in table
    assert "contains 0): right ≈ twin" in table


def test_a_lead_on_one_page_of_twelve_separates_nobody(many: Folder) -> None:
    # One page in twelve differs: it is drawn not at all in (11/12)^12 = 35% of the resamples.
    document = ranked(many.right("right"), many.right("nearly", 11), "--gold", many.gold)
    assert column(document, "rank") == {"right": 1, "nearly": 2}
    assert column(document, "ranks") == {"right": [1, 2], "nearly": [1, 2]}
    assert column(document, "significant") == {"right": False, "nearly": None}
    assert document["systems"][0]["gap_to_next"]["low"] == 0


def test_metrics_chooses_what_ranks_and_what_stands_beside_it(few: Folder) -> None:
    # bold: twice the words on every page: 10 errors in 10 words. half: 5. Recall prefers bold, the error rate half.
    bold = few.write("bold", {page: f"{text} {text}" for page, text in few.texts.items()})
    files = [bold, few.half("half")]
    for metric, best in (("bag_of_words_recall", "bold"), ("wer", "half")):
        document = ranked(*files, "--gold", few.gold, "--metrics", f"{metric},levenshtein")
        assert document["by"] == metric
        assert document["systems"][0]["name"] == best
        assert set(document["systems"][0]["metrics"]) == {metric, "levenshtein"}
    assert column(document, "rank") == {"half": 1, "bold": 2}
    wrong = run("eval", "score", *files, "--gold", few.gold, "--metrics", "char_f1")
    assert wrong.exit_code == 2
    assert wrong.stderr.startswith(
        "--metrics: option: content_extraction has no metric 'char_f1': all, or shingle_precision"
    )


@pytest.mark.skipif(sentences.splitter_version() is None, reason="needs the extra rouge")
@pytest.mark.parametrize(
    ("make", "metric"),
    [
        (lambda text: {"articleBody": text}, "shingle_f1"),
        (lambda text: {"plaintext": text}, "rouge_lsum_f1"),
        (lambda text: {"body": [text]}, "rouge_lsum_f1"),
        (lambda text: {"with": [text]}, "snippet_f1"),
    ],
)
def test_by_default_systems_are_ranked_as_the_benchmark_of_the_gold_does(make: Any, metric: str, few: Folder) -> None:
    gold = few.write("other", {page: make(text) for page, text in few.texts.items()})
    assert ranked(few.right("right"), few.half("half"), "--gold", gold)["by"] == metric


# What is written


def test_the_document_has_every_system_with_the_metrics_of_its_own_scores(many: Folder) -> None:
    files = [many.right("right"), many.half("half")]
    document = ranked(*files, "--gold", many.gold)
    assert document["schema"] == "detente.ranking/2"
    assert (document["task"], document["unit"]) == ("content_extraction", "family")
    assert document["n"] == {"units": 12, "items": 12, "scored": 12, "families": 12}
    for path, system in zip(files, document["systems"], strict=True):
        own = ranked(path, "--gold", many.gold)
        assert own["schema"] == "detente.scores/2"
        assert system["name"] == path.stem
        assert (system["signature"], document["dataset"]) == (own["signature"], own["dataset"])
        assert system["metrics"] == {name: own["metrics"][name] for name in system["metrics"]}
        assert set(own["metrics"]) - set(system["metrics"]) <= {metric.name for metric in ERROR_METRICS}


def test_systems_are_named_by_their_files_without_suffixes(few: Folder) -> None:
    data = few.gold.read_bytes()
    pack = {"a": ("xz", lzma.compress), "b": ("gz", gzip.compress), "c": ("zst", lambda x: pyarrow.compress(x, "zstd"))}
    for name, (suffix, packed) in pack.items():
        (few.path / f"{name}.json.{suffix}").write_bytes(packed(data))
    files = [few.path / f"{name}.json.{suffix}" for name, (suffix, _) in pack.items()]
    assert list(column(ranked(*files, few.right("v1.2"), "--gold", few.gold), "rank")) == ["a", "b", "c", "v1.2"]
    assert short_names(["old/x.json", "new/x.json.xz"]) == ["old/x.json", "new/x.json.xz"]
    assert short_names(["old/x.json", "old/x.json"]) == ["x", "x (2)"]


def test_pages_without_text_and_missing_ones_are_told(few: Folder) -> None:
    texts = dict(list(few.texts.items())[:3])
    files = [few.write("short", {**texts, "page-000": ""}), few.right("right")]
    document = ranked(*files, "--gold", few.gold, "--allow-missing")
    assert column(document, "without_text") == {"right": 0, "short": 2}
    assert column(document, "missing") == {"right": [], "short": ["page-003"]}
    # P is over the two pages with text, R over all four: F1 2 · 1 · 1/2 / (3/2); without the others all is right.
    table = run("eval", "score", *files, "--gold", few.gold, "--allow-missing").stdout
    assert "short: 2 outputs without text; shingle_f1 0.667 with them, 1.000 without them" in table
    assert "short: 1 page missing, counted as empty" in table
    assert "missing:0,1" in table
    # Dropping them shows the same two values.
    dropped = run("eval", "score", *files, "--gold", few.gold, "--allow-missing", "--empty", "drop").stdout
    assert "shingle_f1 0.667 with them, 1.000 without them" in dropped


def test_systems_on_different_pages_are_not_ranked(tmp_path: Path) -> None:
    for name, template in (("one", "news"), ("two", "reader")):
        pages = run("eval", "inputs", "--task", "boilerplate", "--render", template).stdout.splitlines()
        lines = [json.dumps({"id": json.loads(page)["id"], "text": ""}) for page in pages]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(lines))
    result = run("eval", "score", tmp_path / "one.jsonl", tmp_path / "two.jsonl")
    assert result.exit_code == 2
    assert "two: not-comparable: is on other pages (render:reader); one on render:news" in result.stderr


def test_systems_that_crashed_unequally_are_compared(few: Folder, tmp_path: Path) -> None:
    crashed = tmp_path / "crashed.jsonl"
    lines = [{"id": page, "text": "", "error": "TimeoutError"} for page in few.texts]
    crashed.write_text("\n".join(map(json.dumps, lines)))
    result = run("eval", "compare", few.right("right"), crashed, "--gold", few.gold)
    assert result.exit_code == 0, result.output
    assert f"crashed:0,{len(few.texts)}" in result.stdout


def test_per_unit_names_the_system_of_each_row(few: Folder) -> None:
    files = [few.right("right"), few.half("half")]
    for name in ("rows.csv", "rows.jsonl"):
        assert run("eval", "score", *files, "--gold", few.gold, "--per-unit", few.path / name).exit_code == 0
        text = (few.path / name).read_text()
        rows = list(csv.DictReader(text.splitlines())) if ".csv" in name else [*map(json.loads, text.splitlines())]
        assert [(row["system"], row["id"]) for row in rows] == [
            (s, page) for s in ("right", "half") for page in few.texts
        ]
        assert [float(row["bag_of_words_recall"]) for row in rows] == [1] * 4 + [5 / 10] * 4
        assert all(float(row["missed"]) > 0 for row in rows[4:])


@pytest.mark.parametrize("form", ["table", "markdown", "json"])
def test_output_is_what_would_be_printed(form: str, many: Folder) -> None:
    call = ("eval", "score", many.right("right"), many.half("half"), "--gold", many.gold, "--format", form)
    assert run(*call, "-o", many.path / "ranking").exit_code == 0
    text = (many.path / "ranking").read_text()
    assert text == run(*call).stdout
    start = {
        "table": "content_extraction: 2 systems by",
        "markdown": "**content_extraction: 2 systems by",
        "json": "{\n",
    }[form]
    assert text.startswith(start)
    if form == "markdown":
        header = "| system | rank | ranks | shingle_f1 | 95% interval | next |"
        assert any(line.startswith(header) for line in text.splitlines())


def test_files_of_the_own_gold_are_ranked_too(tmp_path: Path) -> None:
    files = [tmp_path / f"{name}.jsonl" for name in ("keep_all", "body_lines")]
    for path in files:
        assert run("eval", "run", path.stem, "--task", "boilerplate", "-o", path).exit_code == 0
    document = ranked(*files)
    assert (document["task"], document["by"], document["interval"]) == ("boilerplate", "char_f1", "range")
    values = {system["name"]: system["metrics"]["char_f1"]["value"] for system in document["systems"]}
    assert list(values) == sorted(values, key=lambda name: -values[name])
    for path in files:
        assert ranked(path)["metrics"]["char_f1"]["value"] == values[path.stem]


def test_jobs_change_nothing(tmp_path: Path) -> None:
    folder = Folder(tmp_path, 140)
    files = [folder.right("right"), folder.right("some", 50), folder.half("half")]
    assert len(folder.texts) * len(files) >= parallel.MIN_PAGES_FOR_POOL
    call = (*files, "--gold", folder.gold, "--resamples", "50")
    assert ranked(*call, "--jobs", "1") == ranked(*call, "--jobs", "2")


# What is refused, and what is compared


def test_options_that_need_other_gold_are_refused(few: Folder) -> None:
    refused = {
        (
            "--gold",
            few.gold,
            "--task",
            "stance",
        ): f"{few.gold}: gold-format: has no label, but 'p",
        (
            "--gold",
            few.gold,
            "--paratext",
            "content",
        ): "--paratext: option: is not supported by the task content_extraction",
        ("--gold-format", "wceb"): "--gold-format: option: says how to read --gold, which is not given",
    }
    for arguments, message in refused.items():
        result = run("eval", "score", few.gold, *arguments)
        assert result.exit_code == 2
        assert result.stderr.startswith(message)
    assert "the folder has no .txt, .md or .html file" in run("eval", "score", few.path).stderr


def test_compare_names_the_pages_that_got_worse(many: Folder) -> None:
    texts = {**many.texts, "page-003": "nothing", "page-007": "nothing"}
    files = [many.right("old"), many.write("new", texts)]
    result = run("eval", "compare", *files, "--gold", many.gold, "--format", "json", "--resamples", "500")
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert document["schema"] == "detente.comparison/2"
    (pair,) = document["comparisons"]
    assert {item["item"] for item in pair["items"]} == {"page-003", "page-007"}
    table = run("eval", "compare", *files, "--gold", many.gold, "--resamples", "500").stdout
    assert "old and new differ on 2 items, new worse on 2 and better on 0" in table
    assert {item["direction"] for item in pair["items"]} == {"worse"}
    assert "page-007" in table
    assert "page-004" not in table
