"""The docker sandbox: each copy of a service in a hardened container, on a network from which only the relay leads out.

The harness dials the relay on 127.0.0.1 and never a container: without an address on the lane's bridge the host has no
route to it, and something else on the way could answer in its place.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
from typing import TYPE_CHECKING

from runner.sandbox.base import Launch, OnLine, SandboxError
from runner.sandbox.berth import Berth, Berths
from runner.sandbox.cache import in_turn
from runner.sandbox.canary import ensure_sealed
from runner.sandbox.docker_service import DockerService
from runner.sandbox.engine_calls import EngineCalls
from runner.sandbox.environment import command_line, service_env
from runner.sandbox.frozen_volume import FrozenVolumes
from runner.sandbox.image import PRELOAD_PATH, RELAY_PATH, BaseImage
from runner.sandbox.lane import Lane
from runner.sandbox.node import node_version
from runner.sandbox.owner import Owner
from runner.sandbox.ports import random_port
from runner.sandbox.profile import USER, relay_config, service_config
from runner.sandbox.reaper import LABEL_OWNER, LABEL_RUN, reap_engine, remove_run
from runner.sandbox.relay import Relay, RelayError
from runner.sandbox.toolbox import Toolbox

if TYPE_CHECKING:
    from docker import APIClient, DockerClient

    from runner.sandbox.engine import EngineFacts

_RELAY_PORT = 7000
# More containers than this being started at once only take longer, each of them.
_STARTS_PER_CORE = 2
_LEAVES_ANYWAY_S = 4.0
_PATH = "/usr/local/bin:/usr/bin:/bin"
_TMP = "/tmp"


class DockerSandbox:
    """One run's place on an engine: a lane, a relay, containers. `client` is closed with it."""

    name = "docker"
    preload_path = PRELOAD_PATH
    relay: Relay

    def __init__(self, run_id: str, client: DockerClient, facts: EngineFacts) -> None:
        self.sealed = False
        self._facts, self._run_id = facts, run_id
        self._calls = EngineCalls(client)
        self._toolbox = Toolbox()
        self._image = BaseImage(client, facts, self._toolbox)
        self._labels = {LABEL_RUN: run_id, LABEL_OWNER: Owner.current().label}
        self._lane: Lane | None = None
        self._berths = Berths(self._calls, self._image.tag, self._labels)
        self._volumes = FrozenVolumes(self._calls, self._image.tag, self._labels)
        self._relay_id = ""
        self._services: list[DockerService] = []
        self._count = 0
        self._leaks: list[str] = []
        self._closed = False
        self._starts = asyncio.Semaphore(_STARTS_PER_CORE * max(1, facts.cpus))

    async def open(self) -> None:
        token = secrets.token_hex(16)
        await self._calls.run(self._require_image)
        await self._calls.run(lambda _: reap_engine(self._calls.client))
        making_relay = asyncio.ensure_future(self._calls.run(lambda api: self._create_relay(api, token)))
        try:
            await self._calls.run(self._make_lane)
        finally:
            await asyncio.gather(making_relay, return_exceptions=True)
        self._relay_id = making_relay.result()
        proving = asyncio.ensure_future(self._calls.run(lambda _: self._prove()))
        berthing = asyncio.ensure_future(self._berths.take(self._made_lane))
        try:
            port = await self._calls.run(self._start_relay)
            self.relay = Relay("127.0.0.1", port, token)
            await self.relay.connect(within_s=10)
        finally:
            await asyncio.gather(proving, berthing, return_exceptions=True)
        self.sealed = proving.result()
        self._berths.give_back(berthing.result())

    def _require_image(self, _: APIClient) -> None:
        if not self._image.is_built:
            raise SandboxError("the base image of the docker sandbox is not built yet; run `prodrill prepare`")

    def _prove(self) -> bool:
        """Whether the canary found no way out. A leak ends the run, unless PRODRILL_UNSEALED=1 accepts it."""
        proof = ensure_sealed(self._calls.client, self._facts, self._image.tag, lambda *_: None)
        if proof.sealed:
            return True
        self._leaks = proof.leaks
        if os.environ.get("PRODRILL_UNSEALED") == "1":
            return False
        raise SandboxError(
            f"a container can get out of the sandbox: {'; '.join(proof.leaks)}. Nothing is judged in it; update "
            "Docker, use `--sandbox process`, or set PRODRILL_UNSEALED=1 to run code that you trust"
        )

    def _make_lane(self, _: APIClient) -> None:
        name = f"prodrill-{self._run_id}-{secrets.token_hex(3)}"
        self._lane = Lane.make(self._calls.client, self._facts, name, self._labels)

    def _create_relay(self, api: APIClient, token: str) -> str:
        env = {
            "RELAY_TOKEN": token,
            "RELAY_HARNESS_HOST": "0.0.0.0",
            "RELAY_HARNESS_PORT": str(_RELAY_PORT),
            "RELAY_SERVICE_HOST": "0.0.0.0",
        }
        made = api.create_container(
            self._image.tag,
            ["node", RELAY_PATH],
            user=USER,
            environment=env,
            ports=[_RELAY_PORT],
            host_config=relay_config(api, "bridge", _RELAY_PORT),
            labels=self._labels,
        )
        self._relay_id = str(made["Id"])
        return self._relay_id

    def _start_relay(self, api: APIClient) -> int:
        lane = self._made_lane
        api.connect_container_to_network(self._relay_id, lane.id, ipv4_address=lane.relay_address)
        api.start(self._relay_id)
        state = api.inspect_container(self._relay_id)
        published = state["NetworkSettings"]["Ports"].get(f"{_RELAY_PORT}/tcp")
        if not published:
            why = state["State"].get("Error") or f"it is {state['State']['Status']}, with no published port"
            raise SandboxError(f"the relay's container did not start: {why}; see `prodrill doctor`")
        return int(published[0]["HostPort"])

    @property
    def _made_lane(self) -> Lane:
        if self._lane is None:
            raise SandboxError("the docker sandbox is not open")
        return self._lane

    async def start(self, launch: Launch, on_line: OnLine) -> DockerService:
        async with self._starts:
            return await self._start(launch, on_line)

    async def _start(self, launch: Launch, on_line: OnLine) -> DockerService:
        self._count += 1
        name, port = f"service-{self._count}", random_port()
        berth, volume = await asyncio.gather(self._berths.take(self._made_lane), self._volumes.of(launch.source))
        identity = await self._calls.run(lambda api: self._create(api, launch, volume, berth, port))
        service = DockerService(self._calls, self._berths, berth, name, identity, port, launch.limits, on_line)
        self._services.append(service)
        await asyncio.gather(self._calls.run(service.begin), self.relay.map(name, berth.address, port))
        return service

    def _create(self, api: APIClient, launch: Launch, volume: str, berth: Berth, port: int) -> str:
        config = service_config(api, launch.limits, berth.identity, cpus=self._facts.cpus, volume=volume)
        made = api.create_container(
            self._image.tag,
            command_line(launch, _TMP),
            user=USER,
            working_dir="/app",
            environment=service_env(launch, port=port, path=_PATH, home=_TMP, tmp=_TMP),
            host_config=config,
            labels=self._labels,
        )
        return str(made["Id"])

    def downstream_url(self, port: int) -> str:
        # By number: a name is looked up on the very threads that a service may be keeping busy.
        return f"http://{self._made_lane.relay_address}:{port}"

    def versions(self) -> dict[str, str]:
        leaks = f", unsealed: {'; '.join(self._leaks)}" if self._leaks else ""
        return {
            "node": node_version(),
            "sandbox": f"docker{leaks}",
            "engine": f"Docker {self._facts.version}, cgroup {self._facts.cgroup}",
            "kernel": self._facts.kernel,
            "toolbox": self._toolbox.hash,
            "image": self._image.tag,
        }

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        await self._calls.idle()
        await asyncio.gather(*(service.remove() for service in self._services), return_exceptions=True)
        # Not two at once, of this run or of another one: whatever has an address leaves alone, see `Berths.remove`.
        async with in_turn("leaving", _LEAVES_ANYWAY_S):
            await self._berths.remove()
            await self._remove_relay()
            if self._lane is not None:
                lane = self._lane
                await self._calls.gently(lambda _: lane.remove())
        await self._calls.gently(lambda _: remove_run(self._calls.client, self._run_id))
        self._calls.close()

    async def _remove_relay(self) -> None:
        if hasattr(self, "relay"):
            with contextlib.suppress(OSError, RelayError):
                await self.relay.close()
        if self._relay_id:
            await self._calls.gently(lambda api: api.remove_container(self._relay_id, force=True, v=True))
