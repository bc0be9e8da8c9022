"""Prompts: what a language model is asked, one file for each task, from the task's inputs.

A prompt file (`tasks/<task>/prompt.md`, or another name there for a part of a task) has three parts with lines of `---`
between: a head, what the system says, and what the user says, the last two as Jinja2 templates. In the head stand
`version`, raised with every change of what is asked, and `definitions`: the inventories of
`data.label_definitions` that the templates show. Templates know the keys of the inputs by their names.

Examples in prompts are invented: no page of the dataset has eight words in a row of them.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from detente import tasks
from detente.data.inventory import PACKAGED, Inventory
from detente.data.jsonl import Record, dump_line
from detente.data.label_definitions import definitions

if TYPE_CHECKING:
    import jinja2

ROLES: Final = ("system", "user")


@dataclass(frozen=True)
class Prompt:
    """What is asked of each unit of a task.

    Attributes:
        name: The task, or the task and the part of it: `stance`, `claims.check_worthy`.
        version: Of the file.
        definitions: The inventories that it shows.
        templates: By role.
    """

    name: str
    version: str
    definitions: Mapping[str, Mapping[str, str]]
    templates: Mapping[str, str]

    @property
    def digest(self) -> str:
        """The first eight digits of the SHA-256 of all that does not come from the inputs."""
        whole = dump_line([self.definitions, self.templates])
        return hashlib.sha256(whole.encode()).hexdigest()[:8]

    @property
    def signature(self) -> str:
        """As lines of predictions and signatures name it: `stance@1+ab12cd34`."""
        return f"{self.name}@{self.version}+{self.digest}"

    @cached_property
    def _compiled(self) -> "dict[str, jinja2.Template]":
        import jinja2

        environment = jinja2.Environment(undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
        return {role: environment.from_string(template) for role, template in self.templates.items()}

    def messages(self, asked: Record) -> list[dict[str, str]]:
        """The messages for one unit, as chat interfaces take them.

        Args:
            asked: The unit's inputs.

        Returns:
            `[{"role": "system", "content": …}, {"role": "user", "content": …}]`
        """
        known: dict[str, Any] = {**asked, "definitions": self.definitions}
        return [{"role": role, "content": self._compiled[role].render(known).strip()} for role in ROLES]


def load(task: str, part: str = "prompt", inventory: Inventory = PACKAGED) -> Prompt | None:
    """The prompt of a task, or of a part of it; None if it has none.

    Args:
        task: Its name.
        part: The file's name, without its suffix.
        inventory: The labels of the corpus that is asked about.
    """
    path = Path(tasks.__file__).parent / task / f"{part}.md"
    if not path.is_file():
        return None
    head, *parts = path.read_text(encoding="utf-8").split("\n---\n")
    fields = {key: value.strip() for key, _, value in (line.partition(":") for line in head.splitlines())}
    shown = fields["definitions"].split(", ") if fields["definitions"] else []
    known = definitions(inventory)
    return Prompt(
        task if part == "prompt" else f"{task}.{part}",
        fields["version"],
        {name: known[name] for name in shown},
        dict(zip(ROLES, (each.strip() for each in parts), strict=True)),
    )
