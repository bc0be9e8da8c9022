"""Where gold and predictions stand in texts: of each task what a page is, and which marks lie on it.

A task that is not in `_SHEETS` still has its items listed; only its pages are not shown.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from detente.data.corpus import Corpus
from detente.data.jsonl import Record
from detente.data.page import pairs_of
from detente.evaluation.predictions import Predictions
from detente.report.marked import MARKS
from detente.tasks.claims.matching import matching
from detente.tasks.task import Gold, Row, Task
from detente.text.spans import Span

MEANINGS: Final = {
    **{kind: mark.meaning for kind, mark in MARKS.items()},
    "wanted": "the article's own text, which should be kept",
    "right": "in the gold, and right",
    "faulty": "in the gold, found, and not right in all",
    "lost": "in the gold, not found",
    "found": "predicted, and matched with the gold",
    "invented": "predicted, and matched with nothing",
    "evidence": "what the gold rests on",
    "source": "the source's words, by the gold",
    "cue": "the cue's words, by the gold",
    "claim": "the claim",
    "predicted": "the words that are predicted",
}
"""What each kind of mark says, in the order of a legend."""
ON_CHOICE: Final = ("evidence", "source", "cue", "claim", "predicted")
"""Kinds that are shown of the chosen item only: others' would cover the page."""


class Mark(NamedTuple):
    """Something that stands in a text.

    Attributes:
        of: Which text.
        spans: Where.
        kind: One of `MEANINGS`.
        item: Whose, as rows of counts name it; empty if no item's.
        says: What is said of it, in words.
    """

    of: str
    spans: Sequence[Span]
    kind: str
    item: str = ""
    says: str = ""


class Sheet(NamedTuple):
    """What is shown of a page: its texts by name, and what stands in them."""

    texts: Mapping[str, str]
    marks: Sequence[Mark]


class Given(NamedTuple):
    """What a sheet is made of.

    Attributes:
        gold: The gold.
        predictions: Those of one system.
        rows: The system's rows of counts of the page: `item`, `wrong`, `detail`, and `blocks` where there are any.
        golds: The gold's rows by item; empty where the gold is not a dataset.
    """

    gold: Gold
    predictions: Predictions
    rows: Sequence[Row]
    golds: Mapping[str, Sequence[Record]]


def page_key(task: Task, gold: Gold) -> str:
    """The key of rows that names the page an item is shown on: that of its text, of which there may be many units."""
    of_articles = task.name in ("stance", "agreement", "attribution") and isinstance(gold, Corpus)
    return "article" if of_articles else "id"


def gold_rows(task: Task, gold: Gold) -> dict[str, list[Record]]:
    """The gold's rows by item, as rows of counts name it."""
    if not isinstance(gold, Corpus):
        return {}
    config = task.name if task.name in gold.manifest["configs"] else task.layer
    key = "claim" if task.name == "attribution" else "id"
    found: dict[str, list[Record]] = {}
    for row in gold.rows(config) if config else ():
        found.setdefault(row[key], []).append(row)
    return found


def sheet(page: str, given: Given) -> Sheet | None:
    """What is shown of a page; None if there is no text of it."""
    make = _SHEETS.get(given.predictions.task.name)
    return make(page, given) if make else None


def _of_texts(page: str, given: Given) -> Sheet | None:
    """An output beside its page or reference text, with what is wrong block by block."""
    task, unit = given.predictions.task, given.predictions.units[page]
    assert task.texts
    texts = task.texts(unit, given.predictions.by_id.get(page))
    if not texts:
        return None
    marks = [
        Mark(block["of"], [(block["start"], block["end"])], block["kind"], row["item"], MARKS[block["kind"]].meaning)
        for row in given.rows
        for block in row.get("blocks") or ()
    ]
    body = [
        span for segment in getattr(unit, "segments", ()) if segment["zone"] == "body" for span in pairs_of([segment])
    ]
    return Sheet(texts, [*([Mark("page", body, "wanted")] if body else []), *marks])


def _outcomes(rows: Iterable[Row]) -> dict[str, tuple[str, str]]:
    """Of each item of the gold how it went, as a kind of mark, and in words."""
    return {
        row["item"]: (
            "right" if not row["wrong"] else "lost" if row["detail"].startswith("missed") else "faulty",
            row["detail"],
        )
        for row in rows
    }


def _of_claims(page: str, given: Given) -> Sheet:
    article, predicted = given.predictions.units[page], given.predictions.by_id.get(page, ())
    outcomes, found = _outcomes(given.rows), matching([article], [predicted])
    marks = []
    for claim, spans in zip(article.claims, article.spans, strict=True):
        kind, detail = outcomes[claim["id"]]
        labels = f"{claim['type']}, {claim['presentation']}: {claim['normalised']}"
        marks.append(Mark("page", spans, kind, claim["id"], "; ".join(filter(None, (f"gold: {labels}", detail)))))
    for index, mine in enumerate(found.home.tolist()):
        claim = found.tied(index)[0]
        said = ", ".join(filter(None, (claim.type, claim.presentation, claim.normalised))) or "a claim"
        place = "+".join(f"{start}-{end}" for start, end in claim.spans)
        marks.append(
            Mark(
                "page",
                claim.spans,
                "found" if mine >= 0 else "invented",
                article.claims[mine]["id"] if mine >= 0 else f"{page}:{place}",
                f"predicted: {said}",
            )
        )
    return Sheet({"page": article.page.text}, marks)


