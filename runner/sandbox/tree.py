"""All processes that a service started, wherever they went, and their end.

On Linux the harness is made a subreaper, so that a process whose parents have gone becomes a child of ours and stays
within reach; elsewhere a process is found as long as one look, 50 ms apart, saw it below its parents.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import os
import signal
import sys
import threading
from pathlib import Path

import psutil
from msgspec import Struct

from runner.clock import monotonic_s

IS_LINUX = sys.platform.startswith("linux")
_PR_SET_CHILD_SUBREAPER = 36
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_KILL_WITHIN_S = 3.0


class Usage(Struct, frozen=True):
    """What a tree of processes uses now. `private_bytes` leaves out pages of files, as a container's limit does."""

    rss_bytes: int = 0
    private_bytes: int = 0
    tasks: int = 0


@functools.cache
def become_subreaper() -> bool:
    """Have the orphans among our descendants become our children; False where the system cannot."""
    if not IS_LINUX:
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    return bool(libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)


def children_of(pid: int) -> list[int]:
    """The direct children of all threads of `pid`; empty once it is gone."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += map(int, (task / "children").read_bytes().split())
    return found


def start_ticks(pid: int) -> int | None:
    """When `pid` started, in the kernel's ticks: with the pid it names one process. None for none or a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return None
    return None if fields[0] in b"ZX" else int(fields[19])


class ProcessTree:
    """The processes below `root`, and those that left it; `scratch` is a folder that only they know of."""

    def __init__(self, root: int, scratch: Path) -> None:
        self.root = root
        self._scratch = bytes(scratch)
        self._seen: dict[int, int] = {}
        self._lock = threading.Lock()
        self._can_walk = Path("/proc/self/task").exists() and Path(f"/proc/self/task/{os.getpid()}/children").exists()

    def scan(self, orphans: bool = False) -> list[int]:
        """Its live processes. `orphans` also looks among our own children for those that lost their parents."""
        with self._lock:
            return self._walk(orphans) if self._can_walk else self._ask_psutil()

    def _walk(self, orphans: bool) -> list[int]:
        found: dict[int, int] = {}
        todo = [self.root, *self._seen]
        if orphans:
            todo += [pid for pid in children_of(os.getpid()) if self._is_ours(pid)]
        while todo:
            pid = todo.pop()
            if pid in found:
                continue
            started = start_ticks(pid)
            if started is not None and self._seen.get(pid, started) == started:
                found[pid] = started
                todo += children_of(pid)
        self._seen = found
        return list(found)

    def _is_ours(self, pid: int) -> bool:
        """Of a child of our own: whether it is an orphan of this tree."""
        if pid in self._seen:
            return True
        try:
            if os.getsid(pid) == self.root:
                return True
            return self._scratch + b"/" in Path(f"/proc/{pid}/environ").read_bytes()
        except OSError:
            return False

    def _ask_psutil(self) -> list[int]:
        found: dict[int, int] = {}
        for pid in [self.root, *self._seen]:
            with contextlib.suppress(psutil.Error):
                top = psutil.Process(pid)
                for one in (top, *top.children(recursive=True)):
                    started = int(one.create_time() * 1000)
                    if one.status() != psutil.STATUS_ZOMBIE and self._seen.get(one.pid, started) == started:
                        found[one.pid] = started
        self._seen = found
        return list(found)

    def usage(self, orphans: bool = False) -> Usage:
        rss = private = tasks = 0
        for pid in self.scan(orphans):
            used = _linux_usage(pid) if IS_LINUX else _psutil_usage(pid)
            rss, private, tasks = rss + used.rss_bytes, private + used.private_bytes, tasks + used.tasks
        return Usage(rss, private, tasks)

    def kill(self) -> None:
        """End all of it: stop first, so that nothing forks away meanwhile, then kill; returns when none is left."""
        deadline = monotonic_s() + _KILL_WITHIN_S
        while monotonic_s() < deadline:
            pids = self.scan(orphans=True)
            if not pids:
                return
            stopped: set[int] = set()
            while fresh := set(pids) - stopped:
                _send_all(fresh, signal.SIGSTOP)
                stopped |= fresh
                pids = self.scan(orphans=True)
            _send_all(stopped, signal.SIGKILL)
            _await_all(stopped - {self.root}, deadline)


def kill_descendants() -> None:
    """End every process below this one: the last resort of a run that cannot end in order."""
    with contextlib.suppress(psutil.Error):
        _send_all({one.pid for one in psutil.Process().children(recursive=True)}, signal.SIGKILL)


def _send_all(pids: set[int], number: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(OSError):
            os.kill(pid, number)


def _await_all(pids: set[int], deadline: float) -> None:
    """Until they are gone; those that became our children are reaped. The root is its starter's to reap."""
    for pid in pids:
        while monotonic_s() < deadline:
            try:
                if os.waitpid(pid, os.WNOHANG)[0]:
                    break
            except ChildProcessError:
                if not psutil.pid_exists(pid):
                    break
            threading.Event().wait(0.002)


def _linux_usage(pid: int) -> Usage:
    try:
        resident, shared = map(int, Path(f"/proc/{pid}/statm").read_bytes().split()[1:3])
        tasks = int(Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[17])
    except (OSError, ValueError):
        return Usage()
    return Usage(resident * _PAGE_BYTES, (resident - shared) * _PAGE_BYTES, tasks)


def _psutil_usage(pid: int) -> Usage:
    try:
        process = psutil.Process(pid)
        rss = process.memory_info().rss
        return Usage(rss, rss, process.num_threads())
    except psutil.Error:
        return Usage()
