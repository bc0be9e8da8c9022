"""Scores of outputs that hold too much, worked by hand on the minimal page, and what is told of them."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from detente.evaluation import score as scoring
from detente.evaluation.items import errors, per_unit
from detente.evaluation.ranking import rank
from detente.report.ranking import report
from detente.report.scores import surplus
from detente.tasks.boilerplate.task import BOILERPLATE
from detente.tasks.metric_families import SURPLUS
from detente.tasks.task import Options

HEADLINE = "Paris offers help"
BODY = "France is ready to share more. It said so on Monday."
SHARE = "Share this page"
SIZE = len("Franceisreadytosharemore.ItsaidsoonMonday.")  # 42, in 13 tokens
INVENTED = "Vorpal snarks gimble"  # 18 characters, 3 tokens


@pytest.fixture
def scored(minimal_gold, predict) -> Callable[..., scoring.Scores]:
    def scores(text: str, **options: str) -> scoring.Scores:
        records = [{"id": "detente-900", "text": text}]
        return scoring.score(predict(BOILERPLATE, minimal_gold, records), minimal_gold, Options(**options))

    return scores


def values(scores: scoring.Scores, part: str) -> list[float]:
    return [scores.metrics[f"{level}_{part}"].value for level in ("char", "token", "line")]


@pytest.mark.parametrize(
    ("text", "extra"),
    [
        (BODY, (0, 0, 0)),
        (f"{BODY}\n{INVENTED}", (18, 3, 1)),
        # Every copy but the first is too much, and what is let in is too.
        (f"{BODY}\n{BODY}", (SIZE, 13, 1)),
        (f"{BODY}\n{BODY}\n{BODY}\n{INVENTED}", (2 * SIZE + 18, 2 * 13 + 3, 3)),
        (f"{BODY}\n{SHARE}\n{INVENTED}", (13 + 18, 3 + 3, 1 + 1)),
        (f"{BODY}\n{SHARE}\n{SHARE}", (2 * 13, 2 * 3, 2)),
        # Paratext is ignored, a second copy of it is wrong whether or not it is content.
        (f"{HEADLINE}\n{BODY}", (0, 0, 0)),
        (f"{HEADLINE}\n{BODY}\n{HEADLINE}", (15, 3, 1)),
        # In a line that is mostly the page's, what is invented counts as characters and tokens.
        (f"{BODY} {INVENTED}", (18, 3, 0)),
    ],
)
def test_precision_is_of_all_that_was_put_out(scored, text: str, extra: tuple[int, int, int]) -> None:
    scores = scored(text)
    right = (SIZE, 13, 1)
    assert values(scores, "precision") == [tp / (tp + fp) for tp, fp in zip(right, extra, strict=True)]
    assert values(scores, "recall") == [1, 1, 1]
    assert values(scores, "f1") == [2 * tp / (2 * tp + fp) for tp, fp in zip(right, extra, strict=True)]


@pytest.mark.parametrize("paratext", ["content", "boilerplate", "ignore"])
def test_a_second_headline_is_a_false_positive_whatever_paratext_is(scored, paratext: str) -> None:
    once, twice = (scored(f"{head}{BODY}", paratext=paratext) for head in (f"{HEADLINE}\n", f"{HEADLINE}\n" * 2))
    right = SIZE + 15 * (paratext == "content")
    wrong = 15 * (paratext == "boilerplate")
    assert once.metrics["char_precision"].value == right / (right + wrong)
    assert twice.metrics["char_precision"].value == right / (right + wrong + 15)


@pytest.mark.parametrize(
    ("kind", "text", "rejected", "accepted"),
    [
        # "Share this page", 13 characters of 42 + 13, may be of the body.
        ("paragraph", f"{BODY}\n{SHARE}", (SIZE / (SIZE + 13), 1), (1, 1)),
        ("paragraph", BODY, (1, 1), (1, 1)),
        ("paragraph", f"{BODY}\nShare this", (SIZE / (SIZE + 9), 1), (1, (SIZE + 9) / (SIZE + 13))),
        ("paragraph", f"{BODY}\nShare", (SIZE / (SIZE + 5), 1), (SIZE / (SIZE + 5), 1)),  # 5 of 13 are not most
        # Or it does not matter.
        ("caption", f"{BODY}\n{SHARE}", (SIZE / (SIZE + 13), 1), (1, 1)),
        # Another type of the same zone changes nothing.
        ("navigation", f"{BODY}\n{SHARE}", (SIZE / (SIZE + 13), 1), (SIZE / (SIZE + 13), 1)),
    ],
)
def test_another_zone_counts_only_if_alternatives_are_accepted(
    minimal_gold, kind: str, text: str, rejected: tuple[float, float], accepted: tuple[float, float]
) -> None:
    page = BOILERPLATE.units(minimal_gold)["detente-900"]
    soft = [{"field": "type", "value": kind, "reason": "…"}]
    segments = tuple({**row, "alternatives": soft} if row["type"] == "share" else row for row in page.segments)
    page = replace(page, segments=segments)
    prediction = BOILERPLATE.parse(page, {"id": page.id, "text": text})
    for how, expected in (("reject", rejected), ("accept", accepted)):
        rows = BOILERPLATE.count(page, prediction, Options(alternatives=how))
        tp, fp, fn = (sum(row.get(f"char_{part}", 0) for row in rows) for part in ("tp", "fp", "fn"))
        assert (tp / (tp + fp), tp / (tp + fn)) == expected


def test_every_error_is_told_and_every_block_has_its_place(scored, minimal_gold) -> None:
    page = minimal_gold.articles["detente-900"]["text"]
    text = f"{SHARE}\nFrance is re ady to share more.\n{INVENTED}\n{SHARE}"
    start, share = page.index("It said"), page.index(SHARE)
    found = {row["item"].partition(":")[2]: row for row in errors(scored(text)).to_dicts()}
    blocks = {
        item: [(block["kind"], block["of"], block["start"], block["end"], block["text"]) for block in row["blocks"]]
        for item, row in found.items()
    }
    assert blocks == {
        "b02": [("missed", "page", start, start + 21, "It said so on Monday.")],
        "b03": [("let in", "page", share, share + 15, SHARE)],
        "output": [
            # To restore the page's order, one of two lines moves.
            ("moved", "output", 0, 15, SHARE),
            ("inserted", "output", 48, 68, INVENTED),
            ("doubled", "output", 69, 84, SHARE),
        ],
    }
    assert found["output"]["wrong"] == 13 + 18 + 13 + 1
    assert found["output"]["detail"] == (
        f"made up 18 characters ({INVENTED}); doubled 13 characters ({SHARE}); "
        f"blocks moved: 1 ({SHARE}); words split: 1"
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (BODY, ""),
        (BODY.replace("is ready", "isready"), "words glued: 1"),
        (BODY.replace("ready", "rea\u200bdy"), "1 invisible character in one only: remove from both"),
        (BODY.replace("ready", "ｒeady"), "1 character in fullwidth form in one only: normalise both to NFKC"),
    ],
)
def test_damage_that_no_score_shows_is_an_error(scored, text: str, told: str) -> None:
    scores = scored(text)
    assert scores.metrics["char_f1"].value == 1
    assert [row["detail"] for row in errors(scores).to_dicts()] == ([told] if told else [])
    assert per_unit(scores)["wrong"].to_list() == [float(bool(told))]


@pytest.mark.parametrize(("share", "noted"), [(0.05, False), (0.0501, True)])
@pytest.mark.parametrize("name", SURPLUS)
def test_a_note_tells_of_more_than_five_percent_that_is_made_up_or_doubled(
    scored, name: str, share: float, noted: bool
) -> None:
    scores = scored(BODY)
    assert surplus(scores) == []
    changed = replace(scores, metrics=scores.metrics | {name: scores.metrics[name]._replace(value=share)})
    assert surplus(changed) == ([f"5.0% {SURPLUS[name]} ({name})"] if noted else [])


def test_of_two_systems_the_one_that_invents_ranks_below_and_it_is_said_why(scored) -> None:
    outputs = {"clean": BODY, "invents": f"{BODY}\n{INVENTED}", "doubles": f"{BODY}\n{BODY}"}
    ranking = rank({name: scored(text) for name, text in outputs.items()})
    assert {each.name: (each.standing.rank, each.standing.value) for each in ranking.systems} == {
        "clean": (1, 1.0),
        "invents": (2, 2 * SIZE / (2 * SIZE + 18)),
        "doubles": (3, 2 * SIZE / (2 * SIZE + SIZE)),
    }
    shown = report(ranking)
    columns = shown.sections[0].header
    table = {row[0]: dict(zip(columns, row, strict=True)) for row in shown.sections[0].rows}
    assert {name: (row["insertions"], row["doubled"]) for name, row in table.items()} == {
        "clean": ("0.000", "0.000"),
        "invents": ("0.300", "0.000"),  # 18 of 60
        "doubles": ("0.000", "0.500"),
    }
    assert f"invents: 30.0% {SURPLUS['insertions']} (insertions)" in shown.notes
    assert f"doubles: 50.0% {SURPLUS['doubled']} (doubled)" in shown.notes
