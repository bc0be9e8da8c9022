"""The task `boilerplate` on rendered pages: the articles as HTML of invented sites, under ids `article@template`."""

from collections.abc import Iterable
from dataclasses import replace

from detente.data.corpus import Corpus
from detente.data.page import Page
from detente.tasks.boilerplate.html import NAMES
from detente.tasks.boilerplate.html.render import AT, rendered_pages
from detente.tasks.task import Options, Row, Task


def in_templates(task: Task, ids: Iterable[str]) -> Task:
    """The task on all pages in those of the templates that ids name; the task as it is if none is named."""
    named = {name.partition(AT)[2] for name in ids}
    templates = [name for name in NAMES if name in named]
    if not templates:
        return task

    def units(corpus: Corpus) -> dict[str, Page]:
        return {each.page.id: each.page for each in rendered_pages(task.units(corpus).values(), templates)}

    def count(page: Page, prediction: object, options: Options) -> list[Row]:
        article, _, template = page.id.partition(AT)
        return [{**row, "article": article, "template": template} for row in task.count(page, prediction, options)]

    shown = "all" if len(templates) == len(NAMES) else "+".join(templates)
    keys = (*task.keys, "template")
    return replace(task, keys=keys, units=units, count=count, tools=lambda: [f"render:{shown}"])
