"""The predictions of one call: read and checked together, against the built dataset or reference texts."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from detente.data.labels import GOLD_FORMATS, LABEL_GOLD_FORMATS, OPTION_VALUES, REFERENCE_TASK, SPLITS
from detente.data.problems import Problem, ValidationError
from detente.tasks import TASK_NAMES, kinds_of, task_named
from detente.tasks.task import refuse_unknown
from detente.text.display import listed
from detente.text.markup import FORMATS

if TYPE_CHECKING:
    from detente.data.corpus import Corpus
    from detente.data.jsonl import Record
    from detente.data.page_texts import Pages
    from detente.data.partitions import Workplace
    from detente.data.spellings import Spellings
    from detente.evaluation.predictions import Predictions
    from detente.evaluation.score import Counting, Resampling, Scores
    from detente.evaluation.session import Session
    from detente.evaluation.steps import Steps
    from detente.tasks.content_extraction.references import ReferenceCorpus
    from detente.tasks.gold_labels import LabelCorpus
    from detente.tasks.task import Gold, Options

_OF_PAGES: Final = "boilerplate"
"""The task whose predictions may be whole pages."""

Source = str | PathLike[str] | Any
"""Where predictions are: a file or folder by its path, or rows in memory (`data.memory`)."""


_NOT_FOR_ALL: Final = ("paratext", "empty")
"""Options that some tasks do not heed, which refuse them."""


def short_names(paths: Sequence[str]) -> list[str]:
    """The files' names without suffixes where these tell them apart, else their paths; a second one gets a number."""
    from detente.data.page_texts import short_name

    stems = [short_name(path) for path in paths]
    names = stems if len(set(stems)) == len(set(paths)) else list(paths)
    return [
        name if name not in names[:place] else f"{name} ({names[:place].count(name) + 1})"
        for place, name in enumerate(names)
    ]


def load_gold(
    path: Path | None,
    gold_format: str | None,
    gold_text: str | None = None,
    *,
    dataset: str | PathLike[str] | None = None,
    split: str = SPLITS[-1],
    task: str | None = None,
    labels: "Spellings | None" = None,
) -> "Gold":
    """Reference texts from a file or folder, labels from a file, or a built dataset.

    Args:
        path: The file or folder; None for the dataset.
        gold_format: How it is laid out; None to tell it from its keys.
        gold_text: What its texts are written in; None to go by suffixes.
        dataset: Of the built dataset: the root of a corpus, or the folder itself; None for the package's own.
        split: Which of its splits.
        task: The task that it is gold of, if that was named.
        labels: Spellings of its labels to ours.

    Raises:
        ValidationError: If the file cannot be read as gold, or holds the dataset's own pages instead of references; if
            nothing is built in `dataset`, or both it and `path` are given.
    """
    from detente.data import corpus

    if path is None:
        options = (("--gold-format", gold_format), ("--gold-text", gold_text))
        if given := [option for option, value in options if value]:
            message = "says how to read --gold, which is not given"
            raise ValidationError([Problem("option", option, message) for option in given])
        return corpus.load_scored(dataset, split)
    if dataset is not None:
        message = "is not read beside --gold: predictions are scored against the one or the other"
        raise ValidationError([Problem("option", "--dataset", message)])
    from detente.tasks import gold_labels
    from detente.tasks.content_extraction.gold_formats import read_gold, whole_page

    if of_labels := gold_labels.task_of_gold(path, task, gold_format):
        if gold_text:
            message = f"is of texts, and --gold has labels ({of_labels})"
            raise ValidationError([Problem("option", "--gold-text", message)])
        return gold_labels.read_gold(path, of_labels, gold_format, labels)
    gold = read_gold(path, gold_format, gold_text)
    pages = {_dense(row["text"]): name for name, row in corpus.load().articles.items()}
    texts = [reference.text for target in gold.targets.values() for reference in target.references]
    if found := next((pages[_dense(text)] for text in texts if _dense(text) in pages), None):
        raise ValidationError([whole_page(str(path), found)])
    return gold


