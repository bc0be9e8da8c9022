"""Checks across rows and tables. Each is a pure function from the tables to problems; `CHECKS` lists them all."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from detente import inventory, schema
from detente.annotations import Tables
from detente.problems import Problem
from detente.records import Line, Record, describe
from detente.repeats import Segment, repeats
from detente.spans import Span, mask_of, overlaps
from detente.text import is_space

CONTENT_TYPES: Final = ("paragraph", "headline", "subheading")
"""Where evidence may lie: the article's own text and what heads it."""


def _texts(tables: Tables) -> dict[str, str]:
    """The texts there are; a refused capture has none."""
    return {row["id"]: row["text"] for row in tables["articles"].rows if row["text"]}


def _segmented(tables: Tables) -> dict[str, str]:
    """The texts all of whose segments could be read: of the others nothing can be said that takes the whole page."""
    return {name: text for name, text in _texts(tables).items() if name not in tables["boilerplate"].incomplete}


def _span(row: Record) -> Span:
    return row["start"], row["end"]


def _span_problem(place: str, span: Span, text: str) -> Problem | None:
    start, end = span
    if start >= end:
        return Problem("span-empty", place, f"the span [{start}, {end}) holds nothing: it must start before it ends")
    if start < 0 or end > len(text):
        past = (
            f"start {start} is before the text" if start < 0 else f"end {end} is past the text's {len(text)} characters"
        )
        return Problem("span-outside-text", place, past)
    return None


def _fits(span: Span, text: str) -> bool:
    return 0 <= span[0] < span[1] <= len(text)


def _all_spans(tables: Tables) -> Iterator[tuple[str, str, Record]]:
    """Every span of every table: where it stands, its article, and its offsets."""
    for place, row in tables["boilerplate"]:
        yield place, row["article"], row
    for place, row in tables["stance"]:
        yield from ((place, row["article"], span) for span in row["evidence"])
    for config in ("articles", "events"):
        for place, row in tables[config]:
            yield from ((place, span["article"], span) for span in row["evidence"])


def spans_inside(tables: Tables) -> Iterator[Problem]:
    """Spans are not empty and lie in their text; the articles they name are registered."""
    texts = _texts(tables)
    registered = {row["id"] for row in tables["articles"].rows}
    for place, article, span in _all_spans(tables):
        if article not in registered:
            yield Problem("article-unregistered", place, f"{article} is not in annotations/articles.jsonl")
        elif article in texts and (problem := _span_problem(place, _span(span), texts[article])):
            yield problem


def ids_made_of_fields(tables: Tables) -> Iterator[Problem]:
    """An id begins with its article; a stance's id is its fields."""
    for place, row in tables["boilerplate"]:
        if not row["id"].startswith(f"{row['article']}:"):
            yield Problem("id-wrong", place, f"{row['id']} must begin with the file's article, {row['article']}:")
    for place, row in tables["stance"]:
        fields = [row[name] for name in ("article", "holder", "target", "time")] + ["alleged"] * row["alleged"]
        if row["id"] != ":".join(fields):
            yield Problem("id-wrong", place, f"{row['id']} must be made of the fields: {':'.join(fields)}")


def sources_registered(tables: Tables) -> Iterator[Problem]:
    """Whoever a record names as a source is registered."""
    registered = {row["id"] for row in tables["sources"].rows}
    fields = {"sources": ("speaks_for", "possibly_same_as"), "events": ("speaker", "addressee", "medium")}
    for config, names in fields.items():
        for place, row in tables[config]:
            for name in names:
                if row[name] is not None and row[name] not in registered:
                    yield Problem(
                        "source-unregistered", place, f"{name} {row[name]} is not in annotations/sources.jsonl"
                    )
    for place, row in tables["stance"]:
        for link in row["chain"]:
            if link not in registered:
                yield Problem("source-unregistered", place, f"{link} in the chain is not in annotations/sources.jsonl")
        if row["holder"] not in registered:
            yield Problem("holder-unregistered", place, f"{row['holder']} is not in annotations/sources.jsonl")


