"""Hard cases of the five pages, as the guidelines decide them, and what the registries may not assert."""

import pytest


def segment(gold, article: str, text: str, nth: int = 0):
    page = gold.articles[article]["text"]
    rows = [r for r in gold.rows("boilerplate") if r["article"] == article and page[r["start"] : r["end"]] == text]
    return rows[nth]


@pytest.mark.parametrize(
    ("article", "text", "nth", "label"),
    [
        ("detente-000", "Police in Paris", 0, "caption"),
        ("detente-001", "Categories: WORLD", 0, "tags"),
        ("detente-001", "paradox", 0, "legal"),
        ("detente-001", "paradox", 1, "byline"),
        ("detente-001", "Recent Posts", 0, "related"),
        ("detente-001", "Зеркало сайта Vavada", 0, "ad"),
        ("detente-002", "'Fight for freedom'", 0, "subheading"),
        ("detente-002", "A Message from The Moscow Times:", 0, "promotion"),
        ("detente-002", "Remind me later.", 0, "promotion"),
        ("detente-003", "Source: Le Parisien", 0, "credit"),
        ("detente-003", "globalhappenings news.jpg", 0, "placeholder"),
        ("detente-003", "most popular", 0, "related"),
        ("detente-004", "France Says No Longer In Its “Interest” To Talk To Russia", 0, "headline"),
        ("detente-004", "France Says No Longer In Its 'Interest' To Talk To Russia", 0, "headline"),
        ("detente-004", "Paris:", 0, "dateline"),
        ("detente-004", "France,Russia,Russia Ukraine War,France Russia relations", 0, "tags"),
        ("detente-004", "Source link", 0, "credit"),
        ("detente-004", "Loading", 0, "placeholder"),
    ],
)
def test_hard_lines(gold, article: str, text: str, nth: int, label: str) -> None:
    assert segment(gold, article, text, nth)["type"] == label


def test_the_caption_that_copies_a_body_sentence_repeats_it(gold) -> None:
    caption = "Macron in February infuriated Moscow by suggesting Western troops could be deployed in Ukraine."
    row = segment(gold, "detente-004", caption)
    copied = next(r for r in gold.rows("boilerplate") if r["id"] == row["repeats"])
    assert (row["type"], copied["zone"]) == ("caption", "body")


def test_no_outlet_is_asserted_that_the_page_does_not_name(gold) -> None:
    for article in gold.articles.values():
        if article["outlet"] is None:
            assert article["outlet_basis"] == "unknown"
            continue
        shown = " ".join(
            gold.articles[span["article"]]["text"][span["start"] : span["end"]]
            for span in article["evidence"]
            if span["field"] == "outlet"
        )
        assert article["outlet"].lower() in shown.lower()
    assert gold.articles["detente-000"]["outlet"] is None
    assert gold.articles["detente-004"]["outlet"] is None  # "Source link": the page is somebody's copy of NDTV's


def test_000_and_001_are_one_family(gold) -> None:
    families = [article["family"] for article in gold.articles.values()]
    assert families == ["detente-000", "detente-000", "detente-002", "detente-003", "detente-004"]


@pytest.mark.parametrize(
    ("row", "scale", "expression"),
    [
        ("detente-000:france:ct_cooperation:current:other", -1, "enacted"),
        ("detente-001:france:ct_cooperation:current:other", -2, "explicit"),
        ("detente-000:russia:information_exchange:current:own", 2, "explicit"),
        ("detente-002:france:ct_cooperation:current:own", 2, "explicit"),
        ("detente-003:russia:ct_cooperation:current:own", 1, "inferred"),
        ("detente-004:france:official_dialogue:current:own", -2, "explicit"),
        ("detente-004:france:ct_cooperation:current:own", -1, "inferred"),
        ("detente-004:russia:ct_cooperation:current:own", None, None),
    ],
)
def test_hard_stances(gold, row: str, scale: int | None, expression: str | None) -> None:
    found = next(r for r in gold.rows("stance") if r["id"] == row)
    assert (found["scale"], found["expression"]) == (scale, expression)


def test_the_speaker_is_who_ends_the_chain_for_the_holder(gold) -> None:
    speakers = {r["id"]: r["speaker"] for r in gold.rows("stance")}
    assert speakers["detente-002:france:ct_cooperation:current:own"] == "sebastien-lecornu"
    assert speakers["detente-000:france:ct_cooperation:current:other"] is None
    assert speakers["detente-000:russia:ct_cooperation:current:own"] == "aleksey-meshkov"


def test_every_page_has_every_layer(gold) -> None:
    for config in ("boilerplate", "stance"):
        assert {row["article"] for row in gold.rows(config)} == set(gold.articles)
