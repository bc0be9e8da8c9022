"""The task `boilerplate` against reference texts: every measure worked by hand on pages of a few words."""

import csv
import json
import unicodedata
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from detente.cli import main
from detente.evaluation.items import errors
from detente.evaluation.score import Scores, score
from detente.tasks.content_extraction import references
from detente.tasks.content_extraction.prediction import Output
from detente.tasks.content_extraction.references import Reference, ReferenceCorpus, ReferencePage
from detente.tasks.content_extraction.structure import METRICS as STRUCTURE
from detente.tasks.content_extraction.task import CONTENT_EXTRACTION, METRICS, count, count_systems
from detente.tasks.task import Options
from detente.text import sentences

Scored = Callable[..., Scores]


def text_gold(**texts: str | list[str]) -> ReferenceCorpus:
    """A list is paragraphs."""
    make: dict[type, Any] = {str: references.of_text, list: references.of_paragraphs}
    targets = {page: make[type(text)](page, text) for page, text in texts.items()}
    return ReferenceCorpus("gold", "text", references.digest(targets.values()), targets)


@pytest.fixture
def scored(predict: Callable[..., Any]) -> Scored:
    def scores(gold: ReferenceCorpus, outputs: dict[str, Any], empty: str = "zero", **allowed: bool) -> Scores:
        records = [
            {"id": page, **(each if isinstance(each, dict) else {"text": each})} for page, each in outputs.items()
        ]
        checked = predict(CONTENT_EXTRACTION, gold, records, **allowed)
        return score(checked, gold, Options(empty=empty))

    return scores


def values(scores: Scores, *names: str) -> dict[str, float]:
    return {name: scores.metrics[name].value for name in names or scores.metrics}


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def write(path: Path, data: Any) -> Path:
    path.write_text(json.dumps(data))
    return path


# Measures by hand

GOLD = text_gold(part="a b c d e f", none="g h i j k", same="l m")
OUTPUTS = {"part": "a b c d x", "none": "", "same": "l, m!"}
PARTS = ("precision", "recall", "f1")
SHINGLES = ("precision", "recall", "f1", "accuracy", "precision_all", "f1_all", "f1_mean")


def test_shingles_by_hand(scored: Scored) -> None:
    # part: abcd bcde cdef against abcd bcdx: tp 1, fp 1, fn 2: P 1/2, R 1/3, F 2/5. none: 2 shingles, R 0, no P.
    # same: one short shingle: P = R = F = 1, and the same words.
    found = values(scored(GOLD, OUTPUTS), *(f"shingle_{part}" for part in SHINGLES))
    assert found == pytest.approx(
        {
            "shingle_precision": (1 / 2 + 1) / 2,
            "shingle_recall": (1 / 3 + 0 + 1) / 3,
            "shingle_f1": 24 / 43,  # 2 · 3/4 · 4/9 / (3/4 + 4/9)
            "shingle_accuracy": 1 / 3,
            "shingle_precision_all": (1 / 2 + 0 + 1) / 3,
            "shingle_f1_all": 8 / 17,  # 2 · 1/2 · 4/9 / (1/2 + 4/9)
            "shingle_f1_mean": (2 / 5 + 0 + 1) / 3,
        }
    )


def test_dropping_the_pages_without_text_takes_them_out_of_every_mean(scored: Scored) -> None:
    scores = scored(GOLD, OUTPUTS, "drop")
    found = values(scores, *(f"shingle_{part}" for part in SHINGLES))
    # P (1/2 + 1)/2 = 3/4, R (1/3 + 1)/2 = 2/3, F1 2 · 3/4 · 2/3 / (3/4 + 2/3) = 12/17
    expected = (3 / 4, 2 / 3, 12 / 17, 1 / 2, 3 / 4, 12 / 17, (2 / 5 + 1) / 2)
    assert found == pytest.approx(dict(zip(found, expected, strict=True)))
    assert scores.sizes["scored"] == 2
    assert "|empty:drop|" in scores.signature
    assert "|empty:zero|" in scored(GOLD, OUTPUTS).signature


