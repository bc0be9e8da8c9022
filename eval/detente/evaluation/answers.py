"""From what a model says to a line of predictions: how words are read, and what becomes of those that are not.

Models answer in prose. The rules, in this order; the first that gives an answer counts:

1. Reasoning is left out: what stands between `<think>` and `</think>` (also `thinking`, `reasoning`), and all that
   stands before a `</think>` without a beginning.
2. JSON: the last object anywhere in the answer, in a code fence or not, that has a key of the task's prediction lines.
   Keys are read in any case; others are passed over. Where a task has labels, `answer`, `stance` and the like
   (`MARKERS`) are other words for `label`. A list alone, as the whole answer or in a code fence, is the value of the
   task's one key.
3. Of labels, a marked statement: `Answer: favor`, `**Label** = against`, `The stance is favor.` The last one counts,
   because a chain of thought may precede it. One whose sentence names several labels is none.
4. Of labels, a line that is a label and nothing else. If several such lines differ, the answer is unreadable.
5. A refusal: `I'm sorry, but I can't …` and the like within the first 300 characters.
6. Of labels, an answer of one line and at most thirty words that names one label, without a negation up to three words
   before it. `none` is a pronoun too, so that it must be marked or stand alone.
7. Of texts, the answer itself; if it is one code fence, what stands in it.

Case, Markdown's emphasis, quotation marks and punctuation do not matter; `favour` is `favor`. Where a line has spans,
an answer may give the words of the page instead: they are searched as they stand, then with quotation marks and dashes
folded, and the first place counts.

An answer that none of this reads, that names another label, quotes words that the page does not have, or breaks a rule
of prediction lines in any other way, is `unreadable`, with the reason. It is never `none`, nor empty.
"""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, Final

from detente.data.fields import PredictionError
from detente.data.jsonl import Record, describe
from detente.tasks.task import Task
from detente.text.display import quoted, shortened
from detente.text.folding import fold

PROVENANCE: Final = ("tool", "prompt", "raw", "answer", "error", "cost", "tokens")
"""The keys that a line of any task may have: what made it, from which prompt, in which words, at what cost; or, in
`answer` or `error`, why it has no prediction."""
INSTEAD: Final = ("raw", "answer")
"""The keys that a line may have in place of a prediction: the words to read one from, or why there is none."""
UNANSWERED: Final = ("refused", "unreadable", "failed")
"""What an `answer` may be, up to a colon; a line with an `error` is `failed`."""
MARKERS: Final = ("label", "answer", "stance", "type", "verdict", "classification", "prediction", "conclusion")
_REASONING: Final = re.compile(
    r"<(think|thinking|reasoning)>.*?(?:</\1>|\Z)|\A.*</(?:think|thinking|reasoning)>", re.DOTALL | re.IGNORECASE
)
_FENCE: Final = re.compile(r"```[^\n`]*\n(.*?)```", re.DOTALL)
_EMPHASIS: Final = re.compile(r"[*_`#>]+")
_NOT_LETTERS: Final = re.compile(r"^\W+|\W+$")
_REFUSAL: Final = re.compile(
    r"\bI(?: am|'m)? (?:\w+ )?(?:cannot|can't|can not|won't|will not|unable|not able|must decline|decline|refuse)\b"
    r"|\b(?:sorry|apologi[sz]e|apologies)\b.{0,80}\b(?:cannot|can't|unable|not able)\b"
    r"|\bas an AI\b",
    re.IGNORECASE | re.DOTALL,
)
_REFUSED_WITHIN: Final = 300
"""Characters from the start within which a refusal is looked for; a text that is longer is no refusal."""
_NEGATION: Final = re.compile(r"\b(?:not|no|never|neither|nor|without)\b|n't\b", re.IGNORECASE)
_WORDS: Final = 30
_MOST_OBJECTS: Final = 1000
"""So many opening brackets of an answer are tried."""
_ONE_SPAN: Final = {"this": "this_text", "source_span": "source_text"}
_TEXT_OF: Final = dict.fromkeys(("spans", "evidence", "cue", "content", "boilerplate"), "text") | _ONE_SPAN
"""The keys that hold spans to the key of the inputs that these count in."""


class _UnreadableError(Exception):
    """Why an answer cannot be read."""


def read(task: Task, unit: Any, asked: Record, raw: str) -> Record:
    """What an answer says, as keys of a prediction line.

    Args:
        task: The task.
        unit: The gold's unit, which knows what a prediction may name; no label of it is read.
        asked: The unit's inputs.
        raw: The answer, as it came.

    Returns:
        A prediction without its id, or `{"answer": "refused"}`, or `{"answer": "unreadable: …"}` with the reason.
    """
    words = _REASONING.sub("", raw)
    try:
        found = _prediction(task, unit, words)
        if found is None:
            return {"answer": "refused"}
        found = {key: _located(key, value, asked) for key, value in found.items()}
        task.parse(unit, found)
    except _UnreadableError as why:
        return {"answer": f"unreadable: {why}"}
    except PredictionError as refused:
        return {"answer": f"unreadable: {shortened(refused.faults[0][1], 200)}"}
    return found


def _prediction(task: Task, unit: Any, words: str) -> Record | None:
    """The prediction that words are, None if they refuse to give one."""
    labels = task.labels_of(unit) if task.labels_of else task.labels
    if found := _of_json(task, labels, words):
        return found
    if labels and (label := _marked(labels, words) or _alone(labels, words)):
        return {"label": label}
    text = _fenced(words) if "text" in task.kinds else ""
    if len(text) <= _REFUSED_WITHIN and _REFUSAL.search(fold(words[:_REFUSED_WITHIN])):
        return None
    if "text" in task.kinds:
        return {"text": text}
    if labels and (label := _named(labels, words)):
        return {"label": label}
    if not words.strip():
        raise _UnreadableError("it is empty")
    wanted = f"one of {', '.join(labels)}" if labels else f"JSON with {' or '.join(task.kinds)}"
    raise _UnreadableError(f"it does not say {wanted}")


