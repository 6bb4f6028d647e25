"""What the probes of `abrupt-shutdown` do with a service and its clients.

A sibling of `probes.py`, which loads it by path.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

from runner.probes import Client, Connection, Exchange, History, Inputs, Service, beside

judges = beside(__file__, "judges")
scene = beside(__file__, "warehouse")

POLL_S, LOOK_S, LEAVING_S = 0.02, 0.1, 2.0
MOST_BEHIND_S = 3.0


async def until_not_ready(service: Service, client: Client, history: History, within_s: float) -> None:
    """Ask /readyz on new connections until it is not answered with 200; every answer is in the history."""
    until = history.now() + within_s
    while history.now() < until and service.exit is None:
        exchange = await client.request("GET", "/readyz", tag="readiness", timeout_s=within_s)
        if exchange.status != 200:
            return
        await asyncio.sleep(POLL_S)


async def until_it_leaves(service: Service, history: History, within_s: float) -> None:
    """Wait for an exit of its own; the kill that ends every probe is none, and is in the history as well.

    On a busy machine longer, by as much as we were late and the service waited for a core: what stays is then told from
    what was seen late.
    """
    since_s, began_s, until_s = judges.told_s(history), history.now(), history.now() + within_s
    while (exited := await service.exited(max(0.0, min(LOOK_S, until_s - history.now())))) is None:
        behind_s = history.late_s(since_s, history.now()) + history.starved_s(since_s, history.now())
        until_s = began_s + within_s + min(behind_s, MOST_BEHIND_S if within_s else 0.0)
        if history.now() >= until_s:
            break
        history.sample("running since the signal", history.now() - since_s, "s", until_s - since_s)
    history.note("left", exited is not None)
    history.note("watched_until_s", history.now())


async def until(came_true: Callable[[], bool], within_s: float) -> None:
    """Wait for it; whether it came is for whoever looks at what was to happen."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            while not came_true():
                await asyncio.sleep(POLL_S)


async def closes_when_told(conn: Connection) -> None:
    """A client's side of a keep-alive connection: it closes when the service does."""
    while not conn.ended:
        await asyncio.sleep(POLL_S)
    conn.close()


async def ended_within(conn: Connection, within_s: float) -> bool:
    try:
        async with asyncio.timeout(within_s):
            await closes_when_told(conn)
    except TimeoutError:
        return False
    return True


def send(client: Client, order: dict[str, Any], tag: str, conn: Connection | None = None) -> asyncio.Task[Exchange]:
    return asyncio.ensure_future(client.request("POST", "/orders", json=order, tag=tag, conn=conn))


async def read_up_to(reader: Any, count: int) -> bytes:
    """Up to `count` bytes, fewer where the body ends or stops coming."""
    data = b""
    try:
        while len(data) < count and (piece := await reader.read(count - len(data), within_s=6.0)):
            data += piece
    except TimeoutError:
        pass
    return data


async def two_clients_leave(client: Client, warehouse: Any, inputs: Inputs, history: History) -> None:
    """One within an order and one within a stock list; what they had asked for comes to its end without them."""
    order, lines = scene.an_order(inputs, "left"), scene.stock_lines(inputs)
    gate, stock = warehouse.hold(order["reference"]), warehouse.hold_stock(lines)
    conn = await client.connect()
    answer = send(client, order, "left", conn)
    reader = await client.stream("GET", "/stock", tag="stock-left")
    half = len("".join(lines[: len(lines) // 2]))
    history.fault("stock list left half-way", int(await stock.held(1) and len(await read_up_to(reader, half)) == half))
    history.fault("order left half-way", int(await gate.held(1)))
    conn.reset()
    reader.reset()
    answer.cancel()
    await until(lambda: not stock.holding, LEAVING_S)
    was_wanted = gate.holding
    gate.open()
    stock.open()
    if was_wanted:
        await until(lambda: order["reference"] in warehouse.settled, LEAVING_S)
    history.note("left_s", history.now())


async def drain(service: Service, client: Client, warehouse: Any, inputs: Inputs, history: History) -> None:
    """Clients leave, others stay idle, one order is under way at SIGTERM; then nothing is, and it is watched."""
    await two_clients_leave(client, warehouse, inputs, history)
    order = scene.an_order(inputs, "held")
    gate = warehouse.hold(order["reference"])
    conns = [await client.connect() for _ in range(5)]
    for conn in conns:
        await client.request("GET", "/readyz", tag="idle", conn=conn)
    answer = send(client, order, "order", conns[0])
    history.note("order", order)
    history.fault("order held", int(await gate.held(1)))
    history.fault("idle connections", sum(not conn.ended for conn in conns[1:]))
    clients = [asyncio.ensure_future(closes_when_told(conn)) for conn in conns]
    history.note("signal", len(history.signals))
    history.note("exit", len(history.exits))
    await service.signal("SIGTERM")
    await until_not_ready(service, client, history, 0.5)
    gate.open()
    await answer
    history.note("drained_s", history.now())
    await until_it_leaves(service, history, history.notes["grace_s"] / 2 + 0.5)
    for watching in clients:
        watching.cancel()
    for conn in conns:
        conn.close()
