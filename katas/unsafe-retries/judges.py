"""What the probes of `unsafe-retries` find: pure functions over a history.

Keys, order and counts decide; a time only where the contract is about time.
"""

from __future__ import annotations

import contextlib
from typing import Any

from runner.probes import (
    Exchange,
    Finding,
    History,
    Measure,
    Verdict,
    at_most,
    beside,
    failed,
    held_up_s,
    inconclusive,
    may_be_our_lateness,
    passed,
)

play = beside(__file__, "provider")
spreading = beside(__file__, "spreading")

# A timer of Node.js may fire up to a millisecond early; the rest is rounding between two clocks.
EARLY_S = 0.01
FITTING_S = (1, 2)
DEADLINE_S, PATIENCE = 0.6, 2.0
AFTER_ANSWER_S = 0.1
GIVEN_UP_S = 2.0
"""PAYMENTS_TIMEOUT_MS where a probe does not set it."""
BUSY_S = 1.0
# Beside twenty busy processes 16 % of pairs were once seen to change places where all waited the same.
SHAKEN_S = 0.3

NO_CHARGE = {"declined": (402, "declined"), "refused": (422, "refused"), "malformed": (400, None)}
NO_CHARGE["unknown item"] = (400, None)


def field(exchange: Exchange, name: str) -> Any:
    """A field of the answer's JSON object; None where there is none."""
    with contextlib.suppress(ValueError):
        body = exchange.json()
        return body.get(name) if isinstance(body, dict) else None
    return None


def kind_of(tag: str) -> str:
    """What a checkout is an example of: the tag without its number."""
    return tag.partition(" #")[0]


def checkouts_are_right(history: History) -> Finding:
    told = [(exchange, text) for exchange in history.exchanges() if (text := _wrong(history, exchange))]
    wrong = [text for _, text in told]
    evidence: dict[str, Any] = {"value": len(wrong), "limit": 0, "unit": "wrong answers", "decided_by": wrong[:6]}
    if wrong and all(_may_have_been_in_vain(history, exchange) for exchange, _ in told):
        return inconclusive("The machine was too busy to let the service ask the provider in time.", **evidence)
    if wrong:
        return failed(f"{wrong[0]}.", reproduce=play.shell('s.writeHead(201).end(\'{"id":"ch_1"}\')'), **evidence)
    return passed("Every checkout was answered and charged as the contract says.", **evidence)


def _wrong(history: History, exchange: Exchange) -> str:
    """What is wrong with one answer, empty where nothing is."""
    tag, status = exchange.tag, exchange.status
    if exchange.outcome != "ok":
        return f"{exchange.method} {exchange.path} ({tag}) got no answer: {exchange.how}"
    if tag == "look up nothing":
        return "" if status == 404 else f"GET of an order that does not exist was answered {status}, not 404"
    if tag == "look up":
        right = status == 200 and field(exchange, "status") == "paid"
        return "" if right else f"GET of a paid order was answered {status} and did not show it as paid"
    made = [effect for effect in history.effects("charge") if effect.data.get("order") == history.notes["orders"][tag]]
    if kind_of(tag) in NO_CHARGE:
        code, word = NO_CHARGE[kind_of(tag)]
        right = status == code and (word is None or field(exchange, "status") == word) and not made
        seen = f"answered {status} ({field(exchange, 'status')}) with {len(made)} charges"
        return "" if right else f"A checkout ({tag}) was {seen}; the contract says {code} ({word}) and no charge"
    price, amounts = history.notes["prices"][tag], [effect.data.get("amount") for effect in made]
    if status != 201 or amounts != [price] or field(exchange, "amount") != price:
        seen = f"was answered {status} and charged {amounts}"
        return f"A checkout of {price} cents ({tag}) {seen}; the contract says 201, once"
    named, charge = field(exchange, "chargeId"), made[0].data.get("id")
    return "" if named == charge else f"The answer names charge {named}, and the provider made {charge}"


def _may_have_been_in_vain(history: History, exchange: Exchange) -> bool:
    """Whether a checkout may be uncharged for want of a core: its own, or one's before it that opened a breaker.

    The service gives a request to the provider up after its timeout, however little of that it was let run itself.
    """
    given_up = [e for e in history.exchanges() if e.sent_s <= exchange.over_s and e.over_s - e.sent_s >= GIVEN_UP_S]
    is_unclear = exchange.status == 503 or exchange.how == "timeout"
    return is_unclear and any(held_up_s(history, e.sent_s, e.over_s) >= GIVEN_UP_S / 2 for e in given_up)


