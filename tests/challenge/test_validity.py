"""Whether the suites measure what they are for: who is right is right everywhere, and known weaknesses show.

Scores, drops and intervals are those that are printed: of a suite in a folder, read, counted and broken down.
"""

import math
from collections.abc import Callable
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import pytest

from detente.challenge import making
from detente.challenge.all import SUITES
from detente.data.corpus import Corpus, load
from detente.data.jsonl import Line, Record
from detente.data.labels import LABELS_OF_CONTRAST, SPLITS
from detente.data.page import pairs_of
from detente.evaluation.engines.local import HERE
from detente.evaluation.predictions import check
from detente.evaluation.robustness import Robustness, Slice, robustness
from detente.evaluation.score import Resampling, Scores, score
from detente.evaluation.transfer import answers
from detente.stats.bootstrap import MIN_CLUSTERS
from detente.tasks import held_out, task_named
from detente.tasks.held_out import Example
from detente.text.clauses import sentence_spans
from detente.text.folding import fold

Make = Callable[[str, int], Corpus]
FOLDS = 5
RESAMPLES = 200
BASES = {"transplant": 30, "contrast": 60}
"""Of how many bases a weakness is measured, if not of ten: pages differ more than an operation changes some of them."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Suites of so many bases, each made once."""
    known: dict[tuple[str, int], Corpus] = {}

    def make(name: str, bases: int) -> Corpus:
        if (name, bases) not in known:
            folder = tmp_path_factory.mktemp("suites") / name
            recipe = making.recipe_of(making.suite_of(name), bases * len(SUITES[name].variants), 0, ("test",))
            making.make(recipe, folder, HERE)
            known[name, bases] = load(folder)
        return known[name, bases]

    return make


def scored(gold: Corpus, task: str, lines: list[Record]) -> Scores:
    """The scores of lines, by item."""
    read = check([Line(f"lines:{number}", line) for number, line in enumerate(lines)], task_named(task), gold, "lines")
    return score(read, gold, resampling=Resampling("article", RESAMPLES))


def moved(gold: Corpus, task: str, lines: list[Record], metric: str = "") -> Robustness:
    found = robustness(scored(gold, task, lines), asked=[metric])
    assert found is not None
    return found


def of(found: Robustness, operation: str, strength: str = "strong") -> Slice:
    (wanted,) = (each for each in found.slices if (each.operation, each.strength) == (operation, strength))
    return wanted


def baseline(gold: Corpus, task: str, name: str) -> list[Record]:
    known = task_named(task)
    return next(each for each in known.baselines if each.name == name).lines(known.inputs(gold), gold)


# --- a perfect oracle ---


def _bodies(gold: Corpus) -> list[Record]:
    found: dict[str, list[list[int]]] = {name: [] for name in gold.articles}
    for row in gold.rows("boilerplate"):
        if row["zone"] == "body":
            found[row["article"]].append([row["start"], row["end"]])
    return [{"id": name, "content": spans} for name, spans in found.items()]


def _labels(gold: Corpus) -> list[Record]:
    return gold.rows("contrast", "id", "label")


def _claims(gold: Corpus) -> list[Record]:
    found: dict[str, list[Record]] = {name: [] for name in gold.articles}
    for row in gold.rows("claims"):
        said = {key: row[key] for key in ("type", "presentation", "check_worthy")}
        found[row["article"]].append({"spans": [list(span) for span in pairs_of(row["spans"])], **said})
    return [{"id": name, "claims": claims} for name, claims in found.items()]


def _edges(gold: Corpus) -> list[Record]:
    found: dict[str, list[Record]] = {name: [] for name in gold.articles}
    for row in gold.rows("derivation", "article", "source", "degree", "kind"):
        found[row.pop("article")].append(row)
    return [{"id": name, "edges": edges} for name, edges in found.items()]


def _passages(gold: Corpus) -> list[Record]:
    found: dict[str, list[Record]] = {unit["id"]: [] for unit in task_named("reuse").inputs(gold)}
    for row in gold.rows("reuse"):
        spans = {side: list(pairs_of([row[side]])[0]) for side in ("this", "source_span")}
        found[f"{row['article']}::{row['source']}"].append({**spans, "operation": row["operation"]})
    return [{"id": name, "passages": passages} for name, passages in found.items()]


