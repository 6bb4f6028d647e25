"""One verification's stage: the open sandbox, the kata's downstreams, vitals, and where events go.

Everything asynchronous of a run happens on the one loop here, driven step by step from pytest's synchronous hooks.
"""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from runner.catalog.kata import Kata, Limits
from runner.clock import monotonic_s
from runner.probes.backing import Backing
from runner.probes.downstream import Downstream, Downstreams
from runner.probes.inputs import Inputs
from runner.probes.kept_vitals import KeptVitals
from runner.probes.probe import Probe
from runner.probes.replicas import Replicas
from runner.probes.rotation import Rotation
from runner.probes.seen import SeenLive
from runner.probes.service import Service
from runner.probes.vitals import Vitals, VitalsReceiver
from runner.record.events import (
    Event,
    LineLogged,
    SampleTaken,
    ServiceReady,
    ServiceStarted,
    ServiceStopped,
    VitalsSampled,
)
from runner.record.history import History, Sampled
from runner.sandbox.base import Exit, Sandbox

T = TypeVar("T")
# Longer than a cancelled step needs to tidy up: a second cancellation must not meet it half-way.
_ASK_AGAIN_S = 4.0


class Stage:
    """What the probes of one run share."""

    def __init__(
        self,
        kata: Kata,
        source: Path,
        sandbox: Sandbox,
        seed: int,
        emit: Callable[[Event], None],
        most_cpus: float | None = None,
    ) -> None:
        self._most_cpus = most_cpus
        self.kata, self.source, self.sandbox, self.seed = kata, source, sandbox, seed
        self.emit = emit
        self.loop = asyncio.new_event_loop()
        self.backing = Backing(kata, sandbox)
        self.stopping = False
        self.ended = threading.Event()
        self.may_begin = asyncio.Event()
        self._current: asyncio.Task[Any] | None = None
        self._began_s = monotonic_s()
        self._ports: dict[str, int] = {}
        self._vitals_port = 0
        self.kept_vitals = KeptVitals()
        self._vitals = Vitals(self._tell_vitals, self.now)
        self._serving: Downstreams = Downstreams()
        self._criterion = ""

    def now(self) -> float:
        """Seconds since the run began."""
        return monotonic_s() - self._began_s

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run one step on the loop; KeyboardInterrupt once the run was told to stop."""
        if self.stopping:
            work.close()
            raise KeyboardInterrupt
        task = self.loop.create_task(work)
        self._current = task
        try:
            return self.loop.run_until_complete(task)
        except asyncio.CancelledError:
            raise KeyboardInterrupt from None
        finally:
            self._current = None

    def stop(self) -> None:
        """Ask the run to end; safe to call from a signal handler on the loop. Asks again until the step has ended."""
        self.stopping = True
        if self._current is not None:
            self._current.cancel()
            self.loop.call_later(_ASK_AGAIN_S, self.stop)

    async def open(self) -> None:
        """Open the sandbox and the ports that services will find downstreams, databases and vitals at."""
        async with self.backing.opening():
            await self.sandbox.open()
        relay = self.sandbox.relay
        self._vitals_port = await relay.listen("vitals", self._take_vitals)
        for name in self.kata.spec.downstreams:
            self._ports[name] = await relay.listen(name, self._acceptor(name))

    def _acceptor(self, name: str) -> Callable[[int], Coroutine[Any, Any, None]]:
        async def accept(conn: int) -> None:
            if name in self._serving:
                await self._serving[name].accept(self.sandbox.relay, conn)

        return accept

    async def _take_vitals(self, conn: int) -> None:
        await self.sandbox.relay.take(conn, VitalsReceiver(self._vitals))

    def downstreams(self, history: History) -> Downstreams:
        """Fresh third parties for a probe; what services dial from now on reaches these."""
        self._serving = Downstreams({name: Downstream(name, history) for name in self.kata.spec.downstreams})
        return self._serving

    def history(self, criterion: str) -> History:
        """A fresh history whose samples are shown live."""
        self._criterion = criterion
        self.kept_vitals.begin(self.now())
        history = History(criterion, self.seed, self._show_sample, lambda event: live.take(event))
        live = SeenLive(self._show_sample, lambda: history.bounds)
        return history

    def _tell_vitals(self, sample: VitalsSampled) -> None:
        self.kept_vitals.take(sample)
        self.emit(sample)

    def _show_sample(self, s: Sampled) -> None:
        self.emit(SampleTaken(self.now(), self._criterion, s.series, s.unit, s.t_s, s.value, s.limit))

    def service(self, probe: Probe, history: History) -> Service:
        """A copy of the service for a probe, not yet started."""
        return self.plain_service(probe.environment(self._inputs(probe)), self._limits(probe), history, probe.id)

    def replicas(self, probe: Probe, history: History) -> Replicas:
        """As many copies as the kata asks for, for a probe, not yet started."""
        return self.plain_replicas(probe.environment(self._inputs(probe)), self._limits(probe), history, probe.id)

    def _inputs(self, probe: Probe) -> Inputs:
        return Inputs(self.seed, probe.id)

    def _limits(self, probe: Probe) -> Limits:
        limits = self.kata.spec.limits
        if probe.memory_mb is not None:
            limits = msgspec.structs.replace(limits, memory_mb=probe.memory_mb)
        if probe.heap_mb is not None:
            limits = msgspec.structs.replace(limits, heap_mb=probe.heap_mb)
        if self._most_cpus is not None:
            limits = msgspec.structs.replace(limits, cpus=min(self._most_cpus, limits.cpus or self._most_cpus))
        return limits

    def plain_replicas(self, env: dict[str, str], limits: Limits, history: History, criterion: str) -> Replicas:
        """As many copies as the kata asks for, all with the same environment of one's own."""
        spec = self.kata.spec
        rotation = Rotation(self.sandbox.relay, spec.service.readiness or spec.service.health, history)
        names = [f"replica-{number}" for number in range(1, spec.replicas + 1)]
        copies = [self.plain_service(env, limits, history, criterion, name, rotation) for name in names]
        return Replicas(copies, rotation)

    def plain_service(
        self,
        env: dict[str, str],
        limits: Limits,
        history: History,
        criterion: str,
        name: str = "",
        rotation: Rotation | None = None,
    ) -> Service:
        """A copy of the service with an environment of one's own; with no criterion its start is not announced."""
        return Service(
            self.sandbox,
            self.kata,
            self.source,
            {**self._environment(), **env},
            limits,
            history,
            lambda: f"i-{secrets.token_hex(8)}",
            on_line=lambda stream, text: self.emit(LineLogged(self.now(), stream, text, name)),
            on_start=lambda one: self._started(one, criterion) if criterion else None,
            on_ready=lambda ports: self.emit(ServiceReady(self.now(), name, ports)),
            on_stop=lambda ended: self._stopped(ended, name),
            name=name,
            rotation=rotation,
        )

    def _environment(self) -> dict[str, str]:
        env = {
            variable: self.sandbox.downstream_url(self._ports[name])
            for name, variable in self.kata.spec.downstreams.items()
        }
        env |= self.backing.environment()
        vitals = self.sandbox.downstream_url(self._vitals_port)
        env["VITALS_ADDR"] = vitals.removeprefix("http://")
        env["NODE_OPTIONS"] = f"--import {self.sandbox.preload_path}"
        return env

    def _started(self, one: Service, criterion: str) -> None:
        self.emit(ServiceStarted(self.now(), criterion, one.url, one.name, one.kill_line))

    def _stopped(self, ended: Exit, replica: str) -> None:
        self.emit(ServiceStopped(self.now(), ended.code, ended.signal, ended.reason, replica))

    async def close(self) -> None:
        """Remove everything the run started."""
        try:
            for downstream in self._serving.values():
                await downstream.close()
        finally:
            try:
                await self.sandbox.close()
            finally:
                await self.backing.close()