def _dense(text: str) -> str:
    return "".join(text.split())


@dataclass(frozen=True)
class Systems:
    """The systems of one call, read and checked, beside the gold that they are held against.

    Attributes:
        gold: The dataset, or reference texts.
        predictions: Of each system by its name; all of one task, on the same pages.
        warnings: What is probably not meant, in words.
        counting: What counts them, where they are not in memory.
        steps: Where the counts of texts are kept, if they are.
    """

    gold: "Gold"
    predictions: "dict[str, Predictions]"
    warnings: tuple[str, ...]
    counting: "Counting | None" = None
    steps: "Steps | None" = None

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out or changed on reading, in words, after the name of the system."""
        return tuple(f"{name}: note: {note}" for name, each in self.predictions.items() for note in each.notes)

    def scores(
        self, options: "Options", resampling: "Resampling", session: "Session | None" = None
    ) -> "dict[str, Scores]":
        """The scores of each system; see `score_files`."""
        return score_files(self.predictions, self.gold, options, resampling, session, self.counting, self.steps)


def asked_of(options: "Options") -> list[str]:
    """The options of what is right that are not as they are by default, and that not every task heeds."""
    return [name for name in _NOT_FOR_ALL if getattr(options, name) != OPTION_VALUES[name][0]]


def read_systems(
    sources: Sequence[Source],
    task: str | None = None,
    *,
    dataset: str | PathLike[str] | None = None,
    split: str = SPLITS[-1],
    gold: Path | None = None,
    gold_format: str | None = None,
    gold_text: str | None = None,
    asked: Sequence[str] = (),
    output_formats: Sequence[str] = (),
    names: Sequence[str] = (),
    labels: "Spellings | None" = None,
    allow_missing: bool = False,
    allow_extra: bool = False,
    session: "Session | None" = None,
    pieces: "Pieces | None" = None,
) -> Systems:
    """Reads the gold and the predictions of all systems.

    What is too large to be read whole, or comes in shards, is read in pieces: labels against labels.

    Args:
        sources: Of the systems; see `read_all`.
        task: The task; None to tell it from the lines.
        dataset: The built dataset, if it is not the package's own; see `load_gold`.
        split: Which of its splits.
        gold: Reference texts or labels instead of it.
        gold_format: How they are laid out.
        gold_text: What they are written in.
        asked: The options of what is right that were given, and that the task must heed.
        output_formats: What the systems' texts are written in.
        names: What to call the systems.
        labels: Spellings of labels, of predictions and gold, to the task's.
        allow_missing: Whether ids of the gold may be missing.
        allow_extra: Whether ids that the gold does not have may be there.
        session: What reads it, where it is read in pieces.
        pieces: To read it in pieces however small it is, and in which.

    Raises:
        ValidationError: With the problems of all systems and options, and if the systems are of different tasks or
            pages.
    """
    from detente.data.corpus import Corpus

    texts = [("--output-format", each, FORMATS) for each in output_formats]
    refuse_unknown(
        [
            ("--task", task, (*TASK_NAMES, REFERENCE_TASK)),
            ("--gold-format", gold_format, (*GOLD_FORMATS, *LABEL_GOLD_FORMATS)),
            ("--gold-text", gold_text, FORMATS),
            *texts,
        ]
    )
    if gold is not None and dataset is None and not gold_text:
        forced = pieces is not None or _elsewhere(session, gold, sources)
        known = _labels_in_pieces(gold, gold_format, task, sources, forced=forced)
        if known:
            allowed = {"allow_missing": allow_missing, "allow_extra": allow_extra}
            return _read_in_pieces(
                gold, known, sources, asked, output_formats, names, labels or {}, session, pieces, **allowed
            )
    if gold is not None and dataset is None and _texts_in_pieces(gold, task, sources, forced=pieces is not None):
        allowed = {"allow_missing": allow_missing, "allow_extra": allow_extra}
        formats = (gold_format, gold_text, output_formats)
        return _read_texts_in_pieces(gold, formats, sources, asked, names, labels or {}, session, pieces, **allowed)
    reference = load_gold(gold, gold_format, gold_text, dataset=dataset, split=split, task=task, labels=labels)
    if isinstance(reference, Corpus) and _suite_in_pieces(reference, task, sources, labels, forced=pieces is not None):
        allowed = {"allow_missing": allow_missing, "allow_extra": allow_extra}
        return _read_suite_in_pieces(reference, sources, asked, output_formats, names, session, pieces, **allowed)
    systems = read_all(
        sources,
        reference,
        task,
        allow_missing=allow_missing,
        allow_extra=allow_extra,
        output_formats=output_formats,
        names=names,
        labels=labels,
    )
    _refuse_unfit(systems, asked)
    warnings = tuple(markup_warnings(reference, systems, output_formats, gold_text))
    if session is None or session.execution.work is None:
        return Systems(reference, systems, warnings)
    call = {
        "gold": _fingerprint(gold) if gold else reference.manifest["sha256"],
        "labels": str(labels),
        "formats": [gold_format, gold_text],
    }
    call |= {"task": task, "--output-format": [*output_formats], "split": split}
    call |= {f"predictions {number}": _fingerprint(source) for number, source in enumerate(sources, start=1)}
    return Systems(reference, systems, warnings, steps=session.steps(call))


def _elsewhere(session: "Session | None", gold: Path, sources: Sequence[Source]) -> bool:
    """Whether files are to be read in pieces for a cluster's sake, or to go on with them; all of them can be."""
    from detente.data.memory import is_path
    from detente.data.pieces import can_be_divided

    if session is None or not session.execution.asked:
        return False
    return all(is_path(each) and can_be_divided(Path(each)) for each in (gold, *sources))


