"""Main content extraction, WebMainBench."""

from collections import Counter
from collections.abc import Sequence

from detente.metrics.ngrams import compare
from detente.metrics.rouge import Overlap
from detente.text.segmentation import segments


def webmainbench_rouge_n(gold: str, predicted: str, n: int = 5) -> dict[str, float]:
    """WebMainBench's measure of one page, and that of the Dripper paper, where n is 5; each number in 0…1.

    Tokens are jieba's segments, white space and punctuation among them, case kept. Precision is the sum over n-grams of
    the lesser of their two counts / the n-grams of `predicted`, recall the same / those of `gold`, F1 = 2PR / (P + R).
    A system's score is the plain mean of F1 over pages.

    Source: opendatalab/WebMainBench @9d991bdc, with jieba 0.42.1.

    Defect: a text of fewer than n tokens has no n-gram, so that it scores 0 even against itself. Marks of Markdown are
    tokens like others, so that the same text without them loses up to n n-grams for each.

    Args:
        gold: The reference.
        predicted: The output.
        n: The tokens of an n-gram.

    Returns:
        `precision`, `recall`, `f1`: 0 at 0/0, and all 1 if both texts are blank.

    Raises:
        ValueError: If n is below 1.
        ModuleNotFoundError: Without the extra `webmainbench`.
    """
    return segment_overlap(segments(gold), segments(predicted), n)._asdict()


def segment_overlap(gold: Sequence[str], predicted: Sequence[str], n: int) -> Overlap:
    """`webmainbench_rouge_n` of texts that are segmented already."""
    if n < 1:
        raise ValueError(f"an n-gram has one token or more, not {n}")
    if not "".join(gold).strip() and not "".join(predicted).strip():
        return Overlap(1.0, 1.0, 1.0)
    shared, invented, lost = compare(_n_grams(gold, n), _n_grams(predicted, n))
    precision = shared / max(1, shared + invented)
    recall = shared / max(1, shared + lost)
    return Overlap(precision, recall, 2 * precision * recall / (precision + recall) if shared else 0.0)


def _n_grams(tokens: Sequence[str], n: int) -> Counter[tuple[str, ...]]:
    return Counter(zip(*(tokens[start:] for start in range(n)), strict=False))
