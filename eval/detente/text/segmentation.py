"""The words of a text in any script, as jieba segments it; the extra `webmainbench` brings it."""

import warnings
from functools import cache
from typing import Any, Final

VERSION: Final = "0.42.1"
"""The one that WebMainBench's numbers are made with."""


@cache
def segmenter_version() -> str | None:
    """The version of jieba that is installed, or None."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("jieba")
    except PackageNotFoundError:
        return None


@cache
def _segmenter() -> Any:
    """The default tokenizer of jieba, its dictionary read once a process from the package itself.

    `initialize` would read it from `jieba.cache` in the folder for temporary files, which anybody may have put there,
    write that file, and log four lines.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its source has old escapes, and it asks for pkg_resources
        try:
            import jieba
        except ModuleNotFoundError as error:
            message = "WebMainBench's segments need jieba: pip install 'detente[webmainbench]'"
            raise ModuleNotFoundError(message, name=error.name) from error
        made = jieba.Tokenizer()
        made.FREQ, made.total = made.gen_pfdict(made.get_dict_file())
    made.initialized = True
    return made


def segments(text: str) -> list[str]:
    """The segments of a text by jieba's default mode: joined, they are the text.

    A word of Chinese is one, a run of Latin letters and digits, any other character by itself, and each white space.

    Raises:
        ModuleNotFoundError: Without the extra `webmainbench`.
    """
    found: list[str] = _segmenter().lcut(text)
    return found