def test_shingles_are_multisets_that_keep_case_and_empty_pages_are_right_if_both_are(scored: Scored) -> None:
    # a a a a a: aaaa twice against once: tp 1, fn 1.
    assert values(scored(text_gold(p="a a a a a"), {"p": "a a a a"}))["shingle_recall"] == 1 / 2
    assert values(scored(text_gold(p="a b c d"), {"p": "A b c d"}))["shingle_f1_mean"] == 0
    # none: both empty, so neither P nor R is defined, and it counts 1 among all. more: P 0, no R. same: 1.
    scores = scored(text_gold(none="", more="", same="a b c d"), {"none": " \n", "more": "menu", "same": "a b c d"})
    found = values(scores, *(f"shingle_{part}" for part in ("precision", "recall", "precision_all", "accuracy")))
    assert list(found.values()) == pytest.approx([(0 + 1) / 2, 1, (1 + 0 + 1) / 3, 2 / 3])


def test_bags_of_words_by_hand(scored: Scored) -> None:
    # the cat the dog against the bird, case aside: tp 1, fp 1, fn 3. A missing page counts 0.
    scores = scored(text_gold(a="The cat, the dog", b="x"), {"a": "THE bird"}, allow_missing=True)
    found = values(scores, *(f"bag_of_words_{part}" for part in PARTS))
    assert list(found.values()) == pytest.approx([1 / 2 / 2, 1 / 4 / 2, 2 / 6 / 2])


def test_edit_distances_by_hand(scored: Scored) -> None:
    # a: one word for another (one deletion, one insertion) and one more: 3 of 4 + 5 tokens; 2 errors in 4 words.
    # b: 3 errors for a word: 1 deletion, 3 insertions of 1 + 3 tokens. c: no words to be wrong about.
    gold = text_gold(a="a b c d", b="a", c="")
    found = values(scored(gold, {"a": "a x c d e", "b": "x y z", "c": ""}))
    assert found["levenshtein"] == pytest.approx((1 - 3 / 9 + 0 + 1) / 3)
    assert found["wer"] == pytest.approx((2 / 4 + 3 / 1) / 2)


@pytest.mark.skipif(sentences.splitter_version() is None, reason="needs the extra rouge")
def test_rouge_lsum_by_hand(scored: Scored) -> None:
    # Lin (2004): "One two" and "One three five." of the two sentences unite to 4 of 5 tokens; the output has 10.
    output = "One two six seven eight. One three eight nine five."
    found = values(scored(text_gold(p="One two three four five."), {"p": output}))
    parts = [found[f"rouge_lsum_{part}"] for part in PARTS]
    assert parts == pytest.approx([4 / 10, 4 / 5, 8 / 15])
    # Case and punctuation count against a text, and do not against paragraphs.
    assert values(scored(text_gold(p="The cat sat!"), {"p": "the cat sat"}))["rouge_lsum_f1"] == pytest.approx(1 / 3)
    assert values(scored(text_gold(p=["The cat", "sat!"]), {"p": "the cat sat"}))["rouge_lsum_f1"] == 1


def test_paragraphs_by_hand_against_the_nearest_choice_of_optional_ones(scored: Scored) -> None:
    gold = text_gold(p=["Lead.", "More.", "[See also.]"], q=["Lead."])
    # p: with the optional paragraph tp 1, fp 1, fn 2: F 2/5; without it fn 1: P 1/2, R 1/2, F 2/4, which is nearer.
    # q: nothing shared: P 0, R 0, and no F.
    outputs = {"p": {"paragraphs": ["Lead.", "Else."]}, "q": {"paragraphs": ["lead."]}}
    found = values(scored(gold, outputs), *(f"paragraph_match_{part}" for part in PARTS))
    assert list(found.values()) == [(1 / 2 + 0) / 2, (1 / 2 + 0) / 2, 1 / 2]


@pytest.mark.parametrize("form", ["Lead.\n\nMore. And\nmore.\n", "Lead.\r\n\r\n More. And\nmore.", "Lead.\nOwn."])
def test_paragraphs_of_a_text_are_what_blank_lines_divide_or_its_lines(form: str, scored: Scored) -> None:
    gold = text_gold(p=["Lead.", "More. And\nmore." if "And" in form else "Own."])
    assert values(scored(gold, {"p": form}))["paragraph_match_f1"] == 1


