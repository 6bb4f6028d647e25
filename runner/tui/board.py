"""What a run has come to so far: events in, a picture of the moment out.

It knows nothing of Textual, so what the workbench will show can be tested, and replayed, without a screen.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import assert_never

from runner.record.events import (
    Event,
    LineLogged,
    NoticeGiven,
    ProbeJudged,
    ProbeStarted,
    RunEnded,
    RunStarted,
    SampleTaken,
    ServiceStarted,
    ServiceStopped,
    StageReached,
    VitalsSampled,
)
from runner.record.finding import Series
from runner.record.report import CriterionResult, Report
from runner.tui.safe import safe_line

LOG_LINES = 2_000
POINTS = 600


@dataclass(slots=True)
class LiveSeries:
    """Samples of the probe now running, oldest dropped first."""

    name: str
    unit: str
    limit: float | None
    points: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=POINTS))

    def frozen(self) -> Series:
        return Series(self.name, self.unit, tuple(self.points), self.limit)


@dataclass(slots=True)
class Board:
    """The state of one kata's criteria, its service and its evidence; `read` moves it on by one event."""

    criteria: tuple[str, ...]
    running: bool = False
    stage: str = ""
    fraction: float | None = None
    sandbox: str = ""
    seed: int | None = None
    probing: str = ""
    round: int = 1
    url: str = ""
    copies: set[str] = field(default_factory=set)
    stopped: str = ""
    vitals: VitalsSampled | None = None
    report: Report | None = None
    results: dict[str, CriterionResult] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    live: dict[str, dict[str, LiveSeries]] = field(default_factory=dict)
    fresh_lines: deque[str] = field(default_factory=lambda: deque(maxlen=LOG_LINES))

    def begin(self) -> None:
        """Forget the last run; what its verdicts were is on record."""
        fresh = Board(self.criteria)
        for name in Board.__slots__:
            setattr(self, name, getattr(fresh, name))
        self.running, self.stage = True, "starting"

    def recall(self, report: Report) -> None:
        """Show an earlier attempt's verdicts until a new run begins."""
        self.report, self.seed = report, report.seed
        self.results = {result.criterion: result for result in report.results}

    def end(self) -> None:
        """The stream is over, whether it ended or was cancelled."""
        self.running, self.probing, self.stage, self.fraction = False, "", "", None
        self.vitals, self.url, self.stopped = None, "", ""
        self.copies = set()

    def series_of(self, criterion: str) -> tuple[Series, ...]:
        """The evidence to draw: the judged series when there are any, else what was sampled live."""
        result = self.results.get(criterion)
        if result is not None and result.finding.series:
            return result.finding.series
        return tuple(series.frozen() for series in self.live.get(criterion, {}).values())

    def read_all(self, events: Iterable[Event]) -> None:
        for event in events:
            self.read(event)

    def read(self, event: Event) -> None:
        match event:
            case LineLogged():
                self.fresh_lines.append(safe_line(event.told))
            case VitalsSampled():
                self.vitals = event
            case SampleTaken():
                self._sample(event)
            case RunStarted():
                self.sandbox, self.seed = event.sandbox, event.seed
            case StageReached():
                self.stage, self.fraction = safe_line(event.text, 200), event.fraction
            case NoticeGiven():
                self._note(event.text)
            case ServiceStarted() | ServiceStopped():
                self._service(event)
            case ProbeStarted() | ProbeJudged():
                self._probe(event)
            case RunEnded():
                self.recall(event.report)
            case _:
                assert_never(event)

    def _note(self, text: str) -> None:
        line = safe_line(text, 400)
        if line not in self.notices:
            self.notices.append(line)

    def _probe(self, event: ProbeStarted | ProbeJudged) -> None:
        if isinstance(event, ProbeStarted):
            self.probing, self.round, self.stage, self.fraction = event.criterion, event.round, "", None
            self.live[event.criterion] = {}
        else:
            self.results[event.result.criterion] = event.result
            self.probing = "" if self.probing == event.result.criterion else self.probing

    def _service(self, event: ServiceStarted | ServiceStopped) -> None:
        if isinstance(event, ServiceStarted):
            self.url, self.stopped = safe_line(event.url, 200), ""
            self.copies.add(event.replica)
            return
        self.copies.discard(event.replica)
        if self.copies:  # the others still run, and it is their vitals that come
            return
        how = f"by {event.signal}" if event.signal else f"with code {event.code}"
        why = f": {event.reason}" if event.reason else ""
        self.stopped = safe_line(f"service ended {how}{why}", 200)
        self.url, self.vitals = "", None

    def _sample(self, event: SampleTaken) -> None:
        of_criterion = self.live.setdefault(event.criterion, {})
        series = of_criterion.get(event.series)
        if series is None:
            series = of_criterion[event.series] = LiveSeries(event.series, event.unit, event.limit)
        series.limit = event.limit if event.limit is not None else series.limit
        series.points.append((event.t_s, event.value))
