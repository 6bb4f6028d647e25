"""Probes of `unsafe-retries`: the verifier plays the payment provider, as the service's README describes it.

The provider's ledger decides about money: a charge is one distinct Idempotency-Key, which is how the provider counts.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from statistics import median
from typing import Any

from runner.probes import (
    Call,
    CallRecord,
    Client,
    Downstream,
    Downstreams,
    Exchange,
    Finding,
    Gate,
    History,
    Inputs,
    Load,
    Req,
    Series,
    Service,
    at_most,
    failed,
    inconclusive,
    kendall_tau,
    passed,
    probe,
)

PRICES = {"BK-1041": 1290, "BK-2207": 1850, "BK-3310": 2400, "ST-0115": 450, "ST-0892": 799, "GF-5000": 5000}
LONGEST_KEY = 64

# A timer of Node.js may fire up to a millisecond early; the rest is rounding between two clocks.
EARLY_S = 0.01
RETRY_AFTER_S = 1
TOO_LONG_S = 60

TOGETHER, REPETITIONS = 30, 5
NO_JITTER, JITTER, GROWTH = 0.85, 0.60, 1.3

TIMEOUT_S, DEADLINE_S, PATIENCE = 0.3, 0.8, 2.0
AFTER_ANSWER_S = 0.1

CHECKOUTS, FLOOR, RATIO, MAX_ATTEMPTS = 200, 20, 0.2, 4

Order = dict[str, Any]
Step = Callable[["Provider", Call, Order], Awaitable[None]]


def settings(**numbers: float) -> dict[str, str]:
    """The contract's environment variables, short ones for a short probe."""
    base = {"payments_base_delay_ms": 20, "payments_max_attempts": MAX_ATTEMPTS, "payments_retry_floor": 1000}
    return {name.upper(): f"{value:g}" for name, value in {**base, **numbers}.items()}


def new_order(inputs: Inputs) -> Order:
    """A checkout nobody has sent before."""
    skus = inputs.sample(sorted(PRICES), inputs.randint(1, 3))
    items = [{"sku": sku, "quantity": inputs.randint(1, 4)} for sku in skus]
    return {"orderId": f"o-{inputs.token(10)}", "items": items, "card": f"tok_{inputs.token(16)}"}


def price_of(order: Order) -> int:
    return sum(PRICES[item["sku"]] * item["quantity"] for item in order["items"])


def body_of(call: Call | CallRecord) -> Order:
    """The JSON object of a request, empty where it is none."""
    with contextlib.suppress(ValueError):
        body = call.json()
        return body if isinstance(body, dict) else {}
    return {}


class Provider:
    """The payment provider: one charge a key, and a plan for each order of how its requests go, the last step staying."""

    def __init__(self, pay: Downstream, history: History) -> None:
        self.pay, self.history = pay, history
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
        data = [charge for charge in self.charges.values() if charge["order"] == call.query.get("order")]
        await call.reply(200, json={"data": data})

    def commit(self, call: Call, body: Order) -> Order | None:
        """Make the charge, or find it made; None where the key was used for something else."""
        key = call.headers.get("idempotency-key") or f"(none, request {call.n})"
        asked = {name: body.get(name) for name in ("order", "amount", "currency")}
        if key not in self.charges:
            self.charges[key] = {"id": f"ch_{len(self.charges) + 1:04d}", **asked, "status": "captured"}
            self.pay.effect("charge", key=key, id=self.charges[key]["id"], **asked)
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
    """No whole answer: `silence`, `reset`, `cut` or `stall` (half an answer); with `made`, after the charge was made."""

    async def step(provider: Provider, call: Call, body: Order) -> None:
        if made:
            provider.commit(call, body)
        provider.history.fault(f"{how} after the charge" if made else how, 1)
        if how == "reset":
            call.reset()
        elif how == "cut":
            call.cut()
        else:
            if how == "stall":
                await call.head(201, {"content-type": "application/json", "content-length": "120"})
                await call.write(b'{"id": "ch_')
            await call.hang()

    return step


async def processed_late(provider: Provider, call: Call, body: Order) -> None:
    """The first request is processed only after the second was: a request given up by us is not gone at the provider."""
    calls = provider.calls[str(body.get("order", ""))]
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(1.5):
            while len(calls) < 2 or not (calls[1].answered or calls[1].closed.is_set()):
                await asyncio.sleep(0.005)
            provider.history.fault("processed late", 1)
    provider.commit(call, body)
    await call.hang()


