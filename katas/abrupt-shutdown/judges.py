"""What the probes of `abrupt-shutdown` find: pure functions over a history.

Order and counts decide. A time is only held against the grace that the service was given.
"""

from __future__ import annotations

from typing import Any

from runner.probes import (
    Exchange,
    Finding,
    History,
    Measure,
    failed,
    held_up_s,
    inconclusive,
    may_be_our_lateness,
    passed,
)

NOT_READY_SHARE = 0.4
BEYOND_GRACE_S = 2.5
"""Node.js itself now and then takes two seconds to exit: its platform waits for a timer of V8, by a race at its end."""
CLOSED_S = 1.0
"""How long after an exit the warehouse is watched for connections that stay."""
HUNG_S = 1.5
"""A new order that has no answer by then was taken by a process that does not want it."""
GONE_S = 2.0
"""What Node.js itself may take to exit, of the time that a process is watched which let go of its client."""

NEW = {
    "new-connection": "on a new connection",
    "idle-connection": "on a keep-alive connection that was idle",
    "freed-connection": "on the connection whose order had been answered since",
}


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
    return event(exchange.over_s, f"{what} was {told(exchange)}")


def signals_sent(history: History) -> list[str]:
    return [event(s.at_s, f"{s.name} sent") for s in history.signals if s.name != "SIGKILL"]


def exit_event(history: History) -> str:
    if not left(history):
        return event(history.notes["watched_until_s"], "the process still ran")
    return event(own_exit(history).at_s, f"the process ended {how_ended(history)}")


def told_s(history: History) -> float:
    """When it was told to stop; the last time, where it was started again and told once more."""
    return history.signals[history.notes.get("signal", 0)].at_s


def own_exit(history: History) -> Any:
    """The exit that came of it; only where it `left`."""
    return history.exits[history.notes.get("exit", 0)]


def watched_until_s(history: History) -> float:
    """When the process ended, or until when it was seen to run."""
    return own_exit(history).at_s if left(history) else float(history.notes["watched_until_s"])


def left(history: History) -> bool:
    """Whether the process ended by itself while it was watched."""
    return bool(history.notes["left"]) and bool(history.exits)


def how_ended(history: History) -> str:
    ended = own_exit(history)
    return f"by {ended.signal}" if ended.signal else f"with code {ended.code}"


def ended_cleanly(history: History) -> bool:
    """Code 0, or as by the signal that was sent; 128 and its number is the same thing."""
    ended = own_exit(history)
    return not ended.reason and (ended.signal in ("SIGTERM", "SIGINT") or ended.code in (0, 143, 130))


def is_answer_to(exchange: Exchange, order: dict[str, Any]) -> bool:
    """Whether this is a whole 201 that says the order is reserved."""
    if exchange.outcome != "ok" or exchange.status != 201:
        return False
    try:
        answer = exchange.json()
    except ValueError:
        return False
    wanted = {**order, "status": "reserved"}
    return isinstance(answer, dict) and "id" in answer and all(answer.get(n) == value for n, value in wanted.items())


def one(history: History, tag: str) -> Exchange | None:
    found = history.exchanges(tag)
    return found[-1] if found else None


def bit(history: History, *faults: str) -> bool:
    return all(history.faults.get(name, 0) for name in faults)


def it_is_served_to_its_end(history: History) -> Finding:
    """Both answers came whole and right."""
    if not bit(history, "order held", "stock list held"):
        return inconclusive("The order and the stock list were not both in flight when SIGTERM was sent.")
    order, notes = one(history, "order"), history.notes
    assert order is not None
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
    if (ahead := _ahead(order, notes["released_s"])) is not None:
        return failed(ahead, **evidence)
    if order_right and stock_right:
        return passed("An order and a stock list that were in flight at SIGTERM were both answered whole.", **evidence)
    lost_before = not order_right and _lost_within_the_grace(history, order)
    if not lost_before and may_have_been_its_grace(history, notes["released_s"]):
        return inconclusive("The machine was too busy to let the answers go within the grace.", **evidence)
    if order_right:
        return failed("SIGTERM cut the stock list off in the middle, after its head had said 200.", **evidence)
    both = "the order and the stock list" if not stock_right else "the order"
    return failed(f"SIGTERM cost {both} that the service was working on: the order was {told(order)}.", **evidence)


def _ahead(order: Exchange, released_s: float) -> str | None:
    """What is wrong with an order that was accepted while the warehouse still held its reservation."""
    if not order.ok or order.ended_s is None or order.ended_s >= released_s:
        return None
    return (
        f"The order was answered {order.status} {released_s - order.ended_s:.1f} s before the warehouse had answered: "
        "the service said what it could not know."
    )


