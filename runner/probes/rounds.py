"""One round of a probe: drive it within a deadline, then find out what it came to."""

from __future__ import annotations

import asyncio
import traceback
from typing import Any

from msgspec import Struct, structs

from runner.catalog.kata import Limits
from runner.probes.client import ConnectFailed
from runner.probes.command import NoEntry
from runner.probes.postgres import SchemaBroken
from runner.probes.probe import Probe
from runner.probes.service import REASONS, DidNotStart
from runner.probes.watch import LagWatch
from runner.record.finding import Finding, Verdict
from runner.record.history import Exited, History
from runner.sandbox.base import SandboxError
from runner.sandbox.relay import RelayError

_LEAST_DEADLINE_S = 60.0


class Outcome(Struct, frozen=True):
    """What a round came to; `never_started` spares the other probes the same wait."""

    finding: Finding
    never_started: bool = False


class Overran(Exception):
    """A drive took far longer than it may."""


async def ready_to_judge(probe: Probe, arguments: dict[str, Any], watch: LagWatch) -> None:
    """Drive a probe, with the verifier's own lag watched, for a minute at most or six times its window."""
    deadline_s = max(_LEAST_DEADLINE_S, probe.window_s * 6)
    watch.start()
    try:
        async with asyncio.timeout(deadline_s) as limit:
            await probe.drive(**arguments)
    except TimeoutError:
        if limit.expired():
            raise Overran(f"the probe {probe.id} did not end within {deadline_s:g} s") from None
        raise
    finally:
        await watch.stop()


def find_out(probe: Probe, history: History, error: BaseException | None, limits: Limits) -> Outcome:
    """Judge a round: the learner's faults fail, ours are errors, and a judge that throws never passes."""
    if isinstance(error, DidNotStart | NoEntry):
        return Outcome(Finding(Verdict.FAILED, str(error)), never_started=True)
    if isinstance(error, SandboxError | RelayError):
        return Outcome(Finding(Verdict.ERROR, f"{error}. This is not your fault."), never_started=True)
    unasked = next((e for e in history.exits if not e.asked), None)
    if unasked is not None and (error is not None or unasked.reason):
        return Outcome(Finding(Verdict.FAILED, _died(unasked, limits), decided_by=_last_lines(history)))
    if isinstance(error, ConnectFailed):
        return Outcome(
            Finding(Verdict.FAILED, f"The service did not take a connection while it was probed: {error.how}.")
        )
    if isinstance(error, SchemaBroken):
        return Outcome(Finding(Verdict.FAILED, str(error)))
    if error is not None:
        return Outcome(
            Finding(Verdict.ERROR, f"Our probe broke: {_where(error)}. This is not your fault; please report it.")
        )
    return Outcome(_with_exit(_judge(probe, history), unasked, history, limits))


def _judge(probe: Probe, history: History) -> Finding:
    if (broken := history.notes.get("script_error")) is not None:
        return Finding(
            Verdict.ERROR,
            f"Our script of a downstream broke: {broken}. This is not your fault; please report it.",
        )
    if probe.decide is None:
        return Finding(Verdict.ERROR, f"The probe {probe.id} has no judge.")
    try:
        return probe.decide(history)
    except Exception as error:
        return Finding(Verdict.ERROR, f"Our judge broke: {_where(error)}. This is not your fault; please report it.")


def _with_exit(finding: Finding, unasked: Exited | None, history: History, limits: Limits) -> Finding:
    if unasked is None:
        return finding
    if finding.verdict is Verdict.FAILED:
        return structs.replace(finding, decided_by=(*finding.decided_by, _died(unasked, limits)))
    return Finding(Verdict.FAILED, _died(unasked, limits), decided_by=_last_lines(history))


def _died(exited: Exited, limits: Limits) -> str:
    how = f"by {exited.signal}" if exited.signal else f"with code {exited.code}"
    why = REASONS.get(exited.reason, "")
    most = {
        "memory": f" (limit {limits.memory_mb} MB)",
        "processes": f" (limit {limits.pids})",
        "output": f" (limit {limits.log_mb} MB)",
    }
    reason = f": {why}{most.get(exited.reason, '')}" if why else ", though nothing had asked it to"
    which = f"The service's {exited.replica}" if exited.replica else "The service"
    return f"{which} ended {how} {exited.at_s:.1f} s into the probe{reason}."


def _last_lines(history: History) -> tuple[str, ...]:
    return tuple(f"{line.at_s:.2f} s {line.replica or line.stream}: {line.text}" for line in history.lines()[-4:])


def _where(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    last = frames[-1] if frames else None
    place = f" ({last.filename.rsplit('/', 1)[-1]}:{last.lineno})" if last else ""
    return f"{type(error).__name__}: {error}{place}"
