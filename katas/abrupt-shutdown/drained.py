"""Whether a process that has nothing left to do is gone soon: pure functions over a history.

A sibling of `probes.py`, which loads it by path.
"""

from __future__ import annotations

from typing import Any

from runner.probes import Finding, History, beside, failed, inconclusive, may_be_our_lateness, passed

judges = beside(__file__, "judges")


def soon_s(history: History) -> float:
    """How long after its last answer a process with nothing left to do may take to end."""
    return float(history.notes["grace_s"]) / 2


def after_the_last_answer_s(history: History) -> float:
    return judges.watched_until_s(history) - float(history.notes["drained_s"])


def is_late(history: History) -> bool:
    """Whether a process that had nothing left to do was not gone soon."""
    return not judges.left(history) or after_the_last_answer_s(history) > soon_s(history)


def it_is_gone_soon(history: History) -> Finding:
    """Gone before half of the grace was over, and as a clean exit."""
    late_before_s = history.notes.get("late_before_s")
    times = 1 if late_before_s is None else 2
    before = [f"the first time it took {late_before_s:.1f} s or more, so once more:"] if times == 2 else []
    if history.faults.get("order held", 0) < times or history.faults.get("idle connections", 0) < 4 * times:
        return inconclusive("There were no idle connections and no order in flight when SIGTERM was sent.")
    order, took_s = judges.one(history, "order"), after_the_last_answer_s(history)
    assert order is not None
    evidence: dict[str, Any] = {
        "value": round(took_s, 2),
        "limit": soon_s(history),
        "unit": "s from the last answer to the exit",
        "decided_by": [
            *before,
            judges.event(history.notes["left_s"], "a client had left within an order, and one within a stock list"),
            *judges.signals_sent(history),
            judges.answer_event(order, "the only order in flight"),
            judges.exit_event(history),
        ],
        "reproduce": "(printf 'GET /readyz HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n'; sleep 70) | nc $HOST $PORT & "
        "sleep 1; kill -TERM $PID; time tail --pid=$PID -f /dev/null",
    }
    is_whole = judges.is_answer_to(order, history.notes["order"])
    if not is_whole and judges.may_have_been_its_grace(history, history.notes["drained_s"]):
        return inconclusive("The machine was too busy to let the order go within the grace.", **evidence)
    if not is_whole:
        return failed(f"The order in flight was {judges.told(order)}, so this was no drain.", **evidence)
    if not is_late(history):
        how = judges.how_ended(history)
        if judges.ended_cleanly(history):
            return passed(f"{took_s * 1000:.0f} ms after its last answer the process ended {how}.", **evidence)
        return failed(f"All was drained, and yet the process ended {how}, as a crash does.", **evidence)
    if may_be_our_lateness(history, history.notes["drained_s"], judges.watched_until_s(history), soon_s(history)):
        return inconclusive("The machine was too busy to time the exit.", **evidence)
    ran = "took" if judges.left(history) else "still ran, having taken"
    return failed(
        f"With idle keep-alive connections, two clients gone before SIGTERM and nothing left to do, the process "
        f"{ran} {took_s:.1f} s to end{', and so it was twice' if times == 2 else ''}.",
        **evidence,
    )
