"""Gold of labels: somebody else's ids and labels (`--gold`), for the tasks whose lines have a `label`.

What such gold lacks, measures cannot have: they are left out, and a remark says why.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from detente.data.buckets import Digests, bucket_digests, digest_of, partitions_of
from detente.data.files import read_input, unpack
from detente.data.jsonl import Line, Record, describe
from detente.data.labels import REFERENCE_TASK
from detente.data.memory import Rows
from detente.data.page_texts import has_half_character, short_name
from detente.data.partitions import PLACE, Apart, Divided
from detente.data.pieces import is_shards
from detente.data.problems import Problem, ValidationError
from detente.data.spellings import Spellings, printed, refusals, spelled, unknown_labels
from detente.data.tabular import FLAT_SUFFIXES, read_lines, read_records, suffix_of
from detente.data.words import words_of
from detente.tasks import TASK_NAMES, task_named
from detente.tasks.by_label import ByLabel, Same
from detente.tasks.metric_families import MISSING
from detente.tasks.native_labels import LABELS, NATIVE, format_of, format_of_file, other_format
from detente.tasks.task import FIRST, PREDICTED, TIMES, Alike, OfLabels, Options, Row, Task
from detente.text.display import counted, listed, quoted

if TYPE_CHECKING:
    import polars as pl

MOST_VALUES: Final = 1_000
"""A column with more values is no breakdown, nor is one that has another value for each item."""
NO_VALUE: Final = "(none)"
"""The part of a breakdown that has no value in its column."""
_FAMILY: Final = "family"
_RESERVED: Final = ("item", "slice", "gold", "predicted", "wrong", "detail", "blocks", TIMES, FIRST)
"""Names that columns of the counts have already."""
NO_BLIND: Final = "no floor `blind`: that is a model trained on inputs, and gold of labels has none"


@dataclass(frozen=True)
class LabelCorpus:
    """Gold of labels.

    Attributes:
        name: Of the file it was read from.
        format: `labels`, or the benchmark whose native file it is.
        base: The task, as it is on the dataset.
        sha256: Of its ids, labels and families in canonical JSON.
        frame: Its items: `id`, `label`, `family` and the breakdowns; none where it is in `parts`.
        labels: How many items each label has that occurs.
        columns: All columns of the file beside id and label.
        breakdowns: The columns by which scores are broken down.
        spellings: What its labels and those of the predictions are mapped by: the benchmark's, then the user's.
        asked: The spellings that the user gave.
        remarks: What must be said of it beside every score.
        parts: Where its items are, if they are not in memory but in partitions.
    """

    name: str
    format: str
    base: Task
    sha256: str
    frame: "pl.DataFrame"
    labels: Mapping[str, int]
    columns: tuple[str, ...]
    breakdowns: tuple[str, ...]
    spellings: Spellings
    asked: Spellings
    remarks: tuple[str, ...]
    parts: Divided | None = None

    @property
    def size(self) -> int:
        """How many items it has."""
        return sum(self.labels.values())

    def part(self, partition: int, partitions: int) -> "tuple[LabelCorpus, pl.Series]":
        """The items of a partition as a corpus, and the place in the gold of each."""
        import polars as pl

        if self.parts:
            words = self.parts.part(partition)
            frame, places = self.items_of(words), words[PLACE]
        else:
            own = self.frame.with_columns(pl.int_range(pl.len()).alias(PLACE))
            own = own.filter(partitions_of(own["id"], partitions) == partition)
            frame, places = own.drop(PLACE), own[PLACE]
        return replace(self, frame=frame, labels=_sizes(frame["label"]), parts=None), places

    def items_of(self, words: "pl.DataFrame") -> "pl.DataFrame":
        """The items of a partition from its rows, some columns of which may be in others alone."""
        import polars as pl

        missing = [pl.lit(None, pl.String).alias(key) for key in self.columns if key not in words.columns]
        return _items_of(words.with_columns(missing), self.breakdowns)

    @property
    def own_columns(self) -> frozenset[str]:
        """The columns that are left out of predictions that have them, too."""
        return frozenset(self.columns) - {*self.base.kinds, *self.base.extras}

    @property
    def manifest(self) -> dict[str, Any]:
        """Name, version and digest, as a dataset has them."""
        return {"name": self.name, "version": self.format, "sha256": self.sha256}

    @property
    def version(self) -> str:
        """The file's name and the first eight digits of its digest: `gold+1a2b3c4d`."""
        return f"{self.name}+{self.sha256[:8]}"

    def blind(self, _: str) -> list[Record]:
        """Nothing: there are no texts that a model could be kept from seeing."""
        return []

    @cached_property
    def items(self) -> Mapping[str, Mapping[str, str]]:
        """By id, each with its `label`, `family` and values of the breakdowns."""
        names = self.frame["id"]
        return dict(zip(names, self.frame.drop("id").iter_rows(named=True), strict=True))

    def _unit(self, label: str, name: str, family: str) -> Row:
        assert self.base.of_label
        return self.base.of_label(label) | {"id": name, "label": label, _FAMILY: family}

    def _answer(self, label: str) -> Any:
        """The prediction of a label and nothing else."""
        return self.base.parse(self._unit(label, "", ""), {"label": label})

    def may_be(self, label: str) -> Sequence[str]:
        """The labels that may be predicted of an item with this one."""
        return self.base.labels_of(self._unit(label, "", "")) if self.base.labels_of else self.base.labels

    @cached_property
    def units(self) -> Mapping[str, Any]:
        """The units, by id."""
        if parts := self.parts:
            return Apart(self.size, parts.partitions, lambda place: self.part(place, parts.partitions)[0].units)
        names, labels, families = (self.frame[key] for key in ("id", "label", _FAMILY))
        return ByLabel(names, labels, lambda place: self._unit(labels[place], names[place], families[place]))

    def answers(self, labels: "pl.Series") -> ByLabel:
        """Predictions of labels, one for each item, in their order; null where there is none."""
        made = {label: self._answer(label) for label in labels.unique() if label is not None}
        return ByLabel(self.frame["id"], labels, lambda place: made[labels[place]])

    @cached_property
    def _items(self) -> "pl.DataFrame":
        """The keys of every item that do not depend on what is predicted of it."""
        import polars as pl

        gold = pl.col("label").cast(pl.Enum(self.base.labels)).alias("gold")
        return self.frame.select("id", _FAMILY, *self.breakdowns, gold)

    def alike(self, _: Mapping[str, Any], systems: Sequence[Mapping[str, Any]]) -> Alike:
        """The items, and what each system says of them, where that is labels and nothing else."""
        return Alike(self._items, [self._labels_of(by_id) for by_id in systems], self.of_labels)

    @property
    def of_labels(self) -> OfLabels:
        """How an item is counted, of which labels say all."""
        return OfLabels(self.base, lambda label, name: self._unit(label, name, name), self._answer)

    def _labels_of(self, by_id: Mapping[str, Any]) -> "pl.Series | str | None":
        """The label of each item, or one that all have; None if a prediction says more than its label."""
        import polars as pl

        if isinstance(by_id, Same):
            return _label_of(by_id.value)
        inventory = pl.Enum([*self.base.labels, MISSING])
        if isinstance(by_id, ByLabel):
            return by_id.labels.cast(inventory)
        made = {label: self._answer(label) for label in self.base.labels}
        if any(answer != made[_label_of(answer)] for answer in by_id.values()):
            return None
        said = [None if (answer := by_id.get(name)) is None else _label_of(answer) for name in self.frame["id"]]
        return pl.Series(said, dtype=inventory)

    def _majority(self, _: Collection[Any]) -> Any:
        """The prediction of the most frequent label; of equals the first of the inventory."""
        return self._answer(max(self.base.labels, key=lambda label: self.labels.get(label, 0)))

    @cached_property
    def task(self) -> Task:
        """The task as it is on this gold: its own counts and metrics, without those that need more than labels."""
        base, units = self.base, self.units
        kept = (_FAMILY, *self.breakdowns)
        lacking = base.lacking({label: self._unit(label, "", "") for label in self.labels})

        def count(unit: Any, predicted: Any, options: Options) -> list[Row]:
            rows = base.count(unit, predicted, options)
            return [row | {key: self.items[row["item"]][key] for key in kept} for row in rows]

        by_need: dict[str, list[str]] = {}
        for metric, need in lacking.items():
            by_need.setdefault(need, []).append(metric)
        absent = [f"left out, because {need}: {listed(metrics)}" for need, metrics in by_need.items()]
        native = NATIVE.get(self.format)
        return replace(
            base,
            primary=native.primary if native else base.primary,
            standard=native.standard if native else base.standard,
            keys=("id", _FAMILY, "slice", *self.breakdowns, "item", "gold", "predicted"),
            metrics=tuple(metric for metric in base.metrics if metric.name not in lacking),
            corpus_metrics=tuple(metric for metric in base.corpus_metrics if metric.name not in lacking),
            units=lambda _, __: units,
            count=count,
            alike=self.alike,
            majority=self._majority if base.majority else None,
            baselines=(),
            id_pattern=".*",
            breakdowns=self.breakdowns,
            remarks=(*self.remarks, *absent),
        )


