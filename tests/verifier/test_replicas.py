"""A kata in three copies, from request to report, and that nothing of it is left."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from runner.catalog.loader import load_kata
from runner.clock import monotonic_s
from runner.record.events import Event, RunEnded, ServiceStarted, ServiceStopped
from runner.record.finding import Verdict
from runner.record.history import History
from runner.record.report import Report
from runner.sandbox.choose import SandboxName
from runner.sandbox.engine import connect
from runner.sandbox.owner import Owner
from runner.sandbox.reaper import LABEL_OWNER, reap_engine, reap_runs
from runner.sandbox.toolbox import Toolbox
from runner.verifier import RunRequest, VerifyRequest, run, verify

KATA = Path(__file__).parent / "three"
NAMES = ["replica-1", "replica-2", "replica-3"]
IN_MEMORY = """
const kept = new Map();
const notes = { put: (id, text) => kept.set(id, text), get: (id) => kept.get(id) };
const unused = {"""
both_sandboxes = pytest.mark.parametrize("sandbox", ["process", pytest.param("docker", marks=pytest.mark.docker)])


def _verify(source: Path, sandbox: SandboxName, histories: Path | None = None, kata: Path = KATA) -> Report:
    async def work() -> Report:
        request = VerifyRequest(load_kata(kata), source, sandbox, histories=histories)
        async with asyncio.timeout(120):
            *_, ended = [event async for event in verify(request)]
        assert isinstance(ended, RunEnded)
        return ended.report

    return asyncio.run(work())


def _with_sessions_in_memory(folder: Path) -> Path:
    service = folder / "service"
    service.mkdir()
    text = (KATA / "service" / "server.js").read_text()
    assert "const notes = {" in text
    (service / "server.js").write_text(text.replace("const notes = {", IN_MEMORY))
    (service / "package.json").write_text('{ "type": "module" }')
    return service


def _of(report: Report) -> dict[str, str]:
    return {result.criterion: str(result.finding.verdict) for result in report.results}


@both_sandboxes
def test_replicas_that_share_what_they_know_and_drain_pass(sandbox: SandboxName, tmp_path: Path) -> None:
    report = _verify(KATA / "service", sandbox, tmp_path)
    assert _of(report) == {"shared": "passed", "outlives": "passed", "rolls": "passed"}, report
    assert [result.starts for result in report.results] == [3, 3, 6]
    kept = History.from_bytes((tmp_path / "rolls.json").read_bytes())
    assert {e.replica for e in kept.exchanges("meanwhile")} == set(NAMES)
    rolled = [s.replica for s in kept.signals]
    assert rolled == NAMES
    # Each once: on a busy machine a replica may answer its readiness too late for a moment, and leave and come back.
    turns = dict.fromkeys((r.replica, r.is_in) for r in kept.rotations[3:])
    assert list(turns) == [(n, is_in) for n in NAMES for is_in in (False, True)]


@both_sandboxes
def test_state_in_the_memory_of_one_replica_is_found_out(sandbox: SandboxName, tmp_path: Path) -> None:
    report = _verify(_with_sessions_in_memory(tmp_path), sandbox)
    assert _of(report) == dict.fromkeys(("shared", "outlives", "rolls"), "failed")
    assert "did not know" in report.results[0].finding.sentence


def test_a_probe_that_asks_for_one_service_of_several_is_told_what_to_ask_for(tmp_path: Path) -> None:
    kata = tmp_path / "three"
    kata.mkdir()
    (kata / "kata.yaml").write_text((KATA / "kata.yaml").read_text())
    text = (KATA / "probes.py").read_text().replace("replicas: Replicas, client", "service: Service, client")
    (kata / "probes.py").write_text(text.replace("    Replicas,\n", "    Service,\n"))
    report = _verify(KATA / "service", "process", kata=kata)
    assert report.verdict is Verdict.ERROR
    assert "one of several for `replicas`" in report.results[0].finding.sentence


def _get(url: str, path: str) -> bytes:
    with urllib.request.urlopen(url + path, timeout=5) as answer:
        return bytes(answer.read())


@both_sandboxes
def test_by_hand_each_replica_has_an_address_and_a_line_that_kills_it(sandbox: SandboxName) -> None:
    async def work() -> None:
        doors: dict[str, ServiceStarted] = {}
        request = RunRequest(load_kata(KATA), KATA / "service", sandbox)
        async with asyncio.timeout(60), contextlib.aclosing(run(request)) as events:
            async for event in events:
                if isinstance(event, ServiceStarted):
                    doors[event.replica] = event
                if len(doors) == 4:
                    break
            assert sorted(doors) == ["", *NAMES]
            alone = {name: await asyncio.to_thread(_get, doors[name].url, "/healthz") for name in NAMES}
            assert len(set(alone.values())) == 3
            seen = [await asyncio.to_thread(_get, doors[""].url, "/healthz") for _ in range(3)]
            assert set(seen) == set(alone.values())
            subprocess.run(doors["replica-2"].kill_line, shell=True, check=True, stdout=subprocess.DEVNULL)
            stopped = await anext(e async for e in events if isinstance(e, ServiceStopped))
            assert (stopped.replica, stopped.signal) == ("replica-2", "SIGKILL")
            seen = [await asyncio.to_thread(_get, doors[""].url, "/healthz") for _ in range(4)]
            assert set(seen) == {alone["replica-1"], alone["replica-3"]}

    asyncio.run(work())


_ENDLESS = """
import asyncio, sys
from pathlib import Path
from runner.catalog.loader import load_kata
from runner.record.events import ServiceStarted
from runner.verifier import RunRequest, run

async def main():
    kata = load_kata(Path(sys.argv[1]))
    doors = 0
    async for event in run(RunRequest(kata, kata.service_folder, sys.argv[2])):
        doors += isinstance(event, ServiceStarted)
        if doors == 4:
            print("started", flush=True)

asyncio.run(main())
"""


@contextlib.contextmanager
def _running_by_hand(sandbox: SandboxName) -> Iterator[subprocess.Popen[bytes]]:
    parent = subprocess.Popen([sys.executable, "-c", _ENDLESS, str(KATA), sandbox], stdout=subprocess.PIPE)
    try:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"started\n"
        yield parent
    finally:
        parent.kill()
        parent.wait()


def test_a_killed_parent_leaves_no_replica_running() -> None:
    with _running_by_hand("process") as parent:
        below = psutil.Process(parent.pid).children(recursive=True)
        assert len(below) >= 5, "the child, the relay and the replicas were seen"
        parent.kill()
        _, alive = psutil.wait_procs(below, timeout=15)
    assert alive == []


def _containers(owner_pid: int) -> set[str]:
    """What the engine has of the harness of that number."""
    client, _ = connect()
    found = client.containers.list(all=True, filters={"label": LABEL_OWNER}, ignore_removed=True)
    owners = {str(one.id): Owner.parse(one.labels[LABEL_OWNER]) for one in found}
    client.close()
    return {name for name, owner in owners.items() if owner is not None and owner.pid == owner_pid}


@pytest.mark.docker
def test_containers_of_a_verifier_that_was_killed_are_removed_at_the_next_start() -> None:
    with _running_by_hand("docker") as parent:
        # The child and not its parent: it would remove everything if it saw its parent die.
        (child,) = psutil.Process(parent.pid).children()
        assert len(_containers(child.pid)) >= 4, "the relay and the replicas were seen"
        child.kill()
        parent.wait()
    client, _ = connect()
    ends_s = monotonic_s() + 15
    while _containers(child.pid) and monotonic_s() < ends_s:
        reap_engine(client)  # another run may be removing the same, and then it is gone a little later
    client.close()
    assert _containers(child.pid) == set()


def test_processes_of_a_verifier_that_was_killed_are_ended_at_the_next_start() -> None:
    with _running_by_hand("process") as parent:
        (child,) = psutil.Process(parent.pid).children()
        below = child.children(recursive=True)
        assert len(below) >= 4, "the relay and the replicas were seen"
        child.kill()
        parent.wait()
    reap_runs(Toolbox().runs)
    _, alive = psutil.wait_procs(below, timeout=10)
    assert alive == []


def test_events_of_several_replicas_end_with_all_of_them_stopped() -> None:
    async def work() -> list[Event]:
        request = VerifyRequest(load_kata(KATA), KATA / "service", "process", only=("shared",))
        async with asyncio.timeout(60):
            return [event async for event in verify(request)]

    events = asyncio.run(work())
    started = sorted(event.replica for event in events if isinstance(event, ServiceStarted))
    stopped = sorted(event.replica for event in events if isinstance(event, ServiceStopped))
    assert started == stopped == NAMES