async def send(client: Client, order: Order, tag: str, timeout_s: float = 15.0) -> Exchange:
    return await client.request("POST", "/checkout", json=order, tag=tag, timeout_s=timeout_s)


def attempts(history: History) -> dict[str, list[CallRecord]]:
    """Requests to /charges by order, in the order they arrived."""
    by_order: dict[str, list[CallRecord]] = {}
    for call in history.calls("payments", "POST", "/charges"):
        by_order.setdefault(str(body_of(call).get("order", "")), []).append(call)
    return by_order


def seen(call: CallRecord) -> str:
    """One request to the provider, as evidence."""
    key = call.headers.get("idempotency-key", "none")
    became = f"answered {call.status}" if call.answered_s is not None else f"no whole answer{_closed(call)}"
    return f"{call.at_s:.3f} s  POST /charges  Idempotency-Key: {key[:20]}  {became}"


def _closed(call: CallRecord) -> str:
    return {"service": ", given up by the service", "us": ", connection ended by the provider"}.get(call.closed_by, "")


def by_hand(reply_js: str, *, env: str = "", amp: str = "") -> str:
    """A shell line that plays the provider, starts the service and sends a checkout; it prints each request's time and key."""
    show = "console.log(Date.now()%1e6,q.method,q.url,q.headers['idempotency-key'])"
    order = '{"orderId":"o-1","items":[{"sku":"BK-1041","quantity":1}],"card":"tok_1"}'
    return (
        f"node -e \"require('http').createServer((q,s)=>{{{show};{reply_js}}}).listen(4010)\" & "
        f"{env}{' ' if env else ''}PORT=3000 node server.js & sleep 1; "
        f"curl -isS localhost:3000/checkout -H 'content-type: application/json' -d '{order}'{amp}"
    )


# -- the service does its work --------------------------------------------------------------------------------------


@probe("checkout-works", window_s=0.3, env=settings())
async def ordinary_checkouts(client: Client, downstreams: Downstreams, inputs: Inputs, history: History) -> None:
    """Paid, declined, refused and malformed checkouts while the provider is in good health."""
    provider = Provider(downstreams["payments"], history)
    orders = {f"paid {n}": new_order(inputs) for n in range(3)}
    orders |= {"declined": new_order(inputs), "refused": new_order(inputs)}
    provider.plans[orders["declined"]["orderId"]] = (answer(402, "card_declined"),)
    provider.plans[orders["refused"]["orderId"]] = (answer(409, "order_cancelled"),)
    await asyncio.gather(*(send(client, order, tag) for tag, order in orders.items()))
    orders |= {"malformed": {**new_order(inputs), "card": ""}, "unknown item": new_order(inputs)}
    orders["unknown item"]["items"][0]["sku"] = f"XX-{inputs.randint(1000, 9999)}"
    for tag in ("malformed", "unknown item"):
        await send(client, orders[tag], tag)
    await client.request("GET", f"/orders/{orders['paid 0']['orderId']}", tag="look up")
    await client.request("GET", f"/orders/o-{inputs.token(10)}", tag="look up nothing")
    facts = {
        t: {"order": o["orderId"], "amount": price_of(o) if t.startswith("paid") else 0} for t, o in orders.items()
    }
    history.note("orders", facts)


EXPECTED = {
    "declined": (402, "declined"),
    "refused": (422, "refused"),
    "malformed": (400, None),
    "unknown item": (400, None),
}


@ordinary_checkouts.judge
def checkouts_are_right(history: History) -> Finding:
    wrong = [text for exchange in history.exchanges() for text in _wrong(history, exchange)]
    if wrong:
        return failed(f"{wrong[0]}.", value=len(wrong), limit=0, unit="wrong answers", decided_by=wrong[:6])
    return passed(
        "Every checkout was answered and charged as the contract says.", value=0, limit=0, unit="wrong answers"
    )


