"""The graph of sources, its places, and passages side by side."""

from collections import Counter
from typing import Any

import polars as pl
import pytest

from detente.data.corpus import Corpus
from detente.report.explorer.sources import EDGES, Graph, differing, graph, registry, reuse
from detente.report.explorer.values import Names, Value


def drawn(corpus: Corpus) -> Graph:
    return graph(corpus, Names(corpus))


def edges(found: Graph, *kinds: str) -> set[tuple[str, str, str]]:
    return {(edge.start, edge.kind, edge.end) for edge in found.edges if not kinds or edge.kind in kinds}


def with_rows(corpus: Corpus, layer: str, rows: list[dict[str, Any]]) -> Corpus:
    return Corpus(corpus.folder, made={layer: pl.DataFrame(rows, schema=corpus.table(layer).schema)})


def test_pages_texts_and_speakers_are_joined(two: Corpus) -> None:
    assert edges(drawn(two)) == {
        ("detente-900", "quote", "monday-statement"),
        ("detente-901", "quote", "monday-statement"),
        ("detente-900", "cites", "france"),
        ("detente-901", "cites", "ivan-envoy"),
        ("detente-900", "reuse", "detente-901"),
        ("monday-statement", "said", "france"),
        ("ivan-envoy", "speaks_for", "russia"),
    }


def test_an_edge_says_what_it_is_and_by_which_rows(two: Corpus) -> None:
    found = {(edge.start, edge.kind): edge for edge in drawn(two).edges}
    own = found["detente-901", "quote"]
    assert own.label == "official text, partially, translated"
    assert own.translated
    link = "detente-901.html#derivation/detente-901%3Emonday-statement"
    assert own.rows == [Value("detente-901>monday-statement", link)]
    assert not found["detente-900", "quote"].translated
    assert found["detente-900", "reuse"].label == "1 passage"
    assert found["detente-900", "reuse"].rows[0].href == "sources.html#detente-900%3A%3Adetente-901%2301"
    assert found["detente-901", "cites"].label == "1 claim"
    assert found["detente-901", "cites"].rows[0].text == "detente-901:c02"


def test_what_comes_by_a_nearer_text_comes_from_there(two: Corpus) -> None:
    rows = two.rows("derivation")
    rows[1] |= {"via": "russia", "kind": "agency_copy"}
    found = edges(drawn(with_rows(two, "derivation", rows)), "copy", "quote", "via")
    assert found == {
        ("detente-900", "quote", "monday-statement"),
        ("detente-901", "via", "russia"),  # nothing says how
        ("russia", "copy", "monday-statement"),
    }
    rows.append(rows[1] | {"id": "detente-901>russia", "source": "russia", "via": None, "kind": "common_source"})
    assert ("detente-901", "copy", "russia") in edges(drawn(with_rows(two, "derivation", rows)))
    assert "via" not in {kind for _, kind, _ in edges(drawn(with_rows(two, "derivation", rows)))}


def test_edges_that_articles_share_are_one(two: Corpus) -> None:
    rows = two.rows("derivation")
    for row in rows:
        row |= {"via": "russia", "translated": None}
    shared = [edge for edge in drawn(with_rows(two, "derivation", rows)).edges if edge.start == "russia"]
    (edge,) = shared
    assert [value.text for value in edge.rows] == ["detente-900>monday-statement", "detente-901>monday-statement"]
    assert (edge.label, edge.translated) == ("official text, partially", False)


def test_a_pages_own_voice_is_nobody_that_it_cites(two: Corpus) -> None:
    rows = two.rows("attribution")
    rows[-1]["chain"] = [{"sources": ["voice-detente-901"], "channel": "unspecified", "inherited": False}]
    assert edges(drawn(with_rows(two, "attribution", rows)), "cites") == {("detente-900", "cites", "france")}


def test_of_a_chain_the_innermost_sources_are_cited(two: Corpus) -> None:
    rows = two.rows("attribution")
    link = {"channel": "unspecified", "inherited": False}
    rows[-1]["chain"] = [{"sources": ["ivan-envoy"], **link}, {"sources": ["france", "russia"], **link}]
    assert edges(drawn(with_rows(two, "attribution", rows)), "cites") == {
        ("detente-900", "cites", "france"),
        ("detente-901", "cites", "france"),
        ("detente-901", "cites", "russia"),
    }


