"""One HTML file that needs nothing else: styles, scripts and data stand in it, and its policy allows nothing more."""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from detente.data.jsonl import without_nan
from detente.report.html.pieces import shown
from detente.text.display import json_safe

FOLDER: Final = Path(__file__).resolve().parent
"""Where templates, styles and scripts lie."""


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _shown(value: Any) -> Any:
    """What an expression of a template gives, without what would steer the display; markup is as it is."""
    return shown(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def page(
    template: str,
    *,
    title: str,
    data: Mapping[str, Any],
    styles: Sequence[str] = (),
    scripts: Sequence[str] = (),
    **values: Any,
) -> str:
    """A whole page.

    Args:
        template: A template in this folder that extends `base.html.jinja`.
        title: Of the page.
        data: By name what scripts read with `detente.data(name)`: anything that JSON can say; NaN becomes null.
        styles: Names of CSS files in this folder, after `base.css`.
        scripts: Names of JavaScript files in this folder, after `base.js`.
        values: What the template shows besides; every string is escaped.
    """
    css = [_asset(name) for name in ("base.css", *styles)]
    javascript = [_asset(name) for name in ("base.js", *scripts)]
    text = _environment().get_template(template)
    return text.render(
        title=title,
        policy=policy(javascript, css),
        styles=css,
        scripts=javascript,
        documents={name: embedded(value) for name, value in data.items()},
        **values,
    )


@cache
def _asset(name: str) -> Markup:
    # Read as text, so that line ends are those that a browser hashes.
    return Markup((FOLDER / name).read_text(encoding="utf-8"))


def policy(scripts: Sequence[str], styles: Sequence[str]) -> str:
    """The Content-Security-Policy under which nothing runs or paints but these scripts and styles, and nothing loads.

    Pictures may stand in the page itself (`data:`).
    """
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {_hashes(scripts)}",
            f"style-src {_hashes(styles)}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _hashes(sources: Sequence[str]) -> str:
    digests = (base64.b64encode(hashlib.sha256(source.encode()).digest()).decode() for source in sources)
    return " ".join(f"'sha256-{digest}'" for digest in digests)


def embedded(value: Any) -> Markup:
    r"""JSON as it may stand in a script element: `<` is `\u003c`, so that nothing in it ends the element."""
    text = json.dumps(without_nan(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup(json_safe(text).replace("<", "\\u003c"))
