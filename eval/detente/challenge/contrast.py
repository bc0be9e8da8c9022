"""The suite `contrast`: sentences in pairs that differ by one edit, each asked about twice.

A sentence has two clauses: one that the edit is in, and one on another target that it leaves alone. Asked about the
first, the label changes; asked about the second, with the very same two sentences, it stays. All four labels of a pair
and its twin are chosen so that one sentence never has the same label for both questions: whoever does not see what is
asked cannot have all four right.

Whoever sees nothing but what is asked is at chance. Both questions of agreement are asked in the same words, about
targets that are drawn alike, and of each proposition the four labels are equally frequent: where the edit changes agree
into disagree, the other clause is open or on a third party; where it changes one of them into discuss or unrelated, the
other clause has, by equal chances, one of the two labels that are left. The labels of stance are as frequent for either
holder; of 124 of a target that every operation asks about, 41.5 are favor, 41.5 against and 41 none, each as expected.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Final, NamedTuple

from detente.challenge.suite import CONTROL, Dice, Item, Operation, Suite, Variant
from detente.data.jsonl import Record
from detente.data.labels import LABELS_OF_CONTRAST
from detente.data.stance_question import target_definition

NAME: Final = "contrast"
VERSION: Final = "2"
_OPPOSITE: Final = {"favor": "against", "against": "favor", "agree": "disagree", "disagree": "agree"}
_ROLES: Final = (
    "The states are invented. {0} and {1} are the two states that targets and stances lie between; {2} is a third"
    " party. {3} is the capital of {0}, {4} that of {1}. A capital, government, cabinet, ministry, minister or"
    " president stands for its state. Each item is a single sentence; what it does not say is not known."
)
_PAST: Final = "past_against_present"
_VERB: Final = "verb"
"""The edit of the control: the verb alone, and with it the side."""
_PHENOMENA: Final[tuple[tuple[str, str, str, str], ...]] = (
    # name, what the edit touches, label of the second sentence of stance and of agreement: of the first its opposite
    # (flip), or this one
    ("who_refuses_whom", "who refuses or wants, and whom", "none", "unrelated"),
    ("depth_of_allegation", "who is said to refuse or want", "none", "unrelated"),
    ("deed_against_word", "the deed", "flip", "flip"),
    ("end_without_agent", "whether an end has an agent", "none", "discuss"),
    ("swapped_partner", "the partner: the other party, or a third one", "none", "unrelated"),
    ("dialogue_against_cooperation", "what is refused or wanted", "none", "unrelated"),
    ("precondition", "what follows from a condition; of a proposition, whether there is one", "flip", "discuss"),
    ("denied_refusal", "whether a refusal is admitted or denied", "none", "flip"),
    ("third_party_beside_offer", "will or its negation beside hostility", "flip", "flip"),
    (_PAST, "the time", "none", "unrelated"),
)
_FIRST: Final = {
    "deed_against_word": "favor",
    "end_without_agent": "against",
    "precondition": "favor",
    "denied_refusal": "against",
    "third_party_beside_offer": "favor",
}
"""The side of the first sentence, where its words are fixed."""
_SIDES: Final = ("favor", "against")
_DIALOGUE: Final = "official_dialogue"
_SAYS: Final = "{v} {T} with {P}"
"""What most operations say of a target, by a verb of a side."""
_FAVOR: Final = 0.7
"""The share of bases of stance that begin with favor, so that over all phenomena favor and against are as frequent: of
the five whose side is free, and whose label vanishes, a base in favor has one favor and two against, and the others
have four favor and two against; 4 + 5 (2 − .7) = 2 + 5 (1 + .7)."""


class _Base(NamedTuple):
    """What the variants of a base share: the task, names and places in the split's lists, and the side."""

    task: str
    own: int
    targets: tuple[str, str]
    side: str
    dice: tuple[object, ...]


@cache
def _words(split: str) -> Mapping[str, Any]:
    import yaml

    found: Mapping[str, Any] = yaml.safe_load(
        (files("detente.challenge") / "contrast.yaml").read_text(encoding="utf-8")
    )[split]
    return found


