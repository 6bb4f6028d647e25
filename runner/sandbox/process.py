"""The process sandbox: services as processes of the host, with a seat belt and no isolation at all.

It runs the learner's own code with the learner's own rights. It catches accidents (memory, processes, logs, disk) and
ends whatever a service started; it does not stop code that means harm.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import platform
from pathlib import Path

import msgspec

from runner.sandbox.base import Launch, OnLine, SandboxError
from runner.sandbox.cache import remove_tree
from runner.sandbox.environment import command_line, service_env
from runner.sandbox.freeze import copy_frozen
from runner.sandbox.host_relay import VITALS_SCRIPT, HostRelay
from runner.sandbox.node import node_binary, node_version
from runner.sandbox.offload import Offload
from runner.sandbox.owner import Owner, created_s
from runner.sandbox.ports import PortLease
from runner.sandbox.process_service import ProcessService
from runner.sandbox.reaper import OWNER_FILE, RunRecord, reap_runs
from runner.sandbox.relay import Relay, RelayError
from runner.sandbox.toolbox import Toolbox
from runner.sandbox.tree import IS_LINUX, become_subreaper
from runner.sandbox.watchdog import Watchdog

# A service that listens on 127.0.0.1 alone is out of reach in a container; by this address it is so here, too. Other
# systems have no second loopback address: there `listeners` tells.
SERVICE_ADDRESS = "127.0.0.2" if IS_LINUX else "127.0.0.1"


class ProcessSandbox:
    """One run's place on the host: a relay, a watchdog, a run folder beneath the toolbox."""

    name = "process"
    sealed = False
    preload_path = str(VITALS_SCRIPT)
    relay: Relay

    def __init__(self, run_id: str) -> None:
        self._toolbox = Toolbox()
        self._folder = self._toolbox.runs / run_id
        self._host_relay = HostRelay()
        self._watchdog = Watchdog()
        self._services: list[ProcessService] = []
        self._count = 0
        self._pids: dict[int, float] = {}
        self._offload = Offload("prodrill-process", 4)

    async def open(self) -> None:
        self._toolbox.require()
        become_subreaper()
        self._watchdog.start()
        await self._offload.run(self._make_folder)
        self.relay = await self._offload.run(self._host_relay.start)
        await self.relay.connect(within_s=10)
        self._record(self._host_relay.pid)

    def _make_folder(self) -> None:
        reap_runs(self._toolbox.runs)
        try:
            self._folder.mkdir(parents=True)
        except OSError as error:
            raise SandboxError(f"the run folder {self._folder} cannot be made: {error.strerror}") from error
        self._write_record()

    def _record(self, pid: int) -> None:
        """Note a process, so that the next start can end it if this one is killed."""
        self._pids[pid] = created_s(pid)
        self._write_record()

    def _write_record(self) -> None:
        record = RunRecord(Owner.current().label, self._pids)
        part = self._folder / f"{OWNER_FILE}.part"
        try:
            part.write_bytes(msgspec.json.encode(record))
            part.replace(self._folder / OWNER_FILE)
        except OSError as error:
            raise SandboxError(
                f"{part} cannot be written: {error.strerror}; free some space and run it again"
            ) from error

    async def start(self, launch: Launch, on_line: OnLine) -> ProcessService:
        self._count += 1
        name = f"service-{self._count}"
        app, scratch = (self._folder / f"{kind}-{self._count}" for kind in ("app", "scratch"))
        service = ProcessService(name, PortLease(), app, scratch, launch.limits, on_line, self._watchdog)
        self._services.append(service)
        try:
            await self._offload.run(self._launch, service, launch, app, scratch)
        except SandboxError:
            await service.remove()
            raise
        service.follow()
        self._record(service.process.pid)
        await self.relay.map(name, SERVICE_ADDRESS, service.port)
        return service

    def _launch(self, service: ProcessService, launch: Launch, app: Path, scratch: Path) -> None:
        home, tmp = scratch / "home", scratch / "tmp"
        try:
            copy_frozen(launch.source, app)
            home.mkdir(parents=True)
            tmp.mkdir()
            path = f"{node_binary().parent}{os.pathsep}/usr/local/bin:/usr/bin:/bin"
            env = service_env(launch, port=service.port, path=path, home=str(home), tmp=str(tmp))
            service.launch([str(node_binary()), *command_line(launch, str(tmp))[1:]], env)
        except OSError as error:
            raise SandboxError(f"the service could not be started: {error.strerror} ({error.filename})") from error

    def downstream_url(self, port: int) -> str:
        return f"http://127.0.0.1:{port}"

    def versions(self) -> dict[str, str]:
        return {
            "node": node_version(),
            "sandbox": "process, subreaper and rlimits" if IS_LINUX else "process",
            "engine": "none",
            "kernel": f"{platform.system()} {platform.release()}",
            "toolbox": self._toolbox.hash,
        }

    async def close(self) -> None:
        await self._offload.idle()
        await asyncio.gather(*(service.remove() for service in self._services), return_exceptions=True)
        if hasattr(self, "relay"):
            with contextlib.suppress(OSError, RelayError):
                await self.relay.close()
        await asyncio.to_thread(self._host_relay.stop)
        self._watchdog.close()
        await asyncio.to_thread(remove_tree, self._folder)
        self._offload.close()
