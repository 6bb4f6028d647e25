"""Records real verifications for the tests of the app: `python -m tests.tui.record`, in the process sandbox.

Of each kata the broken service and one accepted fix are verified, and every event is kept in `recordings/`. To be run
again where a kata named here changes, or the events do.
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from runner.catalog.answers import Answer, load_key, materialise
from runner.catalog.kata import Kata
from runner.catalog.loader import load_kata
from runner.record.events import Event, LineLogged, RunEnded, StageReached
from runner.record.finding import Verdict
from runner.record.stream import read_stream, write_stream
from runner.verifier import VerifyRequest, verify

FOLDER = Path(__file__).parent / "recordings"
RECORDED = {"blocked-event-loop": "worker-threads", "abrupt-shutdown": "by-hand"}
SEED = 20_26
STARTED_AT = "2026-03-04T05:06:07+00:00"
_LINES_KEPT = 400


def recording(kata: str, *, fixed: bool) -> list[Event]:
    """Every event of one verification that once happened."""
    return read_stream(FOLDER / f"{kata}-{'fixed' if fixed else 'broken'}.jsonl.gz")


async def record(kata: Kata, answer: Answer, into: Path) -> Verdict:
    with tempfile.TemporaryDirectory() as scratch:
        service = materialise(kata, answer, Path(scratch) / "service")
        request = VerifyRequest(kata, service, "process", SEED)
        events = [_nameless(event) async for event in verify(request) if not _is_of_this_machine(event)]
    assert isinstance(events[-1], RunEnded)
    write_stream(into, map(_rounded, _fewer_lines(events)))
    return events[-1].report.verdict


def _is_of_this_machine(event: Event) -> bool:
    """What was fetched first, which is said where it was never fetched before."""
    return isinstance(event, StageReached) and event.at_s == 0.0


def _nameless(event: Event) -> Event:
    """Without what tells of the machine or the day it was recorded on."""
    if not isinstance(event, RunEnded):
        return event
    versions = {name: version for name, version in event.report.versions.items() if name != "os"}
    return replace(event, report=replace(event.report, versions=versions, started_at=STARTED_AT))


def _rounded(event: Event) -> Event:
    """With figures as exact as anybody draws them, which is half the size."""
    short: Event = msgspec.convert(_in_short(msgspec.to_builtins(event)), Event)
    return short


def _in_short(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.5g}")
    if isinstance(value, dict):
        return {name: _in_short(each) for name, each in value.items()}
    return [_in_short(each) for each in value] if isinstance(value, list | tuple) else value


def _fewer_lines(events: list[Event]) -> list[Event]:
    """Of a service that prints a lot, the first lines."""
    lines = [event for event in events if isinstance(event, LineLogged)]
    dropped = set(map(id, lines[_LINES_KEPT:]))
    return [event for event in events if id(event) not in dropped]


def main() -> None:
    for slug, fix in RECORDED.items():
        kata = load_kata(slug)
        key = load_key(kata)
        fixed = next(answer for answer in key.accepted if answer.name == fix)
        for name, answer, wanted in (("broken", key.broken, Verdict.FAILED), ("fixed", fixed, Verdict.PASSED)):
            into = FOLDER / f"{slug}-{name}.jsonl.gz"
            verdict = asyncio.run(record(kata, answer, into))
            print(f"{into.name}: {verdict}, {len(read_stream(into))} events, {into.stat().st_size} bytes")
            assert verdict is wanted, f"{slug}, {answer.name}: {verdict}; run it again on a quiet machine"


if __name__ == "__main__":
    main()
