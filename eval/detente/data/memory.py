"""Records that are in memory, as lines: lists of objects, and whatever Arrow can read.

Data frames of any library, Arrow tables and a `datasets.Dataset` are tables, and come as Arrow; dictionaries are what
JSON Lines would be. NaN and NaT are null, in both.
"""

from collections.abc import Iterable, Mapping
from os import PathLike
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeGuard

from detente.data.arrow import table_lines
from detente.data.jsonl import Line
from detente.data.problems import Problem
from detente.text.display import shortened

if TYPE_CHECKING:
    import pyarrow

_PLAIN: Final = (str, int, bool, type(None))
_NO_TIME_AND_NO_VALUE: Final = ("NaTType", "NAType")
"""The types of pandas' `NaT` and `NA`, which are not to be compared."""
_NUL: Final = repr("\0")[1:-1]
"""As the schema of a polars frame shows it. In a name it ends the process: Arrow's names in memory are C strings."""
_SHAPES: Final = "a path, a list of objects, a data frame, an Arrow table or one split of a datasets.Dataset"


class Rows(NamedTuple):
    """What was read, from a file or from memory.

    Attributes:
        lines: The records with their places; of those in memory `name:row 1` and so on.
        problems: What is no record.
        table: Whether they are rows of a table, as CSV, rather than objects, as JSON Lines.
    """

    lines: list[Line]
    problems: list[Problem]
    table: bool


def is_path(source: object) -> TypeGuard[str | PathLike[str]]:
    """Whether predictions are in a file, and not in memory."""
    return isinstance(source, str | PathLike)


def is_pages(source: object) -> bool:
    """Whether it is one dictionary of texts by page, rather than of tables by split."""
    return isinstance(source, Mapping) and not any(map(_is_tabular, source.values()))


def read_rows(source: Any, name: str) -> Rows:
    """The rows of what is in memory.

    Args:
        source: A data frame, or whatever else gives an Arrow C stream or the data frame interchange protocol; a
            `datasets.Dataset`, whose class labels are read by their names; or dictionaries.
        name: What to call it in places.
    """
    if _is_tabular(source):
        try:
            table = _arrow(source)
        except Exception as error:  # what is wrong with a column, each library raises in its own way
            words = shortened("; ".join(map(str, error.args)))
            return Rows([], [Problem("wrong-type", name, f"does not fit into an Arrow table: {words}")], True)
        lines, problems = table_lines(table, name)
    elif isinstance(source, Iterable) and not isinstance(source, Mapping | bytes):
        lines, problems = _objects(source, name)
    else:
        message = f"is of the type {type(source).__name__}, not {_SHAPES}"
        return Rows([], [Problem("wrong-type", name, message)], False)
    if not lines and not problems:
        problems.append(Problem("no-predictions", name, "there are no rows: give one prediction each"))
    return Rows(lines, problems, _is_tabular(source))


def _is_tabular(source: object) -> bool:
    return any(hasattr(source, way) for way in ("__arrow_c_stream__", "__dataframe__")) or _is_dataset(source)


def _is_dataset(source: object) -> bool:
    """Whether it is a `datasets.Dataset`: rows with features, some of which may have been selected or shuffled."""
    return all(hasattr(source, word) for word in ("features", "with_format", "column_names", "num_rows"))


def _arrow(source: Any) -> "pyarrow.Table":
    import pyarrow

    if _is_dataset(source):
        named = {column: list(kind.names) for column, kind in source.features.items() if hasattr(kind, "int2str")}
        table = source.with_format("arrow")[:]
        for column, names in named.items():
            place = table.column_names.index(column)
            table = table.set_column(place, column, _by_name(table.column(column), names))
        return table
    if hasattr(source, "__arrow_c_stream__"):
        if _NUL in str(getattr(source, "schema", "")):
            raise ValueError("the name of a column, or of a field in one, has a NUL: rename it")
        return pyarrow.table(source)
    from pyarrow import interchange

    return interchange.from_dataframe(source)


def _by_name(column: "pyarrow.ChunkedArray", names: list[str]) -> "pyarrow.Array":
    """The names of class labels; -1 is how `datasets` writes that there is none."""
    import pyarrow
    from pyarrow import compute

    indices = compute.if_else(compute.equal(column, -1), None, column).combine_chunks()
    return pyarrow.array(names, pyarrow.string()).take(indices)


def _objects(source: Iterable[Any], name: str) -> tuple[list[Line], list[Problem]]:
    lines: list[Line] = []
    problems: list[Problem] = []
    for number, record in enumerate(source, start=1):
        place = f"{name}:row {number}"
        if not isinstance(record, Mapping):
            message = f"a row is a dictionary, not of the type {type(record).__name__}"
            problems.append(Problem("wrong-type", place, message))
        elif odd := [key for key in record if not isinstance(key, str)]:
            problems.append(Problem("wrong-type", place, f"a key is of the type {type(odd[0]).__name__}, not a string"))
        else:
            lines.append(Line(place, plain(record)))
    return lines, problems


def plain(value: Any) -> Any:
    """A value as JSON would hold it: NumPy's scalars and arrays as numbers and lists, NaN and NaT as None.

    What JSON has nothing for stays as it is, for the reader of fields to refuse.
    """
    if type(value) in _PLAIN:
        return value
    if isinstance(value, float):
        return None if value != value else float(value)  # noqa: PLR0124
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return list(map(plain, value))
    if type(value).__name__ in _NO_TIME_AND_NO_VALUE:
        return None
    for way in ("tolist", "as_py"):  # of NumPy, and of Arrow
        if hasattr(value, way):
            made = getattr(value, way)()
            return made if type(made) is type(value) else plain(made)
    return value
