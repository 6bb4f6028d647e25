"""One copy of a service as a process of the host, with its output, its end and what it uses."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import signal
import subprocess
import threading
from pathlib import Path
from typing import IO

import psutil

from runner.catalog.kata import Limits
from runner.clock import monotonic_s
from runner.sandbox.base import Exit, Listener, OnLine
from runner.sandbox.cache import remove_tree
from runner.sandbox.lines import Budget, LineSplitter
from runner.sandbox.ports import PortLease
from runner.sandbox.tree import ProcessTree
from runner.sandbox.turns import Turns, turns_of
from runner.sandbox.watchdog import Watchdog, Watched

_CHUNK_BYTES = 16384
_DRAIN_S = 0.25
HEAP_ABORT = "JavaScript heap out of memory"


class ProcessService:
    """A copy, started by `launch`. Its process leads a session of its own; `scratch` is all it should write to."""

    def __init__(
        self, name: str, lease: PortLease, app: Path, scratch: Path, limits: Limits, on_line: OnLine, watchdog: Watchdog
    ) -> None:
        self.relay_name, self.port = name, lease.port
        self._lease, self._app, self._scratch = lease, app, scratch
        self._limits, self._on_line, self._watchdog = limits, on_line, watchdog
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[Exit] = self._loop.create_future()
        self._budget = Budget(limits.log_mb)
        self._open: dict[int, tuple[str, IO[bytes], LineSplitter]] = {}
        self._drained = asyncio.Event()
        self._reason = ""
        self._heap_aborted = False
        self._removed = False
        self._is_followed = False
        self._process: subprocess.Popen[bytes] | None = None

    def launch(self, command: list[str], env: dict[str, str]) -> None:
        """Start it; to be called off the event loop (it blocks for some milliseconds). OSError when it cannot start."""
        self._process = subprocess.Popen(
            command, cwd=self._app, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            start_new_session=True, bufsize=0,
        )  # fmt: skip
        self.tree = ProcessTree(self._process.pid, self._scratch)
        _limit(self._process.pid, self._limits)
        self._watchdog.watch(Watched(self.tree, self._limits, self._scratch, self._on_breach))

    def follow(self) -> None:
        """Read its output and await its end, from now on; on the event loop."""
        process = self.process
        self._is_followed = True
        assert process.stdout is not None and process.stderr is not None
        for name, stream in (("stdout", process.stdout), ("stderr", process.stderr)):
            os.set_blocking(stream.fileno(), False)
            self._open[stream.fileno()] = (name, stream, LineSplitter())
            self._loop.add_reader(stream.fileno(), self._read, stream.fileno())
        threading.Thread(target=self._await_end, name=f"prodrill-{self.relay_name}", daemon=True).start()

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None
        return self._process

    @property
    def kill_line(self) -> str:
        return f"kill -9 {self.process.pid}"

    @property
    def exit(self) -> Exit | None:
        return self._ended.result() if self._ended.done() else None

    def _read(self, fd: int) -> None:
        name, _, splitter = self._open[fd]
        try:
            chunk = os.read(fd, _CHUNK_BYTES)
        except BlockingIOError:
            return
        except OSError:
            chunk = b""
        lines = splitter.feed(self._budget.take(chunk)) if chunk else splitter.end()
        for line in lines:
            self._heap_aborted |= HEAP_ABORT in line
            self._on_line(name, line)
        if not chunk:
            self._shut(fd)
        elif self._budget.is_spent:
            self._shut(fd)
            threading.Thread(target=self._on_breach, args=("output",), daemon=True).start()

    def _shut(self, fd: int) -> None:
        self._loop.remove_reader(fd)
        _, stream, _ = self._open.pop(fd)
        stream.close()
        if not self._open:
            self._drained.set()

    def _on_breach(self, reason: str) -> None:
        """On a thread: end it because it went over a limit."""
        if not self._reason:
            self._reason = reason
        self.tree.kill()

    def _await_end(self) -> None:
        """On a thread of its own, so that `at_s` is right however busy the event loop is."""
        status = self.process.wait()
        at_s = monotonic_s()
        self._watchdog.forget(self.process.pid)
        # As in a container, where everything ends with the first process.
        self.tree.kill()
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(lambda: self._loop.create_task(self._finish(status, at_s)))

    async def _finish(self, status: int, at_s: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_DRAIN_S):
                await self._drained.wait()
        for fd in list(self._open):
            self._shut(fd)
        name = signal.Signals(-status).name if status < 0 else None
        reason = self._reason or ("memory" if self._heap_aborted and name == "SIGABRT" else "")
        if not self._ended.done():
            self._ended.set_result(Exit(None if name else status, name, at_s, reason))

    async def signal(self, name: str) -> None:
        if self.exit is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(signal.Signals[name])

    async def wait(self) -> Exit:
        return await asyncio.shield(self._ended)

    async def listeners(self) -> list[Listener]:
        return await asyncio.to_thread(self._listeners)

    def _listeners(self) -> list[Listener]:
        found: set[tuple[str, int]] = set()
        for pid in self.tree.scan(orphans=True):
            with contextlib.suppress(psutil.Error, OSError):
                for connection in psutil.Process(pid).net_connections("tcp"):
                    if connection.status == psutil.CONN_LISTEN:
                        found.add((connection.laddr.ip, connection.laddr.port))
        return [Listener(address, port) for address, port in sorted(found)]

    async def rss_bytes(self) -> int:
        """Resident memory of all its processes now; 0 once it has ended. Takes about a millisecond."""
        return self.tree.usage().rss_bytes

    async def turns(self) -> Turns:
        return turns_of(self.tree.scan())

    async def remove(self) -> None:
        if self._removed:
            return
        self._removed = True
        if self._process is not None:
            self._watchdog.forget(self._process.pid)
            await asyncio.to_thread(self.tree.kill)
            # Where nothing follows it, because the start was cancelled, nobody else would ever await its end.
            await (self.wait() if self._is_followed else asyncio.to_thread(self._process.wait))
        for folder in (self._scratch, self._app):
            await asyncio.to_thread(remove_tree, folder)
        self._lease.release()


def _limit(pid: int, limits: Limits) -> None:
    """The limits that the kernel can set on a running process: file size, core dumps, descriptors. Linux only."""
    if not hasattr(resource, "prlimit"):
        return
    wanted = ((resource.RLIMIT_FSIZE, limits.tmp_mb * 2**20), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_NOFILE, 1024))
    for kind, value in wanted:
        with contextlib.suppress(OSError, ValueError):
            most = resource.prlimit(pid, kind)[1]
            value = value if most == resource.RLIM_INFINITY else min(value, most)
            resource.prlimit(pid, kind, (value, value))