def _labels_in_pieces(
    gold: Path, gold_format: str | None, task: str | None, sources: Sequence[Source], *, forced: bool
) -> str | None:
    """The task of gold of labels, if that or predictions are to be read in pieces: they are shards, or too large."""
    from detente.data.memory import is_path
    from detente.data.pieces import fits, is_shards
    from detente.tasks.gold_labels import task_of_gold
    from detente.tasks.native_labels import NATIVE, format_of_file

    paths = [gold, *(Path(source) for source in sources if is_path(source))]
    if not forced and all(fits(path) and not is_shards(path) for path in paths):
        return None
    if (gold_format or format_of_file(gold)) in NATIVE:
        return None
    return task_of_gold(gold, task, gold_format)


def _read_in_pieces(
    gold: Path,
    task: str,
    sources: Sequence[Source],
    asked: Sequence[str],
    output_formats: Sequence[str],
    names: Sequence[str],
    labels: "Spellings",
    session: "Session | None",
    pieces: "Pieces | None",
    **allowed: bool,
) -> Systems:
    from detente.data.spellings import refusals, written
    from detente.evaluation import merge
    from detente.evaluation.session import Session

    base = task_named(task)
    if faults := refusals(labels, task, base.labels):
        raise ValidationError(faults)
    _refuse_names(sources, output_formats, names)
    if output_formats:
        message = f"is not supported by the task {task}, whose predictions are no texts"
        raise ValidationError([Problem("option", "--output-format", message)] * len(sources))
    places = _places(sources)
    session = session or Session()
    place = _workplace(gold, sources, session, pieces, task=task, labels=written(labels), **allowed)
    corpus, found, counting = merge.read(
        gold, task, labels, list(zip(places, sources, strict=True)), place, session, **allowed
    )
    mapped = {"labels": written(labels)} if labels else {}
    titles = names or short_names(places)
    systems = {name: replace(each, reduced=mapped) for name, each in zip(titles, found.values(), strict=True)}
    _refuse_unfit(systems, asked)
    return Systems(corpus, systems, (), counting)


