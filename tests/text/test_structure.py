"""What a page has beside its words, the same from Markdown and from HTML."""

import pickle
from typing import Any

import pytest

from detente.text.markup import MarkupText, structure_of, to_text
from detente.text.structure import EMPTY, LONGEST_FORMULA, Cell, Heading, Link, ListItem, Structure

MARKDOWN = r"""# Harbour *fees*

Boats
-----

See [the **list**](https://port.example/caf%C3%A9 "prices"), <https://port.example/> and [![](sign.png)](/map).

1. row
   - tie

     wait
2. pay

```python
fee = 3

if late:
    fee = "$4$"~~
```

| boat | fee |
|------|----:|
| skiff | $f_1$ |
| tug |  |

$$
f = \frac{a}{b}
- c
$$
""".replace("~", " ")
HTML = r"""<h1>Harbour <em>fees</em></h1><h2>Boats</h2><h3> </h3>
<p>See <a href="https://port.example/café">the <b>list</b></a>, <a href="https://port.example/">https://port.example/</a>
and <a href="/map"><img src="sign.png"></a>.</p>
<ol><li>row<ul><li><p>tie</p><p>wait</p></li></ul><li>pay</ol>
<pre><code>fee = 3

if late:
    fee = "$4$"~~
</code></pre>
<table><thead><tr><th>boat<th>fee</tr></thead><tbody><tr><td>skiff<td>$f_1$</tr><tr><td>tug<td></table>
<p>$$<br>f = \frac{a}{b}<br>- c<br>$$</p>""".replace("~", " ")
STRUCTURE = Structure(
    code=(("fee = 3", "if late:", '    fee = "$4$"'),),
    tables=(((Cell("boat"), Cell("fee")), (Cell("skiff"), Cell("$f_1$")), (Cell("tug"), Cell(""))),),
    formulas=("f_1", r"f = \frac{a}{b} - c"),
    headings=(Heading("Harbour fees", 1), Heading("Boats", 2)),
    items=(ListItem("tie wait", 2), ListItem("row", 1), ListItem("pay", 1)),
    links=(
        Link("the list", "https://port.example/café"),
        Link("https://port.example/", "https://port.example/"),
        Link("", "/map"),
    ),
    images=("sign.png",),
)


def structure(source: str, written_in: str = "html") -> Structure:
    found = structure_of(to_text(source, written_in))
    assert found is not None
    return found


def elements(source: str, written_in: str = "html") -> dict[str, Any]:
    """The kinds that there are."""
    return {kind: found for kind, found in structure(source, written_in)._asdict().items() if found}


def test_markdown_and_html_have_the_same_structure() -> None:
    assert structure(MARKDOWN, "markdown") == structure(HTML) == STRUCTURE


def test_plain_text_has_no_structure_and_a_page_without_elements_has_an_empty_one() -> None:
    assert structure_of(to_text(MARKDOWN, "text")) is None
    assert structure("") == structure("a", "markdown") == structure("<p>a</p>") == EMPTY


