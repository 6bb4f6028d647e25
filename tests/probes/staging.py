"""An open stage for tests, in one sandbox or the other."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from runner.catalog.loader import load_kata
from runner.probes.stage import Stage
from runner.record.events import Event
from runner.sandbox.choose import SandboxName, make_sandbox, prepare

both_sandboxes = pytest.mark.parametrize("sandbox", ["process", pytest.param("docker", marks=pytest.mark.docker)])


def on_stage(
    sandbox: SandboxName, kata: Path, source: Path, work: Callable[[Stage, list[Event]], Awaitable[None]]
) -> None:
    """Runs `work` with a stage for `source` and the events that it tells; closes it whatever happens."""
    prepare(sandbox, lambda text, fraction: None)
    events: list[Event] = []
    made, _ = make_sandbox(sandbox, f"test-{uuid.uuid4().hex[:8]}")
    stage = Stage(load_kata(kata), source, made, 1, events.append)

    async def run() -> None:
        async with asyncio.timeout(90):
            await stage.open()
            await work(stage, events)

    try:
        stage.run(run())
    finally:
        stage.loop.run_until_complete(stage.close())
        for task in asyncio.all_tasks(stage.loop):
            task.cancel()
        stage.loop.run_until_complete(asyncio.sleep(0))
        stage.loop.close()