def _texts_in_pieces(gold: Path, task: str | None, sources: Sequence[Source], *, forced: bool) -> bool:
    """Whether reference texts or the texts of systems are to be read in pieces: they are shards, or too large."""
    from detente.data.memory import is_path
    from detente.data.pieces import fits, is_shards
    from detente.tasks.native_labels import NATIVE, format_of_file

    if task not in (None, REFERENCE_TASK) or format_of_file(gold) in NATIVE:
        return False
    paths = [gold, *(Path(source) for source in sources if is_path(source))]
    return forced or any(not fits(path) or is_shards(path) for path in paths)


def _read_texts_in_pieces(
    gold: Path,
    formats: tuple[str | None, str | None, Sequence[str]],
    sources: Sequence[Source],
    asked: Sequence[str],
    names: Sequence[str],
    labels: "Spellings",
    session: "Session | None",
    pieces: "Pieces | None",
    **allowed: bool,
) -> Systems:
    from detente.data.memory import is_path
    from detente.data.pieces import shards_of
    from detente.data.spellings import refusals, written
    from detente.evaluation import text_shards
    from detente.evaluation.session import Session

    gold_format, gold_text, output_formats = formats
    _refuse_names(sources, output_formats, names)
    if faults := refusals(labels, REFERENCE_TASK, ()):
        raise ValidationError(faults)
    each = output_formats if len(output_formats) == len(sources) else [*output_formats, None][:1] * len(sources)
    places = _places(sources)
    session = session or Session()
    place = _workplace(gold, sources, session, pieces, formats=formats, labels=written(labels), **allowed)
    files = [shards_of(Path(source)) if is_path(source) else [] for source in sources]
    corpus, found, counting, looks = text_shards.read(
        (str(gold), shards_of(gold)),
        gold_format,
        gold_text,
        list(zip(places, files, each, strict=True)),
        place,
        session,
        **allowed,
    )
    systems = dict(zip(names or short_names(places), found, strict=True))
    _refuse_unfit(systems, asked)
    options = (
        {} if output_formats else {name: ("--output-format", look) for name, look in zip(systems, looks, strict=False)}
    )
    if gold_text is None:
        options[f"--gold {corpus.name}"] = "--gold-text", looks[-1]
    return Systems(corpus, systems, tuple(_warnings(options)), counting)


def _suite_in_pieces(
    gold: "Corpus", task: str | None, sources: Sequence[Source], labels: "Spellings | None", *, forced: bool
) -> bool:
    """Whether predictions for a suite are read in pieces; with spellings of labels, which pages lack, they are not."""
    if not gold.suite or labels:
        return False
    from detente.evaluation import suite_shards

    return suite_shards.in_pieces(gold, task, sources, forced=forced)


def _read_suite_in_pieces(
    gold: "Corpus",
    sources: Sequence[Source],
    asked: Sequence[str],
    output_formats: Sequence[str],
    names: Sequence[str],
    session: "Session | None",
    pieces: "Pieces | None",
    **allowed: bool,
) -> Systems:
    from detente.data.partitions import Workplace
    from detente.evaluation import suite_shards
    from detente.evaluation.session import Session

    _refuse_names(sources, output_formats, names)
    each = output_formats if len(output_formats) == len(sources) else [*output_formats, None][:1] * len(sources)
    places = _places(sources)
    division = pieces or Pieces(suite_shards.number_of_shards(gold))
    session = session or Session()
    call = {"gold": gold.manifest["sha256"], "split": gold.split, "formats": output_formats, "pieces": division}
    call |= {f"predictions {number}": _fingerprint(source) for number, source in enumerate(sources, start=1)}
    steps = session.steps(call | allowed)
    place = Workplace(steps.folder, steps.run, division.partitions, division.size)
    files = [Path(source) for source in sources]
    found, counting, looks = suite_shards.read(
        gold, list(zip(places, files, each, strict=True)), place, session, **allowed
    )
    systems = dict(zip(names or short_names(places), found, strict=True))
    _refuse_unfit(systems, asked)
    options = {name: ("--output-format", look) for name, look in zip(systems, looks, strict=True)}
    return Systems(gold, systems, () if output_formats else tuple(_warnings(options)), counting)