def one_order_one_charge(history: History) -> Finding:
    """A safety claim: one order charged twice is enough to fail, and needs no second look."""
    orders, made = history.notes["orders"], history.effects("charge")
    charges = {tag: [e for e in made if e.data.get("order") == order] for tag, order in orders.items()}
    most = max(charges, key=lambda tag: len(charges[tag]))
    calls = play.attempts(history).get(orders[most], [])
    hand = play.shell("s.destroy()", "  # each request for o-1 must carry the same key; also when curl is sent again")
    unit = "charges an order"
    if len(charges[most]) > 1:
        several = ", ".join(tag for tag in orders if len(charges[tag]) > 1)
        return failed(
            f"One order was charged {len(charges[most])} times, {charges[most][0].data.get('amount')} cents each: its "
            f"requests carried different keys, and a new key is a new charge to the provider. Orders with: {several}.",
            value=len(charges[most]),
            limit=1,
            unit=unit,
            decided_by=play.seen(calls),
            reproduce=hand,
        )
    paid = {exchange.tag for exchange in history.exchanges(path="/checkout") if exchange.status == 201}
    unpaid = [e.tag for e in history.exchanges(path="/checkout") if e.status == 201 and not confirmed(history, e)]
    if unpaid:
        text = f"A checkout was answered 201 although the provider had confirmed no such charge ({', '.join(unpaid)})."
        return failed(text, value=0, limit=1, unit=unit, decided_by=play.seen(calls), reproduce=hand)
    if not paid or not {"silence after the charge", "reset after the charge"} <= set(history.faults):
        return inconclusive("Too little happened: no answer was lost after a charge, or no checkout succeeded.")
    return passed(f"{len(orders)} orders, each charged at most once.", value=1, limit=1, unit=unit)


def confirmed(history: History, paid: Exchange) -> bool:
    """Whether the provider had told the service of the charge that this 201 names, before it was sent.

    By its answer to the charge, or to the question for the order's charges.
    """
    order = history.notes["orders"][paid.tag]
    made = {e.data.get("id") for e in history.effects("charge") if e.data.get("order") == order}
    told = [*play.attempts(history).get(order, []), *history.calls("payments", "GET", "/charges")]
    return field(paid, "chargeId") in made and any(
        call.answered_s is not None
        and call.answered_s <= (paid.ended_s or 0.0)
        and (call.status == 201 or (call.status == 200 and call.query.get("order") == order))
        for call in told
    )


def the_customer_is_served(history: History) -> Finding:
    by_order, failures = play.attempts(history), history.notes["failures"]
    exchanges = history.exchanges(path="/checkout")
    unserved = [exchange for exchange in exchanges if exchange.status != 201 or not confirmed(history, exchange)]
    evidence: dict[str, Any] = {"limit": len(exchanges), "unit": "checkouts served"}
    if not unserved and (late := _perhaps_given_up(history, by_order)):
        text = f"After {late} the next request came so late that the answer may have been given up, and not read."
        return inconclusive(f"The machine was so busy that it could not be tried. {text}", **evidence)
    if not unserved and _drip_may_have_stood_still(history):
        text = "The answer that drips stood still for so long that this may have been taken for silence."
        return inconclusive(f"The machine was so busy that it could not be tried. {text}", **evidence)
    if not unserved:
        text = f"All {len(exchanges)} checkouts were served although the provider failed first."
        return passed(text, value=len(exchanges), **evidence)
    if any(c.closed_by == "service" for order, calls in by_order.items() for c in calls[failures.get(order, 0) :]):
        return inconclusive("The machine was so busy that the service gave up requests about to be answered.")
    if all(_answered_too_late(history, exchange, by_order) for exchange in unserved):
        text = "The machine was so busy that the provider's 201 may have come after the service had given it up."
        return inconclusive(text, **evidence)
    first = unserved[0]
    calls = by_order.get(history.notes["orders"][first.tag], [])
    return failed(
        f"After {first.tag} the customer was answered {first.status or first.how}, with {len(calls)} request(s) made"
        f"{', none of which confirmed it' if first.status == 201 else ''}, though the provider would have charged at "
        f"the next. Not served: {', '.join(e.tag for e in unserved)}.",
        value=len(exchanges) - len(unserved),
        decided_by=play.seen(calls),
        reproduce=play.shell("globalThis.n=(globalThis.n||0)+1;s.writeHead(n<2?503:201).end('{}')"),
        **evidence,
    )


