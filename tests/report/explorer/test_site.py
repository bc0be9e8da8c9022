"""The files of the explorer: what links lead to, what hostile text becomes, what is said to be missing."""

import json
import re
import shutil
from pathlib import Path
from urllib.parse import unquote

import lxml.html
import polars as pl
import pytest
from lxml.html import HtmlElement

from detente.data.corpus import Corpus
from detente.data.problems import ValidationError
from detente.report.explorer.site import files, write

HOSTILE = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"'><b>&amp;",
    "\u202eevil\u2066",
    "\x1b[31m\x00",
    "שלום עולם",
    "{{ 7 * 7 }}",
)


def parsed(made: dict[str, bytes]) -> dict[str, HtmlElement]:
    return {name: lxml.html.document_fromstring(data.decode()) for name, data in made.items()}


@pytest.fixture(scope="module")
def pages(gold: Corpus) -> dict[str, HtmlElement]:
    return parsed(files(gold))


def places(page: HtmlElement) -> set[str]:
    """The ends of the paths that a page knows: its rows, by layer and id."""
    rows = page.xpath("//*[contains(concat(' ', @class, ' '), ' row ')][@data-id]")
    return {"/".join(filter(None, (row.get("data-layer"), row.get("data-id")))) for row in rows}


def test_there_is_a_page_for_each_article_and_one_for_each_view(pages: dict[str, HtmlElement], gold: Corpus) -> None:
    views = ["index", "propositions", "stances", "sources"]
    assert set(pages) == {f"{name}.html" for name in (*gold.articles, *views)}
    assert pages["index.html"].findtext(".//title") == "Explorer · Détente"


def test_every_link_leads_to_a_page_and_to_a_row_there(pages: dict[str, HtmlElement]) -> None:
    known = {name: places(page) for name, page in pages.items()}
    nodes = {row["id"] for row in pages["sources.html"].xpath("//script[@id='data-graph']") for row in _nodes(row)}
    checked = 0
    for name, page in pages.items():
        for link in page.xpath("//a/@href"):
            target, _, fragment = link.partition("#")
            path = unquote(fragment.partition("?")[0])
            assert (target or name) in pages, link
            if path and path != "main":
                layers = {place.partition("/")[0] for place in known[target or name]}
                assert path in known[target or name] | layers | nodes, (name, link)
                checked += 1
    assert checked > 1000


def _nodes(script: HtmlElement) -> list[dict[str, str]]:
    nodes: list[dict[str, str]] = json.loads(script.text)["nodes"]
    return nodes


def test_rows_and_marks_agree(pages: dict[str, HtmlElement], gold: Corpus) -> None:
    for name, row in gold.articles.items():
        page = pages[f"{name}.html"]
        rows = page.xpath("//details[@data-row]")
        assert [each.get("data-row") for each in rows] == [str(number) for number in range(len(rows))]
        marks = page.xpath("//mark/@data-marks")
        assert {int(each) for mark in marks for each in mark.split()} <= set(range(len(rows)))
        (text,) = page.xpath("//div[contains(@class, 'marked')]")
        assert text.text_content() == row["text"]


def test_nothing_is_loaded_from_anywhere(pages: dict[str, HtmlElement]) -> None:
    for page in pages.values():
        assert page.xpath("//@src | //link | //iframe | //@style | //@*[starts-with(name(), 'on')]") == []
        assert all(not re.match("[a-z]+:", link) for link in page.xpath("//a/@href"))


def test_the_start_page_counts_the_rows(pages: dict[str, HtmlElement], gold: Corpus) -> None:
    (table,) = pages["index.html"].xpath("//table")
    assert len(table.xpath(".//tbody/tr")) == len(gold.articles)
    claims = [int(each) for each in table.xpath(".//tbody/tr/td[5]/a/text()")]
    assert sum(claims) == len(gold.rows("claims"))


def test_the_rules_of_counting_are_all_there(pages: dict[str, HtmlElement]) -> None:
    rules = pages["propositions.html"].xpath("//h2/following-sibling::ul[1]/li")
    assert len(rules) == 6
    assert rules[0].text.startswith("A claim supports a proposition if")


def test_of_a_text_free_export_no_text_is_shown_and_it_is_said(text_free: Corpus, two: Corpus) -> None:
    made = files(text_free)
    words = "France is ready to share"
    assert any(words in data.decode() for data in files(two).values())
    assert "text-free export" in parsed(made)["index.html"].text_content()
    own = parsed(made)["detente-901.html"]
    assert "The text of this page is not in here" in own.text_content()
    assert "characters 16 to 40" in own.text_content()
    assert own.xpath("//mark") == []
    text = "".join(each.text_content() for each in parsed(made).values())
    assert "Ivan Envoy said" not in text


