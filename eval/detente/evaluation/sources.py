"""Where predictions are: files, folders or rows in memory, what to call them, and what tells them apart."""

from collections.abc import Sequence
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from detente.data.problems import Problem, ValidationError
from detente.text.display import listed

Source = str | PathLike[str] | Any
"""Where predictions are: a file or folder by its path, or rows in memory (`data.memory`)."""


def short_names(paths: Sequence[str]) -> list[str]:
    """The files' names without suffixes where these tell them apart, else their paths; a second one gets a number."""
    from detente.data.page_texts import short_name

    stems = [short_name(path) for path in paths]
    names = stems if len(set(stems)) == len(set(paths)) else list(paths)
    return [
        name if name not in names[:place] else f"{name} ({names[:place].count(name) + 1})"
        for place, name in enumerate(names)
    ]


def places_of(sources: Sequence[Source]) -> list[str]:
    """What to call sources in problems: files by their paths, what is in memory `predictions`, numbered if several."""
    from detente.data.memory import is_path

    one = sum(not is_path(source) for source in sources) == 1
    return [
        fspath(source) if is_path(source) else "predictions" if one else f"predictions {place}"
        for place, source in enumerate(sources, start=1)
    ]


def fingerprint_of(source: Source) -> Any:
    """What tells a source from another; nothing of one that is in memory, which no other call has."""
    from detente.data.memory import is_path
    from detente.evaluation.steps import fingerprint

    return fingerprint(Path(source)) if is_path(source) and Path(source).exists() else str(id(source))


def refuse_names(sources: Sequence[Source], output_formats: Sequence[str], names: Sequence[str]) -> None:
    """Refuses formats and names that are not one for each of the systems."""
    if len(output_formats) not in (0, 1, len(sources)):
        message = f"is given {len(output_formats)} times for {len(sources)} files: give it once, or once for each file"
        raise ValidationError([Problem("option", "--output-format", message)])
    if names and (len(names) != len(sources) or len(set(names)) < len(names)):
        message = f"{listed(names)}: give each of the {len(sources)} systems a name of its own"
        raise ValidationError([Problem("option", "names", message)])
