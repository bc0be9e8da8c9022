"""Site templates from our own hand: the sites, and every word that they add, are invented.

A template surrounds an article's segments with markup and with text of its own, whose types are known. What stands in
a page's capture keeps its order.
"""

from typing import Final

from detente.tasks.boilerplate.html.template import Piece, Template, each, nested

_NEWS: Final = Template(
    "news",
    "a classic news site in semantic HTML: header, nav, main, article, aside, footer",
    (
        '<header><div class="logo">',
        *each("", "", "navigation", "The Harbour Ledger"),
        '</div><nav aria-label="Main"><ul>',
        *each('<li><a href="#">', "</a></li>", "navigation", "Home", "World", "Politics", "Business", "Weather"),
        "</ul></nav></header><main>",
    ),
    ("<article>", "</article>"),
    (
        '<aside class="newsletter"><h2>',
        Piece("The Ledger in your inbox", "promotion"),
        "</h2><p>",
        Piece("Sign up for our morning letter and never miss a tide.", "promotion"),
        '</p></aside><aside class="most-read"><h2>',
        Piece("Most read", "related"),
        "</h2><ol>",
        *each('<li><a href="#">', "</a></li>", "related", "Ferry timetable changes on Monday", "Old lighthouse sold"),
        "</ol></aside></main><footer><p>",
        Piece("© The Harbour Ledger. All rights reserved.", "legal"),
        "</p><ul>",
        *each('<li><a href="#">', "</a></li>", "legal", "Privacy policy", "Terms of use"),
        "</ul></footer>",
    ),
    {
        "paragraph": ("<p>", "</p>"),
        "headline": ("<h1>", "</h1>"),
        "subheading": ("<h2>", "</h2>"),
        "caption": ('<figure><img src="photo.jpg" alt=""><figcaption>', "</figcaption></figure>"),
        "date": ("<time>", "</time>"),
        "dateline": ('<p class="dateline">', "</p>"),
        "byline": ('<p class="byline">', "</p>"),
        "credit": ('<p class="credit">', "</p>"),
        "navigation": ('<a href="#">', "</a>"),
        "related": ('<li><a href="#">', "</a></li>"),
        "share": ('<button type="button">', "</button>"),
        "tags": ('<a rel="tag" href="#">', "</a>"),
    },
    {
        "related": ('<aside class="related"><ul>', "</ul></aside>"),
        "promotion": ('<aside class="support">', "</aside>"),
        "legal": ('<p class="copyright">', "</p>"),
        "ad": ('<aside class="ad">', "</aside>"),
    },
)

_BLOG: Final = Template(
    "blog",
    "a blog theme: entry header and content, tag links, comments, a sidebar of widgets",
    (
        '<div id="page" class="hfeed site"><div class="site-branding"><p class="site-title"><a href="#">',
        Piece("Notes from the Quay", "navigation"),
        '</a></p></div><div id="primary"><main id="main" class="site-main">',
    ),
    ('<article class="post hentry"><div class="entry-content">', "</div></article>"),
    (
        '<div class="sharedaddy">',
        *each('<a class="share-button" href="#">', "</a>", "share", "Click to share by letter", "Click to print"),
        '</div><nav class="post-navigation">',
        *each('<a href="#">', "</a>", "navigation", "Previous post", "Next post"),
        '</nav><div id="comments"><h3>',
        Piece("Leave a Reply", "placeholder"),
        "</h3><p>",
        Piece("Your address will not be published. Required fields are marked *", "placeholder"),
        '</p></div></main></div><div id="secondary" class="widget-area"><section class="widget"><h2>',
        Piece("Recent Comments", "related"),
        "</h2><ul>",
        *each("<li>", "</li>", "related", "Aunt Ottilie on How to mend a net", "Bram on Seven sorts of fog"),
        '</ul></section></div><footer class="site-info">',
        Piece("Proudly run on tea.", "legal"),
        "</footer></div>",
    ),
    {
        "paragraph": ("<p>", "</p>"),
        "headline": ('<h1 class="entry-title">', "</h1>"),
        "subheading": ("<h3>", "</h3>"),
        "caption": ('<div class="wp-caption"><img src="a.jpg"><p class="wp-caption-text">', "</p></div>"),
        "date": ('<span class="posted-on">', "</span>"),
        "byline": ('<span class="author vcard">', "</span>"),
        "share": ('<div class="share">', "</div>"),
        "tags": ('<span class="tags-links">', "</span>"),
        "related": ("<li>", "</li>"),
        "navigation": ('<a class="skip-link" href="#">', "</a>"),
    },
    {"related": ('<div class="yarpp-related"><ul>', "</ul></div>"), "promotion": ('<div class="widget">', "</div>")},
)

