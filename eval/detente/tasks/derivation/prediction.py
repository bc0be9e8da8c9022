"""What a line says of a page: the texts that it draws on, each with its degree and kind if those are predicted."""

from functools import partial

from detente.data.fields import Field, label, objects, read, registered
from detente.data.jsonl import Record
from detente.data.labels import DEGREES, DERIVATION_KINDS
from detente.tasks.derivation.edges import Article, Edge


def parse(article: Article, record: Record) -> tuple[Edge, ...]:
    """The edges of a line, by the id of their source.

    Raises:
        PredictionError: With every fault of the line.
    """
    edge = partial(_edge, article)
    edges = read(
        record,
        lambda line: line.get("edges", objects(edge, ("source",), ("degree", "kind"), lambda edge: edge.source)),
    )
    return tuple(sorted(edges, key=lambda edge: edge.source))


def _edge(article: Article, item: Field) -> Edge:
    def source(field: Field) -> str | None:
        if field.value == article.id:
            return field.refuse("label-unknown", f"{field.path} is the page's own id: no page derives from itself")
        return registered(article.known)(field)

    return Edge(
        item.get("source", source) or "",
        item.get("degree", label(DEGREES)),
        item.get("kind", label(DERIVATION_KINDS)),
    )
