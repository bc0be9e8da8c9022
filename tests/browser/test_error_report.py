"""The error report in a browser: every filter, link and key, hostile texts, ten thousand items."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

import detente
from detente.data.corpus import load
from detente.tasks import TASK_NAMES

HOSTILE = "</script><script>document.title='hacked'</script><img src=x onerror=\"document.title='hacked'\">"
RIGHT_TO_LEFT = "هذا نص عربي طويل بما يكفي ليكون فقرة"
CONTROLS = "tab\there, bell \x07, override \u202e, escape \x1b[31m"
LONG = "word " * 39_999 + "word"


def stance(*, right: int, other: str = "none") -> list[dict[str, str]]:
    """The gold's labels of as many cells that have a stance, one label for all other cells."""
    rows, given = load().rows("stance"), 0
    lines = []
    for row in rows:
        given += row["label"] != "none"
        hit = row["label"] != "none" and given <= right
        lines.append({"id": row["id"], "label": row["label"] if hit else other})
    return lines


def pairs(spans: Any) -> list[list[int]]:
    return [[span["start"], span["end"]] for span in spans]


def predictions(task: str) -> list[dict[str, Any]]:
    """Predictions of a task that are right and wrong in each way."""
    gold = load()
    names = list(gold.articles)
    if task == "boilerplate":
        return [
            {"id": name, "text": f"{row['text'][300:]}\nmade up\n{row['text'][300:]}"}
            for name, row in gold.articles.items()
        ]
    if task == "claims":
        rows = [row for row in gold.rows("claims") if not row["id"].endswith("1")]
        claims = {
            name: [{"spans": pairs(row["spans"]), "type": "event"} for row in rows if row["article"] == name]
            for name in names
        }
        return [{"id": name, "claims": [*found, {"spans": [[0, 9]]}]} for name, found in claims.items()]
    if task == "stance_open":
        stances = {
            name: [
                {**{key: row[key] for key in ("holder", "target", "label")}, "evidence": pairs(row["evidence"])}
                for row in gold.rows("stance")
                if row["article"] == name
                and row["label"] == "favor"
                and row["told_by"] == "own"
                and row["time"] == "current"
            ]
            for name in names
        }
        more = {"holder": "russia", "target": "olympics_security", "label": "against", "evidence": [[0, 9]]}
        return [{"id": name, "stances": [*found, more]} for name, found in stances.items()]
    if task == "reuse":
        ids = [f"{one}::{two}" for place, one in enumerate(names) for two in names[place + 1 :]]
        return [
            {
                "id": name,
                "passages": [
                    {
                        "this": pairs([row["this"]])[0],
                        "source_span": pairs([row["source_span"]])[0],
                        "operation": "verbatim",
                    }
                    for row in gold.rows("reuse")
                    if row["id"].startswith(name) and not row["id"].endswith("1")
                ],
            }
            for name in ids
        ]
    if task == "attribution":
        return [{"id": each["id"], "source": each["sources"][0]["id"]} for each in detente.inputs(task)]
    if task == "derivation":
        return [{"id": name, "edges": [{"source": names[place - 1]}]} for place, name in enumerate(names)]
    label = {"stance": "favor", "agreement": "unrelated"}.get(task)
    return [{"id": each["id"], "label": label or each["labels"][0]} for each in detente.inputs(task)]


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return detente.report_errors(stance(right=10), folder=tmp_path_factory.mktemp("one"))


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The second knows ten more cells."""
    return detente.report_errors(
        stance(right=10), stance(right=20), names=["old", "new"], folder=tmp_path_factory.mktemp("two")
    )


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Reference texts and outputs that no page should obey."""
    root = tmp_path_factory.mktemp("texts")
    (root / "gold").mkdir()
    contents = {"hostile": HOSTILE, "arabic": RIGHT_TO_LEFT, "controls": CONTROLS, "long": LONG}
    for name, text in contents.items():
        (root / "gold" / f"{name}.txt").write_text(f"{text}\n\nA second paragraph.", encoding="utf-8")
    lines = [{"id": name, "text": f"Not wanted here: {text}"} for name, text in contents.items()]
    return detente.report_errors(lines, gold=root / "gold", folder=root / "errors", names=[HOSTILE])


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("many")
    (root / "gold.jsonl").write_text("".join(f'{{"id": "i{n:05}", "label": "favor"}}\n' for n in range(10_000)))
    lines = [{"id": f"i{n:05}", "label": "none" if n % 2 else "against"} for n in range(10_000)]
    return detente.report_errors(lines, task="stance", gold=root / "gold.jsonl", folder=root / "errors")


