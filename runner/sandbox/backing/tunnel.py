"""The host-side tunnel (`tunnel.mjs`): carries services' connections from the relay to servers on the loopback."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from pathlib import Path
from typing import Any

from runner.sandbox.base import SandboxError
from runner.sandbox.node import node_binary
from runner.sandbox.relay import Relay

TUNNEL_SCRIPT = Path(__file__).with_name("tunnel.mjs")
_READY_WITHIN_S = 15.0


class Tunnel:
    """`node tunnel.mjs`. It ends with its standard input, and with it the servers it guards, unless told otherwise."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._said: asyncio.Task[None] | None = None
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._tallies = 0
        self._loop = asyncio.get_running_loop()
        self._ending = False

    @property
    def pid(self) -> int:
        return self._process.pid if self._process is not None else 0

    @property
    def has_died(self) -> bool:
        return self._said is not None and self._said.done() and not self._ending

    async def start(self) -> None:
        """Start it and wait until it listens to us; takes some 50 ms. SandboxError when it does not."""
        ready = self._expect("")
        self._process = await asyncio.create_subprocess_exec(
            str(node_binary()), str(TUNNEL_SCRIPT), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            env={"PATH": os.defpath}, start_new_session=True,
        )  # fmt: skip
        self._said = asyncio.ensure_future(self._read())
        await self._answered(ready, "did not start")

    def _expect(self, name: str) -> asyncio.Future[dict[str, Any]]:
        self._waiting[name] = self._loop.create_future()
        return self._waiting[name]

    async def _answered(self, future: asyncio.Future[dict[str, Any]], what: str) -> dict[str, Any]:
        try:
            async with asyncio.timeout(_READY_WITHIN_S):
                return await future
        except (TimeoutError, ConnectionError) as error:
            raise SandboxError(f"the tunnel to the database {what}; run it again, and see `prodrill doctor`") from error

    async def _read(self) -> None:
        assert self._process is not None and self._process.stdout is not None
        while line := await self._process.stdout.readline():
            said = json.loads(line)
            future = self._waiting.pop(said.get("ok", ""), None)
            if future is not None and not future.done():
                future.set_result(said)
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(ConnectionError("it ended"))

    def _tell(self, do: str, **values: Any) -> None:
        if self._process is not None and self._process.stdin is not None and not self._process.stdin.is_closing():
            self._process.stdin.write(json.dumps({"do": do, **values}).encode() + b"\n")

    def relay(self, relay: Relay) -> None:
        """Say where the relay is; once, before `serve`."""
        self._tell("relay", host=relay.host, port=relay.port, token=relay.token)

    def own(self, folder: Path) -> None:
        """Name what is to be removed, beside the servers that it guards, when the verifier is killed."""
        self._tell("own", folder=str(folder))

    async def serve(self, link: str, port: int) -> None:
        """Have what services open to `link` go to `port` on 127.0.0.1 from now on."""
        answer = self._expect(link)
        self._tell("serve", link=link, port=port)
        await self._answered(answer, f"does not carry {link}")

    async def tally(self, link: str) -> tuple[int, int]:
        """What a PostgreSQL behind a link has said since the beginning: bytes, and statements that failed."""
        self._tallies += 1
        answer = self._expect(name := f"tally {self._tallies}")
        self._tell("tally", link=link, **{"as": name})
        said = await self._answered(answer, f"does not count {link}")
        return int(said.get("bytes", 0)), int(said.get("failed", 0))

    def freeze(self, link: str, *, frozen: bool) -> None:
        """Hold all bytes of a link both ways, or let them go on: nothing is lost meanwhile."""
        self._tell("freeze" if frozen else "thaw", link=link)

    def guard(self, pid: int, up: bool) -> None:
        """A server came up, or went; may be called from any thread."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(lambda: self._tell("guard", pid=pid, up=up))

    async def stop(self) -> None:
        """End it; safe to call twice."""
        self._ending = True
        if self._process is None:
            return
        self._tell("bye")
        try:
            async with asyncio.timeout(1):
                await self._process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        if self._said is not None:
            await asyncio.gather(self._said, return_exceptions=True)
