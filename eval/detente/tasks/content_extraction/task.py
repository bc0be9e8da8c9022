"""The task `content_extraction`: extractors' outputs against reference texts, by the benchmarks' measures.

Every measure is of a page, and the corpus has its mean over the pages for which it is defined; snippets alone are
pooled. Where a page has several references, the nearest counts, measure by measure.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, NamedTuple

from detente.metrics.classification import precision, ratio, recall
from detente.metrics.edit_distance import indel_ratio, wer_tokens, word_error_rate
from detente.metrics.ngrams import Hits, Words, compare, located_words, overlap
from detente.metrics.rouge import rouge_lsum
from detente.tasks.content_extraction import KINDS, benchmarks
from detente.tasks.content_extraction.errors import COLUMNS as ERRORS
from detente.tasks.content_extraction.errors import METRICS as ERROR_METRICS
from detente.tasks.content_extraction.errors import errors
from detente.tasks.content_extraction.metrics import MEANS, PARAGRAPH_PAGES, SHINGLE_PAGES, SNIPPETS
from detente.tasks.content_extraction.metrics import METRICS as MEASURES
from detente.tasks.content_extraction.prediction import Output, parse
from detente.tasks.content_extraction.references import Reference, ReferenceCorpus, ReferencePage, sentence_tokens
from detente.tasks.content_extraction.structure import COLUMNS as STRUCTURE
from detente.tasks.content_extraction.structure import METRICS as STRUCTURE_METRICS
from detente.tasks.content_extraction.structure import structure_errors
from detente.tasks.task import Options, Row, Task
from detente.text import sentences
from detente.text.structure import EMPTY

_NOTHING: Final = Output("", (), "missing")
_Compared = Sequence[tuple[Hits, bool]]
"""What the shingles of an output and those of each reference share; and whether the words are the same."""


def _units(references: ReferenceCorpus, _: Collection[str] = ()) -> dict[str, ReferencePage]:
    return dict(references.targets)


def _paragraphs(output: Output) -> tuple[str, ...]:
    """The output's paragraphs; of a text those that blank lines divide, or its lines if it has no blank line."""
    if output.paragraphs is not None:
        return output.paragraphs
    lines = [line.strip() for line in output.text.splitlines()]
    if "" not in lines:
        return tuple(lines)
    blocks = "\n".join(lines).split("\n\n")
    return tuple(block.strip() for block in blocks if block.strip())


def _page_means(
    target: ReferencePage, output: Output, tokens: list[str], lowered: Words, compared: _Compared
) -> dict[str, float]:
    """The measures of one page, those that are undefined left out; and for which F1 it is a page to count."""
    found = {**_shingles(compared), **_bags(target, output, lowered)}
    if sentences.splitter_version() is not None:
        paragraphs = target.references[0].paragraphs is not None
        made = sentence_tokens(output.text, letters=paragraphs)
        scores = [rouge_lsum(reference.sentences, made) for reference in target.references]
        best = max(scores, key=lambda score: score.f1)
        found |= {f"rouge_{part}": value for part, value in best._asdict().items()}
    spoken = wer_tokens(output.text)
    found["levenshtein"] = max(indel_ratio(reference.tokens, tokens) for reference in target.references)
    rates = [word_error_rate(reference.spoken, spoken) for reference in target.references if reference.spoken]
    return found | ({"wer": min(rates)} if rates else {}) | benchmarks.page_values(target, output)


def _nearest(hits: list[Hits]) -> Hits:
    return max(hits, key=lambda each: overlap(each).f1)


def _shingles(compared: _Compared) -> dict[str, float]:
    hits = _nearest([each for each, _ in compared])
    scores = overlap(hits)
    found = {"shingle_precision_all": scores.precision, "shingle_page_f1": scores.f1}
    found[SHINGLE_PAGES] = float(any(hits))
    found["shingle_same"] = float(any(same for _, same in compared))
    if hits.tp + hits.fp:
        found["shingle_precision"] = scores.precision
    if hits.tp + hits.fn:
        found["shingle_recall"] = scores.recall
    return found


def _bags(target: ReferencePage, output: Output, lowered: Words) -> dict[str, float]:
    scores = overlap(_nearest([reference.words.compare(lowered) for reference in target.references]))
    found = {f"bag_{part}": value for part, value in scores._asdict().items()}
    if target.references[0].paragraphs is not None:
        made = _paragraphs(output)
        hits = _nearest([compare(reference.paragraphs or (), made) for reference in target.references])
        parts = {
            "precision": precision(hits.tp, hits.fp),
            "recall": recall(hits.tp, hits.fn),
            "f1": ratio(2 * hits.tp, (2 * hits.tp + hits.fp + hits.fn) * (hits.tp > 0)),  # undefined at P = R = 0
        }
        found["paragraph_all"] = overlap(hits).f1
        found[PARAGRAPH_PAGES] = float(any(hits))
        found |= {f"paragraph_{part}": float(value) for part, value in parts.items() if value == value}  # noqa: PLR0124
    return found


