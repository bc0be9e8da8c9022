"""From annotations to the published dataset: every file is made in memory first, then compared or written whole."""

import difflib
import hashlib
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import polars as pl

from detente.data.annotated import Tables
from detente.data.corpus import INVENTORY as INVENTORY_NAME
from detente.data.corpus import Corpus, blind_name, table_name
from detente.data.files import write_whole
from detente.data.inventory import PACKAGED
from detente.data.jsonl import describe, dump_line, dump_lines, without_nan
from detente.data.problems import Problem, ValidationError
from detente.dataset import annotations, card, checks, croissant, floors, metadata, schema
from detente.dataset import statistics as counts
from detente.dataset.quality import adversarial_review, agreement
from detente.dataset.quality import passes as annotators
from detente.dataset.quality.adversarial_review import Found, Review
from detente.dataset.quality.passes import Passes
from detente.text.display import shortened
from detente.text.normalization import NORMALISATION

MANIFEST: Final = "dataset/manifest.json"
CROISSANT: Final = f"dataset/{croissant.CROISSANT}"
AGREEMENT: Final = "dataset/agreement.json"
INVENTORY: Final = f"dataset/{INVENTORY_NAME}"
CARD: Final = "dataset/README.md"
DATASHEET: Final = "DATASHEET.md"
README: Final = "README.md"
TRIAL: Final = "annotations/trial"
DERIVED_FOLDERS: Final = ("dataset/text", "dataset/data", "dataset/blind")
CANARY: Final = PACKAGED.canary
"""Stands in the manifest, the card and the datasheet, so that training data which holds them can be found."""

_LONG_STRING: Final = re.compile(r'"((?:[^"\\]|\\.){121,})"')
"""A long string of a row as JSON, as the text of a page is."""
VOUCHED: Final = (".parquet", ".json", ".jsonl", ".txt")
"""The files whose hashes stand in the manifest: those that programs read."""

Files = dict[str, bytes]
"""Path below the root to content."""


def _sha256(data: bytes | str) -> str:
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()


def digest(frame: pl.DataFrame) -> str:
    """SHA-256 of a table's schema and of its rows as canonical JSON Lines; no Parquet writer has a say in it."""
    return _sha256(
        dump_line({name: str(dtype) for name, dtype in frame.schema.items()}) + "\n" + dump_lines(frame.to_dicts())
    )


class Checked(NamedTuple):
    """A corpus without problems.

    Attributes:
        tables: The gold and the registries, complete.
        passes: The annotators' passes.
        reviews: What reviewers of the labels achieved.
        trial: The corpus of invented pages that the guidelines were tried on, if there is one.
    """

    tables: Tables
    passes: Passes
    reviews: list[Review]
    trial: "Checked | None" = None

    @property
    def found(self) -> Found:
        """How firm the labels are, measured anew."""
        trial = agreement.measures(self.trial.passes, self.trial.texts) if self.trial else []
        measured = agreement.measures(self.passes, self.texts)
        return Found(measured, trial, self.reviews, agreement.left_out(self.passes, self.texts))

    @property
    def texts(self) -> dict[str, str]:
        """The text of each article."""
        return {row["id"]: row["text"] for row in self.tables["articles"].rows}


def check(root: Path) -> Checked:
    """Reads a corpus and checks all of it: gold and registries, then passes and reviews, which name what is there.

    Raises:
        ValidationError: With every problem; those of passes and reviews once the gold has none.
    """
    if problems := annotations.read_inventory(root)[1]:
        raise ValidationError(problems)  # of labels that it may or may not have, nothing can be said
    read, problems = annotations.read(root)
    tables = schema.complete(read)
    if problems := problems + checks.problems_of(tables):
        raise ValidationError(problems)
    passes, problems = annotators.read(root, tables)
    reviews, others = adversarial_review.reviews(root, tables)
    if problems := problems + others:
        raise ValidationError(problems)
    return Checked(tables, passes, reviews, _trial(root))