def _warnings(looks: "Mapping[str, tuple[str, str | None]]") -> list[str]:
    return [
        f"{name}: the texts look like {written_in}, and its marks count as text: say {option} {written_in}, or text"
        for name, (option, written_in) in looks.items()
        if written_in
    ]


def _fingerprint(source: Source) -> Any:
    """What tells a source from another; nothing of one that is in memory, which no other call has."""
    from detente.data.memory import is_path
    from detente.evaluation.steps import fingerprint

    return fingerprint(Path(source)) if is_path(source) and Path(source).exists() else str(id(source))


class Pieces(NamedTuple):
    """How what is read in pieces is divided, which no score depends on.

    Attributes:
        partitions: Into how many partitions.
        size: About how many bytes are read at once.
    """

    partitions: int
    size: int = 1 << 25


def _workplace(
    gold: Path, sources: Sequence[Source], session: "Session", pieces: Pieces | None, **call: Any
) -> "Workplace":
    """Where inputs are divided, labels or texts: in pieces that go with their sizes, or in those that are given.

    Args:
        gold: The file of the gold, or its folder of shards.
        sources: Of the systems.
        session: What keeps the folder.
        pieces: How they are divided, if that is given.
        call: What else the results depend on.
    """
    from detente.data.memory import is_path
    from detente.data.partitions import Workplace, partitions_for
    from detente.evaluation.steps import fingerprint

    paths = [gold, *(Path(source) for source in sources if is_path(source))]
    division = pieces or Pieces(partitions_for(paths))
    call |= {f"predictions {number}": _fingerprint(source) for number, source in enumerate(sources, start=1)}
    steps = session.steps({"gold": fingerprint(gold), "pieces": division, **call})
    return Workplace(steps.folder, steps.run, division.partitions, division.size)


def _refuse_names(sources: Sequence[Source], output_formats: Sequence[str], names: Sequence[str]) -> None:
    """Refuses formats and names that are not one for each of the systems."""
    if len(output_formats) not in (0, 1, len(sources)):
        message = f"is given {len(output_formats)} times for {len(sources)} files: give it once, or once for each file"
        raise ValidationError([Problem("option", "--output-format", message)])
    if names and (len(names) != len(sources) or len(set(names)) < len(names)):
        message = f"{listed(names)}: give each of the {len(sources)} systems a name of its own"
        raise ValidationError([Problem("option", "names", message)])


def _refuse_unfit(systems: "Mapping[str, Predictions]", asked: Sequence[str]) -> None:
    """Refuses systems of different tasks or pages, and options that their task does not support."""
    (first, one), *others = systems.items()
    problems = [
        Problem("not-comparable", name, f"predictions of {other.task.name}; {first} has those of {one.task.name}")
        for name, other in others
        if other.task.name != one.task.name
    ]
    pages = {name: " ".join(_pages(each)) or "the captures" for name, each in systems.items()}
    problems += [
        Problem("not-comparable", name, f"is on other pages ({pages[name]}); {first} on {pages[first]}")
        for name, other in others
        if other.task.name == one.task.name and pages[name] != pages[first]
    ]
    problems += [
        Problem("option", f"--{option}", f"is not supported by the task {one.task.name}")
        for option in asked
        if option not in one.task.options
    ]
    if problems:
        raise ValidationError(problems)


def _pages(predictions: "Predictions") -> list[str]:
    parts = predictions.task.signature_parts(predictions.units)
    return [f"{name}:{value}" for name, value in parts.items()]


