"""The suite `claims`: claims go where their words go, and what else asserts something is none."""

from itertools import combinations

import pytest

from detente.challenge.claims import CLAIMS, promotions
from detente.challenge.material import PAGES, claims
from detente.challenge.suite import CONTROL, STRENGTHS, Item, Variant
from detente.data.inventory import PACKAGED
from detente.data.labels import SPLITS, ZONE_OF_TYPE
from detente.data.page import Page, pairs_of
from detente.tasks.claims.matching import Article, clusters
from detente.tasks.claims.prediction import parse
from detente.tasks.claims.task import CLAIMS as TASK
from detente.tasks.task import Options

NAMES = [f"claims-test-{number:06d}" for number in range(len(CLAIMS.variants))]
FOUND = {
    (split, base): list(CLAIMS.make(split, 5, base, NAMES)) for split in SPLITS for base in range(len(PAGES[split]))
}
ITEMS = {item.variant: item for item in FOUND["test", 0]}


def article_of(item: Item) -> Article:
    (row,) = item.rows["articles"]
    page = Page(row["id"], row["family"], row["text"], tuple(item.rows["boilerplate"]))
    rows = tuple(item.rows["claims"])
    return Article(page, rows, tuple(pairs_of(each["spans"]) for each in rows), None, PACKAGED.claim_types)


def letters(text: str) -> str:
    return "".join(letter for letter in text if not letter.isspace())


def words_of(item: Item) -> list[str]:
    """The letters of each claim, sorted."""
    article = article_of(item)
    found = ["".join(letters(article.page.text[start:end]) for start, end in spans) for spans in article.spans]
    return sorted(found)


@pytest.mark.parametrize("key", FOUND, ids=str)
def test_claims_keep_their_letters(key: tuple[str, int]) -> None:
    control, *others = FOUND[key]
    assert [item.variant for item in FOUND[key]] == list(CLAIMS.variants)
    own = words_of(control)
    assert len(own) == len(claims(key[0])[control.sources[0]]) > 5, "all claims of the source page"
    for item in others:
        found = words_of(item)
        if item.variant.operation == "cut":
            assert len(found) < len(own)
            assert all(found.count(words) <= own.count(words) for words in found)
        else:
            assert found == own, item.variant


@pytest.mark.parametrize("key", FOUND, ids=str)
def test_an_oracle_is_right_on_every_operation(key: tuple[str, int]) -> None:
    for item in FOUND[key]:
        article = article_of(item)
        said = [
            {
                "spans": [[start, end] for start, end in spans],
                "type": row["type"],
                "presentation": row["presentation"],
                "check_worthy": row["check_worthy"],
                "propositions": [link["proposition"] for link in row["propositions"] if link["relation"] == "same"],
            }
            for spans, row in zip(article.spans, article.claims, strict=True)
        ]
        rows = TASK.count(article, parse(article.page.text, {"claims": said}, article.types), Options())
        assert not any(row["wrong"] for row in rows), item.variant
        assert sum(row.get("exact_tp", 0) for row in rows) == len(article.claims)
        assert sum(row.get("spurious", 0) for row in rows) == 0


@pytest.mark.parametrize("key", FOUND, ids=str)
def test_no_claim_lies_in_boilerplate(key: tuple[str, int]) -> None:
    for item in FOUND[key]:
        boilerplate = [
            (row["start"], row["end"]) for row in item.rows["boilerplate"] if ZONE_OF_TYPE[row["type"]] == "boilerplate"
        ]
        for row in item.rows["claims"]:
            for span in row["spans"]:
                assert not any(start < span["end"] and span["start"] < end for start, end in boilerplate)


def sizes(operation: str, kind: str) -> list[int]:
    """How many segments of a type the control and the three strengths have."""
    variants = [Variant(CONTROL, "none"), *(Variant(operation, strength) for strength in STRENGTHS)]
    return [sum(row["type"] == kind for row in ITEMS[variant].rows["boilerplate"]) for variant in variants]


def test_promotion_comes_line_by_line() -> None:
    assert [each - sizes("promotion", "promotion")[0] for each in sizes("promotion", "promotion")] == [0, 1, 3, 5]


def test_teasers_come_in_lists_of_three_lines() -> None:
    assert [each - sizes("teasers", "related")[0] for each in sizes("teasers", "related")] == [0, 3, 9, 24]


def test_of_eighteen_paragraphs_a_share_is_left_out() -> None:
    # .2 · 18 = 3.6, .4 · 18 = 7.2, .7 · 18 = 12.6
    assert sizes("cut", "paragraph") == [18, 14, 11, 5]


def test_a_claim_in_two_lines_has_two_spans() -> None:
    assert any(len(row["spans"]) > 1 for row in ITEMS[Variant("wrapped", "strong")].rows["claims"])


def test_paragraphs_change_their_order_and_no_more() -> None:
    def paragraphs(variant: Variant) -> list[str]:
        text = ITEMS[variant].rows["articles"][0]["text"]
        rows = ITEMS[variant].rows["boilerplate"]
        return [text[row["start"] : row["end"]] for row in rows if row["type"] == "paragraph"]

    own = paragraphs(Variant(CONTROL, "none"))
    for strength in STRENGTHS:
        found = paragraphs(Variant("shuffled", strength))
        assert found != own
        assert sorted(found) == sorted(own)


def test_what_is_merged_stands_on_fewer_lines() -> None:
    variants = [Variant(CONTROL, "none"), *(Variant("merged", strength) for strength in STRENGTHS)]
    lines = [ITEMS[variant].rows["articles"][0]["text"].count("\n") for variant in variants]
    assert lines == sorted(set(lines), reverse=True)


def test_claims_of_two_variants_are_of_one_cluster_and_those_of_two_bases_of_none() -> None:
    assert {row["id"] for row in FOUND["test", 0][0].rows["propositions"]} == {
        link["proposition"] for row in FOUND["test", 0][0].rows["claims"] for link in row["propositions"]
    }
    assert not any(item.rows["propositions"] for item in FOUND["test", 0][1:]), "one registry a base"
    first, second = FOUND["test", 0][:2]
    articles = {item.rows["articles"][0]["id"]: article_of(item) for item in (first, second)}
    said = {
        name: parse(
            article.page.text,
            {"claims": [{"spans": [list(span) for span in spans], "propositions": ["one"]} for spans in article.spans]},
        )
        for name, article in articles.items()
    }
    gold, _ = clusters(articles, said)
    names = [name for name in gold if isinstance(name, str)]
    assert len(set(names)) < len(names)
    assert all(name.startswith(first.base) for name in names)


def test_splits_share_no_promotional_line() -> None:
    for one, other in combinations(SPLITS, 2):
        assert not {*promotions(one)} & {*promotions(other)}