def _label_of(answer: Any) -> str:
    label: str = getattr(answer, "label", answer)
    return label


@cache
def label_tasks() -> tuple[str, ...]:
    """The tasks that labels alone are gold for."""
    return tuple(name for name in TASK_NAMES if _has_labels(name))


def _has_labels(task: str | None) -> bool:
    return task in TASK_NAMES and task_named(task).of_label is not None


def task_of_gold(path: Path, task: str | None, gold_format: str | None) -> str | None:
    """The task that a file is gold of labels for; None if it is to be read as reference texts.

    Args:
        path: The file or folder.
        task: The task that was named, if one was.
        gold_format: The format that was named, if one was.

    Raises:
        ValidationError: If it has labels, and nothing says of which task.
    """
    if gold_format in NATIVE and task is None:
        return NATIVE[str(gold_format)].task
    if gold_format in (*NATIVE, LABELS) or (gold_format is None and _has_labels(task)):
        if _has_labels(task):
            return task
        named = "which is not named" if task is None else f"not {task}"
        message = f"labels are gold of a task with labels, {named}: give one of {', '.join(label_tasks())}"
        raise ValidationError([Problem("option", "--task", message)])
    if gold_format or task or not (path.is_file() or is_shards(path)):  # a pipe can be read only once, by its reader
        return None
    found = format_of_file(path)
    if found == LABELS:
        tasks = f"{', '.join(label_tasks())}; {REFERENCE_TASK} for texts"
        message = f"has ids and labels: name the task that they are gold of with --task ({tasks})"
        raise ValidationError([Problem("task-unclear", str(path), message)])
    return NATIVE[found].task if found else None


