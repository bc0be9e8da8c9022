"""The same texts in every shape and format get the same scores, on the dataset's pages and on others."""

import html
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from detente.cli import main
from detente.data.corpus import Corpus, dataset_folder
from detente.data.jsonl import dump_lines
from detente.evaluation.gold import load_gold
from detente.evaluation.whole import read_all
from detente.tasks.content_extraction.audit import own_references

CASES = Path(__file__).parents[3] / "shared" / "cases"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def scores(*arguments: str | Path) -> dict[str, Any]:
    result = run("eval", "score", *arguments, "--format", "json")
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.stdout))


@pytest.fixture
def bodies(gold: Corpus) -> dict[str, list[str]]:
    """The body paragraphs of every page: what a perfect extractor gives."""
    found: dict[str, list[str]] = {}
    for row in gold.table("boilerplate").sort("article", "start").iter_rows(named=True):
        if row["zone"] == "body":
            text = gold.articles[row["article"]]["text"]
            found.setdefault(row["article"], []).append(text[row["start"] : row["end"]])
    return found


def linked(paragraph: str) -> str:
    """A paragraph as HTML, every twelfth word a link."""
    words = [html.escape(word) for word in paragraph.split(" ")]
    return " ".join(
        f'<a href="https://a.b/{place}">{word}</a>' if place % 12 == 11 else word for place, word in enumerate(words)
    )


def as_folder(path: Path, pages: dict[str, str], suffix: str) -> Path:
    path.mkdir()
    for name, text in pages.items():
        (path / f"{name}{suffix}").write_text(text)
    return path


def as_file(path: Path, document: object) -> Path:
    path.write_text(dump_lines(document) if isinstance(document, list) else json.dumps(document))
    return path


# Shapes


def test_the_datasets_own_pages_are_read_in_every_shape(tmp_path: Path, bodies: dict[str, list[str]]) -> None:
    texts = {page: "\n\n".join(body) for page, body in bodies.items()}
    shapes = [
        as_file(tmp_path / "lines.jsonl", [{"id": page, "text": text} for page, text in texts.items()]),
        as_file(tmp_path / "plain.jsonl", [{"page_id": page, "plaintext": text} for page, text in texts.items()]),
        as_file(tmp_path / "lists.jsonl", [{"id": page, "paragraphs": body} for page, body in bodies.items()]),
        as_file(tmp_path / "texts.json", texts),
        as_file(tmp_path / "bodies.json", {page: {"articleBody": text} for page, text in texts.items()}),
        as_file(tmp_path / "fundus.json", {page: {"body": body} for page, body in bodies.items()}),
        as_file(tmp_path / "wrapped.json", {"output": texts, "version": "1"}),
        as_folder(tmp_path / "folder", texts, ".txt"),
    ]
    expected = scores(shapes[0])
    assert expected["metrics"]["char_f1"]["value"] == 1
    for shape in shapes[1:]:
        found = scores(shape)
        assert (found["metrics"], found["signature"]) == (expected["metrics"], expected["signature"])


def test_pages_of_which_one_is_missing_or_is_no_text_are_refused_as_in_lines(tmp_path: Path) -> None:
    result = run("eval", "score", as_file(tmp_path / "a.json", {"detente-000": 5, "detente-001": "x"}))
    first, second, count = result.stderr.splitlines()
    assert first.startswith(f"{tmp_path}/a.json:detente-000: wrong-type: text is 5")
    assert second.startswith(f"{tmp_path}/a.json: id-missing: 3 of 5 are not predicted")
    assert count == "2 problems"


def test_two_files_for_one_page_are_a_problem(tmp_path: Path, bodies: dict[str, list[str]]) -> None:
    path = as_folder(tmp_path / "folder", dict.fromkeys(bodies, "x"), ".txt")
    (path / "detente-000.md").write_text("x")
    result = run("eval", "score", path)
    assert result.exit_code == 2
    assert "id-duplicate: detente-000 is a duplicate of " in result.stderr
    result = run("dataset", "audit", path)
    assert (result.exit_code, result.stderr.count("id-duplicate")) == (2, 1)


# The wrong gold


def test_texts_of_other_pages_are_told_what_a_gold_is(tmp_path: Path) -> None:
    for path, shape in (
        (as_folder(tmp_path / "folder", {"a": "x"}, ".txt"), "a folder"),
        (as_file(tmp_path / "pages.json", {"a": "x"}), 'an object without "id"'),
    ):
        result = run("eval", "score", path)
        assert result.exit_code == 2
        assert result.stderr.startswith(f"{path}: task-unclear: is {shape}, and nothing in it is named by a page of ")
        assert "name with --gold what should have been extracted from them, not the pages themselves" in result.stderr


def test_a_folder_is_no_predictions_of_labels(tmp_path: Path) -> None:
    path = as_folder(tmp_path / "folder", {"detente-000": "x"}, ".txt")
    result = run("eval", "score", path, "--task", "stance")
    assert result.exit_code == 2
    assert "holds the texts of pages: predictions of boilerplate, not of stance" in result.stderr


def test_the_datasets_own_pages_are_no_references(tmp_path: Path, gold: Corpus, bodies: dict[str, list[str]]) -> None:
    pages = {name: row["text"] for name, row in gold.articles.items()}
    outputs = as_folder(tmp_path / "outputs", pages, ".txt")
    squeezed = {"renamed": " ".join(pages["detente-003"].split())}
    for whole in (dataset_folder() / "text", as_file(tmp_path / "pages.json", squeezed)):
        result = run("eval", "score", outputs, "--gold", whole)
        assert result.exit_code == 2
        assert f"{whole}: gold-format: has the whole page detente-00" in result.stderr
    # What should be extracted from them is a reference as any other.
    references = as_folder(tmp_path / "bodies", {page: "\n\n".join(body) for page, body in bodies.items()}, ".txt")
    assert 0 < scores(outputs, "--gold", references)["metrics"]["shingle_f1"]["value"] < 1


