"""Gold and outputs in the native files of the benchmarks: every format read alike, and every fault of a file named."""

import bz2
import gzip
import json
import lzma
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from click.testing import CliRunner, Result

from detente.cli import main
from detente.data import page_texts
from detente.data.jsonl import dump_lines
from detente.tasks.content_extraction.gold_formats import read_gold

PAGES = {
    "coast": "Waves broke over the pier at noon.\n\nNobody was hurt, the harbour master said.",
    "hills/north": "Snow fell for two days.\n\nThe pass is closed.",
}


def folder(path: Path) -> Path:
    for page, text in PAGES.items():
        file = path / f"{page}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return path


def written(data: Any) -> Callable[[Path], Path]:
    def write(path: Path) -> Path:
        path.write_text(dump_lines(data) if isinstance(data, list) else json.dumps(data))
        return path

    return write


BODIES = {page: {"articleBody": text} for page, text in PAGES.items()}
FILES: dict[str, tuple[str, Callable[[Path], Path]]] = {  # file or folder name: format of gold, and who writes it
    "bodies.json": ("article-extraction", written(BODIES)),
    "wrapped.json": ("article-extraction", written({"output": BODIES, "version": "1.2"})),
    "plain.jsonl": ("wceb", written([{"page_id": page, "plaintext": text} for page, text in PAGES.items()])),
    "fundus.json": ("fundus", written({page: {"body": text.split("\n\n")} for page, text in PAGES.items()})),
    "texts.json": ("text", written(PAGES)),
    "objects.json": ("text", written({page: {"text": text} for page, text in PAGES.items()})),
    "lines.jsonl": ("text", written([{"id": page, "text": text} for page, text in PAGES.items()])),
    "folder": ("text", folder),
}
PACK: dict[str, Callable[[bytes], bytes]] = {
    "xz": lzma.compress,
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "zst": lambda data: pyarrow.compress(data, codec="zstd", asbytes=True),
}


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def refused(*arguments: str | Path) -> list[str]:
    """The problems, one a line, of a call that is refused without a traceback and without half a result."""
    result = run("eval", "score", *arguments)
    assert result.exit_code == 2
    assert isinstance(result.exception, SystemExit)
    assert result.stdout == ""
    *problems, count = result.stderr.splitlines()
    assert count == f"{len(problems)} problem{'s' if len(problems) > 1 else ''}"
    return problems


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    return [write(tmp_path / name) for name, (_, write) in FILES.items()]


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    return written(BODIES)(tmp_path / "gold.json")


# What is read


def test_gold_and_outputs_of_every_format_have_the_same_texts(files: list[Path]) -> None:
    for path in files:
        found = read_gold(path)
        assert {page: target.references[0].text for page, target in found.targets.items()} == PAGES
        assert found.manifest == {"name": path.stem, "version": FILES[path.name][0], "sha256": found.sha256}
        pages = page_texts.outputs(page_texts.read(path))
        assert pages.problems == []
        assert dict(page_texts.texts(pages.lines)) == PAGES


@pytest.mark.parametrize("name", FILES)
def test_every_format_of_output_is_perfect_against_every_format_of_gold(
    name: str, tmp_path: Path, files: list[Path]
) -> None:
    result = run("eval", "score", *files, "--gold", tmp_path / name, "--format", "json")
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert document["dataset"]["version"] == FILES[name][0]
    assert {system["name"] for system in document["systems"]} == {path.stem for path in files}
    for system in document["systems"]:
        assert {system["metrics"][metric]["value"] for metric in ("shingle_accuracy", "levenshtein")} == {1}


def test_null_is_an_empty_text(tmp_path: Path) -> None:
    lines = [{"page_id": "coast", "plaintext": None}, {"page_id": "hills", "plaintext": "Snow."}]
    path = written(lines)(tmp_path / "null.jsonl")
    assert read_gold(path).targets["coast"].references[0].text == ""
    bare = written({"coast": None, "hills": "Snow."})(tmp_path / "bare.json")
    for output in (path, bare):
        document = json.loads(run("eval", "score", output, "--gold", path, "--format", "json").stdout)
        assert {kind: part["n"] for kind, part in document["breakdown"]["output"].items()} == {"empty": 1, "text": 1}


def test_a_wrapped_output_carries_the_version_of_its_tool_and_a_page_may_be_called_output(tmp_path: Path) -> None:
    lines = page_texts.outputs(page_texts.read(FILES["wrapped.json"][1](tmp_path / "wrapped.json"))).lines
    assert {line.record["tool"] for line in lines} == {"wrapped 1.2"}
    path = written({"output": "Waves broke.", "version": "Snow fell."})(tmp_path / "texts.json")
    assert set(read_gold(path).targets) == {"output", "version"}


