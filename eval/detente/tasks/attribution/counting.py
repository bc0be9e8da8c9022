"""The counts of attribution, of many claims at once: a row for each, against the reading of its gold that fits best."""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain
from typing import Final, NamedTuple

import numpy as np
import polars as pl

from detente.metrics.span_columns import Ints, Spans, flat, integers, runs
from detente.tasks.attribution.overlaps import outcomes
from detente.tasks.attribution.prediction import Claim, Prediction
from detente.tasks.attribution.readings import PARTS, Reading, names, of_row, words
from detente.tasks.batch import Batch, gathered
from detente.tasks.metric_families import MISSING, cell
from detente.tasks.task import Options

Counts = dict[str, Ints]
_NOTHING: Final = Prediction(None, None)


class _Found(NamedTuple):
    """Claims beside the readings of them that fit best.

    Attributes:
        claims: The claims.
        golds: Their readings.
        said: What is predicted of each; None if nothing is.
        faults: Of each field whether what is predicted in it is wrong.
    """

    claims: Sequence[Claim]
    golds: Sequence[Reading]
    said: Sequence[Prediction | None]
    faults: Counts


def count(claims: Sequence[Claim], predictions: Sequence[Prediction | None], options: Options) -> Batch:
    """The rows of all claims."""
    readings = [[reading for row in claim.rows for reading in of_row(row, options)] for claim in claims]
    claim = np.repeat(np.arange(len(claims)), integers(map(len, readings)))
    golds = [*chain.from_iterable(readings)]
    said = [prediction or _NOTHING for prediction in predictions]
    counts = _counts(claims, golds, said, claim)
    best = _best(golds, counts, claim)
    counts = {name: values[best] for name, values in counts.items()}
    chosen = [golds[place] for place in best.tolist()]
    missing = integers(prediction is None for prediction in predictions)
    faults = {name: values * (1 - missing) for name, values in _faults(said, counts).items()}
    found = _Found(claims, chosen, predictions, faults)
    wrong = sum(faults.values(), missing)
    del counts["type_right"]  # what the cells say
    columns = {name: values.astype(float) for name, values in (counts | _cells(chosen, said)).items() if values.any()}
    return Batch(pl.DataFrame(_keys(found) | columns | {"wrong": wrong.astype(float)}), partial(_words, found))


def _keys(found: _Found) -> dict[str, pl.Series]:
    keys = {
        "id": [claim.id for claim in found.claims],
        "family": [claim.page.family for claim in found.claims],
        "slice": ["main"] * len(found.claims),
        "article": [claim.article for claim in found.claims],
        "type": [gold.type for gold in found.golds],
        "cue_force": [gold.cue_force or "none" for gold in found.golds],
        "item": [claim.id for claim in found.claims],
        "gold": [names(gold.ids) for gold in found.golds],
        "predicted": [_predicted(*pair) for pair in zip(found.claims, found.said, strict=True)],
    }
    return {name: gathered(words, np.arange(len(words))) for name, words in keys.items()}


def _predicted(claim: Claim, said: Prediction | None) -> str:
    if said is None:
        return MISSING
    return names(said.ids) if said.ids is not None else words(claim.page, said.spans)


def _counts(claims: Sequence[Claim], golds: Sequence[Reading], said: Sequence[Prediction], claim: Ints) -> Counts:
    """The counts of each reading against what is said of its claim; types aside."""
    of_said = {
        "named": [bool(each.ids) for each in said],
        "pointed": [bool(each.spans) for each in said],
        "cued": [each.cue is not None for each in said],
        "delimited": [each.content is not None for each in said],
        "chained": [each.chain is not None for each in said],
        "typed": [each.type is not None for each in said],
        "channelled": [each.channel is not None for each in said],
    }
    pairs = [(gold, said[place]) for gold, place in zip(golds, claim.tolist(), strict=True)]
    own, theirs = ([*map(len, ids)] for ids in ((gold.ids for gold in golds), (each.ids or () for _, each in pairs)))
    tp = integers(len(gold.ids & each.ids) if each.ids else 0 for gold, each in pairs)
    counts = {
        "claims": np.ones(len(golds), dtype=np.int64),
        **{name: integers(values)[claim] for name, values in of_said.items()},
        "entity_right": integers(each.ids == gold.ids for gold, each in pairs),
        "entity_tp": tp,
        "entity_fp": integers(theirs) - tp,
        "entity_fn": integers(own) - tp,
        "chain_right": integers(each.chain == gold.chain for gold, each in pairs),
        "type_right": integers(each.type == gold.type for gold, each in pairs),
        "channels": integers(gold.channel is not None for gold in golds),
        "channel_right": integers(gold.channel is not None and each.channel == gold.channel for gold, each in pairs),
    }
    return counts | _span_counts(claims, golds, said, claim)