def _snippet_counts(target: ReferencePage, tokens: list[str]) -> dict[str, int]:
    """Which snippets stand in the output, runs of white space being one space."""
    text = " ".join(tokens)
    found = [" ".join(snippet.split()) in text for snippet in target.must_include]
    let_in = [" ".join(snippet.split()) in text for snippet in target.must_exclude]
    counts = (sum(found), sum(let_in), len(found) - sum(found), len(let_in) - sum(let_in))
    return dict(zip(SNIPPETS, counts, strict=True))


def _nearest_reference(target: ReferencePage, lowered: Words) -> tuple[str, Reference]:
    """The reference that shares most words with an output, and its name among several."""
    references = target.references
    if len(references) == 1:
        return "reference", references[0]
    nearest = max(references, key=lambda reference: overlap(reference.words.compare(lowered)).f1)
    return f"reference {references.index(nearest) + 1}", nearest


def _texts(target: ReferencePage, output: Output | None) -> dict[str, str]:
    if not target.references:
        return {}
    text = (output or _NOTHING).text
    name, nearest = _nearest_reference(target, located_words(text.lower()))
    return {name: nearest.text, "output": text}


def count(target: ReferencePage, output: Output | None, options: Options) -> list[Row]:
    """The one row of a page."""
    return count_systems(target, [output], options)[0]


def count_systems(target: ReferencePage, outputs: Sequence[Output | None], options: Options) -> list[list[Row]]:
    """The one row of a page of each system, after which the page's references let go of what they had ready.

    The shingles of all outputs are compared at once.
    """
    made = [output or _NOTHING for output in outputs]
    texts = [output.text for output in made]
    by_reference = [reference.shingles.compare_all(texts) for reference in target.references]
    compared = [[found[place] for found in by_reference] for place in range(len(made))]
    rows = [[_row(target, output, each, options)] for output, each in zip(made, compared, strict=True)]
    for reference in target.references:
        reference.let_go()
    return rows


def _row(target: ReferencePage, output: Output, compared: _Compared, options: Options) -> Row:
    row: Row = {"id": target.id, "family": target.id, "article": target.id, "item": target.id, "output": output.kind}
    row |= target.labels
    row["slice"] = "dropped" if options.empty == "drop" and output.kind != "text" else "main"
    row |= {"pages": 1, "without_text": int(output.kind != "text")}
    tokens, lowered = output.text.split(), located_words(output.text.lower())
    if target.references:
        means = _page_means(target, output, tokens, lowered, compared)
        row |= means | {f"{name}_pages": 1 for name in means if name in MEANS}
    if target.must_include or target.must_exclude:
        row |= _snippet_counts(target, tokens)
        row["wrong"] = row["snippet_fp"] + row["snippet_fn"]
        row["detail"] = f"{row['snippet_fn']} snippets missed, {row['snippet_fp']} let in" if row["wrong"] else ""
    if target.references:
        name, nearest = _nearest_reference(target, lowered)
        if options.errors:
            found = errors(output.text, nearest.text, name)
            row |= found.counts | {"wrong": found.wrong, "detail": found.detail, "blocks": found.blocks}
        kept = output.structure if output.kind == "text" else EMPTY
        if nearest.structure is not None and kept is not None:
            of_structure = structure_errors(nearest.structure, kept, output.text)
            row |= of_structure.counts
            row["wrong"] = row.get("wrong", 0) + sum(of_structure.words.values())
            row["detail"] = "; ".join(filter(None, (row.get("detail"), *of_structure.words)))
    return row


METRICS: Final = (*MEASURES, *ERROR_METRICS, *STRUCTURE_METRICS)


def _no_inputs(_: Any) -> list[dict[str, Any]]:
    return []


class Facts(NamedTuple):
    """What decides which metrics there are: of some pages and what systems say of them, as plain data.

    Attributes:
        texts: Whether there are reference texts,
        paragraphs: some that say what their paragraphs are,
        structure: some that were Markdown or HTML.
        snippets: Whether there are snippets.
        benchmarks: The formats whose own measures are taken.
        plain: Of each system whether it has a text that was no Markdown or HTML,
        marked: and one that was.
    """

    texts: bool
    paragraphs: bool
    structure: bool
    snippets: bool
    benchmarks: tuple[str, ...]
    plain: tuple[bool, ...]
    marked: tuple[bool, ...]


