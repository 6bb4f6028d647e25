"""A verification that streams more than any real one: `python -m runner.tui.measuring.flood JOB`.

The app reads it as it reads a real one: JSON lines from another process, on a pipe.
"""

from __future__ import annotations

import math
import os
import sys
import tempfile
import time
from collections.abc import AsyncGenerator
from pathlib import Path

import msgspec
from msgspec import Struct

from runner.catalog.kata import Kata
from runner.clock import monotonic_s
from runner.record.events import Event, LineLogged, ProbeStarted, RunStarted, SampleTaken, ServiceStarted, VitalsSampled
from runner.verifier.child_stream import child_events

_BATCH_S = 0.01
_LINE = '{"level":"info","event":"request","path":"/reports","ms":%d,"reference":"Q4 \\u001b[31m[/red] %d"}'
_decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)


class Flood(Struct, frozen=True):
    """How much comes in a second: events of a probe and of a service's vitals, and lines that the service prints."""

    events_hz: int = 500
    lines_hz: int = 2_000


class FloodJob(Struct, frozen=True):
    flood: Flood
    kata: str
    criteria: tuple[str, ...]
    events_fd: int


async def flooded(flood: Flood, kata: Kata, source: Path, histories: Path) -> AsyncGenerator[Event, None]:
    """Events until the iterator is closed."""
    criteria = tuple(criterion.id for criterion in kata.criteria)
    with tempfile.TemporaryDirectory() as place:

        def job_with(events_fd: int) -> FloodJob:
            return FloodJob(flood, kata.slug, criteria, events_fd)

        async for event in child_events("runner.tui.measuring.flood", job_with, Path(place), _decoder.decode):
            yield event


def _sample(n: int, at_s: float, criterion: str) -> Event:
    if n % 10 == 0:
        return VitalsSampled(at_s, 12 + n % 7, 0.4, (80 + n % 40) * 2**20, 60 * 2**20, 12, 0.6)
    return SampleTaken(at_s, criterion, f"series {n % 3}", "ms", at_s, 50 + 40 * math.sin(n / 50), 100.0)


def _batch(flood: Flood, before_s: float, now_s: float, criterion: str) -> list[Event]:
    events = range(int(before_s * flood.events_hz), int(now_s * flood.events_hz))
    lines = range(int(before_s * flood.lines_hz), int(now_s * flood.lines_hz))
    return [
        *(_sample(n, now_s, criterion) for n in events),
        *(LineLogged(now_s, "stdout", _LINE % (n % 900, n)) for n in lines),
    ]


def main() -> None:
    """Write until nobody reads."""
    job = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=FloodJob)
    encode = msgspec.json.Encoder().encode
    criterion = job.criteria[min(1, len(job.criteria) - 1)]
    first: list[Event] = [
        RunStarted(0.0, job.kata, "process", False, 1, job.criteria),
        ServiceStarted(0.0, criterion, "http://127.0.0.1:1"),
        ProbeStarted(0.0, criterion),
    ]
    began_s, before_s = monotonic_s(), 0.0
    with os.fdopen(job.events_fd, "wb", buffering=0) as pipe:
        os.set_blocking(pipe.fileno(), True)
        waiting = first
        try:
            while True:
                pipe.write(b"".join(encode(event) + b"\n" for event in waiting))
                time.sleep(_BATCH_S)
                now_s = monotonic_s() - began_s
                waiting, before_s = _batch(job.flood, before_s, now_s, criterion), now_s
        except BrokenPipeError:
            pass


if __name__ == "__main__":
    main()