def test_a_text_with_its_structure_is_a_text_and_goes_to_other_processes() -> None:
    text = to_text(MARKDOWN, "markdown")
    assert isinstance(text, MarkupText)
    copy = pickle.loads(pickle.dumps(text))
    assert copy == text
    assert structure_of(copy) == STRUCTURE
    assert structure_of(text + "") is None  # what is made of it has lost it


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        # Lists: an item outside a list is in one; blocks inside divide words; empty items are none.
        ("<li>a", {"items": (ListItem("a", 1),)}),
        ("<ul><li>a<br>b<div>c</div></li><li> <li>d</ul>", {"items": (ListItem("a b c", 1), ListItem("d", 1))}),
        ("<ul><ul><li>a</ul></ul>", {"items": (ListItem("a", 2),)}),
        # Tables: cells outside a row; spans; a table in a cell; one without text is none.
        ("<table><td>a", {"tables": (((Cell("a"),),),)}),
        (
            "<table><tr><td colspan=2>a<td rowspan='3' colspan=x>b<td colspan=0>c<td colspan=9999>d</table>",
            {"tables": (((Cell("a", 2), Cell("b", 1, 3), Cell("c"), Cell("d", 1000)),),)},
        ),
        (
            "<table><tr><td>a<table><tr><td>b</table>c</table>",
            {"tables": (((Cell("b"),),), ((Cell("a c"),),))},
        ),
        ("<table><tr><td> <td><img></table><table></table>", {}),
        # Code: any <pre>; <br> and blocks are line ends; none without text; inline code is no block.
        ("<pre>a<br> b<div>c</div>\n\n</pre><pre> </pre><code>d</code>", {"code": (("a", " b", "c"),)}),
        # Links need an address, and pictures too.
        (
            "<a name=x>a</a><a href=' y '>b<i>c</i></a><img alt=d><img src=%41>",
            {"links": (Link("bc", "y"),), "images": ("A",)},
        ),
        # What nobody sees.
        ("<template><h1>a</h1><img src=b></template><noscript><img src=c></noscript><title><h1>d</h1></title>", {}),
        # MathML: TeX, if it says so, else its other text, else what it shows.
        (
            "<math><mi>x</mi><annotation encoding='application/x-tex'> x ^2 </annotation></math>",
            {"formulas": ("x ^2",)},
        ),
        (
            "<math alttext='y'><mi>z</math><math><mi>u</mi>\n<mo>+</mo></math><math></math>",
            {"formulas": ("y", "u +")},
        ),
        ("<annotation encoding='application/x-tex'>x</annotation>", {}),
        # Ends without a start.
        ("</table></td></li></ul></a></pre></math></h1>a", {}),
    ],
)
def test_elements_of_html(html: str, expected: dict[str, Any]) -> None:
    assert elements(html) == expected


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        (r"\(a\) \[b\] $$c$$ $d$", ["a", "b", "c", "d"]),
        ("It cost $5, then $10, or $5/$10, and a$b$, $c$d.", []),
        ("It cost $10, or US$ 12.", ["10, or US"]),  # as in pandoc
        ("$ a$, $a $", []),
        ("$a\nb$ $$c  d$$", ["a b", "c d"]),
        (r"$a\$ b$", []),  # no dollar inside dollars
        ("`$a$`", []),
        ("    $a$", []),
        (r"\$a$ \\(b\\)", []),
        ("&dollar;a$ &#36;b&#36;", []),
        ("$a_1 * b_1$ *c*", ["a_1 * b_1"]),
        ("$$\n# a\n> b\n$$", ["# a > b"]),
        ("x\n$$\n- a\n$$\ny", ["- a"]),
        ("> $$\n> a\n> $$", ["a"]),
        ("- $$\n  a\n  $$", ["a"]),
        ("$$a$$ b\n\n$$$$ \\[ c\n\nd \\]", ["a"]),
        ("\\[\na\n\\]", ["a"]),
        ("# $a$", ["a"]),
    ],
)
def test_formulas_of_markdown(text: str, formulas: list[str]) -> None:
    assert list(structure(text, "markdown").formulas) == formulas


def test_formulas_stay_in_the_text_as_they_are() -> None:
    text = "Let $a_1 * b_1 * c$ be \\(x\\_y\\).\n\n$$\n- a\n$$\n\n\\[\nb\n\\]"
    assert to_text(text, "markdown") == text


@pytest.mark.parametrize("form", ["$${}$$", r"\({}\)", r"\[{}\]", "${}$"])
@pytest.mark.parametrize("written_in", ["markdown", "html"])
def test_a_formula_has_a_greatest_length(form: str, written_in: str) -> None:
    longest, longer = ("x" * length for length in (LONGEST_FORMULA, LONGEST_FORMULA + 1))
    assert structure(f"a {form.format(longest)} b", written_in).formulas == (longest,)
    assert structure(f"a {form.format(longer)} b", written_in).formulas == ()


def test_formulas_of_html_stand_between_two_tags() -> None:
    assert elements("<p>$a &lt; b$, $c<b>d</b>$, <code>$e$</code> and <pre>$f$</pre>") == {
        "formulas": ("a < b",),
        "code": (("$f$",),),
    }


@pytest.mark.parametrize(
    "source",
    [
        "<table><tr><td>a" * 2000,
        "<ul><li>a" * 5000,
        "$a " * 50_000,
        "$$a\n" * 20_000,
        r"\( " * 20_000,
        "\\[ a\n\n" * 20_000,
    ],
)
def test_neither_depth_nor_openings_without_an_end_take_long(source: str) -> None:
    for written_in in ("html", "markdown"):
        assert structure(source, written_in)


def test_an_address_is_kept_once_however_many_links_have_it() -> None:
    links = structure(f"[y]: /{'b' * 50_000}\n\n" + "[y] " * 20_000, "markdown").links
    assert len(links) == 20_000
    assert len({id(link.address) for link in links}) == 1
