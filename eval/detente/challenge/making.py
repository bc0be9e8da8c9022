"""Making a suite: shards by any number of processes, each whole or not there, then the card and the manifest.

A suite lies in a folder as a built dataset does. What is written last is its manifest: a folder without one is not
finished, and the same call goes on with it.
"""

import hashlib
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from detente.challenge import blind_check, tables
from detente.challenge.all import SUITES
from detente.challenge.material import PAGES
from detente.challenge.suite import Suite, item_id
from detente.data.corpus import INVENTORY, MANIFEST, load
from detente.data.files import is_unfinished, read_bytes, write_whole
from detente.data.inventory import PACKAGED
from detente.data.jsonl import dump_line, parse_document
from detente.data.labels import SPLITS
from detente.data.problems import Problem, ValidationError
from detente.dataset.build import as_json, digest, parquet
from detente.evaluation.engines.engine import Engine
from detente.text.display import quoted
from detente.text.normalization import NORMALISATION

SHARD: Final = 1_000
"""Items of one shard."""
_UNFINISHED: Final = ".unfinished"
"""The folder of notes on the shards that are there; it is gone when all are."""
_RECIPE: Final = "recipe.json"


class Recipe(NamedTuple):
    """All that the items of a suite follow from.

    Attributes:
        suite: Its name.
        version: Of the suite.
        items: How many each split has.
        seed: Of what is drawn.
        splits: Which are made.
        data: Version and digest of the dataset whose pages the items are made from.
    """

    suite: str
    version: str
    items: int
    seed: int
    splits: tuple[str, ...]
    data: str


class Shard(NamedTuple):
    """Some items of one split, which one process makes."""

    suite: str
    split: str
    seed: int
    number: int
    start: int
    end: int
    folder: str

    @property
    def name(self) -> str:
        """As its files and its note are called."""
        return f"{self.split}-{self.number:05d}"


def suite_of(name: str) -> Suite:
    """A suite by its name.

    Raises:
        ValidationError: If there is none.
    """
    if name not in SUITES:
        raise ValidationError([Problem("option", "NAME", f"{quoted(name)} is no suite: {', '.join(SUITES)}")])
    return SUITES[name]


def recipe_of(suite: Suite, items: int, seed: int, splits: Sequence[str]) -> Recipe:
    """The recipe of a call."""
    return Recipe(
        suite.name, suite.version, items, seed, tuple(name for name in SPLITS if name in splits), load().version
    )


def make(recipe: Recipe, folder: Path, engine: Engine, advance: Callable[[int], None] | None = None) -> dict[str, Any]:
    """Makes a suite in a folder, or goes on with one that was interrupted there.

    Args:
        recipe: What to make.
        folder: Where; it must be new, empty, or hold the beginning of the same.
        engine: Where the work is done.
        advance: Told how many items are there.

    Returns:
        The manifest.

    Raises:
        ValidationError: If the folder holds something else, or cannot be written.
    """
    blind_check.refuse(recipe.suite)
    notes = folder / _UNFINISHED
    _refuse_other(recipe, folder)
    write_whole_below(notes / _RECIPE, as_json(recipe._asdict()))
    suite = SUITES[recipe.suite]
    for config in tables.lacking(suite):
        for split in recipe.splits:
            write_whole_below(folder / f"data/{config}/{split}.parquet", parquet(tables.empty(config)))
    shards = _shards(recipe, folder)
    found: list[dict[str, Any]] = []
    for shard, made in zip(shards, engine.map(make_shard, shards, [shard.name for shard in shards]), strict=True):
        found.append(made)
        if advance:
            advance(shard.end - shard.start)
    manifest = _manifest(recipe, suite, found, folder)
    write_whole(folder / "README.md", _card(suite, recipe, manifest))
    write_whole(folder / MANIFEST, as_json(manifest))
    shutil.rmtree(notes, ignore_errors=True)  # another call may be making the same there, and remove them too
    return manifest