def read_gold(path: Path, task: str, gold_format: str | None = None, labels: Spellings | None = None) -> LabelCorpus:
    """Reads gold of labels.

    Args:
        path: A benchmark's native file (`native_labels.NATIVE`), or JSON Lines, a JSON array, CSV, TSV or Parquet with
            `id` and `label`; packed or not. Of its other columns `family` says which items depend on one another, and
            those with few values are breakdowns.
        task: One of `label_tasks`.
        gold_format: A native format, or `labels`; None to tell it from the header or keys.
        labels: Spellings of labels to ours.

    Raises:
        ValidationError: With every problem.
    """
    base = task_named(task)
    name, asked = str(path), dict(labels or {})
    if path.is_dir():
        raise ValidationError([Problem("gold-format", name, "is a folder: gold of labels is one file")])
    data = unpack(read_input(name), name)
    found = format_of(data, name)
    _refuse_other_format(name, found, gold_format, base)
    if faults := refusals(asked, task, base.labels):
        raise ValidationError(faults)
    form = gold_format or found or LABELS
    native = NATIVE.get(form)
    spellings = {**(native.spellings if native else {}), **asked}
    notes: list[str] = []
    words = None if native else _columns_of(data, name, base, spellings)
    columns = () if words is None else tuple(key for key in words.columns if key not in ("id", "label"))
    if words is None:
        lines, problems, notes = native.read(data, name) if native else (*read_records(data, name), [])
        problems = [*problems, *(native.mixed(lines, asked, name) if native else [])]
        unanswered = native.unanswered if native else ""
        words, columns = _strictly(lines, problems, name, base, spellings, asked, unanswered)
    breakdowns = tuple(
        key
        for key in columns
        if key in words.columns and divides(key, words[key].fill_null(NO_VALUE).n_unique(), len(words), base)
    )
    frame = _items_of(words, breakdowns)
    return corpus_of(
        name,
        form,
        base,
        sha256=digest_of([digests_of(frame).by_bucket]),
        labels=_sizes(frame["label"]),
        columns=columns,
        breakdowns=breakdowns,
        asked=asked,
        notes=notes,
        frame=frame,
    )


