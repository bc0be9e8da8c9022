"""Texts of pages in the shapes that people keep them in: what a folder holds, what it is named, how it is written."""

import gzip
import json
import os
import unicodedata
from pathlib import Path

import pytest

from detente.data import page_texts
from detente.data.jsonl import Record
from detente.data.page_texts import (
    MAX_OTHER_FILES,
    Pages,
    as_output,
    decode_html,
    of_folder,
    of_object,
    page_files,
    read,
)
from detente.data.problems import ValidationError


def records(pages: Pages) -> dict[str, str]:
    assert pages.problems == []
    return {line.record["id"]: line.record["text"] for line in pages.lines}


def test_a_folder_is_read_whatever_the_case_of_suffixes_packed_or_not(tmp_path: Path) -> None:
    (tmp_path / "a.TXT").write_text("one")
    (tmp_path / "b.txt.GZ").write_bytes(gzip.compress(b"two", mtime=0))
    (tmp_path / "c.json").write_text("{}")
    assert records(of_folder(tmp_path)) == {"a": "one", "b": "two"}


def test_what_systems_and_editors_leave_in_folders_is_no_page(tmp_path: Path) -> None:
    for name in ("a.txt", "._a.txt", ".b.txt", "__MACOSX/a.txt", ".ipynb_checkpoints/a.txt", "deep/.git/c.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("text")
    assert list(records(of_folder(tmp_path))) == ["a"]


def test_pipes_and_devices_in_a_folder_are_never_opened(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("text")
    (tmp_path / "c.txt").symlink_to("a.txt")
    os.mkfifo(tmp_path / "b.txt")
    (tmp_path / "d.txt").symlink_to("b.txt")
    assert list(records(of_folder(tmp_path))) == ["a", "c"]


def test_names_are_composed_on_both_sides(tmp_path: Path) -> None:
    decomposed = unicodedata.normalize("NFD", "café")
    (tmp_path / f"{decomposed}.txt").write_text("text")
    assert list(records(of_folder(tmp_path))) == ["café"]
    path = tmp_path / "gold.json"
    path.write_text(json.dumps({decomposed: "text"}))
    assert list(records(read(path))) == ["café"]


def test_a_name_that_is_not_utf8_is_a_problem_that_can_be_printed(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    Path(os.fsdecode(name)).write_text("text")
    _, (problem,) = page_files(tmp_path)
    assert str(problem) == (
        f"{tmp_path}/caf\\udce9.txt: not-readable: the file's name is not UTF-8: rename it to the page's id"
    )


def test_an_id_with_half_a_character_is_a_problem_that_can_be_printed(tmp_path: Path) -> None:
    path = tmp_path / "gold.json"
    path.write_text('{"a\\ud800": "text", "b": "text"}')
    pages = read(path)
    (problem,) = pages.problems
    assert [line.record["id"] for line in pages.lines] == ["b"]
    assert str(problem) == f"{path}:a\\ud800: no-id: id has half a surrogate pair: write whole characters"


def test_a_folder_of_other_things_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_texts, "MAX_OTHER_FILES", 2)
    assert MAX_OTHER_FILES == 10_000
    for number in range(5):
        (tmp_path / f"{number}.txt").write_text("text")
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_text("")
    assert len(of_folder(tmp_path).lines) == 5
    (tmp_path / "c.json").write_text("")
    with pytest.raises(ValidationError, match="has more than 2 files that are no pages"):
        of_folder(tmp_path)


def test_suffixes_say_what_a_text_is_written_in_unless_an_option_does(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# One\n\n[two](three)")
    (tmp_path / "b.htm").write_text("<h1>One</h1><p>two")
    (tmp_path / "c.txt").write_text("# One")
    assert of_folder(tmp_path).written_in == "html+markdown"
    assert records(of_folder(tmp_path)) == {"a": "One\n\ntwo", "b": "One\n\ntwo", "c": "# One"}
    assert of_folder(tmp_path, "markdown").written_in == "markdown"
    assert records(of_folder(tmp_path, "markdown"))["c"] == "One"
    assert of_folder(tmp_path, "text").written_in == "text"
    assert records(of_folder(tmp_path, "text"))["a"] == "# One\n\n[two](three)"


def test_every_text_of_a_record_is_reduced_and_nothing_else() -> None:
    record = {"id": "<b>a</b>", "body": ["<p>b", None, 1], "with": ["<i>c</i>"], "text": None, "title": "<d>"}
    assert page_texts.reduced(record, "html") == record | {"body": ["b", None, 1], "with": ["c"]}
    assert page_texts.reduced(record, "text") == page_texts.reduced(record, None) == record


@pytest.mark.parametrize(
    ("document", "pages"),
    [
        ({"a": "x", "b": {"text": "y"}}, ["a", "b"]),
        ({"id": {"text": "x"}}, ["id"]),  # a page of that name
        ({"id": "a", "text": "x"}, None),  # one line of JSON Lines
        ({"id": 5, "text": "x"}, None),
        ({"page_id": "a", "plaintext": "x"}, None),
        ({"output": {"a": "x"}, "version": "1"}, ["a"]),
        ([{"id": "a", "text": "x"}], None),
        ({"predictions": [{"id": "a", "label": "x"}]}, None),
        ({"a": ["x"], "b": "y"}, ["a", "b"]),
    ],
)
def test_an_object_without_an_id_is_an_object_of_pages(document: object, pages: list[str] | None) -> None:
    found = of_object(json.dumps(document).encode(), "f.json")
    assert (found and [line.record["id"] for line in found.lines]) == pages


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("é".encode(), "é"),
        (b"\xef\xbb\xbf" + "é".encode(), "é"),
        ("é".encode("utf-16"), "é"),
        (b"<meta charset=windows-1251>\xe9", "<meta charset=windows-1251>й"),
        (b"<META http-equiv=x content='text/html; charset=KOI8-R'>\xe9", None),
        (b"<meta charset='iso-8859-1'>\x93", "<meta charset='iso-8859-1'>“"),
        (b"<meta charset='utf-16'>a", "<meta charset='utf-16'>a"),
        (b"<meta charset='nonsense'>\xc3\xa9", "<meta charset='nonsense'>é"),
        (b"<meta charset='rot13'>a", "<meta charset='rot13'>a"),
        (b"<meta charset='idna'>\xff", "<meta charset='idna'>\ufffd"),
        (b"\xff", "\ufffd"),
    ],
)
def test_html_is_decoded_as_it_declares(data: bytes, text: str | None) -> None:
    assert decode_html(data) == (text or data[:-1].decode() + "И")


@pytest.mark.parametrize("data", [b'{"id": "a", "score": NaN}', b'{"id": "a", "score": NaN} \n{"id": "b"}\n'])
def test_what_ends_on_its_first_line_is_left_to_the_reader_of_lines(data: bytes) -> None:
    assert of_object(data, "f.jsonl") is None


def test_a_fault_of_an_object_over_several_lines_is_one_problem() -> None:
    found = of_object(b'{"a":\n NaN}', "f.json")
    assert found
    assert list(map(str, found.problems)) == ["f.json: not-json: NaN is not JSON: write a number or null"]


def test_texts_that_are_reduced_are_kept_as_they_were_given(tmp_path: Path) -> None:
    path = tmp_path / "pages.json"
    path.write_text(json.dumps({"a": "# One", "b": {"body": ["**Two**", None]}}))
    assert read(path).given == read(path, written_in="text").given == {}
    pages = read(path, written_in="markdown")
    assert [line.record for line in pages.lines] == [{"id": "a", "text": "One"}, {"id": "b", "body": ["Two", None]}]
    assert pages.given == {"a": {"id": "a", "text": "# One"}, "b": {"id": "b", "body": ["**Two**", None]}}
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in ("a.md", "b.txt"):
        (folder / name).write_text("# One")
    pages = read(folder)
    assert (records(pages), pages.written_in) == ({"a": "One", "b": "# One"}, "markdown")
    assert pages.given == {"a": {"id": "a", "text": "# One"}}  # what was not reduced stands in the lines


def test_documents_are_pages_only_where_that_is_asked_for_and_there_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"id": "other", "text": "one"}')
    (problem,) = of_folder(tmp_path).problems
    assert problem.message == "the folder has no .txt, .md or .html file"
    assert records(of_folder(tmp_path, documents=True)) == records(read(tmp_path)) == {"a": "one"}
    (tmp_path / "b.txt").write_text("two")
    assert records(read(tmp_path)) == {"b": "two"}


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"id": "a", "text": "x", "url": "u"}, {"id": "a", "text": "x", "url": "u"}),  # ours already
        ({"id": "a", "text": None, "url": "u"}, {"id": "a", "text": ""}),
        ({"id": "a", "plaintext": "x", "url": "u", "tool": "t"}, {"id": "a", "tool": "t", "text": "x"}),
        ({"id": "a", "plaintext": "x", "text": "y"}, {"id": "a", "text": "x"}),  # the first of `TEXTS`
        ({"id": "a", "main_content": None, "error": "e"}, {"id": "a", "error": "e", "text": ""}),
        ({"id": "a", "body": ["x"], "text": "y"}, {"id": "a", "paragraphs": ["x"]}),
        ({"id": "a", "body": None}, {"id": "a", "paragraphs": []}),
        ({"id": "a", "paragraphs": ["x"], "url": "u"}, {"id": "a", "paragraphs": ["x"], "url": "u"}),
    ],
)
def test_a_record_of_any_shape_as_an_output(record: Record, expected: Record) -> None:
    assert as_output(record) == expected