def facts_of(targets: Mapping[str, ReferencePage], systems: Sequence[Mapping[str, Output]]) -> Facts:
    """The facts of some pages."""
    texts = [reference for target in targets.values() for reference in target.references]
    kinds = [{output.structure is None for output in answers.values() if output.kind == "text"} for answers in systems]
    return Facts(
        texts=bool(texts),
        paragraphs=any(reference.paragraphs is not None for reference in texts),
        structure=any(reference.structure is not None for reference in texts),
        snippets=any(target.must_include or target.must_exclude for target in targets.values()),
        benchmarks=tuple(sorted({target.benchmark for target in targets.values()})),
        plain=tuple(True in each for each in kinds),
        marked=tuple(False in each for each in kinds),
    )


def all_facts(parts: Sequence[Facts]) -> Facts:
    """The facts of all pages from those of parts."""
    plain, marked = (
        tuple(any(each) for each in zip(*(getattr(part, key) for part in parts), strict=True))
        for key in ("plain", "marked")
    )
    return Facts(
        texts=any(part.texts for part in parts),
        paragraphs=any(part.paragraphs for part in parts),
        structure=any(part.structure for part in parts),
        snippets=any(part.snippets for part in parts),
        benchmarks=tuple(sorted({name for part in parts for name in part.benchmarks})),
        plain=plain,
        marked=marked,
    )


def available_of(facts: Facts, options: Options) -> set[str]:
    """The metrics that gold and outputs have what it takes for."""
    names = [metric.name for metric in METRICS]
    left_out: set[str] = set()
    if not facts.paragraphs:
        left_out.update(name for name in names if name.startswith("paragraph_match"))
    if not facts.snippets:
        left_out.update(name for name in names if name.startswith("snippet"))
    if not facts.texts:
        left_out.update(name for name in names if not name.startswith("snippet"))
    if sentences.splitter_version() is None:
        left_out.update(name for name in names if name.startswith("rouge"))
    # A system without any text has lost every structure.
    if not facts.structure or not any(
        marked or not plain for plain, marked in zip(facts.plain, facts.marked, strict=True)
    ):
        left_out.update(metric.name for metric in STRUCTURE_METRICS)
    if not options.errors:
        left_out.update(metric.name for metric in ERROR_METRICS)
    left_out |= benchmarks.left_out(facts.benchmarks)
    return set(names) - left_out


def _available(
    targets: Mapping[str, ReferencePage], systems: Sequence[Mapping[str, Output]], options: Options
) -> set[str]:
    return available_of(facts_of(targets, systems), options)


def _signature_parts(targets: Mapping[str, ReferencePage]) -> dict[str, str]:
    return {"nltk": sentences.splitter_version() or "none", **benchmarks.signature_parts(targets.values())}


CONTENT_EXTRACTION: Final = Task(
    name="content_extraction",
    summary="how well an extractor's output matches a reference text",
    primary="shingle_f1",
    standard=(
        *("rouge_lsum_f1", "levenshtein", "bag_of_words_f1", "paragraph_match_f1"),
        *("wer", "snippet_f1", "missed", "insertions"),
    ),
    kinds=KINDS,
    extras=("tool", "error"),
    tabular=False,
    options=("empty",),
    keys=("id", "family", "slice", "article", "output", "item", *benchmarks.LABELS),
    columns=(
        "pages",
        "without_text",
        *(column for name in MEANS for column in (name, f"{name}_pages")),
        *(SHINGLE_PAGES, PARAGRAPH_PAGES, benchmarks.SHORT),
        *SNIPPETS,
        *ERRORS,
        *STRUCTURE,
    ),
    metrics=METRICS,
    units=_units,
    parse=parse,
    count=count,
    count_systems=count_systems,
    inputs=_no_inputs,
    available=_available,
    primary_of={
        "wceb": "rouge_lsum_f1",
        "fundus": "rouge_lsum_f1",
        "snippets": "snippet_f1",
        "webmainbench": "webmainbench_rouge_5_f1",
        "wcxb": "bag_of_words_f1",
    },
    standard_of=benchmarks.STANDARD,
    aliases={
        "added": "insertions",
        "glued": "merged_words",
        "split": "split_words",
        "breaks_lost": "lost_line_breaks",
    },
    signature_parts=_signature_parts,
    packages={"rouge_lsum": "rouge", "webmainbench": "webmainbench"},
    gold_notes=benchmarks.notes,
    texts=_texts,
)
