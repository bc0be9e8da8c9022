"""A line of `attribution`: the source as ids, as spans or as a chain, and what else is said of a claim."""

from typing import Any

import pytest

from detente.data.fields import PredictionError
from detente.data.page import Page
from detente.tasks.attribution.prediction import Claim, Prediction, parse

UNIT = Claim("a:c01", "a", Page("a", "a", "Ann said it.", ()), (), ("ann", "bo", "cy"))


def faults_of(**line: Any) -> list[tuple[str, str]]:
    with pytest.raises(PredictionError) as refused:
        parse(UNIT, line)
    return list(refused.value.faults)


def ids(*names: str) -> frozenset[str]:
    return frozenset(names)


def test_the_innermost_sources_are_the_ids_of_source_else_the_last_link_of_the_chain() -> None:
    chain = (ids("ann"), ids("bo", "cy"))
    given = [["ann"], ["cy", "bo"]]
    # Spans and an empty list name no id, so that the chain does.
    assert parse(UNIT, {"source": [[0, 3]], "chain": given}) == Prediction(ids("bo", "cy"), ((0, 3),), chain)
    assert parse(UNIT, {"source": [], "chain": given}) == Prediction(ids("bo", "cy"), (), chain)
    # Ids of `source` stand, even against the chain.
    assert parse(UNIT, {"source": "ann", "chain": given}) == Prediction(ids("ann"), None, chain)
    # An empty chain ends at nobody; without a chain spans leave it open.
    assert parse(UNIT, {"source": [[0, 3]], "chain": []}) == Prediction(ids(), ((0, 3),), ())
    assert parse(UNIT, {"source": [[0, 3]]}) == Prediction(None, ((0, 3),))


def test_an_empty_source_without_a_chain_is_no_ids_and_no_spans() -> None:
    nobody = parse(UNIT, {"source": []})
    assert nobody == Prediction(ids(), ())
    assert nobody.undecided
    assert not parse(UNIT, {"source": [], "chain": []}).undecided
    assert not parse(UNIT, {"source": "ann"}).undecided


def test_a_source_is_one_id_or_a_list_of_them_in_any_order() -> None:
    assert parse(UNIT, {"source": "ann"}) == parse(UNIT, {"source": ["ann"]})
    assert parse(UNIT, {"source": ["bo", "ann"]}) == parse(UNIT, {"source": ["ann", "bo"]})


def test_spans_of_a_source_may_end_with_the_text_and_not_past_it() -> None:
    assert parse(UNIT, {"source": [[0, 12]]}).spans == ((0, 12),)
    assert faults_of(source=[[0, 13]]) == [("span-outside-text", "source[0]: end 13 is past the text's 12 characters")]


def test_every_fault_of_a_line_is_named_at_once() -> None:
    line = {"source": "x", "chain": [["y"], [], "ann"], "cue": [[5, 2]], "content": 0, "type": 1, "channel": "fax"}
    found = faults_of(**line, offset_unit="bytes")
    assert [(rule, message.split()[0]) for rule, message in found] == [
        ("wrong-type", "offset_unit"),
        ("label-unknown", "source"),
        ("label-unknown", "chain[0][0]"),
        ("wrong-type", "chain[1]"),
        ("wrong-type", "chain[2]"),
        ("span-empty", "cue[0]:"),
        ("wrong-type", "content"),
        ("label-unknown", "type"),
        ("label-unknown", "channel"),
    ]
