"""Histories of `pool-exhaustion` made by hand, answer by answer, as its judges are given them."""

from __future__ import annotations

from typing import Any

from runner.probes import Exchange, History
from tests.katas import kata_module

scene = kata_module("pool-exhaustion", "theatre")
evidence = kata_module("pool-exhaustion", "evidence")

IDLE, OPEN, ABORTED, ACTIVE = "idle", "idle in transaction", "idle in transaction (aborted)", "active"


class Told:
    """A history put together answer by answer."""

    def __init__(self, **notes: Any) -> None:
        self.history = History()
        for name, value in notes.items():
            self.history.note(name, value)

    def sent(self, tag: str, status: int | None, count: int = 1, ended_s: float = 0.1, **changes: Any) -> Told:
        """So many requests answered with `status`; None where no answer came."""
        facts: dict[str, Any] = {
            "tag": tag,
            "n": 1,
            "method": "POST",
            "path": "/bookings",
            "intended_s": 0.0,
            "sent_s": 0.0,
            "outcome": "ok" if status else "unknown",
            "how": "" if status else "timeout",
            "status": status,
            "ended_s": ended_s if status else None,
        }
        for _ in range(count):
            self.history.add_exchange(Exchange(**{**facts, **changes}))
        return self

    def sessions(self, tag: str, *states: str, age_s: float | None = 1.0) -> Told:
        """A census of sessions in these states; with `age_s=None` they have never run a statement."""
        rows = [
            {"pid": n, "state": state, "query": "ROLLBACK", "query_age_s": age_s, "age_s": 3.0}
            | {"xact_age_s": 1.0 if state in (OPEN, ACTIVE) else None}
            for n, state in enumerate(states)
        ]
        self.history.add_census("sessions", rows, tag)
        return self

    def fault(self, *names: str, bit: int = 1) -> Told:
        for name in names:
            self.history.fault(name, bit)
        return self

    def busy(self) -> Told:
        """The service took two seconds to answer what needs no connection."""
        return self.sent("barrier", 200, path="/healthz", ended_s=2.0)


def presale(
    *counts: int,
    left: tuple[int, ...] = (6, 6, 6),
    burst: int | None = 200,
    starting: int = 0,
    for_s: float = 0.1,
) -> Told:
    told = Told(share=6)
    for tag, looks in (("burst", counts or (6, 6, 6)), ("left", left)):
        for count in looks:
            states = [IDLE] * count
            told.sessions(tag, *states)
            rows = told.history.censuses("sessions", tag)[-1].rows
            new = {"state": "", "query": "", "query_age_s": None, "age_s": for_s}
            rows += [{"pid": 90 + n, **new} for n in range(starting)]
    return told.sent("burst", burst, 36).fault("waited", scene.LEFT, bit=6)


def full(in_time: int = 36, status: int = 503, late: int | None = None, seated: int = 201, again: int = 201) -> Told:
    told = Told(opened_s=1.0, excess=36).fault("connections taken", bit=4)
    told.sent("excess", status, in_time, ended_s=0.5)
    if late:
        told.sent("excess", late, 36 - in_time, ended_s=1.5)
    return told.sent("seated", seated, 4, ended_s=1.1).sent("again", again).sent("again at once", again, 4)
