"""People at the counter, who ask ordinary routes while reports render.

A sibling of `probes.py`, which loads it by path.
"""

from __future__ import annotations

import asyncio
import math
from typing import Any, NamedTuple

from runner.clock import monotonic_s
from runner.probes import Client, Connection, Exchange, Inputs, Req

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
        self.asked: list[tuple[Req, Exchange]] = []

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
            answer = await self._client.request(
                req.method, req.path, json=req.json, tag="ordinary", conn=conn, intended_s=due
            )
            self.asked.append((req, answer))
            due += CALLER_PERIOD_S
        conn.close()


class Known(NamedTuple):
    """What a quiet service answered: its health, and the price list."""

    health: Any
    products: Any


async def known(client: Client) -> Known:
    """Ask while nothing renders."""
    health, products = [await client.request("GET", path, tag="quiet") for path in ("/healthz", "/products")]
    return Known(_json(health), _json(products))


def faults_of(req: Req, answer: Exchange, quiet: Known) -> list[str]:
    """What is wrong with a complete 200 to an ordinary request, in sentences; another one's answer is none."""
    if not answer.ok:
        return []
    got, path = _json(answer), req.path.partition("?")[0]
    if path == "/quotes":
        return quote_faults(req.json, answer)
    if path == "/healthz":
        right = all(got.get(name) == quiet.health.get(name) for name in ("status", "instance"))
    elif path == "/products":
        right = got == quiet.products
    else:
        right = got and got in quiet.products.get("products", []) and got.get("code") == path.rpartition("/")[2]
    return [] if right else [f"GET {path} was answered {answer.body[:80]!r}, unlike on a quiet service"]


def quote_faults(terms: dict[str, int], answer: Exchange) -> list[str]:
    """What is wrong with the answer to a quote; a cent is for rounding."""
    rate = terms["rate_bps"] / 120_000
    due = math.ceil(terms["principal_cents"] * rate / (1 - (1 + rate) ** -terms["months"]))
    got = _json(answer) if answer.ok else {}
    payment = got.get("payment_cents")
    near = isinstance(payment, int | float) and abs(payment - due) <= 1
    if near and all(got.get(name) == value for name, value in terms.items()):
        return []
    return [f"a quote for {terms} came to {payment!r} cents a month, and should be {due}, with the terms asked for"]


def _json(answer: Exchange) -> dict[str, Any]:
    try:
        got = answer.json()
    except ValueError:
        return {}
    return got if isinstance(got, dict) else {}
