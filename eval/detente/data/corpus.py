"""The built dataset: where it lies, and its tables."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from detente.data.files import is_below, read_bytes, reason
from detente.data.inventory import PACKAGED, Inventory, is_document
from detente.data.jsonl import Record, parse_document, parse_lines
from detente.data.panics import unprinted
from detente.data.problems import Problem, ValidationError
from detente.metrics.agreement import CAVEAT
from detente.text.display import quoted

if TYPE_CHECKING:
    import datasets

SPLIT = "test"
_MANIFEST_WORDS: Final = ("name", "version", "sha256", "normalisation", "canary")
_LABELLED: Final = "The labels were made by large language models, and two passes of one model are not two minds."
_CURE: Final = "run `detente dataset build` in a checkout, or install the package again"
INVENTORY: Final = "inventory.json"
MANIFEST: Final = "manifest.json"
"""What a build writes last: where it lies, there is a built dataset."""


def table_name(config: str, split: str = SPLIT) -> str:
    """The file of a config's rows, below the folder of the dataset, where these are in one file."""
    return f"data/{config}/{split}.parquet"


def blind_name(task: str) -> str:
    """The file of a task's blind predictions, below the folder of the dataset."""
    return f"blind/{task}.jsonl"


def project_root() -> Path | None:
    """The checkout that this package is imported from, or None if it is installed."""
    root = Path(__file__).resolve().parents[3]
    return root if (root / "pyproject.toml").is_file() and (root / "eval" / "detente").is_dir() else None


def caveat(folder: Path) -> str:
    """What must be known of the agreement of a corpus' passes; of this dataset also who made its labels."""
    home = (project_root() or Path(__file__).resolve().parents[1]).resolve()
    if folder.resolve().is_relative_to(home) or _is_copy(folder):
        return f"{_LABELLED} {CAVEAT}"
    return CAVEAT


def _is_copy(folder: Path) -> bool:
    """Has a built dataset elsewhere the rows of the package's own, or had it before their words were taken out?"""
    if not (folder / MANIFEST).is_file():
        return False
    manifest, own = Corpus(folder).manifest, load().manifest
    return bool(manifest.get("text_free", manifest)["sha256"] == own["sha256"])


def dataset_folder() -> Path:
    """The folder of the built dataset: the checkout's own, else the copy inside the installed package."""
    root = project_root()
    return root / "dataset" if root else Path(__file__).resolve().parents[1] / "_data" / "dataset"


def is_suite(folder: Path) -> bool:
    """Is a challenge suite built in this folder?

    Raises:
        ValidationError: If what is built here has no manifest that can be read.
    """
    return (folder / MANIFEST).is_file() and Corpus(folder).suite is not None


