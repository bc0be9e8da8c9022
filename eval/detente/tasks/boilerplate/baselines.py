"""Baselines for `boilerplate`. Those that learn answer line by line, for the captured text, not for HTML."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Final

from detente.data.corpus import Corpus
from detente.data.jsonl import Record
from detente.tasks import held_out
from detente.tasks.held_out import Example
from detente.tasks.task import Baseline
from detente.text.spans import Span
from detente.text.tokens import line_spans

LEAST_WORDS: Final = 12
_CLOSERS: Final = "\"'”’»)]"
_SENTENCE_ENDS: Final = (".", "!", "?", "…")
_WORD: Final = re.compile(r"\w+")
_FUNCTION: Final = re.compile(
    r"\b(?:an?|the|of|to|in|on|at|by|for|from|with|as|and|or|but|that|which|who|is|are|was|were|be|been|ha[sd]|have|its?"
    r"|s?he|they|his|her|their|this|not|would|will|after|before)\b",
    re.IGNORECASE,
)
_READER: Final = re.compile(r"\b(?:you|your|we|our|us|me|my)\b", re.IGNORECASE)
_FEWEST: Final = 0.01
"""No probability of a line counts as less: one line cannot decide alone."""


def keep_all(inputs: list[Record], _: Corpus) -> list[Record]:
    """The page as it is."""
    return [{"id": unit["id"], "text": unit["text"]} for unit in inputs]


def _is_body(line: str) -> bool:
    return len(line.split()) >= LEAST_WORDS and line.rstrip(_CLOSERS + " ").endswith(_SENTENCE_ENDS)


def body_lines(inputs: list[Record], _: Corpus) -> list[Record]:
    """The lines of at least `LEAST_WORDS` words that end as a sentence does, quotation marks aside."""
    return [{"id": unit["id"], "text": "\n".join(filter(_is_body, unit["text"].splitlines()))} for unit in inputs]


def features(line: str) -> dict[str, float]:
    """What can be seen of a line without knowing its words: length, case, function words, figures, marks."""
    words = _WORD.findall(line)
    size = max(len(words), 1)
    return {
        "words": math.log1p(len(words)),
        "ends a sentence": float(line.rstrip(_CLOSERS + " ").endswith(_SENTENCE_ENDS)),
        "function words": len(_FUNCTION.findall(line)) / size,
        "speaks to the reader": len(_READER.findall(line)) / size,
        "capitals": sum(word[0].isupper() for word in words) / size,
        "figures": sum(word[0].isdigit() for word in words) / size,
        "quotation": float(any(mark in line for mark in '"“”')),
        "in brackets": float(line.startswith(("(", "["))),
        "ends with a colon": float(line.endswith(":")),
    }


def _in_context(lines: Sequence[str]) -> list[dict[str, float]]:
    """Each line's features with those of its neighbours, and how far down the page it stands."""
    own = [features(line) for line in lines]
    found = []
    for place, each in enumerate(own):
        near = {"before": own[place - 1] if place else {}, "after": own[place + 1] if place + 1 < len(own) else {}}
        beside = {f"{name}, {where}": value for where, seen in near.items() for name, value in seen.items()}
        found.append(each | beside | {"place": place / len(own), "first": float(not place)})
    return found


def _is_content(span: Span, segments: Sequence[Record]) -> bool | None:
    """Whether most of a line is body, None if most of it is paratext, which does not matter by default."""
    sizes = dict.fromkeys(("body", "paratext", "boilerplate"), 0)
    for each in segments:
        sizes[each["zone"]] += max(0, min(span[1], each["end"]) - max(span[0], each["start"]))
    most = max(sizes, key=lambda zone: sizes[zone])
    return None if most == "paratext" else most == "body"


