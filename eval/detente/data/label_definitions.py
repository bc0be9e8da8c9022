"""What each label means, in one sentence for somebody who has not read the guidelines; prompts show these.

The rules by which the gold was labelled are longer: `annotations/<task>/GUIDELINES.md`.
"""

from collections.abc import Mapping
from typing import Final

from detente.data.inventory import PACKAGED, Inventory
from detente.data.labels import STANCE_TARGETS
from detente.data.stance_question import target_definition

DEFINITIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "stance_labels": {
        "favor": "the page tells that the holder wants, offers, accepts or carries out what the target names",
        "against": "the page tells that the holder refuses, ends, withholds or obstructs what the target names",
        "none": "the page tells no such stance of this holder, at this time, by this teller; or one that is balanced",
    },
    "stance_targets": {target: target_definition(target) for target in STANCE_TARGETS},
    "agreement_labels": {
        "agree": "the page says so, by its own voice or somebody's whom it cites, or says what entails it",
        "disagree": "the page says what cannot be true together with it, or that it is denied",
        "discuss": "the page says both, or speaks of the same actors and the same act and leaves open if it is so",
        "unrelated": "the page says none of this; that it names an actor or the wider topic is not enough",
    },
    "claim_types": {
        "commitment": "whoever is cited says what they or their state will do",
        "position": "somebody is for or against something: wants, plans, offers, asks, supports, refuses, condemns",
        "evaluation": "people who agree on every fact could still differ on it: value, degree, what can or must be",
        "numerical": "a figure or amount is what it tells; dates and ordinals are not figures",
        "causal": "the main verb says that one thing brought another about",
        "speech_act": "the main verb is one of saying, warning, accusing, claiming, talking",
        "state": "the main verb says how things are",
        "event": "something is done or happens; also whatever fits nothing above",
    },
    "presentations": {
        "asserted": "the page says it itself",
        "reported": "words outside the claim cite somebody for it, or it is quoted as a whole",
        "denied": "somebody who is cited rejects it",
        "questioned": "the page itself leaves open or asks whether it is so",
    },
    "check_worthy_labels": {
        "yes": (
            "a record, recording or witness could settle it, and it either speaks of an attack, of cooperation or talks"
            " between the two states, or of a threat to an event, or it accuses somebody of wrong"
        ),
        "no": "anything else: a promise, an opinion, the future, or only when and where a known event takes place",
    },
    "attribution_types": {
        "direct": "all words of the claim stand in quotation marks",
        "indirect": "none of its words do, but somebody is cited for it",
        "mixed": "some of its words stand in quotation marks, two words or more in a row",
        "none": "nobody is cited for it: the page itself says so",
    },
    "channels": {
        "interview": "an interview, as the page calls it",
        "statement": "a statement, communiqué or declaration",
        "press_release": "a press or news release",
        "readout": "a summary of a talk by one of those who took part",
        "call": "a telephone conversation",
        "broadcast": "television or radio",
        "speech": "a speech, or a debate in a parliament",
        "news_conference": "a news conference or briefing",
        "meeting": "a meeting or visit, face to face",
        "social_media": "a post",
        "article": "an article or essay by the source",
        "document": "a report, letter, decree or court file",
        "other_media": "the source is an outlet or agency that reports",
        "unspecified": "the page does not say",
    },
    "degrees": {
        "wholly": "every paragraph of the article comes from this text",
        "partially": "part of it does",
    },
    "derivation_kinds": {
        "agency_copy": "the text itself is an agency's",
        "agency_quote": "an agency is cited for a quotation or a fact within another's text",
        "outlet_to_outlet": "the text is taken from, or credited to, another outlet or page",
        "official_text": "a text of a ministry, office or body: a statement, a press release, a post",
        "interview": "an interview, broadcast, speech or article of a person",
        "common_source": "no page names it, but pages share words beyond chance",
    },
    "operations": {
        "verbatim": "the passages are equal but for the form of quotation marks and spaces",
        "quote_altered": "words inside the quotation marks differ",
        "shared_quotation": "the quotation is the same, its frame is not; or both translate one text",
        "compressed": "the first says the same with words left out",
        "expanded": "the first says the same with words added",
        "rewritten": "anything else",
    },
}
"""By the name of an inventory: each of its labels, in the order in which they are to be tried, with what it means."""


def definitions(own: Inventory = PACKAGED) -> Mapping[str, Mapping[str, str]]:
    """What the labels of a corpus mean: its targets as its inventory says it, its other words as the package does.

    A type of claims or a channel that the package does not know has no definition, and is written as words.
    """
    if own is PACKAGED:
        return DEFINITIONS
    words = {"claim_types": own.claim_types, "channels": own.channels}
    return {
        **DEFINITIONS,
        "stance_targets": {target: target_definition(target, own.party_names, own.targets) for target in own.targets},
        **{
            name: {word: DEFINITIONS[name].get(word, word.replace("_", " ")) for word in has}
            for name, has in words.items()
        },
    }
