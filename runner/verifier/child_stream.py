"""A child process of ours and its stream of events: a job in, JSON lines out on a pipe of its own, nothing left behind.

What runs code of others is a process apart from what draws and waits. Its standard input is its life line: closed, or
its parent gone, the child ends what it started.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Any, TypeVar

import msgspec

E = TypeVar("E")

_LONGEST_LINE = 64 * 2**20
_END_WITHIN_S = 15.0


async def child_events(
    module: str,
    job_with: Callable[[int], Any],
    place: Path,
    decode: Callable[[bytes], E],
    begin: asyncio.Event | None = None,
) -> AsyncGenerator[E, None]:
    """The events of `python -m module JOB`, each a line that `decode` reads; closing the generator ends the child.

    `job_with` makes the job for the descriptor that the child is to write to. `place` is a folder for the job's file
    and for what the child says on stderr, of which `last_words` tells the last line. A child that waits to be told is
    sent a line once `begin` is set.
    """
    read_fd, write_fd = os.pipe()
    try:
        child = await _spawn(module, job_with(write_fd), write_fd, place)
    finally:
        os.close(write_fd)
    reader = asyncio.StreamReader(limit=_LONGEST_LINE)
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(read_fd, "rb")
    )
    telling = asyncio.create_task(_tell(child, begin)) if begin is not None else None
    try:
        while line := await reader.readline():
            yield decode(line)
        await child.wait()
    finally:
        if telling is not None:
            telling.cancel()
        await _end(child)
        transport.close()


async def _tell(child: asyncio.subprocess.Process, begin: asyncio.Event) -> None:
    await begin.wait()
    if child.stdin is not None:
        with contextlib.suppress(ConnectionError):
            child.stdin.write(b"begin\n")
            await child.stdin.drain()


async def _spawn(module: str, job: Any, events_fd: int, place: Path) -> asyncio.subprocess.Process:
    (place / "job.json").write_bytes(msgspec.json.encode(job))
    with (place / "stderr").open("wb") as stderr:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            module,
            str(place / "job.json"),
            stdin=asyncio.subprocess.PIPE,
            stdout=stderr,
            stderr=stderr,
            pass_fds=(events_fd,),
            start_new_session=True,
            env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        )


async def _end(child: asyncio.subprocess.Process) -> None:
    """Close the child's life line and wait for it to clean up; kill it only when it does not end."""
    if child.stdin is not None:
        child.stdin.close()
    waiting = asyncio.ensure_future(child.wait())
    try:
        async with asyncio.timeout(_END_WITHIN_S):
            await asyncio.shield(waiting)
    except TimeoutError:
        await _kill(child, waiting)
    except asyncio.CancelledError:
        await _kill(child, waiting)
        raise


async def _kill(child: asyncio.subprocess.Process, waiting: asyncio.Future[int]) -> None:
    """What it leaves is removed at the next start, by its labels and records."""
    with contextlib.suppress(ProcessLookupError):
        child.kill()
    await waiting


def last_words(place: Path) -> str:
    """The last line that the child of `place` wrote to stderr; empty where it wrote none."""
    text = (place / "stderr").read_text("utf-8", "replace").strip()
    return text.splitlines()[-1] if text else ""
