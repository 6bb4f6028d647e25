"""Busy loops: each in a session of its own, and gone whatever becomes of whoever started them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import psutil
import pytest

from runner.verifier.stress import busy_loops

_RUNNER = """
import sys, time
from runner.verifier.stress import busy_loops
with busy_loops(2) as pids:
    print(*pids, flush=True)
    time.sleep(60)
"""


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_each_has_a_session_of_its_own_and_all_end_with_the_block() -> None:
    with busy_loops(2) as pids:
        assert len({os.getsid(pid) for pid in pids} | {os.getsid(0)}) == 3
        assert all(map(_runs, pids))
    assert not any(map(_runs, pids))


def test_none_is_left_where_one_cannot_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen

    def second_fails(*args: object, **given: object) -> subprocess.Popen[bytes]:
        if started:
            raise OSError("no more processes")
        started.append(popen(*args, **given))  # type: ignore[call-overload]
        return started[0]

    monkeypatch.setattr(subprocess, "Popen", second_fails)
    with pytest.raises(OSError, match="no more"), busy_loops(2):
        pass
    assert started[0].returncode is not None


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_they_end_with_whoever_started_them(how: signal.Signals) -> None:
    runner = subprocess.Popen(
        [sys.executable, "-c", _RUNNER], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert runner.stdout is not None
    pids = [int(pid) for pid in runner.stdout.readline().split()]
    loops = [psutil.Process(pid) for pid in pids]
    runner.send_signal(how)
    runner.wait(timeout=10)
    runner.stdout.close()
    psutil.wait_procs(loops, timeout=5)
    assert not any(map(_runs, pids))
