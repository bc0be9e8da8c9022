"""The explorer in a browser: every switch, filter, link and key, in both themes, from 360 pixels on."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from detente.data.corpus import Corpus, load
from detente.report.explorer.site import write

if TYPE_CHECKING:
    from playwright.sync_api import Page

ARTICLE = "detente-002"
LAYERS = ("boilerplate", "claims", "stance", "attribution", "derivation", "reuse")
USUAL = LAYERS[:4]
PAGES = ("index", ARTICLE, "propositions", "stances", "sources")
Open = Callable[..., "Page"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(load(), tmp_path_factory.mktemp("explorer") / "out").parent


@pytest.fixture(scope="module")
def counts(gold: Corpus) -> dict[str, int]:
    """The rows of each layer on the article: those of its own, and the passages that others share with it."""
    found = {name: sum(row["article"] == ARTICLE for row in gold.rows(name)) for name in LAYERS}
    found["stance"] = sum(
        row["article"] == ARTICLE and (row["scale"] is not None or bool(row["alternatives"]))
        for row in gold.rows("stance")
    )
    found["reuse"] = sum(ARTICLE in (row["article"], row["source"]) for row in gold.rows("reuse"))
    return found


def shown(page: "Page", selector: str = ".row") -> Any:
    return page.locator(f"{selector}:visible")


def address(page: "Page") -> str:
    return str(
        page.evaluate(
            "decodeURIComponent(location.href.slice(location.href.lastIndexOf('/', location.href.indexOf('#')) + 1))"
        )
    )


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_nothing_serious_is_found_by_axe(site: Path, open_page: Open, axe: Any, name: str, dark: bool) -> None:
    page = open_page(site / f"{name}.html", dark=dark)
    for row in page.locator("details.row:visible > summary").all()[:4]:
        row.click()
    axe(page)


@pytest.mark.parametrize("width", [360, 768, 1440])
@pytest.mark.parametrize("name", PAGES)
def test_no_page_is_wider_than_its_window(site: Path, open_page: Open, screenshot: Any, name: str, width: int) -> None:
    page = open_page(site / f"{name}.html", width=width)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    screenshot(page, f"explorer-{name}-{width}")


def test_layers_are_switched_by_click(site: Path, open_page: Open, expect: Any, counts: dict[str, int]) -> None:
    page = open_page(site / f"{ARTICLE}.html")
    on = set(USUAL)
    for layer in LAYERS:
        button = page.locator(f"button[data-layer={layer}]")
        expect(button).to_have_attribute("aria-pressed", str(layer in on).lower())
        expect(shown(page, f"details[data-layer={layer}]")).to_have_count(counts[layer] if layer in on else 0)
        button.click()
        on ^= {layer}
        expect(button).to_have_attribute("aria-pressed", str(layer in on).lower())
        expect(shown(page, f"details[data-layer={layer}]")).to_have_count(counts[layer] if layer in on else 0)
        expect(shown(page, "details.row")).to_have_count(sum(counts[each] for each in on))
        assert page.url.endswith(f"{ARTICLE}.html#?layers={'.'.join(each for each in LAYERS if each in on) or 'none'}")


def test_a_layer_that_is_on_is_painted_below_the_words(site: Path, open_page: Open) -> None:
    page = open_page(site / f"{ARTICLE}.html", fragment="?layers=claims")
    mark = page.locator("mark.t0").first
    picture = "element => getComputedStyle(element).backgroundImage"
    assert "gradient" in mark.evaluate(picture)
    page.keyboard.press("2")
    assert "gradient" not in mark.evaluate(picture)
    ground = "element => getComputedStyle(element).backgroundColor"
    boilerplate = page.locator("mark.z-boilerplate").first
    before = boilerplate.evaluate(ground)
    page.keyboard.press("1")
    assert boilerplate.evaluate(ground) != before


def test_layers_are_switched_by_key_down_to_none(site: Path, open_page: Open, expect: Any) -> None:
    page = open_page(site / f"{ARTICLE}.html")
    for number in range(1, 5):
        page.keyboard.press(str(number))
    assert address(page) == f"{ARTICLE}.html#?layers=none"
    expect(shown(page, "details.row")).to_have_count(0)
    page.keyboard.press("6")
    assert address(page) == f"{ARTICLE}.html#?layers=reuse"


def test_rows_are_filtered_and_counted(site: Path, open_page: Open, expect: Any) -> None:
    page = open_page(site / f"{ARTICLE}.html", fragment=f"?layers={'.'.join(LAYERS)}")
    every = page.locator("details.row").count()
    status = page.locator("#count")
    expect(status).to_have_text(f"{every} shown")
    for value, attribute in (("other", "data-other"), ("differs", "data-differs")):
        own = page.locator(f"details[{attribute}]").count()
        assert 0 < own < every
        page.locator("[name=only]").select_option(value)
        expect(shown(page, "details.row")).to_have_count(own)
        expect(status).to_have_text(f"{own} of {every} shown")
    page.locator("[name=only]").select_option("")
    page.keyboard.press("/")
    expect(page.locator("[name=q]")).to_be_focused()
    page.keyboard.type("LECORNU-shoigu-call")
    expect(shown(page, "details.row")).not_to_have_count(every)
    assert all("lecornu-shoigu-call" in text for text in shown(page, "details.row").all_text_contents())
    page.keyboard.press("Escape")
    expect(page.locator("[name=q]")).not_to_be_focused()
    assert "q=LECORNU-shoigu-call" in page.url


def test_the_start_page_leads_on_to_a_row(site: Path, open_page: Open, expect: Any) -> None:
    page = open_page(site / "index.html", fragment=f"{ARTICLE}/claims/{ARTICLE}:c03")
    page.wait_for_url(re.compile(f"/{ARTICLE}.html#claims/"))
    row = page.locator(f'details[data-id="{ARTICLE}:c03"]')
    expect(row).to_have_attribute("open", "")
    expect(row).to_be_in_viewport()
    expect(page.locator("mark.chosen").first).to_be_in_viewport()
    number = row.get_attribute("data-row")
    assert all(number in each.get_attribute("data-marks").split() for each in page.locator("mark.chosen").all())


def test_a_link_into_a_layer_that_is_off_switches_it_on(site: Path, open_page: Open, expect: Any) -> None:
    page = open_page(site / f"{ARTICLE}.html", fragment=f"derivation/{ARTICLE}>unnamed-text-2")
    row = page.locator(f'details[data-id="{ARTICLE}>unnamed-text-2"]')
    expect(row).to_be_visible()
    expect(row).to_have_attribute("open", "")
    expect(page.locator("button[data-layer=derivation]")).to_have_attribute("aria-pressed", "true")


def test_the_table_of_articles_leads_to_one_layer(site: Path, open_page: Open, expect: Any) -> None:
    page = open_page(site / "index.html")
    page.locator(f'a[aria-label^="reuse of {ARTICLE}"]').click()
    page.wait_for_url(re.compile(f"/{ARTICLE}.html"))
    expect(page.locator("button[aria-pressed=true]")).to_have_text(re.compile("reuse"))
    row = shown(page, "details.row").first
    row.locator("summary").click()
    row.get_by_role("link", name="Both passages side by side").click()
    page.wait_for_url(re.compile("/sources.html#"))
    expect(page.locator(".pair.chosen-row")).to_be_in_viewport()


def test_a_mark_leads_to_its_rows_one_after_the_other(site: Path, open_page: Open, expect: Any) -> None:
    page = open_page(site / f"{ARTICLE}.html", fragment="?layers=boilerplate.claims.stance")
    mark = page.locator("mark.t0.t1").first
    numbers = mark.get_attribute("data-marks").split()
    rows = [page.locator(f'details[data-row="{number}"]') for number in numbers]
    own = [row for row in rows if row.get_attribute("data-layer") in ("boilerplate", "claims", "stance")]
    seen = []
    for _ in range(len(own) + 1):
        mark.click()
        expect(page.locator("mark.chosen").first).to_be_visible()
        seen.append(page.evaluate("decodeURIComponent(location.hash)").split("?")[0])
    assert len(set(seen[:-1])) == len(own)
    assert seen[-1] == seen[0]
    assert seen[len(own) - 1].startswith("#boilerplate/")
    page.go_back()
    expect(page.locator("details[data-layer=boilerplate][open]").first).to_be_attached()


def test_keys_go_through_the_rows(site: Path, open_page: Open, expect: Any) -> None:
    page = open_page(site / f"{ARTICLE}.html", fragment="?layers=claims")
    rows = shown(page, "details.row")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(rows.nth(1).locator("summary")).to_be_focused()
    assert address(page).startswith(f"{ARTICLE}.html#claims/{rows.nth(1).get_attribute('data-id')}")
    expect(page.locator("mark.chosen").first).to_be_in_viewport()
    assert rows.nth(1).get_attribute("open") is None
    page.keyboard.press("Enter")
    expect(rows.nth(1)).to_have_attribute("open", "")
    page.keyboard.press("k")
    expect(rows.nth(0).locator("summary")).to_be_focused()


def test_on_a_narrow_screen_the_rows_are_folded_until_they_are_asked_for(
    site: Path, open_page: Open, expect: Any
) -> None:
    page = open_page(site / f"{ARTICLE}.html", width=360)
    rows, fold = page.locator("details.row").first, page.get_by_role("button", name="Rows")
    expect(rows).to_be_hidden()
    expect(fold).to_have_attribute("aria-expanded", "false")
    for unfold in (fold.click, lambda: page.keyboard.press("j"), page.locator("mark.t0").first.click):
        unfold()
        expect(rows).to_be_visible()
        fold.click()
        expect(rows).to_be_hidden()
    wide = open_page(site / f"{ARTICLE}.html")
    expect(wide.locator("#fold")).to_be_hidden()
    expect(wide.locator("details.row").first).to_be_visible()


def test_keys_go_from_article_to_article(site: Path, open_page: Open) -> None:
    page = open_page(site / "detente-001.html")
    page.keyboard.press("n")
    page.wait_for_url(re.compile("/detente-002.html"))
    page.keyboard.press("p")
    page.wait_for_url(re.compile("/detente-001.html"))


def test_the_keys_are_listed(site: Path, open_page: Open, expect: Any) -> None:
    page = open_page(site / f"{ARTICLE}.html")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("layers on and off")
    page.keyboard.press("1")  # says nothing to the page below
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator("button[data-layer=boilerplate]")).to_have_attribute("aria-pressed", "true")


def test_what_a_label_means_is_shown_on_hover_and_focus(site: Path, open_page: Open, expect: Any) -> None:
    page = open_page(site / f"{ARTICLE}.html", width=360, fragment=f"claims/{ARTICLE}:c01")
    note = page.get_by_role("tooltip")
    expect(note).to_have_count(0)
    term = page.locator(f'details[data-id="{ARTICLE}:c01"] .term').first
    term.focus()
    expect(note).to_have_text(term.get_attribute("data-note"))
    expect(term).to_have_attribute("aria-describedby", "note")
    expect(note).to_be_in_viewport(ratio=1)
    page.keyboard.press("Escape")
    expect(note).to_have_count(0)
    term.blur()
    term.hover()
    expect(note).to_have_count(1)
    note.hover()  # it stays where the pointer is on it
    expect(note).to_have_count(1)
    page.locator("h1").hover()
    expect(note).to_have_count(0)


def test_propositions_are_filtered(site: Path, open_page: Open, expect: Any, gold: Corpus) -> None:
    page = open_page(site / "propositions.html")
    every = gold.rows("propositions")
    expect(shown(page)).to_have_count(len(every))
    page.locator("[name=articles]").select_option("4")
    expect(shown(page)).to_have_count(sum(len(row["articles"]) >= 4 for row in every))
    page.locator("[name=articles]").select_option("")
    page.locator("[name=contested]").check()
    contested = {row["proposition"] for row in gold.rows("agreement") if row["label"] in ("disagree", "discuss")}
    expect(shown(page)).to_have_count(len(contested))
    page.locator("[name=q]").fill("france-cut-off-cooperation")
    expect(page.locator('[data-id="france-cut-off-cooperation"]')).to_be_visible()
    expect(page.locator("#count")).to_have_text(re.compile(f"of {len(every)} shown"))


def test_a_proposition_leads_to_its_claims(site: Path, open_page: Open, expect: Any) -> None:
    page = open_page(site / "propositions.html", fragment="france-cut-off-cooperation")
    row = page.locator('[data-id="france-cut-off-cooperation"]')
    expect(row).to_have_attribute("open", "")
    expect(row.locator("summary")).to_be_in_viewport()
    row.locator(".claim a").first.click()
    page.wait_for_url(re.compile(r"/detente-\d+.html#claims/"))
    expect(page.locator("mark.chosen").first).to_be_in_viewport()


def test_stances_are_filtered_with_their_headings(site: Path, open_page: Open, expect: Any, gold: Corpus) -> None:
    page = open_page(site / "stances.html")
    labels = [row["label"] for row in gold.rows("stance")]
    for side in ("favor", "against"):
        page.locator("[name=side]").select_option(side)
        expect(shown(page, ".cell")).to_have_count(labels.count(side))
    holders = {row["holder"] for row in gold.rows("stance") if row["label"] == "against"}
    expect(shown(page, "main > section.group")).to_have_count(len(holders))
    page.locator("[name=side]").select_option("")
    page.keyboard.press("j")
    expect(shown(page, ".cell").first).to_be_focused()


def test_the_graph_is_drawn_and_its_edges_can_be_hidden(site: Path, open_page: Open, expect: Any) -> None:
    page = open_page(site / "sources.html")
    nodes = page.evaluate("detente.data('graph').nodes.length")
    expect(page.locator("#graph")).to_have_attribute("data-drawn", str(nodes))
    expect(page.locator("#graph canvas")).to_have_count(3)
    drawn = "document.querySelector('#graph')._cyreg.cy.edges(':visible').length"
    rows = page.locator("#edges .row").count()
    assert page.evaluate(drawn) == rows
    cites = page.locator("#edges [data-kind=cites]").count()
    page.locator("[name=no-cites]").check()
    expect(shown(page, "#edges .row")).to_have_count(rows - cites)
    assert page.evaluate(drawn) == rows - cites
    assert "no-cites=1" in page.url


def node_at(page: "Page", name: str) -> tuple[float, float]:
    """Where a node is drawn in the window."""
    page.locator("#graph").scroll_into_view_if_needed()
    box = page.locator("#graph").bounding_box()
    assert box
    at = page.evaluate(f"document.querySelector('#graph')._cyreg.cy.getElementById('{name}').renderedPosition()")
    return box["x"] + at["x"], box["y"] + at["y"]


def test_a_node_shows_what_is_joined_to_it(site: Path, open_page: Open, expect: Any) -> None:
    page = open_page(site / "sources.html")
    page.mouse.click(*node_at(page, "le-parisien"))
    expect(page.locator("#chosen")).to_contain_text("Le Parisien, outlet: ")
    ends = [each.get_attribute("data-ends").split() for each in page.locator("#edges .chosen-row").all()]
    assert len(ends) == sum("le-parisien" in each.split() for each in _ends(page))
    assert all("le-parisien" in each for each in ends)
    expect(page.locator("#graph")).to_be_in_viewport()
    page.locator("#chosen a").click()
    assert page.url.endswith("#le-parisien")
    page.locator("#graph").click(position={"x": 5, "y": 5})  # beside every node
    expect(page.locator("#chosen")).to_be_empty()
    expect(page.locator("#edges .chosen-row")).to_have_count(0)


def _ends(page: "Page") -> list[str]:
    return [each.get_attribute("data-ends") or "" for each in page.locator("#edges .row").all()]


def test_a_link_to_a_source_shows_its_entry(site: Path, open_page: Open, expect: Any) -> None:
    page = open_page(site / "sources.html", fragment="aleksey-meshkov")
    expect(page.locator('.source[data-id="aleksey-meshkov"]')).to_be_in_viewport()
    expect(page.locator(".source.chosen-row h3")).to_contain_text("Aleksey Meshkov")
    page.locator('#edges a[href="#reuters"]').first.click()
    expect(page.locator(".source.chosen-row h3")).to_contain_text("Reuters")
    page.go_back()
    expect(page.locator(".source.chosen-row h3")).to_contain_text("Aleksey Meshkov")


def test_the_graph_follows_the_theme_and_can_be_shown_whole(
    site: Path, open_page: Open, until: Callable[..., None]
) -> None:
    page = open_page(site / "sources.html")
    cy = "document.querySelector('#graph')._cyreg.cy"
    ground = f"{cy}.nodes()[0].style('background-color')"
    before = page.evaluate(ground)
    page.keyboard.press("t")
    until(page, f"{ground} !== '{before}'")
    page.evaluate(f"{cy}.zoom(3)")
    page.locator("#fit").click()
    until(page, f"{cy}.zoom() < 2")


def test_hostile_text_is_shown_literally(
    tmp_path: Path, minimal_gold: Corpus, open_page: Open, expect: Any, axe: Any
) -> None:
    hostile = "</script><script>alert(1)</script><img src=x onerror=alert(1)> \"'& \u202eevil שלום"
    made = {}
    for layer, column in (
        ("articles", "text"),
        ("articles", "headline"),
        ("claims", "normalised"),
        ("sources", "name"),
    ):
        rows = made[layer].to_dicts() if layer in made else minimal_gold.rows(layer)
        for row in rows:
            row[column] = f"{hostile}{row[column]}" if column == "headline" else hostile + "x" * 200_000
        made[layer] = pl.DataFrame(rows, schema=minimal_gold.table(layer).schema)
    folder = write(Corpus(minimal_gold.folder, made=made), tmp_path / "out").parent
    shown_as = hostile.replace("\u202e", "\\u202e")
    for name in ("index", "detente-900", "propositions", "stances", "sources"):
        page = open_page(folder / f"{name}.html", width=360)
        page.on("dialog", lambda dialog: pytest.fail(dialog.message))
        expect(page.locator("main")).to_contain_text("script>alert(1)</script><img src=x")
        assert shown_as in page.locator("main").text_content()
        assert page.locator("img").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    axe(open_page(folder / "detente-900.html"))