def _wrong(history: History, exchange: Exchange) -> list[str]:
    tag, status = exchange.tag, exchange.status
    if exchange.outcome != "ok":
        return [f"{exchange.method} {exchange.path} ({tag}) got no answer: {exchange.how}"]
    if tag == "look up nothing":
        return [] if status == 404 else [f"GET of an order that does not exist was answered {status}, not 404"]
    if tag == "look up":
        return (
            []
            if status == 200 and _field(exchange, "status") == "paid"
            else ["GET of a paid order did not show it as paid"]
        )
    fact = history.notes["orders"][tag]
    made = [effect for effect in history.effects("charge") if effect.data.get("order") == fact["order"]]
    if tag in EXPECTED:
        code, word = EXPECTED[tag]
        right = status == code and (word is None or _field(exchange, "status") == word) and not made
        return (
            []
            if right
            else [f"A {tag} checkout was answered {status} with {len(made)} charges; the contract says {code} and none"]
        )
    amounts = [effect.data.get("amount") for effect in made]
    if status != 201 or amounts != [fact["amount"]] or _field(exchange, "amount") != fact["amount"]:
        return [
            f"A checkout of {fact['amount']} cents was answered {status} and charged {amounts} cents; the contract says 201 and that once"
        ]
    named = _field(exchange, "chargeId")
    return (
        []
        if named == made[0].data.get("id")
        else [f"The answer names charge {named}, the provider made {made[0].data.get('id')}"]
    )


def _field(exchange: Exchange, name: str) -> Any:
    with contextlib.suppress(ValueError):
        body = exchange.json()
        return body.get(name) if isinstance(body, dict) else None
    return None


# -- one order, one charge ------------------------------------------------------------------------------------------

LOSSES: dict[str, tuple[Step, ...]] = {
    "silence after the charge": (lost("silence", made=True), captured),
    "reset after the charge": (lost("reset", made=True), captured),
    "stall after the charge": (lost("stall", made=True), captured),
    "502 after the charge": (answer(502, "bad_gateway", made=True), captured),
    "two lost answers": (lost("reset", made=True), lost("silence", made=True), captured),
    "processed late": (processed_late, captured),
    "customer tries again": (lost("reset", made=True),),
    "customer tries again, other copy": (lost("cut", made=True),),
}


@probe("charged-once", window_s=1.5, env=settings(payments_timeout_ms=300, checkout_deadline_ms=4000))
async def answers_are_lost_after_the_charge(
    service: Service, client: Client, downstreams: Downstreams, inputs: Inputs, history: History
) -> None:
    """The provider charges and its answer is lost; then the customer tries again, once after the service was replaced."""
    provider = Provider(downstreams["payments"], history)
    orders = {tag: new_order(inputs) for tag in LOSSES}
    provider.plans = {orders[tag]["orderId"]: plan for tag, plan in LOSSES.items()}
    history.note("orders", {tag: order["orderId"] for tag, order in orders.items()})
    await asyncio.gather(*(send(client, order, tag) for tag, order in orders.items()))
    provider.plans = {}
    await send(client, orders["customer tries again"], "customer tries again")
    await service.restart()
    await send(client, orders["customer tries again, other copy"], "customer tries again, other copy")


@answers_are_lost_after_the_charge.judge
def one_order_one_charge(history: History) -> Finding:
    """A safety claim: one order charged twice is enough to fail, and needs no second look."""
    names = {order: tag for tag, order in history.notes["orders"].items()}
    charges = {order: [e for e in history.effects("charge") if e.data.get("order") == order] for order in names}
    most = max(charges, key=lambda order: len(charges[order]))
    by_order = attempts(history)
    hand = by_hand("s.destroy()", amp="  # every request for o-1 must carry the same key, also when curl is sent again")
    if len(charges[most]) > 1:
        several = [tag for order, tag in names.items() if len(charges[order]) > 1]
        amounts = " and ".join(f"{e.data.get('amount')} cents at {e.at_s:.2f} s" for e in charges[most])
        return failed(
            f"One order was charged {len(charges[most])} times ({amounts}): its requests carried different keys, and a new key is a new "
            f"charge to the provider. It happened with: {', '.join(several)}.",
            value=len(charges[most]), limit=1, unit="charges an order", decided_by=[seen(c) for c in by_order.get(most, [])[:6]],
            reproduce=hand,
        )  # fmt: skip
    paid = {e.tag for e in history.exchanges(path="/checkout") if e.status == 201}
    unpaid = sorted(tag for order, tag in names.items() if tag in paid and not charges[order])
    if unpaid:
        text = f"A checkout was answered 201 although the provider never made the charge ({', '.join(unpaid)})."
        return failed(text, value=0, limit=1, unit="charges an order", reproduce=hand)
    if (
        not paid
        or not history.faults.get("silence after the charge")
        or not history.faults.get("reset after the charge")
    ):
        return inconclusive("Too little happened to tell: no answer was lost after a charge, or no checkout succeeded.")
    return passed(f"{len(charges)} orders, each charged at most once.", value=1, limit=1, unit="charges an order")


