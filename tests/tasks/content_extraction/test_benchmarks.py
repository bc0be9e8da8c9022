"""WebMainBench and WCXB: their files read as they are, their own numbers kept, and what these hide said."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from detente.cli import main
from detente.data.jsonl import dump_lines
from detente.data.problems import ValidationError
from detente.evaluation.engines import pages as engine_pages
from detente.tasks.content_extraction.gold_formats import read_gold
from detente.text import segmentation

WMB_PAGES = (
    {
        "track_id": "tea",
        "html": "<h1>Tea</h1>",
        "url": "https://tea.example/",
        "main_html": None,
        "convert_main_content": "# Tea\n\nGreen tea is **steamed** first.",
        "groundtruth_content": "never read",
        "meta": {"language": "en", "level": "simple"},
    },
    {
        "track_id": "kites",
        "html": "",
        "convert_main_content": None,
        "groundtruth_content": "Kites need wind.\n\n```\nfly()\n```",
        "meta": {"language": "en", "level": "hard"},
    },
    {"track_id": "cha", "convert_main_content": "茶", "meta": {"language": "zh", "level": None}},
    {"track_id": "none", "convert_main_content": None, "groundtruth_content": None},
)
WMB_TEXTS = {
    "tea": "# Tea\n\nGreen tea is **steamed** first.",
    "kites": "Kites need wind.\n\n```\nfly()\n```",
    "cha": "茶",
    "none": "",
}


def wcxb_page(name: str, text: str, wanted: list[str] | None, unwanted: list[str] | None, kind: Any) -> dict[str, Any]:
    return {
        "schema_version": "2.0",
        "url": f"https://{name}.example/",
        "file_id": name,
        "ground_truth": {"title": name, "author": None, "main_content": text, "with": wanted, "without": unwanted},
        "_internal": {"page_type": {"primary": kind, "confidence": 0.9}},
    }


WCXB_PAGES = {
    "0001": wcxb_page("0001", "Red kites soar. Red.", ["RED KITES", "soar"], ["Menu", "Log in"], "article"),
    "0002": wcxb_page("0002", "Two bowls, one price.", ["Two  bowls"], [], "category"),
    "0003": wcxb_page("0003", "Shop all", [], None, "collection"),
}
WCXB_OUTPUTS = {"0001": "MENU red kites soar and soar", "0002": "Two bowls", "0003": "shop all"}


def write(path: Path, data: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dump_lines(data) if isinstance(data, tuple) else json.dumps(data, indent=1))
    return path


@pytest.fixture
def wmb(tmp_path: Path) -> Path:
    return write(tmp_path / "WebMainBench.jsonl", WMB_PAGES)


@pytest.fixture
def wcxb(tmp_path: Path) -> Path:
    for name, page in WCXB_PAGES.items():
        write(tmp_path / "ground-truth" / f"{name}.json", page)
    return tmp_path / "ground-truth"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def scored(*arguments: str | Path) -> dict[str, Any]:
    result = run("eval", "score", *arguments, "--format", "json")
    assert result.exit_code == 0, result.output
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def values(document: dict[str, Any], *names: str) -> dict[str, float]:
    return {name: document["metrics"][name]["value"] for name in names}


def problems_of(path: Path, gold_format: str | None = None) -> list[str]:
    with pytest.raises(ValidationError) as refused:
        read_gold(path, gold_format)
    return [str(problem) for problem in refused.value.problems]


# Reading


def test_webmainbench_is_read_from_its_lines(wmb: Path) -> None:
    gold = read_gold(wmb)
    assert gold.format == "webmainbench"
    assert {page: target.references[0].text for page, target in gold.targets.items()} == WMB_TEXTS
    assert {page: target.labels for page, target in gold.targets.items()} == {
        "tea": {"language": "en", "level": "simple"},
        "kites": {"language": "en", "level": "hard"},
        "cha": {"language": "zh", "level": "not given"},
        "none": {"language": "not given", "level": "not given"},
    }
    assert read_gold(wmb, "webmainbench") == gold or read_gold(wmb, "webmainbench").sha256 == gold.sha256


def test_a_label_that_no_page_has_is_no_breakdown(tmp_path: Path) -> None:
    path = write(tmp_path / "gold.jsonl", ({"track_id": "a", "convert_main_content": "x", "meta": {"level": None}},))
    assert read_gold(path).targets["a"].labels == {}
    assert not {"level", "language", "page_type"} & scored(path, "--gold", path)["breakdown"].keys()


def test_wcxb_is_read_from_a_folder_of_documents_named_by_page(wcxb: Path) -> None:
    gold = read_gold(wcxb)
    assert (gold.name, gold.format) == ("ground-truth", "wcxb")
    found = {
        page: (each.references[0].text, each.must_include, each.must_exclude) for page, each in gold.targets.items()
    }
    assert found == {
        "0001": ("Red kites soar. Red.", ("RED KITES", "soar"), ("Menu", "Log in")),
        "0002": ("Two bowls, one price.", ("Two  bowls",), ()),
        "0003": ("Shop all", (), ()),
    }
    kinds = {page: target.labels["page_type"] for page, target in gold.targets.items()}
    assert kinds == {"0001": "article", "0002": "collection", "0003": "collection"}  # category is collection


def test_wcxb_is_read_from_one_file_too(tmp_path: Path, wcxb: Path) -> None:
    folder = read_gold(wcxb).targets
    together = read_gold(write(tmp_path / "all.json", WCXB_PAGES))
    lines = read_gold(write(tmp_path / "all.jsonl", tuple(WCXB_PAGES.values())))
    assert together.format == lines.format == "wcxb"
    assert together.sha256 == lines.sha256 == read_gold(wcxb).sha256
    packed = tmp_path / "packed"
    packed.mkdir()
    for name, page in WCXB_PAGES.items():
        (packed / f"{name}.json.gz").write_bytes(gzip.compress(json.dumps(page).encode()))
    assert read_gold(packed).sha256 == lines.sha256
    (alone,) = read_gold(wcxb / "0001.json").targets.values()
    assert (alone.id, alone.labels, alone.must_include) == ("0001", {"page_type": "article"}, ("RED KITES", "soar"))
    assert alone.references[0].text == folder["0001"].references[0].text


def test_a_folder_that_has_texts_is_read_without_its_documents(wcxb: Path) -> None:
    (wcxb / "0001.txt").write_text("Red kites soar.")
    gold = read_gold(wcxb)
    assert (gold.format, list(gold.targets)) == ("text", ["0001"])


def test_outputs_may_be_keyed_by_the_benchmarks_own_ids(tmp_path: Path, wmb: Path, wcxb: Path) -> None:
    lines = tuple({"track_id": page, "text": text} for page, text in WMB_TEXTS.items())
    (tmp_path / "texts").mkdir()
    for page, text in WMB_TEXTS.items():
        (tmp_path / "texts" / f"{page}.txt").write_text(text)
    for output in (write(tmp_path / "tracks.jsonl", lines), tmp_path / "texts", wmb):
        assert values(scored(output, "--gold", wmb), "shingle_accuracy", "bag_of_words_f1") == {
            "shingle_accuracy": 1,
            "bag_of_words_f1": 1,
        }
    numbered = tuple({"file_id": page, "text": text} for page, text in WCXB_OUTPUTS.items())
    documents = tmp_path / "outputs"
    for page, text in WCXB_OUTPUTS.items():
        write(documents / f"{page}.json", {"text": text})
    outputs = (write(tmp_path / "o.json", WCXB_OUTPUTS), write(tmp_path / "o.jsonl", numbered), documents)
    assert len({scored(output, "--gold", wcxb)["metrics"]["bag_of_words_f1"]["value"] for output in outputs}) == 1


# Refusals


def test_what_is_wrong_with_webmainbench_is_said_page_by_page(tmp_path: Path) -> None:
    lines = (
        {"track_id": "a", "convert_main_content": 5},
        {"track_id": "b", "convert_main_content": "x", "meta": []},
        {"track_id": "c", "convert_main_content": "x", "meta": {"level": 3}},
        {"track_id": "d", "url": "https://d.example/"},
        {"convert_main_content": "x"},
        {"track_id": "b", "convert_main_content": "x"},
        {"track_id": 7, "convert_main_content": "x"},
        {"track_id": "e", "convert_main_content": "x\ud800"},
    )
    path = tmp_path / "gold.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    expected = [
        "1: wrong-type: convert_main_content is 5, not a string",
        "2: wrong-type: meta is a list, not an object",
        "3: wrong-type: meta.level is 3, not a string",
        "4: missing-field: the page has no convert_main_content or groundtruth_content: is --gold-format right?",
        '5: no-id: the page has no "id" that is a string',
        '7: no-id: the page has no "id" that is a string',
        "8: wrong-type: convert_main_content has half a surrogate pair: write whole characters",
    ]
    # The second b is a duplicate only of a page that could be read.
    assert problems_of(path) == [f"{path}:{each}" for each in expected]


def test_half_a_character_in_what_is_not_read_is_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps({"track_id": "a", "html": "<p>\ud83d", "convert_main_content": "x"}))
    assert list(read_gold(path).targets) == ["a"]


def test_what_is_wrong_with_wcxb_is_said_page_by_page(tmp_path: Path) -> None:
    folder = tmp_path / "ground-truth"
    good = WCXB_PAGES["0001"]
    pages = {
        "a": {**good, "ground_truth": {"title": "no text"}},
        "b": {**good, "ground_truth": {"main_content": ["x"]}},
        "c": {**good, "ground_truth": {"main_content": "x", "with": "x"}},
        "d": {**good, "ground_truth": {"main_content": "x", "without": [1]}},
        "e": {**good, "_internal": {"page_type": "article"}},
        "f": {**good, "_internal": {"page_type": {"primary": 1}}},
        "g": {**good, "ground_truth": None},
        "h": good,
        "i": [good],
    }
    for name, page in pages.items():
        write(folder / f"{name}.json", page)
    (folder / "j.json").write_text('{"ground_truth": ')
    (folder / "k.json").write_text('{"url": "x", "url": "y"}')
    (folder / "l.json").write_text("null")
    assert problems_of(folder, "wcxb") == [
        f"{folder}/{each}"
        for each in (
            "i.json: not-json: a page is a JSON object, not a list",
            "j.json:1: not-json: not JSON at column 17: Expecting value",
            "k.json: not-json: the key 'url' occurs twice in one object",
            "l.json: not-json: a page is a JSON object, not null",
            "a.json: missing-field: the page has no ground_truth.main_content: is --gold-format right?",
            "b.json: wrong-type: main_content is a list, not a string",
            "c.json: wrong-type: with is not a list of strings",
            "d.json: wrong-type: without is not a list of strings",
            'e.json: wrong-type: _internal.page_type is "article", not an object',
            "f.json: wrong-type: _internal.page_type.primary is 1, not a string",
            "g.json: missing-field: the page has no ground_truth.main_content: is --gold-format right?",
        )
    ]


def test_the_wrong_format_and_an_empty_folder_are_refused(tmp_path: Path, wmb: Path, wcxb: Path) -> None:
    assert len(problems_of(wmb, "wcxb")) == 4
    assert len(problems_of(wcxb, "webmainbench")) == 3
    assert problems_of(wmb, "wcxb")[0].endswith("ground_truth.main_content: is --gold-format right?")
    (tmp_path / "empty").mkdir()
    (problem,) = problems_of(tmp_path / "empty", "wcxb")
    assert problem.endswith("no-predictions: the folder has no .txt, .md or .html file, and no .json document")


# WCXB's numbers


def test_wcxb_by_hand(tmp_path: Path, wcxb: Path) -> None:
    # 0001: red kites soar red against menu red kites soar and soar: tp 3, fp 3, fn 1: P 1/2, R 3/4, F 3/5.
    #       with: both stand there in lower case. without: menu does, log in does not.
    # 0002: two bowls of two bowls one price: P 1, R 1/2, F 2/3. with: two blanks are not one. without: none, so 1.
    # 0003: the same words. with and without: none, so 1 and 1.
    document = scored(write(tmp_path / "o.json", WCXB_OUTPUTS), "--gold", wcxb)
    assert document["primary"] == "bag_of_words_f1"
    names = (*(f"bag_of_words_{part}" for part in ("precision", "recall", "f1")), "with_rate", "without_rate")
    assert values(document, *names, "with_rate_listed", "without_rate_listed") == pytest.approx(
        {
            "bag_of_words_precision": (1 / 2 + 1 + 1) / 3,
            "bag_of_words_recall": (3 / 4 + 1 / 2 + 1) / 3,
            "bag_of_words_f1": (3 / 5 + 2 / 3 + 1) / 3,
            "with_rate": (1 + 0 + 1) / 3,
            "without_rate": (1 / 2 + 1 + 1) / 3,
            "with_rate_listed": (1 + 0) / 2,
            "without_rate_listed": (1 / 2) / 1,
        }
    )
    parts = document["breakdown"]["page_type"]
    assert {kind: part["n"] for kind, part in parts.items()} == {"article": 1, "collection": 2}
    assert parts["collection"]["bag_of_words_f1"] == pytest.approx((2 / 3 + 1) / 2)
    assert parts["collection"]["without_rate"] == 1
    assert parts["collection"]["without_rate_listed"] is None
    assert document["metrics"]["without_rate_listed"]["n"] == 1
    # Trafilatura's formula on the same snippets: one blank for any white space, case kept: soar found, of three.
    assert values(document, "snippet_recall", "snippet_precision") == pytest.approx(
        {"snippet_recall": 2 / 3, "snippet_precision": 1}
    )


def test_a_missing_page_of_wcxb_counts_as_empty(tmp_path: Path, wcxb: Path) -> None:
    output = write(tmp_path / "o.json", {"0001": WCXB_OUTPUTS["0001"]})
    document = scored(output, "--gold", wcxb, "--allow-missing")
    assert values(document, "bag_of_words_f1", "with_rate", "without_rate") == pytest.approx(
        {"bag_of_words_f1": (3 / 5) / 3, "with_rate": (1 + 0 + 1) / 3, "without_rate": (1 / 2 + 1 + 1) / 3}
    )


def test_pages_without_snippets_are_named_and_the_format_is_in_the_signature(tmp_path: Path, wcxb: Path) -> None:
    output = write(tmp_path / "o.json", WCXB_OUTPUTS)
    shown = run("eval", "score", output, "--gold", wcxb).stdout
    assert "|gold_format:wcxb|" in shown
    assert "|jieba:" not in shown
    assert (
        "note: 2 pages without snippets of 'without', 1 in without_rate, the worst value, and left out of"
        " without_rate_listed: 0002, 0003\n"
        "note: 1 page without snippets of 'with', 1 in with_rate, the best value, and left out of"
        " with_rate_listed: 0003\n"
    ) in shown
    assert "by page_type\n" in shown
    for name in ("with_rate ", "without_rate ", "without_rate_listed ", "snippet_f1 "):
        assert f"\n{name}" in shown
    assert "2 pages without snippets of 'without'" in run("eval", "score", output, output, "--gold", wcxb).stdout
    assert "2 pages without snippets of 'without'" in run("eval", "compare", output, output, "--gold", wcxb).stdout


def test_parts_of_ten_pages_or_more_have_the_interval_of_those_pages_alone(tmp_path: Path) -> None:
    sizes = {"article": 10, "forum": 9}
    pages = {
        f"{kind}{number}": wcxb_page(f"{kind}{number}", f"One two three {number}", [], [], kind)
        for kind, size in sizes.items()
        for number in range(size)
    }
    gold = write(tmp_path / "gold.json", pages)
    alone = write(tmp_path / "articles.json", {name: page for name, page in pages.items() if name.startswith("art")})
    output = write(tmp_path / "o.json", {name: "One two " * (1 + index % 4) for index, name in enumerate(pages)})
    document = scored(output, "--gold", gold)
    parts = document["breakdown_intervals"]["page_type"]
    of_articles = scored(output, "--gold", alone, "--allow-extra")["metrics"]["bag_of_words_f1"]
    assert parts == {"article": {"low": of_articles["low"], "high": of_articles["high"]}}
    assert of_articles["low"] < document["breakdown"]["page_type"]["article"]["bag_of_words_f1"] < of_articles["high"]
    shown = run("eval", "score", output, "--gold", gold).stdout.splitlines()
    header, *rows = shown[shown.index("by page_type") + 1 :][:3]
    assert header.split()[:5] == ["page_type", "items", "bag_of_words_f1", "95%", "interval"]
    assert ["…" in row for row in rows] == [True, False]
    other = run("eval", "score", output, "--gold", gold, "--metrics", "with_rate,bag_of_words_f1").stdout
    assert "items  with_rate  bag_of_words_f1\n" in other  # no interval beside another metric than the primary one


def test_other_gold_has_none_of_the_benchmarks_measures(tmp_path: Path) -> None:
    path = write(tmp_path / "gold.json", {"a": "One two three four five."})
    document = scored(path, "--gold", path)
    assert not [name for name in document["metrics"] if name.startswith(("with", "webmainbench"))]
    assert "gold_format" not in document["signature"]
    result = run("eval", "score", path, "--gold", path, "--metrics", "with_rate,webmainbench_rouge_5_f1,magic")
    assert result.exit_code == 2
    assert "with_rate is not measured here, because the gold has not what it takes: all, or" in result.stderr
    assert "takes, or pip install 'detente[webmainbench]' is missing: all, or" in result.stderr
    assert "content_extraction has no metric 'magic': all, or" in result.stderr


# WebMainBench's numbers


@pytest.fixture
def wmb_output(tmp_path: Path) -> Path:
    output = {"tea": "Tea\n\nGreen tea is steamed first.", "kites": WMB_TEXTS["kites"], "cha": "茶", "none": ""}
    return write(tmp_path / "o.json", output)


@pytest.mark.usefixtures("jieba")
def test_webmainbench_by_hand(wmb: Path, wmb_output: Path) -> None:
    # tea: # ␣ Tea ↵ ↵ Green ␣ tea ␣ is ␣ * * steamed * * ␣ first . are 19 segments, 15 runs; the output has 13 and 9:
    # Tea↵↵Green␣ … Green␣tea␣is and ␣tea␣is␣ are shared, those with a mark in them are not: 5 runs.
    # kites: the same. cha: one segment, no run, 0 against itself. none: both blank, 1.
    document = scored(wmb_output, "--gold", wmb)
    assert document["primary"] == "webmainbench_rouge_5_f1"
    precision, recall = 5 / 9, 5 / 15
    f1 = 2 * precision * recall / (precision + recall)
    expected = {"precision": precision, "recall": recall, "f1": f1}
    assert values(document, *(f"webmainbench_rouge_5_{part}" for part in expected)) == pytest.approx(
        {f"webmainbench_rouge_5_{part}": (value + 1 + 0 + 1) / 4 for part, value in expected.items()}
    )
    found = {level: part["webmainbench_rouge_5_f1"] for level, part in document["breakdown"]["level"].items()}
    assert found == pytest.approx({"simple": f1, "hard": 1, "not given": 1 / 2})
    languages = {name: part["n"] for name, part in document["breakdown"]["language"].items()}
    assert languages == {"en": 2, "zh": 1, "not given": 1}


@pytest.mark.usefixtures("jieba")
def test_references_too_short_for_a_run_are_named(wmb: Path, wmb_output: Path) -> None:
    shown = run("eval", "score", wmb_output, "--gold", wmb).stdout
    assert "|gold_format:webmainbench|jieba:0.42.1|" in shown
    note = "note: 1 reference of fewer than 5 segments, which webmainbench_rouge_5 scores 0 whatever the output: cha\n"
    assert note in shown
    assert note in run("eval", "score", wmb_output, wmb, "--gold", wmb).stdout
    assert "by level\n" in shown
    assert "by language\n" in shown


@pytest.mark.usefixtures("jieba")
@pytest.mark.parametrize(
    "reduced",
    [
        ["--gold-text", "markdown"],
        ["--output-format", "markdown"],
        ["--gold-text", "markdown", "--output-format", "html"],
    ],
    ids=["references", "outputs", "both"],
)
def test_reducing_texts_leaves_the_benchmarks_own_number(reduced: list[str], wmb: Path, wmb_output: Path) -> None:
    for output in (wmb, wmb_output):
        plain, changed = (scored(output, "--gold", wmb, *options) for options in ([], reduced))
        own = [name for name in plain["metrics"] if name.startswith("webmainbench_")]
        assert len(own) == 3
        assert values(changed, *own) == values(plain, *own)
    assert changed["metrics"]["levenshtein"]["value"] != plain["metrics"]["levenshtein"]["value"]


@pytest.mark.usefixtures("jieba")
def test_texts_of_a_folder_of_markdown_count_as_given_too(tmp_path: Path, wmb: Path) -> None:
    for page, text in WMB_TEXTS.items():
        (tmp_path / "md").mkdir(exist_ok=True)
        (tmp_path / "md" / f"{page}.md").write_text(text)
    document = scored(tmp_path / "md", "--gold", wmb, "--gold-text", "markdown")
    assert document["metrics"]["webmainbench_rouge_5_f1"]["value"] == 3 / 4  # cha is too short
    assert document["metrics"]["shingle_f1_mean"]["value"] == 1


@pytest.mark.usefixtures("jieba")
def test_what_was_reduced_for_which_measures_is_said(tmp_path: Path, wmb: Path, wmb_output: Path, wcxb: Path) -> None:
    shown = run("eval", "score", wmb_output, "--gold", wmb, "--gold-text", "markdown").stdout
    assert (
        "note: reduced to text: references from markdown; webmainbench_rouge_5 measured on the texts as given\n"
    ) in shown
    output = write(tmp_path / "w.json", WCXB_OUTPUTS | {"0003": "[Shop](menu) all"})
    shown = run("eval", "score", output, "--gold", wcxb, "--output-format", "markdown").stdout
    assert (
        "note: reduced to text: outputs from markdown; bag_of_words, with_rate and without_rate measured on the texts"
        " as given\n"
    ) in shown
    plain, reduced = (scored(output, "--gold", wcxb, *each) for each in ([], ["--output-format", "markdown"]))
    own = ("bag_of_words_precision", "bag_of_words_f1", "with_rate", "without_rate")
    assert values(plain, *own) == values(reduced, *own)
    assert plain["metrics"]["shingle_f1_mean"] != reduced["metrics"]["shingle_f1_mean"]


@pytest.mark.usefixtures("jieba")
def test_a_crash_counts_as_empty_whatever_its_text(tmp_path: Path, wmb: Path) -> None:
    lines = tuple({"id": page, "text": text, "error": "time out"} for page, text in WMB_TEXTS.items())
    for options in ([], ["--output-format", "markdown"]):
        document = scored(write(tmp_path / "o.jsonl", lines), "--gold", wmb, *options)
        assert document["metrics"]["webmainbench_rouge_5_f1"]["value"] == 1 / 4  # none is blank on both sides


@pytest.mark.usefixtures("jieba")
def test_other_processes_count_the_same(monkeypatch: pytest.MonkeyPatch, wmb: Path) -> None:
    lines = tuple({**WMB_PAGES[number % 4], "track_id": f"{number}"} for number in range(20))
    gold = write(wmb.with_name("many.jsonl"), lines)
    alone = scored(gold, "--gold", gold, "--jobs", "1")
    monkeypatch.setattr(engine_pages, "MIN_PAGES_FOR_POOL", 1)
    assert scored(gold, "--gold", gold, "--jobs", "2") == alone


def test_without_the_extra_the_measure_is_left_out_with_its_reason(
    monkeypatch: pytest.MonkeyPatch, wmb: Path, wmb_output: Path
) -> None:
    monkeypatch.setattr(segmentation, "segmenter_version", lambda: None)
    monkeypatch.setattr(segmentation, "segments", lambda _: pytest.fail("jieba is not there"))
    document = scored(wmb_output, "--gold", wmb)
    assert document["primary"] == "shingle_f1"
    assert "|gold_format:webmainbench|jieba:none|" in document["signature"]
    assert not [name for name in document["metrics"] if name.startswith("webmainbench")]
    note = "note: webmainbench_rouge_5 was not computed: pip install 'detente[webmainbench]'\n"
    for systems in ([wmb_output], [wmb_output, wmb]):
        assert note in run("eval", "score", *systems, "--gold", wmb).stdout
    asked = run("eval", "score", wmb_output, "--gold", wmb, "--metrics", "webmainbench_rouge_5_f1")
    assert asked.exit_code == 2
    assert "pip install 'detente[webmainbench]'" in asked.stderr


# The audit


def test_both_can_be_audited(tmp_path: Path, wmb: Path, wcxb: Path) -> None:
    result = run("dataset", "audit", wmb)
    assert result.exit_code == 1
    assert result.stderr.startswith("WebMainBench:none: reference-empty: the reference is empty: leave the page out\n")
    pages = tmp_path / "html"
    pages.mkdir()
    for name, text in {
        "0001": "Red kites soar. Red. Menu Menu",
        "0002": "Two bowls, one price.",
        "0003": "Shop",
    }.items():
        (pages / f"{name}.html").write_text(f"<p>{text}</p>")
    result = run("dataset", "audit", wcxb, "--pages", pages)
    assert result.exit_code == 1
    assert [line.split(": ")[:2] for line in result.stderr.splitlines()[:-1]] == [
        ["ground-truth:0001", "snippet-not-in-page"],  # RED KITES
        ["ground-truth:0001", "snippet-ambiguous"],  # Menu
        ["ground-truth:0003", "reference-not-in-page"],
    ]