def families_registered(tables: Tables) -> Iterator[Problem]:
    """A family is named after one of its articles."""
    registered = {row["id"] for row in tables["articles"].rows}
    for place, row in tables["articles"]:
        if row["family"] not in registered:
            message = f"family {row['family']} is not in annotations/articles.jsonl: name it after its first article"
            yield Problem("article-unregistered", place, message)


def _of_article(tables: Tables, article: str) -> list[Line]:
    return [line for line in tables["boilerplate"] if line.record["article"] == article]


def partition(tables: Tables) -> Iterator[Problem]:
    """Every non-space character of a page is in exactly one segment, and a segment lies within one line."""
    for article, text in _segmented(tables).items():
        lines = [line for line in _of_article(tables, article) if _fits(_span(line.record), text)]
        places = {_span(line.record): line.place for line in lines}
        for place, row in lines:
            segment = text[row["start"] : row["end"]]
            if "\n" in segment or segment != segment.strip():
                message = f"{row['id']} must lie within one line, without white space at its ends"
                yield Problem("segment-crosses-lines", place, message)
        for left, right in overlaps([_span(line.record) for line in lines]):
            message = f"[{right[0]}, {right[1]}) overlaps [{left[0]}, {left[1]}) at {places[left]}"
            yield Problem("segment-overlap", places[right], message)
        yield from _gaps(article, text, [_span(line.record) for line in lines])


def _gaps(article: str, text: str, spans: list[Span]) -> Iterator[Problem]:
    left_out = ~mask_of(spans, len(text)) & ~is_space(text)
    number, start = 1, 0
    for line in text.split("\n"):
        if left_out[start : start + len(line)].any():
            first = start + int(left_out[start : start + len(line)].argmax())
            message = f"characters from {first} on are in no segment: {text[first : first + 30]!r}"
            yield Problem("segment-gap", f"dataset/raw/{article}.txt:{number}", message)
        number, start = number + 1, start + len(line) + 1


def repeats_computed(tables: Tables) -> Iterator[Problem]:
    """`repeats` is what the rule computes from the text."""
    for article, text in _segmented(tables).items():
        lines = sorted(_of_article(tables, article), key=lambda line: _span(line.record))
        if not all(_fits(_span(line.record), text) for line in lines):
            continue  # told by `spans_inside`; the rule needs the whole page
        rule = repeats([Segment(row["id"], text[row["start"] : row["end"]], row["zone"] == "body") for _, row in lines])
        for place, row in lines:
            if row["repeats"] != rule[row["id"]]:
                yield Problem(
                    "repeats-wrong",
                    place,
                    f"repeats is {describe(row['repeats'])}, the rule gives {describe(rule[row['id']])}",
                )


def headlines_found(tables: Tables) -> Iterator[Problem]:
    """The registry's headline is the page's first headline segment, word for word; null where the page has none."""
    whole = _segmented(tables)
    for place, row in tables["articles"]:
        segments = [
            row["text"][segment["start"] : segment["end"]]
            for _, segment in _of_article(tables, row["id"])
            if segment["type"] == "headline"
        ]
        if row["id"] in whole and row["headline"] != (segments[0] if segments else None):
            found = repr(segments[0]) if segments else "no headline segment"
            yield Problem("headline-not-found", place, f"headline is {row['headline']!r}, the page has {found}")


def bases_have_evidence(tables: Tables) -> Iterator[Problem]:
    """What is stated or inferred has a span, what is unknown has none."""
    for place, row in tables["articles"]:
        shown = {span["field"] for span in row["evidence"]}
        for field in ("outlet", "date", "author"):
            if (row[f"{field}_basis"] != "unknown") != (field in shown):
                yield Problem("evidence-missing", place, f"{field} is {row[f'{field}_basis']}: " + _EVIDENCE_RULE)
        if strange := shown - {"outlet", "date", "author"}:
            yield Problem("value-not-allowed", place, f"evidence for {', '.join(sorted(strange))}: not such a field")
    for place, row in tables["events"]:
        if not row["evidence"]:
            yield Problem("evidence-missing", place, f"{row['id']} has no evidence: give the words that tell of it")


