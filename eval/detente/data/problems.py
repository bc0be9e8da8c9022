"""Problems as values: a code, a location and a sentence, reported all at once."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from detente.text.display import shortened

SHOWN: Final = 20
"""So many problems are shown, unless all are asked for."""
SHOWN_OF_A_KIND: Final = 5
"""So many of them with one code in one file."""
_LONGEST_MESSAGE: Final = 600
_LONGEST_LOCATION: Final = 240
"""Characters that are printed: a safety net. What a message quotes of a file is shortened where it is quoted."""

CORPUS_RULES = {
    "file-missing": "every article has a raw capture and one annotation file per layer; every registry exists",
    "inventory-wrong": "annotations/inventory.yaml names the labels of the corpus, each in its form",
    "file-unregistered": "every capture and annotation file belongs to an article in annotations/articles.jsonl",
    "raw-changed": "a capture has the SHA-256 that the registry pins",
    "text-not-utf8": "a capture is UTF-8",
    "text-carriage-return": "lines end in LF alone",
    "text-not-nfc": "text is in Unicode normal form C",
    "text-invisible-character": "no zero-width, soft-hyphen, bidirectional or control characters",
    "text-trailing-space": "no white space at the end of a line",
    "not-json": "every line of a JSON Lines file is one JSON object in UTF-8, without a key twice",
    "missing-field": "a record has every field of its schema",
    "unknown-field": "a record has no field outside its schema",
    "wrong-type": "a field holds the type that the schema names",
    "value-null": "a field that must have a value has one",
    "value-not-allowed": "a label is in its inventory",
    "value-out-of-range": "a number is in its range",
    "value-pattern": "an id, a date or a version has its form",
    "id-duplicate": "an id occurs once",
    "id-tells": "the id of a source or an event does not tell which page it belongs to",
    "id-wrong": "an id is made of the fields it names",
    "article-unregistered": "an article that a record names is in annotations/articles.jsonl",
    "source-unregistered": "a source that a record names is in annotations/sources.jsonl",
    "proposition-unregistered": "a proposition that a record names is in annotations/propositions.jsonl",
    "claim-unregistered": "a claim that attribution names is a claim",
    "event-cycle": "no speech event is about itself",
    "event-unregistered": "a speech event that a record names is in annotations/events.jsonl",
    "item-unknown": "a pass or a review names a row of the gold",
    "holder-unregistered": "a stance's holder, both parties and each page's voice are in annotations/sources.jsonl",
    "headline-not-found": "a headline in the registry is a headline segment of the page, word for word",
    "basis-without-value": "a value is null exactly if its basis is unknown",
    "evidence-missing": "what is stated or inferred, and every stance, has its evidence span",
    "evidence-unclaimed": "stance evidence overlaps a claim or a quotation",
    "claim-outside-content": "a claim lies in the body, a headline or a subheading",
    "claim-overlap": "no character is in two claims, or in a claim and a no-claim span",
    "claim-gap": "every word of the body, headlines and subheadings is in a claim, in a no-claim span, or a connective",
    "attribution-missing": "every claim has a row in attribution, of type none if nobody is cited",
    "attribution-link": "a source span names a link of its chain",
    "attribution-type": "type none goes with no chain and no spans, others with a chain or cue, a force with a cue",
    "derivation-edge": "in_corpus, via and translated_basis fit the edge",
    "derivation-cycle": "no page derives from itself",
    "reuse-operation": "passages are verbatim exactly if they are equal after folding quotes and spaces",
    "reuse-outside-content": "a reused passage lies in the body or in a headline",
    "voice-unrelated": "agreement has a voice exactly where the article is related to the proposition",
    "contrast-task": "a contrast item has the fields and the labels of its task",
    "contrast-pair": "a contrast pair has an a and a b, a twin that names it, and labels that fit its edit",
    "evidence-outside-content": "stance evidence lies in the body or in a headline",
    "span-empty": "a span starts before it ends",
    "span-outside-text": "a span lies inside its text",
    "segment-crosses-lines": "a segment lies in one line, without white space at its ends",
    "segment-overlap": "no character is in two segments",
    "segment-gap": "every non-space character is in a segment",
    "zone-type": "a type belongs to one zone",
    "repeats-wrong": "`repeats` names the segment that the rule in the guideline computes, or null",
    "label-scale": "a label folds from its scale: above 0 favor, below 0 against, else none",
    "told-by-wrong": "a stance is told by another party exactly if the innermost reporter speaks for another one",
    "stance-grid": "a stance's holder is a party, the page's voice, or a third party that the page names",
    "null-stance": "a row without a scale has no expression, no chain and no evidence",
    "metadata": "annotations/metadata.yaml, where there is one, has what is said of the dataset",
    "card-blocks": "dataset/README.md has each generated block once",
    "alternative-unknown": "an alternative names a field of its row and another value from that field's inventory",
}

CORPUS_WARNINGS = {
    "claims-unlinked": "a page with claims has one that says something of a proposition",
    "agreement-unrelated": "a page is related to a proposition",
    "stance-empty": "a page has a stance",
    "layer-absent": "a layer is there, and has a file for every page; from version 1.0.0 on it must (`file-missing`)",
    "dataset-stale": "what is built is what the annotations make",
}
"""What is doubtful in annotations without problems, and does not keep them from being built."""

AUDIT_RULES = {
    "reference-empty": "a reference has text",
    "reference-not-in-page": "every block of a reference stands in its page",
    "reference-duplicate": "no two pages have one reference, or half of one",
    "snippet-in-reference": "what must not be there does not stand in what must",
    "snippet-empty": "a snippet has text",
    "snippet-ambiguous": "what must not be there stands in its page once",
    "snippet-not-in-page": "a wanted snippet stands in its page",
    "page-missing": "every reference has its page, where a folder of pages is given",
}
"""What `detente dataset audit` finds in reference texts."""

SUITE_RULES = {
    "item-wrong": "`items` says of each row of gold which item it is of, and how that was made",
    "suite-unknown": "a challenge suite is checked by the version that made it",
}
"""What a challenge suite must be, beside what annotations must be (`detente.challenge.checks`)."""

CALL_RULES = {
    "option": "an option is given to a task that heeds it",
    "file-suffix": "a file's suffix is one of those that the command writes",
    "extra-missing": "a measure, an extractor or a baseline has the optional package that it needs",
    "not-readable": "an input can be read",
    "not-writable": "an output can be written",
    "not-runnable": "an extractor, function or command that is to be run can be started",
    "process-died": "the processes that count pages live until they are done",
    "shard-failed": "a part of the work is done in one of three attempts",
    "work-differs": "the folder of --work holds the work of the same call, if any",
    "cluster-lost": "the scheduler of a cluster can be reached, and has workers",
    "gold-format": "reference texts are in one of the formats that are known",
    "not-comparable": "systems that are compared are scored on the same task, gold and options",
    "no-annotations": "the folder to check or build holds annotations/",
    "no-tool": "an entry of the leaderboard says in `tool` what made it",
    "no-gold": "the corpus has gold of the task that is asked for",
    "too-few-families": "a baseline that learns has other families of pages to learn from",
    "not-empty": "what is written anew does not lie there",
    "page-known": "a page that is added is not registered yet",
    "no-text": "a page that is added has text",
    "no-dataset": "the folder of --dataset is a built dataset, or the root of a corpus that is built",
    "dataset-changed": "a built file is the one that manifest.json vouches for, and that is what a build writes",
    "text-free": "a text-free export holds no words of a page, and only such an export is joined",
    "copy-missing": "every page of an export has a copy to join it with",
    "copy-wrong": "a copy is of the page whose name it has",
    "blind-check": "a blind check of a suite is whole, and of the items that the suite makes",
    "suite-refused": "a suite is made only while its blind check finds no more than 2% of its items wrong",
    "row-lost": "a row's spans are in the copies that are joined",
    "version-not-raised": "rows that differ from the built ones have a higher version",
}
"""Rules of a call, not of a file: they have tests of their own, and no folder in `tests/invalid/`."""

EXCHANGE_RULES = {
    "format-unclear": "a file of an annotation tool is in a format that is known (or --format is given)",
    "format-line": "a line or an entry has the form that its format prescribes",
    "layer-differs": "a file holds the layer that is asked for",
    "text-differs": "a file is about the page that it names",
    "quote-not-found": "the words of a span stand in the page, at its offsets or once elsewhere",
    "annotator-unclear": "a page is taken from one annotator",
    "not-representable": "a format can hold what is written in it",
    "file-exists": "no file is overwritten unasked",
}
"""What files of annotation tools must be, beside what annotations must be (`detente.integrations`)."""

EXCHANGE_WARNINGS = {
    "quote-moved": "the offsets of a span are those of its words",
    "left-out": "a file holds nothing that has no place in the rows",
}
"""What is understood otherwise than it is written, or is left out, when such a file is read."""

PREDICTION_RULES = {
    "not-json": "every line is one JSON object in UTF-8, without a key twice",
    "no-predictions": "the file holds predictions",
    "no-id": "a line names its unit in `id`",
    "id-duplicate": "an id occurs once",
    "id-unknown": "an id is in the gold",
    "id-missing": "every id of the gold is predicted (or --allow-missing is given)",
    "unknown-field": "a line has no key outside its task's",
    "form": "a line has exactly one kind of prediction of its task",
    "wrong-type": "a value has its form's type",
    "label-unknown": "a label is in the inventory",
    "value-out-of-range": "a score is on the scale, and probabilities are numbers from 0 to 1",
    "probabilities": "probabilities name every label and sum to 1",
    "span-empty": "a span starts before it ends",
    "span-outside-text": "a span lies inside its text, on character boundaries",
    "span-overlap": "the spans of one claim do not overlap",
    "line-count": "`lines` has one entry for each non-blank line",
    "task-unclear": "the lines fit exactly one task (or --task is given)",
}


class Problem(NamedTuple):
    """One thing that is wrong: printed as `location: code: message`."""

    code: str
    location: str
    message: str

    def __str__(self) -> str:
        return ": ".join(self.shown())

    def shown(self) -> tuple[str, str, str]:
        """Location, code and message as they are printed: bounded, and nothing in them that a terminal obeys."""
        return shortened(self.location, _LONGEST_LOCATION), self.code, shortened(self.message, _LONGEST_MESSAGE)


def folded(problems: Sequence[Problem]) -> list[Problem]:
    """The problems as they are printed: of many of one code in one file the first few, and how many are like them.

    However many there are, there are about 20 lines.
    """
    kinds = [(problem.code, _file_of(problem.location)) for problem in problems]
    sizes, seen = Counter(kinds), Counter[tuple[str, str]]()
    shown: list[Problem] = []
    told = 0
    for problem, kind in zip(problems, kinds, strict=True):
        if told < len(problems) and len(shown) >= SHOWN:
            break
        seen[kind] += 1
        if seen[kind] <= SHOWN_OF_A_KIND:
            shown.append(problem)
            told += 1
            if seen[kind] == SHOWN_OF_A_KIND and sizes[kind] > SHOWN_OF_A_KIND:
                more = sizes[kind] - SHOWN_OF_A_KIND
                shown.append(Problem(*kind, f"and {more:,} more like it"))
                told += more
    return shown


def _file_of(location: str) -> str:
    """A location without its line, or row of a table."""
    file, _, line = location.rpartition(":")
    return file if line.removeprefix("row ").isdecimal() else location


class ValidationError(Exception):
    """Input that cannot be used. Carries every problem found, never only the first; its text shows them folded.

    Attributes:
        problems: Each with a `code`, a `location` and a `message`.

    Example:
        >>> import detente
        >>> try:
        ...     detente.score([{"id": "detente-000", "label": "favour"}], task="stance", allow_missing=True)
        ... except detente.ValidationError as invalid:
        ...     for problem in invalid.problems:
        ...         print(problem.location, problem.code)
        predictions:row 1 id-unknown
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, folded(self.problems))))
