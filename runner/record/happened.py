"""What a history is made of: requests, calls, effects, signals, exits, samples, lines, and trouble of our own."""

from __future__ import annotations

import json
from typing import Any, Literal

from msgspec import Struct


class Exchange(Struct, frozen=True):
    """One request and what came of it. `how` says what went wrong: refused, reset, eof, timeout, malformed.

    `intended_s` is when it should have been sent, `lag_s` how late the verifier was; latency counts from the intended
    time, so that a stalled service cannot hide its stall (coordinated omission). `until_s` is until when an answer was
    waited for. `replica` took the connection, or is the one that was asked for it; empty where no one was, and where
    the service is one copy.
    """

    tag: str
    n: int
    method: str
    path: str
    intended_s: float
    sent_s: float
    outcome: str
    how: str = ""
    status: int | None = None
    headers: dict[str, str] = {}
    body: bytes = b""
    size: int = 0
    first_byte_s: float | None = None
    ended_s: float | None = None
    conn: int = 0
    lag_s: float = 0.0
    replica: str = ""
    until_s: float = 0.0

    @property
    def over_s(self) -> float:
        """When it ended; or when it was no longer waited for, where it did not."""
        return max(self.sent_s, self.until_s) if self.ended_s is None else self.ended_s

    @property
    def ok(self) -> bool:
        """A complete answer with a 2xx status."""
        return self.outcome == "ok" and self.status is not None and 200 <= self.status < 300

    @property
    def latency_ms(self) -> float:
        """From the intended send to the last byte; infinite where none came."""
        return (self.ended_s - self.intended_s) * 1000 if self.ended_s is not None else float("inf")

    def json(self) -> Any:
        """The body as JSON; ValueError where it is not."""
        return json.loads(self.body)


class CallRecord(Struct, frozen=True):
    """One call that reached a downstream. `closed_by` is `service`, `us` or empty while the connection stayed open."""

    link: str
    n: int
    conn: int
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    at_s: float
    query: dict[str, str] = {}
    status: int | None = None
    answered_s: float | None = None
    closed_by: str = ""
    closed_s: float | None = None

    def json(self) -> Any:
        """The body as JSON; ValueError where it is not."""
        return json.loads(self.body)


class Effect(Struct, frozen=True):
    """Something a third party did for good: a charge, a booking. `key` is what makes two of them the same."""

    name: str
    key: str
    at_s: float
    data: dict[str, Any] = {}


class SignalSent(Struct, frozen=True):
    name: str
    at_s: float
    replica: str = ""


class Exited(Struct, frozen=True):
    """The service ended; `asked` says whether the probe had sent it a signal before."""

    code: int | None
    signal: str | None
    at_s: float
    reason: str = ""
    asked: bool = False
    replica: str = ""


class Rotated(Struct, frozen=True):
    """From now on a replica is given connections by the round-robin, or no more."""

    replica: str
    is_in: bool
    at_s: float


class Sampled(Struct, frozen=True):
    series: str
    unit: str
    t_s: float
    value: float
    limit: float | None = None


class Logged(Struct, frozen=True):
    at_s: float
    stream: str
    text: str
    replica: str = ""


class Offered(Struct, frozen=True):
    """What an open-loop load was to send from `at_s` on, `planned` requests in `lasts_s`, and how many it did send."""

    tag: str
    at_s: float
    planned: int
    lasts_s: float
    sent: int = 0
    took_s: float = 0.0


class Watched(Struct, frozen=True):
    """How the verifier fared while a probe drove, in seconds: how long that took, how late it was in all, and how long
    it waited for a core; and how many others wanted each core of the machine, at the median.

    The last two are 0 where the kernel does not tell.
    """

    drove_s: float = 0.0
    late_s: float = 0.0
    queued_s: float = 0.0
    crowd: float = 0.0


class Trouble(Struct, frozen=True):
    """Why a drive did not come to its end; the learner's fault where the service is, and ours in all other cases.

    `service` never started, `refused` a connection or destroyed its `schema`; a `sandbox`, a backing service (`lost`)
    or our own code (`ours`) broke; the machine was too `busy` to start it.
    """

    kind: Literal["service", "refused", "schema", "sandbox", "lost", "ours", "busy"]
    text: str
