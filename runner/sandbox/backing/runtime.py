"""A server as a process of this machine: started, stopped, killed, paused and started again on the same files."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from runner.clock import monotonic_s
from runner.sandbox.backing.home import give, rights
from runner.sandbox.backing.run_folder import RunFolder
from runner.sandbox.backing.shared_memory import release_below
from runner.sandbox.base import SandboxError
from runner.sandbox.cache import remove_tree
from runner.sandbox.offload import Offload
from runner.sandbox.ports import PortLease
from runner.sandbox.tree import ProcessTree

_STOP_WITHIN_S = 2.0
_LOOK_AGAIN_S = 0.002
# Limits that hold for each process of a server, and end in an ordinary error of the statement that goes over them. Set
# by a shell that becomes the server: afterwards another user's process could be out of our reach.
_FILE_BYTES, _PROCESS_BYTES = 128 * 2**20, 1024 * 2**20
_LIMITED = f'ulimit -c 0; ulimit -f {_FILE_BYTES // 512}; ulimit -v {_PROCESS_BYTES // 1024}; exec "$@"'
_LOG_TOLD_BYTES = 4096


class Plan(Struct, frozen=True):
    """How one server is run. `fill` makes what is in its folder before the first start; it blocks.

    `command` gets the folder and the port; `told` is what it reads on its standard input.
    """

    name: str
    fill: Callable[[Path], None]
    command: Callable[[Path, int], list[str]]
    env: Mapping[str, str]
    stop_signal: signal.Signals
    end_signal: signal.Signals
    told: Callable[[Path, int], bytes] = lambda folder, port: b""


class Runtime(Protocol):
    """One server wherever it runs. `port` is on 127.0.0.1."""

    port: int

    @property
    def is_up(self) -> bool: ...

    @property
    def has_died(self) -> bool:
        """Whether it ended without having been asked to."""
        ...

    async def start(self) -> None:
        """Start it, or start it again on the same files. Returns before it answers."""
        ...

    async def stop(self) -> None:
        """End it in order."""
        ...

    async def kill(self) -> None: ...

    async def pause(self) -> None: ...

    async def resume(self) -> None: ...

    def last_words(self) -> str:
        """The last line it logged."""
        ...

    async def remove(self) -> None:
        """End it and remove all it wrote. Safe to call twice."""
        ...


class HostRuntime:
    """A server as a process of this machine, with rights as few as it needs."""

    def __init__(self, run: RunFolder, plan: Plan, on_pid: Callable[[int, bool], None] = lambda pid, up: None) -> None:
        self.folder = run.path / plan.name
        self._run, self._plan, self._on_pid = run, plan, on_pid
        self._lease = PortLease()
        self.port = self._lease.port
        self._process: subprocess.Popen[bytes] | None = None
        self._ended = threading.Event()
        self._asked = self._removed = False
        self._paused: set[int] = set()
        self._offload = Offload(f"prodrill-{plan.name}", 2)

    @property
    def is_up(self) -> bool:
        return self._process is not None and not self._ended.is_set()

    @property
    def has_died(self) -> bool:
        return self._process is not None and self._ended.is_set() and not self._asked

    async def start(self) -> None:
        await self._offload.run(self._start)

    def _start(self) -> None:
        try:
            if not self.folder.exists():
                self.folder.mkdir(mode=0o700)
                give(self.folder)
                self._plan.fill(self.folder)
            self._launch()
        except OSError as error:
            raise SandboxError(
                f"{self._plan.name} could not be started: {error.strerror} ({error.filename}); see `prodrill doctor`"
            ) from error

    def _launch(self) -> None:
        self._asked = False
        self._ended = threading.Event()
        command = self._plan.command(self.folder, self.port)
        with (self._run.path / f"{self._plan.name}.log").open("ab") as log:
            process = subprocess.Popen(
                ["/bin/sh", "-c", _LIMITED, "sh", *command], cwd=self.folder, env={"TZ": "UTC", **self._plan.env},
                stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True, umask=0o077, **rights(),
            )  # fmt: skip
        self._process = process
        self._tree = ProcessTree(process.pid, self.folder)
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(self._plan.told(self.folder, self.port))
            process.stdin.close()
        self._run.record(process.pid)
        self._on_pid(process.pid, True)
        threading.Thread(target=self._await_end, args=(process, self._ended), daemon=True).start()

    def _await_end(self, process: subprocess.Popen[bytes], ended: threading.Event) -> None:
        process.wait()
        self._on_pid(process.pid, False)
        ended.set()

    async def stop(self) -> None:
        await self._offload.run(self._end, self._plan.stop_signal)

    def _end(self, number: signal.Signals) -> None:
        self._asked = True
        if self._process is None or self._ended.is_set():
            return
        self._continue()
        with contextlib.suppress(OSError):
            os.kill(self._process.pid, number)
        if not self._ended.wait(_STOP_WITHIN_S):
            self._kill()

    async def kill(self) -> None:
        await self._offload.run(self._kill)

    def _kill(self) -> None:
        """All its processes at once, as when a machine loses its power."""
        self._asked = True
        self._paused.clear()
        deadline = monotonic_s() + _STOP_WITHIN_S
        while self._process is not None and (pids := self._tree.scan()) and monotonic_s() < deadline:
            for number in (signal.SIGSTOP, signal.SIGKILL):
                for pid in pids:
                    with contextlib.suppress(OSError):
                        os.kill(pid, number)
            self._ended.wait(_STOP_WITHIN_S)
            threading.Event().wait(_LOOK_AGAIN_S)
            # A subreaper, as the process sandbox makes us, gets what was below the server, and must collect it.
            for pid in set(pids) - {self._process.pid}:
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)

    async def pause(self) -> None:
        await self._offload.run(self._pause)

    def _pause(self) -> None:
        """Stop every process, the first one first, so that no new one appears meanwhile."""
        while self.is_up and (fresh := [pid for pid in self._tree.scan() if pid not in self._paused]):
            for pid in fresh:
                self._paused.add(pid)
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGSTOP)

    async def resume(self) -> None:
        await self._offload.run(self._continue)

    def _continue(self) -> None:
        for pid in self._paused:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGCONT)
        self._paused.clear()

    @property
    def is_paused(self) -> bool:
        return bool(self._paused)

    def last_words(self) -> str:
        try:
            text = (self._run.path / f"{self._plan.name}.log").read_bytes()[-_LOG_TOLD_BYTES:].decode(errors="replace")
        except OSError:
            return ""
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        telling = [line for line in lines if "FATAL" in line or "PANIC" in line or "rror" in line]
        return (telling or lines or [""])[-1]

    async def remove(self) -> None:
        if self._removed:
            return
        self._removed = True
        await self._offload.idle()
        await asyncio.to_thread(self._remove)
        self._offload.close()

    def _remove(self) -> None:
        if self._process is not None:
            self._end(self._plan.end_signal)
        release_below(self._run.path, all_ended=self._ended.is_set())
        remove_tree(self.folder)
        self._lease.release()
