"""Notices that a learner saved: the folder of a copy differs from what it was, and has kept still since.

It is looked at a few times a second, which works on every file system and costs next to nothing for a service's files.
"""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

from runner import clock
from runner.catalog.files import walk_files

POLL_S = 0.1
QUIET_S = 0.2

Saved = frozenset[tuple[str, int, int]]
"""What tells one state of a folder from another: each file's path, time of change and size."""


async def changed(folder: Path, seen: Saved, run: asyncio.Future[None] | None = None) -> Saved:
    """Waits until the folder differs from `seen` and then keeps still for QUIET_S; the state it has then.

    A `run` that ends by an error of its own ends the waiting by that error.
    """
    while True:
        if run is not None and run.done() and not run.cancelled() and (error := run.exception()) is not None:
            raise error
        now = saved(folder)
        if now != seen:
            return await _still(folder, now)
        await asyncio.sleep(POLL_S)


async def _still(folder: Path, last: Saved) -> Saved:
    since_s = clock.monotonic_s()
    while clock.monotonic_s() - since_s < QUIET_S:
        await asyncio.sleep(POLL_S / 2)
        now = saved(folder)
        if now != last:
            last, since_s = now, clock.monotonic_s()
    return last


def saved(folder: Path) -> Saved:
    """The folder's state; a file that goes away while it is looked at is not part of it."""
    found: set[tuple[str, int, int]] = set()
    for relative in walk_files(folder):
        with contextlib.suppress(OSError):
            facts = (folder / relative).stat()
            found.add((str(relative), facts.st_mtime_ns, facts.st_size))
    return frozenset(found)
