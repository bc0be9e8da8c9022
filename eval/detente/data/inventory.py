"""What a corpus may call by names of its own: `annotations/inventory.yaml`, and what stands where it says nothing.

A corpus has its own name, languages, parties, stance targets and times, types of segments and of claims, kinds of
events and channels. What rules and measures are defined on is the same in every corpus, and stays in `labels`: zones,
the scale and the labels of stance, relations, the labels of agreement, presentations, operations, degrees.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from typing import Any, Final

from detente.data import labels
from detente.data.problems import Problem
from detente.data.stance_question import PARTIES, TARGETS, TIMES
from detente.text.display import quoted

FILE: Final = "annotations/inventory.yaml"
_RULE: Final = "inventory-wrong"
_LONGEST: Final = 1_000_000
_WORD: Final = "[a-z][a-z0-9_]*"
_ID: Final = "[a-z0-9]+(?:-[a-z0-9]+)*"


@dataclass(frozen=True, eq=False)
class Inventory:
    """The names and labels of one corpus.

    Attributes:
        name: What the ids of its pages begin with: `detente` for `detente-000`.
        title: Its name for people.
        canary: A string that stands in its manifest, so that training data which holds it can be found.
        languages: Of its pages, as ISO 639 codes.
        parties: The sources that stances lie between, by id, with their names in definitions. They are holders on every
            page; `{parties}` in a definition stands for their names.
        targets: What stances are on, each with its definition. Where nothing else is said, a holder's label is that of
            the first.
        times: When stances are held, each with its definition.
        paratext: The types of segments that belong to the article and are not its running text.
        boilerplate: The types of segments that a site's template adds.
        claim_types: The types of claims.
        event_kinds: The kinds of speech events.
        channels: How a link of a chain heard of a claim.
    """

    name: str = "detente"
    title: str = "Détente"
    canary: str = "DETENTE-CANARY-3f6c1b0e-8a52-4d0e-9b7e-5c1d2e4f7a90"
    languages: tuple[str, ...] = ("en",)
    parties: Mapping[str, str] = field(default_factory=lambda: {name.lower(): name for name in PARTIES.split(" and ")})
    targets: Mapping[str, str] = field(default_factory=lambda: TARGETS)
    times: Mapping[str, str] = field(default_factory=lambda: TIMES)
    paratext: tuple[str, ...] = labels.TYPES_OF_ZONE["paratext"]
    boilerplate: tuple[str, ...] = labels.TYPES_OF_ZONE["boilerplate"]
    claim_types: tuple[str, ...] = labels.CLAIM_TYPES
    event_kinds: tuple[str, ...] = labels.EVENT_KINDS
    channels: tuple[str, ...] = labels.CHANNELS

    @property
    def party_names(self) -> str:
        """The parties, as they stand in definitions: `France and Russia`."""
        return " and ".join(self.parties.values())

    @cached_property
    def zone_of_type(self) -> dict[str, str]:
        """The zone of each type of segments, in the order in which tables show them."""
        zones = {"body": labels.TYPES_OF_ZONE["body"], "paratext": self.paratext, "boilerplate": self.boilerplate}
        return {kind: zone for zone, kinds in zones.items() for kind in kinds}

    @property
    def segment_types(self) -> tuple[str, ...]:
        """The types of segments, in the order in which tables show them."""
        return tuple(self.zone_of_type)

    @property
    def document(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Inventory":
        """What `document` gave, once it has been written as JSON; `PACKAGED` itself if it is no other."""
        own: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in document.items()
        }
        found = cls(**own)
        return PACKAGED if found.document == PACKAGED.document else found


def is_document(found: Mapping[str, Any]) -> bool:
    """Whether JSON is what `Inventory.document` gives: a name, and of its other fields some, each of its type."""
    known = PACKAGED.document
    return "name" in found and all(_is_field(value, known.get(name)) for name, value in found.items())


def _is_field(value: Any, default: Any) -> bool:
    if isinstance(default, dict):
        return isinstance(value, dict) and all(isinstance(word, str) for word in value.values())
    if isinstance(default, tuple):
        return isinstance(value, list) and all(isinstance(word, str) for word in value)
    return isinstance(value, str) and isinstance(default, str)


PACKAGED: Final = Inventory()
"""That of the package's own dataset, and of a corpus that says nothing else."""

_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "paratext": ("headline", "subheading", "other_paratext"),
    "boilerplate": ("other_boilerplate",),
    "event_kinds": ("other_event",),
    "channels": ("unspecified",),
}
"""Words that rules rest on, or that are for what has no word of its own."""
_FORMS: Final[Mapping[str, tuple[str, str]]] = {
    "name": (_ID, "lower-case letters and digits, with hyphens between"),
    "languages": ("[a-z]{2,3}", "an ISO 639 code, as en"),
    "parties": (_ID, "the id of a source"),
}
_PLAIN: Final = ("str", "int", "float", "bool", "timestamp")
"""Tags of YAML that are words, whatever else they could be read as."""
_WORDS: Final = (_WORD, "lower-case letters, digits and underscores")