def corpus_of(
    name: str,
    form: str,
    base: Task,
    *,
    sha256: str,
    labels: Mapping[str, int],
    columns: tuple[str, ...],
    breakdowns: tuple[str, ...],
    asked: Spellings,
    notes: Sequence[str] = (),
    frame: "pl.DataFrame",
    parts: Divided | None = None,
) -> LabelCorpus:
    """A gold of labels, with what must be said of it; see `LabelCorpus`."""
    native = NATIVE.get(form)
    remarks = [*notes, native.remark] if native else [*notes]
    if _FAMILY not in columns:
        remarks.append("the gold names no families: each item is taken as independent of the others")
    if others := [key for key in columns if key not in (_FAMILY, *breakdowns)]:
        message = "no breakdown by columns of the gold with lists, too many values, or names that scores use themselves"
        remarks.append(f"{message}: {quoted(*(key or '(no name)' for key in others))}")
    return LabelCorpus(
        name=short_name(name),
        format=form,
        base=base,
        sha256=sha256,
        frame=frame,
        labels=labels,
        columns=columns,
        breakdowns=breakdowns,
        spellings={**(native.spellings if native else {}), **asked},
        asked=asked,
        remarks=(*remarks, NO_BLIND),
        parts=parts,
    )


def _sizes(labels: "pl.Series") -> dict[str, int]:
    """How many items each label has."""
    return dict(labels.value_counts().iter_rows())


def _refuse_other_format(name: str, found: str | None, gold_format: str | None, base: Task) -> None:
    """Refuses a file that is not in the format that was named, or whose benchmark has the labels of another task."""
    if gold_format in NATIVE and found != gold_format:
        message = f"is not in the form of {gold_format}: its header or first record has other names"
        raise ValidationError([Problem("gold-format", name, message)])
    wanted = gold_format or found
    if wanted in NATIVE and NATIVE[str(wanted)].task != base.name:
        message = f"{wanted} is gold of the task {NATIVE[str(wanted)].task}, not of {base.name}"
        raise ValidationError([Problem("option", "--task", message)])


def _items(
    lines: Sequence[Line], base: Task, spellings: Spellings, asked: Spellings, unanswered: str
) -> tuple[dict[str, dict[str, str | None]], list[Problem]]:
    """The items by id, each with its columns as words, None where a value has parts; and every problem."""
    problems: list[Problem] = []
    items: dict[str, dict[str, str | None]] = {}
    first: dict[str, str] = {}
    unknown: dict[str, list[str]] = {}
    families = any(printed(line.record.get(_FAMILY)) for line in lines)
    for place, raw in lines:
        record = spelled(raw, spellings)
        unit = printed(record.get("id"))
        faults = list(faults_of(record, unanswered))
        if unit and first.setdefault(unit, place) != place:
            faults.append(duplicate(unit, first[unit]))
        if families and not printed(record.get(_FAMILY)):
            faults.append(NO_FAMILY)
        problems += [Problem(code, place, message) for _, code, message in sorted(faults)]
        if (other := other_label(record, base, unanswered)) is not None:
            unknown.setdefault(other, []).append(place)
        if unit:
            items[unit] = words_in(record)
    return items, problems + unknown_labels(unknown, base.labels, asked)


LineFault = tuple[int, str, str]
"""What is wrong with a line: its rank among the faults of the line, its code, its message."""
NO_FAMILY: Final[LineFault] = (4, "missing-field", "the line has no family, and other lines have one")


def duplicate(unit: str, first: str) -> LineFault:
    """That an id is there before, and where."""
    return 1, "id-duplicate", f"{unit} is a duplicate of {first}"


def faults_of(record: Record, unanswered: str = "") -> Iterator[LineFault]:
    """What is wrong with a line by itself; labels that are none aside."""
    label = printed(record.get("label"))
    if not printed(record.get("id")):
        yield 1, "no-id", 'the line has no "id" that is a word or a number'
    if record.get("label") is None:
        yield 2, "missing-field", 'the line has no "label"'
    elif label is None:
        yield 2, "wrong-type", f"label is {describe(record['label'])}, not a word"
    elif unanswered and label == unanswered:
        yield 2, "missing-field", f"{label} is no label: the item is not annotated"
    if broken := [key for key, value in record.items() if has_half_character(value)]:
        yield 3, "wrong-type", f"{quoted(*broken)} has half a surrogate pair: write whole characters"


def other_label(record: Record, base: Task, unanswered: str = "") -> str | None:
    """The label of a line, if it is a word and the task has no such label."""
    label = printed(record.get("label"))
    return None if label in base.labels or (unanswered and label == unanswered) else label


