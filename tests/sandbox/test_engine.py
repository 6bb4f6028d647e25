"""Engines that are not there, do not answer, or die half-way."""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from runner.clock import monotonic_s
from runner.sandbox.base import NoEngine, SandboxError
from runner.sandbox.choose import describe, make_sandbox
from runner.sandbox.engine import connect
from runner.sandbox.reaper import LABEL_RUN
from tests.sandbox.driving import HTTP, start


@pytest.fixture
def silent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An engine that takes connections and says nothing."""
    path = tmp_path / "silent.sock"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")
        yield


def test_no_engine_means_the_process_sandbox_and_a_line_that_says_so(
    process_ready: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    sandbox, notice = make_sandbox("auto", "test-auto")
    assert (sandbox.name, sandbox.sealed) == ("process", False)
    assert "\n" not in notice and "not isolated" in notice
    with pytest.raises(NoEngine, match="--sandbox process"):
        make_sandbox("docker", "test-docker")


def test_an_engine_that_says_nothing_does_not_count(process_ready: None, silent: None) -> None:
    asked_s = monotonic_s()
    sandbox, notice = make_sandbox("auto", "test-silent")
    assert sandbox.name == "process" and "timed out" in notice
    assert monotonic_s() - asked_s < 4


def test_the_facts_for_doctor_name_the_next_step(process_ready: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    checks = {check.name: check for check in describe()}
    assert checks["Node.js"].ok and checks["npm packages"].ok and checks["process sandbox"].ok
    assert not checks["docker sandbox"].ok and checks["docker sandbox"].next_step


@pytest.mark.docker
def test_the_facts_for_doctor_tell_the_seal(docker_ready: None) -> None:
    checks = {check.name: check for check in describe()}
    assert all(checks[name].ok for name in ("docker sandbox", "base image", "seal"))


class Proxy:
    """Stands between us and the real engine, so that the engine can be taken away."""

    def __init__(self, path: Path, engine: str) -> None:
        self._engine, self._open = engine, list[socket.socket]()
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(str(path))
        self._server.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                ours, _ = self._server.accept()
                theirs = socket.socket(socket.AF_UNIX)
                theirs.connect(self._engine)
                self._open += [ours, theirs]
                threading.Thread(target=self._pump, args=(ours, theirs), daemon=True).start()

    def _pump(self, ours: socket.socket, theirs: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError):
            while True:
                for ready in select.select([ours, theirs], [], [])[0]:
                    data = ready.recv(65536)
                    (theirs if ready is ours else ours).sendall(data)
                    if not data:
                        return

    def die(self) -> None:
        for one in (self._server, *self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


@pytest.mark.docker
def test_an_engine_that_dies_half_way_is_our_fault_and_hangs_nothing(
    docker_ready: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, _ = connect()
    path = tmp_path / "proxy.sock"
    proxy = Proxy(path, os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock").removeprefix("unix://"))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")
    run_id = f"test-dying-{path.parent.name}"

    async def run() -> None:
        sandbox, _ = make_sandbox("docker", run_id)
        await sandbox.open()
        started = await start(sandbox, tmp_path, HTTP)
        await started.get()
        proxy.die()
        with pytest.raises(SandboxError):
            await started.ended()
        with pytest.raises(SandboxError, match="stopped answering"):
            await start(sandbox, tmp_path, HTTP)
        await asyncio.wait_for(sandbox.close(), 10)

    try:
        asyncio.run(run())
    finally:
        for container in client.containers.list(all=True, filters={"label": f"{LABEL_RUN}={run_id}"}):
            container.remove(force=True, v=True)
        for network in client.networks.list(filters={"label": f"{LABEL_RUN}={run_id}"}):
            network.remove()
        for volume in client.volumes.list(filters={"label": f"{LABEL_RUN}={run_id}"}):
            volume.remove(force=True)
