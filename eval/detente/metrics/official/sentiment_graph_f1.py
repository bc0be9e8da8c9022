"""Structured sentiment as graphs, SemEval-2022 Task 10."""

from collections.abc import Sequence

from detente.metrics.classification import ratio
from detente.metrics.official.confusion import zero_where_undefined

Opinion = tuple[Sequence[int], Sequence[int], Sequence[int], str]
"""Tokens of the holder, of the target and of the expression, and the polarity."""

NOBODY = -1
"""The token that an opinion without a holder or without a target has in its place."""


def sentiment_graph_f1(gold: Sequence[Sequence[Opinion]], predicted: Sequence[Sequence[Opinion]]) -> dict[str, float]:
    """Sentiment graph F1: weighted precision and recall of opinions, and their harmonic mean, each in 0…1.

    An opinion is found if one on the other side shares a token of the holder, of the target and of the expression with
    it and has its polarity; no holder matches only no holder, no target only no target. It then counts as the mean of
    the three shares of its own tokens that are shared. Precision = the sum over predicted opinions / their number,
    recall the same over gold ones, SF1 = 2PR / (P + R). 0/0 is 0.

    Source: jerbarnes/semeval22_structured_sentiment @aa65f2c9, `evaluate.py`.

    Defect: there is no one-to-one matching, so any number of copies of one right opinion scores 1; the shares are those
    of the opinion that overlaps best, of whatever polarity; and with nothing to find and nothing found all three are 0.

    Args:
        gold: The opinions of each sentence.
        predicted: The opinions of each sentence, in the order of the gold.

    Returns:
        `precision`, `recall`, `SF1`.

    Raises:
        ValueError: If the two have not the same number of sentences.
    """
    precision = _mean_credit(predicted, gold)
    recall = _mean_credit(gold, predicted)
    harmonic = zero_where_undefined(ratio(2 * precision * recall, precision + recall))
    return {"precision": precision, "recall": recall, "SF1": float(harmonic)}


def _mean_credit(own: Sequence[Sequence[Opinion]], others: Sequence[Sequence[Opinion]]) -> float:
    credit = [
        _credit(opinion, candidates) for opinions, candidates in zip(own, others, strict=True) for opinion in opinions
    ]
    return sum(credit) / len(credit) if credit else 0.0


def _credit(opinion: Opinion, candidates: Sequence[Opinion]) -> float:
    """0 if no candidate of this polarity touches all three parts, else the best overlap with one of any polarity."""
    overlaps = [(_overlap(opinion, candidate), candidate[3]) for candidate in candidates]
    if not any(overlap and polarity == opinion[3] for overlap, polarity in overlaps):
        return 0.0
    return max(overlap for overlap, _ in overlaps)


def _overlap(opinion: Opinion, candidate: Opinion) -> float:
    """Mean of the shares of the three parts' tokens that the candidate has too; 0 if it has none of one part."""
    shares = []
    for own, other in zip(_parts(opinion), _parts(candidate), strict=True):
        if not own & other:
            return 0.0
        shares.append(len(own & other) / len(own))
    return sum(shares) / len(shares)


def _parts(opinion: Opinion) -> tuple[set[int], set[int], set[int]]:
    holder, target, expression, _ = opinion
    return set(holder) or {NOBODY}, set(target) or {NOBODY}, set(expression)
