"""The check of reused passages against their operation."""

from collections.abc import Iterator

from detente.data.annotated import Tables, fits, span_of, texts
from detente.data.problems import Problem
from detente.text.folding import fold


def operation_fits(tables: Tables) -> Iterator[Problem]:
    """The lower article comes first; passages are verbatim if they are equal after folding quotes and spaces."""
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