# -- what passes is retried -----------------------------------------------------------------------------------------

PASSING: dict[str, tuple[Step, ...]] = {
    "a 503": (answer(503), captured),
    "a reset": (lost("reset", made=False), captured),
    "a cut connection": (lost("cut", made=False), captured),
    "silence": (lost("silence", made=False), captured),
    "half an answer": (lost("stall", made=False), captured),
    "a 503, then a reset": (answer(503), lost("reset", made=False), captured),
}


@probe("transient-recovers", window_s=0.8, env=settings(payments_timeout_ms=400, checkout_deadline_ms=8000))
async def the_provider_fails_and_recovers(
    client: Client, downstreams: Downstreams, inputs: Inputs, history: History
) -> None:
    """One or two failures for each order, then good health."""
    provider = Provider(downstreams["payments"], history)
    status = inputs.choice((500, 502, 504))
    plans = {**PASSING, f"a {status}": (answer(status, "server_error"), captured)}
    orders = {tag: new_order(inputs) for tag in plans}
    provider.plans = {orders[tag]["orderId"]: plan for tag, plan in plans.items()}
    history.note("failures", {orders[tag]["orderId"]: len(plan) - 1 for tag, plan in plans.items()})
    history.note("orders", {tag: order["orderId"] for tag, order in orders.items()})
    await asyncio.gather(*(send(client, order, tag) for tag, order in orders.items()))


@the_provider_fails_and_recovers.judge
def the_customer_is_served(history: History) -> Finding:
    by_order, failures, names = attempts(history), history.notes["failures"], history.notes["orders"]
    exchanges = history.exchanges(path="/checkout")
    unserved = [e for e in exchanges if e.status != 201]
    late = [c for order, calls in by_order.items() for c in calls[failures.get(order, 0) :] if c.closed_by == "service"]
    if unserved and late:
        return inconclusive(
            "The machine was so busy that the service gave up on requests which the provider was about to answer."
        )
    if unserved:
        first = unserved[0]
        calls = by_order.get(names[first.tag], [])
        return failed(
            f"After {first.tag} the customer was answered {first.status or first.how} with {len(calls)} request(s) made, though the provider "
            f"would have charged at the next. Not served: {', '.join(e.tag for e in unserved)}.",
            value=len(exchanges) - len(unserved), limit=len(exchanges), unit="checkouts served", decided_by=[seen(c) for c in calls[:6]],
            reproduce=by_hand("globalThis.n=(globalThis.n||0)+1;s.writeHead(n<2?503:201).end('{}')"),
        )  # fmt: skip
    return passed(
        f"All {len(exchanges)} checkouts were served although the provider failed first.",
        value=len(exchanges), limit=len(exchanges), unit="checkouts served",
    )  # fmt: skip


# -- what will not change is not ----------------------------------------------------------------------------------

PERMANENT = {400: "malformed", 402: "card_declined", 409: "order_cancelled", 422: "key_reused"}


@probe("permanent-not-retried", window_s=0.3, env=settings(payments_timeout_ms=5000, checkout_deadline_ms=20000))
async def the_provider_refuses(client: Client, downstreams: Downstreams, inputs: Inputs, history: History) -> None:
    """Two orders for each status code that is final."""
    provider = Provider(downstreams["payments"], history)
    orders = [(status, new_order(inputs)) for status in PERMANENT for _ in range(2)]
    provider.plans = {order["orderId"]: (answer(status, PERMANENT[status]),) for status, order in orders}
    history.note("statuses", {order["orderId"]: status for status, order in orders})
    await asyncio.gather(*(send(client, order, str(status)) for status, order in orders))
    for _ in range(2):
        await client.request("GET", "/healthz", tag="barrier")


