"""Détente: a gold dataset of news coverage, and the harness that scores models against it."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from detente.data.corpus import load_dataset
    from detente.evaluation.library import compare, inputs, score

__version__ = "0.1.0"
__all__ = ["__version__", "compare", "inputs", "load_dataset", "score"]


def __getattr__(name: str) -> Any:
    # `import detente`, which the command line pays for, stays free of the data stack.
    if name == "load_dataset":
        from detente.data.corpus import load_dataset

        return load_dataset
    if name in ("compare", "inputs", "score"):
        from detente.evaluation import library

        return getattr(library, name)
    raise AttributeError(f"module 'detente' has no attribute {name!r}")
