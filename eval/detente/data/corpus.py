"""The built dataset: where it lies, and its tables."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from detente.data.files import read_bytes
from detente.data.problems import Problem, ValidationError

if TYPE_CHECKING:
    import datasets

SPLIT = "test"


def project_root() -> Path | None:
    """The checkout that this package is imported from, or None if it is installed."""
    root = Path(__file__).resolve().parents[3]
    return root if (root / "pyproject.toml").is_file() and (root / "eval" / "detente").is_dir() else None


def dataset_folder() -> Path:
    """The folder of the built dataset: the checkout's own, else the copy inside the installed package."""
    root = project_root()
    return root / "dataset" if root else Path(__file__).resolve().parents[1] / "_data" / "dataset"


@dataclass(frozen=True)
class Corpus:
    """A built dataset. Tables are read when first asked for, and compared with the manifest's hashes."""

    folder: Path

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """`manifest.json`: name, version, hashes."""
        manifest: dict[str, Any] = json.loads(read_bytes(self.folder / "manifest.json"))
        return manifest

    @property
    def agreement(self) -> dict[str, Any]:
        """`agreement.json`: how firm the labels are."""
        found: dict[str, Any] = json.loads(read_bytes(self.folder / "agreement.json"))
        return found

    @property
    def version(self) -> str:
        """The dataset's version and the first eight digits of its digest: `1.0.0+1a2b3c4d`."""
        return f"{self.manifest['version']}+{self.manifest['sha256'][:8]}"

    @cached_property
    def _tables(self) -> dict[str, pl.DataFrame]:
        """What has been read, so that a table is read and hashed once."""
        return {}

    def table(self, config: str) -> pl.DataFrame:
        """The rows of one config.

        Raises:
            ValidationError: If the file is not the one that the manifest vouches for.
        """
        if config not in self._tables:
            self._tables[config] = self._read(config)
        return self._tables[config]

    def _read(self, config: str) -> pl.DataFrame:
        name = f"data/{config}/{SPLIT}.parquet"
        data = read_bytes(self.folder / name)
        if hashlib.sha256(data).hexdigest() != self.manifest["files"][name]:
            message = "the file is not the one in manifest.json: run `detente dataset build`"
            raise ValidationError([Problem("dataset-changed", str(self.folder / name), message)])
        return pl.read_parquet(data)

    @cached_property
    def articles(self) -> dict[str, dict[str, Any]]:
        """The articles by id."""
        return {row["id"]: row for row in self.table("articles").iter_rows(named=True)}

    def rows(self, config: str) -> list[dict[str, Any]]:
        """The rows of one config as dictionaries."""
        return self.table(config).to_dicts()


def load() -> Corpus:
    """The dataset that this package came with."""
    return Corpus(dataset_folder())


def load_dataset(config: str, split: str = SPLIT) -> "datasets.Dataset":
    """One config of the dataset as a Hugging Face `Dataset`, with typed features; nothing is downloaded.

    Args:
        config: `articles`, `boilerplate`, `claims`, `propositions`, `events`, `stance`, `agreement`, `attribution`,
            `derivation`, `reuse`, `sources` or `contrast`.
        split: The one split there is, `test`.

    Raises:
        ValueError: If there is no such config or split.
    """
    import datasets

    loaded = datasets.load_dataset(str(dataset_folder()), config, split=split)
    assert isinstance(loaded, datasets.Dataset)
    return loaded
