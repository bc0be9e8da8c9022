"""Every value that the JSON outputs had before the code moved into this house is still there, to the last digit.

`values/before_the_move.json.xz` holds predictions (gold with seeded noise), and what `eval score` and `eval compare`
printed of them and of other benchmarks' outputs, at the commit before the move. What was renamed since stands in
`RENAMED`; whatever else differs is a fault. The bounds of resampled fractions were recorded anew, 1,092 of them by less
than 1e-15 each, when sums became the same on every machine (`detente.metrics.sums`).
"""

import json
import lzma
import os
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from detente.cli import main
from detente.data.labels import TYPES_OF_ZONE
from detente.tasks import TASK_NAMES

TESTS = Path(__file__).parent
SUITES = TESTS.parents[1] / "shared" / "suites"
EXTRACTORS = TESTS.parent / "benchmarks" / "extractors"
NEW_IDS = {"unnamed-origin-000-001": "unnamed-text-1", "unnamed-origin-002": "unnamed-text-2"}
"""Ids told which pages they belong to."""


def _before() -> dict[str, Any]:
    text = lzma.decompress((TESTS / "values" / "before_the_move.json.xz").read_bytes()).decode()
    for old, new in NEW_IDS.items():
        text = text.replace(old, new)
    document: dict[str, Any] = json.loads(text)
    return document


BEFORE = _before()

