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
    ProbeResumed,
    ProbeStarted,
    RunEnded,
    RunStarted,
    SampleTaken,
    ServiceReady,
    ServiceStarted,
    ServiceStopped,
    StageReached,
    VitalsSampled,
)
from runner.record.finding import Series
from runner.record.report import CriterionResult, Report
from runner.tui.log_book import LogBook
from runner.tui.log_line import LogLine
from runner.tui.safe import safe_line

POINTS = 600
PROBE_LINES = 1_000
VITALS_KEPT = 120


@dataclass(slots=True)
class LiveSeries:
    """Samples of the probe now running, oldest dropped first."""

    name: str
    unit: str
    limit: float | None
    points: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=POINTS))

    def frozen(self) -> Series:
        return Series(self.name, self.unit, tuple(self.points), self.limit)


_VERDICTS = ("criteria", "report", "results", "seed", "recalled", "live", "probe_began", "probe_lines")
"""What a run by hand leaves as it was."""


@dataclass(slots=True)
class Board:
    """The state of one kata's criteria, its service and its evidence; `read` moves it on by one event.

    `by_hand` says that the service runs, or last ran, to be poked and not to be judged; `places` then holds each copy's
    address and the line that ends it. `probe_began` and `probe_lines` are the moment each probe began, in seconds of
    the run, and what the service printed during it. `recalled` says that the verdicts are an earlier attempt's.
    """

    criteria: tuple[str, ...]
    running: bool = False
    by_hand: bool = False
    recalled: bool = False
    stage: str = ""
    fraction: float | None = None
    sandbox: str = ""
    seed: int | None = None
    probing: str = ""
    round: int = 1
    url: str = ""
    places: dict[str, tuple[str, str]] = field(default_factory=dict)
    stopped: str = ""
    vitals: VitalsSampled | None = None
    vitals_lately: deque[VitalsSampled] = field(default_factory=lambda: deque(maxlen=VITALS_KEPT))
    report: Report | None = None
    results: dict[str, CriterionResult] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    live: dict[str, dict[str, LiveSeries]] = field(default_factory=dict)
    probe_began: dict[str, float] = field(default_factory=dict)
    probe_lines: dict[str, deque[LogLine]] = field(default_factory=dict)
    log: LogBook = field(default_factory=LogBook)

    def begin(self, log: LogBook | None = None, *, by_hand: bool = False) -> None:
        """Forget the last run, whose verdicts are on record; they stay in view while the service is run by hand."""
        fresh = Board(self.criteria)
        kept = _VERDICTS if by_hand else ()
        self.log.close()
        for name in Board.__slots__:
            if name not in kept:
                setattr(self, name, getattr(fresh, name))
        self.running, self.stage, self.by_hand = True, "starting", by_hand
        self.log = log or LogBook()

    def recall(self, report: Report) -> None:
        """Show an earlier attempt's verdicts until a new run begins."""
        self._ended_with(report)
        self.recalled = True

    def _ended_with(self, report: Report) -> None:
        self.report, self.seed = report, report.seed
        self.results = {result.criterion: result for result in report.results}

    def end(self) -> None:
        """The stream is over, whether it ended or was cancelled."""
        self.running, self.probing, self.stage, self.fraction = False, "", "", None
        self.vitals, self.url = None, ""
        self.places = {}
        self.log.close()

    def series_of(self, criterion: str) -> tuple[Series, ...]:
        """The evidence to draw: the judged series when there are any, else what was sampled live."""
        result = self.results.get(criterion)
        if result is not None and result.finding.series:
            return result.finding.series
        return tuple(series.frozen() for series in self.live.get(criterion, {}).values())

    def read_all(self, events: Iterable[Event]) -> None:
        for event in events:
            self.read(event)
        self.log.flush()

    def read(self, event: Event) -> None:
        match event:
            case LineLogged():
                self._line(event)
            case VitalsSampled():
                self.vitals = event
                self.vitals_lately.append(event)
            case SampleTaken():
                self._sample(event)
            case RunStarted():
                self.sandbox, self.seed = event.sandbox, event.seed
            case StageReached():
                self.stage, self.fraction = safe_line(event.text, 200), event.fraction
            case NoticeGiven():
                self._note(event.text)
            case ServiceStarted() | ServiceReady() | ServiceStopped():
                self._service(event)
            case ProbeStarted() | ProbeResumed() | ProbeJudged():
                self._probe(event)
            case RunEnded():
                self._ended(event.report)
            case _:
                assert_never(event)

    def _ended(self, report: Report) -> None:
        """A run by hand that could not be begun ends with a report as well, which judges nothing."""
        if self.by_hand:
            for sentence in dict.fromkeys(result.finding.sentence for result in report.results):
                self._note(sentence)
        else:
            self._ended_with(report)

    def _line(self, event: LineLogged) -> None:
        line = self.log.take(event)
        if self.probing:
            self.probe_lines.setdefault(self.probing, deque(maxlen=PROBE_LINES)).append(line)

    def _note(self, text: str) -> None:
        line = safe_line(text, 400)
        if line not in self.notices:
            self.notices.append(line)

    def _probe(self, event: ProbeStarted | ProbeResumed | ProbeJudged) -> None:
        if isinstance(event, ProbeJudged):
            self.results[event.result.criterion] = event.result
            self.probing = "" if self.probing == event.result.criterion else self.probing
            return
        self.probing, self.round, self.stage, self.fraction = event.criterion, event.round, "", None
        if isinstance(event, ProbeStarted):
            self.live[event.criterion] = {}
            self.probe_began[event.criterion] = event.at_s
            self.probe_lines.pop(event.criterion, None)

    def _service(self, event: ServiceStarted | ServiceReady | ServiceStopped) -> None:
        if isinstance(event, ServiceReady):
            return
        if isinstance(event, ServiceStarted):
            self.places[event.replica] = safe_line(event.url, 200), safe_line(event.kill_line, 200)
            self.url, self.stopped = self.places.get("", self.places[event.replica])[0], ""
            return
        self.places.pop(event.replica, None)
        if any(self.places):  # the others still run, and it is their vitals that come
            return
        self.stopped = safe_line(self._how_it_ended(event), 200)
        self.url, self.vitals, self.places = "", None, {}

    def _how_it_ended(self, event: ServiceStopped) -> str:
        """Nothing where it is the verifier that ended it, as it does after every probe."""
        if event.signal == "SIGKILL" and not event.reason and not self.by_hand:
            return ""
        how = f"by {event.signal}" if event.signal else f"with code {event.code}"
        why = f": {event.reason}" if event.reason else ""
        return f"service ended {how}{why}"

    def _sample(self, event: SampleTaken) -> None:
        of_criterion = self.live.setdefault(event.criterion, {})
        series = of_criterion.get(event.series)
        if series is None:
            series = of_criterion[event.series] = LiveSeries(event.series, event.unit, event.limit)
        series.limit = event.limit if event.limit is not None else series.limit
        series.points.append((event.t_s, event.value))
