"""One copy of a service in a container of its own, with its output, its end and what it uses."""

from __future__ import annotations

import asyncio
import contextlib
import re
import signal
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from runner.catalog.kata import Limits
from runner.clock import monotonic_s, utc_now
from runner.sandbox.base import Exit, Listener, OnLine, SandboxError
from runner.sandbox.berth import Berth, Berths
from runner.sandbox.engine_calls import EngineCalls
from runner.sandbox.lines import Budget, LineSplitter
from runner.sandbox.process_service import HEAP_ABORT
from runner.sandbox.tree import ProcessTree
from runner.sandbox.turns import Turns, turns_of

if TYPE_CHECKING:
    from docker import APIClient

_DRAIN_S = 1.0
_LISTEN_STATE = "0A"
_SIGNAL_BASE = 128
_LATEST_END_S = 2.0
_TABLES = "const r=(f)=>{try{return require('fs').readFileSync(f,'utf8')}catch{return ''}};"
_LIST_LISTENERS = ["node", "-e", f"{_TABLES}process.stdout.write(r('/proc/net/tcp')+r('/proc/net/tcp6'))"]


class DockerService:
    """A container that was created; `begin` starts it."""

    def __init__(
        self,
        calls: EngineCalls,
        berths: Berths,
        berth: Berth,
        name: str,
        identity: str,
        port: int,
        limits: Limits,
        on_line: OnLine,
    ) -> None:
        self.relay_name, self.port = name, port
        self._berths, self._berth = berths, berth
        self._calls, self._identity, self._on_line = calls, identity, on_line
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[Exit] = self._loop.create_future()
        self._drained = asyncio.Event()
        self._budget = Budget(limits.log_mb)
        self._splitters = {"stdout": LineSplitter(), "stderr": LineSplitter()}
        self._reason = ""
        self._heap_aborted = False
        self._paused = False
        self._removed = False
        self._host_pid = 0
        self._stats: _StatsFollower | None = None

    def begin(self, api: APIClient) -> None:
        """Attach and start it; to be called off the event loop, blocks for about 0.1 s."""
        # Before the start, so that not a line is missed: the engine keeps none.
        output = api.attach(self._identity, stdout=True, stderr=True, stream=True, demux=True)
        api.start(self._identity)
        self._spawn(self._follow, output)
        self._spawn(self._await_end, api)

    def _spawn(self, work: Any, *values: Any) -> None:
        threading.Thread(target=work, args=values, name=f"prodrill-{self.relay_name}", daemon=True).start()

    def _follow(self, output: Iterator[tuple[bytes | None, bytes | None]]) -> None:
        """On a thread: hand on the output up to the budget, then end the service."""
        from docker.errors import DockerException

        with contextlib.suppress(DockerException, OSError, ValueError):
            for stdout, stderr in output:
                for name, chunk in (("stdout", stdout), ("stderr", stderr)):
                    within = self._budget.take(chunk or b"")
                    if within:
                        self._on_loop(self._lines, name, within)
                # Read on to the end: the engine ends no container whose output nobody takes.
                if self._budget.is_spent and not self._reason:
                    self._reason = "output"
                    self._spawn(self._kill)
        self._on_loop(self._flush)

    def _on_loop(self, call: Any, *values: Any) -> None:
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(call, *values)

    def _lines(self, name: str, chunk: bytes) -> None:
        for line in self._splitters[name].feed(chunk):
            self._heap_aborted |= HEAP_ABORT in line
            self._on_line(name, line)

    def _flush(self) -> None:
        for name, splitter in self._splitters.items():
            for line in splitter.end():
                self._on_line(name, line)
        self._drained.set()

    def _kill(self) -> None:
        self._calls.quietly(lambda api: api.kill(self._identity))

    def _await_end(self, api: APIClient) -> None:
        """On a thread of its own: the engine answers when the container has ended."""
        from docker.errors import NotFound

        try:
            code = api.wait(self._identity)["StatusCode"]
            told_s = monotonic_s()
            try:
                state = api.inspect_container(self._identity)["State"]
            except NotFound:  # it was removed while it ran, and is gone by now
                state = {"ExitCode": code}
        except Exception as error:
            # Whatever it was, nobody else will ever say that this container has ended.
            self._on_loop(self._lose, str(error))
            return
        self._on_loop(lambda: self._loop.create_task(self._finish(state, told_s)))

    def _lose(self, why: str) -> None:
        if not self._ended.done():
            self._ended.set_exception(SandboxError(f"the Docker engine lost the service: {why}; see `prodrill doctor`"))
            self._ended.exception()

    async def _finish(self, state: dict[str, Any], told_s: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_DRAIN_S):
                await self._drained.wait()
        if not self._ended.done():
            self._ended.set_result(_exit(state, told_s, self._reason, self._heap_aborted))

    @property
    def kill_line(self) -> str:
        return f"docker kill {self._identity[:12]}"

    @property
    def exit(self) -> Exit | None:
        return self._ended.result() if self._ended.done() else None

    async def signal(self, name: str) -> None:
        """As the kernel delivers it to a process, but that a stopped one gets it only once continued."""
        if self.exit is not None:
            return
        if name == "SIGSTOP":
            await self._pause()
        elif name == "SIGCONT":
            await self._unpause()
        else:
            if name == "SIGKILL":
                await self._unpause()
            await self._calls.gently(lambda api: api.kill(self._identity, name))

    async def _pause(self) -> None:
        if not self._paused:
            self._paused = True
            await self._calls.gently(lambda api: api.pause(self._identity))

    async def _unpause(self) -> None:
        if self._paused:
            self._paused = False
            await self._calls.gently(lambda api: api.unpause(self._identity))

    async def wait(self) -> Exit:
        return await asyncio.shield(self._ended)

    async def listeners(self) -> list[Listener]:
        if self.exit is not None:
            return []
        pid = await self._visible_pid()
        if pid:
            return await asyncio.to_thread(_listeners_of, pid)
        text = await self._calls.gently(lambda api: _run_inside(api, self._identity)) or ""
        return parsed_listeners(text)

    async def rss_bytes(self) -> int:
        """Resident memory of all its processes; 0 once it has ended.

        Where the host can see them it is as of now; with an engine in a virtual machine it is the container's memory
        without its file cache, at most a second old.
        """
        if self.exit is not None:
            return 0
        pid = await self._visible_pid()
        if pid:
            return ProcessTree(pid, Path("/nowhere")).usage().rss_bytes
        if self._stats is None:
            self._stats = _StatsFollower(self._calls, self._identity)
            self._spawn(self._stats.run)
            await asyncio.to_thread(self._stats.first.wait, 3)
        return self._stats.latest_bytes

    async def turns(self) -> Turns:
        pid = await self._visible_pid() if self.exit is None else 0
        return turns_of(ProcessTree(pid, Path("/nowhere")).scan()) if pid else Turns()

    async def _visible_pid(self) -> int:
        """The container's first process as this host numbers it; 0 where the engine runs elsewhere."""
        if self._host_pid == 0:
            state = await self._calls.gently(lambda api: api.inspect_container(self._identity)["State"]) or {}
            pid = int(state.get("Pid", 0))
            self._host_pid = pid if pid and _is_container(pid, self._identity) else -1
        return max(self._host_pid, 0)

    async def remove(self) -> None:
        if self._removed:
            return
        self._removed = True
        await self._unpause()
        await self._calls.gently(lambda api: api.remove_container(self._identity, force=True, v=True))
        self._berths.give_back(self._berth)
        with contextlib.suppress(TimeoutError, SandboxError):
            async with asyncio.timeout(_DRAIN_S):
                await self.wait()