def read(data: bytes, name: str = FILE) -> tuple[Inventory, list[Problem]]:
    """The inventory of a file in YAML. What the file does not name is as in `PACKAGED`.

    Args:
        data: The file's bytes.
        name: What to call it in problems.

    Returns:
        The inventory and every problem, each with its line; with problems, `PACKAGED`.
    """
    import yaml

    if len(data) > _LONGEST:
        return PACKAGED, [Problem(_RULE, name, f"the file is longer than {_LONGEST:,} bytes")]
    try:
        # Nodes and not values: they know their lines, and nothing that they name is ever made.
        node = yaml.compose(data.decode("utf-8-sig"), Loader=yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{name}:{mark.line + 1}" if mark else name
        reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "nested too deeply"
        return PACKAGED, [Problem(_RULE, place, f"the file is not YAML: {reason}")]
    problems: list[Problem] = []

    def wrong(at: Any, message: str) -> None:
        problems.append(Problem(_RULE, f"{name}:{at.start_mark.line + 1}", message))

    found: dict[str, Any] = {}
    for key, value in _pairs(node, "the file", wrong) if node is not None else ():
        default = getattr(PACKAGED, key.value, None) if key.value in _KEYS else None
        if default is None:
            wrong(key, f"{quoted(key.value)} is no inventory: {', '.join(_KEYS)}")
        elif isinstance(default, str):
            found[key.value] = _text(value, key.value, wrong)
        elif isinstance(default, tuple):
            found[key.value] = _words(value, key.value, wrong)
        else:
            found[key.value] = _definitions(value, key.value, wrong)
        if key.value == "name" and found["name"]:
            _fits(value, key.value, found["name"], wrong)
    if problems:
        return PACKAGED, problems
    inventory = Inventory.of(found)
    if twice := [kind for kind in (*inventory.paratext, "paragraph") if kind in inventory.boilerplate]:
        problems.append(Problem(_RULE, name, f"{quoted(*twice)} is a type of two zones: a type belongs to one"))
    return (PACKAGED, problems) if problems else (inventory, [])


_KEYS: Final = tuple(each.name for each in fields(Inventory))
Wrong = Callable[[Any, str], None]


def _pairs(node: Any, what: str, wrong: Wrong) -> Iterator[tuple[Any, Any]]:
    """The pairs of a mapping whose keys are words, each once."""
    from yaml import MappingNode, ScalarNode

    if not isinstance(node, MappingNode):
        wrong(node, f"{what} is not a mapping: write `word: definition` on lines of their own")
        return
    seen = set()
    for key, value in node.value:
        if not isinstance(key, ScalarNode):
            wrong(key, f"{what} has a key that is not a word")
        elif key.value in seen:
            wrong(key, f"{quoted(key.value)} stands twice in {what}")
        else:
            seen.add(key.value)
            yield key, value


def _text(node: Any, what: str, wrong: Wrong) -> str:
    from yaml import ScalarNode

    if not isinstance(node, ScalarNode) or node.tag.rpartition(":")[2] not in _PLAIN or not node.value.strip():
        wrong(node, f"{what} is not a text")
        return ""
    return str(node.value).strip()


def _words(node: Any, what: str, wrong: Wrong) -> tuple[str, ...]:
    from yaml import SequenceNode

    if not isinstance(node, SequenceNode):
        wrong(node, f"{what} is not a list of words")
        return ()
    found: dict[str, None] = {}
    for each in node.value:
        if not (word := _text(each, f"a word of {what}", wrong)):
            continue
        _fits(each, what, word, wrong)
        if word in found:
            wrong(each, f"{quoted(word)} stands twice in {what}")
        found[word] = None
    _complete(node, what, found, wrong)
    return tuple(found)


def _definitions(node: Any, what: str, wrong: Wrong) -> dict[str, str]:
    found = {}
    for key, value in _pairs(node, what, wrong):
        _fits(key, what, key.value, wrong)
        found[key.value] = _text(value, f"the definition of {quoted(key.value)}", wrong)
        if re.search(r"[{}]", found[key.value].replace("{parties}", "")):
            wrong(value, f"the definition of {quoted(key.value)} has a brace: only {{parties}} stands for something")
    _complete(node, what, found, wrong)
    return found


def _fits(node: Any, what: str, word: str, wrong: Wrong) -> None:
    pattern, form = _FORMS.get(what, _WORDS)
    if not re.fullmatch(pattern, word):
        wrong(node, f"{quoted(word)} of {what} must be {form}")


def _complete(node: Any, what: str, found: Iterable[str], wrong: Wrong) -> None:
    there = list(found)
    if not node.value:
        wrong(node, f"{what} is empty: leave it out to have what the package has")
    elif missing := [word for word in _NEEDED.get(what, ()) if word not in there]:
        wrong(node, f"{what} lacks {', '.join(missing)}, which rules rest on")


def united(packaged: Sequence[str], own: Sequence[str]) -> tuple[str, ...]:
    """The words of two inventories, the packaged ones first."""
    return tuple(dict.fromkeys((*packaged, *own)))