def words_in(record: Record) -> dict[str, str | None]:
    """The values of a line as words, without its id: None of one that has parts."""
    return {key: printed(value) for key, value in record.items() if key != "id" and value is not None}


def _strictly(
    lines: Sequence[Line],
    problems: Sequence[Problem],
    name: str,
    base: Task,
    spellings: Spellings,
    asked: Spellings,
    unanswered: str,
) -> "tuple[pl.DataFrame, tuple[str, ...]]":
    """The items' columns as words, and the names of all columns, also of those whose values have parts.

    Raises:
        ValidationError: With every problem.
    """
    import polars as pl

    items, faults = _items(lines, base, spellings, asked, unanswered)
    found = [*problems, *faults]
    if not any("label" in line.record for line in lines) and (lines or not found):
        found = [no_labels(dict.fromkeys(key for line in lines for key in line.record), name, base)]
    if found:
        raise ValidationError(found)
    columns = dict.fromkeys(key for item in items.values() for key in item if key != "label")
    whole = [key for key in columns if not any(item.get(key, "") is None for item in items.values())]
    words = {key: [item.get(key) for item in items.values()] for key in ("label", *whole)}
    return pl.DataFrame({"id": list(items), **words}, schema_overrides=dict.fromkeys(words, pl.String)), tuple(columns)


def no_labels(keys: Iterable[str], name: str, base: Task) -> Problem:
    """That no line has a label."""
    message = f"has no label, but {quoted(*keys) or 'nothing'}: gold of {base.name} is an id and a label a line"
    return Problem("gold-format", name, f"{message}; texts are gold of {REFERENCE_TASK}")


def _columns_of(data: bytes, name: str, base: Task, spellings: Spellings) -> "pl.DataFrame | None":
    """The items' columns as words, where all of it is right; None if the strict reader must look."""
    words = words_of(data, name)
    if words is None or (words := certain(words, base, spellings)) is None:
        return None
    families = words[_FAMILY].str.len_bytes().fill_null(0) > 0 if _FAMILY in words.columns else None
    if families is not None and families.any() and not families.all():
        return None
    return words if _are_unique(words["id"]) else None


def certain(words: "pl.DataFrame", base: Task, spellings: Spellings) -> "pl.DataFrame | None":
    """Columns of words with labels in our spelling; None if one of them has no id or no label that the task knows."""
    if not {"id", "label"} <= set(words.columns):
        return None
    words = _spelled(words, spellings)
    if words["id"].null_count() or not words["id"].str.len_bytes().min() or {*words["label"].unique()} - {*base.labels}:
        return None
    return words


def _are_unique(ids: "pl.Series") -> bool:
    if ids.is_sorted():
        return bool((ids.slice(1) != ids.slice(0, len(ids) - 1)).all())
    return ids.n_unique() == len(ids)


def _spelled(words: "pl.DataFrame", spellings: Spellings) -> "pl.DataFrame":
    import polars as pl

    return words.with_columns(pl.col("label").replace(dict(spellings))) if spellings else words


def divides(key: str, values: int, items: int, base: Task) -> bool:
    """Whether scores can be broken down by a column: of few values, under a name that is free.

    Args:
        key: The column.
        values: How many values it has, none at all being one.
        items: How many items there are.
        base: The task.
    """
    few = values <= MOST_VALUES and (values < items or items == 1)
    taken = key in ("", _FAMILY, *_RESERVED, *base.columns) or key.startswith(PREDICTED)
    return few and not taken


def _items_of(words: "pl.DataFrame", breakdowns: Sequence[str]) -> "pl.DataFrame":
    """Items with their label, their family, which is themselves if there is none, and a value for each breakdown."""
    import polars as pl

    family = pl.when(pl.col(_FAMILY) != "").then(_FAMILY).otherwise("id") if _FAMILY in words.columns else pl.col("id")
    kept = [pl.when(pl.col(key) != "").then(key).otherwise(pl.lit(NO_VALUE)).alias(key) for key in breakdowns]
    return words.select("id", "label", family.alias(_FAMILY), *kept)


def digests_of(frame: "pl.DataFrame") -> Digests:
    """SHA-256 of ids, labels and families in canonical JSON, bucket by bucket."""
    return bucket_digests(frame.select("id", "label", _FAMILY))


