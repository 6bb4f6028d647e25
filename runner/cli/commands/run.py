"""`prodrill run KATA`: the service, started and left alone, to be poked by hand."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, cast

import click

from runner import clock
from runner.cli.engine import Engine, engine_of
from runner.cli.exit_code import ExitCode
from runner.cli.loop import run_to_end
from runner.cli.output import out
from runner.cli.params import KataName, kata_or_here_argument, sandbox_option
from runner.cli.progress import StatusLine
from runner.cli.work import Target, find_target
from runner.record import events
from runner.reports.paint import printable

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from runner.verifier import RunRequest

_VITALS_EVERY_S = 5.0


@click.command()
@kata_or_here_argument
@click.option("--kata", "kata_name", type=KataName(), metavar="KATA", help="Which kata a folder elsewhere belongs to.")
@sandbox_option
@click.pass_context
def command(ctx: click.Context, kata: str, kata_name: str | None, sandbox: str) -> int:
    """Start your copy of KATA (or the service in a folder) and keep it running, until Ctrl-C.

    Its URL and what it logs go to stdout; a line to try, and its vitals, to stderr. Whatever it calls answers happily.
    Where KATA has several replicas the URL is the round-robin's; each one's own, and how to end it, is told beside it.
    """
    from runner.verifier import RunRequest

    target = find_target(kata, kata_name)
    request = RunRequest(kata=target.kata, source=target.folder, sandbox=sandbox)
    return run_to_end(_run(engine_of(ctx), request, target))


async def _run(engine: Engine, request: RunRequest, target: Target) -> int:
    status = StatusLine()
    status.told(f"Starting {target.kata.slug} from {target.folder}.")
    watcher = Bystander(status, target.kata.spec.service.health)
    try:
        async with aclosing(cast("AsyncGenerator[events.Event, None]", engine.run(request))) as seen:
            async for event in seen:
                watcher.see(event)
    finally:
        status.clear()
    return watcher.exit_code


class Bystander:
    """Tells what a running service does: its address and its log on stdout, how it feels on stderr."""

    def __init__(self, status: StatusLine, health: str) -> None:
        self._status = status
        self._health = health
        self._vitals_told_s = -_VITALS_EVERY_S
        self._started = False
        self._failed = False
        self._ours = False

    @property
    def exit_code(self) -> ExitCode:
        if self._ours:
            return ExitCode.OURS_OR_INCONCLUSIVE
        return ExitCode.PASSED if self._started and not self._failed else ExitCode.FAILED

    def see(self, event: events.Event) -> None:
        match event:
            case events.StageReached(text=text):
                self._status.status(printable(text)) if self._status.live else self._status.line(printable(text))
            case events.NoticeGiven(text=text):
                self._status.told(f"note: {text}", "yellow")
            case events.ServiceStarted(replica=""):
                self._service_started(event.url)
            case events.ServiceStarted():
                self._status.line(f"  {event.replica}: {event.url}  # to end it: {event.kill_line}")
            case events.LineLogged():
                self._status.clear()
                out(printable(event.told))
            case events.VitalsSampled():
                self._vitals(event)
            case events.ServiceStopped():
                self._service_stopped(event)
            case events.RunEnded(report=report):
                for sentence in dict.fromkeys(result.finding.sentence for result in report.results):
                    self._status.told(f"prodrill: {sentence}")
                self._ours = True
            case _:
                pass

    def _service_started(self, url: str) -> None:
        self._started = True
        self._status.clear()
        out(url)
        up = self._status.paint.style("It is up.", "green")
        self._status.line(f"{up} In another terminal:")
        self._status.line(f"  URL={url}")
        self._status.line(f"  curl -i $URL{self._health}")
        self._status.line("Its routes are in the README.md beside it. Ctrl-C ends it.")

    def _vitals(self, event: events.VitalsSampled) -> None:
        text = vitals_line(event)
        now_s = clock.monotonic_s()
        if self._status.live:
            self._status.status(text)
        elif now_s - self._vitals_told_s >= _VITALS_EVERY_S:
            self._vitals_told_s = now_s
            self._status.line(text)

    def _service_stopped(self, event: events.ServiceStopped) -> None:
        how = f"ended by {event.signal}" if event.signal else f"exited with code {event.code}"
        reason = f", because of its {event.reason} limit" if event.reason else ""
        self._failed = True
        self._status.line(f"{event.replica or 'The service'} {how}{reason}.")


def vitals_line(event: events.VitalsSampled) -> str:
    """How the process feels, in one line that keeps its columns."""
    return (
        f"loop delay {event.loop_delay_ms:6.1f} ms  loop busy {event.loop_utilization:4.0%}  "
        f"memory {event.rss_bytes / 2**20:5.0f} MiB  handles {event.handles:3d}  cpu {event.cpu_share:4.0%}"
    )