def _best(golds: Sequence[Reading], counts: Counts, claim: Ints) -> Ints:
    """Of each claim the reading that fits best, of equals the first.

    The source decides, then all else that is right, shares of spans included.
    """
    shares = np.zeros(len(golds))
    for part in PARTS:
        tp, fp, fn = (counts[f"{part}_token_{outcome}"] for outcome in ("tp", "fp", "fn"))
        shares += 2 * tp / np.maximum(2 * tp + fp + fn, 1)
    right = counts["chain_right"] + counts["type_right"] + counts["channel_right"] + shares
    order = np.lexsort((-right, -counts["entity_right"], claim))
    best: Ints = order[np.diff(claim[order], prepend=-1) != 0]
    return best


def _cells(golds: Sequence[Reading], said: Sequence[Prediction]) -> Counts:
    """The cells of the confusion matrix of types."""
    cells = [cell(gold.type, each.type or MISSING) for gold, each in zip(golds, said, strict=True)]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(cells))}
    places = integers(map(numbers.__getitem__, cells))
    return {name: (places == number).astype(np.int64) for name, number in numbers.items()}


def _span_counts(claims: Sequence[Claim], golds: Sequence[Reading], said: Sequence[Prediction], claim: Ints) -> Counts:
    """What of each part's characters and tokens is in the gold, in the prediction, or in both."""
    pages = {id(each.page): each.page for each in claims}
    numbers = {name: number for number, name in enumerate(pages)}
    page = integers(numbers[id(each.page)] for each in claims)[np.repeat(claim, len(PARTS))]
    # A text is a part of a reading.
    spans, sizes = flat([part for each in golds for part in (each.source, each.cue, each.content)])
    gold = Spans(np.repeat(np.arange(len(page)), sizes), *spans.T)
    spans, sizes = flat([part or () for each in said for part in (each.spans, each.cue, each.content)])
    of_text = (len(PARTS) * claim[:, None] + np.arange(len(PARTS))).ravel()
    text, places = runs((np.cumsum(sizes) - sizes)[of_text], sizes[of_text])
    found = outcomes([*pages.values()], page, gold, Spans(text, *spans[places].T))
    return {
        f"{part}_{name}": values.reshape(-1, len(PARTS))[:, place]
        for name, values in found.items()
        for place, part in enumerate(PARTS)
    }


def _faults(said: Sequence[Prediction], counts: Counts) -> Counts:
    """Whether that is wrong which is predicted of a claim, field by field."""
    differs = {part: (counts[f"{part}_char_fp"] + counts[f"{part}_char_fn"] > 0).astype(np.int64) for part in PARTS}
    # An empty list may mean ids or spans: here it is wrong only if both are.
    decided = integers(not each.undecided for each in said)
    by_ids = integers(each.ids is not None for each in said)
    by_spans = integers(each.spans is not None for each in said)
    return {
        "ids": by_ids * (1 - counts["entity_right"]) * np.maximum(decided, differs["source"]),
        "source": by_spans * decided * differs["source"],
        "chain": counts["chained"] * (1 - counts["chain_right"]),
        "cue": counts["cued"] * differs["cue"],
        "content": counts["delimited"] * differs["content"],
        "type": counts["typed"] * (1 - counts["type_right"]),
        "channel": counts["channelled"] * counts["channels"] * (1 - counts["channel_right"]),
    }


def _words(found: _Found, places: Sequence[int]) -> list[str]:
    """What is wrong with the rows at some places."""
    return ["; ".join(_told(found, place)) for place in places]


def _told(found: _Found, place: int) -> Iterator[str]:
    page, gold, said = found.claims[place].page, found.golds[place], found.said[place]
    wrong = {name for name, values in found.faults.items() if values[place]}
    if said is None:
        yield "not predicted"
        return
    if "ids" in wrong:
        yield f"source {names(gold.ids)}, predicted {names(said.ids or frozenset())}"
    if "source" in wrong:
        yield f"source in {words(page, gold.source)}, predicted {words(page, said.spans)}"
    if "chain" in wrong:
        chains = (" > ".join(map(names, chain)) or "nobody" for chain in (gold.chain, said.chain or ()))
        yield "chain {}, predicted {}".format(*chains)
    if "cue" in wrong:
        yield f"cue {words(page, gold.cue)}, predicted {words(page, said.cue)}"
    if "content" in wrong:
        yield f"content {words(page, gold.content)}, predicted {words(page, said.content)}"
    if "type" in wrong:
        yield f"{gold.type}, predicted {said.type}"
    if "channel" in wrong:
        yield f"channel {gold.channel}, predicted {said.channel}"
