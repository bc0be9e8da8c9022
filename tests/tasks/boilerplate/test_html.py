"""An article in a site's template: the words, the gold and the spans are the article's, the rest is boilerplate."""

from collections import Counter
from collections.abc import Sequence
from html.parser import HTMLParser
from typing import Any

import pytest

from detente.data.jsonl import dump_lines
from detente.data.labels import SEGMENT_TYPES, ZONE_OF_TYPE
from detente.data.page import Page
from detente.data.problems import Invalid
from detente.evaluation.predictions import read
from detente.evaluation.score import Scores, score
from detente.tasks.boilerplate.html.render import BY_NAME, Rendered, render
from detente.tasks.boilerplate.html.templates import NAMES, Piece
from detente.tasks.boilerplate.rendered import rendered_pages
from detente.tasks.boilerplate.task import BOILERPLATE, pages_of

Pairs = list[tuple[Page, Rendered]]

TWO = ("news", "tables")


class Body(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.feed(html.partition("<body>")[2])
        self.close()

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def folded(text: str) -> str:
    return " ".join(text.split())


def visible(html: str) -> str:
    return folded(" ".join(Body(html).texts))


def words_of(page: Page, row: dict[str, Any]) -> str:
    return page.text[row["start"] : row["end"]]


def made_up(*pieces: tuple[str, str], layers: dict[str, Any] | None = None) -> Page:
    text, rows = "", []
    for number, (kind, words) in enumerate(pieces):
        row = {"id": f"made-up:b{number}", "start": len(text), "end": len(text) + len(words)}
        rows.append(row | {"zone": ZONE_OF_TYPE[kind], "type": kind})
        text += words + "\n"
    return Page("made-up", "made-up", text, tuple(rows), layers or {})


@pytest.fixture(scope="module")
def articles(gold) -> dict[str, Page]:
    return BOILERPLATE.units(gold)


@pytest.fixture(scope="module", params=NAMES)
def template(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def pairs(articles: dict[str, Page], template: str) -> Pairs:
    return [(page, render(page, BY_NAME[template])) for page in articles.values()]


def test_every_segment_keeps_its_words_zone_type_and_order(pairs: Pairs, template: str) -> None:
    for article, rendered in pairs:
        page = rendered.page
        kept = [row for row in page.segments if ":added-" not in row["id"]]
        assert [
            (row["id"].replace(f"@{template}", ""), words_of(page, row), row["zone"], row["type"]) for row in kept
        ] == [(row["id"], words_of(article, row), row["zone"], row["type"]) for row in article.segments]


def test_segments_do_not_overlap_and_cover_every_visible_character(pairs: Pairs) -> None:
    for _, rendered in pairs:
        page = rendered.page
        places = [place for start, end in page.spans for place in range(start, end)]
        assert places == sorted(set(places))
        assert {place for place, character in enumerate(page.text) if not character.isspace()} <= set(places)
        assert all(words_of(page, row) == words_of(page, row).strip() != "" for row in page.segments)


def test_ids_name_the_article_and_the_template(pairs: Pairs, template: str) -> None:
    for article, rendered in pairs:
        page = rendered.page
        assert (page.id, page.family) == (f"{article.id}@{template}", article.family)
        ids = [row["id"] for row in page.segments]
        assert len(set(ids)) == len(ids)
        added = [name for name in ids if ":added-" in name]
        assert added == [f"{page.id}:added-{number}" for number in range(1, len(added) + 1)]


def test_the_spans_of_other_layers_move_with_their_words(pairs: Pairs) -> None:
    for article, rendered in pairs:
        assert rendered.page.layers.keys() == article.layers.keys() == {"claims", "evidence", "cues"}
        for layer, groups in article.layers.items():
            moved = rendered.page.layers[layer]
            assert len(moved) == len(groups) > 0
            for old, new in zip(groups, moved, strict=True):
                before = "".join(article.text[start:end] for start, end in old)
                after = "".join(rendered.page.text[start:end] for start, end in new)
                assert "".join(after.split()) == "".join(before.split())


def test_what_the_html_shows_is_the_page_s_text(pairs: Pairs) -> None:
    for _, rendered in pairs:
        assert visible(rendered.html) == folded(rendered.page.text)


def test_what_a_template_adds_is_boilerplate(pairs: Pairs, template: str) -> None:
    parts = (*BY_NAME[template].before, *BY_NAME[template].after)
    own = [(part.text, part.type) for part in parts if isinstance(part, Piece)]
    assert {ZONE_OF_TYPE[kind] for _, kind in own} == {"boilerplate"}
    for _, rendered in pairs:
        added = [row for row in rendered.page.segments if ":added-" in row["id"]]
        assert [(words_of(rendered.page, row), row["type"]) for row in added] == own


def test_every_type_has_a_place_in_every_template(template: str) -> None:
    page = made_up(*((kind, f"{kind} {turn}") for turn in range(2) for kind in SEGMENT_TYPES))
    rendered = render(page, BY_NAME[template])
    assert visible(rendered.html) == folded(rendered.page.text)
    assert [row["type"] for row in rendered.page.segments if ":added-" not in row["id"]] == 2 * [*SEGMENT_TYPES]


def test_special_characters_are_escaped(template: str) -> None:
    headline, paragraph = "</title><script>alert(1)</script>", 'Fish & chips <b>cost</b> "1 < 2" &amp; &lt; &copy;'
    rendered = render(made_up(("headline", headline), ("paragraph", paragraph)), BY_NAME[template])
    assert rendered.html.count("&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;") == 2  # title and heading
    assert "alert(1)</script>" not in rendered.html
    assert 'Fish &amp; chips &lt;b&gt;cost&lt;/b&gt; "1 &lt; 2" &amp;amp; &amp;lt; &amp;copy;' in rendered.html
    assert visible(rendered.html) == folded(rendered.page.text)
    assert [words_of(rendered.page, row) for row in rendered.page.segments if ":b" in row["id"]] == [
        headline,
        paragraph,
    ]


def test_a_span_that_crosses_segments_becomes_one_in_each() -> None:
    # "One two" is 0 to 7, "Three" is 8 to 13: from 4 to 11 are "two" and "Thr".
    page = made_up(("paragraph", "One two"), ("paragraph", "Three"), layers={"claims": [((4, 11),), ((0, 3), (8, 13))]})
    rendered = render(page, BY_NAME["news"]).page
    shown = [[rendered.text[start:end] for start, end in group] for group in rendered.layers["claims"]]
    assert shown == [["two", "Thr"], ["One", "Three"]]


def test_scroll_goes_on_with_whole_articles_that_are_related(articles: dict[str, Page]) -> None:
    for article in articles.values():
        rendered = render(article, BY_NAME["scroll"])
        _, _, *further = rendered.html.split('<article class="story">')
        assert len(further) == 2
        types = {words_of(rendered.page, row): row["type"] for row in rendered.page.segments}
        for html in further:
            shown = [text for text in Body("<body>" + html.partition("</article>")[0]).texts if text.strip()]
            assert len(shown) >= 2
            assert {types[text] for text in shown} == {"related"}
            assert max(len(text.split()) for text in shown) > 20


def scored(gold: Any, records: Sequence[dict[str, Any]], **options: bool) -> Scores:
    return score(read("made.jsonl", dump_lines(records).encode(), gold, **options), gold)


def body_of(page: Page) -> str:
    return "\n".join(words_of(page, row) for row in page.segments if row["zone"] == "body")


def test_the_body_alone_scores_1_in_every_template(gold) -> None:
    pages = [each.page for each in rendered_pages(pages_of(gold).values(), NAMES)]
    found = scored(gold, [{"id": page.id, "text": body_of(page)} for page in pages])
    for name in ("char_f1", "token_f1", "line_f1", "body_coverage", "claims_kept", "evidence_kept", "cues_kept"):
        assert found.metrics[name].value == 1
    assert list(found.breakdown["template"]) == [*NAMES]
    assert list(found.breakdown["article"]) == list(gold.articles)
    assert (found.sizes["units"], found.sizes["families"]) == (8 * 5, 4)
    assert "|render:all|" in found.signature


def test_keeping_everything_loses_nothing_and_has_the_precision_of_the_page(gold) -> None:
    pages = [each.page for each in rendered_pages(pages_of(gold).values(), TWO)]
    sizes: Counter[tuple[str, str]] = Counter()
    for page in pages:
        for row in page.segments:
            sizes[page.id.partition("@")[2], row["zone"]] += len("".join(words_of(page, row).split()))
    body, boilerplate = (sum(sizes[template, zone] for template in TWO) for zone in ("body", "boilerplate"))
    for keep in (lambda page: {"text": page.text}, lambda page: {"content": [[0, len(page.text)]]}):
        found = scored(gold, [{"id": page.id, **keep(page)} for page in pages])
        # Paratext does not matter: what is kept is body, which is right, and boilerplate, which is wrong.
        assert found.metrics["char_recall"].value == 1
        assert found.metrics["char_precision"].value == pytest.approx(body / (body + boilerplate))
        for template in TWO:
            own = sizes[template, "body"] / (sizes[template, "body"] + sizes[template, "boilerplate"])
            assert found.breakdown["template"][template]["char_precision"] == pytest.approx(own)


def test_only_the_templates_that_the_ids_name_are_scored(gold) -> None:
    for names, shown in ((("news",), "news"), (("tables", "news"), "news+tables")):
        found = scored(
            gold, [{"id": each.page.id, "text": ""} for each in rendered_pages(pages_of(gold).values(), names)]
        )
        assert found.sizes["units"] == 5 * len(names)
        assert f"|render:{shown}|" in found.signature
        assert found.breakdown["template"].keys() == set(names)
    captured = scored(gold, [{"id": name, "text": ""} for name in gold.articles])
    assert "render:" not in captured.signature
    assert "template" not in captured.breakdown


def test_a_page_that_is_missing_in_a_template_is_an_error(gold) -> None:
    records = [{"id": each.page.id, "text": ""} for each in rendered_pages(pages_of(gold).values(), TWO)][:-1]
    with pytest.raises(Invalid, match="id-missing: 1 of 10 are not predicted: detente-004@tables;"):
        scored(gold, records)
    assert scored(gold, records, allow_missing=True).missing == ("detente-004@tables",)


@pytest.mark.parametrize("others", [(), ("news",)], ids=["alone", "beside another"])
def test_an_unknown_template_is_an_unknown_id(gold, others: tuple[str, ...]) -> None:
    records = [{"id": each.page.id, "text": ""} for each in rendered_pages(pages_of(gold).values(), others)]
    with pytest.raises(Invalid, match="id-unknown: 'detente-000@nowhere' is not in the gold"):
        scored(gold, [*records, {"id": "detente-000@nowhere", "text": ""}])
