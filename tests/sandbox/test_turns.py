"""What the kernel says of a service's time."""

from __future__ import annotations

import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest

from runner.sandbox.turns import Turns, ran_between_s, slept_s, turns_of

on_linux = pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="only Linux tells of turns")
_PROGRAM = """
import sys, time
sys.stdin.readline()
ends = time.thread_time() + 0.3
while time.thread_time() < ends: pass
print("worked", flush=True)
time.sleep(0.3)
print("slept", flush=True)
sys.stdin.readline()
"""


@on_linux
def test_work_and_sleep_are_told_apart() -> None:
    command = [sys.executable, "-c", _PROGRAM]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as one:
        assert one.stdin is not None and one.stdout is not None
        looks: list[tuple[float, Turns]] = []
        while "slept" not in (one.stdout.readline() if looks else ""):
            looks.append((time.monotonic(), turns_of([one.pid])))
            one.stdin.write("\n")
            one.stdin.flush()
        looks.append((time.monotonic(), turns_of([one.pid])))
        one.communicate("\n")
    working, sleeping = (slept_s(before, after, ended - began) for (began, before), (ended, after) in pairwise(looks))
    assert working is not None and working < 0.2
    assert sleeping is not None and sleeping > 0.2


@on_linux
def test_what_a_thread_and_a_process_ran_that_came_and_went_is_known() -> None:
    spin = "import time\nends = time.thread_time() + 0.2\nwhile time.thread_time() < ends: pass\n"
    program = f"""
import subprocess, sys, threading
sys.stdin.readline()
one = threading.Thread(target=exec, args=({spin!r},))
one.start()
one.join()
subprocess.run([sys.executable, "-c", {spin!r}])
print("gone", flush=True)
sys.stdin.readline()
"""
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as one:
        assert one.stdin is not None and one.stdout is not None
        before = turns_of([one.pid])
        one.stdin.write(b"\n")
        one.stdin.flush()
        one.stdout.readline()
        after = turns_of([one.pid])
        one.communicate(b"\n")
    assert ran_between_s(before, after) > 0.35


def test_a_thread_that_has_gone_makes_it_unknown() -> None:
    before, after = Turns({1: (1.0, 0.0), 2: (0.5, 0.0)}), Turns({1: (1.2, 0.1)})
    assert slept_s(before, after, 1.0) is None
    assert slept_s(Turns(), after, 1.0) is None


def test_of_all_waits_the_longest_counts_and_what_a_quota_held_back_is_no_sleep() -> None:
    before, after = Turns({1: (1.0, 1.0)}, 5.0), Turns({1: (1.2, 1.1), 2: (0.1, 0.05)}, 5.25)
    assert slept_s(before, after, 1.0) == pytest.approx(1.0 - 0.3 - 0.1 - 0.25)


def test_processes_that_have_gone_have_no_threads() -> None:
    assert turns_of([2**22 + 1]) == Turns()
