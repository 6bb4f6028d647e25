"""An open-loop load generator: requests leave when they are due, whatever became of those before.

Latency counts from the intended time (Tene's coordinated omission); how late each was really sent is kept beside it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from msgspec import Struct

from runner.clock import monotonic_s
from runner.probes.client import Client, ConnectFailed, Connection
from runner.record.history import Exchange, Offered

_MOST_CONNECTIONS = 512


class Req(Struct, frozen=True):
    """One request to send."""

    method: str
    path: str
    json: Any = None
    body: bytes = b""
    headers: dict[str, str] = {}


Make = Callable[[int], Req] | Sequence[Req]


class Background:
    """A load that runs beside a probe; `exchanges` grows as answers come."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self.stopped = False


class Load:
    """Load on one service, through `client`, whose history it records to."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._history = client.history

    async def constant_rate(
        self,
        make: Make,
        *,
        rate_hz: float,
        duration_s: float,
        tag: str = "",
        connections: int = 10,
        timeout_s: float = 30.0,
    ) -> list[Exchange]:
        """`rate_hz` requests a second for `duration_s`; returns when the last is answered or timed out.

        They go out on that many kept-alive connections, and on more where none is free; with `connections=0` each has
        one of its own, and so each is sent to the next replica.
        """
        background = Background()
        await self._drive(background, make, rate_hz, int(rate_hz * duration_s), tag, connections, timeout_s)
        return background.exchanges

    @asynccontextmanager
    async def in_background(
        self, make: Make, *, rate_hz: float, tag: str = "", connections: int = 10, timeout_s: float = 30.0
    ) -> AsyncIterator[Background]:
        """The same until the block ends, and a minute at most."""
        background = Background()
        task = asyncio.ensure_future(
            self._drive(background, make, rate_hz, int(rate_hz * 60), tag, connections, timeout_s)
        )
        try:
            yield background
        finally:
            background.stopped = True
            await task

    async def at_once(self, requests: Sequence[Req], *, tag: str = "", timeout_s: float = 30.0) -> list[Exchange]:
        """All at the same moment, each on a connection opened before."""
        connected = await asyncio.gather(*(self._connect() for _ in requests))
        sends = [self._send(req, tag, conn, timeout_s) for req, conn in zip(requests, connected, strict=True)]
        try:
            return list(await asyncio.gather(*sends))
        finally:
            for conn in connected:
                if conn is not None:
                    conn.close()

    def start(self, request: Req, *, tag: str = "", timeout_s: float = 30.0) -> asyncio.Task[Exchange]:
        """One request in the background."""
        return asyncio.ensure_future(self._send(request, tag, None, timeout_s))

    async def _connect(self) -> Connection | None:
        try:
            return await self._client.connect()
        except ConnectFailed:
            return None

    async def _send(
        self, req: Req, tag: str, conn: Connection | None, timeout_s: float, intended_s: float | None = None
    ) -> Exchange:
        return await self._client.request(
            req.method,
            req.path,
            json=req.json,
            body=req.body,
            headers=req.headers,
            tag=tag,
            conn=conn,
            timeout_s=timeout_s,
            intended_s=intended_s,
        )

    async def _drive(
        self,
        background: Background,
        make: Make,
        rate_hz: float,
        count: int,
        tag: str,
        connections: int,
        timeout_s: float,
    ) -> None:
        opened = await asyncio.gather(*(self._connect() for _ in range(connections)))
        pool = _Pool(self._client, [conn for conn in opened if conn is not None], connections > 0)
        tasks: list[asyncio.Task[None]] = []
        began, began_s = monotonic_s(), self._history.now()
        for n in range(count):
            due = began + n / rate_hz
            await asyncio.sleep(max(0.0, due - monotonic_s()))
            if background.stopped:
                break
            req = make(n) if callable(make) else make[n % len(make)]
            tasks.append(asyncio.ensure_future(self._one(background, pool, req, tag, timeout_s, due)))
        took_s = monotonic_s() - began
        planned = len(tasks) if background.stopped else count
        self._history.add_offered(Offered(tag, began_s, planned, planned / rate_hz, len(tasks), took_s))
        await asyncio.gather(*tasks)
        pool.close()

    async def _one(self, background: Background, pool: _Pool, req: Req, tag: str, timeout_s: float, due: float) -> None:
        conn = await pool.take() if pool.is_kept_alive else None
        background.exchanges.append(await self._send(req, tag, conn, timeout_s, due))
        if conn is not None:
            pool.give(conn)


class _Pool:
    """Keep-alive connections; a new one when none is free, as an open model needs."""

    def __init__(self, client: Client, free: list[Connection], is_kept_alive: bool) -> None:
        self._client, self._free, self._all = client, free, list(free)
        self.is_kept_alive = is_kept_alive

    async def take(self) -> Connection | None:
        while self._free:
            # Of several replicas each has its share only where the connections take turns.
            conn = self._free.pop(0 if self._free[0].replica else -1)
            if not conn.ended:
                return conn
        if len(self._all) >= _MOST_CONNECTIONS:
            return None
        try:
            conn = await self._client.connect()
        except ConnectFailed:
            return None
        self._all.append(conn)
        return conn

    def give(self, conn: Connection) -> None:
        if conn.reusable:
            self._free.append(conn)

    def close(self) -> None:
        for conn in self._all:
            conn.close()