@dataclass(frozen=True)
class Corpus:
    """A built dataset. Tables are read when first asked for, and compared with the manifest's hashes.

    Attributes:
        folder: Where it lies.
        made: Tables that are at hand, by config, and not read.
        lacking: While it is built: the articles that a config does not have, by config. See `pages`.
        own: While it is built: its inventory.
        split: Which of its splits; a dataset of pages has one, a challenge suite may have several.
        shard: Of a challenge suite the one shard of the split that is read; None for all.
    """

    folder: Path
    made: Mapping[str, pl.DataFrame] = field(default_factory=dict, compare=False, repr=False)
    lacking: Mapping[str, Sequence[str]] | None = field(default=None, compare=False, repr=False)
    own: Inventory | None = field(default=None, compare=False, repr=False)
    split: str = SPLIT
    shard: int | None = None

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """`manifest.json`: name, version, hashes.

        Raises:
            ValidationError: If it is not there, or is not what a build writes.
        """
        path = self.folder / MANIFEST
        manifest, _ = parse_document(read_bytes(path), str(path))
        if not _is_manifest(manifest):
            message = f"this is not what a build writes: {_CURE}"
            raise ValidationError([Problem("dataset-changed", str(path), message)])
        found: dict[str, Any] = manifest
        return found

    @property
    def agreement(self) -> dict[str, Any]:
        """`agreement.json`: how firm the labels are.

        Raises:
            ValidationError: If the file is not the one that the manifest vouches for.
        """
        return self.document("agreement.json")

    @cached_property
    def inventory(self) -> Inventory:
        """The names and labels that the corpus has; the package's, if it was built without one.

        Raises:
            ValidationError: If the file is not the one that the manifest vouches for.
        """
        if self.own is not None:
            return self.own
        if INVENTORY not in self.manifest["files"]:
            return PACKAGED
        known = self.document(INVENTORY)
        if not is_document(known):
            raise self._changed(INVENTORY, f"this is not what a build writes: {_CURE}")
        return Inventory.of(known | {"name": f"{known['name']}-{self.split}"} if self.suite else known)

    @property
    def suite(self) -> dict[str, Any] | None:
        """Of a challenge suite what it was made from; None of a dataset of pages, and of one that is being built."""
        return None if self.own is not None or self.made else self.manifest.get("suite")

    @property
    def text_free(self) -> bool:
        """Is it a text-free export, which has places instead of the pages' words?"""
        return "text_free" in self.manifest

    @property
    def version(self) -> str:
        """The dataset's version and the first eight digits of its digest: `1.0.0+1a2b3c4d`."""
        return f"{self.manifest['version']}+{self.manifest['sha256'][:8]}"

    @cached_property
    def _tables(self) -> dict[str, pl.DataFrame]:
        """What has been read, so that a table is read and hashed once."""
        return dict(self.made)

    def table(self, config: str) -> pl.DataFrame:
        """The rows of one config.

        Raises:
            ValidationError: If the file is not the one that the manifest vouches for, or has other columns than the
                package's own dataset.
        """
        if config not in self._tables:
            self._tables[config] = self._read(config)
        return self._tables[config]

    def _read(self, config: str) -> pl.DataFrame:
        frames, wanted = {name: self.table_in(name) for name in self.files_of(config)}, _own_schema(config)
        for name, frame in frames.items():
            if other := sorted(column for column, of in wanted.items() if frame.schema.get(column) != of):
                message = f"{quoted(*other)} is not there, or of another type than this version's: {_CURE}"
                raise self._changed(name, message)
        try:
            return pl.concat(frames.values())
        except pl.exceptions.PolarsError as error:
            raise self._changed(next(iter(frames)), f"the shards have different columns: {_CURE}") from error

    def table_in(self, name: str) -> pl.DataFrame:
        """The rows of a built file of Parquet, by its name in the manifest, whatever its columns are.

        Raises:
            ValidationError: If the file is not the one that the manifest vouches for, or is no Parquet.
        """
        try:
            with unprinted():
                return pl.read_parquet(self.vouched(name))
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
            raise self._changed(name, f"is no Parquet that can be read ({reason(error)}): {_CURE}") from error

    def document(self, name: str) -> dict[str, Any]:
        """A built file of JSON, by its name in the manifest.

        Raises:
            ValidationError: If the file is not the one that the manifest vouches for, or is no JSON object.
        """
        found, _ = parse_document(self.vouched(name), name)
        if not isinstance(found, dict):
            raise self._changed(name, f"this is not what a build writes: {_CURE}")
        return found

    def lines(self, name: str) -> list[Record]:
        """The records of a built file of JSON Lines, by its name in the manifest: each has an id.

        Raises:
            ValidationError: If the file is not the one that the manifest vouches for, or holds anything else.
        """
        lines, problems = parse_lines(self.vouched(name), name)
        if problems or not all(isinstance(line.record.get("id"), str) for line in lines):
            raise self._changed(name, f"this is not what a build writes: {_CURE}")
        return [line.record for line in lines]

    def _changed(self, name: str, message: str) -> ValidationError:
        return ValidationError([Problem("dataset-changed", str(self.folder / name), message)])

    def files_of(self, config: str) -> list[str]:
        """The files of a config's rows, by their names in the manifest: one, or the shards of a suite."""
        shard = "" if self.shard is None else f"{self.shard:05d}."
        start = f"data/{config}/{self.split}-{shard}"
        shards = [name for name in self.manifest["files"] if name.startswith(start)]
        return shards or [table_name(config, self.split)]

    def vouched(self, name: str) -> bytes:
        """The bytes of a built file, by its name in the manifest.

        Raises:
            ValidationError: If the file is not the one that the manifest vouches for.
        """
        data = read_bytes(self.folder / name)
        if hashlib.sha256(data).hexdigest() != self.manifest["files"].get(name):
            raise self._changed(name, f"the file is not the one in manifest.json: {_CURE}")
        return data

    def blind(self, task: str) -> list[Record]:
        """The predictions of a task by a model that did not see the pages; none if there is nothing else to see.

        Raises:
            ValidationError: If the file is not the one that the manifest vouches for.
        """
        name = blind_name(task)
        if name not in self.manifest["files"]:
            return []
        return self.lines(name)

    def changed(self) -> list[Problem]:
        """Every file that is not the one that the manifest vouches for, or the fault of the manifest itself."""
        try:
            names = list(self.manifest["files"])
        except ValidationError as broken:
            return list(broken.problems)
        found: list[Problem] = []
        for name in names:
            try:
                self.vouched(name)
            except ValidationError as invalid:
                found += invalid.problems
        return found

    @cached_property
    def articles(self) -> dict[str, dict[str, Any]]:
        """The articles by id."""
        return {row["id"]: row for row in self.table("articles").iter_rows(named=True)}

    @property
    def absent(self) -> Mapping[str, Sequence[str]]:
        """The articles that a layer was not labelled on yet, by its config; none in a corpus that is complete."""
        if self.lacking is not None:
            return self.lacking
        if self.suite:
            return {config: tuple(self.articles) for config in self.manifest["lacking"]}
        found: Mapping[str, Sequence[str]] = self.manifest.get("absent", {})
        return found

    @property
    def incomplete(self) -> bool:
        """Whether a layer is not labelled on some pages yet. What a challenge suite lacks it lacks on all of them."""
        return not self.suite and bool(self.absent)

    @cached_property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """The articles that may draw on one another: all of a dataset; of a challenge suite those of one item."""
        if not self.suite:
            return (tuple(self.articles),)
        items: dict[str, list[str]] = {}
        for name, item in self.table("items").select("id", "item").iter_rows():
            items.setdefault(item, []).append(name)
        return tuple(map(tuple, items.values()))

    def pages(self, config: str) -> dict[str, dict[str, Any]]:
        """The articles that are labelled in a layer, by id: all of them, unless the corpus is not complete yet."""
        absent = frozenset(self.absent.get(config, ()))
        return {name: row for name, row in self.articles.items() if name not in absent}

    def rows(self, config: str, *columns: str) -> list[dict[str, Any]]:
        """The rows of one config as dictionaries; with these columns only, if there are any."""
        table = self.table(config)
        return (table.select(columns) if columns else table).to_dicts()