def _perhaps_given_up(history: History, by_order: dict[str, list[Any]]) -> str:
    """A failure with a status code after which the service may have retried for its timeout alone; empty if none."""
    given_up_s = history.notes.get("given_up_s", 0.0)
    for tag in history.notes.get("answered", []):
        calls = by_order.get(history.notes["orders"][tag], [])
        if len(calls) > 1 and calls[1].at_s - calls[0].at_s >= 0.9 * given_up_s:
            return str(tag)
    return ""


def _answered_too_late(history: History, unserved: Exchange, by_order: dict[str, list[Any]]) -> bool:
    """Whether the provider charged it at last, and the service had waited for that for its whole timeout."""
    given_up_s = history.notes.get("given_up_s", 0.0)
    calls = by_order.get(history.notes["orders"][unserved.tag], [])
    ends = [*(call.at_s for call in calls[1:]), unserved.ended_s or 0.0][: len(calls)]
    charged = [(call, end_s) for call, end_s in zip(calls, ends, strict=True) if call.status == 201 and call.answered_s]
    is_waited_for = all(end_s - call.at_s >= 0.9 * given_up_s > 0.0 for call, end_s in charged)
    return unserved.status == 503 and bool(charged) and is_waited_for


def _drip_may_have_stood_still(history: History) -> bool:
    """Whether a timeout that every byte begins anew may have ended it as well."""
    paused_s, given_up_s = (float(history.notes.get(name, 0.0)) for name in ("drip_paused_s", "given_up_s"))
    return paused_s >= 0.9 * given_up_s > 0.0


def it_is_asked_once(history: History) -> Finding:
    statuses, by_order = history.notes["statuses"], play.attempts(history)
    if any(c.answered_s is None or c.answered_s - c.at_s > BUSY_S for calls in by_order.values() for c in calls[:1]):
        return inconclusive("The machine was so busy that the provider answered late.")
    if not set(statuses) <= set(by_order):
        return inconclusive(f"Only {len(by_order)} of {len(statuses)} orders reached the provider.")
    most = max(statuses, key=lambda order: len(by_order[order]))
    again = sorted({statuses[order] for order in statuses if len(by_order[order]) > 1})
    count = len(by_order[most])
    return at_most(
        1,
        count,
        unit="requests an order",
        yes="Every answer that will not change was asked for once.",
        no=f"An order answered {statuses[most]} was sent {count} times. Answers asked for again: "
        f"{', '.join(map(str, again))}.",
        decided_by=play.seen(by_order[most]),
        reproduce=play.shell("s.writeHead(402).end('{}')", "  # one line with a key, not four") if again else "",
    )


def it_is_waited_for(history: History) -> Finding:
    """Order decides: noise can make a retry later, and never earlier than a service that waits would send it."""
    waits, by_order = history.notes["waits"], play.attempts(history)
    gaps = {order: c[1].at_s - c[0].at_s for order, c in by_order.items() if len(c) > 1 and order in waits}
    early = {order: gap for order, gap in gaps.items() if gap < waits[order] - EARLY_S}
    hand = play.shell("s.writeHead(503,{'retry-after':3}).end('{}')", "  # the requests are 3000 ms apart or more")
    if early:
        worst = min(early, key=lambda order: early[order] / waits[order])
        return failed(
            f"The provider asked to be left alone for {waits[worst]} s and was asked again after {early[worst]:.3f} s "
            f"({len(early)} of {len(waits)} orders came back too early).",
            value=early[worst],
            limit=waits[worst],
            unit="s",
            decided_by=play.seen(by_order[worst]),
            reproduce=hand,
        )
    if not set(waits) <= set(by_order):
        return inconclusive(f"Only {len(by_order)} of {len(waits)} orders reached the provider.")
    fitting = [order for order, wait in waits.items() if wait in FITTING_S]
    gave_up = [order for order in fitting if order not in gaps]
    if gave_up:
        return failed(
            f"{len(gave_up)} of {len(fitting)} orders were not sent again after an answer with Retry-After: "
            f"{waits[gave_up[0]]}, though that wait fits into the deadline of 4 s.",
            value=len(fitting) - len(gave_up),
            limit=len(fitting),
            unit="orders retried",
            decided_by=play.seen(by_order[gave_up[0]]),
            reproduce=hand,
        )
    soonest = min(gaps[order] / waits[order] for order in fitting)
    longest = max(wait for wait in waits.values())
    text = f"No order came back before its time was over, and none where the provider named up to {longest} s."
    return passed(text, value=soonest, limit=1, unit="of the wait named")


