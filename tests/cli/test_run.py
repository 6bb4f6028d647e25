"""`prodrill run`: the address on stdout, everything else on stderr, and an end in order."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import msgspec

from runner.record import events
from runner.record.finding import Verdict
from tests.cli.conftest import Type
from tests.cli.fake_engine import FakeEngine, report_saying

_URL = "http://127.0.0.1:40123"
_UP: list[events.Event | Exception] = [
    events.StageReached(0.0, "starting the service"),
    events.ServiceStarted(0.1, "", _URL),
    events.LineLogged(0.2, "stdout", "    listening\x1b[2J on 40123"),
    events.VitalsSampled(0.3, 1.25, 0.5, 64 * 2**20, 2**20, 12, 0.25),
]


def test_the_address_and_the_log_go_to_stdout_and_the_rest_to_stderr(typed: Type) -> None:
    typed("start", "slow-sum")
    engine = FakeEngine([*_UP, events.ServiceStopped(9.0, 0, None)])
    done = typed("run", "slow-sum", engine=engine)
    assert done.out == f"{_URL}\n    listening on 40123\n"
    assert f"  URL={_URL}\n  curl -i $URL/healthz\n" in done.err
    assert "loop delay    1.2 ms  loop busy  50%  memory    64 MiB  handles  12  cpu  25%" in done.err
    assert engine.closed == 1


def test_a_service_that_ends_by_itself_is_told_and_is_a_failure(typed: Type) -> None:
    typed("start", "slow-sum")
    for stopped, words in (
        (events.ServiceStopped(1.0, 1, None), "exited with code 1"),
        (events.ServiceStopped(1.0, None, "SIGKILL", "memory"), "ended by SIGKILL, because of its memory limit"),
    ):
        done = typed("run", "slow-sum", engine=FakeEngine([*_UP, stopped]))
        assert done.code == 1
        assert words in done.err


def test_of_several_replicas_each_is_told_with_its_address_and_the_line_that_kills_it(typed: Type) -> None:
    typed("start", "slow-sum")
    engine = FakeEngine(
        [
            events.ServiceStarted(0.1, "", _URL),
            events.ServiceStarted(0.1, "", "http://127.0.0.1:40124", "replica-1", "kill -9 4711"),
            events.LineLogged(0.2, "stdout", "listening", "replica-1"),
            events.ServiceStopped(1.0, None, "SIGKILL", "", "replica-1"),
        ]
    )
    done = typed("run", "slow-sum", engine=engine)
    assert done.out == f"{_URL}\nreplica-1 | listening\n"
    assert "  replica-1: http://127.0.0.1:40124  # to end it: kill -9 4711\n" in done.err
    assert "replica-1 ended by SIGKILL.\n" in done.err


def test_our_own_fault_is_told_once_and_is_no_failure_of_the_service(typed: Type) -> None:
    typed("start", "slow-sum")
    broken = report_saying(Verdict.ERROR, Verdict.ERROR)
    same = tuple(msgspec.structs.replace(each, finding=broken.results[0].finding) for each in broken.results)
    ended = events.RunEnded(0.0, msgspec.structs.replace(broken, results=same))
    done = typed("run", "slow-sum", engine=FakeEngine([ended]))
    assert done.code == 3
    assert done.err.count("What was seen of answers-right.") == 1


_RUN = textwrap.dedent("""
    import asyncio, sys
    from runner.cli.ending import command_line
    from runner.record import events
    from tests.cli.fake_engine import FakeEngine

    engine = FakeEngine([events.ServiceStarted(0.1, "", "http://127.0.0.1:40123"), asyncio.Event()])
    code = command_line(["run", "slow-sum"], engine.engine)
    print("closed", engine.closed)
    sys.exit(code)
""")


def test_ctrl_c_ends_the_run_and_closes_its_stream(typed: Type) -> None:
    typed("start", "slow-sum")
    root = Path(__file__).parents[2]
    child = subprocess.Popen(
        [sys.executable, "-c", _RUN], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=root
    )
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == f"{_URL}\n"
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=20)
    finally:
        child.kill()
    assert (child.returncode, out) == (130, "closed 1\n")
    assert "has been removed" in err and "Traceback" not in err