@cache
def _own_schema(config: str) -> dict[str, pl.DataType]:
    """The columns that a table must have, with their types: those of the package's own dataset.

    Of `items`, which only challenge suites have, those that are read of it.
    """
    if config == "items":
        text = pl.String()
        return dict.fromkeys(("id", "item", "base", "operation", "strength"), text) | {"sources": pl.List(text)}
    own = Corpus(dataset_folder())
    if config not in own.manifest["configs"]:
        return {}
    return dict(own.table_in(table_name(config)).schema)


def _is_manifest(found: Any) -> bool:
    """Has it what is read of a manifest?"""
    if not isinstance(found, dict) or not all(isinstance(found.get(name), str) for name in _MANIFEST_WORDS):
        return False
    configs, files = found.get("configs"), found.get("files")
    return (
        isinstance(files, dict)
        and all(isinstance(digest, str) and is_below(name) for name, digest in files.items())
        and isinstance(configs, dict)
        and all(isinstance(each, dict) and each.keys() >= {"rows", "sha256"} for each in configs.values())
        and ("suite" not in found or _is_recipe(found["suite"], found.get("lacking")))
    )


def _is_recipe(suite: Any, lacking: Any) -> bool:
    """Has it what is read of a suite's making?"""
    return (
        isinstance(suite, dict)
        and all(isinstance(suite.get(name), str) for name in ("suite", "version", "data"))
        and all(isinstance(suite.get(name), int) for name in ("items", "seed"))
        and isinstance(suite.get("splits"), list)
        and bool(suite["splits"])
        and isinstance(lacking, list)
    )