def read_all(
    sources: Sequence[Source],
    gold: "Gold",
    task: str | None,
    *,
    allow_missing: bool = False,
    allow_extra: bool = False,
    output_formats: Sequence[str] = (),
    names: Sequence[str] = (),
    labels: "Spellings | None" = None,
) -> dict[str, "Predictions"]:
    """The checked predictions of each system by its name.

    Args:
        sources: Files and folders, `-` for standard input, or rows in memory (`data.memory`).
        gold: What they are held against.
        task: Whose predictions they are; None to tell it from the lines.
        allow_missing: Whether ids of the gold may be missing.
        allow_extra: Whether ids that the gold does not have may be there.
        output_formats: What the texts are written in: one of `markup.FORMATS` for all systems, or one for each; none to
            go by the suffixes of a folder's files.
        names: What to call the systems; none to call them by their files, and what is in memory `predictions`.
        labels: Spellings of labels to the task's.

    Raises:
        ValidationError: With the problems of all systems.
    """
    from detente.data.spellings import refusals, written
    from detente.tasks.content_extraction.references import ReferenceCorpus
    from detente.tasks.gold_labels import LabelCorpus

    problems: list[Problem] = []
    found: dict[str, Predictions] = {}
    if isinstance(gold, ReferenceCorpus) and task not in (None, REFERENCE_TASK):
        raise ValidationError(
            [Problem("option", "--task", f"--gold is read by the task {REFERENCE_TASK}, not by {task}")]
        )
    if isinstance(gold, LabelCorpus) and task not in (None, gold.task.name):
        message = f"--gold is read by the task {gold.task.name}, not by {task}"
        raise ValidationError([Problem("option", "--task", message)])
    if not isinstance(gold, ReferenceCorpus) and task == REFERENCE_TASK:
        raise ValidationError([Problem("option", "--task", f"{task} needs reference texts: name them with --gold")])
    _refuse_names(sources, output_formats, names)
    formats = output_formats if len(output_formats) == len(sources) else [*output_formats, None][:1] * len(sources)
    places = _places(sources)
    for source, place, name, written_in in zip(sources, places, names or short_names(places), formats, strict=True):
        try:
            read = _read(
                source, place, gold, task, written_in, labels, allow_missing=allow_missing, allow_extra=allow_extra
            )
            problems += refusals(labels or {}, read.task.name, read.task.labels)
            mapped = {"labels": written(labels)} if labels else {}
            found[name] = replace(read, reduced={**read.reduced, **mapped})
        except ValidationError as invalid:
            problems += invalid.problems
    if problems:
        raise ValidationError(problems)
    return found


def _places(sources: Sequence[Source]) -> list[str]:
    """What to call sources in problems: files by their paths, what is in memory `predictions`, numbered if several."""
    from detente.data.memory import is_path

    one = sum(not is_path(source) for source in sources) == 1
    return [
        fspath(source) if is_path(source) else "predictions" if one else f"predictions {place}"
        for place, source in enumerate(sources, start=1)
    ]


def _read(
    source: Source,
    place: str,
    gold: "Gold",
    task: str | None,
    written_in: str | None,
    labels: "Spellings | None",
    **allowed: bool,
) -> "Predictions":
    from detente.data import page_texts
    from detente.data.files import STANDARD_INPUT
    from detente.data.memory import read_rows
    from detente.evaluation import predictions
    from detente.tasks.content_extraction.references import ReferenceCorpus
    from detente.tasks.gold_labels import LabelCorpus
    from detente.tasks.native_labels import NATIVE, format_of

    name = "standard input" if place == STANDARD_INPUT else place
    if isinstance(gold, ReferenceCorpus):
        return _of_reference_texts(source, name, gold, written_in, **allowed)
    if isinstance(gold, LabelCorpus):
        return _of_labels(source, name, gold, written_in, labels, **allowed)
    data = _bytes_of(source, name)
    if pages := _pages_of(source, data, name, written_in):
        _refuse_other_pages(pages, name, gold, task)
        lines = [line._replace(record=page_texts.whole_text(line.record)) for line in pages.lines]
        checked = predictions.check(
            lines, task_named(_OF_PAGES), gold, name, problems=pages.problems, labels=None, **allowed
        )
        return replace(checked, reduced=_reduced(output_format=pages.written_in))
    others = {kind for known in TASK_NAMES if known != _OF_PAGES for kind in kinds_of(known)}

    def prepare(record: "Record") -> "Record":
        made = page_texts.reduced(record, written_in)
        return made if made.keys() & others else page_texts.whole_text(made)

    known = task_named(task) if task in TASK_NAMES else None
    if data is None:
        rows = read_rows(source, name)
        checked = predictions.of_rows(rows, name, gold, known, prepare=prepare, labels=labels, **allowed)
    else:
        try:
            checked = predictions.read(name, data, gold, known, prepare=prepare, labels=labels, **allowed)
        except ValidationError:
            if (form := format_of(data, name)) not in NATIVE:
                raise
            message = f"is in the form of {form}, whose gold is another file: name that with --gold"
            raise ValidationError([Problem("task-unclear", name, message)]) from None
    checked = checked if checked.task.name == _OF_PAGES else _without_texts(checked, written_in)
    return replace(checked, reduced=_reduced(output_format=written_in or "text"))