def test_snippets_are_pooled_over_pages(tmp_path: Path) -> None:
    # a: red fox found over a line end (tp), blue sky missed (fn), Subscribe let in (fp), menu not: case counts (tn).
    # b has no output: 1 fn, 1 tn.
    snippets = {"with": ["red fox", "blue  sky"], "without": ["Subscribe", "menu"]}
    gold = write(tmp_path / "gold.json", {"a": snippets, "b": {"with": ["x"], "without": ["y"]}})
    output = write(tmp_path / "output.json", {"a": "Menu\nThe red\n  fox ran.\nSubscribe!"})
    result = run("eval", "score", output, "--gold", gold, "--allow-missing", "--format", "json")
    found = {name: (each["value"], each["n"]) for name, each in json.loads(result.stdout)["metrics"].items()}
    expected = {"precision": 1 / 2, "recall": 1 / 3, "f1": 2 / 5, "accuracy": 3 / 6}
    assert found == {f"snippet_{name}": (pytest.approx(value), 6) for name, value in expected.items()}


LINES = (
    "The mayor opened the new bridge on Monday.",
    "Hundreds of people crossed it before noon.",
    "A second bridge is planned for next year.",
)
FIRST, SECOND, THIRD = LINES
ADVERT = "Subscribe to our newsletter today."
VISIBLE = sum(len(line.replace(" ", "")) for line in LINES)
WORDS = sum(len(line.split()) for line in LINES)
# What is done to a page: the output, and the shares that are wrong.
ERRORS: dict[str, tuple[str, dict[str, float]]] = {
    "right": ("\n".join(LINES), {}),
    "missed": (f"{FIRST}\n{THIRD}", {"missed": len(SECOND.replace(" ", "")) / VISIBLE, "missed_blocks": 1 / 3}),
    "insertions": ("\n".join([*LINES, ADVERT]), {"insertions": len(ADVERT.replace(" ", "")) / (VISIBLE + 30)}),
    "doubled": ("\n".join([*LINES, SECOND]), {"doubled": 1 / 4}),
    "moved": ("\n".join([THIRD, FIRST, SECOND]), {"moved": 1 / 3}),
    "merged_words": ("\n".join(LINES).replace("The mayor", "Themayor"), {"merged_words": 1 / (WORDS - 1)}),
    "split_words": ("\n".join(LINES).replace("mayor", "may or"), {"split_words": 1 / (VISIBLE - WORDS)}),
    "lost_line_breaks": (" ".join(LINES), {"lost_line_breaks": 2 / 2}),
}
KINDS = ("missed", "missed_blocks", "insertions", "doubled", "moved", "merged_words", "split_words", "lost_line_breaks")


def test_each_error_is_told_from_the_others_page_by_page(tmp_path: Path) -> None:
    gold = write(tmp_path / "gold.json", {page: {"articleBody": "\n".join(LINES)} for page in ERRORS})
    output = write(tmp_path / "output.json", {page: text for page, (text, _) in ERRORS.items()})
    rows = tmp_path / "rows.csv"
    assert run("eval", "score", output, "--gold", gold, "--per-unit", rows).exit_code == 0
    with rows.open(newline="") as file:
        found = {row["id"]: {kind: float(row[kind] or 0) for kind in KINDS} for row in csv.DictReader(file)}
    assert found == {page: pytest.approx(dict.fromkeys(KINDS, 0) | wrong) for page, (_, wrong) in ERRORS.items()}


def test_every_block_is_told_with_its_place_in_the_reference_or_in_the_output(scored: Scored) -> None:
    output = f"{THIRD}\n{ADVERT}\n{FIRST}\n{FIRST}"
    (row,) = errors(scored(text_gold(p="\n".join(LINES)), {"p": output})).to_dicts()
    blocks = [(block["kind"], block["of"], block["text"]) for block in row["blocks"]]
    assert blocks == [
        ("missed", "reference", SECOND),
        ("moved", "output", THIRD),
        ("inserted", "output", ADVERT),
        ("doubled", "output", FIRST),
    ]
    texts = {"reference": "\n".join(LINES), "output": output}
    assert all(texts[block["of"]][block["start"] : block["end"]] == block["text"] for block in row["blocks"])
    sizes = [len(text.replace(" ", "")) for text in (SECOND, ADVERT, FIRST, THIRD)]
    assert row["wrong"] == sum(sizes)
    assert row["detail"] == (
        f"missed {sizes[0]} of {VISIBLE} characters ({SECOND}); let in {sizes[1]} characters ({ADVERT}); "
        f"doubled {sizes[2]} characters ({FIRST}); blocks moved: 1 ({THIRD})"
    )


