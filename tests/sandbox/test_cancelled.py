"""Ctrl-C at any moment: what a cancelled open or start was making is cleared away by close."""

from __future__ import annotations

import asyncio
import contextlib
import os
import uuid
from pathlib import Path

import psutil
import pytest

from runner.sandbox.choose import SandboxName, make_sandbox
from runner.sandbox.engine import connect
from runner.sandbox.reaper import LABEL_RUN
from runner.sandbox.toolbox import Toolbox
from tests.sandbox.driving import HTTP, start

MOMENTS_MS = (0, 3, 10, 40, 100, 250)


def left_of(name: SandboxName, run_id: str) -> list[str]:
    if name == "process":
        known = [run_id] if (Toolbox().runs / run_id).exists() else []
        return known + [str(one.pid) for one in psutil.Process(os.getpid()).children() if "node" in one.name()]
    client, _ = connect()
    wanted = f"{LABEL_RUN}={run_id}"
    containers = client.containers.list(all=True, filters={"label": wanted})
    networks = client.networks.list(filters={"label": wanted})
    volumes = client.volumes.list(filters={"label": wanted})
    client.close()
    return [str(one.id) for one in (*containers, *networks, *volumes)]


@pytest.mark.parametrize("part", ["open", "start"])
def test_nothing_is_left_of_a_cancelled_run(sandbox_name: SandboxName, tmp_path: Path, part: str) -> None:
    async def run(run_id: str, after_ms: int) -> None:
        sandbox, _ = make_sandbox(sandbox_name, run_id)
        try:
            if part == "start":
                await sandbox.open()
            work = sandbox.open() if part == "open" else start(sandbox, tmp_path, HTTP)
            task = asyncio.ensure_future(work)
            await asyncio.wait([task], timeout=after_ms / 1000)
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        finally:
            await asyncio.wait_for(sandbox.close(), 20)

    for after_ms in MOMENTS_MS:
        run_id = f"test-{uuid.uuid4().hex[:8]}"
        asyncio.run(run(run_id, after_ms))
        assert left_of(sandbox_name, run_id) == [], f"cancelled after {after_ms} ms"