RENAMED = {
    "boilerplate": {
        "missed_blocks": "missed_paragraphs",
        "fabricated": "insertions",
        "out_of_order": "moved",
        "glued": "merged_words",
        "split": "split_words",
        "breaks_lost": "lost_line_breaks",
        "foreign": "non_latin_share",
        **{f"recall_{kind}": f"removed_{kind}" for kind in TYPES_OF_ZONE["boilerplate"]},
    },
    "content_extraction": {
        "added": "insertions",
        "glued": "merged_words",
        "split": "split_words",
        "breaks_lost": "lost_line_breaks",
    },
    "claims": {
        **{f"strict_{part}": f"exact_{part}" for part in ("precision", "recall", "f1")},
        **{f"char_{part}": f"claim_char_{part}" for part in ("precision", "recall", "f1")},
        "type_accuracy": "claim_type_accuracy",
        "type_macro_f1": "claim_type_macro_f1",
        "independent_source_error": "sources_min_error",
    },
    "stance": {"independent_source_error": "family_count_error"},
    "contrast": {"pooled": "others"},
    "reuse": {"no_operation": "missing"},
    "attribution": {f"type_{part}": f"attribution_type_{part}" for part in ("accuracy", "macro_f1")},
    "derivation": {
        **{f"pair_{part}": f"related_pages_{part}" for part in ("precision", "recall", "f1")},
        "independent_source_error": "sources_max_error",
    },
}
"""The metrics of each task by what they were called before."""
INVENTED = "invented and repeated text was no false positive of characters, tokens and lines"
SHOWN = "text that was doubled, moved, glued, split or written otherwise was no error, and not every block was told"
PLACED = (
    "wrapped lines were placed in captions; of invisible characters and fullwidth forms there were several lists; "
    "Markdown's markers were folded in part: one of several on a line, escapes after emphasis"
)
EMPTY = "pages of which a benchmark has no F1 left mean and range"
MACRO_AVERAGES = {
    "stance": ("macro_f1", "f_avg"),
    "agreement": ("macro_f1",),
    "contrast": ("stance_macro_f1", "agreement_macro_f1"),
    "claims": ("claim_type_macro_f1", "type_macro_f1_overall"),
    "attribution": ("attribution_type_macro_f1",),
    "derivation": ("degree_macro_f1", "kind_macro_f1"),
    "reuse": ("operation_macro_f1",),
}
OF_WHAT_IS_SAID = {
    "attribution": (
        *("entity_accuracy", "entity_recall", "entity_f1"),
        *(f"source_{level}_{part}" for level in ("char", "token") for part in ("recall", "f1")),
        *("attribution_type_accuracy", "channel_accuracy", "chain_exact_match"),
    ),
    "derivation": ("edge_kind_f1", "kind_accuracy"),
    "claims": ("claim_type_accuracy", "presentation_accuracy", "normalised_chrf"),
}
"""Measures of what a system need not say."""
SUPPORT = "events were counted instead of principals, and actors of sentences that nobody is cited for as sources"
OF_ALL_LINKS = "the words that name any link of a chain were those of its innermost source"
AT_FIVE_PERCENT = {"reuse": ("micro_recall", "pair_recall"), "boilerplate": ("removed_ad",)}
CHANGED: tuple[tuple[str, tuple[str, ...], str], ...] = (
    *(
        ("boilerplate", (f"{level}_{part}",), INVENTED)
        for level in ("char", "token", "line")
        for part in ("precision", "f1")
    ),
    *(("boilerplate", (f"{level}_recall", "n"), INVENTED) for level in ("char", "token", "line")),
    *((task, (key,), SHOWN) for task in ("boilerplate", "content_extraction") for key in ("errors", "items")),
    *(
        ("content_extraction", (name,), PLACED)
        for name in ("missed", "missed_blocks", "insertions", "doubled", "moved")
    ),
    *(("content_extraction", (name,), PLACED) for name in ("merged_words", "split_words", "lost_line_breaks")),
    *(("content_extraction", ("shingle_f1", key), EMPTY) for key in ("n", "clusters", "mean", "low")),
    *(("content_extraction", ("paragraph_match_f1", key), EMPTY) for key in ("n", "clusters", "mean", "low")),
    *(("content_extraction", ("paragraph_match_f1", key), EMPTY) for key in ("article", "family")),
    *(
        (task, (name, key), "a part that lacks a label of the whole gold had no macro average")
        for task, names in MACRO_AVERAGES.items()
        for name in names
        for key in ("breakdown", "mean", "clusters", "low", "high")
    ),
    *(
        (task, (name, key), "a part where a system says nothing left the mean")
        for task, names in OF_WHAT_IS_SAID.items()
        for name in names
        for key in ("breakdown", "mean", "clusters")
    ),
    *(
        (task, ("mcc", key), "a constant answer had no correlation; it is 0")
        for task in ("stance", "agreement")
        for key in ("breakdown", "majority", "mean", "clusters")
    ),
    *(
        (task, (name, bound), "exactly 5% of undefined resamples forbade an interval, and not one of ranks")
        for task, names in AT_FIVE_PERCENT.items()
        for name in names
        for bound in ("low", "high")
    ),
    *(
        (task, ("comparisons", key), "there was a p of items on four families")
        for task in TASK_NAMES
        for key in ("p", "p_holm", "smallest_p", "exact", "clusters_differing", "minimal_detectable")
    ),
    ("claims", ("check_worthy_average_precision",), "claims that are not found were ranked last; they add 0"),
    ("claims", ("checkthat_average_precision",), "the official scorer takes no ranking that lacks a claim"),
    ("claims", ("sources_min_error",), "a key whose claims say several propositions equally often stood for the first"),
    ("reuse", ("comparisons", "items", "said"), "a passage without an operation is `missing`, not no_operation"),
    *(
        (f"eval score {task}.missing --task {task} --allow-missing", (key,), "a missing answer was a wrong label")
        for task in ("stance", "agreement")
        for key in ("metrics", "breakdown", "confusion", "errors", "one_item")
    ),
    ("claims", ("sources_min_error",), SUPPORT),
    ("derivation", ("sources_max_error",), SUPPORT),
    *(
        ("attribution", (f"source_{level}_{part}",), OF_ALL_LINKS)
        for level in ("char", "token")
        for part in ("precision", "recall", "f1")
    ),
    *(("attribution", (key,), OF_ALL_LINKS) for key in ("errors", "items")),
    *(
        ("derivation", ("comparisons", bound), "items are resampled in the order of their ids, some of which are new")
        for bound in ("low", "high")
    ),
    *(
        ("boilerplate", (f"removed_{kind}",), "comments and counters of templates were related and placeholders")
        for kind in ("related", "placeholder")
    ),
    *(
        ("boilerplate", ("breakdown", "type", kind), "comments and counters of templates were related and placeholders")
        for kind in ("related", "placeholder")
    ),
    *((task, ("dataset", key), "the labels are those of 1.1") for task in TASK_NAMES for key in ("version", "sha256")),
    (
        "eval score attribution.missing --task attribution --allow-missing",
        ("confusion",),
        "a missing answer was called nothing",
    ),
)
"""What has another value since, on purpose: the task, or one call, keys that its path holds all of, and the fault that
was mended.

The right values are tested where they are computed.
"""
KEYS = {"separated_from_next": "significant", "lead": "gap_to_next"}


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every value of a document that holds no other, by its path."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list) and value:
        for place, inner in enumerate(value):
            yield from leaves(inner, (*path, inner["name"] if "systems" in path[-1:] else str(place)))
    else:
        yield path, value


