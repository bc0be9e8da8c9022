"""What the functions give: scores, a ranking or a comparison, and how to go on with it.

Each is the value of `evaluation/` and has its attributes; besides it can be shown, and handed on.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, overload

from detente.data.problems import Problem, ValidationError
from detente.evaluation.compare import Comparison
from detente.evaluation.ranking import Ranking
from detente.evaluation.score import Scores
from detente.report import comparison as comparisons
from detente.report import ranking as rankings
from detente.report import scores as reports
from detente.report.tables import Report, html_table, rendered

if TYPE_CHECKING:
    import polars as pl


class Result(ABC):
    """A result as a frame, as JSON, as a chart, and as HTML, which notebooks show.

    Attributes:
        notes: What was left out or changed when the predictions were read, in words.
    """

    notes: tuple[str, ...]

    @property
    @abstractmethod
    def report(self) -> Report:
        """What the command prints."""

    @abstractmethod
    def _frame(self) -> "pl.DataFrame": ...

    @abstractmethod
    def _chart(self) -> Any: ...

    @overload
    def to_frame(self, library: Literal["polars"] = "polars") -> "pl.DataFrame": ...

    @overload
    def to_frame(self, library: Literal["pandas"]) -> Any: ...

    def to_frame(self, library: str = "polars") -> Any:
        """The numbers as a data frame; undefined is null.

        Of scores a row is a metric, with the columns `value`, `low`, `high`, `mean`, `n`; of a ranking it is a system,
        the best first, with a column for each metric; of a comparison it is a metric of one system beside the first.

        Args:
            library: `polars`, or `pandas` if that is installed.

        Raises:
            ValidationError: If there is no such library.
        """
        if library not in ("polars", "pandas"):
            raise ValidationError([Problem("option", "library", f"{library!r} is none of polars, pandas")])
        frame = self._frame()
        if library == "polars":
            return frame
        try:
            return frame.to_pandas()
        except ModuleNotFoundError as error:
            message = "a frame of pandas needs pandas: pip install pandas"
            raise ValidationError([Problem("extra-missing", "to_frame", message)]) from error

    def to_json(self) -> str:
        """The text that the command writes with `--format json`: everything, at full precision.

        `json.loads` makes a dictionary of it.
        """
        return rendered(self.report, "json")

    def plot(self) -> Any:
        """An Altair chart of the values and their intervals, or ranges over families.

        Raises:
            ValidationError: If Altair is not installed.
        """
        try:
            return self._chart()
        except ModuleNotFoundError as error:
            message = "a chart needs Altair: pip install 'detente[plot]'"
            raise ValidationError([Problem("extra-missing", "plot", message)]) from error

    def _repr_html_(self) -> str:
        """The first table of the command, its notes and the signature."""
        found = self.report
        return html_table(found.sections[0], [*self.notes, *found.notes], found.signature)


@dataclass(frozen=True, repr=False)
class ScoresResult(Scores, Result):
    """The scores of one system; see `detente.score`."""

    notes: tuple[str, ...] = ()

    @property
    def report(self) -> Report:
        """What the command prints."""
        return reports.report(self)

    def _frame(self) -> "pl.DataFrame":
        from detente.library import frames

        return frames.of_scores(self)

    def _chart(self) -> Any:
        from detente.library import charts

        return charts.of_scores(self)

    def __repr__(self) -> str:
        return f"<{self.primary} {self.metrics[self.primary].value:.3f}, {self.signature}>"


@dataclass(frozen=True, repr=False)
class RankingResult(Ranking, Result):
    """Systems in order; see `detente.rank`."""

    notes: tuple[str, ...] = ()

    @property
    def report(self) -> Report:
        """What the command prints."""
        return rankings.report(self)

    def _frame(self) -> "pl.DataFrame":
        from detente.library import frames

        return frames.of_ranking(self)

    def _chart(self) -> Any:
        from detente.library import charts

        return charts.of_ranking(self)

    def __repr__(self) -> str:
        return f"<{', '.join(system.name for system in self.systems)} by {self.by.name}, {self.signature}>"


@dataclass(frozen=True, repr=False)
class ComparisonResult(Comparison, Result):
    """Systems beside the first of them; see `detente.compare`."""

    notes: tuple[str, ...] = ()

    @property
    def report(self) -> Report:
        """What the command prints."""
        return comparisons.report(self)

    def _frame(self) -> "pl.DataFrame":
        from detente.library import frames

        return frames.of_comparison(self)

    def _chart(self) -> Any:
        from detente.library import charts

        return charts.of_comparison(self)

    def __repr__(self) -> str:
        return f"<{', '.join(self.scores)} compared, {self.signature}>"