_EVIDENCE_RULE: Final = "give its evidence span, or take the spans away and say `unknown`"


def stance_evidence_in_content(tables: Tables) -> Iterator[Problem]:
    """Stance evidence lies in the body or in headlines, to the character."""
    for article, text in _segmented(tables).items():
        segments = [row for _, row in _of_article(tables, article) if _fits(_span(row), text)]
        content = mask_of([_span(row) for row in segments if row["type"] in CONTENT_TYPES], len(text)) | is_space(text)
        for place, row in tables["stance"]:
            spans = [_span(span) for span in row["evidence"] if row["article"] == article]
            for start, end in (span for span in spans if _fits(span, text)):
                if not content[start:end].all():
                    message = f"evidence [{start}, {end}) leaves the body and the headlines: {text[start:end][:40]!r}"
                    yield Problem("evidence-outside-content", place, message)


def state_of(source: str, speaks_for: dict[str, str | None]) -> str:
    """Whom a source speaks for in the end, following `speaks_for`; itself if for nobody."""
    seen = [source]
    while (above := speaks_for.get(seen[-1])) and above not in seen:
        seen.append(above)
    return seen[-1]


def alleged_computed(tables: Tables) -> Iterator[Problem]:
    """Media and the page's voice skipped, the innermost reporter speaks for another state than the holder's."""
    speaks_for = {row["id"]: row["speaks_for"] for row in tables["sources"].rows}
    media = {row["id"] for row in tables["sources"].rows if row["kind"] in inventory.MEDIA_KINDS}
    for place, row in tables["stance"]:
        if not {row["holder"], *row["chain"]} <= speaks_for.keys():
            continue  # told by `sources_registered`
        reporters = [link for link in row["chain"] if link not in media]
        holder = state_of(row["holder"], speaks_for)
        alleged = bool(reporters) and state_of(reporters[-1], speaks_for) != holder
        if alleged != row["alleged"]:
            reporter = reporters[-1] if reporters else "nobody but media"
            yield Problem(
                "alleged-wrong", place, f"alleged is {describe(row['alleged'])}, but {reporter} reports {row['holder']}"
            )


def alternatives_known(tables: Tables) -> Iterator[Problem]:
    """An alternative names a labelled field of its row and a value that the inventory has and the row has not."""
    for config in ("boilerplate", "stance"):
        for place, row in tables[config]:
            for other in row["alternatives"]:
                if fault := _alternative_fault(config, row, other):
                    yield Problem("alternative-unknown", place, fault)


def _alternative_fault(config: str, row: Record, other: Record) -> str | None:
    field, value = other["field"], other["value"]
    allowed: Iterable[Any] | None = None
    if field == "scale":
        allowed = [str(step) for step in range(inventory.SCALE[0], inventory.SCALE[1] + 1)]
    elif field in row:
        allowed = schema.inventory_of(config, field)
    if allowed is None:
        return f"{field!r} is not a labelled field of this table"
    if value not in allowed or value == str(row[field]):
        return f"{value!r} is not another value of {field}"
    return None


CHECKS: Final[tuple[Callable[[Tables], Iterator[Problem]], ...]] = (
    families_registered,
    spans_inside,
    ids_made_of_fields,
    sources_registered,
    partition,
    repeats_computed,
    headlines_found,
    bases_have_evidence,
    stance_evidence_in_content,
    alleged_computed,
    alternatives_known,
)


def problems_of(tables: Tables) -> list[Problem]:
    """Every problem in the tables: pandera's first, then those across tables."""
    found = []
    for config, table in tables.items():
        found += schema.table_problems(config, table.frame(), table.places)
    for check in CHECKS:
        found += check(tables)
    return found
