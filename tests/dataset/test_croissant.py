"""`croissant.json`: valid, nothing invented, and read back record by record."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detente.data.corpus import Corpus
from detente.data.files import write_folder
from detente.dataset.text_free import export


@pytest.fixture(scope="module")
def mlcroissant() -> Any:
    return pytest.importorskip("mlcroissant", reason="mlcroissant (the extra croissant) is not installed")


@pytest.fixture(scope="module")
def document(gold: Corpus) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((gold.folder / "croissant.json").read_text())
    return found


def plain(value: Any) -> Any:
    """A value as a row has it: mlcroissant gives text as bytes, and the path of a field as its name."""
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, dict):
        return {name.rpartition("/")[2]: plain(each) for name, each in value.items()}
    if isinstance(value, list | np.ndarray):
        return [plain(each) for each in value]
    return value


@pytest.mark.filterwarnings("ignore")  # mlcroissant's own
def test_it_is_valid_and_lacks_only_what_is_not_known(gold: Corpus, mlcroissant: Any) -> None:
    issues = mlcroissant.Dataset(str(gold.folder / "croissant.json")).metadata.ctx.issues
    assert issues.errors == set()
    assert [warning for warning in issues.warnings if "datePublished" not in warning] == []


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("without_text", [False, True])
def test_its_records_are_the_rows(gold: Corpus, mlcroissant: Any, tmp_path: Path, without_text: bool) -> None:
    corpus = gold
    if without_text:
        write_folder(tmp_path / "export", export(gold))
        corpus = Corpus(tmp_path / "export")
    dataset = mlcroissant.Dataset(str(corpus.folder / "croissant.json"))
    for config in corpus.manifest["configs"]:
        assert [plain(record) for record in dataset.records(config)] == corpus.rows(config), config


def test_its_files_are_those_of_the_manifest(gold: Corpus, document: dict[str, Any]) -> None:
    files = {each["contentUrl"]: each for each in document["distribution"]}
    assert files.keys() == {name for name in gold.manifest["files"] if name.endswith(".parquet")}
    assert {name: each["sha256"] for name, each in files.items()}.items() <= gold.manifest["files"].items()
    assert {each["encodingFormat"] for each in files.values()} == {"application/x-parquet"}
    assert document["conformsTo"][0] == "http://mlcommons.org/croissant/1.1"


def test_lists_and_structs_have_fields_of_their_own(document: dict[str, Any]) -> None:
    (claims,) = (each for each in document["recordSet"] if each["@id"] == "claims")
    fields = {each["name"]: each for each in claims["field"]}
    assert fields["spans"]["isArray"]
    assert [each["dataType"] for each in fields["spans"]["subField"]] == ["sc:Integer", "sc:Integer"]
    assert "isArray" not in fields["check_worthy_answers"]
    assert fields["check_worthy_answers"]["subField"][0]["source"]["transform"] == {"jsonPath": "checkable"}
    assert fields["check_worthy"]["dataType"] == "sc:Boolean"
    assert claims["key"] == {"@id": "claims/id"}


def test_nothing_is_invented(document: dict[str, Any]) -> None:
    assert not {"url", "datePublished", "sameAs", "publisher"} & document.keys()
    assert "doi" not in json.dumps(document).casefold()
