"""Where the pages' words come from: a graph of pages, texts, speakers and those for whom they speak; and reuse.

The graph is drawn in columns, from the pages on the left to states on the right, with as few crossings as a few sweeps
find; the order is the same on every machine.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from rapidfuzz.distance import Indel

from detente.data.corpus import Corpus
from detente.data.jsonl import Record
from detente.report.explorer.values import Names, Value, href
from detente.text.display import counted

COLUMNS: Final[Mapping[str, int]] = {
    "article": 0,
    **dict.fromkeys(("outlet", "agency", "text"), 1),
    "event": 2,
    **dict.fromkeys(("person", "official_body", "group", "voice"), 3),
    **dict.fromkeys(("state", "bloc"), 4),
}
"""The column of each kind of node."""
EDGES: Final[Mapping[str, str]] = {
    "copy": "a text is taken from another, or from one that both have in common",
    "quote": "a text cites another: an agency's, an official one, what somebody said",
    "via": "a nearer text is named through which something came, and nothing says how",
    "said": "whose words an event is",
    "speaks_for": "whose policy somebody voices",
    "cites": "a claim of a page is told by somebody: the innermost source of its chains",
    "reuse": "passages of two pages match",
}
"""The kinds of edges, and what they mean."""
_COPIES: Final = ("agency_copy", "outlet_to_outlet", "common_source")
_SWEEPS: Final = 6
_ALL: Final = 1 << 31


class Node(NamedTuple):
    """A node: `x` is its column and `y` its place in it, from 0 on."""

    id: str
    name: str
    kind: str
    x: int
    y: float


class Edge(NamedTuple):
    """An edge from the text to where it comes from.

    Attributes:
        id: Its own.
        start: The node that draws on the other.
        end: The other.
        kind: One of `EDGES`.
        translated: Was it translated on the way, by all that is known?
        label: What it is in words.
        rows: The rows that say so.
    """

    id: str
    start: str
    end: str
    kind: str
    translated: bool
    label: str
    rows: list[Value]


class Graph(NamedTuple):
    """The nodes and edges."""

    nodes: list[Node]
    edges: list[Edge]


class Source(NamedTuple):
    """A source or an event as the registry has it, with who names it."""

    id: str
    name: str
    kind: str
    facts: list[tuple[str, list[Value]]]


Word = tuple[str, bool]
"""Words of a passage, and whether the other passage has them, too."""


class Pair(NamedTuple):
    """Two passages that match, side by side."""

    id: str
    operation: Value
    left: Value
    right: Value
    left_words: list[Word]
    right_words: list[Word]
    alternatives: list[tuple[str, str]]


class Reuse(NamedTuple):
    """The passages that two articles share."""

    left: Value
    right: Value
    pairs: list[Pair]


def graph(corpus: Corpus, names: Names) -> Graph:
    """The graph of everything that derivation, attribution, reuse and the registries join."""
    edges = [*_derivation(corpus), *_citations(corpus, names), *_reuse_edges(corpus)]
    used = {node for edge in edges for node in (edge.start, edge.end)}
    edges += _speakers(corpus, used)
    return Graph(_placed(_nodes(corpus, edges, names), edges), edges)


def _derivation(corpus: Corpus) -> Iterable[Edge]:
    """An edge from the nearest text on; edges that several articles share are one."""
    direct = {(row["article"], row["source"]) for row in corpus.rows("derivation", "article", "source")}
    found: dict[tuple[str, str, str, bool], list[Record]] = {}
    for row in corpus.rows("derivation"):
        kind = "copy" if row["kind"] in _COPIES else "quote"
        near = row["via"] or row["article"]
        found.setdefault((near, row["source"], kind, bool(row["translated"])), []).append(row)
        if row["via"] and (row["article"], row["via"]) not in direct:
            found.setdefault((row["article"], row["via"], "via", False), []).append(row)
    for (start, end, kind, translated), rows in found.items():
        words = list(dict.fromkeys(f"{row['kind'].replace('_', ' ')}, {row['degree']}" for row in rows))
        links = [Value(row["id"], href(row["article"], "derivation", row["id"])) for row in rows]
        label = "; ".join(words) + (", translated" if translated else "")
        yield Edge(f"{kind} {start} {end} {translated}", start, end, kind, translated, label, links)


def _citations(corpus: Corpus, names: Names) -> Iterable[Edge]:
    found: dict[tuple[str, str], list[str]] = {}
    voices = {row["id"] for row in corpus.rows("sources", "id", "kind") if row["kind"] == "voice"}
    for row in corpus.rows("attribution", "article", "claim", "chain"):
        for source in row["chain"][-1]["sources"] if row["chain"] else ():
            if source not in voices:
                found.setdefault((row["article"], source), []).append(row["claim"])
    for (article, source), claims in found.items():
        own = list(dict.fromkeys(claims))
        links = [names.named(claim) for claim in own]
        yield Edge(f"cites {article} {source}", article, source, "cites", False, counted(len(own), "claim"), links)


def _reuse_edges(corpus: Corpus) -> Iterable[Edge]:
    found: dict[tuple[str, str], list[str]] = {}
    for row in corpus.rows("reuse", "id", "article", "source"):
        found.setdefault((row["article"], row["source"]), []).append(row["id"])
    for (article, source), rows in found.items():
        links = [Value(row, href("sources", row)) for row in rows]
        yield Edge(f"reuse {article} {source}", article, source, "reuse", False, counted(len(rows), "passage"), links)


def _speakers(corpus: Corpus, used: set[str]) -> Iterable[Edge]:
    """Whose words the events in the graph are, and for whom the sources in it speak, as far as that leads."""
    for row in corpus.rows("events", "id", "speaker"):
        if row["id"] in used and row["speaker"]:
            used.add(row["speaker"])
            link = [Value(row["id"], href("sources", row["id"]))]
            yield Edge(f"said {row['id']}", row["id"], row["speaker"], "said", False, "said by", link)
    speaks_for = {row["id"]: row["speaks_for"] for row in corpus.rows("sources", "id", "speaks_for")}
    waiting = sorted(used)
    while waiting:
        name = waiting.pop(0)
        if whom := speaks_for.pop(name, None):
            link = [Value(name, href("sources", name))]
            yield Edge(f"speaks_for {name}", name, whom, "speaks_for", False, "speaks for", link)
            waiting.append(whom)


def _nodes(corpus: Corpus, edges: Sequence[Edge], names: Names) -> list[Node]:
    kinds = dict.fromkeys(corpus.articles, "article")
    kinds |= {row["id"]: row["kind"] for row in corpus.rows("sources", "id", "kind")}
    kinds |= {row["id"]: "event" for row in corpus.rows("events", "id")}
    used = {node for edge in edges for node in (edge.start, edge.end)}
    found = []
    for name, kind in kinds.items():
        if name in used:
            called = name if kind in ("article", "event") else names.called(name).text
            found.append(Node(name, called, kind, COLUMNS.get(kind, 3), 0))
    return found


def _placed(nodes: Sequence[Node], edges: Sequence[Edge]) -> list[Node]:
    """The nodes with their places: each column sorted by where its neighbours in others are, a few times over."""
    column = {node.id: node.x for node in nodes}
    columns: dict[int, list[str]] = {}
    for node in nodes:
        columns.setdefault(node.x, []).append(node.id)
    neighbours: dict[str, list[str]] = {node.id: [] for node in nodes}
    for edge in edges:
        if column[edge.start] != column[edge.end]:
            neighbours[edge.start].append(edge.end)
            neighbours[edge.end].append(edge.start)
    place = {name: y for own in columns.values() for name, y in _spread(own).items()}
    for sweep in range(_SWEEPS):
        for x in sorted(columns, reverse=bool(sweep % 2)):
            beside = {name: [place[other] for other in neighbours[name]] or [place[name]] for name in columns[x]}
            means = {name: sum(places) / len(places) for name, places in beside.items()}
            columns[x] = [name for _, name in sorted((mean, name) for name, mean in means.items())]
            place |= _spread(columns[x])
    return [node._replace(y=place[node.id]) for node in nodes]


def _spread(names: Sequence[str]) -> dict[str, float]:
    """The places of a column's nodes, around 0 and one apart."""
    return {name: place - (len(names) - 1) / 2 for place, name in enumerate(names)}


