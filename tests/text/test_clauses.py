"""Where sentences and clauses start and end."""

import pytest

from detente.text.clauses import LEAST_WORDS, clause_spans, sentence_spans


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


def clauses(sentence: str) -> list[str]:
    return [sentence[start:end] for start, end in clause_spans(sentence, (0, len(sentence)))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two? Three! Four", ["One.", "Two?", "Three!", "Four"]),
        ("A heading\nand a line. \n\n  Another.", ["A heading", "and a line.", "Another."]),
        ('He said "go." She went.', ['He said "go."', "She went."]),
        ("(In brackets.) After.", ["(In brackets.)", "After."]),
        ("About 3.5 percent. 2024 was worse.", ["About 3.5 percent.", "2024 was worse."]),
        ("a small letter. follows", ["a small letter. follows"]),
        ("The U.S. Secretary and Mr. Smith came on Jan. 5.", ["The U.S. Secretary and Mr. Smith came on Jan. 5."]),
        ("", []),
        (" \n ", []),
    ],
)
def test_sentences_end_at_marks_before_capitals_and_with_their_line(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("The minister said that the talks had ended well.", ["the talks had ended well"]),
        ("The talks had ended quite well, the minister said.", ["The talks had ended quite well"]),
        ("The talks had ended quite well, said the minister.", ["The talks had ended quite well"]),
        ('"The talks are over for now," the minister told reporters.', ["The talks are over for now"]),
        # Without `that` or a quotation it is not known where the frame ends.
        ("The minister claimed victory in the long talks.", ["The minister claimed victory in the long talks"]),
        (
            "The talks began late on Monday, but they ended very early.",
            ["The talks began late on Monday", "they ended very early"],
        ),
        ("The man who spoke on Monday was not invited again.", ["spoke on Monday was not invited again"]),
        ("They met in Paris again, signing a new agreement.", ["They met in Paris again", "signing a new agreement"]),
        # A verb of saying inside a quotation is nobody's frame.
        (
            'The page reads "the king said that he was ill" today.',
            ['The page reads "the king said that he was ill" today'],
        ),
    ],
)
def test_a_clause_has_no_frame_and_no_conjunction(sentence: str, expected: list[str]) -> None:
    assert clauses(sentence) == expected


def test_a_clause_has_four_words_or_more() -> None:
    assert LEAST_WORDS == 4
    assert clauses("They all came back; they left.") == ["They all came back"]
    assert clauses("They left today.") == []


def test_a_long_frame_is_no_frame() -> None:
    """Nine words before the verb of saying are a frame, ten are a part of the sentence."""
    assert clauses("one two three four five six seven eight nine said that they all met again") == [
        "they all met again"
    ]
    ten = "zero one two three four five six seven eight nine said that they all met again"
    assert clauses(ten) == [ten]


def test_a_frame_after_what_is_said_has_nine_words_or_less_too() -> None:
    said = "They all met again"
    assert clauses(f"{said}, one two three four five six seven eight nine said") == [said]
    ten = f"{said}, one two three four five six seven eight nine ten said"
    assert clauses(ten) == [ten]
