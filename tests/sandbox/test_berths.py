"""Berths: one service after another at one address, several at once at addresses of their own."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from runner.sandbox.relay import ConnectRefused
from tests.sandbox.driving import HTTP, Started, opened, start

WHERE = """
const os = require('node:os');
const at = Object.values(os.networkInterfaces()).flat().filter((one) => !one.internal).map((one) => one.address);
require('node:http').createServer((q, r) => r.end(JSON.stringify({ at, name: os.hostname() })))
  .listen(process.env.PORT, () => console.log('up'));
"""
pytestmark = pytest.mark.docker


async def address(started: Started) -> str:
    told = await started.get()
    assert told["name"] == "service"
    (one,) = told["at"]
    return str(one)


def test_a_service_lies_where_the_one_before_it_lay(docker_ready: None, tmp_path: Path) -> None:
    async def scenario() -> list[str]:
        async with opened("docker") as sandbox:
            addresses = []
            for _ in range(2):
                started = await start(sandbox, tmp_path, WHERE)
                addresses.append(await address(started))
                await started.service.remove()
            return addresses

    first, second = asyncio.run(scenario())
    assert first == second


def test_services_at_once_have_addresses_of_their_own(docker_ready: None, tmp_path: Path) -> None:
    async def scenario() -> list[str]:
        async with opened("docker") as sandbox:
            started = await asyncio.gather(*(start(sandbox, tmp_path, WHERE) for _ in range(3)))
            return [await address(one) for one in started]

    assert len(set(asyncio.run(scenario()))) == 3


def test_a_dead_service_refuses_at_once(docker_ready: None, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened("docker") as sandbox:
            started = await start(sandbox, tmp_path, HTTP)
            await started.get()
            await started.service.signal("SIGKILL")
            await started.ended()
            with pytest.raises(ConnectRefused):
                async with asyncio.timeout(1):
                    await sandbox.relay.dial(started.service.relay_name, Ignored())

    asyncio.run(scenario())


class Ignored:
    def data_received(self, data: bytes) -> None: ...

    def ended(self, how: str) -> None: ...
