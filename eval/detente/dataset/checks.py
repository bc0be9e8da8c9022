"""Checks across rows and tables. Each is a pure function from the tables to problems; `CHECKS` lists them all."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, NamedTuple

from detente.data import labels as inventory
from detente.data.independent_sources import speaks_for_in_the_end
from detente.data.jsonl import Record, describe
from detente.data.problems import Problem
from detente.dataset import checks_claims, schema
from detente.dataset import checks_spans as checks_pages
from detente.dataset.annotations import Tables

Check = Callable[[Tables], Iterator[Problem]]


class Reference(NamedTuple):
    """A field, or several, that must name rows of another table."""

    config: str
    field: str
    names: Callable[[Record], Iterable[str | None]]
    registries: tuple[str, ...]
    rule: str


def _field(config: str, field: str, registry: str, rule: str) -> Reference:
    return Reference(config, field, lambda row: (row[field],), (registry,), rule)


_NODES: Final = ("sources", "events", "articles")

REFERENCES: Final = (
    _field("articles", "family", "articles", "article-unregistered"),
    *(_field("sources", name, "sources", "source-unregistered") for name in ("speaks_for", "possibly_same_as")),
    *(_field("events", name, "sources", "source-unregistered") for name in ("speaker", "addressee", "medium")),
    _field("stance", "holder", "sources", "holder-unregistered"),
    Reference("stance", "chain", lambda row: row["chain"], ("sources",), "source-unregistered"),
    Reference(
        "claims",
        "propositions",
        lambda row: (link["proposition"] for link in row["propositions"]),
        ("propositions",),
        "proposition-unregistered",
    ),
    _field("attribution", "claim", "claims", "claim-unregistered"),
    _field("attribution", "event", "events", "event-unregistered"),
    Reference(
        "attribution",
        "chain",
        lambda row: (name for link in row["chain"] for name in link["sources"]),
        ("sources",),
        "source-unregistered",
    ),
    Reference("derivation", "source", lambda row: (row["source"],), _NODES, "source-unregistered"),
    Reference("derivation", "via", lambda row: (row["via"],), _NODES, "source-unregistered"),
    _field("reuse", "source", "articles", "article-unregistered"),
)


def references_registered(tables: Tables) -> Iterator[Problem]:
    """Whatever a record names is in its registry."""
    ids = {config: {row["id"] for row in tables[config].rows} for config in ("claims", "propositions", *_NODES)}
    for reference in REFERENCES:
        registered = set().union(*(ids[registry] for registry in reference.registries))
        for place, row in tables[reference.config]:
            for name in reference.names(row):
                if name is not None and name not in registered:
                    where = " or ".join(reference.registries)
                    yield Problem(reference.rule, place, f"{reference.field}: {name} is not registered in {where}")


def ids_made_of_fields(tables: Tables) -> Iterator[Problem]:
    """An id begins with its article, and is made of the fields that it spells out."""
    for config in ("boilerplate", "claims", "attribution", "reuse"):
        separator = "::" if config == "reuse" else ":"
        for place, row in tables[config]:
            if not row["id"].startswith(row["article"] + separator):
                yield Problem("id-wrong", place, f"{row['id']} must begin with the file's article, {row['article']}")
    for place, row in tables["stance"]:
        fields = [row[name] for name in ("article", "holder", "target", "time")] + ["alleged"] * row["alleged"]
        yield from _id_problem(place, row, ":".join(fields))
    for place, row in tables["derivation"]:
        yield from _id_problem(place, row, f"{row['article']}>{row['source']}")
    for place, row in tables["attribution"]:
        yield from _id_problem(place, row, f"{row['claim']}#{row['id'].partition('#')[2]}")
    for place, row in tables["reuse"]:
        number = row["id"].partition("#")[2]
        yield from _id_problem(place, row, f"{row['article']}::{row['source']}#{number}")
    known = {row["id"] for row in tables["agreement"].rows}
    for place, row in tables["exceptions"]:
        if row["id"] not in known:
            yield Problem("id-wrong", place, f"{row['id']} must be article::proposition, both registered")


def _id_problem(place: str, row: Record, made: str) -> Iterator[Problem]:
    if row["id"] != made:
        yield Problem("id-wrong", place, f"{row['id']} must be made of the fields: {made}")


_EVIDENCE_RULE: Final = "give its evidence span, or take the spans away and say `unknown`"


def bases_have_evidence(tables: Tables) -> Iterator[Problem]:
    """What is stated or inferred has a span, what is unknown has none."""
    for place, row in tables["articles"]:
        shown = {span["field"] for span in row["evidence"]}
        for field in ("outlet", "date", "author"):
            if (row[f"{field}_basis"] != "unknown") != (field in shown):
                yield Problem("evidence-missing", place, f"{field} is {row[f'{field}_basis']}: " + _EVIDENCE_RULE)
        if strange := shown - {"outlet", "date", "author"}:
            yield Problem("value-not-allowed", place, f"evidence for {', '.join(sorted(strange))}: not such a field")
    for config in ("events", "derivation"):
        for place, row in tables[config]:
            if not row["evidence"]:
                yield Problem("evidence-missing", place, f"{row['id']} has no evidence: give the words that tell of it")


def alleged_computed(tables: Tables) -> Iterator[Problem]:
    """Media and the page's voice skipped, the innermost reporter speaks for another state than the holder's."""
    speaks_for = {row["id"]: row["speaks_for"] for row in tables["sources"].rows}
    media = {row["id"] for row in tables["sources"].rows if row["kind"] in inventory.MEDIA_KINDS}
    for place, row in tables["stance"]:
        if not {row["holder"], *row["chain"]} <= speaks_for.keys():
            continue  # told by `references_registered`
        reporters = [link for link in row["chain"] if link not in media]
        holder = speaks_for_in_the_end(row["holder"], speaks_for)
        alleged = bool(reporters) and speaks_for_in_the_end(reporters[-1], speaks_for) != holder
        if alleged != row["alleged"]:
            reporter = reporters[-1] if reporters else "nobody but media"
            message = f"alleged is {describe(row['alleged'])}, but {reporter} reports {row['holder']}"
            yield Problem("alleged-wrong", place, message)


def alternatives_known(tables: Tables) -> Iterator[Problem]:
    """An alternative names a labelled field of its row and a value that the inventory has and the row has not."""
    propositions = {row["id"] for row in tables["propositions"].rows}
    for config in ("boilerplate", "claims", "stance", "attribution"):
        for place, row in tables[config]:
            for other in row["alternatives"]:
                if fault := _alternative_fault(config, row, other, propositions):
                    yield Problem("alternative-unknown", place, fault)


def _alternative_fault(config: str, row: Record, other: Record, propositions: set[str]) -> str | None:
    field, value = other["field"], other["value"]
    allowed: Iterable[Any] | None = None
    if field == "scale":
        allowed = [str(step) for step in range(inventory.SCALE[0], inventory.SCALE[1] + 1)]
    elif field == "relation":
        allowed = [f"{name}={relation}" for name in propositions for relation in (*inventory.RELATIONS, "none")]
    elif field == "check_worthy" and field in row:
        allowed = ["false" if row[field] else "true"]
    elif field in ("chain", "event"):
        return None  # free text: a chain, or an event's id
    elif field in row:
        allowed = schema.inventory_of(config, field)
    if allowed is None:
        return f"{field!r} is not a labelled field of this table"
    if value not in allowed or value == str(row.get(field)):
        return f"{value!r} is not another value of {field}"
    return None


CHECKS: Final[tuple[Check, ...]] = (
    references_registered,
    ids_made_of_fields,
    bases_have_evidence,
    alleged_computed,
    alternatives_known,
    *checks_pages.CHECKS,
    *checks_claims.CHECKS,
)


def problems_of(tables: Tables) -> list[Problem]:
    """Every problem in the tables: pandera's first, then those across tables."""
    found = []
    for config, table in tables.items():
        found += schema.table_problems(config, table.frame(), table.places)
    for check in CHECKS:
        found += check(tables)
    return found
