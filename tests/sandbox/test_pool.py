"""A pool gives its ready members connections in turn, and obeys what they say of their readiness."""

from __future__ import annotations

import asyncio
from pathlib import Path

import psutil
import pytest

from runner.clock import monotonic_s
from runner.sandbox.base import Sandbox
from runner.sandbox.choose import SandboxName
from runner.sandbox.process import ProcessSandbox
from runner.sandbox.relay import ConnectRefused
from tests.sandbox.driving import Started, in_sandbox, start, until

SERVICE = """
const http = require('node:http');
let isReady = true;
let checks = 0;
http.createServer((q, r) => {
  if (q.url === '/ready') checks += 1;
  if (q.url === '/out' || q.url === '/in') isReady = q.url === '/in';
  r.statusCode = q.url === '/ready' && !isReady ? 503 : 200;
  r.end(JSON.stringify({ checks, from: q.headers.host, connection: q.headers.connection }));
}).listen(process.env.PORT);
"""
MEMBERS = ("a", "b", "c")


class Silent:
    def data_received(self, data: bytes) -> None: ...

    def ended(self, how: str) -> None: ...


class Pool:
    """Three copies in a pool, who took what, and each change as it was told."""

    def __init__(self, sandbox: Sandbox, copies: dict[str, Started]) -> None:
        self.sandbox, self.copies = sandbox, copies
        self.ready: set[str] = set()
        self.changes: list[tuple[str, bool]] = []

    def changed(self, member: str, is_ready: bool) -> None:
        self.changes.append((member, is_ready))
        (self.ready.add if is_ready else self.ready.discard)(member)

    async def set(self, *members: str) -> None:
        targets = {member: self.copies[member].service.relay_name for member in members}
        await self.sandbox.relay.pool("pool", targets, "/ready", self.changed)

    async def is_ready(self, *members: str, within_s: float = 10) -> None:
        await until(lambda: self.ready == set(members), within_s, lambda: f"{members} are ready: {self.ready}")

    async def dial(self) -> str:
        framed = await self.sandbox.relay.dial("pool", Silent())
        framed.close()
        return framed.member

    async def takers(self, count: int) -> str:
        return "".join([await self.dial() for _ in range(count)])


async def a_pool(sandbox: Sandbox, folder: Path, code: str = SERVICE) -> Pool:
    started = await asyncio.gather(*(start(sandbox, folder, code) for _ in MEMBERS))
    pool = Pool(sandbox, dict(zip(MEMBERS, started, strict=True)))
    await pool.set(*MEMBERS)
    await pool.is_ready(*MEMBERS)
    return pool


def test_connections_go_to_the_ready_members_in_turn(sandbox_name: SandboxName, tmp_path: Path) -> None:
    async def work(sandbox: Sandbox) -> None:
        pool = await a_pool(sandbox, tmp_path)
        first = await pool.takers(7)
        assert first in "abcabcabc"
        await pool.copies["b"].get("/out")
        await pool.is_ready("a", "c")
        assert await pool.takers(4) in "acacac", "one that is not ready is passed over"
        await pool.copies["b"].get("/in")
        await pool.is_ready(*MEMBERS)
        assert sorted(await pool.takers(3)) == ["a", "b", "c"]
        assert pool.changes[3:] == [("b", False), ("b", True)]

    in_sandbox(sandbox_name, work)


def test_a_member_that_refuses_is_passed_over_and_out_at_once(sandbox_name: SandboxName, tmp_path: Path) -> None:
    async def work(sandbox: Sandbox) -> None:
        pool = await a_pool(sandbox, tmp_path)
        for member in MEMBERS[:2]:
            await sandbox.relay.fault(pool.copies[member].service.relay_name, refuse=True)
        assert await pool.takers(3) == "ccc"
        assert pool.ready == {"c"}
        await sandbox.relay.fault(pool.copies["a"].service.relay_name)
        await pool.is_ready("a", "c")

    in_sandbox(sandbox_name, work)


def test_with_no_member_ready_a_connection_is_refused(sandbox_name: SandboxName, tmp_path: Path) -> None:
    async def work(sandbox: Sandbox) -> None:
        pool = await a_pool(sandbox, tmp_path)
        await asyncio.gather(*(copy.get("/out") for copy in pool.copies.values()))
        await pool.is_ready()
        with pytest.raises(ConnectRefused, match="ECONNREFUSED"):
            await pool.dial()
        await pool.set()
        with pytest.raises(ConnectRefused, match="ECONNREFUSED"):
            await pool.dial()

    in_sandbox(sandbox_name, work)