def load(dataset: str | PathLike[str] | None = None, split: str = SPLIT) -> Corpus:
    """A built dataset: the one that this package came with, or somebody's own.

    Args:
        dataset: The root of a corpus, with the built dataset in `dataset/`, or the folder of the built dataset itself;
            None for the package's own.
        split: Which of its splits.

    Raises:
        ValidationError: If nothing is built there, or it has no such split.
    """
    corpus = _found(dataset)
    if dataset is None and split == SPLIT:
        return corpus
    known = corpus.suite["splits"] if corpus.suite else [SPLIT]
    if split not in known:
        message = f"{split!r} is no split of {corpus.folder}, which has {', '.join(known)}"
        raise ValidationError([Problem("option", "split", message)])
    return corpus if split == corpus.split else replace(corpus, split=split)


def _found(dataset: str | PathLike[str] | None) -> Corpus:
    if dataset is None:
        return Corpus(dataset_folder())
    path = Path(dataset)
    found = next((folder for folder in (path, path / "dataset") if (folder / MANIFEST).is_file()), None)
    if found is None:
        message = f"no {MANIFEST} lies here, or in dataset/ below: `detente dataset build {path}` writes one"
        raise ValidationError([Problem("no-dataset", str(path), message)])
    return Corpus(found)


def load_scored(dataset: str | PathLike[str] | None = None, split: str = SPLIT) -> Corpus:
    """A built dataset whose pages models are shown, and which they are scored against; as `load` finds it.

    Raises:
        ValidationError: If nothing is built there, or it is a text-free export, which has no pages.
    """
    corpus = load(dataset, split)
    if corpus.text_free:
        message = (
            "is a text-free export: join it with its pages first (`detente dataset join`), then score on the result"
        )
        raise ValidationError([Problem("text-free", str(corpus.folder), message)])
    return corpus


def load_dataset(
    config: str,
    split: str = SPLIT,
    cache_dir: str | Path | None = None,
    *,
    dataset: str | PathLike[str] | None = None,
) -> "datasets.Dataset":
    """One config of the dataset as a Hugging Face `Dataset`, with typed features; nothing is downloaded.

    The config's file is first compared with the manifest. `datasets.load_dataset` on the folder does not do that: an
    edit of a file by hand goes unnoticed there, and with an older cache the rows from before the edit come.

    Args:
        config: `articles`, `boilerplate`, `claims`, `propositions`, `events`, `stance`, `agreement`, `attribution`,
            `derivation`, `reuse`, `sources` or `contrast`; of a challenge suite also `items`.
        split: The one split there is, `test`; of a challenge suite also `train` or `validation`.
        cache_dir: Where `datasets` keeps the rows as Arrow files; by default in `HF_HOME`, else `~/.cache/huggingface`.
        dataset: Another corpus than the package's own: its root, or the folder of its built dataset.

    Raises:
        ValidationError: If nothing is built there, there is no such config or split, the file is not the one that the
            manifest vouches for, or the cache cannot be written.

    Example:
        >>> import detente
        >>> stance = detente.load_dataset("stance")
        >>> stance.features["label"].names
        ['favor', 'against', 'none']
    """
    corpus = load(dataset, split)
    if config not in (known := corpus.manifest["configs"]):
        message = f"{config!r} is not a config of the dataset: {', '.join(known)}"
        raise ValidationError([Problem("option", "config", message)])
    for name in corpus.files_of(config):
        corpus.vouched(name)
    try:
        import datasets

        where = None if cache_dir is None else str(cache_dir)
        loaded = datasets.load_dataset(str(corpus.folder), config, split=split, cache_dir=where)
    except Exception as error:
        reason = error if isinstance(error, OSError) else error.__cause__  # a full disk comes wrapped
        if not isinstance(reason, OSError):
            raise
        place = str(cache_dir or reason.filename or "the cache of datasets")
        message = f"the cache cannot be written: {reason.strerror}; give another folder as cache_dir, or in HF_HOME"
        raise ValidationError([Problem("not-writable", place, message)]) from error
    assert isinstance(loaded, datasets.Dataset)
    return loaded
