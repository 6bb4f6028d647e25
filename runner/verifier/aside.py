"""Probes that mostly wait run beside the others, in a child of their own; what comes of both is told as one stream.

A reader meets one probe at a time. A probe that ran aside is told whole, between two of the others, and once those are
through, as it happens; one that failed is told at once, and what it came between goes on. It counts only where what
it needs has passed: then it is as if it had come after.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Iterator, Sequence

from msgspec import structs

from runner.catalog.kata import Criterion
from runner.probes.untried import needed, not_tried
from runner.record.events import (
    Event,
    NoticeGiven,
    ProbeJudged,
    ProbeResumed,
    ProbeStarted,
    RunEnded,
    RunStarted,
    ServiceReady,
    ServiceStarted,
    ServiceStopped,
    StageReached,
    VitalsSampled,
)
from runner.record.finding import Finding, Verdict
from runner.record.report import CriterionResult, Report

Events = AsyncGenerator[Event, None]
_CUT_SHORT = "The verifier ended before it could say. Run it again, or see `prodrill doctor`."


async def side_by_side(criteria: Sequence[Criterion], main: Events, aside: Events, begin: asyncio.Event) -> Events:
    """The events of both, with one RunStarted and, where `main` came to its own, one RunEnded for all of `criteria`.

    `main` judges those that are not aside. The stream aside is begun once main's sandbox is open, so that
    neither holds up the other; `begin` is set when its probes may be driven. Closing the iterator closes both.
    """
    weave = Weave(criteria)
    queue: asyncio.Queue[tuple[bool, Event | None]] = asyncio.Queue()
    at_once, main_is_open = asyncio.Event(), asyncio.Event()
    at_once.set()
    pumps = [
        asyncio.create_task(_pump(main, at_once, False, queue)),
        asyncio.create_task(_pump(aside, main_is_open, True, queue)),
    ]
    try:
        while not weave.is_over:
            is_aside, event = await queue.get()
            for told in weave.take_aside(event) if is_aside else weave.take(event):
                yield told
            if weave.main_is_open:
                main_is_open.set()
            if weave.aside_is_vain:
                _end(pumps[1])
            elif weave.aside_may_begin:
                begin.set()
        for told in weave.end():
            yield told
    finally:
        for pump in pumps:
            _end(pump)
        ends = await asyncio.gather(*pumps, return_exceptions=True)
    for end in ends:
        if isinstance(end, Exception):
            raise end


def _end(pump: asyncio.Task[None]) -> None:
    """Once: a child that is told a second time while it removes what it started is killed over it."""
    if not pump.cancelling():
        pump.cancel()


async def _pump(
    events: Events, after: asyncio.Event, is_aside: bool, queue: asyncio.Queue[tuple[bool, Event | None]]
) -> None:
    try:
        async with contextlib.aclosing(events):
            await after.wait()
            async for event in events:
                queue.put_nowait((is_aside, event))
    finally:
        queue.put_nowait((is_aside, None))


class Weave:
    """Two streams in, events to tell out. A stream's end is taken as None."""

    def __init__(self, criteria: Sequence[Criterion]) -> None:
        self._criteria = {criterion.id: criterion for criterion in criteria}
        self._results: dict[str, CriterionResult] = {}
        self._held: list[Event] = []
        self._telling = ""
        self._probing: ProbeStarted | None = None
        self._report: Report | None = None
        self._report_aside: Report | None = None
        self._main_over = self._aside_over = False
        self._sandbox = ""
        self._is_ready = self._has_fixed_ports = False

    @property
    def is_over(self) -> bool:
        """Nothing is to come that anybody waits for."""
        return self._main_over and (self._aside_over or self._report is None or self.aside_is_vain)

    @property
    def main_is_open(self) -> bool:
        """Or over, and will not open any more."""
        return bool(self._sandbox) or self._main_over

    @property
    def aside_may_begin(self) -> bool:
        """The service was seen to start; and two of them do not meet at a port that is not ours to choose."""
        is_apart = self._sandbox == "docker" or not self._has_fixed_ports
        return self._main_over or (self._is_ready and is_apart)

    @property
    def aside_is_vain(self) -> bool:
        """Each criterion aside needs one that is judged and did not pass."""
        return all(
            any(need in self._results and not self._passed(need) for need in criterion.needs)
            for criterion in self._criteria.values()
            if criterion.aside
        )

    def take(self, event: Event | None) -> Iterator[Event]:
        """The next of the main stream."""
        match event:
            case RunEnded():
                self._report = event.report
            case RunStarted():
                self._sandbox = event.sandbox
                yield structs.replace(event, criteria=tuple(self._criteria))
            case ServiceReady():
                self._is_ready = True
                self._has_fixed_ports |= bool(event.other_ports)
                yield event
            case ProbeStarted():
                self._probing = event
                yield event
            case ProbeJudged():
                self._probing = None
                self._results[event.result.criterion] = event.result
                yield event
                yield from self._release()
            case None:
                self._main_over = True
                yield from self._release()
            case _:
                yield event

    def take_aside(self, event: Event | None) -> Iterator[Event]:
        """The next of the stream aside."""
        match event:
            case RunEnded():
                self._report_aside = event.report
            case None:
                self._aside_over = True
            case RunStarted() | StageReached() | NoticeGiven():
                pass
            case VitalsSampled() if not self._main_over:
                pass  # how another service feels than the one now shown
            case _:
                self._held.append(event)
        if self._main_over:
            yield from self._release()
        elif isinstance(event, ProbeJudged) and self._is_failure(event.result):
            yield from self._interrupt(event.at_s)

    def end(self) -> Iterator[Event]:
        """What is left to say when both are over."""
        if self._report is None:
            return
        for criterion in self._criteria.values():
            if criterion.id not in self._results:
                self._results[criterion.id] = self._without_a_probe(criterion)
                yield ProbeJudged(self._report.wall_s, self._results[criterion.id])
        wall_s = max(self._report.wall_s, self._report_aside.wall_s if self._report_aside else 0.0)
        results = tuple(self._results[name] for name in self._criteria)
        yield RunEnded(wall_s, structs.replace(self._report, wall_s=wall_s, results=results))

    def _without_a_probe(self, criterion: Criterion) -> CriterionResult:
        """Not tried for what it needs; else as the report of its stream says, which may not have come to its probe."""
        reported = [*self._report.results] if self._report else []
        if criterion.aside:
            if missing := [need for need in criterion.needs if not self._passed(need)]:
                return not_tried(criterion, needed(missing))
            reported = [*self._report_aside.results] if self._report_aside else []
        cut_short = CriterionResult(
            criterion.id, criterion.sentence, Finding(Verdict.ERROR, _CUT_SHORT), lesson=criterion.lesson
        )
        return next((each for each in reported if each.criterion == criterion.id), cut_short)

    def _is_failure(self, result: CriterionResult) -> bool:
        """Not one that waits for what it needs, with which it is told."""
        return result.finding.verdict is Verdict.FAILED and self._counts(result.criterion)

    def _interrupt(self, at_s: float) -> Iterator[Event]:
        """Tell what is held in the midst of another probe, whose service, not that of this one, is still shown."""
        for event in self._release():
            if not isinstance(event, ServiceStarted | ServiceReady | ServiceStopped):
                yield event
        if self._probing:
            yield ProbeResumed(at_s, self._probing.criterion, self._probing.round)

    def _release(self) -> Iterator[Event]:
        """Tell what is held: whole probes while the main stream lasts, all of it afterwards."""
        judged = [at for at, event in enumerate(self._held) if isinstance(event, ProbeJudged)]
        until = len(self._held) if self._main_over else judged[-1] + 1 if judged else 0
        told, self._held = self._held[:until], self._held[until:]
        for event in told:
            if isinstance(event, ProbeStarted):
                self._telling = event.criterion
            name = event.result.criterion if isinstance(event, ProbeJudged) else self._telling
            if not self._counts(name):
                continue
            if isinstance(event, ProbeJudged):
                self._results[name] = event.result
            yield event

    def _counts(self, criterion: str) -> bool:
        """What it needs has passed, as far as is known now."""
        known = self._criteria.get(criterion)
        return known is not None and all(self._passed(need) for need in known.needs)

    def _passed(self, criterion: str) -> bool:
        result = self._results.get(criterion)
        return result is not None and result.finding.verdict is Verdict.PASSED
