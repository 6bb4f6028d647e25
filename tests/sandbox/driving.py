"""Starts small services in a sandbox and watches them, for the tests of the sandboxes."""

from __future__ import annotations

import asyncio
import contextlib
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import psutil

from runner.catalog.kata import Limits
from runner.clock import monotonic_s
from runner.sandbox.base import Exit, Launch, RunningService, Sandbox
from runner.sandbox.choose import SandboxName, make_sandbox
from runner.sandbox.relay import ConnectRefused

SMALL = Limits(memory_mb=128, heap_mb=48, pids=40, tmp_mb=8)
HTTP = """
const http = require('node:http');
http.createServer((q, r) => r.end(JSON.stringify({ pid: process.pid, path: q.url })))
  .listen(process.env.PORT, () => console.log('up'));
"""


@contextlib.asynccontextmanager
async def opened(name: SandboxName) -> AsyncIterator[Sandbox]:
    sandbox, _ = make_sandbox(name, f"test-{uuid.uuid4().hex[:8]}")
    try:
        await sandbox.open()
        yield sandbox
    finally:
        await sandbox.close()


class Started:
    """A started copy and the lines it printed so far."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.lines: list[tuple[str, str]] = []
        self.service: RunningService

    def on_line(self, stream: str, line: str) -> None:
        self.lines.append((stream, line))

    @property
    def text(self) -> str:
        return "\n".join(line for _, line in self.lines)

    async def printed(self, what: str, within_s: float = 10) -> str:
        """The first line with `what` in it."""
        await until(lambda: what in self.text, within_s, lambda: f"{what!r} in {self.text[-2000:]!r}")
        return next(line for _, line in self.lines if what in line)

    async def ended(self, within_s: float = 15) -> Exit:
        return await asyncio.wait_for(self.service.wait(), within_s)

    async def get(self, path: str = "/", within_s: float = 10) -> dict[str, Any]:
        """The JSON it answers, trying again while it refuses."""
        deadline = monotonic_s() + within_s
        while True:
            try:
                return await asyncio.wait_for(self._get_once(path), within_s)
            except ConnectRefused:
                if monotonic_s() > deadline:
                    raise
                await asyncio.sleep(0.02)

    async def _get_once(self, path: str) -> dict[str, Any]:
        receiver = _Collected()
        framed = await self.sandbox.relay.dial(self.service.relay_name, receiver)
        framed.send(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        await receiver.end.wait()
        framed.close()
        body: dict[str, Any] = json.loads(receiver.data.partition(b"\r\n\r\n")[2])
        return body


class _Collected:
    def __init__(self) -> None:
        self.data = b""
        self.end = asyncio.Event()

    def data_received(self, data: bytes) -> None:
        self.data += data

    def ended(self, how: str) -> None:
        self.end.set()


async def start(
    sandbox: Sandbox, folder: Path, code: str, *, limits: Limits = SMALL, env: Mapping[str, str] | None = None
) -> Started:
    """Start `code` as `server.js` of a new folder in `folder`."""
    source = folder / uuid.uuid4().hex
    source.mkdir(parents=True)
    (source / "server.js").write_text(code)
    return await start_from(sandbox, source, limits=limits, env=env)


async def start_from(
    sandbox: Sandbox, source: Path, *, limits: Limits = SMALL, env: Mapping[str, str] | None = None
) -> Started:
    """Start the `server.js` that is in `source`."""
    started = Started(sandbox)
    launch = Launch(source, ("node", "server.js"), env or {}, limits)
    started.service = await sandbox.start(launch, started.on_line)
    return started


async def until(is_true: Callable[[], bool], within_s: float, what: Callable[[], str] = lambda: "") -> None:
    """Until the condition holds; AssertionError when it does not within `within_s`."""
    deadline = monotonic_s() + within_s
    while not is_true():
        assert monotonic_s() < deadline, f"not within {within_s} s: {what()}"
        await asyncio.sleep(0.01)


def runs(pid: int) -> bool:
    """Whether a process of this number runs; a zombie does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def in_sandbox(name: SandboxName, work: Callable[[Sandbox], Awaitable[None]]) -> None:
    """Run `work` with an open sandbox."""

    async def run() -> None:
        async with opened(name) as sandbox:
            await asyncio.wait_for(work(sandbox), 60)

    asyncio.run(run())