ORACLES: dict[tuple[str, str], Callable[[Corpus], list[Record]]] = {
    ("transplant", "boilerplate"): _bodies,
    ("contrast", "contrast"): _labels,
    ("claims", "claims"): _claims,
    ("derive", "derivation"): _edges,
    ("derive", "reuse"): _passages,
}
NOTHING_TO_FIND = {
    "derivation": {"unrelated", "same_quotation"},
    "reuse": {"unrelated"},
}
"""Operations after which there is nothing: who finds nothing has no value there, and who finds something has 0."""


def test_every_task_of_every_suite_has_an_oracle() -> None:
    assert {(name, task) for name, suite in SUITES.items() for task in suite.tasks} == ORACLES.keys()


@pytest.mark.parametrize("key", ORACLES, ids="-".join)
def test_an_oracle_scores_one_after_every_operation(made: Make, key: tuple[str, str]) -> None:
    suite, task = key
    gold = made(suite, 2)
    found = moved(gold, task, ORACLES[key](gold))
    nothing = NOTHING_TO_FIND.get(task, set())
    for each in found.slices:
        if each.operation in nothing:
            assert math.isnan(each.value)
        else:
            assert (each.value, each.drop) == (1.0, 0.0), (each.operation, each.strength)
            assert each.sources == (1.0, 1.0)
    there = {(each.operation, each.strength) for each in found.slices if each.operation not in nothing}
    assert there == {variant for variant in SUITES[suite].variants if variant.operation not in nothing}
    assert found.consistency == 1.0
    assert found.bases == 2


# --- chance ---


def _folded(gold: Corpus, answer: Callable[[list[Record], dict[str, Record]], list[Example]]) -> list[Record]:
    """Labels of a model for each question that has learned on the bases of other folds."""
    rows = {row["id"]: row for row in gold.rows("contrast")}
    bases = dict(gold.table("items").select("id", "base").iter_rows())
    found: list[Record] = []
    for task, labels in LABELS_OF_CONTRAST.items():
        units = [unit for unit in task_named("contrast").inputs(gold) if unit["task"] == task]
        order = {base: number for number, base in enumerate(dict.fromkeys(bases[unit["id"]] for unit in units))}
        examples = [
            each._replace(family=str(order[bases[unit["id"]]] % FOLDS))
            for unit, each in zip(units, answer(units, rows), strict=True)
        ]
        said = held_out.labels(examples, labels)
        found += [{"id": unit["id"], "label": label} for unit, label in zip(units, said, strict=True)]
    return found


def _without_question(units: list[Record], rows: dict[str, Record]) -> list[Example]:
    return [Example({}, rows[unit["id"]]["label"], "", unit["text"]) for unit in units]


def _first_reading(gold: Corpus) -> list[Record]:
    """Of each sentence the right label of the question that comes first, whatever is asked."""
    first: dict[tuple[str, str], str] = {}
    rows = gold.rows("contrast")
    bases = dict(gold.table("items").select("id", "item").iter_rows())
    for row in rows:
        first.setdefault((bases[row["id"]], row["text"]), row["label"])
    return [{"id": row["id"], "label": first[bases[row["id"]], row["text"]]} for row in rows]


def test_who_is_blind_is_at_chance_and_has_no_change_right(tmp_path: Path) -> None:
    """Two sentences of a pair are asked the same, so that who does not see them gives both the same label.

    Of single labels it has what chance has, 1/3 and 1/4: that is in the 95% interval over the ten bases of each
    question (Student's t, 2.26 standard errors at nine degrees of freedom).
    """
    making.make(making.recipe_of(SUITES["contrast"], 20 * len(SUITES["contrast"].variants), 0, SPLITS), tmp_path, HERE)
    task, gold = task_named("contrast"), load(tmp_path)
    learner = next(each for each in task.baselines if each.name == "blind")
    lines = answers(learner, task, load(tmp_path, "train"), gold)
    found = scored(gold, "contrast", [{key: line[key] for key in ("id", "label")} for line in lines]).metrics
    for name in ("twin_consistency", "pair_consistency_change"):
        assert (found[name].value, found[name].low, found[name].high) == (0.0, 0.0, 0.0)
    said = {line["id"]: line["label"] for line in lines}
    bases = dict(gold.table("items").select("id", "base").iter_rows())
    for question, labels in LABELS_OF_CONTRAST.items():
        right: dict[str, list[bool]] = {}
        for row in gold.rows("contrast"):
            if row["task"] == question:
                right.setdefault(bases[row["id"]], []).append(said[row["id"]] == row["label"])
        shares = [fmean(each) for each in right.values()]
        assert len(shares) == 10
        assert abs(fmean(shares) - 1 / len(labels)) <= 2.26 * stdev(shares) / math.sqrt(10), question