@pytest.mark.parametrize(
    ("output", "told"),
    [
        (unicodedata.normalize("NFD", "Élodie’s café"), "2 characters in another normal form: normalise both to NFC"),
        ("Élo\u00addie’s café", "1 invisible character in one only: remove from both"),
        ("Élodie’s ｃafé", "1 character in fullwidth form in one only: normalise both to NFKC"),
        ("Élodie's café", "1 punctuation mark in another style (quotes, dashes)"),
        ("Élodie’s CAFÉ", "4 letters in another case"),
    ],
)
def test_a_page_that_only_is_written_otherwise_is_wrong_and_it_is_said_how(
    scored: Scored, output: str, told: str
) -> None:
    line = "The owner of the place on the corner was there, as she said, with"
    scores = scored(text_gold(p=f"{line} Élodie’s café"), {"p": f"{line} {output}"})
    (row,) = errors(scores).to_dicts()
    assert (row["detail"], row["wrong"]) == (told, float(told.partition(" ")[0]))


# Claims about every measure


def test_gold_against_itself_is_perfect_in_every_metric(scored: Scored) -> None:
    best = {metric.name: metric.best for metric in METRICS}
    texts = scored(text_gold(a="\n\n".join(LINES), b=FIRST), {"a": "\n\n".join(LINES), "b": FIRST})
    paragraphs = scored(text_gold(a=[FIRST, f"[{SECOND}]", THIRD]), {"a": {"paragraphs": list(LINES)}})
    for scores in (texts, paragraphs):
        assert values(scores) == {name: best[name] for name in scores.metrics}
        unlike = ("snippet", "with", "webmainbench", *(metric.name for metric in STRUCTURE))
        unlike += ("paragraph",) * (scores is texts)
        unlike += ("rouge",) * (sentences.splitter_version() is None)
        assert set(scores.metrics) == {name for name in best if not name.startswith(unlike)}
    without = values(scored(text_gold(a=[FIRST, f"[{SECOND}]", THIRD]), {"a": {"paragraphs": [FIRST, THIRD]}}))
    assert {name for name in without if without[name] != best[name]} <= set(KINDS)


def test_the_order_of_the_pages_changes_nothing(tmp_path: Path, scored: Scored) -> None:
    gold = write(tmp_path / "gold.json", dict.fromkeys(ERRORS, "\n".join(LINES)))
    outputs = {page: text for page, (text, _) in ERRORS.items()}
    turned = dict(reversed(outputs.items()))
    files = [write(tmp_path / f"{number}.json", each) for number, each in enumerate((outputs, turned))]
    one, two = (run("eval", "score", file, "--gold", gold, "--format", "json").stdout for file in files)
    assert one == two
    texts = dict.fromkeys(turned, "\n".join(LINES))
    assert values(scored(text_gold(**texts), turned)) == pytest.approx(
        {name: each["value"] for name, each in json.loads(one)["metrics"].items()}
    )


def test_one_more_error_never_helps(scored: Scored) -> None:
    gold = text_gold(a="\n\n".join(LINES), b=FIRST, c=["Lead.", "[More.]", "End."])
    right = {"a": "\n\n".join(LINES), "b": FIRST, "c": "Lead.\n\nEnd."}
    shorter = [{**right, "a": right["a"].rsplit(" ", words)[0]} for words in range(1, 23, 3)]
    longer = [{**right, "b": f"{FIRST} {' '.join(['advert'] * words)}"} for words in range(8)]
    padded = [{**right, "c": "\n\n".join(["Lead.", "End.", *["Menu."] * blocks])} for blocks in range(6)]
    for worse in (shorter, longer, padded):
        found = [values(scored(gold, outputs)) for outputs in (right, *worse)]
        for metric in METRICS:
            far = [abs(each[metric.name] - metric.best) for each in found if metric.name in each]
            assert all(less <= more + 1e-12 for less, more in pairwise(far)), metric.name
        assert found[-1]["shingle_f1"] < 1


# Pages without a text