def _trial(root: Path) -> Checked | None:
    """The invented pages, a corpus of their own below `annotations/`; problems are placed as seen from `root`."""
    if not (root / TRIAL).is_dir():
        return None
    try:
        return check(root / TRIAL)
    except ValidationError as invalid:
        inside = [each._replace(location=f"{TRIAL}/{each.location}") for each in invalid.problems]
        raise ValidationError(inside) from invalid


def files_of(root: Path) -> Files:
    """Everything that is derived, made from the annotations.

    Args:
        root: The folder that holds `annotations/` and `dataset/`.

    Raises:
        ValidationError: If the corpus has problems.
    """
    return made_of(check(root), root)


def made_of(checked: Checked, root: Path) -> Files:
    """Everything that is derived, made from a checked corpus; arguments and errors as of `files_of`."""
    tables = checked.tables
    version = _version(root)
    frames = {config: schema.frame_of(tables[config]) for config in schema.PUBLISHED}
    digests = {config: digest(frame) for config, frame in frames.items()}
    files: Files = {f"dataset/text/{row['id']}.txt": row["text"].encode() for row in tables["articles"].rows}
    for config, frame in frames.items():
        files[f"dataset/{table_name(config)}"] = parquet(frame)
    absent = {name: sorted(tables[name].absent) for name in frames if tables[name].absent}
    inventory = tables["articles"].inventory
    made = Corpus(root / "dataset", frames, absent, inventory)
    baselines = floors.predictions(made)
    for task, lines in floors.blind(baselines).items():
        files[f"dataset/{blind_name(task)}"] = dump_lines(lines).encode()
    found = checked.found
    files[AGREEMENT] = as_json(found.document())
    files[INVENTORY] = as_json(inventory.document)
    blocks = counts.blocks(tables, found) | {"floors": counts.markdown(*floors.table(baselines, made))}
    blocks["baselines"] = counts.markdown(*floors.described())
    if known := metadata.read(root):
        inside = {name.removeprefix("dataset/"): data for name, data in files.items()}
        files[CROISSANT] = as_json(croissant.croissant(known, version, frames, inside))
        files[metadata.CITATION] = metadata.citation(known, version).encode()
        blocks |= metadata.blocks(known, version)
    rows = sum(map(len, frames.values()))
    yaml = card.front_matter(version, digests, known, rows, inventory)
    files |= _documents(root, blocks, counts.in_prose(tables), yaml)
    manifest = {
        "schema": "detente.manifest/1",
        "name": inventory.name,
        "version": version,
        "canary": inventory.canary,
        "normalisation": NORMALISATION,
        **({"absent": absent} if absent else {}),
    }
    inside = {name.removeprefix("dataset/"): data for name, data in files.items() if name.startswith("dataset/")}
    files[MANIFEST] = as_json(manifest | vouched(frames, inside))
    return files


def parquet(frame: pl.DataFrame) -> bytes:
    """A table as Parquet."""
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd", statistics=False)
    return buffer.getvalue()


def vouched(frames: Mapping[str, pl.DataFrame], files: Files) -> dict[str, Any]:
    """What a manifest says of rows and files: a digest of all rows, those of each config, the hash of each file.

    Args:
        frames: The tables by config.
        files: The derived files below the folder of the dataset; documents, which people edit, are left out.
    """
    digests = {config: digest(frame) for config, frame in frames.items()}
    return {
        "sha256": _sha256(dump_line(digests)),
        "configs": {config: {"rows": len(frame), "sha256": digests[config]} for config, frame in frames.items()},
        "files": {name: _sha256(data) for name, data in sorted(files.items()) if Path(name).suffix in VOUCHED},
    }


