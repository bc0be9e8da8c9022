"""Checks of a suite: every digest of its manifest, its tables against their models, and gold against text."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pandera.polars as pa
import polars as pl

from detente.challenge import tables
from detente.challenge.all import SUITES
from detente.challenge.suite import CONTROL, Suite, Variant
from detente.data.annotated import Table, Tables
from detente.data.corpus import MANIFEST, Corpus, load
from detente.data.inventory import Inventory
from detente.data.jsonl import Record, dump_line
from detente.data.model import ARTICLE_ID
from detente.data.problems import Problem, ValidationError
from detente.dataset import checks, checks_spans, schema
from detente.dataset.build import digest

_SHARED: Final = "propositions"
"""The config whose rows are of a control, and are referred to by all of its variants, in whatever shard these are."""
TOGETHER: Final = 10
"""So many items are checked at a time: some checks look at all rows for each page."""

Shard = Mapping[str, tuple[str, pl.DataFrame]]
"""The files of one part of a split, by config, each by its name and rows."""


def problems_of(folder: Path) -> list[Problem]:
    """Every problem of a suite, in all of its splits.

    Raises:
        ValidationError: If nothing is built there, or it was made by a suite that this version does not have.
    """
    first = Corpus(folder)
    if changed := first.changed():
        return changed
    suite = _suite_of(first)
    found: list[Problem] = []
    digests: dict[str, list[str]] = {config: [] for config in first.manifest["configs"]}
    rows: dict[str, Counter[str]] = {config: Counter() for config in digests}
    for split in first.manifest["suite"]["splits"]:
        corpus = load(folder, split)
        known = corpus.table(tables.ITEMS)
        controls = frozenset(known.filter(pl.col("operation") == CONTROL)["item"])
        shared = _by_control(corpus, suite)
        found += _twice(known, corpus)
        for shard in _shards(corpus, suite):
            for config, (_, frame) in shard.items():
                digests[config].append(digest(frame))
                rows[config][split] += len(frame)
            found += _problems_of_shard(shard, suite, corpus.inventory, controls, shared)
    return [*found, *_of_manifest(first, digests, rows)]


def _by_control(corpus: Corpus, suite: Suite) -> dict[str, list[Record]]:
    """The rows of a split that are of a control, by its id."""
    found: dict[str, list[Record]] = {}
    for row in corpus.table(_SHARED).to_dicts() if _SHARED in suite.configs else ():
        found.setdefault(_owner(_SHARED, row), []).append(row)
    return found


def _owner(config: str, row: Record) -> str:
    """The id of the page or sentence that a row is of."""
    if config == _SHARED:
        return "-".join(row["id"].split("-")[:3])
    return str(row.get("article", row["id"]))


def _suite_of(corpus: Corpus) -> Suite:
    made = corpus.manifest["suite"]
    suite = SUITES.get(made["suite"])
    if suite is None or suite.version != made["version"]:
        here = ", ".join(f"{each.name} {each.version}" for each in SUITES.values())
        message = f"was made by the suite {made['suite']} {made['version']}, and this version has {here}"
        raise ValidationError([Problem("suite-unknown", str(corpus.folder), message)])
    return suite


def _twice(items: pl.DataFrame, corpus: Corpus) -> Iterator[Problem]:
    """Ids of a split that stand in several shards."""
    for name in items.filter(pl.col("id").is_duplicated())["id"].unique(maintain_order=True):
        yield Problem("id-duplicate", f"{corpus.folder}/data/{tables.ITEMS}", f"{name} stands more than once")


def _shards(corpus: Corpus, suite: Suite) -> Iterator[Shard]:
    files = {config: corpus.files_of(config) for config in (tables.ITEMS, *suite.configs)}
    if len({len(names) for names in files.values()}) > 1:
        message = f"has not as many files of each of {', '.join(files)} in {corpus.split}"
        raise ValidationError([Problem("dataset-changed", str(corpus.folder / MANIFEST), message)])
    for names in zip(*files.values(), strict=True):
        yield {config: (name, corpus.table_in(name)) for config, name in zip(files, names, strict=True)}


def _of_manifest(
    corpus: Corpus, digests: Mapping[str, Sequence[str]], rows: Mapping[str, Mapping[str, int]]
) -> Iterator[Problem]:
    """Rows and digests that the manifest has otherwise than they are."""
    manifest, place = corpus.manifest, str(corpus.folder / MANIFEST)
    shas = {config: _sha256(dump_line(list(each))) for config, each in digests.items()}
    for config, each in manifest["configs"].items():
        known: dict[str, Any] = {"rows": sum(rows[config].values()), "splits": dict(rows[config])}
        known["sha256"] = shas[config]
        for key in (key for key, value in known.items() if each.get(key) != value):
            yield Problem("dataset-changed", place, f"{key} of {config} is {each.get(key)}; its rows say {known[key]}")
    if manifest["sha256"] != (whole := _sha256(dump_line(shas))):
        yield Problem("dataset-changed", place, f"sha256 is {manifest['sha256']}; the configs say {whole}")


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _problems_of_shard(
    shard: Shard,
    suite: Suite,
    inventory: Inventory,
    controls: frozenset[str],
    shared: Mapping[str, Sequence[Record]],
) -> list[Problem]:
    found: list[Problem] = []
    for config, (name, frame) in shard.items():
        wanted = tables.schema_of(config)
        if dict(frame.schema) != wanted:
            message = f"has the columns {', '.join(frame.columns)}; {config} has {', '.join(wanted)}, of other types"
            found.append(Problem("wrong-type", name, message))
    if found:
        return found
    made = {config: _table(config, name, frame, inventory) for config, (name, frame) in shard.items()}
    for config, table in made.items():
        found += schema.table_problems(config, shard[config][1], table.places, model_of(config, inventory), inventory)
    found += _of_items(made, suite, controls)
    layers = [schema.LAYERS[config] for config in suite.configs]
    referring = [layer for layer in layers if any(_SHARED in each.registries for each in layer.references)]
    for part in _parts(made, inventory, shared):
        found += checks.references_registered(part, referring)
        found += checks.ids_made_of_fields(part, layers)
        found += checks.alternatives_known(part, layers)
        for each in checks_spans.CHECKS:
            found += each(part, layers)
        for check in (check for layer in layers for check in (*layer.row_checks, *layer.checks)):
            found += check(part)
    return found


def model_of(config: str, inventory: Inventory) -> pa.DataFrameSchema:
    """What pandera asks of a table of a suite: what it asks of the dataset's, but for families, which are pages."""
    if config == tables.ITEMS:
        items: pa.DataFrameSchema = tables.Items.to_schema()
        return items
    model = schema.model_of(config, inventory)
    if config != "articles":
        return model
    fitting: pa.DataFrameSchema = model.update_columns({"family": {"checks": [pa.Check.str_matches(ARTICLE_ID)]}})
    return fitting