def test_an_empty_page_is_a_zero_in_every_f1_and_its_mean_and_range(scored: Scored) -> None:
    # Upstream has no precision for a page without output, so that it has F1 = 2 · 1 · 1/2 / (1 + 1/2) = 2/3 here.
    gold = {"a": ["Lead.", "a b c d"], "b": ["More.", "e f g h"]}
    outputs: dict[str, Any] = {"a": {"paragraphs": gold["a"]}, "b": {"text": "", "error": "time out"}}
    scores = scored(text_gold(**gold), outputs)
    found = scores.metrics["shingle_f1"]
    assert (found.value, found.mean, found.low, found.high) == (pytest.approx(2 / 3), 1 / 2, 0, 1)
    for name in ("shingle_f1_all", "shingle_f1_mean", "bag_of_words_f1", "paragraph_match_f1", "levenshtein"):
        found = scores.metrics[name]
        assert (found.mean, found.low, found.high, found.defined, scores.n[name]) == (1 / 2, 0, 1, 2, 2), name
    # Fundus has F1 where precision or recall is above 0: of one page.
    assert scores.metrics["paragraph_match_f1"].value == 1
    assert scores.breakdown["article"]["b"]["shingle_f1"] == 0


def test_f1_is_undefined_where_neither_output_nor_reference_has_anything(scored: Scored) -> None:
    scores = scored(text_gold(a="", b="", c="a b c d"), {"a": "", "b": "x", "c": "a b c d"})
    assert {page: part["shingle_f1"] for page, part in scores.breakdown["article"].items()} == {
        "a": pytest.approx(float("nan"), nan_ok=True),
        "b": 0,
        "c": 1,
    }
    assert (scores.metrics["shingle_f1"].defined, scores.n["shingle_f1"]) == (2, 2)


def test_missing_crashed_and_extra_pages_are_counted_and_broken_down(tmp_path: Path, scored: Scored) -> None:
    gold = text_gold(a="a b c d", b="e f g h", c="i j k l", d="m n o p")
    outputs = {"a": "a b c d", "b": "\n", "c": {"text": "i j k l", "error": "time out"}, "e": "x"}
    scores = scored(gold, outputs, allow_missing=True, allow_extra=True)
    assert scores.missing == ("d",)
    assert "|missing:1|crashed:1|extra:1|" in scores.signature
    assert values(scores)["shingle_accuracy"] == 1 / 4  # a crash counts as empty, whatever its text
    found = {kind: (part["n"], part["shingle_f1_mean"]) for kind, part in scores.breakdown["output"].items()}
    assert found == {"text": (1, 1), "empty": (1, 0), "crashed": (1, 0), "missing": (1, 0)}

    file = write(tmp_path / "gold.json", {page: target.references[0].text for page, target in gold.targets.items()})
    output = write(tmp_path / "output.json", {"a": "a b c d", "aa": "x"})
    for allowed, rule in ((["--allow-missing"], "id-unknown: 'aa'"), (["--allow-extra"], "id-missing: 3 of 4")):
        result = run("eval", "score", output, "--gold", file, *allowed)
        assert result.exit_code == 2
        assert rule in result.stderr
    assert run("eval", "score", output, "--gold", file, "--allow-missing", "--allow-extra").exit_code == 0


def test_without_the_extra_rouge_is_left_out_and_the_ranking_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scored: Scored
) -> None:
    monkeypatch.setattr(sentences, "splitter_version", lambda: None)
    scores = scored(GOLD, OUTPUTS)
    assert not [name for name in scores.metrics if "rouge" in name]
    assert "|nltk:none|" in scores.signature
    gold = write(tmp_path / "gold.json", {"a": {"body": LINES}})
    result = run("eval", "score", gold, gold, "--gold", gold)
    assert result.exit_code == 0
    assert "note: ROUGE-LSum was not computed: pip install 'detente[rouge]'" in result.stdout


def test_a_page_that_is_counted_keeps_its_texts_alone() -> None:
    reference = Reference("One two three four five.\n\nSix seven.", ("One two three four five.", "Six seven."))
    page = ReferencePage("p1", (reference,))
    output = Output("One two three four.", None, "text")
    first = count_systems(page, [output, None], Options())
    assert [*vars(reference)] == ["text", "paragraphs", "structure"]
    assert first == [count(page, output, Options()), count(page, None, Options())]