@pytest.mark.parametrize(("optional", "references"), [(0, 1), (1, 2), (2, 4), (4, 16), (5, 2), (7, 2)])
def test_up_to_four_optional_paragraphs_give_every_choice_and_more_give_all_or_none(
    optional: int, references: int, tmp_path: Path
) -> None:
    body = ["Lead.", *(f"[Aside {number}.]" for number in range(optional)), "End [sic]."]
    path = written({"coast": {"body": body}})(tmp_path / "gold.json")
    found = [reference.paragraphs for reference in read_gold(path).targets["coast"].references]
    assert len(set(found)) == len(found) == references
    asides = tuple(f"Aside {number}." for number in range(optional))
    assert {("Lead.", *asides, "End [sic]."), ("Lead.", "End [sic].")} <= set(found)


def test_snippets_are_read_with_either_side_left_out(tmp_path: Path) -> None:
    pages = {"a": {"file": "a.html", "with": ["red fox"], "without": ["Menu"]}, "b": {"with": ["blue sky"]}}
    found = read_gold(written(pages)(tmp_path / "gold.json"))
    assert found.format == "snippets"
    assert (found.targets["a"].must_include, found.targets["a"].must_exclude) == (("red fox",), ("Menu",))
    assert (found.targets["b"].must_include, found.targets["b"].must_exclude) == (("blue sky",), ())


def test_a_folder_is_read_without_byte_order_marks_and_carriage_returns(tmp_path: Path) -> None:
    path = tmp_path / "texts"
    (path / "news" / "2024").mkdir(parents=True)
    (path / "news" / "2024" / "a.b.txt").write_bytes(b"\xef\xbb\xbfcaf\xc3\xa9\r\nbar\r\n")
    (path / "notes.rst").write_text("not a page")
    pages = page_texts.read(path)
    assert (pages.problems, pages.written_in, pages.given) == ([], "text", {})
    assert [line.record for line in pages.lines] == [{"id": "news/2024/a.b", "text": "café\nbar\n"}]


@pytest.mark.parametrize("name", ["bodies.json", "plain.jsonl", "fundus.json"])
def test_packed_files_are_read_alike(name: str, tmp_path: Path) -> None:
    form, write = FILES[name]
    plain = write(tmp_path / name)
    expected = run("eval", "score", plain, "--gold", plain, "--format", "json").stdout
    assert json.loads(expected)["dataset"]["version"] == form
    for suffix, pack in PACK.items():
        packed = tmp_path / f"{name}.{suffix}"
        packed.write_bytes(pack(plain.read_bytes()))
        assert run("eval", "score", packed, "--gold", packed, "--format", "json").stdout == expected


def test_gold_format_decides_where_pages_have_the_keys_of_several_formats(tmp_path: Path) -> None:
    pages = {"coast": {"articleBody": "Waves broke.", "text": "Menu. Waves broke.", "body": ["Waves", "broke."]}}
    path = written(pages)(tmp_path / "gold.json")
    expected = {"article-extraction": "Waves broke.", "text": "Menu. Waves broke.", "fundus": "Waves\n\nbroke."}
    for form, text in expected.items():
        assert read_gold(path, form).targets["coast"].references[0].text == text
    result = run("eval", "score", path, "--gold", path, "--gold-format", "text", "--format", "json")
    assert json.loads(result.stdout)["dataset"]["version"] == "text"


def test_the_short_name_of_a_file_is_its_name_without_suffixes() -> None:
    for path in ("outputs/v1.2.json.xz", "v1.2.json", "v1.2.jsonl.gz", "v1.2.ndjson.zst", "v1.2.bz2", "a.json/v1.2"):
        assert page_texts.short_name(path) == "v1.2"


# What is refused