def they_come_apart(history: History) -> Finding:
    by_order = play.attempts(history)
    orders = [by_order.get(order, []) for order in history.notes["orders"]]
    if history.lag_s(0, 1e9) > BUSY_S:
        return inconclusive("The machine was so busy that the verifier itself was late by more than a second.")
    hand = play.shell(play.DOWN, "  # send curl ten times in a row: their second requests should scatter")
    is_shaken = history.late_s() + history.queued_s() > SHAKEN_S
    finding: Finding = spreading.judged(
        orders, history.net_s, history.starved_s, is_shaken, play.seen(orders[0], 4), hand
    )
    is_close = finding.verdict is Verdict.PASSED and (finding.value or 0.0) < spreading.SURE
    if is_close and is_shaken:
        text = "Only {:.0%} of pairs changed places, which a machine as busy as this one does without any jitter."
        return inconclusive(text.format(finding.value), value=finding.value, limit=finding.limit, unit=finding.unit)
    return finding


def the_customer_is_not_kept(history: History) -> Finding:
    by_order, exchanges = play.attempts(history), history.exchanges(path="/checkout")
    if not {"silence", "stall"} <= set(history.faults):
        return inconclusive("The provider's silence was never met.")
    lag_s = history.late_s()
    hand = play.shell("", env="CHECKOUT_DEADLINE_MS=600 PAYMENTS_TIMEOUT_MS=200 PAYMENTS_MAX_ATTEMPTS=16")
    worst = max(exchanges, key=lambda e: e.latency_ms)
    tag, _, order = worst.tag.partition("#")
    took_s = min(worst.latency_ms / 1000, DEADLINE_S * 4)
    ended_s = worst.intended_s + took_s if worst.ended_s is None else worst.ended_s
    is_late = took_s > DEADLINE_S * PATIENCE
    if is_late and may_be_our_lateness(history, worst.intended_s, ended_s, DEADLINE_S * PATIENCE):
        return inconclusive("The machine was too busy to tell whether the customer was kept waiting.")
    if is_late or worst.outcome != "ok":
        said = f"was answered after {took_s:.2f} s" if worst.outcome == "ok" else f"had no answer in {took_s:.2f} s"
        return failed(
            f"With {tag} from the provider, a customer {said}; CHECKOUT_DEADLINE_MS was {DEADLINE_S * 1000:.0f}.",
            value=took_s,
            limit=DEADLINE_S * PATIENCE,
            unit="s",
            decided_by=play.seen(by_order.get(order, [])),
            reproduce=hand,
        )
    ended = {e.tag.partition("#")[2]: e.ended_s or 0.0 for e in exchanges}
    margin_s = AFTER_ANSWER_S + lag_s
    after = [(o, c) for o, calls in by_order.items() for c in calls if c.at_s > ended.get(o, 1e9) + margin_s]
    if after:
        order, call = after[0]
        return failed(
            f"{len(after)} requests to the provider started after their customer had been answered, the first "
            f"{call.at_s - ended[order]:.2f} s later: the deadline ended the answer, and not the work behind it.",
            value=len(after),
            limit=0,
            unit="requests after the answer",
            decided_by=[f"{ended[order]:.3f} s  the customer was answered", *play.seen(by_order[order][-5:])],
            reproduce=hand,
        )
    calls, until_s = [c for each in by_order.values() for c in each], history.notes["watched_until_s"]
    in_time = Measure(took_s, DEADLINE_S * PATIENCE, "s")
    left = [c for c in calls if c.answered_s is None and (c.closed_by != "service" or (c.closed_s or 0.0) > until_s)]
    return at_most(
        0,
        len(left),
        unit="connections left open",
        also=[in_time],
        yes=f"The slowest answer took {took_s:.2f} s, of {DEADLINE_S:g} s; nothing was left open behind it.",
        no=f"{len(left)} requests that had run into their timeout were still open at the provider long after the "
        f"customer was answered: nobody waited for them any more, and nobody ended them.",
        decided_by=[f"{until_s:.3f} s  no longer watched", *play.seen(left, 5)] if left else (),
        reproduce=hand if left else "",
    )
