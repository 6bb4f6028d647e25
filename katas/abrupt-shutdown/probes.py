"""Stopping an order service while it works: order and gates decide, and times only against the grace it was given."""

from __future__ import annotations

import asyncio
from typing import Any

from runner.probes import (
    Client,
    Connection,
    Downstreams,
    Exchange,
    Finding,
    History,
    Inputs,
    Load,
    Req,
    Service,
    beside,
    probe,
)

judges = beside(__file__, "judges")
drained = beside(__file__, "drained")
working = beside(__file__, "working")
scene = beside(__file__, "warehouse")
driving = beside(__file__, "driving")

BY_HAND_S = 3.0
HELD_SHARE = 0.7
"""Of the grace. Whoever leaves by the clock, and soon enough where there is nothing to do, is gone by then."""

ABOUT_S, REFUSING_S = 3.0, 4.0
AT_ONCE = 2
"""CONFIRM_CONCURRENCY, as `kata.yaml` gives it."""


def found(judge: Any, history: History) -> Finding:
    """What a judge of the module beside this one finds."""
    finding: Finding = judge(history)
    return finding


def by_hand(downstreams: Downstreams, inputs: Inputs) -> None:
    """For `prodrill run`: three seconds for an order whose reference begins with `slow-`, and for the stock list."""
    end = downstreams["warehouse"]
    warehouse = scene.Warehouse(end, inputs)
    warehouse.dawdle("slow-", BY_HAND_S)
    lines = scene.stock_lines(inputs)
    end.on("GET", "/stock", scene.slowly(lines, BY_HAND_S))


def grace_s(inputs: Inputs) -> float:
    """The grace of this run: the same for work that ends and for work that does not, so that it tells neither."""
    return round(ABOUT_S * inputs.apart("grace").uniform(0.93, 1.07), 3)


def grace(inputs: Inputs) -> dict[str, str]:
    """The grace, as the service is told it."""
    return {"SHUTDOWN_GRACE_MS": f"{grace_s(inputs) * 1000:.0f}"}


@probe("orders-work", window_s=0.2)
async def orders_are_taken(client: Client, downstreams: Downstreams, inputs: Inputs, history: History) -> None:
    """Good, bad and refused orders; their states afterwards; the stock list; readiness."""
    warehouse = scene.Warehouse(downstreams["warehouse"], inputs)
    lines = scene.stock_lines(inputs)
    warehouse.hold_stock(lines).open()
    orders = {name: scene.an_order(inputs, name) for name in ("good-1", "good-2", "good-3", "none-left", "damaged")}
    warehouse.out_of_stock.add(orders["none-left"]["reference"])
    warehouse.refused.add(orders["damaged"]["reference"])
    history.note("orders", orders)
    history.note("stock", "".join(lines))
    await client.request("GET", "/readyz", tag="readiness")
    conn = await client.connect()
    for name, order in orders.items():
        exchange = await client.request("POST", "/orders", json=order, tag=name, conn=conn)
        if exchange.status == 201:
            await _until_settled(client, _id_of(exchange), name, conn)
    await client.request("POST", "/orders", json={**orders["good-1"], "quantity": 0}, tag="bad")
    await client.request("GET", f"/orders/{inputs.token()}", tag="unknown")
    await client.request("GET", "/stock", tag="stock")


@orders_are_taken.judge
def they_are_right(history: History) -> Finding:
    """Every answer, every state and every entry of the ledger."""
    return found(working.they_are_right, history)


def _id_of(exchange: Exchange) -> str:
    try:
        answer = exchange.json()
    except ValueError:
        return "none"
    return str(answer.get("id", "none")) if isinstance(answer, dict) else "none"


async def _until_settled(client: Client, order_id: str, name: str, conn: Connection) -> None:
    for _ in range(150):
        exchange = await client.request("GET", f"/orders/{order_id}", tag=f"{name}-state", conn=conn)
        if exchange.status != 200 or b'"reserved"' not in exchange.body:
            return
        await asyncio.sleep(driving.POLL_S)