_AMP: Final = Template(
    "amp",
    "a page for telephones in the manner of AMP: custom elements, a side bar, consent",
    (
        '<amp-sidebar id="menu" layout="nodisplay"><ul>',
        *each("<li>", "</li>", "navigation", "Top stories", "Regions", "Sport"),
        '</ul></amp-sidebar><amp-consent id="consent"><div>',
        Piece("We and our 112 partners store biscuits on your device.", "legal"),
        *each("<button>", "</button>", "legal", "Accept all", "Manage choices"),
        "</div></amp-consent>",
    ),
    ('<main role="main"><div class="amp-article">', "</div></main>"),
    (
        '<amp-social-share type="post"></amp-social-share><amp-ad width="300" height="250"><div>',
        Piece("Advertisement: Brackwater boots keep out the flood.", "ad"),
        '</div></amp-ad><amp-list><div role="list">',
        *each('<div role="listitem">', "</div>", "related", "Watch: heron steals lunch", "Ten quiet islands"),
        "</div></amp-list><footer>",
        Piece("View the full site", "navigation"),
        "</footer>",
    ),
    {
        "paragraph": ("<p>", "</p>"),
        "headline": ("<h1>", "</h1>"),
        "subheading": ("<h2>", "</h2>"),
        "caption": ('<amp-img src="a.jpg" width="4" height="3"></amp-img><figcaption>', "</figcaption>"),
        "date": ("<time>", "</time>"),
        "related": ("<a>", "</a>"),
        "share": ("<span>", "</span>"),
    },
    head='<script async src="runtime.js"></script><style amp-custom>body{margin:0}</style>',
)

_DIVS: Final = Template(
    "divs",
    "div soup without semantics: every block a div, classes that say nothing",
    (
        '<div class="a1"><div class="b7">',
        *each('<div class="c"><span>', "</span></div>", "navigation", "Start", "News", "Opinion", "Archive", "Login"),
        '</div><div class="d2"><div class="e9">',
    ),
    ('<div class="f3">', "</div>"),
    (
        '</div><div class="g4"><div class="h">',
        *each('<div class="i">', "</div>", "related", "You might also like", "Mayor opens bridge", "Snow in June"),
        '</div></div></div><div class="j0"><div>',
        *each("<div>", "</div>", "legal", "Imprint", "Data protection", "© Daily Signal Box"),
        "</div></div></div>",
    ),
    {
        "paragraph": ('<div class="k">', "</div>"),
        "headline": ('<div class="l">', "</div>"),
        "subheading": ('<div class="m">', "</div>"),
        "caption": ('<div class="n"><img src="x.png"><div>', "</div></div>"),
        "share": ('<div class="o"><span>', "</span></div>"),
        "related": ('<div class="i"><span>', "</span></div>"),
    },
)

_TABLES: Final = Template(
    "tables",
    "tables of the 2000s: a menu cell, a content cell, fonts and line breaks",
    (
        '<table width="780" border="0"><tr><td colspan="2" bgcolor="#003366"><font color="white" size="5">',
        Piece("WORLDWIDE NEWS ONLINE", "navigation"),
        '</font></td></tr><tr><td width="140" valign="top"><table>',
        *each('<tr><td><a href="#"><font size="1">', "</font></a></td></tr>", "navigation", "Front page", "Guests"),
        '<tr><td><font size="1">',
        Piece("You are visitor number 48211", "placeholder"),
        '</font></td></tr></table></td><td valign="top">',
    ),
    ('<font face="Verdana" size="2">', "</font>"),
    (
        '</td></tr><tr><td colspan="2" align="center"><font size="1">',
        Piece("Best viewed at 800 x 600. Contact the webmaster.", "legal"),
        "</font></td></tr></table>",
    ),
    {
        "paragraph": ("", "<br><br>"),
        "headline": ('<b><font size="4">', "</font></b><br><br>"),
        "subheading": ("<b>", "</b><br>"),
        "caption": ('<table align="right"><tr><td><img src="p.gif"><br><i>', "</i></td></tr></table>"),
        "date": ("<i>", "</i><br>"),
        "related": ('<tr><td><a href="#">', "</a></td></tr>"),
        "navigation": ('<a href="#">', "</a><br>"),
    },
    {"related": ("<table>", "</table>")},
)