@the_provider_refuses.judge
def it_is_asked_once(history: History) -> Finding:
    statuses, by_order = history.notes["statuses"], attempts(history)
    if any(c.answered_s is None or c.answered_s - c.at_s > 2.0 for calls in by_order.values() for c in calls[:1]):
        return inconclusive("The machine was so busy that the provider answered late.")
    if len(by_order) < len(statuses):
        return inconclusive(f"Only {len(by_order)} of {len(statuses)} orders reached the provider.")
    most = max(by_order, key=lambda order: len(by_order[order]))
    count = len(by_order[most])
    again = sorted({statuses[order] for order, calls in by_order.items() if len(calls) > 1 and order in statuses})
    hand = by_hand(
        "s.writeHead(402).end(JSON.stringify({error:'card_declined'}))", amp="  # one line with a key, not four"
    )
    return at_most(
        1, count, unit="requests an order",
        yes="Every answer that will not change was asked for once.",
        no=f"An order whose first answer was {statuses.get(most)} was sent {count} times; answers repeated: {', '.join(map(str, again))}.",
        decided_by=[seen(c) for c in by_order[most][:6]], reproduce=hand if count > 1 else "",
    )  # fmt: skip


# -- Retry-After ----------------------------------------------------------------------------------------------------


@probe("retry-after-honoured", window_s=1.4, env=settings(payments_timeout_ms=2000, checkout_deadline_ms=4000))
async def the_provider_names_a_time(load: Load, downstreams: Downstreams, inputs: Inputs, history: History) -> None:
    """429 and 503 with a Retry-After that fits the deadline, and with one that does not."""
    provider = Provider(downstreams["payments"], history)
    orders = [new_order(inputs) for _ in range(8)]
    for n, order in enumerate(orders):
        status, code = ((429, "rate_limited"), (503, "unavailable"))[n % 2]
        wait = RETRY_AFTER_S if n < 6 else TOO_LONG_S
        provider.plans[order["orderId"]] = (answer(status, code, retry_after=wait), captured)
    history.note("waits", {order["orderId"]: RETRY_AFTER_S if n < 6 else TOO_LONG_S for n, order in enumerate(orders)})
    tasks = [load.start(Req("POST", "/checkout", json=order), tag="told to wait") for order in orders]
    await asyncio.wait(tasks[:6], timeout=10)
    await asyncio.sleep(0.1)
    for task in tasks[6:]:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@the_provider_names_a_time.judge
def it_is_waited_for(history: History) -> Finding:
    """Order decides: noise can only make a retry later, never earlier than a service that waits would send it."""
    waits, by_order = history.notes["waits"], attempts(history)
    gaps = {
        order: calls[1].at_s - calls[0].at_s for order, calls in by_order.items() if len(calls) > 1 and order in waits
    }
    hand = by_hand("s.writeHead(503,{'retry-after':3}).end('{}')", amp="  # the lines are 3000 ms apart")
    early = {order: gap for order, gap in gaps.items() if gap < waits[order] - EARLY_S}
    if early:
        worst = min(early, key=lambda order: early[order] / waits[order])
        return failed(
            f"The provider asked to be left alone for {waits[worst]} s and was asked again after {early[worst]:.3f} s "
            f"({len(early)} of {len(by_order)} orders came back too early).",
            value=early[worst], limit=waits[worst], unit="s", decided_by=[seen(c) for c in by_order[worst][:6]], reproduce=hand,
        )  # fmt: skip
    fitting = [order for order, wait in waits.items() if wait == RETRY_AFTER_S]
    if len(by_order) < len(waits):
        return inconclusive(f"Only {len(by_order)} of {len(waits)} orders reached the provider.")
    gave_up = [order for order in fitting if order not in gaps]
    if gave_up:
        return failed(
            f"{len(gave_up)} of {len(fitting)} orders were given up after an answer with Retry-After: {RETRY_AFTER_S}, though that wait fits "
            f"into the deadline of 4 s.",
            value=len(fitting) - len(gave_up), limit=len(fitting), unit="orders retried",
            decided_by=[seen(c) for c in by_order[gave_up[0]][:3]], reproduce=hand,
        )  # fmt: skip
    return passed(
        f"No order came back before its {RETRY_AFTER_S} s were over, and none at all where the provider named {TOO_LONG_S} s.",
        value=min(gaps[order] for order in fitting), limit=RETRY_AFTER_S, unit="s",
    )  # fmt: skip


# -- jitter and growth ----------------------------------------------------------------------------------------------


