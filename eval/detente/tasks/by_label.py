"""What is said of ids by labels: two columns, of which values are made only where somebody asks for one."""

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl


class ByLabel(Mapping[str, Any]):
    """What is said of ids, as two columns; as values only for who asks for them.

    Attributes:
        ids: The ids.
        labels: The label of each; null where nothing is said.
    """

    def __init__(self, ids: "pl.Series", labels: "pl.Series", value: Callable[[int], Any]) -> None:
        self.ids, self.labels, self._value = ids, labels, value
        self._size = len(labels) - labels.null_count()

    @cached_property
    def _values(self) -> dict[str, Any]:
        said = enumerate(zip(self.ids, self.labels, strict=True))
        return {name: self._value(place) for place, (name, label) in said if label is not None}

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.ids.filter(self.labels.is_not_null()))

    def __len__(self) -> int:
        return self._size


class Same(Mapping[str, Any]):
    """One and the same value for each of some ids."""

    def __init__(self, ids: Collection[str], value: Any) -> None:
        self._ids, self.value = ids, value

    def __getitem__(self, name: str) -> Any:
        if name not in self._ids:
            raise KeyError(name)
        return self.value

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self._ids)
