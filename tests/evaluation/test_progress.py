"""What long work says of itself: a line every thirty seconds, a bar on a terminal, nothing in short work."""

import io
import sys

import pytest

from detente.evaluation.progress import EVERY, Lines, phases, progress, waiting


class Terminal(io.StringIO):
    """Standard error of somebody who watches."""

    def isatty(self) -> bool:
        return True


def test_a_line_comes_every_thirty_seconds() -> None:
    now, lines = 100.0, list[str]()
    shown = Lines(lines.append, lambda: now)
    advance = shown.begin("scoring", 4_000)
    now += EVERY - 0.01
    advance(500)
    assert lines == []
    now += 0.01
    advance(700)  # 1,200 in 30 s are 40 a second; 2,800 more take 70 s
    assert lines == ["scoring: 1,200 of 4,000, 40.0 a second, 1:10 left"]
    now += EVERY - 0.01
    advance(1)
    assert len(lines) == 1
    now += EVERY
    advance = shown.begin("counting", 100_000_000)
    now += 1
    advance(0)
    advance(10_000)  # in one second; 99,990,000 more take 9,999 s
    assert lines[1:] == ["counting: 0 of 100,000,000, 0.0 a second, no item done yet"]
    now += EVERY - 1
    advance(0)
    assert len(lines) == 2
    now += 1
    advance(300_000)  # 310,000 in 31 s are 10,000 a second; 99,690,000 more take 9,969 s
    assert lines[2:] == ["counting: 310,000 of 100,000,000, 10,000.0 a second, 2:46:09 left"]


def test_short_work_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("scoring", 9, 10) as advance:
        assert advance is None
    with progress("scoring", 10, 10) as advance:
        assert advance
        advance(10)
    assert capsys.readouterr().err == ""


def test_a_terminal_shows_one_bar_for_all_phases(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    with phases() as shown:
        shown.begin("reading", 2)(1)
        advance = shown.begin("scoring", 4)
        advance(3)
    written = terminal.getvalue()
    assert "scoring" in written
    assert "3/4" in written
    assert written.endswith("\x1b[2K")  # and clears its line at the end


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