@probe(
    "retries-spread-out", window_s=3.0,
    env=settings(payments_base_delay_ms=100, payments_timeout_ms=8000, checkout_deadline_ms=30000),
)  # fmt: skip
async def many_fail_together(load: Load, downstreams: Downstreams, inputs: Inputs, history: History) -> None:
    """30 first requests are held and then fail together, as do their second ones; the third succeed. Five times."""
    provider = Provider(downstreams["payments"], history)
    groups: list[list[str]] = []
    sent: list[asyncio.Future[list[Exchange]]] = []
    for n in range(REPETITIONS):
        orders = [new_order(inputs) for _ in range(TOGETHER)]
        groups.append([order["orderId"] for order in orders])
        gate = provider.pay.gate(lambda call: answer(503)(provider, call, body_of(call)))

        async def together(_: Provider, call: Call, body: Order, gate: Gate = gate) -> None:
            await gate(call)

        provider.plans |= dict.fromkeys(groups[-1], (together, answer(503), captured))
        reqs = [Req("POST", "/checkout", json=order) for order in orders]
        sent.append(asyncio.ensure_future(load.at_once(reqs, tag=f"group {n + 1}")))
        await gate.held(TOGETHER, within_s=2.0)
        gate.open()
    await asyncio.gather(*sent)
    history.note("groups", groups)


@many_fail_together.judge
def they_come_apart(history: History) -> Finding:
    by_order = attempts(history)
    taus, firsts, seconds = [], [], []
    for group in history.notes["groups"]:
        calls = [by_order.get(order, []) for order in group]
        pairs = [(c[0].answered_s, c[1].at_s) for c in calls if len(c) > 1 and c[0].answered_s is not None]
        if len(pairs) >= TOGETHER * 2 / 3:
            taus.append(kendall_tau([failed_s for failed_s, _ in pairs], [back_s for _, back_s in pairs]))
        firsts += [c[1].at_s - c[0].answered_s for c in calls if len(c) > 1 and c[0].answered_s is not None]
        seconds += [c[2].at_s - c[1].answered_s for c in calls if len(c) > 2 and c[1].answered_s is not None]
    if len(taus) < 3 or len(seconds) < TOGETHER:
        return _too_few_retries(history, len(firsts), len(seconds))
    return _spread(median(taus), median(firsts), median(seconds), taus, by_order[history.notes["groups"][0][0]])


def _too_few_retries(history: History, once: int, twice: int) -> Finding:
    total = sum(len(group) for group in history.notes["groups"])
    if history.lag_s(0, 1e9) > 1.0:
        return inconclusive("The machine was too busy: the verifier itself was late by more than a second.")
    return failed(
        f"Of {total} checkouts whose first two requests failed, {once} were retried once and {twice} a second time. The contract withholds no "
        f"retry before PAYMENTS_RETRY_FLOOR (1000 here) requests have failed.",
        value=twice, limit=total, unit="second retries",
    )  # fmt: skip


def _spread(tau: float, first_s: float, second_s: float, taus: list[float], sample: list[CallRecord]) -> Finding:
    growth = second_s / max(first_s, 0.001)
    points = tuple((float(n), round(value, 3)) for n, value in enumerate(taus, 1))
    evidence: dict[str, Any] = {
        "series": [Series("rank correlation", "tau", points, NO_JITTER, "no jitter")],
        "decided_by": [
            f"correlation of the order of failing with that of coming back, by group: {', '.join(f'{value:.2f}' for value in taus)}",
            f"median wait before the first retry {first_s * 1000:.0f} ms, before the second {second_s * 1000:.0f} ms",
            *(seen(call) for call in sample[:3]),
        ],
    }
    hand = by_hand(
        "s.writeHead(503).end('{}')",
        amp="  # send curl ten times at once: the times of the second requests should scatter",
    )
    if tau >= NO_JITTER:
        text = f"{TOGETHER} calls that failed together came back in the order they left (correlation {tau:.2f}): all waited the same time."
        return failed(text, value=tau, limit=JITTER, unit="rank correlation", reproduce=hand, **evidence)
    if growth < GROWTH:
        text = f"The second wait was {growth:.2f} times the first ({second_s * 1000:.0f} ms after {first_s * 1000:.0f} ms): it does not grow."
        return failed(text, value=growth, limit=GROWTH, unit="times the first wait", reproduce=hand, **evidence)
    if tau > JITTER:
        text = f"There is too little jitter to tell it from none (correlation {tau:.2f}): widen the range that a wait is drawn from."
        return inconclusive(text, value=tau, limit=JITTER, unit="rank correlation", **evidence)
    text = f"Calls that failed together came back scattered (correlation {tau:.2f}), and the second wait was {growth:.1f} times the first."
    return passed(text, value=tau, limit=JITTER, unit="rank correlation", **evidence)