class Labels(NamedTuple):
    """Predictions that are labels and nothing else.

    Attributes:
        labels: One for each item of the gold, in its order; null where there is none.
        missing: The ids of these, sorted.
        extra: Ids that the gold does not have, sorted.
    """

    labels: "pl.Series"
    missing: tuple[str, ...]
    extra: tuple[str, ...]


def keys_ignored(keys: Iterable[str]) -> str:
    """A note on keys of predictions that the gold has."""
    return f"keys that the gold has, too, were ignored: {quoted(*keys)}"


def labels_of(said: "pl.DataFrame", gold: LabelCorpus, *, allow_missing: bool, allow_extra: bool) -> Labels | None:
    """Predictions that are labels, beside the items of the gold; None if one of them is wrong.

    Args:
        said: Their `id` and `label`.
        gold: The gold.
        allow_missing: Whether ids of the gold may be missing.
        allow_extra: Whether ids that the gold does not have may be there.
    """
    import polars as pl

    placed = gold.frame.select("id", gold="label").join(said, on="id", how="left", maintain_order="left")
    matched = len(placed) - placed["label"].null_count()
    if len(placed) != len(gold.frame) or (matched < len(placed) and not allow_missing):
        return None
    if matched < len(said) and (not allow_extra or matched == 0 or said["id"].n_unique() < len(said)):
        return None
    for right, label in placed.select("gold", "label").drop_nulls().unique().iter_rows():
        if label not in gold.may_be(right):
            return None
    ids = placed.filter(pl.col("label").is_null())["id"].sort()
    extra = said.join(placed, on="id", how="anti")["id"].sort() if matched < len(said) else ids.clear()
    return Labels(placed["label"], tuple(ids), tuple(extra))


def read_predictions(source: bytes | Rows, name: str, gold: LabelCorpus) -> tuple[Rows, list[str]]:
    """Predictions of a gold of labels, in the gold's own form or in ours, and what must be said of them.

    Ids and labels are words, as the gold's are; columns that the gold has, too, are left out.

    Args:
        source: The file's bytes, unpacked; or rows that were in memory, which are in our form.
        name: What to call it.
        gold: The gold.

    Raises:
        ValidationError: If the file is in the form of another benchmark.
    """
    notes: list[str] = []
    if isinstance(source, bytes):
        found = format_of(source, name)
        native = NATIVE.get(found or "")
        if native and found != gold.format:
            raise ValidationError([other_format(str(found), gold.format, name)])
        if native:
            lines, problems, notes = native.read(source, name)
            kept = [line._replace(record=_kept(line.record, ("id", "label"))) for line in lines]
            rows = Rows(kept, problems, table=False)
        else:
            rows = Rows(*read_lines(source, name), table=suffix_of(name) in FLAT_SUFFIXES)
    else:
        rows, native = source, None
    if not native:
        lines, left_out = _without_columns_of(gold, rows.lines)
        rows = rows._replace(lines=lines)
        if left_out and not rows.table:
            notes.append(keys_ignored(left_out))
    form = NATIVE.get(gold.format)
    if form and (mixed := form.mixed(rows.lines, gold.asked, name)):
        rows = rows._replace(problems=[*rows.problems, *mixed])
    unanswered = form.unanswered if form else ""
    answers = [line for line in rows.lines if not unanswered or line.record.get("label") != unanswered]
    if silent := len(rows.lines) - len(answers):
        notes.append(f"{unanswered} is no answer: {counted(silent, 'line')}")
    said = [line._replace(record=_said(line.record, gold.spellings)) for line in answers]
    return rows._replace(lines=said), notes


def _without_columns_of(gold: LabelCorpus, lines: Iterable[Line]) -> tuple[list[Line], list[str]]:
    """The lines without keys that the gold has, too, and which these are; a null is no key."""
    lines = list(lines)
    known = {key for line in lines for key in line.record if key in gold.own_columns}
    if not known:
        return lines, []
    told = dict.fromkeys(
        key for line in lines for key, value in line.record.items() if key in known and value is not None
    )
    return [line._replace(record={k: v for k, v in line.record.items() if k not in known}) for line in lines], [*told]


def _kept(record: Record, keys: Collection[str]) -> Record:
    return {key: value for key, value in record.items() if key in keys}


def _said(record: Record, spellings: Spellings) -> Record:
    """A record with its id as a word and its label in our spelling."""
    name = printed(record.get("id"))
    return spelled(record, spellings) | ({} if name is None else {"id": name})
