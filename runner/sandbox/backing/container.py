"""A server in a container of an image that is there: published on 127.0.0.1 alone, without rights, memory bounded."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from runner.sandbox.base import NoEngine, SandboxError
from runner.sandbox.engine_calls import EngineCalls
from runner.sandbox.owner import Owner
from runner.sandbox.ports import PortLease
from runner.sandbox.reaper import LABEL_OWNER, LABEL_RUN, reap_engine

if TYPE_CHECKING:
    from docker import APIClient

_ENDED_WITHIN_S = 3.0
_MEMORY_BYTES = 768 * 2**20
_FILE_BYTES = 128 * 2**20


class ContainerPlan(Struct, frozen=True):
    """How one server is run: `script` is for the image's `sh`, and must end in `exec` of the server."""

    name: str
    image: str
    user: str
    script: str
    env: Mapping[str, str]
    port: int
    stop_signal: str


class ContainerRuntime:
    """A server in a container, which keeps its files until it is removed."""

    def __init__(self, run_id: str, plan: ContainerPlan) -> None:
        from runner.sandbox.engine import ASKED_FOR_WITHIN_S, connect

        self._plan, self._run_id = plan, run_id
        try:
            client, _ = connect(ASKED_FOR_WITHIN_S)
        except NoEngine as error:
            raise SandboxError(f"{error}; the image {plan.image} cannot be run") from error
        self._calls = EngineCalls(client)
        self._lease = PortLease()
        self.port = self._lease.port
        self._identity = ""
        self._ended = threading.Event()
        self._asked = self._paused = self._removed = False

    @property
    def is_up(self) -> bool:
        return bool(self._identity) and not self._ended.is_set()

    @property
    def has_died(self) -> bool:
        return bool(self._identity) and self._ended.is_set() and not self._asked

    async def start(self) -> None:
        await self._calls.run(self._start)

    def _start(self, api: APIClient) -> None:
        if not self._identity:
            reap_engine(self._calls.client)
            self._identity = self._create(api)
        self._asked, self._ended = False, threading.Event()
        api.start(self._identity)
        threading.Thread(target=self._await_end, args=(api, self._ended), daemon=True).start()

    def _create(self, api: APIClient) -> str:
        made: dict[str, Any] = api.create_container(
            self._plan.image,
            ["-c", self._plan.script],
            entrypoint=["sh"],
            user=self._plan.user,
            environment=dict(self._plan.env),
            ports=[self._plan.port],
            host_config=self._host_config(api),
            labels={LABEL_RUN: self._run_id, LABEL_OWNER: Owner.current().label},
        )
        return str(made["Id"])

    def _host_config(self, api: APIClient) -> Any:
        from docker.types import Ulimit

        return api.create_host_config(
            port_bindings={f"{self._plan.port}/tcp": ("127.0.0.1", self.port)},
            cap_drop=["ALL"],
            security_opt=["no-new-privileges"],
            mem_limit=_MEMORY_BYTES,
            memswap_limit=_MEMORY_BYTES,
            pids_limit=400,
            shm_size=64 * 2**20,
            ulimits=[
                Ulimit(name="core", soft=0, hard=0),
                Ulimit(name="fsize", soft=_FILE_BYTES, hard=_FILE_BYTES),
            ],
        )

    def _await_end(self, api: APIClient, ended: threading.Event) -> None:
        # Whatever comes of it: a server that nobody can wait for is not up.
        with contextlib.suppress(Exception):
            api.wait(self._identity)
        ended.set()

    async def stop(self) -> None:
        await self._end(self._plan.stop_signal)

    async def kill(self) -> None:
        await self._end("SIGKILL")

    async def _end(self, signal: str) -> None:
        self._asked = True
        if not self.is_up:
            return
        await self.resume()
        await self._calls.gently(lambda api: api.kill(self._identity, signal))
        if not await asyncio.to_thread(self._ended.wait, _ENDED_WITHIN_S):
            await self._calls.gently(lambda api: api.kill(self._identity, "SIGKILL"))
            await asyncio.to_thread(self._ended.wait, _ENDED_WITHIN_S)

    async def pause(self) -> None:
        if not self._paused:
            self._paused = True
            await self._calls.run(lambda api: api.pause(self._identity))

    async def resume(self) -> None:
        if self._paused:
            self._paused = False
            await self._calls.gently(lambda api: api.unpause(self._identity))

    def last_words(self) -> str:
        """The last telling line it logged; blocks for a moment."""
        with contextlib.suppress(Exception):
            text = bytes(self._calls.client.api.logs(self._identity, tail=20)).decode(errors="replace")
            lines = [line.strip() for line in text.splitlines() if line.strip()]
            telling = [line for line in lines if "FATAL" in line or "rror" in line]
            return (telling or lines or [""])[-1]
        return ""

    async def remove(self) -> None:
        if self._removed:
            return
        self._asked = self._removed = True
        await self._calls.idle()
        await self.resume()
        if self._identity:
            await self._calls.gently(lambda api: api.remove_container(self._identity, force=True, v=True))
        self._lease.release()
        self._calls.close()
