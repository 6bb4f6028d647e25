"""Whether retries keep to their budget, first while the provider is half down and then while it is down.

The contract's budget holds over any ten seconds, so it is a sum: at the end of either phase, the retries made so far
are at most what the floor and all the checkouts begun so far allow, whatever came in which order.
"""

from __future__ import annotations

import math
from typing import Any

from runner.probes import (
    CallRecord,
    Finding,
    History,
    Measure,
    beside,
    failed,
    held_up_s,
    inconclusive,
    passed,
)

play = beside(__file__, "provider")

SICKLY, CHECKOUTS = 80, 200
WINDOW_S = BACK_S = 10.0

Calls = dict[str, list[CallRecord]]


def budget(history: History, begun: int, over_s: float = 0.0) -> int:
    """Retries that the settings of this run allow once so many checkouts have begun; the one before earned as well.

    As a whole number: what is earned in hundredths adds up to a little less than it should in binary fractions.
    """
    settings = history.notes["settings"]
    floors = max(1, math.ceil(over_s / WINDOW_S)) * settings["payments_retry_floor"]
    most: int = math.floor(floors + settings["payments_retry_ratio"] * (begun + 1) + 1e-6)
    return most


def of(history: History, name: str) -> Calls:
    """Requests by order, of the orders noted under that name."""
    orders = set(history.notes[name])
    return {order: calls for order, calls in play.attempts(history).items() if order in orders}


def count(by_order: Calls) -> int:
    return sum(map(len, by_order.values()))


def retries(by_order: Calls) -> int:
    """Requests beyond the first of their checkout."""
    return count(by_order) - len(by_order)


def lasted_s(by_order: Calls) -> float:
    """From the first request to the last."""
    times = [call.at_s for calls in by_order.values() for call in calls]
    return max(times, default=0.0) - min(times, default=0.0)


def judged(history: History) -> Finding:
    sickly, down = of(history, "sickly"), of(history, "orders")
    worked = any(exchange.status == 201 for exchange in history.exchanges(tag="before"))
    if not worked or not (sickly or down) or len(history.exchanges(tag="outage")) < CHECKOUTS:
        return inconclusive("The outage was never met: nothing reached the provider, or nothing worked before it.")
    allowed = CHECKOUTS + budget(history, SICKLY + CHECKOUTS, lasted_s({**sickly, **down}))
    spent, earned = retries(sickly), budget(history, SICKLY, lasted_s(sickly))
    if finding := _too_many_attempts(history, {**sickly, **down}, allowed) or _too_many(history, down, allowed):
        return finding
    if spent > earned:
        return failed(
            f"While every second checkout failed once, {SICKLY} checkouts made {spent} retries; the budget allows "
            f"{earned}, however many of them succeed.",
            value=spent,
            limit=earned,
            unit="retries",
            decided_by=play.seen(max(sickly.values(), key=len)),
            reproduce=play.shell("globalThis.n=(globalThis.n||0)+1;s.writeHead(n%2?503:201).end('{}')"),
        )
    return _too_many(history, down, allowed - spent) or _after(history, down, allowed - spent, [spent, earned])


def _shown(history: History, down: Calls, allowed: int) -> dict[str, Any]:
    series = [history.series("requests to the provider", allowed, "budget")]
    return {"value": count(down), "limit": allowed, "unit": "requests", "series": series}


def _by_hand(allowed: int) -> str:
    hand: str = play.shell(play.DOWN, f"  # of 200 of these with orderIds of their own, at most {allowed} come through")
    return hand


def _too_many_attempts(history: History, by_order: Calls, allowed: int) -> Finding | None:
    """One order asked for more often than is agreed, if any was."""
    most_attempts = int(history.notes["settings"]["payments_max_attempts"])
    most: list[CallRecord] = max(by_order.values(), key=len)
    if len(most) <= most_attempts:
        return None
    text = f"One checkout made {len(most)} requests where PAYMENTS_MAX_ATTEMPTS allows {most_attempts}"
    return failed(
        f"{text}: is it retried at two layers?",
        value=len(most),
        limit=most_attempts,
        unit="requests an order",
        decided_by=play.seen(most),
        series=[history.series("requests to the provider", allowed, "budget")],
        reproduce=_by_hand(allowed),
    )


def _too_many(history: History, down: Calls, allowed: int) -> Finding | None:
    """More requests in the outage than its budget allows, if there were."""
    total = count(down)
    if total <= allowed:
        return None
    most = max(down.values(), key=len)
    return failed(
        f"{CHECKOUTS} checkouts made {total} requests to a provider that was down, {total / CHECKOUTS:.1f} times the "
        f"usual load; the budget allows {allowed}.",
        decided_by=[f"{retries(down)} retries beside {len(down)} first requests", *play.seen(most, 4)],
        reproduce=_by_hand(allowed),
        **_shown(history, down, allowed),
    )


def _after(history: History, down: Calls, allowed: int, half_down: list[int]) -> Finding:
    """Whether a checkout succeeded once the provider was back."""
    tries, shown = history.exchanges(tag="after"), _shown(history, down, allowed)
    is_late = bool(tries) and held_up_s(history, tries[0].sent_s, tries[-1].over_s) >= BACK_S / 2
    if not any(exchange.status == 201 for exchange in tries) and is_late:
        return inconclusive("The machine was too busy to see whether checkouts work again.", **shown)
    if not any(exchange.status == 201 for exchange in tries):
        text = f"The provider was back, and {len(tries)} checkouts over {BACK_S:.0f} s still failed"
        return failed(f"{text}: whatever withholds requests does not let go.", **shown)
    spent, earned = half_down
    return passed(
        f"{CHECKOUTS} checkouts made {count(down)} requests in the outage, within the budget of {allowed}, and worked "
        f"again after it; {SICKLY} before it made {spent} retries, of {earned}.",
        also=[Measure(spent, earned, "retries")],
        **shown,
    )
