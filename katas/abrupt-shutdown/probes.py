"""Stopping an order service while it works: order and gates decide, and times only against the grace it was given."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from runner.probes import (
    Call,
    Client,
    Connection,
    Downstream,
    Downstreams,
    Exchange,
    Finding,
    Gate,
    History,
    Inputs,
    Load,
    Req,
    Service,
    at_most,
    failed,
    inconclusive,
    passed,
    probe,
)

POLL_S = 0.02
NOT_READY_SHARE = 0.4
HELD_AFTER_SIGNAL_S = 1.4
BEYOND_GRACE_S = 2.0
LOST_S = 1.0
"""The verifier's own lag from which times say nothing."""


# -- the warehouse, as the verifier plays it -------------------------------------------------------------------------


class Warehouse:
    """Books what comes and writes it to the ledger; holds what it was told to hold."""

    def __init__(self, end: Downstream, inputs: Inputs) -> None:
        self.end, self._inputs = end, inputs
        self._held: dict[str, Gate] = {}
        self.out_of_stock: set[str] = set()
        self.refused: set[str] = set()
        self._references: dict[str, str] = {}
        end.on("POST", "/reservations", self._reserve)
        end.on("POST", "/reservations/*/confirm", self._confirm)
        end.on("DELETE", "/reservations/*", self._release)

    def hold(self, reference: str) -> Gate:
        """A gate before the reservation of one order."""
        return self._held.setdefault(reference, self.end.gate(self._book))

    def hold_confirmations(self) -> Gate:
        gate = self.end.gate(self._confirm)
        self.end.on("POST", "/reservations/*/confirm", gate)
        return gate

    def hold_stock(self, lines: list[str]) -> Gate:
        """A stock list whose second half waits for the gate."""
        gate = self.end.gate(_end_of(lines))

        async def half(call: Call) -> None:
            await call.head(200, {"content-type": "application/x-ndjson"})
            await call.write("".join(lines[: len(lines) // 2]).encode())
            await gate(call)

        self.end.on("GET", "/stock", half)
        return gate

    async def _reserve(self, call: Call) -> None:
        reference = str(call.json().get("reference", ""))
        await self._held.get(reference, self._book)(call)

    async def _book(self, call: Call) -> None:
        order = call.json()
        reference = str(order.get("reference", ""))
        if reference in self.out_of_stock:
            await call.reply(409, json={"error": "out of stock"})
            return
        reservation = self._inputs.token()
        self._references[reservation] = reference
        self.end.effect("reserve", reservation, **{name: order.get(name) for name in ("reference", "sku", "quantity")})
        await call.reply(201, json={"reservationId": reservation})

    async def _confirm(self, call: Call) -> None:
        reservation = call.path.split("/")[2]
        if self._references.get(reservation) in self.refused:
            await call.reply(409, json={"error": "damaged"})
            return
        self.end.effect("confirm", reservation)
        await call.reply(200, json={"status": "confirmed"})

    async def _release(self, call: Call) -> None:
        self.end.effect("release", call.path.split("/")[2])
        await call.reply(204)


def _end_of(lines: list[str]) -> Callable[[Call], Any]:
    async def rest(call: Call) -> None:
        await call.write("".join(lines[len(lines) // 2 :]).encode())
        await call.end()

    return rest


def an_order(inputs: Inputs, name: str) -> dict[str, Any]:
    letters = "".join(inputs.choices("ABCDEFGHKMNPRSTW", k=2))
    return {
        "reference": f"{name}-{inputs.token(8)}",
        "sku": f"{letters}-{inputs.randrange(10_000):04d}",
        "quantity": inputs.randint(1, 99),
    }


def stock_lines(inputs: Inputs) -> list[str]:
    return [
        json.dumps({"sku": an_order(inputs, "s")["sku"], "left": inputs.randrange(500)}) + "\n"
        for _ in range(inputs.randint(60, 120))
    ]


# -- shared driving --------------------------------------------------------------------------------------------------


async def until_not_ready(service: Service, client: Client, history: History, within_s: float) -> None:
    """Ask /readyz on new connections until it is not answered with 200; every answer is in the history."""
    until = history.now() + within_s
    while history.now() < until and service.exit is None:
        exchange = await client.request("GET", "/readyz", tag="readiness", timeout_s=within_s)
        if exchange.status != 200:
            return
        await asyncio.sleep(POLL_S)


async def until_it_leaves(service: Service, history: History, within_s: float) -> None:
    """Wait for an exit of its own; the kill that ends every probe is none, and is in the history as well."""
    exited = await service.exited(within_s)
    history.note("left", exited is not None)
    history.note("watched_until_s", history.now())


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


# -- shared judging --------------------------------------------------------------------------------------------------


def curl_order(ahead: str = "") -> str:
    order = '{"reference":"web-1","sku":"AB-1234","quantity":1}'
    return f"{ahead}curl -i $URL/orders -H 'content-type: application/json' -d '{order}'"


BY_HAND = curl_order() + " & sleep 0.2; kill -TERM $PID; wait"


def told(exchange: Exchange) -> str:
    """What a client saw, for a sentence."""
    if exchange.outcome == "ok":
        return f"answered {exchange.status}"
    if exchange.status is not None:
        return f"cut off after {exchange.size} bytes of its answer ({exchange.how})"
    return {"refused": "refused", "timeout": "never answered"}.get(
        exchange.how, f"cut off without an answer ({exchange.how})"
    )


def event(at_s: float, text: str) -> str:
    return f"{at_s:.2f} s: {text}"


def answer_event(exchange: Exchange, what: str) -> str:
    return event(exchange.sent_s if exchange.ended_s is None else exchange.ended_s, f"{what} was {told(exchange)}")


def signals_sent(history: History) -> list[str]:
    return [event(s.at_s, f"{s.name} sent") for s in history.signals if s.name != "SIGKILL"]


def exit_event(history: History) -> str:
    if not left(history):
        return event(history.notes["watched_until_s"], "the process still ran")
    return event(history.exits[0].at_s, f"the process ended {how_ended(history)}")


def left(history: History) -> bool:
    """Whether the process ended by itself while it was watched."""
    return bool(history.notes["left"]) and bool(history.exits)


def how_ended(history: History) -> str:
    ended = history.exits[0]
    return f"by {ended.signal}" if ended.signal else f"with code {ended.code}"


def ended_cleanly(history: History) -> bool:
    """Code 0, or as by the signal that was sent; 128 and its number is the same thing."""
    ended = history.exits[0]
    return not ended.reason and (ended.signal in ("SIGTERM", "SIGINT") or ended.code in (0, 143, 130))


def is_answer_to(exchange: Exchange, order: dict[str, Any]) -> bool:
    """Whether this is a whole 201 for that order."""
    if exchange.outcome != "ok" or exchange.status != 201:
        return False
    try:
        answer = exchange.json()
    except ValueError:
        return False
    return isinstance(answer, dict) and all(answer.get(name) == value for name, value in order.items())


def one(history: History, tag: str) -> Exchange | None:
    found = history.exchanges(tag)
    return found[-1] if found else None


def bit(history: History, *faults: str) -> bool:
    return all(history.faults.get(name, 0) for name in faults)


def verifier_lag_s(history: History) -> float:
    return history.lag_s(0.0, float("inf"))


# -- orders-work -----------------------------------------------------------------------------------------------------


@probe("orders-work", window_s=0.3)
async def orders_are_taken(client: Client, downstreams: Downstreams, inputs: Inputs, history: History) -> None:
    """Good, bad and refused orders; their states afterwards; the stock list; readiness."""
    warehouse = Warehouse(downstreams["warehouse"], inputs)
    lines = stock_lines(inputs)
    warehouse.hold_stock(lines).open()
    orders = {name: an_order(inputs, name) for name in ("good-1", "good-2", "good-3", "none-left", "damaged")}
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
        await asyncio.sleep(POLL_S)


@orders_are_taken.judge
def they_are_right(history: History) -> Finding:
    """Every answer, every state and every entry of the ledger."""
    wrong = [*_wrong_answers(history), *_wrong_states(history), *_wrong_ledger(history)]
    count = 18 - len(wrong)
    if wrong:
        return failed(
            f"The service no longer does its work: {wrong[0]}.",
            value=count,
            limit=18,
            unit="checks",
            decided_by=wrong[:6],
            reproduce=curl_order(),
        )
    return passed(
        "Orders were reserved, confirmed and cancelled as they should be, and the stock list was whole.",
        value=count,
        limit=18,
        unit="checks",
    )


def _wrong_answers(history: History) -> list[str]:
    wanted = {"readiness": 200, "good-1": 201, "good-2": 201, "good-3": 201, "none-left": 409, "damaged": 201}
    wanted |= {"bad": 400, "unknown": 404, "stock": 200}
    wrong = []
    for tag, status in wanted.items():
        seen = one(history, tag)
        if seen is None or seen.status != status or seen.outcome != "ok":
            wrong.append(f"{tag} was {told(seen) if seen else 'never asked'}, not answered {status}")
        elif status == 201 and not is_answer_to(seen, history.notes["orders"][tag]):
            wrong.append(f"the answer to {tag} was not that order: {seen.body[:80]!r}")
        elif tag == "stock" and seen.body.decode("utf-8", "replace") != history.notes["stock"]:
            wrong.append(f"the stock list had {seen.size} bytes, not the {len(history.notes['stock'])} that were sent")
    return wrong


def _wrong_states(history: History) -> list[str]:
    wanted = {"good-1": "confirmed", "good-2": "confirmed", "good-3": "confirmed", "damaged": "cancelled"}
    wrong = []
    for name, state in wanted.items():
        seen = one(history, f"{name}-state")
        if seen is not None and f'"{state}"'.encode() not in seen.body:
            wrong.append(f"order {name} did not become {state}: {seen.body[:120]!r}")
    return wrong


def _wrong_ledger(history: History) -> list[str]:
    wrong = []
    booked = {e.data.get("reference"): e for e in history.effects("reserve")}
    for name, order in history.notes["orders"].items():
        entry = booked.get(order["reference"])
        if name == "none-left":
            continue
        if entry is None or any(entry.data.get(k) != order[k] for k in ("sku", "quantity")):
            wrong.append(f"the warehouse did not book order {name} as it was given")
            continue
        settled = "release" if name == "damaged" else "confirm"
        if [e.key for e in history.effects(settled)].count(entry.key) != 1:
            wrong.append(f"the warehouse did not see exactly one {settled} of order {name}")
    return wrong


# -- in-flight-complete ----------------------------------------------------------------------------------------------


@probe("in-flight-complete", window_s=HELD_AFTER_SIGNAL_S + 0.2, env={"SHUTDOWN_GRACE_MS": "4000"})
async def work_in_flight_meets_sigterm(
    service: Service, client: Client, downstreams: Downstreams, inputs: Inputs, history: History
) -> None:
    """An order and a stock list, both held half-way at the warehouse, when SIGTERM comes."""
    warehouse = Warehouse(downstreams["warehouse"], inputs)
    order, lines = an_order(inputs, "held"), stock_lines(inputs)
    gate, stock = warehouse.hold(order["reference"]), warehouse.hold_stock(lines)
    history.note("order", order)
    history.note("stock", "".join(lines))
    answer = send(client, order, "order", await client.connect())
    reader = await client.stream("GET", "/stock", tag="stock")
    half = len("".join(lines[: len(lines) // 2]))
    read = await _read(reader, half)
    history.fault("order held", int(await gate.held(1)))
    history.fault("stock list held", int(await stock.held(1) and len(read) == half))
    await service.signal("SIGTERM")
    await service.exited(HELD_AFTER_SIGNAL_S)
    history.note("released_s", history.now())
    gate.open()
    stock.open()
    await answer
    read += await _read(reader, 1 << 20)
    history.note("stock_read", read.decode("utf-8", "replace"))
    history.note("stock_whole", reader.complete)
    await until_it_leaves(service, history, 0.0)
    reader.close()


async def _read(reader: Any, count: int) -> bytes:
    """Up to `count` bytes, fewer where the body ends or stops coming."""
    data = b""
    try:
        while len(data) < count and (piece := await reader.read(count - len(data), within_s=6.0)):
            data += piece
    except TimeoutError:
        pass
    return data


@work_in_flight_meets_sigterm.judge
def it_is_served_to_its_end(history: History) -> Finding:
    """Both answers came whole and right."""
    if not bit(history, "order held", "stock list held"):
        return inconclusive("The order and the stock list were not both in flight when SIGTERM was sent.")
    order, notes = one(history, "order"), history.notes
    assert order is not None
    grace_late = notes["released_s"] - history.signals[0].at_s > 3.0
    order_right = is_answer_to(order, notes["order"])
    stock_right = bool(notes["stock_whole"]) and notes["stock_read"] == notes["stock"]
    evidence: dict[str, Any] = {
        "value": order_right + stock_right,
        "limit": 2,
        "unit": "answers whole",
        "decided_by": [
            *signals_sent(history),
            event(notes["released_s"], "the warehouse let both go"),
            answer_event(order, "the order"),
            f"the stock list ended after {len(notes['stock_read'])} of {len(notes['stock'])} bytes",
            exit_event(history),
        ],
        "reproduce": BY_HAND,
    }
    if order_right and stock_right:
        return passed("An order and a stock list that were in flight at SIGTERM were both answered whole.", **evidence)
    if grace_late:
        return inconclusive("The machine was too busy to let the answers go within the grace.", **evidence)
    lost = [name for name, right in (("the order", order_right), ("the stock list", stock_right)) if not right]
    return failed(
        f"SIGTERM cost {' and '.join(lost)} that the service was working on: the client saw it {told(order)}."
        if not order_right
        else "SIGTERM cut the stock list off in the middle, after its head had said 200.",
        **evidence,
    )


# -- no-half-orders --------------------------------------------------------------------------------------------------


@probe("no-half-orders", window_s=1.0, env={"SHUTDOWN_GRACE_MS": "4000", "CONFIRM_CONCURRENCY": "2"})
async def orders_half_written_at_sigterm(
    service: Service, client: Client, load: Load, downstreams: Downstreams, inputs: Inputs, history: History
) -> None:
    """Four answered orders whose confirmations are held or wait behind those, and one whose reservation is held."""
    warehouse = Warehouse(downstreams["warehouse"], inputs)
    confirmations = warehouse.hold_confirmations()
    last = an_order(inputs, "last")
    gate = warehouse.hold(last["reference"])
    early = [Req("POST", "/orders", json=an_order(inputs, "early")) for _ in range(4)]
    answered = await load.at_once(early, tag="early")
    history.fault("orders answered", sum(e.status == 201 for e in answered))
    history.fault("confirmations held", int(await confirmations.held(2)))
    answer = send(client, last, "last")
    history.fault("reservation held", int(await gate.held(1)))
    await service.signal("SIGTERM")
    await until_not_ready(service, client, history, 0.5)
    gate.open()
    await answer
    await service.exited(0.6)
    history.note("confirmations_s", history.now())
    confirmations.open()
    await until_it_leaves(service, history, 4.0 + BEYOND_GRACE_S)
    history.note("closed", await warehouse.end.until_closed(1.0))
    history.note("open_connections", warehouse.end.open_connections)


@orders_half_written_at_sigterm.judge
def every_reservation_is_settled(history: History) -> Finding:
    """Each entry `reserve` of the ledger has its `confirm` or `release`, and the warehouse is rid of us."""
    if history.faults.get("orders answered", 0) < 4 or not bit(history, "confirmations held", "reservation held"):
        return inconclusive("There were no half-written orders when SIGTERM was sent.")
    settled = {e.key for e in (*history.effects("confirm"), *history.effects("release"))}
    reserved = history.effects("reserve")
    half = [e for e in reserved if e.key not in settled]
    left_open = int(history.notes["open_connections"])
    evidence: dict[str, Any] = {
        "value": len(half),
        "limit": 0,
        "unit": "half-written orders",
        "decided_by": [
            *signals_sent(history),
            event(history.notes["confirmations_s"], "the warehouse let the confirmations go"),
            exit_event(history),
            *[event(e.at_s, f"reserved {e.data.get('reference')}, never confirmed or released") for e in half[:3]],
        ],
        "reproduce": curl_order() + "; kill -TERM $PID; curl $WAREHOUSE_URL/reservations",
    }
    if half:
        return failed(
            f"{len(half)} of {len(reserved)} reservations were neither confirmed nor released when the process had "
            f"ended; what was to follow was known to this process only.",
            **evidence,
        )
    if left_open and left(history):
        evidence |= {"value": left_open, "unit": "connections open"}
        return failed(f"{left_open} connections to the warehouse were still open after the exit.", **evidence)
    return passed(
        f"All {len(reserved)} reservations were confirmed or released, and no connection to the warehouse was left.",
        **evidence,
    )


# -- refuses-new-orders ----------------------------------------------------------------------------------------------

NEW = {
    "new-connection": "on a new connection",
    "idle-connection": "on a keep-alive connection that was idle",
    "freed-connection": "on the connection whose order had been answered since",
}


@probe("refuses-new-orders", window_s=0.5, env={"SHUTDOWN_GRACE_MS": "4000"})
async def new_orders_after_sigterm(
    service: Service, client: Client, downstreams: Downstreams, inputs: Inputs, history: History
) -> None:
    """While one order is still held: readiness, and new orders in the three ways a client can send one."""
    warehouse = Warehouse(downstreams["warehouse"], inputs)
    first, held = an_order(inputs, "first"), an_order(inputs, "held")
    new = {tag: an_order(inputs, tag) for tag in NEW}
    history.note("new", new)
    gates = warehouse.hold(first["reference"]), warehouse.hold(held["reference"])
    busy, idle = await client.connect(), await client.connect()
    await client.request("GET", "/readyz", tag="readiness-before", conn=idle)
    answers = send(client, first, "first", busy), send(client, held, "held", await client.connect())
    history.fault("orders held", int(await gates[0].held(1) and await gates[1].held(1)))
    await service.signal("SIGTERM")
    await until_not_ready(service, client, history, 4.0 * NOT_READY_SHARE)
    for tag, conn in (("new-connection", None), ("idle-connection", idle)):
        await client.request("POST", "/orders", json=new[tag], tag=tag, conn=conn, timeout_s=2.5)
    gates[0].open()
    await answers[0]
    if not await ended_within(busy, 0.3):
        tag = "freed-connection"
        await client.request("POST", "/orders", json=new[tag], tag=tag, conn=busy, timeout_s=2.5)
    history.fault("order held to the end", int(gates[1].holding == 1 and service.exit is None))
    gates[1].open()
    await answers[1]


@new_orders_after_sigterm.judge
def none_is_accepted(history: History) -> Finding:
    """Not ready in time, and no new order answered 2xx, left without an answer, or booked at the warehouse."""
    readiness = history.exchanges("readiness")
    if not bit(history, "orders held", "order held to the end") or not readiness:
        return inconclusive("No order was held while new ones were sent, so the service had nothing to stay for.")
    signal_s = history.signals[0].at_s
    turned_s = max(0.0, (readiness[-1].ended_s or readiness[-1].sent_s) - signal_s)
    accepted = _accepted(history)
    tries = [one(history, tag) for tag in NEW]
    evidence: dict[str, Any] = {
        "value": len(accepted),
        "limit": 0,
        "unit": "new orders accepted",
        "decided_by": [
            *signals_sent(history),
            answer_event(readiness[-1], "/readyz"),
            *[answer_event(e, f"a new order {NEW[e.tag]}") for e in tries if e is not None],
        ],
        "reproduce": curl_order("kill -TERM $PID; curl -i $URL/readyz; "),
    }
    if accepted:
        return failed(f"After SIGTERM a new order was accepted {accepted[0]}.", **evidence)
    if readiness[-1].status == 200:
        if verifier_lag_s(history) > LOST_S:
            return inconclusive("The machine was too busy to watch the readiness.", **evidence)
        evidence |= {"value": round(turned_s, 2), "limit": 4.0 * NOT_READY_SHARE, "unit": "s ready after SIGTERM"}
        return failed(
            f"/readyz still answered 200 {turned_s:.1f} s after SIGTERM: the load balancer keeps sending orders here.",
            **evidence,
        )
    return passed(
        f"{turned_s * 1000:.0f} ms after SIGTERM it was not ready, and no new order was accepted.",
        **evidence,
    )


def _accepted(history: History) -> list[str]:
    """For each new order that was accepted: how it came, and what was seen of it."""
    booked = {c.json().get("reference") for c in history.calls("warehouse", "POST", "/reservations")}
    found = []
    for tag, how in NEW.items():
        seen = one(history, tag)
        if seen is None:
            continue
        if history.notes["new"][tag]["reference"] in booked:
            found.append(f"{how}: the warehouse was asked to book it, and the client was {told(seen)}")
        elif seen.ok or seen.how == "timeout":
            found.append(f"{how}: it was {told(seen)}")
    return found


# -- exits-when-drained ----------------------------------------------------------------------------------------------


@probe("exits-when-drained", window_s=0.3, env={"SHUTDOWN_GRACE_MS": "5000"})
async def the_last_answer_is_out(
    service: Service, client: Client, downstreams: Downstreams, inputs: Inputs, history: History
) -> None:
    """Four idle keep-alive clients and one that is busy at SIGTERM and idle after it."""
    warehouse = Warehouse(downstreams["warehouse"], inputs)
    order = an_order(inputs, "held")
    gate = warehouse.hold(order["reference"])
    conns = [await client.connect() for _ in range(5)]
    for conn in conns:
        await client.request("GET", "/readyz", tag="idle", conn=conn)
    answer = send(client, order, "order", conns[0])
    history.note("order", order)
    history.fault("order held", int(await gate.held(1)))
    history.fault("idle connections", sum(not conn.ended for conn in conns[1:]))
    clients = [asyncio.ensure_future(closes_when_told(conn)) for conn in conns]
    await service.signal("SIGTERM")
    await until_not_ready(service, client, history, 0.5)
    gate.open()
    await answer
    history.note("drained_s", history.now())
    await until_it_leaves(service, history, 5.0 / 2 + 0.5)
    for watching in clients:
        watching.cancel()
    for conn in conns:
        conn.close()


@the_last_answer_is_out.judge
def it_is_gone_soon(history: History) -> Finding:
    """Gone before half of the grace was over, and as a clean exit."""
    if not bit(history, "order held") or history.faults.get("idle connections", 0) < 4:
        return inconclusive("There were no idle connections and no order in flight when SIGTERM was sent.")
    order = one(history, "order")
    assert order is not None
    drained_s = history.notes["drained_s"]
    ended_s = history.exits[0].at_s if left(history) else history.notes["watched_until_s"]
    waited_s = ended_s - drained_s
    evidence: dict[str, Any] = {
        "value": round(waited_s, 2),
        "limit": 2.5,
        "unit": "s from the last answer to the exit",
        "decided_by": [
            *signals_sent(history),
            answer_event(order, "the only order in flight"),
            exit_event(history),
        ],
        "reproduce": "(printf 'GET /readyz HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n'; sleep 70) | nc $HOST $PORT & "
        "sleep 1; kill -TERM $PID; time tail --pid=$PID -f /dev/null",
    }
    if not is_answer_to(order, history.notes["order"]):
        return failed(f"The order in flight was {told(order)}, so this was no drain.", **evidence)
    if not left(history) or waited_s > 2.5:
        if history.lag_s(drained_s, float("inf")) > LOST_S:
            return inconclusive("The machine was too busy to time the exit.", **evidence)
        ran = (
            f"{waited_s:.1f} s after the last answer the process still ran"
            if not left(history)
            else (f"The process took {waited_s:.1f} s to end after its last answer")
        )
        return failed(f"{ran}, with idle keep-alive connections and nothing to do.", **evidence)
    if not ended_cleanly(history):
        return failed(f"All was drained, and yet the process ended {how_ended(history)}, as a crash does.", **evidence)
    return at_most(
        2.5,
        evidence.pop("value"),
        unit=evidence.pop("unit"),
        yes=f"{waited_s * 1000:.0f} ms after its last answer the process ended {how_ended(history)}.",
        no="",
        **{name: value for name, value in evidence.items() if name != "limit"},
    )


# -- bounded-exit ----------------------------------------------------------------------------------------------------


@probe("bounded-exit", window_s=1.8, env={"SHUTDOWN_GRACE_MS": "1500"})
async def a_request_never_ends(
    service: Service, client: Client, downstreams: Downstreams, inputs: Inputs, history: History
) -> None:
    """The warehouse never answers a reservation, and never ends a stock list that a client waits for."""
    warehouse = Warehouse(downstreams["warehouse"], inputs)
    order = an_order(inputs, "endless")
    gate, stock = warehouse.hold(order["reference"]), warehouse.hold_stock(stock_lines(inputs))
    answer = send(client, order, "order", await client.connect())
    reader = await client.stream("GET", "/stock", tag="stock")
    history.fault("requests that never end", int(await gate.held(1)) + int(await stock.held(1)))
    await service.signal("SIGTERM")
    await until_it_leaves(service, history, 1.5 + BEYOND_GRACE_S + 0.5)
    answer.cancel()
    reader.close()


@a_request_never_ends.judge
def it_leaves_anyway(history: History) -> Finding:
    """The exit came within the grace and two seconds."""
    if history.faults.get("requests that never end", 0) < 2:
        return inconclusive("The requests that never end were not in flight when SIGTERM was sent.")
    signal_s = history.signals[0].at_s
    limit = 1.5 + BEYOND_GRACE_S
    took_s = (history.exits[0].at_s if left(history) else history.notes["watched_until_s"]) - signal_s
    evidence: dict[str, Any] = {
        "decided_by": [*signals_sent(history), event(signal_s + 1.5, "the grace was over"), exit_event(history)],
        "reproduce": curl_order() + " & sleep 0.2; time (kill -TERM $PID; tail --pid=$PID -f /dev/null)",
    }
    if (not left(history) or took_s > limit) and verifier_lag_s(history) > LOST_S:
        return inconclusive("The machine was too busy to time the exit.", **evidence)
    if not left(history):
        return failed(
            f"{took_s:.1f} s after SIGTERM the process still waited for requests without end; its grace was 1.5 s.",
            value=round(took_s, 2),
            limit=limit,
            unit="s from SIGTERM to the exit",
            **evidence,
        )
    return at_most(
        limit,
        round(took_s, 2),
        unit="s from SIGTERM to the exit",
        yes=f"With a grace of 1.5 s and requests that never end, the process was gone {took_s:.1f} s after SIGTERM.",
        no=f"The process took {took_s:.1f} s to give up requests that never end; its grace was 1.5 s.",
        **evidence,
    )


# -- sigint-drains-too -----------------------------------------------------------------------------------------------


@probe("sigint-drains-too", window_s=0.2, env={"SHUTDOWN_GRACE_MS": "3000"})
async def an_order_meets_sigint(
    service: Service, client: Client, downstreams: Downstreams, inputs: Inputs, history: History
) -> None:
    """An order held at the warehouse when SIGINT comes."""
    await _held_order(service, client, downstreams, inputs, history, ("SIGINT",))


async def _held_order(
    service: Service,
    client: Client,
    downstreams: Downstreams,
    inputs: Inputs,
    history: History,
    signals: tuple[str, ...],
) -> None:
    """Signal with an order held, watch with the gate shut whether it is lost, open, and wait for the exit."""
    warehouse = Warehouse(downstreams["warehouse"], inputs)
    order = an_order(inputs, "held")
    gate = warehouse.hold(order["reference"])
    history.note("order", order)
    answer = send(client, order, "order")
    history.fault("order held", int(await gate.held(1)))
    for name in signals:
        await service.signal(name)
        await until_not_ready(service, client, history, 0.5)
    await asyncio.wait([answer], timeout=0.35 if len(signals) > 1 else 0.05)
    history.note("lost_while_held", answer.done())
    if answer.done():
        await service.exited(1.5)
    history.note("exited_while_held", service.exit is not None)
    history.note("released_s", history.now())
    gate.open()
    await answer
    await until_it_leaves(service, history, 3.0 + BEYOND_GRACE_S)


@an_order_meets_sigint.judge
def it_drains_as_for_sigterm(history: History) -> Finding:
    """The order came whole, and the exit was a clean one."""
    if not bit(history, "order held"):
        return inconclusive("No order was in flight when SIGINT was sent.")
    order = one(history, "order")
    assert order is not None
    whole = is_answer_to(order, history.notes["order"])
    evidence: dict[str, Any] = {
        "value": int(whole),
        "limit": 1,
        "unit": "answers whole",
        "decided_by": _held_events(history, order),
        "reproduce": curl_order() + " & sleep 0.2; kill -INT $PID; wait",
    }
    if not whole:
        return failed(f"SIGINT cost the order in flight: the client saw it {told(order)}.", **evidence)
    if not left(history):
        return failed("The order was answered, but the process did not end within its grace after SIGINT.", **evidence)
    if not ended_cleanly(history):
        return failed(f"After SIGINT and a drain the process ended {how_ended(history)}, as a crash does.", **evidence)
    return passed(f"After SIGINT the order was answered whole and the process ended {how_ended(history)}.", **evidence)


def _held_events(history: History, order: Exchange) -> list[str]:
    events = [*signals_sent(history), answer_event(order, "the order"), exit_event(history)]
    if not history.notes["exited_while_held"]:
        events.insert(-2, event(history.notes["released_s"], "the warehouse let the order go"))
    return events


# -- second-signal ---------------------------------------------------------------------------------------------------


@probe("second-signal", window_s=0.5, env={"SHUTDOWN_GRACE_MS": "3000"})
async def sigterm_comes_twice(
    service: Service, client: Client, downstreams: Downstreams, inputs: Inputs, history: History
) -> None:
    """A second SIGTERM while an order is held."""
    await _held_order(service, client, downstreams, inputs, history, ("SIGTERM", "SIGTERM"))


@sigterm_comes_twice.judge
def it_ends_or_goes_on(history: History) -> Finding:
    """Either the order was answered whole, or the process was gone while the order was still held."""
    if not bit(history, "order held") or len(history.signals) < 2:
        return inconclusive("No order was in flight when SIGTERM was sent twice.")
    order, notes = one(history, "order"), history.notes
    assert order is not None
    whole = is_answer_to(order, notes["order"])
    evidence: dict[str, Any] = {
        "value": int(not whole and not notes["exited_while_held"]),
        "limit": 0,
        "unit": "orders cut off by a process that stayed",
        "decided_by": _held_events(history, order),
        "reproduce": curl_order() + " & sleep 0.2; kill -TERM $PID; kill -TERM $PID; wait",
    }
    if not left(history):
        return failed("After two SIGTERMs the process did not end within its grace.", **evidence)
    if whole:
        return passed("The second SIGTERM changed nothing: the order was answered whole.", **evidence)
    if notes["exited_while_held"]:
        return passed("The second SIGTERM ended the process at once, as a second Ctrl-C may.", **evidence)
    if not notes["lost_while_held"]:
        return inconclusive("It could not be told whether the process or the connection went first.", **evidence)
    return failed(
        "The second SIGTERM cut the client off, but the process stayed and went on with the order: booked, not told.",
        **evidence,
    )