WRONG = sum(row["label"] != "none" for row in load().rows("stance")) - 10
CELLS = len(load().rows("stance"))


@pytest.mark.parametrize("width", [360, 768, 1440])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_it_fits_and_axe_finds_nothing(one: Path, open_page: Any, axe: Any, width: int, dark: bool) -> None:
    page = open_page(one, width=width, dark=dark)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    axe(page)


def test_the_worst_is_named_and_shown_at_once(one: Path, open_page: Any, expect: Any) -> None:
    page = open_page(one)
    expect(page.locator(".lead h2")).to_contain_text("f_avg")
    expect(page.locator(".lead .worst li")).not_to_have_count(0)
    expect(page.locator("#count")).to_have_text(f"{WRONG} of {CELLS} items")
    first = page.locator("#items a").first
    expect(first).to_have_attribute("aria-current", "true")
    expect(page.locator("#chosen")).to_have_text(first.locator(".name").inner_text())
    expect(page.locator("#shown mark.evidence.chosen")).not_to_have_count(0)


def counted(rule: Callable[[dict[str, Any]], bool], *, every: bool = False) -> int:
    """How many cells a filter leaves, by the gold: those that have a stance but the first ten, or all."""
    rows, seen, found = load().rows("stance"), 0, 0
    for row in rows:
        seen += row["label"] != "none"
        wrong = row["label"] != "none" and seen > 10
        found += (wrong or every) and rule(row)
    return found


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("show", "all", CELLS),
        ("page", "detente-002", counted(lambda row: row["article"] == "detente-002")),
        ("gold", "against", counted(lambda row: row["label"] == "against")),
        ("said", "none", WRONG),
        ("by.holder", "russia", counted(lambda row: row["holder"] == "russia")),
        ("by.target", "official_dialogue", counted(lambda row: row["target"] == "official_dialogue")),
        ("by.time", "past", counted(lambda row: row["time"] == "past")),
        ("by.told_by", "own", counted(lambda row: row["told_by"] == "own")),
    ],
)
def test_a_filter_leaves_what_it_says(
    one: Path, open_page: Any, expect: Any, name: str, value: str, expected: int
) -> None:
    page = open_page(one)
    control = page.locator(f"select[name='{name}']")
    control.select_option(value)
    expect(page.locator("#count")).to_have_text(f"{expected} of {CELLS} items")
    assert f"{name}={value}" in page.evaluate("location.hash")
    page.reload()  # the address is enough
    expect(page.locator("#count")).to_have_text(f"{expected} of {CELLS} items")
    expect(control).to_have_value(value)
    page.locator("#reset").click()
    expect(page.locator("#count")).to_have_text(f"{WRONG} of {CELLS} items")
    expect(control).to_have_value("")


def test_words_are_searched_in_names_labels_and_details(one: Path, open_page: Any, expect: Any) -> None:
    page = open_page(one)
    page.keyboard.press("/")
    page.keyboard.type("detente-004 against")
    found = counted(lambda row: row["article"] == "detente-004" and row["label"] == "against")
    expect(page.locator("#count")).to_have_text(f"{found} of {CELLS} items")
    page.keyboard.press("Escape")
    expect(page.locator("[type=search]")).not_to_be_focused()
    page.locator("[type=search]").fill("nothing like this")
    expect(page.locator("#shown")).to_have_text("Nothing fits these filters.")