def test_what_is_not_labelled_is_said(two: Corpus) -> None:
    names = ("claims", "agreement", "attribution", "derivation", "reuse", "stance")
    lacking = {name: ["detente-901"] for name in names} | {"reuse": ["detente-900", "detente-901"]}
    made = {name: two.table(name).clear() for name in names}
    found = parsed(files(Corpus(two.folder, made=made, lacking=lacking)))
    said = found["index.html"].xpath("//p[@class='warning']/text()")
    assert (
        "Not labelled yet: claims on detente-901; agreement on detente-901; attribution on detente-901; derivation on"
        " detente-901; reuse on detente-900, detente-901; stance on detente-901."
    ) in said
    assert "not yet" in found["detente-901.html"].xpath("//button[@data-layer='claims']")[0].text_content()
    assert "not yet" not in found["detente-900.html"].xpath("//button[@data-layer='claims']")[0].text_content()
    assert found["sources.html"].xpath("//*[@id='graph'] | //script[contains(text(), 'cytoscape(')]") == []
    assert "No article tells a stance." in found["stances.html"].text_content()


def test_without_passes_it_is_said(two: Corpus, tmp_path: Path) -> None:
    shutil.copytree(two.folder, tmp_path / "dataset")
    found = parsed(files(Corpus(tmp_path / "dataset")))
    assert "The passes of annotators are not at hand" in found["index.html"].text_content()
    assert found["detente-901.html"].xpath("//th[text()='pass-a']") == []
    assert parsed(files(two))["detente-901.html"].xpath("//th[text()='pass-a']") != []


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_is_shown_literally(two: Corpus, hostile: str) -> None:
    made = {}
    for layer, columns in {
        "articles": ("headline", "outlet", "author", "capture"),
        "claims": ("normalised",),
        "propositions": ("text",),
        "sources": ("name",),
        "stance": ("holder_name", "target_definition"),
    }.items():
        rows = two.rows(layer)
        for row in rows:
            row.update(dict.fromkeys(columns, hostile))
            if "alternatives" in row:
                row["alternatives"] = [dict.fromkeys(("field", "value", "reason"), hostile)]
            if "text" in row and layer == "articles":
                row["text"] = hostile + row["text"][len(hostile) :]
        made[layer] = pl.DataFrame(rows, schema=two.table(layer).schema)
    found = parsed(files(Corpus(two.folder, made=made)))
    for name, page in found.items():
        scripts = page.xpath("//script[not(@type)]")
        assert len(scripts) == (4 if name == "sources.html" else 2), name
        assert page.xpath("//img | //b") == []
        assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]", page.text_content())
    shown = hostile.translate({ord(each): f"\\u{ord(each):04x}" for each in "\u202e\u2066"})
    shown = shown.replace("\x1b", "\\x1b").replace("\x00", "\\x00")
    for name in ("index.html", "detente-901.html", "propositions.html", "stances.html", "sources.html"):
        assert shown in found[name].text_content(), name


def test_a_line_of_200_kilobytes_is_shown(two: Corpus) -> None:
    rows = two.rows("articles")
    rows[1]["text"] = rows[1]["text"] + "x" * 200_000
    table = pl.DataFrame(rows, schema=two.table("articles").schema)
    page = parsed(files(Corpus(two.folder, made={"articles": table})))["detente-901.html"]
    assert page.xpath("//div[contains(@class, 'marked')]")[0].text_content() == rows[1]["text"]


def test_it_is_written_whole_and_again(two: Corpus, tmp_path: Path) -> None:
    start = write(two, tmp_path / "out")
    assert start == tmp_path / "out" / "index.html"
    before = {path.name: path.read_bytes() for path in start.parent.iterdir()}
    assert write(two, tmp_path / "out") == start
    assert {path.name: path.read_bytes() for path in start.parent.iterdir()} == before
    (tmp_path / "out" / "notes.txt").write_text("mine")
    with pytest.raises(ValidationError, match=r"has notes\.txt"):
        write(two, tmp_path / "out")


def test_a_dataset_that_was_changed_by_hand_is_not_shown(two: Corpus, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(two.folder, tmp_path / "dataset"))
    path = folder / "data" / "claims" / "test.parquet"
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(ValidationError, match="dataset-changed"):
        write(Corpus(folder), tmp_path / "out")
    assert not (tmp_path / "out").exists()
