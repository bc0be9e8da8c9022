"""The articles as HTML of invented sites, under ids `article@template`."""

from collections.abc import Iterable

from detente.data.page import Page
from detente.tasks.boilerplate.html.render import BY_NAME, Rendered, render


def rendered_pages(pages: Iterable[Page], templates: Iterable[str]) -> list[Rendered]:
    """The articles in each of the templates named."""
    named = [BY_NAME[name] for name in templates]
    return [render(page, template) for page in pages for template in named]