def registry(corpus: Corpus, names: Names) -> list[Source]:
    """The sources, then the events, with what the registries say of them."""
    found = []
    for layer in ("sources", "events"):
        for row in corpus.rows(layer):
            facts = []
            for column, value in row.items():
                if column not in ("id", "name", "kind", "evidence") and value not in (None, [], False):
                    (words,) = names.lines(layer, column, value)
                    facts.append((column.replace("_", " "), list(words)))
            evidence = [quote for span in row.get("evidence") or () for quote in names.quoted(span["article"], [span])]
            if evidence:
                facts.append(("evidence", evidence))
            found.append(Source(row["id"], names.prose(row.get("name", row["id"])), row["kind"], facts))
    return found


def reuse(corpus: Corpus, names: Names) -> list[Reuse]:
    """The passages that articles share, pair of articles by pair."""
    found: dict[tuple[str, str], list[Pair]] = {}
    for row in corpus.rows("reuse"):
        (left,) = names.quoted(row["article"], [row["this"]], "reuse", row["id"], longest=_ALL)
        (right,) = names.quoted(row["source"], [row["source_span"]], "reuse", row["id"], longest=_ALL)
        if corpus.text_free:
            left_words, right_words = [(left.text, True)], [(right.text, True)]
        else:
            left_words, right_words = differing(left.text, right.text)
        found.setdefault((row["article"], row["source"]), []).append(
            Pair(
                id=row["id"],
                operation=Value(row["operation"], note=names.defined("reuse", "operation", row["operation"])),
                left=left._replace(text=row["article"]),
                right=right._replace(text=row["source"]),
                left_words=left_words,
                right_words=right_words,
                alternatives=names.alternatives(row),
            )
        )
    return [Reuse(names.named(left), names.named(right), pairs) for (left, right), pairs in found.items()]


def differing(left: str, right: str) -> tuple[list[Word], list[Word]]:
    """Two passages in stretches of words, each with whether the other passage has them, too."""
    words = [re.findall(r"\S+\s*", text.strip("“”")) for text in (left, right)]
    found: tuple[list[Word], list[Word]] = ([], [])
    for step in Indel.opcodes(*([word.strip() for word in own] for own in words)):
        for own, side, start, end in (
            (words[0], found[0], step.src_start, step.src_end),
            (words[1], found[1], step.dest_start, step.dest_end),
        ):
            if start < end:
                side.append(("".join(own[start:end]), step.tag == "equal"))
    return found
