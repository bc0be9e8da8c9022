"""A corpus is started, and a page is added: what is written, and that nothing is overwritten or half-written."""

import hashlib
import json
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from detente.cli import main
from detente.data.corpus import Corpus
from detente.dataset import growing
from detente.dataset.growing import DRAFT, Proposal, draft, visible_text
from detente.text.normalization import refusals

PAGE = "Home\n\nA first line of the article.\nA second line of it.\n\nShare this page\n"


def run(*arguments: Any) -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments])


def everything(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    assert run("dataset", "init", tmp_path / "lake").exit_code == 0
    return tmp_path / "lake"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.txt"
    path.write_text(PAGE)
    return path


def test_a_new_corpus_is_valid_and_can_be_built(corpus: Path) -> None:
    validated, built, fresh = (
        run("dataset", *command, corpus) for command in (["validate"], ["build"], ["build", "--check"])
    )
    assert [validated.exit_code, built.exit_code, fresh.exit_code] == [0, 0, 0]
    assert "no problems: 0 rows" in validated.stderr
    manifest = Corpus(corpus / "dataset").manifest
    assert (manifest["name"], manifest["version"]) == ("lake", "0.1.0")
    assert manifest["canary"].startswith("LAKE-CANARY-")
    assert run("eval", "tasks", "--dataset", corpus).stdout == ""
    assert run("dataset", "agreement", "--dataset", corpus).exit_code == 0
    assert "{" not in (corpus / "README.md").read_text()


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["Lake"], "--name: value-pattern: 'Lake' must be lower-case letters and digits"),
        (["lake", "--language", "English"], "--language: value-pattern: 'English' must be an ISO 639 code, as en"),
        (["full"], "full: not-empty: is not an empty folder"),
        (["file"], "file: not-empty: is not an empty folder"),
    ],
)
def test_a_corpus_is_not_started_where_something_is_or_under_no_name(
    tmp_path: Path, arguments: list[str], problem: str
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    before = everything(tmp_path)
    refused = run("dataset", "init", tmp_path / arguments[0], *arguments[1:])
    assert refused.exit_code == 2
    assert problem in refused.stderr
    assert everything(tmp_path) == before


def test_a_corpus_may_be_started_in_an_empty_folder_under_another_name(tmp_path: Path) -> None:
    (tmp_path / "Empty One").mkdir()
    assert run("dataset", "init", tmp_path / "Empty One", "--name", "one").exit_code == 0
    assert "\nname: one\n" in (tmp_path / "Empty One" / "annotations" / "inventory.yaml").read_text()


def test_a_text_is_added_byte_for_byte_with_what_is_known(corpus: Path, page: Path) -> None:
    added = run("dataset", "add", page, "--dataset", corpus)
    assert added.exit_code == 0
    assert (corpus / "dataset" / "raw" / "lake-000.txt").read_bytes() == page.read_bytes()
    (row,) = map(json.loads, (corpus / "annotations" / "articles.jsonl").read_text().splitlines())
    assert row == {
        "id": "lake-000",
        "capture": "page.txt",
        "sha256_raw": hashlib.sha256(PAGE.encode()).hexdigest(),
        "language": "en",
        "headline": None,
        "family": "lake-000",
        "evidence": [],
        "outlet": None,
        "outlet_basis": "unknown",
        "date": None,
        "date_basis": "unknown",
        "author": None,
        "author_basis": "unknown",
    }
    (voice,) = map(json.loads, (corpus / "annotations" / "sources.jsonl").read_text().splitlines())
    assert (voice["id"], voice["kind"]) == ("voice-lake-000", "voice")
    rows = [json.loads(line) for line in (corpus / DRAFT / "lake-000.jsonl").read_text().splitlines()]
    assert [PAGE[row["start"] : row["end"]] for row in rows] == [line for line in PAGE.splitlines() if line]
    assert {(row["zone"], row["type"], row["proposal"]) for row in rows} == {(None, None, "by hand")}
    assert added.stdout.splitlines()[0] == "lake-000: 4 lines"
    assert added.stdout.splitlines()[-1].startswith(
        f"Undo: remove dataset/raw/lake-000.txt, {DRAFT}/lake-000.jsonl and"
    )
    assert run("dataset", "validate", corpus).exit_code == 0


def test_a_draft_is_never_gold(corpus: Path, page: Path) -> None:
    run("dataset", "add", page, "--dataset", corpus)
    gold = corpus / "annotations" / "boilerplate" / "gold"
    gold.mkdir()
    (corpus / DRAFT / "lake-000.jsonl").rename(gold / "lake-000.jsonl")
    refused = run("dataset", "validate", corpus, "--all-problems")
    assert refused.exit_code == 1
    # Of each of four lines its proposal, and that zone and type are open.
    assert refused.stderr.count("unknown-field: `proposal`") == 4
    assert refused.stderr.count("value-null") == 8


def test_the_next_page_has_the_next_number_and_a_known_one_is_refused(corpus: Path, page: Path) -> None:
    run("dataset", "add", page, "--dataset", corpus)
    before = everything(corpus)
    again = run("dataset", "add", page, "--dataset", corpus)
    assert again.exit_code == 2
    assert f"{page}: page-known: its text is registered as lake-000" in again.stderr
    assert everything(corpus) == before
    page.write_text("Another page.\n")
    assert run("dataset", "add", page, "--dataset", corpus).stdout.startswith("lake-001: 1 line\n")
    articles = corpus / "annotations" / "articles.jsonl"
    articles.write_text(articles.read_text().replace("lake-001", "lake-041").rstrip("\n"))  # no line end is there
    (corpus / "dataset" / "raw" / "lake-001.txt").rename(corpus / "dataset" / "raw" / "lake-041.txt")
    page.write_text("A third page.\n")
    assert run("dataset", "add", page, "--dataset", corpus).stdout.startswith("lake-042: ")
    assert len(articles.read_text().splitlines()) == 3
    articles.write_text(articles.read_text().replace("lake-042", "lake-999"))
    page.write_text("A fourth page.\n")
    full = run("dataset", "add", page, "--dataset", corpus)
    assert (full.exit_code, full.stderr.count("lake-999 is the last id")) == (2, 1)


def test_several_pages_are_added_in_their_order(corpus: Path, page: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("Another page.\n")
    empty = everything(corpus)
    added = run("dataset", "add", page, other, "--dataset", corpus)
    assert added.exit_code == 0, added.stderr
    rows = [json.loads(line) for line in (corpus / "annotations" / "articles.jsonl").read_text().splitlines()]
    assert [(row["id"], row["capture"]) for row in rows] == [("lake-000", "page.txt"), ("lake-001", "other.txt")]
    voices = [json.loads(line)["id"] for line in (corpus / "annotations" / "sources.jsonl").read_text().splitlines()]
    assert voices == ["voice-lake-000", "voice-lake-001"]
    assert (corpus / "dataset" / "raw" / "lake-001.txt").read_bytes() == other.read_bytes()
    assert added.stdout.splitlines()[:2] == ["lake-000: 4 lines", "lake-001: 1 line"]
    assert f"Label {DRAFT}/<page>.jsonl" in added.stdout
    registries = "the last 2 lines of annotations/articles.jsonl and the last 2 lines of annotations/sources.jsonl."
    files = [f"dataset/raw/lake-00{n}.txt, {DRAFT}/lake-00{n}.jsonl" for n in (0, 1)]
    assert added.stdout.splitlines()[-1] == f"Undo: remove {', '.join(files)} and {registries}"
    assert len(added.stderr.splitlines()) == 2 * 2 + 2  # two files of each page, and the registries once
    assert everything(corpus).keys() == empty.keys() | {file for each in files for file in each.split(", ")}
    assert run("dataset", "validate", corpus).exit_code == 0


def test_of_several_pages_none_is_added_if_one_is_wrong(corpus: Path, page: Path, tmp_path: Path) -> None:
    same, image, blank, third = (tmp_path / name for name in ("same.txt", "page.pdf", "blank.txt", "third.txt"))
    same.write_text(PAGE)
    image.write_bytes(b"%PDF")
    blank.write_text("")
    third.write_text("A third page.\n")
    before = everything(corpus)
    refused = run("dataset", "add", page, same, image, blank, third, "--dataset", corpus)
    assert refused.exit_code == 2
    assert f"{same}: page-known: its text is that of {page}\n" in refused.stderr
    assert f"{image}: file-suffix: " in refused.stderr
    assert f"{blank}: no-text: " in refused.stderr
    assert refused.stderr.endswith("3 problems\n")
    assert everything(corpus) == before
    (corpus / "dataset" / "raw").mkdir()
    (corpus / "dataset" / "raw" / "lake-001.txt").write_text("Somebody's own.")
    before = everything(corpus)
    assert run("dataset", "add", page, third, "--dataset", corpus).exit_code == 2  # the second page's file is there
    assert everything(corpus) == before


def test_nothing_that_is_there_is_overwritten(corpus: Path, page: Path) -> None:
    kept = corpus / "dataset" / "raw" / "lake-000.txt"
    kept.parent.mkdir()
    kept.write_text("Somebody's own.")
    before = everything(corpus)
    refused = run("dataset", "add", page, "--dataset", corpus)
    assert refused.exit_code == 2
    assert f"{kept}: not-empty: is there already, and is not overwritten" in refused.stderr
    assert everything(corpus) == before


def test_what_a_killed_call_left_of_the_same_page_is_no_obstacle(corpus: Path, page: Path) -> None:
    kept = corpus / "dataset" / "raw" / "lake-000.txt"
    kept.parent.mkdir()
    kept.write_bytes(page.read_bytes())
    assert run("dataset", "add", page, "--dataset", corpus).exit_code == 0
    assert kept.read_bytes() == page.read_bytes()


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("page.txt", b"A line \nof text.\n", "text-trailing-space"),
        ("page.txt", b"\xff", "text-not-utf8"),
        ("page.txt", b" \n", "text-trailing-space"),
        ("page.txt", b"", "no-text"),
        ("page.html", b"<p>\xff</p>", "text-not-utf8"),
        ("page.html", b"<script>no text</script>", "no-text"),
        ("page.pdf", b"%PDF", "file-suffix"),
    ],
)
def test_what_is_no_page_is_refused_whole(corpus: Path, tmp_path: Path, name: str, content: bytes, code: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    before = everything(corpus)
    refused = run("dataset", "add", path, "--dataset", corpus)
    assert refused.exit_code == 2
    assert f": {code}: " in refused.stderr
    assert everything(corpus) == before


def test_a_language_is_one_of_the_corpus(corpus: Path, page: Path) -> None:
    def problem(*arguments: str) -> str:
        refused = run("dataset", "add", page, "--dataset", corpus, *arguments)
        assert refused.exit_code == 2
        return refused.stderr.splitlines()[0]

    assert problem("--language", "ka") == "--language: option: 'ka' is not among the languages of the corpus: en"
    inventory = corpus / "annotations" / "inventory.yaml"
    inventory.write_text(inventory.read_text().replace("languages: [en]", "languages: [en, ka]"))
    assert problem() == "--language: option: the corpus has en, ka: say which one the page is in"
    inventory.write_text("languages: English\n")
    assert problem() == "annotations/inventory.yaml:1: inventory-wrong: languages is not a list of words"
    inventory.write_text("languages: [en, ka]\nname: lake\n")
    assert run("dataset", "add", page, "--dataset", corpus, "--language", "ka").exit_code == 0
    refused = problem("--language", "ka", "--extractor", "trafilatura")
    assert refused.startswith("--extractor: option: reads HTML, and page.txt is text")


def test_a_folder_without_annotations_takes_no_page(tmp_path: Path, page: Path) -> None:
    (tmp_path / "other").mkdir()
    refused = run("dataset", "add", page, "--dataset", tmp_path / "other")
    assert (refused.exit_code, refused.stderr.count("no-annotations")) == (2, 1)


def test_lines_of_which_most_is_in_the_proposal_are_body() -> None:
    text = "Home\nabcd efgh\nijkl mnop\n"
    # Of the second line "abcd" is half, which is not most; of the third all.
    rows = draft("lake-000", text, Proposal("abcd\nijkl mnop", "a tool 1.0"))
    assert [(row["zone"], row["type"]) for row in rows] == [(None, None), (None, None), ("body", "paragraph")]
    assert {row["proposal"] for row in rows} == {"a tool 1.0"}
    rows = draft("lake-000", text, Proposal("abcd e\nijkl mnop", "a tool 1.0"))
    assert [row["id"] for row in rows] == ["lake-000:b01", "lake-000:b02", "lake-000:b03"]
    assert {row["zone"] for row in draft("lake-000", text, None)} == {None}


def test_repeats_of_a_draft_are_computed() -> None:
    rows = draft("lake-000", "A headline\nA headline!\n", Proposal("", "a tool"))
    assert [row["repeats"] for row in rows] == [None, "lake-000:b01"]


def test_the_text_of_html_is_what_a_capture_may_hold() -> None:
    text = visible_text("<p>e\u0301 \u200bx\u2028y</p><p>z\u00a0</p>")
    assert text == "é x y\n\nz\n"
    assert refusals(text.encode()) == []


def test_html_is_added_with_a_proposal_of_an_extractor(corpus: Path, tmp_path: Path) -> None:
    pytest.importorskip("trafilatura", reason="the extra extractors is not installed")
    path = tmp_path / "page.html"
    body = "This line of the article is long enough that whoever looks for text will keep it, and it ends here."
    path.write_text(
        f"<html><body><nav><a href='/'>Home</a></nav><article><h1>Title</h1><p>{body}</p><p>{body[::-1]}</p></article>"
        "<footer>Contact</footer></body></html>"
    )
    added = run("dataset", "add", path, "--dataset", corpus, "--extractor", "trafilatura")
    assert added.exit_code == 0, added.output
    capture = (corpus / "dataset" / "raw" / "lake-000.txt").read_text()
    rows = [json.loads(line) for line in (corpus / DRAFT / "lake-000.jsonl").read_text().splitlines()]
    by_text = {capture[row["start"] : row["end"]]: row for row in rows}
    assert by_text[body]["zone"] == "body"
    assert by_text["Home"]["zone"] is None
    assert by_text["Contact"]["proposal"].startswith("trafilatura ")
    assert run("dataset", "validate", corpus).exit_code == 0


def test_an_extractor_that_is_asked_for_must_be_there_and_work(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "page.html"
    path.write_text("<p>Some text.</p>")
    before = everything(corpus)
    monkeypatch.setattr("importlib.metadata.version", _not_installed)
    refused = run("dataset", "add", path, "--dataset", corpus, "--extractor", "goose3")
    assert refused.exit_code == 2
    assert refused.stderr.startswith("goose3: extra-missing: is not installed: pip install 'detente[extractors]'")
    assert everything(corpus) == before
    added = run("dataset", "add", path, "--dataset", corpus)  # none is installed, and none was asked for
    assert added.stdout.startswith("lake-000: 1 line\n")


def _not_installed(name: str) -> str:
    raise PackageNotFoundError(name)


def test_the_templates_are_in_the_package() -> None:
    assert {path.name for path in growing.TEMPLATES.iterdir()} == {
        "README.md",
        "card.md",
        "guidelines",
        "inventory.yaml",
    }