def test_a_cell_of_the_confusion_shows_its_items(one: Path, open_page: Any, expect: Any) -> None:
    page = open_page(one)
    cell = page.locator(".confusion tbody tr").filter(has_text="favor").locator("td").nth(2).locator("a")
    size = cell.inner_text()
    cell.click()
    expect(page.locator("#count")).to_have_text(f"{size} of {CELLS} items")
    expect(page.locator("select[name=gold]")).to_have_value("favor")
    expect(page.locator("select[name=said]")).to_have_value("none")
    expect(page.locator("#errors")).to_be_in_viewport()


def test_keys_lead_from_error_to_error_and_the_address_follows(one: Path, open_page: Any, expect: Any) -> None:
    page = open_page(one)
    names = page.locator("#items .name").all_inner_texts()
    for key, place in (("j", 1), ("j", 2), ("k", 1), ("k", 0), ("k", 0)):
        page.keyboard.press(key)
        expect(page.locator("#chosen")).to_have_text(names[place])
        expect(page.locator("#items a[aria-current=true] .name")).to_have_text(names[place])
    page.keyboard.press("j")
    assert page.evaluate("decodeURIComponent(location.hash)") == f"#{names[1]}"
    page.go_back()
    expect(page.locator("#chosen")).to_have_text(names[0])
    page.keyboard.press("e")
    expect(page.locator("#count")).to_have_text(f"{CELLS} of {CELLS} items")
    page.keyboard.press("e")
    expect(page.locator("#count")).to_have_text(f"{WRONG} of {CELLS} items")


def test_buttons_do_what_the_keys_do(one: Path, open_page: Any, expect: Any) -> None:
    page = open_page(one)
    names = page.locator("#items .name").all_inner_texts()
    page.get_by_role("button", name="next").click()
    expect(page.locator("#chosen")).to_have_text(names[1])
    page.get_by_role("button", name="before").click()
    expect(page.locator("#chosen")).to_have_text(names[0])
    page.locator("#items a").nth(3).click()
    expect(page.locator("#chosen")).to_have_text(names[3])


def test_a_link_leads_to_one_error_also_to_one_that_the_filters_hide(one: Path, open_page: Any, expect: Any) -> None:
    right = load().rows("stance")[5]["id"]
    page = open_page(one, fragment=quote(right, safe=""))
    expect(page.locator("#chosen")).to_have_text(right)
    last = load().rows("stance")[-1]["id"]
    page = open_page(one, fragment=f"{quote(last, safe='')}?show=all")
    expect(page.locator("#chosen")).to_have_text(last)
    expect(page.locator("#items a[aria-current=true] .name")).to_have_text(last)
    page = open_page(one, fragment="no-such-item")
    expect(page.locator("#chosen")).not_to_be_empty()


def test_help_and_themes(one: Path, open_page: Any, expect: Any, axe: Any) -> None:
    page = open_page(one)
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    axe(page)
    page.keyboard.press("Escape")
    expect(page.locator("#help")).to_be_hidden()
    page.get_by_role("button", name="Keys").click()
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")
    ground = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
    page.keyboard.press("t")
    assert page.evaluate(ground) == "rgb(20, 23, 26)"
    page.get_by_role("button", name="Light or dark").click()
    assert page.evaluate(ground) == "rgb(255, 255, 255)"


def test_the_skip_link_and_the_sections_take_the_focus(one: Path, open_page: Any, expect: Any) -> None:
    page = open_page(one)
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    for name, target in (("Errors", "#errors"), ("Notes", "#notes"), ("Scores", "#top")):
        page.locator(".bar nav").get_by_role("link", name=name).click()
        expect(page.locator(target)).to_be_in_viewport()


def test_two_systems_side_by_side_and_only_what_differs(two: Path, open_page: Any, expect: Any, axe: Any) -> None:
    page = open_page(two)
    expect(page.locator(".lead")).to_have_count(2)
    page.locator("select[name=show]").select_option("differ")
    expect(page.locator("#count")).to_have_text(f"10 of {CELLS} items")
    expect(page.locator("#items .what").first).to_contain_text("old: none")
    expect(page.locator("#items .what").first).to_contain_text("(right)")
    expect(page.locator("#shown .said li")).to_have_count(3)
    axe(page)


