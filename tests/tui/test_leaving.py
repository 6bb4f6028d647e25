"""However the app is ended: the terminal is given back, what runs is ended, nothing is lost."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from runner.learner.home import open_store
from tests.tui.terminal import real_terminal

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("ending", "code"), [("q", 0), ("\x03", 0), (signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)]
)
def test_the_terminal_is_restored_and_the_run_is_ended(tmp_path: Path, ending: str | signal.Signals, code: int) -> None:
    with real_terminal(tmp_path, "blocked-event-loop") as terminal:
        terminal.verifies()
        terminal.press(ending) if isinstance(ending, str) else os.kill(terminal.process.pid, ending)
        assert terminal.ends() == code
        terminal.nothing_is_left()
        assert terminal.is_as_before()
        assert b"Traceback" not in terminal.said


def test_a_window_that_is_closed_ends_the_run_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with real_terminal(tmp_path, "blocked-event-loop") as terminal:
        terminal.verifies()
        terminal.hang_up()
        terminal.ends()
        terminal.nothing_is_left()
    monkeypatch.setenv("PRODRILL_HOME", str(tmp_path))
    with open_store() as store:
        assert store.progress()["blocked-event-loop"].started_at
        assert not store.attempts()
    assert (tmp_path / "workspace" / "blocked-event-loop" / "server.js").is_file()


def test_a_second_app_says_so_and_only_reads(tmp_path: Path) -> None:
    with real_terminal(tmp_path) as first:
        first.sees("Continue")
        with real_terminal(tmp_path) as second:
            second.sees("read only")
            second.sees(f"process {first.process.pid}")
            second.press("q")
            assert second.ends() == 0
        first.process.kill()
        first.ends()
        with real_terminal(tmp_path) as third:
            third.sees("Continue")
            assert b"read only" not in third.said
