"""An article in a site's template: the words, the gold and the spans are the article's, the rest is boilerplate."""

import json
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from detente.data.jsonl import dump_lines
from detente.data.labels import SEGMENT_TYPES, ZONE_OF_TYPE
from detente.data.page import Page
from detente.data.problems import ValidationError
from detente.evaluation.predictions import read
from detente.evaluation.score import Scores, score
from detente.tasks.boilerplate import html as html_package
from detente.tasks.boilerplate.html import NAMES
from detente.tasks.boilerplate.html.parser import Piece, Slot, Template, parse, template
from detente.tasks.boilerplate.html.render import Rendered, render, rendered_pages
from detente.tasks.boilerplate.task import BOILERPLATE

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
def site(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def pairs(articles: dict[str, Page], site: str) -> Pairs:
    return [(page, render(page, template(site))) for page in articles.values()]


def test_every_segment_keeps_its_words_zone_type_and_order(pairs: Pairs, site: str) -> None:
    for article, rendered in pairs:
        page = rendered.page
        kept = [row for row in page.segments if ":added-" not in row["id"]]
        assert [(row["id"].replace(f"@{site}", ""), words_of(page, row), row["zone"], row["type"]) for row in kept] == [
            (row["id"], words_of(article, row), row["zone"], row["type"]) for row in article.segments
        ]


def test_segments_do_not_overlap_and_cover_every_visible_character(pairs: Pairs) -> None:
    for _, rendered in pairs:
        page = rendered.page
        places = [place for start, end in page.spans for place in range(start, end)]
        assert places == sorted(set(places))
        assert {place for place, character in enumerate(page.text) if not character.isspace()} <= set(places)
        assert all(words_of(page, row) == words_of(page, row).strip() != "" for row in page.segments)


def test_ids_name_the_article_and_the_template(pairs: Pairs, site: str) -> None:
    for article, rendered in pairs:
        page = rendered.page
        assert (page.id, page.family) == (f"{article.id}@{site}", article.family)
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


def test_what_a_template_adds_is_boilerplate(pairs: Pairs, site: str) -> None:
    own = [(part.text, part.type) for part in template(site).body if isinstance(part, Piece)]
    assert {ZONE_OF_TYPE[kind] for _, kind in own} == {"boilerplate"}
    for _, rendered in pairs:
        added = [row for row in rendered.page.segments if ":added-" in row["id"]]
        assert [(words_of(rendered.page, row), row["type"]) for row in added] == own


def test_every_type_has_a_place_in_every_template(site: str) -> None:
    page = made_up(*((kind, f"{kind} {turn}") for turn in range(2) for kind in SEGMENT_TYPES))
    rendered = render(page, template(site))
    assert visible(rendered.html) == folded(rendered.page.text)
    assert [row["type"] for row in rendered.page.segments if ":added-" not in row["id"]] == 2 * [*SEGMENT_TYPES]


def test_special_characters_are_escaped(site: str) -> None:
    headline, paragraph = "</title><script>alert(1)</script>", 'Fish & chips <b>cost</b> "1 < 2" &amp; &lt; &copy;'
    rendered = render(made_up(("headline", headline), ("paragraph", paragraph)), template(site))
    assert rendered.html.count("&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;") == 2  # title and heading
    assert "alert(1)</script>" not in rendered.html
    assert 'Fish &amp; chips &lt;b&gt;cost&lt;/b&gt; "1 &lt; 2" &amp;amp; &amp;lt; &amp;copy;' in rendered.html
    assert visible(rendered.html) == folded(rendered.page.text)
    assert [words_of(rendered.page, row) for row in rendered.page.segments if ":b" in row["id"]] == [
        headline,
        paragraph,
    ]


@pytest.mark.parametrize(
    ("span", "shown"),
    [
        ((0, 7), ["One two"]),
        ((4, 11), ["two", "Thr"]),
        ((0, 8), ["One two"]),  # up to the second segment, and none of it
        ((0, 9), ["One two", "T"]),
        ((7, 13), ["Three"]),  # from the end of the first segment, and none of it
        ((6, 13), ["o", "Three"]),
        ((7, 8), []),  # the line feed between them
        ((0, 13), ["One two", "Three"]),
    ],
)
def test_a_span_that_crosses_segments_becomes_one_in_each(span: tuple[int, int], shown: list[str]) -> None:
    # "One two" is 0 to 7, "Three" is 8 to 13.
    page = made_up(("paragraph", "One two"), ("paragraph", "Three"), layers={"claims": [(span,), (span, (0, 3))]})
    rendered = render(page, template("news")).page
    moved = [[rendered.text[start:end] for start, end in group] for group in rendered.layers["claims"]]
    assert moved == [shown, [*shown, "One"]]


SITE = """
<!-- Not a word of this is shown. -->
<head>
  <script src="x.js"></script>
  <style>p { margin: 0 }</style>
</head>
<body>
  <nav id="top" data-type="navigation">Home &amp; away</nav>
  <slot name="before"></slot>
  <main><slot name="article"></slot></main>
  <slot name="after"></slot>
  <p class="end" data-type="legal">
    All rights
    reserved <br>
  </p>
</body>
<template data-wrap="paragraph"><p><slot></slot></p></template>
<template data-wrap="headline"><h1><slot></slot></h1><hr></template>
<template data-wrap="related"><li><slot></slot></li></template>
<template data-group="related"><ul><slot></slot></ul></template>
"""


def test_a_template_s_file_is_taken_apart() -> None:
    assert parse("site", SITE) == Template(
        "site",
        (
            *('<nav id="top">', Piece("Home & away", "navigation"), "</nav>"),
            *(Slot("before"), "<main>", Slot("article"), "</main>", Slot("after")),
            *('<p class="end">', Piece("All rights reserved", "legal"), "<br>", "</p>"),
        ),
        wrap={
            "paragraph": ("<p>", Slot(""), "</p>"),
            "headline": ("<h1>", Slot(""), "</h1>", "<hr>"),
            "related": ("<li>", Slot(""), "</li>"),
        },
        group={"related": ("<ul>", Slot(""), "</ul>")},
        head='<script src="x.js"></script><style>p { margin: 0 }</style>',
    )


@pytest.mark.parametrize(
    ("html", "message"),
    [
        ("<body>\n<p>Words</p></body>", "line 2: 'Words' has no data-type"),
        ('<body><p data-type="legal">Words<b>more</b></p></body>', "line 1: 'more' has no data-type"),
        ('<body><p data-type="legal">Words</p> more</body>', "line 1: 'more' has no data-type"),
        ("<body><script>words()</script></body>", "line 1: 'words\\(\\)' has no data-type"),
        ("<p></p><body></body>", "line 1: '<p>' stands in no block"),
        ("<body></body>\n<hr>", "line 2: '<hr>' stands in no block"),
        ("<head></head>\n<hr><body></body>", "line 2: '<hr>' stands in no block"),
        ('<template data-wrap="ad"></template><hr>', "line 1: '<hr>' stands in no block"),
    ],
)
def test_what_breaks_the_form_of_a_template_is_an_error(html: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse("site", html)


def test_an_article_is_rendered_segment_by_segment() -> None:
    page = made_up(
        ("share", "Share"),
        ("headline", "Head <1>"),
        ("related", "One"),
        ("related", "Two"),
        ("paragraph", "Text"),
        ("date", "1 May"),
        ("related", "Three"),
        layers={"cues": [((6, 10),)], "claims": [((6, 14), (23, 27))]},  # "Head"; "Head <1>" and "Text"
    )
    rendered = render(page, parse("site", SITE))
    assert rendered.html == (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Head &lt;1&gt;</title>'
        '<script src="x.js"></script><style>p { margin: 0 }</style></head>\n<body>\n'
        '<nav id="top">Home &amp; away</nav><p>Share</p>\n'
        "<main><h1>Head &lt;1&gt;</h1><hr>\n<ul><li>One</li>\n<li>Two</li>\n</ul><p>Text</p>\n</main>"
        '<p>1 May</p>\n<ul><li>Three</li>\n</ul><p class="end">All rights reserved<br></p>\n</body></html>\n'
    )
    assert rendered.page.id == "made-up@site"
    assert rendered.page.text == "Home & away\nShare\nHead <1>\nOne\nTwo\nText\n1 May\nThree\nAll rights reserved"
    fields = ("id", "start", "end", "zone", "type")
    assert [tuple(row[field] for field in fields) for row in rendered.page.segments] == [
        ("made-up@site:added-1", 0, 11, "boilerplate", "navigation"),
        ("made-up@site:b0", 12, 17, "boilerplate", "share"),
        ("made-up@site:b1", 18, 26, "paratext", "headline"),
        ("made-up@site:b2", 27, 30, "boilerplate", "related"),
        ("made-up@site:b3", 31, 34, "boilerplate", "related"),
        ("made-up@site:b4", 35, 39, "body", "paragraph"),
        ("made-up@site:b5", 40, 45, "paratext", "date"),
        ("made-up@site:b6", 46, 51, "boilerplate", "related"),
        ("made-up@site:added-2", 52, 71, "boilerplate", "legal"),
    ]
    assert rendered.page.layers == {"cues": [((18, 22),)], "claims": [((18, 26), (35, 39))]}


@pytest.mark.parametrize(
    ("kinds", "before", "inside", "after"),
    [
        (("share", "paragraph", "share"), "0", "1", "2"),
        (("byline", "share", "paragraph", "share", "paragraph", "date"), "", "01234", "5"),
        (("share", "headline", "share", "date", "ad"), "0", "123", "4"),  # without a body, to the last of its own
        (("share", "headline"), "0", "1", ""),
        (("paragraph",), "", "0", ""),
        (("share", "ad"), "", "", "01"),  # nothing is the article's own
        ((), "", "", ""),
    ],
)
def test_the_article_s_slot_is_for_its_first_segment_to_the_last_of_its_body(
    kinds: tuple[str, ...], before: str, inside: str, after: str
) -> None:
    page = made_up(*((kind, f"word{number}") for number, kind in enumerate(kinds)))
    html = render(page, parse("site", SITE)).html
    found = html.partition("</nav>")[2].partition("<main>")
    parts = (found[0], *found[2].partition("</main>")[::2])
    assert tuple("".join(filter(str.isdigit, part.replace("h1", ""))) for part in parts) == (before, inside, after)


def test_the_title_is_the_first_headline_or_else_article() -> None:
    for pieces, title in (
        ((("paragraph", "Text"), ("headline", "First"), ("headline", "Second")), "First"),
        ((("subheading", "Not this"), ("paragraph", "Text")), "Article"),
        ((), "Article"),
    ):
        assert f"<title>{title}</title>" in render(made_up(*pieces), parse("site", SITE)).html


def test_a_page_without_a_body_or_without_a_segment_can_be_rendered() -> None:
    headline = {"id": "x:b1", "start": 0, "end": 4, "zone": "paratext", "type": "headline"}
    share = {"id": "x:b2", "start": 5, "end": 10, "zone": "boilerplate", "type": "share"}
    for rows, text in (((headline, share), "News\nShare"), (({**share, "start": 0, "end": 5},), "Share"), ((), "")):
        made = render(Page("x", "x", text, rows), template("reader"))
        assert made.page.text == "\n".join([*text.split("\n"), "Saved by Plainpage"]).lstrip("\n")


def test_every_file_is_a_template_with_a_name_and_has_three_slots() -> None:
    folder = Path(html_package.__file__).parent
    assert sorted(path.stem for path in folder.glob("*.html")) == sorted(NAMES)
    for name in NAMES:
        slots = [part.name for part in template(name).body if isinstance(part, Slot)]
        assert (template(name).name, slots) == (name, ["before", "article", "after"])
        assert "data-type" not in "".join(map(str, template(name).body)).replace("'", '"')


def digest(rendered: Sequence[Rendered]) -> str:
    rows = [
        [each.html, each.page.id, each.page.family, each.page.text, each.page.segments, each.page.layers]
        for each in rendered
    ]
    return sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()


DIGESTS = {
    "news": (
        "27097e0280b50b5dd57cd7de46daf3069e0afbf5e71adcecc5f4a39a1cb2710a",
        "adb46fe4ddc174db2b98e067b0b1451561f8030015915889aed078e11ad228cf",
    ),
    "blog": (
        "aa300cc7cb3c601b8497fc254fdb27f86e6ac6e66811a52e30b65e88ad90ea37",
        "290e6abb7b31e41ce94284a293168c0bba44e4fa0a68f5886ede870f91e76269",
    ),
    "amp": (
        "56e214d269279813118187ee44e0028e968262ea8df2236d34e1d77634eeca42",
        "783665d6f6e35e66ccfc3527a833194b5105d71a65e0bca71c3c8fcd5f99dddf",
    ),
    "divs": (
        "748d447c77f9f61a7da806aa27f870f50cf39fcfc79547ec9542d8733f83835f",
        "993ab20706b65d9d6b928fa89a0718d93e741f99ded8c7ebceeb1d6fb8b12978",
    ),
    "tables": (
        "4191746408e060e106105267e5fbc359f7b46bd386f9dea9b4928f4f1a0d698e",
        "500029ae8ecc8557d0b47c95d63e16172ebd8b1aa870fb8894a6e622f1521e08",
    ),
    "builder": (
        "7326d06f518254d9f04fe6ad33f8ff2673b7fd6c52012cd71ac107388073ec87",
        "29ea31aaedd23c228e2e65f6329ecec40ba9cd810362fddcc3cd284d60843c36",
    ),
    "scroll": (
        "13e07f71ff9b413292c95bd9922d611aa8dc6ef1449c04ede693087e37bfa159",
        "4e4d755f28c6650017e243d1ad55f19eed489b11780eebd38931a19780305628",
    ),
    "reader": (
        "f687e8479c3733d463bf8073bbe9e05db60d2347757b7f88ba0a38dc63eefd34",
        "16a3514e19e6255c3bbe9ef037dce263bcf9a833da2ff8e7e9bc77514a763b7b",
    ),
}
"""Of HTML, ids, text, segments and layers: of the five articles, and of a page that has every type twice."""


def test_what_is_rendered_is_to_the_byte_what_it_was(pairs: Pairs, site: str) -> None:
    types = made_up(*((kind, f"{kind} {turn} <&>") for turn in range(2) for kind in SEGMENT_TYPES))
    assert (digest([rendered for _, rendered in pairs]), digest([render(types, template(site))])) == DIGESTS[site]


def test_pages_are_rendered_article_by_article(articles: dict[str, Page]) -> None:
    ids = [each.page.id for each in rendered_pages(articles.values(), TWO)]
    assert ids == [f"{article}@{name}" for article in articles for name in TWO]


def test_the_units_are_the_templates_that_ids_name_and_the_signature_names_them_in_their_own_order(gold) -> None:
    captures = set(gold.articles)
    for ids in (["x", "x@nowhere"], []):
        assert BOILERPLATE.units(gold, ids).keys() == captures
        assert BOILERPLATE.signature_parts(BOILERPLATE.units(gold, ids)) == {}
    for ids, named, shown in (
        (["x@reader", "x@news", "y@news", "y"], ("news", "reader"), "news+reader"),
        ([f"x@{name}" for name in NAMES[:-1]], NAMES[:-1], "+".join(NAMES[:-1])),
        ([f"x@{name}" for name in reversed(NAMES)], NAMES, "all"),
    ):
        units = BOILERPLATE.units(gold, ids)
        assert list(units) == [f"{article}@{name}" for article in gold.articles for name in named]
        assert BOILERPLATE.signature_parts(units) == {"render": shown}


def test_scroll_goes_on_with_whole_articles_that_are_related(articles: dict[str, Page]) -> None:
    for article in articles.values():
        rendered = render(article, template("scroll"))
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


def test_the_body_alone_scores_1_in_every_template(gold, articles: dict[str, Page]) -> None:
    pages = [each.page for each in rendered_pages(articles.values(), NAMES)]
    found = scored(gold, [{"id": page.id, "text": body_of(page)} for page in pages])
    for name in ("char_f1", "token_f1", "line_f1", "body_coverage", "claims_kept", "evidence_kept", "cues_kept"):
        assert found.metrics[name].value == 1
    assert list(found.breakdown["template"]) == [*NAMES]
    assert list(found.breakdown["article"]) == list(gold.articles)
    assert (found.sizes["units"], found.sizes["families"]) == (8 * 5, 4)
    assert "|render:all|" in found.signature


def test_keeping_everything_loses_nothing_and_has_the_precision_of_the_page(gold, articles: dict[str, Page]) -> None:
    pages = [each.page for each in rendered_pages(articles.values(), TWO)]
    sizes: Counter[tuple[str, str]] = Counter()
    for page in pages:
        for row in page.segments:
            sizes[page.id.partition("@")[2], row["zone"]] += len("".join(words_of(page, row).split()))
    body, boilerplate = (sum(sizes[name, zone] for name in TWO) for zone in ("body", "boilerplate"))
    for keep in (lambda page: {"text": page.text}, lambda page: {"content": [[0, len(page.text)]]}):
        found = scored(gold, [{"id": page.id, **keep(page)} for page in pages])
        # Paratext does not matter: what is kept is body, which is right, and boilerplate, which is wrong.
        assert found.metrics["char_recall"].value == 1
        assert found.metrics["char_precision"].value == pytest.approx(body / (body + boilerplate))
        for name in TWO:
            own = sizes[name, "body"] / (sizes[name, "body"] + sizes[name, "boilerplate"])
            assert found.breakdown["template"][name]["char_precision"] == pytest.approx(own)


def test_only_the_templates_that_the_ids_name_are_scored(gold, articles: dict[str, Page]) -> None:
    for names, shown in ((("news",), "news"), (("tables", "news"), "news+tables")):
        found = scored(gold, [{"id": each.page.id, "text": ""} for each in rendered_pages(articles.values(), names)])
        assert found.sizes["units"] == 5 * len(names)
        assert f"|render:{shown}|" in found.signature
        assert found.breakdown["template"].keys() == set(names)
    captured = scored(gold, [{"id": name, "text": ""} for name in gold.articles])
    assert "render:" not in captured.signature
    assert "template" not in captured.breakdown


def test_a_page_that_is_missing_in_a_template_is_an_error(gold, articles: dict[str, Page]) -> None:
    records = [{"id": each.page.id, "text": ""} for each in rendered_pages(articles.values(), TWO)][:-1]
    with pytest.raises(ValidationError, match="id-missing: 1 of 10 are not predicted: detente-004@tables;"):
        scored(gold, records)
    assert scored(gold, records, allow_missing=True).missing == ("detente-004@tables",)


@pytest.mark.parametrize("others", [(), ("news",)], ids=["alone", "beside another"])
def test_an_unknown_template_is_an_unknown_id(gold, articles: dict[str, Page], others: tuple[str, ...]) -> None:
    records = [{"id": each.page.id, "text": ""} for each in rendered_pages(articles.values(), others)]
    with pytest.raises(ValidationError, match="id-unknown: 'detente-000@nowhere' is not in the gold"):
        scored(gold, [*records, {"id": "detente-000@nowhere", "text": ""}])
