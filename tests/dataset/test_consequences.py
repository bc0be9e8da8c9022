"""One fault is one problem: what cannot be read is reported where it stands, and not again by what refers to it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from detente.data.problems import ValidationError
from detente.dataset import build
from detente.dataset.schema import LAYERS, REGISTRIES

FILES = [f"annotations/{layer.path}" for layer in REGISTRIES]


def problems(root: Path) -> list[str]:
    with pytest.raises(ValidationError) as invalid:
        build.check(root)
    return [f"{problem.location}: {problem.code}" for problem in invalid.value.problems]


def change(root: Path, name: str, number: int, edit: Callable[[str], str]) -> None:
    """Edits one line of a file; the first is 1."""
    path = root / name
    lines = path.read_text().splitlines()
    lines[number - 1] = edit(lines[number - 1])
    path.write_text("\n".join(lines) + "\n")


def without(field: str) -> Callable[[str], str]:
    def edit(line: str) -> str:
        record = json.loads(line)
        del record[field]
        return json.dumps(record)

    return edit


def with_value(field: str, value: object) -> Callable[[str], str]:
    return lambda line: json.dumps({**json.loads(line), field: value})


@pytest.fixture
def corpus(root: Path, tmp_path: Path) -> Path:
    """The five pages, by links: a test replaces the one file that it breaks."""
    for name in ("annotations", "dataset/raw"):
        for path in (path for path in (root / name).rglob("*") if path.is_file()):
            copy = tmp_path / path.relative_to(root)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.symlink_to(path)
    for name in FILES:
        text = (tmp_path / name).read_text()
        (tmp_path / name).unlink()
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize("name", FILES)
def test_a_missing_field_in_any_line_of_a_registry_is_one_problem(minimal: Path, name: str) -> None:
    whole = (minimal / name).read_text()
    for number, line in enumerate(whole.splitlines(), start=1):
        for field in json.loads(line):
            change(minimal, name, number, without(field))
            assert problems(minimal) == [f"{name}:{number}: missing-field"], field
            (minimal / name).write_text(whole)


BREAKS = {
    "missing-field": without,
    "unknown-field": lambda _: with_value("nickname", "x"),
    "wrong-type": lambda field: with_value(field, 7),
    "value-null": lambda field: with_value(field, None),
    "not-json": lambda _: lambda line: line[:-1],
}
FIELDS = {"articles": "family", "sources": "name", "events": "kind", "propositions": "text"}


@pytest.mark.parametrize("rule", BREAKS)
@pytest.mark.parametrize("layer", REGISTRIES, ids=lambda layer: layer.name)
def test_a_line_of_a_registry_that_cannot_be_read_is_one_problem_of_the_five_pages(corpus: Path, layer, rule) -> None:
    name = f"annotations/{layer.path}"
    change(corpus, name, 1, BREAKS[rule](FIELDS[layer.name]))
    assert problems(corpus) == [f"{name}:1: {rule}"]


@pytest.mark.parametrize("layer", REGISTRIES, ids=lambda layer: layer.name)
@pytest.mark.parametrize("value", [None, 7], ids=["null", "number"])
def test_an_id_of_a_registry_that_cannot_be_read_is_one_problem(corpus: Path, layer, value: object) -> None:
    name, rule = f"annotations/{layer.path}", "value-null" if value is None else "wrong-type"
    change(corpus, name, 1, with_value("id", value))
    assert problems(corpus) == [f"{name}:1: {rule}"]


@pytest.mark.parametrize("layer", REGISTRIES, ids=lambda layer: layer.name)
def test_a_registry_without_a_file_is_one_problem(corpus: Path, layer) -> None:
    (corpus / "annotations" / layer.path).unlink()
    assert problems(corpus) == [f"annotations/{layer.path}: file-missing"]


LAYER_FILES = [layer for layer in LAYERS.values() if layer.per_article]


@pytest.mark.parametrize("layer", LAYER_FILES, ids=lambda layer: layer.name)
@pytest.mark.parametrize("line", ['{"id": 1', "{}"], ids=["not-json", "missing-field"])
def test_a_line_of_a_layer_that_cannot_be_read_is_said_once_for_each_field(corpus: Path, layer, line: str) -> None:
    path = next(path for path in sorted((corpus / "annotations" / layer.path).iterdir()) if path.read_text())
    lines = path.read_text().splitlines()
    path.unlink()
    path.write_text("\n".join([line, *lines[1:]]) + "\n")
    place = f"{path.relative_to(corpus).as_posix()}:1"
    fields = len(json.loads(lines[0]))
    assert problems(corpus) == ([f"{place}: missing-field"] * fields if line == "{}" else [f"{place}: not-json"])


def test_a_contrast_pair_with_an_unread_member_is_not_said_to_lack_it(minimal: Path) -> None:
    name = "annotations/contrast/items.jsonl"
    change(minimal, name, 2, without("edit"))
    assert problems(minimal) == [f"{name}:2: missing-field"]


def test_a_contrast_line_without_an_id_may_be_of_any_pair(minimal: Path) -> None:
    name = "annotations/contrast/items.jsonl"
    change(minimal, name, 2, without("id"))
    assert problems(minimal) == [f"{name}:2: missing-field"]


def test_a_second_fault_is_still_reported_beside_an_unread_line(minimal: Path) -> None:
    change(minimal, "annotations/sources.jsonl", 2, without("name"))
    name = "annotations/stance/gold/detente-900.jsonl"
    change(minimal, name, 1, lambda line: line.replace("france", "belgium"))
    assert problems(minimal) == ["annotations/sources.jsonl:2: missing-field", f"{name}:1: holder-unregistered"]


def test_files_of_an_unread_article_are_read_and_those_of_a_stranger_reported(minimal: Path) -> None:
    change(minimal, "annotations/articles.jsonl", 1, without("family"))
    name = "annotations/stance/gold/detente-900.jsonl"
    change(minimal, name, 1, with_value("told_by", None))
    stranger = "annotations/stance/gold/detente-901.jsonl"
    (minimal / stranger).touch()
    found = ["annotations/articles.jsonl:1: missing-field", f"{stranger}: file-unregistered", f"{name}:1: value-null"]
    assert problems(minimal) == found


def test_a_source_that_speaks_for_an_unread_one_is_not_said_to_be_another_party(minimal: Path) -> None:
    # ivan-envoy speaks for russia, whose line is lost: whether russia speaks for france in the end, nobody knows.
    name = "annotations/stance/gold/detente-900.jsonl"
    change(minimal, name, 1, with_value("chain", ["ivan-envoy"]))
    change(minimal, "annotations/sources.jsonl", 2, without("name"))
    assert problems(minimal) == ["annotations/sources.jsonl:2: missing-field"]
    change(minimal, "annotations/sources.jsonl", 2, with_value("name", "Russia"))
    assert problems(minimal) == [f"{name}:1: told-by-wrong"]


def test_an_edge_from_what_may_be_an_unread_article_is_not_said_to_be_out_of_the_corpus(minimal: Path) -> None:
    edge = "annotations/derivation/gold/detente-900.jsonl"
    change(minimal, edge, 1, with_value("source", "detente-901"))
    change(minimal, edge, 1, with_value("id", "detente-900>detente-901"))
    change(minimal, edge, 1, with_value("in_corpus", True))
    articles = minimal / "annotations/articles.jsonl"
    articles.write_text(articles.read_text() + '{"id": "detente-901"\n')
    assert problems(minimal) == ["annotations/articles.jsonl:2: not-json"]
