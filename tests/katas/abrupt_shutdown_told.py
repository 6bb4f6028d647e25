"""Histories of `abrupt-shutdown` made by hand, as its judges are given them."""

from __future__ import annotations

import json
from typing import Any

from runner.probes import Exchange, Finding, History
from runner.record.history import Exited, SignalSent

ORDER = {"reference": "held-1", "sku": "AB-1234", "quantity": 3}
SIGNAL_S = 1.0


def history_of(*, held: tuple[str, ...] = ("order held",), signals: tuple[str, ...] = ("SIGTERM",)) -> History:
    """A history in which the faults `held` bit and `signals` were sent one second into the probe."""
    history = History()
    for name in held:
        history.fault(name, 1)
    for name in signals:
        history.signals.append(SignalSent(name, SIGNAL_S))
    history.note("order", ORDER)
    history.note("grace_s", 4.0)
    history.note("left", False)
    history.note("watched_until_s", 9.0)
    return history


def ends(history: History, at_s: float, code: int | None = 0, signal: str | None = None) -> History:
    """The process ends by itself."""
    history.add_exit(Exited(code, signal, at_s, asked=True))
    history.note("left", True)
    return history


def killed_by_us(history: History) -> History:
    """The kill with which every probe ends, which is no exit of the service's own."""
    history.add_exit(Exited(None, "SIGKILL", 9.1, asked=True))
    return history


def answer_to(order: dict[str, Any] = ORDER, status: str = "reserved") -> bytes:
    return json.dumps({"id": "o-1", **order, "status": status}).encode()


def exchange(tag: str, **changes: Any) -> Exchange:
    fields: dict[str, Any] = {
        "tag": tag,
        "n": 1,
        "method": "POST",
        "path": "/orders",
        "intended_s": 0.5,
        "sent_s": 0.5,
        "outcome": "ok",
        "status": 201,
        "body": answer_to(),
        "ended_s": 1.5,
    }
    return Exchange(**{**fields, **changes})


def cut(tag: str, how: str = "eof", outcome: str = "unknown", ended_s: float = 1.5) -> Exchange:
    return exchange(tag, outcome=outcome, how=how, status=None, body=b"", ended_s=ended_s)


def judged(judge: Any, history: History) -> Finding:
    finding: Finding = judge(History.from_bytes(history.to_bytes()))
    return finding