@probe("in-flight-complete", window_s=ABOUT_S * HELD_SHARE + 0.1, env=grace)
async def work_in_flight_meets_sigterm(
    service: Service, client: Client, downstreams: Downstreams, inputs: Inputs, history: History
) -> None:
    """An order and a stock list, both held half-way at the warehouse, when SIGTERM comes."""
    warehouse = scene.Warehouse(downstreams["warehouse"], inputs)
    order, lines = scene.an_order(inputs, "held"), scene.stock_lines(inputs)
    gate, stock = warehouse.hold(order["reference"]), warehouse.hold_stock(lines)
    history.note("order", order)
    history.note("stock", "".join(lines))
    answer = driving.send(client, order, "order", await client.connect())
    reader = await client.stream("GET", "/stock", tag="stock")
    half = len("".join(lines[: len(lines) // 2]))
    read = await driving.read_up_to(reader, half)
    history.fault("order held", int(await gate.held(1)))
    history.fault("stock list held", int(await stock.held(1) and len(read) == half))
    history.note("grace_s", grace_s(inputs))
    await service.signal("SIGTERM")
    await service.exited(grace_s(inputs) * HELD_SHARE)
    history.note("released_s", history.now())
    gate.open()
    stock.open()
    await answer
    read += await driving.read_up_to(reader, 1 << 20)
    history.note("stock_read", read.decode("utf-8", "replace"))
    history.note("stock_whole", reader.complete)
    await driving.until_it_leaves(service, history, 0.0)
    reader.close()


@work_in_flight_meets_sigterm.judge
def it_is_served_to_its_end(history: History) -> Finding:
    """Both answers came whole and right."""
    return found(judges.it_is_served_to_its_end, history)


@probe("no-half-orders", window_s=0.6, env=grace)
async def orders_half_written_at_sigterm(
    service: Service, client: Client, load: Load, downstreams: Downstreams, inputs: Inputs, history: History
) -> None:
    """Four answered orders whose confirmations are held or wait behind those, and one whose reservation is held."""
    warehouse = scene.Warehouse(downstreams["warehouse"], inputs)
    confirmations = warehouse.hold_confirmations()
    last = scene.an_order(inputs, "last")
    gate = warehouse.hold(last["reference"])
    early = [Req("POST", "/orders", json=scene.an_order(inputs, "early")) for _ in range(4)]
    answered = await load.at_once(early, tag="early")
    history.fault("orders answered", sum(e.status == 201 for e in answered))
    history.fault("confirmations held", int(await confirmations.held(AT_ONCE)))
    history.note("at_once", AT_ONCE)
    history.note("grace_s", grace_s(inputs))
    answer = driving.send(client, last, "last")
    history.fault("reservation held", int(await gate.held(1)))
    await service.signal("SIGTERM")
    await driving.until_not_ready(service, client, history, 0.5)
    gate.open()
    await answer
    await service.exited(0.5)
    history.note("confirmations_s", history.now())
    confirmations.open()
    await driving.until_it_leaves(service, history, grace_s(inputs) + judges.BEYOND_GRACE_S)
    history.note("closed", await warehouse.end.until_closed(judges.CLOSED_S))
    history.note("closed_until_s", history.now())
    history.note("open_connections", warehouse.end.open_connections)


@orders_half_written_at_sigterm.judge
def every_reservation_is_settled(history: History) -> Finding:
    """Each entry `reserve` has its `confirm` or `release`, within the limit, and the warehouse is rid of us."""
    return found(judges.every_reservation_is_settled, history)


@probe("refuses-new-orders", window_s=0.1, env={"SHUTDOWN_GRACE_MS": f"{REFUSING_S * 1000:.0f}"})
async def new_orders_after_sigterm(
    service: Service, client: Client, downstreams: Downstreams, inputs: Inputs, history: History
) -> None:
    """While one order is still held: readiness, and new orders in the three ways a client can send one."""
    warehouse = scene.Warehouse(downstreams["warehouse"], inputs)
    first, held = scene.an_order(inputs, "first"), scene.an_order(inputs, "held")
    new = {tag: scene.an_order(inputs, tag) for tag in judges.NEW}
    history.note("new", new)
    gates = warehouse.hold(first["reference"]), warehouse.hold(held["reference"])
    busy, idle = await client.connect(), await client.connect()
    await client.request("GET", "/readyz", tag="readiness-before", conn=idle)
    answers = driving.send(client, first, "first", busy), driving.send(client, held, "held", await client.connect())
    history.fault("orders held", int(await gates[0].held(1) and await gates[1].held(1)))
    history.note("grace_s", REFUSING_S)
    await service.signal("SIGTERM")
    await driving.until_not_ready(service, client, history, REFUSING_S * judges.NOT_READY_SHARE)
    for tag, conn in (("new-connection", None), ("idle-connection", idle)):
        await client.request("POST", "/orders", json=new[tag], tag=tag, conn=conn, timeout_s=judges.HUNG_S)
    gates[0].open()
    await answers[0]
    if not await driving.ended_within(busy, 0.3):
        tag = "freed-connection"
        await client.request("POST", "/orders", json=new[tag], tag=tag, conn=busy, timeout_s=judges.HUNG_S)
    history.fault("order held to the end", int(gates[1].holding == 1 and service.exit is None))
    gates[1].open()
    await answers[1]


@new_orders_after_sigterm.judge
def none_is_accepted(history: History) -> Finding:
    """Not ready in time, and no new order answered 2xx, left without an answer, or booked at the warehouse."""
    return found(judges.none_is_accepted, history)


@probe("exits-when-drained", window_s=0.2, env=grace)
async def the_last_answer_is_out(
    service: Service, client: Client, downstreams: Downstreams, inputs: Inputs, history: History
) -> None:
    """Two clients that left before; four idle keep-alive ones, and one that is busy at SIGTERM and idle after it.

    Once more where it was late: the runtime itself may be at exit, by a race that hardly comes twice.
    """
    warehouse = scene.Warehouse(downstreams["warehouse"], inputs)
    history.note("grace_s", grace_s(inputs))
    await driving.drain(service, client, warehouse, inputs, history)
    if drained.is_late(history):
        history.note("late_before_s", drained.after_the_last_answer_s(history))
        await service.restart()
        await driving.drain(service, client, warehouse, inputs, history)


@the_last_answer_is_out.judge
def it_is_gone_soon(history: History) -> Finding:
    """Gone before half of the grace was over, and as a clean exit."""
    return found(drained.it_is_gone_soon, history)


@probe("bounded-exit", window_s=ABOUT_S, env=grace)
async def a_request_never_ends(
    service: Service, client: Client, downstreams: Downstreams, inputs: Inputs, history: History
) -> None:
    """The warehouse never answers a reservation, and never ends a stock list that a client waits for."""
    warehouse = scene.Warehouse(downstreams["warehouse"], inputs)
    order = scene.an_order(inputs, "endless")
    gate, stock = warehouse.hold(order["reference"]), warehouse.hold_stock(scene.stock_lines(inputs))
    answer = driving.send(client, order, "order", await client.connect())
    reader = await client.stream("GET", "/stock", tag="stock")
    history.fault("requests that never end", int(await gate.held(1)) + int(await stock.held(1)))
    history.note("grace_s", grace_s(inputs))
    await service.signal("SIGTERM")
    await driving.until_it_leaves(service, history, grace_s(inputs) + judges.BEYOND_GRACE_S + 0.5)
    answer.cancel()
    reader.close()


@a_request_never_ends.judge
def it_leaves_anyway(history: History) -> Finding:
    """The exit came within the grace and a bit."""
    return found(judges.it_leaves_anyway, history)


@probe("other-signals", window_s=0.5, env=grace)
async def an_order_meets_two_signals(
    service: Service, client: Client, downstreams: Downstreams, inputs: Inputs, history: History
) -> None:
    """SIGINT while an order is held, and then SIGTERM; watched with the gate shut, and then opened."""
    warehouse = scene.Warehouse(downstreams["warehouse"], inputs)
    order = scene.an_order(inputs, "held")
    gate = warehouse.hold(order["reference"])
    history.note("order", order)
    history.note("grace_s", grace_s(inputs))
    answer = driving.send(client, order, "order")
    history.fault("order held", int(await gate.held(1)))
    await service.signal("SIGINT")
    await driving.until_not_ready(service, client, history, 0.4)
    await asyncio.wait([answer], timeout=0.1)
    history.note("lost_to_the_first", answer.done())
    await service.signal("SIGTERM")
    await asyncio.wait([answer], timeout=0.35)
    history.note("lost_while_held", answer.done())
    if answer.done():
        await service.exited(judges.BEYOND_GRACE_S)
    history.note("exited_while_held", service.exit is not None)
    history.note("released_s", history.now())
    gate.open()
    await answer
    await driving.until_it_leaves(service, history, grace_s(inputs) + judges.BEYOND_GRACE_S)


@an_order_meets_two_signals.judge
def it_drains_or_ends(history: History) -> Finding:
    """SIGINT alone lost nothing; with SIGTERM after it, all was finished or the process was gone at once."""
    return found(judges.it_drains_or_ends, history)
