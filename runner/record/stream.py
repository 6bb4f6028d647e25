"""A stream of events kept in a file, and given again: as fast as it is read, or in the time that it took.

The file has one JSON event a line, as the verifier's child writes them, and is compressed.
"""

from __future__ import annotations

import asyncio
import gzip
import math
from collections.abc import AsyncGenerator, Iterable, Sequence
from pathlib import Path

import msgspec

from runner.clock import monotonic_s
from runner.record.events import Event

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)


def write_stream(file: Path, events: Iterable[Event]) -> None:
    """Keep `events`; the same events give the same bytes."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(gzip.compress(b"\n".join(map(_encoder.encode, events)), mtime=0))


def read_stream(file: Path) -> list[Event]:
    """The events of a file that `write_stream` wrote.

    Raises `OSError`, or `msgspec.ValidationError` where events have other fields now.
    """
    return [_decoder.decode(line) for line in gzip.decompress(file.read_bytes()).splitlines()]


async def replay(events: Sequence[Event], faster: float = math.inf) -> AsyncGenerator[Event, None]:
    """`events` once more, `faster` times as fast as they came; without it, one at each turn of the loop."""
    began_s = monotonic_s()
    for event in events:
        await asyncio.sleep(max(0.0, event.at_s / faster - (monotonic_s() - began_s)))
        yield event