def _of_open_stances(page: str, given: Given) -> Sheet:
    article, outcomes = given.predictions.units[page], _outcomes(given.rows)
    marks = [
        Mark("page", stance.evidence, *_outcome(outcomes, row["id"]), f"gold: {_stance(stance)}")
        for row, stance in article.gold
    ]
    for stance in given.predictions.by_id.get(page, ()):
        spans = (*stance.evidence, *stance.mention)
        item = next((name for name in outcomes if _is_invented(name, page, stance)), "")
        marks.append(Mark("page", spans, "invented" if item else "found", item, f"predicted: {_stance(stance)}"))
    return Sheet({"page": article.page.text}, marks)


def _outcome(outcomes: Mapping[str, tuple[str, str]], item: str) -> tuple[str, str]:
    """The kind of an item's mark, and the item; one that is not counted, as an alternative, is right."""
    return (outcomes[item][0] if item in outcomes else "right"), item


def _stance(stance: Any) -> str:
    return f"{stance.holder}, {stance.label}, on {stance.target}"


def _is_invented(item: str, page: str, stance: Any) -> bool:
    """Whether an item is that of a predicted stance which fits none of the gold's."""
    places = "+".join(f"{start}-{end}" for start, end in stance.evidence) or "no evidence"
    teller = [stance.told_by] if stance.told_by else []
    return item == ":".join((page, stance.holder, stance.target, *teller, stance.label, places))


def _of_passages(page: str, given: Given) -> Sheet:
    pair, outcomes = given.predictions.units[page], _outcomes(given.rows)
    names = (pair.article, pair.source)
    marks = []
    for row, case in zip(pair.rows, pair.cases, strict=True):
        kind, detail = outcomes[row["id"]]
        says = "; ".join(filter(None, (f"gold: {row['operation']}", detail)))
        marks += [Mark(of, [span], kind, row["id"], says) for of, span in zip(names, case, strict=True)]
    for each in given.predictions.by_id.get(page, ()):
        item = f"{pair.id}:" + "~".join(f"{start}-{end}" for start, end in each.passage)
        kind = "invented" if item in outcomes else "found"
        says = f"predicted: {each.operation or 'a passage'}"
        marks += [
            Mark(of, [span], kind, item if item in outcomes else "", says)
            for of, span in zip(names, each.passage, strict=True)
        ]
    return Sheet(dict(zip(names, (pair.this_text, pair.source_text), strict=True)), marks)


def _on_article(marks: Callable[[Given, str, Record], Iterator[Mark]]) -> Callable[[str, Given], Sheet | None]:
    """Sheets of articles: marks from each gold row of the page's items."""

    def make(page: str, given: Given) -> Sheet | None:
        if not isinstance(given.gold, Corpus) or page not in given.gold.articles:
            return None
        found = [
            mark
            for row in given.rows
            for gold in given.golds.get(row["item"], ())
            for mark in marks(given, row["item"], gold)
        ]
        return Sheet({"page": given.gold.articles[page]["text"]}, found)

    return make


def _evidence(_: Given, item: str, gold: Record) -> Iterator[Mark]:
    yield Mark("page", pairs_of(gold["evidence"]), "evidence", item, "evidence of the gold")


def _of_agreement(page: str, given: Given) -> Sheet | None:
    """An article with, for each item, the claims that are linked with its proposition: its label follows from them."""
    if not isinstance(given.gold, Corpus) or page not in given.gold.articles:
        return None
    behind: dict[str, list[Mark]] = {}
    for claim in given.gold.rows("claims", "article", "spans", "propositions", "presentation"):
        for link in claim["propositions"] if claim["article"] == page else ():
            says = f"{claim['presentation']}, {link['relation'].replace('_', ' ')}"
            mark = Mark("page", pairs_of(claim["spans"]), "evidence", says=says)
            behind.setdefault(link["proposition"], []).append(mark)
    marks = [
        mark._replace(item=row["item"])
        for row in given.rows
        for gold in given.golds.get(row["item"], ())
        for mark in behind.get(gold["proposition"], ())
    ]
    return Sheet({"page": given.gold.articles[page]["text"]}, marks)


def _attribution(given: Given, item: str, gold: Record) -> Iterator[Mark]:
    yield Mark("page", pairs_of(gold["spans"]), "claim", item, gold["claim_text"])
    for kind, field in (("source", "source_spans"), ("cue", "cue_spans")):
        yield Mark("page", pairs_of(gold[field]), kind, item, f"{kind} of the gold")
    said = given.predictions.by_id.get(item)
    for what, spans in (
        ("source", said and said.spans),
        ("cue", said and said.cue),
        ("content", said and said.content),
    ):
        if spans:
            yield Mark("page", spans, "predicted", item, f"predicted {what}")


def _of_contrast(page: str, given: Given) -> Sheet | None:
    text = given.golds[page][0]["text"] if page in given.golds else None
    return Sheet({"text": text}, ()) if text else None


_SHEETS: Final[Mapping[str, Callable[[str, Given], Sheet | None]]] = {
    "boilerplate": _of_texts,
    "content_extraction": _of_texts,
    "claims": _of_claims,
    "stance": _on_article(_evidence),
    "stance_open": _of_open_stances,
    "agreement": _of_agreement,
    "attribution": _on_article(_attribution),
    "derivation": _on_article(_evidence),
    "reuse": _of_passages,
    "contrast": _of_contrast,
}