def as_json(document: object) -> bytes:
    """A document as indented JSON; what is not a number is null."""
    return (json.dumps(without_nan(document), indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _documents(root: Path, blocks: dict[str, str], numbers: dict[str, int], yaml: str) -> Files:
    """The card, and what a corpus may have beside it: what people wrote, with what is generated in its places."""
    rendered: dict[str, Callable[[str], str]] = {
        CARD: lambda text: card.render(text, blocks, counts.card_blocks(), yaml),
        DATASHEET: lambda text: card.render(text, blocks, ()),
        README: lambda text: text,  # its table is of extractors, which the build does not run
    }
    files: Files = {}
    problems = []
    for name, render in rendered.items():
        path = root / name
        if path.is_file():
            try:
                files[name] = card.with_counts(render(path.read_text("utf-8")), numbers).encode()
            except ValueError as error:
                problems.append(Problem("card-blocks", name, str(error)))
        elif name == CARD:
            problems.append(Problem("file-missing", name, "write it, with a place for each generated table"))
    if problems:
        raise ValidationError(problems)
    return files


def _version(root: Path) -> str:
    path = root / "annotations" / "VERSION"
    if not path.is_file():
        raise ValidationError(
            [Problem("file-missing", "annotations/VERSION", "write the dataset's version there, as 1.0.0")]
        )
    version = path.read_bytes().decode("utf-8", "replace").strip()
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        message = f"the version {describe(version)} is not three numbers with points between, as 1.0.0"
        raise ValidationError([Problem("value-pattern", "annotations/VERSION", message)])
    return version


def _strangers(root: Path, files: Files) -> list[Path]:
    present = [path for name in DERIVED_FOLDERS for path in (root / name).rglob("*")] + [root / CROISSANT]
    return sorted(path for path in present if path.is_file() and path.relative_to(root).as_posix() not in files)


def write(root: Path, files: Files) -> list[str]:
    """Writes what differs, each file whole and the manifest last; removes derived files that nothing makes any more.

    Returns:
        The names of the files that were written or removed.
    """
    changed = []
    for name in sorted(files, key=lambda name: name == MANIFEST):
        path = root / name
        if not path.is_file() or path.read_bytes() != files[name]:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, files[name])
            changed.append(name)
    for path in _strangers(root, files):
        path.unlink()
        changed.append(path.relative_to(root).as_posix())
    return changed


def differences(root: Path, files: Files) -> Iterator[str]:
    """How the files in `dataset/` differ from what the annotations make, as the lines of a unified diff.

    Parquet bytes embed their writer's version, so Parquet files are compared as schema and rows, and each with the
    hash that the manifest beside it gives.
    """
    for name, present, made in differing(root, files):
        yield from _diff(name, present, made)
    yield from (f"{path.relative_to(root).as_posix()}: nothing makes this file" for path in _strangers(root, files))
    if known := metadata.read(root):
        yield from metadata.drift(root, known)
    for problem in Corpus(root / "dataset").changed():
        name = Path(problem.location).relative_to(root).as_posix()
        if problem.code == "dataset-changed" and name in files and name != MANIFEST:  # its own diff tells of that
            yield f"{name}: its bytes have not the hash in {MANIFEST}"


def differing(root: Path, files: Files) -> Iterator[tuple[str, str, str]]:
    """Of each file that is not to the byte what the annotations make: its name, what it says, and what they make."""
    for name, made in files.items():
        path = root / name
        present = path.read_bytes() if path.is_file() else b""
        if present != made:
            yield name, _readable(name, present), _readable(name, made)


def _diff(name: str, present: str, made: str) -> Iterator[str]:
    names = (f"{name} (present)", f"{name} (rebuilt)")
    for line in difflib.unified_diff(present.splitlines(), made.splitlines(), *names, lineterm="", n=1):
        if name.endswith(".parquet"):  # a row is shown whole, with the start and the end of what is long in it
            yield _LONG_STRING.sub(lambda match: f'"{shortened(match[1])}"', line)
        else:
            yield shortened(line)


def _readable(name: str, data: bytes) -> str:
    if not data:
        return ""
    if name.endswith(".parquet"):
        try:
            frame = pl.read_parquet(data)
        except pl.exceptions.PolarsError:
            return "not Parquet"
        return "\n".join([str(dict(frame.schema)), *(dump_line(row) for row in frame.iter_rows(named=True))])
    text = data.decode("utf-8", "replace")
    return _without_parquet_hashes(text) if name == MANIFEST else text


def _without_parquet_hashes(text: str) -> str:
    try:
        manifest: dict[str, Any] = json.loads(text)
        manifest["files"] = {k: "" if k.endswith(".parquet") else v for k, v in manifest["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return text
    return json.dumps(manifest, indent=2, ensure_ascii=False)
