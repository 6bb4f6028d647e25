"""Probes of `unsafe-retries`: what a checkout does when its payment provider fails, keeps silent or is down."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from runner.probes import (
    ANSWERS,
    Call,
    Client,
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

play = beside(__file__, "provider")
judges = beside(__file__, "judges")
spreading = beside(__file__, "spreading")
outage = beside(__file__, "outage")

Order = dict[str, Any]

IN_A_ROW, APART_S = 48, 0.01
TIMEOUT_S = 0.2
OUTAGE_S = 0.8


def found(judge: Any, history: History) -> Finding:
    """What a judge of the module beside this one finds."""
    finding: Finding = judge(history)
    return finding


def by_hand(downstreams: Downstreams, inputs: Inputs) -> None:
    """For `prodrill run`: a provider with bad moments, one request in four."""
    moods = [play.answer(503), play.lost("reset", made=True), play.answer(429, "rate_limited", retry_after=1)]

    async def moody(provider: Any, call: Call, body: Order) -> None:
        await (inputs.choice(moods) if inputs.random() < 0.25 else play.captured)(provider, call, body)

    play.Provider(downstreams["payments"]).default = (moody,)


async def send(client: Client, order: Order, tag: str, timeout_s: float = 15.0) -> Exchange:
    return await client.request("POST", "/checkout", json=order, tag=tag, timeout_s=timeout_s)


# -- the service does its work ----------------------------------------------------------------------------------------


LONGEST = ("paid, longest orderId", "paid, longest orderId with another end")
TURNED_AWAY, AT_ONCE = 40, 8
AFTER_THEM = f"paid, after {TURNED_AWAY} declined or refused"
SAID_NO = {"declined": play.answer(402, "card_declined"), "refused": play.answer(409, "order_cancelled")}


def a_small_floor(inputs: Inputs) -> dict[str, str]:
    """Fewer failures than there are declined and refused orders may open a breaker."""
    made: dict[str, str] = play.settings(payments_retry_floor=inputs.apart("the floor").randint(8, 16))
    return made


def orders_of_a_day(inputs: Inputs) -> dict[str, Order]:
    """By tag: each kind of checkout once, two with ids of the greatest length that differ at the end alone."""
    tags = ("paid 1", "paid 2", "paid 3", *LONGEST, *SAID_NO, "malformed", "unknown item")
    orders = {tag: play.new_order(inputs) for tag in tags}
    # One customer buys the same twice: two orders, and two charges.
    orders["paid 3"] |= {name: orders["paid 2"][name] for name in ("items", "card")}
    start = inputs.token(play.LONGEST_ID - 4)
    for tag, end in zip(LONGEST, inputs.sample(range(1000, 10000), k=2), strict=True):
        orders[tag]["orderId"] = f"{start}{end}"
    orders["malformed"]["card"] = ""
    orders["unknown item"]["items"][0]["sku"] = f"XX-{inputs.randint(1000, 9999)}"
    return orders


@probe("checkout-works", window_s=0.4, env=a_small_floor)
async def ordinary_checkouts(client: Client, downstreams: Downstreams, inputs: Inputs, history: History) -> None:
    """Paid, declined, refused and malformed checkouts while the provider is in good health; then a run of bad cards."""
    provider = play.Provider(downstreams["payments"])
    once = orders_of_a_day(inputs)
    kinds = inputs.choices(list(SAID_NO), k=TURNED_AWAY)
    many = {f"{kind} #{n} in a row": play.new_order(inputs) for n, kind in enumerate(kinds, 1)}
    orders = {**once, **many, AFTER_THEM: play.new_order(inputs)}
    history.note("prices", {tag: play.price_of(order) for tag, order in orders.items() if tag.startswith("paid")})
    history.note("orders", {tag: order["orderId"] for tag, order in orders.items()})
    for tag, order in orders.items():
        if said := SAID_NO.get(judges.kind_of(tag)):
            provider.plans[order["orderId"]] = (said,)
    await asyncio.gather(*(send(client, order, tag) for tag, order in once.items()))
    for first in range(0, TURNED_AWAY, AT_ONCE):
        batch = list(many.items())[first : first + AT_ONCE]
        await asyncio.gather(*(send(client, order, tag) for tag, order in batch))
    await send(client, orders[AFTER_THEM], AFTER_THEM)
    await client.request("GET", f"/orders/{orders['paid 1']['orderId']}", tag="look up")
    await client.request("GET", f"/orders/o-{inputs.token(10)}", tag="look up nothing")


@ordinary_checkouts.judge
def checkouts_are_right(history: History) -> Finding:
    return found(judges.checkouts_are_right, history)


# -- one order, one charge --------------------------------------------------------------------------------------------

AGAIN, AGAIN_ELSEWHERE = "customer tries again", "customer tries again at another copy"
LOSSES = {
    "silence after the charge": (play.lost("silence", made=True), play.captured),
    "reset after the charge": (play.lost("reset", made=True), play.captured),
    "half an answer after the charge": (play.lost("stall", made=True), play.captured),
    "502 after the charge": (play.answer(502, "bad_gateway", made=True), play.captured),
    "two lost answers": (play.lost("reset", made=True), play.lost("silence", made=True), play.captured),
    "a first request processed late": (play.processed_late, play.captured),
    AGAIN: (play.lost("reset", made=True),),
    AGAIN_ELSEWHERE: (play.lost("cut", made=True),),
}


@probe("charged-once", window_s=0.5, env=play.settings(payments_timeout_ms=250, checkout_deadline_ms=4000))
async def answers_are_lost_after_the_charge(
    service: Service, client: Client, downstreams: Downstreams, inputs: Inputs, history: History
) -> None:
    """The provider charges and its answer is lost; then the customer tries again, once at a replaced copy."""
    provider = play.Provider(downstreams["payments"])
    orders = {tag: play.new_order(inputs) for tag in LOSSES}
    provider.plans = {orders[tag]["orderId"]: plan for tag, plan in LOSSES.items()}
    history.note("orders", {tag: order["orderId"] for tag, order in orders.items()})
    await asyncio.gather(*(send(client, order, tag) for tag, order in orders.items()))
    provider.plans = {}
    await send(client, orders[AGAIN], AGAIN)
    await service.restart()
    await send(client, orders[AGAIN_ELSEWHERE], AGAIN_ELSEWHERE)


@answers_are_lost_after_the_charge.judge
def one_order_one_charge(history: History) -> Finding:
    """A safety claim: one order charged twice is enough to fail, and needs no second look."""
    return found(judges.one_order_one_charge, history)


# -- what passes is retried -------------------------------------------------------------------------------------------

GIVEN_UP_S = 0.8
PASSING = {
    "a 503": (play.answer(503),),
    "a reset": (play.lost("reset", made=False),),
    "a cut connection": (play.lost("cut", made=False),),
    "silence": (play.lost("silence", made=False),),
    "half an answer": (play.lost("stall", made=False),),
    "a dripping answer": (play.lost("drip", made=False),),
    "a 503, then a reset": (play.answer(503), play.lost("reset", made=False)),
}


@probe(
    "transient-recovers",
    window_s=0.9,
    env=play.settings(payments_timeout_ms=GIVEN_UP_S * 1000, checkout_deadline_ms=12000),
)
async def the_provider_fails_and_recovers(
    client: Client, downstreams: Downstreams, inputs: Inputs, history: History
) -> None:
    """One or two failures for each order, then good health."""
    provider = play.Provider(downstreams["payments"])
    plans = {**PASSING, **{f"a {status}": (play.answer(status, "not_now"),) for status in (429, 500, 502, 504)}}
    history.note("answered", ["a 503", "a 429", "a 500", "a 502", "a 504"])
    history.note("given_up_s", GIVEN_UP_S)
    orders = {tag: play.new_order(inputs) for tag in plans}
    provider.plans = {orders[tag]["orderId"]: (*plan, play.captured) for tag, plan in plans.items()}
    history.note("failures", {orders[tag]["orderId"]: len(plan) for tag, plan in plans.items()})
    history.note("orders", {tag: order["orderId"] for tag, order in orders.items()})
    await asyncio.gather(*(send(client, order, tag) for tag, order in orders.items()))


@the_provider_fails_and_recovers.judge
def the_customer_is_served(history: History) -> Finding:
    return found(judges.the_customer_is_served, history)


# -- what will not change is not --------------------------------------------------------------------------------------

PERMANENT = {400: "malformed", 402: "card_declined", 409: "order_cancelled", 422: "key_reused"}
OTHER_FINAL = (401, 403, 404, 405, 410, 413, 415, 451)
HELD_S = 0.5


@probe("permanent-not-retried", window_s=0.2, env=play.settings(payments_timeout_ms=5000, checkout_deadline_ms=20000))
async def the_provider_refuses(client: Client, downstreams: Downstreams, inputs: Inputs, history: History) -> None:
    """Two orders for each final status code of the provider's reference, and two of those that it does not name.

    The first answer waits for the last request: one breaker for all orders would let no more through after it.
    """
    provider = play.Provider(downstreams["payments"])
    gate = provider.pay.gate(provider.charge)
    provider.pay.on("POST", "/charges", gate)
    statuses = [*PERMANENT, *PERMANENT, *inputs.sample(OTHER_FINAL, k=2)]
    orders = [(status, play.new_order(inputs)) for status in statuses]
    provider.plans = {o["orderId"]: (play.answer(status, PERMANENT.get(status, "no")),) for status, o in orders}
    history.note("statuses", {order["orderId"]: status for status, order in orders})
    sends = asyncio.gather(*(send(client, order, str(status)) for status, order in orders))
    await gate.held(len(orders), HELD_S)
    gate.open()
    await sends
    for _ in range(2):
        await client.request("GET", "/healthz", tag="barrier")


@the_provider_refuses.judge
def it_is_asked_once(history: History) -> Finding:
    return found(judges.it_is_asked_once, history)


# -- Retry-After ------------------------------------------------------------------------------------------------------


@probe("retry-after-honoured", window_s=2.1, env=play.settings(payments_timeout_ms=2000, checkout_deadline_ms=4000))
async def the_provider_names_a_time(load: Load, downstreams: Downstreams, inputs: Inputs, history: History) -> None:
    """429 and 503 with a Retry-After that fits the deadline, and with one that does not."""
    provider = play.Provider(downstreams["payments"])
    orders = [play.new_order(inputs) for _ in range(8)]
    fitting = [*judges.FITTING_S * 2, *inputs.choices(judges.FITTING_S, k=2)]
    waits = [*inputs.sample(fitting, k=6), inputs.randint(5, 20), inputs.randint(21, 90)]
    for n, (order, wait) in enumerate(zip(orders, waits, strict=True)):
        status, code = ((429, "rate_limited"), (503, "unavailable"))[n % 2]
        provider.plans[order["orderId"]] = (play.answer(status, code, retry_after=wait), play.captured)
    history.note("waits", {order["orderId"]: wait for order, wait in zip(orders, waits, strict=True)})
    tasks = [load.start(Req("POST", "/checkout", json=order), tag="told to wait") for order in orders]
    await asyncio.wait(tasks[:6], timeout=10)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@the_provider_names_a_time.judge
def it_is_waited_for(history: History) -> Finding:
    """Order decides: noise can make a retry later, and never earlier than a service that waits would send it."""
    return found(judges.it_is_waited_for, history)


# -- jitter and growth ------------------------------------------------------------------------------------------------


@probe(
    "retries-spread-out",
    window_s=3.1,
    env=play.settings(
        payments_base_delay_ms=100, payments_timeout_ms=8000, checkout_deadline_ms=30000, payments_max_attempts=5
    ),
)
async def many_fail_in_a_row(load: Load, downstreams: Downstreams, inputs: Inputs, history: History) -> None:
    """Checkouts ten milliseconds apart whose first four requests fail, after some that are well: nothing is cold."""
    provider = play.Provider(downstreams["payments"])
    await _in_a_row(load, [play.new_order(inputs) for _ in range(IN_A_ROW // 3)], "warm up")
    provider.default = (*[play.answer(503)] * spreading.RETRIES, play.captured)
    orders = [play.new_order(inputs) for _ in range(IN_A_ROW)]
    history.note("orders", [order["orderId"] for order in orders])
    await _in_a_row(load, orders, "four failures")


async def _in_a_row(load: Load, orders: list[Order], tag: str) -> None:
    requests = _requests(orders)
    await load.constant_rate(requests, rate_hz=1 / APART_S, duration_s=len(orders) * APART_S, tag=tag, connections=20)


def _requests(orders: list[Order]) -> list[Req]:
    return [Req("POST", "/checkout", json=order) for order in orders]


@many_fail_in_a_row.judge
def they_come_apart(history: History) -> Finding:
    return found(judges.they_come_apart, history)


# -- an answer in time ------------------------------------------------------------------------------------------------

ENDLESS = {
    "silence": play.lost("silence", made=False),
    "half an answer": play.lost("stall", made=False),
    "a dripping answer": play.lost("drip", made=False),
}
TOO_LONG = "a Retry-After that goes past the deadline"
SHORT = {
    "payments_timeout_ms": TIMEOUT_S * 1000,
    "checkout_deadline_ms": judges.DEADLINE_S * 1000,
    "payments_max_attempts": 16,
}


@probe("answers-in-time", window_s=0.9, env=play.settings(payments_base_delay_ms=5, **SHORT))
async def the_provider_never_answers(
    client: Client, downstreams: Downstreams, inputs: Inputs, history: History
) -> None:
    """Two orders for each way of never answering; then as long a look as another attempt would take."""
    provider = play.Provider(downstreams["payments"])
    history.bound(ANSWERS, judges.DEADLINE_S * judges.PATIENCE * 1000)
    orders = [(tag, play.new_order(inputs)) for tag in (*ENDLESS, TOO_LONG) for _ in range(2)]
    for tag, order in orders:
        step = ENDLESS.get(tag) or play.answer(503, retry_after=inputs.randint(2, 90))
        provider.plans[order["orderId"]] = (step,)
    sends = (send(client, order, f"{tag}#{order['orderId']}", judges.DEADLINE_S * 4) for tag, order in orders)
    await asyncio.gather(*sends)
    await asyncio.sleep(TIMEOUT_S + judges.AFTER_ANSWER_S)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(1.5):
            await asyncio.gather(
                *(c.closed.wait() for calls in provider.calls.values() for c in calls if not c.answered)
            )
    history.note("watched_until_s", history.now())


@the_provider_never_answers.judge
def the_customer_is_not_kept(history: History) -> Finding:
    return found(judges.the_customer_is_not_kept, history)


# -- a whole outage ---------------------------------------------------------------------------------------------------


def budget_of(inputs: Inputs) -> dict[str, float]:
    """Floor, ratio and attempts, other ones in each run: always less than the defaults allow."""
    own = inputs.apart("the budget")
    return {
        "payments_retry_floor": own.randint(5, 15),
        "payments_retry_ratio": own.randint(5, 15) / 100,
        "payments_max_attempts": own.randint(3, 5),
    }


def an_outage(inputs: Inputs) -> dict[str, str]:
    times = {"payments_base_delay_ms": 10, "payments_timeout_ms": 4000, "checkout_deadline_ms": 8000}
    made: dict[str, str] = play.settings(**times, **budget_of(inputs))
    return made


async def at_a_steady_rate(load: Load, orders: list[Order], tag: str) -> None:
    rate_hz = outage.CHECKOUTS / OUTAGE_S
    await load.constant_rate(
        _requests(orders), rate_hz=rate_hz, duration_s=len(orders) / rate_hz, tag=tag, connections=20
    )


def half_of_them_fail_once(inputs: Inputs, orders: list[Order]) -> dict[str, tuple[Any, ...]]:
    """Plans: of two orders in a row one, and never more than two in a row, is answered 503 at first and then paid."""
    failing = [inputs.choice(two) for two in zip(orders[::2], orders[1::2], strict=True)]
    return {order["orderId"]: (play.answer(503), play.captured) for order in failing}


@probe("outage-budget", window_s=1.4, env=an_outage)
async def the_provider_is_down(
    client: Client, load: Load, downstreams: Downstreams, inputs: Inputs, history: History
) -> None:
    """80 checkouts of which half fail once, 200 while every request is answered 503; then the provider is back."""
    provider = play.Provider(downstreams["payments"])
    unavailable = play.answer(503)
    history.note("settings", budget_of(inputs))
    most = outage.CHECKOUTS + outage.budget(history, outage.SICKLY + outage.CHECKOUTS)

    async def down(_: Any, call: Call, body: Order) -> None:
        if provider.requests % 10 == 0:
            history.sample("requests to the provider", provider.requests, "requests", most)
        await unavailable(provider, call, body)

    await send(client, play.new_order(inputs), "before")
    sickly, orders = ([play.new_order(inputs) for _ in range(n)] for n in (outage.SICKLY, outage.CHECKOUTS))
    history.note("sickly", [order["orderId"] for order in sickly])
    history.note("orders", [order["orderId"] for order in orders])
    provider.plans = half_of_them_fail_once(inputs, sickly)
    await at_a_steady_rate(load, sickly, "sickly")
    provider.requests, provider.default = 0, (down,)
    await at_a_steady_rate(load, orders, "outage")
    provider.default = (play.captured,)
    for _ in range(100):
        if (await send(client, play.new_order(inputs), "after")).status == 201:
            break
        await asyncio.sleep(0.1)


@the_provider_is_down.judge
def retries_keep_to_their_budget(history: History) -> Finding:
    return found(outage.judged, history)