def test_the_others_answer_when_one_is_killed(sandbox_name: SandboxName, tmp_path: Path) -> None:
    async def work(sandbox: Sandbox) -> None:
        pool = await a_pool(sandbox, tmp_path)
        await pool.copies["b"].service.signal("SIGKILL")
        await pool.copies["b"].ended()
        began_s = monotonic_s()
        assert "b" not in await pool.takers(6)
        assert monotonic_s() - began_s < 1.5, "each waited for the one that is gone"
        await pool.is_ready("a", "c")

    in_sandbox(sandbox_name, work)


def test_a_member_that_hangs_is_out_within_about_a_second(sandbox_name: SandboxName, tmp_path: Path) -> None:
    async def work(sandbox: Sandbox) -> None:
        pool = await a_pool(sandbox, tmp_path)
        await pool.copies["a"].service.signal("SIGSTOP")
        await pool.is_ready("b", "c")
        await pool.copies["a"].service.signal("SIGCONT")
        await pool.is_ready(*MEMBERS)

    in_sandbox(sandbox_name, work)


def test_a_member_started_anew_takes_the_turn_of_the_old_one(sandbox_name: SandboxName, tmp_path: Path) -> None:
    async def work(sandbox: Sandbox) -> None:
        pool = await a_pool(sandbox, tmp_path)
        pool.copies["b"] = await start(sandbox, tmp_path, SERVICE)
        await pool.set(*MEMBERS)
        await pool.is_ready(*MEMBERS)
        assert pool.changes[3:] == [("b", False), ("b", True)], "the others stay as they are"
        assert await pool.takers(6) in "abcabcabc"

    in_sandbox(sandbox_name, work)


def test_checks_are_ordinary_requests_and_end_with_the_pool(sandbox_name: SandboxName, tmp_path: Path) -> None:
    async def work(sandbox: Sandbox) -> None:
        pool = await a_pool(sandbox, tmp_path)
        one = pool.copies["a"]
        seen = int((await one.get())["checks"])
        await asyncio.sleep(0.5)
        checks = int((await one.get())["checks"]) - seen
        assert 2 <= checks <= 12, "about every 50 ms"
        await sandbox.relay.unpool("pool")
        last = int((await one.get())["checks"])
        await asyncio.sleep(0.2)
        assert int((await one.get())["checks"]) - last <= 1, "at most one that was on its way"
        with pytest.raises(ConnectRefused, match="ENOENT"):
            await pool.dial()

    in_sandbox(sandbox_name, work)


def test_a_relay_that_was_held_up_blames_no_member(process_ready: None, tmp_path: Path) -> None:
    async def work(sandbox: Sandbox) -> None:
        assert isinstance(sandbox, ProcessSandbox)
        # Slow enough that checks are on their way whenever the relay is stopped.
        pool = await a_pool(
            sandbox, tmp_path, SERVICE.replace("r.end(", "setTimeout(() => r.end(").replace("}));", "})), 400);")
        )
        relay = psutil.Process(sandbox._host_relay.pid)
        for _ in range(3):
            relay.suspend()
            await asyncio.sleep(1.2)
            relay.resume()
            await pool.takers(3)
        assert pool.changes[3:] == []

    in_sandbox("process", work)


def test_a_member_without_end_or_sense_in_its_answer_does_no_harm(process_ready: None, tmp_path: Path) -> None:
    codes = (
        "require('node:http').createServer((q, r) => setInterval(() => r.write('x'.repeat(1000)), 1))",
        "require('node:net').createServer((s) => s.on('error', () => {}).end('HTTP/9.9 what\\r\\n\\r\\n'))",
        "require('node:net').createServer((s) => s.resetAndDestroy())",
    )

    async def work(sandbox: Sandbox) -> None:
        started = [await start(sandbox, tmp_path, f"{code}.listen(process.env.PORT)") for code in codes]
        pool = Pool(sandbox, dict(zip(MEMBERS, started, strict=True)))
        await pool.set(*MEMBERS)
        await pool.is_ready("a")
        await asyncio.sleep(1.5)
        assert pool.changes == [("a", True)]
        assert await pool.takers(2) == "aa"

    in_sandbox("process", work)
