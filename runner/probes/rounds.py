"""One round of a probe: drive it within a deadline, and write down why it did not come to its end where it did not."""

from __future__ import annotations

import asyncio
from typing import Any

from runner.probes.client import ConnectFailed
from runner.probes.command import NoEntry
from runner.probes.postgres import SchemaBroken
from runner.probes.probe import Probe
from runner.probes.service import DidNotStart, HeldUp
from runner.probes.verdict import where
from runner.probes.watch import LagWatch
from runner.record.history import Trouble
from runner.sandbox.base import SandboxError
from runner.sandbox.relay import RelayError

_LEAST_DEADLINE_S = 60.0


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


def trouble_of(error: BaseException | None, lost: str) -> Trouble | None:
    """Why a drive did not come to its end, for its history; `lost` says that a backing service broke."""
    match error:
        case _ if lost:
            return Trouble("lost", lost)
        case None:
            return None
        case HeldUp():
            return Trouble("busy", str(error))
        case DidNotStart() | NoEntry():
            return Trouble("service", str(error))
        case SandboxError() | RelayError():
            return Trouble("sandbox", str(error))
        case ConnectFailed():
            return Trouble("refused", error.how)
        case SchemaBroken():
            return Trouble("schema", str(error))
    return Trouble("ours", where(error))
