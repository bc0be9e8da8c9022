"""Prompts say what their task asks, from the sources of the inputs, and show nothing of the test split."""

import json
import re
from dataclasses import replace
from pathlib import Path

import jinja2
import pytest
from click.testing import CliRunner

import detente
from detente.cli import main
from detente.data import labels
from detente.data.label_definitions import DEFINITIONS
from detente.data.stance_question import TARGETS, TELLERS, TIMES
from detente.evaluation import prompts
from detente.tasks import TASK_NAMES
from detente.tasks.all import TASKS
from detente.text.tokens import token_spans

FILES = [(path.parent.name, path.stem) for path in sorted((Path(detente.__file__).parent / "tasks").glob("*/*.md"))]
SHARED = 8
"""Tokens in a row that an example may not share with a page."""


def rendered(task: str, part: str, unit: dict) -> str:
    prompt = prompts.load(task, part)
    assert prompt
    return "\n".join(message["content"] for message in prompt.messages(unit))


def inputs(gold, task: str) -> list[dict]:
    return next(each for each in TASKS if each.name == task).inputs(gold)


def inputs_of(gold, task: str, part: str) -> list[dict]:
    return inputs(gold, "attribution" if part == "check_worthy" else task)  # asked of the claims that are attributed


def test_every_task_has_a_prompt() -> None:
    assert {task for task, part in FILES if part == "prompt"} == set(TASK_NAMES)
    assert {(task, part) for task, part in FILES if part != "prompt"} == {
        ("claims", "check_worthy"),
        ("attribution", "type"),
    }
    assert prompts.load("no_such_task") is None


@pytest.mark.parametrize(("task", "part"), FILES)
def test_every_unit_can_be_asked_and_the_prompt_shows_all_of_its_definitions(gold, task: str, part: str) -> None:
    prompt = prompts.load(task, part)
    assert re.fullmatch(r"[a-z_.]+@[1-9]\d*\+[0-9a-f]{8}", prompt.signature)
    for unit in inputs_of(gold, task, part):
        system, user = prompt.messages(unit)
        assert (system["role"], user["role"]) == ("system", "user")
        assert unit.get("text", unit.get("this_text", "")).strip() in user["content"]
        assert not re.search(r"\{[{%]|[%}]\}(?![\]}])|\n\n\n|Undefined|\bNone\b(?! )", system["content"])
    for name, definitions in prompt.definitions.items():
        for label, meaning in definitions.items():
            assert meaning in system["content"], (name, label)


@pytest.mark.parametrize(("task", "part"), FILES)
def test_no_page_shares_eight_tokens_with_what_a_prompt_says_of_itself(gold, task: str, part: str) -> None:
    prompt = prompts.load(task, part)
    own = _runs(prompt.templates["system"]) | _runs(prompt.templates["user"])
    pages = {run for row in gold.articles.values() for run in _runs(row["text"])}
    contrast = {run for row in gold.rows("contrast") for run in _runs(row["text"])}
    assert own & (pages | contrast) == set()
    assert len(own) > 50 or task == "boilerplate"


def _runs(text: str) -> set[tuple[str, ...]]:
    words = [text[start:end].casefold() for start, end in token_spans(text)]
    return {tuple(words[place : place + SHARED]) for place in range(len(words) - SHARED + 1)}


def test_a_stance_is_asked_for_with_the_words_of_the_inputs(gold) -> None:
    for unit in inputs(gold, "stance"):
        asked = rendered("stance", "prompt", unit)
        for key in ("holder_name", "target_definition", "time_definition", "told_by_definition"):
            assert unit[key] in asked
        parties = "France and Russia"
        assert TARGETS[unit["target"]].format(parties=parties) in asked
        assert TIMES[unit["time"]] in asked
        assert TELLERS[unit["told_by"]] in asked
    assert set(prompts.load("stance_open").definitions["stance_targets"]) == set(TARGETS)


def test_candidates_are_listed_one_a_line(gold) -> None:
    for task, key in (("attribution", "sources"), ("derivation", "sources"), ("stance_open", "holders")):
        unit = inputs(gold, task)[0]
        lines = rendered(task, "prompt", unit).splitlines()
        for each in unit[key]:
            assert any(line.startswith(f"- {each['id']}: {each['name']}") for line in lines), each


INVENTORIES = {
    "stance_labels": labels.STANCE_LABELS,
    "stance_targets": labels.STANCE_TARGETS,
    "agreement_labels": labels.AGREEMENT_LABELS,
    "claim_types": labels.CLAIM_TYPES,
    "presentations": labels.PRESENTATIONS,
    "attribution_types": labels.ATTRIBUTION_TYPES,
    "channels": labels.CHANNELS,
    "degrees": labels.DEGREES,
    "derivation_kinds": labels.DERIVATION_KINDS,
    "operations": labels.OPERATIONS,
    "check_worthy_labels": ("yes", "no"),
}


def test_every_label_of_an_inventory_is_defined_and_no_other() -> None:
    assert {name: set(meanings) for name, meanings in DEFINITIONS.items()} == {
        name: set(inventory) for name, inventory in INVENTORIES.items()
    }


def test_the_signature_follows_all_that_is_said() -> None:
    prompt = prompts.load("stance")
    reworded = replace(prompt, templates={**prompt.templates, "system": prompt.templates["system"] + "!"})
    redefined = replace(prompt, definitions={"stance_labels": {"favor": "for", "against": "not", "none": "neither"}})
    assert len({prompt.signature, reworded.signature, redefined.signature}) == 3
    assert prompt.signature.startswith("stance@1+")
    assert prompts.load("claims", "check_worthy").signature.startswith("claims.check_worthy@1+")


def test_who_the_parties_are_is_said_of_each_sentence(gold) -> None:
    for unit in inputs(gold, "contrast"):
        _, user = prompts.load("contrast").messages(unit)
        assert unit["roles"] in user["content"]


def test_inputs_that_a_prompt_lacks_are_an_error_and_words_of_a_page_are_not_obeyed() -> None:
    with pytest.raises(jinja2.UndefinedError, match="text"):
        prompts.load("boilerplate").messages({})
    (_, user) = prompts.load("boilerplate").messages({"text": "{{ 7 * 7 }} <b>&</b>"})
    assert user["content"] == "{{ 7 * 7 }} <b>&</b>"


def test_the_command_writes_ids_prompts_and_messages(gold, tmp_path: Path) -> None:
    path = tmp_path / "prompts.jsonl"
    result = CliRunner().invoke(main, ["eval", "prompts", "--task", "agreement", "-o", str(path)])
    assert (result.exit_code, result.stderr) == (0, f"wrote {path}\n")
    prompt = prompts.load("agreement")
    assert [json.loads(line) for line in path.read_text().splitlines()] == [
        {"id": unit["id"], "prompt": prompt.signature, "messages": prompt.messages(unit)}
        for unit in inputs(gold, "agreement")
    ]
