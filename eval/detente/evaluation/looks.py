"""Texts that look like Markdown or HTML, and are taken as they stand: what is said of them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detente.evaluation.predictions import Predictions
    from detente.tasks.task import Gold


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
    return told({name: (option, looks_like(each)) for name, (option, each) in texts.items()})


def told(looks: "Mapping[str, tuple[str, str | None]]") -> list[str]:
    """The sentences, from names to the option that says what their texts are written in, and what they look like."""
    return [
        f"{name}: the texts look like {written_in}, and its marks count as text: say {option} {written_in}, or text"
        for name, (option, written_in) in looks.items()
        if written_in
    ]
