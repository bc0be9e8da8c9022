"""The explorer as files: a start page, a page for each article, and one each for propositions, stances and sources."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from detente import __version__
from detente.data.corpus import Corpus, caveat
from detente.data.files import rewrite_folder
from detente.data.independent_sources import DEFINITION
from detente.data.problems import Problem, ValidationError
from detente.report.explorer import propositions, readings, sources, stances
from detente.report.explorer.article import article, shown_layers
from detente.report.explorer.values import Names
from detente.report.html.page import page
from detente.tasks.all import layers
from detente.text.display import listed

START: Final = "index.html"
_STYLES: Final = ("explorer/explorer.css",)
_SCRIPTS: Final = ("explorer/explorer.js",)
_GRAPH_SCRIPTS: Final = (*_SCRIPTS, "cytoscape/cytoscape.min.js", "explorer/graph.js")
CONSTRUCTED: Final = "Constructed, not captured: gold follows from how items were made of a few sources."
BACKGROUND: Final = "boilerplate"
"""The layer that is shown as the ground of the text; every other has a track below it."""


def files(corpus: Corpus) -> dict[str, bytes]:
    """Every file of the explorer of a corpus, by its name.

    Raises:
        ValidationError: If a file of the dataset is not the one that its manifest vouches for.
    """
    return {name: text.encode() for name, text in _pages(corpus)}


def write(corpus: Corpus, folder: Path) -> Path:
    """Writes the explorer of a corpus into a folder, whole, in the place of an earlier one.

    Returns:
        Its start page.

    Raises:
        ValidationError: If there is something else in the folder, it cannot be written, a file of the dataset is not
            the one that its manifest vouches for, or it has neither pages nor a suite's sentences.
    """
    if not corpus.articles and not corpus.suite:
        raise ValidationError([Problem("no-gold", str(corpus.folder), "has no pages to explore")])
    rewrite_folder(folder, files(corpus))
    return folder / START


def _pages(corpus: Corpus) -> Iterator[tuple[str, str]]:
    known: dict[str, Any] = {
        "corpus": corpus,
        "name": corpus.inventory.title,
        "made_by": f"detente {__version__}",
        "styles": _STYLES,
        "scripts": _SCRIPTS,
        "data": {},
    }

    def made(template: str, title: str, **values: Any) -> str:
        return page(
            f"explorer/{template}.html.jinja", title=f"{title} · {known['name']}", here=template, **(known | values)
        )

    if not corpus.articles:
        sentences = corpus.table("contrast").join(corpus.table("items"), on="id", maintain_order="left").to_dicts()
        yield START, made("sentences", "Explorer", sentences=sentences, caveat=CONSTRUCTED)
        return
    names, own = Names(corpus), shown_layers(layers(), corpus)
    read = readings.read(corpus, own)
    articles = [article(corpus, name, own, read, names) for name in corpus.articles]
    tracks = {layer.name: track for track, layer in enumerate(each for each in own if each.name != BACKGROUND)}
    said = CONSTRUCTED if corpus.suite else caveat(corpus.folder)
    yield START, made("index", "Explorer", articles=articles, notes=_notes(corpus, read), caveat=said)
    for place, each in enumerate(articles):
        beside = {"before": articles[place - 1 : place], "after": articles[place + 1 : place + 2]}
        yield f"{each.id}.html", made("article", each.id, article=each, tracks=tracks, **beside)
    joined = propositions.propositions(corpus, names)
    yield "propositions.html", made("propositions", "Propositions", propositions=joined, definition=_definition())
    holders = stances.stances(corpus, names)
    silent = stances.silent(holders)
    told = [each for each in holders if each not in silent]
    overview = stances.overview(told, corpus.inventory)
    yield "stances.html", made("stances", "Who stands where", holders=told, silent=silent, overview=overview)
    graph = sources.graph(corpus, names)
    yield (
        "sources.html",
        made(
            "sources",
            "Sources",
            graph=graph,
            meanings=sources.EDGES,
            registry=sources.registry(corpus, names),
            reuse=sources.reuse(corpus, names),
            scripts=_GRAPH_SCRIPTS if graph.nodes else _SCRIPTS,
            data={"graph": graph_document(graph)},
        ),
    )


def graph_document(graph: sources.Graph) -> dict[str, Any]:
    """What the script that draws the graph reads."""
    return {
        "nodes": [node._asdict() for node in graph.nodes],
        "edges": [
            {"id": edge.id, "start": edge.start, "end": edge.end, "kind": edge.kind, "translated": edge.translated}
            for edge in graph.edges
        ],
    }


def _definition() -> list[str]:
    """The rules of `DEFINITION`, one by one."""
    return [" ".join(rule.split()) for rule in DEFINITION.replace("`", "").split("* ") if rule.strip()]


def _notes(corpus: Corpus, read: readings.Readings) -> list[str]:
    """What this explorer does not have, in words."""
    if corpus.suite:
        return []
    found = list(read.notes)
    if corpus.text_free:
        found.append(
            "This is a text-free export: it has labels and places, and not the pages' text. Join it with your own"
            " copies of the pages (detente dataset join) to see it."
        )
    absent = [f"{layer} on {listed(pages)}" for layer, pages in corpus.absent.items() if pages]
    return found + ([f"Not labelled yet: {'; '.join(absent)}."] if absent else [])
