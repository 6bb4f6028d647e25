"""A relay and a small Node.js service for tests of what talks through them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

from runner.sandbox.node import node_binary
from runner.sandbox.relay import Relay

RELAY = Path(__file__).parents[2] / "runner" / "sandbox" / "relay.mjs"
SERVICES = Path(__file__).parent / "services"


@contextlib.asynccontextmanager
async def node(*arguments: str, env: dict[str, str] | None = None) -> AsyncIterator[dict[str, int]]:
    """A Node.js program that prints one JSON line when it is ready; ended with the block."""
    process = await asyncio.create_subprocess_exec(
        str(node_binary()),
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stdin=asyncio.subprocess.DEVNULL,
        env={**os.environ, **(env or {})},
    )
    try:
        assert process.stdout is not None
        yield {**json.loads(await asyncio.wait_for(process.stdout.readline(), 10)), "pid": process.pid}
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


@contextlib.asynccontextmanager
async def relayed(script: str) -> AsyncIterator[Relay]:
    """A relay with `service` mapped to one of the small services beside this file."""
    async with (
        node(str(RELAY), env={"RELAY_TOKEN": "t0ken"}) as relay_says,
        node(str(SERVICES / script)) as service_says,
    ):
        relay = Relay("127.0.0.1", relay_says["port"], "t0ken")
        await relay.connect()
        await relay.map("service", "127.0.0.1", service_says["port"])
        try:
            yield relay
        finally:
            await relay.close()