@pytest.mark.parametrize("task", LABELS_OF_CONTRAST)
def test_who_does_not_see_the_question_is_right_once_of_two_at_best(made: Make, task: str) -> None:
    gold = made("contrast", 20)
    best = scored(gold, "contrast", _first_reading(gold))
    learned = scored(gold, "contrast", _folded(gold, _without_question))
    accuracy = best.metrics[f"{task}_accuracy"]
    assert (accuracy.value, accuracy.low, accuracy.high) == (0.5, 0.5, 0.5)
    assert learned.metrics[f"{task}_accuracy"].high <= 0.5
    for found in (best, learned):
        twins = found.metrics["twin_consistency"]
        assert (twins.value, twins.low, twins.high) == (0.0, 0.0, 0.0)


# --- known weaknesses, by the interval of the drop ---

MARGIN = 0.01
"""All of the 95% interval of a drop that must show is above it; that of one that must not, within it."""


def _lead(gold: Corpus) -> list[Record]:
    """The first 3,000 characters of a page."""
    return [{"id": name, "text": row["text"][:3000]} for name, row in gold.articles.items()]


def _exact(gold: Corpus) -> list[Record]:
    """Sentences of ten words or more that both pages have, letter for letter."""
    found = []
    for unit in task_named("reuse").inputs(gold):
        sides = [
            {
                fold(unit[key][slice(*span)]): list(span)
                for span in sentence_spans(unit[key])
                if len(unit[key][slice(*span)].split()) > 9
            }
            for key in ("this_text", "source_text")
        ]
        shared = [text for text in sides[0] if text in sides[1]]
        passages: list[Any] = [
            {"this": sides[0][text], "source_span": sides[1][text], "operation": "verbatim"} for text in shared
        ]
        found.append({"id": unit["id"], "passages": passages})
    return found


WEAKNESSES: list[tuple[str, str, str, Callable[[Corpus], list[Record]], str]] = [
    # Lines are all that it sees: those that are wrapped end no sentence.
    ("transplant", "boilerplate", "", lambda gold: baseline(gold, "boilerplate", "body_lines"), "wrapped"),
    ("transplant", "boilerplate", "", lambda gold: baseline(gold, "boilerplate", "body_lines"), "lines_merged"),
    # All of a page is content for it: the more there is around the article, the less of it is.
    ("transplant", "boilerplate", "", lambda gold: baseline(gold, "boilerplate", "keep_all"), "dense"),
    # Where something stands is all that it sees.
    ("transplant", "boilerplate", "char_recall", _lead, "dense"),
    # Words that both have are the same matter for it, whenever that was.
    (
        "contrast",
        "contrast",
        "agreement_accuracy",
        lambda gold: baseline(gold, "contrast", "words"),
        "past_against_present",
    ),
    # What asserts something is a claim for it, promotion too.
    ("claims", "claims", "", lambda gold: baseline(gold, "claims", "sentences"), "promotion"),
    # Letters are all that it compares.
    ("derive", "reuse", "", _exact, "rewritten"),
    ("derive", "reuse", "", _exact, "attribution"),
    # A quotation is no sentence for it.
    ("derive", "reuse", "", _exact, "same_quotation"),
    # Who is named is drawn on for it, though nothing was taken.
    ("derive", "derivation", "", lambda gold: baseline(gold, "derivation", "named"), "unrelated"),
]


@pytest.mark.parametrize(
    ("suite", "task", "metric", "system", "operation"),
    WEAKNESSES,
    ids=[f"{task}-{number}-{operation}" for number, (_, task, _, _, operation) in enumerate(WEAKNESSES)],
)
def test_a_weakness_shows_where_it_must(
    made: Make,
    suite: str,
    task: str,
    metric: str,
    system: Callable[[Corpus], list[Record]],
    operation: str,
) -> None:
    gold = made(suite, BASES.get(suite, MIN_CLUSTERS))
    found = of(moved(gold, task, system(gold), metric), operation)
    assert found.drop_interval.low > MARGIN, found


def test_what_a_system_does_not_see_moves_it_nowhere(made: Make) -> None:
    gold = made("transplant", BASES["transplant"])
    found = moved(gold, "boilerplate", baseline(gold, "boilerplate", "body_lines"))
    # Short lines in other scripts are no lines of a body, and spaces of another kind part words, too.
    for operation in ("interleaved", "mixed_scripts", "no_break_spaces", "moved_blocks"):
        each = of(found, operation)
        assert -MARGIN <= each.drop_interval.low <= each.drop_interval.high <= MARGIN, each
