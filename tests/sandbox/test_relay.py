"""Whom the relay takes for its verifier, and when it ends."""

from __future__ import annotations

import asyncio
import json

import psutil

from runner.sandbox import relay as ours
from runner.sandbox.relay import Relay
from tests.probes.relayed import RELAY, node
from tests.processes import still_running

TOKEN = "t0ken"


def test_a_relay_that_answers_an_attempt_too_late_takes_the_next() -> None:
    async def work() -> None:
        async with node(str(RELAY), env={"RELAY_TOKEN": TOKEN}) as says:
            held, relay = psutil.Process(says["pid"]), Relay("127.0.0.1", says["port"], TOKEN)
            held.suspend()
            connecting = asyncio.ensure_future(relay.connect(within_s=20))
            await asyncio.sleep(1.5 * ours._ATTEMPT_S)
            held.resume()
            await connecting
            await relay.map("service", "127.0.0.1", 1)
            await relay.close()

    asyncio.run(work())


def test_a_verifier_that_left_before_it_asked_is_followed_by_another() -> None:
    async def work() -> None:
        async with node(str(RELAY), env={"RELAY_TOKEN": TOKEN}) as says:
            for _ in range(2):
                reader, writer = await asyncio.open_connection("127.0.0.1", says["port"])
                writer.write(json.dumps({"token": TOKEN, "verb": "control"}).encode() + b"\n")
                assert json.loads(await reader.readline()) == {"ok": True}
                writer.close()
                await asyncio.sleep(0.1)

    asyncio.run(work())


def test_a_relay_ends_with_the_verifier_that_asked() -> None:
    async def work() -> None:
        async with node(str(RELAY), env={"RELAY_TOKEN": TOKEN}) as says:
            its, relay = psutil.Process(says["pid"]), Relay("127.0.0.1", says["port"], TOKEN)
            await relay.connect()
            await relay.map("service", "127.0.0.1", 1)
            await relay.close()
            async with asyncio.timeout(10):
                while still_running([its]):
                    await asyncio.sleep(0.02)

    asyncio.run(work())