def _examples(inputs: list[Record], corpus: Corpus, texts: bool, context: bool) -> list[list[Example]]:
    """For each page one example for each of its lines."""
    family = held_out.families(corpus)
    segments: dict[str, list[Record]] = {unit["id"]: [] for unit in inputs}
    for row in corpus.rows("boilerplate"):
        if row["article"] in segments:
            segments[row["article"]].append(row)
    pages = []
    for unit in inputs:
        spans = line_spans(unit["text"])
        lines = [unit["text"][start:end] for start, end in spans]
        seen = _in_context(lines) if context else [{} if texts else features(line) for line in lines]
        answers = [_is_content(span, segments[unit["id"]]) for span in spans]
        pages.append(
            [
                Example(each, None if answer is None else str(answer), family[unit["id"]], line if texts else "")
                for each, answer, line in zip(seen, answers, lines, strict=True)
            ]
        )
    return pages


def _by_lines(texts: bool) -> Callable[[list[Record], Corpus], list[Record]]:
    def predict(inputs: list[Record], corpus: Corpus) -> list[Record]:
        pages = _examples(inputs, corpus, texts, context=False)
        return [
            {"id": unit["id"], "lines": [int(each >= 0.5) for each in page]}
            for unit, page in zip(inputs, _likely(pages), strict=True)
        ]

    return predict


def _likely(pages: list[list[Example]]) -> list[list[float]]:
    """For each page how likely each of its lines is content."""
    found = iter(held_out.probabilities([example for page in pages for example in page]))
    return [[next(found).get("True", 0.0) for _ in page] for page in pages]


def smoothed(inputs: list[Record], corpus: Corpus) -> list[Record]:
    """The likeliest sequence of lines: how a line looks, beside how often content follows content in other families."""
    pages = _examples(inputs, corpus, texts=True, context=True)
    lines = []
    for unit, page, likely in zip(inputs, pages, _likely(pages), strict=True):
        follows = _transitions([each for each in pages if each and page and each[0].family != page[0].family])
        lines.append({"id": unit["id"], "lines": viterbi(likely, follows)})
    return lines


def _transitions(pages: list[list[Example]]) -> dict[tuple[int, int], float]:
    """How often a line of one kind follows one of another, add-one smoothed; lines that do not matter are left out."""
    counts = {(before, after): 1.0 for before in (0, 1) for after in (0, 1)}
    for page in pages:
        kinds = [int(each.answer == "True") for each in page if each.answer is not None]
        for pair in pairwise(kinds):
            counts[pair] += 1
    return {pair: count / (counts[pair[0], 0] + counts[pair[0], 1]) for pair, count in counts.items()}


def viterbi(likely: Sequence[float], follows: Mapping[tuple[int, int], float]) -> list[int]:
    """The likeliest sequence of 0 and 1; of equally likely ones that with 0 where they first differ from the end.

    Args:
        likely: For each place how likely 1 is by itself, the two taken as equally frequent.
        follows: From two neighbours to the probability of the second after the first.
    """
    best: list[list[tuple[float, int]]] = []
    for each in likely:
        kept = min(max(each, _FEWEST), 1 - _FEWEST)
        own = (math.log(1 - kept), math.log(kept))
        if not best:
            best.append([(own[0], 0), (own[1], 0)])
            continue
        step = []
        for after in (0, 1):
            scores = [best[-1][before][0] + math.log(follows[before, after]) for before in (0, 1)]
            before = int(scores[1] > scores[0])
            step.append((scores[before] + own[after], before))
        best.append(step)
    if not best:
        return []
    path = [int(best[-1][1][0] > best[-1][0][0])]
    for step in reversed(best[1:]):
        path.append(step[path[-1]][1])
    return path[::-1]


_LEARNS: Final = held_out.of_pages("boilerplate")

BASELINES: Final = (
    Baseline("keep_all", "every character is content", keep_all, reads=False),
    Baseline("body_lines", "lines of twelve words or more that end a sentence are content", body_lines),
    Baseline("line_words", "TF-IDF of the words of a line", _by_lines(texts=True), learns_from=_LEARNS),
    Baseline(
        "line_features", "length, case, marks and function words of a line", _by_lines(texts=False), learns_from=_LEARNS
    ),
    Baseline(
        "smoothed",
        "words of a line, features of it and its neighbours, and the likeliest sequence of lines",
        smoothed,
        learns_from=_LEARNS,
    ),
)