# -- an answer in time ----------------------------------------------------------------------------------------------

ENDLESS: dict[str, Step] = {
    "silence": lost("silence", made=False),
    "half an answer": lost("stall", made=False),
    "Retry-After: 60": answer(503, retry_after=TOO_LONG_S),
}


@probe(
    "answers-in-time", window_s=1.5,
    env=settings(
        payments_timeout_ms=TIMEOUT_S * 1000, checkout_deadline_ms=DEADLINE_S * 1000, payments_max_attempts=12, payments_base_delay_ms=5
    ),
)  # fmt: skip
async def the_provider_never_answers(
    client: Client, downstreams: Downstreams, inputs: Inputs, history: History
) -> None:
    """Two orders for each way of never answering; then the service is watched for as long as another attempt would take."""
    provider = Provider(downstreams["payments"], history)
    orders = [(tag, new_order(inputs)) for tag in ENDLESS for _ in range(2)]
    provider.plans = {order["orderId"]: (ENDLESS[tag],) for tag, order in orders}
    history.note("orders", [[tag, order["orderId"]] for tag, order in orders])
    sends = (send(client, order, f"{tag}#{order['orderId']}", DEADLINE_S * 4) for tag, order in orders)
    await asyncio.gather(*sends)
    await asyncio.sleep(TIMEOUT_S + 0.2)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(1.5):
            await asyncio.gather(
                *(c.closed.wait() for calls in provider.calls.values() for c in calls if not c.answered)
            )


@the_provider_never_answers.judge
def the_customer_is_not_kept(history: History) -> Finding:
    by_order, bound_s = attempts(history), DEADLINE_S * PATIENCE
    exchanges = history.exchanges(path="/checkout")
    if not history.faults.get("silence") or not history.faults.get("stall"):
        return inconclusive("The provider's silence was never met.")
    lag_s = history.lag_s(0, 1e9)
    slow = [e for e in exchanges if e.outcome != "ok" or e.latency_ms > (bound_s + lag_s) * 1000]
    hand = by_hand(
        "", env="CHECKOUT_DEADLINE_MS=800 PAYMENTS_TIMEOUT_MS=300 PAYMENTS_MAX_ATTEMPTS=12", amp=" -w '%{time_total} s'"
    )
    if slow:
        worst = max(slow, key=lambda e: e.latency_ms)
        took_s = min(worst.latency_ms / 1000, DEADLINE_S * 4)
        tag, _, order = worst.tag.partition("#")
        said = f"was answered after {took_s:.2f} s" if worst.outcome == "ok" else f"had no answer after {took_s:.2f} s"
        return failed(
            f"With {tag} from the provider, a customer {said}; CHECKOUT_DEADLINE_MS was {DEADLINE_S * 1000:.0f}.",
            value=took_s, limit=bound_s, unit="s", decided_by=[seen(c) for c in by_order.get(order, [])[:6]], reproduce=hand,
        )  # fmt: skip
    ended = {e.tag.partition("#")[2]: e.ended_s or 0.0 for e in exchanges}
    after = [
        (o, c) for o, calls in by_order.items() for c in calls if c.at_s > ended.get(o, 1e9) + AFTER_ANSWER_S + lag_s
    ]
    if after:
        order, call = after[0]
        return failed(
            f"{len(after)} requests to the provider started after the customer had been answered, the first {call.at_s - ended[order]:.2f} s "
            f"later: the deadline ended the answer, and not the work behind it.",
            value=len(after), limit=0, unit="requests after the answer", reproduce=hand,
            decided_by=[f"{ended[order]:.3f} s  the customer was answered", *(seen(c) for c in by_order[order][-5:])],
        )  # fmt: skip
    left = [c for calls in by_order.values() for c in calls if c.answered_s is None and c.closed_by != "service"]
    slowest_s = max(e.latency_ms for e in exchanges) / 1000
    return at_most(
        0, len(left), unit="connections left open",
        yes=f"The slowest answer took {slowest_s:.2f} s of a deadline of {DEADLINE_S:g} s, and nothing was left open behind it.",
        no=f"{len(left)} requests that had run into their timeout were still open at the provider long after the customer was answered: "
        f"they were no longer waited for, but never ended.",
        decided_by=[seen(c) for c in left[:6]], reproduce=hand if left else "",
    )  # fmt: skip