def _of_reference_texts(
    source: Source, name: str, gold: "ReferenceCorpus", written_in: str | None, **allowed: bool
) -> "Predictions":
    from detente.data import page_texts
    from detente.data.memory import is_path, read_rows
    from detente.data.tabular import FLAT_SUFFIXES, suffix_of
    from detente.evaluation import predictions
    from detente.tasks.content_extraction.prediction import with_given
    from detente.tasks.content_extraction.task import CONTENT_EXTRACTION

    data = _bytes_of(source, name)
    if is_path(source):
        pages, table = page_texts.read(Path(name), data, written_in), suffix_of(name) in FLAT_SUFFIXES
    elif found := _pages_of(source, data, name, written_in):
        pages, table = found, False
    else:
        rows = read_rows(source, name)
        pages, table = page_texts.of_lines(rows.lines, rows.problems, written_in), rows.table
    pages = page_texts.outputs(pages)
    checked = predictions.check(
        pages.lines, CONTENT_EXTRACTION, gold, name, problems=pages.problems, table=table, labels=None, **allowed
    )
    reduced = _reduced(output_format=pages.written_in, gold_text=gold.written_in)
    return replace(checked, by_id=with_given(checked.by_id, pages.given), reduced=reduced)


def _of_labels(
    source: Source,
    name: str,
    gold: "LabelCorpus",
    written_in: str | None,
    labels: "Spellings | None",
    **allowed: bool,
) -> "Predictions":
    from detente.data.memory import is_path, read_rows
    from detente.evaluation import predictions
    from detente.evaluation.columns import with_probabilities
    from detente.evaluation.plain_labels import read_labels
    from detente.tasks.gold_labels import read_predictions

    data = _bytes_of(source, name)
    if is_path(source) and data is None:
        message = f"is a folder: predictions of {gold.task.name} are one file"
        raise ValidationError([Problem("task-unclear", name, message)])
    if data is not None and (found := read_labels(data, name, gold, **allowed)):
        return _without_texts(found, written_in)
    rows, notes = read_predictions(read_rows(source, name) if data is None else data, name, gold)
    lines = with_probabilities(rows.lines, [gold.task], gold.spellings) if rows.table else rows.lines
    checked = predictions.check(
        lines, gold.task, gold, name, problems=rows.problems, table=rows.table, labels=labels, **allowed
    )
    return replace(_without_texts(checked, written_in), notes=(*notes, *checked.notes))


def _without_texts(predictions: "Predictions", written_in: str | None) -> "Predictions":
    """Predictions that are no texts; a format of texts is refused for them."""
    if written_in:
        message = f"is not supported by the task {predictions.task.name}, whose predictions are no texts"
        raise ValidationError([Problem("option", "--output-format", message)])
    return predictions


def _bytes_of(source: Source, name: str) -> bytes | None:
    """The bytes of a file, unpacked; None of a folder, and of what is in memory."""
    from detente.data.files import read_input, unpack
    from detente.data.memory import is_path

    if not is_path(source) or Path(source).is_dir():
        return None
    return unpack(read_input(fspath(source)), name)