def _of_json(task: Task, labels: Sequence[str], words: str) -> Record:
    """The keys of the last object that has some of the task's; empty if there is none."""
    own = [key for key in (*task.kinds, *task.extras) if key not in PROVENANCE]
    synonyms = dict.fromkeys(MARKERS, "label") if labels else {}
    found: Record = {}
    for each in _objects(words, task.kinds[0] if len(task.kinds) == 1 and not labels else None):
        keys = {synonyms.get(key.casefold(), key.casefold()): value for key, value in each.items()}
        kinds = [kind for kind in task.kinds if keys.get(kind) is not None]
        if kinds:  # of several the first: a line has exactly one
            found = {key: keys[key] for key in own if key in keys and (key not in task.kinds or key == kinds[0])}
    if "label" in found and labels:
        said = found["label"]
        label = _alone(labels, said) if isinstance(said, str) else None
        if label is None:
            raise _UnreadableError(f"label {describe(said)} is not one of {', '.join(labels)}")
        found["label"] = label
    return found


def _objects(words: str, key: str | None) -> Iterator[Record]:
    """Every outermost object of JSON; with a key also a list that is all of the words or of a code fence, under it."""
    decoder = json.JSONDecoder(parse_constant=_refuse)
    if key:
        for whole in (words, *_FENCE.findall(words)):
            if whole.strip().startswith("["):
                with suppress(ValueError, RecursionError):
                    yield {key: decoder.decode(whole.strip())}
    place = words.find("{")
    for _ in range(_MOST_OBJECTS):
        if place < 0:
            return
        try:
            found, end = decoder.raw_decode(words, place)
        except (ValueError, RecursionError):
            end = place + 1
        else:
            yield found
        place = words.find("{", end)


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not JSON")


def _bare(words: str) -> str:
    """Words without emphasis, in lower case, with plain quotation marks."""
    return _EMPHASIS.sub("", fold(words)).casefold().replace("favour", "favor")


def _pattern(labels: Sequence[str]) -> str:
    return rf"(?<![\w-])({'|'.join(map(re.escape, labels))})(?![\w-])"


def _marked(labels: Sequence[str], words: str) -> str | None:
    """The label of the last marked statement."""
    statement = re.compile(
        rf"\b(?:{'|'.join(MARKERS)})\b(?:\s+(?:of|for|on|towards?|here)\b[^\n.:=]{{0,60}}?)?"
        rf"[\s\"'(\[]*(?:is|would be|should be|:|=|->|-)[\s\"'(\[:]*(?:in\s+)?{_pattern(labels)}"
        r"(?!\s+of\b)([^\n.;]*)"
    )
    one = re.compile(_pattern(labels))
    found = [match[1] for match in statement.finditer(_bare(words)) if not set(one.findall(match[2])) - {match[1]}]
    return found[-1] if found else None


def _alone(labels: Sequence[str], words: str) -> str | None:
    """The label that stands alone on its line; those of several lines must be one."""
    lines = {_NOT_LETTERS.sub("", line) for line in _bare(words).splitlines()} & set(labels)
    if len(lines) > 1:
        raise _UnreadableError(f"it names {', '.join(sorted(lines))}")
    return next(iter(lines), None)


def _named(labels: Sequence[str], words: str) -> str | None:
    """The one label that a short answer names."""
    line = _bare(words).strip()
    found = list(re.finditer(_pattern(labels), line))
    names = sorted({match[1] for match in found})
    if len(names) > 1:
        raise _UnreadableError(f"it names {', '.join(names)}")
    if not found or names == ["none"] or "\n" in line or len(line.split()) > _WORDS:
        return None
    before = (" ".join(line[: match.start()].split()[-3:]) for match in found)
    return None if any(map(_NEGATION.search, before)) else names[0]


def _fenced(words: str) -> str:
    """What stands in the one code fence that words are, else the words themselves."""
    whole = _FENCE.fullmatch(words.strip())
    return whole[1].removesuffix("\n") if whole else words


def _located(key: str, value: Any, asked: Record) -> Any:
    """A value with the offsets of all words that are given in the place of spans."""
    if isinstance(value, dict):
        return {name: _located(name, each, asked) for name, each in value.items()}
    text = asked.get(_TEXT_OF.get(key, ""), "")
    if isinstance(value, str) and key in _TEXT_OF:
        place = _place(value, text)
        return place if key in _ONE_SPAN else [place]
    if isinstance(value, list):
        found = key in _TEXT_OF
        return [_place(each, text) if found and isinstance(each, str) else _located("", each, asked) for each in value]
    return value


def _place(quotation: str, text: str) -> list[int]:
    place = text.find(quotation) if quotation else -1
    place = place if place >= 0 or not quotation else fold(text).find(fold(quotation))
    if place < 0:
        raise _UnreadableError(f"the page does not have {quoted(quotation)}")
    return [place, place + len(quotation)]


def reason(record: Record) -> str | None:
    """Why a line has no prediction: one of `UNANSWERED`, or None."""
    if record.get("error"):
        return "failed"
    answer = record.get("answer")
    return answer.partition(":")[0] if isinstance(answer, str) else None
