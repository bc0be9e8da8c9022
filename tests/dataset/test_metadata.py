"""One source of what is said of the dataset: every document that says it follows, and what drifts is told."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from huggingface_hub import DatasetCard

import detente
from detente.data.corpus import Corpus
from detente.dataset import build, metadata
from detente.dataset.card import front_matter
from detente.dataset.metadata import Metadata


@pytest.fixture
def known(root: Path) -> Metadata:
    found = metadata.read(root)
    assert found is not None
    return found


@pytest.fixture
def published(known: Metadata) -> Metadata:
    """With what is known only once it is published, all invented."""
    later = {"doi": "10.1234/invented", "repository": "https://example.org/code", "url": "https://example.org/data"}
    return replace(known, **later, published="2031-02-03")


def described(minimal: Path, root: Path) -> Path:
    """The minimal corpus with the metadata of the dataset."""
    shutil.copy(root / "annotations" / "metadata.yaml", minimal / "annotations" / "metadata.yaml")
    return minimal


def test_a_corpus_need_not_have_it(minimal: Path) -> None:
    files = build.files_of(minimal)
    assert "CITATION.cff" not in files
    assert "dataset/croissant.json" not in files
    assert "pretty_name" not in files["dataset/README.md"].decode()


def test_documents_follow_it(minimal: Path, root: Path) -> None:
    corpus = described(minimal, root)
    path = corpus / "annotations" / "metadata.yaml"
    path.write_text(path.read_text().replace("name: Détente\n", "name: Entente\n", 1))
    (corpus / "DATASHEET.md").write_text("<!-- generated: version -->\n<!-- /generated -->\n")
    files = build.files_of(corpus)
    assert yaml.safe_load(files["CITATION.cff"])["message"].startswith("If you use Entente,")
    assert json.loads(files["dataset/croissant.json"])["name"] == "Entente"
    assert "pretty_name: Entente" in files["dataset/README.md"].decode()
    assert "For version 1.0.0 of the data. Cite as: The Détente contributors, *" in files["DATASHEET.md"].decode()


@pytest.mark.parametrize("name", ["CITATION.cff", "dataset/croissant.json", "dataset/README.md"])
def test_a_document_that_says_otherwise_is_stale(minimal: Path, root: Path, name: str) -> None:
    corpus = described(minimal, root)
    build.write(corpus, build.files_of(corpus))
    assert list(build.differences(corpus, build.files_of(corpus))) == []
    path = corpus / name
    path.write_text(path.read_text().replace("Détente", "Entente", 1))
    assert any(line.startswith(f"--- {name}") for line in build.differences(corpus, build.files_of(corpus)))


def test_a_croissant_that_nothing_makes_is_removed(minimal: Path, root: Path) -> None:
    corpus = described(minimal, root)
    build.write(corpus, build.files_of(corpus))
    (corpus / "annotations" / "metadata.yaml").unlink()
    files = build.files_of(corpus)
    assert "dataset/croissant.json: nothing makes this file" in list(build.differences(corpus, files))
    assert "dataset/croissant.json" in build.write(corpus, files)
    assert not (corpus / "dataset" / "croissant.json").exists()


def test_pyproject_says_the_same(known: Metadata, root: Path) -> None:
    assert list(metadata.drift(root, known)) == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('description = "A gold', 'description = "A', "`description` is not what"),
        ('"text reuse", ', "", "`keywords` is not what"),
        ('license = "Apache-2.0 AND CC-BY-4.0"', 'license = "Apache-2.0"', "`license` is not what"),
        ("The Détente contributors", "Somebody", "`authors` is not what"),
        (
            "[project.scripts]",
            '[project.urls]\nhomepage = "https://example.org"\n\n[project.scripts]',
            "`urls` is not what",
        ),
        ("[project]", "[project", "is not TOML"),
    ],
)
def test_what_pyproject_says_otherwise_is_told(
    known: Metadata, root: Path, tmp_path: Path, old: str, new: str, told: str
) -> None:
    text = (root / "pyproject.toml").read_text()
    assert old in text
    (tmp_path / "pyproject.toml").write_text(text.replace(old, new, 1))
    (line,) = metadata.drift(tmp_path, known)
    assert line.startswith(f"pyproject.toml: {told}")


def test_a_pyproject_that_drifted_makes_the_build_stale(minimal: Path, root: Path) -> None:
    corpus = described(minimal, root)
    text = (root / "pyproject.toml").read_text()
    (corpus / "pyproject.toml").write_text(text.replace("A gold dataset", "A dataset", 1))
    build.write(corpus, build.files_of(corpus))
    (line,) = build.differences(corpus, build.files_of(corpus))
    assert line.startswith("pyproject.toml: `description`")


def test_the_newest_changes_are_of_these_versions(root: Path) -> None:
    heading = next(line for line in (root / "CHANGELOG.md").read_text().splitlines() if line.startswith("## "))
    version = (root / "annotations" / "VERSION").read_text().strip()
    assert re.match(rf"## {re.escape(detente.__version__)}, data {re.escape(version)}\b", heading)


def test_the_card_has_every_field_that_the_hub_asks_for(gold: Corpus) -> None:
    data = DatasetCard.load(gold.folder / "README.md").data.to_dict()
    assert data["size_categories"] == ["1K<n<10K"]  # 1,764 rows
    assert sum(config["rows"] for config in gold.manifest["configs"].values()) == 1764
    for name in ("language", "license", "pretty_name", *metadata._HUB):
        assert data[name], name
    assert [each["config_name"] for each in data["configs"]] == list(gold.manifest["configs"])


@pytest.mark.parametrize(
    ("rows", "size"), [(999, "n<1K"), (1_000, "1K<n<10K"), (9_999, "1K<n<10K"), (10_000, "10K<n<100K"), (10**6, "n>1M")]
)
def test_size_categories(known: Metadata, rows: int, size: str) -> None:
    assert f"size_categories:\n- {size}\n" in front_matter("1.0.0", {}, known, rows)


def test_the_citation_is_valid(known: Metadata, published: Metadata) -> None:
    reason = "cffconvert is not installed (not in an extra: it pins old packages)"
    citation = pytest.importorskip("cffconvert", reason=reason).Citation
    for each in (known, published):
        text = metadata.citation(each, "1.1.0")
        citation(text).validate()
        assert yaml.safe_load(text)["version"] == "1.1.0"


def test_what_is_known_once_it_is_published_goes_everywhere(known: Metadata, published: Metadata) -> None:
    before, after = (yaml.safe_load(metadata.citation(each, "1.1.0")) for each in (known, published))
    assert not {"doi", "date-released", "url", "repository-code"} & before.keys()
    assert (after["doi"], str(after["date-released"])) == ("10.1234/invented", "2031-02-03")
    assert "No DOI is recorded." in metadata.blocks(known, "1.1.0")["licences"]
    assert "The DOI is 10.1234/invented." in metadata.blocks(published, "1.1.0")["licences"]
    title = "{Détente: a gold dataset of news coverage, and the harness that scores models against it}"
    assert metadata.bibtex(known, "1.1.0") == (
        f"@misc{{detente, title = {{{title}}}, author = {{{{The Détente contributors}}}}, version = {{1.1.0}}}}"
    )
    assert "year = {2031}" in metadata.bibtex(published, "1.1.0")


def test_people_are_named_as_they_are_spoken_of(known: Metadata) -> None:
    people = replace(known, authors=[{"given-names": "Ada", "family-names": "Lovelace"}, {"name": "A group"}])
    assert people.author == "Ada Lovelace and A group"


def test_a_row_in_a_diff_has_the_start_and_the_end_of_a_page(minimal: Path) -> None:
    build.write(minimal, build.files_of(minimal))
    path = minimal / "annotations" / "stance" / "gold" / "detente-900.jsonl"
    reason = "because " * 40
    text = path.read_text()
    row = json.loads(text.splitlines()[0])
    row["alternatives"] = [{"field": "expression", "value": "inferred", "reason": reason}]
    row["scale"] = 1
    path.write_text("\n".join([json.dumps(row), *text.splitlines()[1:]]) + "\n")
    lines = list(build.differences(minimal, build.files_of(minimal)))
    assert any('"scale":1' in line for line in lines)
    assert not any(reason in line for line in lines)
    assert any("because because" in line and "…" in line for line in lines)
