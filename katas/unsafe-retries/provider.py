"""The payment provider of `unsafe-retries`, played by the verifier as the service's README describes it.

Its ledger decides about money: a charge is one distinct Idempotency-Key, which is how the provider counts.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

from runner.probes import Call, CallRecord, Downstream, History, Inputs

PRICES = {"BK-1041": 1290, "BK-2207": 1850, "BK-3310": 2400, "ST-0115": 450, "ST-0892": 799, "GF-5000": 5000}
LONGEST_KEY = LONGEST_ID = 64
LATE_WITHIN_S = 1.5
DRIP_S, DRIPS_FOR_S = 0.05, 30.0

Order = dict[str, Any]
Step = Callable[["Provider", Call, Order], Awaitable[None]]


def settings(**numbers: float) -> dict[str, str]:
    """The contract's environment variables, short ones for a short probe; a budget that is out of the way."""
    base = {"payments_base_delay_ms": 20, "payments_max_attempts": 4, "payments_retry_floor": 1000}
    return {name.upper(): f"{value:g}" for name, value in {**base, **numbers}.items()}


def new_order(inputs: Inputs) -> Order:
    """A checkout nobody has sent before."""
    skus = inputs.sample(sorted(PRICES), inputs.randint(1, 3))
    items = [{"sku": sku, "quantity": inputs.randint(1, 4)} for sku in skus]
    return {"orderId": f"o-{inputs.token(10)}", "items": items, "card": f"tok_{inputs.token(16)}"}


def price_of(order: Order) -> int:
    """What the order costs, in cents."""
    return sum(PRICES[item["sku"]] * item["quantity"] for item in order["items"])


def body_of(call: Call | CallRecord) -> Order:
    """The JSON object of a request, empty where it is none."""
    with contextlib.suppress(ValueError):
        body = call.json()
        return body if isinstance(body, dict) else {}
    return {}


class Provider:
    """One charge a key, and a plan for each order of how its requests go; the last step of a plan stays."""

    def __init__(self, pay: Downstream) -> None:
        self.pay, self.history = pay, pay.history
        self.plans: dict[str, tuple[Step, ...]] = {}
        self.default: tuple[Step, ...] = (captured,)
        self.calls: dict[str, list[Call]] = {}
        self.requests = 0
        self.charges: dict[str, Order] = {}
        pay.on("POST", "/charges", self.charge)
        pay.on("GET", "/charges", self.list)

    async def charge(self, call: Call) -> None:
        body = body_of(call)
        order = str(body.get("order", ""))
        self.requests += 1
        calls = self.calls.setdefault(order, [])
        calls.append(call)
        plan = self.plans.get(order, self.default)
        await plan[min(len(calls), len(plan)) - 1](self, call, body)

    async def list(self, call: Call) -> None:
        made = [charge for charge in self.charges.values() if charge["order"] == call.query.get("order")]
        await call.reply(200, json={"data": made})

    def commit(self, call: Call, body: Order) -> Order | None:
        """Make the charge, or find it made; None where the key was used for something else."""
        key = call.headers.get("idempotency-key") or f"(none, request {call.n})"
        asked = {name: body.get(name) for name in ("order", "amount", "currency")}
        if key not in self.charges:
            self.charges[key] = {"id": f"ch_{len(self.charges) + 1:04d}", **asked, "status": "captured"}
            self.pay.effect("charge", key=key, id=self.charges[key]["id"], **asked)
            if self.history.criterion == "charged-once":
                times = sum(charge["order"] == asked["order"] for charge in self.charges.values())
                self.history.sample("charges of one order", times, "charges", 1)
        made = self.charges[key]
        return made if all(made[name] == asked[name] for name in asked) else None


async def captured(provider: Provider, call: Call, body: Order) -> None:
    """In good health."""
    if len(call.headers.get("idempotency-key", "")) > LONGEST_KEY:
        await call.reply(400, json={"error": "key_too_long"})
    elif made := provider.commit(call, body):
        await call.reply(201, json=made)
    else:
        await call.reply(422, json={"error": "key_reused"})


