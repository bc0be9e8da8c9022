"""Checks of edges: each fits its fields, and no page derives from itself."""

from collections.abc import Iterator

from detente.data.annotated import Tables
from detente.data.problems import Problem


def edges_fit(tables: Tables) -> Iterator[Problem]:
    """`in_corpus` fits the source, `via` is another edge's source, and what is not known to be translated has no basis.

    A source that is a page of the corpus is in it; any other is not (false), or may be one of its pages (null).
    """
    articles = {row["id"] for row in tables["articles"].rows} | tables["articles"].unread.ids
    others = {row["id"] for name in ("sources", "events") for row in tables[name].rows}
    edges = {(row["article"], row["source"]) for row in tables["derivation"].rows}
    for place, row in tables["derivation"]:
        source = row["source"]
        is_known = source in articles | others or not tables["articles"].unread.nameless
        if is_known and (row["in_corpus"] is True) != (source in articles):
            yield Problem("derivation-edge", place, "in_corpus is true exactly where the source is an article")
        is_other = (row["article"], row["via"]) in edges or row["article"] in tables["derivation"].unread.articles
        if row["via"] is not None and (not is_other or row["via"] == source):
            message = f"via {row['via']} is not the source of another edge of this article"
            yield Problem("derivation-edge", place, message)
        if row["translated"] is None and row["translated_basis"] is not None:
            yield Problem("derivation-edge", place, "translated is null, so translated_basis is null too")


def no_page_derives_from_itself(tables: Tables) -> Iterator[Problem]:
    """Pages do not derive in a circle."""
    articles = {row["id"] for row in tables["articles"].rows}
    sources: dict[str, set[str]] = {article: set() for article in articles}
    for row in tables["derivation"].rows:
        sources.setdefault(row["article"], set()).update({row["source"]} & articles)
    for place, row in tables["derivation"]:
        reached, frontier = set(), {row["source"]} & articles
        while frontier:
            reached |= frontier
            frontier = set().union(*(sources[name] for name in frontier)) - reached
        if row["article"] in reached:
            yield Problem("derivation-cycle", place, f"{row['article']} derives from itself through {row['source']}")
