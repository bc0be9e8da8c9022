"""The dataset for people: a page with its gold labels, and what is known of the whole."""

from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from rich.console import Console

from detente.data.corpus import Corpus, caveat
from detente.data.jsonl import Record
from detente.report.tables import print_painted
from detente.tasks.all import layers
from detente.tasks.layer import Painted, Painter

_CONSTRUCTED: Final = (
    "Constructed, not captured: the gold follows from how items were made, and all of them are variants of a few pages."
)


def painters() -> dict[str, Painter]:
    """How to show a row of each layer that can be shown on a page, by the layer's name."""
    return {layer.name: layer.paint for layer in layers() if layer.paint}


def show(corpus: Corpus, article: str, name: str) -> None:
    """Prints one layer of one page; colours only on a terminal.

    Raises:
        KeyError: If there is no such article.
        ValueError: If there is no such layer, or it has no rows to show on a page.
    """
    paint = painters().get(name)
    if paint is None:
        raise ValueError(f"{name} is not a layer that is shown")
    page = corpus.articles[article]
    console = Console(highlight=False, emoji=False)
    print_painted([[(f"{article}: {page['headline'] or 'no headline'}", "bold")]], console)
    rows = cache(corpus.rows)
    for row in rows(name):
        if row["article"] == article:
            print_painted([*paint(page["text"], row, rows), *_alternatives(row)], console)


def _alternatives(row: Record) -> Iterator[Painted]:
    for other in row.get("alternatives", ()):
        yield [(f"    or {other['field']} {other['value']}: {other['reason']}", "dim")]


def info(corpus: Corpus) -> dict[str, Any]:
    """What is known of the dataset: version, hashes, counts, agreement, caveat; of a suite how it was made."""
    manifest = corpus.manifest
    rows = {name: config["rows"] for name, config in manifest["configs"].items()}
    hashes = {name: config["sha256"] for name, config in manifest["configs"].items()}
    if corpus.suite:
        own = {"suite": corpus.suite, "caveat": _CONSTRUCTED, "absent": {}}
    else:
        own = {"caveat": caveat(corpus.folder), "absent": dict(corpus.absent), **corpus.agreement}
    return {
        **{name: manifest[name] for name in ("name", "version", "sha256", "normalisation", "canary")},
        "families": len({row["family"] for row in corpus.articles.values()}),
        "rows": rows,
        "hashes": hashes,
        **own,
    }