def test_nodes_stand_in_the_column_of_their_kind_and_in_no_ones_place(two: Corpus) -> None:
    found = drawn(two)
    assert {node.id: (node.kind, node.x) for node in found.nodes} == {
        "detente-900": ("article", 0),
        "detente-901": ("article", 0),
        "monday-statement": ("event", 2),
        "ivan-envoy": ("person", 3),
        "france": ("state", 4),
        "russia": ("state", 4),
    }
    assert {node.id: node.name for node in found.nodes}["ivan-envoy"] == "Ivan Envoy"
    assert max(Counter((node.x, node.y) for node in found.nodes).values()) == 1
    # Two in a column stand half a place above and below the middle; beside whom they are joined to.
    at = {node.id: node.y for node in found.nodes}
    assert (at["detente-900"], at["detente-901"]) == (at["france"], at["russia"])
    assert {at["detente-900"], at["detente-901"]} == {-0.5, 0.5}
    assert (at["monday-statement"], at["ivan-envoy"]) == (0, 0)


def test_the_graph_of_the_dataset_has_every_edge_of_derivation(gold: Corpus) -> None:
    found = drawn(gold)
    assert {edge.kind for edge in found.edges} <= EDGES.keys()
    ids = {node.id for node in found.nodes}
    assert {name for edge in found.edges for name in (edge.start, edge.end)} == ids
    said = {value.text for edge in found.edges if edge.kind in ("copy", "quote") for value in edge.rows}
    assert said == {row["id"] for row in gold.rows("derivation")}
    assert len({edge.id for edge in found.edges}) == len(found.edges)
    passages = sum(len(edge.rows) for edge in found.edges if edge.kind == "reuse")
    assert passages == len(gold.rows("reuse"))


def test_without_labels_there_is_no_graph(two: Corpus) -> None:
    made = {name: two.table(name).clear() for name in ("derivation", "attribution", "reuse")}
    assert drawn(Corpus(two.folder, made=made)) == Graph([], [])


def test_speaking_for_one_another_in_a_circle_ends(two: Corpus) -> None:
    rows = two.rows("sources")
    next(row for row in rows if row["id"] == "russia")["speaks_for"] = "ivan-envoy"
    assert edges(drawn(with_rows(two, "sources", rows)), "speaks_for") == {
        ("ivan-envoy", "speaks_for", "russia"),
        ("russia", "speaks_for", "ivan-envoy"),
    }


def test_passages_stand_side_by_side(two: Corpus) -> None:
    (both,) = reuse(two, Names(two))
    (pair,) = both.pairs
    assert (both.left.text, both.right.text) == ("detente-900", "detente-901")
    assert (pair.id, pair.operation.text) == ("detente-900::detente-901#01", "compressed")
    assert pair.operation.note == "the first says the same with words left out"
    assert pair.left_words == [("France is ready to share ", True), ("more", False)]
    assert pair.right_words == [("France is ready to share", True)]


def test_without_text_passages_are_places(text_free: Corpus) -> None:
    (both,) = reuse(text_free, Names(text_free))
    assert both.pairs[0].left_words == [("characters 19 to 48", True)]


@pytest.mark.parametrize(
    ("left", "right", "found"),
    [
        ("“a b”", "“a b”", ([("a b", True)], [("a b", True)])),
        (
            "“a b c”",
            "“a x c”",
            ([("a ", True), ("b ", False), ("c", True)], [("a ", True), ("x ", False), ("c", True)]),
        ),
        ("“a\n b”", "“a b”", ([("a\n b", True)], [("a b", True)])),
        ("“”", "“a”", ([], [("a", False)])),
    ],
)
def test_words_that_the_other_passage_lacks(left: str, right: str, found: Any) -> None:
    assert differing(left, right) == found


def test_the_registry_says_what_is_not_empty(two: Corpus) -> None:
    found = {each.id: each for each in registry(two, Names(two))}
    assert list(found) == [*(row["id"] for row in two.rows("sources")), "monday-statement"]
    assert found["ivan-envoy"].facts == [("speaks for", [Value("russia", "sources.html#russia", "Russia")])]
    event = dict(found["monday-statement"].facts)
    assert event["evidence"] == [Value("“It said so on Monday”", "detente-900.html")]
    assert list(event) == ["speaker", "date basis", "evidence"]
