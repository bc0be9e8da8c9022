"""The bar of work whose steps are not known is for terminals alone, and goes when the work is done."""

import io
import sys

import pytest

from detente.evaluation.progress import waiting


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("stream", "shown"), [(io.StringIO, False), (Terminal, True)])
def test_a_terminal_is_told_what_goes_on(
    monkeypatch: pytest.MonkeyPatch, stream: type[io.StringIO], shown: bool
) -> None:
    monkeypatch.setattr(sys, "stderr", stream())
    with waiting("tfidf answers 576 units"):
        pass
    written = sys.stderr.getvalue()  # type: ignore[attr-defined]
    assert ("tfidf answers 576 units" in written) == shown
    assert bool(written) == shown


def test_an_error_goes_through_the_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    with pytest.raises(RuntimeError, match="broken"), waiting("work"):
        raise RuntimeError("broken")
