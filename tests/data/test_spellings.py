"""Other spellings of labels: what the option says, what it maps, and the one problem that says how to map others."""

import pytest

from detente.data.problems import ValidationError
from detente.data.spellings import parse_spellings, printed, refusals, spelled, unknown_labels, written

LABELS = ("favor", "against", "none")


def test_pairs_are_read_in_their_order_and_written_as_they_were_given() -> None:
    assert parse_spellings("FAVOR=favor, 2 = none") == {"FAVOR": "favor", "2": "none"}
    assert parse_spellings("a=b=none") == {"a=b": "none"}  # the label is what follows the last sign
    assert written(parse_spellings("FAVOR=favor,2=none")) == "FAVOR=favor,2=none"


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("FAVOR", ["'FAVOR' is not SPELLING=LABEL, as FAVOR=favor"]),
        ("=favor", ["'=favor' is not SPELLING=LABEL, as FAVOR=favor"]),
        ("FAVOR=", ["'FAVOR=' is not SPELLING=LABEL, as FAVOR=favor"]),
        ("", ["'' is not SPELLING=LABEL, as FAVOR=favor"]),
        ("F=favor,F=none", ["maps 'F' twice, to 'favor' and 'none': give it once"]),
        ("F=favor,F=favor", ["maps 'F' twice, to 'favor' and 'favor': give it once"]),
        (
            "F,F=favor,F=none",
            ["'F' is not SPELLING=LABEL, as FAVOR=favor", "maps 'F' twice, to 'favor' and 'none': give it once"],
        ),
    ],
)
def test_every_pair_that_is_none_or_twice_is_refused(text: str, messages: list[str]) -> None:
    with pytest.raises(ValidationError) as invalid:
        parse_spellings(text)
    assert [str(problem) for problem in invalid.value.problems] == [f"--labels: option: {each}" for each in messages]


def test_a_mapping_leads_to_labels_of_a_task_that_has_some() -> None:
    assert refusals({"F": "favor"}, "stance", LABELS) == []
    assert refusals({}, "claims", ()) == []
    (unknown,) = refusals({"F": "favor", "A": "anti"}, "stance", LABELS)
    assert str(unknown) == "--labels: option: 'A=anti': stance knows the labels favor, against, none"
    (unfit,) = refusals({"F": "favor"}, "claims", ())
    assert str(unfit) == "--labels: option: is not supported by the task claims, whose lines have no label"


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ("FAVOR", "FAVOR"),
        ("", ""),
        (2, "2"),
        (2.0, "2"),  # what pandas writes for 2 beside empty cells
        (2.5, "2.5"),
        (-1.0, "-1"),
        (True, "true"),
        (None, None),
        (["favor"], None),
        ({"favor": 1}, None),
    ],
)
def test_a_number_is_a_word_by_its_printed_form(value: object, word: str | None) -> None:
    assert printed(value) == word


def test_labels_and_the_names_of_probabilities_are_mapped_and_nothing_else() -> None:
    spellings = {"F": "favor", "2": "none"}
    assert spelled({"id": "F", "label": "F"}, spellings) == {"id": "F", "label": "favor"}
    assert spelled({"id": "a", "label": 2.0}, spellings) == {"id": "a", "label": "none"}
    assert spelled({"id": "a", "score": 2}, spellings) == {"id": "a", "score": 2}
    mapped = spelled({"probabilities": {"F": 0.5, "against": 0.25, "2": 0.25}}, spellings)
    assert mapped == {"probabilities": {"favor": 0.5, "against": 0.25, "none": 0.25}}
    # Two names of one label stay, so that whoever reads them refuses them.
    both = {"probabilities": {"F": 0.5, "favor": 0.5}}
    assert spelled(both, spellings) == both


def test_unknown_words_are_named_once_each_and_the_first_says_how_to_map_them_all() -> None:
    found = {"FAVOR": ["f:1", "f:4"], "Against": ["f:2"], "2": ["f:3"]}
    first, *others = map(str, unknown_labels(found, LABELS, {"NONE": "none"}))
    assert first == (
        'f:1: label-unknown: label "FAVOR" is not one of favor, against, none (in 2 lines); other spellings are mapped'
        " by --labels NONE=none,FAVOR=favor,Against=against,2=LABEL with one of ours for LABEL"
    )
    assert others == [
        'f:2: label-unknown: label "Against" is not one of favor, against, none',
        'f:3: label-unknown: label "2" is not one of favor, against, none',
    ]


def test_the_option_that_is_named_can_be_pasted_and_is_read_back() -> None:
    (problem,) = unknown_labels({"Fav or": ["f:1"]}, LABELS, {})
    assert problem.message.endswith("; other spellings are mapped by --labels 'Fav or=favor'")
    assert parse_spellings("Fav or=favor") == {"Fav or": "favor"}


@pytest.mark.parametrize("word", ["", " ", "yes, indeed", "x" * 300, "\x1b[31m"])
def test_no_option_is_spelled_out_that_could_not_be_pasted(word: str) -> None:
    (problem,) = unknown_labels({word: ["f:1"]}, LABELS, {})
    assert problem.message.endswith("; --labels SPELLING=label,… maps other spellings")


def test_without_unknown_words_there_is_no_problem() -> None:
    assert unknown_labels({}, LABELS, {}) == []
