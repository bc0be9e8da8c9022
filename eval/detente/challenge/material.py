"""What suites are made from: annotated pages and invented sites, each of one split."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from detente.challenge.draft import Draft, draft_of
from detente.data.corpus import load, project_root
from detente.data.jsonl import Record

TRIAL: Final = "trial"
PAGES: Final[Mapping[str, tuple[str, ...]]] = {
    "train": ("detente-800", "detente-801"),
    "validation": ("detente-000", "detente-001"),
    "test": ("detente-002", "detente-003", "detente-004"),
}
"""The pages of each split. Those of `train` are the invented ones on which the guidelines were tried, so that what is
trained on it can be tried on the five pages; 000 and 001 share their text."""


@dataclass(frozen=True)
class Material:
    """What one split is made from.

    Attributes:
        pages: The annotated pages by id.
        sites: The invented sites: segment type to lines, and the `name`.
        scripts: Lines in other scripts than the pages'.
        captions: Invented captions, for pages that have none.
    """

    pages: Mapping[str, Draft]
    sites: tuple[Mapping[str, Any], ...]
    scripts: tuple[str, ...]
    captions: tuple[str, ...]


@cache
def material(split: str) -> Material:
    """The material of a split."""
    import yaml

    invented = yaml.safe_load((files("detente.challenge") / "sites.yaml").read_text(encoding="utf-8"))
    pages = _trial() if split == "train" else _packaged()
    return Material(
        {name: pages[name] for name in PAGES[split]},
        tuple(invented[split]),
        tuple(invented["scripts"][split]),
        tuple(invented["captions"][split]),
    )


@cache
def claims(split: str) -> dict[str, tuple[Record, ...]]:
    """The claims of the pages of a split, by page, as they are published."""
    rows = _tables(split, "claims")
    return {name: tuple(row for row in rows if row["article"] == name) for name in PAGES[split]}


@cache
def propositions(split: str) -> dict[str, Record]:
    """The propositions that the claims of a split's pages may be linked with, by id."""
    return {row["id"]: row for row in _tables(split, "propositions")}


def _tables(split: str, config: str) -> list[Record]:
    from detente.dataset import annotations, schema

    if split != "train":
        return load().rows(config)
    tables, _ = annotations.read(trial_folder())
    return schema.complete(tables)[config].rows


def _packaged() -> dict[str, Draft]:
    corpus = load()
    rows = corpus.rows("boilerplate")
    return {
        name: draft_of(page["text"], [row for row in rows if row["article"] == name])
        for name, page in corpus.articles.items()
    }


def _trial() -> dict[str, Draft]:
    from detente.dataset import annotations

    tables, _ = annotations.read(trial_folder())
    rows = tables["boilerplate"].rows
    return {
        page["id"]: draft_of(page["text"], [row for row in rows if row["article"] == page["id"]])
        for page in tables["articles"].rows
    }


def trial_folder() -> Path:
    """The corpus of invented pages: the checkout's own, else the copy inside the installed package."""
    root = project_root()
    return root / "annotations" / TRIAL if root else Path(__file__).resolve().parents[1] / "_data" / TRIAL
