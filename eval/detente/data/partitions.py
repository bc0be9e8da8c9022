"""Rows of ids on the disk, in partitions: each file has one batch of Arrow for each partition.

What was divided is known by values alone, so that whoever works at a partition, on whatever machine, needs no more than
the folder.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, ValuesView
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from detente.data.buckets import BUCKETS, partitions_of
from detente.data.files import max_input
from detente.data.kept import kept
from detente.data.pieces import PIECE, Fault, Piece, Stretch, pieces, rough_size
from detente.data.problems import ValidationError

if TYPE_CHECKING:
    import polars as pl

_T = TypeVar("_T")
_PART: Final = 1 << 23
"""About how many bytes of a source a partition has: in memory some hundred megabytes."""
_FEWEST: Final = 16
"""Partitions, so that there is work for several processes."""
PLACE: Final = "#place"
"""The column that says where a row stood: its line, counted through all files of its source."""


@dataclass(frozen=True)
class Workplace:
    """Where large inputs are divided, and who does it.

    Attributes:
        folder: Where files may be written that are not kept.
        run: Does a step: from its name, a function of a module, the items that this is called with, and their names to
            the results, which are plain data, in the order of the items.
        partitions: Into how many sources are divided, at most `BUCKETS`.
        size: About how many bytes are read at once.
    """

    folder: Path
    run: Callable[[str, Callable[[Any], Any], Sequence[Any], Sequence[str]], Iterator[Any]]
    partitions: int
    size: int = PIECE


def partitions_for(paths: Iterable[Path]) -> int:
    """Into how many partitions sources are divided: by the size of the largest, since more of them only cost time."""
    most = max(map(rough_size, paths), default=0)
    return min(max(most // _PART, _FEWEST), BUCKETS)


class Spilled(NamedTuple):
    """A file of rows in partitions.

    Attributes:
        path: Of the file.
        base: What is to be added to the places of its rows, which are those in its stretch.
    """

    path: str
    base: int


class Start(NamedTuple):
    """Where the lines of a file begin.

    Attributes:
        base: The place of the line before its first one.
        name: The file's name, as it stands in problems.
        word: What stands before a number: nothing before a line, `row ` before a row.
    """

    base: int
    name: str
    word: str


class Divided(NamedTuple):
    """What a source was divided into.

    Attributes:
        files: Where its rows are, in the order of their places.
        starts: Its files, in the order of places.
        rows: How many there are.
        partitions: Into how many.
    """

    files: tuple[Spilled, ...]
    starts: tuple[Start, ...]
    rows: int
    partitions: int

    def location(self, place: int) -> str:
        """Where a row stood, as `file:line`."""
        start = self.starts[bisect_right(self.starts, place - 1, key=lambda each: each.base) - 1]
        return f"{start.name}:{start.word}{place - start.base}"

    def part(self, partition: int) -> "pl.DataFrame":
        """The rows of a partition in the order of their places, which is that of the files and of each one's rows.

        A column that some files lack is null there.
        """
        import polars as pl

        frames = [frame for file in self.files if len(frame := _batch(file, partition))]
        if not frames:
            frames = [_batch(file, partition) for file in self.files]
        return pl.concat(frames, how="diagonal") if frames else pl.DataFrame(schema={PLACE: pl.Int64})


def _batch(file: Spilled, partition: int) -> "pl.DataFrame":
    import polars as pl
    import pyarrow

    with pyarrow.memory_map(file.path) as source, pyarrow.ipc.open_file(source) as reader:
        frame = pl.from_arrow(reader.get_batch(partition))
    assert isinstance(frame, pl.DataFrame)
    return frame.with_columns(pl.col(PLACE) + file.base)


def spill(frame: "pl.DataFrame", path: Path, partitions: int, by: str = "id", key: "pl.Series | None" = None) -> None:
    """Writes rows in partitions by their ids, whole or not at all.

    Args:
        frame: Rows with places (`PLACE`).
        path: Of the file.
        partitions: How many there are.
        by: The column of ids.
        key: The partition of each row, where that does not follow from its id.

    Raises:
        ValidationError: See `kept`.
    """
    import polars as pl
    import pyarrow

    key = partitions_of(frame[by], partitions) if key is None else key
    ordered = frame.with_columns(key.alias("#partition")).sort("#partition", maintain_order=True)
    sizes = dict(ordered["#partition"].value_counts().iter_rows())
    table = ordered.drop("#partition").to_arrow(compat_level=pl.CompatLevel.oldest()).combine_chunks()
    whole = table.to_batches()
    # Not `from_pylist`, which imports pandas, in each process.
    empty = pyarrow.RecordBatch.from_arrays(
        [pyarrow.nulls(0, field.type) for field in table.schema], schema=table.schema
    )
    options = pyarrow.ipc.IpcWriteOptions(compression="lz4")
    start = 0
    with kept(path) as place, pyarrow.ipc.new_file(str(place), table.schema, options=options) as writer:
        for partition in range(partitions):
            size = sizes.get(partition, 0)
            writer.write_batch(whole[0].slice(start, size) if size else empty)
            start += size


def spill_pieces(
    stretch: Stretch,
    limit: int,
    target: str,
    partitions: int,
    frames_of: "Callable[[Piece], Iterable[pl.DataFrame]]",
    unread: list[Fault],
    key_of: "Callable[[pl.DataFrame], pl.Series] | None" = None,
) -> dict[str, Any]:
    """Writes the rows of a stretch in partitions, piece by piece.

    Args:
        stretch: What is read.
        limit: How many bytes an input may have that is read whole.
        target: What the paths of what is written begin with.
        partitions: How many there are.
        frames_of: From a piece to its rows with their places.
        unread: What cannot be read from some piece on is added to these.
        key_of: The partition of each row, where that does not follow from its id.

    Returns:
        `lines` and `rows`, how many there are, and `files`, the paths of what was written.

    Raises:
        ValidationError: See `kept`.
    """
    files: list[str] = []
    lines = rows = 0

    def readable() -> "Iterator[pl.DataFrame]":
        nonlocal lines
        try:
            for piece in pieces(stretch):
                lines = max(lines, piece.before + piece.length)
                yield from frames_of(piece)
        except ValidationError as invalid:
            unread.extend((0, problem.code, problem.message) for problem in invalid.problems)

    with max_input(limit):
        for frame in readable():
            if len(frame):
                path = Path(f"{target}-{len(files):05}.arrow")
                spill(frame, path, partitions, key=key_of(frame) if key_of else None)
                files.append(str(path))
                rows += len(frame)
    return {"lines": lines, "rows": rows, "files": files}


class Apart(Mapping[str, _T]):
    """Values by id that are kept in partitions, of which the last that was asked for is in memory.

    Args:
        size: How many there are.
        partitions: How many partitions.
        load: From a partition to its values.
    """

    def __init__(self, size: int, partitions: int, load: Callable[[int], Mapping[str, _T]]) -> None:
        self._size, self.partitions, self._load = size, partitions, load
        self._last: tuple[int, Mapping[str, _T]] | None = None

    def part(self, partition: int) -> Mapping[str, _T]:
        """The values of a partition."""
        if self._last is None or self._last[0] != partition:
            self._last = None  # so that never two are held
            self._last = partition, self._load(partition)
        return self._last[1]

    def __getitem__(self, name: str) -> _T:
        import polars as pl

        return self.part(int(partitions_of(pl.Series([name]), self.partitions)[0]))[name]

    def __iter__(self) -> Iterator[str]:
        for partition in range(self.partitions):
            yield from self.part(partition)

    def __len__(self) -> int:
        return self._size

    def values(self) -> ValuesView[_T]:
        """The values, partition by partition."""
        return _Values(self)


class _Values(ValuesView[_T]):
    """Values that are looked up by nobody, since that takes a hash for each."""

    def __init__(self, apart: Apart[_T]) -> None:
        super().__init__(apart)
        self._apart = apart

    def __iter__(self) -> Iterator[_T]:
        for partition in range(self._apart.partitions):
            yield from self._apart.part(partition).values()


def divided(
    stretches: Sequence[Stretch], found: Sequence[Mapping[str, Any]], partitions: int
) -> tuple[Divided, tuple[int, ...]]:
    """What the stretches of a source became together, and what is added to the places of each.

    Args:
        stretches: In their order.
        found: Of each, `lines` and `rows`, how many there are, and `files`, the paths of what was spilled.
        partitions: Into how many.
    """
    files: list[Spilled] = []
    starts: list[Start] = []
    bases: list[int] = []
    base = rows = 0
    for stretch, each in zip(stretches, found, strict=True):
        if not starts or starts[-1].name != stretch.path:
            starts.append(Start(base, stretch.path, "row " if stretch.form == "rows" else ""))
        bases.append(base)
        files += [Spilled(path, base) for path in each["files"]]
        base, rows = base + each["lines"], rows + each["rows"]
    return Divided(tuple(files), tuple(starts), rows, partitions), tuple(bases)
