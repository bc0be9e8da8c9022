"""What the task files of `lm_eval/` name: documents for lm-evaluation-harness, and our metrics of its answers.

The harness gives the answers one by one (`process_results`) and asks for each metric once, over all of them
(`aggregation`). So each document's value of every metric is the question, its id and the answer, and a metric is
computed from all of these by `questions`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from detente.integrations.questions import ANSWERED, question

if TYPE_CHECKING:
    import datasets


class Answer(NamedTuple):
    """The question, the document and the answer, in the place of a value."""

    question: str
    id: str
    raw: str


def documents(question_name: str, **_: Any) -> "dict[str, datasets.Dataset]":
    """The documents of a question, as the harness loads them.

    Args:
        question_name: Its name.
        _: What else the harness passes on, as the task file's metadata.

    Returns:
        The one split, `test`, with the columns id, question, prompt and target.
    """
    import datasets

    asked = question(question_name)
    rows = [
        {"id": each.id, "question": asked.name, "prompt": each.text, "target": each.target}
        for each in asked.documents()
    ]
    return {"test": datasets.Dataset.from_list(rows)}


def process_results(document: Mapping[str, str], results: Sequence[str]) -> dict[str, Answer]:
    """The answer to a document, under the name of every metric of its question."""
    answer = Answer(document["question"], document["id"], results[0])
    return dict.fromkeys((*question(answer.question).metrics, ANSWERED), answer)


def _aggregation(metric: str) -> Callable[[Sequence[Answer]], float]:
    def aggregate(found: Sequence[Answer]) -> float:
        asked = question(found[0].question)
        return asked.values({answer.id: answer.raw for answer in found})[metric]

    aggregate.__name__ = metric
    return aggregate


answered = _aggregation(ANSWERED)
f_avg = _aggregation("f_avg")
macro_f1 = _aggregation("macro_f1")
detection_f1 = _aggregation("detection_f1")
polarity_accuracy = _aggregation("polarity_accuracy")
accuracy = _aggregation("accuracy")
f1_related = _aggregation("f1_related")
relative_score = _aggregation("relative_score")
twin_consistency = _aggregation("twin_consistency")
pair_consistency_change = _aggregation("pair_consistency_change")
pair_consistency_keep = _aggregation("pair_consistency_keep")
stance_macro_f1 = _aggregation("stance_macro_f1")
agreement_macro_f1 = _aggregation("agreement_macro_f1")
check_worthy_f1 = _aggregation("check_worthy_f1")
check_worthy_average_precision = _aggregation("check_worthy_average_precision")
attribution_type_macro_f1 = _aggregation("attribution_type_macro_f1")
attribution_type_accuracy = _aggregation("attribution_type_accuracy")
