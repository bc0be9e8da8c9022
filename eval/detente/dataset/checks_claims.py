"""Checks of claims, attribution, derivation, reuse and the contrast set against each other and the text."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

import numpy as np

from detente.data.problems import Problem
from detente.dataset.annotations import Tables
from detente.dataset.checks_spans import CONTENT_TYPES, content_of, fits, segmented, segments_of, span_of, texts
from detente.text.folding import fold
from detente.text.spans import mask_of, overlaps
from detente.text.tokens import is_space

CONNECTIVES: Final = frozenset(
    [
        "and",
        "but",
        "or",
        "as",
        "because",
        "although",
        "since",
        "while",
        "that",
        "after",
        "before",
        "with",
        "despite",
        "following",
        "however",
        "thus",
        "so",
    ]
)
"""Words that may stand between claims and belong to none (`annotations/claims/GUIDELINES.md`, section 5)."""

_QUOTED: Final = re.compile(r"[\"“][^\"“”\n]+[\"”]")


def claims_disjoint(tables: Tables) -> Iterator[Problem]:
    """No character is in two claims, or in a claim and a no-claim span."""
    for article in texts(tables):
        places = {
            span_of(span): place
            for place, row in tables["claims"]
            if row["article"] == article
            for span in row["spans"]
        }
        places |= {span_of(row): place for place, row in tables["no_claim"] if row["article"] == article}
        for left, right in overlaps(list(places)):
            message = f"[{right[0]}, {right[1]}) overlaps [{left[0]}, {left[1]}) at {places[left]}"
            yield Problem("claim-overlap", places[right], message)


def body_covered(tables: Tables) -> Iterator[Problem]:
    """Every word of a labelled segment is in a claim, in a no-claim span, or a connective between them."""
    for article, text in segmented(tables).items():
        if article in tables["claims"].incomplete | tables["no_claim"].incomplete:
            continue
        spans = [span for row in tables["claims"].rows if row["article"] == article for span in row["spans"]]
        spans += [row for row in tables["no_claim"].rows if row["article"] == article]
        free = ~mask_of([span_of(span) for span in spans if fits(span_of(span), text)], len(text)) & ~is_space(text)
        for place, row in segments_of(tables, article):
            if row["type"] in CONTENT_TYPES and fits(span_of(row), text):
                left = "".join(
                    character if open_ else " "
                    for character, open_ in zip(
                        text[row["start"] : row["end"]], free[row["start"] : row["end"]], strict=True
                    )
                )
                words = [word for word in re.findall(r"\w+(?:[’']\w+)*", left) if word.lower() not in CONNECTIVES]
                if words:
                    message = f"neither claim nor no-claim: {' '.join(words[:8])!r} in {row['id']} at {place}"
                    yield Problem("claim-gap", f"annotations/claims/gold/{article}.jsonl", message)


def claims_are_whole(tables: Tables) -> Iterator[Problem]:
    """A claim has spans and at least one attribution row, and links each proposition once."""
    attributed = {row["claim"] for row in tables["attribution"].rows}
    for place, row in tables["claims"]:
        if not row["spans"]:
            yield Problem("span-empty", place, f"{row['id']} has no span")
        if row["id"] not in attributed:
            yield Problem(
                "attribution-missing", place, f"{row['id']} has no row in attribution: type none if nobody is cited"
            )
        twice = [
            name for name, count in Counter(link["proposition"] for link in row["propositions"]).items() if count > 1
        ]
        if twice:
            yield Problem("id-duplicate", place, f"{row['id']} links {', '.join(twice)} more than once")


def attribution_fits_its_chain(tables: Tables) -> Iterator[Problem]:
    """Type none means an empty chain and no spans; a cue has a force, and no cue has none."""
    for place, row in tables["attribution"]:
        spans = row["source_spans"] + row["cue_spans"] + row["content_spans"]
        if (row["type"] == "none") != (not row["chain"]) or (row["type"] == "none" and spans):
            yield Problem(
                "attribution-type", place, "type none goes with an empty chain and no spans, and only they with it"
            )
        if bool(row["cue_spans"]) != (row["cue_force"] is not None):
            yield Problem("attribution-type", place, "cue_force is null exactly where there is no cue span")


def derivation_is_a_tree_of_texts(tables: Tables) -> Iterator[Problem]:
    """`in_corpus` says what the source is, `via` is another edge's source, and pages do not derive in a circle."""
    articles = {row["id"] for row in tables["articles"].rows}
    edges = {(row["article"], row["source"]) for row in tables["derivation"].rows}
    for place, row in tables["derivation"]:
        if row["in_corpus"] != (row["source"] in articles):
            yield Problem("derivation-edge", place, "in_corpus is true exactly where the source is an article")
        if row["via"] is not None and ((row["article"], row["via"]) not in edges or row["via"] == row["source"]):
            yield Problem(
                "derivation-edge", place, f"via {row['via']} is not the source of another edge of this article"
            )
        if row["translated"] is None and row["translated_basis"] is not None:
            yield Problem("derivation-edge", place, "translated is null, so translated_basis is null too")
    graph = {
        article: {source for page, source in edges if page == article and source in articles} for article in articles
    }
    for place, row in tables["derivation"]:
        reached, frontier = set(), {row["source"]} & articles
        while frontier:
            reached |= frontier
            frontier = set().union(*(graph[name] for name in frontier)) - reached
        if row["article"] in reached:
            yield Problem("derivation-cycle", place, f"{row['article']} derives from itself through {row['source']}")


