"""Readers of exports, as the probes of `missing-backpressure` play them, and what became of an export."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import Awaitable, Callable
from typing import Any

from runner.clock import monotonic_s
from runner.probes import Client, ConnectFailed, StreamReader, beside

MIB: int = beside(__file__, "feed").MIB
WINDOW = 64 * 1024
ENDED_WITHIN_S = 10.0

Pause = Callable[[], Awaitable[Any]]


def path_of(account: str) -> str:
    return f"/accounts/{account}/postings.csv"


async def until_still(
    client: Client, measure: Callable[[], float], enough: float, *, ticks: int = 4, within_s: float = 8.0
) -> bool:
    """Whether `measure` came to rest: the same over several answers of the service, each of which proves that it ran.

    Ends early where `measure` passes `enough`, where the service no longer answers, and after `within_s`.
    """
    still, last = 0, measure()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            while still < ticks and last <= enough:
                await asyncio.sleep(0.05)
                if not (await client.request("GET", "/healthz", tag="pulse", timeout_s=within_s)).ok:
                    return False
                now = measure()
                still = still + 1 if now == last else 0
                last = now
    return still >= ticks


async def read_up_to(reader: StreamReader, count: int, digest: Any = None) -> int:
    """Read that many bytes, or to the end; returns how many came. Nothing for a while is an end too."""
    got = 0
    with contextlib.suppress(TimeoutError):
        while got < count and (data := await reader.read(min(WINDOW, count - got))):
            got += len(data)
            if digest is not None:
                digest.update(data)
    return got


async def read_on(reader: StreamReader, count: int, within_s: float, digest: Any = None) -> int:
    """Read up to that many bytes of an export that was paused; returns how many came in time."""
    until_s, got = monotonic_s() + within_s, 0
    with contextlib.suppress(TimeoutError):
        while got < count and (left_s := until_s - monotonic_s()) > 0:
            if not (data := await reader.read(min(WINDOW, count - got), within_s=left_s)):
                break
            got += len(data)
            if digest is not None:
                digest.update(data)
    return got


async def fetch(
    client: Client, feed: Any, account: str, tag: str, pause: Pause | None = None, within_s: float = ENDED_WITHIN_S
) -> dict[str, Any]:
    """Read one export to its end and say what came; `pause` is awaited after the first half MiB."""
    rows, began_s, digest, got = feed.rows[account], feed.history.now(), hashlib.sha256(), 0
    window = WINDOW if pause else 4 * MIB
    try:
        reader = await client.stream("GET", path_of(account), window=window, tag=tag, timeout_s=within_s)
    except (TimeoutError, ConnectFailed) as trouble:
        ended, took_s = getattr(trouble, "how", ""), feed.history.now() - began_s
        return seen(tag, rows, began_s, took_s=took_s, ended=ended, snapshots=feed.opened(account))
    if pause is not None:
        got = await read_up_to(reader, MIB // 2, digest)
        await pause()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            while data := await reader.read(WINDOW):
                got += len(data)
                digest.update(data)
    took_s = feed.history.now() - began_s
    intact = reader.status == 200 and reader.complete and feed.is_whole(account, digest.hexdigest())
    reader.close()
    ending = reader.status, reader.ended, reader.complete
    return seen(tag, rows, began_s, took_s, *ending, intact, got, snapshots=feed.opened(account))


def seen(
    tag: str,
    rows: int,
    at_s: float,
    took_s: float,
    status: int | None = None,
    ended: str = "",
    complete: bool = False,
    intact: bool = False,
    size: int = 0,
    snapshots: int = 1,
) -> dict[str, Any]:
    """One export as its reader saw it; `ended` is empty where the response had not ended in time.

    `snapshots` of its account were opened for it.
    """
    return {
        "tag": tag,
        "rows": rows,
        "at_s": at_s,
        "took_s": took_s,
        "status": status,
        "ended": ended,
        "complete": complete,
        "intact": intact,
        "bytes": size,
        "snapshots": snapshots,
    }


def told(export: dict[str, Any]) -> str:
    """One export as a line of evidence."""
    ending = "a proper ending" if export["complete"] else export["ended"] or "no ending"
    intact = "intact" if export["intact"] else "not intact"
    return (
        f"{export['at_s']:.2f} s: {export['tag']} export of {export['rows']:,} rows: status {export['status']}, "
        f"{export['bytes']:,} bytes in {export['took_s']:.2f} s, {ending}, {intact}"
    )
