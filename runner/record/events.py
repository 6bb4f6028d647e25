"""Everything that happens in a run, as frozen facts on one stream.

The verifier's child writes them as JSON lines; the app, the commands and the tests read the same iterator.
"""

from __future__ import annotations

from msgspec import Struct

from runner.record.report import CriterionResult, Report


class Fact(Struct, frozen=True, tag=True):
    """Base of all events; `at_s` is seconds since the run began."""

    at_s: float


class RunStarted(Fact, frozen=True, tag=True):
    kata: str
    sandbox: str
    sealed: bool
    seed: int
    criteria: tuple[str, ...]


class StageReached(Fact, frozen=True, tag=True):
    """Set-up work before any timed window: `fraction` in 0..1 where it is known."""

    text: str
    fraction: float | None = None


class NoticeGiven(Fact, frozen=True, tag=True):
    """A line the learner should see once: no engine, a limit that could not be set, a busy machine."""

    text: str


class ServiceStarted(Fact, frozen=True, tag=True):
    """One copy was started, or the round-robin over all of them where `replica` is empty and there are several.

    `kill_line` is the shell line that ends this copy by hand.
    """

    criterion: str
    url: str
    replica: str = ""
    kill_line: str = ""


class ServiceReady(Fact, frozen=True, tag=True):
    """A copy answers; `other_ports` are those it listens on beside the one it was given."""

    replica: str = ""
    other_ports: tuple[int, ...] = ()


class LineLogged(Fact, frozen=True, tag=True):
    """One line the service printed, made safe to show; `stream` is `stdout` or `stderr`."""

    stream: str
    text: str
    replica: str = ""

    @property
    def told(self) -> str:
        """The line, after the name of the replica that printed it where there are several."""
        return f"{self.replica} | {self.text}" if self.replica else self.text


class VitalsSampled(Fact, frozen=True, tag=True):
    """How the service feels, the worst of its processes in each figure. For display, never for a verdict.

    `open_sockets` are its TCP connections, both ways; `in_flight` counts requests it has not answered in full.
    """

    loop_delay_ms: float
    loop_utilization: float
    rss_bytes: int
    heap_bytes: int
    handles: int
    cpu_share: float
    open_sockets: int = 0
    in_flight: int = 0


class ProbeStarted(Fact, frozen=True, tag=True):
    criterion: str
    round: int = 1


class ProbeResumed(Fact, frozen=True, tag=True):
    """What comes now is of this probe again; one that ran beside it was told in between."""

    criterion: str
    round: int = 1


class SampleTaken(Fact, frozen=True, tag=True):
    """A point of the evidence now being gathered, for a live chart."""

    criterion: str
    series: str
    unit: str
    t_s: float
    value: float
    limit: float | None = None


class ProbeJudged(Fact, frozen=True, tag=True):
    result: CriterionResult


class ServiceStopped(Fact, frozen=True, tag=True):
    code: int | None
    signal: str | None
    reason: str = ""
    replica: str = ""


class RunEnded(Fact, frozen=True, tag=True):
    report: Report


Event = (
    RunStarted
    | StageReached
    | NoticeGiven
    | ServiceStarted
    | ServiceReady
    | LineLogged
    | VitalsSampled
    | ProbeStarted
    | ProbeResumed
    | SampleTaken
    | ProbeJudged
    | ServiceStopped
    | RunEnded
)