def reuse_matches_its_operation(tables: Tables) -> Iterator[Problem]:
    """Verbatim passages are equal after folding quotes and spaces, and only they."""
    known = texts(tables)
    for place, row in tables["reuse"]:
        pair = ((row["article"], row["this"]), (row["source"], row["source_span"]))
        if not all(article in known and fits(span_of(span), known[article]) for article, span in pair):
            continue
        if row["article"] >= row["source"]:
            yield Problem("reuse-operation", place, "the lower article comes first")
        left, right = (" ".join(fold(known[article][span["start"] : span["end"]]).split()) for article, span in pair)
        if (left == right) != (row["operation"] == "verbatim"):
            equal = "equal" if left == right else "not equal"
            yield Problem("reuse-operation", place, f"operation is {row['operation']}, but the passages are {equal}")


def stance_evidence_is_claimed(tables: Tables) -> Iterator[Problem]:
    """Each evidence span of a stance overlaps a claim or a quotation."""
    for article, text in texts(tables).items():
        spans = [span_of(span) for row in tables["claims"].rows if row["article"] == article for span in row["spans"]]
        spans += [match.span() for match in _QUOTED.finditer(text)]
        claimed = mask_of([span for span in spans if fits(span, text)], len(text))
        claimed |= ~content_of(tables, article, text)  # told by `spans_in_content`
        for place, row in tables["stance"]:
            if row["article"] == article and row["scale"] is not None:
                for start, end in map(span_of, row["evidence"]):
                    if fits((start, end), text) and not np.any(claimed[start:end]):
                        message = f"evidence [{start}, {end}) overlaps no claim and no quotation"
                        yield Problem("evidence-unclaimed", place, message)


def contrast_pairs_are_whole(tables: Tables) -> Iterator[Problem]:
    """A pair is an a and a b of one kind; twins name each other, one keeps its label and one does not."""
    pairs: dict[str, list[dict[str, object]]] = {}
    for _, row in tables["contrast"]:
        pairs.setdefault(row["pair"], []).append(row)
    for place, row in tables["contrast"]:
        members, twins = pairs[row["pair"]], pairs.get(row["twin"], [])
        same = all(member[name] == row[name] for member in members for name in ("task", "phenomenon", "edit", "twin"))
        if [str(member["id"])[:-1] for member in members] != [row["pair"]] * 2 or not same:
            yield Problem(
                "contrast-pair", place, f"{row['pair']} must be two rows, a and b, alike but for text and label"
            )
        elif not twins or any(twin["twin"] != row["pair"] for twin in twins):
            yield Problem("contrast-pair", place, f"{row['pair']} and {row['twin']} must name each other as twins")
        elif (row["edit"] == "keep") == any(twin["edit"] == "keep" for twin in twins):
            yield Problem("contrast-pair", place, f"of {row['pair']} and {row['twin']} exactly one must keep its label")
        elif (row["edit"] == "keep") != (len({member["label"] for member in members}) == 1):
            yield Problem("contrast-pair", place, f"edit {row['edit']} does not fit the two labels of {row['pair']}")


CHECKS: Final = (
    claims_disjoint,
    body_covered,
    claims_are_whole,
    attribution_fits_its_chain,
    derivation_is_a_tree_of_texts,
    reuse_matches_its_operation,
    stance_evidence_is_claimed,
    contrast_pairs_are_whole,
)
