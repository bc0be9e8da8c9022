"""The task `boilerplate` on rendered pages: the articles as HTML of invented sites, under ids `article@template`."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from detente.data.corpus import Corpus
from detente.data.page import Page
from detente.tasks.boilerplate.html.render import BY_NAME, Rendered, render
from detente.tasks.boilerplate.html.templates import NAMES
from detente.tasks.boilerplate.prediction import Prediction
from detente.tasks.boilerplate.task import AT, BOILERPLATE, count, pages_of
from detente.tasks.task import Options, Row, Task


def rendered_pages(corpus: Corpus, templates: Iterable[str]) -> list[Rendered]:
    """The articles in each of the templates named."""
    return [render(page, BY_NAME[name]) for page in pages_of(corpus).values() for name in templates]


def _count(page: Page, prediction: Prediction | None, options: Options) -> list[Row]:
    article, _, template = page.id.partition(AT)
    return [{**row, "article": article, "template": template} for row in count(page, prediction, options)]


def in_templates(named: Collection[str]) -> Task:
    """The task on all pages in those of the templates that are named; the task on captures if none is."""
    templates = [name for name in NAMES if name in named]
    if not templates:
        return BOILERPLATE
    shown = "all" if len(templates) == len(NAMES) else "+".join(templates)
    return replace(
        BOILERPLATE,
        keys=(*BOILERPLATE.keys, "template"),
        units=lambda corpus: {each.page.id: each.page for each in rendered_pages(corpus, templates)},
        count=_count,
        tools=lambda: [f"render:{shown}"],
    )
