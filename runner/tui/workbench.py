"""What goes on at one kata's workbench: a verification or a run by hand, what it came to, and how it is ended.

It knows nothing of widgets: the screen asks it to begin and to end, takes in what arrived a few times a second, and
draws its board.
"""

from __future__ import annotations

from msgspec import Struct

from runner import clock
from runner.catalog.kata import Kata
from runner.record.events import Event, ProbeJudged, ProbeStarted
from runner.record.finding import Verdict
from runner.record.report import Report
from runner.tui.board import Board
from runner.tui.desk import AttemptFiles, Desk, DeskError
from runner.tui.log_book import LogBook
from runner.tui.neighbours import Neighbours
from runner.tui.safe import safe_line
from runner.tui.verification import Verification, Verify

ASLEEP_S = 5.0


class Ended(Struct, frozen=True):
    """How a run ended; `trouble` is what the learner is to be told, `report` what was kept of it."""

    by_hand: bool
    report: Report | None
    trouble: tuple[str, ...] = ()


class Bench:
    """One run at a time over `desk`, for `kata`; `board` is the picture of the last of them."""

    def __init__(self, desk: Desk, kata: Kata, verify: Verify) -> None:
        self._desk, self._kata, self._verify = desk, kata, verify
        self.board = Board(tuple(criterion.id for criterion in kata.criteria))
        self.neighbours = Neighbours()
        self.run: Verification[Event] | None = None
        self._files: AttemptFiles | None = None
        self._ahead_s = 0.0
        self._slept_s = 0.0

    @property
    def is_running(self) -> bool:
        return self.run is not None

    @property
    def is_by_hand(self) -> bool:
        return self.run is not None and self.board.by_hand

    def verify(self) -> None:
        """Judge the copy as it is now. Raises `DeskError` where it cannot be read."""
        files = self._desk.begin_attempt(self._kata)
        self._files = files
        self._begin(by_hand=False)
        self.run = Verification(self._verify(self._kata, files.source, files.histories))

    def run_by_hand(self) -> None:
        """Start the copy as it is now, to be poked. Raises `DeskError` where there is none."""
        events = self._desk.by_hand(self._kata)
        self._begin(by_hand=True)
        self.run = Verification(events)

    def _begin(self, *, by_hand: bool) -> None:
        self.board.begin(LogBook(file=self._desk.log_file(self._kata)), by_hand=by_hand)
        self.neighbours.forget()
        self._ahead_s, self._slept_s = _wall_ahead_s(), 0.0

    def cancel_soon(self) -> None:
        """End the run; `take` says when everything it started is gone."""
        if self.run is not None:
            self.run.cancel_soon()

    async def cancel(self) -> Ended | None:
        """End the run, and wait until everything it started is gone."""
        if self.run is None:
            return None
        await self.run.cancel()
        return self.take()

    def take(self) -> Ended | None:
        """Take in what arrived since the last time; how the run ended, if it did."""
        run = self.run
        if run is None:
            return None
        self._look_for_sleep(run)
        over = run.over  # asked first: what came before the end is then in the buffer
        events = run.drain()
        self.board.log.dropped = run.dropped_lines
        self.board.read_all(events)
        for event in events:
            self._look_around(event)
        return self._finish(run) if over else None

    def _look_for_sleep(self, run: Verification[Event]) -> None:
        """A machine that slept goes on with timers that are long over: what is measured then says nothing."""
        self._slept_s = max(self._slept_s, _wall_ahead_s() - self._ahead_s)
        if self._slept_s > ASLEEP_S and not self.board.by_hand:
            run.cancel_soon()

    def _look_around(self, event: Event) -> None:
        """A round that is repeated says that the machine was busy: only then is it worth asking who with."""
        match event:
            case ProbeStarted(round=1):
                self.neighbours.forget()
            case ProbeStarted():
                self.neighbours.look()
            case ProbeJudged(result=result) if result.finding.verdict is Verdict.INCONCLUSIVE:
                self.neighbours.tell(result.criterion)
            case _:
                pass

    def _finish(self, run: Verification[Event]) -> Ended:
        self.run = None
        self.board.end()
        trouble = [run.trouble] if run.trouble else []
        if self._slept_s > ASLEEP_S and run.cancelled:
            trouble.append(
                f"The machine slept {self._slept_s:.0f} s during the run, so it says nothing: it was ended and is not "
                "kept. v verifies again."
            )
        return Ended(self.board.by_hand, self._keep(trouble), tuple(safe_line(text, 600) for text in trouble))

    def _keep(self, trouble: list[str]) -> Report | None:
        files, report = self._files, self.board.report
        self._files = None
        if files is None:
            return None
        try:
            if report is None:
                self._desk.drop_attempt(files)
            else:
                self._desk.record_attempt(self._kata, files, report)
        except DeskError as error:
            trouble.append(str(error))
        return report


def _wall_ahead_s() -> float:
    """How far the wall clock is ahead of the one that stands still while the machine sleeps."""
    return clock.utc_now().timestamp() - clock.monotonic_s()