def _lost_within_the_grace(history: History, order: Exchange) -> bool:
    """Whether it was seen to be lost so soon that the grace was not over, however late we saw it."""
    return order.ended_s is not None and order.ended_s - history.signals[0].at_s < 0.75 * history.notes["grace_s"]


def may_have_been_its_grace(history: History, released_s: float) -> bool:
    """Whether what it worked on was let go so late, or it was there so long, that its grace may have been over."""
    grace_s, signal_s = history.notes["grace_s"], told_s(history)
    if released_s - signal_s > 0.75 * grace_s:
        return True
    if left(history) and own_exit(history).at_s - signal_s <= 0.95 * grace_s:
        return False
    return held_up_s(history, signal_s, signal_s + grace_s) > 0.1 * grace_s


def every_reservation_is_settled(history: History) -> Finding:
    """Each entry `reserve` has its `confirm` or `release`, within the limit, and the warehouse is rid of us."""
    under_way = _under_way(history)
    too_many = under_way > history.notes["at_once"]
    tried = history.faults.get("orders answered", 0) >= 4 and bit(history, "confirmations held", "reservation held")
    if not tried and not too_many:
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
            event(history.notes["confirmations_s"], f"the warehouse let {under_way} confirmations go"),
            exit_event(history),
            *[event(e.at_s, f"reserved {e.data.get('reference')}, never confirmed or released") for e in half[:3]],
        ],
        "reproduce": curl_order() + "; kill -TERM $PID; curl $WAREHOUSE_URL/reservations",
    }
    if too_many:
        evidence |= {"value": under_way, "limit": history.notes["at_once"], "unit": "confirmations at once"}
        allowed = f"and the warehouse allows {history.notes['at_once']}"
        return failed(f"While it stopped {under_way} confirmations were under way at once, {allowed}.", **evidence)
    if half and may_have_been_its_grace(history, history.notes["confirmations_s"]):
        return inconclusive("The machine was too busy to let the confirmations go within the grace.", **evidence)
    if half:
        return failed(
            f"{len(half)} of {len(reserved)} reservations were neither confirmed nor released when the process had "
            f"ended; what was to follow was known to this process only.",
            **evidence,
        )
    if left_open and left(history):
        evidence |= {"value": left_open, "unit": "connections open"}
        gone_s, watched_s = own_exit(history).at_s, float(history.notes["closed_until_s"])
        if may_be_our_lateness(history, gone_s, watched_s, CLOSED_S / 2):
            return inconclusive("The machine was too busy to see the connections close.", **evidence)
        return failed(f"{left_open} connections to the warehouse were still open after the exit.", **evidence)
    return passed(
        f"All {len(reserved)} reservations were confirmed or released, and no connection to the warehouse was left.",
        **evidence,
    )


def _under_way(history: History) -> int:
    """How many confirmations the warehouse held, none of them answered, when it let them go."""
    until_s = history.notes["confirmations_s"]
    confirmations = [c for c in history.calls("warehouse", "POST") if c.path.endswith("/confirm")]
    return sum(c.at_s < until_s and (c.closed_s is None or c.closed_s > until_s) for c in confirmations)


