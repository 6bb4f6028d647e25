"""Whatever a killed run left is removed at the next start; what belongs to a living one is not touched."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runner.clock import monotonic_s
from runner.sandbox.choose import SandboxName
from runner.sandbox.engine import connect
from runner.sandbox.owner import Owner
from runner.sandbox.reaper import LABEL_RUN, reap_engine, reap_runs
from runner.sandbox.toolbox import Toolbox
from tests.sandbox.driving import opened, runs

OWNER = """
import asyncio, sys
from pathlib import Path
from typing import Any
from tests.sandbox.driving import HTTP, Started, start
from runner.sandbox.choose import make_sandbox
async def main():
    sandbox, _ = make_sandbox(sys.argv[1], sys.argv[2])
    await sandbox.open()
    started = await start(sandbox, Path(sys.argv[3]), HTTP)
    print((await started.get())["pid"], flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""


@pytest.fixture
def owner(sandbox_name: SandboxName, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], str, int]]:
    """Another harness with a running service: its process, its run, its service's number."""
    run_id = f"test-owned-{os.getpid()}-{sandbox_name}"
    command = [sys.executable, "-c", OWNER, sandbox_name, run_id, str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2])
    assert process.stdout is not None
    try:
        yield process, run_id, int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()


def left_of(name: SandboxName, run_id: str) -> int:
    """How many things of the run there are."""
    if name == "process":
        return int((Toolbox().runs / run_id).exists())
    client, _ = connect()
    wanted: dict[str, Any] = {"label": f"{LABEL_RUN}={run_id}"}
    found = [
        *client.containers.list(all=True, filters=wanted),
        *client.networks.list(filters=wanted),
        *client.volumes.list(filters=wanted),
    ]
    client.close()
    return len(found)


def test_what_a_killed_owner_left_is_removed_at_the_next_start(
    owner: tuple[subprocess.Popen[bytes], str, int], sandbox_name: SandboxName
) -> None:
    process, run_id, pid = owner
    expected = 1 if sandbox_name == "process" else 5  # a service, its berth, the relay, the lane, a volume
    assert left_of(sandbox_name, run_id) == expected

    async def another_run() -> None:
        async with opened(sandbox_name):
            pass

    asyncio.run(another_run())
    assert left_of(sandbox_name, run_id) == expected, "a living owner's things were removed"
    process.send_signal(signal.SIGKILL)
    process.wait()
    asyncio.run(another_run())
    assert left_of(sandbox_name, run_id) == 0
    assert sandbox_name == "docker" or ended(pid)


def ended(pid: int) -> bool:
    deadline = monotonic_s() + 5
    while runs(pid) and monotonic_s() < deadline:
        time.sleep(0.01)
    return not runs(pid)


def test_reaping_twice_finds_nothing_the_second_time(process_ready: None) -> None:
    reap_runs(Toolbox().runs)
    assert reap_runs(Toolbox().runs) == []


@pytest.mark.docker
def test_the_engine_is_left_alone_where_nothing_is_orphaned(docker_ready: None) -> None:
    client, _ = connect()
    reap_engine(client)
    assert reap_engine(client) == []


def test_an_owner_is_dead_only_when_that_is_certain() -> None:
    me = Owner.current()
    assert Owner.parse(me.label) is not None and not me.is_dead
    assert Owner(me.pid, me.created_s - 100, me.host).is_dead, "a later process of the same number"
    assert not Owner(me.pid, me.created_s - 100, "another-machine").is_dead
    assert Owner.parse("not a label") is None