def _pages_of(source: Source, data: bytes | None, name: str, written_in: str | None) -> "Pages | None":
    """The pages of a folder, or of one object of texts by page; None of anything else."""
    from detente.data import page_texts
    from detente.data.memory import is_pages, is_path, plain

    if is_path(source):
        return (
            page_texts.of_folder(Path(source), written_in)
            if data is None
            else page_texts.of_object(data, name, written_in)
        )
    return page_texts.of_document(plain(source), name, written_in) if is_pages(source) else None


def _reduced(**formats: str) -> dict[str, str]:
    """What the signature says of formats: those that are not plain text."""
    return {name: written_in for name, written_in in formats.items() if written_in != "text"}


def _refuse_other_pages(pages: "Pages", name: str, gold: Any, task: str | None) -> None:
    """Refuses a folder, or an object of pages, that has none of the dataset's, or is to be another task's."""
    from detente.tasks.boilerplate.html import AT

    shape = "a folder" if Path(name).is_dir() else 'an object without "id"'
    if task not in (None, "boilerplate"):
        message = f"{name} is {shape}, which holds the texts of pages: predictions of boilerplate, not of {task}"
        raise ValidationError([*pages.problems, Problem("option", "--task", message)])
    ids = [line.record["id"] for line in pages.lines]
    if not any(str(page).partition(AT)[0] in gold.articles for page in ids) and not pages.problems:
        named = f"named by a page of the dataset, as {next(iter(gold.articles))}"
        message = (
            f"is {shape}, and nothing in it is {named}. If these are texts of other pages, name with --gold what should"
            " have been extracted from them, not the pages themselves; else write one object a line, with its id"
        )
        raise ValidationError([Problem("task-unclear", name, message)])


def markup_warnings(
    gold: "Gold", systems: "Mapping[str, Predictions]", output_formats: Sequence[str], gold_text: str | None
) -> list[str]:
    """One sentence for each file whose texts look like Markdown or HTML (`markup.looks_like`) and are taken as text.

    Nothing is said where a format is given, by option or suffix.
    """
    from detente.tasks.content_extraction.references import ReferenceCorpus
    from detente.tasks.gold_labels import LabelCorpus
    from detente.text.markup import looks_like

    texts: dict[str, tuple[str, list[str]]] = {}
    if not output_formats and not isinstance(gold, LabelCorpus):
        for name, each in systems.items():
            values = (getattr(value, "text", getattr(value, "value", None)) for value in each.by_id.values())
            if "output_format" not in each.reduced:
                texts[name] = "--output-format", [value for value in values if isinstance(value, str)]
    if isinstance(gold, ReferenceCorpus) and gold_text is None and gold.written_in == "text":
        references = (reference.text for target in gold.targets.values() for reference in target.references)
        texts[f"--gold {gold.name}"] = "--gold-text", list(references)
    return _warnings({name: (option, looks_like(each)) for name, (option, each) in texts.items()})


def score_files(
    systems: "dict[str, Predictions]",
    gold: "Gold",
    options: "Options",
    resampling: "Resampling",
    session: "Session | None" = None,
    counting: "Counting | None" = None,
    steps: "Steps | None" = None,
) -> "dict[str, Scores]":
    """Each system's scores, counted together (on all cores by default), with a progress bar for long work."""
    from detente.evaluation.engines.pages import MIN_PAGES_FOR_POOL
    from detente.evaluation.progress import progress
    from detente.evaluation.score import score_all
    from detente.evaluation.session import Session
    from detente.evaluation.steps import Keeping

    units = next(iter(systems.values())).units
    with (
        nullcontext(session) if session else Session() as running,
        progress("scoring", 0 if steps or counting else len(units) * len(systems), MIN_PAGES_FOR_POOL) as advance,
    ):
        engine = Keeping(steps, f"count {options}") if steps else running.engine
        return score_all(systems, gold, options, resampling, engine, advance, counting)