def _exit(state: dict[str, Any], told_s: float, reason: str, heap_aborted: bool) -> Exit:
    """The engine's account of an end. Its init answers 128 + n for a process that died of signal n."""
    code = int(state.get("ExitCode", -1))
    name = None
    if code > _SIGNAL_BASE:
        with contextlib.suppress(ValueError):
            name = signal.Signals(code - _SIGNAL_BASE).name
    if not reason and name == "SIGKILL" and state.get("OOMKilled"):
        reason = "memory"
    if not reason and name == "SIGABRT" and heap_aborted:
        reason = "memory"
    return Exit(None if name else code, name, _ended_at_s(str(state.get("FinishedAt", "")), told_s), reason)


def _ended_at_s(finished_at: str, told_s: float) -> float:
    """The engine's own time of the end, some 50 ms before it tells, if its clock is believable; else `told_s`."""
    match = re.match(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,6})?\d*Z", finished_at)
    if match is None:
        return told_s
    finished = datetime.fromisoformat(f"{match[1]}{(match[2] or '.0').ljust(7, '0')}+00:00")
    at_s = monotonic_s() - (utc_now() - finished).total_seconds()
    return at_s if told_s - _LATEST_END_S < at_s <= told_s else told_s


def _is_container(pid: int, identity: str) -> bool:
    """Whether the host's process `pid` is in the container: the engine may number processes of another machine."""
    try:
        text = Path(f"/proc/{pid}/cgroup").read_text() + Path(f"/proc/{pid}/mountinfo").read_text()
    except OSError:
        return False
    return identity in text


def _listeners_of(pid: int) -> list[Listener]:
    text = ""
    for table in ("tcp", "tcp6"):
        with contextlib.suppress(OSError):
            text += Path(f"/proc/{pid}/net/{table}").read_text()
    return parsed_listeners(text)


def parsed_listeners(table: str) -> list[Listener]:
    """The listeners in the text of `/proc/net/tcp` and `tcp6`, but for the engine's own resolver."""
    found = set()
    for line in table.splitlines():
        fields = line.split()
        if len(fields) > 3 and fields[3] == _LISTEN_STATE:
            host, _, port = fields[1].partition(":")
            address = _address(host)
            if address != "127.0.0.11":
                found.add((address, int(port, 16)))
    return [Listener(address, port) for address, port in sorted(found)]


def _address(text: str) -> str:
    """An address as the kernel prints it: 32-bit words in the machine's byte order."""
    import ipaddress
    import sys

    words = [int(text[at : at + 8], 16).to_bytes(4, sys.byteorder) for at in range(0, len(text), 8)]
    packed = ipaddress.ip_address(b"".join(words))
    mapped = getattr(packed, "ipv4_mapped", None)
    return str(mapped or packed)


def _run_inside(api: APIClient, identity: str) -> str:
    made = api.exec_create(identity, _LIST_LISTENERS, environment={"NODE_OPTIONS": ""})
    return bytes(api.exec_start(made["Id"])).decode(errors="replace")


class _StatsFollower:
    """The engine's own figures, once a second, where nothing better can be had."""

    def __init__(self, calls: EngineCalls, identity: str) -> None:
        self._calls, self._identity = calls, identity
        self.latest_bytes = 0
        self.first = threading.Event()

    def run(self) -> None:
        self._calls.quietly(self._follow)
        self.first.set()

    def _follow(self, api: APIClient) -> None:
        for raw in api.stats(self._identity, stream=True):
            memory = msgspec.json.decode(raw).get("memory_stats", {})
            details = memory.get("stats", {})
            cached = details.get("inactive_file", details.get("total_inactive_file", 0))
            self.latest_bytes = max(0, int(memory.get("usage", 0)) - int(cached))
            self.first.set()
