"""From start to success of one kata in a real terminal, with the keys that a learner presses."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil
import pytest

from runner.catalog.answers import load_key
from runner.catalog.loader import load_kata
from tests.processes import still_running
from tests.tui.tmux import Tmux, in_tmux, why_no_tmux

KATA, FIX = "missing-backpressure", "drain-by-hand"
SEARCHED = "statement that would"
JUDGED_WITHIN_S = 240.0
pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(why_no_tmux()), reason=why_no_tmux())]


def an_editor(folder: Path) -> Path:
    """An editor in which the learner mends the copy: it puts an accepted fix over it."""
    fix = load_key(load_kata(KATA)).named(FIX).folder
    script = folder / "editor"
    script.write_text(f'#!/bin/sh\ncp -R "{fix}/src" "{folder / "work" / KATA}"\n')
    script.chmod(0o755)
    return script


def statements(folder: Path) -> str:
    return (folder / "work" / KATA / "src" / "statements.js").read_text()


def mend(tmux: Tmux, folder: Path) -> None:
    broken = statements(folder)
    tmux.press("e")
    tmux.sees("edit which file?")
    tmux.press("Enter")
    tmux.sees("Verify")
    assert statements(folder) != broken


def test_a_learner_goes_from_the_map_to_the_debrief(tmp_path: Path) -> None:
    env = {
        "PRODRILL_HOME": str(tmp_path),
        "PRODRILL_WORKSPACE": str(tmp_path / "work"),
        "VISUAL": "",
        "EDITOR": str(an_editor(tmp_path)),
    }
    with in_tmux([sys.executable, "-m", "runner.cli.main", "--sandbox", "process"], env, (100, 30)) as tmux:
        tmux.sees("Continue", "Find")
        tmux.press("/")
        tmux.sees("To the list")
        tmux.type(SEARCHED)
        tmux.sees("1 of")
        tmux.press("Enter")
        tmux.sees("Open")
        tmux.press("Enter")
        tmux.sees("Incident", "Verify", KATA)
        mend(tmux, tmp_path)
        tmux.press("v")
        tmux.sees("probing")
        started = psutil.Process(tmux.pid).children(recursive=True)
        tmux.sees("✓ passed:", patience_s=JUDGED_WITHIN_S)
        tmux.press("d")
        tmux.sees("Solved", "What broke")
        tmux.press("q")
        tmux.sees("left with 0")
        assert not still_running(started)