# -- a whole outage -------------------------------------------------------------------------------------------------


@probe(
    "outage-budget", window_s=1.4,
    env=settings(
        payments_retry_floor=FLOOR, payments_retry_ratio=RATIO, payments_timeout_ms=4000, checkout_deadline_ms=8000
    ),
)  # fmt: skip
async def the_provider_is_down(
    client: Client, load: Load, downstreams: Downstreams, inputs: Inputs, history: History
) -> None:
    """200 checkouts in a second while every request is answered 503; then the provider is back."""
    provider = Provider(downstreams["payments"], history)
    limit = CHECKOUTS * (1 + RATIO) + FLOOR

    async def down(provider: Provider, call: Call, body: Order) -> None:
        if provider.requests % 10 == 0:
            history.sample("requests to the provider", provider.requests, "requests", limit)
        await answer(503)(provider, call, body)

    await send(client, new_order(inputs), "before")
    provider.requests, provider.default = 0, (down,)
    orders = [new_order(inputs) for _ in range(CHECKOUTS)]
    history.note("orders", [order["orderId"] for order in orders])
    reqs = [Req("POST", "/checkout", json=order) for order in orders]
    await load.constant_rate(reqs, rate_hz=CHECKOUTS, duration_s=1.0, tag="outage", connections=20)
    provider.default = (captured,)
    for _ in range(100):
        if (await send(client, new_order(inputs), "after")).status == 201:
            break
        await asyncio.sleep(0.1)


@the_provider_is_down.judge
def retries_keep_to_their_budget(history: History) -> Finding:
    orders = set(history.notes["orders"])
    by_order = {order: calls for order, calls in attempts(history).items() if order in orders}
    total, most = sum(map(len, by_order.values())), max(by_order, key=lambda o: len(by_order[o]), default="")
    sent = len(history.exchanges(tag="outage"))
    limit = CHECKOUTS * (1 + RATIO) + FLOOR
    if not any(e.status == 201 for e in history.exchanges(tag="before")) or not by_order or sent < CHECKOUTS:
        return inconclusive("The outage was never met: no request reached the provider, or no checkout worked before.")
    series = [history.series("requests to the provider", limit, "budget")]
    hand = by_hand(
        "s.writeHead(503).end('{}')",
        amp="  # send 200 of these with different orderIds: at most 260 requests reach the provider",
    )
    if len(by_order[most]) > MAX_ATTEMPTS:
        return failed(
            f"One checkout made {len(by_order[most])} requests where PAYMENTS_MAX_ATTEMPTS allows {MAX_ATTEMPTS}: is it retried at two layers?",
            value=len(by_order[most]), limit=MAX_ATTEMPTS, unit="requests an order", series=series, reproduce=hand,
            decided_by=[seen(c) for c in by_order[most][:6]],
        )  # fmt: skip
    if total > limit:
        return failed(
            f"{CHECKOUTS} checkouts made {total} requests to a provider that was down, {total / CHECKOUTS:.1f} times the usual load; the budget "
            f"allows {limit:.0f}.",
            value=total, limit=limit, unit="requests", series=series, reproduce=hand,
            decided_by=[f"{total - len(by_order)} retries on top of {len(by_order)} first requests", *(seen(c) for c in by_order[most][:4])],
        )  # fmt: skip
    if not any(e.status == 201 for e in history.exchanges(tag="after")):
        tries = len(history.exchanges(tag="after"))
        return failed(
            f"The provider was back, and {tries} checkouts over 10 s still failed: whatever withholds requests does not let go.",
            value=0, limit=1, unit="checkouts served after the outage", series=series,
        )  # fmt: skip
    return passed(
        f"{CHECKOUTS} checkouts made {total} requests in the outage, within the budget of {limit:.0f}, and worked again after it.",
        value=total, limit=limit, unit="requests", series=series,
    )  # fmt: skip