def _base(split: str, seed: int, number: int) -> _Base:
    dice = Dice(NAME, VERSION, seed, split, number)
    targets = dice.shuffled(list(_words(split)["targets"]))
    task = ("stance", "agreement")[number % 2]
    side = "favor" if dice.chance(_FAVOR if task == "stance" else 0.5) else "against"
    return _Base(task, dice.below(2), (targets[0], targets[1]), side, (seed, split, number))


class _Sentences(NamedTuple):
    """Two sentences that differ by one edit, what is asked of them, and the words of the target that the edit is about.

    `changing` are the labels of the one question, `kept` that of the other.
    """

    about: str
    texts: tuple[str, str]
    changing: tuple[str, str]
    kept: str
    target: str
    other: str
    propositions: tuple[str | None, str | None]


def _sentences(split: str, base: _Base, variant: Variant) -> _Sentences:
    words = _words(split)
    dice = Dice(NAME, VERSION, *base.dice, variant.operation)
    stance = base.task == "stance"
    names = {
        "A": words["parties"][base.own],
        "P": words["parties"][1 - base.own],
        "C": words["third"],
        "ca": words["capitals"][base.own],
        "cp": words["capitals"][1 - base.own],
    }
    target, other = base.targets
    spoken = {each: dice.pick(words["targets"][each]) for each in words["targets"]}
    name = variant.operation
    if name == "dialogue_against_cooperation":  # it is told of one kind of cooperation or of dialogue, and of a third
        target, other = dice.shuffled([each for each in words["targets"] if each != _DIALOGUE])[:2]
        names["O"] = spoken[_DIALOGUE]
    side = _FIRST.get(name, base.side)
    verbs = _verbs(words, name, side, dice)
    first, second = _clauses(words, name, stance, {**names, "T": spoken[target]}, verbs)
    labels = _labels(name, stance, side)
    propositions: tuple[str | None, str | None] = (None, None)
    if stance:
        kept = "none" if "none" not in labels else _OPPOSITE[labels[0]]
        of_kept = kept if kept in _SIDES else dice.pick(_SIDES)
        says = _says(words, CONTROL, _verbs(words, CONTROL, of_kept, dice))
    else:
        asked = _says(words, name, verbs)
        if name not in _FIRST and dice.chance(0.5):
            asked, labels = asked[::-1], (_OPPOSITE[labels[0]], _OPPOSITE.get(labels[1], labels[1]))
        kept = dice.pick([label for label in LABELS_OF_CONTRAST[base.task] if label not in labels])
        says = _says(words, name, _verbs(words, name, dice.pick(_SIDES), dice))
        propositions = (
            _proposition(words, asked[0], names, spoken[target]),
            _proposition(words, says[0], names, spoken[other]),
        )
    clause = _other_clause(words, kept, says, names, spoken[other])
    pattern = dice.pick(words["join"])
    texts = tuple(
        _told(words, variant.strength, pattern.format(one=each, two=clause), Dice(*base.dice, "told"))
        for each in (first, second)
    )
    return _Sentences(spoken[target], (texts[0], texts[1]), labels, kept, target, other, propositions)


def _verbs(words: Mapping[str, Any], name: str, side: str, dice: Dice) -> tuple[str, str]:
    """A verb of a side, and one of the other side."""
    verbs = words["past"] if name == _PAST else words
    return dice.pick(verbs[side]), dice.pick(verbs[_OPPOSITE[side]])


def _says(words: Mapping[str, Any], name: str, verbs: tuple[str, str]) -> tuple[str, str]:
    """What may be said of a target, and the contrary; the target's words and the partner are left open."""
    given = words["says"].get(name, [_SAYS])
    one, other = (
        pattern.format(v=verb, T="{T}", P="{P}") for pattern, verb in zip((given[0], given[-1]), verbs, strict=True)
    )
    return one, other


def _clauses(
    words: Mapping[str, Any], name: str, stance: bool, names: Mapping[str, str], verbs: tuple[str, str]
) -> tuple[str, str]:
    """The clause that the edit is in, before and after it."""
    first, second = words["clauses"].get(name, words["clauses"]["swapped_partner"][:1] * 2)
    if not stance:
        first, second = words["agreement"].get(name, (first, second))
    after = verbs[1] if name == CONTROL else verbs[0]
    return first.format(**names, v=verbs[0]), second.format(**names, v=after)


