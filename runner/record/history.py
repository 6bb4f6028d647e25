"""What a probe observed, in order: the only thing a judge reads.

A history is recorded while a probe drives, kept with the attempt, and can be judged again. Times are seconds since the
probe began, on one clock. Outcomes follow Jepsen: `ok` (a complete answer came), `fail` (it certainly had no effect),
`unknown` (sent, and its fate not seen).
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import msgspec
from msgspec import Struct

from runner.clock import monotonic_s
from runner.record.backing import BackingAct, Census
from runner.record.finding import Series
from runner.record.happened import (
    CallRecord,
    Effect,
    Exchange,
    Exited,
    Logged,
    Offered,
    Rotated,
    Sampled,
    SignalSent,
    Trouble,
    Watched,
)

__all__ = [
    "CallRecord",
    "Effect",
    "Exchange",
    "Exited",
    "History",
    "Logged",
    "Offered",
    "Rotated",
    "Sampled",
    "SignalSent",
    "Trouble",
    "Watched",
]


def _at_s(lag: tuple[float, float]) -> float:
    return lag[0]


class _Kept(Struct):
    criterion: str = ""
    seed: int = 0
    exchanges: list[Exchange] = []
    calls: list[CallRecord] = []
    effects: list[Effect] = []
    signals: list[SignalSent] = []
    exits: list[Exited] = []
    rotations: list[Rotated] = []
    sampled: list[Sampled] = []
    logged: list[Logged] = []
    lags: list[tuple[float, float]] = []
    queued: list[tuple[float, float]] = []
    starved: list[tuple[float, float]] = []
    crowds: list[tuple[float, float]] = []
    driven: tuple[float, float] | None = None
    offered: list[Offered] = []
    trouble: Trouble | None = None
    notes: dict[str, Any] = {}
    faults: dict[str, int] = {}
    acts: list[BackingAct] = []
    censuses: list[Census] = []
    bounds: dict[str, float] = {}


class History:
    """Append while a probe drives, read in a judge. `on_sample` hears each sample as it is taken, and `on_seen` each
    request that ended and each call that reached a third party.
    """

    def __init__(
        self,
        criterion: str = "",
        seed: int = 0,
        on_sample: Callable[[Sampled], None] | None = None,
        on_seen: Callable[[Exchange | CallRecord], None] | None = None,
    ) -> None:
        self._kept = _Kept(criterion=criterion, seed=seed)
        self._began_s = monotonic_s()
        self._on_sample, self._on_seen = on_sample, on_seen
        self._calls: dict[tuple[str, int], int] = {}

    def now(self) -> float:
        """Seconds since the probe began."""
        return monotonic_s() - self._began_s

    def at(self, monotonic: float) -> float:
        """A moment of the monotonic clock, on this history's clock."""
        return monotonic - self._began_s

    # -- recording -----------------------------------------------------------------------------------------------

    def note(self, name: str, value: Any) -> None:
        """A fact the judge needs and no event tells: an expectation the verifier computed, a count. JSON values."""
        self._kept.notes[name] = value

    def fault(self, name: str, bit: int) -> None:
        """A fault that was set, and how often it was seen to bite; adds to earlier counts."""
        self._kept.faults[name] = self._kept.faults.get(name, 0) + bit

    def sample(self, series: str, value: float, unit: str, limit: float | None = None) -> None:
        """A point of the evidence, shown live and kept as a series."""
        sampled = Sampled(series, unit, self.now(), float(value), limit)
        self._kept.sampled.append(sampled)
        if self._on_sample is not None:
            self._on_sample(sampled)

    def bound(self, series: str, limit: float) -> None:
        """A limit to draw in a series that comes of itself, such as `ANSWERS` (`runner.probes.seen`)."""
        self._kept.bounds[series] = limit

    def add_exchange(self, exchange: Exchange) -> None:
        self._kept.exchanges.append(exchange)
        if self._on_seen is not None:
            self._on_seen(exchange)

    def put_call(self, call: CallRecord) -> None:
        """Record a call, or what became of one recorded before (same link and number)."""
        index = self._calls.setdefault((call.link, call.n), len(self._kept.calls))
        if index == len(self._kept.calls):
            self._kept.calls.append(call)
            if self._on_seen is not None:
                self._on_seen(call)
        else:
            self._kept.calls[index] = call

    def add_effect(self, name: str, key: str, data: dict[str, Any]) -> None:
        self._kept.effects.append(Effect(name, key, self.now(), data))

    def add_signal(self, name: str, replica: str = "") -> None:
        self._kept.signals.append(SignalSent(name, self.now(), replica))

    def add_exit(self, exited: Exited) -> None:
        self._kept.exits.append(exited)

    def add_rotation(self, replica: str, is_in: bool) -> None:
        self._kept.rotations.append(Rotated(replica, is_in, self.now()))

    def add_line(self, stream: str, text: str, replica: str = "") -> None:
        self._kept.logged.append(Logged(self.now(), stream, text, replica))

    def add_lag(self, at_s: float, lag_s: float) -> None:
        """The verifier was to be back `lag_s` before this moment."""
        self._kept.lags.append((at_s, lag_s))

    def add_queued(self, at_s: float, queued_s: float) -> None:
        """By this moment the verifier had waited so long for a core since it last looked."""
        self._kept.queued.append((at_s, queued_s))

    def add_starved(self, at_s: float, waited_s: float) -> None:
        """By this moment a thread of the service had waited so long for a core since it was last looked at."""
        self._kept.starved.append((at_s, waited_s))

    def add_crowd(self, at_s: float, others: float) -> None:
        """At this moment so many threads that are not the service's ran or wanted to, for each core of the machine."""
        self._kept.crowds.append((at_s, others))

    def set_driven(self, from_s: float, to_s: float) -> None:
        """The drive lasted from one moment to the other, and the verifier watched itself meanwhile."""
        self._kept.driven = (from_s, to_s)

    def add_offered(self, offered: Offered) -> None:
        self._kept.offered.append(offered)

    def set_trouble(self, trouble: Trouble) -> None:
        self._kept.trouble = trouble

    def add_act(self, name: str, did: str, **detail: Any) -> None:
        self._kept.acts.append(BackingAct(name, did, self.now(), detail))

    def add_census(self, of: str, rows: list[dict[str, Any]], tag: str = "") -> Census:
        """What was found in a backing service at this moment; JSON values."""
        census = Census(of, self.now(), rows, tag)
        self._kept.censuses.append(census)
        return census

    # -- reading -------------------------------------------------------------------------------------------------

    @property
    def criterion(self) -> str:
        return self._kept.criterion

    @property
    def seed(self) -> int:
        return self._kept.seed

    @property
    def notes(self) -> dict[str, Any]:
        return self._kept.notes

    @property
    def faults(self) -> dict[str, int]:
        return self._kept.faults

    @property
    def signals(self) -> list[SignalSent]:
        return self._kept.signals

    @property
    def exits(self) -> list[Exited]:
        return self._kept.exits

    @property
    def rotations(self) -> list[Rotated]:
        """When each replica came into the round-robin and left it."""
        return self._kept.rotations

    def exchanges(self, tag: str | None = None, method: str | None = None, path: str | None = None) -> list[Exchange]:
        """Requests in the order they ended, narrowed by whatever is given."""
        return [
            e
            for e in self._kept.exchanges
            if (tag is None or e.tag == tag)
            and (method is None or e.method == method)
            and (path is None or e.path == path)
        ]

    def calls(self, link: str | None = None, method: str | None = None, path: str | None = None) -> list[CallRecord]:
        """Calls that reached downstreams, in the order they arrived."""
        return [
            c
            for c in self._kept.calls
            if (link is None or c.link == link)
            and (method is None or c.method == method)
            and (path is None or c.path == path)
        ]

    def effects(self, name: str | None = None) -> list[Effect]:
        return [e for e in self._kept.effects if name is None or e.name == name]

    def acts(self, name: str | None = None, did: str | None = None) -> list[BackingAct]:
        """What the probe did to backing services and the links to them, in order."""
        return [a for a in self._kept.acts if (name is None or a.name == name) and (did is None or a.did == did)]

    def censuses(self, of: str | None = None, tag: str | None = None) -> list[Census]:
        """What was found in backing services, in order."""
        return [c for c in self._kept.censuses if (of is None or c.of == of) and (tag is None or c.tag == tag)]

    @property
    def bounds(self) -> dict[str, float]:
        return self._kept.bounds

    @property
    def sampled(self) -> list[str]:
        """The names of the series that samples were taken of, in the order they began."""
        return list(dict.fromkeys(s.series for s in self._kept.sampled))

    def samples(self, series: str) -> list[Sampled]:
        return [s for s in self._kept.sampled if s.series == series]

    def series(self, name: str, limit: float | None = None, limit_label: str = "") -> Series:
        """The samples of one name as a chart's series."""
        taken = self.samples(name)
        kept_limit = next((s.limit for s in taken if s.limit is not None), limit)
        unit = taken[0].unit if taken else ""
        return Series(
            name,
            unit,
            tuple((s.t_s, s.value) for s in taken),
            kept_limit if limit is None else limit,
            limit_label,
        )

    def lines(self, stream: str | None = None) -> list[Logged]:
        return [line for line in self._kept.logged if stream is None or line.stream == stream]

    def lag_s(self, from_s: float, to_s: float) -> float:
        """The verifier's own worst scheduling lag between two moments, in seconds."""
        return max((lag for at_s, lag in self._kept.lags if from_s <= at_s <= to_s + lag), default=0.0)

    def late_s(self, from_s: float = float("-inf"), to_s: float = float("inf")) -> float:
        """How long the verifier was late between two moments, all in all: what it saw may be older by so much."""
        late_s, lags = 0.0, self._kept.lags
        for at_s, lag in itertools.islice(lags, bisect.bisect_left(lags, from_s, key=_at_s), None):
            if at_s - lag >= to_s:
                break
            late_s += min(at_s, to_s) - max(at_s - lag, from_s)
        return late_s

    def net_s(self, from_s: float, to_s: float) -> float:
        """How long something took at least: without what the verifier was late meanwhile.

        What is over its limit by this is late by itself; what is over it only without this cannot be said.
        """
        return max(0.0, to_s - from_s - self.late_s(from_s, to_s))

    def queued_s(self, from_s: float = 0.0, to_s: float = float("inf")) -> float:
        """How long it waited for a core meanwhile; 0 where the kernel does not tell."""
        return sum(queued for at_s, queued in self._kept.queued if from_s <= at_s <= to_s)

    @property
    def watched(self) -> Watched | None:
        """How the verifier fared while it drove; None where it did not come to drive, or nobody watched."""
        if self._kept.driven is None:
            return None
        from_s, to_s = self._kept.driven
        return Watched(to_s - from_s, self.late_s(from_s, to_s), self.queued_s(from_s, to_s), self.crowd)

    @property
    def crowd(self) -> float:
        """How many others wanted each core of the machine, at the median of the round; 0 where nobody tells."""
        return median([others for _, others in self._kept.crowds] or [0.0])

    def starved_s(self, from_s: float = float("-inf"), to_s: float = float("inf")) -> float:
        """How long the service waited for a core between two moments, at most; 0 where the kernel does not tell."""
        return sum(
            min(waited, at_s - from_s) for at_s, waited in self._kept.starved if from_s < at_s and at_s - waited < to_s
        )

    @property
    def offered(self) -> list[Offered]:
        """What the open-loop loads were to send, and did."""
        return self._kept.offered

    @property
    def trouble(self) -> Trouble | None:
        """Why the drive did not come to its end, where it did not."""
        return self._kept.trouble

    # -- keeping -------------------------------------------------------------------------------------------------

    def to_bytes(self) -> bytes:
        """All of it, as JSON."""
        return msgspec.json.encode(self._kept)

    @classmethod
    def from_bytes(cls, data: bytes) -> History:
        """A kept history. Raises msgspec.DecodeError where it is none."""
        history = cls()
        history._kept = msgspec.json.decode(data, type=_Kept)
        return history

    def save(self, file: Path) -> None:
        file.write_bytes(self.to_bytes())