def renamed(document: dict[str, Any], task: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The leaves of a document from before, under today's names."""
    names = RENAMED.get(task, {})
    for path, value in leaves(document):
        new = tuple(
            "main" if name == "headline" and "slice" in path[:place] else names.get(name, name)
            for place, name in enumerate(path)
        )
        new = tuple(KEYS.get(name, name) for name in new)
        yield new, _renamed_value(path, value, names, task)


def _renamed_value(path: tuple[str, ...], value: Any, names: dict[str, str], task: str) -> Any:
    if path == ("task",):
        return task
    if path == ("schema",):
        return value.replace("/1", "/2")
    if path[-1] == "slice":
        return "main" if value == "headline" else value
    return names.get(value, value) if isinstance(value, str) and ("metrics" in path or path == ("by",)) else value


def printed(*arguments: object) -> dict[str, Any]:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    document: dict[str, Any] = json.loads(result.stdout)
    return document


OF_THE_METRIC_THAT_RANKS = {"by", "rank", "ranks", "significant", "gap_to_next", "items", "scored"}
"""The last two are those of the first system."""


def differing(before: dict[str, Any], now: dict[str, Any], task: str, call: str = "") -> dict[str, tuple[Any, Any]]:
    """What was there and is not there now, or is another value; what is new is nobody's loss.

    Signatures have the task's new name, and do not repeat what systems share. Where systems are ranked by another
    metric than before, the primary one, their order is another one too.
    """
    found = dict(leaves(now))
    differences = {
        "/".join(path): (value, found.get(path, "(nothing)"))
        for path, value in renamed(before, task)
        if "signature" not in path and (path not in found or found[path] != value)
        if not any(of in (task, call) and set(keys) <= set(path) for of, keys, _ in CHANGED)
    }
    if differences.get("by", ("", ""))[1] == now.get("primary", "(none)"):
        differences = {
            path: pair for path, pair in differences.items() if not OF_THE_METRIC_THAT_RANKS & set(path.split("/"))
        }
    return differences


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("values")
    for name, records in BEFORE["predictions"].items():
        lines = [json.dumps(record, ensure_ascii=False) + "\n" for record in records]
        (folder / f"{name}.jsonl").write_text("".join(lines), encoding="utf-8")
    return folder


@pytest.mark.parametrize("call", [call for call in BEFORE["cases"] if call.startswith("eval ")])
def test_scores_and_comparisons_of_every_task(folder: Path, call: str) -> None:
    words = [folder / f"{word}.jsonl" if word in BEFORE["predictions"] else word for word in shlex.split(call)]
    before = BEFORE["cases"][call]
    assert differing(before, printed(*words, "--format", "json"), before["task"], call) == {}


@pytest.mark.parametrize("call", [call for call in BEFORE["cases"] if not call.startswith("eval ")])
def test_public_extractors_on_rendered_pages(call: str) -> None:
    paths = sorted(EXTRACTORS.glob("*.jsonl.xz")) if "ranked" in call else [EXTRACTORS / call.split()[1]]
    now = printed("eval", "score", *paths, "--format", "json")
    assert differing(BEFORE["cases"][call], now, "boilerplate") == {}


@pytest.mark.parametrize("call", list(BEFORE["suites"]))
def test_outputs_of_other_benchmarks(call: str) -> None:
    if not SUITES.is_dir() and os.environ.get("CI") != "true":
        pytest.skip("../shared/suites is not beside this checkout")
    suite, what, *options = call.split()
    gold = SUITES / suite / f"{'gold' if suite == 'snippets' else 'ground_truth'}.json.xz"
    outputs = sorted((SUITES / suite / "outputs").glob("*.json.xz"))
    command, files = {"ranked": ("score", outputs), "compared": ("compare", outputs[:2])}.get(
        what, ("score", [SUITES / suite / "outputs" / what])
    )
    found = printed("eval", command, *files, "--gold", gold, "--format", "json", "--resamples", "20", *options)
    assert differing(BEFORE["suites"][call], found, "content_extraction") == {}
