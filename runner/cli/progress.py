"""What a run is doing, told on stderr meanwhile: one line that is redrawn on a terminal, plain lines elsewhere."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Callable
from typing import TextIO

from runner import clock
from runner.cli.output import is_terminal, paint_for
from runner.cli.plain import is_plain
from runner.record import events
from runner.record.finding import Verdict
from runner.reports.paint import Paint, printable, printable_lines

_REDRAW_S = 0.25
_STAGE_STEP = 0.25


class StatusLine:
    """A last line on a terminal that is redrawn in place, above which ordinary lines scroll; lines only, elsewhere."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stderr
        self.live = is_terminal(self.stream) and not is_plain()
        self.paint: Paint = paint_for(self.stream)
        self._shown = False

    def line(self, text: str) -> None:
        """An ordinary line, which stays."""
        self._write(f"{self._erased()}{text}\n")

    def told(self, text: str, *styles: str) -> None:
        """What stays, made safe, and cut between words where the terminal is narrow."""
        first, *others = printable_lines(text)
        parts = [*self.paint.wrapped(first, "", "  "), *(f"  {other}" for other in others)]
        for part in parts:
            self.line(self.paint.style(part, *styles))

    def status(self, text: str) -> None:
        """The last line from now on; nothing where there is no terminal."""
        if not self.live:
            return
        room = max(20, self.paint.width - 1)
        cut = text if len(text) <= room else text[: room - 1] + ("…" if self.paint.unicode else "~")
        self._write(f"{self._erased()}{self.paint.style(cut, 'dim')}")
        self._shown = True

    def clear(self) -> None:
        """Takes the last line away, so that something else may write here."""
        self._write(self._erased())

    def _erased(self) -> str:
        shown, self._shown = self._shown, False
        return "\r\x1b[K" if shown else ""

    def _write(self, text: str) -> None:
        # A stderr that is gone is no reason to stop a verification.
        with contextlib.suppress(OSError, ValueError):
            self.stream.write(text)
            self.stream.flush()


class Progress:
    """The events of a verification as a person follows them. Verdicts' reasons are the report's business."""

    def __init__(self, status: StatusLine, *, logs: bool = False, now: Callable[[], float] = clock.monotonic_s) -> None:
        self._status = status
        self._logs = logs
        self._now = now
        self._began_s = now()
        self._doing = "starting"
        self._total = 0
        self._numbers: dict[str, int] = {}
        self._marks = ""
        self._told_stage = ("", 0.0)

    def see(self, event: events.Event) -> None:
        """Takes one event into account, and tells what is worth telling."""
        match event:
            case events.RunStarted():
                self._run_started(event)
            case events.StageReached():
                self._stage(event)
            case events.NoticeGiven(text=text):
                self._status.told(f"note: {text}", "yellow")
            case events.ProbeStarted(criterion=criterion, round=number):
                self._probe_started(criterion, number)
            case events.ProbeResumed(criterion=criterion, round=number):
                self._doing = self._probing(criterion, number)
            case events.ProbeJudged(result=result):
                self._judged(result.criterion, result.finding.verdict)
            case events.LineLogged(stream=stream) if self._logs:
                self._status.line(f"{self._status.paint.style(f'{stream}:', 'dim')} {printable(event.told)}")
            case _:
                return
        self.draw()

    def draw(self) -> None:
        """Redraws the status line with the time that has passed."""
        self._status.status(
            f"{self._marks}{' ' if self._marks else ''}{self._doing}, {self._now() - self._began_s:.0f} s"
        )

    def _run_started(self, event: events.RunStarted) -> None:
        self._total = len(event.criteria)
        count = f"{self._total} {'criterion' if self._total == 1 else 'criteria'}"
        sealed = "" if event.sealed else " (it isolates nothing)"
        self._status.told(f"Judging {event.kata} by {count} in the {event.sandbox} sandbox{sealed}, seed {event.seed}.")

    def _stage(self, event: events.StageReached) -> None:
        text = printable(event.text)
        share = event.fraction if event.fraction is not None else 0.0
        self._doing = text if event.fraction is None else f"{text} {share:.0%}"
        told, told_share = self._told_stage
        if not self._status.live and (text != told or share - told_share >= _STAGE_STEP):
            self._status.line(self._doing)
            self._told_stage = (text, share)

    def _probe_started(self, criterion: str, number: int) -> None:
        self._doing = self._probing(criterion, number)
        if not self._status.live:
            self._status.line(f"{self._doing} ...")

    def _probing(self, criterion: str, number: int) -> str:
        nth = self._numbers.setdefault(criterion, len(self._numbers) + 1)
        again = f" (round {number})" if number > 1 else ""
        return f"{nth}/{max(self._total, nth)} {printable(criterion)}{again}"

    def _judged(self, criterion: str, verdict: Verdict) -> None:
        paint = self._status.paint
        mark = (paint if self._status.live or paint.plain else Paint()).mark(verdict)
        self._marks += Paint(unicode=self._status.paint.unicode).mark(verdict)
        if not self._status.live:
            self._status.line(f"{mark} {verdict.value}: {printable(criterion)}".lstrip())


@contextlib.asynccontextmanager
async def ticking(draw: Callable[[], None], live: bool) -> AsyncIterator[None]:
    """Calls `draw` a few times a second while the block runs, where there is something to redraw."""
    if not live:
        yield
        return

    async def tick() -> None:
        while True:
            await asyncio.sleep(_REDRAW_S)
            draw()

    task = asyncio.create_task(tick())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
