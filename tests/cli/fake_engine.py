"""An engine without a sandbox: streams of events that a test scripts, and a record of what was asked and closed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

from runner.cli.engine import Engine
from runner.record import events
from runner.record.finding import Finding, Verdict
from runner.record.report import CriterionResult, Report

Pause = asyncio.Event

_SENTENCES = {"answers-right": "Every answer is right.", "stays-quick": "It stays quick."}


def report_saying(
    right: Verdict, quick: Verdict, *, kata: str = "slow-sum", sealed: bool = True, seed: int = 7
) -> Report:
    """A report of the small course's two criteria with these verdicts."""
    verdicts = {"answers-right": right, "stays-quick": quick}
    results = tuple(
        CriterionResult(
            name,
            _SENTENCES[name],
            Finding(
                verdict, f"What was seen of {name}.", 0.5, 0.9, "share", ("GET /sum at 1.0 s",), "curl -i localhost"
            ),
            wall_s=0.5,
        )
        for name, verdict in verdicts.items()
    )
    sandbox = "docker" if sealed else "process"
    return Report(kata, sandbox, sealed, seed, "2026-01-02T03:04:05Z", 1.5, results, {"node": "v24.19.0"})


PASSING = report_saying(Verdict.PASSED, Verdict.PASSED)
FAILING = report_saying(Verdict.PASSED, Verdict.FAILED)


def stream_of(report: Report) -> list[events.Event]:
    """What a verification that ends with `report` would send."""
    made: list[events.Event] = [
        events.RunStarted(0.0, report.kata, report.sandbox, report.sealed, report.seed, tuple(_SENTENCES)),
        events.StageReached(0.1, "building the image", 0.5),
        events.NoticeGiven(0.2, "The machine is \x1b[31mbusy."),
        events.ServiceStarted(0.3, "answers-right", "http://127.0.0.1:40001"),
        events.LineLogged(0.4, "stdout", "listening \x1b[2J"),
        events.VitalsSampled(0.5, 1.25, 0.5, 64 * 2**20, 2**20, 12, 0.25),
    ]
    for result in report.results:
        made += [events.ProbeStarted(1.0, result.criterion), events.ProbeJudged(2.0, result)]
    return [*made, events.ServiceStopped(3.0, 0, None), events.RunEnded(3.1, report)]


class FakeEngine:
    """Plays scripts: one for each verification, in order, the last one again and again.

    An exception in a script is raised there, and a `Pause` waits until it is set. `closed` counts streams that were
    left, however they were left.
    """

    def __init__(self, *scripts: Sequence[events.Event | Exception | Pause]) -> None:
        self.scripts = list(scripts)
        self.requests: list[Any] = []
        self.closed = 0

    @property
    def engine(self) -> Engine:
        return Engine(verify=self.play, run=self.play, try_out=self.play)

    async def play(self, request: Any) -> AsyncIterator[Any]:
        script = self.scripts[min(len(self.requests), len(self.scripts) - 1)]
        self.requests.append(request)
        try:
            for step in script:
                if isinstance(step, Exception):
                    raise step
                if isinstance(step, Pause):
                    await step.wait()
                    continue
                await asyncio.sleep(0)
                yield step
        finally:
            self.closed += 1


def engine_saying(report: Report) -> FakeEngine:
    return FakeEngine(stream_of(report))
