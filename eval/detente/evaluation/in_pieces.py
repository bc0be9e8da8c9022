"""Whether the inputs of a call are read in pieces, labels, texts or those of a suite, and how they are divided."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from detente.data.labels import REFERENCE_TASK
from detente.data.problems import Problem, ValidationError
from detente.evaluation.looks import told
from detente.evaluation.sources import Source, fingerprint_of, places_of, refuse_names, short_names
from detente.tasks import task_named

if TYPE_CHECKING:
    from detente.data.corpus import Corpus
    from detente.data.partitions import Workplace
    from detente.data.spellings import Spellings
    from detente.evaluation.predictions import Predictions
    from detente.evaluation.score import Counting
    from detente.evaluation.session import Session
    from detente.tasks.task import Gold


class Pieces(NamedTuple):
    """How what is read in pieces is divided, which no score depends on.

    Attributes:
        partitions: Into how many partitions.
        size: About how many bytes are read at once.
    """

    partitions: int
    size: int = 1 << 25


class Read(NamedTuple):
    """What was read in pieces.

    Attributes:
        gold: What the systems are held against.
        predictions: Of each system by its name.
        warnings: What is probably not meant, in words.
        counting: What counts them.
    """

    gold: "Gold"
    predictions: "dict[str, Predictions]"
    warnings: tuple[str, ...]
    counting: "Counting"


def elsewhere(session: "Session | None", gold: Path, sources: Sequence[Source]) -> bool:
    """Whether files are to be read in pieces for a cluster's sake, or to go on with them; all of them can be."""
    from detente.data.memory import is_path
    from detente.data.pieces import can_be_divided

    if session is None or not session.execution.asked:
        return False
    return all(is_path(each) and can_be_divided(Path(each)) for each in (gold, *sources))


def labels_task(
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


def read_labels(
    gold: Path,
    task: str,
    sources: Sequence[Source],
    output_formats: Sequence[str],
    names: Sequence[str],
    labels: "Spellings",
    session: "Session | None",
    pieces: "Pieces | None",
    **allowed: bool,
) -> "Read":
    """Labels against gold of labels, in partitions; see `systems.read_systems`."""
    from detente.data.spellings import refusals, written
    from detente.evaluation import merge
    from detente.evaluation.session import Session

    base = task_named(task)
    if faults := refusals(labels, task, base.labels):
        raise ValidationError(faults)
    refuse_names(sources, output_formats, names)
    if output_formats:
        message = f"is not supported by the task {task}, whose predictions are no texts"
        raise ValidationError([Problem("option", "--output-format", message)] * len(sources))
    places = places_of(sources)
    session = session or Session()
    place = _workplace(gold, sources, session, pieces, task=task, labels=written(labels), **allowed)
    corpus, found, counting = merge.read(
        gold, task, labels, list(zip(places, sources, strict=True)), place, session, **allowed
    )
    mapped = {"labels": written(labels)} if labels else {}
    titles = names or short_names(places)
    systems = {name: replace(each, reduced=mapped) for name, each in zip(titles, found.values(), strict=True)}
    return Read(corpus, systems, (), counting)


def are_texts(gold: Path, task: str | None, sources: Sequence[Source], *, forced: bool) -> bool:
    """Whether reference texts or the texts of systems are to be read in pieces: they are shards, or too large."""
    from detente.data.memory import is_path
    from detente.data.pieces import fits, is_shards
    from detente.tasks.native_labels import NATIVE, format_of_file

    if task not in (None, REFERENCE_TASK) or format_of_file(gold) in NATIVE:
        return False
    paths = [gold, *(Path(source) for source in sources if is_path(source))]
    return forced or any(not fits(path) or is_shards(path) for path in paths)


def read_texts(
    gold: Path,
    formats: tuple[str | None, str | None, Sequence[str]],
    sources: Sequence[Source],
    names: Sequence[str],
    labels: "Spellings",
    session: "Session | None",
    pieces: "Pieces | None",
    **allowed: bool,
) -> "Read":
    """Texts against reference texts, in partitions; `formats` are those of gold, its texts and the outputs."""
    from detente.data.memory import is_path
    from detente.data.pieces import shards_of
    from detente.data.spellings import refusals, written
    from detente.evaluation import text_shards
    from detente.evaluation.session import Session

    gold_format, gold_text, output_formats = formats
    refuse_names(sources, output_formats, names)
    if faults := refusals(labels, REFERENCE_TASK, ()):
        raise ValidationError(faults)
    each = output_formats if len(output_formats) == len(sources) else [*output_formats, None][:1] * len(sources)
    places = places_of(sources)
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
    options = (
        {} if output_formats else {name: ("--output-format", look) for name, look in zip(systems, looks, strict=False)}
    )
    if gold_text is None:
        options[f"--gold {corpus.name}"] = "--gold-text", looks[-1]
    return Read(corpus, systems, tuple(told(options)), counting)


def is_suite(
    gold: "Corpus", task: str | None, sources: Sequence[Source], labels: "Spellings | None", *, forced: bool
) -> bool:
    """Whether predictions for a suite are read in pieces; with spellings of labels, which pages lack, they are not."""
    if not gold.suite or labels:
        return False
    from detente.evaluation import suite_shards

    return suite_shards.in_pieces(gold, task, sources, forced=forced)


def read_suite(
    gold: "Corpus",
    sources: Sequence[Source],
    output_formats: Sequence[str],
    names: Sequence[str],
    session: "Session | None",
    pieces: "Pieces | None",
    **allowed: bool,
) -> "Read":
    """Predictions for a challenge suite, shard by shard."""
    from detente.data.partitions import Workplace
    from detente.evaluation import suite_shards
    from detente.evaluation.session import Session

    refuse_names(sources, output_formats, names)
    each = output_formats if len(output_formats) == len(sources) else [*output_formats, None][:1] * len(sources)
    places = places_of(sources)
    division = pieces or Pieces(suite_shards.number_of_shards(gold))
    session = session or Session()
    call = {"gold": gold.manifest["sha256"], "split": gold.split, "formats": output_formats, "pieces": division}
    call |= {f"predictions {number}": fingerprint_of(source) for number, source in enumerate(sources, start=1)}
    steps = session.steps(call | allowed)
    place = Workplace(steps.folder, steps.run, division.partitions, division.size)
    files = [Path(source) for source in sources]
    found, counting, looks = suite_shards.read(
        gold, list(zip(places, files, each, strict=True)), place, session, **allowed
    )
    systems = dict(zip(names or short_names(places), found, strict=True))
    options = {name: ("--output-format", look) for name, look in zip(systems, looks, strict=True)}
    return Read(gold, systems, () if output_formats else tuple(told(options)), counting)


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
    call |= {f"predictions {number}": fingerprint_of(source) for number, source in enumerate(sources, start=1)}
    steps = session.steps({"gold": fingerprint(gold), "pieces": division, **call})
    return Workplace(steps.folder, steps.run, division.partitions, division.size)