# Markdown and HTML


def test_links_in_html_leave_every_score_as_it_is(tmp_path: Path, bodies: dict[str, list[str]]) -> None:
    plain = scores(as_file(tmp_path / "text.json", {page: "\n\n".join(body) for page, body in bodies.items()}))
    lines = {page: "\n\n".join(map(linked, body)) for page, body in bodies.items()}
    blocks = {page: "".join(f"<p>{linked(paragraph)}</p>" for paragraph in body) for page, body in bodies.items()}
    for pages in (lines, blocks):
        path = as_file(tmp_path / "linked.json", pages)
        found = scores(path, "--output-format", "html")
        assert found["metrics"] == plain["metrics"]
        assert {found["metrics"][name]["value"] for name in ("char_f1", "claims_kept")} == {1}
        assert "|output_format:html|" in found["signature"]
        path.unlink()
        assert scores(as_folder(tmp_path / "linked", pages, ".html"))["signature"] == found["signature"]
        for file in (tmp_path / "linked").iterdir():
            file.unlink()
        (tmp_path / "linked").rmdir()
    assert "output_format" not in plain["signature"]


FORMATS: dict[str, Callable[[str], str]] = {
    "text": lambda text: text,
    "markdown": lambda text: "# " + text.replace("boat", "[boat](https://a.b/c_(d))").replace("noon", "**noon**[^1]"),
    "html": lambda text: "".join(f"<p>{part}</p>" for part in text.replace("noon", "<b>noon</b>").split("\n\n")),
}
PAGES = {f"page-{place}": f"Harbour {place}\n\nThe boat leaves at noon.\n\nIt is back at noon." for place in range(6)}


def test_one_text_scores_the_same_in_every_format_of_output_and_gold(tmp_path: Path) -> None:
    files = {
        name: as_file(tmp_path / f"{name}.json", {page: write(text) for page, text in PAGES.items()})
        for name, write in FORMATS.items()
    }
    for written_in, gold in files.items():
        given = [argument for name in files for argument in ("--output-format", name)]
        ranking = scores(*files.values(), *given, "--gold", gold, "--gold-text", written_in)
        assert len(ranking["systems"]) == 3
        for system in ranking["systems"]:
            assert system["metrics"]["shingle_accuracy"]["value"] == system["metrics"]["levenshtein"]["value"] == 1
        assert ("gold_text" in ranking["signature"]) == (written_in != "text")
        assert "|output_format:html,markdown,text|" in ranking["signature"]  # in the order of the ranking


def test_a_format_is_given_once_or_once_for_each_file_and_to_texts_only(tmp_path: Path) -> None:
    gold = as_file(tmp_path / "gold.json", PAGES)
    twice = ("--output-format", "text") * 2
    result = run("eval", "score", gold, gold, gold, *twice, "--gold", gold)
    assert result.exit_code == 2
    assert result.stderr.startswith("--output-format: option: is given 2 times for 3 files")
    labels = as_file(tmp_path / "labels.jsonl", [{"id": "x", "label": "favor"}])
    result = run(
        "eval", "score", labels, "--task", "stance", "--output-format", "html", "--allow-missing", "--allow-extra"
    )
    assert "--output-format: option: is not supported by the task stance" in result.stderr
    result = run("eval", "score", labels, "--gold-text", "html")
    assert result.stderr.startswith("--gold-text: option: says how to read --gold, which is not given")


def test_texts_that_look_like_markup_get_one_warning_with_the_option(tmp_path: Path) -> None:
    gold = as_file(tmp_path / "gold.json", PAGES)
    marked = as_file(tmp_path / "marked.json", {page: FORMATS["html"](text) for page, text in PAGES.items()})
    warning = "the texts look like html, and its marks count as text: say"
    for arguments, expected in (
        ((marked, "--gold", gold), [f"warning: marked: {warning} --output-format html, or text"]),
        ((gold, "--gold", marked), [f"warning: --gold marked: {warning} --gold-text html, or text"]),
        ((marked, "--gold", gold, "--output-format", "html"), []),
        ((marked, "--gold", gold, "--output-format", "text"), []),
        ((gold, "--gold", marked, "--gold-text", "text"), []),
        ((gold, "--gold", gold), []),
    ):
        result = run("eval", "score", *arguments)
        assert (result.exit_code, result.stderr.splitlines()) == (0, expected)
    few = {page: FORMATS["html"](text) if page == "page-0" else text for page, text in PAGES.items()}  # 1 of 6
    assert run("eval", "score", as_file(tmp_path / "few.json", few), "--gold", gold).stderr == ""


@pytest.mark.skipif(not CASES.is_dir(), reason="the cases are not here")
def test_the_case_of_three_formats_ties() -> None:
    case = CASES / "markup-outputs"
    names = {"plain": "text", "markdown": "markdown", "html": "html"}
    found = {
        name: read_all(
            [str(case / f"{name}.json")], load_gold(case / "gold.json", None), None, output_formats=[written_in]
        )
        for name, written_in in names.items()
    }
    texts = [next(iter(systems[name].by_id.values())).text for name, systems in found.items()]
    assert texts[0] == texts[1] == texts[2]


def test_the_datasets_bodies_are_references_that_load(tmp_path: Path, gold: Corpus) -> None:
    references, _ = own_references(gold)
    texts = {page: target.references[0].text for page, target in references.targets.items()}
    assert load_gold(as_file(tmp_path / "own.json", texts), None).manifest["version"] == "text"