def write_whole_below(path: Path, data: bytes) -> None:
    """Writes a file whole, in folders that need not be there."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ValidationError([Problem("not-writable", str(path), f"cannot be written: {error.strerror}")]) from error
    write_whole(path, data)


def _refuse_other(recipe: Recipe, folder: Path) -> None:
    """Refuses a folder that holds anything but the beginning of the same suite."""
    if not folder.exists() or _has_nothing(folder):
        return
    note = folder / _UNFINISHED / _RECIPE
    known = parse_document(read_bytes(note), str(note))[0] if note.is_file() else None
    if not isinstance(known, dict):
        message = "is there already, and is no suite that was interrupted: name a new folder, or an empty one"
        raise ValidationError([Problem("not-writable", str(folder), message)])
    wanted = recipe._asdict() | {"splits": list(recipe.splits)}
    if differing := [f"{key} {known.get(key)}" for key, value in wanted.items() if known.get(key) != value]:
        message = f"holds the beginning of another suite ({', '.join(differing)}): name a new folder, or remove it"
        raise ValidationError([Problem("not-writable", str(folder), message)])


def _has_nothing(folder: Path) -> bool:
    """Is a folder empty, or as a call left it that was killed before it had said what it makes?"""
    if not folder.is_dir():
        return False
    notes = folder / _UNFINISHED
    begun = notes.is_dir() and all(is_unfinished(each.name) for each in notes.iterdir())
    return all(begun and each == notes for each in folder.iterdir())


def _shards(recipe: Recipe, folder: Path) -> list[Shard]:
    return [
        Shard(recipe.suite, split, recipe.seed, start // SHARD, start, min(start + SHARD, recipe.items), str(folder))
        for split in recipe.splits
        for start in range(0, recipe.items, SHARD)
    ]


def make_shard(shard: Shard) -> dict[str, Any]:
    """Writes the files of a shard, and the note that says so last; what is noted already is not made again.

    Returns:
        The note: rows and digest of the rows by config, and the hash of each file.
    """
    folder = Path(shard.folder)
    note = folder / _UNFINISHED / f"{shard.name}.json"
    if note.is_file():
        known, _ = parse_document(read_bytes(note), str(note))
        if _is_note(known, shard) and all(_is_whole(folder / name, sha) for name, sha in known["files"].items()):
            return dict(known)
    suite = SUITES[shard.suite]
    names = [item_id(shard.suite, shard.split, shard.seed, number) for number in range(shard.start, shard.end)]
    frames = tables.frames_of(suite, names, suite.items(shard.split, shard.seed, shard.start, shard.end))
    made: dict[str, Any] = {"split": shard.split, "rows": tables.rows_in(frames), "digests": {}, "files": {}}
    for config, frame in frames.items():
        data = parquet(frame)
        path = f"data/{config}/{shard.name}.parquet"
        write_whole_below(folder / path, data)
        made["digests"][config] = digest(frame)
        made["files"][path] = _sha256(data)
    write_whole(note, as_json(made))
    return made


def _is_note(found: Any, shard: Shard) -> bool:
    """Has it what is read of a note on this shard? What a person changed, or a full disk, is made again."""
    if not isinstance(found, dict) or found.get("split") != shard.split:
        return False
    configs = {tables.ITEMS, *SUITES[shard.suite].configs}
    parts: list[Any] = [found.get(name) for name in ("rows", "digests", "files")]
    if not all(isinstance(part, dict) for part in parts):
        return False
    rows, digests, files = parts
    return (
        rows.keys() == digests.keys() == configs
        and files.keys() == {f"data/{config}/{shard.name}.parquet" for config in configs}
        and all(type(count) is int for count in rows.values())
        and all(isinstance(word, str) for word in (*digests.values(), *files.values()))
    )


def _is_whole(path: Path, sha: str) -> bool:
    return path.is_file() and _sha256(path.read_bytes()) == sha


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _manifest(recipe: Recipe, suite: Suite, made: Sequence[Mapping[str, Any]], folder: Path) -> dict[str, Any]:
    """What vouches for the files: rows and digests by config and split, and a digest of all rows."""
    configs: dict[str, Any] = {}
    for config in (tables.ITEMS, *suite.configs):
        digests = [shard["digests"][config] for shard in made]
        rows = {
            split: sum(shard["rows"][config] for shard in made if shard["split"] == split) for split in recipe.splits
        }
        configs[config] = {"rows": sum(rows.values()), "splits": rows, "sha256": _sha256(dump_line(digests).encode())}
    files = {name: sha for shard in made for name, sha in shard["files"].items()}
    for path in sorted((folder / "data").glob("*/*.parquet")):
        name = path.relative_to(folder).as_posix()
        if name.split("/")[1] in tables.lacking(suite):
            files[name] = _sha256(path.read_bytes())
    inventory = as_json(PACKAGED.document | {"name": suite.name, "title": f"Détente challenge: {suite.name}"})
    write_whole(folder / INVENTORY, inventory)
    files[INVENTORY] = _sha256(inventory)
    return {
        "schema": "detente.manifest/1",
        "name": suite.name,
        "version": f"{suite.version}.0.0",
        "canary": PACKAGED.canary,
        "normalisation": NORMALISATION,
        "suite": recipe._asdict(),
        "lacking": list(tables.lacking(suite)),
        "sha256": _sha256(dump_line({config: each["sha256"] for config, each in configs.items()}).encode()),
        "configs": configs,
        "files": files,
    }


_CARD: Final = """---
{yaml}
---
# Détente challenge suite `{name}`

{summary}. **Constructed, not captured**: every item was made from annotated pages by a known operation, so that its
gold follows from how it was made. A score here says what an operation does to a model, not how the model does on pages
as they are found. However many items there are, they are variants of {sources} source pages a split.

Made by `detente challenge make {name} -n {items} --seed {seed}` from the dataset {data}.

{table}
"""


def _card(suite: Suite, recipe: Recipe, manifest: Mapping[str, Any]) -> str:
    """The card: its YAML is all that `load_dataset` needs."""
    from datasets import DatasetInfo
    from datasets.info import DatasetInfosDict
    from huggingface_hub import DatasetCardData

    from detente.dataset.features import features_of, features_of_columns

    data = DatasetCardData(
        pretty_name=f"Détente challenge: {suite.name}",
        configs=[
            {
                "config_name": config,
                "version": manifest["version"],
                "description": f"sha256:{each['sha256']}",
                "data_files": [{"split": split, "path": f"data/{config}/{split}-*.parquet"} for split in recipe.splits],
            }
            for config, each in manifest["configs"].items()
        ],
    )
    features = {config: features_of(config) for config in suite.configs}
    features[tables.ITEMS] = features_of_columns(tables.schema_of(tables.ITEMS))
    DatasetInfosDict({config: DatasetInfo(features=each) for config, each in features.items()}).to_dataset_card_data(
        data
    )
    rows = [(each.name, each.summary, *each.strengths) for each in suite.operations]
    lines = ["| operation | what it does | weak | medium | strong |", "|---|---|---|---|---|"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return _CARD.format(
        yaml=data.to_yaml(),
        sources=max(len(pages) for pages in PAGES.values()),
        table="\n".join(lines),
        summary=suite.summary[:1].upper() + suite.summary[1:],
        **{key: value for key, value in recipe._asdict().items() if key in ("items", "seed", "data")},
        name=suite.name,
    )
