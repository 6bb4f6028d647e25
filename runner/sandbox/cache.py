"""Where prodrill keeps what can be made again: toolboxes, run folders, port locks, canary results."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import shutil
import stat
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import IO

import platformdirs

from runner.clock import monotonic_s
from runner.sandbox.base import SandboxError

_POLL_S = 0.02


def cache_dir() -> Path:
    """`PRODRILL_CACHE`, else the platform's cache folder; made when absent. SandboxError when it cannot be written."""
    named = os.environ.get("PRODRILL_CACHE")
    folder = Path(named).expanduser().absolute() if named else Path(platformdirs.user_cache_dir("prodrill"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SandboxError(
            f"the cache folder {folder} cannot be made: {error.strerror}; set PRODRILL_CACHE to a folder you can write"
        ) from error
    return folder


@contextlib.contextmanager
def locked(name: str) -> Iterator[None]:
    """Hold the machine-wide lock `name` (an `flock` in the cache): waits for whoever holds it; freed by any death."""
    with _lock_file(name) as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextlib.asynccontextmanager
async def in_turn(name: str, within_s: float) -> AsyncIterator[bool]:
    """Hold the same lock if it comes free `within_s`; whether it did. For what is better done in turn than not at all.

    It polls, so that a wait that is cancelled leaves no thread behind, and goes on where no lock is to be had, as on a
    full disk.
    """
    with contextlib.ExitStack() as stack:
        held = False
        with contextlib.suppress(OSError, SandboxError):
            handle, deadline = stack.enter_context(_lock_file(name)), monotonic_s() + within_s
            while not (held := taken(handle)) and monotonic_s() < deadline:
                await asyncio.sleep(_POLL_S)
        yield held


def taken(handle: IO[bytes]) -> bool:
    """Whether the lock on an open file is ours now, without waiting for it. OSError where there are no locks."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lock_file(name: str) -> IO[bytes]:
    folder = cache_dir() / "locks"
    folder.mkdir(exist_ok=True)
    return (folder / f"{name}.lock").open("ab")


def remove_tree(folder: Path, within_s: float = 2.0) -> None:
    """Remove a folder that a service may have filled or made unreadable; tries again while something still writes."""
    deadline = monotonic_s() + within_s
    while folder.exists():
        shutil.rmtree(folder, ignore_errors=True)
        if monotonic_s() > deadline:
            return
        for inner, _, _ in os.walk(folder):
            with contextlib.suppress(OSError):
                Path(inner).chmod(stat.S_IRWXU)


def free_bytes(folder: Path) -> int:
    """Bytes that can still be written where `folder` is."""
    return shutil.disk_usage(folder).free
