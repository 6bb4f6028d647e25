"""People at the counter, who ask ordinary routes while reports render.

A sibling of `probes.py`, which loads it by path.
"""

from __future__ import annotations

import asyncio

from runner.clock import monotonic_s
from runner.probes import Client, Connection, Inputs, Req

CALLERS = 10
CALLER_PERIOD_S = 0.1


def ordinary(inputs: Inputs) -> Req:
    """A request that any caller at the counter makes, each time another one."""
    terms = {
        "principal_cents": inputs.randint(100_000, 50_000_000),
        "rate_bps": inputs.randint(1, 1200),
        "months": inputs.randint(6, 480),
    }
    return inputs.choice(
        [
            Req("GET", "/healthz"),
            Req("GET", f"/products?desk={inputs.token(4)}"),
            Req("GET", f"/products/{inputs.choice(['HOME30', 'CAR', 'SOLAR', 'STUDY'])}"),
            Req("POST", "/quotes", json=terms),
        ]
    )


class Callers:
    """People at the counter: each has one connection, and waits for an answer before asking again.

    Each is due to ask every CALLER_PERIOD_S; what a late answer delays still counts from when it was due.
    """

    def __init__(self, client: Client, inputs: Inputs) -> None:
        self._client, self._inputs = client, inputs
        self._leaving = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Callers:
        began = monotonic_s() + 0.01
        connections = [await self._client.connect() for _ in range(CALLERS)]
        for number, conn in enumerate(connections):
            due = began + number * CALLER_PERIOD_S / CALLERS
            self._tasks.append(asyncio.ensure_future(self._ask(conn, due, self._inputs.apart(number))))
        return self

    async def __aexit__(self, *_: object) -> None:
        self._leaving.set()
        await asyncio.gather(*self._tasks)

    async def _ask(self, conn: Connection, due: float, inputs: Inputs) -> None:
        while not self._leaving.is_set() or due < monotonic_s():
            await asyncio.sleep(max(0.0, due - monotonic_s()))
            if not conn.reusable:
                conn = await self._client.connect()
            req = ordinary(inputs)
            await self._client.request(req.method, req.path, json=req.json, tag="ordinary", conn=conn, intended_s=due)
            due += CALLER_PERIOD_S
        conn.close()