def none_is_accepted(history: History) -> Finding:
    """Not ready in time, and no new order answered 2xx, left without an answer, or booked at the warehouse."""
    readiness = history.exchanges("readiness")
    if not bit(history, "orders held") or not readiness:
        return inconclusive("No order was held when SIGTERM was sent, so the service had nothing to stay for.")
    signal_s, limit_s = told_s(history), history.notes["grace_s"] * NOT_READY_SHARE
    turned_s = max(0.0, readiness[-1].over_s - signal_s)
    accepted, hung = _accepted(history), _hung(history)
    tries = [one(history, tag) for tag in NEW]
    evidence: dict[str, Any] = {
        "value": len(accepted) + len(hung),
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
    if not bit(history, "order held to the end"):
        return inconclusive("No order was held while new ones were sent, so the service had nothing to stay for.")
    if any(may_be_our_lateness(history, e.sent_s, e.over_s, HUNG_S / 2) for e in hung):
        return inconclusive("The machine was too busy to see whether a new order is answered.", **evidence)
    if hung:
        return failed(f"After SIGTERM a new order was accepted {NEW[hung[0].tag]}: it was {told(hung[0])}.", **evidence)
    is_unsure = readiness[-1].status == 200 or readiness[-1].how == "timeout"
    if is_unsure and may_be_our_lateness(history, signal_s, signal_s + turned_s, limit_s / 2):
        return inconclusive("The machine was too busy to watch the readiness.", **evidence)
    if readiness[-1].status == 200:
        evidence |= {"value": round(turned_s, 2), "limit": limit_s, "unit": "s ready after SIGTERM"}
        return failed(
            f"/readyz still answered 200 {turned_s:.1f} s after SIGTERM: the load balancer keeps sending orders here.",
            **evidence,
        )
    return passed(
        f"{turned_s * 1000:.0f} ms after SIGTERM it was not ready, and no new order was accepted.",
        also=[Measure(turned_s, limit_s, "s ready after SIGTERM")],
        **evidence,
    )


def _accepted(history: History) -> list[str]:
    """For each new order that was booked, or answered as one that was: how it came, and what was seen of it."""
    booked = {c.json().get("reference") for c in history.calls("warehouse", "POST", "/reservations")}
    found = []
    for tag, how in NEW.items():
        seen = one(history, tag)
        if seen is None:
            continue
        if history.notes["new"][tag]["reference"] in booked:
            found.append(f"{how}: the warehouse was asked to book it, and the client was {told(seen)}")
        elif seen.ok:
            found.append(f"{how}: it was {told(seen)}")
    return found


def _hung(history: History) -> list[Exchange]:
    """The new orders that were taken and not answered."""
    return [seen for tag in NEW if (seen := one(history, tag)) is not None and seen.how == "timeout"]


def it_leaves_anyway(history: History) -> Finding:
    """The exit came within the grace and a bit."""
    if history.faults.get("requests that never end", 0) < 2:
        return inconclusive("The requests that never end were not in flight when SIGTERM was sent.")
    signal_s, grace_s = history.signals[0].at_s, history.notes["grace_s"]
    took_s, limit = watched_until_s(history) - signal_s, grace_s + BEYOND_GRACE_S
    evidence: dict[str, Any] = {
        "value": round(took_s, 2),
        "limit": limit,
        "unit": "s from SIGTERM to the exit",
        "decided_by": [*signals_sent(history), event(signal_s + grace_s, "the grace was over"), exit_event(history)],
        "reproduce": curl_order() + " & sleep 0.2; kill -TERM $PID; time tail --pid=$PID -f /dev/null",
    }
    if left(history) and took_s <= limit:
        return passed(f"With requests that never end, the process was gone {took_s:.1f} s after SIGTERM.", **evidence)
    if may_be_our_lateness(history, signal_s, watched_until_s(history), limit):
        return inconclusive("The machine was too busy to time the exit.", **evidence)
    ran = "took" if left(history) else "still ran after"
    return failed(
        f"With requests that never end the process {ran} {took_s:.1f} s, of {grace_s:g} s of grace.", **evidence
    )


def it_drains_or_ends(history: History) -> Finding:
    """SIGINT alone lost nothing; with SIGTERM after it, all was finished or the process was gone at once."""
    if not bit(history, "order held"):
        return inconclusive("No order was in flight when SIGINT was sent.")
    order, notes = one(history, "order"), history.notes
    assert order is not None
    whole = is_answer_to(order, notes["order"])
    evidence: dict[str, Any] = {
        "value": int(not whole and not notes["exited_while_held"]),
        "limit": 0,
        "unit": "orders cut off by a process that stayed",
        "decided_by": _held_events(history, order),
        "reproduce": curl_order() + " & sleep 0.2; kill -INT $PID; sleep 0.2; kill -TERM $PID; wait",
    }
    if notes["lost_to_the_first"]:
        evidence |= {"value": 0, "limit": 1, "unit": "orders that outlived SIGINT"}
        return failed(f"SIGINT cost the order in flight: it was {told(order)}.", **evidence)
    if not left(history):
        until_s, grace_s = watched_until_s(history), history.notes["grace_s"]
        if may_be_our_lateness(history, told_s(history), until_s, grace_s + BEYOND_GRACE_S):
            return inconclusive("The machine was too busy to time the exit.", **evidence)
        return failed("After SIGINT and SIGTERM the process did not end within its grace.", **evidence)
    if whole and ended_cleanly(history):
        return passed("After SIGINT and SIGTERM the order was answered whole, and the process ended.", **evidence)
    if whole:
        return failed(f"After a drain the process ended {how_ended(history)}, as a crash does.", **evidence)
    if notes["exited_while_held"]:
        return passed("SIGINT lost nothing, and SIGTERM after it ended the process at once, as it may.", **evidence)
    if not notes["lost_while_held"]:
        return inconclusive("It could not be told whether the process or the connection went first.", **evidence)
    if may_be_our_lateness(history, history.signals[1].at_s, notes["released_s"], GONE_S):
        return inconclusive("The machine was too busy to see whether the process went with the order.", **evidence)
    return failed(
        "The second signal cut the client off, but the process stayed and went on with the order: booked, not told.",
        **evidence,
    )


def _held_events(history: History, order: Exchange) -> list[str]:
    events = [*signals_sent(history), answer_event(order, "the order"), exit_event(history)]
    if not history.notes["exited_while_held"]:
        events.insert(-2, event(history.notes["released_s"], "the warehouse let the order go"))
    return events