BOTH: dict[str, tuple[bytes, list[str]]] = {  # bytes: what is wrong with them, as gold and as output
    "a page twice in one object": (
        b'{"coast": {"articleBody": "a"}, "coast": {"articleBody": "b"}}',
        [":1: not-json: the key 'coast' occurs twice in one object"],
    ),
    "a key twice in a line": (
        b'{"id": "coast", "text": "a", "text": "b"}\n',
        [":1: not-json: the key 'text' occurs twice in one object"],
    ),
    "an id in two lines": (
        b'{"page_id": "coast", "plaintext": ""}\n' * 2,
        [":2: id-duplicate: coast is a duplicate of "],
    ),
    "text that is a number": (
        b'{"coast": 5, "hills/north": {"text": [1]}}',
        [":coast: wrong-type: text is 5, not a string", ":hills/north: wrong-type: text is a list, not a string"],
    ),
    "a line without id": (b'{"id": "coast", "text": ""}\n{"text": "b"}\n', [":2: no-id: "]),
    "Latin-1": ('{"coast": "caf\xe9"}'.encode("latin-1"), [":1: not-json: "]),
    "an array of numbers": (b"[1]", [":record 1: not-json: "]),
    "NaN": (b'{"coast": {"articleBody": NaN}}', [":1: not-json: NaN is not JSON"]),
}


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize("role", ["gold", "output"])
def test_a_bad_file_is_refused_with_rule_and_place(name: str, role: str, tmp_path: Path, gold: Path) -> None:
    data, expected = BOTH[name]
    path = tmp_path / "bad.json"
    path.write_bytes(data)
    problems = refused(gold, "--gold", path) if role == "gold" else refused(path, "--gold", gold, "--allow-missing")
    assert len(problems) == len(expected)
    for problem, start in zip(problems, expected, strict=True):
        assert problem.startswith(f"{path}{start}")


def test_gold_of_an_unknown_format_names_the_keys_that_are_known(tmp_path: Path, gold: Path) -> None:
    for data in ({"coast": {"title": "Waves"}}, {}):
        path = written(data)(tmp_path / "odd.json")
        (problem,) = refused(gold, "--gold", path)
        assert problem.startswith(f"{path}: gold-format: no page has articleBody, plaintext, text, convert_main_")


def test_paragraphs_and_snippets_that_are_no_lists_of_strings_are_refused(tmp_path: Path, gold: Path) -> None:
    pages = {"body": ["Waves.", ["Snow.", 1]], "with": ["Waves", [1]], "without": [5, [None]]}
    for key, (first, second) in pages.items():
        path = written({"coast": {key: first}, "hills": {key: second}})(tmp_path / "wrong.json")
        assert refused(gold, "--gold", path) == [
            f"{path}:{page}: wrong-type: {key} is not a list of strings" for page in ("coast", "hills")
        ]


@pytest.mark.parametrize("suffix", PACK)
def test_a_broken_packed_file_is_a_problem(suffix: str, tmp_path: Path, gold: Path) -> None:
    path = tmp_path / f"broken.json.{suffix}"
    path.write_bytes(PACK[suffix](gold.read_bytes())[:-9])
    for problems in (refused(path, "--gold", gold), refused(gold, "--gold", path)):
        assert len(problems) == 1
        assert problems[0].startswith(f"{path}: not-readable: is packed with ")


def test_a_folder_names_each_file_that_is_not_utf8_and_one_without_texts_is_refused(tmp_path: Path, gold: Path) -> None:
    path = folder(tmp_path / "texts")
    for page, data in (("coast", b"caf\xe9"), ("hills/north", b"\xff")):
        (path / f"{page}.txt").write_bytes(data)
    first, second = refused(gold, "--gold", path)
    assert first.startswith(f"{path / 'coast.txt'}: text-not-utf8: byte 4 (0xe9) is not UTF-8")
    assert second.startswith(f"{path / 'hills' / 'north.txt'}: text-not-utf8: byte 1 (0xff) is not UTF-8")
    (tmp_path / "none").mkdir()
    assert refused(tmp_path / "none", "--gold", gold)[0].startswith(f"{tmp_path / 'none'}: no-predictions: ")


def test_the_problems_of_all_outputs_are_reported_at_once(tmp_path: Path, gold: Path) -> None:
    one = written({"coast": 5, "hills/south": "Snow."})(tmp_path / "one.json")
    two = written([{"id": "coast", "text": "", "paragraphs": []}, {"id": "coast", "txt": ""}])(tmp_path / "two.jsonl")
    rules = [problem.split(": ")[:2] for problem in refused(one, two, "--gold", gold)]
    assert rules[:2] == [[f"{one}:coast", "wrong-type"], [f"{one}:hills/south", "id-unknown"]]
    assert rules[2] == [str(one), "id-missing"]
    # A page without any text of a known name is one problem, whatever else its line has.
    assert sorted(rules[3:]) == sorted(
        [[f"{two}:2", "form"], [f"{two}:1", "form"], [f"{two}:2", "id-duplicate"], [str(two), "id-missing"]]
    )