def _table(config: str, name: str, frame: pl.DataFrame, inventory: Inventory) -> Table:
    rows = frame.to_dicts()
    return Table(config, rows, [f"{name}:{number}" for number in range(1, len(rows) + 1)], inventory=inventory)


def _of_items(made: Tables, suite: Suite, controls: frozenset[str]) -> Iterator[Problem]:
    """Each row of `items` is of a row of gold, of a control and a variant that there are, and of its source."""
    gold = {row["id"]: row for row in made[suite.configs[0]].rows}
    told = {row["id"] for row in made[tables.ITEMS].rows}
    variants = {*suite.variants}
    for place, row in made[tables.ITEMS]:
        variant = Variant(row["operation"], row["strength"])
        if row["id"] not in gold:
            yield Problem("item-wrong", place, f"{row['id']} is not in {suite.configs[0]}")
        if variant not in variants:
            yield Problem("item-wrong", place, f"{suite.name} has no operation {variant.operation}, {variant.strength}")
        if row["base"] not in controls or (variant.operation == CONTROL) != (row["base"] == row["item"]):
            yield Problem("item-wrong", place, f"{row['base']} is not the control of {row['item']}")
        family = gold.get(row["id"], {}).get("family")
        if not row["sources"] or family not in (None, row["sources"][0]):
            message = f"{row['id']} is of the family {family}, and the first of its sources is another page"
            yield Problem("item-wrong", place, message)
    for config, table in made.items():
        known = controls if config == _SHARED else told
        for place, row in table:
            if config != tables.ITEMS and (owner := _owner(config, row)) not in known:
                yield Problem("item-wrong", place, f"{owner} is not in {tables.ITEMS}")


def _parts(made: Tables, inventory: Inventory, shared: Mapping[str, Sequence[Record]]) -> Iterator[Tables]:
    """The tables of some items at a time, what these share with others, and no layer that is not made."""
    names = list(dict.fromkeys(row["item"] for row in made[tables.ITEMS].rows))
    place_of = {name: number // TOGETHER for number, name in enumerate(names)}
    part_of = {row["id"]: place_of[row["item"]] for row in made[tables.ITEMS].rows}
    lines: dict[int, dict[str, list[tuple[str, dict[str, Any]]]]] = {number: {} for number in place_of.values()}
    for config, table in made.items():
        for place, row in table:
            owner = _owner(config, row)
            if config not in (tables.ITEMS, _SHARED) and owner in part_of:
                lines[part_of[owner]].setdefault(config, []).append((place, row))
    for part, base in dict.fromkeys((part_of[row["id"]], row["base"]) for row in made[tables.ITEMS].rows):
        lines[part].setdefault(_SHARED, []).extend((row["id"], row) for row in shared.get(base, ()))
    none = {
        name: Table(name, [], [], absent=frozenset(() if name in made else part_of), inventory=inventory)
        for name in schema.LAYERS
    }
    for found in lines.values():
        yield none | {
            config: replace(none[config], rows=[row for _, row in each], places=[place for place, _ in each])
            for config, each in found.items()
        }