def _labels(name: str, stance: bool, side: str) -> tuple[str, str]:
    first = side if stance else "agree"
    after = (
        "flip"
        if name == CONTROL
        else next(
            (of_stance if stance else of_agreement) for known, _, of_stance, of_agreement in _PHENOMENA if known == name
        )
    )
    return first, _OPPOSITE[first] if after == "flip" else after


def _proposition(words: Mapping[str, Any], said: str, names: Mapping[str, str], spoken: str) -> str:
    return _sentence(words["asked"].format(A=names["A"], says=said.format(T=spoken, P=names["P"])))


def _other_clause(
    words: Mapping[str, Any], label: str, says: tuple[str, str], names: Mapping[str, str], spoken: str
) -> str:
    """The clause on another target that the edit leaves alone: what has a label, asked about the first that it says."""
    partner = names["C"] if label in ("none", "unrelated") else names["P"]
    said = (says[1] if label == "disagree" else says[0]).format(T=spoken, P=partner)
    return str(words["open" if label == "discuss" else "second"].format(A=names["A"], says=said))


def _told(words: Mapping[str, Any], strength: str, clause: str, dice: Dice) -> str:
    """A sentence as it is, told by somebody, or retold."""
    person, medium = dice.pick(words["persons"]), dice.pick(words["media"])
    patterns = {"medium": words["tell"], "strong": words["retell"]}.get(strength, ["{clause}"])
    return _sentence(dice.pick(patterns).format(clause=clause, person=person, medium=medium))


def _sentence(clause: str) -> str:
    return f"{clause[:1].upper()}{clause[1:]}."


def _make(split: str, seed: int, base: int, names: Sequence[str]) -> Iterator[Item]:
    words = _words(split)
    shared = _base(split, seed, base)
    asked = {
        "roles": _ROLES.format(*words["parties"], words["third"], *words["capitals"]),
        "parties": " and ".join(words["parties"]),
        "holder": words["parties"][shared.own],
    }
    for name, variant in zip(names, CONTRAST.variants, strict=True):
        found = _sentences(split, shared, variant)
        phenomenon = _VERB if variant.operation == CONTROL else variant.operation
        rows = list(_rows(name, shared.task, phenomenon, found, asked, Dice(*shared.dice, *variant, "rows")))
        yield Item(variant, names[0], (found.about,), {NAME: rows})


def _rows(
    name: str, task: str, phenomenon: str, found: _Sentences, asked: Mapping[str, str], dice: Dice
) -> Iterator[Record]:
    """The four rows of a pair and its twin; which comes first tells nothing."""
    suite, _, number = name.rpartition("-")
    order = dice.shuffled((0, 1))
    pairs = [f"{suite}:{'s' if task == 'stance' else 'g'}{number}{part}" for part in dice.shuffled("xy")]
    edit = "flip" if set(found.changing) <= set(_OPPOSITE) else "remove"
    questions = ((found.changing, edit, found.target), ((found.kept, found.kept), "keep", found.other))
    for place in sorted((0, 1), key=pairs.__getitem__):
        labels, of_edit, target = questions[place]
        stance = {
            "holder": asked["holder"],
            "target": target,
            "target_definition": target_definition(target, asked["parties"]),
        }
        for part, side in zip("ab", order, strict=True):
            yield {
                "id": f"{pairs[place]}{part}",
                "pair": pairs[place],
                "task": task,
                "phenomenon": phenomenon,
                "text": found.texts[side],
                "roles": asked["roles"],
                **(stance if task == "stance" else dict.fromkeys(stance)),
                "proposition": found.propositions[place],
                "label": labels[side],
                "edit": of_edit,
                "twin": pairs[1 - place],
                "synthetic": True,
                "alternatives": [],
            }


CONTRAST: Final = Suite(
    name=NAME,
    version=VERSION,
    tasks=("contrast",),
    summary="pairs of sentences that differ by one edit, each asked about what the edit is in and what it is not in",
    configs=("contrast",),
    operations=tuple(
        Operation(name, f"the edit is in {what}", ("one sentence", "told by somebody", "retold"))
        for name, what, _, _ in _PHENOMENA
    ),
    combined=(),
    make=_make,
)