def answer(status: int, code: str = "unavailable", *, retry_after: int | None = None, made: bool = False) -> Step:
    """An error; with `made`, one that comes although the charge was made."""

    async def step(provider: Provider, call: Call, body: Order) -> None:
        if made:
            provider.commit(call, body)
        provider.history.fault(f"answered {status}", 1)
        headers = {"Retry-After": str(retry_after)} if retry_after is not None else {}
        await call.reply(status, json={"error": code}, headers=headers)

    return step


def lost(how: str, *, made: bool) -> Step:
    """No whole answer; with `made`, after the charge was made.

    `silence`, `reset`, `cut`, `stall` (half of one) or `drip` (a byte now and then, without end).
    """

    async def step(provider: Provider, call: Call, body: Order) -> None:
        if made:
            provider.commit(call, body)
        provider.history.fault(f"{how} after the charge" if made else how, 1)
        if how == "reset":
            call.reset()
        elif how == "cut":
            call.cut()
        else:
            if how in ("stall", "drip"):
                await call.head(201, {"content-type": "application/json", "content-length": "4000"})
                await call.write(b'{"id": "ch_')
            if how == "drip":
                await _drip(provider, call, body)
            await call.hang()

    return step


async def _drip(provider: Provider, call: Call, body: Order) -> None:
    """A space every `DRIP_S`, until the service ends it or asks for the order again.

    Noted is the longest pause between two.
    """
    history, calls = provider.history, provider.calls[str(body.get("order", ""))]
    last_s = began_s = history.now()
    while calls[-1] is call and not call.closed.is_set() and last_s - began_s < DRIPS_FOR_S:
        await call.write(b" ")
        await asyncio.sleep(DRIP_S)
        paused_s, last_s = history.now() - last_s, history.now()
        history.note("drip_paused_s", max(paused_s, history.notes.get("drip_paused_s", 0.0)))


async def processed_late(provider: Provider, call: Call, body: Order) -> None:
    """The first request is processed after the second: what the service gave up is not gone at the provider."""
    calls = provider.calls[str(body.get("order", ""))]
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LATE_WITHIN_S):
            while len(calls) < 2 or not (calls[1].answered or calls[1].closed.is_set()):
                await asyncio.sleep(0.005)
            provider.history.fault("processed late", 1)
    provider.commit(call, body)
    await call.hang()


# -- reading a history ------------------------------------------------------------------------------------------------


def attempts(history: History) -> dict[str, list[CallRecord]]:
    """Requests to /charges by order, in the order they arrived."""
    by_order: dict[str, list[CallRecord]] = {}
    for call in history.calls("payments", "POST", "/charges"):
        by_order.setdefault(str(body_of(call).get("order", "")), []).append(call)
    return by_order


def seen(calls: list[CallRecord], most: int = 6) -> list[str]:
    """The first requests to the provider, as evidence."""
    return [_line(call) for call in calls[:most]]


def _line(call: CallRecord) -> str:
    key = call.headers.get("idempotency-key", "none")
    ending = {"service": ", given up by the service", "us": ", connection ended by the provider"}
    unanswered = f"no whole answer{ending.get(call.closed_by, '')}"
    became = f"answered {call.status}" if call.answered_s is not None else unanswered
    return f"{call.at_s:.3f} s  POST /charges  Idempotency-Key: {key[:20]}  {became}"


# -- by hand ----------------------------------------------------------------------------------------------------------

DOWN = "s.writeHead(503).end('{}')"
BODY = '{"orderId":"o-1","items":[{"sku":"BK-1041","quantity":1}],"card":"tok_1"}'


def shell(reply_js: str, after: str = "", env: str = "") -> str:
    """A line that plays the provider, starts the service and sends a checkout; it prints requests with time and key."""
    show = "console.log(Date.now()%1e6,q.method,q.url,q.headers['idempotency-key'])"
    return (
        f"node -e \"require('http').createServer((q,s)=>{{{show};{reply_js}}}).listen(4010)\" & "
        f"{env}{' ' if env else ''}PORT=3000 node server.js & sleep 1; "
        f"curl -isS localhost:3000/checkout -H 'content-type: application/json' -d '{BODY}'{after}"
    )
