"""Two apps over one learner's state."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from runner.learner.app_lock import app_lock
from runner.learner.errors import LearnerError

HOLDER = (
    "import sys\nfrom runner.learner.app_lock import app_lock\n"
    "with app_lock() as holder:\n    print(repr(holder), flush=True)\n    sys.stdin.read()\n"
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRODRILL_HOME", str(tmp_path / "state"))


def another_app() -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=dict(os.environ)
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "''\n"
    return process


def test_the_second_is_told_which_process_is_first() -> None:
    first = another_app()
    with first:
        with app_lock() as holder:
            assert holder == f"process {first.pid}"
        first.communicate()
    with app_lock() as holder:
        assert holder == ""


def test_the_lock_dies_with_its_process_however_that_ends() -> None:
    with another_app() as first:
        first.kill()
        first.wait()
        with app_lock() as holder:
            assert holder == ""


def test_what_it_starts_does_not_hold_it_on() -> None:
    with app_lock():
        command = [sys.executable, "-c", "print(flush=True)\ninput()"]
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, close_fds=False)
        assert child.stdout is not None
        assert child.stdout.readline() == b"\n"  # it runs its own program by now
    with child:
        with app_lock() as holder:
            assert holder == ""
        child.communicate(b"\n")


def test_a_home_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    with pytest.raises(LearnerError, match="PRODRILL_HOME"), app_lock():
        pass
