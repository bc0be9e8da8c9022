"""Public extractors, each as it works with its own defaults: HTML in, text out. The extra `extractors` brings them."""

from collections.abc import Callable
from typing import Final, NamedTuple

Extract = Callable[[str], str]


class Extractor(NamedTuple):
    """A public extractor.

    Attributes:
        name: Its word on the command line.
        distribution: The package that brings it.
        load: Imports it, and gives a function from HTML to text.
    """

    name: str
    distribution: str
    load: Callable[[], Extract]

    @property
    def version(self) -> str | None:
        """Of the installed package, or None."""
        from importlib.metadata import PackageNotFoundError, version

        try:
            return version(self.distribution)
        except PackageNotFoundError:
            return None


def _trafilatura() -> Extract:
    import trafilatura

    return lambda html: trafilatura.extract(html) or ""


def _resiliparse() -> Extract:
    from resiliparse.extract.html2text import extract_plain_text

    return lambda html: str(extract_plain_text(html, main_content=True))


def _justext() -> Extract:
    import justext

    stop_words = justext.get_stoplist("English")

    def extract(html: str) -> str:
        paragraphs = justext.justext(html.encode(), stop_words, encoding="utf-8")
        return "\n".join(paragraph.text for paragraph in paragraphs if not paragraph.is_boilerplate)

    return extract


def _readability() -> Extract:
    from lxml import html as parser
    from readability import Document

    blocks = ("p", "div", "li", "br", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "figcaption")

    def extract(html: str) -> str:
        tree = parser.fromstring(Document(html).summary(html_partial=True))
        for element in tree.iter(*blocks):  # it gives HTML: a block ends a line
            element.tail = "\n" + (element.tail or "")
        lines = (line.strip() for line in tree.text_content().splitlines())
        return "\n".join(filter(None, lines))

    return extract


def _boilerpy3() -> Extract:
    from boilerpy3.extractors import ArticleExtractor

    extractor = ArticleExtractor()
    return lambda html: str(extractor.get_content(html))


def _newspaper() -> Extract:
    import newspaper

    def extract(html: str) -> str:
        article = newspaper.Article("https://example.invalid/article", language="en")
        article.download(input_html=html)
        article.parse()
        return str(article.text)

    return extract


def _goose() -> Extract:
    from goose3 import Goose

    goose = Goose()
    return lambda html: str(goose.extract(raw_html=html).cleaned_text)


EXTRACTORS: Final = (
    Extractor("trafilatura", "trafilatura", _trafilatura),
    Extractor("resiliparse", "resiliparse", _resiliparse),
    Extractor("justext", "justext", _justext),
    Extractor("readability", "readability-lxml", _readability),
    Extractor("boilerpy3", "boilerpy3", _boilerpy3),
    Extractor("newspaper4k", "newspaper4k", _newspaper),
    Extractor("goose3", "goose3", _goose),
)
NAMES: Final = tuple(extractor.name for extractor in EXTRACTORS)
