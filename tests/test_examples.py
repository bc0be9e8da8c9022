"""Every public name has an example, which runs as it is written."""

import doctest
from typing import Any

import pytest

import detente

NAMES = sorted(set(detente.__all__) - {"__version__"})


@pytest.mark.parametrize("name", NAMES)
def test_the_example_of_a_public_name_runs(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    (example,) = doctest.DocTestFinder(recurse=False).find(getattr(detente, name), name)
    assert example.examples, f"{name} has no example"
    found: Any = doctest.DocTestRunner().run(example)
    assert found.failed == 0, capsys.readouterr().out


def test_names_are_told_before_they_are_loaded() -> None:
    assert set(detente.__all__) <= set(dir(detente))
    with pytest.raises(AttributeError, match="has no attribute 'scores'"):
        detente.scores  # noqa: B018