_BUILDER: Final = Template(
    "builder",
    "page-builder nesting: each block ten elements deep, sections, rows and columns",
    (
        '<div class="pb-section"><div class="pb-row"><div class="pb-column"><div class="pb-widget"><div>',
        *each('<div class="pb-menu-item"><a href="#"><span>', "</span></a></div>", "navigation", "Home", "Our story"),
        "</div></div></div></div></div>",
        '<div class="pb-section"><div class="pb-row"><div class="pb-column"><div class="pb-widget pb-hero"><div><h2>',
        Piece("Stories that matter, delivered with care", "promotion"),
        "</h2></div></div></div></div></div>",
    ),
    ('<div class="pb-section"><div class="pb-row"><div class="pb-column pb-col-8">', "</div></div></div>"),
    (
        '<div class="pb-section"><div class="pb-row"><div class="pb-column"><div class="pb-widget pb-cta"><div><p>',
        Piece("Ready to join forty thousand readers?", "promotion"),
        '</p><a class="pb-button" href="#"><span>',
        Piece("Yes, take me there", "promotion"),
        '</span></a></div></div></div></div></div><div class="pb-section pb-footer"><div class="pb-row"><p>',
        Piece("Built with Blockly Pages", "legal"),
        "</p></div></div>",
    ),
    {
        "paragraph": nested("widget", "inner", "text", "block", "prose", tag="p"),
        "headline": nested("widget", "inner", "heading", tag="h1"),
        "subheading": nested("widget", "inner", "heading", tag="h3"),
        "caption": ('<div class="pb-widget"><figure><img src="y.webp"><figcaption>', "</figcaption></figure></div>"),
        "share": nested("widget", "button", tag="a"),
        "related": nested("widget", "card", "link", tag="a"),
    },
)

_SCROLL: Final = Template(
    "scroll",
    "infinite scroll: further articles, whole, below the one that was asked for",
    (
        '<div class="top-bar">',
        *each('<a href="#">', "</a>", "navigation", "Latest", "Live", "Video"),
        '</div><div id="stream">',
    ),
    ('<article class="story"><div class="story-body">', "</div></article>"),
    (
        '<div class="between">',
        Piece("Keep scrolling for the next story", "related"),
        '</div><article class="story"><h1>',
        Piece("Beekeepers of Lower Marrow count a mild winter", "related"),
        '</h1><div class="story-body"><p>',
        Piece(
            "The beekeepers of Lower Marrow opened their hives on Saturday and found more of them alive than in any"
            " spring since the society began to keep a ledger, its secretary said.",
            "related",
        ),
        "</p><p>",
        Piece(
            '"We lost three colonies out of ninety," she said. "My grandmother would not have believed it, and neither'
            ' did I until I had lifted the last lid myself."',
            "related",
        ),
        '</p></div></article><article class="story"><h1>',
        Piece("Town clock to strike again after eleven silent years", "related"),
        '</h1><div class="story-body"><p>',
        Piece(
            "The clock on the corn exchange will strike the hours again from Easter, after a watchmaker from the next"
            " valley rebuilt its works in his kitchen, the council said on Tuesday.",
            "related",
        ),
        '</p></div></article></div><div class="loader">',
        Piece("Loading more stories", "placeholder"),
        "</div>",
    ),
    {
        "paragraph": ("<p>", "</p>"),
        "headline": ("<h1>", "</h1>"),
        "subheading": ("<h2>", "</h2>"),
        "caption": ("<figure><img><figcaption>", "</figcaption></figure>"),
        "related": ('<div class="teaser"><a href="#">', "</a></div>"),
        "share": ('<span class="share">', "</span>"),
        "tags": ('<span class="tag">', "</span>"),
    },
)

_READER: Final = Template(
    "reader",
    "a minimal reader: headings and paragraphs, and next to nothing else",
    (),
    ("", ""),
    ("<hr><p><small>", Piece("Saved by Plainpage", "legal"), "</small></p>"),
    {
        "paragraph": ("<p>", "</p>"),
        "headline": ("<h1>", "</h1>"),
        "subheading": ("<h2>", "</h2>"),
        "caption": ("<p><em>", "</em></p>"),
    },
)

TEMPLATES: Final = (_NEWS, _BLOG, _AMP, _DIVS, _TABLES, _BUILDER, _SCROLL, _READER)
NAMES: Final = tuple(template.name for template in TEMPLATES)
