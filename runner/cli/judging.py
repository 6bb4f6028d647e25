"""One verification from the command line's side: follow the stream, come back with the report."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING, cast

from runner.cli.engine import Engine
from runner.cli.errors import OurFault
from runner.cli.progress import Progress, StatusLine, ticking
from runner.record.events import Event, RunEnded
from runner.record.report import Report

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from runner.verifier import VerifyRequest


async def judge(engine: Engine, request: VerifyRequest, status: StatusLine, *, logs: bool = False) -> Report:
    """Verifies, telling the progress on `status`; cancelled, it ends the run before it returns.

    Raises `OurFault` where the run ends without a report.
    """
    progress = Progress(status, logs=logs)
    try:
        async with ticking(progress.draw, status.live):
            return await follow(engine.verify(request), progress.see)
    finally:
        status.clear()


async def follow(stream: AsyncIterator[Event], see: Callable[[Event], None]) -> Report:
    """Hands every event to `see` and returns the report the stream ends with. Always closes the stream."""
    report: Report | None = None
    async with aclosing(cast("AsyncGenerator[Event, None]", stream)) as seen:
        async for event in seen:
            see(event)
            if isinstance(event, RunEnded):
                report = event.report
    if report is None:
        raise OurFault(
            "the verification ended without a report, which is our fault and says nothing about the fix. "
            "Repeat it; `prodrill doctor` says what may be wrong with this machine."
        )
    return report