def test_marks_of_a_text_are_stepped_through_and_lead_to_their_items(
    tmp_path: Path, open_page: Any, expect: Any
) -> None:
    index = detente.report_errors(predictions("claims"), folder=tmp_path / "errors")
    page = open_page(index)
    page.keyboard.press("n")
    expect(page.locator(".sheets mark.now")).to_have_count(1)
    first = page.locator(".sheets mark.now").inner_text()
    page.keyboard.press("n")
    page.keyboard.press("p")
    expect(page.locator(".sheets mark.now")).to_have_text(first)
    other = page.locator(".sheets mark.lost:not(.chosen)").first
    name = page.evaluate("number => detente.data('report').items[number].name", int(other.get_attribute("data-item")))
    other.click()
    expect(page.locator("#chosen")).to_have_text(name)
    page.locator("summary", has_text="About this item").click()
    expect(page.locator(".facts")).to_contain_text("normalised")


@pytest.mark.parametrize("kind", ["missed", "inserted"])
def test_items_by_what_went_wrong(texts: Path, open_page: Any, expect: Any, kind: str) -> None:
    page = open_page(texts)
    page.locator("select[name=mark]").select_option(kind)
    expect(page.locator("#items li")).not_to_have_count(0)
    expect(page.locator(f".sheets mark.{kind}")).not_to_have_count(0)


@pytest.mark.parametrize(("name", "text"), [("hostile", HOSTILE), ("arabic", RIGHT_TO_LEFT), ("long", LONG)])
def test_hostile_texts_are_shown_literally(
    texts: Path, open_page: Any, expect: Any, axe: Any, name: str, text: str
) -> None:
    page = open_page(texts, width=360, fragment=name)
    expect(page.locator("#chosen")).to_have_text(name)
    shown = page.locator(".sheets .text").first.evaluate("each => each.textContent")
    assert shown == f"{text}\n\nA second paragraph."
    assert page.title() != "hacked"
    assert page.locator("script[src], img").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    axe(page)


def test_what_would_steer_the_display_is_an_escape(texts: Path, open_page: Any) -> None:
    page = open_page(texts, fragment="controls")
    shown = page.locator(".sheets .text").first.evaluate("each => each.textContent")
    assert shown.startswith("tab\there, bell \\x07, override \\u202e, escape \\x1b[31m")


def test_of_ten_thousand_items_few_are_drawn_until_they_are_reached(
    many: Path, open_page: Any, expect: Any, until: Callable[..., None]
) -> None:
    page = open_page(many)
    expect(page.locator("#count")).to_have_text("10,000 of 10,000 items")
    assert page.locator("#items li").count() < 500
    drawn = page.locator("#items li").count()
    page.locator("#items li").last.scroll_into_view_if_needed()
    until(page, "drawn => document.querySelectorAll('#items li').length > drawn", drawn)
    assert page.locator("#items li").count() < 1_000
    page = open_page(many, fragment="i09999")
    expect(page.locator("#items a[aria-current=true]")).to_be_visible()
    expect(page.locator("#shown")).to_contain_text("this gold has labels alone")


@pytest.mark.parametrize("task", TASK_NAMES)
def test_every_task_has_its_report(tmp_path: Path, open_page: Any, expect: Any, axe: Any, task: str) -> None:
    index = detente.report_errors(predictions(task), task=task, folder=tmp_path / "errors")
    page = open_page(index)
    expect(page.locator("#items li")).not_to_have_count(0)
    expect(page.locator(".sheets .text")).not_to_have_count(0)
    marks = {"contrast": 0}.get(task)
    if marks is None:
        for _ in range(30):
            if page.locator(".sheets mark").count():
                break
            page.keyboard.press("j")
        assert page.locator(".sheets mark").count()
    axe(page)


def test_printed_it_has_no_controls(one: Path, open_page: Any, expect: Any) -> None:
    page = open_page(one)
    page.emulate_media(media="print")
    for name in (".bar", ".filters"):
        expect(page.locator(name)).to_be_hidden()


def test_the_script_reads_what_the_page_holds(one: Path, open_page: Any) -> None:
    page = open_page(one)
    held = json.loads(page.locator("#data-report").text_content())
    assert held["systems"] == ["predictions"]
