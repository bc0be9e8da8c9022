"""What the functions give: scores, a ranking or a comparison, and how to go on with it.

Each is the value of `evaluation/` and has its attributes; besides it can be shown, and handed on.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, overload

from detente.data.problems import Problem, ValidationError
from detente.evaluation.compare import Comparison
from detente.evaluation.items import errors, per_unit
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
    def _frames(self) -> "Mapping[str, Callable[[], pl.DataFrame]]":
        """What makes each frame, by its name; the first is the one that is meant where none is named."""

    @abstractmethod
    def _charts(self) -> Mapping[str, Callable[[], Any]]:
        """The same of charts."""

    @overload
    def to_frame(self, library: Literal["polars"] = "polars", of: str | None = None) -> "pl.DataFrame": ...

    @overload
    def to_frame(self, library: Literal["pandas"], of: str | None = None) -> Any: ...

    def to_frame(self, library: str = "polars", of: str | None = None) -> Any:
        """The numbers as a data frame; undefined is null.

        Of scores:
            `metrics`: a row for each metric, with the columns `value`, `low`, `high`, `mean`, `n`
            `breakdown`: a row for each metric of each part: `key`, `part`, `n`, `metric`, `value`, `low`, `high`
            `confusion`: `gold`, `predicted`, `n`; no rows where there are no labels
            `errors`: the items that are wrong, the worst first
            `units`: a row for each unit, with all metrics of it alone
        Of a ranking:
            `systems`: a row for each system, the best first, with a column for each metric
        Of a comparison:
            `metrics`: a row for each metric of one system beside the first
            `items`: the items of which two systems say different things, the worst difference first

        Args:
            library: `polars`, or `pandas` if that is installed.
            of: Which; by default the first that is named above.

        Raises:
            ValidationError: If there is no such library, or no such frame.
        """
        if library not in ("polars", "pandas"):
            raise ValidationError([Problem("option", "library", f"{library!r} is none of polars, pandas")])
        frame = _named(self._frames(), of)()
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

    def plot(self, of: str | None = None) -> Any:
        """An Altair chart of the values and their intervals, or ranges over families.

        Args:
            of: Of scores `metrics`, `confusion` where there are labels, or a key that they are broken down by, as
                `holder`; of a ranking `systems`; of a comparison `metrics`. By default the first of these.

        Raises:
            ValidationError: If Altair is not installed, or there is no such chart.
        """
        chart = _named(self._charts(), of)
        try:
            return chart()
        except ModuleNotFoundError as error:
            message = "a chart needs Altair: pip install 'detente[plot]'"
            raise ValidationError([Problem("extra-missing", "plot", message)]) from error

    def _repr_html_(self) -> str:
        """The first table of the command, its notes and the signature."""
        found = self.report
        return html_table(found.sections[0], [*self.notes, *found.notes], found.signature)


def _charts() -> Any:
    """The module of the charts, which needs Altair."""
    from detente.library import charts

    return charts


def _named(makers: Mapping[str, Callable[[], Any]], name: str | None) -> Callable[[], Any]:
    """What makes the one that is named, or the first."""
    if name is not None and name not in makers:
        raise ValidationError([Problem("option", "of", f"{name!r} is none of {', '.join(makers)}")])
    return makers[name or next(iter(makers))]


@dataclass(frozen=True, repr=False)
class ScoresResult(Scores, Result):
    """The scores of one system; see `detente.score`."""

    notes: tuple[str, ...] = ()

    @property
    def report(self) -> Report:
        """What the command prints."""
        return reports.report(self)

    def _frames(self) -> "Mapping[str, Callable[[], pl.DataFrame]]":
        from detente.library import frames

        return {
            "metrics": lambda: frames.of_scores(self),
            "breakdown": lambda: frames.breakdowns(self),
            "confusion": lambda: frames.confusion(self),
            "errors": lambda: errors(self),
            "units": lambda: per_unit(self),
        }

    def _charts(self) -> Mapping[str, Callable[[], Any]]:
        labelled = {"confusion": lambda: _charts().of_confusion(self)} if self.confusion else {}
        parts = {key: partial(lambda key: _charts().of_breakdown(self, key), key) for key in self.breakdown}
        return {"metrics": lambda: _charts().of_scores(self), **labelled, **parts}

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

    def _frames(self) -> "Mapping[str, Callable[[], pl.DataFrame]]":
        from detente.library import frames

        return {"systems": lambda: frames.of_ranking(self)}

    def _charts(self) -> Mapping[str, Callable[[], Any]]:
        return {"systems": lambda: _charts().of_ranking(self)}

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

    def _frames(self) -> "Mapping[str, Callable[[], pl.DataFrame]]":
        from detente.library import frames

        return {
            "metrics": lambda: frames.of_comparison(self),
            "items": lambda: frames.items(self),
        }

    def _charts(self) -> Mapping[str, Callable[[], Any]]:
        return {"metrics": lambda: _charts().of_comparison(self)}

    def __repr__(self) -> str:
        return f"<{', '.join(self.scores)} compared, {self.signature}>"
